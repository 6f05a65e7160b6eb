"""`collective-use questionnaire`: the instrument on paper, in Word or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collective_use.accepted import Option
from collective_use.cli.console import say
from collective_use.cli.form_options import FORM_OPTIONS, fills_of, form_settings, show_end
from collective_use.cli.options import Flags, takes

if TYPE_CHECKING:
    from collective_use.questionnaire.form.letterhead import Letterhead
    from collective_use.questionnaire.print_form import Printed

app = typer.Typer(rich_markup_mode=None)
_LETTERHEAD = (
    "logo", "institution", "investigator", "ethics", "contact", "address", "date",
    "table_number", "issued_by", "approval", "valid_until",
)  # fmt: skip
_OPTIONS: dict[str, Option] = {
    **FORM_OPTIONS,
    "logo": Annotated[Path | None, typer.Option(help="Letterhead: .svg, .png or .jpg.")],
    "institution": Annotated[
        str | None, typer.Option(help="Letterhead: who carries out the study.")
    ],
    "investigator": Annotated[str | None, typer.Option(help="Letterhead: principal investigator.")],
    "ethics": Annotated[str | None, typer.Option(help="Letterhead: ethics body and number.")],
    "contact": Annotated[str | None, typer.Option(help="Letterhead: telephone or e-mail.")],
    "address": Annotated[str | None, typer.Option(help="Where filled-in forms go back to.")],
    "date": Annotated[str | None, typer.Option(help="Letterhead: the date.")],
    "table_number": Annotated[
        str | None, typer.Option(help="Statistical survey: number of the form.")
    ],
    "issued_by": Annotated[str | None, typer.Option(help="Statistical survey: who issued it.")],
    "approval": Annotated[str | None, typer.Option(help="Statistical survey: approval number.")],
    "valid_until": Annotated[str | None, typer.Option(help="Statistical survey: valid until.")],
}


@app.command()
@takes(
    "instrument", "out", "form", "lang", "module", "members", "group", "personal", "respondent",
    "fillable", "seed", "fill", "fill_from", "phrases", "draft", "paper", "format", "font", "study",
    *_LETTERHEAD, options=_OPTIONS,
)  # fmt: skip
def questionnaire(
    flags: Flags,
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="FILE.pdf, .docx or .html; or folder/"),
    ],
    lang: Annotated[
        str | None,
        typer.Option(
            help="A language of the instrument, or several: de+en; the first if not given."
        ),
    ] = None,
    group: Annotated[str | None, typer.Option(help="Only this group of the members file.")] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="One copy for each member, with code and QR code.")
    ] = False,
    fillable: Annotated[bool, typer.Option("--fillable", help="Fill in on the screen.")] = False,
    paper: Annotated[str, typer.Option(help="a4 or us-letter.")] = "a4",
    format: Annotated[
        str | None, typer.Option(help="pdf, docx or html, where --out is a folder.")
    ] = None,
    font: Annotated[
        list[str] | None,
        typer.Option(help="PDF: a font for letters that the bundled ones lack; file or name."),
    ] = None,
    study: Annotated[
        Path | None, typer.Option(help="study.yaml: its letterhead and fill are used.")
    ] = None,
) -> None:
    """Print the questionnaire of an instrument.

    \b
    Examples:
      collective-use questionnaire collective_data_use --lang en+zh --draft --out form.pdf
      collective-use questionnaire my_instrument/ --members members.csv --personal --out copies/
      collective-use questionnaire my_instrument/ --study study.yaml --logo logo.png --out form.pdf
    """
    from collective_use.instrument.library import load_instrument
    from collective_use.questionnaire.form.letterhead import read_letterhead
    from collective_use.questionnaire.form.phrases import phrases_from
    from collective_use.questionnaire.print_form import print_copies

    bank = load_instrument(instrument)
    head, words = read_letterhead(study) if study else (None, {})
    with phrases_from(flags["phrases"]):
        printed = print_copies(
            bank,
            out,
            fill={**words, **fills_of(flags)},
            known_gaps=not (study or flags["fill_from"]),
            bound=False,
            letterhead=_letterhead(head, flags),
            members=flags["members"],
            group=group,
            personal=personal,
            format=format,
            fillable=fillable,
            paper=paper,
            fonts=font or (),
            **form_settings(flags),
        )
    _show(printed, flags["draft"])
    show_end(bank, flags, "export.csv", printed.copies[0].languages)


def _letterhead(given: Letterhead | None, flags: Flags) -> Letterhead:
    """Return the letterhead of the study file, flags before its lines."""
    from dataclasses import replace

    from collective_use.questionnaire.form.letterhead import Letterhead

    return replace(
        given or Letterhead(), **{name: flags[name] for name in _LETTERHEAD if flags[name]}
    )


def _show(printed: Printed, draft: bool) -> None:
    """Say how many copies stand where."""
    from collective_use.questionnaire.form.words import PRINT, fallback_notes
    from collective_use.questionnaire.paper.batch import COPIES

    count = len(printed.copies)
    say(f"{count} {'copy' if count == 1 else 'copies'} in {printed.where}")
    if count > 1 and printed.where.endswith("/"):
        say(f"{COPIES} says which copy is whose.")
    for note in fallback_notes(printed.copies[0].languages, PRINT):
        say(f"Note: {note}")
    if draft:
        say("This is a draft: gaps in the texts are left, and untested wording is marked on it.")
