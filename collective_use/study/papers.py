"""Results as Word, LaTeX and a workbook: whole papers, or the tables of one result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.instrument.library import load_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import write_folder, written
from collective_use.report.compose import compose
from collective_use.report.material import Material
from collective_use.report.paper.latex import latex_paper
from collective_use.report.paper.references import STYLES
from collective_use.report.paper.sections import Paper, paper
from collective_use.report.paper.single import single
from collective_use.report.paper.word import word_paper
from collective_use.report.paper.workbook import workbook
from collective_use.report.phrases import phrases_in, report_languages
from collective_use.results import Result
from collective_use.study.plots import bank_names
from collective_use.study.report import material_of
from collective_use.study.run import StudyRun

Reportable = Result | str | Path
"""A study that was run, its folder of results, or any single result."""


def to_word(
    result: Reportable,
    path: str | Path | None = None,
    *,
    language: str = "en",
    instrument: str | None = None,
    references: str = "numbered",
) -> bytes:
    """Write results as a Word document with real styles and editable APA tables.

    A study becomes the methods and results sections of a paper, figures in place; any other
    result its tables. The tables have three rules, as APA 7 and Chinese journals ask.

    Parameters
    ----------
    result
        A study that was run, its folder, or any result.
    path
        Where the .docx file goes; None returns it only.
    language
        ``en`` or ``zh``.
    instrument
        Name or path of the item bank: for a folder whose instrument is not a bundled one, and for
        the names of measures in the tables of one result.
    references
        Of a Chinese paper, by GB/T 7714: ``numbered``, or ``author-year``.

    Returns
    -------
    bytes
        The .docx file; the same result gives the same bytes.

    Raises
    ------
    InputError
        When there are no results, no phrase file speaks the language, or references are listed
        otherwise.
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> import collective_use as cu
    >>> agreement = cu.rwg([4, 4, 5, 1, 5, 3], list("aaabbb"))
    >>> cu.to_word(agreement)[:2]
    b'PK'
    """
    return written(word_paper(_paper(result, language, instrument, references)), path)


def to_latex(
    result: Reportable,
    folder: str | Path | None = None,
    *,
    language: str = "en",
    instrument: str | None = None,
    references: str = "numbered",
) -> dict[str, bytes]:
    r"""Write results as LaTeX: ``paper.tex`` with booktabs tables, and its figures as PDF.

    Parameters
    ----------
    result
        A study that was run, its folder, or any result.
    folder
        Where the files go; None returns them only.
    language
        ``en``, or ``zh`` (for ctexart and XeLaTeX).
    instrument
        Name or path of the item bank: for a folder whose instrument is not a bundled one, and for
        the names of measures in the tables of one result.
    references
        Of a Chinese paper, by GB/T 7714: ``numbered``, or ``author-year``.

    Returns
    -------
    dict
        File name to content.

    Raises
    ------
    InputError
        When there are no results, or no phrase file speaks the language.
    OutputError
        When the folder cannot be written.

    Examples
    --------
    >>> import collective_use as cu
    >>> files = cu.to_latex(cu.rwg([4, 4, 5, 1, 5, 3], list("aaabbb")))
    >>> b"\\toprule" in files["paper.tex"]
    True
    """
    files = latex_paper(_paper(result, language, instrument, references))
    if folder is not None:
        write_folder(folder, files.items(), {"makes": "methods and results in LaTeX"})
    return files


def to_xlsx(
    results: StudyRun | str | Path,
    path: str | Path | None = None,
    *,
    language: str = "en",
    instrument: str | None = None,
) -> bytes:
    """Write a study's report as a workbook that a person can read: few sheets, sane digits.

    Parameters
    ----------
    results
        A study that was run, or its folder.
    path
        Where the .xlsx file goes; None returns it only.
    language
        ``en`` or ``zh``.
    instrument
        Name or path of the item bank, for a folder whose instrument is not a bundled one.

    Returns
    -------
    bytes
        The .xlsx file.

    Raises
    ------
    InputError
        When there are no results, or no phrase file speaks the language.
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> run = cu.run_demo(tempfile.mkdtemp() + "/demo", "lq2002")
    >>> cu.to_xlsx(run)[:2]
    b'PK'
    """
    found = _material(results, language, instrument)
    return written(workbook(compose(found, _title(found))), path)


def _title(material: Material) -> str:
    return material.text(material.instrument.title, material.instrument.id)


def _material(results: Reportable, language: str, instrument: str | None) -> Material:
    (one,) = report_languages(language)[:1]
    if isinstance(results, StudyRun):
        bank = instrument or results.outcome.study.instrument
        return material_of(results.folder, one, bank)
    if isinstance(results, (str, Path)):
        return material_of(results, one, instrument)
    raise InputError(
        f"a study that was run or its folder of results is needed, got {type(results).__name__}"
    )


def _paper(result: Reportable, language: str, instrument: str | None, references: str) -> Paper:
    one_of("references", references, STYLES)
    if isinstance(result, Result) and not isinstance(result, StudyRun):
        wanted = report_languages(language)[0]
        return single(result, phrases_in(wanted), _names(result, instrument, wanted))
    found = _material(result, language, instrument)
    return paper(found, _title(found), references)


def _names(result: Result, instrument: str | None, language: str) -> Mapping[str, str]:
    """Return what measures are called: by the instrument given, or the one the result knows."""
    bank = load_instrument(instrument) if instrument else getattr(result, "instrument", None)
    if not isinstance(bank, Instrument):
        known = getattr(result, "names", {})
        return known if isinstance(known, Mapping) else {}
    return bank_names(bank, language)
