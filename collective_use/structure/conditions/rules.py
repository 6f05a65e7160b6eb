"""Rules of thumb of the analyses of conditions: named, cited, swappable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from collective_use.checks import did_you_mean, quoted
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError

_DUL = "Dul 2016, Organizational Research Methods 19:10"
_TEST = "Dul, van der Laan & Kuik 2020, Organizational Research Methods 23:385"
_SETS = "Schneider & Wagemann 2012, Set-theoretic methods for the social sciences"

CONDITION_RULES: Mapping[str, Cutoff] = {
    rule.name: rule
    for rule in (
        Cutoff(
            "effect", 0.10, "at_least", _DUL, "below .1 small, .1 medium, .3 large, .5 very large"
        ),
        Cutoff("p", 0.05, "at_most", _TEST, "a test that true values are unrelated, no more"),
        Cutoff("necessity", 0.90, "at_least", f"{_SETS}, 6.3", "with relevance well over .5"),
        Cutoff("consistency", 0.80, "at_least", f"{_SETS}, 7.2", "never below .75"),
        Cutoff(
            "pri", 0.50, "at_least", "Greckhamer et al. 2018, Strategic Organization 16:482", ""
        ),
        Cutoff(
            "frequency", 1, "at_least", f"{_SETS}, 7.2", "with 50 groups and more rather 2 or 3"
        ),
    )
}


def rules_with(changes: Mapping[str, float] | None) -> dict[str, Cutoff]:
    """Return the rules, some with another value.

    Raises
    ------
    InputError
        When a name is not known.

    Examples
    --------
    >>> rules_with({"pri": 0.6})["pri"].value
    0.6
    """
    result = dict(CONDITION_RULES)
    for name, value in (changes or {}).items():
        if name not in result:
            hint = did_you_mean(name, result)
            raise InputError(f"rule must be one of {quoted(result)}, got {name!r}{hint}")
        result[name] = replace(result[name], value=float(value), source="set by the analyst")
    return result
