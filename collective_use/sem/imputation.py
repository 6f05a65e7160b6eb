"""One model fitted to multiply imputed data sets, and pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from collective_use.accepted import Arguments, PlainDict
from collective_use.checks import one_of
from collective_use.errors import (
    ConvergenceWarning,
    EstimationError,
    InputError,
    NotSupported,
    warn,
)
from collective_use.numerics.sem.pooling import pool_estimates
from collective_use.results import Result, Table, table_of
from collective_use.sem.fit import fit_sem
from collective_use.sem.imputed_frames import alike, frames_of
from collective_use.sem.imputed_tests import (
    COLUMNS,
    METHODS,
    Imputations,
    difference_rows,
    pooled_measures,
    rows_of_tests,
)
from collective_use.sem.imputers import Imputer, columns_apart, imputed_frames
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
        ``lhs op rhs level group label est se t df p ci_lower ci_upper riv fmi`` by Rubin's rules.
    tests
        The model's chi-square, pooled: ``test`` (D2, D3, D4; with a robust estimator each of them
        ``scaled`` too), ``F df1 df2 p riv chisq cfi tli rmsea``.
    fits
        The fits of the imputations.
    left_out
        How many imputations did not converge and are not part of the results.
    stack
        The fit of all imputations stacked, which D4 needs.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(100, 3))
    >>> frames = [pd.DataFrame(x + 0.1 * rng.normal(size=x.shape), columns=list("xyz"))] * 2
    >>> pooled = fit_sem_mi("y ~ x; z ~ y", frames)
    >>> pooled.tests.test.tolist()
    ['D2', 'D3', 'D4']
    """

    estimates: pd.DataFrame
    tests: pd.DataFrame
    fits: tuple[SemResult, ...]
    left_out: int
    stack: SemResult | None = None

    @property
    def _imputations(self) -> Imputations:
        return Imputations(self.fits, self.stack)

    @property
    def fit_measures(self) -> Mapping[str, float]:
        """Fit measures by lavaan's names: by D4, or D2 where there is no likelihood ratio."""
        return self.measures("D2" if self.stack is None else "D4")

    def measures(self, method: str) -> Mapping[str, float]:
        """Return fit measures of the test pooled by ``"D2"``, ``"D3"`` or ``"D4"``.

        Robust forms divide the pooled statistic by the harmonic mean of the imputations' scaling
        factors, as lavaan.mi does.

        Raises
        ------
        NotSupported
            When the estimator has no such test.
        """
        one_of("method", method, METHODS)
        return MappingProxyType(pooled_measures(self._imputations, method))

    def compare(self, other: ImputedFit) -> pd.DataFrame:
        """Return tests of the difference to a nested model of the same imputations.

        Columns are ``test F df1 df2 p riv``. With a robust estimator ``"D2 scaled"`` pools the
        imputations' corrected differences; the others divide by the difference of mean scalings
        (Satorra & Bentler 2001).

        Raises
        ------
        InputError
            When the other result is of other imputations or has as many degrees of freedom.
        """
        import pandas as pd

        if not isinstance(other, ImputedFit):
            raise InputError("compare() takes the result of fit_sem_mi on the same data sets")
        if len(other.fits) != len(self.fits) or any(
            mine.n != theirs.n for mine, theirs in zip(self.fits, other.fits, strict=True)
        ):
            raise InputError("the two results are not of the same imputations")
        mine, theirs = self._imputations, other._imputations
        first, second = self.fits[0].solution.df, other.fits[0].solution.df
        if first == second:
            raise InputError(f"both models have {first} degrees of freedom: nothing to compare")
        pair = (mine, theirs) if first < second else (theirs, mine)
        return pd.DataFrame(difference_rows(*pair), columns=list(COLUMNS[:6]))

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


