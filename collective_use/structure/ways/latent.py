"""Ways that measure by items: one level, two levels, and structure after measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from collective_use.accepted import Frame
from collective_use.errors import InputError
from collective_use.groups.keys import group_keys
from collective_use.groups.results import Groups
from collective_use.scores.table import item_frame, item_names
from collective_use.sem.data.data import read_data
from collective_use.sem.fit import fit_sem
from collective_use.sem.result import SemResult
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.structure.iv.fit import UNBIASED, IvResult, iv_of_sample
from collective_use.structure.sam.fit import sam
from collective_use.structure.syntax import by_items
from collective_use.structure.ways.data import Measured


@dataclass(frozen=True)
class LatentFit:
    """A structure fitted together with, or after, measurement.

    Attributes
    ----------
    fit
        Estimates.
    measures
        Fit measures; empty where there is no test of the structure.
    syntax
        What was fitted.
    notes
        What to know.
    instruments
        The equations with their tests, for the way `iv`.
    """

    fit: SemResult
    measures: Mapping[str, float]
    syntax: str
    notes: tuple[str, ...]
    instruments: IvResult | None = None


def items_at_hand(groups: Groups, data: Measured) -> dict[str, list[str]]:
    """Return the Likert items of each measure that persons answered; two or more.

    Raises
    ------
    InputError
        When no measure has them.
    """
    columns = set(item_names(groups.scores))
    known = {measure.id: measure for measure in groups.instrument.measures}
    found = {}
    for name in data.sampled:
        own = [item for item in known[name].items if item in columns]
        if len(own) >= 2:
            found[name] = own
    if not found:
        raise InputError("no measure of the model has two items at hand: use way='corrected'")
    used = [item for own in found.values() for item in own]
    twice = sorted({item for item in used if used.count(item) > 1})
    if twice:
        raise InputError(f"measures of the model share items ({', '.join(twice)}): choose one")
    return found


def person_frame(groups: Groups, data: Measured, items: Mapping[str, Sequence[str]]) -> Frame:
    """Return one row a person: items, exact values of the group, and ``group``."""
    persons = groups.scores.responses.persons
    keys = group_keys(persons, groups.scores.responses.members)
    names = pd.Series(keys.names)[keys.codes].to_numpy()
    used = [item for own in items.values() for item in own]
    frame = item_frame(groups.scores, used).astype("float64").reset_index(drop=True)
    frame["group"] = names
    place = {name: g for g, name in enumerate(data.groups)}
    frame = frame[frame["group"].isin(place)].reset_index(drop=True)
    at = frame["group"].map(place).to_numpy()
    for j, name in enumerate(data.names):
        if name not in items:
            frame[name] = data.parts.means[at, j]
    return frame


def fit_latent(
    way: str, syntax: str, merges: Mapping[str, Sequence[str]], groups: Groups, data: Measured
) -> LatentFit:
    """Fit a model by items.

    Parameters
    ----------
    way
        ``"latent"``, ``"twolevel"``, ``"sam"``, ``"croon"`` or ``"iv"``.
    syntax, merges
        By measure ids.
    groups, data
        Groups and what the model takes of them.
    """
    items = items_at_hand(groups, data)
    kind = {"croon": "sam", "iv": "latent"}.get(way, way)
    text = by_items(syntax, items, merges, kind)
    frame = person_frame(groups, data, items)
    if way == "iv":
        return _instruments(text, frame)
    if way == "latent":
        means = frame.groupby("group", sort=False).mean().reset_index(drop=True)
        fit = fit_sem(text, means)
        note = (
            "Items were averaged over members first: what members of a group share by chance "
            "stays in the latent variables as if it were true."
        )
        return LatentFit(fit, fit.fit_measures if fit.converged else {}, text, (note,))
    if way == "twolevel":
        fit = fit_sem(text, frame, cluster="group")
        note = "Equal loadings at both levels; residuals of items between groups at zero or more."
        return LatentFit(fit, fit.fit_measures if fit.converged else {}, text, (note,))
    after = sam(text, frame, cluster="group", se="robust")
    notes = [problem.text for problem in after.problems]
    return LatentFit(after.joint, {}, text, tuple(notes))


def _instruments(text: str, frame: Frame) -> LatentFit:
    means = frame.groupby("group", sort=False).mean().reset_index(drop=True)
    table = parameter_table(text, TableOptions(meanstructure=False))
    names, covariates = table.blocks[0].observed, table.blocks[0].exogenous
    sample = read_data(means, names, covariates, UNBIASED)
    found = iv_of_sample(table, sample, se="equation", model=text)
    notes = [problem.text for problem in found.problems]
    notes.append(
        "Items were averaged over members first; what the same members share is in all of them, "
        "and an instrument that shares it with an outcome is none. Sargan's test may show it."
    )
    return LatentFit(found.joint, {}, text, tuple(notes), found)
