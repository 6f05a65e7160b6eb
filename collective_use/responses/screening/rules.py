"""Rules of thumb for careless responding: named, cited, fixed before the analysis."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from collective_use.checks import did_you_mean, quoted
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError
from collective_use.numerics.types import Bools, Floats

_JOHNSON = "Johnson 2005, Journal of Research in Personality 39:103"
_MEADE = "Meade & Craig 2012, Psychological Methods 17:437"

RULES: Mapping[str, Cutoff] = {
    rule.name: rule
    for rule in (
        Cutoff(
            "longstring",
            8,
            "at_least",
            _JOHNSON,
            "same answer so often in a row on one page; Johnson reads the value off each page",
        ),
        Cutoff(
            "irv",
            0.25,
            "at_most",
            "Dunn, Heggestad, Shanock & Theilgard 2018, Journal of Business and Psychology 33:105",
            "no fixed value in the source; this one means nearly all answers alike",
        ),
        Cutoff("even_odd", 0.30, "at_most", f"Jackson 1977 in {_JOHNSON}", ""),
        Cutoff(
            "mahalanobis_p",
            0.001,
            "at_most",
            f"{_MEADE}; chi-square with as many df as items",
            "flags unusual answers, which need not be careless",
        ),
        Cutoff("synonyms", 0.22, "at_most", _MEADE, "pairs of items correlated above .60"),
        Cutoff("antonyms", -0.03, "at_least", _JOHNSON, "pairs of items correlated below -.60"),
        Cutoff(
            "seconds_per_item",
            2,
            "at_most",
            "Huang, Curran, Keeney, Poposki & DeShon 2012, J. of Business and Psychology 27:99",
            "two seconds an item; the whole duration over the items answered",
        ),
        Cutoff("instructed", 1, "at_least", _MEADE, "instructed items answered otherwise"),
        Cutoff("infrequency", 1, "at_least", _MEADE, "claims that nobody makes"),
        Cutoff("dont_know", 0.5, "at_least", "convention", "share of the items asked"),
    )
}
"""A person is flagged on the side that the direction names."""

DEFAULT = ("longstring", "irv", "seconds_per_item", "instructed", "infrequency")
"""Rules whose flags count when none are named; the others are columns to look at."""


BY_PERSON = (
    "longstring", "irv", "even_odd", "seconds_per_item", "instructed", "infrequency", "dont_know",
)  # fmt: skip
"""Rules that look at one person's answers alone: whoever else answered, the flag is the same."""


def beyond(rule: Cutoff, values: Floats) -> Bools:
    """Return (N,) whether an index is on the careless side of a rule; False where there is none.

    Examples
    --------
    >>> beyond(RULES["longstring"], np.array([7.0, 8.0, np.nan])).tolist()
    [False, True, False]
    """
    with np.errstate(invalid="ignore"):
        bad = values >= rule.value if rule.direction == "at_least" else values <= rule.value
    return np.asarray(bad & ~np.isnan(values), dtype=bool)


def chosen_rules(values: Mapping[str, float] | None) -> dict[str, Cutoff]:
    """Return all rules, with the values that a study sets instead.

    Raises
    ------
    InputError
        When there is no rule of a name, or its value is no finite number.

    Examples
    --------
    >>> chosen_rules({"longstring": 10})["longstring"].value
    10.0
    """
    rules = dict(RULES)
    for name, value in (values or {}).items():
        if name not in RULES:
            raise InputError(
                f"screening rule must be one of {quoted(RULES)}, got {name!r}"
                f"{did_you_mean(name, RULES)}"
            )
        if not math.isfinite(value):
            raise InputError(f"screening rule {name} must have a finite number, got {value!r}")
        old = RULES[name]
        note = f"the study's own value; the default is {old.value:g}"
        rules[name] = Cutoff(name, float(value), old.direction, old.source, note)
    return rules
