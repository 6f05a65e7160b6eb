"""Agreement within groups for answers in an array or a frame: rwg and rwg(j)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from collective_use.accepted import Items, Labels, Values
from collective_use.checks import one_of, valid_seed
from collective_use.cutoffs import CUTOFFS
from collective_use.errors import InputError
from collective_use.groups.agreement.chance import item_test, scale_test
from collective_use.groups.agreement.result import (
    Agreement,
    NullLike,
    answering,
    by_group_frame,
    null_for,
    null_notes,
    only_options,
    summary_of,
    truncation_notes,
)
from collective_use.groups.inputs import Missing, Rows, check_missing, rows_of, step_of
from collective_use.numerics.groups import agreement as kernel
from collective_use.numerics.groups.statistics import group_statistics

Variant = Literal["james", "lindell", "lindell_2001"]
VARIANTS: Mapping[str, str] = {
    "james": "rwg_j",
    "lindell": "rwg_j_lindell",
    "lindell_2001": "rwg_j_prime",
}
"""rwg(j), r*wg(j) and r'wg(j) by who proposed them, with the names of their columns."""


def rwg(
    values: Values,
    groups: Labels,
    *,
    null: NullLike = "uniform",
    options: int | Sequence[float] = 5,
    truncate: bool = True,
    test: bool = False,
) -> Agreement:
    """Agreement of each group on one item or one scale score, rwg = 1 - s²/σ².

    James, Demaree & Wolf (1984, eq. 1).

    Parameters
    ----------
    values
        (N,) answers, in any order; missing ones are left out.
    groups
        (N,) group of each person.
    null
        Null distribution: a name (see `collective_use.numerics.groups.nulls.NAMES`) or
        proportions; ``"continuous"`` for sliders, with the two ends of the scale as options.
    options
        Number of answer options (1 to A, or 0 to A - 1 when there are zeros), or the options.
    truncate
        Whether more disagreement than chance counts as 0.
    test
        Add the exact chance, under the null, of as much agreement or more, for each group, and
        the chance adjusted for the number of groups (Benjamini & Hochberg 1995). For answers to
        one item: a scale score is refused.

    Returns
    -------
    Agreement
        With `summary["pooled"]`, rwg(p) of LeBreton, James & Lindell (2005).

    Raises
    ------
    InputError
        When values are not numbers within the options, or the null is unknown.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.rwg([4, 4, 5, 1, 5, 3], list("aaabbb")).to_frame()[["group", "n", "rwg"]].round(3)
      group  n    rwg
    0     a  3  0.833
    1     b  3  0.000
    """
    rows = rows_of(values, groups, single=True)
    codes, spread, law = null_for(null, options, rows)
    stats = group_statistics(rows.values, rows.codes, rows.total)
    variance = stats.variances[:, 0]
    index = kernel.rwg(variance, spread, truncate=truncate)
    n = stats.n[:, 0]
    table = by_group_frame(rows, n, {"rwg": index, "variance": variance})
    if test:
        if not law.smooth:
            only_options(rows, codes)
        table = item_test(table, law, codes, "variance", step_of(codes))
    pooled = kernel.rwg_pooled(stats.deviations[:, 0], n, spread, truncate=truncate)
    summary = summary_of(index, CUTOFFS["rwg"]) | {"pooled": pooled}
    notes = (*null_notes(law), *truncation_notes(variance / spread, truncate))
    return Agreement("rwg", table, summary, law, CUTOFFS["rwg"], 1, "each answer counts", notes)


def rwg_j(
    items: Items,
    groups: Labels,
    *,
    null: NullLike = "uniform",
    options: int | Sequence[float] = 5,
    variant: Variant = "james",
    missing: Missing = "pairwise",
    truncate: bool = True,
    test: bool = False,
    repetitions: int = 2000,
    seed: int | None = 1,
) -> Agreement:
    """Agreement of each group on the items of a scale: rwg(j), r*wg(j) or r'wg(j).

    Parameters
    ----------
    items
        (N, J) answers.
    groups
        (N,) group of each person.
    null
        Null distribution by name, or proportions.
    options
        Number of options, or the options.
    variant
        ``"james"``: rwg(j), James et al. (1984, eq. 2), which rises with the number of items.
        ``"lindell"``: r*wg(j) = 1 - mean item variance / σ² (Lindell, Brandt & Whitney 1999).
        ``"lindell_2001"``: r'wg(j) = 1 - variance of members' scale means / σ² (Lindell 2001,
        Applied Psychological Measurement 25:89), from members who answered every item.
    missing
        ``"pairwise"``: each item's variance uses all answers to it. ``"listwise"``: only
        members who answered every item. R's `multilevel` went from the second to the first
        between 2.7 and 2.8. ``"lindell_2001"`` is listwise always.
    truncate
        For rwg(j): whether a mean variance above chance counts as no agreement (0). The other
        two are never cut.
    test
        Add, for each group, the chance under the null of as much agreement or more, simulated
        with items that correlate as observed (polychoric) and with the group's own missing
        answers left out (Cohen, Doveh & Nahum-Shani 2009).
    repetitions, seed
        Of the simulation.

    Returns
    -------
    Agreement
        The index is in the column `rwg_j`, `rwg_j_lindell` or `rwg_j_prime`.

    Examples
    --------
    >>> import collective_use as cu
    >>> items = [[4, 4], [4, 5], [5, 5], [1, 2], [5, 5], [3, 1]]
    >>> cu.rwg_j(items, list("aaabbb")).to_frame()[["group", "n", "rwg_j"]].round(3)
      group  n  rwg_j
    0     a  3  0.909
    1     b  3  0.000
    """
    check_missing(missing)
    one_of("variant", variant, tuple(VARIANTS))
    valid_seed(seed)
    if variant == "lindell_2001":
        missing = "listwise"
    rows = rows_of(items, groups, name="items")
    codes, spread, law = null_for(null, options, rows)
    stats = group_statistics(rows.values, rows.codes, rows.total, missing=missing)
    ratio = kernel.mean_ratio(stats, np.full(stats.n.shape[1], spread))
    n, J = answering(rows, missing), stats.n.shape[1]
    name = VARIANTS[variant]
    if test and variant == "lindell_2001":
        raise InputError("test must come with variant 'james' or 'lindell', got 'lindell_2001'")
    if variant == "lindell_2001":
        index, n = _prime(rows, spread)
    else:
        james = kernel.rwg_j(ratio, J, truncate=truncate)
        index = james if variant == "james" else kernel.rwg_j_lindell(ratio)
    table = by_group_frame(rows, n, {name: index, "mean_variance": ratio * spread})
    if test:
        if not law.smooth:
            only_options(rows, codes)
        table = scale_test(table, law, rows, step_of(codes), repetitions, seed)
        limit = table["critical"].to_numpy(float) / spread
        table["critical"] = kernel.rwg_j(limit, J) if variant == "james" else 1.0 - limit
    cut = CUTOFFS["rwg_j"] if variant == "james" else None
    cut_note = truncation_notes(ratio, truncate) if variant == "james" else ()
    notes = (*null_notes(law), f"Missing items: {missing}.", *cut_note)
    return Agreement(name, table, summary_of(index, cut), law, cut, J, missing, notes)


def _prime(rows: Rows, spread: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    stats = group_statistics(rows.values.mean(axis=1), rows.codes, rows.total)
    return np.asarray(1.0 - stats.variances[:, 0] / spread), stats.n[:, 0]
