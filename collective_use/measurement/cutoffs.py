"""Dynamic cut-offs: what fit indices are when the fitted model is right, and when it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.checks import instance_of, valid_seed, whole_number
from collective_use.errors import InputError, NotSupported
from collective_use.frames import rows_of
from collective_use.measurement.correlations import Floats
from collective_use.measurement.threads import single_threaded
from collective_use.numerics.sem.many import ManyFits, fit_many, normal_covariances
from collective_use.results import Result, Table, table_of
from collective_use.sem.result import SemResult

INDICES = ("srmr", "rmsea", "cfi")
MOST_EXPLAINED = 0.95
"""An item with an added cross-loading keeps at least 5% of its variance to itself."""


@dataclass(frozen=True)
class DynamicCutoffs(Result):
    """Cut-offs for one fitted model.

    Attributes
    ----------
    table
        One row a level of misspecification, 0 when the model is right: `level`, `srmr`, `rmsea`,
        `cfi`, what is left out at the level (`missing`), its `magnitude`, and the share of wrong
        models that each cut-off catches (`srmr_power`, ...); at level 0 the share of right models
        that pass.
    observed
        The fit's own indices.
    verdict
        In words.
    n, df, repetitions
        Cases, degrees of freedom and samples by level.
    failed
        Samples whose fit did not converge, left out.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 3, axis=1) + rng.normal(size=(300, 6))
    >>> data = pd.DataFrame(f, columns=[f"x{i}" for i in range(1, 7)])
    >>> fit = cu.fit_cfa("a =~ x1 + x2 + x3; b =~ x4 + x5 + x6", data)
    >>> cu.dynamic_cutoffs(fit, repetitions=100).table["level"].tolist()
    [0, 1]
    """

    table: pd.DataFrame
    observed: dict[str, float]
    verdict: str
    n: int
    df: int
    repetitions: int
    failed: int = field(default=0)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a level: `level, srmr, rmsea, cfi`, and what stands behind them."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the cut-offs beside what was observed."""
        own = ", ".join(f"{name.upper()} {self.observed[name]:.3f}" for name in INDICES)
        notes = [f"Observed: {own} (n = {self.n}, df = {self.df}).", self.verdict,
                 "McNeish & Wolf 2023, Psychological Methods 28:61; "
                 f"{self.repetitions} samples a level."]  # fmt: skip
        if self.failed:
            notes.append(f"{self.failed} samples did not converge and are left out.")
        return (table_of("Dynamic cut-offs", self.table, notes=notes),)


