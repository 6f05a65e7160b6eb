"""A new form in an instrument's own files; comments, order and layout stay as they are."""

from __future__ import annotations

import shutil
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path

import yaml

from collective_use.accepted import Plain, PlainDict
from collective_use.checks import one_of, quoted
from collective_use.errors import InputError, OutputError
from collective_use.instrument.include import HEAD
from collective_use.instrument.library import instrument_names, instrument_path
from collective_use.instrument.load import load_file
from collective_use.instrument.model import Form, Instrument
from collective_use.sheets.bank.yaml import _Dumper


def write_form(
    instrument: str | Path,
    items: Sequence[str],
    form: str,
    *,
    base: str | None = None,
    name: str | None = None,
    out: str | Path | None = None,
) -> Path:
    """Write a form with some of the statements of another one into an instrument's files.

    Blocks, order, headings and everything that is no statement (codes, rosters, background) are
    those of the form it is made from; statements that are not named are left out. The form is added
    below the others, and items that list their forms list it too; nothing else is touched.

    Parameters
    ----------
    instrument
        The instrument's folder or file; a bundled name needs `out`.
    items
        Statements to keep, such as ``cu.reduce(...).items``.
    form
        Id of the new form.
    base
        The form to start from; the one that asks most of the items when None.
    name
        What the form is called, in the instrument's first language.
    out
        A new folder (or file) for the result; by default the instrument itself is changed.

    Returns
    -------
    pathlib.Path
        What was written.

    Raises
    ------
    InputError
        When the form exists, an item is unknown or not asked by the base form, or the files are
        written in a way that cannot be added to. Nothing is written then.
    OutputError
        When nothing can be written there.

    Examples
    --------
    >>> import collective_use as cu, pathlib, tempfile
    >>> new = pathlib.Path(tempfile.mkdtemp()) / "bank"
    >>> items = ["cdu1", "cdu3", "ssm1", "ssm3", "ssm7"]
    >>> _ = cu.write_form("collective_data_use", items, "core", out=new)
    >>> [b.id for b in cu.load_instrument(new).get_form("core").blocks][:3]
    ['keys', 'use', 'sense']
    """
    path = _source(instrument, out)
    bank = load_file(path)
    made = _form_of(bank, items, form, base, name)
    expected = _with_form(bank, made)
    place = Path(out) if out is not None else path
    if out is not None and (place.is_file() or (place.is_dir() and any(place.iterdir()))):
        raise InputError(f"out must be new or empty, got {str(out)!r}, which is not")
    try:
        place.absolute().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.absolute().parent, prefix=".form-") as beside:
            staged = Path(beside) / path.name
            _staged(path, staged, bank, made)
            if load_file(staged) != expected:
                raise InputError(
                    f"{path}: the form cannot be added without touching what stands around it; "
                    "nothing was written"
                )
            _swap(staged, place, Path(beside) / "before")
    except OSError as problem:
        if isinstance(problem, OutputError):
            raise
        reason = problem.strerror or problem
        raise OutputError(f"{place}: the instrument cannot be written: {reason}") from problem
    return place


def _source(instrument: str | Path, out: str | Path | None) -> Path:
    if isinstance(instrument, str) and instrument in instrument_names():
        if out is None:
            raise InputError(
                f"{instrument!r} is bundled and is not changed in place; name a new folder for "
                "the copy (out=..., on the command line --out my_instrument)"
            )
        return instrument_path(instrument)
    return Path(instrument)


def _form_of(
    bank: Instrument, items: Sequence[str], form: str, base: str | None, name: str | None
) -> Form:
    if form in [own.id for own in bank.forms]:
        raise InputError(f"form {form!r} is there already: take another id")
    if not bank.forms:
        raise InputError("the instrument must have a form to start from, got none")
    wanted = set(items)
    asked = {own.id: {i for block in own.blocks for i in block.items} for own in bank.forms}
    if base is None:
        base = max(asked, key=lambda own: len(asked[own] & wanted))
    one_of("base", base, list(asked))
    missing = sorted(wanted - asked[base])
    if missing:
        raise InputError(f"items must be asked by the form {base!r}, got {quoted(missing)}")
    likert = {item.id for item in bank.items if item.kind == "likert" and item.role == "measure"}
    old = bank.get_form(base)
    blocks = []
    for block in old.blocks:
        left = tuple(i for i in block.items if i in wanted or i not in likert)
        if left:
            blocks.append(block.model_copy(update={"items": left}))
    used = {block.module for block in blocks}
    words = name if name is not None else f"{form} form"
    return old.model_copy(
        update={
            "id": form, "name": {bank.languages[0]: words}, "blocks": tuple(blocks),
            "default": False, "modules": tuple(m for m in old.modules if m.id in used),
        }
    )  # fmt: skip


