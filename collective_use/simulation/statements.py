"""Answers to Likert statements: group, person and item, cut into categories.

The latent answer of person p in group g to item i is

    y* = sqrt(icc) (b eta_g + sqrt(1 - b^2) u_gi) + sqrt(1 - icc) (w_i omega_p + sqrt(1 - w_i^2) e)

with total variance 1 (a two-level factor model as in Muthen 1994, Sociological Methods &
Research 22:376), cut at the item's thresholds into the scale's codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.instrument.model import Item, ResponseScale
from collective_use.numerics.types import Floats
from collective_use.simulation.latents import Latents
from collective_use.simulation.parameters import Flaws, TrueParameters
from collective_use.simulation.people import People

_WIDTH = 1.5
"""The outermost thresholds lie this many standard deviations from the item's centre."""
_KEPT = 0.25
"""Share of respondents who answer a bad reverse item as its key expects."""
_SECOND = 0.8
"""Weight of the foreign variable in a double-loading item, its own being 1."""


@dataclass(frozen=True, slots=True)
class TrueItem:
    """The truth of one item.

    Attributes
    ----------
    item
        Its id.
    latent
        The variable it measures; empty for items that measure none.
    icc, group_loading, loading
        As in the formula of this module: icc, b and w.
    thresholds
        The scale's number of options minus 1, on y*, before a reverse key.
    """

    item: str
    latent: str
    icc: float
    group_loading: float
    loading: float
    thresholds: tuple[float, ...]


class Statements:
    """Draws answers to statements; person factors are drawn once and shared by items."""

    def __init__(
        self,
        people: People,
        latents: Latents,
        parameters: TrueParameters,
        flaws: Flaws,
        rng: np.random.Generator,
        before: Statements | None = None,
    ) -> None:
        self.people = people
        self.latents = latents
        self.parameters = parameters
        self.flaws = flaws
        self.rng = rng
        count = len(people.group)
        halo = rng.standard_normal(count)
        own = rng.standard_normal((count, len(latents.names)))
        share = parameters.halo
        self.person = np.sqrt(share) * halo[:, None] + np.sqrt(1 - share) * own
        self.marker = rng.standard_normal(count)
        self.careless = np.zeros(count, dtype=bool)
        if parameters.careless > 0:
            self.careless = rng.random(count) < parameters.careless
        self.truths: dict[str, TrueItem] = {}
        if before is not None:  # a later wave: the same persons, the same items
            kept = parameters.stability
            self.person = kept * before.person + np.sqrt(1 - kept**2) * self.person
            self.marker = kept * before.marker + np.sqrt(1 - kept**2) * self.marker
            self.truths = before.truths

    def answers(
        self, item: Item, scale: ResponseScale, latent: str | None
    ) -> tuple[Floats, TrueItem]:
        """Return one item's codes, P, and its truth."""
        truth = self.truths.get(item.id) or self._truth(item, scale, latent)
        self.truths[item.id] = truth
        cuts = np.array(truth.thresholds)
        score = self._latent_answer(item, truth)
        if item.reverse:
            score = self._reversed(item, score)
        codes = np.array(sorted(scale.codes), dtype=np.float64)
        chosen = codes[np.searchsorted(cuts, score)]
        if self.careless.any():
            chosen = np.where(self.careless, self.rng.choice(codes, len(chosen)), chosen)
        return self._missing(chosen, scale), truth

    def _truth(self, item: Item, scale: ResponseScale, latent: str | None) -> TrueItem:
        low, high = self.parameters.loadings
        loading = float(self.rng.uniform(low, high))
        loading = float(self.parameters.item_loadings.get(item.id, loading))
        shift = float(self.rng.uniform(-1, 1)) * self.parameters.difficulty
        cuts = np.linspace(-_WIDTH, _WIDTH, len(scale.options) - 1) + shift
        icc = self.parameters.iccs.get(latent, self.parameters.icc) if latent else 0.0
        return TrueItem(
            item.id, latent or "", icc, self.parameters.group_loading, loading, tuple(cuts.tolist())
        )

    def _latent_answer(self, item: Item, truth: TrueItem) -> Floats:
        eta, omega = self._factors(truth.latent)
        second = self.flaws.double_loading.get(item.id)
        if second:
            other_eta, other_omega = self._factors(second)
            size = np.sqrt(1 + _SECOND**2 + 2 * _SECOND * self._correlation(truth.latent, second))
            eta = (eta + _SECOND * other_eta) / size
            omega = (omega + _SECOND * other_omega) / np.sqrt(1 + _SECOND**2)
        b, w = truth.group_loading, truth.loading
        own = self.rng.standard_normal(len(self.people.sizes))
        noise = self.rng.standard_normal(len(self.people.group))
        between = b * eta + np.sqrt(1 - b**2) * own
        within = w * omega + np.sqrt(1 - w**2) * noise
        group = self.people.group
        return np.sqrt(truth.icc) * between[group] + np.sqrt(1 - truth.icc) * within

    def _factors(self, latent: str) -> tuple[Floats, Floats]:
        if not latent:
            return np.zeros(len(self.people.sizes)), self.marker
        return self.latents.of(latent), self.person[:, self.latents.names.index(latent)]

    def _correlation(self, one: str, other: str) -> float:
        names = self.latents.names
        return float(self.latents.correlation[names.index(one), names.index(other)])

    def _reversed(self, item: Item, score: Floats) -> Floats:
        if item.id not in self.flaws.bad_reverse:
            return -score
        understood = self.rng.random(len(score)) < _KEPT
        return np.where(understood, -score, score)

    def _missing(self, chosen: Floats, scale: ResponseScale) -> Floats:
        """Replace some answers by the scale's own codes for missing ones."""
        chances: Sequence[tuple[str, float]] = (
            ("dont_know", self.parameters.dont_know),
            ("no_occasion", self.parameters.no_occasion),
            ("unanswered", self.flaws.unanswered),
        )
        codes: Mapping[str, int] = {
            option.reason: option.code for option in scale.missing if option.code is not None
        }
        for reason, chance in chances:
            drawn = self.rng.random(len(chosen)) < chance
            if reason in codes and chance > 0:
                chosen = np.where(drawn, float(codes[reason]), chosen)
        if self.parameters.missing > 0:
            chosen = np.where(
                self.rng.random(len(chosen)) < self.parameters.missing, np.nan, chosen
            )
        return chosen


def attention_answers(
    item: Item, scale: ResponseScale, count: int, rng: np.random.Generator
) -> Floats:
    """Draw answers to an attention item: nearly all respondents pass it."""
    codes = np.array(sorted(scale.codes), dtype=np.float64)
    careless = rng.random(count) < 0.02
    chance = rng.choice(codes, count)
    if item.keyed_answer is not None:
        passed = np.full(count, float(item.keyed_answer))
    elif item.fail_from is not None:
        passed = rng.choice(codes[codes < item.fail_from][:2], count)
    else:
        passed = rng.choice(codes[-2:], count)
    return np.where(careless, chance, passed)
