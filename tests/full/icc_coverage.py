"""Coverage of the limits of ICC(1): how often do 95% limits hold the true value?

Run `python tests/full/icc_coverage.py` to write the table of docs/icc_coverage.md (about a quarter
of an hour on one core). For every cell of the grid of group numbers, sizes and true ICCs,
4,000 data sets are drawn from the normal one-way model through their sufficient statistics:
group means and the sum of squares within.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from collective_use.numerics.groups.anova import one_way
from collective_use.numerics.groups.icc_limits import f_limits, wald_limits

REPETITIONS = 4000
NUMBERS = (10, 30, 100)
ICCS = (0.0, 0.05, 0.10, 0.25, 0.50)
SIZES = {
    "equal, 6": lambda g: np.full(g, 6),
    "equal, 30": lambda g: np.full(g, 30),
    "4 to 12": lambda g: 4 + np.arange(g) % 9,
    "2 to 100": lambda g: np.round(np.geomspace(2, 100, g)).astype(int),
    "2s and one of 200": lambda g: np.append(np.full(g - 1, 2), 200),
}


@dataclass(frozen=True)
class Cell:
    """Coverage in one cell of the grid."""

    groups: int
    sizes: str
    icc: float
    wald: float
    f_k0: float
    truncated: float


def coverage(groups: int, sizes: str, icc: float, repetitions: int, seed: int) -> Cell:
    """Draw data sets and count how often the limits hold the true ICC."""
    n = SIZES[sizes](groups).astype(float)
    rng = np.random.default_rng([seed, groups, list(SIZES).index(sizes), round(icc * 100)])
    held = np.zeros(3)
    for _ in range(repetitions):
        means = rng.standard_normal(groups) * np.sqrt(icc + (1 - icc) / n)
        within = (1 - icc) * rng.chisquare(n.sum() - groups)
        squares = np.zeros(groups)
        squares[0] = within
        table = one_way(n, means, squares)
        low, high = wald_limits(table)
        f_low, f_high = f_limits(table, table.size_k0)
        held += (
            low <= icc <= high,
            f_low <= icc <= f_high,
            max(low, 0.0) <= icc <= max(high, 0.0),
        )
    return Cell(groups, sizes, icc, *(held / repetitions))


def grid(repetitions: int = REPETITIONS, seed: int = 20260101) -> Iterator[Cell]:
    """Yield every cell of the grid."""
    for groups in NUMBERS:
        for sizes in SIZES:
            for icc in ICCS:
                yield coverage(groups, sizes, icc, repetitions, seed)


def markdown(cells: list[Cell], repetitions: int) -> str:
    """Return the page with the table."""
    error = np.sqrt(0.95 * 0.05 / repetitions)
    lines = [
        "# Do the limits of ICC(1) hold?",
        "",
        f"95% limits, {repetitions:,} data sets a cell (Monte Carlo error of a cell: "
        f"{100 * error:.2f} points), normal one-way model. Wald's exact pivot (1940), which this "
        "package uses, against the F limits with k0. Not cut at zero.",
        "",
        "| groups | sizes | true ICC | Wald % | F with k0 % |",
        "|---:|---|---:|---:|---:|",
    ]
    lines += [
        f"| {c.groups} | {c.sizes} | {c.icc:.2f} | {100 * c.wald:.1f} | {100 * c.f_k0:.1f} |"
        for c in cells
    ]
    lines += [
        "",
        "Limits cut at zero hold a true ICC of 0 whenever the lower limit is not above it, so "
        "they cover 97.5%, not 95%:",
        "",
        "| groups | sizes | Wald, cut at zero % |",
        "|---:|---|---:|",
    ]
    for c in cells:
        if c.icc == 0:
            lines.append(f"| {c.groups} | {c.sizes} | {100 * c.truncated:.1f} |")
    lines += ["", "Made by `python tests/full/icc_coverage.py`.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS
    found = list(grid(number))
    target = Path(__file__).parents[2] / "docs" / "icc_coverage.md"
    target.write_text(markdown(found, number), encoding="utf-8")