@single_threaded
def dynamic_cutoffs(fit: SemResult, repetitions: int = 500, seed: int | None = 1) -> DynamicCutoffs:
    """Simulate cut-offs for the SRMR, RMSEA and CFI of a fitted confirmatory factor model.

    Samples are drawn from the fitted model (level 0) and from models that have, besides, one
    cross-loading a level, from the factor of highest reliability onto the weakest item of another
    factor and as large as that item's own loading; the fitted model leaves them out. A level's
    cut-off is what 95% of the wrong fits miss; where that lies on the good side of level 0's own
    95% limit, level 0's limit is taken and the share it catches is printed.

    Parameters
    ----------
    fit
        A confirmatory model of one group, complete continuous data, maximum likelihood.
    repetitions
        Samples by level.
    seed
        Of the draws.

    Returns
    -------
    DynamicCutoffs
        Levels 0 to factors - 1; one factor: residual correlations of .30 in a third, two thirds
        and all pairs of neighbouring items.

    Raises
    ------
    InputError
        When the model is saturated or has no factor.
    NotSupported
        For several groups, two levels, ordered variables, missing values, other estimators, and
        models with regressions or second-order factors.

    References
    ----------
    McNeish & Wolf (2023), Psychological Methods 28:61, doi 10.1037/met0000425; one factor: the same
    authors (2022), Journal of Personality Assessment 104:330.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 3, axis=1) + rng.normal(size=(300, 6))
    >>> data = pd.DataFrame(f, columns=[f"x{i}" for i in range(1, 7)])
    >>> fit = cu.fit_cfa("a =~ x1 + x2 + x3; b =~ x4 + x5 + x6", data)
    >>> bool(cu.dynamic_cutoffs(fit, repetitions=100).table.loc[0, "cfi"] > 0.9)
    True
    """
    instance_of("fit", fit, SemResult, "what cu.fit_cfa(...) returns")
    whole_number("repetitions", repetitions, at_least=50)
    valid_seed(seed)
    _refuse(fit)
    from collective_use.sem.resampling.refit import NormalRefit

    again = NormalRefit(fit, "parametric")
    pattern, phi, items = _standardised(fit)
    spread = np.sqrt(np.diag(fit.implied()[0]))
    n, df = int(fit.solution.data.groups[0].moments.n), int(fit.fit_measures["df"])
    rng = np.random.default_rng(seed)

    def simulated(correlation: Floats) -> ManyFits:
        sigma = correlation * np.outer(spread, spread)
        drawn = normal_covariances(sigma, n, repetitions, rng)
        return fit_many(again.model, drawn, n, df, again.start, again.basis)

    right = simulated(_implied(pattern, phi, None))
    base = {name: _limit(right, name, wrong=False) for name in INDICES}
    passing = {f"{name}_power": _share(right, name, base[name], good=True) for name in INDICES}
    rows: list[dict[str, object]] = [
        {"level": 0, **base, "missing": "", "magnitude": np.nan, **passing}
    ]
    failed = int((~right.converged).sum())
    for level, (correlation, missing, size) in enumerate(_wrong(pattern, phi, items), start=1):
        fits = simulated(correlation)
        failed += int((~fits.converged).sum())
        cuts = {name: _reached(fits, name, base[name]) for name in INDICES}
        power = {f"{name}_power": _share(fits, name, cuts[name], good=False) for name in INDICES}
        rows.append({"level": level, **cuts, "missing": missing, "magnitude": size, **power})
    observed = {name: float(fit.fit_measures[name]) for name in INDICES}
    table = pd.DataFrame(rows)
    return DynamicCutoffs(table, observed, _verdict(table, observed), n, df, repetitions, failed)


def _refuse(fit: SemResult) -> None:
    table, data = fit.solution.table, fit.solution.data
    if type(fit) is not SemResult:
        raise NotSupported("dynamic cut-offs of ordered or two-level models are not offered")
    if len(data.groups) > 1:
        raise NotSupported(
            "dynamic cut-offs of several groups are not offered: fit them one by one"
        )
    if any(g.patterns for g in data.groups) or fit.solution.options.function != "ML":
        raise NotSupported("dynamic cut-offs need complete data and maximum likelihood")
    if any(row.op == "~" for row in table.rows):
        raise NotSupported(
            "dynamic cut-offs are for confirmatory factor models without regressions"
        )
    block = table.blocks[0]
    if not block.latent:
        raise InputError("fit must have a factor for dynamic cut-offs, got none")
    if any(row.op == "=~" and row.rhs in block.latent for row in table.rows):
        raise NotSupported("dynamic cut-offs of second-order factors are not offered")
    if fit.fit_measures["df"] < 1:
        raise InputError("fit must have degrees of freedom for a cut-off, got a saturated model")


def _standardised(fit: SemResult) -> tuple[Floats, Floats, list[str]]:
    """Return (J, k) standardised loadings, (k, k) factor correlations, and the items."""
    block = fit.solution.table.blocks[0]
    items, factors = list(block.observed), list(block.latent)
    pattern, phi = np.zeros((len(items), len(factors))), np.eye(len(factors))
    for row in rows_of(fit.standardized("all")):
        if row.op == "=~":
            pattern[items.index(row.rhs), factors.index(row.lhs)] = row.est
        elif row.op == "~~" and row.lhs in factors and row.rhs in factors:
            i, j = factors.index(row.lhs), factors.index(row.rhs)
            phi[i, j] = phi[j, i] = row.est
    np.fill_diagonal(phi, 1.0)
    return pattern, phi, items


