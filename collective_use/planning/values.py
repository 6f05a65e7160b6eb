"""Planning values: what is taken to be true before any data, from a file or from a pilot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from collective_use.checks import one_of
from collective_use.disclosure import Disclosure
from collective_use.errors import InputError
from collective_use.groups.results import Groups
from collective_use.instrument.model import SHARED, Instrument, Measure, StructuralModel
from collective_use.numerics.planning.draws import Population
from collective_use.simulation.latents import default_paths, draw_latents, latent_names
from collective_use.simulation.parameters import Pair, TrueParameters
from collective_use.syntax.model_text import parse_model

PATH = 0.20
"""Standardised path where none is stated: five correlated antecedents then explain 40%."""
HALO_STEP = 0.05
"""Step of the halo of a pilot."""

EXACT_SOURCES = ("informant", "record")
"""Sources of values that have no sampling error of members."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The model of a plan.

    Attributes
    ----------
    names
        V measures.
    population
        What is true, with the equations as they will be fitted.
    effects
        Indirect effects by name ``from -> through -> to``: the places ``(equation, predictor)`` of
        their paths, in order.
    true
        Product of the true paths of each effect.
    icc1
        ICC(1) by measure.
    """

    names: tuple[str, ...]
    population: Population
    effects: Mapping[str, tuple[tuple[int, int], ...]]
    true: Mapping[str, float]
    icc1: Mapping[str, float]


def structure_of(
    instrument: Instrument, model: str | None, values: TrueParameters, *, direct: bool | None
) -> Structure:
    """Return the structure that a plan is about.

    Parameters
    ----------
    instrument
        The item bank.
    model
        Id of a model with a mediation; the first one by default.
    values
        Planning values; `icc` and `iccs` are ICC(1) of scale scores.
    direct
        Whether paths past the middle are estimated too; None: as the model has it.

    Raises
    ------
    InputError
        When there is no such model, or no data can have the values.
    """
    chosen, steps = _steps(instrument, model)
    if direct is None:
        direct = _has_direct(chosen, steps)
    names = tuple(dict.fromkeys(name for part in steps for name in part))
    found = draw_latents(instrument, values, 1, np.random.default_rng(0))
    at = [found.names.index(name) for name in names]
    correlation = found.correlation[np.ix_(at, at)]
    first, middle, last = ([names.index(name) for name in part] for part in steps)
    behind = (*middle, *first) if direct else tuple(middle)
    equations = (*((m, tuple(first)) for m in middle), *((y, behind) for y in last))
    icc1 = {name: _icc(instrument.get_measure(name), values) for name in names}
    whole = tuple(k for k, name in enumerate(names) if not _of_members(instrument, name))
    within = _within(icc1, values.halo, whole)
    population = Population(correlation, within, equations, whole)
    effects, true = _effects(names, population, len(first), len(middle))
    return Structure(names, population, effects, true, icc1)


def _of_members(instrument: Instrument, name: str) -> bool:
    """Tell whether a group's value is a mean of its members, whose sampling error is known."""
    measure = instrument.get_measure(name)
    of_groups = measure.source in EXACT_SOURCES
    return not of_groups and measure.composition in (*SHARED, "additive")


def _steps(
    instrument: Instrument, model: str | None
) -> tuple[StructuralModel, tuple[tuple[str, ...], ...]]:
    known = {entry.id: entry for entry in instrument.models if entry.mediation}
    if not known:
        raise InputError(
            f"instrument {instrument.id!r} declares no model with a mediation: effects cannot be "
            "planned; leave them out with effects=False (--no-effects)"
        )
    name = next(iter(known)) if model is None else model
    one_of("model", name, tuple(known))
    steps = known[name].mediation
    return known[name], tuple(tuple(steps.get(key, ())) for key in ("from", "through", "to"))


def _has_direct(model: StructuralModel, steps: tuple[tuple[str, ...], ...]) -> bool:
    """Tell whether the model regresses an outcome on what the mediation starts from."""
    return any(
        line.op == "~" and line.lhs in steps[2] and line.rhs in steps[0]
        for line in parse_model(model.syntax).statements
    )


