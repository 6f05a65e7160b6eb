"""`collective-use archive`: all that others need to repeat a study, in one folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from collective_use.instrument.model import Instrument
from collective_use.output import csv_bytes, write_folder
from collective_use.study.dictionary import dictionary_frame
from collective_use.study.outputs import shown_to_others
from collective_use.study.provenance import versions
from collective_use.study.replication.cleared import Cleared, cleared
from collective_use.study.replication.ddi import ddi_codebook
from collective_use.study.replication.labelled import labelled
from collective_use.study.run import StudyRun
from collective_use.study.settings import shown as settings_shown

RESULTS = "results"
NOT_DEPOSITED = ("persons.csv", "screening.csv", "log.json", "run.json", "groups.csv",
                 "agreement.csv")  # fmt: skip
"""Files of a run that stay: persons, names of groups, times."""


def write_archive(
    run: StudyRun,
    folder: str | Path,
    *,
    keep: Sequence[str] = (),
    title: str = "",
    authors: Sequence[str] = (),
    language: str = "",
) -> tuple[str, ...]:
    """Write a replication package: cleared data, labels, codebook, results, environment.

    Persons lose their codes, background and small groups; groups are numbers. A table says
    column by column what was kept, what was left out and why.

    Parameters
    ----------
    run
        A study that was run.
    folder
        Receives the package.
    keep
        Background columns to deposit, where no combination makes a person stand out.
    title, authors
        For the citation; the instrument's title, and a gap to fill, when empty.
    language
        Of labels; the instrument's first when empty.

    Returns
    -------
    tuple of str
        The files written.

    Raises
    ------
    InputError
        When no group is large enough, or a column is not known.
    OutputError
        When the folder cannot be written.

    References
    ----------
    Sweeney (2002), International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems
    10:557 (k-anonymity); DDI Alliance (2014), DDI-Codebook 2.5.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> top = tempfile.mkdtemp()
    >>> run = cu.run_demo(top + "/demo", "lq2002")
    >>> "codebook.xml" in cu.write_archive(run, top + "/package")
    True
    """
    outcome = run.outcome
    bank = outcome.instrument
    spoken = language or bank.languages[0]
    shown = shown_to_others(outcome)
    found = cleared(outcome, shown.values, keep)
    named = title or bank.title.get(spoken) or next(iter(bank.title.values()), bank.id)
    files = _data(found, bank, spoken, named)
    files |= _texts(run, found, named, authors)
    for path in sorted(run.folder.glob("*")):
        if path.is_file() and path.name not in NOT_DEPOSITED and path.suffix != ".html":
            files[f"{RESULTS}/{path.name}"] = path.read_bytes()
    write_folder(folder, files.items(), {"makes": "a replication package"})
    return tuple(files)


def _data(found: Cleared, bank: Instrument, language: str, title: str) -> dict[str, bytes]:
    tables = {"persons.csv": found.persons, "groups.csv": found.groups}
    files = {f"data/{name}": csv_bytes(frame) for name, frame in tables.items()}
    for name, frame in tables.items():
        for kind in ("sav", "dta"):
            stem = name.removesuffix(".csv")
            files[f"data/{stem}.{kind}"] = labelled(frame, name, bank, kind, language)
    files["data/dictionary.csv"] = csv_bytes(dictionary_frame(tables, bank))
    files["data/reidentification_check.csv"] = csv_bytes(found.check)
    files["codebook.xml"] = ddi_codebook(bank, tables, language, title)
    return files


def _texts(run: StudyRun, found: Cleared, title: str, authors: Sequence[str]) -> dict[str, bytes]:
    settings = _bare(settings_shown(run.outcome.study))
    texts = {
        "study.yaml": yaml.safe_dump(settings, allow_unicode=True, sort_keys=True),
        "environment.txt": "".join(f"{name}=={number}\n" for name, number in versions().items()),
        "CITATION.cff": _citation(title, authors),
        "README.md": _readme(run, found, title),
    }
    return {name: text.encode("utf-8") for name, text in texts.items()}


def _bare(settings: Mapping[str, object]) -> dict[str, object]:
    """Return the decisions without the places of files, which are nobody's business."""
    return {
        str(key): value for key, value in settings.items()
        if key not in ("exports", "members", "informants", "out", "letterhead", "fill", "map")
        and value not in (None, (), [], {}, "")
    }  # fmt: skip


def _citation(title: str, authors: Sequence[str]) -> str:
    people = [{"name": name} for name in authors] or [{"name": "TO FILL IN: authors of the study"}]
    content = {
        "cff-version": "1.2.0", "type": "dataset", "title": title, "authors": people,
        "message": "If you use these data, please cite them.",
    }  # fmt: skip
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _readme(run: StudyRun, found: Cleared, title: str) -> str:
    persons, groups = len(found.persons), found.persons["group"].nunique()
    left = found.check.loc[found.check["fate"].eq("left out"), "column"].tolist()
    bank = run.outcome.instrument
    return (
        f"# {title}: replication package\n\n"
        f"{persons:,} persons in {groups:,} groups; instrument {bank.id} {bank.version}.\n\n"
        "| file | holds |\n|---|---|\n"
        "| data/persons.csv, .sav, .dta | answers and scores, labelled |\n"
        "| data/groups.csv, .sav, .dta | values of groups as others may see them, labelled |\n"
        "| data/dictionary.csv | what every column means |\n"
        "| data/reidentification_check.csv | what was kept, what was left out, and why |\n"
        "| codebook.xml | DDI-Codebook 2.5 |\n"
        "| study.yaml, environment.txt | every decision, every version |\n"
        "| results/ | tables and texts of the run |\n\n"
        "## Who could be found again\n\n"
        f"Every combination of group and background is shared by {found.size} persons or more "
        f"(k-anonymity). Left out: {', '.join(left) or 'nothing'}. Answers on rating scales stay: "
        "who knows a person's answers to many questions can find the row. Whether that is in "
        "keeping with what participants were told is for the study's ethics board.\n\n"
        "## Still to be done by the authors\n\n"
        "- fill in CITATION.cff; choose a licence for the data; name the ethics approval\n"
        "- say when, where and how the answers were collected\n"
        "- results rest on all answers; those of groups that are too small are not in data/, nor "
        "of the next smallest, where results would give away the few who are left out\n"
        "- deposit one version: a second one with one person more holds that person's answers\n"
    )
