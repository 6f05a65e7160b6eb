"""The words of the format: ids, languages, and the choices that its keys allow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from collective_use.compositions import SHARED as SHARED

SCHEMA_VERSION = 1

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,25}$")]
"""An id that survives on every survey platform."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Za-z]+)?$")]
Text = dict[Language, str]
"""A text by language: ``{en: ..., zh: ...}``."""

Level = Literal["person", "dyad", "group"]
Composition = Literal[
    "direct_consensus",
    "referent_shift",
    "additive",
    "separation",
    "disparity",
    "variety",
    "network",
    "allocation",
    "global",
]
Source = Literal["perception", "roster", "allocation", "checklist", "informant", "record"]
Aggregation = Literal["reflective", "formative"]
Check = Literal[
    "agreement",
    "icc",
    "response_rate",
    "group_size",
    "rater_agreement",
    "informant_agreement",
    "none",
]
ItemKind = Literal[
    "likert",
    "roster_valued",
    "roster_binary",
    "roster_roles",
    "roster_nominate",
    "allocation",
    "checklist",
    "rating_list",
    "choice",
    "number",
    "text",
    "month",
    "code",
    "auto",
]
ItemRole = Literal["measure", "marker", "attention", "respondent", "group", "key"]
FormName = Identifier
MissingReason = Literal[
    "dont_know",
    "no_occasion",
    "not_applicable",
    "refused",
    "unanswered",
    "not_shown",
    "invalid",
]