def fit_sem_mi(
    model: str,
    data: Sequence[pd.DataFrame] | pd.DataFrame,
    *,
    imputer: Imputer | None = None,
    imputations: int = 20,
    seed: int | None = 1,
    **arguments: Arguments,
) -> ImputedFit:
    """Fit a model to imputed data sets and pool estimates and tests.

    How the values were imputed is the user's to answer for: with cases in groups the imputation
    has to respect the groups, or what differs between them is understated.

    Parameters
    ----------
    model
        Model text.
    data
        At least two imputed data sets with the same columns and number of rows; with `imputer`, one
        data frame with gaps.
    imputer
        ``IterativeImputer(sample_posterior=True)`` of scikit-learn, or the class ``MICEData`` of
        statsmodels: it completes the columns of numbers but group, cluster and weights. Neither
        knows of groups.
    imputations, seed
        Data sets that an imputer makes, and where its chance begins (None: anywhere).
    **arguments
        As for `fit_sem`. Ordered variables and least squares have D2 alone, two levels D2 and D4.

    Raises
    ------
    InputError
        When the data sets do not belong together: other columns, rows, groups, or categories of an
        ordered variable.
    EstimationError
        When fewer than two imputations converge.
    NotSupported
        For moments instead of data, bootstrap errors, or pairwise maximum likelihood.

    Warns
    -----
    ConvergenceWarning
        When imputations are left out because their fit did not converge.

    References
    ----------
    Rubin (1987), Multiple imputation for nonresponse in surveys; Li et al. (1991), Statistica
    Sinica 1:65 (D2); Meng & Rubin (1992), Biometrika 79:103 (D3); Chan & Meng (2022), Statistica
    Sinica 32:1489 (D4).

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
    if imputer is not None:
        if isinstance(data, Sequence):
            raise InputError("imputer= takes one data frame with gaps as data")
        apart = columns_apart(arguments)
        data = imputed_frames(data, imputer, imputations=imputations, seed=seed, apart=apart)
    frames = frames_of(data)
    for name in ("cov", "repetitions"):
        if arguments.get(name) is not None:
            raise NotSupported(
                f"{name}= with imputed data sets is not supported: give a list of data frames"
            )
    if arguments.get("se") == "bootstrap":
        raise NotSupported(
            "se='bootstrap' with imputed data sets is not supported: use estimator='MLR'"
        )
    if str(arguments.get("estimator")).upper() == "PML":
        raise NotSupported(
            "estimator='PML' with imputed data sets is not supported: it takes the answers with "
            "their gaps (missing='pairwise'), or use 'WLSMV'"
        )
    frames = alike(frames, arguments)
    fits = [fit_sem(model, frame, **arguments) for frame in frames]
    fine = [fit.converged and fit.vcov is not None for fit in fits]
    good = tuple(fit for fit, use in zip(fits, fine, strict=True) if use)
    left_out = len(fits) - len(good)
    if len(good) < 2:
        raise EstimationError(f"only {len(good)} of {len(fits)} imputations converged with errors")
    if left_out:
        warn(f"{left_out} of {len(fits)} imputations did not converge: left out",
             ConvergenceWarning)  # fmt: skip
    used = [frame for frame, use in zip(frames, fine, strict=True) if use]
    stack = _stacked(model, used, good, arguments)
    return ImputedFit(_estimates(good), _tests(Imputations(good, stack)), good, left_out, stack)


def _tests(imputed: Imputations) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows_of_tests(imputed), columns=list(COLUMNS))


def _stacked(
    model: str, frames: Sequence[pd.DataFrame], fits: Sequence[SemResult], arguments: PlainDict
) -> SemResult | None:
    """Fit all imputations as one sample; clusters of different imputations are different ones."""
    import pandas as pd

    if fits[0].solution.options.function != "ML" or fits[0].solution.df == 0:
        return None
    cluster = arguments.get("cluster")
    # The stack is for tests, which are those of the weights: errors come from the imputations.
    arguments = {k: v for k, v in arguments.items() if not k.startswith("replicate_")}
    parts = []
    for k, frame in enumerate(frames):
        copy = frame
        for name in [cluster] if isinstance(cluster, str) else cluster or []:
            own = frame[name].map(lambda value, k=k: f"{k}:{value}", na_action="ignore")
            copy = copy.assign(**{name: own})
        parts.append(copy)
    return fit_sem(model, pd.concat(parts, ignore_index=True), **arguments)


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
    keys = ["lhs", "op", "rhs", "level", "group", "label"]
    frame = fits[0].estimates[[key for key in keys if key in fits[0].estimates]].copy()
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
