"""One model fitted to multiply imputed data sets, and pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from collective_use.accepted import Arguments, PlainDict
from collective_use.errors import (
    ConvergenceWarning,
    EstimationError,
    InputError,
    NotSupported,
    warn,
)
from collective_use.numerics.moments import Floats
from collective_use.numerics.sem.fit_indices import Versus, cfi, rmsea, tli
from collective_use.numerics.sem.pooling import PooledTest, pool_d2, pool_d4, pool_estimates
from collective_use.results import Result, Table, table_of
from collective_use.sem.fit import fit_sem
from collective_use.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.95
"""Of the limits."""


@dataclass(frozen=True)
class ImputedFit(Result):
    """Pooled results of imputed data sets.

    Attributes
    ----------
    estimates
        ``lhs op rhs group label est se t df p ci_lower ci_upper riv fmi`` by Rubin's rules.
    tests
        The model's chi-square, pooled: ``test`` (D2, D4; ``"D2 scaled"`` of a robust estimator),
        ``F df1 df2 p riv chisq cfi tli rmsea``.
    fits
        The fits of the imputations.
    left_out
        How many imputations did not converge and are not part of the results.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(100, 3))
    >>> frames = [pd.DataFrame(x + 0.1 * rng.normal(size=x.shape), columns=list("xyz"))] * 2
    >>> pooled = fit_sem_mi("y ~ x; z ~ y", frames)
    >>> pooled.tests.test.tolist()
    ['D2', 'D4']
    """

    estimates: pd.DataFrame
    tests: pd.DataFrame
    fits: tuple[SemResult, ...]
    left_out: int

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates."""
        return self.estimates

    def tables(self) -> tuple[Table, ...]:
        """Return estimates and tests."""
        notes = [f"{len(self.fits)} imputations; Rubin's rules"]
        notes += [f"{self.left_out} more did not converge and are left out"] * bool(self.left_out)
        return (
            table_of("Pooled estimates", self.estimates, notes=tuple(notes)),
            table_of("Pooled tests of the model", self.tests),
        )


def fit_sem_mi(model: str, data: Sequence[pd.DataFrame], **arguments: Arguments) -> ImputedFit:
    """Fit a model to imputed data sets and pool estimates and tests.

    How the values were imputed is the user's to answer for: with cases in groups the imputation
    has to respect the groups, or what differs between them is understated.

    Parameters
    ----------
    model
        Model text.
    data
        At least two imputed data sets with the same columns and number of rows.
    **arguments
        As for `fit_sem`: continuous variables at one level.

    Raises
    ------
    InputError
        When the data sets do not belong together.
    EstimationError
        When fewer than two imputations converge.
    NotSupported
        For ordered variables, two levels, or moments instead of data.

    Warns
    -----
    ConvergenceWarning
        When imputations are left out because their fit did not converge.

    References
    ----------
    Rubin (1987), Multiple imputation for nonresponse in surveys; Li et al. (1991), Statistica
    Sinica 1:65 (D2); Chan & Meng (2022), Statistica Sinica 32:1489 (D4).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=100)
    >>> frames = [pd.DataFrame({"x": x, "y": x + rng.normal(size=100)}) for _ in range(3)]
    >>> pooled = fit_sem_mi("y ~ x", frames)
    >>> len(pooled.fits), list(pooled.estimates.op)
    (3, ['~', '~~', '~~'])
    """
    frames = _checked(data)
    for name in ("ordered", "cov", "repetitions"):
        if arguments.get(name):
            raise NotSupported(f"{name}= with imputed data sets is not supported")
    fits = [fit_sem(model, frame, **arguments) for frame in frames]
    if any(type(fit) is not SemResult for fit in fits):
        raise NotSupported("imputed data sets at two levels are not supported")
    fine = [fit.converged and fit.vcov is not None for fit in fits]
    good = tuple(fit for fit, use in zip(fits, fine, strict=True) if use)
    left_out = len(fits) - len(good)
    if len(good) < 2:
        raise EstimationError(f"only {len(good)} of {len(fits)} imputations converged with errors")
    if left_out:
        warn(f"{left_out} of {len(fits)} imputations did not converge: left out",
             ConvergenceWarning)  # fmt: skip
    used = [frame for frame, use in zip(frames, fine, strict=True) if use]
    return ImputedFit(_estimates(good), _tests(model, used, good, arguments), good, left_out)


