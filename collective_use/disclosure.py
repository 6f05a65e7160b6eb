"""What may be shown to others about answers: from which group size on, and how finely.

One rule for every table, page and figure that leaves the analyst's desk; the tables themselves are
made by `collective_use.groups.disclosure`, and writers take their numbers from there. Groups under
the size show nothing. Larger ones show figures rounded so coarsely that one more respondent, or one
fewer, cannot be worked out by multiplying out two means (Willenborg & de Waal 2001, Elements of
statistical disclosure control, ch. 6 and 9; Hundepool et al. 2012, Statistical disclosure control,
sec. 4.3 on rounding and complementary suppression).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from collective_use.cutoffs import Cutoff

POSSIBILITIES = 3
"""How many different answers a figure has to leave open for one person, at the least."""

_MORE = 1.01
"""A band that fits exactly would lose one sum to the tie at its edge."""

DIGITS = 2
"""Decimals of a figure that is shown, however many people it rests on."""

SPREAD_FACTOR = 2
"""Spread is shown from this many times the size on: an SD of zero tells everybody's answer."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The scores that one person can have: a grid from the lowest to the highest.

    Attributes
    ----------
    grain
        The smallest difference between two scores of one person.
    low, high
        The lowest and the highest score.

    Examples
    --------
    >>> Unit(0.25, 1, 5).span
    16
    """

    grain: float
    low: float
    high: float

    @property
    def span(self) -> int:
        """Grains from the lowest score to the highest."""
        return round((self.high - self.low) / self.grain)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The rule by which figures about answers are shown to others.

    Attributes
    ----------
    size
        The smallest group (respondents with an answer) of which anything is shown.
    possibilities
        Different answers of one person that a rounded figure leaves open; the band of a mean is
        so wide that this many sums of answers fit on either side of its middle.
    spread_size
        The smallest group that shows figures of spread; twice the size when 0.

    Examples
    --------
    >>> rule = Disclosure(5)
    >>> rule.shows(4), rule.shows(5), rule.shows_spread(5), rule.shows_spread(10)
    (False, True, False, True)
    >>> rule.rounded(4.0208, rule.mean_step(6, 1 / 8))
    4.0
    """

    size: int = 5
    possibilities: int = POSSIBILITIES
    spread_size: int = 0

    def shows(self, n: float) -> bool:
        """Tell whether a group of n respondents shows its mean."""
        return n >= self.size

    def shows_spread(self, n: float) -> bool:
        """Tell whether a group of n respondents shows how far its members differ."""
        return n >= self.spread_from

    @property
    def spread_from(self) -> int:
        """The smallest group that shows how far its members differ."""
        return self.spread_size or SPREAD_FACTOR * self.size

    def band(self, unit: Unit) -> int:
        """Return how many sums of scores, in grains, share one shown mean.

        Two runs that differ by one person tell by how many bands the sum moved. A band of b
        grains leaves at least as many answers of that person as `possibilities` asks for when b
        is no smaller than it, and when what is left of the scale above the last whole band is not
        smaller either: (span - 1) modulo b >= possibilities - 1. Scales of fewer than four
        answers cannot be hidden so; their bands are twice as wide as the scale.

        Examples
        --------
        >>> [Disclosure(5).band(Unit(1, 1, top)) for top in (2, 5, 7)], Disclosure(5).band(
        ...     Unit(0.25, 1, 5)
        ... )
        ([6, 4, 3], 4)
        """
        return _band(self.possibilities, unit.span)

    def mean_width(self, n: float, unit: Unit) -> float:
        """Return how far apart two means are that are shown as different figures.

        Examples
        --------
        >>> rule = Disclosure(5)
        >>> rule.mean_width(8, Unit(0.25, 1, 5)), rule.mean_width(900, Unit(1, 1, 5))
        (0.12, 0.01)
        """
        return max(10.0**-DIGITS, float(f"{self.band(unit) * unit.grain / n:.2g}"))

    def shown_mean(self, mean: float, n: float, unit: Unit) -> float:
        """Return the middle of the band that holds the mean of n scores.

        Bands are counted from the lowest possible sum; what is left over at the top belongs to
        the last band, so that it is no narrower than the others. However the answers lie, two
        runs that differ by one person leave `possibilities` answers of that person, at the least.

        Examples
        --------
        >>> rule, unit = Disclosure(5), Unit(0.25, 1, 5)
        >>> [rule.shown_mean(mean, 8, unit) for mean in (3.0, 3.03125, 5.0)]
        [3.05, 3.05, 4.94]
        """
        if mean != mean or n <= 0:
            return math.nan
        band, top = self.band(unit), n * unit.span
        last = max(0, math.floor((top + 1) / band) - 1)
        cell = min(math.floor((mean - unit.low) / unit.grain * n / band + 1e-9), last)
        end = top if cell == last else (cell + 1) * band - 1
        return round(unit.low + (cell * band + end) / 2 * unit.grain / n, DIGITS)

    def shown_sd(self, sd: float, df: float, unit: Unit) -> float:
        """Return a standard deviation whose sum of squares is rounded to what one person can add.

        Parameters
        ----------
        sd
            The standard deviation.
        df
            What its sum of squares was divided by.
        unit
            The scores that one person can have.

        Examples
        --------
        >>> Disclosure(5).shown_sd(0.81, 199, Unit(0.25, 1, 5))
        0.83
        """
        if sd != sd or df <= 0:
            return math.nan
        most = (unit.high - unit.low) ** 2
        return round(math.sqrt((math.floor(sd**2 * df / most + 1e-9) + 0.5) * most / df), DIGITS)

    def mean_step(self, n: float, grain: float) -> float:
        """Return the step to which the mean of n scores is rounded.

        Parameters
        ----------
        n
            Respondents.
        grain
            The smallest difference between two scores of one person: 1 / k for the mean of k
            items with codes one apart.

        Examples
        --------
        >>> Disclosure(5).mean_step(5, 1.0), Disclosure(5).mean_step(40, 0.25)
        (1.0, 0.05)
        """
        return nice(_MORE * 2 * (self.possibilities - 1) * grain / n)

    def ratio_step(self, n: float) -> float:
        """Return the step of an intraclass correlation that rests on n persons.

        A ratio of two sums of squares is one equation in everybody's answers; with 60 persons two
        decimals of it leave too few answers of one of them open.

        Examples
        --------
        >>> Disclosure(5).ratio_step(60), Disclosure(5).ratio_step(400)
        (0.05, 0.01)
        """
        return max(10.0**-DIGITS, nice((self.possibilities - 1) / max(1.0, n)))

    def relation_step(self, n: float, move: float) -> float:
        """Return the step of a correlation, or of a slope in standard deviations.

        Parameters
        ----------
        n
            Groups that the figure rests on.
        move
            From `moved`.

        Examples
        --------
        >>> rule = Disclosure(5)
        >>> [rule.relation_step(n, move) for n, move in ((60, 1 / 24), (60, 1 / 3), (12, 1 / 3))]
        [0.01, 0.05, 0.2]
        """
        return max(10.0**-DIGITS, self.coarser(self.moved(n, move)))

    def statistic_step(self, n: float, move: float) -> float:
        """Return the step of a z or t of such a correlation: it grows with the root of n.

        Examples
        --------
        >>> Disclosure(5).statistic_step(60, 1 / 24), Disclosure(5).statistic_step(12, 1 / 3)
        (0.1, 0.5)
        """
        return max(0.1, self.coarser(self.moved(n, move) * math.sqrt(n)))

    def likelihood_step(self, move: float) -> float:
        """Return the step of a chi-square or a log-likelihood, a sum over all groups.

        Examples
        --------
        >>> Disclosure(5).likelihood_step(1 / 24), Disclosure(5).likelihood_step(1 / 3)
        (0.1, 1.0)
        """
        return max(0.1, self.coarser((self.possibilities - 1) * move))

    def moved(self, n: float, move: float) -> float:
        """Return how far answers that must not be told apart move a correlation of n groups.

        A group that moves by `move` standard deviations moves a correlation by about twice that
        over n, when it lies two standard deviations off on the other measure.
        """
        return 2 * (self.possibilities - 1) * move / n

    def coarser(self, least: float) -> float:
        """Return a round step no smaller than a number."""
        return nice(max(1e-9, least))

    def probability(self, p: float, change: float = 0.0) -> float:
        """Return a p-value as it is shown: two decimals, three under .01, coarser where it tells.

        Parameters
        ----------
        p
            The p-value.
        change
            By how much p changes when one person's answer differs as far as it must not show.

        Examples
        --------
        >>> rule = Disclosure(5)
        >>> rule.probability(0.0312), rule.probability(0.0046), rule.probability(0.346, 0.03)
        (0.03, 0.005, 0.35)
        """
        if p != p:
            return math.nan
        fine = DIGITS if p >= 10.0**-DIGITS else DIGITS + 1
        return self.rounded(p, max(10.0**-fine, self.coarser(change)))

    def spread_step(self, n: float, grain: float) -> float:
        """Return the step to which a standard deviation of n scores is rounded.

        One person who is off by ``possibilities - 1`` grains among n alike makes an SD of that
        over the root of n; such an SD is not told from zero.

        Examples
        --------
        >>> Disclosure(5).spread_step(16, 0.25)
        0.5
        """
        return nice(2 * (self.possibilities - 1) * grain / math.sqrt(n))

    def share_step(self, n: float) -> float:
        """Return the step for indices between 0 and 1 that rest on n persons.

        Examples
        --------
        >>> Disclosure(5).share_step(10), Disclosure(5).share_step(100)
        (0.5, 0.1)
        """
        return max(0.1, nice(2 * (self.possibilities - 1) / n))

    def rounded(self, value: float, step: float) -> float:
        """Return a value rounded to a multiple of a step; a missing value stays missing."""
        if value != value or math.isinf(value):
            return math.nan
        # A hair is added so that a tie falls the same way whatever the order of summation.
        steps = math.floor(value / step + 0.5 + 1e-9)
        return round(steps * step, max(0, -math.floor(math.log10(step))))

    def withheld(self, n: float) -> str:
        """Say why a group of n respondents shows nothing.

        Examples
        --------
        >>> Disclosure(5).withheld(4)
        '4 answered; results are shown to others from 5 on (disclosure_size)'
        """
        return (
            f"{n:g} answered; results are shown to others from {self.size} on (disclosure_size)"
            if n
            else "nobody answered"
        )


