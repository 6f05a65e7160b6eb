"""The social relations model: who gives high ratings, who gets them, and what is a group's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from collective_use.checks import number_between, one_of
from collective_use.errors import InputError
from collective_use.groups.mixed.ratings import Ratings, ratings_of
from collective_use.groups.mixed.relations_parts import Parts, by_anova, by_likelihood
from collective_use.numerics.groups.mixed.round_robin import COMPONENTS
from collective_use.results import NotComputed, Result, Table, table_of

_MEANING = {
    "actor_variance": "some give higher ratings to all",
    "partner_variance": "some get higher ratings from all",
    "relationship_variance": "one person's view of one other, and error",
    "actor_partner_covariance": "generalized reciprocity: who gives high gets high",
    "relationship_covariance": "dyadic reciprocity: the two of a pair answer alike",
    "group_variance": "groups differ",
}


@dataclass(frozen=True)
class SocialRelations(Result):
    """Components, group values and effects of the social relations model.

    Attributes
    ----------
    components
        One row a component: `component`, `estimate`, `standard_error` (normal theory),
        `error_between_groups` (from how groups differ; closed forms only), `share` (of the total
        variance), `meaning`.
    by_group
        One row a group: `group`, `persons`, `ratings`, `response` (share of possible ratings),
        `mean`, `standard_error`, `reliability`, `value` (shrunken), `value_se`, `low`, `high`,
        `reason`.
    persons
        One row a person: `group`, `person`, `given`, `received`, `actor`, `partner` effects.
    generalized_reciprocity, dyadic_reciprocity
        Correlations of actor with partner effects, and of the two relationships of a pair.
    actor_reliability, partner_reliability
        Of the effects in `persons`.
    group_reliability
        Mean of the groups' reliabilities.
    log_likelihood
        Restricted or full.
    method, confidence
        How it was estimated; of the limits.
    notes
        What was left out, and how to read it.

    Examples
    --------
    >>> import numpy as np, pandas as pd, collective_use as cu
    >>> rows = pd.MultiIndex.from_product([range(3), range(4), range(4)]).to_frame(index=False)
    >>> rows.columns = ["team", "rater", "rated"]
    >>> rows["y"] = np.random.default_rng(1).normal(size=len(rows)) + rows["rater"]
    >>> found = cu.social_relations(rows, "team", "rater", "rated", "y")
    >>> found.persons.shape, found.notes[0]
    ((12, 6), '12 ratings of oneself left out.')
    """

    components: pd.DataFrame
    by_group: pd.DataFrame
    persons: pd.DataFrame
    generalized_reciprocity: float | NotComputed
    dyadic_reciprocity: float | NotComputed
    actor_reliability: float | NotComputed
    partner_reliability: float | NotComputed
    group_reliability: float | NotComputed
    log_likelihood: float | NotComputed
    method: str
    confidence: float
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `by_group`."""
        return self.by_group.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return components, what follows from them, and the groups."""
        rows = [
            ("generalized reciprocity (r)", self.generalized_reciprocity),
            ("dyadic reciprocity (r)", self.dyadic_reciprocity),
            ("reliability of actor effects", self.actor_reliability),
            ("reliability of partner effects", self.partner_reliability),
            ("reliability of group values (mean)", self.group_reliability),
        ]
        return (
            table_of(f"Social relations model ({self.method})", self.components),
            Table("", ("index", "value"), tuple(rows)),
            table_of("Groups", self.by_group, notes=self.notes),
        )


def social_relations(
    data: pd.DataFrame,
    group: str,
    actor: str,
    partner: str,
    value: str,
    *,
    method: str | None = None,
    confidence: float = 0.95,
) -> SocialRelations:
    """Fit the social relations model to ratings of persons by persons within groups.

    ``x_ij = μ + u_g + a_i + p_j + r_ij``: what a rating owes to the group, to who gives it, to
    who gets it and to the two of them.

    Parameters
    ----------
    data
        One row a rating.
    group, actor, partner, value
        Columns; `actor` rates `partner`. Ratings of oneself are left out. Ties of 0 and 1 are
        taken as they are (a linear probability).
    method
        ``"anova"``: Kenny's closed forms, for complete round robins of four or more, with the
        errors of Lashley & Bond (1997). ``"reml"`` or ``"ml"``: any design, ratings missing at
        random. By default the closed forms where they apply and REML elsewhere.
    confidence
        Of the limits of a group's value.

    Returns
    -------
    SocialRelations
        `components`, `by_group`, `persons`, reciprocities, reliabilities.

    Raises
    ------
    InputError
        When a column is not there, somebody rates another twice, a closed form is asked for
        and ratings are missing, or there are too few ratings for the model.

    Notes
    -----
    A group's value is read as that of a lasting group whose members are a sample of possible
    members: its sampling error holds actors, partners and relationships. Where the members are
    the group, `mean` of a complete roster has no sampling error. Programs that fill in row and
    column means for missing ratings (TripleR) or drop silent persons give other components.

    References
    ----------
    Kenny, D. A., & La Voie, L. (1984). The social relations model. Advances in Experimental
    Social Psychology, 18, 141-182. Kenny, D. A. (1994). Interpersonal perception. Lashley, B. R.,
    & Bond, C. F. (1997). Significance testing for round robin data. Psychological Methods, 2,
    278-291. Nestler, S. (2016). Restricted maximum likelihood estimation for parameters of the
    social relations model. Psychometrika, 81, 1098-1117.

    Examples
    --------
    >>> import numpy as np, pandas as pd, collective_use as cu
    >>> rng = np.random.default_rng(2)
    >>> rows = pd.MultiIndex.from_product([range(8), range(6), range(6)]).to_frame(index=False)
    >>> rows.columns = ["team", "rater", "rated"]
    >>> rows = rows[rows["rater"] != rows["rated"]]
    >>> gives = rng.normal(size=(8, 6))[rows["team"], rows["rater"]]
    >>> rows["trust"] = 4 + gives + rng.normal(size=len(rows))
    >>> found = cu.social_relations(rows, "team", "rater", "rated", "trust")
    >>> found.method, round(found.actor_reliability, 2)
    ('anova', 0.84)
    """
    if method is not None:
        one_of("method", method, ("anova", "reml", "ml"))
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    ratings = ratings_of(data, group, actor, partner, value)
    chosen = _method(ratings, method)
    parts = by_anova(ratings) if chosen == "anova" else by_likelihood(ratings, chosen)
    by_group = _by_group(ratings, parts, confidence)
    c = parts.components
    missing = NotComputed("closed forms have no likelihood")
    return SocialRelations(
        _components(parts), by_group, _persons(ratings, parts),
        _correlation(c[3], c[0], c[1], "actor or partner variance"),
        _correlation(c[4], c[2], c[2], "relationship variance"),
        _known(parts.actor_reliability, "actors do not differ"),
        _known(parts.partner_reliability, "partners do not differ"),
        _known(_mean(by_group["reliability"]), "groups do not differ, or there is one"),
        missing if chosen == "anova" else parts.log_likelihood,
        chosen, confidence, (*ratings.notes, *parts.notes, *_negative(c)),
    )  # fmt: skip


def _method(ratings: Ratings, method: str | None) -> str:
    if method == "anova" and not ratings.complete:
        short = [
            name
            for name, g in zip(ratings.groups, ratings.ratings, strict=True)
            if len(g.y) < g.persons * (g.persons - 1) or g.persons < 4
        ]
        raise InputError(
            "method 'anova' must have complete round robins of at least 4 persons, got missing "
            f"ratings or too few persons in {', '.join(short[:5])}; method='reml' takes them"
        )
    persons = sum(g.persons for g in ratings.ratings)
    number = sum(len(g.y) for g in ratings.ratings)
    if number < persons + len(ratings.groups) + 3 or max(g.persons for g in ratings.ratings) < 3:
        raise InputError(
            "data must hold more ratings than persons and groups together, and a group of three, "
            f"got {number} ratings of {persons} persons in {len(ratings.groups)} groups"
        )
    y = np.concatenate([g.y for g in ratings.ratings])
    if np.ptp(y) == 0:
        raise InputError(f"value must vary, got {y[0]:g} in every rating")
    return method or ("anova" if ratings.complete else "reml")


def _components(parts: Parts) -> pd.DataFrame:
    names = (*COMPONENTS, "group_variance")
    variances = np.array([1.0, 1.0, 1.0, np.nan, np.nan, 1.0])
    positive = np.maximum(parts.components, 0.0) * variances
    return pd.DataFrame(
        {
            "component": names,
            "estimate": parts.components,
            "standard_error": parts.errors,
            "error_between_groups": parts.between_errors,
            "share": positive / np.nansum(positive),
            "meaning": [_MEANING[name] for name in names],
        }
    )


def _by_group(ratings: Ratings, parts: Parts, confidence: float) -> pd.DataFrame:
    between = parts.components[5]
    error = np.where(parts.mean_errors > 0, parts.mean_errors, np.nan)
    tau2 = max(between, 0.0) if np.isfinite(between) else np.nan
    kept = tau2 / (tau2 + error)
    z = float(special.ndtri(0.5 + confidence / 2))
    value = parts.mu + kept * (parts.means - parts.mu)
    value_se = np.sqrt(tau2 * (1.0 - kept) + (1.0 - kept) ** 2 * parts.mu_variance)
    reason = "one group: nothing to shrink to" if np.isnan(between) else ""
    possible = [g.persons * (g.persons - 1) for g in ratings.ratings]
    number = [len(g.y) for g in ratings.ratings]
    return pd.DataFrame(
        {
            "group": ratings.groups,
            "persons": [g.persons for g in ratings.ratings],
            "ratings": number,
            "response": np.array(number) / np.array(possible),
            "mean": parts.means,
            "standard_error": np.sqrt(error),
            "reliability": kept,
            "value": value,
            "value_se": value_se,
            "low": value - z * value_se,
            "high": value + z * value_se,
            "reason": reason,
        }
    )


def _persons(ratings: Ratings, parts: Parts) -> pd.DataFrame:
    groups = zip(ratings.groups, ratings.persons, ratings.ratings, strict=True)
    frames = [
        pd.DataFrame(
            {
                "group": name,
                "person": people,
                "given": np.bincount(g.actor, minlength=g.persons),
                "received": np.bincount(g.partner, minlength=g.persons),
            }
        )
        for name, people, g in groups
    ]
    return pd.concat(frames, ignore_index=True).assign(actor=parts.actor, partner=parts.partner)


def _correlation(both: float, first: float, second: float, what: str) -> float | NotComputed:
    if not (first > 1e-12 and second > 1e-12):
        return NotComputed(f"{what} is not above zero")
    if np.isnan(both):
        return NotComputed("no two persons rated each other")
    return float(np.clip(both / np.sqrt(first * second), -1.0, 1.0))


def _known(value: float, reason: str) -> float | NotComputed:
    return NotComputed(reason) if np.isnan(value) else float(value)


def _mean(values: pd.Series) -> float:
    return float(values.mean()) if values.notna().any() and values.max() > 0 else float("nan")


def _negative(components: np.ndarray) -> list[str]:
    names = (*COMPONENTS[:3], "", "", "group_variance")
    below = [name for name, v in zip(names, components, strict=True) if name and v < 0]
    if not below:
        return []
    return [f"Estimated below zero, read as 0: {', '.join(below)} (closed forms are not cut)."]
