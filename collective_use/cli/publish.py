"""`collective-use publish`: the instrument as an online form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collective_use.cli.console import say, show_next
from collective_use.questionnaire.online.targets import ALIASES, PLATFORMS, target

app = typer.Typer(rich_markup_mode=None)


@app.command()
def publish(
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    to: Annotated[str, typer.Option("--to", help=", ".join((*PLATFORMS, *ALIASES)))],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the files.")],
    form: Annotated[str | None, typer.Option(help="Which form of the instrument.")] = None,
    lang: Annotated[
        str | None,
        typer.Option(help="A language of the instrument, or several: de+en; all if not given."),
    ] = None,
    module: Annotated[
        list[str] | None, typer.Option(help="Switch an optional module on; repeat, or 'all'.")
    ] = None,
    members: Annotated[
        Path | None, typer.Option(help="CSV with group, member, name, partner, for rosters.")
    ] = None,
    respondent: Annotated[str, typer.Option(help="member or informant.")] = "member",
    seed: Annotated[int | None, typer.Option(help="Shuffle items within blocks.")] = None,
    fill: Annotated[
        list[str] | None, typer.Option(help='Fill a gap of the texts: "NAME OF STUDY=...".')
    ] = None,
    fill_from: Annotated[Path | None, typer.Option(help="YAML file that fills all gaps.")] = None,
    hand_in: Annotated[
        str, typer.Option(help="Web page: post finished answers to this address.")
    ] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Publish although gaps are left.")] = False,
) -> None:
    """Write the questionnaire for a survey platform.

    \b
    Examples:
      collective-use publish collective_data_use --to web --draft --out online
      collective-use publish my_instrument/ --to qualtrics --members members.csv --out online
    """
    target(to)
    from collective_use.instrument.library import load_instrument
    from collective_use.output import check_place, write_folder
    from collective_use.questionnaire.form.fill import parse_fills, read_fills
    from collective_use.questionnaire.form.members import measured_items, read_rosters
    from collective_use.questionnaire.online.publish import publish_form

    makes = f"a form for {to}"
    check_place(out, makes=makes)
    bank = load_instrument(instrument)
    values = {**(read_fills(fill_from) if fill_from else {}), **parse_fills(fill or [])}
    rosters = read_rosters(members, measured_items(bank)) if members else ()
    published = publish_form(
        bank,
        to,
        form=form,
        language=lang,
        modules=module or (),
        rosters=rosters,
        seed=seed,
        fill=values,
        draft=draft,
        respondent=respondent,
        hand_in=hand_in,
    )
    account = {"makes": makes, "command": "publish", "instrument": bank.id, "to": to}
    files = dict(published.files)
    write_folder(out, files.items(), account)
    say(
        f"Written to {out}: {', '.join(list(files)[:6])}"
        + (f" and {len(files) - 6} more" if len(files) > 6 else "")
    )
    for sentence in published.cannot:
        say(f"Not carried by {to}: {sentence}")
    if published.tested == "from documentation":
        say(
            "Written from the platform's documentation; it was never imported into a live server "
            "here. Try it with a test survey first."
        )
    for sentence in published.steps:
        say(f"Next: {sentence}")
    for statement in dict.fromkeys(entry.statement for entry in bank.status if not entry.piloted):
        say(f"Note: {statement}")
    show_next(
        "collective-use",
        "score",
        "EXPORT",
        "--instrument",
        instrument,
        *(("--form", form) if form else ()),
        *(("--members", str(members)) if members else ()),
        "--out",
        "results",
        why="When the answers are back:",
    )