def _implied(pattern: Floats, phi: Floats, extra: Floats | None) -> Floats:
    loadings = pattern if extra is None else pattern + extra
    out = loadings @ phi @ loadings.T
    np.fill_diagonal(out, 1.0)
    return out


def _wrong(pattern: Floats, phi: Floats, items: list[str]) -> list[tuple[Floats, str, float]]:
    if pattern.shape[1] == 1:
        return _residuals(pattern, items)
    squares = np.clip(pattern**2, 0.0, 0.999)
    reliability = (squares / (1 - squares)).sum(axis=0)
    donor = int(reliability.argmax())
    single = (np.abs(pattern) > 1e-8).sum(axis=1) == 1
    weakest = []
    for k in range(pattern.shape[1]):
        own = np.flatnonzero(single & (np.abs(pattern[:, k]) > 1e-8))
        if k != donor and len(own):
            place = int(own[np.abs(pattern[own, k]).argmin()])
            weakest.append((float(np.abs(pattern[place, k])), place, k))
    extra = np.zeros_like(pattern)
    out = []
    for size, item, factor in sorted(weakest):
        shared = abs(size * phi[factor, donor])
        room = float(np.sqrt(max(MOST_EXPLAINED - size**2 + shared**2, 0.0))) - shared
        size = min(size, max(room, 0.0))
        extra[item, donor] = size
        out.append((_implied(pattern, phi, extra), f"cross-loading of {items[item]}", size))
    return out


def _residuals(pattern: Floats, items: list[str]) -> list[tuple[Floats, str, float]]:
    """Give one factor's misspecifications: residual correlations of .30 in ever more pairs."""
    loadings = pattern[:, 0]
    error = np.sqrt(np.maximum(1 - loadings**2, 0.0))
    order = np.argsort(np.abs(loadings))
    pairs = [(int(order[2 * i]), int(order[2 * i + 1])) for i in range(len(items) // 2)]
    out: list[tuple[Floats, str, float]] = []
    for share in (1 / 3, 2 / 3, 1.0):
        used = pairs[: max(1, round(share * len(pairs)))]
        matrix = _implied(pattern, np.eye(1), None)
        for a, b in used:
            matrix[a, b] = matrix[b, a] = matrix[a, b] + 0.3 * error[a] * error[b]
        word = f"{len(used)} residual correlation{'s' if len(used) > 1 else ''}"
        if not out or out[-1][1] != word:
            out.append((matrix, word, 0.3))
    return out


def _limit(fits: ManyFits, name: str, *, wrong: bool) -> float:
    values = getattr(fits, name)
    low = (name == "cfi") != wrong
    return float(np.nanquantile(values, 0.05 if low else 0.95))


def _reached(fits: ManyFits, name: str, base: float) -> float:
    """Return what 95% of wrong fits miss, or level 0's limit where that is stricter than theirs."""
    cut = _limit(fits, name, wrong=True)
    return min(cut, base) if name == "cfi" else max(cut, base)


def _share(fits: ManyFits, name: str, cut: float, *, good: bool) -> float:
    values = getattr(fits, name)
    values = values[np.isfinite(values)]
    beyond = values >= cut if (name == "cfi") == good else values <= cut
    return float(beyond.mean())


def _verdict(table: pd.DataFrame, observed: dict[str, float]) -> str:
    def meets(row: pd.Series) -> bool:
        return (
            observed["srmr"] <= row["srmr"]
            and observed["rmsea"] <= row["rmsea"]
            and observed["cfi"] >= row["cfi"]
        )

    for _, row in table.iterrows():
        if meets(row):
            if row["level"] == 0:
                return "The fit is what the right model would show."
            return (
                f"The fit is worse than the right model's, but no worse than with "
                f"{row['missing']} left out (level {row['level']})."
            )
    last = table.iloc[-1]
    return f"The fit is worse than with everything of level {last['level']} left out."
