"""How many factors, by rules that fit or simulate models: Hull and comparison data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from collective_use.errors import EstimationError
from collective_use.numerics.factors.extract import degrees_of_freedom, extract, fit_of
from collective_use.numerics.factors.number import eigenvalues
from collective_use.numerics.types import Floats


@dataclass(frozen=True, slots=True)
class Hull:
    """The Hull method (Lorenzo-Seva, Timmerman & Kiers 2011).

    Attributes
    ----------
    cfi
        (m + 1,) CFI of 0 to m factors.
    df
        (m + 1,) their degrees of freedom.
    on_hull
        The numbers of factors on the upper boundary of the convex hull.
    scree
        The elbow statistic of those between the ends.
    factors
        The number with the sharpest elbow; 0 when the hull has no elbow.
    """

    cfi: Floats
    df: Floats
    on_hull: tuple[int, ...]
    scree: tuple[float, ...]
    factors: int


def hull(correlation: Floats, n: int, most: int) -> Hull:
    """Choose the number of factors where fit stops rising for the parameters it costs.

    Parameters
    ----------
    correlation
        (J, J) positive definite correlations.
    n
        Number of cases.
    most
        Largest number looked at; the authors take one more than parallel analysis finds.

    Raises
    ------
    EstimationError
        When the correlations are singular.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.kron(np.eye(2), np.full((4, 4), 0.6)) + 0.4 * np.eye(8)
    >>> hull(r, 200, 4).factors
    2
    """
    p = len(correlation)
    null_df = p * (p - 1) / 2
    null = max(-(n - 1) * float(np.linalg.slogdet(correlation)[1]) - null_df, 1e-12)
    cfi, df = [0.0], [null_df]
    for k in range(1, most + 1):
        free = degrees_of_freedom(p, k)
        if free < 1:
            break
        try:
            fit = fit_of(correlation, extract(correlation, k, "ml"), n)
        except EstimationError:
            if k == 1:
                raise
            break
        cfi.append(1.0 - max(fit.chisq_uncorrected - free, 0.0) / null)
        df.append(float(free))
    points = _upper(np.array(cfi), np.array(df))
    return _elbow(np.array(cfi), np.array(df), points)


def _upper(fit: Floats, df: Floats) -> list[int]:
    """Return the solutions on the upper boundary: rising fit, then falling slope."""
    kept = [0]
    for k in range(1, len(fit)):
        if fit[k] > fit[kept[-1]]:
            kept.append(k)
    changed = True
    while changed and len(kept) > 2:
        changed = False
        for a, b, c in zip(kept, kept[1:], kept[2:], strict=False):
            chord = fit[a] + (fit[c] - fit[a]) * (df[a] - df[b]) / (df[a] - df[c])
            if fit[b] <= chord:
                kept.remove(b)
                changed = True
                break
    return kept


def _elbow(fit: Floats, df: Floats, kept: list[int]) -> Hull:
    scree = []
    for a, b, c in zip(kept, kept[1:], kept[2:], strict=False):
        rise = (fit[b] - fit[a]) / (df[a] - df[b])
        after = (fit[c] - fit[b]) / (df[b] - df[c])
        scree.append(float(rise / after) if after > 0 else float("inf"))
    best = kept[1 + int(np.argmax(scree))] if scree else (kept[-1] if len(kept) > 1 else 0)
    return Hull(fit, df, tuple(kept), tuple(scree), best)


@dataclass(frozen=True, slots=True)
class ComparisonData:
    """Comparison data (Ruscio & Roche 2012).

    Attributes
    ----------
    misfit
        (m, samples) root mean square difference of eigenvalues from those of data made with 1 to
        m factors.
    p
        (m - 1,) one-sided Mann-Whitney p of each further factor.
    factors
        The last number whose further factor still fits better.
    """

    misfit: Floats
    p: Floats
    factors: int


def comparison_data(
    data: Floats,
    most: int,
    rng: np.random.Generator,
    *,
    population: int = 10_000,
    samples: int = 500,
    alpha: float = 0.30,
) -> ComparisonData:
    """Choose the number of factors whose reproduced data have eigenvalues like the real ones.

    Data with each number of factors and the items' own distributions are made by iterating on the
    intermediate correlations (Ruscio & Kaczetow 2008).

    Parameters
    ----------
    data
        (N, J) complete answers.
    most
        Largest number of factors looked at.
    rng
        Generator of all draws.
    population, samples
        Cases of each comparison population and samples of N drawn from it.
    alpha
        Level of the Mann-Whitney test; .30 is the authors'.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 4, axis=1)
    >>> comparison_data(f + rng.normal(size=f.shape), 3, rng, population=2000, samples=50).factors
    2
    """
    n = len(data)
    observed = eigenvalues(_correlation(data))
    rows: list[Floats] = []
    chances: list[float] = []
    for k in range(1, most + 1):
        made = population_with(data, k, rng, population)
        gaps = np.empty(samples)
        for s in range(samples):
            drawn = made[rng.integers(0, population, n)]
            gaps[s] = np.sqrt(np.mean((eigenvalues(_correlation(drawn)) - observed) ** 2))
        rows.append(gaps)
        if k > 1:
            chances.append(float(stats.mannwhitneyu(gaps, rows[-2], alternative="less").pvalue))
            if chances[-1] > alpha:
                return ComparisonData(np.array(rows), np.array(chances), k - 1)
    return ComparisonData(np.array(rows), np.array(chances), most)


def population_with(data: Floats, factors: int, rng: np.random.Generator, size: int) -> Floats:
    """Make a population with k factors, the items' own distributions and correlations.

    Parameters
    ----------
    data
        (N, J) answers whose distributions and correlations are reproduced.
    factors
        Number of common factors.
    rng
        Generator.
    size
        Cases made.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> population_with(rng.normal(size=(50, 3)), 1, rng, 100).shape
    (100, 3)
    """
    p = data.shape[1]
    marginals = np.sort(data[rng.integers(0, len(data), size)], axis=0)
    wanted = _correlation(data)
    shared, unique = rng.normal(size=(size, factors)), rng.normal(size=(size, p))
    middle = best = wanted.copy()
    lowest, step, left = np.inf, 1.0, 5
    found = marginals
    while left > 0:
        loadings = extract(_proper(middle), factors, "minres").loadings
        rest = np.sqrt(np.maximum(1.0 - np.sum(loadings**2, axis=1), 0.0))
        latent = shared @ loadings.T + unique * rest
        made = np.empty_like(latent)
        np.put_along_axis(made, latent.argsort(axis=0), marginals, axis=0)
        residual = wanted - _correlation(made)
        size_of = float(np.sqrt(np.mean(residual[np.tril_indices(p, -1)] ** 2)))
        if size_of < lowest:
            lowest, best, kept, found = size_of, middle, residual, made
            middle, left, step = best + step * kept, 5, 1.0
        else:
            left -= 1
            step *= 0.5
            middle = best + step * kept
    return found


def _correlation(data: Floats) -> Floats:
    return np.asarray(np.corrcoef(data.T), dtype=np.float64)


def _proper(matrix: Floats) -> Floats:
    """Bring an intermediate matrix back to correlations that factors can be taken from."""
    inside = np.clip(matrix, -0.99, 0.99)
    np.fill_diagonal(inside, 1.0)
    return inside
