"""One call: what the answers say of the scales, what was checked, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from collective_use.accepted import Found, Labels, PlainDict
from collective_use.checks import valid_seed
from collective_use.errors import CollectiveUseError
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.book import Book
from collective_use.measurement.confirmatory.fit import fit_measurement
from collective_use.measurement.confirmatory.result import MeasurementFit
from collective_use.measurement.factors.exploration import exploration
from collective_use.measurement.factors.number import FactorCount, factor_count
from collective_use.measurement.invariance.across import Ladder, isomorphism
from collective_use.measurement.items import ItemAnalysis, items
from collective_use.measurement.progress import Clock, Told
from collective_use.measurement.reliability.reliability import Reliability, reliability
from collective_use.measurement.validity.common_method import CommonMethod, common_method
from collective_use.measurement.validity.htmt import Htmt, htmt
from collective_use.measurement.validity.validity import Validity, validity
from collective_use.numerics.threads import single_threaded
from collective_use.phrases import said
from collective_use.phrases.tell import head_told
from collective_use.results import NotComputed, Result, Table, table_of

FEW_GROUPS = 30
"""Fewer groups say too little about correlations between groups."""
FEW_ITEMS = 6
"""Items from which it is asked how many factors a scale has."""


@dataclass(frozen=True)
class Validation(Result):
    """What was found about the scales.

    Attributes
    ----------
    findings
        One row a finding: `what` (kind), `where` (item or constructs, in words), `number`, `rule`,
        `advice`.
    passed
        What was checked and passed, a sentence each.
    left_out
        What was not checked, and why.
    items, reliability, validity, between, number
        The analyses behind it, or why there is none.
    n, groups
        Persons and groups.
    models, levels, method, explored
        When thorough: the confirmatory models with their rivals, whether scales mean the same
        within groups and between them, a common method factor, and factors explored in one half
        of the groups with the constructs' model in the other; or why there are none.
    names
        Constructs in words, by measure.
    language
        Of names and sentences.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))
    >>> sets = {"tsig": ["TSIG01", "TSIG02", "TSIG03"], "lead": ["LEAD01", "LEAD02", "LEAD03"]}
    >>> cu.validate(lq, sets, groups="COMPID", repetitions=50).n
    2042
    """

    findings: pd.DataFrame
    passed: tuple[str, ...]
    left_out: tuple[str, ...]
    items: ItemAnalysis
    reliability: Reliability | NotComputed
    validity: Validity | NotComputed
    between: Htmt | NotComputed
    number: dict[str, FactorCount] = field(default_factory=dict)
    n: int = 0
    groups: int = 0
    models: MeasurementFit | NotComputed = field(default=NotComputed("not asked for"))
    levels: Ladder | NotComputed = field(default=NotComputed("not asked for"))
    method: CommonMethod | NotComputed = field(default=NotComputed("not asked for"))
    explored: Mapping[str, pd.DataFrame] | NotComputed = field(default=NotComputed("not asked for"))
    names: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return the findings."""
        return self.findings.copy()

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, as a folder of results holds them."""
        out = {"findings": self.findings, "items": self.items.table}
        if len(self.items.pairs):
            out["item_pairs"] = self.items.pairs
        if isinstance(self.reliability, Reliability):
            out["reliability"] = self.reliability.table
        if isinstance(self.validity, Validity):
            out["constructs"] = self.validity.constructs
            out["discriminant"] = self.validity.pairs
        if isinstance(self.between, Htmt):
            out["discriminant_between_groups"] = self.between.table
        out |= _of_factors(self.number)
        if isinstance(self.models, MeasurementFit):
            out |= {"models": self.models.table, "loadings": self.models.loadings}
            if len(self.models.cutoffs):
                out["cutoffs"] = self.models.judged()
        if isinstance(self.levels, Ladder):
            out["levels"] = self.levels.table
        if isinstance(self.method, CommonMethod):
            out["common_method"] = self.method.models.assign(
                harman=self.method.harman, shared=self.method.shared
            )
        out |= {} if isinstance(self.explored, NotComputed) else self.explored
        return {name: self._in_words(frame) for name, frame in out.items()}

    def _in_words(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Put what a measure is called beside its id."""
        if "scale" not in frame.columns or not self.names:
            return frame
        words = [self.names.get(str(key), str(key)) for key in frame["scale"]]
        out = frame.copy()
        out.insert(list(frame.columns).index("scale") + 1, "scale_name", words)
        return out

    def tables(self) -> tuple[Table, ...]:
        """Return findings, what passed, what was left out."""

        def words(text: str, **values: object) -> str:
            return said(self.language, text, **values)

        notes = [words("{n} persons, {groups} groups." if self.groups else "{n} persons.",
                       n=self.n, groups=self.groups)]  # fmt: skip
        if not len(self.findings):
            notes.insert(0, words("No fault was found among what was checked."))
        shown = self.findings.rename(
            columns={str(c): head_told(self.language, str(c)) for c in self.findings}
        )
        judged = isinstance(self.models, MeasurementFit) and len(self.models.cutoffs) > 0
        return (
            table_of(words("Findings"), shown, notes=tuple(notes), digits=2),
            *([self.models.judgement()] if judged else []),  # type: ignore[union-attr]
            Table(words("Checked and passed"), ("",), tuple((text,) for text in self.passed)),
            Table(words("Not checked"), ("",), tuple((text,) for text in self.left_out)),
        )


