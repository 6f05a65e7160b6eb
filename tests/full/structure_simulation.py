"""Make the tables of docs/structure.md: `python tests/full/structure_simulation.py [repetitions]`.

One indirect effect (power imbalance -> balancing -> use) in a model of five antecedents, three
mechanisms and one outcome, fitted as M1 to groups whose values are means of few members. By way:
bias, coverage of the 95% limits, rejection where the effect is zero (type I) and where it is not
(power); how often the default refuses. Where the effect is zero its second path is, and its first
is strong: there the test of the product errs most often. The item ways, which take seconds a fit,
are in `structure_ways.py`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from collective_use.numerics.structure.answers import normal_draws, percentile_answer
from collective_use.numerics.structure.between import GroupParts, between_covariances, room
from collective_use.structure.ways.rule import NO_CLAIM, room_needed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "structure.md"
GROUPS = (20, 40, 60, 100, 200)
DESIGNS = tuple((icc, members) for icc in (0.10, 0.15, 0.30) for members in (6, 12))
WITHIN = (0.0, 0.3, 0.5)
PIM, DCB = 1, 2
CUTS = (-1.9, -1.5, -1.1, -0.6, 0.0, 0.8)
LOADING, UNIQUE = 0.75, 0.66


@dataclass(frozen=True)
class Cell:
    """One cell: groups, intraclass correlation, members, correlation of members' errors.

    `fraction`: share of the members who answered, where the group is the mean of all of them; 0
    where members are a sample of endless ones.
    """

    groups: int
    icc: float
    members: int
    within: float
    null: bool
    skewed: bool = False
    fraction: float = 0.0


def population(null: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return paths to mechanisms (5, 3) and to the outcome (3,)."""
    A = np.full((5, 3), 0.15)
    A[PIM], A[4] = (-0.15, -0.15, -0.65 if null else -0.30), 0.0
    b = np.array([0.25, 0.25, 0.0 if null else 0.30])
    return A, b


