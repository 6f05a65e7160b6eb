"""Write docs/verdicts.md: how often the verdict gives each word, from made-up surveys.

``python tests/full/verdict_table.py`` runs the whole part of the grid that the page states;
``--samples 40`` makes a quick look. The same seed gives the same page.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import ndtri

from collective_use.cutoffs import cutoffs_with
from collective_use.groups.evidence.icc import differences, restricted
from collective_use.groups.evidence.parts import Agreement
from collective_use.groups.evidence.random_groups import against_random
from collective_use.groups.evidence.verdict import (
    CANNOT,
    LITTLE,
    NOTHING,
    SUPPORTED,
    Facts,
    shared_verdict,
)
from collective_use.numerics.groups import agreement
from collective_use.numerics.groups.nulls import null_distribution
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.results import NotComputed

PAGE = Path(__file__).parents[2] / "docs" / "verdicts.md"
LEANS = {
    "none": (0.2, 0.2, 0.2, 0.2, 0.2),
    "slight": (0.05, 0.15, 0.2, 0.35, 0.25),
    "strong": (0.02, 0.06, 0.17, 0.45, 0.30),
}
WITHIN = 0.5
"""Latent correlation of two items of one person."""
NULLS = ("uniform", "slight_skew")
WORDS = (SUPPORTED, f"{SUPPORTED} under the uniform null only", LITTLE, NOTHING, CANNOT)
RULES = cutoffs_with()


@dataclass(frozen=True)
class Cell:
    """One kind of survey."""

    icc: float = 0.0
    lean: str = "slight"
    size: int = 8
    groups: int = 60
    items: int = 5
    missing: float = 0.0
    response: float = 1.0


def answers(rng: np.random.Generator, cell: Cell) -> tuple[np.ndarray, np.ndarray]:
    """Return answers of those who answered, and their groups."""
    codes = np.repeat(np.arange(cell.groups), cell.size)
    N, J = len(codes), cell.items
    # the share of the groups in one item that gives the scale the ICC(1) asked for
    spread = WITHIN + (1 - WITHIN) / J
    share = cell.icc * spread / (1 - cell.icc + cell.icc * spread)
    z = np.sqrt(WITHIN) * rng.normal(size=(N, 1)) + np.sqrt(1 - WITHIN) * rng.normal(size=(N, J))
    level = rng.normal(size=cell.groups)[codes][:, None]
    z = np.sqrt(1 - share) * z + np.sqrt(share) * level
    edges = ndtri(np.cumsum(LEANS[cell.lean])[:-1])
    x = sum((z > edge).astype(float) for edge in edges) + 1.0
    if cell.missing:
        x[rng.random(x.shape) < cell.missing] = np.nan
    if cell.response < 1:
        there = rng.random(N) < cell.response
        x, codes = x[there], codes[there]
    return x, codes


def word(x: np.ndarray, codes: np.ndarray, cell: Cell) -> str:
    """Return the verdict on one survey."""
    G = cell.groups
    enough = (~np.isnan(x)).sum(axis=1) >= 0.5 * cell.items
    score = np.full(len(x), np.nan)
    score[enough] = np.nanmean(x[enough], axis=1)
    one = group_statistics(score, codes, G)
    small = one.n[:, 0] < RULES["group_size"].value
    silent = ~small & (one.n[:, 0] / cell.size < RULES["group_response"].value)
    judged = ~small & ~silent
    items = group_statistics(x, codes, G)
    index = "rwg_j" if cell.items > 1 else "rwg"
    medians, values = {}, np.empty(0)
    for null in NULLS:
        ratio = agreement.mean_ratio(
            items, np.full(cell.items, null_distribution(null, 5).variance)
        )
        found = agreement.rwg_j(ratio, cell.items)[judged]
        found = found[~np.isnan(found)]
        medians[null] = float(np.median(found)) if len(found) else float("nan")
        values = found if null == NULLS[0] else values
    why = NotComputed("no group is large enough to be judged")
    part = Agreement(
        index,
        float(values.mean()) if len(values) else why,
        medians[NULLS[0]] if len(values) else why,
        float(RULES[index].passing(values).mean()) if len(values) else why,
        NULLS[0],
        medians,
        None,  # type: ignore[arg-type]
    )
    keys = SimpleNamespace(codes=codes, total=G)
    facts = Facts(
        int(judged.sum()),
        int(small.sum()),
        int(silent.sum()),
        differences(restricted(one, judged)),
        part,
        against_random(x, score, keys, judged),  # type: ignore[arg-type]
    )
    return shared_verdict(facts, RULES).word


def shares(cell: Cell, samples: int, seed: int = 1) -> dict[str, float]:
    """Return the share of each word over samples of one kind of survey."""
    rng = np.random.default_rng([seed, *map(ord, repr(cell))])
    found = Counter(word(*answers(rng, cell), cell) for _ in range(samples))
    return {name: found[name] / samples for name in WORDS}


def property_share(found: dict[str, float]) -> float:
    """Return the share of samples that are called a property of groups in any words."""
    return sum(found[name] for name in WORDS[:3])


ICCS = (0.0, 0.02, 0.05, 0.12, 0.25)


def main_cells() -> Iterator[Cell]:
    """Yield the crossed part of the grid: everybody answers everything."""
    for lean in LEANS:
        for items in (1, 5, 10):
            for size in (3, 8, 30):
                for groups in (10, 60, 200):
                    for icc in ICCS:
                        yield Cell(icc, lean, size, groups, items)


def gap_cells() -> Iterator[Cell]:
    """Yield the part with missing answers and silent members, for 60 groups of 8 and 5 items."""
    for lean in LEANS:
        for icc in ICCS:
            base = Cell(icc, lean)
            for missing in (0.2, 0.5):
                yield replace(base, missing=missing)
            for response in (0.8, 0.6, 0.4):
                yield replace(base, response=response)
            yield replace(base, missing=0.5, response=0.6)
            yield replace(base, groups=5)


LEVELS: dict[str, tuple[Any, ...]] = {
    "lean": tuple(LEANS),
    "size": (3, 5, 8, 15, 30),
    "groups": (10, 30, 60, 120, 200),
    "items": (1, 3, 5, 10),
    "missing": (0.0, 0.2, 0.5),
    "response": (1.0, 0.8, 0.6, 0.4),
}
"""The whole grid, of which `covering_cells` takes a part."""


ROUNDS = 1
"""How often every two levels meet at least."""


def covering_cells() -> Iterator[Cell]:
    """Yield kinds of surveys in which every two levels of two factors meet, at every ICC(1).

    Greedy: of some kinds drawn at random the one that brings most pairs not met before.
    """
    rng = np.random.default_rng(5)
    names = list(LEVELS)
    every = {
        ((a, x), (b, y)) for a, b in combinations(names, 2) for x in LEVELS[a] for y in LEVELS[b]
    }
    found: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        left = set(every)
        while left:
            drawn = [{n: v[rng.integers(len(v))] for n, v in LEVELS.items()} for _ in range(60)]
            pairs = [set(combinations(one.items(), 2)) & left for one in drawn]
            best = max(range(len(drawn)), key=lambda k: len(pairs[k]))
            if pairs[best]:
                left -= pairs[best]
                found.append(drawn[best])
    for one in found:
        for icc in ICCS:
            yield Cell(icc, **one)


def row_of(cell: Cell, found: dict[str, float], samples: int) -> str:
    """Return one row of the page."""
    numbers = " | ".join(f"{found[name]:.0%}" for name in WORDS)
    return (
        f"| {cell.icc:g} | {cell.lean} | {cell.items} | {cell.size} | {cell.groups} | "
        f"{cell.missing:.0%} | {cell.response:.0%} | {numbers} | {samples} |"
    )


HEAD = """# How often the verdict is wrong, and how often it sees what is there

