"""Model text of random slopes to parameters and designs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from collective_use.checks import quoted
from collective_use.errors import InputError, NotSupported
from collective_use.syntax.model_text import ModelText, Statement
from collective_use.syntax.modifiers import Modifiers


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter: `free` is its place (-1: fixed at `value`)."""

    lhs: str
    op: str
    rhs: str
    level: int
    label: str
    free: int
    value: float


@dataclass(frozen=True, slots=True)
class SlopeModel:
    """One outcome, its random effects and its parameters.

    Attributes
    ----------
    outcome
        The outcome.
    slopes
        Name of every slope and the variable whose effect it is.
    rows
        Parameters: effects, means, variances, covariances.
    names
        Of the free parameters.
    """

    outcome: str
    slopes: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    names: tuple[str, ...]

    @property
    def random(self) -> tuple[str, ...]:
        """The random effects: the outcome's intercept, then the slopes."""
        return (self.outcome, *(name for name, _ in self.slopes))

    @property
    def members(self) -> tuple[str, ...]:
        """Variables of members that explain the outcome."""
        fixed = [r.rhs for r in self.rows if r.op == "~" and r.level == 1]
        return tuple(dict.fromkeys([*fixed, *(x for _, x in self.slopes)]))

    @property
    def groups(self) -> tuple[str, ...]:
        """Variables of clusters that explain a random effect."""
        return tuple(dict.fromkeys(r.rhs for r in self.rows if r.op == "~" and r.level == 2))


def slope_model(text: ModelText) -> SlopeModel:
    """Read the parameters of a model of one outcome.

    Raises
    ------
    InputError
        When there is no random slope, or a name stands where it cannot.
    NotSupported
        For factors, several outcomes, groups, constraints.
    """
    _refuse(text)
    within = [s for s in text.statements if s.level == text.levels[0]]
    between = [s for s in text.statements if s.level == text.levels[1]]
    slopes = tuple((s.modifiers.rv[0], s.rhs) for s in within if s.modifiers.rv)
    if not slopes:
        raise InputError('the model has no random slope: write y ~ rv("s")*x at level 1')
    outcome = _outcome(within)
    random = (outcome, *(name for name, _ in slopes))
    if len(set(random)) < len(random):
        raise InputError("every random slope needs a name of its own, as in rv('s')*x + rv('t')*z")
    user = {_key(s, 1): s.modifiers for s in within if not s.modifiers.rv}
    user |= {_key(s, 2): s.modifiers for s in between}
    _check_places(user, outcome, random, {x for _, x in slopes})
    keys = [k for k in user if k[1] == "~"]
    keys += [(outcome, "~~", outcome, 1)]
    keys += [(name, "~1", "", 2) for name in random]
    keys += [(name, "~~", name, 2) for name in random]
    pairs = [(a, b) for i, a in enumerate(random) for b in random[i + 1 :]]
    keys += [(a, "~~", b, 2) for a, b in pairs if {(a, "~~", b, 2), (b, "~~", a, 2)} & set(user)]
    return SlopeModel(outcome, slopes, *_numbered(keys, user))


Key = tuple[str, str, str, int]


def _key(s: Statement, level: int) -> Key:
    return s.lhs, s.op, s.rhs, level


def _refuse(text: ModelText) -> None:
    if len(text.levels) != 2:
        raise InputError("random slopes need two levels: write level: 1 and level: 2")
    found = {
        "factors (=~, <~)": any(s.op in ("=~", "<~") for s in text.statements),
        "ordered variables": any(s.op in ("|", "~*~") for s in text.statements),
        "groups": bool(text.groups),
        "constraints and definitions": any(not s.level for s in text.statements),
    }
    for what, there in found.items():
        if there:
            raise NotSupported(f"random slopes with {what} are not supported")


def _outcome(within: Sequence[Statement]) -> str:
    outcomes = {s.lhs for s in within if s.op == "~"}
    if len(outcomes) != 1:
        raise NotSupported(
            f"random slopes with several outcomes ({quoted(sorted(outcomes))}) are not supported: "
            "fit one at a time"
        )
    return outcomes.pop()


def _check_places(
    user: dict[Key, Modifiers], outcome: str, random: Sequence[str], of_slopes: set[str]
) -> None:
    for lhs, op, rhs, level in user:
        allowed = {outcome} if level == 1 else set(random)
        if lhs not in allowed or (op == "~~" and rhs not in allowed):
            raise NotSupported(
                f"{lhs} {op} {rhs} at level {level} is not supported with random slopes: there may "
                f"stand {quoted(sorted(allowed))} alone"
            )
        if (level == 1 and op == "~1") or (op == "~" and rhs in (*random, *of_slopes)):
            raise NotSupported(
                f"{lhs} {op} {rhs} at level {level} is not supported with random slopes: means "
                "belong to level 2, and a member's variable enters there as its cluster mean"
            )


def _numbered(
    keys: Sequence[Key], user: dict[Key, Modifiers]
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    rows: list[Row] = []
    names: list[str] = []
    by_label: dict[str, int] = {}
    for lhs, op, rhs, level in keys:
        m = user.get((lhs, op, rhs, level)) or user.get((rhs, op, lhs, level)) or Modifiers()
        if m.lower or m.upper or m.equal:
            raise NotSupported("bounds and equal() with random slopes are not supported")
        label = m.label[0] if m.label else ""
        fixed = m.fixed[0] if m.fixed else math.nan
        free = -1
        if math.isnan(fixed):
            free = by_label.get(label, len(names)) if label else len(names)
            if free == len(names):
                names.append(label or f"{lhs}{op}{rhs}.l{level}")
            if label:
                by_label[label] = free
        rows.append(Row(lhs, op, rhs, level, label, free, fixed))
    return tuple(rows), tuple(names)
