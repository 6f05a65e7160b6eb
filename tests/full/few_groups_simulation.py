"""Two-level models with few groups: type I error of chi-square and its corrections.

Run `python tests/full/few_groups_simulation.py --samples 500`; it prints the table of
docs/few-groups.md. Each sample of a right model is fitted, one sample is drawn from the fitted
model and fitted too; the statistics of all drawn samples together stand for each sample's own
bootstrap distribution (Giacomini, Politis & White 2013, Econometric Theory 29:567), so that 500
samples take 1,000 fits instead of 100,000.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
from scipy.special import chdtrc

import collective_use as cu
from collective_use.errors import CollectiveUseWarning
from collective_use.sem.engines.core import thread_controller
from collective_use.sem.twolevel.small_sample import simulated_tests

MODEL = "level: 1\nw =~ y1 + y2 + y3 + y4\nlevel: 2\nb =~ y1 + y2 + y3 + y4"


def draw(rng: np.random.Generator, groups: int, size: int, icc: float) -> pd.DataFrame:
    """Draw four items, one factor at each level, sizes from half to one and a half of `size`."""
    sizes = rng.integers(size // 2, size + size // 2 + 1, groups)
    team = np.repeat(np.arange(groups), sizes)

    def level(n: int, variance: float) -> np.ndarray:
        common, own = rng.standard_normal((n, 1)), rng.standard_normal((n, 4))
        return np.sqrt(variance) * (np.sqrt(0.6) * common + np.sqrt(0.4) * own)

    y = level(groups, icc)[team] + level(team.size, 1 - icc)
    return pd.DataFrame(y, columns=["y1", "y2", "y3", "y4"]).assign(team=team)


def one_design(groups: int, icc: float, samples: int, seed: int) -> dict[str, float]:
    """Return rejection rates at .05 of every test in one design."""
    rng = np.random.default_rng(seed)
    plain, robust, drawn = [], [], []
    for k in range(samples):
        fit = cu.fit_sem(MODEL, draw(rng, groups, 8, icc), cluster="team", estimator="MLR")
        if not fit.converged:
            continue
        plain.append(fit.test.statistic)
        robust.append(fit.scaled_test.statistic)
        drawn.append(simulated_tests(fit, 1, seed + k)[0])
    T, S, D = np.array(plain), np.array(robust), np.array(drawn)
    D = D[np.isfinite(D).all(axis=1)]
    df = 4
    return {
        "samples": T.size,
        "ML": float((chdtrc(df, T) < 0.05).mean()),
        "MLR": float((chdtrc(df, S) < 0.05).mean()),
        "Bartlett": float((chdtrc(df, T * df / D[:, 0].mean()) < 0.05).mean()),
        "bootstrap, ML": float((np.quantile(D[:, 0], 0.95) <= T).mean()),
        "bootstrap, MLR": float((np.quantile(D[:, 1], 0.95) <= S).mean()),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rows = []
    with warnings.catch_warnings(), thread_controller().limit(limits=1):
        warnings.simplefilter("ignore", CollectiveUseWarning)
        for groups in (20, 40, 60):
            for icc in (0.2,):
                found = one_design(groups, icc, asked.samples, asked.seed)
                rows.append({"groups": groups, "ICC": icc} | found)
                print(" | ".join(f"{k} {v:.3g}" for k, v in rows[-1].items()), flush=True)
    heads = list(rows[0])
    print("\n| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    for row in rows:
        cells = [f"{v:.0f}" if k in ("groups", "samples") else f"{v:.3f}" for k, v in row.items()]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