def _checked(data: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    if hasattr(data, "columns") or not isinstance(data, Sequence):
        raise InputError("data must be a list of data frames, one per imputation")
    frames = list(data)
    if len(frames) < 2:
        raise InputError(f"at least two imputations are needed, got {len(frames)}")
    for i, frame in enumerate(frames):
        if not hasattr(frame, "columns"):
            raise InputError(f"imputation {i + 1} is no data frame but {type(frame).__name__}")
        if list(frame.columns) != list(frames[0].columns) or len(frame) != len(frames[0]):
            raise InputError(
                f"imputation {i + 1} has other columns or another number of rows than the first"
            )
    return frames


def _estimates(fits: Sequence[SemResult]) -> pd.DataFrame:
    """Pool rows, definitions among them, each with its own error."""
    values = np.array([fit.estimates["est"] for fit in fits])
    errors = np.array([fit.estimates["se"] for fit in fits])
    covariances = np.array([np.diag(row**2) for row in errors])
    pooled = pool_estimates(values, covariances)
    # What has no error in any imputation (fixed parameters, moments of covariates) has none here.
    free = errors.mean(axis=0) > 1e-12
    se = np.where(free, np.sqrt(np.diag(pooled.total)), 0.0)
    t = np.divide(pooled.estimates, se, out=np.full(se.size, np.nan), where=free)
    finite = np.isfinite(pooled.df)
    df = np.where(finite, pooled.df, 1e12)
    tail = 0.5 + LEVEL / 2
    width = np.where(finite, stdtrit(df, tail), ndtri(tail)) * se
    frame = fits[0].estimates[["lhs", "op", "rhs", "group", "label"]].copy()
    return frame.assign(
        est=pooled.estimates,
        se=se,
        t=t,
        df=np.where(free, pooled.df, np.nan),
        p=2 * stdtr(df, -np.abs(t)),
        ci_lower=pooled.estimates - width,
        ci_upper=pooled.estimates + width,
        riv=np.where(free, pooled.riv, np.nan),
        fmi=np.where(free, pooled.fmi, np.nan),
    )


def _tests(
    model: str, frames: Sequence[pd.DataFrame], fits: Sequence[SemResult], arguments: PlainDict
) -> pd.DataFrame:
    import pandas as pd

    columns = ("test", "F", "df1", "df2", "p", "riv", "chisq", "cfi", "tli", "rmsea")
    measures = [fit.fit_measures for fit in fits]
    if measures[0]["df"] == 0:
        return pd.DataFrame(columns=list(columns))
    rows = [_row("D2", _d2(measures, "", ""), _d2(measures, "baseline.", ""), fits[0])]
    if "chisq.scaled" in measures[0]:
        test, null = (_d2(measures, base, ".scaled") for base in ("", "baseline."))
        rows.append(_row("D2 scaled", test, null, fits[0]))
    if fits[0].solution.options.function == "ML":
        stack = fit_sem(model, pd.concat(frames, ignore_index=True), **arguments).fit_measures
        test, null = (_d4(measures, stack, base) for base in ("", "baseline."))
        rows.append(_row("D4", test, null, fits[0]))
    return pd.DataFrame(rows, columns=list(columns))


def _of(measures: Sequence[Mapping[str, float]], name: str) -> Floats:
    return np.array([m[name] for m in measures])


def _d2(measures: Sequence[Mapping[str, float]], base: str, suffix: str) -> PooledTest:
    df = float(_of(measures, f"{base}df").mean())
    return pool_d2(_of(measures, f"{base}chisq{suffix}"), df)


def _d4(
    measures: Sequence[Mapping[str, float]], stack: Mapping[str, float], base: str
) -> PooledTest:
    statistics = _of(measures, f"{base}chisq")
    return pool_d4(statistics, stack[f"{base}chisq"] / len(measures), stack[f"{base}df"])


def _row(name: str, test: PooledTest, null: PooledTest, fit: SemResult) -> tuple[str | float, ...]:
    v = Versus(test.chisq, test.df1, null.chisq, null.df1)
    error = rmsea(test.chisq, test.df1, fit.n, len(fit.group_names))
    return (
        name, test.f, test.df1, test.df2, test.p, test.riv, test.chisq, cfi(v), tli(v), error,
    )  # fmt: skip
