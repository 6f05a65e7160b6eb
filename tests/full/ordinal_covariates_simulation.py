"""Ordered answers given covariates, with known truth: bias, coverage, false alarms of WLSMV.

Run `python tests/full/ordinal_covariates_simulation.py --samples 500`; it prints the table of
docs/ordinal-twolevel.md. Two factors of three items each; a skewed covariate and a 0/1 one. The
direct effect is none in truth: its test at .05 is a false alarm.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

import collective_use as cu
from collective_use.errors import CollectiveUseError, CollectiveUseWarning
from collective_use.sem.engines.core import thread_controller

ITEMS = [f"u{i}" for i in range(1, 7)]
MODEL = """
f =~ u1 + u2 + u3
g =~ u4 + u5 + u6
f ~ x1 + x2
g ~ f + x2
u3 ~ x2
"""
LOADING, ON_X1, ON_X2 = 0.7, 0.3, 0.5
TRUTH = {("f", "=~", "u2"): LOADING, ("f", "~", "x1"): ON_X1, ("f", "~", "x2"): ON_X2,
         ("g", "~", "f"): 0.4, ("u3", "~", "x2"): 0.0}  # fmt: skip
CUTS = {2: [0.3], 4: [-0.5, 0.4, 1.2]}
Rng = np.random.Generator


@dataclass(frozen=True)
class Design:
    """One condition: cases, categories, how the data come about and what the fit is told."""

    name: str
    n: int
    categories: int
    kind: str = "complete"


DESIGNS = (
    Design("4 categories", 150, 4), Design("4 categories", 300, 4), Design("4 categories", 600, 4),
    Design("2 categories", 300, 2), Design("2 categories", 600, 2),
    Design("gaps by a covariate", 300, 4, "gaps"),
    Design("weights by an answer", 300, 4, "weights"),
    Design("40 clusters of 10", 400, 4, "clusters"),
)  # fmt: skip


def draw(rng: Rng, n: int, categories: int, cluster: np.ndarray | None = None) -> pd.DataFrame:
    """Draw persons: responses have variance 1 given covariates."""
    shared = np.zeros(n)
    x1 = rng.exponential(size=n)
    if cluster is not None:
        count = int(cluster.max()) + 1
        shared = np.sqrt(0.3) * rng.normal(size=count)[cluster]
        x1 = 0.5 * rng.exponential(size=count)[cluster] + 0.5 * x1
    x2 = (rng.random(n) < 0.3).astype(float)
    rest = np.sqrt(1.0 if cluster is None else 0.7)
    f = ON_X1 * x1 + ON_X2 * x2 + shared + rest * rng.normal(size=n)
    # Given covariates the variance of g is 1, too.
    g = 0.4 * f + 0.2 * x2 + np.sqrt(1 - 0.16) * rng.normal(size=n)
    columns = {}
    for i, item in enumerate(ITEMS):
        y = LOADING * (f if i < 3 else g) + np.sqrt(1 - LOADING**2) * rng.normal(size=n)
        columns[item] = np.digitize(y, CUTS[categories])
    return pd.DataFrame(columns).assign(x1=x1, x2=x2)


def sample(rng: Rng, design: Design) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the data of one sample and what the fit is told beside the model."""
    if design.kind == "gaps":
        data = draw(rng, design.n, design.categories)
        chance = 0.1 + 0.35 * (data.x1 > 1).to_numpy()
        gone = rng.random((design.n, 6)) < chance[:, None]
        data[ITEMS] = data[ITEMS].astype(float).mask(gone)
        return data, {"missing": "pairwise"}
    if design.kind == "weights":
        many = draw(rng, 4 * design.n, design.categories)
        chance = np.where(many.u1 >= 2, 0.4, 0.15)
        kept = many[rng.random(len(many)) < chance].copy()
        kept["w"] = 1 / np.where(kept.u1 >= 2, 0.4, 0.15)
        return kept, {"weights": "w"}
    if design.kind == "clusters":
        team = np.repeat(np.arange(design.n // 10), 10)
        return draw(rng, design.n, design.categories, team).assign(team=team), {"cluster": "team"}
    return draw(rng, design.n, design.categories), {}


def one_design(design: Design, samples: int, seed: int, show: Callable[[str], None]) -> None:
    """Print bias, coverage of 95% limits and rejections at .05 of one design."""
    rng = np.random.default_rng([seed, DESIGNS.index(design)])
    rows, tests, failed = [], [], 0
    for _ in range(samples):
        data, told = sample(rng, design)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", CollectiveUseWarning)
                fit = cu.fit_sem(MODEL, data, ordered=ITEMS, std_lv=True, **told)
        except CollectiveUseError:
            failed += 1
            continue
        if not fit.converged:
            failed += 1
            continue
        own = fit.estimates.set_index(["lhs", "op", "rhs"]).sort_index()
        rows.append([(own.est[k], own.se[k]) for k in TRUTH])
        tests.append(fit.scaled_test.p)
    values = np.array(rows)
    rejected = (np.array(tests) < 0.05).mean()
    for k, (key, truth) in enumerate(TRUTH.items()):
        # With the residual variance of g at 1 its slope is in that unit.
        true = truth / np.sqrt(1 - 0.16) if key[0] == "g" else truth
        est, se = values[:, k].T
        inside = np.abs(est - true) < 1.959964 * se
        show(
            f"| {design.name} | {design.n} | `{' '.join(key)}` | {true:.2f} "
            f"| {est.mean() - true:.3f} | {est.std(ddof=1):.3f} | {se.mean():.3f} "
            f"| {inside.mean():.3f} | {rejected:.3f} | {failed} |"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--design", type=int, nargs="*", default=range(len(DESIGNS)))
    asked = parser.parse_args()
    print("| design | cases | parameter | truth | bias | sd | mean error | coverage of 95% "
          "| rejected at .05 | without solution |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    with thread_controller().limit(limits=1):
        for k in asked.design:
            one_design(DESIGNS[k], asked.samples, asked.seed, lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
