"""Answers about named members and partners, and checklists about oneself.

Every item follows the standing of its group on what it measures (`lean`, one standardized
value a group): more ties where a group is better connected, less even points where power is
less even. Cells that nobody is asked for (oneself, places beyond the roster) are NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collective_use.instrument.model import Measure, ResponseScale, Roster
from collective_use.numerics.types import Floats, Integers
from collective_use.simulation.people import People

_EVEN_INDICES = ("effective_number", "distinct", "blau", "teachman", "coverage", "entropy")
_UNEVEN_COMPOSITIONS = ("disparity", "allocation")


@dataclass(frozen=True, slots=True)
class Targets:
    """Whom an item asks about.

    Attributes
    ----------
    count
        G, how many targets each group has.
    own
        P, the respondent's own place among them, counted from 0.
    asked
        P x K, whether the cell is an answer.
    """

    count: Integers
    own: Integers
    asked: NDArray[np.bool_]


def targets_of(people: People, roster: Roster | None) -> Targets:
    """Return the targets of a roster; without one, the other members."""
    partners = roster is not None and roster.of == "partners"
    count = people.partners if partners else people.sizes
    own = people.partner if partners else people.position
    places = np.arange(int(count.max()))
    asked = places[None, :] < count[people.group][:, None]
    if roster is None or not roster.include_self:
        asked &= places[None, :] != own[:, None]
    return Targets(count, own, asked)


def unevenness(measure: Measure | None) -> int:
    """Return 1 when a high value of a measure means unevenness, -1 evenness, 0 neither."""
    if measure is None or measure.composition not in _UNEVEN_COMPOSITIONS:
        return 0
    first = measure.indices[0] if measure.indices else None
    if first is None:
        return 1
    return -1 if first.one_minus != (first.name in _EVEN_INDICES) else 1


@dataclass(slots=True)
class RosterAnswers:
    """Draws roster, points and checklist answers for one set of people."""

    people: People
    rng: np.random.Generator
    areas: dict[int, Integers] = field(default_factory=dict)
    """Each member's main area by number of areas, so that lists of one kind tell one story."""
    levels: dict[int, Floats] = field(default_factory=dict)
    """Each member's knowledge by area, P x areas, by number of areas."""

    def ties(self, targets: Targets, lean: Floats, uneven: int) -> Floats:
        """Return P x K latent tie strengths of about unit variance."""
        group, position = self.people.group, self.people.position
        count, widest = len(self.people.sizes), targets.asked.shape[1]
        popular = self.rng.standard_normal((count, widest))
        sender = self.rng.standard_normal(len(group))
        noise = self.rng.standard_normal((len(group), widest))
        if uneven:
            spread = np.exp(0.45 * uneven * lean - 0.3)
            return spread[group, None] * popular[group] + 0.3 * sender[:, None] + 0.4 * noise
        square = max(widest, int(self.people.sizes.max()))
        pair = self.rng.standard_normal((count, square, square))
        mutual = ((pair + pair.transpose(0, 2, 1)) / np.sqrt(2))[group, position, :widest]
        parts = 0.6 * lean[group, None] + 0.3 * sender[:, None] + 0.3 * popular[group]
        return parts + 0.55 * mutual + 0.35 * noise

    def valued(self, scale: ResponseScale, targets: Targets, lean: Floats, uneven: int) -> Floats:
        """Return P x K codes of a response scale."""
        codes = np.array(sorted(scale.codes), dtype=np.float64)
        cuts = np.linspace(-1.2, 1.2, len(codes) - 1)
        chosen = codes[np.searchsorted(cuts, self.ties(targets, lean, uneven))]
        return np.where(targets.asked, chosen, np.nan)

    def binary(self, targets: Targets, lean: Floats) -> Floats:
        """Return P x K of 0 and 1."""
        ticked = self.ties(targets, lean, 0) > 0.5
        return np.where(targets.asked, ticked.astype(np.float64), np.nan)

    def roles(self, roles: int, targets: Targets, lean: Floats) -> Floats:
        """Return P x K x roles of 0 and 1; leading is shared more where `lean` is high."""
        group = self.people.group
        shape = (len(self.people.sizes), targets.asked.shape[1], roles)
        share = self.rng.standard_normal(shape) + 0.6 * lean[:, None, None]
        noise = self.rng.standard_normal((len(group), *shape[1:]))
        ticked = (0.9 * share[group] + 0.5 * noise > 0.7).astype(np.float64)
        return np.where(targets.asked[:, :, None], ticked, np.nan)

    def points(self, total: float, targets: Targets, lean: Floats, uneven: int) -> Floats:
        """Return P x K whole points that add up to the total."""
        group = self.people.group
        spread = np.exp(0.35 * (uneven or 1) * lean - 0.5)
        weight = spread[:, None] * self.rng.standard_normal((len(lean), targets.asked.shape[1]))
        seen = weight[group] + 0.25 * self.rng.standard_normal(targets.asked.shape)
        share = np.where(targets.asked, np.exp(seen), 0.0)
        share /= share.sum(axis=1, keepdims=True)
        running = np.rint(np.cumsum(share, axis=1) * total)
        return np.where(targets.asked, np.diff(running, axis=1, prepend=0.0), np.nan)

    def resources(
        self, codes: Integers, targets_partner: Integers, lean: Floats, uneven: int
    ) -> Floats:
        """Return P x options of 0 and 1; members of a partner tick much the same.

        An option with code 0 is "none of these" and ticked when nothing else is.
        """
        group = self.people.group
        spread = np.exp(0.4 * (uneven or 1) * lean - 0.2)
        strength = self.rng.standard_normal((len(lean), int(self.people.partners.max())))
        own = (spread[:, None] * strength)[group, targets_partner]
        noise = self.rng.standard_normal((len(group), len(codes)))
        ticked = own[:, None] + 0.8 * noise > 0.3
        none = codes == 0
        ticked[:, none] = ~ticked[:, ~none].any(axis=1, keepdims=True)
        return ticked.astype(np.float64)

    def main_area(self, options: int, lean: Floats) -> Integers:
        """Return P numbers of options: the more kinds, the more even, the higher `lean`."""
        if options not in self.areas:
            parts = []
            for group, size in enumerate(self.people.sizes):
                fall = np.exp(-0.3 - 0.9 * lean[group])
                share = np.exp(-fall * np.arange(options))
                edges = np.cumsum(share / share.sum())
                # systematic draws: the spread over kinds follows the group, not luck
                at = (np.arange(size) + self.rng.random()) / size
                kinds = np.minimum(np.searchsorted(edges, at), options - 1)
                parts.append(self.rng.permutation(options)[self.rng.permutation(kinds)])
            self.areas[options] = np.concatenate(parts).astype(np.int64)
        return self.areas[options]

    def knowledge(self, options: int, lean: Floats) -> Floats:
        """Return P x options of latent knowledge, highest in the main area."""
        if options not in self.levels:
            main = self.main_area(options, lean)
            noise = self.rng.standard_normal((len(main), options))
            self.levels[options] = noise + 1.8 * (main[:, None] == np.arange(options))
        return self.levels[options]

    def rated(self, scale: ResponseScale, options: int, lean: Floats) -> Floats:
        """Return P x options codes of a scale of levels."""
        codes = np.array(sorted(scale.codes), dtype=np.float64)
        cuts = np.linspace(-0.2, 1.6, len(codes) - 1)
        return codes[np.searchsorted(cuts, self.knowledge(options, lean))]

    def nominated(self, options: int, targets: Targets, lean: Floats, kinds: Floats) -> Floats:
        """Return P x options positions (from 1) of who knows most; 0 is nobody.

        Groups with a high `lean` recognise who knows what; `kinds` is the groups' variety.
        """
        group = self.people.group
        known = self.knowledge(options, kinds)
        start = np.concatenate([[0], np.cumsum(self.people.sizes)])[:-1]
        places = np.minimum(np.arange(targets.asked.shape[1]), targets.count[group][:, None] - 1)
        level = known[start[group][:, None] + places]
        noise = self.rng.standard_normal(level.shape)
        seen = level + np.exp(-0.4 * lean)[group, None, None] * noise
        seen = np.where(targets.asked[:, :, None], seen, -np.inf)
        best = seen.argmax(axis=1) + 1.0
        return np.where(seen.max(axis=1) < 0.3, 0.0, best)


def lean_of(
    latent: str | None, values: Mapping[str, Floats], convergence: float, rng: np.random.Generator
) -> Floats:
    """Return what a construct looks like through another source, G: its standing and noise."""
    if latent is None:
        return rng.standard_normal(len(next(iter(values.values()))))
    noise = rng.standard_normal(len(values[latent]))
    return convergence * values[latent] + np.sqrt(1 - convergence**2) * noise
