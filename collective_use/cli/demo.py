"""`collective-use demo`: see a result before having data."""

from __future__ import annotations

from typing import Annotated

import typer

from collective_use.cli import options

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def demo(
    out: Annotated[str, typer.Option("--out", "-o", help="The folder of results.")] = "demo",
    sample: Annotated[str, typer.Option(help="clean, messy or lq2002.")] = "clean",
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Run everything this installation can do on a bundled sample.

    The samples clean and messy are made up, with known true values; lq2002 is real (2,042
    soldiers in 49 companies).

    \b
    Examples:
      collective-use demo --out demo
      collective-use demo --out demo --lang zh
    """
    from collective_use.cli.console import speak
    from collective_use.cli.done import show_done, waiting_for
    from collective_use.study.demo import demo_study
    from collective_use.study.run import run_study

    speak(lang)
    study = demo_study(sample, out, lang)
    with waiting_for(study):
        done = run_study(study, command="demo")
    show_done(done, as_json)
