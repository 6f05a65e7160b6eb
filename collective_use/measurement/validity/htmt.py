"""HTMT and HTMT2 of constructs, with bootstrap limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.accepted import Labels
from collective_use.checks import number_between, one_of, quoted, valid_seed, whole_number
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.correlations import (
    Correlations,
    Floats,
    correlations_of,
    likely_covariance,
)
from collective_use.numerics.groups.components import components, pair_sums
from collective_use.numerics.items.htmt import htmt_ratios
from collective_use.numerics.threads import single_threaded
from collective_use.results import Result, Table, table_of

RULE = Cutoff(
    "htmt", 0.85, "at_most",
    "Henseler, Ringle & Sarstedt 2015, Journal of the Academy of Marketing Science 43:115",
    ".90 for constructs that theory puts close together",
)  # fmt: skip


@dataclass(frozen=True)
class Htmt(Result):
    """Heterotrait-monotrait ratios of every pair of constructs.

    Attributes
    ----------
    table
        One row a pair: `first`, `second`, `htmt`, `ci_lower`, `ci_upper`, `passes` (the upper limit
        of the interval is under 1 and the ratio under the rule), `reason`.
    matrix
        (K, K) ratios.
    version
        1 for HTMT, 2 for HTMT2 (geometric means; for items of unequal loadings).
    level
        ``"total"`` or ``"between"``.
    n
        Cases behind the correlations.
    rule
        The rule of thumb.
    notes
        What was left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))
    >>> sets = {"tsig": ["TSIG01", "TSIG02"], "lead": ["LEAD01", "LEAD02"]}
    >>> round(float(cu.htmt(lq, sets, repetitions=0).matrix.loc["tsig", "lead"]), 2)
    0.47
    """

    table: pd.DataFrame
    matrix: pd.DataFrame
    version: int
    level: str
    n: int
    rule: Cutoff
    confidence: float
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the pairs."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the pairs, with the rule."""
        name = "HTMT" if self.version == 1 else "HTMT2"
        notes = (f"{name} {self.rule}; limits {self.confidence:.0%}; n = {self.n}.", *self.notes)
        return (table_of(f"{name} ({self.level})", self.table, notes=notes),)


@single_threaded
def htmt(
    data: Data,
    constructs: Constructs | None = None,
    groups: Labels = None,
    *,
    version: int = 1,
    level: str = "total",
    repetitions: int = 1000,
    confidence: float = 0.95,
    seed: int | None = 1,
) -> Htmt:
    """Compute heterotrait-monotrait ratios: how near constructs' correlations come to 1.

    Parameters
    ----------
    data
        Items of persons: a frame, responses or scores.
    constructs
        Items by construct, two or more each; the measures of an instrument when None.
    groups
        A column of the frame or one label for each person; whole groups are drawn then.
    version
        1: HTMT; 2: HTMT2 with geometric means.
    level
        ``"total"``: correlations of persons; ``"between"``: of latent group values, from the
        between covariance estimated by moments, never from correlations of group means.
    repetitions
        Bootstrap samples; 0 leaves the limits out.
    confidence
        Of the percentile limits.
    seed
        Of the bootstrap.

    Raises
    ------
    InputError
        When fewer than two constructs have two items, or an item stands in two constructs.

    References
    ----------
    Henseler, Ringle & Sarstedt (2015); Roemer, Schuberth & Henseler (2021), Industrial Management &
    Data Systems 121:2637 (HTMT2).

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 3, axis=1)
    >>> sets = {"a": ["item1", "item2", "item3"], "b": ["item4", "item5", "item6"]}
    >>> bool(cu.htmt(f + rng.normal(size=f.shape), sets, repetitions=50).table["passes"].all())
    True
    """
    one_of("version", version, (1, 2))
    one_of("level", level, ("total", "between"))
    whole_number("repetitions", repetitions, at_least=0)
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    valid_seed(seed)
    answers = answers_of(data, groups, constructs, least=4)
    sets = constructs_with(answers, 2)
    notes = list(answers.notes)
    left = [name for name in answers.constructs if name not in sets]
    if left:
        notes.append(f"Left out, fewer than two items: {', '.join(left)}.")
    used = answers.only([item for own in sets.values() for item in own])
    places = [[used.items.index(item) for item in own] for own in sets.values()]
    if level == "between":
        found, draws = _between(used, places, version, repetitions, seed)
    else:
        found, draws = _total(used, places, version, repetitions, seed)
    ratios = htmt_ratios(found.matrix, places, version)
    names = list(sets)
    return Htmt(
        _pairs(ratios, draws, names, confidence), pd.DataFrame(ratios, index=names, columns=names),
        version, level, found.n, RULE, confidence, (*notes, *found.notes[len(answers.notes):]),
    )  # fmt: skip


def _total(
    used: Answers, places: list[list[int]], version: int, repetitions: int, seed: int | None
) -> tuple[Correlations, Floats]:
    none = np.zeros((0, len(places), len(places)))
    if used.values.isna().to_numpy().any():
        return _incomplete(used), none
    known = used.complete()
    if len(known.values) <= len(used.items):
        raise InputError(f"persons must be more than items, got {len(known.values)} who answered "
                         f"all {len(used.items)} items")  # fmt: skip
    found = correlations_of(known, "pearson")
    if not repetitions:
        return found, none
    drawn = np.stack(list(drawn_correlations(known, repetitions, seed)))
    return found, htmt_ratios(drawn, places, version)


