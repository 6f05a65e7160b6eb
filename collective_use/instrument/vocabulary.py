"""Words that several rooms share: null distributions, platforms, kinds of items.

An instrument may use these words only; the loader refuses others by naming the nearest.
"""

from __future__ import annotations

import re
from pathlib import Path

from collective_use.numerics.groups.null_shapes import SHAPES

NULL_DISTRIBUTIONS: tuple[str, ...] = tuple(SHAPES)
"""Null distributions of rwg by name."""

CONTINUOUS = "continuous"
"""The null distribution of numbers between two ends; it has no options."""

NULLS: tuple[str, ...] = (*NULL_DISTRIBUTIONS, "empirical")
"""What may be named: these, and the answers of all groups together."""

_PLATFORM_ROWS = Path(__file__).parents[1] / "platforms" / "known"
PLATFORM_FILES: tuple[Path, ...] = tuple(sorted(_PLATFORM_ROWS.glob("*.yaml")))
PLATFORMS: tuple[str, ...] = tuple(row.stem for row in PLATFORM_FILES)
"""Platforms whose column names an item may give under ``platform_names``; a file each."""
PLATFORM = re.compile(r"^[a-z][a-z0-9_]{0,25}$")
"""What a platform may be called that another package or a file of the user's own brings."""

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
    "CONTINUOUS",
    "NULLS",
    "NULL_DISTRIBUTIONS",
    "OPTION_KINDS",
    "PLATFORM",
    "PLATFORMS",
    "RESERVED_MEASURES",
    "ROSTER_KINDS",
    "SCALE_KINDS",
]

WAYS = (
    "auto", "means", "corrected", "latent", "twolevel", "sam", "croon", "split", "iv",
)  # fmt: skip
"""Ways to fit a structural model between groups; docs/structure.md says when each is right."""
