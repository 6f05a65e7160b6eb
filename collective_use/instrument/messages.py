"""Validation errors in plain words, each at its place in the file."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from collective_use.accepted import Plain
from collective_use.checks import did_you_mean, quoted
from collective_use.instrument.model import Instrument
from collective_use.yaml_source.document import Document, Place, Problem

ONE = {
    "sources": "source",
    "scales": "scale",
    "constructs": "construct",
    "measures": "measure",
    "items": "item",
    "rosters": "roster",
    "forms": "form",
    "models": "model",
    "consent": "consent module",
    "blocks": "block",
    "modules": "module",
    "facets": "facet",
    "options": "option",
    "missing": "missing option",
    "indices": "index",
    "status": "status",
}
WHOLE = "the instrument"
IDENTIFIER = "a small letter first, then small letters, digits or _, at most 26 characters"


def describe(value: Plain, place: Place, whole: str = WHOLE) -> str:
    """Name the part that a place belongs to: ``item 'cdu1'``; `whole` when to none.

    Examples
    --------
    >>> describe({"items": [{"id": "cdu1", "text": {}}]}, ("items", 0, "text"))
    "item 'cdu1'"
    """
    found = whole
    for depth, step in enumerate(place):
        inside = value[step] if _holds(value, step) else None
        if isinstance(step, int) and depth and place[depth - 1] in ONE:
            name = ONE[str(place[depth - 1])]
            label = _label(inside)
            nested = f" of {found}" if found != whole else ""
            found = f"{name} {label if label else f'number {step + 1}'}{nested}"
        value = inside
    return found


def _label(part: Plain) -> str:
    if not isinstance(part, Mapping):
        return ""
    for key in ("id", "code", "reason", "name", "language"):
        if isinstance(part.get(key), (str, int)):
            return repr(part[key])
    return ""


def _holds(value: Plain, step: str | int) -> bool:
    if isinstance(step, int):
        return isinstance(value, list) and 0 <= step < len(value)
    return isinstance(value, Mapping) and step in value


MOST_PROBLEMS = 500
"""Problems of a file that are told; nobody reads more, and each looks for the nearest word."""


def problems_of(
    error: ValidationError | None,
    document: Document,
    model: type[BaseModel] = Instrument,
    whole: str = WHOLE,
) -> list[Problem]:
    """Translate a validation error into problems with places.

    Parameters
    ----------
    error
        What pydantic raised, or None.
    document
        The file that was validated.
    model
        The class it was validated against, for the keys that are known.
    whole
        What the file is, in words: ``"the study"``.
    """
    if error is None:
        return []
    entries = [entry for entry in error.errors(include_url=False) if not _follows(entry)]
    found = [_problem(entry, document, model, whole) for entry in entries[:MOST_PROBLEMS]]
    if len(entries) > len(found):
        more = f"{len(entries) - len(found):,} problems more, not listed: mend these first"
        found.append(Problem(document.at(()), more))
    return found


def _follows(entry: Plain) -> bool:
    """Tell a list that is too short only because its entries are wrong themselves."""
    least = entry.get("ctx", {}).get("min_length", 0)
    return entry["type"] == "too_short" and len(entry["input"]) >= least


def _problem(entry: Plain, document: Document, model: type[BaseModel], whole: str) -> Problem:
    place: Place = tuple(step for step in entry["loc"] if step != "[key]")
    on_key = entry["loc"][-1:] == ("[key]",)
    kind = entry["type"]
    whose = describe(document.value, place, whole)
    key = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        inside = _inside(document.value, place[:-1], whole)
        known = fields_at(place[:-1], model)
        hint = did_you_mean(key, known)
        listed = "" if hint else f"; known here: {quoted(known, most=40)}"
        text = f"unknown key {key!r} in {inside}{hint}{listed}"
        return Problem(document.at(place, key=True), text)
    if kind == "missing":
        text = f"{_inside(document.value, place[:-1], whole)} has no {key!r}; add it"
        return Problem(document.at(place[:-1]), text)
    if kind == "value_error":
        return Problem(document.at(place, key=on_key), str(entry["ctx"]["error"]))
    right = _right(entry, key, on_key)
    if place and isinstance(place[-1], int):
        subject = (
            whose if place[-2] in ONE and fields_at(place, model) else f"an entry of {_name(place)}"
        )
    else:
        subject = _name(place) + ("" if whose == whole else f" of {whose}")
    return Problem(document.at(place, key=on_key), f"{subject} {right}")


def _inside(value: Plain, place: Place, whole: str) -> str:
    """Name the mapping at a place: a part with an id, or a key that holds a mapping."""
    part = describe(value, place, whole)
    if not place or isinstance(place[-1], int):
        return part
    return str(place[-1]) if part == whole else f"{place[-1]} of {part}"


def _name(place: Place) -> str:
    words = [str(step) for step in place if isinstance(step, str)]
    return words[-1] if words else "the instrument"


def found_text(value: object) -> str:
    """Say what was found: its kind and, where short, its value.

    Examples
    --------
    >>> found_text("no"), found_text(1.5), found_text(None), found_text([1])
    ("the text 'no'", 'the number 1.5', 'nothing', 'a list')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value if len(value) <= 60 else value[:57] + '...'!r}"
    if isinstance(value, (int, float)):
        return f"the number {value!r}"
    return "a list" if isinstance(value, list) else "a mapping"