@single_threaded
def validate(
    data: Data,
    constructs: Constructs | None = None,
    *,
    groups: Labels = None,
    repetitions: int = 200,
    seed: int | None = 1,
    thorough: bool = False,
    language: str | None = None,
    progress: Told | None = None,
) -> Validation:
    """Look through the scales of an instrument and name what is wrong with them.

    Parameters
    ----------
    data
        Responses or scores (the instrument says which items belong together), or a frame.
    constructs
        Items by construct, for a frame.
    groups
        A column of the frame or one label for each person; responses bring their own.
    repetitions
        Bootstrap samples.
    seed
        Of all draws.
    thorough
        Also ask of every scale of six items or more how many factors it has, fit the instrument's
        models with their rivals, compare levels, and look for a common method: minutes.
    language
        Of names and sentences: the instrument's first when None; sentences exist in ``"en"`` and
        ``"zh"``.
    progress
        Is called with a `Progress` when a step begins and at the end: what begins, how much is
        done, and about how long the rest takes.

    Returns
    -------
    Validation
        Findings first; what passed; what was not checked, and why.

    Raises
    ------
    InputError
        When the data hold no items.

    References
    ----------
    MacKenzie, Podsakoff & Podsakoff (2011), MIS Quarterly 35:293; Chen, Mathieu & Bliese (2004),
    Research in Multi-Level Issues 3:273 (the order of the questions).

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 4, axis=1)
    >>> sets = {"a": [f"item{i}" for i in (1, 2, 3, 4)], "b": [f"item{i}" for i in (5, 6, 7, 8)]}
    >>> len(cu.validate(f + 0.6 * rng.normal(size=f.shape), sets).findings)
    0
    """
    valid_seed(seed)
    answers = answers_of(data, groups, constructs, least=2, language=language)
    book = Book(answers, language)
    own = items(answers)
    book.items(own)
    answers = book.usable(answers)
    count = 0 if answers.groups is None else int(answers.groups.nunique())
    clock = Clock(_steps(answers, count, thorough=thorough), progress)
    clock.begin("reliability")
    reliable = _tried(
        lambda: reliability(
            answers,
            repetitions=repetitions if thorough else 0,
            seed=seed,
            slow=thorough,
        )
    )
    book.reliability(reliable)
    valid: Validity | NotComputed
    between: Htmt | NotComputed
    if sum(len(own) > 1 for own in answers.constructs.values()) < 2:
        valid = between = NotComputed("there are not two constructs of two items")
    else:
        clock.begin("validity")
        valid = _tried(lambda: validity(answers, tests=thorough, untested_below=0.8))
        clock.begin("constructs between groups")
        between = _between(answers, count, repetitions, seed)
    book.validity(valid)
    book.close(between)
    deep: PlainDict = {}
    if thorough:
        deep = _thorough(answers, count, seed, clock, book)
        deep["number"] = _number(answers, repetitions, seed, clock, book)
    else:
        book.left.append(book.say(
            "How many factors each scale has, rival models, levels, a common method: --thorough "
            "(thorough=True) asks."
        ))  # fmt: skip
    clock.end()
    return Validation(
        book.table(), tuple(book.passed), tuple(book.left), own, reliable, valid, between,
        n=len(answers.values), groups=count, names=answers.names, language=language, **deep,
    )  # fmt: skip


