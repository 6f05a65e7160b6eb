"""The files of a result folder, and the account of how they came about."""

from __future__ import annotations

import platform
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.cutoffs import cutoffs_with
from collective_use.groups.between.table_one import TableOne, table_one
from collective_use.groups.disclosure.full import full_tables, value_tables
from collective_use.groups.disclosure.shown import Shown, for_others
from collective_use.groups.disclosure.totals import record_for_others
from collective_use.output import LOG_FILE, RUN_FILE, csv_parts, json_bytes, write_run
from collective_use.platforms.registry import is_file
from collective_use.study.dictionary import dictionary_frame
from collective_use.study.meanings import OUTPUT_SCHEMA
from collective_use.study.methods import ENGLISH, METHODS, methods_file, methods_text
from collective_use.study.provenance import file_hash, input_files, versions
from collective_use.study.settings import Study
from collective_use.study.settings import shown as settings_shown
from collective_use.study.showing import for_showing, later_texts
from collective_use.study.telling import account_beside, spoken, table_beside
from collective_use.study.walk import Outcome

MEANINGS = {
    "persons.csv": "a row a person: keys and scale scores; not to be passed on",
    "groups.csv": "a row a group: its value on every measure, fit for showing",
    "agreement.csv": "a row a group and measure: agreement or dispersion, fit for showing",
    "measures.csv": "a row a measure: reliability, ICCs, agreement, verdict",
    "table1.csv": "Table 1 of a paper: descriptives, correlations, reliabilities",
    "methods.md": "a methods paragraph and Table 1, to write on",
    "dictionary.csv": "what every column means",
    RUN_FILE: "what was decided, and everything left out, with why",
    LOG_FILE: "when and where it ran",
}
"""The files of a scored study, in the order that a reader wants them."""


FULL = "full_for_the_analyst_only"
"""The folder of exact tables, inside the results of a study that asks for them."""

FULL_MEANINGS = {
    f"{FULL}/groups.csv": "exact values of every group: not to be passed on",
    f"{FULL}/agreement.csv": "every index of every group: not to be passed on",
    f"{FULL}/measures.csv": "exact figures of every measure: not to be passed on",
    f"{FULL}/table1.csv": "Table 1 in full precision: not to be passed on",
    f"{FULL}/methods.md": "the methods paragraph from exact figures: not to be passed on",
    f"{FULL}/group_values.csv": "means and shrunken values with errors: not to be passed on",
    f"{FULL}/sampling_errors.csv": "their errors' covariances, for models between groups",
}


def meanings_of(outcome: Outcome) -> dict[str, str]:
    """Return what the files of a scored study hold, by name."""
    named = dict(MEANINGS)
    if spoken(outcome.study.lang):
        named[methods_file(ENGLISH)] = ENGLISH_DRAFT
    return named


ENGLISH_DRAFT = "the methods paragraph in English"


def full_meanings(outcome: Outcome) -> dict[str, str]:
    """Return what the files of the analyst's folder hold, by name."""
    texts = {
        f"{FULL}/{name}": f"{meaning}, in full precision: not to be passed on"
        for name, meaning in outcome.files.items()
        if name.endswith(".txt")
    }
    return FULL_MEANINGS | texts


def tables_of(outcome: Outcome, shown: Shown | None = None) -> dict[str, pd.DataFrame]:
    """Return the tables of a result folder by file name."""
    shown = shown or shown_to_others(outcome)
    first = shown.table_one
    tables = {
        "persons.csv": persons_frame(outcome),
        "groups.csv": shown.values,
        "agreement.csv": shown.agreement,
        "measures.csv": shown.measures,
        "table1.csv": pd.DataFrame() if first is None else first.to_frame(),
        **for_showing(outcome, shown.rule),
    }
    return tables | (exact_tables(outcome) if outcome.study.full else {})