def _right(entry: Plain, key: str, on_key: bool) -> str:
    kind, value, context = entry["type"], entry["input"], entry.get("ctx", {})
    found = found_text(value)
    if kind == "literal_error":
        options = [part.strip("'") for part in _options(context["expected"])]
        hint = did_you_mean(str(value), options)
        if len(options) == 1:
            return f"must be {options[0]}, found {found}"
        return f"must be one of {quoted(options, most=30)}, found {found}{hint}"
    if kind == "string_pattern_mismatch":
        if "[a-z]{2}" in context["pattern"]:
            return f"needs a language code such as 'en', 'zh' or 'pt-BR', found {found}"
        return f"must be an id ({IDENTIFIER}), found {found}"
    if kind == "string_type":
        quote = f'; put it in quotes: "{value}"' if isinstance(value, (int, float)) else ""
        return f"must be a text, found {found}{quote}"
    if kind == "dict_type":
        return f"must be a text by language, such as {{en: ...}}, found {found}"
    sentences = {
        "bool_type": "must be true or false",
        "bool_parsing": "must be true or false",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "int_parsing": "must be a whole number",
        "int_parsing_size": "must be a smaller number",
        "finite_number": "must be a finite number",
        "float_type": "must be a number",
        "float_parsing": "must be a number",
        "string_unicode": "must be a text of whole characters (a lone half of one is in it)",
        "string_too_short": f"must have {context.get('min_length', 0)} signs or more",
        "string_too_long": f"must have at most {context.get('max_length', 0)} signs",
        "less_than": f"must be below {context.get('lt', 0):g}",
        "tuple_type": "must be a list",
        "list_type": "must be a list",
        "model_type": "must be a mapping (key: value)",
        "model_attributes_type": "must be a mapping (key: value)",
        "too_short": f"needs at least {_entries(context.get('min_length', 0))}",
        "greater_than": f"must be above {context.get('gt', 0):g}",
        "greater_than_equal": f"must be at least {context.get('ge', 0):g}",
        "less_than_equal": f"must be at most {context.get('le', 0):g}",
    }
    if kind == "too_short":
        found = f"{context.get('actual_length')}"
    return f"{sentences.get(kind, entry['msg'])}, found {found}"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _options(expected: str) -> list[str]:
    return [part.strip() for part in expected.replace(" or ", ", ").split(", ")]


def fields_at(place: Place, root: type[BaseModel] = Instrument) -> list[str]:
    """Return the keys that a mapping may have at a place.

    Examples
    --------
    >>> fields_at(("rosters", 0))
    ['id', 'of', 'include_self', 'maximum', 'consent']
    """
    model: type[BaseModel] | None = root
    for step in place:
        if isinstance(step, int):
            continue
        fields = getattr(model, "model_fields", {})
        info = next((f for n, f in fields.items() if (f.alias or n) == step), None)
        model = _model_in(info.annotation) if info is not None else None
    fields = getattr(model, "model_fields", {})
    names = [info.alias or name for name, info in fields.items()]
    return [*names, "include"] if model is Instrument else names


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (tuple, list, dict, typing.Union, types.UnionType):
        for argument in typing.get_args(annotation):
            model = _model_in(argument)
            if model is not None:
                return model
    return None
