"""Eigenvalues beside those of chance: how many factors a scale has."""

from __future__ import annotations

import pandas as pd

from collective_use.report.document import Picture
from collective_use.report.figures.lines import Series, line_chart
from collective_use.report.sentences import written
from collective_use.report.speaking import Words, said

MOST = 15
"""Places that are drawn; later ones say nothing more."""


def scree(words: Words, scale: str, eigenvalues: pd.DataFrame, suggested: int | None) -> Picture:
    """Return the scree of a scale with parallel analysis.

    Parameters
    ----------
    words
        Puts it into words.
    scale
        Its code; empty where there is none.
    eigenvalues
        Columns ``place, components, components_95``, as `FactorCount.eigenvalues`.
    suggested
        The number that most rules find; None when no number leads.
    """
    rows = eigenvalues.head(MOST)
    places = rows["place"].astype(float).tolist()
    seen, chance = (rows[name].astype(float).tolist() for name in ("components", "components_95"))
    above = 0
    for value, limit in zip(seen, chance, strict=True):
        if value <= limit:
            break
        above += 1
    name = words.name(scale) if scale else words.word("scree.items")
    tips = tuple(f"{place:g}: {written(value)}" for place, value in zip(places, seen, strict=True))
    series = (
        Series(words.word("scree.observed"), tuple(zip(places, seen, strict=True)), tips=tips),
        Series(words.word("scree.chance"), tuple(zip(places, chance, strict=True)), "warm", "6 4"),
    )
    given = {"scale": name, "n": str(above)}
    alt = said(words, "scree.alt", values=", ".join(written(v) for v in seen[:4]), **given)
    drawn = line_chart(series, alt, across=words.word("scree.across"), up=words.word("scree.up"))
    key = "scree.title" if suggested in (None, above) else "scree.title.rules"
    title = said(words, key, rules=str(suggested), **given)
    return Picture(f"scree-{scale or 'items'}", title, drawn, alt, words.word("scree.note"))
