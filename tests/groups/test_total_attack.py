"""Figures over all persons: what two runs that differ by one respondent leave open of that person.

The attacker has both sets of files, knows who was added, and tries every answer that agrees with
all that is published. Figures in full precision give it by n1 x mean1 - n0 x mean0.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.special import fdtri

import collective_use as cu
from collective_use.disclosure import POSSIBILITIES, Disclosure, Unit, nice
from collective_use.groups.disclosure.digits import rounded_text
from collective_use.groups.disclosure.items import items_for_others
from collective_use.groups.disclosure.shown import for_others

RULE = Disclosure(5)
SCALES = [
    Unit(1, 1, 4),
    Unit(1, 1, 5),
    Unit(1, 1, 7),
    Unit(0.5, 0, 4),
    Unit(0.25, 1, 5),
    Unit(1 / 8, 1, 7),
]


def without(scores: cu.Scores, rows: list[int]) -> cu.Scores:
    """Return the scores of a run in which some respondents had not answered."""
    keep = scores.responses.persons.index.difference(rows)
    responses = replace(
        scores.responses,
        persons=scores.responses.persons.loc[keep],
        answers=scores.responses.answers.loc[keep],
        rosters={name: frame.loc[keep] for name, frame in scores.responses.rosters.items()},
    )
    return replace(
        scores,
        responses=responses,
        items=scores.items.loc[keep],
        values=scores.values.loc[keep],
        answered=scores.answered.loc[keep],
    )


@pytest.mark.parametrize("unit", SCALES, ids=lambda unit: f"{unit.span + 1} scores")
@pytest.mark.parametrize("n", [2, 5, 6, 7, 12, 13])
def test_two_means_leave_three_answers_whatever_the_answers_are(unit: Unit, n: int) -> None:
    """Exact: all sums of the others with every answer, grouped by what both runs show."""
    left: Counter[tuple[float, float]] = Counter()
    others = np.arange((n - 1) * unit.span + 1)
    before = [RULE.shown_mean(unit.low + s * unit.grain / (n - 1), n - 1, unit) for s in others]
    for new in range(unit.span + 1):
        after = [RULE.shown_mean(unit.low + (s + new) * unit.grain / n, n, unit) for s in others]
        left.update(set(zip(before, after, strict=True)))
    assert min(left.values()) >= POSSIBILITIES


def candidates(a: np.ndarray, unit: Unit) -> int:
    """Count the answers of the first person that agree with mean and SD of both runs.

    Means are shown by bands of sums; the sum of squares of the run without the person may be
    anything in its band, so this counts too many rather than too few only where squares that
    no set of whole answers has would be needed.
    """
    n, span, one = len(a), unit.span, unit.grain

    def mean(total, size):
        return RULE.shown_mean(unit.low + total * one / size, size, unit)

    def band(values: np.ndarray) -> int:
        return int(((values - values.mean()) ** 2).sum() / span**2 + 1e-9)

    first, second = mean(a.sum(), n), mean(a[1:].sum(), n - 1)
    d1, d2 = band(a), band(a[1:])
    near = range(max(0, a[1:].sum() - 2 * span), min((n - 1) * span, a[1:].sum() + 2 * span) + 1)
    sums = [s for s in near if mean(s, n - 1) == second]
    found = 0
    for new in range(span + 1):
        add = [(n - 1) / n * (new - s / (n - 1)) ** 2 for s in sums if mean(s + new, n) == first]
        bottom = d2 * span**2
        top = bottom + span**2
        found += any(
            bottom + more < (d1 + 1) * span**2 and top + more > d1 * span**2 for more in add
        )
    return found


@pytest.mark.parametrize("unit", SCALES[1:], ids=lambda unit: f"{unit.span + 1} scores")
def test_mean_and_sd_of_two_runs_leave_three_answers(unit: Unit) -> None:
    rng = np.random.default_rng(unit.span)
    left = []
    for n in (20, 60, 200):
        for _ in range(20):
            middle = rng.uniform(0.15, 0.85) * unit.span
            drawn = np.rint(middle + rng.normal(size=n) * unit.span / 4)
            left.append(candidates(np.clip(drawn, 0, unit.span).astype(int), unit))
    assert min(left) >= POSSIBILITIES


@pytest.fixture(scope="module")
def scores() -> cu.Scores:
    frame = pd.read_csv(cu.sample_path("lq2002.csv"))
    small = frame.groupby("COMPID").head(6).groupby("COMPID").filter(lambda part: len(part) == 6)
    return cu.score(cu.read_responses(small.head(120), "lq2002"))


def solved(one: pd.DataFrame, two: pd.DataFrame, truth: pd.Series, grain: dict[str, float]) -> int:
    """Count the scores that n1 x mean1 - n0 x mean0 gives back to the nearest possible score."""
    first, second = (table.set_index("measure") for table in (one, two))
    got = first["persons"] * first["mean"] - second["persons"] * second["mean"]
    return sum(abs(got[name] - truth[name]) < grain[name] / 2 for name in truth.index)


def test_two_runs_give_a_score_in_full_precision_and_by_chance_only_as_shown(
    scores: cu.Scores,
) -> None:
    names = list(scores.values.columns)
    grain = {name: 1 / float(scores.answered[name].max()) for name in names}
    exact, shown, tried = 0, 0, 0
    whole = cu.aggregate(scores, repetitions=0)
    tables = cu.table_one(scores, whole).table, for_others(whole, scores).table_one.table
    for row in range(0, 120, 8):
        fewer = without(scores, [row])
        groups = cu.aggregate(fewer, repetitions=0)
        truth = scores.values.loc[row, names].astype(float)
        exact += solved(tables[0], cu.table_one(fewer, groups).table, truth, grain)
        shown += solved(tables[1], for_others(groups, fewer).table_one.table, truth, grain)
        tried += len(names)
    assert exact == tried == 45
    assert shown / tried < 0.25  # a guess among three has a third


Intervals = tuple[tuple[float, float], ...]
SIZES = np.array([1, 8, 8, 0.1, 0.2, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05])
"""By how much a figure is off at one unit of the search's loss."""
NULL = (5**2 - 1) / 12


