"""dictionary.csv: one row for every column of every table written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from collective_use.instrument.model import Instrument
from collective_use.phrases import languages, said, told
from collective_use.study.meanings import (
    ANSWERED,
    ANSWERS,
    COMPARED,
    GROUP_VALUES,
    GROUPS,
    INDICES,
    KEYS,
    MEASURES,
    MODELS,
    OUTPUT_SCHEMA,
    PERSONS,
    PLAN,
    SCREENING,
    SIZES,
    STRENGTH,
    TABLE_ONE,
    VALIDATION,
)
from collective_use.study.telling import is_told

VALIDATION_FILES = "validation_*.csv (where a study validates)"

_TABLES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "persons.csv": (PERSONS, KEYS),
    "persons.parquet": (PERSONS, KEYS),
    "screening.csv": (SCREENING, PERSONS, KEYS),
    "groups.csv": (GROUPS, KEYS, INDICES),
    "agreement.csv": (INDICES, KEYS),
    "measures.csv": (MEASURES, KEYS, INDICES),
    "table1.csv": (TABLE_ONE, KEYS),
    "group_values.csv": (GROUP_VALUES, KEYS),
    "sampling_errors.csv": (GROUP_VALUES, KEYS),
    "estimates.csv": (MODELS,),
    "effects.csv": (MODELS,),
    "fit.csv": (MODELS,),
    "explained.csv": (ANSWERED,),
    "contrasts.csv": (ANSWERED,),
    "specifications.csv": (ANSWERED,),
    "sizes.csv": (STRENGTH,),
    "omitted.csv": (STRENGTH,),
    "conditional.csv": (STRENGTH,),
    "models_compared.csv": (COMPARED,),
    "models_differences.csv": (COMPARED,),
    "models_nesting.csv": (COMPARED,),
    "plan.csv": (PLAN,),
    "answers.csv": (ANSWERS, KEYS),
    "characteristics.csv": (ANSWERS, KEYS),
    "agreement_sizes.csv": (SIZES, KEYS),
}

_CORRELATION = (
    "Correlation with {name}: within groups below the diagonal, of groups above it; on it, alpha."
)

_KEY_COLUMNS = ("group", "wave", "parent")


def meaning(table: str, column: str, instrument: Instrument, language: str | None = None) -> str:
    """Return what a column means, or an empty text when the dictionary does not know it.

    Parameters
    ----------
    table, column
        The file's name and the column's.
    instrument
        Gives the names of measures and items.
    language
        Of names and sentences; English, and the instrument's first, where None.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> meaning("groups.csv", "n", load_instrument("lq2002"))
    'Persons of the group who answered.'
    """
    table = table.rpartition("/")[2]
    if is_told(column):
        base, _, code = column.rpartition("_")
        return said(language, _TOLD, column=base, code=code)
    of_measure = _of_measure(column, instrument, language) * (not table.startswith("validation_"))
    if of_measure and table == "table1.csv":
        return said(language, _CORRELATION, name=of_measure.rstrip(".。"))
    if of_measure:
        return of_measure
    return told(language, _known(table, column)) or _of_item(column, instrument, language)


_TOLD = "What {column} says, in the language of the study ({code})."


def _known(table: str, column: str) -> str:
    """Return what a column of a table means for every instrument."""
    if table == "screening.csv" and column.startswith("flag_"):
        return f"Whether the rule {column.removeprefix('flag_')} flags the person."
    persons = table in ("persons.csv", "persons.parquet")
    if persons and column.startswith("consent."):
        return f"Whether the person agreed to {column.removeprefix('consent.')}: 1 yes, 0 no."
    if persons and column.startswith("seconds_"):
        return f"Seconds that the person spent on page {column.removeprefix('seconds_')}."
    if table.startswith("validation_"):
        return VALIDATION.get(column, "")
    for known in _TABLES.get(table, (INDICES, KEYS)):
        if column in known:
            return known[column]
        if column.removeprefix("one_minus_") in known:
            return "1 minus: " + known[column.removeprefix("one_minus_")]
    return ""


def dictionary_frame(tables: Mapping[str, pd.DataFrame], instrument: Instrument) -> pd.DataFrame:
    """Return one row a column: file, column, kind, meaning, schema, meaning by language.

    Parameters
    ----------
    tables
        The tables written, by file name.
    instrument
        Gives the names of measures and items.
    """
    rows = [
        {
            "file": file,
            "column": str(column),
            "kind": _kind(frame[column]),
            "meaning": meaning(file, str(column), instrument),
            "schema": OUTPUT_SCHEMA,
            **{
                f"meaning_{language}": meaning(file, str(column), instrument, language)
                for language in languages()
                if language != "en"
            },
        }
        for file, frame in tables.items()
        for column in frame.columns
    ]
    return pd.DataFrame(rows)


def dictionary_markdown() -> str:
    """Return the dictionary as the tables of docs/outputs.md."""
    sections = {
        "persons.csv": {**{k: KEYS[k] for k in _KEY_COLUMNS}, **PERSONS},
        "groups.csv": {**{k: KEYS[k] for k in _KEY_COLUMNS}, **GROUPS},
        "agreement.csv": {**KEYS, **INDICES},
        "measures.csv": {**{k: v for k, v in KEYS.items() if k not in _KEY_COLUMNS}, **MEASURES},
        "table1.csv": TABLE_ONE,
        "group_values.csv and sampling_errors.csv (with --full)": GROUP_VALUES,
        "screening.csv (where a study screens)": SCREENING,
        "estimates.csv, effects.csv and fit.csv (where a study names models)": MODELS,
        "models_*.csv (where a study names two models or more)": COMPARED,
        "sizes.csv, omitted.csv and conditional.csv (where a study names models)": STRENGTH,
        "plan.csv (where a study was sealed)": PLAN,
        "answers.csv and characteristics.csv (where a study asks for the report)": ANSWERS,
        "agreement_sizes.csv (where a study asks for the report)": SIZES,
        VALIDATION_FILES: VALIDATION,
    }
    parts = []
    for file, columns in sections.items():
        rows = [f"| `{column}` | {text} |" for column, text in columns.items() if column != "n"]
        parts.append("\n".join([f"### {file}", "", "| column | meaning |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _of_measure(column: str, instrument: Instrument, language: str | None) -> str:
    name, _, rest = column.partition(".")
    measure = next((part for part in instrument.measures if part.id == name), None)
    if measure is None:
        return ""
    tongues = (language or "", instrument.languages[0])
    label = _text(measure.name, tongues) or measure.id
    construct = instrument.get_construct(measure.construct_id)
    if rest == "answered":
        return said(language, "{name}: how many items the person answered.", name=label)
    facet = next((part for part in construct.facets if part.id == rest), None)
    if facet is not None:
        named = _text(facet.name, tongues) or facet.id
        return said(language, "{name}, facet {facet}.", name=label, facet=named)
    return said(
        language, "{name} ({construct}; {composition}).", name=label,
        construct=_text(construct.name, tongues) or construct.id, composition=measure.composition,
    )  # fmt: skip


def _of_item(column: str, instrument: Instrument, language: str | None) -> str:
    item = next((part for part in instrument.items if part.id == column), None)
    return _text(item.text, (language or "", instrument.languages[0])) if item else ""


def _text(texts: Mapping[str, str], tongues: Sequence[str]) -> str:
    found = (texts[language] for language in tongues if language in texts)
    return next(found, "") or next(iter(texts.values()), "")


def _kind(values: pd.Series) -> str:
    kinds = {"b": "yes or no", "i": "whole number", "u": "whole number", "f": "number"}
    if str(values.dtype) == "boolean":
        return "yes or no"
    return kinds.get(getattr(values.dtype, "kind", "O"), "text")