def _between(
    used: Answers, places: list[list[int]], version: int, repetitions: int, seed: int | None
) -> tuple[Correlations, Floats]:
    """Return correlations of latent group values by moments, and ratios of drawn groups."""
    codes, labels = used.codes()
    if len(labels) < 10:
        raise InputError(f"groups must be at least 10 for the between level, got {len(labels)}")
    sums = pair_sums(used.values.to_numpy(), codes, len(labels))
    _, between = components(sums)
    flat = [used.items[j] for j in np.flatnonzero(np.diag(between) <= 0)]
    said = f"No variance between groups in {quoted(flat)}: left out of the means."
    note = (said,) if flat else ()
    rng = np.random.default_rng(seed)
    count = len(labels)
    times = np.array(
        [
            np.bincount(rng.integers(0, count, count), minlength=count)
            for _ in range(min(repetitions, 500))
        ],
        float,
    )
    draws = [
        htmt_ratios(_scaled(components(sums, part)[1]), places, version)
        for part in np.array_split(times, max(1, len(times) // 25))
        if len(part)
    ]
    found = Correlations(
        "between", _scaled(between), between, used.items, len(labels), (*used.notes, *note)
    )
    none = np.zeros((0, len(places), len(places)))
    return found, np.concatenate(draws) if draws else none


def _scaled(covariance: Floats) -> Floats:
    variance = np.einsum("...jj->...j", covariance)
    spread = np.sqrt(np.where(variance > 0, variance, np.nan))
    return np.asarray(covariance / (spread[..., :, None] * spread[..., None, :]))


def _incomplete(known: Answers) -> Correlations:
    covariance = likely_covariance(known.values.to_numpy())
    spread = np.sqrt(np.diag(covariance))
    n = int(known.values.notna().any(axis=1).sum())
    note = "Some answers are missing: correlations by EM, without limits."
    matrix = covariance / np.outer(spread, spread)
    return Correlations("pearson", matrix, covariance, known.items, n, (*known.notes, note))


def ratio_table(
    covariance: Floats, items: Sequence[str], sets: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return HTMT of a covariance at hand, one row a pair: `first`, `second`, `htmt`.

    Parameters
    ----------
    covariance
        (J, J), in the order of `items`.
    items
        Their names.
    sets
        Items by construct.
    """
    places = [[list(items).index(item) for item in own] for own in sets.values()]
    ratios = htmt_ratios(_scaled(covariance), places, 1)
    none = np.zeros((0, len(places), len(places)))
    return _pairs(ratios, none, list(sets), 0.95)[["first", "second", "htmt"]]


def constructs_with(answers: Answers, least: int) -> dict[str, tuple[str, ...]]:
    """Return the constructs that have enough items.

    Raises
    ------
    InputError
        When they are fewer than two, or an item stands in two constructs.
    """
    sets = {name: own for name, own in answers.constructs.items() if len(own) >= least}
    if len(sets) < 2:
        raise InputError(
            f"constructs must be at least two with {least} items each, got {len(sets)}: name them "
            "by constructs={'name': ['item', ...], ...}"
        )
    seen: dict[str, str] = {}
    for name, own in sets.items():
        for item in own:
            if item in seen:
                raise InputError(f"item {item!r} must belong to one construct, got {seen[item]!r} "
                                 f"and {name!r}")  # fmt: skip
            seen[item] = name
    return sets


def drawn_correlations(known: Answers, repetitions: int, seed: int | None) -> Iterator[Floats]:
    """Give correlations of bootstrap samples of persons, or of whole groups where there are groups.

    Parameters
    ----------
    known
        Complete answers.
    repetitions, seed
        Of the bootstrap.
    """
    rng = np.random.default_rng(seed)
    values = known.values.to_numpy()
    values = values - values.mean(axis=0)
    if known.groups is None:
        units = np.arange(len(values))
        total = len(values)
    else:
        codes, labels = known.codes()
        units, total = codes, len(labels)
    for _ in range(repetitions):
        times = np.bincount(rng.integers(0, total, total), minlength=total)[units].astype(float)
        n = times.sum()
        weighted = values * times[:, None]
        mean = weighted.sum(axis=0) / n
        cross = values.T @ weighted - n * np.outer(mean, mean)
        spread = np.sqrt(np.diag(cross))
        yield cross / np.outer(spread, spread)


def _pairs(ratios: Floats, draws: Floats, names: list[str], confidence: float) -> pd.DataFrame:
    tail = (1 - confidence) / 2
    rows = []
    for b in range(len(names)):
        for a in range(b):
            value = float(ratios[a, b])
            low = high = float("nan")
            known = draws[:, a, b][np.isfinite(draws[:, a, b])]
            if len(known):
                low, high = np.quantile(known, [tail, 1 - tail])
            reason = "" if np.isfinite(value) else "items of a construct do not correlate"
            passes = value <= RULE.value and not (np.isfinite(high) and high >= 1)
            rows.append((names[a], names[b], value, float(low), float(high), passes, reason))
    columns = ["first", "second", "htmt", "ci_lower", "ci_upper", "passes", "reason"]
    return pd.DataFrame(rows, columns=columns)
