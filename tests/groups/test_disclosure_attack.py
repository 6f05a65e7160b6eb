"""The attack: all sets of answers that agree with what is published, from one run and from two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.disclosure import POSSIBILITIES, Disclosure, Unit
from collective_use.groups.disclosure.figures import MEANS
from collective_use.groups.disclosure.shown import Shown, for_others

SIZE = 5
Interval = tuple[float, float]


@pytest.fixture(scope="module")
def scores() -> cu.Scores:
    sample = cu.sample_path("messy")
    bank = cu.load_instrument("collective_data_use")
    responses = cu.read_responses(
        sample / "export.csv",
        bank,
        members=sample / "members.csv",
        informants=sample / "informants.csv",
        invalid="missing",
    )
    return cu.score(responses)


@pytest.fixture(scope="module")
def groups(scores: cu.Scores) -> cu.Groups:
    return cu.aggregate(scores, repetitions=0)


@pytest.fixture(scope="module")
def shown(scores: cu.Scores, groups: cu.Groups) -> Shown:
    return for_others(groups, scores)


def without_one_each(scores: cu.Scores) -> tuple[cu.Scores, dict[str, int]]:
    """Return the scores without the last respondent of every group, and who that was."""
    persons = scores.responses.persons
    gone = {str(group): int(rows[-1]) for group, rows in persons.groupby("group").groups.items()}
    keep = [row for row in persons.index if row not in set(gone.values())]
    responses = replace(
        scores.responses,
        persons=persons.loc[keep],
        answers=scores.responses.answers.loc[keep],
        rosters={n: frame.loc[keep] for n, frame in scores.responses.rosters.items()},
    )
    fewer = replace(
        scores,
        responses=responses,
        items=scores.items.loc[keep],
        values=scores.values.loc[keep],
        answered=scores.answered.loc[keep],
    )
    return fewer, gone


def cells(scores: cu.Scores, groups: cu.Groups) -> Iterator[tuple[str, str, np.ndarray, int]]:
    """Yield group, measure, the true scores in grains, and items, where all answered all."""
    bank = scores.responses.instrument
    for name, part in groups.evidence.items():
        if part.composition not in MEANS or name not in scores.values:
            continue
        low, k = low_of(bank, part.items[0]), len(part.items)
        for group, rows in scores.values.groupby(scores.responses.persons["group"]).groups.items():
            answered = scores.answered.loc[rows, name]
            if len(rows) and (answered == k).all():
                truth = scores.values.loc[rows, name].to_numpy(float)
                yield str(group), name, np.rint((truth - low) * k).astype(int), k


def low_of(bank: cu.Instrument, item: str) -> float:
    scale = next(entry.scale for entry in bank.items if entry.id == item)
    return float(bank.get_scale(str(scale)).low)


def span_of(bank: cu.Instrument, part: cu.Evidence) -> int:
    scale = bank.get_scale(str(next(e.scale for e in bank.items if e.id == part.items[0])))
    return int(scale.high - scale.low) * len(part.items)


def published(table: pd.DataFrame, group: str, measure: str, low: float, k: int) -> list[Interval]:
    """Return what a reader knows of mean and SD, in grains."""
    row = table[(table["group"] == group) & (table["measure"] == measure)].iloc[0]
    mean = row.get("mean", np.nan) if pd.notna(row.get("mean", np.nan)) else row["value"]
    sd, step = row.get("sd", np.nan), row.get("rounded_to", np.nan)
    half = 1e-9 if pd.isna(step) else step / 2 + 1e-9
    known = [(-np.inf, np.inf)] * 2
    if pd.notna(mean):
        known[0] = ((mean - half - low) * k, (mean + half - low) * k)
    if pd.notna(sd):
        wide = 1e-9 if pd.isna(step) else Disclosure(SIZE).spread_step(row["n"], 1 / k) / 2 + 1e-9
        known[1] = ((sd - wide) * k, (sd + wide) * k)
    return known


def consistent_sets(span: int, n: int, known: list[Interval]) -> np.ndarray:
    """Return every multiset of n scores that agrees with what is published: exact, no sampling."""
    grid = np.array(list(combinations_with_replacement(range(span + 1), n)), dtype=float)
    mean = grid.mean(axis=1)
    keep = (mean >= known[0][0]) & (mean <= known[0][1])
    if n > 1:
        sd = grid.std(axis=1, ddof=1)
        keep &= (sd >= known[1][0]) & (sd <= known[1][1])
    return grid[keep]


def seen_by_a_member(sets: np.ndarray, own: int) -> int:
    """Return how many sets of the others' scores are left for one who knows their own score."""
    return sum(own in row for row in sets.astype(int).tolist())


