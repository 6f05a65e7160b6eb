"""`fit_structure`: a structural model of the instrument, fitted to groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import instance_of, one_of
from collective_use.errors import (
    EstimationError,
    NotSupported,
    SmallGroupsWarning,
    warn,
)
from collective_use.groups.results import Groups
from collective_use.instrument.model import StructuralModel
from collective_use.instrument.vocabulary import WAYS
from collective_use.numerics.structure.between import jackknife, left_out
from collective_use.sem.engines.agreement import EngineAgreement
from collective_use.sem.engines.semopy import SecondEngineError
from collective_use.sem.fit import ENGINES, fit_sem
from collective_use.sem.goodness.fit_measures import scaled_fit_measures
from collective_use.sem.result import SemResult
from collective_use.structure.answers.effects import (
    Drawn,
    check_intervals,
    effects_frame,
    monte_carlo,
)
from collective_use.structure.result import StructureFit
from collective_use.structure.syntax import check_way, stages, written
from collective_use.structure.values import find_model
from collective_use.structure.ways.data import Measured, measured
from collective_use.structure.ways.latent import LatentFit, fit_latent
from collective_use.structure.ways.moments import (
    Covariances,
    MomentFit,
    corrected_covariances,
    fit_moments,
    plain_covariances,
    refitted,
    split_covariances,
)
from collective_use.structure.ways.partners import crossed_errors
from collective_use.structure.ways.rule import choose, power_note, power_of, reliabilities
from collective_use.syntax.model_text import parse_model

if TYPE_CHECKING:
    import pandas as pd

GROUPS_PER_PARAMETER = 5
"""Fewest groups for each free parameter (Bentler & Chou 1987, Sociological Methods 16:78)."""

SAMPLING_ERROR = (
    "Group values are means of few members and carry sampling error, which this way leaves in: "
    "paths between them are drawn towards zero, or away from it where members' errors are shared. "
    "way='corrected' takes it off."
)


def fit_structure(
    groups: Groups,
    model: str = "M1",
    *,
    way: str = "auto",
    controls: Sequence[str] = (),
    engine: str | None = None,
    intervals: str = "monte_carlo",
    repetitions: int | None = None,
    seed: int | None = 1,
    confidence: float = 0.95,
    partners: bool = False,
) -> StructureFit:
    """Fit a structural model of the instrument to groups.

    Parameters
    ----------
    groups
        Aggregated measures, from `aggregate`.
    model
        Id of a model in the instrument file.
    way
        ``"auto"``: the model's own way, else by a stated rule (docs/structure.md). ``"means"``:
        group values as they are. ``"corrected"``: cleared of the sampling error of group means,
        with what measures share of it, and of what a census leaves. ``"split"``: measures that
        explain each other come from different members. ``"latent"``: items averaged over
        members. ``"twolevel"``: items at two levels together. ``"sam"`` (also ``"croon"``):
        items at two levels, structure after measurement. ``"iv"``: items, equation by equation
        with model-implied instruments.
    controls
        Measures that enter every equation, beside those the model declares.
    engine
        ``"both"`` (the default wherever semopy can fit the model), ``"core"`` or ``"semopy"``.
    intervals
        Of the effects: ``"monte_carlo"``, or for the ways of moments ``"percentile"`` or
        ``"bca"`` from a bootstrap of groups.
    repetitions, seed
        Of the draws (20,000) or of the bootstrap (2,000).
    confidence
        Of the limits of the effects.
    partners
        Let errors allow for members of one partner organisation being alike in several groups
        (two crossed clusters); way `corrected`.

    Returns
    -------
    StructureFit
        Estimates, effects with intervals, the agreement of the engines, and warnings in words.

    Raises
    ------
    InputError
        When the model or way is unknown, or names a measure without values.
    EstimationError
        When there are too few groups, a measure does not vary between groups (or only by
        chance), or estimation fails.

    Warns
    -----
    SmallGroupsWarning
        When groups are few for the parameters.

    References
    ----------
    Kroll (2023), Perspectives on Public Management and Governance 6:106 (the theory); the path
    model is inferred from its abstract, see the instrument's attribution. Croon & van Veldhoven
    (2007), Psychological Methods 12:45 (corrected); Rosseel & Loh (2022), Psychological Methods
    (structure after measurement); Bollen (1996), Psychometrika 61:109 (instruments).

    Examples
    --------
    >>> import warnings
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> warnings.simplefilter("ignore", cu.SmallGroupsWarning)  # 60 groups are few
    >>> found = cu.fit_structure(groups, "M1", way="means")
    >>> found.model, len(found.groups)
    ('M1', 60)
    """
    instance_of("groups", groups, Groups, "what cu.aggregate(scores) returns")
    check_way(way, WAYS)
    check_intervals(intervals)
    structural = find_model(groups.instrument, model)
    syntax = written(structural, controls)
    data = measured(groups, syntax)
    if engine is not None:
        one_of("engine", engine, ENGINES)
    _enough(len(data.groups), len(data.names), model)
    chosen, reason = _chosen(way, structural, data, syntax)
    if partners and (chosen != "corrected" or intervals != "monte_carlo"):
        raise NotSupported(
            "partners=True is offered for way='corrected' and intervals='monte_carlo'"
        )
    if intervals != "monte_carlo" and chosen not in ("means", "corrected", "split"):
        raise NotSupported(f"intervals={intervals!r} with way={chosen!r} is not supported")
    found = _fitted(chosen, syntax, structural, groups, data, engine, seed)
    if partners:
        found = _with_partners(found, data)
    drawn = _drawn(found, intervals, repetitions, seed)
    effects = effects_frame(found.fit, drawn, confidence=confidence)
    return StructureFit(
        model, found.fit, effects, found.syntax, data.groups, found.fit.agreement,
        _sentences(found, data), data.record,
        (structural.attribution.theory, structural.attribution.inferred),
        _name(structural, groups.instrument.languages[0]), structural.note or "",
        chosen, reason, found.measures, drawn.words if drawn else "", found.instruments,
        power_of(len(data.groups), _reliability(data)), drawn, found.df,
    )  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """What a way came to."""

    way: str
    fit: SemResult
    measures: Mapping[str, float]
    syntax: str
    notes: tuple[str, ...]
    df: float | None
    moments: MomentFit | None = None
    instruments: pd.DataFrame | None = None


def _chosen(way: str, model: StructuralModel, data: Measured, syntax: str) -> tuple[str, str]:
    if way != "auto":
        return way, "asked for"
    if model.way is not None:
        return model.way, "the model in the instrument file says so"
    choice = choose(data, latent=bool(parse_model(syntax).latent))
    return choice.way, choice.reason


def _fitted(
    way: str, syntax: str, model: StructuralModel, groups: Groups, data: Measured,
    engine: str | None, seed: int | None,
) -> _Found:  # fmt: skip
    if way == "means":
        fit, notes = _means(syntax, data, engine)
        measures = fit.fit_measures if fit.converged else {}
        moments = None
        if fit.converged:
            moments = MomentFit(fit, _in_order(plain_covariances(data), fit, data), None, 0, ())
        return _Found(way, fit, measures, syntax, (*notes, SAMPLING_ERROR), None, moments)
    if way in ("corrected", "split"):
        return _by_moments(way, syntax, data, engine, seed)
    if engine not in (None, "core"):
        raise NotSupported(f"engine={engine!r} with way={way!r} is not supported")
    latent: LatentFit = fit_latent(way, syntax, model.merges, groups, data)
    equations = None if latent.instruments is None else latent.instruments.equations
    df = float(max(len(data.groups) - len(data.names), 1))
    return _Found(
        way, latent.fit, latent.measures, latent.syntax, latent.notes, df, None, equations
    )


def _in_order(covariances: Covariances, fit: SemResult, data: Measured) -> Covariances:
    order = [data.names.index(name) for name in fit.table.blocks[0].observed]
    return lambda weights: covariances(weights)[:, order][:, :, order]


def _by_moments(
    way: str, syntax: str, data: Measured, engine: str | None, seed: int | None
) -> _Found:
    if way == "corrected":
        covariances = corrected_covariances(data)
        notes: tuple[str, ...] = ()
    else:
        covariances = split_covariances(data, stages(syntax), seed)
        notes = (
            "Measures that explain each other come from different members; values of half a "
            "group carry more sampling error, so paths are drawn towards zero.",
        )
    moments = fit_moments(syntax, data, covariances)
    agreed = _confirmed(moments, syntax, engine)
    fit = replace(moments.fit, engine=agreed[0], agreement=agreed[1])
    found = replace(moments, fit=fit)
    measures = scaled_fit_measures(fit.solution, moments.scaled)
    for name in ("logl", "unrestricted.logl", "aic", "bic", "bic2"):
        measures.pop(name, None)
    notes = (*agreed[2], *(_sentence(p.text) for p in moments.problems), *notes)
    return _Found(way, fit, measures, syntax, notes, float(moments.df), found)


def _with_partners(found: _Found, data: Measured) -> _Found:
    solution = found.fit.solution
    order = [data.names.index(name) for name in solution.table.blocks[0].observed]
    moments = found.moments
    if moments is None:
        return found
    by_group = jackknife(refitted(solution, moments.covariances(left_out(len(data.groups)))))
    crossed = crossed_errors(
        data, order, lambda S: refitted(solution, S), by_group, corrected=found.way == "corrected"
    )
    note = (
        f"Errors allow for {crossed.partners} partner organisations, {crossed.shared} of them in "
        "more than one group."
    )
    fit = replace(found.fit, vcov=crossed.covariance)
    return replace(found, fit=fit, notes=(*found.notes, note))


def _confirmed(
    moments: MomentFit, syntax: str, engine: str | None
) -> tuple[str, EngineAgreement | None, tuple[str, ...]]:
    """Fit the same covariances by the second engine too, and say how far it agrees."""
    if engine == "core":
        return "core", None, ()
    import pandas as pd

    names = list(moments.fit.table.blocks[0].observed)
    n = int(moments.fit.n)
    S = moments.fit.solution.data.groups[0].moments.cov * n / (n - 1)
    cov = pd.DataFrame(S, index=names, columns=names)
    try:
        other = fit_sem(syntax, cov=cov, n=n, fixed_x=False, engine=engine or "both")
    except (NotSupported, SecondEngineError) as problem:
        if engine is not None:
            raise
        return "core", None, (f"No second engine confirms these numbers: {problem}.",)
    return other.engine, other.agreement, ()


def _means(syntax: str, data: Measured, engine: str | None) -> tuple[SemResult, tuple[str, ...]]:
    """Fit by both engines; where semopy cannot, by the core, and say why."""
    import pandas as pd

    frame = pd.DataFrame(data.parts.means, columns=list(data.names))
    if engine is not None:
        return fit_sem(syntax, frame, engine=engine), ()
    try:
        return fit_sem(syntax, frame, engine="both"), ()
    except (NotSupported, SecondEngineError) as problem:
        why = f"No second engine confirms these numbers: {problem}."
        return fit_sem(syntax, frame, engine="core"), (why,)


def _drawn(
    found: _Found, intervals: str, repetitions: int | None, seed: int | None
) -> Drawn | None:
    if intervals == "monte_carlo":
        return monte_carlo(found.fit, found.df, repetitions=repetitions or 20_000, seed=seed)
    moments = found.moments
    if moments is None:
        return None
    G, R = int(moments.fit.n), repetitions or 2_000
    solution = moments.fit.solution
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(G, np.full(G, 1 / G), R).astype(float)
    theta = refitted(solution, moments.covariances(weights))
    left = None
    if intervals == "bca":
        left = refitted(solution, moments.covariances(left_out(G)))
    failed = int(np.isnan(theta).any(axis=1).sum())
    words = f"{R:,} bootstrap samples of groups ({intervals})"
    words += f", {failed} of them without a fit" if failed else ""
    return Drawn(intervals, theta, left, words)


def _name(model: StructuralModel, language: str) -> str:
    return model.name.get(language) or next(iter(model.name.values()), "")


def _enough(groups: int, variables: int, model: str) -> None:
    if groups <= variables:
        raise EstimationError(
            f"model {model} relates {variables} measures but only {groups} groups have them all: "
            "their covariances cannot be estimated; collect more groups or fit fewer measures"
        )


def _sentences(found: _Found, data: Measured) -> tuple[str, ...]:
    groups = len(data.groups)
    fit, free = found.fit, found.fit.solution.n_parameters
    sentences = []
    power = power_note(groups, _reliability(data))
    if power:
        sentences.append(power)
    if found.moments is None or found.way == "means":
        sentences += [_sentence(problem.text) for problem in fit.problems]
    if groups < GROUPS_PER_PARAMETER * free:
        few = (
            f"{groups} groups are few for {free} parameters (fewer than {GROUPS_PER_PARAMETER} "
            "each; Bentler & Chou 1987): errors are too small and fit indices unstable"
        )
        warn(few, SmallGroupsWarning)
        sentences.append(few + ".")
    return tuple(dict.fromkeys((*sentences, *(_sentence(note) for note in found.notes))))


def _reliability(data: Measured) -> float:
    """Return the reliability of group values, on average over measures; 1 for records."""
    known = list(reliabilities(data).values())
    return float(np.mean(known)) if known else 1.0


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
