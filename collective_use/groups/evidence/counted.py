"""Evidence from counts alone: the same numbers as from rows, and what sums do not tell."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.compositions import SHARED
from collective_use.frames import Columns, frame_of
from collective_use.groups.counts.result import GroupCounts
from collective_use.groups.counts.survey import SurveyCounts
from collective_use.groups.evidence.chance import chance_of_agreement
from collective_use.groups.evidence.item_set import ItemSet
from collective_use.groups.evidence.kinds import answers_to
from collective_use.groups.evidence.measured import Measured
from collective_use.groups.evidence.parts import AgainstRandom, Chance, Number
from collective_use.groups.evidence.persons import alpha_of
from collective_use.groups.evidence.random_groups import index_row
from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.result import Evidence, empty_evidence
from collective_use.groups.evidence.settings import NOBODY, Settings
from collective_use.groups.evidence.shared import (
    columns_by_group,
    evidence_from,
    measured,
)
from collective_use.groups.evidence.voices import Voices
from collective_use.groups.keys import GroupKeys
from collective_use.instrument.model import Measure
from collective_use.numerics.groups import permutation
from collective_use.numerics.groups.person_sums import (
    Centred,
    PersonSums,
    centred,
    complete_covariance,
    score_moments,
)
from collective_use.numerics.groups.random_indices import FEWEST, mean_variance_of_sums
from collective_use.numerics.groups.statistics import GroupStatistics
from collective_use.numerics.threads import each_of
from collective_use.numerics.types import Floats, Integers
from collective_use.record import Record
from collective_use.results import NotComputed


def counted_evidence(
    counted: SurveyCounts, keys: GroupKeys, measure: Measure, settings: Settings
) -> Evidence:
    """Return the evidence of a measure from the counts of its answers.

    Parameters
    ----------
    counted
        The survey.
    keys
        Its groups.
    measure
        The measure; one that is not shared or additive of statements comes back empty, with the
        sample that it would take.
    settings
        Choices of the run.
    """
    refused = refused_checks(measure)
    kind = answers_to(counted.instrument, measure, counted.instrument.get_item(measure.items[0]))
    if kind != "statements" or measure.composition not in (*SHARED, "additive"):
        return empty_evidence(measure, keys.labels, counted.sample_named(), refused)
    plan = counted.plan(measure)
    if plan is None:
        why = "none of the measure's items is in the data"
        return empty_evidence(measure, keys.labels, why, refused)
    counts = counted.counts(measure.id)
    one = counts.scores(plan.minimum)
    if measure.score == "sum":
        one = _times(one, float(len(plan.items)))
    if not one.n.any():
        return empty_evidence(measure, keys.labels, NOBODY, refused)
    items = _items(counted, counts, measure)
    persons = _OfSums(counted, counts, float(len(plan.items)) if measure.score == "sum" else 1.0)
    m = measured(measure, keys, settings, persons, one, items, Voices())
    return evidence_from(m, columns_by_group(m, one.means[:, 0], {}), refused)


def counted_record(counted: SurveyCounts) -> Record:
    """Return what is said of a survey before its measures are counted."""
    text = (
        f"Counted by {counted.engine} where the answers lie; every row counts, without screening."
    )
    record = Record().note("groups", "decision", text, count=counted.persons, of="persons")
    facets = [m.id for m in counted.instrument.measures if m.facet_scores]
    if facets:
        text = "Facet scores are not made from counts; they take the answers of persons."
        record = record.note(
            "groups", "left out", text, count=len(facets), of="measures", what=facets
        )
    return record


def _times(one: GroupStatistics, factor: float) -> GroupStatistics:
    return replace(
        one, shift=one.shift * factor, sums=one.sums * factor, deviations=one.deviations * factor**2
    )


def _items(counted: SurveyCounts, counts: GroupCounts, measure: Measure) -> ItemSet:
    names = tuple(name for name in measure.items if name in counted.columns)
    stats = tuple(each_of(counts.keyed, counts.plan.items, rows=len(counts.groups)))
    codes = tuple(np.asarray(one.options, dtype=np.float64) for one in stats)
    return ItemSet(names, codes, stats, np.empty((0, len(names))))


@dataclass
class _OfSums:
    """What sums over persons tell: a second pass over the answers, once it is known who is judged.

    Attributes
    ----------
    counted, counts
        The survey and the counts of the measure.
    times
        What a mean score is multiplied by.
    """

    counted: SurveyCounts
    counts: GroupCounts
    times: float
    _sums: tuple[NDArray[np.bool_], PersonSums] | None = None

    def of(self, judged: NDArray[np.bool_]) -> PersonSums:
        """Return the sums, taken once."""
        if self._sums is None or not np.array_equal(self._sums[0], judged):
            self._sums = (judged, self.counted.person_sums(self.counts, judged))
        return self._sums[1]

    def by_item(self, m: Measured) -> pd.DataFrame:
        """Return one row a group and item."""
        return m.items.frame(m.keys.labels)

    def alpha(self, m: Measured) -> Number:
        """Return Cronbach's alpha over complete persons."""
        answered = self.counts.answered_items
        complete = self.of(m.judged).complete
        few = int(complete[0, 0]) < 2
        covariance = np.zeros((0, 0)) if few else complete_covariance(complete, answered)
        return alpha_of(len(answered), int(complete[0, 0]), covariance)

    def random(self, m: Measured, null: str) -> AgainstRandom:
        """Return the comparison with random groups, in closed form throughout."""
        few = NotComputed("fewer than two groups can be compared, or all answers are the same")
        sums = self.of(m.judged)
        if sums.persons < 4:
            return AgainstRandom(few, few, few, few, few)
        size = np.where(m.judged, m.one.n[:, 0], 0)
        n, places, squares = self.counts.of_scored()
        if not m.judged.all():
            n, places, squares = (
                np.where(m.judged[:, None], part, 0) for part in (n, places, squares)
            )
        about = centred(sums.products)
        found = _disagreement(about, size, n, places)
        z = self._bliese(m, sums, size)
        known: Number = few if np.isnan(z) else z
        if np.isnan(found.p):
            return AgainstRandom(few, few, few, few, known, few, few, few)
        part = AgainstRandom(
            found.within, found.expected, found.z, found.p, known, indices=frame_of([])
        )
        if (n == size[:, None]).all():
            grain = float(self.counts.plan.grain)
            part = replace(
                part,
                indices=_lindell(
                    about, size, places, squares, m.items.null_variances(null) / grain**2
                ),
            )
        if m.settings.repetitions < FEWEST:
            return part
        why = NotComputed(self.counted.sample_named())
        return replace(part, agree_p_rwg=why, agree_p_ad=why, agree_p_awg=why)

    def _bliese(self, m: Measured, sums: PersonSums, size: Integers) -> float:
        """Return z of the mean variance within groups against random groups (Bliese 2000)."""
        N, s2, s4 = score_moments(sums.levels)
        enough = size > 1
        if enough.sum() < 2 or N < 4:
            return float("nan")
        unit = (float(self.counts.plan.grain) * self.times) ** 2
        moments = permutation.moments_of_sums(N, s2 * unit, s4 * unit**2, size[enough])
        spread = float(np.sqrt(moments.variances.mean() / enough.sum()))
        observed = float(m.one.variances[enough, 0].mean())
        return (observed - moments.expected) / spread if spread > 0 else float("nan")

    def chances(self, m: Measured, ratio: Floats, null: str) -> tuple[Columns, Chance]:
        """Return the chance of as much agreement: exact for one item, else what it would take."""
        if len(m.items.names) == 1 or not m.items.alike:
            return chance_of_agreement(
                m.items, m.keys.codes, m.one.n[:, 0], ratio, null, m.settings, m.judged
            )
        why = NotComputed(self.counted.sample_named())
        return {}, Chance(why, why)