This page is written by `python tests/full/verdict_table.py` and says, for made-up surveys, in
what share of samples `aggregate` gives each word to a measure that members are meant to share.
Answers have five options; two items of one person correlate .50 before they are cut into options;
ICC(1) is that of the scale before the cut. Lean: none is an even spread over the options; slight
is .05 .15 .20 .35 .25; strong is .02 .06 .17 .45 .30. Where ICC(1) is 0 nothing is a property of
groups, and every word but *no evidence* and *cannot be judged* is a false alarm.

**What was run.** {count} kinds of surveys, {noise} samples where ICC(1) is 0, {power_samples} where
power is stated, {other} elsewhere: all five ICC(1) by three leans by 1, 5 and 10 items by groups
of 3, 8 and 30 by
10, 60 and 200 groups, with everybody answering; missing answers, silent members and five
groups for 60 groups of 8 with 5 items; and, of the whole grid of groups of 3, 5, 8, 15 and 30 by
10, 30, 60, 120 and 200 groups by 1, 3, 5 and 10 items by 0, 20 and 50% missing by 100, 80, 60 and
40% response by the leans (3,600 kinds), {covering} in which every two levels of two factors meet.
Not run: the rest of that grid. A share of 3% from {noise} samples is known to about
±{error:.1%}; where {noise} samples showed 4% and more, {again} others were drawn ({repeated}
times), and the share is theirs.

