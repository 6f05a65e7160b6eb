"""Tables of a plan that need no simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from operator import le

import numpy as np
import pandas as pd
from scipy.stats import binom

from collective_use.accepted import PlainDict
from collective_use.cutoffs import CUTOFFS
from collective_use.errors import InputError
from collective_use.groups.evidence.settings import DEFAULT_NULLS
from collective_use.instrument.model import Instrument
from collective_use.numerics.groups.nulls import null_distribution
from collective_use.numerics.planning import closed
from collective_use.numerics.planning.draws import asymptotic
from collective_use.numerics.types import Floats
from collective_use.planning.values import Structure, scaled, structure_of
from collective_use.results import TableRow
from collective_use.simulation.parameters import TrueParameters

MOST = 100_000
"""More groups than this nobody has."""


@dataclass(frozen=True, slots=True)
class Design:
    """What is planned: see the arguments of `cu.plan`."""

    instrument: str
    groups: tuple[int, ...]
    members: tuple[int, ...]
    response_rate: float
    fewest: int
    ways: tuple[str, ...]
    power: float
    level: float
    half_width: float
    alpha: float
    repetitions: int
    seed: int
    direct: bool | None
    model: str | None
    spread: float | None = None

    def answers(self, members: int) -> float:
        """Return the mean number of answers of the groups that count."""
        counts = np.arange(self.fewest, members + 1)
        weights = binom.pmf(counts, members, self.response_rate)
        return float(np.average(counts, weights=weights))

    def lost(self, members: int) -> float:
        """Return the share of groups with too few answers."""
        return float(binom.cdf(self.fewest - 1, members, self.response_rate))

    def check_structure(self, structure: Structure) -> None:
        """Refuse cells with fewer groups than a regression needs.

        Raises
        ------
        InputError
            Naming the fewest groups that would do.
        """
        widest = max(len(by) for _, by in structure.population.equations)
        asked = max(widest + 3, len(structure.names) + 2)
        if self.groups[0] < asked:
            raise InputError(
                f"groups must be at least {asked} for a model of {len(structure.names)} measures, "
                f"got {self.groups[0]}: this cell cannot be reached"
            )

    def to_dict(self) -> PlainDict:
        """Return plain values."""
        return asdict(self)


def median_icc(bank: Instrument, values: TrueParameters) -> float:
    """Return the ICC(1) that tables without a measure are about: the lowest stated."""
    return min([values.icc, *values.iccs.values()]) if values.iccs else values.icc


def items_of(bank: Instrument) -> tuple[int, int, int]:
    """Return the typical number of items of a scale, all items, and the number of scales."""
    sizes = [
        len(measure.items)
        for measure in bank.measures
        if len(measure.items) > 1 and bank.get_item(measure.items[0]).kind == "likert"
    ]
    if not sizes:
        return 4, 4, 1
    return int(np.median(sizes)), int(sum(sizes)), len(sizes)


def precision_frame(bank: Instrument, values: TrueParameters, design: Design) -> pd.DataFrame:
    """Return one row a cell, see `Plan.precision`."""
    icc1 = median_icc(bank, values)
    k, p, m = items_of(bank)
    df = p * (p + 1) // 2 - 2 * p - m * (m - 1) // 2
    rows = []
    for n in design.members:
        answers = design.answers(n)
        for g in design.groups:
            persons = g * answers
            agreement = {}
            if design.spread is not None:
                agreement = {"agreement": agrees(bank, values, design, answers, g)}
            rows.append(
                {
                    "groups": g,
                    "members": n,
                    "answers": answers,
                    "lost_groups": design.lost(n),
                    "icc1_half_width": closed.icc_half_width(icc1, answers, g),
                    "icc2": answers * icc1 / (1 + (answers - 1) * icc1),
                    "aggregation": aggregation(icc1, answers, g),
                    **agreement,
                    "alpha_half_width": closed.alpha_half_width(design.alpha, k, persons),
                    "cfa_exact": closed.rmsea_power(persons, df, 0.05, level=design.level),
                    "cfa_close": closed.rmsea_power(
                        persons, df, 0.08, null=0.05, level=design.level
                    ),
                    "invariance": closed.rmsea_power(
                        persons, max(p - m, 1), 0.05, level=design.level, groups=2
                    ),
                }
            )
    return pd.DataFrame(rows)


def aggregation(icc1: float, members: float, groups: float) -> float:
    """Return the chance that F, ICC(1) and ICC(2) all pass.

    Examples
    --------
    >>> round(aggregation(0.25, 8, 60), 2)
    0.67
    """
    asked = closed.f_asked(
        CUTOFFS["icc1"].value, CUTOFFS["icc2"].value, CUTOFFS["p"].value, members, groups
    )
    return closed.f_at_least(asked, icc1, members, groups)


def agrees(
    bank: Instrument, values: TrueParameters, design: Design, answers: float, groups: int
) -> float:
    """Return the chance that the median rwg(j) passes under every null that judges by default."""
    items, _, _ = items_of(bank)
    options = options_of(bank)
    return min(
        closed.median_agreement(
            median_icc(bank, values), design.alpha, items,
            (design.spread or 0.0) ** 2 / null_distribution(null, options).variance,
            CUTOFFS["rwg_j"].value, answers, groups,
        )
        for null in DEFAULT_NULLS
    )  # fmt: skip


def options_of(bank: Instrument) -> int:
    """Return the typical number of answer options of a statement; 5 where there is none."""
    sizes = [
        len(bank.get_scale(item.scale).codes)
        for item in bank.items
        if item.kind == "likert" and item.scale is not None
    ]
    return int(np.median(sizes)) if sizes else 5


def needed_precision(bank: Instrument, values: TrueParameters, design: Design) -> pd.DataFrame:
    """Return the groups that precision, aggregation and CFA ask for."""
    icc1 = median_icc(bank, values)
    rows = []
    for n in design.members:
        answers = design.answers(n)
        found = closed.groups_for_icc(icc1, answers, design.half_width)
        rows.append(_row("ICC(1) within half width", n, design, partial(le, found), found))
        icc2 = answers * icc1 / (1 + (answers - 1) * icc1)
        limit = (
            f"as groups grow ICC(2) tends to {icc2:.2f}, under its cut-off of "
            f"{CUTOFFS['icc2'].value:g}: more members are needed, not more groups"
        )
        rows.append(
            _needed(
                "aggregation", n, design,
                partial(_aggregates, icc1, answers, design.power),
                limit, possible=icc2 > CUTOFFS["icc2"].value and icc1 > CUTOFFS["icc1"].value,
            )
        )  # fmt: skip
    return pd.DataFrame(rows)


def _aggregates(icc1: float, answers: float, power: float, groups: int) -> bool:
    return aggregation(icc1, answers, groups) >= power


def _needed(
    question: str, members: int, design: Design, enough: Callable[[int], bool], limit: str,
    *, possible: bool, way: str = "", effect: str = "",
) -> TableRow:  # fmt: skip
    found = fewest_groups(enough) if possible else -1
    row = _row(question, members, design, enough, found, way, effect)
    if found < 0:
        row["reason"] = f"no number of groups attains it: {limit}"
    return row


def _row(
    question: str, members: int, design: Design, enough: Callable[[int], bool], found: int,
    way: str = "", effect: str = "",
) -> TableRow:  # fmt: skip
    planned = next((g for g in design.groups if enough(g)), 0)
    return {
        "question": question,
        "way": way,
        "effect": effect,
        "members": members,
        "groups_planned": planned or None,
        "groups": found if found > 0 else None,
        "reason": "",
    }


def fewest_groups(enough: Callable[[int], bool], least: int = 5) -> int:
    """Return the fewest groups that are enough, -1 where none up to `MOST` are.

    Examples
    --------
    >>> fewest_groups(lambda groups: groups >= 137)
    137
    """
    high = least
    while not enough(high):
        high *= 2
        if high > MOST:
            return -1
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return max(high, least)


def closed_power(structure: Structure, way: str, answers: float, level: float) -> ClosedPower:
    """Return the power of every effect as a function of the number of groups."""
    limits, _ = asymptotic(structure.population, answers, corrected=way != "means")
    widest = max(len(by) for _, by in structure.population.equations)
    lost = len(structure.names) - 1 if way == "sam" else widest
    return ClosedPower(structure, way, level, limits.estimates, limits.errors, lost)


@dataclass(frozen=True, slots=True)
class ClosedPower:
    """Power of indirect effects by closed form."""

    structure: Structure
    way: str
    level: float
    estimates: tuple[Floats, ...]
    errors: tuple[Floats, ...]
    lost: int

    def limit(self, effect: str) -> float:
        """Return what the estimate tends to."""
        value = 1.0
        for e, k in self.structure.effects[effect]:
            value *= float(self.estimates[e][0, k])
        return value

    def power(self, effect: str, groups: int) -> float:
        """Return the chance that both paths are significant, taken as independent."""
        chance = 1.0
        for e, k in self.structure.effects[effect]:
            own = len(self.structure.population.equations[e][1])
            free = groups - 1 - (own if self.way == "means" else self.lost)
            if free < 1:
                return 0.0
            se = float(self.errors[e][0, k]) / np.sqrt(free + 1)
            chance *= closed.normal_power(float(self.estimates[e][0, k]), se, free, self.level)
        return chance

    def reaches(self, effect: str, power: float, groups: int) -> bool:
        """Tell whether so many groups give this power."""
        return self.power(effect, groups) >= power


def needed_effects(structure: Structure, design: Design, shown: pd.DataFrame) -> pd.DataFrame:
    """Return the groups that each effect asks for."""
    rows = []
    for n in design.members:
        for way in design.ways:
            law = closed_power(structure, way, design.answers(n), design.level)
            here = shown[(shown["members"] == n) & (shown["way"] == way)]
            for effect in structure.effects:
                own = here[here["effect"] == effect].set_index("groups")["power"]
                row = _needed(
                    "indirect effect", n, design,
                    partial(law.reaches, effect, design.power),
                    f"as groups grow its estimate tends to {law.limit(effect):.3f}",
                    possible=abs(law.limit(effect)) > 1e-12, way=way, effect=effect,
                )  # fmt: skip
                row["groups_planned"] = next(
                    (g for g in design.groups if own.get(g, 0.0) >= design.power), None
                )
                rows.append(row)
    return pd.DataFrame(rows)


def detectable_frame(
    bank: Instrument, model: str | None, values: TrueParameters, design: Design
) -> pd.DataFrame:
    """Return how large the strongest effect must be to be shown, the other paths as planned."""
    planned = structure_of(bank, model, values, direct=design.direct)
    which = max(planned.true, key=lambda name: abs(planned.true[name]))
    start, through, end = which.split(" -> ")
    structures = []
    for by in np.linspace(0.1, 6.0, 119):
        try:
            changed = scaled(values, [(through, start), (end, through)], float(by))
            structures.append((float(by), structure_of(bank, model, changed, direct=design.direct)))
        except InputError:
            break
    rows = []
    for n in design.members:
        for way in design.ways:
            laws = [
                (by, part, closed_power(part, way, design.answers(n), design.level))
                for by, part in structures
            ]
            rows += [_detectable(g, n, way, which, laws, design) for g in design.groups]
    return pd.DataFrame(rows)


def _detectable(
    groups: int, members: int, way: str, which: str,
    laws: list[tuple[float, Structure, ClosedPower]], design: Design,
) -> TableRow:  # fmt: skip
    row: TableRow = {"groups": groups, "members": members, "way": way, "which": which}
    for by, part, law in laws:
        if law.reaches(which, design.power, groups):
            return {**row, "effect": abs(part.true[which]), "times": by, "reason": ""}
    reason = "none: the planned paths are 0"
    if laws and laws[-1][1].true[which]:
        most = abs(laws[-1][1].true[which])
        reason = f"none: not even {most:.2f}, the largest that the other paths leave room for"
    return {**row, "effect": np.nan, "times": np.nan, "reason": reason}