def exact_tables(outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Return the exact tables of the analyst by file name; nothing of them is for others."""
    values, agreement = full_tables(outcome.groups, outcome.study.all_cutoffs())
    exact = {
        "groups.csv": values,
        "agreement.csv": agreement,
        "measures.csv": outcome.groups.measures_frame(),
        "table1.csv": table_one(outcome.scores, outcome.groups).to_frame(),
        **outcome.tables,
    }
    with_errors = value_tables(outcome.groups, outcome.study.all_cutoffs())
    if with_errors is not None:
        exact["group_values.csv"], exact["sampling_errors.csv"] = with_errors
    return {f"{FULL}/{name}": frame for name, frame in exact.items()}


def shown_to_others(outcome: Outcome) -> Shown:
    """Return what others may see of a study, in files and on the screen."""
    return for_others(outcome.groups, outcome.scores, cutoffs=outcome.study.all_cutoffs())


def persons_frame(outcome: Outcome) -> pd.DataFrame:
    """Return keys, background and scores of every person, and how many items each answered."""
    scores = outcome.scores
    answered = scores.answered.add_suffix(".answered")
    return pd.concat([outcome.responses.persons, scores.values, answered], axis=1)


def write_outcome(outcome: Outcome, shown: Shown, folder: Path, started: float) -> PlainDict:
    """Write all files of a study into a folder under construction.

    Parameters
    ----------
    outcome
        What the study came to.
    shown
        What others may see of it, from `shown_to_others`.
    folder
        From `collective_use.output.result_folder`.
    started
        When, in seconds since 1970; it goes into log.json only.

    Returns
    -------
    dict
        The content of run.json.
    """
    tables = tables_of(outcome, shown)
    language = spoken(outcome.study.lang)
    if language:
        tables = {name: table_beside(frame, language) for name, frame in tables.items()}
    tables["dictionary.csv"] = dictionary_frame(tables, outcome.instrument)
    if outcome.study.full:
        (folder / FULL).mkdir()
    for name, frame in tables.items():
        with (folder / name).open("wb") as file:
            file.writelines(csv_parts(frame))
    texts = _write_texts(outcome, shown, folder)
    (folder / LOG_FILE).write_bytes(json_bytes(log_of(outcome.study, outcome.command, started)))
    run = run_content(outcome, shown)
    if outcome.study.report:
        _write_report(outcome, tables, run, texts, folder)
    if language:
        run = account_beside(run, language)
    write_run(folder, run)
    return run


def _write_texts(outcome: Outcome, shown: Shown, folder: Path) -> dict[str, str]:
    """Write the texts; return the methods by language."""
    written, methods = later_texts(outcome, shown.rule), dict[str, str]()
    if shown.table_one is not None:
        methods = _methods(outcome, shown.table_one, shown.measures)
        written |= _named(methods)
    if outcome.study.full:
        first = table_one(outcome.scores, outcome.groups)
        exact = _named(_methods(outcome, first, outcome.groups.measures_frame()))
        exact |= later_texts(outcome, None)
        written |= {f"{FULL}/{name}": text for name, text in exact.items()}
    for name, text in written.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    return methods


def _methods(outcome: Outcome, table: TableOne, measures: pd.DataFrame) -> dict[str, str]:
    """Return the draft of a methods section by language, that of the study first."""
    codes = dict.fromkeys((spoken(outcome.study.lang) or ENGLISH, ENGLISH))
    return {code: methods_text(outcome, table, measures, code) for code in codes}


def _named(methods: Mapping[str, str]) -> dict[str, str]:
    """Return the drafts by file name: the first as methods.md."""
    first = next(iter(methods))
    return {METHODS if code == first else methods_file(code): methods[code] for code in methods}


def _write_report(
    outcome: Outcome,
    tables: Mapping[str, pd.DataFrame],
    run: PlainDict,
    methods: Mapping[str, str],
    folder: Path,
) -> None:
    """Write the page last: it is made of the tables and the account."""
    from collective_use.report.phrases import report_languages
    from collective_use.study.report import REPORT_FILE, study_page

    study = outcome.study
    wanted = report_languages(study.lang if study.lang and study.report is True else study.report)
    whole = study_page(tables, run, outcome.instrument, methods, wanted)
    (folder / REPORT_FILE).write_text(whole, encoding="utf-8", newline="\n")


def run_content(outcome: Outcome, shown: Shown) -> PlainDict:
    """Return the account of a study: the same input gives the same account, byte for byte."""
    study, instrument = outcome.study, outcome.instrument
    record = record_for_others(outcome.record, outcome.groups, shown.rule).joined(shown.record)
    listed = [entry.file for entry in study.exports]
    models: PlainDict = {}
    if outcome.models:
        from collective_use.study.structural import models_account

        models, notes = models_account(outcome.models)
        record = record.joined(notes)
    return {
        "command": outcome.command,
        "schema": OUTPUT_SCHEMA,
        "versions": versions(),
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "sha256": file_hash(instrument_place(study.instrument)),
        },
        "inputs": input_files([*listed, study.members, study.informants, *_layouts(study)]),
        "settings": settings_shown(study),
        "cutoffs": {
            name: {"value": rule.value, "direction": rule.direction, "source": rule.source}
            for name, rule in cutoffs_with(study.all_cutoffs()).items()
        },
        "counts": _counts(outcome),
        "models": models,
        "not_fitted": dict(outcome.not_fitted),
        "plan": None if outcome.plan is None else outcome.plan.to_dict(),
        "decisions": [entry.to_dict() for entry in record.of_kind("decision")],
        "left_out": [entry.to_dict() for entry in record.of_kind("left out")],
        "changed": [entry.to_dict() for entry in record.of_kind("changed")],
        "warnings": [entry.to_dict() for entry in record.of_kind("warning")],
        "notes": [entry.to_dict() for entry in record.of_kind("note")],
    }


def _layouts(study: Study) -> list[str]:
    """Return the file that says how the exports are laid out, where it is the user's own."""
    return [study.platform] if study.platform and is_file(study.platform) else []


def _counts(outcome: Outcome) -> Mapping[str, int]:
    return {
        "persons": len(outcome.responses.persons),
        "groups": len(outcome.groups.values),
        "measures": len(outcome.groups.evidence),
    }


def instrument_place(name: str) -> Path:
    """Return where an instrument lies: a bundled one by its name, or the user's own."""
    from collective_use.instrument.library import instrument_names, instrument_path

    return instrument_path(name) if name in instrument_names() else Path(name)


def log_of(study: Study, command: str, started: float) -> PlainDict:
    """What differs from run to run: no folder, no machine, nobody's name."""
    return {
        "command": command,
        "arguments": [_without_folders(word) for word in sys.argv[1:]],
        "started": _moment(started),
        "finished": _moment(time.time()),
        "seconds": round(time.time() - started, 3),
        "out": Path(study.out).name,
        "exports": [Path(entry.file).name for entry in study.exports],
        "system": f"{platform.system()} {platform.machine()}",
    }


def _without_folders(word: str) -> str:
    """Return a word of the command line, a path in it without what tells of a machine.

    Examples
    --------
    >>> _without_folders("/home/ann/a.csv"), _without_folders("--out=/home/ann/r"), "a=b"
    ('a.csv', '--out=r', 'a=b')
    """
    flag, sign, value = word.partition("=") if word.startswith("--") else ("", "", word)
    return flag + sign + (re.split(r"[\\/]+", value.rstrip("\\/"))[-1] or value)


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
