"""Of one question: all counts that agree with what two runs show that differ by one person.

Whoever attacks knows how counts are rounded, the number of persons in both runs and who came; not
who of the others gave which answer, and so not the draw. Every set of counts from which both
roundings could come is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

import collective_use as cu
from collective_use.disclosure import POSSIBILITIES, Disclosure, Unit
from collective_use.groups.disclosure.counts import (
    BASE,
    FEWEST,
    OPTIONS,
    key_of,
    rounded_counts,
)
from collective_use.groups.disclosure.items import items_for_others

RULE = Disclosure(5)
Counts = NDArray[np.int64]
Figures = Callable[[Counts], NDArray[np.float64]]


def nothing(counts: Counts) -> NDArray[np.float64]:
    return np.zeros((len(counts), 0))


def moments(counts: Counts) -> NDArray[np.float64]:
    """Return mean and SD in bands, skew and kurtosis with two decimals, as they once were shown."""
    options, n = np.arange(counts.shape[1]), counts.sum(1)
    mean = counts @ options / n
    off = options - mean[:, None]
    two, three, four = ((counts * off**power).sum(1) / n for power in (2, 3, 4))
    unit = Unit(1, 0, counts.shape[1] - 1)
    bands = [
        (RULE.shown_mean(m, k, unit), RULE.shown_sd((v * k / (k - 1)) ** 0.5, k - 1, unit))
        for m, v, k in zip(mean, two, n, strict=True)
    ]
    shape = np.stack([three / two**1.5, four / two**2 - 3], 1)
    return np.concatenate([np.array(bands), shape.round(2)], 1)


def near(shown: Counts, n: int, base: int) -> Counts:
    """Return all counts of n persons from which a rounding could come."""
    places = [np.arange(max(0, one - base + 1), one + base) for one in shown[:-1]]
    grid = np.stack(np.meshgrid(*places, indexing="ij"), -1).reshape(-1, len(shown) - 1)
    last = n - grid.sum(1)
    kept = (last >= 0) & (abs(last - shown[-1]) < base)
    return np.concatenate([grid, last[:, None]], 1)[kept]


def draw(rng: np.random.Generator) -> bytes:
    """Return what stands for the answers of all persons, which the attacker does not know."""
    return rng.bytes(16)


def answers_by_trying(options: int, n: int, seed: int, base: int, figures: Figures) -> int:
    """Count the answers of the one more person that agree with both runs, all worlds tried."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.full(options, 3.0))
    before, answer = rng.multinomial(n, chances), int(rng.choice(options, p=chances))
    after = before + np.eye(options, dtype=np.int64)[answer]
    runs = [
        (rounded_counts(run, draw(rng), base), figures(run[None])[0]) for run in (before, after)
    ]

    def agree(worlds: Counts, run: int) -> Counts:
        rounded, known = runs[run]
        assert rounded is not None
        worlds = worlds[(worlds >= 0).all(1) & (abs(worlds - rounded) < base).all(1)]
        if len(worlds) and len(known):
            worlds = worlds[(abs(figures(worlds) - known) < 1e-9).all(1)]
        return worlds

    assert runs[0][0] is not None
    worlds = agree(near(runs[0][0], n, base), 0)
    steps = np.eye(options, dtype=np.int64)
    left = [k for k in range(options) if len(agree(worlds + steps[k], 1))]
    assert answer in left
    return len(left)


def answers_left(first: Counts, second: Counts, n: int) -> list[int]:
    """Return the answers of the one more person that agree with both runs of n and n + 1.

    Each count of the first run lies between two ends, and the counts add up to n: there is such
    a set exactly when n lies between the sums of the ends.
    """
    left = []
    for answer, one in enumerate(np.eye(len(first), dtype=np.int64)):
        low = np.maximum.reduce([first - BASE + 1, second - BASE + 1 - one, np.zeros_like(one)])
        high = np.minimum(first + BASE - 1, second + BASE - 1 - one)
        if (low <= high).all() and low.sum() <= n <= high.sum():
            left.append(answer)
    return left