def groups_of(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return true values of the groups, all of variance near 1, and the true effect."""
    A, b = population(cell.null)
    S = np.full((5, 5), 0.2) + 0.8 * np.eye(5)
    R = np.full((3, 3), 0.35) + 0.65 * np.eye(3)
    x = rng.multivariate_normal(np.zeros(5), S, cell.groups)
    m = x @ A + 0.85 * rng.multivariate_normal(np.zeros(3), R, cell.groups)
    cov = A.T @ S @ A + 0.7225 * R
    sd = np.sqrt(np.diag(cov))
    m, cov = m / sd, cov / np.outer(sd, sd)
    scale = np.sqrt(b @ cov @ b + 0.5625)
    y = (m @ b + 0.75 * rng.normal(size=cell.groups)) / scale
    return np.column_stack([x, m, y]), float(A[PIM, DCB] / sd[DCB] * b[DCB] / scale)


def persons(cell: Cell, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return scores of members; skewed: means of four seven-point items, most answers high."""
    W = np.full((9, 9), cell.within) + (1 - cell.within) * np.eye(9)
    whole = round(cell.members / cell.fraction) if cell.fraction else cell.members
    spread = np.sqrt((1 - cell.icc) / cell.icc)
    errors = rng.multivariate_normal(np.zeros(9), W, (cell.groups, whole)) * spread
    if cell.fraction:
        # what all members are on average is what the group is
        errors = (errors - errors.mean(axis=1, keepdims=True))[:, : cell.members]
    scores = (values[:, None, :] + errors).reshape(-1, 9)
    if not cell.skewed:
        return scores
    z = scores * np.sqrt(cell.icc)
    items = [np.digitize(LOADING * z + UNIQUE * rng.normal(size=z.shape), CUTS) for _ in range(4)]
    return np.asarray(np.mean(items, axis=0))


@cache
def skewed_truth(cell: Cell) -> float:
    """Return the effect in the metric of the answers, from 200,000 groups without error."""
    many = replace(cell, groups=200_000)
    values, _ = groups_of(many, np.random.default_rng(1))
    spread = np.sqrt(LOADING**2 * (1 - cell.icc) + UNIQUE**2)
    expected = sum(ndtr((LOADING * np.sqrt(cell.icc) * values - cut) / spread) for cut in CUTS)
    return float(paths(np.cov(expected, rowvar=False)[None])[0].prod())


def paths(S: np.ndarray) -> np.ndarray:
    """Return the two paths of M1 from covariances (R, 9, 9); its equations are least squares."""
    a = np.linalg.solve(S[:, :5, :5], S[:, :5, 5:8])[:, PIM, DCB]
    b = np.linalg.solve(S[:, 5:8, 5:8], S[:, 5:8, 8:9])[:, DCB, 0]
    return np.stack([a, b], axis=1)


def influences(S: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Return what each group adds to the two paths (G, 2), from what it adds to covariances."""
    out = []
    for x, y, at in ((slice(0, 5), 5 + DCB, PIM), (slice(5, 8), 8, DCB)):
        inverse = np.linalg.inv(S[x, x])
        slopes = inverse @ S[x, y]
        out.append((moved[:, x, y] - moved[:, x, x] @ slopes) @ inverse[at])
    return np.stack(out, axis=1)


def limits(S: np.ndarray, moved: np.ndarray, rng: np.random.Generator) -> tuple[float, ...]:
    """Return estimate and limits as `fit_structure` makes them: errors by influence, draws of t."""
    theta, psi = paths(S[None])[0], influences(S, moved)
    df = len(psi) - 6
    V = psi.T @ psi * len(psi) / df
    draws = normal_draws(theta, V, 2000, rng, df)
    answer = percentile_answer((draws[:, 0] * draws[:, 1])[:, None])
    return float(theta.prod()), float(answer.lower[0]), float(answer.upper[0])


def parts_of(cell: Cell, scores: np.ndarray) -> GroupParts:
    """Return what groups of one size contribute, as `group_parts` does."""
    G, n = cell.groups, cell.members
    own = scores.reshape(G, n, 9)
    means = own.mean(axis=1)
    rest = own - means[:, None, :]
    whole = round(n / cell.fraction) if cell.fraction else np.inf
    square = np.ones((G, 9, 9))
    cross = np.swapaxes(rest, 1, 2) @ rest
    return GroupParts(means, cross, (n - 1) * square, (1 / n - 1 / whole) * square)


def study(cell: Cell, rng: np.random.Generator) -> tuple[dict[str, tuple[float, ...]], float, bool]:
    """Return estimates and limits by way, the truth, and whether the default refuses."""
    values, truth = groups_of(cell, rng)
    G = cell.groups
    parts = parts_of(cell, persons(cell, values, rng))
    found = between_covariances(parts, np.ones((1, G)))
    centred = parts.means - parts.means.mean(axis=0)
    seen = found.observed[0]
    moved = (centred[:, :, None] * centred[:, None, :] - seen) / (G - 1)
    out = {"means": limits(seen, moved, rng)}
    truth = skewed_truth(replace(cell, groups=0)) if cell.skewed else truth
    small = room(found.observed, found.error)[0] < room_needed(G)
    refused = bool(found.kept[0] < 1 or small or G < NO_CLAIM)
    if not refused:
        share, df = parts.share[0, 0, 0], parts.df[:, 0, 0].sum()
        within = found.error[0] / share if share else np.zeros((9, 9))
        error = (parts.cross - (cell.members - 1) * within) / df * share
        out["default"] = limits(found.corrected[0], moved - error, rng)
    return out, truth, refused


def row(cell: Cell, repetitions: int, seed: int) -> dict[str, object]:
    """Return what a cell came to."""
    rng = np.random.default_rng([seed, cell.groups, cell.members, int(100 * cell.icc),
                                 int(10 * cell.within), cell.null, cell.skewed,
                                 int(10 * cell.fraction)])  # fmt: skip
    rows: dict[str, list[tuple[float, ...]]] = {"means": [], "default": []}
    refused, truth = 0, 0.0
    for _ in range(repetitions):
        out, truth, refusal = study(cell, rng)
        for way, answer in out.items():
            rows[way].append(answer)
        refused += refusal
    line: dict[str, object] = {"cell": cell, "refused": refused / repetitions}
    for way, answers in rows.items():
        if not answers:
            line[way] = None
            continue
        est, low, high = np.array(answers).T
        line[way] = (
            float(np.median(est) - truth),
            float(((low <= truth) & (truth <= high)).mean()),
            float(((low > 0) | (high < 0)).mean()),
            len(answers),
        )
    return line


def cells() -> Iterable[Cell]:
    """Return the cells that are run."""
    for null in (True, False):
        for icc, members in DESIGNS:
            for within in WITHIN:
                for groups in GROUPS:
                    yield Cell(groups, icc, members, within, null)
    for null in (True, False):
        for groups in (60, 200):
            for within in (0.0, 0.5):
                yield Cell(groups, 0.3, 12, within, null, skewed=True)
            for fraction in (0.5, 1.0):
                yield Cell(groups, 0.15, 6, 0.5, null, fraction=fraction)


def written(lines: list[dict[str, object]]) -> str:
    """Return the table as Markdown."""
    head = "| effect | ICC(1) | members | error r | groups | refused | means | default |"
    out = [head, "|---|---|---|---|---|---|---|---|"]
    for line in lines:
        cell = line["cell"]
        assert isinstance(cell, Cell)
        part = f", {cell.fraction:.0%} of members" if cell.fraction else ""
        more = ", skewed" if cell.skewed else part
        numbers = [_written(line[way]) for way in ("means", "default")]
        out.append(
            f"| {'none' if cell.null else 'true'}{more} | {cell.icc:.2f} | {cell.members} | "
            f"{cell.within:.1f} | {cell.groups} | {line['refused']:.0%} | {' | '.join(numbers)} |"
        )
    return "\n".join(out) + "\n"


def _written(found: object) -> str:
    if found is None:
        return "refused"
    bias, cover, reject, count = found  # type: ignore[misc]
    return f"{bias:+.3f}, {cover:.1%}, {reject:.1%} ({count})"


def summary(lines: list[dict[str, object]]) -> str:
    """Return in how many cells the default kept its level and its coverage."""
    size, cover, rare, least = [], [], [], 2
    for line in lines:
        cell, found = line["cell"], line["default"]
        assert isinstance(cell, Cell)
        if found is None:
            continue
        _, share, reject, count = found  # type: ignore[misc]
        if float(str(line["refused"])) > 0.5:
            rare.append((share, reject if cell.null else 0.0, count))
            continue
        cover.append((share, 0.92, 0.98, np.sqrt(0.95 * 0.05 / count)))
        if cell.null:
            size.append((reject, 0.025, 0.075, np.sqrt(0.95 * 0.05 / count)))
    text = []
    for word, cells, unit in (
        ("Type I error lies between 2.5% and 7.5%", size, "cells without an effect"),
        ("Coverage lies between 92% and 98%", cover, "cells"),
    ):
        inside = sum(low <= x <= high for x, low, high, _ in cells)
        near = sum(low - least * e <= x <= high + least * e for x, low, high, e in cells)
        over = sum(x > high for x, _, high, _ in cells)
        text.append(
            f"{word} in {inside} of {len(cells)} {unit} in which the rule offers a result in at "
            f"least half of the studies, and within two simulation errors of it in {near}; in "
            f"{over} it lies above, in {len(cells) - inside - over} below."
        )
    few = [found for found in rare if found[2] >= 50]
    text.append(
        f"In {len(rare)} further cells it offers a result in fewer studies, in {len(few)} of them "
        f"in 50 or more: there the type I error is {max(f[1] for f in few):.1%} at most and "
        f"coverage {min(f[0] for f in few):.1%} to {max(f[0] for f in few):.1%}."
    )
    return "\n".join(text) + "\n"


def power_row(groups: int, icc: float, members: int, repetitions: int, seed: int) -> float:
    """Return the power of joint significance as framework tables have it: uncorrected means."""
    rng = np.random.default_rng([seed, groups, members, int(100 * icc)])
    reliability = members * icc / (1 + (members - 1) * icc)
    noise, hits = np.sqrt((1 - reliability) / reliability), 0
    from scipy.stats import t

    for _ in range(repetitions):
        values, _ = groups_of(Cell(groups, icc, members, 0.0, null=False), rng)
        seen = values + noise * rng.normal(size=values.shape)
        x, m, y = seen[:, :5], seen[:, 5:8], seen[:, 8]
        p = []
        for outcome, design, at in ((m[:, DCB], x, PIM), (y, np.column_stack([m, x]), DCB)):
            X = np.column_stack([np.ones(groups), design])
            inverse = np.linalg.inv(X.T @ X)
            slopes = inverse @ X.T @ outcome
            rest = outcome - X @ slopes
            df = groups - X.shape[1]
            error = np.sqrt(rest @ rest / df * inverse[at + 1, at + 1])
            p.append(2 * t.sf(abs(slopes[at + 1] / error), df))
        hits += max(p) < 0.05
    return hits / repetitions


def power_table(repetitions: int) -> str:
    """Return the power table as Markdown."""
    sizes = (40, 60, 80, 100, 150, 200, 300)
    out = ["| ICC(1), members | " + " | ".join(str(g) for g in sizes) + " |"]
    out.append("|---|" + "---|" * len(sizes))
    for icc, members in ((0.15, 6), (0.15, 12), (0.30, 6), (0.30, 12)):
        found = [f"{power_row(g, icc, members, repetitions, 7):.2f}" for g in sizes]
        out.append(f"| {icc:.2f}, {members} | " + " | ".join(found) + " |")
    return "\n".join(out) + "\n"


def marks(lines: list[dict[str, object]]) -> tuple[tuple[str, str], ...]:
    """Return what goes between which marks of the page."""
    return (
        ("cells", written(lines)),
        ("summary", summary(lines)),
        ("power", power_table(600)),
    )


def main() -> None:
    """Run all cells and put the tables into the page."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    lines = []
    for cell in cells():
        lines.append(row(cell, repetitions, 20261129))
        sys.stderr.write(written(lines[-1:]).splitlines()[-1] + "\n")
    page = PAGE.read_text("utf-8")
    for mark, table in marks(lines):
        pattern = rf"(<!-- {mark}: begin -->\n).*?(<!-- {mark}: end -->)"
        page = re.sub(pattern, lambda m, t=table: m[1] + t + m[2], page, flags=re.DOTALL)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