**False alarms.** Where ICC(1) is 0 a property of groups is seen in {mean:.1%} of the samples, at
most {worst:.1%} in a kind of survey. **Power.** ICC(1) .12 in 60 groups of 8: {power:.1%} at
least over leans and items.

The rules are those that are built in: the 95% interval of ICC(1) lies above zero, members disagree
less than in random groups (p at most .05), the median rwg(j) is at least .70 under the uniform and
the slightly skewed null, ICC(1) is at least .05, groups have 3 answers and half of their members,
and there are 5 of them.

| ICC(1) | lean | items | size | groups | missing | response | supported | under the uniform null |\
 differences, little agreement | no evidence | cannot be judged | samples |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def is_power(cell: Cell) -> bool:
    """Tell whether a cell is one of those whose power the page states."""
    return (cell.icc, cell.size, cell.groups, cell.missing, cell.response) == (0.12, 8, 60, 0, 1)


def page(noise: int, other: int) -> str:
    """Run the grid and return the page."""
    covering = list(covering_cells())
    cells = list(dict.fromkeys([*main_cells(), *gap_cells(), *covering]))
    samples = [5 * noise if is_power(c) else noise if c.icc == 0 else other for c in cells]
    found = [shares(c, n) for c, n in zip(cells, samples, strict=True)]
    doubtful = [k for k, c in enumerate(cells) if c.icc == 0 and property_share(found[k]) >= 0.04]
    for k in doubtful:
        samples[k] = 5 * noise
        found[k] = shares(cells[k], samples[k], seed=2)
    alarms = [property_share(f) for c, f in zip(cells, found, strict=True) if c.icc == 0]
    seen = [property_share(f) for c, f in zip(cells, found, strict=True) if is_power(c)]
    head = HEAD.format(
        count=len(cells), noise=noise, other=other, power_samples=5 * noise,
        error=1.96 * np.sqrt(0.03 * 0.97 / noise),
        covering=len(covering) // len(ICCS), again=5 * noise, repeated=len(doubtful),
        mean=np.mean(alarms), worst=max(alarms), power=min(seen),
    )  # fmt: skip
    rows = [row_of(c, f, n) for c, f, n in zip(cells, found, samples, strict=True)]
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=400)
    chosen = parser.parse_args().samples
    PAGE.write_text(page(chosen, max(20, chosen // 10)), encoding="utf-8")
