"""Values of groups with their errors, ready for models between groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from collective_use.accepted import Labels, Values
from collective_use.checks import column_in, number_between, whole_number
from collective_use.cutoffs import CUTOFFS
from collective_use.errors import InputError
from collective_use.groups.between.value_inputs import ValueRows, rows_from_scores, rows_from_values
from collective_use.numerics.groups import anova, shrinkage
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.groups.variance_components import variance_components
from collective_use.numerics.types import Floats
from collective_use.results import Result, Table, table_of
from collective_use.scores.table import Scores


@dataclass(frozen=True)
class GroupValues(Result):
    """Values of groups with their errors.

    Attributes
    ----------
    values
        One row a group and measure: `group`, `measure`, `n`, `members`, `mean`,
        `standard_error` (of the mean), `value` (shrunken), `value_se`, `low`, `high`,
        `reliability`, `reason`.
    components
        One row a measure: `measure`, `aggregation`, `groups`, `mean`, `mean_se`,
        `variance_between`, `variance_within`, `reliability` (mean over groups).
    within
        Pooled covariances of measures within groups, a square frame.
    confidence
        Of the limits.
    notes
        How to read it.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.group_values([1, 2, 3, 5, 6, 7], list("aaabbb"))
    >>> float(found.error_covariance("a").iloc[0, 0].round(3))
    0.333
    """

    values: pd.DataFrame
    components: pd.DataFrame
    within: pd.DataFrame
    confidence: float
    notes: tuple[str, ...]
    _errors: Floats

    def to_frame(self) -> pd.DataFrame:
        """Return `values`."""
        return self.values.copy()

    def wide(self, column: str = "value") -> pd.DataFrame:
        """Return one row a group and one column a measure.

        Parameters
        ----------
        column
            Which column of `values`: ``"value"``, ``"mean"``, ``"standard_error"``, ...
        """
        column_in("column", column, list(self.values.columns), where="values")
        names = list(self.within.columns)
        groups = list(dict.fromkeys(self.values["group"]))
        frame = self.values.pivot(index="group", columns="measure", values=column)
        return frame.reindex(index=groups, columns=names).rename_axis(columns=None).reset_index()

    def error_covariance(self, group: str) -> pd.DataFrame:
        """Return the covariances of the sampling errors of one group's means, a square frame.

        Parameters
        ----------
        group
            Name of the group.

        Raises
        ------
        InputError
            When there is no such group.
        """
        groups = list(dict.fromkeys(self.values["group"]))
        if str(group) not in groups:
            raise InputError(f"group must be one of the {len(groups)} groups, got {group!r}")
        names = self.within.columns
        return pd.DataFrame(self._errors[groups.index(str(group))], index=names, columns=names)

    def errors_frame(self) -> pd.DataFrame:
        """Return the covariances of all sampling errors: `group`, `measure`, `with`, `covariance`.

        The lower triangle with its diagonal, a row a pair.
        """
        names = list(self.within.columns)
        groups = list(dict.fromkeys(self.values["group"]))
        i, j = np.tril_indices(len(names))
        return pd.DataFrame(
            {
                "group": np.repeat(groups, len(i)),
                "measure": np.tile([names[k] for k in i], len(groups)),
                "with": np.tile([names[k] for k in j], len(groups)),
                "covariance": self._errors[:, i, j].ravel(),
            }
        )

    def tables(self) -> tuple[Table, ...]:
        """Return components and values."""
        return (
            table_of("Measures", self.components),
            table_of("Values of groups", self.values, notes=self.notes),
        )


def group_values(
    values: Values,
    groups: Labels = None,
    members: Mapping[str, int] | None = None,
    *,
    aggregation: str | Mapping[str, str] = "reflective",
    group_size: int | None = None,
    confidence: float = 0.95,
) -> GroupValues:
    """Return shrunken (empirical-Bayes) values of groups beside their means, all with errors.

    Parameters
    ----------
    values
        (N,) or (N, J) scores of persons with `groups`, or the result of `cu.score`, whose
        measures that are means (shared and additive compositions) are taken with their own
        aggregation, groups and members.
    groups
        (N,) group of each person.
    members
        Number of members by group; asked for by formative measures.
    aggregation
        ``"reflective"``: members are a sample of possible members, and even a mean of all has
        a sampling error. ``"formative"``: the value is the mean of the members there are; a
        census has none. One for all, or by measure.
    group_size
        Fewest answers for a value; by default 1, and the cut-off `group_size` for scores.
    confidence
        Of the limits ``value ± z value_se``.

    Returns
    -------
    GroupValues
        `values`, `components`, `wide()`, `error_covariance(group)`, `errors_frame()`.

    Raises
    ------
    InputError
        When lengths differ, members are missing where they are asked for, or a group has more
        answers than members.

    Notes
    -----
    Shrunken values predict each group best, but a regression on them is biased unless their
    errors are modelled: take means with `errors_frame()`, or a two-level model. Components are
    REML; their own uncertainty is not in the errors, which therefore are a little short with
    few groups.

    References
    ----------
    Raudenbush, S. W., & Bryk, A. S. (2002). Hierarchical linear models. Scott, A., & Smith,
    T. M. F. (1969). Estimation in multi-stage surveys. JASA, 64, 830-840. Croon, M. A., & van
    Veldhoven, M. J. P. M. (2007). Predicting group-level outcome variables from variables
    measured at the individual level. Psychological Methods, 12, 45-57.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.group_values([1, 2, 3, 5, 6, 7], list("aaabbb"))
    >>> found.to_frame()[["group", "mean", "value", "value_se"]].round(3)
      group  mean  value  value_se
    0     a   2.0  2.083     0.571
    1     b   6.0  5.917     0.571
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    if group_size is not None:
        whole_number("group_size", group_size, at_least=1)
    evidence = getattr(values, "evidence", None)
    if isinstance(evidence, Mapping):
        values = values.scores
    if isinstance(values, Scores):
        rows = rows_from_scores(values, evidence)
        least = int(CUTOFFS["group_size"].value) if group_size is None else group_size
    else:
        rows = rows_from_values(values, groups, members, aggregation)
        least = 1 if group_size is None else group_size
    return _of_rows(rows, least, confidence)


