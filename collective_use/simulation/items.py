"""From an instrument's items to columns of simulated answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Array
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument, Item, Measure, Roster
from collective_use.numerics.types import Floats
from collective_use.platforms.columns import column_name
from collective_use.questionnaire.form.layout import switched_on
from collective_use.simulation.latents import Latents, latent_of_item
from collective_use.simulation.parameters import TrueParameters
from collective_use.simulation.people import People, draw_background
from collective_use.simulation.rosters import RosterAnswers, lean_of, targets_of, unevenness
from collective_use.simulation.statements import Statements, TrueItem, attention_answers


def items_of_form(
    instrument: Instrument, form: str | None, modules: Iterable[str] | None = None
) -> tuple[Item, ...]:
    """Return the members' items of a form, page by page; without forms, all items.

    Parameters
    ----------
    instrument
        The item bank.
    form
        A form's id; None takes the default form.
    modules
        The modules switched on besides those that are on by default; ``"all"`` for every one.

    Raises
    ------
    InputError
        When there is no such form, or no such module in it.
    """
    if not instrument.forms:
        return tuple(item for item in instrument.items if item.role != "group")
    known = [part.id for part in instrument.forms]
    if form is not None and form not in known:
        raise InputError(f"form must be one of {', '.join(known)}, got {form!r}")
    chosen = instrument.get_form(form)
    blocks = [b for b in switched_on(chosen, modules or ()) if b.respondent == "member"]
    return tuple(instrument.get_item(item_id) for block in blocks for item_id in block.items)


def unanswered_measures(
    instrument: Instrument, form: str | None, modules: Iterable[str] | None = None
) -> dict[str, str]:
    """Return the members' measures that nobody answers on a form, each with its module.

    Parameters
    ----------
    instrument, form, modules
        As `items_of_form` has them.

    Returns
    -------
    dict
        By measure id, the module that would bring its answers; empty when none of the form does.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("collective_data_use")
    >>> unanswered_measures(bank, None)["con_ties"]
    'ties'
    >>> "con_ties" in unanswered_measures(bank, None, ["ties"])
    False
    """
    asked = {item.id for item in items_of_form(instrument, form, modules)}
    modules_of = {
        item: block.module or ""
        for block in (instrument.get_form(form).blocks if instrument.forms else ())
        for item in block.items
    }
    about_persons = {item.id for item in instrument.items if item.role != "group"}
    result = {}
    for measure in instrument.measures:
        needed = [item for item in measure.items if item in about_persons]
        if needed and not asked.intersection(needed):
            result[measure.id] = next((modules_of[i] for i in needed if modules_of.get(i)), "")
    return result


@dataclass(slots=True)
class AnswerSheet:
    """Fills the columns of an export, item by item.

    Attributes
    ----------
    columns
        Answers by column name; floats with NaN for cells left empty.
    truths
        The truth of each statement.
    """

    instrument: Instrument
    people: People
    latents: Latents
    parameters: TrueParameters
    statements: Statements
    rosters: RosterAnswers
    rng: np.random.Generator
    columns: dict[str, NDArray[np.object_]]
    truths: list[TrueItem]

    def fill(self, items: Iterable[Item]) -> pd.DataFrame:
        """Draw all items and return one row a member."""
        for item in items:
            if item.role == "key" or item.kind in ("auto", "text", "code"):
                continue
            if item.role == "respondent":
                self._put(item, draw_background(item, self.people, self.rng))
            elif item.kind == "likert":
                self._statement(item)
            else:
                self._structured(item)
        return pd.DataFrame(self.columns)

    def _put(
        self,
        item: Item,
        values: Array,
        *,
        position: int | None = None,
        option: int | None = None,
    ) -> None:
        name = column_name(item, position=position, option=option)
        self.columns[name] = values.astype(object)

    def _statement(self, item: Item) -> None:
        if item.scale is None:
            raise InputError(f"the item {item.id!r} has no response scale to draw answers from")
        scale = self.instrument.get_scale(item.scale)
        if item.role == "attention":
            count = len(self.people.group)
            self._put(item, attention_answers(item, scale, count, self.rng))
            return
        values, truth = self.statements.answers(item, scale, self._latent(item))
        self.truths.append(truth)
        self._put(item, values)

    def _latent(self, item: Item) -> str | None:
        return latent_of_item(self.instrument, item) if item.role == "measure" else None

    def _structured(self, item: Item) -> None:
        measure = next((m for m in self.instrument.measures if item.id in m.items), None)
        lean = self._lean(item, measure)
        if item.kind in ("choice", "checklist", "rating_list"):
            self._own(item, measure, lean)
        elif item.kind in ("number", "month"):
            self._put(item, 1.0 + self.rng.poisson(np.exp(1 + 0.4 * lean))[self.people.group])
        else:
            self._roster(item, measure, lean)

    def _lean(self, item: Item, measure: Measure | None) -> Floats:
        """The group's standing as this item shows it; a measure of the model shows it exactly."""
        names = self.latents.names
        values = {name: self.latents.of(name) for name in names}
        exact = measure is not None and measure.id in names
        share = 1.0 if exact else self.parameters.convergence
        return lean_of(self._latent(item), values, share, self.rng)

    def _own(self, item: Item, measure: Measure | None, lean: Floats) -> None:
        codes = np.array([option.code for option in item.options])
        if item.kind == "choice":
            self._put(item, codes[self.rosters.main_area(len(codes), lean)])
            return
        if item.kind == "checklist":
            even = unevenness(measure)
            cells = self.rosters.resources(codes, self.people.partner, lean, even)
        else:
            scale = self.instrument.get_scale(str(item.scale))
            cells = self.rosters.rated(scale, len(codes), self._variety(len(codes), lean))
        for code, values in zip(codes.tolist(), cells.T, strict=True):
            self._put(item, values, option=code)

    def _variety(self, options: int, lean: Floats) -> Floats:
        """The variety of the list of this length: that of the model's own choice item, if any."""
        for other in self.instrument.items:
            if other.kind == "choice" and other.role == "measure" and len(other.options) == options:
                latent = self._latent(other)
                return self.latents.of(latent) if latent else lean
        return lean

    def _roster(self, item: Item, measure: Measure | None, lean: Floats) -> None:
        roster = self._roster_of(item)
        targets = targets_of(self.people, roster)
        uneven = unevenness(measure)
        if item.kind == "roster_roles":
            cells = self.rosters.roles(len(item.options), targets, lean)
            for place in range(cells.shape[1]):
                for option, values in zip(item.options, cells[:, place].T, strict=True):
                    self._put(item, values, position=place + 1, option=option.code)
            return
        if item.kind == "roster_nominate":
            kinds = self._variety(len(item.options), lean)
            cells = self.rosters.nominated(len(item.options), targets, lean, kinds)
            for option, values in zip(item.options, cells.T, strict=True):
                self._put(item, values, option=option.code)
            return
        if item.kind == "allocation":
            cells = self.rosters.points(item.total or 100, targets, lean, uneven)
        elif item.kind == "roster_valued":
            scale = self.instrument.get_scale(str(item.scale))
            cells = self.rosters.valued(scale, targets, lean, uneven)
        else:
            cells = self.rosters.binary(targets, lean)
        for place, values in enumerate(cells.T, start=1):
            self._put(item, values, position=place)

    def _roster_of(self, item: Item) -> Roster | None:
        return next((part for part in self.instrument.rosters if part.id == item.roster), None)
