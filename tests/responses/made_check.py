"""The property: each cell comes back equal, missing where it was empty, or named."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from made_layouts import CODINGS, LAYOUTS, TICKS
from made_surveys import Survey, survey_of

import collective_use as cu

JOINS = ("Google Forms", "Microsoft Forms", "Jotform", "SurveyJS", "formr")
TICKS_ONLY = ("SurveyMonkey",)


def read(survey: Survey, paths: object, invalid: str) -> cu.Responses:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.DataWarning)
        return cu.read_responses(paths, survey.instrument, invalid=invalid)


def named(back: cu.Responses) -> set[str]:
    """Return the columns whose cells the record names as not understood."""
    found = set()
    for entry in back.record.entries:
        if entry.text.endswith("values outside the scale count as missing."):
            found.add(entry.text.split(": ")[1])
    return found


def value_of(back: cu.Responses, column: object, person: int) -> object:
    item = column.item
    kind = column.kind
    if kind == "month":
        return back.persons[item].iloc[person] or None
    if kind in ("roster_valued", "roster_binary", "allocation"):
        value = back.rosters[item][column.position].iloc[person]
    elif kind == "roster_roles":
        value = back.rosters[item][(column.position, column.option)].iloc[person]
    else:
        value = back.answers[column.name].iloc[person]
    return None if np.isnan(value) else float(value)


def check(seed: int, layout: str, coding: str, folder: Path, **how: float) -> tuple[int, int]:
    """Check every cell of one file; return how many cells there were, and how many were named."""
    survey = survey_of(seed, **how)
    paths = LAYOUTS[layout](survey, folder, coding)
    back = read(survey, paths, "missing")
    order = {
        member: place
        for place, member in enumerate(back.persons["who" if "who" in back.persons else "member"])
    }
    told = named(back)
    cells = doubtful = 0
    there = {*back.answers.columns, *back.persons.columns, *back.rosters}
    problems = []
    for column in survey.columns:
        if column.name not in there and column.item not in there:
            continue
        for person, key in enumerate(survey.keys):
            if key[1] not in order:
                continue
            cells += 1
            got = value_of(back, column, order[key[1]])
            fault, unclear = _judge(survey, layout, column, person, got, told)
            doubtful += unclear
            if fault:
                problems.append(f"{layout}, {coding}, seed {seed}: {key[1]} {column.name}: {fault}")
    assert not problems, "\n".join(problems[:10])
    _check_error(survey, paths, told)
    return cells, doubtful


def _judge(survey, layout, column, person, got, told) -> tuple[str, bool]:
    truth = survey.truth[column.name][person]
    wrong = (person, column.name) in survey.planted
    spoken = column.name in told or column.item in told
    if wrong:
        fine = got is None and spoken
        return (
            "" if fine else f"planted {survey.planted[person, column.name]!r}, got {got}"
        ), False
    if got is None:
        quiet = truth is None or (column.kind in TICKS and (layout in TICKS_ONLY or truth == 0.0))
        return ("" if quiet or spoken else f"{truth} is missing and not named"), not quiet
    if column.kind in TICKS and truth is None and got == 0.0:
        return "", False
    return ("" if got == truth else f"{truth} became {got}"), False


def _check_error(survey: Survey, paths: object, told: set[str]) -> None:
    try:
        read(survey, paths, "error")
    except cu.ScaleValueError as error:
        message = str(error)
        assert told, message
        assert len(told) > 25 or all(f"  {name}: " in message for name in told), message
    else:
        assert not told


def everything() -> list[tuple[str, str]]:
    """Return every layout with every way of coding that it has."""
    return [
        (layout, coding)
        for layout in LAYOUTS
        for coding in CODINGS
        if not (layout == "web page" and coding != "codes")
        and not (layout in ("SPSS", "Stata") and coding == "both")
    ]