def figures(x: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return what is shown of one question over groups; a p is that of F as shown, nothing more.

    The sum, squares, squares within, SD between, F, ICC(1), ICC(2), the limits of ICC(1), and mean
    and median rwg.
    """
    n, g = len(x), int(group.max()) + 1
    size = np.bincount(group)
    means = np.bincount(group, x) / size
    squares_in = np.bincount(group, (x - means[group]) ** 2)
    within = squares_in.sum()
    b, w = (size * (means - x.mean()) ** 2).sum() / (g - 1), max(within, 1e-9) / (n - g)
    squares, k = ((x - x.mean()) ** 2).sum(), n / g
    icc = (b - w) / (b + (k - 1) * w), 1 - w / max(b, 1e-9)
    ends = [(b / w / q - 1) / (b / w / q + k - 1) for q in limits(g - 1, n - g)]
    rwg = np.clip(1 - squares_in / (size - 1) / NULL, 0, 1)
    return np.array(
        [x.sum() - n, squares, within, means.std(ddof=1), b / w, *icc, *ends, rwg.mean(),
         np.median(rwg)]
    )  # fmt: skip


@cache
def limits(df1: int, df2: int) -> tuple[float, float]:
    """Return what F is divided by for the limits of ICC(1)."""
    return float(fdtri(df1, df2, 0.975)), float(fdtri(df1, df2, 0.025))


def as_shown(x: np.ndarray, group: np.ndarray, unit: Unit) -> Intervals:
    """Return, figure by figure, between which values those lie that are shown alike."""
    n, exact = len(x), figures(x, group)
    band, top = RULE.band(unit), n * unit.span
    cell = min(exact[0] // band, (top + 1) // band - 1)
    end = top if cell == (top + 1) // band - 1 else (cell + 1) * band - 1
    most = unit.span**2
    squares = [(k * most, (k + 1) * most) for k in (exact[1:3] + 1e-9) // most]
    ratio = RULE.ratio_step(n)
    between = max(0.01, RULE.mean_step(group.max() + 1, unit.grain))
    second = nice(ratio * max(1, (1 - exact[6]) ** 2))
    steps = [between, 10 * ratio, ratio, second, ratio, ratio, nice(2 * ratio), nice(2 * ratio)]
    rest = [
        ((k - 0.5) * step, (k + 0.5) * step)
        for k, step in zip(np.round(exact[3:] / steps), steps, strict=True)
    ]
    return ((cell * band, end), *squares, *rest)


def off(x: np.ndarray, group: np.ndarray, known: Intervals) -> float:
    """Return how far the figures of a set of answers are from what is shown; 0 when they agree."""
    exact, ends = figures(x, group), np.array(known)
    return float((np.maximum(0, np.maximum(ends[:, 0] - exact, exact - ends[:, 1])) / SIZES).sum())


def possible(
    new: int, x: np.ndarray, group: np.ndarray, known: tuple[Intervals, Intervals], seed: int
) -> bool:
    """Search for answers of the others with which both runs would show the same figures."""
    rng, others, steps = np.random.default_rng(seed), x[1:].copy(), 3000

    def loss(rest: np.ndarray) -> float:
        whole = np.array([new, *rest])
        return off(whole, group, known[0]) + off(rest, group[1:], known[1])

    now = loss(others)
    for step in range(steps):
        if now < 1e-9:
            return True
        i, j = rng.integers(0, len(others), 2)
        moved = others.copy()
        moved[i] += rng.choice((-1, 1))
        if rng.random() < 0.7:
            moved[j] -= moved[i] - others[i]
        if moved.min() < 1 or moved.max() > 5:
            continue
        then = loss(moved)
        if then <= now or rng.random() < np.exp((now - then) / (0.02 + 0.3 * (1 - step / steps))):
            others, now = moved, then
    return False


@pytest.mark.parametrize("seed", [1, 2])
def test_all_figures_of_a_measure_together_leave_three_answers(seed: int) -> None:
    """Mean, SDs, F, ICCs and rwg of 60 persons in 10 groups, with and without one of them.

    Whatever the search finds is possible for an attacker, who does not know the others' answers;
    more may be.
    """
    rng, unit = np.random.default_rng(seed), Unit(1, 1, 5)
    group = np.repeat(np.arange(10), 6)
    lean = rng.normal(size=10)[group] * 0.5
    x = np.clip(np.rint(3 + lean + rng.normal(size=60)), 1, 5)
    known = as_shown(x, group, unit), as_shown(x[1:], group[1:], unit)
    assert off(x, group, known[0]) + off(x[1:], group[1:], known[1]) < 1e-9
    found = 0
    for new in range(1, 6):
        found += new == x[0] or possible(new, x, group, known, seed)
        if found == POSSIBILITIES:
            break
    assert found == POSSIBILITIES


def test_no_file_for_others_holds_a_figure_in_full_precision(scores: cu.Scores) -> None:
    shown = for_others(cu.aggregate(scores, repetitions=0), scores)
    for table in (shown.measures, shown.table_one.table):
        kept = table.drop(columns=["mean_size", "persons", "groups"], errors="ignore")
        for name, column in kept.select_dtypes("float").items():
            known = column.dropna()
            assert (known == known.round(3)).all(), name
    assert not any("." in text and len(text.split(".")[-1]) > 4 for text in shown.measures["null"])
    assert (
        rounded_text("alpha .8765, ICC(1) .0880 [.069, .183]") == "alpha .88, ICC(1) .09 [.07, .18]"
    )


def test_items_are_shown_in_bands_without_shares_at_the_ends(scores: cu.Scores) -> None:
    bank = scores.responses.instrument
    table = cu.items(scores).table
    shown = items_for_others(table, bank, RULE)
    assert shown[["floor", "ceiling"]].isna().all(axis=None)
    # Beside the mean of its scale, the band of an item's mean would tell single answers.
    assert shown["mean"].isna().all()
    assert (shown["sd"] - table["sd"]).abs().max() < 0.1
    assert not (shown["sd"] == table["sd"]).all()
    few = items_for_others(table.assign(n=4), bank, RULE)
    assert few.select_dtypes("float").isna().all(axis=None)


def test_small_groups_are_not_counted_as_failing() -> None:
    frame = pd.read_csv(cu.sample_path("lq2002.csv")).head(80)
    frame["COMPID"] = [1] * 3 + [2] * 4 + [3] * 36 + [4] * 37
    bank = cu.load_instrument("lq2002")
    scores = cu.score(cu.read_responses(frame, bank))
    groups = cu.aggregate(scores, repetitions=0)
    shown = for_others(groups, scores)
    passes = shown.agreement[shown.agreement["passes"].eq(False)]
    for name, row in shown.measures.set_index("measure").iterrows():
        assert row["groups_failing"] == (passes["measure"] == name).sum()


def test_one_or_two_groups_of_which_one_is_withheld_show_no_figures_over_groups() -> None:
    frame = pd.read_csv(cu.sample_path("lq2002.csv")).head(40)
    frame["COMPID"] = [1] * 4 + [2] * 36
    scores = cu.score(cu.read_responses(frame, "lq2002"))
    shown = for_others(cu.aggregate(scores, repetitions=0), scores)
    assert shown.measures["verdict"].eq("withheld").all()
    assert shown.measures["explanation"].str.contains("of which one is withheld").all()


def test_test_statistics_of_items_are_no_finer_than_one_answer_moves_them() -> None:
    """Two grains of one answer moved chi-square by 1.7 and the information criteria by 5.7."""
    models = pd.DataFrame({
        "model": ["one", "two"], "chisq": [412.31, 3.27], "df": [152, 2], "pvalue": [1e-9, 0.195],
        "aic": [9907.13, 812.94], "bic": [9950.02, 840.11], "cfi": [0.91234, 0.98],
    })  # fmt: skip
    shown = items_for_others(models, cu.load_instrument("lq2002"), RULE, 0.02)
    assert shown["chisq"].tolist() == [410.0, 3.0]
    assert shown[["aic", "bic"]].to_numpy().tolist() == [[9905.0, 9950.0], [815.0, 840.0]]
    assert shown["pvalue"].tolist() == [0.0, 0.2]
    assert shown["cfi"].tolist() == [0.92, 0.98]
    assert shown["df"].tolist() == [152, 2]
