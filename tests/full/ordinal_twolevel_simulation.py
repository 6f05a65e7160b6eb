"""Ordered answers at two levels with known truth: bias, coverage, type I error of WLSMV.

Run `python tests/full/ordinal_twolevel_simulation.py --samples 300`; it prints the table of
docs/ordinal-twolevel.md. Four items of four categories, teams of 8, one factor at each level.
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd

import collective_use as cu
from collective_use.errors import CollectiveUseError, CollectiveUseWarning
from collective_use.sem.engines.core import thread_controller

ITEMS = [f"y{i}" for i in range(1, 5)]
MODEL = f"level: 1\nw =~ {' + '.join(ITEMS)}\nlevel: 2\nb =~ {' + '.join(ITEMS)}"
WITHIN, BETWEEN, REST = 1.0, 0.5, 0.15
CUTS = np.array([[-1.5, -0.3, 1.0], [-2.0, -1.0, 0.2], [-1.0, 0.0, 1.0],
                 [-0.5, 0.8, 1.8]])  # fmt: skip
TRUTH = {("w", "=~", "y2", 1): WITHIN, ("b", "=~", "y2", 2): BETWEEN, ("y2", "~~", "y2", 2): REST,
         ("y2", "|", "t1", 2): CUTS[1, 0]}  # fmt: skip


def draw(rng: np.random.Generator, teams: int, size: int = 8) -> pd.DataFrame:
    """Draw answers; intraclass correlations of the latent responses are .17."""
    team = np.repeat(np.arange(teams), size)
    b = BETWEEN * rng.standard_normal((teams, 1))
    b = b + np.sqrt(REST) * rng.standard_normal((teams, 4))
    w = WITHIN * rng.standard_normal((team.size, 1)) + rng.standard_normal((team.size, 4))
    y = b[team] + w
    codes = (y[:, :, None] > CUTS[None]).sum(axis=2)
    return pd.DataFrame(codes, columns=ITEMS).assign(team=team)


def one_design(teams: int, samples: int, seed: int) -> pd.DataFrame:
    """Return bias, coverage of 95% limits and rejections at .05 with one number of teams."""
    rng = np.random.default_rng([seed, teams])
    rows, tests, failed, border = [], [], 0, 0
    for _ in range(samples):
        data = draw(rng, teams)
        try:
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always", CollectiveUseWarning)
                fit = cu.fit_sem(MODEL, data, cluster="team", ordered=ITEMS, std_lv=True)
        except CollectiveUseError:
            failed += 1
            continue
        border += any("border" in str(w.message) for w in told)
        own = fit.estimates.set_index(["lhs", "op", "rhs", "level"])
        rows.append([(own.est[k], own.se[k]) for k in TRUTH])
        tests.append(fit.scaled_test.p)
    values = np.array(rows)
    out = []
    for k, (key, truth) in enumerate(TRUTH.items()):
        est, se = values[:, k].T
        inside = np.abs(est - truth) < 1.959964 * se
        out.append({
            "teams": teams, "parameter": "".join(key[:3]), "level": key[3], "truth": truth,
            "bias": est.mean() - truth, "sd": est.std(ddof=1), "mean se": se.mean(),
            "coverage": inside.mean(),
        })  # fmt: skip
    frame = pd.DataFrame(out)
    frame["rejected"] = (np.array(tests) < 0.05).mean()
    frame["samples"], frame["failed"], frame["on a border"] = len(rows), failed, border
    return frame


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--teams", type=int, nargs="*", default=[50, 100, 200])
    asked = parser.parse_args()
    with thread_controller().limit(limits=1):
        for teams in asked.teams:
            print(one_design(teams, asked.samples, asked.seed).round(4).to_string(), flush=True)


if __name__ == "__main__":
    main()
