"""Necessary condition analysis of groups, with the sampling error of their means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.accepted import Given
from collective_use.checks import one_of, valid_seed, whole_number
from collective_use.errors import InputError
from collective_use.numerics.conditions import ceilings as kernel
from collective_use.numerics.conditions import errors as noise
from collective_use.numerics.types import Floats
from collective_use.results import Result, Table, TableRow, table_of
from collective_use.structure.conditions.inputs import ConditionData, condition_data
from collective_use.structure.conditions.rules import rules_with

CORRECTIONS = ("deconvolution", "simex")
_FEWEST = 4
NAMES = {"ce": "CE-FDH", "cr": "CR-FDH"}


@dataclass(frozen=True)
class NecessaryConditions(Result):
    """What a level of the outcome needs.

    Attributes
    ----------
    conditions
        One row a condition and ceiling: `condition`, `level` (``high`` or ``low`` of it is
        necessary), `ceiling`, `groups`, `effect` (d, of the means as they are), `p` (permutation
        test of them), `effect_corrected`, `p_corrected` (without sampling error), `accuracy`
        (share of groups on or below the ceiling), `peers`, `intercept`, `slope`, `passes`,
        `reason` (why a corrected figure is missing, else empty).
    bottleneck
        One row a level of the outcome, condition and ceiling: `percent` and `outcome`, the
        `needed` value of the condition, `needed_percent` of its range, `reason`.
    outcome
        The outcome, with ``low `` before it where its absence is explained.
    rules
        The rules behind `passes`.
    notes
        How to read it.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> frame = pd.DataFrame({"con": [1, 2, 3, 4, 5], "cdu": [1, 2, 3, 2, 5]})
    >>> found = cu.necessary_conditions(frame, "cdu", ["con"], repetitions=99)
    >>> found.conditions[["ceiling", "effect"]].round(3).values.tolist()
    [['CE-FDH', 0.688], ['CR-FDH', 0.5]]
    """

    conditions: pd.DataFrame
    bottleneck: pd.DataFrame
    outcome: str
    rules: tuple[str, ...]
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `conditions`."""
        return self.conditions.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return effects and bottlenecks."""
        shown = [name for name in self.conditions.columns if name not in ("intercept", "slope")]
        wide = self.bottleneck.assign(
            cell=[
                reason or f"{value:.1f}"
                for reason, value in zip(
                    self.bottleneck["reason"], self.bottleneck["needed_percent"], strict=True
                )
            ],
            column=self.bottleneck["condition"] + " " + self.bottleneck["ceiling"],
        ).pivot(index="percent", columns="column", values="cell")
        return (
            table_of(f"Necessary for {self.outcome}", self.conditions[shown], notes=self.notes),
            table_of(
                f"Percent of its range that each condition needs for percents of {self.outcome}",
                wide.rename_axis(columns=None).reset_index(),
                digits=1,
            ),
        )


def necessary_conditions(
    groups: Given,
    outcome: str,
    conditions: Iterable[str],
    *,
    low: Iterable[str] = (),
    low_outcome: bool = False,
    scope: Mapping[str, Sequence[float]] | None = None,
    correction: str = "deconvolution",
    levels: int = 11,
    repetitions: int = 2_000,
    seed: int | None = 1,
    rules: Mapping[str, float] | None = None,
) -> NecessaryConditions:
    """Ask which conditions a level of the outcome does not occur without.

    Ceilings are the step function over all groups (CE-FDH) and the line through its peers
    (CR-FDH); the effect size is the empty share of the scope above. Both are computed for the
    means as they are, as everybody does, and without the sampling errors of means, which come
    from the answers of the same persons: these errors make effects and false alarms.

    Parameters
    ----------
    groups
        From `aggregate` or `group_values` (errors are known), or a frame with one row a group.
    outcome
        Measure to explain.
    conditions
        Measures that may be necessary, each looked at by itself.
    low
        Those of which a low level is necessary (power imbalance, say).
    low_outcome
        Explain low values of the outcome.
    scope
        By measure ``(lowest, highest)`` possible value; by default the range of the groups.
    correction
        Of the effect size: ``"deconvolution"`` or ``"simex"`` (simulation-extrapolation: less
        biased for strong conditions, with twice the error).
    levels
        Rows of the bottleneck table.
    repetitions, seed
        Of both tests and of SIMEX.
    rules
        Other values for the rules ``effect`` and ``p``.

    Returns
    -------
    NecessaryConditions
        Effects, tests, accuracy and bottlenecks.

    Raises
    ------
    InputError
        When a measure is unknown or constant, a scope leaves out groups, or fewer than four
        groups have both values.

    Notes
    -----
    The corrected test permutes true values and leaves the dependence that errors of the same
    persons make in place; where errors are unrelated it is the usual test. Its false alarms, and
    the bias of both corrections, are in docs/conditions.md.

    References
    ----------
    Dul, J. (2016). Organizational Research Methods, 19, 10-52. Dul, J., van der Laan, E., & Kuik,
    R. (2020). Organizational Research Methods, 23, 385-395. Cook, J. R., & Stefanski, L. A.
    (1994). JASA, 89, 1314-1328. Louis, T. A. (1984). JASA, 79, 393-398.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> found = cu.necessary_conditions(groups, "tsig", ["lead"], repetitions=199)
    >>> found.conditions["effect"].round(3).tolist()
    [0.172, 0.165]
    """
    one_of("correction", correction, CORRECTIONS)
    whole_number("levels", levels, at_least=2)
    whole_number("repetitions", repetitions, at_least=1)
    valid_seed(seed)
    names, turned = tuple(conditions), tuple(low)
    if not names:
        raise InputError("conditions must name at least one measure, got none")
    for name in turned:
        one_of("low", name, names)
    data = condition_data(groups, (outcome, *names))
    used = rules_with(rules)
    rng = np.random.default_rng(seed)
    settings = _Settings(correction, levels, repetitions, dict(scope or {}), low_outcome, rng)
    settings.check(data.measures)
    rows, needs, notes = [], [], list(data.notes)
    for name in names:
        pair = _pair(data, outcome, name, name in turned, settings)
        rows += pair.rows(settings)
        needs += pair.bottleneck(settings)
    table = pd.DataFrame(rows)
    effect = table["effect_corrected"].fillna(table["effect"])
    p = table["p_corrected"].fillna(table["p"])
    passes = used["effect"].passing(effect.to_numpy()) & used["p"].passing(p.to_numpy())
    table.insert(len(table.columns) - 1, "passes", passes)
    notes.append(
        "Passes: effect and p, corrected where errors are known, meet their rules. "
        "That a condition is necessary is a claim of theory; a corner may also be empty for lack "
        "of groups."
    )
    said = tuple(f"{key} {used[key]}" for key in ("effect", "p"))
    return NecessaryConditions(
        table, pd.DataFrame(needs), f"low {outcome}" if low_outcome else outcome, said, tuple(notes)
    )


@dataclass(frozen=True, slots=True)
class _Settings:
    correction: str
    levels: int
    repetitions: int
    scope: dict[str, Sequence[float]]
    low_outcome: bool
    rng: np.random.Generator

    def check(self, measures: tuple[str, ...]) -> None:
        for name, limits in self.scope.items():
            one_of("scope", name, measures)
            if len(limits) != 2 or not limits[0] < limits[1]:
                raise InputError(f"scope of {name!r} must be (lowest, highest), got {limits!r}")


@dataclass(frozen=True, slots=True)
class _Pair:
    """One condition and the outcome, turned so that the upper left corner is asked about."""

    condition: str
    over: int
    up: int
    values: Floats
    errors: Floats
    scope: Floats

    def rows(self, settings: _Settings) -> list[TableRow]:
        x, y = self.values[:, 0], self.values[:, 1]
        found = kernel.ceilings(x, y, self.scope)
        drawn = kernel.permuted_effects(x, y, self.scope, settings.repetitions, settings.rng)
        reason = self._uncorrected()
        effects, null = (np.nan, np.nan), None
        if not reason:
            null = noise.null_effects(
                self.values, self.errors, self.scope, settings.repetitions, settings.rng
            )
            effects = self._corrected(settings)
        rows: list[TableRow] = []
        for k, (key, name) in enumerate(NAMES.items()):
            effect = float(getattr(found, key))
            rows.append(
                {
                    "condition": self.condition,
                    "level": "low" if self.over < 0 else "high",
                    "ceiling": name,
                    "groups": len(x),
                    "effect": effect,
                    "p": kernel.share_as_large(drawn[k], effect),
                    "effect_corrected": effects[k],
                    "p_corrected": kernel.share_as_large(null[k], effect) if null else np.nan,
                    "accuracy": float(found.accuracy) if key == "cr" else 1.0,
                    "peers": int(found.peers),
                    "intercept": self.up * float(found.intercept) if key == "cr" else np.nan,
                    "slope": self.up * self.over * float(found.slope) if key == "cr" else np.nan,
                    "reason": reason,
                }
            )
        return rows

    def _uncorrected(self) -> str:
        """Return why nothing can be corrected, or an empty text."""
        variances = self.errors[:, [0, 1], [0, 1]].mean(axis=0)
        if not variances.any():
            return "no sampling errors are known"
        spread = self.values.var(axis=0, ddof=1)
        for place, name in ((0, self.condition), (1, "the outcome")):
            if spread[place] <= variances[place]:
                return f"groups differ in {name} no more than sampling errors make them"
        return ""

    def _corrected(self, settings: _Settings) -> tuple[float, float]:
        if settings.correction == "deconvolution":
            return noise.deconvolved(self.values, self.errors)
        draws = max(20, settings.repetitions // 10)
        return noise.extrapolated(self.values, self.errors, draws, settings.rng)

    def bottleneck(self, settings: _Settings) -> list[TableRow]:
        low, high = self.scope[2], self.scope[3]
        share = np.linspace(0, 1, settings.levels)
        at = low + (high - low) * share
        found = kernel.needed(self.values[:, 0], self.values[:, 1], at, self.scope)
        rows: list[TableRow] = []
        for name, needs in zip(NAMES.values(), found, strict=True):
            for part, level, value in zip(share, at, needs, strict=True):
                rows.append(
                    {
                        "percent": round(100 * float(part), 6),
                        "outcome": self.up * float(level),
                        "condition": self.condition,
                        "ceiling": name,
                        **self._need(float(value)),
                    }
                )
        return rows

    def _need(self, value: float) -> TableRow:
        if np.isinf(value):
            reason = "not necessary" if value < 0 else "not reached"
            return {"needed": np.nan, "needed_percent": np.nan, "reason": reason}
        share = (value - self.scope[0]) / (self.scope[1] - self.scope[0])
        percent = 100 * (share if self.over > 0 else 1 - share)
        return {"needed": self.over * value, "needed_percent": percent, "reason": ""}


def _pair(
    data: ConditionData, outcome: str, condition: str, low: bool, settings: _Settings
) -> _Pair:
    values, errors, _ = data.of(condition, outcome)
    if len(values) < _FEWEST:
        raise InputError(
            f"at least {_FEWEST} groups must have {condition!r} and {outcome!r}, got {len(values)}"
        )
    signs = np.array([-1 if low else 1, -1 if settings.low_outcome else 1])
    limits = []
    for place, name in enumerate((condition, outcome)):
        own = (float(values[:, place].min()), float(values[:, place].max()))
        given = settings.scope.get(name, own)
        if own[0] == own[1]:
            raise InputError(f"{name!r} must differ between groups, got {own[0]:g} in all")
        if given[0] > own[0] or given[1] < own[1]:
            raise InputError(
                f"scope of {name!r} must hold all groups, from {own[0]:g} to {own[1]:g}, "
                f"got {given[0]:g} to {given[1]:g}"
            )
        limits += sorted(float(signs[place]) * part for part in given)
    return _Pair(
        condition, int(signs[0]), int(signs[1]), values * signs,
        errors * np.outer(signs, signs), np.array(limits),
    )  # fmt: skip
