"""Every rule of thumb: named, cited and swappable.

A cut-off is never a number inside a function. It is a `Cutoff` found here by name; a study
may replace it, and whatever was used is printed beside the verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Cutoff:
    """One rule of thumb.

    Attributes
    ----------
    name
        How it is called in a study file.
    value
        The threshold.
    direction
        ``"at_least"`` or ``"at_most"``: on which side of the value an index passes.
    source
        Author, year and place.
    note
        What the rule does not say.
    """

    name: str
    value: float
    direction: str
    source: str
    note: str = ""

    def passes(self, index: float) -> bool:
        """Tell whether an index is on the good side.

        Examples
        --------
        >>> CUTOFFS["rwg_j"].passes(0.8)
        True
        """
        return index >= self.value if self.direction == "at_least" else index <= self.value

    def passing(self, indices: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell for each of many indices whether it is on the good side."""
        return indices >= self.value if self.direction == "at_least" else indices <= self.value

    def __str__(self) -> str:
        sign = "≥" if self.direction == "at_least" else "≤"
        return f"{sign} {self.value:g} ({self.source})"


_LEBRETON = "LeBreton & Senter 2008, Organizational Research Methods 11:815"
_SEVENTY = f"a convention; {_LEBRETON}, call .51-.70 moderate and .71-.90 strong"
_BANDS = "a convention without a derivation; weak .31-.50, moderate .51-.70, strong .71-.90"
_BLIESE = "Bliese 2000, in Klein & Kozlowski, Multilevel theory, research, and methods"

CUTOFFS: Mapping[str, Cutoff] = {
    cutoff.name: cutoff
    for cutoff in (
        Cutoff("rwg", 0.70, "at_least", _SEVENTY, _BANDS),
        Cutoff(
            "rwg_j",
            0.70,
            "at_least",
            _SEVENTY,
            f"{_BANDS}; many items push rwg(j) over .70 even for random answers: read the null",
        ),
        Cutoff("icc1", 0.05, "at_least", _LEBRETON, ".01 small, .10 medium, .25 large"),
        Cutoff("icc2", 0.70, "at_least", _BLIESE, "reliability of group means"),
        Cutoff("alpha", 0.70, "at_least", "Nunnally & Bernstein 1994, Psychometric theory", ""),
        Cutoff("p", 0.05, "at_most", "convention", "chance alone passes one test in twenty"),
        Cutoff(
            "first_stage_f",
            10,
            "at_least",
            "Staiger & Stock 1997, Econometrica 65:557",
            "strength of instruments in two-stage least squares; a rule for one predictor",
        ),
        Cutoff(
            "response_rate",
            0.80,
            "at_least",
            "convention for whole networks; Costenbader & Valente 2003, Social Networks 25:283",
            "a gate for the index, not for the group",
        ),
        Cutoff(
            "group_size", 3, "at_least", "convention: agreement needs at least three members", ""
        ),
        Cutoff(
            "groups",
            5,
            "at_least",
            "convention of this package: with fewer groups an ICC(1) is anybody's guess",
            "docs/verdicts.md has the power by number of groups",
        ),
        Cutoff(
            "group_response",
            0.50,
            "at_least",
            "convention of this package: the silent are not the majority",
            "a group under it keeps its value and does not enter the verdict",
        ),
        Cutoff(
            "cfi",
            0.90,
            "at_least",
            "a convention since Bentler & Bonett 1980, Psychological Bulletin 88:588",
            "the same value is too strict for some models and too lenient for others",
        ),
        Cutoff(
            "srmr",
            0.10,
            "at_most",
            "Kline 2016, Principles and practice of structural equation modeling, 4th ed.",
            "below .10 is said to be acceptable; a small model in few groups passes easily",
        ),
        Cutoff(
            "disclosure_size",
            5,
            "at_least",
            "convention of survey institutes",
            "group results from fewer respondents are not shown to others",
        ),
    )
}


SIZES = ("disclosure_size", "group_size")
"""Cut-offs that count persons."""


def cutoffs_with(changes: Mapping[str, float] | None = None) -> dict[str, Cutoff]:
    """Return all cut-offs, some with another value.

    Parameters
    ----------
    changes
        New values by name; their source becomes ``"set by the study"``.

    Raises
    ------
    InputError
        When a name is not known, or a value is none that can be kept to.

    Examples
    --------
    >>> cutoffs_with({"icc1": 0.12})["icc1"].source
    'set by the study'
    """
    result = dict(CUTOFFS)
    for name, value in (changes or {}).items():
        if name not in result:
            raise InputError(
                f"cut-off must be one of {quoted(result)}, got {name!r}{did_you_mean(name, result)}"
            )
        if not math.isfinite(value):
            raise InputError(f"cut-off {name} must be a number, got {value}")
        if name in SIZES and value < 1:
            raise InputError(
                f"cut-off {name} must be at least 1, a number of persons, got {value:g}"
            )
        result[name] = replace(result[name], value=float(value), source="set by the study")
    return result