def attacked(
    scores: cu.Scores, groups: cu.Groups, table: pd.DataFrame
) -> tuple[int, set[str], set[str]]:
    """Return cells of groups under the size, and the groups that an outsider, a member solves."""
    tried, outsider, member = 0, set(), set()
    for group, name, truth, k in cells(scores, groups):
        span = span_of(scores.responses.instrument, groups.evidence[name])
        if len(truth) >= SIZE or (span > 30 and len(truth) > 3):
            continue
        low = low_of(scores.responses.instrument, groups.evidence[name].items[0])
        known = published(table, group, name, low, k)
        tried += 1
        if known == [(-np.inf, np.inf)] * 2:
            continue  # nothing is published: every set is possible
        sets = consistent_sets(span, len(truth), known)
        assert any((np.sort(row) == np.sort(truth)).all() for row in sets), (group, name)
        if len(sets) < POSSIBILITIES:
            outsider.add(group)
        if any(seen_by_a_member(sets, own) < POSSIBILITIES for own in truth):
            member.add(group)
    return tried, outsider, member


def test_the_attack_works_on_exact_tables(scores: cu.Scores, groups: cu.Groups) -> None:
    """A test that could not find anything would prove nothing."""
    tried, outsider, member = attacked(scores, groups, groups.agreement_frame())
    assert tried > 60
    assert len(outsider) >= 10
    assert len(member) >= len(outsider)


def test_no_group_under_the_size_can_be_solved(
    scores: cu.Scores, groups: cu.Groups, shown: Shown
) -> None:
    tried, outsider, member = attacked(scores, groups, shown.agreement)
    assert tried > 60
    assert (outsider, member) == (set(), set())


def test_no_figure_of_a_small_group_stands_anywhere(groups: cu.Groups, shown: Shown) -> None:
    facts = [name for name, part in groups.evidence.items() if part.composition == "global"]
    small = set(groups.values.loc[groups.values["n"] < SIZE, "group"])
    assert len(small) > 10
    a = shown.agreement[shown.agreement["group"].isin(small)]
    a = a[~a["measure"].isin(facts)]
    assert a[["value", "mean", "sd", "rwg_j", "passes"]].isna().all(axis=None)
    assert a["reason"].ne("").all()
    g = shown.values[shown.values["group"].isin(small)]
    keys = ["group", "n", "members", "response_rate", "reason"]
    about = [c for c in g.columns if c not in keys and c.partition(".")[0] not in facts]
    assert g[about].isna().all(axis=None)
    assert g["reason"].ne("").all()


def told(table: pd.DataFrame, group: str, measure: str) -> float:
    """Return the mean that is shown of a group; missing where it is withheld."""
    row = table[(table["group"] == group) & (table["measure"] == measure)].iloc[0]
    return float(row.get("mean", np.nan) if pd.notna(row.get("mean", np.nan)) else row["value"])


def two_runs(scores: cu.Scores, groups: cu.Groups) -> Iterator[tuple[int, float, int]]:
    """Yield, for each cell of two runs that differ by one: n, what algebra gives, answers left."""
    fewer, gone = without_one_each(scores)
    one = for_others(groups, scores).agreement
    two = for_others(cu.aggregate(fewer, repetitions=0), fewer).agreement
    for group, name, truth, k in cells(scores, groups):
        n = len(truth)
        if n < 2:
            continue
        low = low_of(scores.responses.instrument, groups.evidence[name].items[0])
        span = span_of(scores.responses.instrument, groups.evidence[name])
        unit = Unit(1 / k, low, low + span / k)
        first, second = told(one, group, name), told(two, group, name)
        own = round((float(scores.values.loc[gone[group], name]) - low) * k)
        left = answers_left(first, second, n, unit)
        assert own in left
        yield n, abs(n * (first - low) * k - (n - 1) * (second - low) * k - own), len(left)


def answers_left(first: float, second: float, n: int, unit: Unit) -> set[int]:
    """Return the scores of the one more person with which both shown means agree: exact.

    A score is possible when there is a sum of the n - 1 others of which both means are shown.
    """
    rule, others = Disclosure(SIZE), range(unit.span * (n - 1) + 1)

    def sums(shown: float, size: int, most: int) -> set[int]:
        return {
            total for total in range(most + 1)
            if np.isnan(shown)
            or rule.shown_mean(unit.low + total * unit.grain / size, size, unit) == shown
        }  # fmt: skip

    before = sums(second, n - 1, len(others) - 1)
    after = sums(first, n, unit.span * n)
    return {new for new in range(unit.span + 1) if any(total + new in after for total in before)}


def test_two_runs_that_differ_by_one_respondent(scores: cu.Scores, groups: cu.Groups) -> None:
    found = list(two_runs(scores, groups))
    under = [left for n, _, left in found if n - 1 < SIZE]
    larger = [left for n, _, left in found if n - 1 >= SIZE]
    assert len(under) > 60
    assert len(larger) > 80
    assert min(under) >= POSSIBILITIES
    assert min(larger) >= POSSIBILITIES
    exact = [off for n, off, _ in found if n - 1 >= SIZE]
    assert np.mean([off < 1e-6 for off in exact]) < 0.10


