"""One effect over all defensible choices."""

from __future__ import annotations

import math

import pandas as pd

from collective_use.report.document import Picture
from collective_use.report.figures.curve import Choice, specification_plot
from collective_use.report.sentences import written
from collective_use.report.speaking import Words, said

DECISIONS = ("data", "way", "model", "controls", "least")


def curve(words: Words, route: str, specifications: pd.DataFrame) -> Picture | None:
    """Return the specification curve; None where no choice could be fitted.

    Parameters
    ----------
    words
        Puts it into words.
    route
        What the effect runs over.
    specifications
        Columns ``est, lower, upper`` and the decisions, as `SpecificationCurve.specifications`.
    """
    known = specifications[specifications["est"].notna()]
    if not len(known):
        return None
    made = [name for name in DECISIONS if name in known]
    choices = []
    for row in known.sort_values("est", kind="stable").to_dict(orient="records"):
        value, low, high = (float(row[name]) for name in ("est", "lower", "upper"))
        chosen = tuple((words.word(f"curve.{name}"), _option(words, name, row[name]))
                       for name in made)  # fmt: skip
        shown = not math.isnan(low) and (low > 0 or high < 0)
        tip = f"{written(value)} [{written(low)}, {written(high)}]"
        choices.append(Choice(value, low, high, chosen, shown, tip))
    signs = [one.value > 0 for one in choices]
    same = max(sum(signs), len(signs) - sum(signs))
    given = {
        "route": words.route(route), "all": str(len(choices)), "same": str(same),
        "shown": str(sum(one.shown for one in choices)),
        "low": written(choices[0].value), "high": written(choices[-1].value),
    }  # fmt: skip
    alt = said(words, "curve.alt", **given)
    drawn = specification_plot(choices, alt, label=words.word("curve.label"))
    return Picture("specifications", said(words, "curve.title", **given), drawn, alt,
                   words.word("curve.note"))  # fmt: skip


def _option(words: Words, decision: str, value: object) -> str:
    if decision == "way":
        return words.word(f"curve.way.{value}")
    if decision == "least":
        return said(words, "curve.least.option", n=f"{float(str(value)):g}")
    text = "" if value is None or value != value else str(value)
    return text or words.word("curve.none")