def _of_rows(rows: ValueRows, least: int, confidence: float) -> GroupValues:
    total = len(rows.groups)
    covariance, pairs, _ = shrinkage.pooled_within(rows.values, rows.codes, total)
    endless = np.array([kind == "reflective" for kind in rows.aggregation])
    limits = np.where(endless[None, :], np.inf, rows.members[:, None])
    errors = shrinkage.sampling_covariances(covariance, pairs, limits)
    frames, components = [], []
    for j, name in enumerate(rows.names):
        frame, row = _one(rows, j, float(covariance[j, j]), least, confidence)
        frames.append(frame)
        components.append({"measure": name, "aggregation": rows.aggregation[j], **row})
        withheld = frame["reason"].ne("").to_numpy()
        errors[withheld, j, :], errors[withheld, :, j] = np.nan, np.nan
    order = np.lexsort(
        (np.repeat(np.arange(len(frames)), total), np.tile(np.arange(total), len(frames)))
    )
    values = pd.concat(frames, ignore_index=True).iloc[order].reset_index(drop=True)
    square = pd.DataFrame(covariance, index=list(rows.names), columns=list(rows.names))
    table = pd.DataFrame(components)
    return GroupValues(values, table, square, confidence, (*rows.notes, *_notes(table)), errors)


def _one(
    rows: ValueRows, j: int, spread: float, least: int, confidence: float
) -> tuple[pd.DataFrame, dict[str, float]]:
    stats = group_statistics(rows.values[:, j], rows.codes, len(rows.groups))
    n, mean = stats.n[:, 0].astype(float), stats.means[:, 0]
    fit = variance_components(anova.one_way_of(stats), "reml")
    if rows.aggregation[j] == "formative":
        found = shrinkage.finite_means(
            mean, n, rows.members, fit.mu, fit.mu_se, fit.tau2, fit.sigma2
        )
    else:
        found = shrinkage.shrunken_means(mean, n, fit.mu, fit.mu_se, fit.tau2, fit.sigma2)
    z = float(special.ndtri(0.5 + confidence / 2))
    frame = pd.DataFrame(
        {
            "group": rows.groups,
            "measure": rows.names[j],
            "n": n.astype(int),
            "members": rows.members,
            "mean": mean,
            "standard_error": _errors(rows, j, n, spread, found.sampling_variance),
            "value": found.value,
            "value_se": found.error,
            "low": found.value - z * found.error,
            "high": found.value + z * found.error,
            "reliability": found.reliability,
        }
    )
    few = n < max(least, 1)
    numbers = ["mean", "standard_error", "value", "value_se", "low", "high", "reliability"]
    frame.loc[few, numbers] = np.nan
    frame["reason"] = [_reason(int(k), least, fit.mu) for k in n]
    row = {
        "groups": int((~few).sum()),
        "mean": fit.mu,
        "mean_se": fit.mu_se,
        "variance_between": fit.tau2,
        "variance_within": fit.sigma2,
        "reliability": float(frame["reliability"].mean()),
    }
    return frame, row


def _errors(rows: ValueRows, j: int, n: Floats, spread: float, sampling: Floats) -> Floats:
    """Return errors of means; where components are not known, from the variance within groups."""
    if not np.isnan(sampling).all():
        return np.asarray(np.sqrt(sampling))
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = n / rows.members if rows.aggregation[j] == "formative" else 0.0
        return np.asarray(np.sqrt(np.where(n > 0, spread / n, np.nan) * (1.0 - lost)))


def _reason(n: int, least: int, mu: float) -> str:
    if n == 0:
        return "nobody answered"
    if n < least:
        return f"{n} answered; at least {least} are asked for"
    if np.isnan(mu):
        return "variance within and between groups could not be told apart"
    return ""


def _notes(components: pd.DataFrame) -> list[str]:
    none = components.loc[components["variance_between"] == 0, "measure"]
    if not len(none):
        return []
    return [f"No variance between groups in {', '.join(none)}: values shrink to the grand mean."]
