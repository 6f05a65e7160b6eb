"""What reading would say of a survey, counted where the answers lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from collective_use.checks import did_you_mean, one_of, quoted
from collective_use.errors import InputError
from collective_use.frames import frame_of
from collective_use.groups.counts import cells_of_batches, cells_of_tables
from collective_use.groups.counts.cells import COUNTED_RULES, CellPlan, ItemCells, key
from collective_use.groups.counts.survey import SurveyCounts
from collective_use.responses.answers.cells import REASONS
from collective_use.responses.assemble import form_by_items
from collective_use.responses.screening.rules import RULES, chosen_rules
from collective_use.results import Result, Table, table_of


@dataclass(frozen=True)
class ReadingCounts(Result):
    """What reading and scoring would find, as whole numbers over all persons.

    Attributes
    ----------
    rows, persons
        Rows, and those of them that hold an answer.
    items
        One row an item: ``valid`` answers and, by reason, those that are missing; ``invalid`` are
        outside the scale.
    scores
        One row a measure: ``needed`` answers for a score, persons ``with`` and ``without`` one,
        and ``total``: the sum over persons with a score of their keyed answers above the lowest
        code, in steps of the scale.
    screening
        One row a rule: persons whom it flags.
    flagged
        Persons whom any rule flags.
    notes
        Rules that cannot be counted, and why.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.reading_counts(cu.count_survey(cu.sample_path("lq2002.csv"), "lq2002"))
    >>> found.persons, int(found.items["valid"].min()), found.scores["with"].tolist()
    (2042, 2042, [2042, 2042, 2042])
    """

    rows: int
    persons: int
    items: pd.DataFrame
    scores: pd.DataFrame
    screening: pd.DataFrame = field(default_factory=pd.DataFrame)
    flagged: int = 0
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row an item: valid answers, and missing ones by reason."""
        return self.items.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return items, scores and screening."""
        blank = f"{self.rows - self.persons:,} of {self.rows:,} rows hold no answer."
        found = [
            table_of("Answers by item", self.items, notes=(blank, *self.notes)),
            table_of("Scores", self.scores),
        ]
        if len(self.screening):
            found.append(table_of("Screening", self.screening))
        return tuple(found)


def reading_counts(
    counted: SurveyCounts,
    *,
    screening: Mapping[str, float | bool] | None = None,
    form: str | None = None,
) -> ReadingCounts:
    """Count where the answers lie what `read_responses`, `screen` and `score` would say.

    One pass for all items and rules, and one a measure. Answers must be codes in columns of
    numbers; rows without any answer count as no persons, as in reading. Rules that compare all
    persons with each other are not sums and are refused.

    Parameters
    ----------
    counted
        From `count_survey`, on any engine.
    screening
        Rules to flag by: a number in place of the default value, or True; see `screen`.
    form
        The form whose pages runs of alike answers end at; when None, the one whose items are
        counted, as `read_responses` finds it out; one page where there is none.

    Returns
    -------
    ReadingCounts
        The same integers on every engine.

    Raises
    ------
    InputError
        When a rule is not known or compares persons, or there is no such form.

    Examples
    --------
    >>> import collective_use as cu
    >>> counted = cu.count_survey(cu.sample_path("lq2002.csv"), "lq2002")
    >>> cu.reading_counts(counted, screening={"longstring": 10}).screening["flagged"].tolist()
    [126]
    """
    if form is not None:
        one_of("form", form, [entry.id for entry in counted.instrument.forms])
    form = form or form_by_items(counted.instrument, counted.columns)
    plan = _plan(counted, screening or {}, form)
    without = plan.missing_rules()
    module = cells_of_tables if counted.by_tables else cells_of_batches
    numbers = module.count_cells(counted.opened, plan)
    rows = [{"item": cell.item, **_reasons(numbers, k)} for k, cell in enumerate(plan.cells)]
    items = frame_of(rows)
    seen = [name for name in items if name in ("item", "valid") or items[name].any()]
    flags = [
        {"rule": name, "value": rule.value, "flagged": numbers[f"f_{name}"]}
        for name, rule in plan.rules.items()
        if name not in without
    ]
    blank = numbers["rows"] - numbers["persons"]
    return ReadingCounts(
        numbers["rows"], numbers["persons"], items[seen], _scores(counted, blank),
        frame_of(flags), numbers["flagged"],
        tuple(f"{name}: {why}." for name, why in without.items()),
    )  # fmt: skip


def _plan(
    counted: SurveyCounts, screening: Mapping[str, float | bool], form: str | None
) -> CellPlan:
    for name in screening:
        if name in RULES and name not in COUNTED_RULES:
            raise InputError(
                f"screening must name rules that are counted ({quoted(COUNTED_RULES)}), got "
                f"{name!r}, which takes the answers of persons: see SurveyCounts.sample"
            )
        if name not in RULES:
            hint = did_you_mean(name, COUNTED_RULES)
            raise InputError(f"screening must name {quoted(COUNTED_RULES)}, got {name!r}{hint}")
    numbers = {n: float(v) for n, v in screening.items() if not isinstance(v, bool)}
    wanted = [name for name, value in screening.items() if value is not False]
    rules = {name: chosen_rules(numbers)[name] for name in wanted}
    return CellPlan(counted.instrument, tuple(_cells(counted)), rules, form)


def _cells(counted: SurveyCounts) -> list[ItemCells]:
    found = []
    for name, column in counted.columns.items():
        item = counted.instrument.get_item(name)
        scale = counted.instrument.get_scale(str(item.scale))
        valid = tuple(float(code) for code in scale.codes)
        reasons = {float(m.code): str(m.reason) for m in scale.missing if m.code is not None}
        reasons |= dict.fromkeys(counted.missing.get(name, ()), "unanswered")
        kept = {code: why for code, why in reasons.items() if code not in valid}
        found.append(ItemCells(name, column, valid, kept))
    return found


def _reasons(numbers: Mapping[str, int], place: int) -> dict[str, int]:
    return {reason or "valid": numbers[key(place, reason)] for reason in REASONS}


def _scores(counted: SurveyCounts, blank: int) -> pd.DataFrame:
    rows = []
    for measure in counted.instrument.measures:
        plan = counted.plan(measure)
        if measure.level != "person" or measure.score == "none" or plan is None:
            continue
        counts = counted.counts(measure.id)
        persons = counts.answered.sum(axis=0)
        totals = counts.totals.sum(axis=0)
        enough = int(persons[plan.minimum :].sum())
        rows.append(
            {
                "measure": measure.id,
                "needed": plan.minimum,
                "with": enough,
                "without": int(persons.sum()) - enough - blank,
                "total": int(totals[plan.minimum :].sum()),
            }
        )
    return frame_of(rows)
