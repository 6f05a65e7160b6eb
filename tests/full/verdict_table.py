"""Write docs/verdicts.md: how often the verdict gives each word, from made-up surveys.

``python tests/full/verdict_table.py`` runs the whole part of the grid that the page states (half
an hour of processor time). ``--store FILE`` keeps what was counted, so that a run that was stopped
goes on where it was. The same seed gives the same page.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import beta

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


def counted(cell: Cell, samples: int, seed: int = 1) -> tuple[Counter[str], int]:
    """Return how often each word was given, and in how many samples."""
    return next(looks(cell, (samples,), seed))


def looks(cell: Cell, sizes: Iterable[int], seed: int = 1) -> Iterator[tuple[Counter[str], int]]:
    """Yield the counts after each number of samples, which include those before."""
    rng = np.random.default_rng([seed, *map(ord, repr(cell))])
    found: Counter[str] = Counter()
    for size in sizes:
        found.update(word(*answers(rng, cell), cell) for _ in range(size - found.total()))
        yield found.copy(), size


def shares(cell: Cell, samples: int, seed: int = 1) -> dict[str, float]:
    """Return the share of each word over samples of one kind of survey."""
    found, _ = counted(cell, samples, seed)
    return {name: found[name] / samples for name in WORDS}


def property_share(found: dict[str, float]) -> float:
    """Return the share of samples that are called a property of groups in any words."""
    return sum(found[name] for name in WORDS[:3])


LOOKS = (400, 1000, 2000, 4000)
"""Samples of noise after which it is looked whether the limit is known well enough."""
ALLOWED = 0.05


def limit(alarms: int, samples: int, looks_taken: int = len(LOOKS)) -> float:
    """Return the upper 95% limit of a share (Clopper & Pearson 1934), for any of the looks.

    Each look has its part of the 5% (Bonferroni), so that stopping at a good one costs nothing.
    """
    if alarms == samples:
        return 1.0
    return float(beta.ppf(1.0 - 0.05 / looks_taken, alarms + 1, samples - alarms))


def noise(cell: Cell) -> tuple[Counter[str], int]:
    """Draw noise until its share of false alarms is known to be allowed, or the last look."""
    for found, samples in looks(cell, LOOKS):
        if limit(alarms_in(found), samples) <= ALLOWED:
            break
    return found, samples


def alarms_in(found: Counter[str]) -> int:
    """Return how many samples were called a property of groups."""
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


def tuples_of(levels: dict[str, Any], strength: int) -> set[tuple[tuple[str, Any], ...]]:
    """Return the levels of every `strength` factors that meet in one kind of survey."""
    return set(combinations(levels.items(), strength))


def wanted_tuples(strength: int) -> list[tuple[tuple[str, Any], ...]]:
    """Return every combination of levels of `strength` factors, in a fixed order."""
    return [
        tuple(zip(names, levels, strict=True))
        for names in combinations(LEVELS, strength)
        for levels in product(*(LEVELS[name] for name in names))
    ]


def covering_cells() -> Iterator[Cell]:
    """Yield kinds of surveys in which every two levels of two factors meet, at every ICC(1).

    Greedy: of some kinds drawn at random the one that brings most pairs not met before.
    """
    rng = np.random.default_rng(5)
    found: list[dict[str, Any]] = []
    left = set(wanted_tuples(2))
    while left:
        drawn = [{n: v[rng.integers(len(v))] for n, v in LEVELS.items()} for _ in range(60)]
        pairs = [tuples_of(one, 2) & left for one in drawn]
        best = max(range(len(drawn)), key=lambda k: len(pairs[k]))
        if pairs[best]:
            left -= pairs[best]
            found.append(drawn[best])
    for one in found:
        for icc in ICCS:
            yield Cell(icc, **one)


def noise_cells() -> list[Cell]:
    """Return all kinds with ICC(1) 0: with them every three levels of three factors meet."""
    cells = [c for c in [*main_cells(), *gap_cells(), *covering_cells()] if c.icc == 0]
    left = dict.fromkeys(wanted_tuples(3))
    for cell in cells:
        for met in tuples_of({name: getattr(cell, name) for name in LEVELS}, 3):
            left.pop(met, None)
    rng = np.random.default_rng(6)
    while left:
        open_ = list(left)
        drawn = []
        for _ in range(30):
            one = {n: v[rng.integers(len(v))] for n, v in LEVELS.items()}
            drawn.append(one | dict(open_[rng.integers(len(open_))]))
        best = max(drawn, key=lambda one: len(tuples_of(one, 3) & left.keys()))
        for met in tuples_of(best, 3):
            left.pop(met, None)
        cells.append(Cell(0.0, **best))
    return list(dict.fromkeys(cells))


def row_of(cell: Cell, found: Counter[str], samples: int) -> str:
    """Return one row of the page."""
    numbers = " | ".join(f"{found[name] / samples:.0%}" for name in WORDS)
    most = f"{limit(alarms_in(found), samples):.1%}" if cell.icc == 0 else ""
    return (
        f"| {cell.icc:g} | {cell.lean} | {cell.items} | {cell.size} | {cell.groups} | "
        f"{cell.missing:.0%} | {cell.response:.0%} | {numbers} | {samples} | {most} |"
    )


HEAD = """# How often the verdict is wrong, and how often it sees what is there

