"""`collective-use letters`: what goes out with the questionnaire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collective_use.cli.console import say, show_next

app = typer.Typer(rich_markup_mode=None)


@app.command()
def letters(
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the files.")],
    lang: Annotated[
        str | None, typer.Option(help="One language of the instrument; its first if not given.")
    ] = None,
    form: Annotated[str | None, typer.Option(help="Whose minutes are told.")] = None,
    study: Annotated[
        Path | None, typer.Option(help="study.yaml: its letterhead and fill are used.")
    ] = None,
    fill: Annotated[
        list[str] | None, typer.Option(help='Fill a gap of the texts: "NAME OF UNIT=...".')
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Go on although gaps are left.")] = False,
    paper: Annotated[str, typer.Option(help="a4 or us-letter.")] = "a4",
) -> None:
    """Write a letter to the unit, an information sheet, and consents for abroad and others.

    \b
    Examples:
      collective-use letters collective_data_use --lang zh --draft --out letters
      collective-use letters my_instrument/ --study study.yaml --fill "DATE=..." --out letters
    """
    from collective_use.output import check_place
    from collective_use.questionnaire.form.fill import parse_fills
    from collective_use.questionnaire.form.letterhead import read_letterhead
    from collective_use.questionnaire.letters.letters import CONSENTS, LAW
    from collective_use.questionnaire.letters.letters import letters as write

    check_place(out, makes="letters")
    head, words = read_letterhead(study) if study else (None, {})
    values = {**words, **parse_fills(fill or [])}
    files = write(
        instrument,
        out,
        language=lang,
        form=form,
        fill=values,
        letterhead=head,
        draft=draft,
        paper=paper,
    )
    say(f"Written to {out}: {', '.join(files)}")
    say(f"Note: {LAW}")
    say(f"{CONSENTS} belongs into the instrument's folder, named under `include:`.")
    words_ = ("collective-use", "questionnaire", instrument, "--draft", "--out", "form.pdf")
    show_next(*words_, why="Print the questionnaire that goes with them:")