COMPLEMENT = "withheld so that the one smaller group cannot be worked out from totals"

GIVEN = "withheld since a measure with some of the same items is shown: both tell single answers"


def disclosure_rule(cutoffs: Mapping[str, Cutoff]) -> Disclosure:
    """Return the rule of a study: never under the size from which groups get values at all.

    Examples
    --------
    >>> from collective_use.cutoffs import cutoffs_with
    >>> disclosure_rule(cutoffs_with({"disclosure_size": 8})).size
    8
    """
    size = math.ceil(cutoffs["disclosure_size"].value)
    least = max(size, math.ceil(cutoffs["group_size"].value))
    return Disclosure(least, spread_size=max(least, SPREAD_FACTOR * size))


@cache
def _band(least: int, span: int) -> int:
    wide = range(least, max(4 * least, span + 1))
    return next((b for b in wide if (span - 1) % b >= least - 1), 2 * least)


def nice(least: float) -> float:
    """Return the smallest of 1, 2, 5, 10, ... (and tenths) that is no smaller than a number.

    Examples
    --------
    >>> nice(0.16), nice(0.2), nice(3.1)
    (0.2, 0.2, 5.0)
    """
    power = math.floor(math.log10(least))
    for lead in (1, 2, 5, 10):
        step = float(f"{lead}e{power}")
        if step >= least * (1 - 1e-9):
            break
    return step


