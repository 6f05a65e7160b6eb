"""The printed questionnaire in one call: PDF, Word or page, blank or one copy a member."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from collective_use.accepted import Arguments, PlainDict, PlainMapping
from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import write_file, write_folder
from collective_use.questionnaire.form.content import FormContent, Member
from collective_use.questionnaire.form.fill import (
    Fills,
    check_marks,
    filled,
    require_filled,
    unfilled,
)
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.letterhead import Letterhead, as_letterhead, filled_from
from collective_use.questionnaire.form.limits import check_copies
from collective_use.questionnaire.form.members import Roster, measured_items, read_rosters
from collective_use.questionnaire.form.phrases import phrases_from
from collective_use.questionnaire.paper.batch import (
    COPIES,
    copy_names,
    copy_table,
    merged,
    personal_copies,
)
from collective_use.questionnaire.paper.letters import Fonts, find_fonts

Format = Literal["pdf", "docx", "html"]
FORMATS: tuple[str, ...] = ("pdf", "docx", "html")
Lay = Callable[[Sequence[Member], str, str], FormContent]


@dataclass(frozen=True, slots=True)
class Rendering:
    """How copies become files."""

    format: str
    fillable: bool
    paper: str
    letterhead: Letterhead
    fonts: Fonts = field(default_factory=Fonts)

    def __call__(self, content: FormContent) -> bytes:
        """Return one copy as a file."""
        if self.format == "docx":
            from collective_use.questionnaire.paper.word.document import questionnaire_docx

            return questionnaire_docx(content, paper=self.paper, letterhead=self.letterhead)
        if self.format == "html":
            from collective_use.questionnaire.paper.page import questionnaire_html

            return questionnaire_html(content, letterhead=self.letterhead).encode("utf-8")
        if self.fillable:
            from collective_use.questionnaire.paper.fillable import fillable_pdf

            return fillable_pdf(content, **self._pdf)
        from collective_use.questionnaire.paper.pdf import questionnaire_pdf

        return questionnaire_pdf(content, **self._pdf)

    @property
    def _pdf(self) -> PlainDict:
        return {"paper": self.paper, "letterhead": self.letterhead, "fonts": self.fonts}


def questionnaire(
    instrument: Instrument | str | Path,
    path: str | Path | None = None,
    *,
    format: Format | None = None,
    form: str | None = None,
    language: str | None = None,
    modules: Iterable[str] = (),
    members: str | Path | None = None,
    group: str | None = None,
    personal: bool = False,
    respondent: str = "member",
    fillable: bool = False,
    seed: int | None = None,
    fill: Fills | None = None,
    draft: bool = False,
    paper: Literal["a4", "us-letter"] = "a4",
    letterhead: Letterhead | PlainMapping | None = None,
    fonts: Iterable[str | Path] = (),
    phrases: str | Path | None = None,
) -> bytes:
    """Print the questionnaire of an instrument.

    Parameters
    ----------
    instrument
        The item bank, its bundled name or its path.
    path
        Where to write it: a file (.pdf, .docx, .html), or a folder for one file a copy. Nothing
        is written when None.
    format
        ``pdf``, ``docx`` or ``html``; by default what the path ends in, otherwise ``pdf``.
    form, language, modules, seed, respondent
        As in `form_content`; the instrument's first language if none is given.
    members
        A members file: it fills the rosters, one form a group.
    group
        Only this group of the members file.
    personal
        One copy for each member, with code and QR code.
    fillable
        A PDF to fill in on the screen.
    fill
        Text for the gaps (``[NAME OF STUDY]``) by mark, or by mark and language.
    draft
        Print although gaps are left.
    paper
        ``a4`` or ``us-letter``.
    letterhead
        Who sends the form; it also fills the gaps for institution, ethics number and contact.
    fonts
        For a PDF: fonts (files, or names of installed ones) for letters that the bundled ones
        lack; those have Latin, Greek and Cyrillic letters and Chinese by GB 2312.
    phrases
        A file with the words of forms in a language (`phrase_template`), or a folder of them.

    Returns
    -------
    bytes
        The file. Of several copies: one bound PDF, or a zip archive of the other formats and of
        fillable copies.

    Raises
    ------
    InputError
        When a name is unknown, a gap of the texts is left, settings do not fit together, or no
        font has a letter of the form.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.questionnaire("lq2002")[:5]
    b'%PDF-'
    >>> cu.questionnaire("starter", format="docx", draft=True)[:2]
    b'PK'
    """
    with phrases_from(phrases):
        return print_copies(
            instrument,
            path,
            format=format,
            form=form,
            language=language,
            modules=modules,
            members=members,
            group=group,
            personal=personal,
            respondent=respondent,
            fillable=fillable,
            seed=seed,
            fill=fill,
            draft=draft,
            paper=paper,
            letterhead=letterhead,
            fonts=fonts,
        ).content


@dataclass(frozen=True, slots=True)
class Printed:
    """The copies that were laid out, where they were written, and their bytes if asked for."""

    copies: tuple[FormContent, ...]
    where: str
    content: bytes


def print_copies(
    instrument: Instrument | str | Path,
    path: str | Path | None,
    *,
    format: str | None = None,
    members: str | Path | None = None,
    group: str | None = None,
    personal: bool = False,
    fillable: bool = False,
    paper: str = "a4",
    letterhead: Letterhead | PlainMapping | None = None,
    fonts: Iterable[str | Path] = (),
    fill: Fills | None = None,
    known_gaps: bool = True,
    draft: bool = False,
    bound: bool = True,
    **form: Arguments,
) -> Printed:
    """Print as `questionnaire` does, and say what was printed.

    Parameters
    ----------
    instrument, path, format, members, group, personal, fillable, paper, letterhead, fonts, fill
        As in `questionnaire`.
    draft
        As in `questionnaire`.
    known_gaps
        Whether everything in `fill` must be a gap of this form; a file of a study may fill more,
        but nothing that no form and no letter has.
    bound
        Whether the bytes are asked for where copies go into a folder; without them, its files are
        all that is made.
    form
        ``form``, ``language``, ``modules``, ``respondent`` and ``seed``, as in `questionnaire`.
    """
    kind = _format(path, format)
    one_of("paper", paper, ("a4", "us-letter"))
    if fillable and kind != "pdf":
        raise InputError(f"fillable must go with a PDF, got {kind}")
    bank = as_instrument(instrument)
    head = as_letterhead(letterhead)
    if not known_gaps:
        check_marks(fill or {}, bank)
    settings = {**form, "language": form.get("language") or bank.languages[0]}
    settings["modules"] = tuple(form.get("modules") or ())

    def lay(roster: Sequence[Member], code: str, member: str) -> FormContent:
        content = form_content(bank, roster=roster, group=code, member=member, **settings)
        gaps = unfilled(content)
        values = {mark: text for mark, text in (fill or {}).items() if known_gaps or mark in gaps}
        content = filled_from(filled(content, values), head)
        if not draft:
            require_filled(content)
        return content

    rosters = _rosters(bank, members, group, personal)
    if rosters:
        check_copies(rosters, personal=personal, lists=lay((), "", "").lists)
    copies = form_copies(lay, rosters, personal)
    rendering = Rendering(kind, fillable, paper, head, find_fonts(fonts))
    content = _written(copies, rendering, path, bound)
    folder = _is_folder(path)
    return Printed(tuple(copies), f"{path}/" if folder else str(path or ""), content)


def _format(path: str | Path | None, format: str | None) -> str:
    ending = Path(path).suffix.lower().lstrip(".") if path is not None else ""
    if ending and not _is_folder(path):
        one_of("the ending of path", ending, FORMATS)
        if format is not None and format != ending:
            raise InputError(f"format must fit the path {Path(str(path)).name}, got {format!r}")
        return ending
    one_of("format", format or "pdf", FORMATS)
    return format or "pdf"


def _is_folder(path: str | Path | None) -> bool:
    return path is not None and (Path(path).is_dir() or not Path(path).suffix)


def _rosters(
    bank: Instrument, members: str | Path | None, group: str | None, personal: bool
) -> tuple[Roster, ...]:
    if members is None:
        if personal or group is not None:
            raise InputError("personal copies and a group need a members file: members.csv")
        return ()
    rosters = read_rosters(members, measured_items(bank))
    if group is not None:
        one_of("group", group, [roster.group for roster in rosters])
        return tuple(roster for roster in rosters if roster.group == group)
    return rosters


def form_copies(lay: Lay, rosters: Sequence[Roster], personal: bool) -> list[FormContent]:
    """Lay out the copies: one blank form, one a group, or one a member."""
    if not rosters:
        return [lay((), "", "")]
    if personal:
        return list(personal_copies(rosters, lay))
    return [lay(roster.people, roster.group, "") for roster in rosters]


def _names(copies: Sequence[FormContent], render: Rendering) -> dict[tuple[str, str], str]:
    return copy_names([(copy.group, copy.member) for copy in copies], f".{render.format}")


def _written(
    copies: Sequence[FormContent], render: Rendering, path: str | Path | None, bound: bool
) -> bytes:
    if _is_folder(path) and path is not None:
        documents = _into_folder(copies, render, Path(path))
        return _one_file(copies, documents, render) if bound else b""
    documents = [render(copy) for copy in copies]
    content = _one_file(copies, documents, render)
    if path is not None:
        if len(copies) > 1 and (render.format != "pdf" or render.fillable):
            what = "fillable copies" if render.fillable else f"{render.format} copies"
            raise InputError(f"{len(copies)} {what} go into a folder, got the file {path}")
        write_file(path, content)
    return content


def _one_file(
    copies: Sequence[FormContent], documents: Sequence[bytes], render: Rendering
) -> bytes:
    if len(documents) == 1:
        return documents[0]
    if render.format == "pdf" and not render.fillable:
        return merged(documents, copies[0].title[0])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in zip(_names(copies, render).values(), documents, strict=True):
            archive.writestr(zipfile.ZipInfo(name), document)
    return buffer.getvalue()


def _into_folder(copies: Sequence[FormContent], render: Rendering, folder: Path) -> list[bytes]:
    """Write every copy and the table of who gets which file; all of them, or nothing."""
    documents = [render(copy) for copy in copies]
    names = _names(copies, render)
    files = list(zip(names.values(), documents, strict=True))
    if len(copies) > 1:
        files.append((COPIES, copy_table(names)))
    write_folder(folder, files, {"makes": "printed questionnaires", "command": "questionnaire"})
    return documents
