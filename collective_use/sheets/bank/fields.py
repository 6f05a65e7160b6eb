"""Which sheets and columns an instrument has: read off the schema, so that none is forgotten."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args, get_origin

from collective_use.accepted import Plain
from collective_use.instrument.include import COLLECTIONS
from collective_use.instrument.model import Instrument, Part, Text

ABOUT = "about"
READ_ME = "read me"
NOTES = "notes"
"""Sheets whose names begin so are the editor's own and are left alone on reading."""

_SINGULAR = {"indices": "index", "consent": "consent", "status": "status"}


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field of a part, as a column.

    Attributes
    ----------
    path
        Its keys in the format: ``("text",)``, ``("attribution", "theory")``.
    kind
        ``text`` (by language), ``string``, ``number``, ``bool``, ``words`` (a list),
        ``numbers`` (a list), ``pairs`` (a mapping to texts) or ``lists`` (a mapping to lists).
    choices
        The words it may be, where the schema names them.
    default
        What an empty cell means.
    """

    path: tuple[str, ...]
    kind: str
    choices: tuple[str, ...] = ()
    default: Plain = None

    @property
    def heading(self) -> str:
        """The column's heading, without a language."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One sheet: the parts of one collection, or of one list inside other parts.

    Attributes
    ----------
    name
        The sheet.
    collection
        The key in the head of the instrument.
    inner
        The key inside the part, for a list inside parts; empty otherwise.
    parent
        The heading of the column that names the part it belongs to.
    fields
        Its columns.
    """

    name: str
    collection: str
    inner: str
    parent: str
    fields: tuple[FieldPlan, ...]


def singular(name: str) -> str:
    """Return one of a collection.

    Examples
    --------
    >>> singular("measures"), singular("indices")
    ('measure', 'index')
    """
    return _SINGULAR.get(name, name.removesuffix("s"))


@cache
def sheet_plans() -> tuple[SheetPlan, ...]:
    """Return all sheets of tables, in the order of the workbook.

    Examples
    --------
    >>> [plan.name for plan in sheet_plans()][:3]
    ['items', 'item options', 'scales']
    """
    parts = _children(Instrument)
    first = ["items", "scales", "constructs", "measures", "forms"]
    plans: list[SheetPlan] = []
    for key in [*first, *(name for name in (*COLLECTIONS, *parts) if name not in first)]:
        if key not in parts or any(plan.name == key for plan in plans):
            continue
        part = parts[key]
        plans.append(SheetPlan(key, key, "", "", _fields(part)))
        plans += [
            SheetPlan(f"{singular(key)} {inner}", key, inner, singular(key), _fields(child))
            for inner, child in _children(part).items()
        ]
    return tuple(plans)


@cache
def about_fields() -> tuple[FieldPlan, ...]:
    """Return the fields of the head of an instrument, one row each."""
    return _fields(Instrument)


def _children(part: type[Part]) -> dict[str, type[Part]]:
    found = {}
    for name, info in part.model_fields.items():
        arguments = get_args(info.annotation)
        if get_origin(info.annotation) is tuple and _is_part(arguments[0]):
            found[info.alias or name] = arguments[0]
    return found


def _fields(part: type[Part], above: tuple[str, ...] = ()) -> tuple[FieldPlan, ...]:
    plans: list[FieldPlan] = []
    inner = _children(part)
    for name, info in part.model_fields.items():
        key = info.alias or name
        if key in inner:
            continue
        if _is_part(info.annotation):
            plans += _fields(typing.cast("type[Part]", info.annotation), (*above, key))
            continue
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        kind, choices = _kind(info.annotation)
        plain = list(default) if isinstance(default, tuple) else default
        plans.append(FieldPlan((*above, key), kind, choices, plain))
    return tuple(plans)


def _is_part(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Part)


def _kind(annotation: object) -> tuple[str, tuple[str, ...]]:
    if annotation == Text:
        return "text", ()
    origin = get_origin(annotation)
    if origin is dict:
        return ("lists" if get_origin(get_args(annotation)[1]) is tuple else "pairs"), ()
    if origin is tuple:
        return ("numbers" if get_args(annotation)[0] in (int, float) else "words"), ()
    if origin in (types.UnionType, typing.Union):
        wanted = [entry for entry in get_args(annotation) if entry is not type(None)]
        return _kind(wanted[0])
    if origin is Literal:
        options = get_args(annotation)
        if all(isinstance(option, str) for option in options):
            return "string", tuple(option for option in options if option)
        return "number", ()
    if annotation is bool:
        return "bool", ("yes", "no")
    return ("number" if annotation in (int, float) else "string"), ()
