"""A methods paragraph and Table 1 for a paper: every number is one of the run's own tables.

The text takes frames and settings, nothing else: what is not in a table is not in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from collective_use._version import __version__
from collective_use.accepted import PlainMapping
from collective_use.cutoffs import Cutoff, cutoffs_with
from collective_use.frames import records_of
from collective_use.groups.between.table_one import TableOne
from collective_use.instrument.model import Instrument
from collective_use.phrases import said, told
from collective_use.phrases.tell import head_told
from collective_use.record import Entry, counted
from collective_use.results import cell_text
from collective_use.study.walk import Outcome

_REFERENCES = {
    "rwg": "James, L. R., Demaree, R. G., & Wolf, G. (1984). Estimating within-group interrater "
    "reliability with and without response bias. Journal of Applied Psychology, 69, 85-98.",
    "icc1": "Bliese, P. D. (2000). Within-group agreement, non-independence, and reliability. In "
    "K. J. Klein & S. W. J. Kozlowski (Eds.), Multilevel theory, research, and methods in "
    "organizations (pp. 349-381). Jossey-Bass.",
    "alpha": "Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. "
    "Psychometrika, 16, 297-334.",
    "composition": "Chan, D. (1998). Functional relations among constructs in the same content "
    "domain at different levels of analysis. Journal of Applied Psychology, 83, 234-246.",
}


METHODS = "methods.md"
ENGLISH = "en"


def methods_file(language: str) -> str:
    """Return the name of a draft in another language than that of the study.

    Examples
    --------
    >>> methods_file("en")
    'methods.en.md'
    """
    return f"methods.{language}.md"


def methods_text(
    outcome: Outcome, table: TableOne, measures: pd.DataFrame, language: str | None = None
) -> str:
    """Return methods.md: sample, scores, aggregation measure by measure, Table 1, references.

    Parameters
    ----------
    outcome
        What the study came to.
    table
        Table 1, as others may see it or exact.
    measures
        The table of measures, as others may see it or exact.
    language
        Two letters; English where None.
    """
    rules = cutoffs_with(outcome.study.all_cutoffs())
    bank = outcome.instrument
    paragraphs = {
        "**Sample.** {text}": _sample(
            outcome.groups.values, len(outcome.responses.persons), language
        ),
        "**Left out.** {text}": _left_out(outcome.groups.record.of_kind("left out"), language),
        "**Scores.** {text}": _scores(outcome.study.minimum_answered, bank, language),
    }
    parts = [
        said(language, "# Methods"),
        said(language, _DRAFT),
        *(said(language, head).format(text=text) for head, text in paragraphs.items()),
        said(language, _JUDGED),
        *(_measure(row, bank, rules, language) for row in records_of(measures)),
        said(language, "## Table 1"),
        _markdown(table, language),
        *(f"*{told(language, note)}*" for note in table.notes),
        said(language, "## References"),
        *_references(measures),
        said(language, _COMPUTED, version=__version__, instrument=bank.id, edition=bank.version),
    ]
    return "\n\n".join(parts) + "\n"


_DRAFT = (
    "A draft from measures.csv, groups.csv, table1.csv and run.json. Every number is one of "
    "theirs; what the study is about, and why, is for you to say."
)
_JUDGED = (
    "**From persons to groups.** Each measure is judged by its own composition model (Chan, 1998)."
)
_COMPUTED = (
    "Computed by collective-use {version} with the instrument {instrument}, version {edition}."
)
_PERSONS = "{persons} in {groups} answered ({n} to {n1} in a group, mean {n2})."
_ASKED = "Of the listed members {n} answered in the mean of groups ({n1} to {n2})."
_UNKNOWN = "The number of members who were asked is not known."
_WITHOUT = "Up to {n} persons have no score on a measure (run.json names each)"
_VALUELESS = "{measures} have no value for {span} of the groups (agreement.csv says why)"
_SCORE = (
    "A person's score is the {kinds} of the items answered, given answers to at least {least}, as "
    "the measure asks."
)


def _sample(groups: pd.DataFrame, persons: int, language: str | None) -> str:
    sizes = groups["n"]
    text = said(
        language, _PERSONS, persons=counted(persons, "persons"),
        groups=counted(len(groups), "groups"), n=sizes.min(), n1=sizes.max(),
        n2=f"{sizes.mean():.1f}",
    )  # fmt: skip
    rates = groups["response_rate"].dropna()
    asked = said(language, _UNKNOWN)
    if len(rates):
        shares = [_percent(part) for part in (rates.mean(), rates.min(), rates.max())]
        asked = said(language, _ASKED, n=shares[0], n1=shares[1], n2=shares[2])
    return _joined((text, asked), " ", language)


_NO_VALUE = "no group value, see the reason by group."


def _left_out(entries: Iterable[Entry], language: str | None) -> str:
    entries = tuple(entries)
    scores = [entry for entry in entries if entry.text.startswith("Persons without a score on")]
    values = [entry for entry in entries if entry.text.endswith(_NO_VALUE)]
    texts = [
        told(language, entry.text).rstrip(".。") + _count(entry, language)
        for entry in entries
        if entry not in scores and entry not in values
    ]
    if scores:
        texts.append(said(language, _WITHOUT, n=max(entry.count or 0 for entry in scores)))
    if values:
        least, most = (pick(entry.count or 0 for entry in values) for pick in (min, max))
        span = said(language, "{n} to {n1}", n=least, n1=most) if least < most else f"{most}"
        named = counted(len(values), "measures")
        texts.append(said(language, _VALUELESS, measures=named, span=span))
    if not texts:
        return said(language, "Nothing was left out.")
    return _joined(texts, "; ", language) + said(language, ".")


def _count(entry: Entry, language: str | None) -> str:
    if not entry.count:
        return ""
    return said(language, " ({count})", count=counted(entry.count, entry.of))


def _joined(texts: Iterable[str], sign: str, language: str | None) -> str:
    """Put texts behind one another by the language's own sign."""
    return said(language, sign).join(texts)


