"""A plan as the text of a preregistration, under the headings of the Open Science Framework.

The headings are those of the OSF Preregistration form (Bowman, DeHaven, Errington, Hardwicke,
Mellor, Nosek & Soderberg 2020). What a study file cannot know stands in square brackets, for the
authors to write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collective_use.accepted import PlainMapping
from collective_use.phrases import said, told

OWED = "[for the authors to write: {}]"

DIRECTIONS: Mapping[str, str] = {
    "positive": "a positive effect is expected",
    "negative": "a negative effect is expected",
    "none": "an effect too small to matter is expected",
}


def preregistration(
    content: PlainMapping,
    *,
    title: str,
    date: str,
    hash: str,  # noqa: A002, RUF100
    language: str | None = None,
) -> str:
    """Return the text in Markdown.

    Parameters
    ----------
    content
        The sealed content: ``design`` and ``pipeline``.
    title
        Of the instrument.
    date, hash
        Of the seal, printed at the end.
    language
        Of the text; English where None. Headings keep the English of the form in brackets.

    Examples
    --------
    >>> text = preregistration({"design": {}, "pipeline": {}}, title="T", date="2027", hash="ab")
    >>> text.splitlines()[0]
    '# Preregistration: T'
    """
    design, pipeline = content.get("design", {}), content.get("pipeline", {})
    parts: list[tuple[str, Sequence[str]]] = [
        ("Study information", ()),
        ("Title", (OWED.format("the title of the study") + f" Instrument: {title}.",)),
        ("Description", (OWED.format("what is asked, of whom, and why"),)),
        ("Hypotheses", _hypotheses(design)),
        ("Design plan", ()),
        ("Study type", ("Observational study: a survey of members of groups.",)),
        ("Blinding", ("No blinding is involved in this study.",)),
        ("Study design", _design(design, pipeline)),
        ("Sampling plan", ()),
        ("Existing data", (OWED.format("whether answers exist, and who has seen them"),)),
        ("Data collection procedures", (OWED.format("population, recruiting, consent, time"),)),
        ("Sample size and its rationale", _sample_size(design)),
        ("Stopping rule", (OWED.format("when collection ends"),)),
        ("Variables", ()),
        ("Measured variables", _measures(design, language)),
        ("Indices", _indices(pipeline)),
        ("Analysis plan", ()),
        ("Statistical models", _models(design)),
        ("Inference criteria", _criteria(pipeline, language)),
        ("Data exclusion", _exclusions(pipeline, language)),
        ("Missing data", _missing(pipeline)),
        ("Exploratory analysis", ("What is not listed above is reported as not planned.",)),
        ("Other", (
            f"Sealed on {date} under the SHA-256 `{hash}`. The sealed file lists every setting; "
            "`collective-use verify` or the page verify.html checks it.",)),
    ]  # fmt: skip
    lines = [f"# {said(language, 'Preregistration: {title}').format(title=title)}", ""]
    for heading, body in parts:
        lines += [f"{'###' if body else '##'} {said(language, heading)}", ""]
        lines += [line for text in body for line in (_told(language, text), "")]
    return "\n".join(lines)


def _told(language: str | None, text: str) -> str:
    """Tell a text line by line; code and tables stay as they are."""
    if text.startswith("```"):
        return text
    rows = (row if row.startswith("|") else told(language, row) for row in text.split("\n"))
    return "\n".join(rows)


def _sample_size(design: PlainMapping) -> list[str]:
    planned = design.get("planning")
    if not planned:
        return [OWED.format("groups and members; `collective-use plan` gives the power")]
    values = ", ".join(f"{name} {value}" for name, value in planned["values"].items())
    if planned.get("spread"):
        values = f"spread of an item {planned['spread']}" + (f", {values}" if values else "")
    rate, power, level = (float(planned[key]) for key in ("response_rate", "power", "level"))
    return [
        f"{planned['groups']} groups of {planned['members']} members are asked; {rate:.0%} of the "
        f"members are expected to answer. Power asked for: {power:g} at a level of {level:g}; "
        f"ways: {', '.join(planned['ways'])}. Planning values: {values or 'those of the program'}.",
        OWED.format("the sentence that `collective-use plan study.yaml` gives"),
    ]


def _hypotheses(design: PlainMapping) -> list[str]:
    found = []
    for entry in design.get("hypotheses") or ():
        where = [f"model {entry['model']}"] if entry.get("model") else []
        where += [f"effect {entry['effect']}"] if entry.get("effect") else []
        where += [DIRECTIONS[entry["expected"]]] if entry.get("expected") else []
        tail = f" ({'; '.join(where)})" if where else ""
        found.append(f"- **{entry['id']}** {entry['text']}{tail}")
    return ["\n".join(found)] if found else [OWED.format("each hypothesis and its direction")]


def _design(design: PlainMapping, pipeline: PlainMapping) -> list[str]:
    bank = design.get("instrument", {})
    form = design.get("form") or "the default form"
    return [
        f"Instrument {bank.get('id', '?')}, version {bank.get('version', '?')}, form {form}. "
        "Members answer; constructs are properties of their groups. A group with fewer than "
        f"{pipeline.get('cutoffs', {}).get('group_size', '?')} members who answered has no value."
    ]


def _measures(design: PlainMapping, language: str | None) -> list[str]:
    bank = design.get("instrument", {})
    wanted = design.get("measures") or [part["id"] for part in bank.get("measures", ())]
    lines = [
        f"- {_name(part, language)} ({part['id']}): "
        f"{', '.join(part.get('items', ())) or 'no items'} "
        f"({str(part.get('composition', 'composition not said')).replace('_', ' ')})"
        for part in bank.get("measures", ())
        if part["id"] in wanted
    ]
    return ["\n".join(lines)] if lines else [OWED.format("what is measured")]


def _name(part: PlainMapping, language: str | None) -> str:
    names = part.get("name") or {}
    return str(names.get(language) or next(iter(names.values()), part["id"]))


def _indices(pipeline: PlainMapping) -> list[str]:
    voice = "each partner organisation" if pipeline.get("voice") == "partner" else "each member"
    nulls = ", ".join(pipeline.get("null_distributions") or ()) or "those that the instrument names"
    return [
        f"Group values give one voice to {voice}. Agreement is judged against these null "
        f"distributions, the first one judging: {nulls}."
    ]


def _models(design: PlainMapping) -> list[str]:
    found = []
    for model in design.get("models") or ():
        found += [f"Model {model['id']}:", f"```\n{str(model.get('syntax', '')).strip()}\n```"]
    return found or ["No structural model is planned."]


def _criteria(pipeline: PlainMapping, language: str | None) -> list[str]:
    rules = pipeline.get("cutoffs", {})
    rows = "\n".join(f"| {name} | {value} |" for name, value in rules.items())
    head = said(language, "| rule | value |")
    return [f"Seed {pipeline.get('seed', '?')}. Cut-offs:", f"{head}\n|---|---|\n{rows}"]


def _exclusions(pipeline: PlainMapping, language: str | None) -> list[str]:
    rules = pipeline.get("screening") or {}
    default = said(language, "default value")
    listed = said(language, "; ").join(
        f"{name} ({default if value is True else value})" for name, value in rules.items()
    )

    def chosen(name: str, otherwise: str = "?") -> str:
        return _chosen(str(pipeline.get(name, otherwise)), language)

    rule = (
        f"Careless answers: {listed} ({chosen('careless', 'drop')})."
        if listed
        else "No rule for careless answers."
    )
    return [
        f"{rule} Preview rows: {chosen('previews')}; rows never sent off: {chosen('unfinished')}; "
        f"of several submissions of a person: {chosen('duplicates')}; persons who left the consent "
        f"empty: {chosen('unticked_consent', 'drop')}; answers outside the scale: "
        f"{chosen('invalid')}."
    ]


def _chosen(value: str, language: str | None) -> str:
    """Return the word of a setting in a language; itself where it has none there."""
    key = f"setting: {value}"
    found = said(language, key)
    return value if found == key else found


def _missing(pipeline: PlainMapping) -> list[str]:
    rule = pipeline.get("minimum_answered")
    text = "each measure's own rule" if rule is None else f"at least {rule} answered"
    return [f"Scale scores of persons: {text}. Nothing is imputed."]
