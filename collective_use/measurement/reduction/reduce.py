"""`reduce`: a shorter instrument with a trail, its losses measured on groups held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Items, Labels
from collective_use.checks import number_between, quoted, valid_seed, whole_number
from collective_use.cutoffs import Cutoff
from collective_use.errors import CollectiveUseError, InputError
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.correlations import refuse_constant
from collective_use.measurement.halves import split_by_group
from collective_use.measurement.reduction.loss import losses, validity_of
from collective_use.measurement.reduction.rules import RULES, WORDS, Sheet, sheet_of, worst
from collective_use.numerics.threads import single_threaded
from collective_use.results import Result, Table, TableRow, table_of


@dataclass(frozen=True)
class Reduction(Result):
    """A shorter set of items, and how it came about.

    Attributes
    ----------
    trail
        One row a dropped item, by order: `step`, `construct`, `item`, `facet`, `rule`, `because`,
        `value`, `cut`, `omega_before`, `omega_after`, `left` (items).
    loss
        One row a construct and sample (``"development"``, ``"held out"``): `items_before`,
        `items_after`, `omega_before`, `omega_after`, `expected` (Spearman & Brown: what as many
        items of average quality would have), `kept_correlation` of short and long form, corrected
        for the items they share, `icc2_before`, `icc2_after` of group means.
    validity
        One row a pair of constructs, on held-out persons: `before`, `after` (correlation of
        scores), and with a criterion its correlation with each scale.
    kept
        Items by construct.
    protected
        Items that a rule would drop but whose facet needs them: `item`, `rule`, `value`.
    development, held_out
        Numbers of persons.
    notes
        What a reader has to know.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))
    >>> lead = {"lead": [f"LEAD{i:02d}" for i in range(1, 12)]}
    >>> found = cu.reduce(lq, lead, "COMPID", keep=6)
    >>> len(found.kept["lead"]), len(found.trail)
    (6, 5)
    """

    trail: pd.DataFrame
    loss: pd.DataFrame
    validity: pd.DataFrame
    kept: Mapping[str, tuple[str, ...]]
    protected: pd.DataFrame
    development: int
    held_out: int
    rules: Mapping[str, Cutoff]
    notes: tuple[str, ...] = field(default=())

    @property
    def items(self) -> tuple[str, ...]:
        """All items kept."""
        return tuple(dict.fromkeys(item for own in self.kept.values() for item in own))

    @property
    def dropped(self) -> tuple[str, ...]:
        """All items dropped, in order."""
        return tuple(self.trail["item"])

    def to_frame(self) -> pd.DataFrame:
        """Return the trail."""
        return self.trail.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return trail, losses and validity."""
        notes = (
            f"{self.development} persons chose the items, {self.held_out} others judge them.",
            *(f"{name} {rule}" for name, rule in self.rules.items()),
            *self.notes,
        )
        shown = self.trail.drop(columns=["step"])
        out = [table_of("Items dropped", shown, notes=notes, digits=2)]
        out.append(table_of("What it costs", self.loss, digits=2))
        if len(self.validity):
            out.append(table_of("Correlations of scales, held-out persons", self.validity,
                                digits=2))  # fmt: skip
        if len(self.protected):
            out.append(table_of("Kept for their facet", self.protected, digits=2))
        return tuple(out)


