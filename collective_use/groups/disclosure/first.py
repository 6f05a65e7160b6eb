"""Table 1 as others see it: no figure that rests on too few people or on a group alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.disclosure import DIGITS, GIVEN, POSSIBILITIES, Disclosure
from collective_use.frames import number_at
from collective_use.groups.between.table_one import TableOne
from collective_use.groups.disclosure.digits import round_ratios, rounded_table
from collective_use.groups.disclosure.figures import Sight, sights
from collective_use.groups.disclosure.relations import move_of
from collective_use.groups.results import Groups

ROUNDED = (
    "Rounded for showing, so that two runs that differ by one person do not tell that person's "
    "answers; exact figures: --full (full: true)."
)
_COUNTS = ("persons", "groups")
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
        The same rows, rounded so that two runs that differ by one person do not give that person's
        score. A measure that fewer than the rule's size answered keeps its name and counts;
        where only one or two groups have a value and one of them is withheld, the figures of groups
        go. What is withheld is said in the notes.

    Examples
    --------
    >>> import collective_use as cu
    >>> scores = cu.score(cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002"))
    >>> groups = cu.aggregate(scores, repetitions=0)
    >>> table = cu.table_one(scores, groups)
    >>> shown = table_for_others(table, groups, Disclosure(5))
    >>> float(table.table["mean"][0]), float(shown.table["mean"][0])
    (3.000712..., 3.0)
    """
    frame = rounded_table(table.table, _COUNTS)
    figures = [str(name) for name in frame.columns if name not in _WORDS]
    gone: list[str] = []
    names = frame["measure"].astype(str).tolist()
    seen = sights(groups, rule)
    views = [seen[name] for name in names]
    _correlations(frame, table.table, groups.values, dict(zip(names, views, strict=True)))
    for row, name in enumerate(names):
        view = views[row]
        if view.exact or not view.n.sum():
            continue
        _describe(frame, row, table.table.iloc[row], view)
        valued = groups.values[name].notna().to_numpy(bool)
        few = 0 < valued.sum() < POSSIBILITIES and not view.mean[valued].all()
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
    given = [name for name, view in zip(names, views, strict=True) if view.beside]
    notes = (*table.notes, ROUNDED, *_withheld(gone, rule), *_given(given))
    return replace(table, table=frame, notes=notes)


def _correlations(
    frame: pd.DataFrame, exact: pd.DataFrame, values: pd.DataFrame, views: dict[str, Sight]
) -> None:
    """Round correlations by what one answer moves: of groups above, of persons below, alpha."""
    names = list(views)
    for i, one in enumerate(names):
        for j, two in enumerate(names):
            view, cell = views[one], number_at(exact, i, two)
            if i < j:
                move = max(move_of(views[name], values[name]) for name in (one, two))
                both = int((values[one].notna() & values[two].notna()).sum())
                step = view.rule.relation_step(max(1, both), move)
            else:
                step = view.rule.ratio_step(min(views[n].n.sum() for n in (one, two)))
            frame.loc[i, two] = view.rule.rounded(cell, step)


def _describe(frame: pd.DataFrame, row: int, exact: pd.Series, view: Sight) -> None:
    """Put the mean and the SDs of a row into bands that one person cannot be read from."""
    persons, groups = float(exact["persons"]), float(exact["groups"])
    rule, unit = view.rule, view.unit
    round_ratios(frame, exact.to_frame().T, row, rule.ratio_step(float(view.n.sum())))
    if persons and unit is not None:
        frame.loc[row, "mean"] = rule.shown_mean(exact["mean"], persons, unit)
        frame.loc[row, "sd"] = rule.shown_sd(exact["sd"], persons - 1, unit)
        frame.loc[row, "sd_within"] = rule.shown_sd(exact["sd_within"], persons - groups, unit)
    elif groups:
        step = max(10.0**-DIGITS, rule.mean_step(groups, view.grain))
        for name in ("mean", "sd"):
            frame.loc[row, name] = rule.rounded(exact[name], step)
    if view.beside:
        frame.loc[row, "mean"] = np.nan
    if groups:
        step = max(10.0**-DIGITS, rule.mean_step(groups, view.grain))
        frame.loc[row, "sd_between"] = rule.rounded(exact["sd_between"], step)


def _given(names: list[str]) -> tuple[str, ...]:
    return (f"Means {GIVEN}: {', '.join(names)}.",) if names else ()


def _withheld(gone: list[str], rule: Disclosure) -> tuple[str, ...]:
    if not gone:
        return ()
    return (
        f"Withheld, since fewer than {rule.size} answered (disclosure_size) or a small group could "
        f"be worked out: {', '.join(gone)}.",
    )
