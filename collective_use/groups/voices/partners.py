"""Who speaks for the group: each partner organisation one voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Labels, Values
from collective_use.checks import whole_number
from collective_use.errors import InputError
from collective_use.frames import texts
from collective_use.groups.inputs import numbers_in
from collective_use.groups.keys import group_keys
from collective_use.groups.labels import aligned, factorized, labels_of
from collective_use.numerics.groups import partners as kernels
from collective_use.numerics.rosters import raters as crossed
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed, Result, Table, table_of


@dataclass(frozen=True)
class BalancedMeans(Result):
    """Group means in which partners count alike, and where the disagreement lies.

    Attributes
    ----------
    values
        One row a group: `group`, `n`, `partners`, `effective_partners`, `largest_partner`
        (share of its members), `mean` (each member one voice), `balanced_mean` (each partner
        one voice), `difference`, `sd_within` partners, `sd_between` partner means,
        `rwg_within`, `rwg_between` (where `options` are given), `reason`.
    variance_partner, variance_member
        Components of partners within groups and of members within partners, pooled.
    between_share
        The share of disagreement in groups that lies between partners.
    variance_group, variance_organization, variance_rest
        Components when organisations are crossed with groups, because the same organisation
        sends people to several groups.
    icc_group, icc_organization
        Their shares of the sum.
    left_out
        Persons without a value or a partner.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.balanced_means([2, 2, 5], ["a"] * 3, ["x", "x", "y"])
    >>> len(found.to_frame())
    1
    """

    values: pd.DataFrame
    variance_partner: float | NotComputed
    variance_member: float | NotComputed
    between_share: float | NotComputed
    variance_group: float | NotComputed
    variance_organization: float | NotComputed
    variance_rest: float | NotComputed
    icc_group: float | NotComputed
    icc_organization: float | NotComputed
    left_out: int

    def to_frame(self) -> pd.DataFrame:
        """Return `values`."""
        return self.values.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the groups, and the components of variance."""
        names = (
            "variance_partner", "variance_member", "between_share", "variance_group",
            "variance_organization", "variance_rest", "icc_group", "icc_organization",
        )  # fmt: skip
        rows = tuple((name, getattr(self, name)) for name in names)
        reasons = {str(value) for _, value in rows if isinstance(value, NotComputed)}
        notes = (
            f"Persons left out, without a value or a partner: {self.left_out}.",
            *sorted(reasons),
            *self._below_zero(),
        )
        return (
            table_of("Each partner one voice", self.values),
            Table("Where people differ", ("part", "value"), rows, notes),
        )

    def _below_zero(self) -> tuple[str, ...]:
        parts = (self.variance_partner, self.variance_group, self.variance_organization)
        if not any(isinstance(part, float) and part < 0 for part in parts):
            return ()
        return ("A component below zero is shown as estimated and counts as 0 in the shares.",)


def balanced_means(
    values: Values, groups: Labels, partners: Labels, *, options: int | None = None
) -> BalancedMeans:
    """Compute group means in which six people of one agency do not outvote four partners.

    The balanced mean is the mean of partner means. Agreement is split: members of the same
    partner with each other, and partners with each other. When organisations send people to
    several groups they are crossed with groups, and the likeness of people of one organisation
    is told from that of people of one group.

    Parameters
    ----------
    values
        ``(persons,)`` scores.
    groups, partners
        ``(persons,)`` group and partner organisation of each person. The same partner name in
        two groups is the same organisation.
    options
        Number of response options; rwg against the uniform null is given with it.

    Returns
    -------
    BalancedMeans
        Means, agreement and components of variance.

    Raises
    ------
    InputError
        When the three do not have the same length.

    References
    ----------
    Searle, S. R., Casella, G., & McCulloch, C. E. (1992). Variance components. Henderson,
    C. R. (1953). Biometrics, 9, 226-252 (Method III, crossed). James, L. R., Demaree, R. G., &
    Wolf, G. (1984). Journal of Applied Psychology, 69, 85-98 (rwg).

    Examples
    --------
    >>> result = balanced_means([2, 2, 2, 5, 5], ["a"] * 5, ["x", "x", "x", "y", "z"])
    >>> result.values[["mean", "balanced_mean"]].values.tolist()
    [[3.2, 4.0]]
    """
    if options is not None:
        whole_number("options", options, at_least=2)
    y, names, code = _checked(values, groups, partners)
    keys = group_keys(pd.DataFrame({"group": names.to_numpy()}))
    return balanced_of(y, keys.codes, code, keys.names, options)


