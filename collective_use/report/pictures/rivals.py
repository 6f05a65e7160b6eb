"""Rival models beside each other."""

from __future__ import annotations

import math

import pandas as pd

from collective_use.report.document import Picture
from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.sentences import written
from collective_use.report.speaking import Words, said

CFI = 0.95
"""CFI that is commonly asked for (Hu & Bentler 1999)."""


def structural(words: Words, models: pd.DataFrame) -> Picture | None:
    """Return the Akaike weights of structural models; None where fewer than two have one.

    Parameters
    ----------
    words
        Puts it into words.
    models
        Columns ``model, weight, aic``, as `ModelComparison.models`.
    """
    known = models[models["weight"].notna()]
    if len(known) < 2:
        return None
    rows = known.sort_values("weight", ascending=False, kind="stable")
    names, weights = rows["model"].astype(str).tolist(), rows["weight"].astype(float).tolist()
    dots = [
        Dot(
            name, weight, strong=weight >= max(weights), tip=f"{name}: {written(weight, bare=True)}"
        )
        for name, weight in zip(names, weights, strict=True)
    ]
    tied = sum(math.isclose(weight, weights[0], abs_tol=0.005) for weight in weights)
    given = {"model": names[0], "weight": written(weights[0], bare=True), "n": str(tied),
             "all": str(len(names))}  # fmt: skip
    alt = said(words, "rivals.alt", **given)
    drawn = dot_plot(dots, alt, low=0.0, high=1.0, label=words.word("rivals.label"))
    key = "rivals.title" if tied == 1 else "rivals.title.tied"
    return Picture("rivals", said(words, key, **given), drawn, alt, words.word("rivals.note"))


def measured(words: Words, models: pd.DataFrame) -> Picture | None:
    """Return CFI of the constructs' own models and their rivals; None without rivals.

    Parameters
    ----------
    words
        Puts it into words.
    models
        Columns ``scope, model, words, cfi``, as `MeasurementFit.table`.
    """
    known = models[models["cfi"].notna()]
    scopes = list(dict.fromkeys(known["scope"].astype(str)))
    dots, better, held = [], 0, 0
    for scope in scopes:
        part = known[known["scope"].astype(str) == scope]
        if len(part) < 2:
            continue
        own = float(part["cfi"].iloc[0])
        held += 1
        better += own >= float(part["cfi"].max()) - 1e-9
        place = words.route(scope.replace(", ", " -> ")).replace(" → ", words.word("comma"))
        for row in part.to_dict(orient="records"):
            name = words.told(str(row["words"] or row["model"]))
            name = name if len(scopes) == 1 else f"{place}{words.word('colon')}{name}"
            value = float(row["cfi"])
            dots.append(Dot(name, value, strong=value >= CFI, tip=f"{name}: {written(value, 3)}"))
    if not dots:
        return None
    given = {"n": str(better), "all": str(held), "cut": written(CFI, bare=True)}
    alt = said(words, "rivals.measured.alt", **given)
    low = math.floor(10 * min([dot.value for dot in dots] + [0.9])) / 10
    drawn = dot_plot(dots, alt, low=low, high=1.0, line=CFI, label="CFI")
    key = "rivals.measured.title" if better == held else "rivals.measured.title.worse"
    return Picture("rivals-measured", said(words, key, **given), drawn, alt,
                   said(words, "rivals.measured.note", **given))  # fmt: skip
