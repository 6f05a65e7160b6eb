"""`collective-use publish`: the instrument as an online form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collective_use.cli.console import say
from collective_use.cli.form_options import FORM_OPTIONS, fills_of, form_settings, show_end
from collective_use.cli.options import Flags, takes
from collective_use.questionnaire.online.targets import ALIASES, PLATFORMS, target

if TYPE_CHECKING:
    from collective_use.questionnaire.online.published import Published

app = typer.Typer(rich_markup_mode=None)
_SHOWN = 6
"""Names of files that are printed."""


@app.command()
@takes(
    "instrument", "to", "out", "form", "lang", "module", "members", "respondent", "seed", "fill",
    "fill_from", "phrases", "hand_in", "draft", options=FORM_OPTIONS,
)  # fmt: skip
def publish(
    flags: Flags,
    instrument: Annotated[str, typer.Argument(help="A bundled name or the path of your own.")],
    to: Annotated[str, typer.Option("--to", help=", ".join((*PLATFORMS, *ALIASES)))],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the files.")],
    lang: Annotated[
        str | None,
        typer.Option(help="A language of the instrument, or several: de+en; all if not given."),
    ] = None,
    hand_in: Annotated[
        str, typer.Option(help="Web page: post finished answers to this address.")
    ] = "",
) -> None:
    """Write the questionnaire for a survey platform.

    \b
    Examples:
      collective-use publish collective_data_use --to web --draft --out online
      collective-use publish my_instrument/ --to qualtrics --members members.csv --out online
    """
    target(to)
    from collective_use.instrument.library import load_instrument
    from collective_use.output import check_place
    from collective_use.questionnaire.form.members import measured_items, read_rosters
    from collective_use.questionnaire.form.phrases import phrases_from
    from collective_use.questionnaire.online.publish import publish_form
    from collective_use.questionnaire.publication import MAKES, write_published

    check_place(out, makes=MAKES.format(to=to))
    bank = load_instrument(instrument)
    with phrases_from(flags["phrases"]):
        published = publish_form(
            bank,
            to,
            rosters=read_rosters(flags["members"], measured_items(bank))
            if flags["members"]
            else (),
            fill=fills_of(flags),
            known_gaps=not flags["fill_from"],
            hand_in=hand_in,
            **form_settings(flags),
        )
    write_published(published, out, bank, to)
    _show(published, out, to)
    show_end(bank, flags, "EXPORT", published.languages)


def _show(published: Published, out: Path, to: str) -> None:
    """Say what was written, what is not carried, and what to do on the platform."""
    files = list(published.files)
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    say(f"Written to {out}: {', '.join(files[:_SHOWN])}{more}")
    for sentence in published.cannot:
        say(f"Not carried by {to}: {sentence}")
    if published.tested == "from documentation":
        say(
            "Written from the platform's documentation; it was never imported into a live server "
            "here. Try it with a test survey first."
        )
    for sentence in published.steps:
        say(f"Next: {sentence}")
