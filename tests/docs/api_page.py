"""Make docs/api.md from the docstrings: `python tests/docs/api_page.py` writes it anew.

It writes the front door for type checkers and editors, too, `collective_use/__init__.pyi`: names
are loaded when first used, which they cannot see.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import collective_use as cu

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "api.md"
DOOR = ROOT / "collective_use" / "__init__.pyi"

ROOMS = {
    "instrument": "Instruments",
    "questionnaire": "Forms",
    "sheets": "Sheets for experts",
    "responses": "Reading and screening",
    "scores": "Scores",
    "groups": "From persons to groups",
    "measurement": "Do the items measure it?",
    "syntax": "Model text",
    "sem": "Structural equation models",
    "structure": "The theory's model",
    "planning": "Before the data",
    "report": "Reports",
    "study": "Studies",
    "simulation": "Simulated surveys",
    "results": "What every result can do",
    "record": "What happened in a run",
    "errors": "Errors and warnings",
}
"""Room of the house -> heading of the page, in this order."""

HEAD = """# Reference

Every public name of `import collective_use as cu`, made from the docstrings: change them there.
"""

_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


def public_names() -> dict[str, Any]:
    """Return every public object by name, without the version."""
    found = {name: getattr(cu, name) for name in cu.__all__}
    return {name: value for name, value in found.items() if not isinstance(value, str)}


def room_of(value: Any) -> str:
    """Return the room that an object lives in."""
    return str(value.__module__).split(".")[1]


def has_example(value: Any) -> bool:
    """Tell whether a docstring shows code that runs."""
    doc = inspect.getdoc(value) or ""
    return ">>>" in doc and "+SKIP" not in doc


def _signature(name: str, value: Any) -> str:
    if inspect.isclass(value):
        return f"class {name}({', '.join(b.__name__ for b in value.__bases__)})"
    given = inspect.signature(value)
    short = f"{name}{given}".replace("'", "")
    if len(short) <= 96:
        return short
    parts, star = [], False
    for parameter in given.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            parts.append("    *,")
            star = True
        parts.append(f"    {parameter},".replace("'", ""))
    arrow = f" -> {given.return_annotation}".replace("'", "")
    return "\n".join([f"{name}(", *parts, f"){arrow}"])


def _entries(text: str) -> Iterator[str]:
    """Give numpydoc entries (a name, then indented words) as items of a list."""
    name: str | None = None
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("    ") or not line.strip():
            lines.append(line.strip())
            continue
        if name is not None:
            yield f"- `{name}`: {' '.join(x for x in lines if x)}"
        name, lines = line.strip(), []
    if name is not None:
        yield f"- `{name}`: {' '.join(x for x in lines if x)}"


def _body(title: str, text: str) -> str:
    if title == "Examples":
        return f"```python\n{text.strip()}\n```"
    if title in ("Parameters", "Attributes", "Returns", "Raises", "Warns"):
        items = (
            textwrap.fill(item, 98, subsequent_indent="  ", break_long_words=False,
                          break_on_hyphens=False)
            for item in _entries(text)
        )  # fmt: skip
        return f"**{title}**\n\n" + "\n".join(items)
    return f"**{title}**\n\n{text.strip()}"


def entry(name: str, value: Any) -> str:
    """Return what the page says of one name."""
    doc = inspect.getdoc(value) or ""
    pieces = _SECTION.split(doc)
    parts = [f"### {name}", f"```text\n{_signature(name, value)}\n```", pieces[0].strip()]
    parts += [
        _body(title, text)
        for title, text in zip(pieces[1::2], pieces[2::2], strict=True)
        if text.strip()
    ]
    return "\n\n".join(part for part in parts if part)


def page() -> str:
    """Return the whole page."""
    names = public_names()
    known = set(ROOMS)
    strange = sorted({room_of(value) for value in names.values()} - known)
    if strange:
        raise SystemExit(f"no heading for rooms {strange}: add them to ROOMS")
    parts = [HEAD.strip()]
    for room, title in ROOMS.items():
        own = {name: value for name, value in sorted(names.items()) if room_of(value) == room}
        if own:
            parts.append(f"## {title}")
            parts += [entry(name, value) for name, value in own.items()]
    return "\n\n".join(parts) + "\n"


def door() -> str:
    """Return the front door as type checkers read it."""
    lines = ["# Made by tests/docs/api_page.py from the names of __init__.py.", ""]
    by_module: dict[str, list[str]] = {"collective_use._version": ["__version__"]}
    for name, value in public_names().items():
        # the room of questionnaires is the function that prints
        made = value._printer() if inspect.ismodule(value) else value
        by_module.setdefault(str(made.__module__), []).append(name)
    for module, names in sorted(by_module.items()):
        lines += [f"from {module} import {name} as {name}" for name in sorted(names)]
    return "\n".join([*lines, "", "__all__: list[str]", ""])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    DOOR.write_text(door(), "utf-8")
    print(f"{PAGE}: {len(public_names())} names")
