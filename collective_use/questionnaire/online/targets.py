"""Where a form can go: the names that `publish` takes."""

from __future__ import annotations

from typing import Literal, get_args

from collective_use.checks import one_of

Platform = Literal[
    "web",
    "xlsform",
    "surveyjs",
    "qualtrics",
    "limesurvey",
    "redcap",
    "wenjuanxing",
    "tencent",
    "microsoft_forms",
]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)
ALIASES: dict[str, Platform] = {"kobo": "xlsform", "odk": "xlsform", "surveycto": "xlsform"}
"""Platforms that take the form of another one."""


def target(name: str) -> Platform:
    """Return the platform that a name means.

    Raises
    ------
    InputError
        When there is no writer of that name.

    Examples
    --------
    >>> target("kobo"), target("web")
    ('xlsform', 'web')
    """
    one_of("platform", name, (*PLATFORMS, *ALIASES))
    return ALIASES[name] if name in ALIASES else next(p for p in PLATFORMS if p == name)
