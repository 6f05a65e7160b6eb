"""All ways on the same data: `python tests/full/structure_ways.py [studies] [minutes] [--quick]`.

Two antecedents, one mechanism, one outcome, three items each, answered by eight members a group.
Counted for the indirect effect are bias, coverage of its 95% limits and how often zero is left
out. Four kinds of data: as every way wants them; members' errors correlated .5 between constructs;
skewed seven-point items; and a wrong within model: items that share wording are alike within
groups, across constructs, which no measurement block knows. ``--quick`` leaves out 60 groups and
the ways by items at two levels (`sam` takes a second a fit); ``--items`` runs these alone, beside
`corrected`. The tables go into docs/structure.md.
"""

from __future__ import annotations

import re
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr

import collective_use as cu
from collective_use.errors import CollectiveUseError
from collective_use.numerics.structure.answers import normal_draws, percentile_answer
from collective_use.numerics.structure.between import (
    between_covariances,
    group_parts,
    halves,
    influence,
    nudged,
)
from collective_use.numerics.types import Floats
from collective_use.structure.syntax import by_items

PAGE = Path(__file__).resolve().parents[2] / "docs" / "structure.md"
MODEL = "m ~ a*x1 + x2\ny ~ b*m\neffect := a*b\n"
NAMES = ("x1", "x2", "m", "y")
ITEMS = {name: [f"{name}_{i}" for i in (1, 2, 3)] for name in NAMES}
KINDS = ("as assumed", "error r .5", "skewed", "wrong within")
WAYS = ("means", "corrected", "split", "latent", "iv", "sam", "twolevel")
CUTS = (-1.9, -1.5, -1.1, -0.6, 0.0, 0.8)
ICC, MEMBERS = 0.15, 8
A, B = 0.50, 0.40


def standing(groups: int, null: bool, rng: np.random.Generator) -> Floats:
    """Return (G, 4) values of groups, each of variance 1."""
    x = rng.multivariate_normal(np.zeros(2), [[1, 0.3], [0.3, 1]], groups)
    explained = A**2 + 0.2**2 + 2 * A * 0.2 * 0.3
    m = x @ [A, 0.2] + np.sqrt(1 - explained) * rng.normal(size=groups)
    b = 0.0 if null else B
    y = b * m + np.sqrt(1 - b**2) * rng.normal(size=groups)
    return np.column_stack([x, m, y])


def answers(values: Floats, kind: str, rng: np.random.Generator) -> pd.DataFrame:
    """Return one row a person: twelve items and the group."""
    groups = len(values)
    r = 0.5 if kind == "error r .5" else 0.0
    W = np.full((4, 4), r) + (1 - r) * np.eye(4)
    total = groups * MEMBERS
    own = rng.multivariate_normal(np.zeros(4), W, total)
    score = np.sqrt(ICC) * values.repeat(MEMBERS, axis=0) + np.sqrt(1 - ICC) * own
    shared = 0.5 * rng.normal(size=(total, 3)) if kind == "wrong within" else np.zeros((total, 3))
    frame = pd.DataFrame({"group": np.arange(groups).repeat(MEMBERS)})
    for j, name in enumerate(NAMES):
        for i, item in enumerate(ITEMS[name]):
            value = 0.75 * score[:, j] + shared[:, i] + 0.66 * rng.normal(size=total)
            frame[item] = np.digitize(value, CUTS).astype(float) if kind == "skewed" else value
    return frame


def truth_of(kind: str, null: bool) -> float:
    """Return the effect in the metric of the items' means between groups."""
    if null:
        return 0.0
    if kind != "skewed":
        return A * B
    values = standing(200_000, null, np.random.default_rng(1))
    spread = np.sqrt(0.75**2 * (1 - ICC) + 0.66**2)
    seen = sum(ndtr((0.75 * np.sqrt(ICC) * values - cut) / spread) for cut in CUTS)
    return float(paths(np.cov(seen, rowvar=False)[None])[0].prod())


def paths(S: Floats) -> Floats:
    """Return both paths from covariances (R, 4, 4)."""
    a = np.linalg.solve(S[:, :2, :2], S[:, :2, 2:3])[:, 0, 0]
    return np.stack([a, S[:, 2, 3] / S[:, 2, 2]], axis=1)


def limits(theta: Floats, V: Floats, df: float, rng: np.random.Generator) -> tuple[float, ...]:
    """Return estimate and limits of the product."""
    draws = normal_draws(theta, V, 2000, rng, df)
    found = percentile_answer((draws[:, 0] * draws[:, 1])[:, None])
    return float(theta.prod()), float(found.lower[0]), float(found.upper[0])


