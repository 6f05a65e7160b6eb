"""The tables of later rooms as others may see them: no figure in full precision."""

from __future__ import annotations

import pandas as pd

from collective_use.disclosure import Disclosure
from collective_use.groups.disclosure.digits import rounded_table
from collective_use.groups.disclosure.items import items_for_others
from collective_use.study.walk import Outcome

FOR_THE_ANALYST = ("screening.csv",)
"""Tables with a row a person: they are the analyst's as they are."""

_FIT_MEASURES = 3
"""Decimals of indices of fit; a chi-square, likelihoods and what is made of them have one."""


def for_showing(outcome: Outcome, rule: Disclosure) -> dict[str, pd.DataFrame]:
    """Return the tables that later rooms added, by file name, as others may see them.

    Parameters
    ----------
    outcome
        What the study came to.
    rule
        From which size on, and how finely.
    """
    return {name: _shown(name, frame, outcome, rule) for name, frame in outcome.tables.items()}


def models_for_showing(outcome: Outcome) -> dict[str, object]:
    """Return the models of a study as one JSON document holds them: exact when it asks for all."""
    if outcome.study.full:
        return {name: fit.to_dict() for name, fit in outcome.models.items()}
    return {
        name: {
            "estimates": rounded_table(fit.to_frame()),
            "effects": rounded_table(fit.effects),
            "fit": _fit_measures(fit.fit_frame()),
        }
        for name, fit in outcome.models.items()
    }


def _fit_measures(frame: pd.DataFrame) -> pd.DataFrame:
    value = frame["value"]
    return frame.assign(value=value.round(_FIT_MEASURES).where(value.abs() <= 1, value.round(1)))


def _shown(name: str, frame: pd.DataFrame, outcome: Outcome, rule: Disclosure) -> pd.DataFrame:
    if name in FOR_THE_ANALYST:
        return frame
    if name.startswith("validation_"):
        return items_for_others(frame, outcome.instrument, rule)
    if name == "fit.csv":
        return _fit_measures(frame)
    return rounded_table(frame)