def _disagreement(
    about: Centred, size: Integers, n: Integers, places: Integers
) -> permutation.Disagreement:
    answered = np.maximum(about.answered, 1.0)
    spread = np.sqrt(np.diag(about.products) / answered)
    spread = np.where(spread > 0, spread, 1.0)
    sums = (places - about.means * n) / spread
    total = about.products / np.outer(spread, spread)
    s2 = float(np.sum(about.squares / np.outer(spread**2, spread**2)))
    return permutation.disagreement_of_sums(size, sums, total, s2)


def _lindell(
    about: Centred, size: Integers, places: Integers, squares: Integers, units: Floats
) -> pd.DataFrame:
    """Return the comparison of the mean r*wg(j), as a row."""
    J = len(units)
    count = size[:, None]
    inner = (count * squares - places * places).astype(np.float64)
    variances = np.full(inner.shape, np.nan)
    np.divide(inner, count * (count - 1), out=variances, where=count > 1)
    root = np.sqrt(units * J)
    total = about.products / np.outer(root, root)
    fourth = float(np.sum(about.squares / np.outer(units * J, units * J)))
    one = mean_variance_of_sums(size, (variances / units).mean(axis=1), total, fourth)
    turned = replace(one, observed=1.0 - one.observed, expected=1.0 - one.expected, z=-one.z)
    return frame_of([index_row("rwg_j_lindell", turned)])
