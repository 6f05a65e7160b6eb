"""What tables and the account of a study say in its language, beside the English."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from collective_use.accepted import PlainDict, PlainMapping
from collective_use.phrases import languages, told

SENTENCES = ("verdict", "explanation", "reason")
"""Columns of tables that hold words for a reader."""
RECORD = ("decisions", "left_out", "changed", "warnings", "notes")
"""Lists of the account whose entries hold a sentence."""
_OF_MODELS = ("reason", "limits", "agreement", "theory", "inferred", "warnings")


def spoken(language: str | None) -> str:
    """Return the language beside English, or nothing.

    Examples
    --------
    >>> spoken("zh"), spoken("en"), spoken(None)
    ('zh', '', '')
    """
    return language if language and language in languages()[1:] else ""


def table_beside(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return a table in which each column of sentences is followed by the same told.

    The English columns stay as they are: programs and reports in any language read them.

    Parameters
    ----------
    frame
        A table as it is written.
    language
        Of the study.

    Examples
    --------
    >>> frame = pd.DataFrame({"measure": ["cdu"], "verdict": ["supported"]})
    >>> table_beside(frame, "zh").to_dict("records")
    [{'measure': 'cdu', 'verdict': 'supported', 'verdict_zh': '支持'}]
    """
    shown = frame.copy()
    for name in SENTENCES:
        if name in shown.columns:
            place = list(shown.columns).index(name)
            column = [
                told(language, cell) if isinstance(cell, str) else cell for cell in frame[name]
            ]
            shown.insert(place + 1, f"{name}_{language}", column)
    return shown


def without_told(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of a result folder without what `table_beside` added.

    Examples
    --------
    >>> frame = pd.DataFrame({"verdict": ["supported"], "verdict_zh": ["支持"]})
    >>> list(without_told(frame).columns)
    ['verdict']
    """
    return frame[[name for name in frame.columns if not is_told(str(name))]]


def is_told(column: str) -> bool:
    """Tell whether a column is one that `table_beside` added.

    Examples
    --------
    >>> is_told("verdict_zh"), is_told("verdict")
    (True, False)
    """
    name, _, code = column.rpartition("_")
    return name in SENTENCES and code in languages()[1:]


def account_beside(account: PlainMapping, language: str) -> PlainDict:
    """Return the content of run.json in which sentences are followed by the same told.

    Parameters
    ----------
    account
        As `run_content` makes it.
    language
        Of the study.
    """
    shown: PlainDict = dict(account)
    for kind in RECORD:
        shown[kind] = [_beside(entry, ("text",), language) for entry in account[kind]]
    for name, keys in (("cutoffs", ("source",)), ("models", _OF_MODELS)):
        shown[name] = {
            key: _beside(part, keys, language) for key, part in dict(account[name]).items()
        }
    reasons = {key: told(language, str(why)) for key, why in dict(account["not_fitted"]).items()}
    return shown | {f"not_fitted_{language}": reasons}


def _beside(part: Mapping[str, object], keys: tuple[str, ...], language: str) -> PlainDict:
    shown: PlainDict = {}
    for key, value in part.items():
        shown[key] = value
        if key not in keys:
            continue
        if isinstance(value, str):
            shown[f"{key}_{language}"] = told(language, value)
        elif isinstance(value, (list, tuple)):
            shown[f"{key}_{language}"] = [told(language, str(one)) for one in value]
    return shown
