"""Table 1 as others see it: no figure that rests on too few people or on a group alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from collective_use.disclosure import POSSIBILITIES, Disclosure
from collective_use.groups.between.table_one import TableOne
from collective_use.groups.disclosure.figures import sight
from collective_use.groups.results import Groups

_WORDS = ("measure", "composition", "persons", "groups")
_BETWEEN = ("sd_within", "sd_between", "icc1", "icc2")
"""Figures of groups: with one or two groups, and the total mean, they give each group's mean."""


def table_for_others(table: TableOne, groups: Groups, rule: Disclosure) -> TableOne:
    """Return Table 1 without the figures that give away what few people answered.

    Parameters
    ----------
    table
        From `table_one`.
    groups
        The groups that it was made of.
    rule
        From which size on.

    Returns
    -------
    TableOne
        The same rows. A measure that fewer than the rule's size answered keeps its name and counts;
        where only one or two groups have a value and one of them is withheld, the figures of groups
        go. What is withheld is said in the notes.

    Examples
    --------
    >>> import collective_use as cu
    >>> scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002"))
    >>> groups = cu.aggregate(scores, repetitions=0)
    >>> table = cu.table_one(scores, groups)
    >>> table_for_others(table, groups, Disclosure(5)) is table
    True
    """
    frame = table.table.copy()
    figures = [str(name) for name in frame.columns if name not in _WORDS]
    gone: list[str] = []
    for row, name in enumerate(frame["measure"].astype(str)):
        view = sight(groups.evidence[name], groups.values, groups.instrument, rule)
        valued = groups.values[name].notna().to_numpy(bool)
        few = 0 < valued.sum() < POSSIBILITIES and not view.mean[valued].all()
        if view.exact or not view.n.sum():
            continue
        if not rule.shows(float(view.n.sum())):
            frame.loc[row, figures] = np.nan
            frame[name] = np.nan
        elif few:
            # Where persons have no score, the mean is one of groups, too.
            persons = bool(frame.loc[row, "persons"])
            frame.loc[row, [*_BETWEEN, *(() if persons else ("mean", "sd"))]] = np.nan
        else:
            continue
        gone.append(name)
    if not gone:
        return table
    note = (
        f"Withheld, since fewer than {rule.size} answered (disclosure_size) or a small group could "
        f"be worked out: {', '.join(gone)}."
    )
    return replace(table, table=frame, notes=(*table.notes, note))
