"""What a fit says at its solution: an expression, profile limits, implied moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from collective_use.numerics.moments import Floats
from collective_use.results import Result, Table, table_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class DerivedEstimate(Result):
    """An expression of labelled parameters.

    Attributes
    ----------
    expression
        As it was asked for.
    value
        At the estimates.
    se
        By the delta method; NaN where the errors could not be computed.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> S = pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], index=list("xy"), columns=list("xy"))
    >>> found = cu.fit_sem("y ~ b*x", cov=S, n=100).evaluate("2*b")
    >>> round(found.value, 3), round(found.se, 3)
    (1.0, 0.173)
    """

    expression: str
    value: float
    se: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row: `expression, value, se`."""
        import pandas as pd

        return pd.DataFrame([vars(self)])


@dataclass(frozen=True)
class ProfileLimits(Result):
    """Confidence limits of a parameter by likelihood profile (Venzon & Moolgavkar 1988).

    Attributes
    ----------
    parameter
        As it was asked for.
    lower, upper
        Infinite where the likelihood stays above the limit.
    confidence
        Of both limits together.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> S = pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], index=list("xy"), columns=list("xy"))
    >>> found = cu.fit_sem("y ~ b*x", cov=S, n=100).profile("b")
    >>> round(found.lower, 2), round(found.upper, 2)
    (0.33, 0.67)
    """

    parameter: str
    lower: float
    upper: float
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row: `parameter, lower, upper, confidence`."""
        import pandas as pd

        return pd.DataFrame([vars(self)])


@dataclass(frozen=True)
class ImpliedMoments(Result):
    """Covariances and means that a fitted model implies in one group and level.

    Attributes
    ----------
    covariance
        (p, p) by names of the variables.
    means
        (p,) by the same names.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> S = pd.DataFrame([[1.0, 0.5], [0.5, 1.0]], index=list("xy"), columns=list("xy"))
    >>> found = cu.fit_sem("y ~ b*x", cov=S, n=100).implied()
    >>> float(found.covariance.loc["y", "x"].round(3))
    0.495
    """

    covariance: pd.DataFrame
    means: pd.Series

    def to_frame(self) -> pd.DataFrame:
        """Return one row a variable: its `mean`, then its covariances."""
        frame = self.covariance.reset_index(names="variable")
        frame.insert(1, "mean", self.means.to_numpy())
        return frame

    def tables(self) -> tuple[Table, ...]:
        """Return the moments."""
        return (table_of("Implied means and covariances", self.to_frame()),)


def moments_of(sigma: Floats, mu: Floats, names: tuple[str, ...]) -> ImpliedMoments:
    """Return implied moments under the names of their variables.

    Parameters
    ----------
    sigma, mu
        (p, p) and (p,).
    names
        Of the p variables.

    Examples
    --------
    >>> import numpy as np
    >>> moments_of(np.eye(1), np.zeros(1), ("x",)).to_frame().to_dict("records")
    [{'variable': 'x', 'mean': 0.0, 'x': 1.0}]
    """
    import pandas as pd

    covariance = pd.DataFrame(np.array(sigma), index=list(names), columns=list(names))
    return ImpliedMoments(covariance, pd.Series(np.array(mu), index=list(names)))
