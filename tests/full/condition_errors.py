"""Write docs/tables/condition_errors.csv: false alarms, power and bias of necessity with errors.

``python tests/full/condition_errors.py`` runs all cells (some minutes); ``--samples 100`` makes a
quick look. Group means of two measures are drawn with known truth: unrelated true values
("none"), or true values that leave the upper left corner empty ("necessary"). Errors of the
same persons correlate by `halo` within groups of 4 to 10 members.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.numerics.conditions import ceilings as kernel
from collective_use.numerics.conditions import errors as noise

TABLE = Path(__file__).parents[2] / "docs" / "tables" / "condition_errors.csv"
DRAWS = 199


@dataclass(frozen=True)
class Cell:
    truth: str
    groups: int
    icc1: float
    halo: float


CELLS = [
    Cell(truth, groups, icc1, halo)
    for truth, groups, icc1, halo in product(
        ("none", "necessary"), (30, 60), (0.15, 0.30), (0.0, 0.3, 0.6)
    )
]


def true_values(cell: Cell, rng: np.random.Generator) -> np.ndarray:
    if cell.truth == "none":
        return rng.standard_normal((cell.groups, 2))
    square = rng.random((40 * cell.groups, 2))
    kept = square[square[:, 1] <= square[:, 0] + 0.3][: cell.groups]
    return (kept - kept.mean(axis=0)) / kept.std(axis=0)


def sample(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return true values, means and the estimated covariances of their errors."""
    true = true_values(cell, rng)
    sizes = rng.integers(4, 11, cell.groups)
    root = np.linalg.cholesky(np.array([[1, cell.halo], [cell.halo, 1]]) * (1 / cell.icc1 - 1))
    codes = np.repeat(np.arange(cell.groups), sizes)
    persons = true[codes] + rng.standard_normal((len(codes), 2)) @ root.T
    sums = np.stack([np.bincount(codes, persons[:, k]) for k in (0, 1)], axis=1)
    means = sums / sizes[:, None]
    within = persons - means[codes]
    pooled = within.T @ within / (len(codes) - cell.groups)
    return true, means, pooled[None] / sizes[:, None, None]


def row(cell: Cell, samples: int, seed: int = 1) -> dict[str, float]:
    rng = np.random.default_rng([seed, *(ord(c) for c in repr(cell))])
    found = []
    for _ in range(samples):
        true, means, errors = sample(cell, rng)
        x, y = means.T
        scope = kernel.scope_of(x, y)
        here, there = kernel.ceilings(x, y), kernel.ceilings(*true.T)
        plain = kernel.permuted_effects(x, y, scope, DRAWS, rng)
        mended = noise.null_effects(means, errors, scope, DRAWS, rng)
        tests = [
            kernel.share_as_large(drawn, float(own)) <= 0.05
            for null in (plain, mended)
            for drawn, own in zip(null, (here.ce, here.cr), strict=True)
        ]
        drawn_in, simex = (
            noise.deconvolved(means, errors),
            noise.extrapolated(means, errors, 40, rng),
        )
        found.append([*tests, there.cr, here.cr, drawn_in[1], simex[1]])
    values = np.array(found, float)
    share, size = values.mean(axis=0), values[:, 4:]
    away = size[:, 1:] - size[:, :1]
    names = (
        "test_ce",
        "test_cr",
        "corrected_ce",
        "corrected_cr",
        "true",
        "means",
        "drawn_in",
        "simex",
    )
    spread = dict(
        zip(("rmse_means", "rmse_drawn_in", "rmse_simex"), np.sqrt((away**2).mean(0)), strict=True)
    )
    return {**dict(zip(names, share.tolist(), strict=True)), **spread}


def main(samples: int) -> pd.DataFrame:
    rows = [{**asdict(cell), **row(cell, samples)} for cell in CELLS]
    return pd.DataFrame(rows).round(3).assign(samples=samples)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1000)
    main(parser.parse_args().samples).to_csv(TABLE, index=False, lineterminator="\n")