@single_threaded
def reduce(
    data: Data,
    constructs: Constructs | None = None,
    groups: Labels = None,
    *,
    keep: int | Mapping[str, int] = 4,
    per_facet: int = 1,
    facets: Mapping[str, str] | None = None,
    always: Sequence[str] = (),
    criterion: str | None = None,
    rules: Mapping[str, float] | None = None,
    held_out: float = 0.33,
    seed: int | None = 1,
    language: str | None = None,
) -> Reduction:
    """Shorten scales item by item, by rules in a stated order, and say what it costs.

    Items leave one at a time, each construct by itself: first one that runs against its scale,
    then a weak loading, then the less informative of two that say the same, then one whose answers
    stand at an end, then one that does not separate groups; where nothing is wrong, the one that
    tells least about the factor. After each, all is computed again. A facet keeps `per_facet`
    items. The items are chosen on some groups and judged on the others: no group is in both.

    Parameters
    ----------
    data
        Responses or scores, or a frame.
    constructs
        Items by construct, for a frame.
    groups
        A column of the frame or one label for each person; persons are split where there are none.
    keep
        Items to keep in each construct, or by construct.
    per_facet
        Fewest items of each facet.
    facets
        Facet of each item, for a frame.
    always
        Items that stay whatever they are.
    criterion
        A column of the frame with a number that scales should go with: its correlation with the
        long and the short scale is stated.
    rules
        Other values for `item_rest`, `loading`, `residual`, `ceiling`, `icc1`.
    held_out
        Share of groups that judge.
    seed
        Of the split.
    language
        Of the names of constructs.

    Returns
    -------
    Reduction
        The trail, the losses, the items; `write_form` puts them into the instrument.

    Raises
    ------
    InputError
        When nothing is to be dropped, an item or construct is unknown, or a part of the split is
        too small.

    References
    ----------
    Stanton, Sinar, Balzer & Smith (2002), Personnel Psychology 55:167; Smith, McCarthy & Anderson
    (2000), Psychological Assessment 12:102 (sins of short forms); Levy (1967), American Journal of
    Psychology 80:466 (correlation of scales that share items).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(400, 1)) + rng.normal(size=(400, 6)) * [0.5, 0.5, 0.5, 0.5, 3, 0.5]
    >>> found = cu.reduce(x, {"f": [f"item{i}" for i in range(1, 7)]}, keep=4)
    >>> found.dropped[0], found.trail["because"][0]
    ('item5', 'weakest loading')
    """
    number_between("held_out", held_out, 0.1, 0.6)
    whole_number("per_facet", per_facet, at_least=0)
    valid_seed(seed)
    extra = None
    if criterion is not None:
        data, extra = _without(data, criterion)
    answers = answers_of(data, groups, constructs, least=3, language=language)
    if not answers.constructs:
        answers = replace(answers, constructs={"scale": answers.items})
    if facets is not None:
        answers = replace(answers, facet_of=dict(facets))
    wanted = _kept_numbers(keep, answers)
    for item in always:
        answers.only([item])
    used = _rules(rules)
    first, second = split_by_group(answers, held_out, seed)
    book = _Trail(answers, used, per_facet, frozenset(always))
    kept = {name: book.shorten(name, first, wanted[name]) for name in answers.constructs}
    if not book.rows:
        raise InputError(f"keep must be fewer items than a construct has, got {keep!r}")
    loss, notes = losses(answers, kept, first, second)
    valid = validity_of(answers, kept, second, extra)
    split = "groups" if answers.groups is not None else "persons"
    notes = (*answers.notes, *book.notes, *notes, f"The split is by {split} (seed {seed}).")
    return Reduction(
        pd.DataFrame(book.rows), loss, valid, kept,
        pd.DataFrame(book.protected, columns=["construct", "item", "facet", "because", "value"]),
        int(first.sum()), int(second.sum()), used, tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _without(data: Items, criterion: str) -> tuple[pd.DataFrame, pd.Series]:
    if not isinstance(data, pd.DataFrame) or criterion not in data.columns:
        raise InputError(f"criterion must be a column of a frame of numbers, got {criterion!r}")
    try:
        return data.drop(columns=criterion), data[criterion].astype(float)
    except (TypeError, ValueError):
        raise InputError(f"criterion {criterion!r} must be a column of numbers") from None


def _kept_numbers(keep: int | Mapping[str, int], answers: Answers) -> dict[str, int]:
    if isinstance(keep, Mapping):
        for name in keep:
            if name not in answers.constructs:
                known = quoted(list(answers.constructs))
                raise InputError(f"keep names the construct {name!r}; there are {known}")
        given = {name: keep.get(name, len(own)) for name, own in answers.constructs.items()}
    else:
        given = dict.fromkeys(answers.constructs, keep)
    for number in given.values():
        whole_number("keep", number, at_least=2)
    return given


def _rules(given: Mapping[str, float] | None) -> dict[str, Cutoff]:
    out = dict(RULES)
    for name, value in (given or {}).items():
        if name not in out:
            raise InputError(f"rule must be one of {', '.join(out)}, got {name!r}")
        number_between(name, value, -1, 1)
        out[name] = replace(out[name], value=float(value), source="set by the study")
    return out


class _Trail:
    """Drops items one at a time and writes down why."""

    def __init__(
        self, answers: Answers, rules: Mapping[str, Cutoff], per_facet: int, always: frozenset[str]
    ) -> None:
        self.answers, self.rules = answers, rules
        self.per_facet, self.always = per_facet, always
        self.rows: list[TableRow] = []
        self.protected: list[tuple[str, str, str, str, float]] = []
        self.notes: list[str] = []

    def shorten(self, name: str, part: NDArray[np.bool_], keep: int) -> tuple[str, ...]:
        """Drop items of one construct until `keep` are left."""
        items = list(self.answers.constructs[name])
        if len(items) <= max(keep, 2):
            return tuple(items)
        own = self.answers.only(items)
        own = replace(own, values=own.values[part],
                      groups=None if own.groups is None else own.groups[part])  # fmt: skip
        try:
            known = own.complete(at_least=len(items) + 2)
            refuse_constant(known)
        except CollectiveUseError as problem:
            self.notes.append(f"{self.answers.named(name)} is left as it is: {problem}.")
            return tuple(items)
        codes = None if known.groups is None else known.codes()[0]
        while len(items) > keep:
            free = [item for item in items if self._may_go(item, items)]
            sheet = sheet_of(known.values[items], codes, self.answers.low, self.answers.high)
            found = worst(sheet, free, self.rules, faulty_only=False)
            if found is None:
                self.notes.append(
                    f"{self.answers.named(name)} keeps {len(items)} items: every facet needs its "
                    "own, or they are to stay."
                )
                break
            items.remove(found[0])
            after = sheet_of(known.values[items], codes, self.answers.low, self.answers.high)
            self._note(name, found, sheet, after.omega, len(items))
        self._guarded(name, items, known, codes)
        return tuple(items)

    def _may_go(self, item: str, items: list[str]) -> bool:
        facet = self.answers.facet_of.get(item)
        if item in self.always:
            return False
        if facet is None:
            return True
        return sum(self.answers.facet_of.get(i) == facet for i in items) > self.per_facet

    def _note(
        self, name: str, found: tuple[str, str, float], sheet: Sheet, after: float, left: int
    ) -> None:
        item, rule, value = found
        because = WORDS[rule]
        if rule == "residual":
            because = f"{because} ({sheet.table['twin'][item]})"
        self.rows.append({
            "step": len(self.rows) + 1, "construct": self.answers.named(name), "item": item,
            "facet": self.answers.facet_of.get(item, ""), "rule": rule, "because": because,
            "value": value, "cut": self.rules[rule].value if rule in self.rules else np.nan,
            "omega_before": sheet.omega, "omega_after": after, "left": left,
        })  # fmt: skip

    def _guarded(
        self, name: str, items: list[str], known: Answers, codes: NDArray[np.intp] | None
    ) -> None:
        """Name items that are still faulty but had to stay."""
        sheet = sheet_of(known.values[items], codes, self.answers.low, self.answers.high)
        for item in items:
            found = worst(sheet, [item], self.rules, faulty_only=True)
            if found is not None:
                facet = self.answers.facet_of.get(item, "")
                self.protected.append(
                    (self.answers.named(name), item, facet, WORDS[found[1]], found[2])
                )