def complementary(
    sizes: Sequence[float], shown: Sequence[bool], parents: Sequence[object] | None = None
) -> tuple[bool, ...]:
    """Hold back one more group wherever exactly one is withheld within a total.

    A total minus all that is shown would give the single withheld group. So the smallest of
    the shown groups goes with it; from two withheld groups on, a total gives their sum only.

    Parameters
    ----------
    sizes
        Respondents of each group; groups without an answer add nothing to a total.
    shown
        Whether each group passes the rule of size.
    parents
        The unit above each group, where totals are shown by unit; all groups are one total
        otherwise.

    Returns
    -------
    tuple of bool
        Whether each group is shown.

    Examples
    --------
    >>> complementary([3, 9, 6, 20], [False, True, True, True])
    (False, True, False, True)
    >>> complementary([3, 4, 6, 20], [False, False, True, True])
    (False, False, True, True)
    """
    result = list(shown)
    above = [None] * len(result) if parents is None else list(parents)
    for parent in dict.fromkeys(above):
        rows = [row for row, name in enumerate(above) if name == parent]
        hidden = [row for row in rows if not result[row] and sizes[row] > 0]
        left = [row for row in rows if result[row]]
        if len(hidden) == 1 and left:
            result[min(left, key=lambda row: (sizes[row], row))] = False
    return tuple(result)
