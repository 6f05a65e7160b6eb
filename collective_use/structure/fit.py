"""`fit_structure`: a structural model of the instrument, fitted to group values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collective_use.accepted import PlainDict
from collective_use.checks import instance_of, one_of
from collective_use.errors import (
    EstimationError,
    NotSupported,
    SmallGroupsWarning,
    warn,
)
from collective_use.groups.results import Groups
from collective_use.instrument.model import StructuralModel
from collective_use.record import Record
from collective_use.results import Result, Table, plain
from collective_use.sem.engines.agreement import EngineAgreement
from collective_use.sem.engines.semopy import SecondEngineError
from collective_use.sem.fit import ENGINES, fit_sem
from collective_use.sem.result import SemResult
from collective_use.structure.effects import effects_frame
from collective_use.structure.report import report_tables, report_text
from collective_use.structure.values import find_model, group_data

if TYPE_CHECKING:
    import pandas as pd

GROUPS_PER_PARAMETER = 5
"""Fewest groups for each free parameter (Bentler & Chou 1987, Sociological Methods 16:78)."""

SAMPLING_ERROR = (
    "Group values are means of few members and carry sampling error: paths between them are drawn "
    "towards zero, or away from it where errors are shared. Reliability-corrected and two-level "
    "ways are not part of this fit; read ICC(2) beside it."
)


@dataclass(frozen=True)
class StructureFit(Result):
    """A structural model fitted to group values.

    Attributes
    ----------
    model
        Id of the model in the instrument.
    fit
        The fit itself: estimates, fit measures, residuals, modification indices.
    effects
        One row a defined effect: specific, total indirect and total effects, with delta-method
        (``ci_lower``, ``ci_upper``) and Monte Carlo (``mc_lower``, ``mc_upper``) limits.
    syntax
        The model text.
    groups
        Names of the groups used.
    agreement
        How far semopy and the core agree; None when semopy did not fit the model.
    warnings
        What to know before using the numbers, a sentence each.
    record
        Groups left out, and why.
    attribution
        What of the model is the theory's and what is inferred.
    title
        The model's name in words.
    note
        What the instrument says beside it.

    Examples
    --------
    >>> import warnings
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> warnings.simplefilter("ignore", cu.SmallGroupsWarning)  # 60 groups are few
    >>> found = cu.fit_structure(groups, "M1")
    >>> found.model, len(found.groups)
    ('M1', 60)
    """

    model: str
    fit: SemResult
    effects: pd.DataFrame
    syntax: str
    groups: tuple[str, ...]
    agreement: EngineAgreement | None
    warnings: tuple[str, ...]
    record: Record
    attribution: tuple[str, str] = ("", "")
    title: str = ""
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates, paths and defined effects."""
        return self.fit.estimates

    def fit_frame(self) -> pd.DataFrame:
        """Return all fit measures, one a row."""
        import pandas as pd

        measures = self.fit.fit_measures
        return pd.DataFrame({"measure": list(measures), "value": list(measures.values())})

    def to_dict(self) -> PlainDict:
        """Return everything as plain values."""
        return {
            "model": self.model,
            "title": self.title,
            "groups": list(self.groups),
            "syntax": self.syntax,
            "engine": self.fit.engine,
            "agreement": plain(self.agreement),
            "estimates": plain(self.fit.estimates),
            "effects": plain(self.effects),
            "fit": plain(dict(self.fit.fit_measures)),
            "warnings": list(self.warnings),
            "record": self.record.to_dict(),
            "theory": self.attribution[0],
            "inferred": self.attribution[1],
        }

    def tables(self) -> tuple[Table, ...]:
        """Return fit, paths, effects and what to mind, as a reader wants them."""
        return report_tables(self)

    def report(self) -> str:
        """Return the whole account as text: numbers, warnings, attribution, the model itself."""
        return report_text(self)


def fit_structure(
    groups: Groups,
    model: str = "M1",
    *,
    engine: str | None = None,
    repetitions: int = 20_000,
    seed: int | None = 1,
) -> StructureFit:
    """Fit a structural model of the instrument to group values.

    Parameters
    ----------
    groups
        Aggregated measures, from `aggregate`.
    model
        Id of a model in the instrument file.
    engine
        ``"both"`` (the default wherever semopy can fit the model), ``"core"`` or ``"semopy"``.
    repetitions, seed
        Of the Monte Carlo intervals.

    Returns
    -------
    StructureFit
        Estimates, effects with intervals, the agreement of the engines, and warnings in words.

    Raises
    ------
    InputError
        When the model is unknown, or names a measure without values.
    EstimationError
        When there are too few groups, or estimation fails.

    Warns
    -----
    SmallGroupsWarning
        When groups are few for the parameters.

    References
    ----------
    Kroll (2023), Perspectives on Public Management and Governance 6:106 (the theory); the path
    model is inferred from its abstract, see the instrument's attribution.

    Examples
    --------
    >>> import warnings
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> warnings.simplefilter("ignore", cu.SmallGroupsWarning)  # 60 groups are few
    >>> found = cu.fit_structure(groups, "M1")
    >>> found.model, len(found.groups)
    ('M1', 60)
    """
    instance_of("groups", groups, Groups, "what cu.aggregate(scores) returns")
    structural = find_model(groups.instrument, model)
    data = group_data(groups, structural.syntax)
    if engine is not None:
        one_of("engine", engine, ENGINES)
    _enough(len(data.frame), len(data.frame.columns), model)
    fit, refusal = _fit(structural.syntax, data.frame, engine)
    sentences = (*refusal, *_sentences(fit, len(data.frame)))
    effects, _ = effects_frame(fit, repetitions=repetitions, seed=seed)
    return StructureFit(
        model, fit, effects, structural.syntax, data.groups, fit.agreement, sentences, data.record,
        (structural.attribution.theory, structural.attribution.inferred),
        _name(structural, groups.instrument.languages[0]),
        structural.note or "",
    )  # fmt: skip


def _name(model: StructuralModel, language: str) -> str:
    return model.name.get(language) or next(iter(model.name.values()), "")


def _enough(groups: int, variables: int, model: str) -> None:
    if groups <= variables:
        raise EstimationError(
            f"model {model} relates {variables} measures but only {groups} groups have them all: "
            "their covariances cannot be estimated; collect more groups or fit fewer measures"
        )


def _fit(syntax: str, frame: pd.DataFrame, engine: str | None) -> tuple[SemResult, tuple[str, ...]]:
    """Fit by both engines; where semopy cannot, by the core, and say why."""
    if engine is not None:
        return fit_sem(syntax, frame, engine=engine), ()
    try:
        return fit_sem(syntax, frame, engine="both"), ()
    except (NotSupported, SecondEngineError) as problem:
        why = f"No second engine confirms these numbers: {problem}."
        return fit_sem(syntax, frame, engine="core"), (why,)


def _sentences(fit: SemResult, groups: int) -> tuple[str, ...]:
    free = fit.solution.n_parameters
    found = [_sentence(problem.text) for problem in fit.problems]
    if groups < GROUPS_PER_PARAMETER * free:
        few = (
            f"{groups} groups are few for {free} parameters (fewer than {GROUPS_PER_PARAMETER} "
            "each; Bentler & Chou 1987): errors are too small and fit indices unstable"
        )
        warn(few, SmallGroupsWarning)
        found.append(few + ".")
    return (*found, SAMPLING_ERROR)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
