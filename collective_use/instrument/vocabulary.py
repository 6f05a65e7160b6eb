"""Words that several rooms share: compositions, their checks and indices, platforms.

An instrument may use these words only; the loader refuses others by naming the nearest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from collective_use.instrument.model import SHARED

COMPOSITION_CHECKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "direct_consensus": ("agreement", "icc"),
        "referent_shift": ("agreement", "icc"),
        "additive": ("icc",),
        "separation": ("group_size", "response_rate"),
        "disparity": ("group_size", "response_rate", "rater_agreement"),
        "variety": ("group_size", "response_rate"),
        "network": ("response_rate", "group_size"),
        "allocation": ("rater_agreement", "response_rate", "group_size"),
        "global": ("informant_agreement", "none"),
    }
)
"""The evidence that fits a composition (Chan 1998; Harrison & Klein 2007), its own first."""

_DIFFER = (
    "it describes how members differ, so agreement among them would only say that the "
    "construct is low (Harrison & Klein 2007)"
)
REFUSED_CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "additive": (
            "an additive composition averages members whatever their agreement (Chan 1998), "
            "so rwg cannot be a gate; ICC(2) says how reliable the mean is"
        ),
        "separation": _DIFFER,
        "disparity": _DIFFER,
        "variety": _DIFFER,
        "network": (
            "a network index belongs to the pattern of ties and has no ratings of one common "
            "target to agree on; report the response rate"
        ),
        "allocation": (
            "points are given to targets within a group, so what can agree are the raters "
            "about each target: ask for rater_agreement"
        ),
        "global": (
            "a global property is observed once for the group (Kozlowski & Klein 2000), so "
            "there are no members to agree; several informants can: ask for informant_agreement"
        ),
    }
)
"""Why agreement (rwg) and ICC do not fit a composition, in one sentence that teaches."""

_NETWORK = (
    "density",
    "valued_mean",
    "reciprocity",
    "dyadic_agreement",
    "dyadic_correlation",
    "isolates",
    "components",
    "largest_component",
    "fragmentation",
    "in_centralization",
    "out_centralization",
    "named_share",
    "largest_received_share",
    "external_internal",
)
_DISPARITY = (
    "cv",
    "gini",
    "cv_observed",
    "gini_observed",
    "sd",
    "herfindahl",
    "effective_number",
    "largest_share",
    "valued_mean",
    "self_bias",
)
_VARIETY = ("blau", "teachman", "blau_observed", "teachman_observed", "distinct")
_KNOWLEDGE = (
    "coverage",
    "redundancy",
    "overlap",
    "breadth",
    "head_count",
    "consensus",
    "accuracy",
    "dissensus",
)
_ROLES = ("role_entropy", "role_holders", "multiplexity")
INDICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "direct_consensus": ("mean", "sd"),
        "referent_shift": ("mean", "sd"),
        "additive": ("mean", "sum", "sd", "coverage", "redundancy", "head_count"),
        "separation": ("sd", "sd_observed", "mean_distance"),
        "disparity": _DISPARITY,
        "variety": (*_VARIETY, *_KNOWLEDGE),
        "network": (*_NETWORK, *_DISPARITY, *_ROLES, *_KNOWLEDGE, "distinct"),
        "allocation": _DISPARITY,
        "global": ("mean", "sum", "ratio", *_KNOWLEDGE),
    }
)
"""The indices a measure of each composition may name."""

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
"""Null distributions of rwg that can be named; a measure's own proportions are set in a study."""

_PLATFORM_ROWS = Path(__file__).parents[1] / "platforms" / "known"
PLATFORMS: tuple[str, ...] = tuple(sorted(row.stem for row in _PLATFORM_ROWS.glob("*.yaml")))
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
    "COMPOSITION_CHECKS",
    "INDICES",
    "NULL_DISTRIBUTIONS",
    "OPTION_KINDS",
    "PLATFORMS",
    "REFUSED_CHECKS",
    "RESERVED_MEASURES",
    "ROSTER_KINDS",
    "SCALE_KINDS",
    "SHARED",
]
