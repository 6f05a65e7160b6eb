"""Of one question: all counts that agree with what two runs show that differ by one person.

Worlds are enumerated: all counts near the rounded ones whose own rounding is the one that is shown,
and, for each answer of the one more person, whether such a world agrees with the second run too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import collective_use as cu
from collective_use.disclosure import POSSIBILITIES, Disclosure, Unit
from collective_use.groups.disclosure.counts import BASE, FEWEST, rounded_counts
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


def answers_left(options: int, n: int, seed: int, base: int, figures: Figures) -> int:
    """Count the answers of the one more person that agree with both runs."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.full(options, 3.0))
    before, answer = rng.multinomial(n, chances), int(rng.choice(options, p=chances))
    after = before + np.eye(options, dtype=np.int64)[answer]
    runs = [(rounded_counts(run, base), figures(run[None])[0]) for run in (before, after)]

    def agree(worlds: Counts, run: int) -> Counts:
        rounded, known = runs[run]
        assert rounded is not None
        worlds = worlds[(abs(worlds - rounded) < base).all(1)]
        if len(worlds) and len(known):
            worlds = worlds[(abs(figures(worlds) - known) < 1e-9).all(1)]
        same = [(rounded_counts(world, base) == rounded).all() for world in worlds]
        return worlds[np.array(same, dtype=bool)]

    assert runs[0][0] is not None
    worlds = agree(near(runs[0][0], n, base), 0)
    steps = np.eye(options, dtype=np.int64)
    left = [k for k in range(options) if len(agree(worlds + steps[k], 1))]
    assert answer in left
    return len(left)


def test_fine_counts_beside_four_moments_give_the_answer_away() -> None:
    """An attack that never finds one answer would prove nothing."""
    left = [answers_left(5, 120, seed, 5, moments) for seed in range(6)]
    assert sum(number < POSSIBILITIES for number in left) >= 5


@pytest.mark.parametrize("n", [FEWEST, 400])
def test_counts_as_they_are_shown_leave_three_answers(n: int) -> None:
    """Rounding at random leaves a few pairs of tables that tell (docs/privacy.md says how many)."""
    left = [answers_left(4, n, seed, BASE, nothing) for seed in range(12)]
    assert sum(number < POSSIBILITIES for number in left) <= 1


def test_no_item_shows_more_than_its_rounded_counts() -> None:
    bank = cu.load_instrument("lq2002")
    scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), bank))
    table = cu.items(scores).table
    codes = np.array(bank.get_scale(str(bank.get_item("lead01").scale)).codes)
    exact = np.array([int((scores.items["lead01"] == code).sum()) for code in codes])
    counts = rounded_counts(exact)
    assert counts is not None
    shown = items_for_others(table, bank, RULE, counts={"lead01": counts}).set_index("item")
    assert shown[["skew", "kurtosis", "floor", "ceiling"]].isna().all(axis=None)
    mean = counts @ codes / counts.sum()
    assert shown.loc["lead01", "mean"] == round(float(mean), 2)
    moved = items_for_others(table.assign(mean=1.0, sd=0.0), bank, RULE, counts={"lead01": counts})
    assert moved.set_index("item").loc["lead01", "mean"] == shown.loc["lead01", "mean"]
