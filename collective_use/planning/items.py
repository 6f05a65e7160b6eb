"""The items of a plan: what structure after measurement is planned with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from collective_use.errors import InputError
from collective_use.instrument.model import Instrument
from collective_use.numerics.planning.items import ItemPopulation
from collective_use.numerics.types import Floats
from collective_use.planning.values import Structure
from collective_use.simulation.items import items_of_form
from collective_use.simulation.parameters import TrueParameters
from collective_use.structure.sam.many import level_one, place_of_path, sam_model
from collective_use.structure.syntax import by_items


def items_of_structure(
    instrument: Instrument, structure: Structure, values: TrueParameters
) -> ItemPopulation:
    """Return what is true of the items that members answer on the default form.

    A scale has the ICC(1) and, with another scale, the halo of the planning values; its items
    have the loadings stated, or lowest to highest evenly.

    Parameters
    ----------
    instrument
        The item bank.
    structure
        What is true between groups.
    values
        Planning values.

    Raises
    ------
    InputError
        When no measure has two items, two measures share one, or items are too few to bear the
        halo of their scales.
    """
    items = _items(instrument, structure)
    text = by_items(_syntax(structure), items, {}, "sam")
    model, table = sam_model(text)
    listed, only = level_one(table)
    owner = {item: name for name, own in items.items() for item in own}
    loading = _loadings(items, values)
    place = {name: k for k, name in enumerate(structure.names)}
    groups = values.group_loading
    measure = np.array([place[owner[item]] for item in listed])
    lone = np.sqrt(1 - np.array([loading[item] ** 2 for item in listed]))
    rest = float(np.sqrt(1 - groups**2))
    scale, deviations = _deviations(items, loading, structure, values)
    spread = np.array([scale[owner[item]] for item in listed])
    names = structure.names
    paths = tuple(
        np.array([place_of_path(table, names[outcome], names[k]) for k in by])
        for outcome, by in structure.population.equations
    )
    return ItemPopulation(
        structure.population.correlation, deviations, measure,
        np.array([loading[item] for item in listed]) * spread, np.full(len(listed), groups),
        lone * spread, np.full(len(listed), rest), np.array([place[name] for name in only], int),
        model, paths,
    )  # fmt: skip


def _items(instrument: Instrument, structure: Structure) -> dict[str, list[str]]:
    asked = {item.id for item in items_of_form(instrument, None) if item.kind == "likert"}
    whole = {structure.names[k] for k in structure.population.whole}
    found = {}
    for name in structure.names:
        own = [item for item in instrument.get_measure(name).items if item in asked]
        if len(own) >= 2 and name not in whole:
            found[name] = own
    if not found:
        raise InputError(
            "ways must not name 'sam': no measure of the model has two items on the default form"
        )
    used = [item for own in found.values() for item in own]
    twice = sorted({item for item in used if used.count(item) > 1})
    if twice:
        raise InputError(
            f"ways must not name 'sam': measures of the model share items ({', '.join(twice)})"
        )
    return found


def _syntax(structure: Structure) -> str:
    """Return the model that is fitted, by measure ids."""
    names, lines = structure.names, []
    same: dict[tuple[int, ...], list[str]] = {}
    for outcome, by in structure.population.equations:
        lines.append(f"{names[outcome]} ~ {' + '.join(names[k] for k in by)}")
        same.setdefault(by, []).append(names[outcome])
    for outcomes in same.values():
        lines += [f"{a} ~~ {b}" for a, b in combinations(outcomes, 2)]
    return "\n".join(lines)


def _loadings(items: Mapping[str, Sequence[str]], values: TrueParameters) -> dict[str, float]:
    low, high = values.loadings
    found = {}
    for own in items.values():
        for item, even in zip(own, np.linspace(high, low, len(own)), strict=True):
            found[item] = float(values.item_loadings.get(item, even))
    return found


def _deviations(
    items: Mapping[str, Sequence[str]], loading: Mapping[str, float], structure: Structure,
    values: TrueParameters,
) -> tuple[dict[str, float], Floats]:  # fmt: skip
    """Return each measure's spread of items within groups, and covariances of deviations.

    The mean of a measure's items has the variance within groups that ICC(1) gives beside the
    variance of its mean between groups.
    """
    within = structure.population.within
    reliable = np.ones(len(structure.names))
    scale: dict[str, float] = {}
    for k, name in enumerate(structure.names):
        own = items.get(name, ())
        if not own:
            continue
        by = np.array([loading[item] for item in own])
        shared, alone = by.mean() ** 2, (1 - by**2).sum() / by.size**2
        reliable[k] = shared / (shared + alone)
        between = values.group_loading**2 + (1 - values.group_loading**2) / by.size
        scale[name] = float(np.sqrt(within[k, k] * between / (shared + alone)))
    sd = np.array([1.0 if name in scale else np.sqrt(within[k, k])
                   for k, name in enumerate(structure.names)])  # fmt: skip
    correlation = np.full((len(sd), len(sd)), values.halo) / np.sqrt(np.outer(reliable, reliable))
    whole = list(structure.population.whole)
    correlation[whole] = correlation[:, whole] = 0.0
    np.fill_diagonal(correlation, 1.0)
    if np.abs(correlation).max() > 1 or np.linalg.eigvalsh(correlation)[0] < 0:
        raise InputError(
            f"halo must be lower for the way 'sam', got {values.halo:g}: items with loadings of "
            f"{values.loadings[0]:g} to {values.loadings[1]:g} cannot bear it"
        )
    return scale, correlation * np.outer(sd, sd)