def _icc(measure: Measure, values: TrueParameters) -> float:
    """Return ICC(1) of a measure; 1 where members' answers have no sampling error."""
    if measure.source in EXACT_SOURCES:
        return 1.0
    return float(values.iccs.get(measure.id, values.icc))


def _within(icc1: Mapping[str, float], halo: float, whole: tuple[int, ...]) -> np.ndarray:
    """Return covariances of one member's deviations, standardised between groups.

    What members have in common in their ratings is not in values that are no means of ratings.
    """
    for name, value in icc1.items():
        if value <= 0:
            raise InputError(f"icc of {name!r} must be over 0: groups would not differ at all")
    sd = np.sqrt([(1 - value) / value for value in icc1.values()])
    shape = np.full((len(sd), len(sd)), halo)
    shape[list(whole)] = shape[:, list(whole)] = 0.0
    np.fill_diagonal(shape, 1.0)
    return np.asarray(np.outer(sd, sd) * shape)


def _effects(
    names: tuple[str, ...], population: Population, first: int, middle: int
) -> tuple[dict[str, tuple[tuple[int, int], ...]], dict[str, float]]:
    effects: dict[str, tuple[tuple[int, int], ...]] = {}
    true: dict[str, float] = {}
    paths = [
        np.linalg.solve(
            population.correlation[np.ix_(by, by)], population.correlation[list(by), outcome]
        )
        for outcome, by in population.equations
    ]
    for e, (outcome, by) in enumerate(population.equations):
        if e < middle:
            continue
        for m in range(middle):
            through = population.equations[m][0]
            for x in range(first):
                start = population.equations[m][1][x]
                name = f"{names[start]} -> {names[through]} -> {names[outcome]}"
                effects[name] = ((m, x), (e, by.index(through)))
                true[name] = float(paths[m][x] * paths[e][by.index(through)])
    return effects, true


def from_pilot(values: TrueParameters, pilot: Groups) -> TrueParameters:
    """Return planning values with the ICC(1) and the halo of a pilot study, as round figures.

    A plan is shown, registered and sealed; exact figures would be equations in the answers of the
    pilot's few persons, and they are no better known than that.

    Raises
    ------
    InputError
        When the pilot has no ICC(1) over 0.
    """
    iccs, rule = dict(values.iccs), Disclosure()
    known = latent_names(pilot.instrument)
    for name, part in pilot.evidence.items():
        found = part.row().get("icc1")
        if name in known and isinstance(found, (int, float)) and 0 < found < 1:
            step = rule.ratio_step(float(part.by_group["n"].sum()))
            iccs[name] = min(max(rule.rounded(float(found), step), step), 1.0 - step)
    if not iccs:
        raise InputError("the pilot must have a measure with an ICC(1) over 0, got none")
    within = pilot.group_values().within.to_numpy()
    sd = np.sqrt(np.diag(within))
    shape = within / np.outer(sd, sd)
    off = shape[np.tril_indices(len(shape), -1)]
    halo = float(np.clip(np.nanmean(off), 0.0, 0.95)) if len(off) else values.halo
    # what the pilot did not measure is taken to be no better than what it did
    least = min(iccs.values())
    return replace(values, icc=least, iccs=iccs, halo=rule.rounded(halo, HALO_STEP))


def scaled(values: TrueParameters, pairs: Iterable[Pair], by: float) -> TrueParameters:
    """Return the values with some paths multiplied."""
    changed = {pair: values.paths[pair] * by for pair in pairs}
    return replace(values, paths={**values.paths, **changed})


def with_paths(instrument: Instrument, values: TrueParameters) -> TrueParameters:
    """Return the values with every path of the model: `PATH` each, or 0 beside stated ones.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> found = with_paths(load_instrument("collective_data_use"), TrueParameters())
    >>> found.paths["ssm", "con"], len(found.paths)
    (0.2, 18)
    """
    size = 0.0 if values.paths else PATH
    return replace(values, paths={**dict.fromkeys(default_paths(instrument), size), **values.paths})