def test_fine_counts_beside_four_moments_give_the_answer_away() -> None:
    """An attack that never finds one answer would prove nothing."""
    left = [answers_by_trying(5, 120, seed, 5, moments) for seed in range(6)]
    assert sum(number < POSSIBILITIES for number in left) >= 5


def test_ends_and_trying_all_find_the_same() -> None:
    for seed in range(3):
        assert answers_by_trying(4, 100, seed, BASE, nothing) == 4


def samples(options: int, rng: np.random.Generator) -> Iterator[tuple[Counts, int]]:
    """Yield counts and one more answer: usual ones, and ones that hardly anyone gave."""
    for _ in range(400):
        chances = rng.dirichlet(np.full(options, rng.choice([0.05, 0.3, 3.0])))
        n = int(rng.integers(FEWEST, FEWEST + 30) if rng.random() < 0.7 else rng.integers(100, 900))
        yield rng.multinomial(n, chances), int(rng.choice(options, p=chances))
    for n in range(FEWEST, FEWEST + 20):
        yield n * np.eye(options, dtype=np.int64)[0], int(rng.integers(options))


@pytest.mark.parametrize("options", range(OPTIONS, 8))
def test_counts_as_they_are_shown_leave_every_answer(options: int) -> None:
    rng, steps = np.random.default_rng(options), np.eye(options, dtype=np.int64)
    for before, answer in samples(options, rng):
        first = rounded_counts(before, draw(rng))
        second = rounded_counts(before + steps[answer], draw(rng))
        assert first is not None
        assert second is not None
        assert answers_left(first, second, int(before.sum())) == list(range(options))


def test_counts_whose_sum_is_free_can_tell_the_answer() -> None:
    """101 persons shown as 110 and three zeros all gave one answer: so the sum is controlled."""
    before, free = np.array([100, 0, 0, 0]), np.array([110, 0, 0, 0])
    assert answers_left(before, free, 100) == [0]
    controlled = rounded_counts(np.array([101, 0, 0, 0]), b"any")
    assert controlled is not None
    assert answers_left(before, controlled, 100) == [0, 1, 2, 3]


def test_nobody_can_repeat_the_draw_from_the_counts() -> None:
    """A draw from the counts alone could be tried: 106 of 3000 samples then left under three."""
    counts = np.array([17, 33, 45, 8])
    answers = np.repeat(np.arange(4), counts)
    people = [("a", f"m{k}") for k in range(len(answers))]
    tables = set()
    for seed in range(20):
        given = np.random.default_rng(seed).permutation(answers)
        rounded = rounded_counts(
            counts, key_of((*who, x) for who, x in zip(people, given, strict=True))
        )
        assert rounded is not None
        tables.add(tuple(rounded.tolist()))
    assert len(tables) > 3


def test_no_item_shows_more_than_its_rounded_counts() -> None:
    bank = cu.load_instrument("lq2002")
    scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), bank))
    table = cu.items(scores).table
    codes = np.array(bank.get_scale(str(bank.get_item("lead01").scale)).codes)
    exact = np.array([int((scores.items["lead01"] == code).sum()) for code in codes])
    counts = rounded_counts(exact, b"who answered what")
    assert counts is not None
    shown = items_for_others(table, bank, RULE, counts={"lead01": counts}).set_index("item")
    assert shown[["skew", "kurtosis", "floor", "ceiling"]].isna().all(axis=None)
    mean = counts @ codes / counts.sum()
    assert shown.loc["lead01", "mean"] == round(float(mean), 2)
    moved = items_for_others(table.assign(mean=1.0, sd=0.0), bank, RULE, counts={"lead01": counts})
    assert moved.set_index("item").loc["lead01", "mean"] == shown.loc["lead01", "mean"]
