"""Words that several rooms share: null distributions, platforms, kinds of items.

An instrument may use these words only; the loader refuses others by naming the nearest.
"""

from __future__ import annotations

NULL_DISTRIBUTIONS: tuple[str, ...] = (
    "uniform",
    "slight_skew",
    "moderate_skew",
    "heavy_skew",
    "triangular",
    "triangular_printed",
    "normal",
    "maximum_dissensus",
)
"""Null distributions of rwg by name."""

NULLS: tuple[str, ...] = (*NULL_DISTRIBUTIONS, "empirical")
"""What may be named: these, and the answers of all groups together."""

PLATFORMS: tuple[str, ...] = (
    "plain",
    "qualtrics",
    "limesurvey",
    "redcap",
    "surveymonkey",
    "google_forms",
    "microsoft_forms",
    "kobo",
    "surveyjs",
    "web",
    "formr",
    "spss",
    "stata",
    "excel",
)
"""Platforms whose column names an item may give under ``platform_names``."""

ROSTER_KINDS: tuple[str, ...] = (
    "roster_valued",
    "roster_binary",
    "roster_roles",
    "roster_nominate",
    "allocation",
)
OPTION_KINDS: tuple[str, ...] = (
    "choice",
    "checklist",
    "rating_list",
    "roster_roles",
    "roster_nominate",
)
SCALE_KINDS: tuple[str, ...] = ("likert", "roster_valued", "rating_list", "choice")
RESERVED_MEASURES: tuple[str, ...] = (
    "group",
    "n",
    "members",
    "response_rate",
    "parent",
    "wave",
    "country",
    "position",
)
"""Columns of every table by group; a measure of the same name would overwrite them."""

__all__ = [
    "NULLS",
    "NULL_DISTRIBUTIONS",
    "OPTION_KINDS",
    "PLATFORMS",
    "RESERVED_MEASURES",
    "ROSTER_KINDS",
    "SCALE_KINDS",
]