def _with_form(bank: Instrument, form: Form) -> Instrument:
    asked = {item for block in form.blocks for item in block.items}
    items = tuple(
        item.model_copy(update={"forms": (*item.forms, form.id)})
        if item.forms and item.id in asked
        else item
        for item in bank.items
    )
    return bank.model_copy(update={"forms": (*bank.forms, form), "items": items})


def _staged(path: Path, staged: Path, bank: Instrument, form: Form) -> None:
    if path.is_dir():
        shutil.copytree(path, staged, symlinks=True)
        files = [staged / HEAD, *sorted(f for f in staged.rglob("*.yaml") if f.name != HEAD)]
    else:
        shutil.copy2(path, staged)
        files = [staged]
    asked = {item for block in form.blocks for item in block.items}
    last = bank.forms[-1].id
    added = False
    for file in files:
        before = file.read_bytes().decode("utf-8")
        after = listed(before, asked, form.id)
        after, here = appended(after, form, last)
        added = added or here
        if after != before:
            file.write_bytes(after.encode("utf-8"))
    if not added:
        raise InputError(f"{path}: the list of forms is not written in a way that can be added to")


def _node(text: str) -> PlainDict:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in root.value}


def listed(text: str, items: set[str], form: str) -> str:
    """Add a form to the list of forms of each item that has one.

    Examples
    --------
    >>> print(listed("items:\\n  - id: a\\n    forms: [long]  # both\\n", {"a"}, "core"), end="")
    items:
      - id: a
        forms: [long, core]  # both
    """
    found = _node(text).get("items")
    changes = []
    for item in found.value if isinstance(found, yaml.SequenceNode) else []:
        parts = {key.value: value for key, value in item.value}
        own = parts.get("forms")
        if parts["id"].value in items and isinstance(own, yaml.SequenceNode) and own.value:
            last = own.value[-1]
            if own.flow_style:
                changes.append((last.end_mark.index, f", {form}"))
            else:
                indent = " " * last.start_mark.column
                changes.append((_line_end(text, last.end_mark.index), f"\n{indent[:-2]}- {form}"))
    for place, new in sorted(changes, reverse=True):
        text = text[:place] + new + text[place:]
    return text


def appended(text: str, form: Form, last: str) -> tuple[str, bool]:
    """Add a form below the last one, where this file holds it; tell whether it does."""
    found = _node(text).get("forms")
    if not isinstance(found, yaml.SequenceNode) or found.flow_style or not found.value:
        return text, False
    final = found.value[-1]
    names = {key.value: value.value for key, value in final.value}
    if names.get("id") != last:
        return text, False
    newline = "\r\n" if "\r\n" in text else "\n"
    plain = form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    written = yaml.dump([plain], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=94)
    body = textwrap.indent(textwrap.dedent(written), " " * (final.start_mark.column - 2))
    place = _line_end(text, _last_end(final))
    return text[:place] + newline * 2 + body.rstrip("\n").replace("\n", newline) + text[
        place:
    ], True


def _last_end(node: Plain) -> int:
    """Return where the last thing written of a part ends, without comments behind it."""
    while isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _line_end(text: str, place: int) -> int:
    if place and text[place - 1] == "\n":
        place -= 1  # a block scalar ends behind its last line
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    return end - 1 if end and text[end - 1] == "\r" else end


def _swap(staged: Path, place: Path, before: Path) -> None:
    """Put the new in the place of the old; two renames, undone when the second fails."""
    if staged.is_file():
        staged.replace(place)
        return
    existed = place.exists()
    if existed:
        place.rename(before)
    try:
        staged.rename(place)
    except OSError:
        if existed:
            before.rename(place)
        raise
