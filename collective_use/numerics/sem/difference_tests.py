"""The difference of two nested models as a test that knows the distribution of the data.

The larger model has q parameters with information ``I`` (per case) and the smaller one holds
``A theta = 0`` near the truth. The difference of the two statistics is distributed as a weighted
sum of chi-squares, the weights being the eigenvalues of ``U Gamma`` with
``U = V D K D' V``, ``K = I^-1 A' (A I^-1 A')^+ A I^-1``. Both traces need only the (q, q) matrix
``D' V Gamma V D`` (the "meat" of robust errors), whatever the estimator: thresholds, polychoric
correlations, means or covariances may be what D are the derivatives of.

References
----------
Satorra (2000), in Heijmans, Pollock & Satorra, Innovations in multivariate statistical analysis,
p. 233; Satterthwaite (1946), Biometrics Bulletin 2:110; Asparouhov & Muthen (2010), Simple second
order chi-square correction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from collective_use.numerics.moments import Floats

CORRECTIONS = ("scaled.shifted", "mean.var.adjusted", "satorra.bentler")


@dataclass(frozen=True, slots=True)
class Difference:
    """A corrected difference.

    Attributes
    ----------
    statistic, df
        The test; df is a fraction with ``"mean.var.adjusted"``.
    scaling, shift
        ``statistic = difference / scaling + shift``.
    """

    statistic: float
    df: float
    scaling: float
    shift: float


def restriction_from_jacobians(larger: Floats, smaller: Floats) -> Floats:
    """Return A, whose rows are the directions of the larger model that the smaller one lacks.

    Parameters
    ----------
    larger, smaller
        Derivatives of the implied statistics by the parameters, (k, q) and (k, r).

    Returns
    -------
    numpy.ndarray
        (q - rank, q), rows orthonormal.

    Examples
    --------
    >>> restriction_from_jacobians(np.eye(2), np.array([[1.0], [1.0]])).round(3).tolist()
    [[-0.707, 0.707]]
    """
    H = np.linalg.pinv(larger) @ smaller
    left, values, _ = np.linalg.svd(H, full_matrices=True)
    rank = int((values > 1e-7 * max(float(values.max(initial=0.0)), 1e-300)).sum())
    return np.asarray(left[:, rank:].T)


def difference_traces(inverse: Floats, meat: Floats, restriction: Floats) -> tuple[float, float]:
    """Return tr(U Gamma) and tr(U Gamma U Gamma) of a difference.

    Parameters
    ----------
    inverse
        Inverse information of one case of the larger model, (q, q); where its parameters are
        constrained, within the directions left open.
    meat
        ``D' V Gamma V D`` of one case, groups weighted n_g / N, (q, q).
    restriction
        A, (m, q).

    Examples
    --------
    >>> difference_traces(np.eye(2), np.diag([1.0, 3.0]), np.array([[0.0, 1.0]]))
    (3.0, 9.0)
    """
    AP = restriction @ inverse
    K = AP.T @ np.linalg.pinv(AP @ restriction.T, rcond=1e-10, hermitian=True) @ AP
    KM = K @ meat
    return float(np.trace(KM)), float(np.sum(KM * KM.T))


def corrected_difference(
    difference: float, df: float, trace: float, square: float, correction: str
) -> Difference:
    """Correct a difference of two chi-square statistics.

    Parameters
    ----------
    difference, df
        Of the two uncorrected statistics.
    trace, square
        tr(U Gamma), tr(U Gamma U Gamma).
    correction
        One of `CORRECTIONS`: mean and variance with df kept, mean and variance with df adjusted,
        mean only.

    Examples
    --------
    >>> corrected_difference(6.0, 1.0, 3.0, 9.0, "satorra.bentler").statistic
    2.0
    """
    if correction == "satorra.bentler":
        return Difference(difference / (trace / df), df, trace / df, 0.0)
    if correction == "mean.var.adjusted":
        scaling = square / trace
        return Difference(difference / scaling, trace**2 / square, scaling, 0.0)
    a = math.sqrt(df / square)
    shift = df - a * trace
    return Difference(difference * a + shift, df, 1.0 / a, shift)
