"""Known truth against ordinal, two-level and bootstrap estimates.

``python tests/benchmarks/simulate_ordinal_twolevel.py 400`` draws 400 samples per condition and
writes ``docs/tables/ordinal_twolevel.csv``: bias, coverage of 95% intervals and rejection rate of
the chi-square at .05.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from collective_use.errors import CollectiveUseError
from collective_use.sem.fit import fit_sem
from collective_use.sem.resampling.bootstrap import bootstrap_fit
from collective_use.sem.result import SemResult

OUT = Path(__file__).parents[2] / "docs" / "tables" / "ordinal_twolevel.csv"
LOADINGS = np.array([0.8, 0.7, 0.6, 0.75])
ONE = "f =~ a + b + c + d"
TWO = """level: 1
fw =~ a + b + c + d
level: 2
fb =~ a + b + c + d
fb ~ g*z
"""
PATH = "m ~ a*x\ny ~ b*m + x\nab := a*b"


def ordinal(rng: np.random.Generator, n: int, categories: int) -> pd.DataFrame:
    """Four skewed items of one factor."""
    f = rng.normal(size=n)
    latent = f[:, None] * LOADINGS + rng.normal(size=(n, 4)) * np.sqrt(1 - LOADINGS**2)
    cuts = np.linspace(-1.4, 1.8, categories - 1)
    return pd.DataFrame(np.digitize(latent, cuts), columns=list("abcd"))


def clustered(rng: np.random.Generator, groups: int) -> pd.DataFrame:
    """Four items in groups of 4 to 12, a cause between groups with effect .5."""
    team = np.repeat(np.arange(groups), rng.integers(4, 13, groups))
    z = rng.normal(size=groups)
    between = 0.5 * z + 0.6 * rng.normal(size=groups)
    y = np.outer(rng.normal(size=team.size), [1, 0.9, 0.8, 1.1])
    y += np.outer(between[team], [1, 0.9, 0.8, 1.1])
    y += 0.25 * rng.normal(size=(groups, 4))[team] + 0.7 * rng.normal(size=(team.size, 4))
    return pd.DataFrame(y, columns=list("abcd")).assign(team=team, z=z[team])


def mediation(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """An indirect effect of .12."""
    x = rng.normal(size=n)
    m = 0.4 * x + rng.normal(size=n)
    return pd.DataFrame({"x": x, "m": m, "y": 0.3 * m + 0.1 * x + rng.normal(size=n)})


def summarise(
    name: str, draws: list[tuple[float, float, float, float]], truth: float, asked: int
) -> dict[str, object]:
    """Turn (estimate, lower, upper, p) by sample into one line."""
    table = np.array(draws)
    covered = (table[:, 1] <= truth) & (truth <= table[:, 2])
    return {
        "condition": name,
        "samples": len(draws),
        "failed": asked - len(draws),
        "truth": truth,
        "bias": table[:, 0].mean() - truth,
        "coverage": covered.mean(),
        "rejection": np.nan if np.isnan(table[:, 3]).all() else (table[:, 3] < 0.05).mean(),
    }


def run(
    name: str, samples: int, truth: float, one: Callable[[np.random.Generator], tuple[float, ...]]
) -> dict[str, object]:
    """Draw and estimate all samples of a condition."""
    found = []
    for stream in np.random.SeedSequence(20231123).spawn(samples):
        try:
            found.append(one(np.random.default_rng(stream)))
        except CollectiveUseError:
            continue
    return summarise(name, found, truth, samples)  # type: ignore[arg-type]


def _values(
    fit: SemResult, lhs: str, rhs: str, p: str, op: str = "=~"
) -> tuple[float, float, float, float]:
    if not fit.converged:
        raise CollectiveUseError("no solution")
    rows = fit.estimates
    row = rows[(rows.lhs == lhs) & (rows.rhs == rhs) & (rows.op == op)].iloc[0]
    return row.est, row.ci_lower, row.ci_upper, fit.fit_measures[p]


def conditions(samples: int) -> list[dict[str, object]]:
    """Run every condition."""
    lines = []
    for categories in (4, 7):
        for n in (200, 1000):

            def one(rng: np.random.Generator, n: int = n, k: int = categories):  # type: ignore[no-untyped-def]
                fit = fit_sem(ONE, ordinal(rng, n, k), ordered=tuple("abcd"), std_lv=True)
                return _values(fit, "f", "b", "pvalue.scaled")

            name = f"WLSMV, {categories} categories, N {n}: loading"
            lines.append(run(name, samples, 0.7, one))
    for estimator, p in (("ML", "pvalue"), ("MLR", "pvalue.scaled")):
        for groups in (40, 100, 200):

            def two(  # type: ignore[no-untyped-def]
                rng: np.random.Generator, J: int = groups, e: str = estimator, p: str = p
            ):
                fit = fit_sem(TWO, clustered(rng, J), cluster="team", estimator=e)
                return _values(fit, "fb", "z", p, "~")

            name = f"two-level {estimator}, {groups} groups: effect between"
            lines.append(run(name, samples, 0.5, two))
    for method in ("percentile", "bc", "bca"):

        def boot(rng: np.random.Generator, method: str = method):  # type: ignore[no-untyped-def]
            fit = fit_sem(PATH, mediation(rng, 120))
            drawn = bootstrap_fit(fit, 500, seed=int(rng.integers(2**31)))
            row = drawn.intervals(method).set_index("parameter").loc["ab"]
            return row.est, row.ci_lower, row.ci_upper, np.nan

        name = f"bootstrap {method}, N 120: indirect effect"
        lines.append(run(name, samples, 0.12, boot))
    return lines


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    frame = pd.DataFrame(conditions(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
    frame.round(4).to_csv(OUT, index=False)
    print(frame.round(4).to_string(index=False))
