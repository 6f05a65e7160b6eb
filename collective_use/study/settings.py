"""What a study has decided: read from study.yaml, overridden by flags, written to run.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator

from collective_use.accepted import Plain, PlainDict, PlainMapping
from collective_use.checks import did_you_mean, quoted
from collective_use.cutoffs import cutoffs_with
from collective_use.errors import InputError
from collective_use.instrument.messages import problems_of
from collective_use.instrument.vocabulary import NULLS
from collective_use.phrases import languages
from collective_use.platforms.registry import is_file
from collective_use.study.faults import cutoff_problems, empty_problems
from collective_use.study.language import STUDY_FILE as STUDY_FILE
from collective_use.study.parts import ExportFile, Hypothesis, KeyColumns, Planned, Settings
from collective_use.yaml_source.document import Document, Problem
from collective_use.yaml_source.read import read_yaml

Code = str | int | float
Codes = Code | list[Code] | dict[Code, str]
MissingCodes = Codes | dict[str, Codes]
SEAL_FILE = "study.seal.json"
WHOLE = "the study"


class Study(Settings):
    """All decisions of a study.

    Attributes
    ----------
    instrument
        A bundled name or a path.
    exports
        The files to read; they are stacked.
    columns
        Key columns that differ from the instrument's own.
    members, informants
        Paths of the members file and of the key informants' answers.
    form
        The form that was fielded.
    platform
        The survey platform, where it should not be detected, or the path of a platform file.
    invalid
        What becomes of answers outside the scale.
    previews, unfinished, duplicates
        What becomes of preview rows, rows never sent off, and second submissions.
    unticked_consent
        What becomes of persons who left the consent empty: left out, or kept where it is held
        elsewhere.
    missing_codes
        What stands for no answer in the exports: a code, a list, codes with reasons, or these by
        item.
    answers_as
        What numbers are where labels of a scale are numbers: codes or labels.
    decimal
        The decimal mark of numbers, where nothing in their column settles it.
    map
        A file that says what headings mean.
    encoding, delimiter, sheet
        How to open the exports, instead of guessing.
    minimum_answered
        The missing rule: a share (at most 1) or a number of items; None leaves it to each
        measure.
    minimum_group_size
        Below it a group has no value.
    cutoffs
        Other values for named cut-offs.
    screening
        Rules for careless answers by name: a value of the study's own, or true for the default.
    careless
        What becomes of persons whom a rule flags.
    models
        Structural models to fit, by id.
    validation
        Whether the scales are looked through: quick, thorough, or not at all.
    lang
        Of what is printed and named; English, and the instrument's first, when left out.
    measures
        Measures to aggregate, by id; all when left out.
    repetitions
        Draws for the chance of as much agreement in each group; 0 leaves it out.
    voice
        Whether each member or each partner organisation counts alike in a group's mean.
    null_distributions
        Null distributions of agreement, the one that judges first; None leaves them to each
        measure.
    hypotheses
        What is expected, each in words and, where it can be judged by a model, by its effect.
    planning
        How many groups and members were planned, and by which values; `collective-use plan`
        takes it from here.
    seal
        The sealed plan that a run is held against; ``study.seal.json`` beside the study file is
        found by itself.
    seed
        For everything that draws by chance.
    out
        The folder of results; from a study file, relative to that file.
    letterhead, fill
        What printed forms say of the study, and what fills the gaps of their texts; the analysis
        does not use them.
    full
        Write exact tables of groups, too, in a folder of its own for the analyst.
    report
        Write the report, a page that opens in any browser: true, or its languages (``en+zh``).

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.Study(instrument="lq2002", exports="a.csv").out
    'results'
    """

    instrument: str
    exports: tuple[ExportFile, ...] = Field(min_length=1)
    columns: KeyColumns = KeyColumns()
    members: str | None = None
    informants: str | None = None
    form: str | None = None
    platform: str | None = None
    invalid: Literal["error", "missing"] = "error"
    previews: Literal["drop", "keep"] = "drop"
    unfinished: Literal["drop", "keep"] = "drop"
    duplicates: Literal["last", "first", "keep"] = "last"
    unticked_consent: Literal["drop", "keep"] = "drop"
    missing_codes: MissingCodes | None = None
    answers_as: Literal["codes", "labels"] | None = None
    decimal: Literal[".", ","] | None = None
    map: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    minimum_answered: float | None = Field(default=None, gt=0)
    minimum_group_size: int = Field(default=3, ge=2)
    cutoffs: dict[str, float] = Field(default_factory=dict)
    screening: dict[str, float | int | bool | str] = Field(default_factory=dict)
    careless: Literal["drop", "keep"] = "drop"
    models: tuple[str, ...] = ()
    validation: Literal["quick", "thorough"] | None = None
    lang: str | None = None
    measures: tuple[str, ...] = ()
    repetitions: int = Field(default=2000, ge=0)
    voice: Literal["member", "partner"] = "member"
    null_distributions: tuple[str, ...] | None = None
    hypotheses: tuple[Hypothesis, ...] = ()
    planning: Planned | None = None
    seal: str | None = None
    seed: int = Field(default=1, ge=0)
    out: str = "results"
    letterhead: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    fill: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    full: bool = False
    report: bool | str = False

    @field_validator("exports", mode="before")
    @classmethod
    def _files(cls, value: Plain) -> Plain:
        """A plain path is an export without declarations; one alone needs no list."""
        listed = [value] if isinstance(value, (str, Mapping)) else value
        if not isinstance(listed, (list, tuple)):
            return value
        return [{"file": entry} if isinstance(entry, str) else entry for entry in listed]

    @field_validator("lang")
    @classmethod
    def _told(cls, value: str | None) -> str | None:
        """What is printed is said in languages that have phrase files."""
        if value not in (None, *languages()):
            raise ValueError(f"lang must be one of {quoted(languages())}, got {value!r}")
        return value

    @field_validator("report")
    @classmethod
    def _spoken(cls, value: bool | str) -> bool | str:
        """A report is written in languages that have a phrase file."""
        if value is not False:
            from collective_use.report.phrases import report_languages

            try:
                report_languages(value)
            except InputError as problem:
                raise ValueError(str(problem)) from None
        return value

    @field_validator("measures", "models", "null_distributions", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Plain) -> Plain:
        """One name needs no list."""
        return (value,) if isinstance(value, str) else value

    def __repr__(self) -> str:
        return f"Study({self.instrument!r}, exports[{len(self.exports)}], out={self.out!r})"

    def all_cutoffs(self) -> dict[str, float]:
        """Return the changed cut-offs, the smallest group among them."""
        return {"group_size": float(self.minimum_group_size), **self.cutoffs}


def read_study(path: str | Path) -> Study:
    """Read a study file, or the study.yaml of a folder.

    Parameters
    ----------
    path
        The file or its folder.

    Returns
    -------
    Study
        Its paths made absolute.

    Raises
    ------
    InputError
        With every problem as ``file:line:column: what was found, what would be right``.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> file = cu.init_study(tempfile.mkdtemp() + "/mine", instrument="lq2002")
    >>> cu.read_study(file).seed
    1
    """
    file = Path(path)
    if file.is_dir():
        file = file / STUDY_FILE
    if not file.exists():
        raise InputError(
            f"no study file {str(file)!r}; begin one with 'collective-use init {file.parent}', "
            "or name yours, such as my_study.yaml"
        )
    document = read_yaml(file)
    problems = list(document.problems)
    study: Study | None = None
    if isinstance(document.value, dict):
        given = {key: value for key, value in document.value.items() if value is not None}
        study, error = _validated(given)
        problems += problems_of(error, document, Study, WHOLE)
        problems += cutoff_problems(given, document)
        problems += _null_problems(given, document)
        problems += empty_problems(given, document)
    elif not problems:
        start = document.at(())
        problems.append(Problem(start, "a study is a mapping that begins with 'instrument:'"))
    if problems or study is None:
        ordered = sorted(set(problems), key=lambda problem: (problem.position, problem.text))
        raise InputError("\n".join(str(problem) for problem in ordered))
    return placed(study, file.parent)


def study_from(values: PlainMapping) -> Study:
    """Make a study from plain values, as flags give them.

    Raises
    ------
    InputError
        When a value is not what it has to be.

    Examples
    --------
    >>> study_from({"instrument": "lq2002", "exports": ["a.csv"]}).exports[0].file
    'a.csv'
    """
    study, error = _validated(dict(values))
    if error is not None or study is None:
        document = Document("the command", dict(values))
        problems = problems_of(error, document, Study, WHOLE)
        raise InputError("\n".join(problem.text for problem in problems))
    cutoffs_with(study.cutoffs)
    unknown = [text for name in study.null_distributions or () if (text := _unknown_null(name))]
    if unknown:
        raise InputError("\n".join(unknown))
    return study


def as_study(study: Study | str | Path | PlainMapping) -> Study:
    """Return a study from what a caller may give: itself, its file or folder, or its settings.

    Raises
    ------
    InputError
        When it is none of these, or a setting is wrong.

    Examples
    --------
    >>> as_study({"instrument": "lq2002", "exports": "a.csv"}).instrument
    'lq2002'
    """
    if isinstance(study, Study):
        return study
    if isinstance(study, (str, Path)):
        return read_study(study)
    if isinstance(study, Mapping):
        return study_from(study)
    raise InputError(
        "study must be a study file, its folder, its settings by name or a Study, "
        f"got {type(study).__name__}"
    )


def overridden(study: Study, flags: PlainMapping) -> Study:
    """Return a study with flags in place of its own settings; None and empty flags say nothing.

    Examples
    --------
    >>> study = study_from({"instrument": "lq2002", "exports": "a.csv", "seed": 3})
    >>> overridden(study, {"seed": None, "columns": {"group": "TEAM"}}).columns.group
    'TEAM'
    """
    values = study.model_dump()
    for key, value in flags.items():
        if value is None or value == {} or value == [] or value == ():
            continue
        both = isinstance(value, Mapping) and isinstance(values[key], Mapping)
        values[key] = {**values[key], **value} if both else value
    return study_from(values)


def placed(study: Study, folder: Path) -> Study:
    """Return a study whose paths are read from a folder; bundled names stay names."""

    def path(text: str | None) -> str | None:
        return None if text is None else str((folder / Path(text).expanduser()).resolve())

    exports = tuple(entry.model_copy(update={"file": path(entry.file)}) for entry in study.exports)
    changes: PlainDict = {
        "exports": exports,
        "members": path(study.members),
        "informants": path(study.informants),
        "map": path(study.map),
        "platform": path(study.platform) if is_file(study.platform or "") else study.platform,
        "out": path(study.out),
        "seal": path(study.seal or (SEAL_FILE if (folder / SEAL_FILE).exists() else None)),
    }
    local = folder / Path(study.instrument).expanduser()
    if local.exists() and not _bundled(study.instrument):
        changes["instrument"] = str(local.resolve())
    return study.model_copy(update=changes)


def shown(study: Study) -> PlainDict:
    """Return the settings as run.json holds them: file names without their folders."""
    values: PlainDict = json.loads(study.model_dump_json(exclude={"out"}))
    values["instrument"] = Path(study.instrument).name
    for key in ("members", "informants", "map", "platform", "seal"):
        values[key] = Path(values[key]).name if values[key] else None
    for entry in values["exports"]:
        entry["file"] = Path(entry["file"]).name
    return values


def _bundled(name: str) -> bool:
    from collective_use.instrument.library import instrument_names

    return name in instrument_names()


def _validated(values: PlainDict) -> tuple[Study | None, ValidationError | None]:
    try:
        return Study.model_validate(values), None
    except ValidationError as error:
        return None, error


def _unknown_null(name: object) -> str:
    if not isinstance(name, str) or name in NULLS:
        return ""
    hint = did_you_mean(name, NULLS)
    listed = "" if hint else f"; there are {quoted(NULLS)}"
    return f"there is no null distribution {name!r}{hint}{listed}"


def _null_problems(values: PlainMapping, document: Document) -> list[Problem]:
    given = values.get("null_distributions")
    if isinstance(given, str):
        text = _unknown_null(given)
        return [Problem(document.at(("null_distributions",)), text)] if text else []
    texts = enumerate(map(_unknown_null, given if isinstance(given, list) else ()))
    return [Problem(document.at(("null_distributions", k)), text) for k, text in texts if text]
