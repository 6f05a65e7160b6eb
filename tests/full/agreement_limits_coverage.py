"""Do the limits of rwg(j) and AD hold what they should?

Run `python tests/full/agreement_limits_coverage.py` to write docs/agreement-limits.md (about five
minutes on one core). The truth of a group is its agreement among endless members, computed from
the law its answers are drawn from; the truth of the mean is the expected mean over groups of
these sizes, from 4,000 other groups.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.stats import norm

import collective_use as cu
from collective_use.numerics.groups import agreement_limits as kernel

OPTIONS = np.arange(1.0, 6.0)
CELLS = [
    (index, spread, n, J)
    for index in ("rwg_j", "ad_mean")
    for spread in (0.0, 0.35)
    for n in (3, 5, 8, 15, 30)
    for J in (1, 5)
]
GROUPS = 60


def draw(groups, n, J, spread, rng):
    """Return answers (groups, n, J) and each group's true variance and average deviation."""
    mu = 3.3 + 0.5 * rng.normal(size=groups)
    sd = 0.9 * np.exp(spread * rng.normal(size=groups))
    latent = np.sqrt(0.5) * (rng.normal(size=(groups, n, 1)) + rng.normal(size=(groups, n, J)))
    x = np.clip(np.round(mu[:, None, None] + sd[:, None, None] * latent), 1, 5)
    edges = np.concatenate([[-np.inf], OPTIONS[:-1] + 0.5, [np.inf]])
    p = np.diff(norm.cdf((edges[None] - mu[:, None]) / sd[:, None]), axis=1)
    gaps = OPTIONS - (p @ OPTIONS)[:, None]
    return x, (p * gaps**2).sum(axis=1), (p * np.abs(gaps)).sum(axis=1)


def rwg_j(variance, J):
    """Return rwg(j) against the uniform null of five options, cut to 0 to 1."""
    ratio = np.minimum(variance / 2.0, 1.0)
    return J * (1 - ratio) / (J * (1 - ratio) + ratio)


def naive(x, index, J, draws, rng):
    """Return limits of groups drawn from themselves (percentile)."""
    spread = kernel.variance_of if index == "rwg_j" else kernel.deviation_of
    n = x.shape[1]
    low, high = [], []
    for part in x:
        s = spread(part[rng.integers(0, n, (draws, n))])
        limits = np.quantile(rwg_j(s, J) if index == "rwg_j" else s, [0.025, 0.975])
        low.append(limits[0])
        high.append(limits[1])
    return np.array(low), np.array(high)


def coverage(index, spread, n, J, samples, seed):
    """Return shares in percent: groups covered, their own bootstrap, means covered."""
    rng = np.random.default_rng(seed)
    other = draw(4000, n, J, spread, rng)[0]
    s = kernel.variance_of(other) if index == "rwg_j" else kernel.deviation_of(other)
    expected = float(np.mean(rwg_j(s, J) if index == "rwg_j" else s))
    inside, own, means = [], [], []
    for _ in range(samples):
        x, variance, deviation = draw(GROUPS, n, J, spread, rng)
        truth = rwg_j(variance, J) if index == "rwg_j" else deviation
        found = cu.agreement_limits(
            x.reshape(-1, J), np.repeat(np.arange(GROUPS), n), index=index, repetitions=1000,
            seed=int(rng.integers(1 << 30)),
        )  # fmt: skip
        table = found.to_frame()
        inside.append(np.mean((table["low"] <= truth + 1e-12) & (truth <= table["high"] + 1e-12)))
        low, high = naive(x, index, J, 300, rng)
        own.append(np.mean((low <= truth) & (truth <= high)))
        means.append(found.mean_limits[0] <= expected <= found.mean_limits[1])
    return [100 * float(np.mean(part)) for part in (inside, own, means)]


def text(samples=120):
    """Return the table as Markdown."""
    rows = []
    for i, (index, spread, n, J) in enumerate(CELLS):
        inside, own, means = coverage(index, spread, n, J, samples, i + 1)
        alike = "alike" if spread == 0 else "differ"
        rows.append(f"| {index} | {alike} | {n} | {J} | {inside:.1f} | {own:.1f} | {means:.0f} |")
    return "\n".join(
        [
            "| index | spreads | size | items | by group % | drawn from itself % | mean % |",
            "|---|---|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


def write(table):
    """Put the table between its marks in the page."""
    page = Path(__file__).parents[2] / "docs" / "agreement-limits.md"
    before, _, rest = page.read_text(encoding="utf-8").partition("<!-- coverage -->\n")
    after = rest.partition("<!-- end of coverage -->")[2]
    page.write_text(
        f"{before}<!-- coverage -->\n{table}\n<!-- end of coverage -->{after}", encoding="utf-8"
    )


if __name__ == "__main__":
    write(text())
