"""Screening as a study asks for it: rules fixed beforehand, flags as a table, losses told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collective_use.errors import InputError
from collective_use.responses.table import Responses
from collective_use.study.settings import Study

if TYPE_CHECKING:
    from collective_use.responses.screening.screen import Screening


def screened(study: Study, responses: Responses) -> tuple[Responses, Screening | None]:
    """Screen answers by the study's rules and leave out whom they flag.

    A rule with a number replaces the default value, ``true`` keeps the default. With
    ``careless: keep`` flags are written and nobody is left out.

    Returns
    -------
    tuple
        The responses that stay, and the screening; None when the study has no rules.

    Raises
    ------
    InputError
        When there is no rule of a name, a value is no number, or nobody would be left.
    """
    if not study.screening:
        return responses, None
    from collective_use.responses.screening.screen import drop_flagged, screen

    values: dict[str, float] = {}
    for name, value in study.screening.items():
        if isinstance(value, str):
            raise InputError(f"screening rule {name} must be a number or true, got {value!r}")
        if not isinstance(value, bool):
            values[name] = float(value)
    counting = [name for name, value in study.screening.items() if value is not False]
    screening = screen(responses, rules=values, counting=counting)
    if study.careless == "keep":
        return responses, screening
    if screening.flagged.all():
        raise InputError(
            f"screening flags all {len(screening.flagged)} persons by {', '.join(counting)}; "
            "use milder values, or careless: keep"
        )
    return drop_flagged(screening), screening
