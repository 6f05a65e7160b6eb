"""Values of groups with their errors: shrunken means, and what sampling of members does to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from collective_use.numerics.groups.statistics import sum_by
from collective_use.numerics.types import Floats, Integers


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Values of groups on one measure.

    Attributes
    ----------
    value
        (G,) best linear unbiased predictions; the grand mean where nobody answered.
    error
        (G,) their standard errors, that of the grand mean included.
    reliability
        (G,) share of the variance of observed means that is no sampling error.
    sampling_variance
        (G,) variance of the observed mean about the group's value.
    """

    value: Floats
    error: Floats
    reliability: Floats
    sampling_variance: Floats


def shrunken_means(
    mean: Floats, n: Floats, mu: float, mu_error: float, between: float, within: float
) -> Shrunken:
    """Return empirical-Bayes values when members are a sample of endless possible members.

    Parameters
    ----------
    mean, n
        (G,) observed means and answers.
    mu, mu_error
        Grand mean and its standard error.
    between, within
        Components τ² and σ².

    References
    ----------
    Raudenbush, S. W., & Bryk, A. S. (2002). Hierarchical linear models, eq. 3.48 to 3.51.

    Examples
    --------
    >>> import numpy as np
    >>> found = shrunken_means(np.array([4.0]), np.array([3.0]), 3.0, 0.0, 1.0, 3.0)
    >>> float(found.value[0]), float(found.error[0])
    (3.5, 0.7071067811865476)
    """
    sampling = np.divide(within, n, out=np.full(len(n), np.inf), where=n > 0)
    # nothing between groups shrinks all; components that are not known leave values unknown
    kept = np.zeros(len(n)) if between == 0 else np.asarray(between / (between + sampling))
    gap = np.where(n > 0, mean - mu, 0.0)
    # not 1 - kept: of groups that lie far apart nothing would be left of it
    all_ = np.ones(len(n))
    lost = all_ if between == 0 else np.divide(sampling, between + sampling, all_, where=n > 0)
    error = np.sqrt(between * lost + lost**2 * mu_error**2)
    return Shrunken(mu + kept * gap, error, kept, np.where(n > 0, sampling, np.nan))


def finite_means(
    mean: Floats, n: Floats, members: Floats, mu: float, mu_error: float,
    between: float, within: float,
) -> Shrunken:  # fmt: skip
    """Return the same when the value is the mean of the N members that the group has.

    Who answered is known; the mean of the others is predicted from the group's shrunken mean
    (Scott & Smith, 1969, Journal of the American Statistical Association, 64, 830-840), so at a
    census the value is the mean and its error 0.

    Parameters
    ----------
    members
        (G,) N; other arguments as `shrunken_means` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> found = finite_means(
    ...     np.array([4.0, 4.0]), np.array([3.0, 3.0]), np.array([3.0, 6.0]), 3.0, 0.0, 1.0, 3.0
    ... )
    >>> found.value.tolist(), found.error.round(3).tolist()
    ([4.0, 3.75], [0.0, 0.612])
    """
    endless = shrunken_means(mean, n, mu, mu_error, between, within)
    silent = np.maximum(members - n, 0.0)
    share = n / members
    known = np.where(n > 0, mean, 0.0)
    value = share * known + (1.0 - share) * endless.value
    rest = np.divide(within, silent, out=np.zeros(len(n)), where=silent > 0)
    error = (1.0 - share) * np.sqrt(endless.error**2 + rest)
    sampling = endless.sampling_variance * (1.0 - share)
    true = between + within / members
    with np.errstate(invalid="ignore"):
        reliability = np.where(n > 0, true / (between + endless.sampling_variance), 0.0)
    return Shrunken(value, error, reliability, sampling)


def pooled_within(values: Floats, codes: np.ndarray, total: int) -> tuple[Floats, Floats, Integers]:
    """Return pooled covariances within groups, counts of pairs by group, and degrees of freedom.

    Parameters
    ----------
    values
        (N, J) scores, NaN for missing: each pair of measures uses all who have both.
    codes
        (N,) groups, 0 to `total` - 1.
    total
        G.

    Returns
    -------
    tuple
        (J, J) covariances, (G, J, J) persons with both, (J, J) degrees of freedom.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0, 2.0], [3.0, 6.0], [0.0, 0.0], [2.0, 4.0]])
    >>> pooled_within(x, np.array([0, 0, 1, 1]), 2)[0].tolist()
    [[2.0, 4.0], [4.0, 8.0]]
    """
    J = values.shape[1]
    covariance, pairs = np.full((J, J), np.nan), np.zeros((total, J, J))
    df = np.zeros((J, J), dtype=np.int64)
    for i in range(J):
        for j in range(i + 1):
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            code, x, y = codes[both], values[both, i], values[both, j]
            n = np.bincount(code, minlength=total).astype(float)
            safe = np.maximum(n, 1.0)
            x = x - (sum_by(code, x, total) / safe)[code]
            y = y - (sum_by(code, y, total) / safe)[code]
            df[i, j] = df[j, i] = int(n.sum() - (n > 0).sum())
            if df[i, j] > 0:
                covariance[i, j] = covariance[j, i] = float(x @ y) / df[i, j]
            pairs[:, i, j] = pairs[:, j, i] = n
    return covariance, pairs, df


def sampling_covariances(
    covariance: Floats, pairs: Floats, members: Floats | None = None
) -> Floats:
    """Return (G, J, J) covariances of the sampling errors of a group's means.

    Two means share the persons who have both: ``σ_jk n_jk / (n_j n_k)``. With N members the
    covariance loses ``σ_jk / N`` (Cochran, 1977, eq. 2.20): at a census nothing is left.

    Parameters
    ----------
    covariance, pairs
        From `pooled_within`.
    members
        (G, J) N of each group for each measure, infinite where members are a sample; None
        takes them as a sample throughout. Two measures of which one is a sample: the smaller
        correction, none.

    Examples
    --------
    >>> import numpy as np
    >>> pairs = np.array([[[4.0, 2.0], [2.0, 2.0]]])
    >>> sampling_covariances(np.array([[4.0, 2.0], [2.0, 4.0]]), pairs)[0].tolist()
    [[1.0, 0.5], [0.5, 2.0]]
    """
    n = np.diagonal(pairs, axis1=1, axis2=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = pairs / (n[:, :, None] * n[:, None, :])
    if members is not None:
        share = share - 1.0 / np.maximum(members[:, :, None], members[:, None, :])
    known = (n[:, :, None] > 0) & (n[:, None, :] > 0)
    return np.where(known, covariance[None] * share, np.nan)
