"""One filled form, PDF or Word, as answers by column: its fields carry the columns' names."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from collective_use.accepted import PlainDict
from collective_use.door.child import Refusal, bounded
from collective_use.door.limits import check_archive
from collective_use.errors import ReadError
from collective_use.platforms.roster_codes import CODES, PARTNERS

FORMAT = "collective-use form"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_FACTS = "{urn:collective-use:form}form"
MOST_BYTES = 10_000_000
"""A form above this size is refused, or one with such a part: ours have less than two million."""


@dataclass(frozen=True, slots=True)
class Form:
    """A filled form.

    Attributes
    ----------
    file
        Its name.
    answers
        What its fields hold, by column; "" where nothing is filled in.
    instrument
        The id of the instrument that it was printed from; "" where it does not say.
    """

    file: str
    answers: dict[str, str]
    instrument: str = ""


def read_form(path: Path) -> Form:
    """Read a filled PDF or Word form.

    Raises
    ------
    ReadError
        When the file is missing, no such form, or has lost its fields.
    """
    if not path.is_file():
        raise ReadError(f"{path}: there is no such file")
    if path.stat().st_size > MOST_BYTES:
        raise ReadError(f"{path.name} has more than {MOST_BYTES:,} bytes: is it a filled form?")
    check_archive(path, "Word document")
    fields, facts = _pdf(path) if path.suffix.lower() == ".pdf" else _word(path)
    if not fields:
        raise ReadError(
            f"{path.name} holds no form fields: it was printed or scanned rather than saved. Ask "
            "for the saved file, or type the answers into an entry sheet (collective-use entry)"
        )
    said = _facts(facts)
    keys = said.get("keys")
    own = {str(k): str(v) for k, v in keys.items()} if isinstance(keys, dict) else {}
    # Who stood at which place when the form was made comes back with the answers.
    kept = ("language", CODES, PARTNERS)
    about = {name: str(said[name]) for name in kept if said.get(name)}
    filled = {name: value for name, value in fields.items() if value or name not in own}
    return Form(path.name, {**own, **about, **filled}, str(said.get("instrument", "")))


def _facts(text: str) -> PlainDict:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) and found.get("format") == FORMAT else {}


def _pdf(path: Path) -> tuple[dict[str, str], str]:
    """Return the fields of a PDF form by name, and what it says of itself."""
    try:
        fields, facts = bounded("pdf", path)
    except Refusal as refusal:
        raise ReadError(str(refusal)) from refusal
    return fields, facts


def _word(path: Path) -> tuple[dict[str, str], str]:
    """Return the content controls of a Word form by column, and what it says of itself."""
    try:
        with zipfile.ZipFile(path) as archive:
            document = _parsed(archive, "word/document.xml")
            said = _said(archive)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise ReadError(f"{path.name} cannot be read as a Word document: {error}") from error
    except Exception as error:
        raise ReadError(f"{path.name}: its text is damaged: {error}") from error
    controls = list(document.iter(f"{_W}sdt"))
    ticked: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    for control, name in zip(controls, _names(path, controls, said), strict=True):
        if not name:
            continue
        box = control.find(f"{_W}sdtPr/{_W14}checkbox")
        if box is None:
            found[name] = _typed(control)
            continue
        column, _, code = name.rpartition("=")
        state = box.find(f"{_W14}checked")
        on = state is not None and state.get(f"{_W14}val", "0") in ("1", "true", "on")
        ticked.setdefault(column, []).extend([code] if on else [])
    boxes = {column: ";".join(codes) for column, codes in ticked.items() if column}
    return {**found, **boxes}, said


def _said(archive: zipfile.ZipFile) -> str:
    """Return what a Word form says of itself; "" where a program left it out."""
    for name in archive.namelist():
        if name.startswith("customXml/item") and "Props" not in name:
            root = _parsed(archive, name)
            if root.tag == _FACTS:
                return root.text or ""
    return ""


def _names(path: Path, controls: list[Element], said: str) -> list[str]:
    """Return the names of controls: their own, or by their order where a program dropped them.

    Raises
    ------
    ReadError
        When names are gone and controls were added or taken away.
    """
    tags = [control.find(f"{_W}sdtPr/{_W}tag") for control in controls]
    names = [tag.get(f"{_W}val", "") if tag is not None else "" for tag in tags]
    listed = str(_facts(said).get("controls", "")).split()
    if any(names) or not listed:
        return names
    if len(listed) != len(names):
        raise ReadError(
            f"{path.name}: the program that saved it dropped the names of its fields, and it has "
            f"{len(names)} of {len(listed)} fields: nobody can tell which is which"
        )
    return listed


def _typed(control: Element) -> str:
    """Return what was typed into a control; its line of underscores is nothing."""
    content = control.find(f"{_W}sdtContent")
    text = (
        "".join(node.text or "" for node in content.iter(f"{_W}t")) if content is not None else ""
    )
    return " ".join(text.strip().strip("_").split())


def _parsed(archive: zipfile.ZipFile, name: str) -> Element:
    """Parse one part of a document; entities are refused, sizes are bounded."""
    from xml.etree.ElementTree import fromstring

    if archive.getinfo(name).file_size > MOST_BYTES:
        raise KeyError(f"{name} is too large")
    data = archive.read(name)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise KeyError(f"{name} declares entities")
    return fromstring(data)
