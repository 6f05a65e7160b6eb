"""What users meet: short reprs, text and HTML, and what they are told of a wrong object."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

import collective_use as cu

MOST_SIGNS = 200
"""Signs of a repr: two lines of a notebook."""


class Survey(NamedTuple):
    """One small survey through the first rooms."""

    responses: cu.Responses
    scores: cu.Scores
    groups: cu.Groups


@pytest.fixture(scope="module")
def survey() -> Survey:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        responses = cu.read_responses(cu.sample_path("clean") / "export.csv", "collective_data_use")
        scores = cu.score(responses)
        return Survey(responses, scores, cu.aggregate(scores, repetitions=0))


WRONG: dict[str, Callable[[Survey], object]] = {
    "responses must be what cu.read_responses(...) returns": lambda s: cu.score("export.csv"),
    "scores must be scored persons: cu.aggregate(cu.score(responses))": lambda s: cu.aggregate(
        s.responses
    ),
    "scores must be what cu.score(responses) returns": lambda s: cu.table_one(s.groups, s.scores),
    "groups must be what cu.aggregate(scores) returns": lambda s: cu.fit_structure(s.scores),
    "screening must be what cu.screen(responses) returns": lambda s: cu.drop_flagged(s.responses),
    "or what cu.read_judge_sheets(...) returns, got Scores": lambda s: cu.content_validity(
        s.scores
    ),
    "paths must be the path of a judge's workbook": lambda s: cu.read_judge_sheets(3, "lq2002"),
    "instrument must be a bundled name": lambda s: cu.lint_instrument(s.responses),
    "data must be a data frame or an array of answers": lambda s: cu.validate(s.groups),
    "or cu.score(responses) returns, got str": lambda s: cu.items("export.csv"),
    "bundled are 'collective_data_use', 'lq2002', 'starter'": lambda s: cu.read_responses(
        "export.csv", "citysafe.yaml"
    ),
}


@pytest.mark.parametrize("said", WRONG, ids=[said[:30] for said in WRONG])
def test_a_wrong_object_is_told_what_would_be_right(said: str, survey: Survey) -> None:
    with pytest.raises(cu.InputError) as caught:
        WRONG[said](survey)
    assert said in str(caught.value)


def test_a_construct_by_its_name_leads_to_its_measures(survey: Survey) -> None:
    name = survey.groups.instrument.get_construct("cdu").name["en"]
    with pytest.raises(cu.InputError, match="is told about by 'cdu', 'cdu_meetings'") as caught:
        survey.groups.evidence[name]
    assert isinstance(caught.value, KeyError)


def test_reprs_are_short_and_html_is_there(survey: Survey) -> None:
    shown = [
        *survey,
        survey.groups.evidence,
        survey.groups.evidence["cdu"],
        cu.load_instrument("lq2002"),
        cu.overview("lq2002"),
        cu.codebook("lq2002"),
        cu.publish("lq2002", "qualtrics"),
        cu.Study(instrument="lq2002", exports="a.csv"),
        cu.table_one(survey.scores, survey.groups),
    ]
    assert [repr(one) for one in shown if len(repr(one)) > MOST_SIGNS] == []
    results = [one for one in shown if isinstance(one, cu.Result | cu.Instrument)]
    assert all(one._repr_html_().lstrip().startswith("<") for one in results)
    assert all(str(one).strip() for one in results)


def test_every_result_class_is_shown_as_a_result() -> None:
    values = [getattr(cu, name) for name in cu.__all__]
    classes = [value for value in values if inspect.isclass(value)]
    frames = [one for one in classes if hasattr(one, "to_frame") and hasattr(one, "to_dict")]
    assert len(frames) > 50
    assert [one.__name__ for one in frames if not hasattr(one, "_repr_html_")] == []


MAKERS = [
    "questionnaire",
    "publish",
    "letters",
    "phrase_template",
    "entry_sheet",
    "judge_sheets",
    "translation_workbook",
    "interview_sheets",
    "instrument_to_xlsx",
    "draft_map",
]


@pytest.mark.parametrize("name", MAKERS)
def test_what_makes_files_takes_a_path_or_none(name: str) -> None:
    path = inspect.signature(getattr(cu, name)).parameters["path"]
    assert path.default is None


def test_columns_are_called_alike_in_frames_and_files(survey: Survey) -> None:
    """What `to_frame` calls a column is what the dictionary of the files explains."""
    from collective_use.study.dictionary import dictionary_frame

    frame = survey.groups.measures_frame()
    known = dictionary_frame({"measures.csv": frame}, survey.groups.instrument)
    assert set(known["column"]) == set(frame.columns)
    assert (known["meaning"] != "").all()


def parameters() -> Iterator[tuple[str, inspect.Parameter]]:
    """Go through every parameter of every public function and method."""
    for name in cu.__all__:
        thing = getattr(cu, name)
        found = {name: thing}
        if inspect.isclass(thing):
            if issubclass(thing, BaseException):
                continue
            members = {m: inspect.getattr_static(thing, m) for m in dir(thing) if m[0] != "_"}
            found = {f"{name}.{m}": getattr(f, "__func__", f) for m, f in members.items()}
        for called, function in found.items():
            # the room of forms is a function as well
            if callable(function) and not inspect.isclass(function):
                for parameter in inspect.signature(function).parameters.values():
                    yield called, parameter


ONE_MEANING = {
    # group= is a column; in what sets up or prints a study, a group's column or its name
    "group": {"str", "str | None"},
    # groups= holds a label for each person, groups as they were aggregated, or a table of groups
    "groups": {"Labels", "Groups", "Groups | Mapping[str, Groups]", "GroupTable", "Given"},
    "n_groups": {"int", "int | Iterable[int]"},
    "repetitions": {"int", "int | None"},
    "seed": {"int | None"},
    "confidence": {"float"},
    "significance": {"float"},
    "column_map": {"Mapping[str, str] | str | Path | None"},
    "language": {"str", "str | None", "Declared"},
}
LEVELS = {"fit_measurement", "htmt", "Reliability.get"}
"""Where the level is one of persons, groups and both, checked by name."""

OTHER_WORDS = {
    "map", "replications", "draws", "bootstrap", "ci", "lang", "random_state", "rng", "n_boot",
    "conf_level", "verbose", "standardise", "randomise", "analyse", "summarise", "colour",
    "centre", "recognise", "parametrization", "parameterisation", "optimise", "behaviour",
}  # fmt: skip


BY_NUMBER = {"ParameterTable.block"}
"""The table counts groups and levels as lavaan does."""


def test_one_word_has_one_meaning() -> None:
    found = {
        f"{called}({p.name}: {p.annotation})"
        for called, p in parameters()
        if called not in BY_NUMBER
        and p.name in ONE_MEANING
        and str(p.annotation) not in ONE_MEANING[p.name]
    }
    assert found == set()
    seeds = {p.default for _, p in parameters() if p.name == "seed"}
    assert seeds == {1, None}
    unseeded = {called for called, p in parameters() if p.name == "seed" and p.default is None}
    # forms are shuffled only where a seed is given
    assert unseeded == {"questionnaire", "publish"}
    assert {p.default for _, p in parameters() if p.name == "confidence"} == {0.95}


def test_levels_are_named_and_other_words_are_not_used() -> None:
    levels = {called: str(p.annotation) for called, p in parameters() if p.name == "level"}
    kinds = {called for called, kind in levels.items() if kind not in ("Level", "str")}
    assert kinds == BY_NUMBER
    assert {called for called, kind in levels.items() if kind == "str"} == LEVELS
    names = {(called, p.name) for called, p in parameters()} | {(n, n) for n in cu.__all__}
    assert {(called, name) for called, name in names if name in OTHER_WORDS} == set()


def test_methods_of_fits_return_results() -> None:
    """Numbers without a name, and mappings of anything, are nowhere among the answers of a fit."""
    plain = ("dict", "tuple", "list", "Any", "Plain", "Found", "Mapping")
    found = set()
    for fit in (cu.SemResult, cu.TwoLevelResult, cu.OrdinalResult):
        for name in dir(fit):
            given = inspect.getattr_static(fit, name)
            if (
                name.startswith("_")
                or name in ("to_dict", "tables")
                or not inspect.isfunction(given)
            ):
                continue
            if str(inspect.signature(given).return_annotation).startswith(plain):
                found.add(f"{fit.__name__}.{name}")
    assert found == set()


def test_the_repr_of_every_result_is_one_line(survey: Survey) -> None:
    """No class has a repr of its own that could grow: all inherit the one that is cut."""
    classes = [getattr(cu, name) for name in cu.__all__ if inspect.isclass(getattr(cu, name))]
    results = [one for one in classes if issubclass(one, cu.Result)]
    own = {one.__name__ for one in results if one.__repr__ is not cu.Result.__repr__}
    assert own == {"StudyRun"}


def test_reprs_of_what_is_no_result_are_short(survey: Survey) -> None:
    """Records, planning values, letterheads, instruments."""
    shown = [survey.responses.record, cu.TrueParameters(), cu.Flaws(), cu.Letterhead()]
    classes = {getattr(cu, name) for name in cu.__all__ if inspect.isclass(getattr(cu, name))}
    left = {c.__name__ for c in classes if not issubclass(c, cu.Result | BaseException)}
    known = {"Study", "Pseudonymized", "Published", "Instrument", "Progress", "NotComputed"}
    assert left == known | {type(one).__name__ for one in shown}
    assert [repr(one) for one in shown if len(repr(one)) > MOST_SIGNS] == []
