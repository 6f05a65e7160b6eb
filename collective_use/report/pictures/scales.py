"""Pictures of one analysis of scales or groups, from its own frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from collective_use.cutoffs import CUTOFFS, Cutoff
from collective_use.report.document import Picture
from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.figures.heat import pair_map
from collective_use.report.figures.likert import Answers, stacked_bars
from collective_use.report.figures.strip import strip_plot
from collective_use.report.sentences import written
from collective_use.report.speaking import Words, said

CLOSE = 0.85
"""HTMT from which two constructs are hard to tell apart (Henseler, Ringle & Sarstedt 2015)."""

_LOWEST = ("ad",)
"""Indices by which agreement is a low value."""


def htmt(words: Words, pairs: pd.DataFrame) -> Picture:
    """Return the heat map of HTMT.

    Parameters
    ----------
    words
        Puts it into words.
    pairs
        Columns ``first, second, htmt``.
    """
    rows = [(str(a), str(b), float(v)) for a, b, v in
            zip(pairs["first"], pairs["second"], pairs["htmt"], strict=True)]  # fmt: skip
    codes = list(dict.fromkeys(code for a, b, _ in rows for code in (a, b)))
    values = [[math.nan] * len(codes) for _ in codes]
    for a, b, value in rows:
        i, k = codes.index(a), codes.index(b)
        values[max(i, k)][min(i, k)] = value
    most = max(rows, key=lambda row: -math.inf if math.isnan(row[2]) else row[2])
    given = {"first": words.name(most[0]), "second": words.name(most[1]),
             "htmt": written(most[2], bare=True), "n": str(len(codes))}  # fmt: skip
    alt = said(words, "validity.htmt.alt", **given)
    drawn = pair_map([words.name(code) for code in codes], values, alt, CLOSE)
    return Picture("htmt", said(words, "htmt.title", **given), drawn, alt,
                   said(words, "validity.htmt.note"))  # fmt: skip


def reliability(words: Words, table: pd.DataFrame, rule: Cutoff, confidence: float) -> Picture:
    """Return omega of each scale, or alpha where one factor is not identified.

    Parameters
    ----------
    words
        Puts it into words.
    table
        As `Reliability.table`.
    rule, confidence
        The cut-off, and of the limits.
    """
    dots = []
    for scale in dict.fromkeys(table["scale"].astype(str)):
        part = table[(table["scale"].astype(str) == scale) & (table["level"] == "total")]
        known = part[part["est"].notna()].set_index("coefficient")
        for name in ("omega_total", "alpha"):
            if name in known.index:
                row = known.loc[name]
                row = row.iloc[0] if isinstance(row, pd.DataFrame) else row
                value, low, high = (float(row[k]) for k in ("est", "ci_lower", "ci_upper"))
                dots.append(_dot(words.name(scale), value, low, high, strong=rule.passes(value)))
                break
    below = [dot.name for dot in dots if not dot.strong]
    cut = written(rule.value, bare=True)
    names = words.word("comma").join(below[:4])
    title = (
        said(words, "reliability.title.some", n=str(len(below)), all=str(len(dots)), cut=cut,
             names=names)
        if below
        else said(words, "reliability.title.all", n=str(len(dots)), cut=cut)
    )  # fmt: skip
    alt = said(words, "reliability.alt", cut=cut)
    lowest = min([v for d in dots for v in (d.low, d.value) if not math.isnan(v)] + [0.6])
    drawn = dot_plot(dots, alt, low=math.floor(10 * lowest) / 10, high=1.0, line=rule.value)
    note = said(words, "reliability.note", coefficient=words.word("reliability.either"),
                limits=f"{confidence:.0%}", cut=cut, source=words.told(rule.source))  # fmt: skip
    return Picture("reliability", title, drawn, alt, note)


def _dot(name: str, value: float, low: float, high: float, *, strong: bool) -> Dot:
    limits = "" if math.isnan(low) else f" [{written(low, bare=True)}, {written(high, bare=True)}]"
    return Dot(name, value, low, high, strong, f"{name}: {written(value, bare=True)}{limits}")


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.0%}".replace("-", "−")


def icc(words: Words, value: float, low: float, high: float, groups: int,
        confidence: float) -> Picture:  # fmt: skip
    """Return ICC(1) with its limits.

    Parameters
    ----------
    words
        Puts it into words.
    value, low, high
        ICC(1) and its limits.
    groups, confidence
        How many groups it rests on, and of the limits.
    """
    rule = CUTOFFS["icc1"]
    known = not math.isnan(low)
    given = {
        "share": _percent(value), "low": _percent(low), "high": _percent(high),
        "value": written(value, bare=True),
        "groups": str(groups), "confidence": f"{confidence:.0%}",
        "cut": written(rule.value, bare=True), "source": words.told(rule.source),
    }  # fmt: skip
    alt = said(words, "icc.one.alt", **given)
    dots = [_dot("ICC(1)", value, low, high, strong=low > 0 if known else True)]
    ends = [v for v in (value, low, high, 0.0) if not math.isnan(v)]
    drawn = dot_plot(dots, alt, low=math.floor(10 * min(ends)) / 10, line=rule.value,
                     high=min(1.0, math.ceil(10 * max(*ends, 0.2)) / 10))  # fmt: skip
    return Picture("icc", said(words, "icc.one.title", **given), drawn, alt,
                   said(words, "icc.one.note", **given))  # fmt: skip


def strip(words: Words, index: str, table: pd.DataFrame, rule: Cutoff | None) -> Picture:
    """Return an index of agreement of every group against its size.

    Parameters
    ----------
    words
        Puts it into words.
    index
        Name of the index and of its column.
    table
        Columns ``group, n``, the index, and ``critical`` where chance was asked.
    rule
        The cut-off; None for none.
    """
    known = table[table[index].notna()]
    sizes, values = known["n"].astype(float).tolist(), known[index].astype(float).tolist()
    names = known["group"].astype(str).tolist()
    points = [(n, v, f"{g}: {written(v, bare=True)}, n {n:g}")
              for n, v, g in zip(sizes, values, names, strict=True)]  # fmt: skip
    chance: dict[float, float] = {}
    if "critical" in known:
        for n, value in zip(sizes, known["critical"].astype(float), strict=True):
            chance.setdefault(n, float(value))
    reach = sum(rule.passes(value) for value in values) if rule else len(values)
    given = {
        "n": str(reach), "all": str(len(values)), "index": index.replace("rwg_j", "rwg(j)"),
        "median": written(float(known[index].median()), bare=True),
        "cut": written(rule.value, bare=True) if rule else "–",
    }  # fmt: skip
    alt = said(words, "strip.alt", **given)
    drawn = strip_plot(
        points, chance, alt, cut=rule.value if rule else math.nan,
        across=words.word("strip.across"), up=given["index"], lowest_is_best=index in _LOWEST,
    )  # fmt: skip
    title = said(words, "strip.title" if rule else "strip.title.plain", **given)
    return Picture("agreement", title, drawn, alt, words.word("strip.note"))


def values(words: Words, name: str, table: pd.DataFrame, confidence: float, *,
           column: str = "value") -> Picture:  # fmt: skip
    """Return groups with their limits, from highest to lowest.

    Parameters
    ----------
    words
        Puts it into words.
    name
        What the value is called.
    table
        Columns ``group, low, high`` and the value.
    confidence
        Of the limits.
    column
        The value's column.
    """
    known = table[table[column].notna()].sort_values(column, ascending=False, kind="stable")
    middle = float(known[column].mean())
    dots = []
    for row in known.to_dict(orient="records"):
        value, low, high = (float(row[key]) for key in (column, "low", "high"))
        dots.append(_dot(str(row["group"]), value, low, high, strong=low > middle or high < middle))
    given = {"measure": name, "n": str(sum(d.strong for d in dots)), "all": str(len(dots)),
             "confidence": f"{confidence:.0%}"}  # fmt: skip
    drawn_dots = dots if len(dots) <= 60 else dots[:30] + dots[-30:]
    ends = [v for d in drawn_dots for v in (d.low, d.high, d.value) if not math.isnan(v)]
    alt = said(words, "values.alt", **given)
    step = 1.0 if max(ends) - min(ends) > 2 else 0.1
    drawn = dot_plot(
        drawn_dots, alt, low=math.floor(min(ends) / step) * step,
        high=math.ceil(max(ends) / step) * step, line=middle, label=name,
    )  # fmt: skip
    return Picture("values", said(words, "values.title", **given), drawn, alt,
                   said(words, "values.note", **given))  # fmt: skip


def answers(words: Words, shares: pd.DataFrame, items: Sequence[str], name: str,
            reverse: Mapping[str, bool] | None = None) -> Picture:  # fmt: skip
    """Return stacked bars of the answers to items.

    Parameters
    ----------
    words
        Puts it into words.
    shares
        Columns ``item, answer, share``.
    items
        Those to draw.
    name
        What the scale is called.
    reverse
        Items that are worded the other way round, where that is known.
    """
    codes = sorted(set(shares["answer"].astype(float)))
    turned = reverse or {}
    found = {
        (str(item), float(code)): float(share)
        for item, code, share in zip(
            shares["item"], shares["answer"], shares["share"].to_numpy(float), strict=True
        )
    }
    bars = [
        Answers(words.item(item), tuple(found.get((item, code), 0.0) for code in codes), 1.0)
        for item in items
    ]
    middle = (codes[0] + codes[-1]) / 2
    above = sum(
        share
        for item, bar in zip(items, bars, strict=True)
        for code, share in zip(codes, bar.shares, strict=True)
        if (code < middle if turned.get(item) else code > middle)
    ) / max(len(bars), 1)
    labels = [f"{code:g}" for code in codes]
    given = {"n": str(len(bars)), "construct": name, "low": labels[0], "high": labels[-1]}
    alt = said(words, "items.likert.alt", **given)
    title = said(words, "items.likert.title", construct=name, share=f"{above:.0%}")
    return Picture(f"answers-{name}", title, stacked_bars(bars, labels, alt), alt)
