"""`collective-use questionnaire`: the instrument on paper, in Word or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collective_use.checks import one_of
from collective_use.cli.console import say, show_next
from collective_use.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collective_use.questionnaire.form.content import FormContent, Member

app = typer.Typer(rich_markup_mode=None)
FORMATS = (".pdf", ".docx", ".html")


@app.command()
def questionnaire(
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="FILE.pdf, .docx or .html; or folder/"),
    ],
    form: Annotated[str | None, typer.Option(help="Which form of the instrument.")] = None,
    lang: Annotated[
        str,
        typer.Option(
            help="A language of the instrument, or several: de+en; the first if not given."
        ),
    ] = "",
    module: Annotated[
        list[str] | None, typer.Option(help="Switch an optional module on; repeat, or 'all'.")
    ] = None,
    members: Annotated[
        Path | None, typer.Option(help="CSV with group, member, name, partner: fills the rosters.")
    ] = None,
    group: Annotated[str | None, typer.Option(help="Only this group of the members file.")] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="One copy for each member, with code and QR code.")
    ] = False,
    respondent: Annotated[str, typer.Option(help="member or informant.")] = "member",
    fillable: Annotated[bool, typer.Option("--fillable", help="Fill in on the screen.")] = False,
    seed: Annotated[
        int | None, typer.Option(help="Shuffle items within blocks; recorded on the form.")
    ] = None,
    fill: Annotated[
        list[str] | None, typer.Option(help='Fill a gap of the texts: "NAME OF STUDY=...".')
    ] = None,
    fill_from: Annotated[Path | None, typer.Option(help="YAML file that fills all gaps.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Print although gaps are left.")] = False,
    paper: Annotated[str, typer.Option(help="a4 or us-letter.")] = "a4",
) -> None:
    """Print the questionnaire of an instrument.

    \b
    Examples:
      collective-use questionnaire collective_data_use --lang en+zh --draft --out form.pdf
      collective-use questionnaire my_instrument/ --members members.csv --personal --out copies/
    """
    from functools import partial

    from collective_use.instrument.library import load_instrument
    from collective_use.questionnaire.form.layout import form_content

    bank = load_instrument(instrument)
    kind = out.suffix.lower() or ".pdf"
    one_of("the ending of --out", kind, FORMATS)
    if fillable and kind != ".pdf":
        raise InputError(f"--fillable must go with a .pdf file, got {out.name!r}")
    make = partial(
        form_content,
        bank,
        form=form,
        language=lang or bank.languages[0],
        modules=module or (),
        respondent=respondent,
        seed=seed,
    )
    copies = _copies(make, members, group, personal)
    copies = [_gaps_filled(copy, fill or [], fill_from, draft) for copy in copies]
    _write(copies, out, kind, fillable=fillable, paper=paper)
    if draft:
        say("This is a draft: gaps in the texts are left, and untested wording is marked on it.")
    for statement in dict.fromkeys(entry.statement for entry in bank.status if not entry.piloted):
        say(f"Note: {statement}")
    show_next(
        "collective-use",
        "score",
        "export.csv",
        "--instrument",
        instrument,
        *(("--form", form) if form else ()),
        *(("--members", str(members)) if members else ()),
        "--out",
        "results",
        why="When the answers are back:",
    )


def _copies(
    make: object, members: Path | None, group: str | None, personal: bool
) -> Sequence[FormContent]:
    from collective_use.questionnaire.form.members import read_rosters
    from collective_use.questionnaire.paper.batch import personal_copies

    def lay(roster: Sequence[Member], code: str, member: str) -> FormContent:
        return make(roster=roster, group=code, member=member)  # type: ignore[operator]

    if members is None:
        if personal or group:
            raise InputError("--personal and --group need a members file: --members members.csv")
        return [lay((), "", "")]
    rosters = read_rosters(members)
    if group is not None:
        one_of("--group", group, [roster.group for roster in rosters])
        rosters = tuple(roster for roster in rosters if roster.group == group)
    if personal:
        return list(personal_copies(rosters, lay))
    return [lay(roster.people, roster.group, "") for roster in rosters]


def _gaps_filled(
    content: FormContent, pairs: Sequence[str], source: Path | None, draft: bool
) -> FormContent:
    from collective_use.questionnaire.form.fill import (
        filled,
        parse_fills,
        read_fills,
        require_filled,
        unfilled,
    )

    values = {**(read_fills(source) if source else {}), **parse_fills(pairs)}
    marks = unfilled(content)
    content = filled(
        content, {name: text for name, text in values.items() if name in marks or not source}
    )
    if not draft:
        require_filled(content)
    return content


def _write(
    copies: Sequence[FormContent], out: Path, kind: str, *, fillable: bool, paper: str
) -> None:
    from collective_use.output import write_file
    from collective_use.questionnaire.paper.batch import COPIES, copy_names, copy_table, merged
    from collective_use.questionnaire.paper.fillable import fillable_pdf
    from collective_use.questionnaire.paper.page import questionnaire_html
    from collective_use.questionnaire.paper.pdf import questionnaire_pdf
    from collective_use.questionnaire.paper.word import questionnaire_docx

    one_of("--paper", paper, ("a4", "us-letter"))

    def render(content: FormContent) -> bytes:
        if kind == ".docx":
            return questionnaire_docx(content)
        if kind == ".html":
            return questionnaire_html(content).encode("utf-8")
        write = fillable_pdf if fillable else questionnaire_pdf
        return write(content, paper=paper)  # type: ignore[arg-type]

    if out.suffix:
        if len(copies) > 1 and kind != ".pdf":
            raise InputError(
                f"{len(copies)} copies go into a folder or one PDF, got --out {out}; give "
                f"--out {out.with_suffix('')}/"
            )
        documents = [render(copy) for copy in copies]
        single = documents[0] if len(documents) == 1 else merged(documents, copies[0].title[0])
        write_file(out, single)
        say(f"{len(copies)} {'copy' if len(copies) == 1 else 'copies'} in {out}")
        return
    out.mkdir(parents=True, exist_ok=True)
    files = copy_names([(copy.group, copy.member) for copy in copies])
    for copy in copies:
        write_file(out / files[copy.group, copy.member], render(copy))
    if len(copies) > 1:
        write_file(out / COPIES, copy_table(files))
        say(f"{COPIES} says which copy is whose.")
    say(f"{len(copies)} {'copy' if len(copies) == 1 else 'copies'} in {out}/")
