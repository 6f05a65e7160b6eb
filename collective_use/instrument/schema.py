"""The format as a JSON Schema, so that editors complete keys and mark slips while typing."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise

from collective_use.accepted import PlainDict
from collective_use.instrument import bank, forms, model, parts
from collective_use.instrument.include import COLLECTIONS
from collective_use.instrument.model import SCHEMA_VERSION, Instrument

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(*, included: bool = False) -> PlainDict:
    """Return the JSON Schema of an instrument file.

    Parameters
    ----------
    included
        The schema of a file that ``include`` names (collections only) instead of the head.

    Returns
    -------
    dict
        A JSON Schema (draft 2020-12) with a description at every key that has one.

    Examples
    --------
    >>> json_schema()["properties"]["schema"]["const"]
    1
    >>> "id" in json_schema(included=True)["properties"]
    False
    """
    schema = Instrument.model_json_schema(by_alias=True)
    _describe(schema)
    properties = schema["properties"]
    if included:
        schema["properties"] = {name: properties[name] for name in COLLECTIONS}
        schema.pop("required", None)
        schema["minProperties"] = 1
    else:
        properties["include"] = {
            "type": "array",
            "items": {"type": "string"},
            "description": "Files inside this folder whose collections are appended in order.",
        }
    part = "included file" if included else "file"
    schema["title"] = f"collective-use instrument {part}, format {SCHEMA_VERSION}"
    return {"$schema": DIALECT, **schema}


def _describe(schema: PlainDict) -> None:
    """Add the comments below the fields of the model: pydantic keeps those of classes only."""
    texts = _field_texts()
    classes = {"Instrument": schema, **schema.get("$defs", {})}
    for name, part in classes.items():
        aliases = {f.alias: field for field, f in _fields(name).items() if f.alias}
        for key, entry in part.get("properties", {}).items():
            entry.pop("title", None)
            text = texts.get((name, aliases.get(key, key)))
            if text:
                entry["description"] = text


def _fields(name: str) -> PlainDict:
    return getattr(getattr(model, name, None), "model_fields", {})


def _field_texts() -> dict[tuple[str, str], str]:
    """Return the text below each field, by class and field."""
    sources = (inspect.getsource(module) for module in (parts, forms, bank))
    classes = [
        node
        for source in sources
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    ]
    return {
        ("Instrument" if node.name == "Bank" else node.name, field): text
        for node in classes
        for field, text in _described(node)
    }


def _described(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(node.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            yield field.target.id, " ".join(str(after.value.value).split())