def _scores(minimum: float | None, instrument: Instrument, language: str | None) -> str:
    asked = [float(part.minimum_answered) for part in instrument.measures]
    least = sorted(set(asked)) if minimum is None else [minimum]
    wanted = [_percent(one) if one <= 1 else counted(int(one), "items") for one in least]
    kinds = sorted({part.score for part in instrument.measures} - {"none"})
    return said(
        language,
        _SCORE,
        kinds=_joined((told(language, kind) for kind in kinds), " or ", language),
        least=_joined((told(language, one) for one in wanted), " or ", language),
    )


def _measure(
    row: PlainMapping, instrument: Instrument, rules: Mapping[str, Cutoff], language: str | None
) -> str:
    name = _name(row["measure"], instrument, language)
    kind = str(row["composition"]).replace("_", " ")
    number = counted(int(row["items"]), "items") if row["items"] else "no items"
    facts = [fact for fact in (_alpha(row), _agreement(row, rules), _icc(row)) if fact]
    listed = _joined((told(language, fact) for fact in facts), "; ", language)
    listed += said(language, ".") if facts else ""
    verdict = said(language, "Verdict: {verdict}.", verdict=row["verdict"])
    # where there is no figure of the paper's kind, the evidence speaks for itself
    reason = "" if facts else told(language, str(row["explanation"]))
    # an id such as size is no word to be told
    head = said(language, _HEAD).format(
        name=name, measure=row["measure"], kind=told(language, kind), count=told(language, number)
    )
    return _joined((part for part in (head, listed, verdict, reason) if part), " ", language)


_HEAD = "- **{name}** ({measure}, {kind}, {count})."


def _name(measure: str, instrument: Instrument, language: str | None) -> str:
    found = instrument.get_measure(measure)
    wanted = (language or "", instrument.languages[0], *found.name)
    return next((found.name[code] for code in wanted if code in found.name), measure)


def _alpha(row: PlainMapping) -> str:
    return f"Cronbach's alpha {_short(row['alpha'])}" if _has(row, "alpha") else ""


def _agreement(row: PlainMapping, rules: Mapping[str, Cutoff]) -> str:
    for index, title in (("rwg_j", "rwg(j)"), ("rwg", "rwg")):
        if not _has(row, f"{index}_median"):
            continue
        null = f" against the {row['null']} null distribution" if _has(row, "null") else ""
        share = ""
        if _has(row, f"{index}_share") and index in rules:
            least = _short(rules[index].value)
            share = f", {_percent(row[f'{index}_share'])} of groups at {least} or above"
        return f"median {title} {_short(row[f'{index}_median'])}{null}{share}"
    return ""


def _icc(row: PlainMapping) -> str:
    if not _has(row, "icc1"):
        return ""
    # the one that the verdict rests on and the limits belong to
    one = "icc1_reml" if _has(row, "icc1_reml") else "icc1"
    text = f"ICC(1) {_short(row[one])}"
    if _has(row, "icc1_low") and _has(row, "icc1_high"):
        text += f" (95% limits {_short(row['icc1_low'])} to {_short(row['icc1_high'])})"
    if _has(row, "icc2"):
        text += f", ICC(2) {_short(row['icc2'])}"
    if _has(row, "f") and _has(row, "p"):
        p = "p < .001" if row["p"] < 0.001 else f"p = {_short(row['p'], 3)}"
        text += f", F({row['df1']:.0f}, {row['df2']:.0f}) = {round(row['f'], 2):g}, {p}"
    return text


def _has(row: PlainMapping, name: str) -> bool:
    value = row.get(name)
    return value is not None and not (isinstance(value, float) and value != value)


def _short(value: float, digits: int = 2) -> str:
    """Write a number without the zero before its point, as journals in psychology do."""
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _markdown(table: TableOne, language: str | None) -> str:
    shown = table.tables()[0]
    heads = [head_told(language, head) for head in shown.columns]
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join(_cell(cell) for cell in row) for row in shown.rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(value: object) -> str:
    return _short(value) if isinstance(value, float) and value == value else cell_text(value)


def _references(measures: pd.DataFrame) -> list[str]:
    used = {"composition": True}
    for name, columns in (("rwg", ("rwg_median", "rwg_j_median")), ("icc1", ("icc1",))):
        used[name] = any(c in measures and measures[c].notna().any() for c in columns)
    used["alpha"] = "alpha" in measures and bool(measures["alpha"].notna().any())
    return sorted(_REFERENCES[name] for name, here in used.items() if here)
