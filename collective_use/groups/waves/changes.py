"""What changed in each group from one wave to the next, and what is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from collective_use.checks import instance_of, number_between, one_of, quoted, whole_number
from collective_use.errors import InputError
from collective_use.frames import texts
from collective_use.groups.labels import label_text
from collective_use.groups.mixed.columns import Columns, columns_of
from collective_use.groups.waves.sizes import sizes_of
from collective_use.groups.waves.spread import SPREADS, Answers, Errors, Spread, errors_of
from collective_use.numerics.groups import changes, known_errors
from collective_use.numerics.groups.anova import one_way_of
from collective_use.numerics.groups.chance import benjamini_hochberg
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.types import Bools, Integers
from collective_use.results import Result, Table, table_of

NUMBERS = (
    "before", "after", "change", "standard_error", "df", "low", "high", "p", "p_adjusted",
    "detectable", "shrunken", "shrunken_se",
)  # fmt: skip
"""Columns that are missing where a group has too few answers in one of the waves."""


@dataclass(frozen=True)
class GroupChanges(Result):
    """Changes of groups between two waves.

    Attributes
    ----------
    changes
        One row a group: `group`, `n_before`, `n_after`, `linked` (members in both), `before`,
        `after`, `change`, `standard_error`, `df`, `low`, `high`, `p`, `p_adjusted` (Benjamini &
        Hochberg over the groups), `detectable` (the smallest change that would be told from
        none), `beyond` (whether the change is larger), `shrunken` and `shrunken_se` (the
        empirical-Bayes change), `reason`.
    waves
        The two waves.
    mean_change, mean_change_se
        Over groups.
    variance
        Of true changes between groups, beyond the errors.
    correlation
        Of the two answers of members who answered both, within groups; NaN where not known.
    confidence
        Of the limits, and of `detectable`.
    notes
        What was left out, and how to read it.

    Examples
    --------
    >>> import pandas as pd, collective_use as cu
    >>> rows = pd.DataFrame({"team": list("aaabbb") * 2, "wave": [1] * 6 + [2] * 6,
    ...     "y": [1, 2, 3, 3, 4, 5, 2, 3, 4, 3, 4, 5.0]})
    >>> cu.group_changes(rows, "y", "team", "wave").mean_change
    0.5
    """

    changes: pd.DataFrame
    waves: tuple[str, str]
    mean_change: float
    mean_change_se: float
    variance: float
    correlation: float
    confidence: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `changes`."""
        return self.changes.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the changes over groups, then each group's."""
        known = self.changes["reason"] == ""
        beyond = int(self.changes["beyond"].fillna(False).sum())
        head = (
            ("groups compared", int(known.sum())),
            ("mean change", self.mean_change),
            ("its standard error", self.mean_change_se),
            ("variance of true changes", self.variance),
            ("correlation of a member's answers", self.correlation),
            ("changes beyond the detectable", beyond),
        )
        title = f"Changes from wave {self.waves[0]} to wave {self.waves[1]}"
        return (
            Table(title, ("what", "value"), head, self.notes),
            table_of("By group", self.changes),
        )


