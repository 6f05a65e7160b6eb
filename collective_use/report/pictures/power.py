"""What a study of so many groups can find."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from collective_use.report.document import Picture
from collective_use.report.figures.lines import Series, line_chart
from collective_use.report.speaking import Words, said
from collective_use.structure.ways.rule import POWER, POWER_GROUPS, below_table

ENOUGH = 0.8
"""Power that is asked for (Cohen 1988)."""

_DASHES = ("", "6 4", "2 3", "9 3 2 3")


def of_study(words: Words, groups: int, share: float, reliability: float) -> Picture:
    """Return the power of a medium indirect effect over the number of groups.

    Parameters
    ----------
    words
        Puts it into words.
    groups
        Groups of the study, marked.
    share
        Its power.
    reliability
        Of its group values; the nearest line is drawn strong.
    """
    near = min(POWER, key=lambda row: abs(row - reliability))
    series = [
        Series(
            said(words, "power.line", reliability=f"{row:.2f}"[1:]),
            tuple(zip(map(float, POWER_GROUPS), POWER[row], strict=True)),
            "accent" if row == near else "quiet", "" if row == near else _DASHES[1 + k % 3],
        )
        for k, row in enumerate(POWER)
    ]  # fmt: skip
    need = next((g for g, p in zip(POWER_GROUPS, POWER[near], strict=True) if p >= ENOUGH), None)
    percent = f"{share:.0%}"
    if below_table(groups):
        percent = said(words, "power.most", share=percent)
    given = {"n": str(groups), "share": percent, "need": str(need or POWER_GROUPS[-1])}
    title = said(words, "power.title" if need else "power.title.more", **given)
    alt = said(words, "power.alt", **given)
    mark = min(max(groups, POWER_GROUPS[0]), POWER_GROUPS[-1])
    drawn = line_chart(
        series, alt, across=words.word("power.across"), up=words.word("power.up"), high=1.0,
        line=ENOUGH, mark=float(mark), mark_name=said(words, "power.mark", **given),
    )  # fmt: skip
    return Picture("power", title, drawn, alt, words.word("power.note"))


def of_plan(words: Words, effects: pd.DataFrame, precision: pd.DataFrame, asked: float) -> Picture:
    """Return the curves of a plan: median power of its effects, or the chance of aggregation.

    Parameters
    ----------
    words
        Puts it into words.
    effects, precision
        As in `Plan`.
    asked
        The power asked for.
    """
    lines = _of_effects(words, effects) if len(effects) else _of_cells(words, precision)
    reached = [(x, one.name) for one in lines for x, y in one.points if y >= asked]
    first = min(reached, default=(math.nan, ""))
    kind = "effects" if len(effects) else "cells"
    given = {"asked": f"{asked:.0%}", "n": f"{first[0]:g}", "design": first[1]}
    title = said(words, f"plan.title.{kind}" if reached else f"plan.none.{kind}", **given)
    alt = said(words, f"plan.alt.{kind}", **given)
    drawn = line_chart(
        lines, alt, across=words.word("power.across"), up=words.word(f"plan.up.{kind}"),
        high=1.0, line=asked,
    )  # fmt: skip
    return Picture("plan", title, drawn, alt, said(words, "plan.note", **given))


def _of_effects(words: Words, effects: pd.DataFrame) -> list[Series]:
    found = []
    for way in dict.fromkeys(effects["way"]):
        for n in dict.fromkeys(effects["members"]):
            part = effects[(effects["way"] == way) & (effects["members"] == n)]
            medians = part.groupby("groups", as_index=False)["power"].median()
            name = said(words, "plan.line.way", way=words.word(f"curve.way.{way}"), n=f"{n:g}")
            found.append((name, _points(medians, "power")))
    return _series(found)


def _of_cells(words: Words, precision: pd.DataFrame) -> list[Series]:
    found = []
    for n in dict.fromkeys(precision["members"]):
        part = precision[precision["members"] == n]
        found.append((said(words, "plan.line", n=f"{n:g}"), _points(part, "aggregation")))
    return _series(found)


def _points(frame: pd.DataFrame, column: str) -> tuple[tuple[float, float], ...]:
    xs, ys = (frame[name].to_numpy(float).tolist() for name in ("groups", column))
    return tuple(zip(xs, ys, strict=True))


def _series(found: Sequence[tuple[str, tuple[tuple[float, float], ...]]]) -> list[Series]:
    colours = ("accent", "warm", "ink", "quiet")
    return [
        Series(name, points, colours[k % 4], _DASHES[k // 4 % 4] if k >= 4 else "")
        for k, (name, points) in enumerate(found)
    ]