def balanced_of(
    y: Floats,
    codes: NDArray[np.intp],
    partners: NDArray[np.intp],
    names: Sequence[str],
    options: int | None = None,
) -> BalancedMeans:
    """Return `balanced_means` of persons whose groups and partners are numbered.

    Parameters
    ----------
    y
        (N,) scores, NaN where missing.
    codes
        (N,) groups.
    partners
        (N,) partners, -1 where not known.
    names
        (G,) names of the groups.
    options
        As in `balanced_means`.
    """
    used = np.isfinite(y) & (partners >= 0)
    organisation = pd.factorize(partners[used])[0].astype(np.int64)
    place = np.asarray(codes, np.int64)[used]
    stats = kernels.partner_statistics(y[used], place, organisation, len(names))
    frame = _frame(names, stats, options)
    partner, member = kernels.nested_components(stats)
    alone = NotComputed("no partner sent two people, or no group has two partners")
    share = ratio_or(max(partner, 0.0), max(partner, 0.0) + member, alone)
    parts = _crossed(y[used], place, organisation)
    return BalancedMeans(
        values=frame,
        variance_partner=_known(partner, alone),
        variance_member=_known(member, alone),
        between_share=share,
        variance_group=parts[0],
        variance_organization=parts[1],
        variance_rest=parts[2],
        icc_group=parts[3],
        icc_organization=parts[4],
        left_out=int((~used).sum()),
    )


def ratio_or(top: float, bottom: float, reason: NotComputed) -> float | NotComputed:
    """Divide, or return the reason why that says nothing.

    Examples
    --------
    >>> ratio_or(1.0, 4.0, NotComputed("no variance"))
    0.25
    """
    good = np.isfinite(top) and np.isfinite(bottom) and bottom > 0
    return float(top / bottom) if good else reason


def _known(value: float, reason: NotComputed) -> float | NotComputed:
    return float(value) if np.isfinite(value) else reason


def _checked(
    values: Values, groups: Labels, partners: Labels
) -> tuple[Floats, pd.Series, NDArray[np.intp]]:
    y = numbers_in(values, "values")[:, 0].astype(float)
    names = labels_of(aligned(values, groups)).reset_index(drop=True)
    code = factorized(aligned(values, partners, name="partners"))[0]
    if not len(y) == len(names) == len(code):
        raise InputError(
            "values, groups and partners must have the same length, got "
            f"{len(y)}, {len(names)} and {len(code)}"
        )
    if not (np.isfinite(y) & (code >= 0)).any():
        raise InputError("partners must be known for some person with a value, got none")
    return y, names, code


def _frame(
    names: Sequence[str], stats: kernels.PartnerStatistics, options: int | None
) -> pd.DataFrame:
    n = np.bincount(stats.group, weights=stats.n, minlength=stats.groups).astype(int)
    partners = np.bincount(stats.group, minlength=stats.groups)
    plain, balanced = kernels.member_mean(stats), kernels.balanced_mean(stats)
    within, between = kernels.within_between(stats)
    columns = {
        "group": texts(names),
        "n": n,
        "partners": partners,
        "effective_partners": kernels.effective_partners(stats),
        "largest_partner": kernels.largest_share(stats),
        "mean": plain,
        "balanced_mean": balanced,
        "difference": balanced - plain,
        "sd_within": np.sqrt(within),
        "sd_between": np.sqrt(between),
    }
    if options is not None:
        null = (options**2 - 1) / 12
        columns |= {"rwg_within": 1 - within / null, "rwg_between": 1 - between / null}
    reason = [_reason(p, m) for p, m in zip(partners.tolist(), n.tolist(), strict=True)]
    return pd.DataFrame({**columns, "reason": texts(reason)})


def _reason(partners: int, n: int) -> str:
    if not n:
        return "nobody with a known partner answered"
    if partners == 1:
        return "one partner only: there is nothing between partners"
    if partners == n:
        return "one member of each partner: there is nothing within partners"
    return ""


def _crossed(
    y: np.ndarray, group: np.ndarray, organisation: np.ndarray
) -> tuple[float | NotComputed, ...]:
    """Return components of groups, organisations and the rest, and the first two's shares."""
    groups, g = np.unique(group, return_inverse=True)
    pairs = np.unique(g * (int(organisation.max()) + 1) + organisation).size
    if pairs == int(organisation.max()) + 1 or len(groups) < 2:
        why = NotComputed("every organisation is in one group only, so it is nested in the group")
        return (why,) * 5
    parts = crossed.components(crossed.crossed_anova(y, g.astype(np.int64), organisation))
    values = (float(parts.a[0]), float(parts.b[0]), float(parts.error[0]))
    if not all(np.isfinite(values)):
        why = NotComputed("groups and organisations overlap too little to tell them apart")
        return (why,) * 5
    total = max(values[0], 0.0) + max(values[1], 0.0) + values[2]
    flat = NotComputed("all values are the same")
    shares = [ratio_or(max(value, 0.0), total, flat) for value in values[:2]]
    return (*values, *shares)
