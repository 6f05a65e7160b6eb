"""The page of a study: from its tables as others see them, in a run or from its folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd

from collective_use.accepted import PlainMapping
from collective_use.door.json import json_content
from collective_use.errors import InputError, ReadError
from collective_use.instrument.library import instrument_names, load_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import RUN_FILE, written
from collective_use.phrases import told
from collective_use.progress import step
from collective_use.report.compose import compose
from collective_use.report.material import Material
from collective_use.report.page.write import page
from collective_use.report.phrases import phrases_in, report_languages
from collective_use.report.thresholds import thresholds
from collective_use.study.answers import (
    FILES,
    answers_frame,
    characteristics_frame,
    sizes_frame,
)
from collective_use.study.folder_tables import DICTIONARY, check_account, folder_tables
from collective_use.study.methods import ENGLISH, METHODS, methods_file
from collective_use.study.telling import is_told, spoken, without_told
from collective_use.study.walk import Outcome

REPORT_FILE = "report.html"
HOLDS = "the report: answers in words, pictures, every table; opens in a browser, fit for showing"
PRIVATE = ("persons.csv", "screening.csv")
"""Tables that no report reads: they hold a row a person."""


class Finished(Protocol):
    """A study that was run: what came out, and the folder it was written into."""

    @property
    def outcome(self) -> Outcome:
        """Everything that was computed."""

    @property
    def folder(self) -> Path:
        """The folder of results."""


def report_tables(outcome: Outcome, folder: Path) -> Outcome:
    """Add the tables that the pictures are drawn from; the step of `run` for ``report``.

    Parameters
    ----------
    outcome
        What the study came to so far.
    folder
        The folder under construction; the page is written into it when all tables are there.
    """
    tables = {
        "answers.csv": answers_frame(outcome),
        "characteristics.csv": characteristics_frame(outcome),
        "agreement_sizes.csv": sizes_frame(outcome),
    }
    held = {name: frame for name, frame in tables.items() if len(frame)}
    files = {name: FILES[name] for name in held}
    return outcome.adding(tables=held, files={REPORT_FILE: HOLDS, **files})


def study_page(
    tables: Mapping[str, pd.DataFrame],
    run: PlainMapping,
    instrument: Instrument,
    methods: Mapping[str, str],
    wanted: Sequence[str],
) -> str:
    """Return the page of a study.

    Parameters
    ----------
    tables
        File name to table, as others may see it; ``dictionary.csv`` among them.
    run
        The content of run.json.
    instrument
        The item bank.
    methods
        The methods text by language; English is told where the report's is not there.
    wanted
        Languages; the first is shown first.
    """
    return _page([_material(tables, run, instrument, methods, name) for name in wanted])


def _page(materials: Sequence[Material]) -> str:
    documents = []
    for done, material in enumerate(materials):
        step("report", done, len(materials))
        title = material.text(material.instrument.title, material.instrument.id)
        documents.append(compose(material, title))
    return page(documents, thresholds=thresholds(materials))


def _material(
    tables: Mapping[str, pd.DataFrame],
    run: PlainMapping,
    instrument: Instrument,
    methods: Mapping[str, str],
    language: str,
) -> Material:
    seen = {
        name: without_told(frame)
        for name, frame in sorted(tables.items())
        if name not in PRIVATE and name != DICTIONARY and "/" not in name
    }
    meanings = _meanings(tables.get(DICTIONARY, pd.DataFrame()), language)
    draft = methods.get(language) or _told_draft(methods.get(ENGLISH, ""), language, instrument)
    return Material(instrument, phrases_in(language), seen, run, draft, meanings)


_NAMED = re.compile(r"- \*\*(.+?)\*\* \((\w+),")
"""A measure in the draft: its name, and the id that tells its name in other languages."""


def _told_draft(draft: str, language: str, instrument: Instrument) -> str:
    """Return an English draft in another language, measures by their names in it."""
    names = {part.id: part.name.get(language, "") for part in instrument.measures}

    def renamed(found: re.Match[str]) -> str:
        return f"- **{names.get(found[2]) or found[1]}** ({found[2]},"

    return told(language, _NAMED.sub(renamed, draft))


def page_of_folder(folder: str | Path, wanted: Sequence[str], instrument: str | None = None) -> str:
    """Return the page of a folder of results.

    Parameters
    ----------
    folder
        As `run`, `score` or `fit` wrote it.
    wanted
        Languages.
    instrument
        Name or path of the item bank, where it is not a bundled one.

    Raises
    ------
    InputError
        When the folder holds no results, or its instrument cannot be found or has changed.
    """
    return _page([material_of(folder, name, instrument) for name in wanted])


def material_of(folder: str | Path, language: str, instrument: str | None = None) -> Material:
    """Return what a report is made of from a folder of results.

    Raises
    ------
    InputError
        When the folder holds no results, or its instrument cannot be found or has changed.
    """
    place = Path(folder)
    if not (place / RUN_FILE).is_file():
        raise InputError(f"{str(place)!r} is no folder of results: it has no {RUN_FILE}")
    run = _run_of(place / RUN_FILE)
    bank = load_instrument(instrument or _bundled(run))
    if bank.version != run["instrument"]["version"] or bank.id != run["instrument"]["id"]:
        raise InputError(
            f"the results are of {run['instrument']['id']} {run['instrument']['version']}, the "
            f"instrument given is {bank.id} {bank.version}"
        )
    tables = folder_tables(place, run, PRIVATE)
    of_study = spoken((run.get("settings") or {}).get("lang")) or ENGLISH
    drafts = {ENGLISH: place / methods_file(ENGLISH), of_study: place / METHODS}
    methods = {code: _text_of(path) for code, path in drafts.items() if path.is_file()}
    return _material(tables, run, bank, methods, language)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(f"{path} is no UTF-8 text: run the study again") from error


def _run_of(path: Path) -> PlainMapping:
    """Return what a run says of itself; a file that is none, or damaged, is refused."""
    run = json_content(path.read_text(encoding="utf-8", errors="replace"), str(path))
    about = run.get("instrument") if isinstance(run, Mapping) else None
    known = isinstance(about, Mapping) and {"id", "version"} <= set(about)
    if not (known and isinstance(run.get("settings") or {}, Mapping)):
        raise InputError(
            f"{path} does not say which instrument the results are of: it is of no run, or damaged"
        )
    check_account(path, run)
    return run


def _bundled(run: PlainMapping) -> str:
    name = str(run["instrument"]["id"])
    if name not in instrument_names():
        raise InputError(
            f"the results are of the instrument {name!r}, which is not a bundled one: name its "
            "file (--instrument)"
        )
    return name


def _meanings(dictionary: pd.DataFrame, language: str) -> dict[str, str]:
    if dictionary.empty:
        return {}
    spoken = f"meaning_{language}"
    kept = spoken if spoken in dictionary else "meaning"
    named = dictionary[dictionary[kept].fillna("").ne("")]
    return {
        f"{file}|{column}": str(text)
        for file, column, text in zip(named["file"], named["column"], named[kept], strict=True)
        if file not in PRIVATE and not is_told(str(column))
    }


def write_report(
    results: Finished | str | Path,
    path: str | Path | None = None,
    *,
    languages: str = "en",
    instrument: str | None = None,
) -> bytes:
    """Write the report of a study: one page that opens from disk and reaches nothing.

    Its numbers are those of the tables that others may see: rounded, small groups withheld.
    Every number can be clicked and says which file, row and column it comes from.

    Parameters
    ----------
    results
        A study that was run (`run_study`, `run_demo`), or its folder of results.
    path
        Where the page goes; None returns it only.
    languages
        ``en``, ``zh`` or both on one page (``en+zh``); the first is shown first.
    instrument
        Name or path of the item bank, for a folder whose instrument is not a bundled one.

    Returns
    -------
    bytes
        The page.

    Raises
    ------
    InputError
        When there are no results, the instrument is not the one of the results, or no phrase
        file speaks the language.
    OutputError
        When the page cannot be written.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> run = cu.run_demo(tempfile.mkdtemp() + "/demo", "lq2002")
    >>> b'lang="zh"' in cu.write_report(run, languages="zh")
    True
    """
    wanted = report_languages(languages)
    if isinstance(results, (str, Path)):
        text = page_of_folder(results, wanted, instrument)
    else:
        bank = results.outcome.study.instrument if instrument is None else instrument
        text = page_of_folder(results.folder, wanted, bank)
    return written(text.encode("utf-8"), path)