@pytest.mark.parametrize(("levels", "k", "n"), [(5, 1, 5), (7, 1, 6), (7, 2, 5), (7, 4, 5)])
def test_every_mean_of_a_shown_group_leaves_several_sets(levels: int, k: int, n: int) -> None:
    rule, span = Disclosure(SIZE), (levels - 1) * k
    step = rule.mean_step(n, 1 / k)
    count: dict[float, int] = defaultdict(int)
    for row in combinations_with_replacement(range(span + 1), n):
        count[rule.rounded(sum(row) / n / k, step)] += 1
    assert min(count.values()) >= POSSIBILITIES


@pytest.mark.parametrize("levels", [5, 7])
def test_mean_and_spread_together_leave_several_sets_almost_always(levels: int) -> None:
    rule, n = Disclosure(SIZE), 10
    null = (levels**2 - 1) / 12
    grid = np.array(list(combinations_with_replacement(range(levels), n)), dtype=float)
    sd = grid.std(axis=1, ddof=1)
    count: dict[tuple[float, ...], int] = defaultdict(int)
    for mean, s in zip(grid.mean(axis=1), sd, strict=True):
        figures = (
            rule.rounded(mean, rule.mean_step(n, 1)),
            rule.rounded(s, rule.spread_step(n, 1)),
            rule.rounded(1 - min(1, s**2 / null), rule.share_step(n)),
        )
        count[figures] += 1
    few = sum(number for number in count.values() if number < POSSIBILITIES)
    assert few / len(grid) < 0.002


def test_a_single_small_group_takes_the_next_smallest_with_it() -> None:
    bank = cu.load_instrument("lq2002")
    frame = pd.read_csv(cu.sample_path("lq2002.csv"))
    sizes = frame["COMPID"].value_counts()
    few = frame[frame["COMPID"] == sizes.index[0]].head(3)
    export = pd.concat([frame[frame["COMPID"] != sizes.index[0]], few], ignore_index=True)
    scores = cu.score(cu.read_responses(export, bank))
    groups = cu.aggregate(scores, repetitions=0)
    seen = for_others(groups, scores)
    lead = seen.agreement[seen.agreement["measure"] == "lead"].set_index("group")
    hidden = lead.index[lead["value"].isna()].tolist()
    assert len(hidden) == 2
    other = next(group for group in hidden if group != str(sizes.index[0]))
    n = groups.values.set_index("group")["n"]
    assert n[other] == n[n >= SIZE].min()
    # The total minus all that is shown gives the sum of two groups, nothing of one of them.
    assert "worked out" in lead.loc[other, "reason"]


def test_a_survey_of_four_people_shows_no_figure() -> None:
    bank = cu.load_instrument("lq2002")
    export = pd.read_csv(cu.sample_path("lq2002.csv")).head(4).assign(COMPID=[1, 1, 2, 2])
    scores = cu.score(cu.read_responses(export, bank))
    seen = for_others(cu.aggregate(scores, repetitions=0), scores)
    assert seen.measures["verdict"].eq("withheld").all()
    assert seen.measures["alpha"].isna().all()
    assert "4 answered" in seen.measures["explanation"].iloc[0]


def test_small_groups_are_not_named_as_failing(tmp_path: object) -> None:
    from collective_use.groups.disclosure.totals import record_for_others
    from collective_use.record import Record

    bank = cu.load_instrument("lq2002")
    export = pd.read_csv(cu.sample_path("lq2002.csv")).head(40)
    export["COMPID"] = [1, 2, 2, 2] + [3] * 36
    groups = cu.aggregate(cu.score(cu.read_responses(export, bank)), repetitions=0)
    record = Record().note("groups", "note", "below", count=2, of="groups", what=["2", "3"])
    assert record_for_others(record, groups, Disclosure(SIZE)).entries[0].what == ("3",)


@pytest.mark.parametrize(("levels", "n"), [(4, 5), (5, 5), (5, 7), (7, 5)])
def test_a_mean_and_whether_members_agree_may_leave_a_single_set(levels: int, n: int) -> None:
    """So whether a group under the size for spread passes is not shown beside its mean."""
    rule, unit, null = Disclosure(SIZE), Unit(1, 0, levels - 1), (levels**2 - 1) / 12
    grid = np.array(list(combinations_with_replacement(range(levels), n)), dtype=float)
    means = [rule.shown_mean(mean, n, unit) for mean in grid.mean(axis=1)]
    least = {}
    for cut in (None, 0.5, 0.9):
        passes = np.zeros(len(grid)) if cut is None else 1 - grid.var(axis=1, ddof=1) / null >= cut
        least[cut] = min(pd.Series(zip(means, passes, strict=True)).value_counts())
    assert least[None] >= POSSIBILITIES
    assert min(least.values()) < POSSIBILITIES


def test_whether_members_agree_is_shown_where_spread_is(shown: Shown) -> None:
    told = shown.agreement[shown.agreement["passes"].notna()]
    assert len(told) > 20
    assert told["n"].min() >= Disclosure(SIZE).spread_from
