"""Consensus emergence: does what members say grow alike over waves?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from collective_use.checks import number_between, one_of
from collective_use.errors import InputError
from collective_use.groups.mixed.columns import Columns, columns_of, near_enough
from collective_use.numerics.groups.mixed.nested import NestedRows
from collective_use.numerics.groups.mixed.nested_model import NestedModel, fit_nested
from collective_use.results import NotComputed, Result, Table, table_of

_VANISHED = 7.0
"""A residual SD that changes by more than e^7 over the waves is gone in one of them."""

_CAUTION = (
    "A residual variance that falls is what consensus leaves behind, and so do other processes: "
    "drift to a ceiling of the scale, members who leave, answers that only fluctuate less. The "
    "model cannot tell them apart (Psychological Methods, 2024, 29, 1074-1083)."
)


@dataclass(frozen=True)
class ConsensusEmergence(Result):
    """Consensus emergence over waves.

    Attributes
    ----------
    delta
        Change of the log residual SD from one wave to the next (nlme's varExp); negative:
        members grow alike.
    delta_se, delta_limits
        From the curvature of the likelihood.
    lr, p
        Likelihood ratio with one degree of freedom against a constant residual variance.
    words
        What the numbers say about consensus, in one sentence.
    by_wave
        One row a wave: `wave`, `n`, `residual_variance`, `member_variance`,
        `between_variance` (of the group lines at that wave), `icc1` (its share), `change` (the
        residual SD as a multiple of the first wave's).
    parameters
        One row a parameter of both models: `parameter`, `constant`, `emergence`.
    method
        ``"reml"`` or ``"ml"``.
    rows, members, groups
        How many of each.
    confidence
        Of the limits.
    notes
        What was left out, and what the model cannot know.

    Examples
    --------
    >>> import pandas as pd, collective_use as cu
    >>> rows = {"team": list("aaaabbbbcccc"), "person": [1, 1, 2, 2] * 3, "wave": [0, 1] * 6}
    >>> frame = pd.DataFrame(rows).assign(y=[1, 4, 7, 5, 2, 1, 5, 2, 6, 8, 9, 8.0])
    >>> cu.consensus_emergence(frame, "y", "team", "person", "wave").groups
    3
    """

    delta: float | NotComputed
    delta_se: float | NotComputed
    delta_limits: tuple[float, float] | NotComputed
    lr: float
    p: float
    words: str
    by_wave: pd.DataFrame
    parameters: pd.DataFrame
    method: str
    rows: int
    members: int
    groups: int
    confidence: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `by_wave`."""
        return self.by_wave.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the waves and the parameters of both models."""
        return (
            table_of(f"Consensus emergence: {self.words}", self.by_wave),
            table_of("Parameters", self.parameters, notes=self.notes, digits=4),
        )


def consensus_emergence(
    data: pd.DataFrame,
    value: str,
    group: str,
    member: str,
    wave: str,
    *,
    method: str = "reml",
    confidence: float = 0.95,
) -> ConsensusEmergence:
    """Test whether members of groups grow alike over waves.

    Three levels (answers of members of groups), a line over waves for each group, a level for
    each member, and a residual variance ``σ² exp(2 δ wave)``. R: ``lme(value ~ wave, random =
    list(group = pdSymm(~wave), member = pdIdent(~1)), weights = varExp(form = ~wave))``.

    Parameters
    ----------
    data
        One row a member and wave.
    value, group, member, wave
        Columns; waves are numbers, and δ is by unit of them.
    method
        ``"reml"`` or ``"ml"``.
    confidence
        Of the limits of δ.

    Returns
    -------
    ConsensusEmergence
        δ with limits and test, and variances by wave.

    Raises
    ------
    InputError
        When a column is not there, waves are fewer than two, a member answers one wave twice,
        or no member answers more than once.

    Notes
    -----
    Read `by_wave` beside δ: consensus asks for a residual variance that falls *and* groups that
    differ at the end. If both fall, answers converge on one value for all (a norm, a ceiling),
    not on a group's own.

    References
    ----------
    Lang, J. W. B., Bliese, P. D., & de Voogt, A. (2018). Modeling consensus emergence in groups
    using longitudinal multilevel methods. Personnel Psychology, 71, 255-281.

    Examples
    --------
    >>> import numpy as np, pandas as pd, collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> rows = pd.MultiIndex.from_product([range(12), range(4), range(4)]).to_frame(index=False)
    >>> rows.columns = ["team", "person", "wave"]
    >>> level = rng.normal(size=12)[rows["team"]]
    >>> rows["y"] = level + rng.normal(size=len(rows)) * np.exp(-0.4 * rows["wave"])
    >>> found = cu.consensus_emergence(rows, "y", "team", "person", "wave")
    >>> found.delta_limits[1] < 0, found.p < 0.01
    (True, True)
    """
    one_of("method", method, ("reml", "ml"))
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    columns = columns_of(data, {"group": group, "member": member}, {"value": value, "wave": wave})
    first = float(columns.numbers(wave).min())
    rows, X = _rows(columns, value, group, member, wave, first)
    plain = fit_nested(rows, np.ones((len(X), 1)), reml=method == "reml")
    full = fit_nested(rows, X * np.array([1.0, 2.0]), reml=method == "reml")
    lr = max(0.0, 2.0 * (full.log_likelihood - plain.log_likelihood))
    delta, se, limits = _delta(full, float(X[:, 1].max()), confidence)
    p = float(special.chdtrc(1, lr))
    by_wave = _by_wave(full, X[:, 1], first)
    counted_from = [f"Waves are counted from the first, {first:g}."] if first else []
    notes = [*columns.notes, *counted_from, *_unconverged(plain, full), _CAUTION]
    return ConsensusEmergence(
        delta, se, limits, lr, p, _words(delta, p, by_wave, confidence), by_wave,
        _parameters(plain, full), method, len(X), len(set(rows.member.tolist())),  # type: ignore[union-attr]
        rows.groups, confidence, tuple(notes),
    )  # fmt: skip


def _rows(
    columns: Columns, value: str, group: str, member: str, wave: str, first: float
) -> tuple[NestedRows, NDArray[np.float64]]:
    frame, waves = columns.frame, columns.numbers(wave)
    if len(np.unique(waves)) < 2:
        raise InputError(f"wave must hold at least two waves, got {np.unique(waves).tolist()}")
    twice = frame.duplicated([group, member, wave])
    if twice.any():
        first = int(np.flatnonzero(twice)[0])
        who, where, when = (frame[name].iloc[first] for name in (member, group, wave))
        raise InputError(
            f"a member must answer a wave once, got {int(twice.sum())} rows more, the first of "
            f"member '{who}' of group '{where}' at wave {when:g}"
        )
    codes, names = columns.codes(group)
    persons, found = columns.codes(group, member)
    if len(names) < 2:
        raise InputError(f"group must tell at least two groups apart, got {len(names)}")
    if len(found) == len(frame):
        raise InputError(
            "member must tell who answered again at another wave, got nobody with two waves; "
            "codes of members must stay the same over waves"
        )
    y = columns.numbers(value)
    if np.ptp(y) == 0:
        raise InputError(f"value must vary, got {y[0]:g} in every row")
    near_enough(y, codes)
    X = np.column_stack([np.ones(len(waves)), waves - first])
    return NestedRows(y, X, X, codes, persons), X


def _delta(
    full: NestedModel, span: float, confidence: float
) -> tuple[float | NotComputed, float | NotComputed, tuple[float, float] | NotComputed]:
    delta, variance = float(full.gamma[1]), float(full.gamma_covariance[1, 1])
    if abs(delta) * span > _VANISHED:
        why = NotComputed("members of a group answer alike to the last digit in some wave")
        return why, why, why
    if not variance > 0:
        why = NotComputed("the likelihood has no curvature in delta: too few rows for the model")
        return delta, why, why
    se = float(np.sqrt(variance))
    z = float(special.ndtri(0.5 + confidence / 2))
    return delta, se, (delta - z * se, delta + z * se)


def _by_wave(full: NestedModel, waves: NDArray[np.float64], first: float) -> pd.DataFrame:
    found, counts = np.unique(waves, return_counts=True)
    Z = np.column_stack([np.ones(len(found)), found])
    between = np.einsum("wq,qr,wr->w", Z, full.T, Z)
    residual = np.exp(full.gamma[0] + 2.0 * full.gamma[1] * found)
    return pd.DataFrame(
        {
            "wave": found + first,
            "n": counts,
            "residual_variance": residual,
            "member_variance": full.member_variance,
            "between_variance": between,
            "icc1": between / (between + full.member_variance + residual),
            "change": np.sqrt(residual / residual[0]),
        }
    )


def _parameters(plain: NestedModel, full: NestedModel) -> pd.DataFrame:
    def column(fit: NestedModel, delta: float) -> list[float]:
        variances = np.diag(fit.beta_covariance)
        # a fit that did not converge can have a variance below zero: it has no standard error
        se = np.sqrt(np.where(variances >= 0, variances, np.nan))
        return [
            float(fit.beta[0]), float(se[0]), float(fit.beta[1]), float(se[1]),
            float(fit.T[0, 0]), float(fit.T[1, 1]), float(fit.T[0, 1]), fit.member_variance,
            float(np.exp(fit.gamma[0])), delta, fit.log_likelihood,
        ]  # fmt: skip

    names = [
        "intercept", "intercept_se", "wave", "wave_se", "group_intercept_variance",
        "group_slope_variance", "group_covariance", "member_variance", "residual_variance_at_first",
        "delta", "log_likelihood",
    ]  # fmt: skip
    return pd.DataFrame(
        {
            "parameter": names,
            "constant": column(plain, 0.0),
            "emergence": column(full, float(full.gamma[1])),
        }
    )


def _words(delta: float | NotComputed, p: float, by_wave: pd.DataFrame, confidence: float) -> str:
    alpha = 1.0 - confidence
    if isinstance(delta, NotComputed):
        return f"cannot be judged: {delta.reason}"
    if p > alpha:
        return f"no evidence that members grow alike (p = {p:.3f})"
    fell = 100.0 * (1.0 - by_wave["residual_variance"].iloc[-1] / by_wave["residual_variance"][0])
    if delta > 0:
        return f"members grow apart: the residual variance rises by {-fell:.0f}%"
    first, last = by_wave["between_variance"].iloc[0], by_wave["between_variance"].iloc[-1]
    text = f"the residual variance falls by {fell:.0f}% over the waves"
    if last > first:
        return f"{text} while differences between groups grow ({first:.2f} to {last:.2f})"
    return (
        f"{text}, but differences between groups do not grow ({first:.2f} to {last:.2f}): answers "
        "of all groups converge, which is no consensus of each"
    )


def _unconverged(*fits: NestedModel) -> list[str]:
    return (
        []
        if all(fit.converged for fit in fits)
        else ["The optimum of the likelihood was not reached to full precision."]
    )
