"""`collective-use questionnaire`: the instrument on paper, in Word or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collective_use.cli.console import say, show_next

if TYPE_CHECKING:
    from collective_use.questionnaire.form.letterhead import Letterhead

app = typer.Typer(rich_markup_mode=None)


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
    format: Annotated[
        str | None, typer.Option(help="pdf, docx or html, where --out is a folder.")
    ] = None,
    study: Annotated[
        Path | None, typer.Option(help="study.yaml: its letterhead and fill are used.")
    ] = None,
    logo: Annotated[Path | None, typer.Option(help="Letterhead: .svg, .png or .jpg.")] = None,
    institution: Annotated[str, typer.Option(help="Letterhead: who carries out the study.")] = "",
    investigator: Annotated[str, typer.Option(help="Letterhead: principal investigator.")] = "",
    ethics: Annotated[str, typer.Option(help="Letterhead: ethics body and number.")] = "",
    contact: Annotated[str, typer.Option(help="Letterhead: telephone or e-mail.")] = "",
    address: Annotated[str, typer.Option(help="Where filled-in forms go back to.")] = "",
    date: Annotated[str, typer.Option(help="Letterhead: the date.")] = "",
) -> None:
    """Print the questionnaire of an instrument.

    \b
    Examples:
      collective-use questionnaire collective_data_use --lang en+zh --draft --out form.pdf
      collective-use questionnaire my_instrument/ --members members.csv --personal --out copies/
      collective-use questionnaire my_instrument/ --study study.yaml --logo logo.png --out form.pdf
    """
    from collective_use.instrument.library import load_instrument
    from collective_use.questionnaire.form.fill import parse_fills, read_fills
    from collective_use.questionnaire.form.letterhead import read_letterhead
    from collective_use.questionnaire.paper.batch import COPIES
    from collective_use.questionnaire.print_form import print_copies

    bank = load_instrument(instrument)
    head, words = read_letterhead(study) if study else (None, {})
    flags: dict[str, object] = {
        "logo": logo,
        "institution": institution,
        "investigator": investigator,
        "ethics": ethics,
        "contact": contact,
        "address": address,
        "date": date,
    }
    printed = print_copies(
        bank,
        out,
        format=format,
        form=form,
        language=lang or None,
        modules=module or (),
        members=members,
        group=group,
        personal=personal,
        respondent=respondent,
        fillable=fillable,
        seed=seed,
        fill={**words, **(read_fills(fill_from) if fill_from else {}), **parse_fills(fill or [])},
        known_gaps=not (study or fill_from),
        draft=draft,
        paper=paper,
        letterhead=_letterhead(head, flags),
    )
    count = len(printed.copies)
    say(f"{count} {'copy' if count == 1 else 'copies'} in {printed.where}")
    if count > 1 and printed.where.endswith("/"):
        say(f"{COPIES} says which copy is whose.")
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


def _letterhead(given: Letterhead | None, flags: dict[str, object]) -> Letterhead:
    """Return the letterhead of the study file, flags before its lines."""
    from dataclasses import replace

    from collective_use.questionnaire.form.letterhead import Letterhead

    said = {name: value for name, value in flags.items() if value}
    return replace(given or Letterhead(), **said)  # type: ignore[arg-type]
