"""How strong an omitted common cause would have to be.

References
----------
Cinelli & Hazlett (2020), Journal of the Royal Statistical Society B 82:39; Imai, Keele & Yamamoto
(2010), Statistical Science 25:51.
"""

from __future__ import annotations

import numpy as np

from collective_use.numerics.types import Floats


def robustness(f: Floats) -> Floats:
    """Return the share of residual variance, in cause and outcome alike, that undoes a path.

    ``(sqrt(f^4 + 4 f^2) - f^2) / 2`` (Cinelli & Hazlett 2020, equation 20).

    Parameters
    ----------
    f
        Partial Cohen's f of the path, ``|t| / sqrt(df)`` of least squares.

    Examples
    --------
    The example that the authors print (t 4.18 on 783 degrees of freedom: .139):

    >>> robustness(np.array([4.18445 / 783**0.5])).round(4).tolist()
    [0.1388]
    """
    square = f**2
    return np.asarray((np.sqrt(square**2 + 4 * square) - square) / 2)


def at_limit(f: Floats, ratio: Floats, critical: float, df: float) -> Floats:
    """Return the partial f that is left when only the nearer limit is to reach zero.

    ``f - t* / sqrt(df - 1)`` for least squares (Cinelli & Hazlett 2020, section 4.2); other errors
    enter by their own size.

    Parameters
    ----------
    f
        As `robustness` takes it.
    ratio
        Size of the estimate by its error.
    critical
        Of t with df - 1 degrees of freedom.
    df
        Degrees of freedom.

    Examples
    --------
    >>> f = np.array([4.18445 / 783**0.5])
    >>> robustness(at_limit(f, np.array([4.18445]), 1.96301, 783)).round(4).tolist()
    [0.0763]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        left = f - f * critical / ratio * np.sqrt(df / max(df - 1, 1.0))
    return np.asarray(np.maximum(left, 0.0))


def partial_correlation(S: Floats, first: int, second: int, given: list[int]) -> float:
    """Return the correlation of two variables once others are held constant.

    Parameters
    ----------
    S
        (J, J) covariances.
    first, second, given
        Their places.

    Examples
    --------
    >>> S = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]])
    >>> round(partial_correlation(S, 0, 1, [2]), 4)
    0.3333
    """
    pair = [first, second]
    left = S[np.ix_(pair, pair)]
    if given:
        inner, across = S[np.ix_(given, given)], S[np.ix_(given, pair)]
        left = left - across.T @ np.linalg.solve(inner, across)
    return float(left[0, 1] / np.sqrt(left[0, 0] * left[1, 1]))


def bias_of(outcome: float, predictor: float, scale: float) -> float:
    """Return by how much an omitted cause moves a path.

    ``scale sqrt(R_y R_x / (1 - R_x))`` (Cinelli & Hazlett 2020, equation 16).

    Parameters
    ----------
    outcome, predictor
        Shares of the residual variance that it explains of the one and of the other.
    scale
        Residual standard deviation of the outcome by that of the predictor; of least squares:
        the error times the root of its degrees of freedom.

    Examples
    --------
    As the authors print, for a cause as strong as the strongest covariate: .0973 becomes .0752.

    >>> round(0.09731582 - bias_of(0.12464092, 0.009164287, 0.02325654 * 783**0.5), 4)
    0.0752
    """
    return float(scale * np.sqrt(outcome * predictor / (1 - predictor)))


def as_strong_as(outcome: float, predictor: float) -> tuple[float, float] | None:
    """Return what an omitted cause as strong as a covariate explains of outcome and predictor.

    Cinelli & Hazlett (2020), equations 24 and 25 with k = 1.

    Parameters
    ----------
    outcome, predictor
        Partial shares of variance of the covariate with the outcome and with the predictor.

    Returns
    -------
    tuple or None
        The two shares; None where no cause can be so strong.

    Examples
    --------
    The strongest covariate of the authors' example, as printed: .1246 and .0092.

    >>> tuple(round(x, 4) for x in as_strong_as(0.10904, 0.009081))
    (0.1246, 0.0092)
    """
    first = predictor / (1 - predictor)
    if first >= 1:
        return None
    cross = predictor**2 / (1 - predictor) ** 2
    eta = (1 + np.sqrt(cross)) / np.sqrt(1 - cross)
    return min(float(eta**2 * outcome / (1 - outcome)), 1.0), float(first)
