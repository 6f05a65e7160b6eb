"""What `fit_products` returns: paths, effects at values of a moderator, a surface."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.checks import quoted
from collective_use.errors import InputError
from collective_use.numerics.structure.answers import percentile_answer
from collective_use.numerics.types import Floats
from collective_use.record import Record
from collective_use.results import Result, Table, plain, table_of

AT = (-1.0, 0.0, 1.0)


@dataclass(frozen=True)
class ProductsFit(Result):
    """Equations with products and squares, fitted to groups.

    Attributes
    ----------
    estimates
        One row a path: ``outcome, term, est, se, lower, upper, p``; measures are counted from their
        means.
    equations
        As they were given.
    way
        ``"corrected"`` or ``"means"``.
    groups
        Names of the groups used.
    df
        Degrees of freedom of t.
    spread
        Standard deviation of each measure between groups, by the same way.
    record
        Groups left out, and why.
    confidence
        Of the limits.

    Examples
    --------
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> fit = cu.fit_products(groups, "dcb ~ pim + dl + pim:dl; cdu ~ dcb + pim")
    >>> fit.conditional(["pim", "dcb", "cdu"], "dl")["at"].tolist()
    ['dl -1 SD', 'dl mean', 'dl +1 SD', 'dl +1 SD less dl -1 SD']
    """

    estimates: pd.DataFrame
    equations: str
    way: str
    groups: tuple[str, ...]
    df: int
    spread: Mapping[str, float]
    record: Record
    confidence: float
    _labels: tuple[tuple[str, str], ...] = field(repr=False)
    _theta: Floats = field(repr=False)
    _draws: Floats = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a path."""
        return self.estimates.copy()

    def to_dict(self) -> PlainDict:
        """Return everything as plain values."""
        return {
            "equations": self.equations,
            "way": self.way,
            "groups": list(self.groups),
            "df": self.df,
            "spread": dict(self.spread),
            "estimates": plain(self.estimates),
            "record": self.record.to_dict(),
        }

    def tables(self) -> tuple[Table, ...]:
        """Return the paths."""
        title = f"Products and squares ({len(self.groups)} groups, way: {self.way})"
        note = f"Measures are counted from their means; limits by t, {self.df} degrees of freedom."
        return (table_of(title, self.estimates, notes=(note,)),)

    def conditional(
        self, route: Sequence[str], moderator: str, at: Sequence[float] = AT
    ) -> pd.DataFrame:
        """Return the effect along a route where a moderator has certain values.

        Each step counts with its slope there; all other measures are average. With the moderator
        first in the route it is the slope of a curve at that value.

        Parameters
        ----------
        route
            Two or more measures, each explained by the one before.
        moderator
            A measure.
        at
            Its values, in standard deviations between groups from its mean.

        Returns
        -------
        pandas.DataFrame
            ``at, value, est, lower, upper, p``; the last row is the difference between the last and
            the first value: whether the effect is moderated at all (Hayes 2015).

        References
        ----------
        Preacher, Rucker & Hayes (2007), Multivariate Behavioral Research 42:185; Hayes & Preacher
        (2010), Multivariate Behavioral Research 45:627; Hayes (2015), Multivariate Behavioral
        Research 50:1.
        """
        if isinstance(route, str) or len(route) < 2:
            raise InputError(f"route must name two or more measures, got {route!r}")
        if moderator not in self.spread:
            raise InputError(f"moderator must be one of {quoted(list(self.spread))}, got "
                             f"{moderator!r}")  # fmt: skip
        for start, end in pairwise(route):
            if (end, start) not in self._labels:
                raise InputError(f"no equation explains {end} by {start}")
        values = [k * self.spread[moderator] for k in at]

        def effects(theta: Floats) -> Floats:
            columns = [self._along(theta, route, moderator, value) for value in values]
            if len(values) > 1:
                columns.append(columns[-1] - columns[0])
            return np.stack(columns, axis=1)

        names = [f"{moderator} {f'{k:+g} SD' if k else 'mean'}" for k in at]
        if len(values) > 1:
            names.append(f"{names[-1]} less {names[0]}")
        return self._answered(effects, names, [*values, np.nan][: len(names)])

    def surface(self, outcome: str, first: str, second: str) -> pd.DataFrame:
        """Return the response surface of two measures: slopes and curves along its two lines.

        Returns
        -------
        pandas.DataFrame
            ``at, est, lower, upper, p``: slope and curvature where both measures are alike
            (a1, a2), where one gains what the other loses (a3, a4), and a5, the difference of the
            two curvatures that a congruence effect wants at zero.

        Raises
        ------
        InputError
            When the outcome's equation lacks one of the five terms.

        References
        ----------
        Edwards & Parry (1993), Academy of Management Journal 36:1577; Humberg, Nestler & Back
        (2019), Social Psychological and Personality Science 10:409.
        """
        terms = [first, second, f"{first}:{first}", f"{first}:{second}", f"{second}:{second}"]
        swapped = (outcome, f"{second}:{first}")
        if (outcome, terms[3]) not in self._labels and swapped in self._labels:
            terms[3] = swapped[1]
        lacking = [term for term in terms if (outcome, term) not in self._labels]
        if lacking:
            raise InputError(f"the equation of {outcome} must hold {quoted(lacking)} for a surface")
        places = [self._labels.index((outcome, term)) for term in terms]

        def lines(theta: Floats) -> Floats:
            b = [theta[:, place] for place in places]
            columns = [b[0] + b[1], b[2] + b[3] + b[4], b[0] - b[1], b[2] - b[3] + b[4],
                       b[2] - b[4]]  # fmt: skip
            return np.stack(columns, axis=1)

        names = [
            "a1: slope where both are alike",
            "a2: curvature where both are alike",
            "a3: slope where one gains what the other loses",
            "a4: curvature where one gains what the other loses",
            "a5: difference of curvatures",
        ]
        return self._answered(lines, names).drop(columns="value")

    def _along(self, theta: Floats, route: Sequence[str], moderator: str, value: float) -> Floats:
        out = np.ones(len(theta))
        for start, end in pairwise(route):
            out = out * self._slope(theta, start, end, moderator, value)
        return out

    def _slope(self, theta: Floats, start: str, end: str, moderator: str, value: float) -> Floats:
        out = np.zeros(len(theta))
        for place, (outcome, term) in enumerate(self._labels):
            factors = term.split(":")
            if outcome != end or start not in factors:
                continue
            factors.remove(start)
            if not factors:
                out = out + theta[:, place]
            elif factors[0] == moderator:
                twice = 2.0 if factors[0] == start else 1.0
                out = out + twice * value * theta[:, place]
        return out

    def _answered(
        self,
        quantities: Callable[[Floats], Floats],
        names: Sequence[str],
        values: Sequence[float] | None = None,
    ) -> pd.DataFrame:
        answer = percentile_answer(quantities(self._draws), self.confidence)
        shown = [np.nan] * len(names) if values is None else list(values)
        return pd.DataFrame(
            {
                "at": list(names),
                "value": shown,
                "est": quantities(self._theta[None, :])[0],
                "lower": answer.lower,
                "upper": answer.upper,
                "p": answer.p,
            }
        )
