"""Few groups: bias and coverage of ML and reduced-bias ML at two levels.

Run `python tests/full/reduced_bias_simulation.py --samples 300`; it prints the table of
docs/estimation-simulations.md. Every sample is fitted by ML and by RBM, RBM with errors from the
information and from cluster scores.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
from scipy.special import ndtri

import collective_use as cu
from collective_use.errors import CollectiveUseWarning

ITEMS = ["y1", "y2", "y3", "y4"]
MODEL = f"level: 1\nf =~ {' + '.join(ITEMS)}\nlevel: 2\ng =~ {' + '.join(ITEMS)}\ng ~ w"
TRUTH = {("g", "~", "w"): 0.5, ("g", "=~", "y2"): 1.0, ("g", "~~", "g"): 0.3,
         ("y2", "~~", "y2"): 0.1}  # fmt: skip
WAYS = {"ML": {"estimator": "ML"}, "RBM": {"estimator": "RBM", "se": "standard"},
        "RBM, robust": {"estimator": "RBM"}}  # fmt: skip


def draw(rng: np.random.Generator, groups: int) -> pd.DataFrame:
    """Draw four items in groups of 4 to 12; the group's factor hangs on w."""
    team = np.repeat(np.arange(groups), rng.integers(4, 13, groups))
    w = rng.standard_normal(groups)
    outer = 0.5 * w + np.sqrt(0.3) * rng.standard_normal(groups)
    between = outer[:, None] + np.sqrt(0.1) * rng.standard_normal((groups, 4))
    within = rng.standard_normal((team.size, 1)) + 0.8 * rng.standard_normal((team.size, 4))
    return pd.DataFrame(between[team] + within, columns=ITEMS).assign(team=team, w=w[team])


def one_design(groups: int, samples: int, seed: int) -> pd.DataFrame:
    """Return mean bias and coverage of 95% limits by parameter and way."""
    rng, rows = np.random.default_rng(seed), []
    for _ in range(samples):
        data = draw(rng, groups)
        fits = {way: cu.fit_sem(MODEL, data, cluster="team", **o) for way, o in WAYS.items()}
        if not all(fit.converged and fit.vcov is not None for fit in fits.values()):
            continue
        for way, fit in fits.items():
            frame = fit.estimates.query("level == 2").set_index(["lhs", "op", "rhs"])
            for key, truth in TRUTH.items():
                est, se = frame.loc[key, "est"], frame.loc[key, "se"]
                inside = abs(est - truth) < ndtri(0.975) * se
                rows.append((groups, " ".join(key), way, est - truth, inside))
    names = ["groups", "parameter", "way", "bias", "coverage"]
    out = pd.DataFrame(rows, columns=names)
    found = out.groupby(["groups", "parameter", "way"], sort=False).mean()
    return found.assign(samples=len(rows) // len(WAYS) // len(TRUTH)).reset_index()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=300)
    samples = parser.parse_args().samples
    warnings.simplefilter("ignore", CollectiveUseWarning)
    print("| groups | samples | parameter | way | bias | coverage of 95% |")
    print("|---|---|---|---|---|---|")
    for groups in (20, 40, 60):
        for r in one_design(groups, samples, 5 + groups).itertuples():
            print(f"| {r.groups} | {r.samples} | `{r.parameter}` | {r.way} | {r.bias:.3f} | "
                  f"{r.coverage:.3f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
