"""Dynamic cut-offs: what fit indices are when the fitted model is right, and when it is wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from collective_use.accepted import Array
from collective_use.checks import instance_of, one_of, valid_seed, whole_number
from collective_use.errors import InputError, NotSupported
from collective_use.measurement.correlations import Floats
from collective_use.measurement.cutoffs.judge import Drawn, limits_of, verdict_of
from collective_use.measurement.cutoffs.result import INDICES, DynamicCutoffs
from collective_use.measurement.cutoffs.wrong import implied, misspecified, standardised
from collective_use.numerics.resampling.batches import weighted_moments
from collective_use.numerics.sem.many import fit_many, normal_covariances
from collective_use.numerics.threads import single_threaded
from collective_use.sem.ordinal.result import OrdinalResult
from collective_use.sem.result import SemResult
from collective_use.sem.twolevel.result import TwoLevelResult

LIKERT = 7
"""Items of at most so many values are drawn as they were observed."""

Simulate = Callable[[Floats], Drawn]
"""Correlations of the population -> fit indices of samples from it."""


@single_threaded
def dynamic_cutoffs(
    fit: SemResult, repetitions: int = 500, seed: int | None = 1, *, drawn: str = "auto",
    levels: int | None = None,
) -> DynamicCutoffs:  # fmt: skip
    """Simulate cut-offs for the SRMR, RMSEA and CFI of a fitted confirmatory factor model.

    Samples are drawn from the fitted model (level 0) and from models that have, besides, one
    cross-loading a level, from the factor of highest reliability onto the weakest item of another
    factor and as large as that item's own loading; the fitted model leaves them out. A level's
    cut-off is what 95% of the wrong fits miss; where that lies on the good side of level 0's own
    95% limit, level 0's limit is taken and the share it catches is printed.

    Parameters
    ----------
    fit
        A confirmatory model of one group with complete answers: maximum likelihood of numbers, also
        under a second-order factor, at two levels (each gets its own cut-offs), or ordered items.
    repetitions
        Samples by level.
    seed
        Of the draws.
    drawn
        ``"normal"``; ``"as observed"``: cases (or whole clusters) are drawn from the answers,
        turned so that the population's covariance is the model's (Bollen & Stine 1992), which keeps
        the skew of Likert items and what members of a group share; ``"auto"``: as observed where
        items have at most seven values.
    levels
        The highest level that is simulated; all of them when None.

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
        For several groups, missing values, other estimators, regressions, bifactor models.

    References
    ----------
    McNeish & Wolf (2023), Psychological Methods 28:61, doi 10.1037/met0000425; one factor: the same
    authors (2022), Journal of Personality Assessment 104:330; Likert items: McNeish (2023),
    Psychological Methods, doi 10.1037/met0000576.

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
    one_of("drawn", drawn, ("auto", "normal", "as observed"))
    valid_seed(seed)
    if levels is not None:
        whole_number("levels", levels, at_least=1)
    _refuse(fit)
    rng = np.random.default_rng(seed)
    if isinstance(fit, TwoLevelResult):
        from collective_use.measurement.cutoffs.levels import cutoffs_by_level

        return cutoffs_by_level(fit, repetitions, rng, levels)
    pattern, phi, items = standardised(fit)
    more = misspecified(pattern, phi, items)[:levels]
    how, simulate = _simulator(fit, repetitions, rng, drawn)
    right = simulate(implied(pattern, phi))
    wrong = [(simulate(r), missing, size) for r, missing, size in more]
    table, _ = limits_of(right, wrong)
    end = ".scaled" if how == "ordered" else ""
    observed = {name: float(fit.fit_measures[name + (end if name != "srmr" else "")])
                for name in INDICES}  # fmt: skip
    failed = right.failed + sum(own.failed for own, _, _ in wrong)
    return DynamicCutoffs(
        table, observed, verdict_of(table, observed), int(fit.n), int(fit.fit_measures["df"]),
        repetitions, failed, how,
    )  # fmt: skip


def _simulator(
    fit: SemResult, repetitions: int, rng: np.random.Generator, drawn: str
) -> tuple[str, Simulate]:
    if isinstance(fit, OrdinalResult):
        from collective_use.measurement.cutoffs.ordered import ordered_simulator

        return "ordered", ordered_simulator(fit, repetitions, rng)
    from collective_use.sem.resampling.refit import NormalRefit

    again = NormalRefit(fit, "parametric")
    group = fit.solution.data.groups[0]
    values = None if group.Y is None else np.asarray(group.Y)
    spread = np.sqrt(np.diag(fit.implied().covariance))
    n, df = int(group.moments.n), int(fit.fit_measures["df"])
    steps = values is not None and max(len(np.unique(x)) for x in values.T) <= LIKERT
    if drawn == "auto":
        drawn = "as observed" if steps else "normal"
    if drawn == "as observed" and values is None:
        raise InputError("drawn='as observed' needs a fit to data, got one to covariances")
    clusters = group.clusters[0] if group.clusters else None

    def simulate(correlation: Floats) -> Drawn:
        sigma = correlation * np.outer(spread, spread)
        if drawn == "normal" or values is None:
            covariances = normal_covariances(sigma, n, repetitions, rng)
        else:
            covariances = _as_observed(values, sigma, clusters, repetitions, rng)
        # few cases give samples in which an item does not vary: such a sample has no fit
        with np.errstate(divide="ignore", invalid="ignore"):
            found = fit_many(again.model, covariances, n, df, again.start, again.basis)
        return Drawn(found.srmr, found.rmsea, found.cfi)

    return drawn, simulate


def _as_observed(
    values: Floats, sigma: Floats, clusters: Array | None, repetitions: int,
    rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """Return covariances of samples from the answers, turned to have covariance sigma."""
    centred = values - values.mean(axis=0)
    own = np.linalg.cholesky(centred.T @ centred / len(centred))
    turned = centred @ np.linalg.solve(own, np.eye(len(own))).T @ np.linalg.cholesky(sigma).T
    if clusters is None:
        n = len(values)
        times = rng.multinomial(n, np.full(n, 1 / n), size=repetitions).astype(float)
    else:
        codes = np.unique(clusters, return_inverse=True)[1]
        count = int(codes.max()) + 1
        times = rng.multinomial(count, np.full(count, 1 / count), size=repetitions)[:, codes]
        times = times.astype(float)
    return weighted_moments(turned, times)[1]


def _refuse(fit: SemResult) -> None:
    table, data = fit.solution.table, fit.solution.data
    items = len(table.blocks[0].observed)
    if fit.n <= items:
        raise InputError(f"cases must be more than items for cut-offs, got {fit.n} cases and "
                         f"{items} items")  # fmt: skip
    if len(data.groups) > 1:
        raise NotSupported(
            "dynamic cut-offs of several groups are not offered: fit them one by one"
        )
    if any(getattr(g, "patterns", None) for g in data.groups):
        raise NotSupported("dynamic cut-offs need complete data")
    if not isinstance(fit, OrdinalResult) and fit.solution.options.function != "ML":
        raise NotSupported("dynamic cut-offs need maximum likelihood, or ordered items")
    if any(row.op == "~" for row in table.rows):
        raise NotSupported(
            "dynamic cut-offs are for confirmatory factor models without regressions"
        )
    block = table.blocks[0]
    if not block.latent:
        raise InputError("fit must have a factor for dynamic cut-offs, got none")
    if fit.fit_measures["df"] < 1:
        raise InputError("fit must have degrees of freedom for a cut-off, got a saturated model")
