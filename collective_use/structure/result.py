"""What `fit_structure` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collective_use.accepted import PlainDict
from collective_use.record import Record
from collective_use.results import Result, Table, plain
from collective_use.sem.engines.agreement import EngineAgreement
from collective_use.sem.result import SemResult
from collective_use.structure.answers.effects import Drawn
from collective_use.structure.answers.omitted import omitted_frame
from collective_use.structure.answers.sizes import (
    NEGLIGIBLE,
    contrasts_frame,
    explained_frame,
    sizes_frame,
)
from collective_use.structure.report import report_tables, report_text
from collective_use.structure.ways.rule import Power

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class StructureFit(Result):
    """A structural model fitted to groups.

    Attributes
    ----------
    model
        Id of the model in the instrument.
    fit
        The fit itself: estimates, residuals, explained variance.
    effects
        One row an effect: specific and total indirect, direct and total effects, contrasts; one
        pair of limits (``lower``, ``upper``), the ``p`` that belongs to them, and ``q`` for the
        family (false discoveries).
    syntax
        The model text as it was fitted.
    groups
        Names of the groups used.
    agreement
        How far semopy and the core agree; None when semopy did not fit the model.
    warnings
        What to know before using the numbers, a sentence each; power comes first.
    record
        Groups left out, and why.
    attribution
        What of the model is the theory's and what is inferred.
    title
        The model's name in words.
    note
        What the instrument says beside it.
    way
        How it was fitted.
    reason
        Why this way.
    measures
        Fit measures; empty where the way has no test of the structure.
    limits
        Where limits and p come from, in words.
    instruments
        For the way `iv`: every equation with its test; None else.
    power
        How likely one medium indirect effect is found with so many groups: `groups`, `share`,
        `reliability` (of the line of the table that is nearest), `needed` (groups for 80%); None
        from 150 groups on.

    Examples
    --------
    >>> import warnings
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> warnings.simplefilter("ignore", cu.SmallGroupsWarning)  # 60 groups are few
    >>> found = cu.fit_structure(groups, "M1")
    >>> found.model, found.way, len(found.groups)
    ('M1', 'corrected', 60)
    """

    model: str
    fit: SemResult
    effects: pd.DataFrame
    syntax: str
    groups: tuple[str, ...]
    agreement: EngineAgreement | None
    warnings: tuple[str, ...]
    record: Record
    attribution: tuple[str, str] = ("", "")
    title: str = ""
    note: str = ""
    way: str = "means"
    reason: str = ""
    measures: Mapping[str, float] = field(default_factory=dict)
    limits: str = ""
    instruments: pd.DataFrame | None = None
    power: Power | None = None
    _drawn: Drawn | None = field(default=None, repr=False, compare=False)
    _df: float | None = field(default=None, repr=False, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates, paths and defined effects."""
        return self.fit.estimates

    def fit_frame(self) -> pd.DataFrame:
        """Return all fit measures, one a row."""
        import pandas as pd

        return pd.DataFrame({"measure": list(self.measures), "value": list(self.measures.values())})

    def explained(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Return R-square of every outcome between groups, with limits.

        Parameters
        ----------
        confidence
            Of the limits, from the same draws as those of the effects.

        Returns
        -------
        pandas.DataFrame
            ``variable, r_square, lower, upper``.
        """
        return explained_frame(self.fit, self._drawn, confidence)

    def sizes(self, *, bound: float | None = None, confidence: float = 0.95) -> pd.DataFrame:
        """Return every effect in standard deviations between groups, and whether it is negligible.

        Limits, the p of equivalence (two one-sided tests) and the p of a minimal effect come from
        the same draws as the limits of the effects, each draw standardized by its own variances.

        Parameters
        ----------
        bound
            Smallest standardized effect that counts; by default the cut-off `NEGLIGIBLE`, .10.
        confidence
            Of the limits; 1 less it is the level of the tests.

        Returns
        -------
        pandas.DataFrame
            ``effect, kind, route, std, lower, upper, p_negligible, p_minimal, verdict``: verdict
            is ``smaller than``, ``larger than`` the bound, or ``undecided``.

        References
        ----------
        Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15:657; Murphy & Myors
        (1999), Journal of Applied Psychology 84:234.
        """
        chosen = NEGLIGIBLE.value if bound is None else bound
        return sizes_frame(self.fit, self.effects, self._drawn, confidence, chosen)

    def contrasts(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Return differences between the mechanisms that join the same two measures.

        Returns
        -------
        pandas.DataFrame
            ``first, second`` (specific indirect effects), ``est, lower, upper, p, q``.
        """
        return contrasts_frame(self.fit, self.effects, self._drawn, confidence)

    def omitted(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Return how strong a common cause left out would have to be to undo each path.

        Returns
        -------
        pandas.DataFrame
            ``outcome, predictor, est``; ``correlation``: what errors of the two would have to
            share for the path to be zero (Imai, Keele & Yamamoto 2010); ``robustness`` and
            ``robustness_limit``: the share of what is left of both, that a cause would have to
            explain to take the path, or its nearer limit, to zero (Cinelli & Hazlett 2020);
            ``like``, ``like_predictor``, ``like_outcome``: the predictor beside it that would do
            most, and what it explains; ``est_without``: the path if a cause as strong were left
            out.

        References
        ----------
        Cinelli & Hazlett (2020), Journal of the Royal Statistical Society B 82:39; Imai, Keele &
        Yamamoto (2010), Statistical Science 25:51.
        """
        return omitted_frame(self.fit, self._df, confidence)

    def to_dict(self) -> PlainDict:
        """Return everything as plain values."""
        return {
            "model": self.model,
            "title": self.title,
            "way": self.way,
            "reason": self.reason,
            "groups": list(self.groups),
            "syntax": self.syntax,
            "engine": self.fit.engine,
            "agreement": plain(self.agreement),
            "estimates": plain(self.fit.estimates),
            "effects": plain(self.effects),
            "limits": self.limits,
            "explained": plain(self.explained()) if self.fit.converged else [],
            "instruments": plain(self.instruments),
            "power": plain(self.power),
            "fit": plain(dict(self.measures)),
            "warnings": list(self.warnings),
            "record": self.record.to_dict(),
            "theory": self.attribution[0],
            "inferred": self.attribution[1],
        }

    def tables(self) -> tuple[Table, ...]:
        """Return fit, paths, effects and what to mind, as a reader wants them."""
        return report_tables(self)

    def report(self) -> str:
        """Return the whole account as text: numbers, warnings, attribution, the model itself."""
        return report_text(self)
