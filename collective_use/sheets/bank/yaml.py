"""An instrument as a folder of YAML files, to edit by hand and keep under version control."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import yaml

from collective_use.accepted import Plain, PlainMapping
from collective_use.errors import InputError, OutputError
from collective_use.instrument.include import HEAD
from collective_use.instrument.load import load_file
from collective_use.instrument.model import Instrument
from collective_use.yaml_source.read import plain_scalar

FILES: dict[str, tuple[str, ...]] = {
    "scales.yaml": ("scales",),
    "constructs.yaml": ("constructs", "measures"),
    "items.yaml": ("items", "rosters"),
    "forms.yaml": ("forms",),
    "models.yaml": ("models",),
}
"""Which list goes into which file; everything else stands in the head file."""


class _Dumper(yaml.SafeDumper):
    """YAML as a person writes it: lists indented, several lines as a block."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, RUF100
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = None
    if "\n" in text and not any(line != line.rstrip() for line in text.split("\n")):
        style = "|"
    elif not isinstance(plain_scalar(text), str):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _short(dumper: yaml.SafeDumper, values: list[Plain]) -> yaml.Node:
    """Write a list of words in one line, a list of parts as a block."""
    words = all(isinstance(value, (str, int, float)) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=words)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _short)


def yaml_files(instrument: Instrument) -> dict[str, str]:
    """Return the text of each file of an instrument's folder.

    Examples
    --------
    >>> import collective_use as cu
    >>> list(yaml_files(cu.load_instrument("lq2002")))
    ['instrument.yaml', 'scales.yaml', 'constructs.yaml', 'items.yaml', 'forms.yaml']
    """
    plain = instrument.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    apart = {key for keys in FILES.values() for key in keys}
    head = {key: value for key, value in plain.items() if key not in apart}
    fragments = {
        name: {key: plain[key] for key in keys if plain.get(key)} for name, keys in FILES.items()
    }
    used = {name: part for name, part in fragments.items() if part}
    title = f"# {instrument.id} {instrument.version}: the head of the instrument.\n"
    texts = {HEAD: title + "\n" + _dump({**head, **({"include": list(used)} if used else {})})}
    for name, part in used.items():
        texts[name] = f"# {' and '.join(part).capitalize()} of {instrument.id}.\n\n" + _dump(part)
    return texts


def _dump(content: PlainMapping) -> str:
    text = ""
    several = False
    for key, value in content.items():
        chunk = yaml.dump(
            {key: value}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=96, indent=2
        )
        if isinstance(value, list):
            first, *rest = re.split(r"(?m)^(?=  - )", chunk)
            spread = (
                "\n".join(rest) if any("\n" in part.strip() for part in rest) else "".join(rest)
            )
            chunk = first + spread
        long = "\n" in chunk.strip()
        text += ("\n" if text and (long or several) else "") + chunk
        several = long
    return text


def write_instrument_folder(instrument: Instrument, folder: str | Path) -> Path:
    """Write an instrument as a new folder; whole or not at all.

    Parameters
    ----------
    instrument
        The item bank.
    folder
        A folder that does not exist yet, or is empty.

    Returns
    -------
    Path
        The folder; `load_instrument` gives back an equal instrument.

    Raises
    ------
    InputError
        When something is there already.
    OutputError
        When the folder cannot be written, or would not read back the same.

    Examples
    --------
    >>> import collective_use as cu, pathlib, tempfile
    >>> place = pathlib.Path(tempfile.mkdtemp()) / "copy"
    >>> bank = cu.load_instrument("starter")
    >>> cu.load_instrument(write_instrument_folder(bank, place)) == bank
    True
    """
    place = Path(folder)
    if place.is_file() or (place.is_dir() and any(place.iterdir())):
        raise InputError(f"folder must be new or empty, got {str(folder)!r}, which is not")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".new-") as beside:
            copy = Path(beside) / "instrument"
            copy.mkdir()
            for name, text in yaml_files(instrument).items():
                (copy / name).write_text(text, encoding="utf-8", newline="\n")
            if load_file(copy) != instrument:
                raise OutputError(
                    f"{place}: the instrument would not read back the same; nothing was written"
                )
            if place.is_dir():
                place.rmdir()
            shutil.move(copy, place)
    except OSError as problem:
        if isinstance(problem, OutputError):
            raise
        reason = problem.strerror or problem
        raise OutputError(f"{place}: the instrument cannot be written: {reason}") from problem
    return place
