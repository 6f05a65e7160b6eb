"""The demonstration: all that this installation can do, on a sample that came with it."""

from __future__ import annotations

from pathlib import Path

from collective_use.errors import InputError
from collective_use.instrument.library import sample_path
from collective_use.study.run import StudyRun, run_study
from collective_use.study.settings import Study, study_from

DEMOS = {
    "clean": "collective_data_use",
    "messy": "collective_data_use",
    "lq2002": "lq2002",
}
"""The samples and the instruments that read them."""


def demo_study(sample: str, out: str | Path, lang: str | None = None) -> Study:
    """Return a study of a bundled sample.

    Parameters
    ----------
    sample
        ``clean``, ``messy`` or ``lq2002``.
    out
        Where results go.
    lang
        Language of what is printed, and of the report.

    Raises
    ------
    InputError
        When there is no such sample.

    Examples
    --------
    >>> demo_study("lq2002", "demo").instrument
    'lq2002'
    """
    if sample not in DEMOS:
        raise InputError(f"sample must be one of {', '.join(DEMOS)}, got {sample!r}")
    place = sample_path(sample)
    values: dict[str, object] = {"instrument": DEMOS[sample], "out": str(out), "lang": lang}
    if place.is_file():
        return study_from({**values, "exports": str(place), "report": True})
    files = {name: str(place / f"{name}.csv") for name in ("members", "informants")}
    whole = {**values, "exports": str(place / "export.csv"), **files, "models": ("M1",)}
    return study_from({**whole, "report": True})


def run_demo(
    out: str | Path = "demo", sample: str = "clean", language: str | None = None
) -> StudyRun:
    """Run everything that this installation can do on a bundled sample.

    Parameters
    ----------
    out
        The folder of results.
    sample
        ``clean`` and ``messy`` are made up, with known true values; ``lq2002`` is real (2,042
        soldiers in 49 companies).
    language
        Of what is printed, and of the report: ``en``, ``zh``.

    Raises
    ------
    InputError
        When there is no such sample.
    OutputError
        When the folder is no folder of results, or cannot be written.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> cu.run_demo(tempfile.mkdtemp() + "/demo", "lq2002").run["counts"]["groups"]
    49
    """
    return run_study(demo_study(sample, out, language), command="demo")
