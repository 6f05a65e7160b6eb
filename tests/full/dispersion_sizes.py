"""Which corrected indices of dispersion compare over groups of different size?

`python tests/full/dispersion_sizes.py` writes the table in docs/aggregation.md: means of each
index over 20,000 made-up groups of one law, by size; an index compares where they stay the same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm

import collective_use as cu

PAGE = Path(__file__).parents[2] / "docs" / "aggregation.md"
MARK, END = "<!-- python tests/full/dispersion_sizes.py -->\n", "<!-- end -->"
SIZES = (3, 5, 10, 50)
FAR = quad(lambda z: np.sqrt(1.0 + z * z) * norm.pdf(z), -12.0, 12.0)[0]
"""Mean over members of the root mean squared distance to endless others."""
INDICES = {
    "SD": ("separation", "sd", 1.0),
    "mean distance": ("separation", "mean_distance", FAR),
    "CV": ("disparity", "cv", 1.0),
    "CV adjusted": ("disparity", "cv_adjusted", 1.0),
    "Gini": ("disparity", "gini", 0.5),
    "Blau": ("variety", "blau", 0.75),
    "Teachman": ("variety", "teachman", np.log(4.0)),
}
"""Kind, column, and the value of an endless group."""
NEAR = 0.01
"""How far the mean may be from the endless group's, as a share, where an index compares."""


def means(size: int, groups: int, seed: int = 1) -> dict[str, float]:
    """Return the mean of each index over made-up groups of one size.

    Separation: normal values, SD 1; disparity: exponential amounts; variety: four kinds alike
    frequent.
    """
    rng = np.random.default_rng([seed, size])
    label = np.repeat(np.arange(groups), size)
    drawn = {
        "separation": rng.normal(size=groups * size),
        "disparity": rng.exponential(size=groups * size),
        "variety": rng.integers(0, 4, size=groups * size),
    }
    frames = {kind: cu.dispersion(x, label, kind=kind).to_frame() for kind, x in drawn.items()}
    return {name: float(frames[kind][column].mean()) for name, (kind, column, _) in INDICES.items()}


def verdicts(found: dict[int, dict[str, float]]) -> dict[str, bool]:
    """Return by index whether its mean is the endless group's at every size."""
    return {
        name: all(abs(by[name] / endless - 1.0) <= NEAR for by in found.values())
        for name, (_, _, endless) in INDICES.items()
    }


def table(groups: int = 20_000) -> str:
    """Return the table as Markdown."""
    found = {size: means(size, groups) for size in SIZES}
    rows = [
        f"| {size} | " + " | ".join(f"{by[name]:.3f}" for name in INDICES) + " |"
        for size, by in found.items()
    ]
    endless = " | ".join(f"{value:.3f}" for _, _, value in INDICES.values())
    words = " | ".join("yes" if good else "no" for good in verdicts(found).values())
    head = "| members | " + " | ".join(INDICES) + " |\n" + "|---" * (len(INDICES) + 1) + "|"
    return "\n".join([head, *rows, f"| endless | {endless} |", f"| **compares** | {words} |"])


def write() -> None:
    """Put the table between its marks."""
    text = PAGE.read_text(encoding="utf-8")
    before, found, rest = text.partition(MARK)
    if not found:
        raise SystemExit(f"docs/aggregation.md has no mark {MARK.strip()}")
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{MARK}\n{table()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