def _steps(answers: Answers, count: int, *, thorough: bool) -> list[tuple[str, float]]:
    """Return the steps and what they usually cost, so that the time left can be told."""
    sets = answers.constructs
    size = float(sum(len(own) for own in sets.values()) or len(answers.items))
    out = [
        ("reliability", (0.5 if thorough else 0.03) * size),
        ("validity", 0.03 * size),
        ("constructs between groups", 0.01 * size),
    ]
    if thorough:
        out += [("models", 0.3 * size), ("levels", 0.1 * size if count else 0.0),
                ("common method", 0.3 * size), ("exploration", 0.1 * size)]  # fmt: skip
        out += [(f"factors of {answers.names.get(scale, scale)}", 0.3 * len(own))
                for scale, own in sets.items() if len(own) >= FEW_ITEMS]  # fmt: skip
    return out


def _thorough(
    answers: Answers, count: int, seed: int | None, clock: Clock, book: Book
) -> PlainDict:
    """Fit rivals, compare levels, look for a common method; note what each says."""
    language = book.language
    clock.begin("models")
    models = _tried(lambda: fit_measurement(
        answers, level="person", seed=seed, language=language
    ))  # fmt: skip
    book.models(models)
    levels = NotComputed("persons have no groups")
    if count >= FEW_GROUPS:
        clock.begin("levels")
        levels = _tried(lambda: isomorphism(answers, language=language))
    elif count:
        levels = NotComputed(f"{count} groups are too few ({FEW_GROUPS} at least)")
    book.levels(levels)
    clock.begin("common method")
    method = _tried(lambda: common_method(answers, language=language))
    if isinstance(method, NotComputed):
        book.left.append(book.say("A common method: {why}.", why=method.reason))
    clock.begin("exploration")
    explored = _tried(lambda: exploration(answers, seed))
    if isinstance(explored, NotComputed):
        why = "Factors in one half of the groups, the model in the other: {why}."
        book.left.append(book.say(why, why=explored.reason))
    return {"models": models, "levels": levels, "method": method, "explored": explored}


def _tried(compute: Callable[[], Found]) -> Found:
    try:
        return compute()
    except CollectiveUseError as problem:
        return NotComputed(str(problem))


def _between(
    answers: Answers, count: int, repetitions: int, seed: int | None
) -> Htmt | NotComputed:  # fmt: skip
    if count == 0:
        return NotComputed("persons have no groups")
    if count < FEW_GROUPS:
        return NotComputed(
            f"{count} groups are too few to tell constructs apart between groups "
            f"({FEW_GROUPS} at least)"
        )
    return _tried(lambda: htmt(answers, level="between", repetitions=repetitions, seed=seed))


def _of_factors(number: Mapping[str, FactorCount]) -> dict[str, pd.DataFrame]:
    """Return the rules by scale, and all eigenvalues beside those of chance; nothing for none."""
    out, parts = {f"factors_{scale}": found.rules for scale, found in number.items()}, []
    for scale, found in number.items():
        part = found.eigenvalues[["place", "components", "components_95"]].copy()
        part.insert(0, "scale", scale)
        part["suggested"] = found.suggested
        parts.append(part)
    return out | ({"eigenvalues": pd.concat(parts, ignore_index=True)} if parts else {})


def _counted(values: pd.DataFrame, repetitions: int, seed: int | None) -> FactorCount | NotComputed:
    try:
        return factor_count(values, repetitions=repetitions, seed=seed)
    except CollectiveUseError as problem:
        return NotComputed(str(problem))


def _number(
    answers: Answers, repetitions: int, seed: int | None, clock: Clock, book: Book
) -> dict[str, FactorCount]:
    out = {}
    for scale, own in answers.constructs.items():
        if len(own) < FEW_ITEMS:
            book.left.append(book.say(
                "How many factors {scale} has: 6 items or more are needed, it has {n}.",
                scale=answers.names.get(scale, scale), n=len(own),
            ))  # fmt: skip
            continue
        clock.begin(f"factors of {answers.names.get(scale, scale)}")
        found = _counted(answers.only(own).values, max(repetitions, 20), seed)
        if isinstance(found, NotComputed):
            book.left.append(book.say("How many factors {scale} has: {why}.",
                                      scale=answers.names.get(scale, scale),
                                      why=found.reason))  # fmt: skip
        else:
            out[scale] = found
    return out