def group_changes(
    data: pd.DataFrame,
    value: str,
    group: str,
    wave: str,
    *,
    member: str | None = None,
    waves: Sequence[object] | None = None,
    members: Mapping[str, int] | None = None,
    group_size: int = 1,
    confidence: float = 0.95,
    spread: Spread = "shrunken",
) -> GroupChanges:
    """Return each group's change between two waves with its interval and what could be detected.

    Parameters
    ----------
    data
        One row a member and wave, as `cu.score(responses).to_frame()` gives it.
    value, group, wave
        Columns.
    member
        Column of the member's code within the group: members who answered both waves are
        matched, which makes the change more certain. Without it the waves are taken as
        independent samples, which is cautious where they are not.
    waves
        The two waves to compare; the last two by default.
    members
        Number of members by group: the change is then that of the mean of these members, and
        a census of both waves has no error. Without it members are a sample of endless ones.
    group_size
        Fewest answers in either wave for a result.
    confidence
        Of the limits and of what is called detectable.
    spread
        How much members of a group vary. ``"shrunken"``: the group's own variance, drawn to that
        of all groups as much as groups vary alike (Smyth 2004). ``"own"``: the group's own alone,
        which asks for two answers in each wave and, to find anything, for more than four (Welch
        1947; Derrick et al. 2017 where members are matched). ``"pooled"``: that of all groups.

    Returns
    -------
    GroupChanges
        A row a group.

    Raises
    ------
    InputError
        When a column is not there, there are not two waves, a member answered a wave twice, or a
        group has more answers than members.

    Notes
    -----
    Limits are Student's with the degrees of freedom of the variance, `df`. `detectable` is that
    quantile times the error (the smallest detectable change of a group mean, de Vet et al. 2006).
    About one group in twenty lies beyond it by chance alone at .95: `p_adjusted` takes the number
    of groups into account. False alarms and power of the three ways stand in docs/waves.md.
    `shrunken` draws each change to the mean change by how little the data say of the group.

    References
    ----------
    de Vet, H. C. W., Terwee, C. B., Ostelo, R. W., Beckerman, H., Knol, D. L., & Bouter, L. M.
    (2006). Minimal changes in health status questionnaires. Health and Quality of Life Outcomes,
    4, 54. Qualité, L., & Tillé, Y. (2008). Survey Methodology, 34, 173-181. Smyth, G. K. (2004).
    Statistical Applications in Genetics and Molecular Biology, 3, 3. Derrick, B., Russ, B.,
    Toher, D., & White, P. (2017). Journal of Modern Applied Statistical Methods, 16, 137-157.

    Examples
    --------
    >>> import pandas as pd, collective_use as cu
    >>> rows = pd.DataFrame({"team": list("aaabbb") * 2, "wave": [1] * 6 + [2] * 6,
    ...     "y": [1, 2, 3, 3, 4, 5, 2, 3, 4, 3, 4, 5.0]})
    >>> found = cu.group_changes(rows, "y", "team", "wave")
    >>> found.to_frame()[["group", "change", "standard_error", "detectable"]].round(3)
      group  change  standard_error  detectable
    0     a     1.0           0.816       2.267
    1     b     0.0           0.816       2.267
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    whole_number("group_size", group_size, at_least=1)
    one_of("spread", spread, SPREADS)
    if len({group, wave, value, member}) < 4:
        raise InputError(
            f"group, wave, value and member must be different columns, got {group!r}, {wave!r}, "
            f"{value!r} and {member!r}"
        )
    labels = {"group": group, "wave": wave, **({"member": member} if member else {})}
    rows = columns_of(data, labels, {"value": value})
    codes, names = rows.codes(group)
    when, every = rows.codes(wave)
    pair = _two(every, waves)
    parts = [_Part(rows, value, codes, when == every.index(name), member) for name in pair]
    for part, name in zip(parts, pair, strict=True):
        part.check(names, name)
    before, after = (changes.wave_of(part.values, part.codes, len(names)) for part in parts)
    answers = _answers(parts)
    linked, correlation = _linked(answers, (before, after), len(names))
    sizes = sizes_of(names, members, np.maximum(before.n, after.n), np.inf)
    errors = errors_of(spread, answers, (before, after), linked, sizes)
    table, found = _table(names, (before, after), linked, errors, group_size, confidence)
    if member is None:
        table["linked"] = pd.array([None] * len(table), dtype="Int64")
    notes = [*rows.notes, *_notes(every, pair, when, member)]
    notes += _unlike(parts, pair, len(names)) if spread == "pooled" else []
    return GroupChanges(
        table, pair, found.mean, found.mean_se, found.variance, correlation, confidence,
        tuple(notes),
    )  # fmt: skip


class _Part:
    """The rows of one wave."""

    def __init__(
        self, rows: Columns, value: str, codes: Integers, here: Bools, member: str | None
    ) -> None:
        self.values = rows.numbers(value)[here]
        self.codes = codes[here]
        self.members = None if member is None else rows.codes(member)[0][here]

    def check(self, names: Sequence[str], wave: str) -> None:
        """Raise where a member answered twice."""
        if self.members is None:
            return
        pairs = np.column_stack([self.codes, self.members])
        found, times = np.unique(pairs, axis=0, return_counts=True)
        if (times > 1).any():
            twice = int((times > 1).sum())
            where = names[int(found[times > 1][0, 0])]
            raise InputError(
                f"member must answer a wave once, got {twice} who answered wave {wave!r} twice, "
                f"the first in group {where!r}"
            )


def _two(every: tuple[str, ...], waves: Sequence[object] | None) -> tuple[str, str]:
    if waves is not None:
        instance_of("waves", waves, (list, tuple), "a list of two waves")
    chosen = every[-2:] if waves is None else tuple(str(label_text(name)) for name in waves)
    if waves is not None:
        for name in chosen:
            one_of("waves", name, every)
    if len(chosen) != 2 or chosen[0] == chosen[1]:
        raise InputError(f"waves must be two different waves, got {quoted(chosen)}")
    return chosen[0], chosen[1]


def _answers(parts: Sequence[_Part]) -> Answers:
    """Return the answers of the waves, and of members in both, none where members are unknown."""
    before, after = parts
    place = np.full(len(before.values), -1)
    if before.members is not None and after.members is not None:
        who = [pd.MultiIndex.from_arrays([p.codes, np.asarray(p.members)]) for p in parts]
        place = who[1].get_indexer(who[0])
    there = place >= 0
    return Answers(
        (before.values, after.values), (before.codes, after.codes),
        (before.values[there], after.values[place[there]]), before.codes[there],
    )  # fmt: skip


def _linked(
    answers: Answers, both: Sequence[changes.Wave], total: int
) -> tuple[changes.Linked, float]:
    """Return what members in both waves share; nothing where none is known."""
    found = changes.linked_of(*answers.pairs, answers.pair_codes, total)
    most = float(np.sqrt(both[0].variance * both[1].variance))
    known = most > 0 and bool((found.n > 1).any())
    return found, float(np.clip(found.covariance / most, -1, 1)) if known else float("nan")


def _table(
    names: Sequence[str], both: Sequence[changes.Wave], linked: changes.Linked, errors: Errors,
    least: int, confidence: float,
) -> tuple[pd.DataFrame, known_errors.Spread]:  # fmt: skip
    before, after = both
    variance, df = errors.variance, np.where(errors.df > 0, errors.df, np.nan)
    change, error = after.mean - before.mean, np.sqrt(variance)
    few = (np.minimum(before.n, after.n) < least) | np.isnan(error)
    quantile = special.stdtrit(df, 0.5 + confidence / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(error > 0, np.abs(change) / error, np.where(change == 0, 0.0, np.inf))
        p = 2.0 * special.stdtr(df, -t)
    p = np.asarray(np.where(few, np.nan, p), dtype=np.float64)
    usable = ~few
    spread = known_errors.Spread(float("nan"), float("nan"), float("nan"))
    shrunken = np.full((2, len(names)), np.nan)
    if usable.sum() > 1:
        spread = known_errors.spread_beyond_errors(change[usable], variance[usable])
        shrunken[:, usable] = known_errors.shrunken(change[usable], variance[usable], spread)
    detectable = quantile * error
    numbers = (
        before.mean, after.mean, change, error, df, change - detectable, change + detectable, p,
        benjamini_hochberg(p), detectable, *shrunken,
    )  # fmt: skip
    columns = {
        name: np.where(few, np.nan, column) for name, column in zip(NUMBERS, numbers, strict=True)
    }
    counts = {
        "group": texts(names),
        "n_before": before.n.astype(int),
        "n_after": after.n.astype(int),
        "linked": linked.n.astype(int),
    }
    beyond = pd.arrays.BooleanArray(np.abs(change) > detectable, few | np.isnan(detectable))
    reason = [
        _reason(int(a), int(b), least, min(before.df, after.df)) or errors.reasons.get(place, "")
        for place, (a, b) in enumerate(zip(before.n, after.n, strict=True))
    ]
    return pd.DataFrame({**counts, **columns, "beyond": beyond, "reason": texts(reason)}), spread


def _reason(before: int, after: int, least: int, df: float) -> str:
    for n, when in ((before, "before"), (after, "after")):
        if n == 0:
            return f"nobody answered {when}"
        if n < least:
            return f"{n} answered {when}; at least {least} are asked for"
    return "" if df > 0 else "in one of the waves no group has two answers: nothing tells the error"


def _unlike(parts: Sequence[_Part], pair: Sequence[str], total: int) -> list[str]:
    """Say where groups vary by so unlike amounts that a pooled variance misjudges some (Levene)."""
    unlike = []
    for part, name in zip(parts, pair, strict=True):
        means = group_statistics(part.values, part.codes, total).means[:, 0]
        gaps = np.abs(part.values - means[part.codes])
        if one_way_of(group_statistics(gaps, part.codes, total)).p < 0.01:
            unlike.append(name)
    if not unlike:
        return []
    return [
        f"Groups differ in how much their members' answers vary (wave {', '.join(unlike)}): the "
        "pooled variance is too small for those that vary most, whose changes are called too "
        "often, also by p_adjusted."
    ]


def _notes(
    every: Sequence[str], pair: tuple[str, str], when: Integers, member: str | None
) -> list[str]:
    notes = []
    others = [name for name in every if name not in pair]
    if others:
        places = [every.index(name) for name in others]
        left = int(np.isin(when, places).sum())
        notes.append(f"{left} answers of other waves ({', '.join(others)}) were left out.")
    if member is None:
        notes.append(
            "Members were not matched: the waves are taken as independent samples, which is "
            "cautious where the same members answer alike."
        )
    return notes