This page is written by `python tests/full/verdict_table.py`, here with the rules as they stood at
commit {commit}, and says, for made-up surveys, in what share of samples `aggregate` gives each word
to a measure that members are meant to share.
Answers have five options; two items of one person correlate .50 before they are cut into options;
ICC(1) is that of the scale before the cut. Lean: none is an even spread over the options; slight
is .05 .15 .20 .35 .25; strong is .02 .06 .17 .45 .30. Where ICC(1) is 0 nothing is a property of
groups, and every word but *no evidence* and *cannot be judged* is a false alarm.

**False alarms.** {noise} kinds of surveys have ICC(1) 0. A property of groups is seen in {mean:.1%}
of their samples, at most {worst:.1%} in a kind.
{verdict_limits}
Each kind was drawn {first} times, and where its limit was above 5% then, up to {last:,} times; the
limit (*at most*) is the exact upper 95% limit of a share (Clopper & Pearson 1934), shared out over
the {looks} looks at which drawing could have stopped.

**Power.** ICC(1) .12 in 60 groups of 8: {power:.1%} at least over leans and items ({power_samples}
samples each; exact lower 95% limit of the least: {power_low:.1%}).

**What was run.** {count} kinds of surveys. At all five ICC(1): three leans by 1, 5 and 10 items by
groups of 3, 8 and 30 by 10, 60 and 200 groups with everybody answering; missing answers, silent
members and five groups for 60 groups of 8 with 5 items; and {covering} more. The whole grid is
groups of 3, 5, 8, 15 and 30 by 10, 30, 60, 120 and 200 groups by 1, 3, 5 and 10 items by 0, 20 and
50% missing by 100, 80, 60 and 40% response by three leans: {whole:,} kinds at each ICC(1).

**How the part was chosen, and what that is worth.** Of that grid every level of every factor, and
every two levels of two factors ({pairs}), meet in a kind that was run at every ICC(1); at ICC(1) 0
every three levels of three factors ({triples:,}) do. So a false alarm that comes from one setting,
from two together or from three together has been looked for; one that takes four at once may have
been missed. Single kinds with an ICC(1) above 0 rest on {other} samples and are known to about ±15
points; they show where power is low, not how low.

The rules are those that are built in: the 95% interval of ICC(1) lies above zero, members disagree
less than in random groups (p at most .05), the median rwg(j) is at least .70 under the uniform and
the slightly skewed null, ICC(1) is at least .05, groups have 3 answers and half of their members,
and there are 5 of them.

| ICC(1) | lean | items | size | groups | missing | response | supported | under the uniform null |\
 differences, little agreement | no evidence | cannot be judged | samples | at most |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""
OTHER, POWER = 40, 2000
"""Samples of a kind with an ICC(1) above 0, and of those whose power the page states."""


def is_power(cell: Cell) -> bool:
    """Tell whether a cell is one of those whose power the page states."""
    return (cell.icc, cell.size, cell.groups, cell.missing, cell.response) == (0.12, 8, 60, 0, 1)


def all_cells() -> list[Cell]:
    """Return every kind of survey that is run."""
    return list(dict.fromkeys([*main_cells(), *gap_cells(), *covering_cells(), *noise_cells()]))


def run(cell: Cell) -> tuple[Counter[str], int]:
    """Draw one kind of survey as often as it takes."""
    if cell.icc == 0:
        return noise(cell)
    return counted(cell, POWER if is_power(cell) else OTHER)


def stored(path: Path | None) -> dict[str, tuple[Counter[str], int]]:
    """Return what was counted before, by the kind's own text."""
    if path is None or not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["cell"]: (Counter(row["found"]), row["samples"]) for row in rows}


def results(store: Path | None = None) -> dict[Cell, tuple[Counter[str], int]]:
    """Run every kind that is not in the store yet."""
    before = stored(store)
    found = {}
    for cell in all_cells():
        one = before.get(repr(cell)) or run(cell)
        found[cell] = one
        if store is not None and repr(cell) not in before:
            row = {"cell": repr(cell), "samples": one[1], "found": dict(one[0])}
            with store.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
    return found


def _commit() -> str:
    """Return the commit that is counted."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        asked, cwd=PAGE.parent, capture_output=True, text=True, check=True
    ).stdout.strip()


def page(found: dict[Cell, tuple[Counter[str], int]]) -> str:
    """Return the page."""
    quiet = [(alarms_in(words), n) for cell, (words, n) in found.items() if cell.icc == 0]
    limits = [limit(*one) for one in quiet]
    above = sum(one > ALLOWED for one in limits)
    said = (
        f"In every kind it is shown to be at most 5%: the largest limit is {max(limits):.1%}."
        if not above
        else f"In {len(limits) - above} kinds the share is shown to be at most 5%; in {above} the "
        f"limit is above (largest: {max(limits):.1%})."
    )
    seen = min(alarms_in(words) for cell, (words, _) in found.items() if is_power(cell))
    covering = len(dict.fromkeys([*main_cells(), *gap_cells()]))
    head = HEAD.format(
        commit=_commit(),
        noise=len(quiet), mean=np.mean([k / n for k, n in quiet]),
        worst=max(k / n for k, n in quiet), verdict_limits=said,
        first=LOOKS[0], last=LOOKS[-1], looks=len(LOOKS),
        power=seen / POWER, power_samples=POWER,
        power_low=beta.ppf(0.05, seen, POWER - seen + 1),
        count=len(found), covering=len(found) - covering,
        whole=math.prod(map(len, LEVELS.values())),
        pairs=len(wanted_tuples(2)), triples=len(wanted_tuples(3)), other=OTHER,
    )  # fmt: skip
    return head + "\n".join(row_of(c, *one) for c, one in found.items()) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path)
    PAGE.write_text(page(results(parser.parse_args().store)), encoding="utf-8")
