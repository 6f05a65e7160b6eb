"""Pages for groups: one small file each, written one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from collective_use.accepted import PlainMapping
from collective_use.errors import InputError
from collective_use.file_names import safe_names
from collective_use.output import write_folder
from collective_use.progress import step
from collective_use.questionnaire.form.letterhead import Letterhead, as_letterhead
from collective_use.report.group_pages.content import GroupPage, group_pages, topics
from collective_use.report.group_pages.write import Writer
from collective_use.report.material import Material
from collective_use.report.phrases import report_languages
from collective_use.study.report import material_of
from collective_use.study.run import StudyRun

TELL_EVERY = 200


def write_group_reports(
    results: StudyRun | str | Path,
    folder: str | Path,
    *,
    language: str = "en",
    measures: Sequence[str] = (),
    letterhead: Letterhead | PlainMapping | None = None,
    instrument: str | None = None,
) -> tuple[str, ...]:
    """Write a page for each group that may be shown: feedback to talk about.

    A page says each construct in plain words: the group's value, where all groups lie (in
    classes of five groups or more, the same on every page) and how far the members differ. It is
    made of the tables that others may see; groups under ``disclosure_size`` have no page, the ends
    of a scale are not told apart, spread is a class and no figure, and shown from twice the size
    on. Networks, single informants and measures about power or leading are left out.

    Parameters
    ----------
    results
        A study that was run (`run_study`, `run_demo`), or its folder of results.
    folder
        Receives a file a group.
    language
        ``en`` or ``zh``.
    measures
        Ids of the measures to show; without any, those that members share and that are not
        about power, leading or hostility.
    letterhead
        Who sends the pages; that of the study when None.
    instrument
        Name or path of the item bank, for a folder whose instrument is not a bundled one.

    Returns
    -------
    tuple of str
        The files written, in the order of the groups.

    Raises
    ------
    InputError
        When there are no results, no group or measure can be shown, or a measure is not known.
    OutputError
        When the folder cannot be written.

    References
    ----------
    Hundepool et al. (2012), Statistical disclosure control, sections 4.3 and 5.4.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> top = tempfile.mkdtemp()
    >>> run = cu.run_demo(top + "/demo", "lq2002")
    >>> len(cu.write_group_reports(run, top + "/pages", measures=["tsig"]))
    49
    """
    wanted = report_languages(language)[0]
    material, letter = _material(results, wanted, instrument, letterhead)
    shown = topics(material, measures)
    pages = list(group_pages(material, shown)) if shown else []
    if not pages:
        raise InputError(
            "no group can be shown a page: no measure that members share has a value that others "
            "may see"
        )
    names = safe_names([page.group for page in pages])
    files = tuple(f"{names[page.group]}.html" for page in pages)
    content = {"makes": "pages for groups", "measures": [topic.measure for topic in shown]}
    write_folder(folder, _written(pages, files, Writer(material, letter)), content)
    return files


def _material(
    results: StudyRun | str | Path, language: str, instrument: str | None,
    letterhead: Letterhead | PlainMapping | None,
) -> tuple[Material, Letterhead]:  # fmt: skip
    if isinstance(results, StudyRun):
        study = results.outcome.study
        bank = instrument or study.instrument
        given = study.letterhead if letterhead is None else letterhead
        return material_of(results.folder, language, bank), as_letterhead(given)
    return material_of(results, language, instrument), as_letterhead(letterhead)


def _written(
    pages: Sequence[GroupPage], files: Sequence[str], writer: Writer
) -> Iterator[tuple[str, bytes]]:
    for done, (page, file) in enumerate(zip(pages, files, strict=True)):
        if done % TELL_EVERY == 0:
            step("pages", done, len(pages))
        yield file, writer.page(page).encode("utf-8")