def by_moments(frame: pd.DataFrame, rng: np.random.Generator) -> dict[str, tuple[float, ...]]:
    """Return the answers of `means`, `corrected` and `split`."""
    codes = frame["group"].to_numpy()
    G = int(codes[-1]) + 1
    scores = np.column_stack([frame[ITEMS[name]].mean(axis=1) for name in NAMES])
    parts = group_parts(scores, codes, G, np.full((G, 4), np.inf))
    weights = np.concatenate([np.ones((1, G)), nudged(G)])
    found = between_covariances(parts, weights)
    out = {}
    for way, S in (("means", found.observed), ("corrected", found.corrected)):
        theta = paths(S)
        out[way] = limits(theta[0], influence(theta[1:], 3), G - 3, rng)
    stage = np.array([0, 0, 1, 2])
    across = stage[:, None] != stage[None, :]
    products, centre = np.zeros((G, 4, 4)), scores.mean(axis=0)
    for _ in range(50):
        one, two = halves(scores, codes, G, rng) - centre
        same = one[:, :, None] * one[:, None, :] + two[:, :, None] * two[:, None, :]
        other = one[:, :, None] * two[:, None, :] + two[:, :, None] * one[:, None, :]
        products += np.where(across, other, same) / 100
    S = np.einsum("rg,gij->rij", weights, products) / weights.sum(axis=1)[:, None, None]
    theta = paths(S)
    out["split"] = limits(theta[0], influence(theta[1:], 3), G - 3, rng)
    return out


def by_fit(way: str, frame: pd.DataFrame, rng: np.random.Generator) -> tuple[float, ...] | None:
    """Return the answer of a way that measures by items; None where it does not converge."""
    kind = "latent" if way == "iv" else way
    text = by_items(MODEL, ITEMS, {}, kind)
    means = frame.groupby("group").mean().reset_index(drop=True)
    try:
        if way == "sam":
            fit = cu.sam(text, frame, cluster="group", se="robust").joint
        elif way == "iv":
            fit = cu.fit_iv(text, means).joint
        else:
            fit = cu.fit_sem(text, means if way == "latent" else frame,
                             cluster=None if way == "latent" else "group")  # fmt: skip
    except CollectiveUseError:
        return None
    if not fit.converged or fit.vcov is None:
        return None
    at = [list(fit.parameters.index).index(name) for name in ("a", "b")]
    theta, V = fit.solution.theta[at], fit.vcov[np.ix_(at, at)]
    return limits(theta, V, fit_df(frame), rng)


def fit_df(frame: pd.DataFrame) -> float:
    """Return the degrees of freedom that `fit_structure` takes: groups less measures."""
    return float(frame["group"].nunique() - len(NAMES))


def row(
    kind: str, groups: int, null: bool, studies: int, end: float, ways: Sequence[str] = WAYS
) -> str:
    """Return one line of the table."""
    rng = np.random.default_rng([KINDS.index(kind), groups, null])
    truth = truth_of(kind, null)
    found: dict[str, list[tuple[float, ...]]] = {way: [] for way in ways}
    run = 0
    while run < studies and (time.monotonic() < end or run < 2):
        run += 1
        frame = answers(standing(groups, null, rng), kind, rng)
        moments = by_moments(frame, rng)
        for way in ways:
            if way in moments:
                found[way].append(moments[way])
                continue
            answer_ = by_fit(way, frame, rng)
            if answer_ is not None:
                found[way].append(answer_)
    cells: list[object] = ["none" if null else "true", kind, groups, run]
    for way in ways:
        if not found[way]:
            cells.append("no result")
            continue
        est, low, high = np.array(found[way]).T
        bias = np.median(est) - truth
        cover = ((low <= truth) & (truth <= high)).mean()
        lost = run - len(est)
        cells.append(
            f"{bias:+.2f}, {cover:.0%}, {((low > 0) | (high < 0)).mean():.0%}"
            + (f" ({lost} lost)" if lost else "")
        )
    return " | ".join(str(cell) for cell in cells)


def main() -> None:
    """Run all lines, the minutes shared evenly, and put the table into the page."""
    warnings.simplefilter("ignore")
    quick, items = "--quick" in sys.argv, "--items" in sys.argv
    numbers = [float(word) for word in sys.argv[1:] if not word.startswith("--")]
    studies = int(numbers[0]) if numbers else 100
    minutes = numbers[1] if len(numbers) > 1 else 1e6
    ways = WAYS[:5] if quick else ("corrected", "sam", "twolevel") if items else WAYS
    mark = "item ways" if items else "ways"
    plan = [
        (k, g, n) for n in (True, False) for g in ((120,) if quick else (60, 120)) for k in KINDS
    ]
    head = "| effect | data | groups | studies | " + " | ".join(ways) + " |"
    lines = [head, "|---|---|---|---|" + "---|" * len(ways)]
    for kind, groups, null in plan:
        end = time.monotonic() + 60 * minutes / len(plan)
        text = row(kind, groups, null, studies, end, ways)
        sys.stderr.write(text + "\n")
        lines.append(f"| {text} |")
    table = "\n".join(lines) + "\n"
    page = PAGE.read_text("utf-8")
    pattern = rf"(<!-- {mark}: begin -->\n).*?(<!-- {mark}: end -->)"
    PAGE.write_text(re.sub(pattern, lambda m: m[1] + table + m[2], page, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
