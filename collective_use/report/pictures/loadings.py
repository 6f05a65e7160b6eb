"""Loadings of items on their factors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from collective_use.report.document import Picture
from collective_use.report.figures.loadings import Loading, loadings_plot
from collective_use.report.sentences import written
from collective_use.report.speaking import Words, said

CUT = 0.5
"""Standardised loading from which on an item is said to belong (Hair et al. 2019: .50 or more)."""


def confirmed(words: Words, loadings: pd.DataFrame) -> Picture:
    """Return the loadings of a confirmatory model with their limits.

    Parameters
    ----------
    words
        Puts it into words.
    loadings
        Columns ``construct, item, loading, ci_lower, ci_upper``, of one level. An item that
        several models hold counts once, as in the first of them: its construct's own.
    """
    loadings = loadings.drop_duplicates(["construct", "item"])
    factors = []
    for construct in dict.fromkeys(loadings["construct"].astype(str)):
        part = loadings[loadings["construct"].astype(str) == construct]
        factors.append((words.name(construct), [_of_row(words, row) for row in _records(part)]))
    return _picture(words, factors, "loadings.note.confirmed")


def explored(words: Words, loadings: pd.DataFrame, errors: pd.DataFrame | None = None) -> Picture:
    """Return the loadings of an exploratory analysis: own factor filled, others hollow.

    Parameters
    ----------
    words
        Puts it into words.
    loadings
        (J, k): items as rows, factors as columns.
    errors
        Standard errors in the same shape; None where there are none.
    """
    values = loadings.to_numpy(float)
    own = abs(values).argmax(axis=1)
    factors: list[tuple[str, list[Loading]]] = []
    for k, factor in enumerate(map(str, loadings.columns)):
        rows = sorted((i for i in range(len(values)) if own[i] == k), key=lambda i: -values[i, k])
        items = []
        for i in rows:
            half = math.nan if errors is None else 1.96 * float(errors.to_numpy(float)[i, k])
            value, code = float(values[i, k]), str(loadings.index[i])
            others = tuple(float(v) for j, v in enumerate(values[i]) if j != k)
            items.append(Loading(words.item(code), value, value - half, value + half, others,
                                 abs(value) >= CUT, _tip(code, value)))  # fmt: skip
        factors.append((words.name(factor), items))
    return _picture(words, factors, "loadings.note.explored")


def _records(frame: pd.DataFrame) -> list[Mapping[str, object]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict(orient="records")]


def _number(row: Mapping[str, object], name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, (int, float)) else math.nan


def _of_row(words: Words, row: Mapping[str, object]) -> Loading:
    value = _number(row, "loading")
    code = str(row["item"])
    low, high = _number(row, "ci_lower"), _number(row, "ci_upper")
    return Loading(words.item(code), value, low, high, strong=value >= CUT, tip=_tip(code, value))


def _tip(code: str, value: float) -> str:
    return f"{code}: {written(value, bare=True)}"


def _picture(words: Words, factors: Sequence[tuple[str, Sequence[Loading]]], note: str) -> Picture:
    items = [item for _, part in factors for item in part]
    known = [item for item in items if not math.isnan(item.value)]
    weak = [item for item in known if abs(item.value) < CUT]
    given = {"n": str(len(weak)), "all": str(len(known)), "cut": written(CUT, bare=True),
             "factors": str(len(factors))}  # fmt: skip
    title = said(words, "loadings.title.weak" if weak else "loadings.title", **given)
    alt = said(words, "loadings.alt", **given)
    drawn = loadings_plot(factors, alt, cut=CUT, label=words.word("loadings.label"))
    return Picture("loadings", title, drawn, alt, said(words, note, **given))
