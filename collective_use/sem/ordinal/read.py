"""From a data frame with ordered answers to thresholds and correlations by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from collective_use.accepted import Frame
from collective_use.checks import column_in, quoted
from collective_use.errors import DataWarning, EstimationError, InputError, warn
from collective_use.numerics.moments import Floats, GroupMoments, Ints, group_moments
from collective_use.numerics.ordinal.moments import OrdinalMoments, ordinal_moments
from collective_use.numerics.ordinal.regression import CovariatesError
from collective_use.record import Record
from collective_use.sem.data.checks import alike, check_clusters, check_moments, check_weighted
from collective_use.sem.data.data import GroupData, SampleData, read_weights
from collective_use.sem.ordinal.columns import numbers_of
from collective_use.sem.table.partable import BlockNames

FAR_AWAY = 1e4
"""Standard deviations between a covariate's mean and 0 from which digits are lost."""
NO_DIGITS = 1e7
"""The same, from which none are left."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Data of an ordinal model.

    Attributes
    ----------
    sample
        Cases by group; the moments hold polychoric correlations.
    moments
        First- and second-step estimates by group.
    categories
        Values of every ordered variable, ascending.
    """

    sample: SampleData
    moments: tuple[OrdinalMoments, ...]
    categories: dict[str, tuple[float, ...]]


def outcomes_of(block: BlockNames) -> tuple[str, ...]:
    """Return the observed variables that are no fixed covariates, in the order of the moments."""
    return tuple(name for name in block.observed if name not in block.exogenous)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all groups of one reading share."""

    Y: Floats
    block: BlockNames
    counts: tuple[int, ...]
    weights: Floats | None
    clusters: Ints | None
    cluster: str

    @property
    def own(self) -> Ints:
        """Places of outcomes among the observed variables."""
        return np.array([self.block.observed.index(n) for n in outcomes_of(self.block)], np.intp)

    @property
    def given(self) -> Ints:
        """Places of covariates."""
        return np.array([self.block.observed.index(n) for n in self.block.exogenous], np.intp)


def read_ordinal(
    data: Frame,
    block: BlockNames,
    categories: dict[str, tuple[float, ...]],
    group: str | None,
    names: Sequence[str],
    *,
    missing: str = "listwise",
    cluster: Sequence[str] = (),
    weights: str | None = None,
) -> Coded:
    """Code the data and estimate the moments of every group.

    Parameters
    ----------
    data, block, categories
        Data frame, variables of the model, values of the ordered ones. Statistics are conditional
        on the exogenous variables of the block.
    group, names
        Column of groups and their names.
    missing
        ``"listwise"`` (complete cases) or ``"pairwise"`` (each moment from the cases that have its
        variables; covariates are complete).
    cluster
        Column whose clusters are drawn together.
    weights
        Column of sampling weights; they are scaled to add up to the number of cases.

    Raises
    ------
    InputError
        When a category has no cases in a group.
    EstimationError
        When covariates determine each other or tell an outcome perfectly.
    """
    Y = coded_answers(data, block.observed, categories)
    counts = tuple(len(categories.get(name, ())) for name in outcomes_of(block))
    asked = _Asked(Y, block, counts, None if weights is None else read_weights(data, weights),
                   _clusters(data, cluster), cluster[0] if cluster else "")  # fmt: skip
    keep, record = _kept(asked, pairwise=missing == "pairwise")
    labels = None if group is None else data[group].astype(str).to_numpy()
    if group is not None:
        there = data[group].notna().to_numpy()
        if (lost := int((keep & ~there).sum())) > 0:
            record = record.note("sem", "left out", f"No value in {group}.", count=lost, of="rows")
        keep &= there
    if asked.weights is not None and keep.any():
        asked = replace(asked, weights=asked.weights * (keep.sum() / asked.weights[keep].sum()))
    built, moments = [], []
    for name in names:
        rows = np.flatnonzero(keep if labels is None else keep & (labels == name))
        found, part = _of_group(asked, name, rows)
        moments.append(found)
        built.append(part)
    if weights is not None:
        check_weighted([(g.name, g.moments.n) for g in built])
    n = float(sum(g.moments.n for g in built))
    sample = SampleData(block.observed, tuple(built), n, Y.shape[0], record)
    return Coded(sample, tuple(moments), categories)


def _kept(asked: _Asked, *, pairwise: bool) -> tuple[NDArray[np.bool_], Record]:
    """Return which rows are used, and the record of the others."""
    gaps, record = np.isnan(asked.Y), Record()
    own, given = gaps[:, asked.own], gaps[:, asked.given]
    lost = own.all(axis=1) | given.any(axis=1) if pairwise else gaps.any(axis=1)
    keep: NDArray[np.bool_] = np.logical_not(lost)
    if not keep.all():
        why = "No answer to any item." if pairwise else "A model variable is missing."
        if pairwise and given.any():
            why = "No answer to any item, or a covariate without value."
        record = record.note("sem", "left out", why,
                             count=int((~keep).sum()), of="rows")  # fmt: skip
    if asked.weights is not None and (none := keep & (asked.weights == 0)).any():
        record = record.note("sem", "left out", "A weight of 0.", count=int(none.sum()), of="rows")
        keep &= ~none
    return keep, record


def _of_group(asked: _Asked, name: str, rows: Ints) -> tuple[OrdinalMoments, GroupData]:
    """Return the moments of one group's rows and its data."""
    codes = asked.clusters
    own = None if codes is None else np.unique(codes[rows], return_inverse=True)[1]
    if own is not None and own.size and own.max() < 1:
        raise InputError(f"errors that allow for {asked.cluster!r} need at least two clusters"
                         + (f" in group {name!r}" if name else ""))  # fmt: skip
    w = None if asked.weights is None else asked.weights[rows]
    found = _moments(asked, asked.Y[rows], name, w, own)
    moments = _joint(found, asked)
    clusters = () if own is None else (own,)
    return found, GroupData(name, asked.Y[rows], moments, rows, weights=w, clusters=clusters)


def coded_answers(
    data: Frame, observed: Sequence[str], categories: Mapping[str, tuple[float, ...]]
) -> Floats:
    """Return the columns of a model, (n, p), ordered ones coded from 0, NaN where missing.

    Raises
    ------
    InputError
        When a column is missing, holds no numbers or an infinite one.
    """
    Y = np.column_stack([numbers_of(data, n, ordered=n in categories) for n in observed])
    for j, name in enumerate(observed):
        if name in categories:
            seen = ~np.isnan(Y[:, j])
            Y[seen, j] = np.searchsorted(categories[name], Y[seen, j])
        elif np.isinf(Y[:, j]).any():
            raise InputError(f"{name} holds an infinite value")
    return Y


def refuse_empty_category(Y: Floats, j: int, name: str, count: int, where: str) -> None:
    """Raise when a category of a column of coded answers has no cases."""
    here = np.bincount(Y[~np.isnan(Y[:, j]), j].astype(np.intp), minlength=count)
    if (here == 0).any():
        raise InputError(
            f"{name} has a category without cases{where} (cases by category: "
            f"{here.tolist()}): join categories before"
        )


def _moments(
    asked: _Asked, Y: Floats, group: str, w: Floats | None, clusters: Ints | None
) -> OrdinalMoments:
    where = f" in group {group!r}" if group else ""
    own, names = Y[:, asked.own], outcomes_of(asked.block)
    if Y.shape[0] < 2:
        raise InputError(f"no complete cases{where}")
    for j, (name, count) in enumerate(zip(names, asked.counts, strict=True)):
        if count:
            refuse_empty_category(own, j, name, count, where)
        elif (values := np.unique(own[~np.isnan(own[:, j]), j])).size < 2:
            raise InputError(f"{name} is constant{where}")
        elif values.size == 2:
            # The scores of mean and variance are then multiples of each other: no weights.
            helps = (
                "name it in ordered=; or where it only explains, leave its own ~~ lines out",
                "leave fixed_x=False out",
            )
            which = helps[name in asked.block.covariates]
            raise InputError(f"{name} has two values only{where}: {which}")
    refuse_pairs_never_asked(own, names, where)
    X = Y[:, asked.given]
    if X.shape[1]:
        own_moments = group_moments(X, w)
        check_moments(own_moments, asked.block.exogenous, where)
        _refuse_alike(own_moments, asked.block.exogenous, where)
        _tell_far(own_moments, asked.block.exogenous, where)
    try:
        found = ordinal_moments(
            own, asked.counts, w, clusters, covariates=X if X.shape[1] else None,
            sampling=w is not None,
        )  # fmt: skip
    except CovariatesError as error:
        told = names[error.variable], bool(asked.counts[error.variable])
        raise EstimationError(_no_regression(error, asked.block.exogenous, told, where)) from None
    tell_sparse(found, names, where)
    if found.given is not None:
        found = replace(found, given=replace(found.given, places=asked.given))
    return found


def _no_regression(
    error: CovariatesError, given: Sequence[str], told: tuple[str, bool], where: str
) -> str:
    """Say why an outcome, by name and whether it is ordered, has no slopes, and what helps."""
    (name, ordered), one = told, len(given) == 1
    if not error.apart:
        why = "does not vary" if one else "do not vary or determine each other"
        return (
            f"{quoted(given)} {why} among the cases that have {name}{where}: its slopes cannot be "
            f"told. Leave {'the' if one else 'a'} covariate out"
        )
    if ordered:
        return (
            f"{quoted(given)} {'tells' if one else 'tell'} answers to {name}{where} without error, "
            "all or those of some cases: its slopes have no finite estimate. Leave the covariate "
            "out that does it, or join categories"
        )
    return (
        f"{quoted(given)} {'determines' if one else 'determine'} {name}{where}: nothing of it is "
        "left to model. Leave the covariate out that does it, or the outcome"
    )


def _refuse_alike(moments: GroupMoments, names: Sequence[str], where: str) -> None:
    """Refuse covariates so much alike that the slopes of each lose their digits."""
    involved, value = alike(moments, names)
    if involved:
        raise EstimationError(
            f"{quoted(involved)} all but determine each other{where} (smallest eigenvalue of the "
            f"correlations {value:.0e}): their slopes cannot be told with ordered outcomes. Leave "
            "one out, or take their difference"
        )


def _tell_far(moments: GroupMoments, names: Sequence[str], where: str) -> None:
    """Warn of covariates so far from 0 that thresholds, which stand there, lose digits."""
    away = np.abs(moments.mean) / np.sqrt(np.diag(moments.cov))
    for name, far in zip(names, away.tolist(), strict=True):
        if far > NO_DIGITS:
            raise EstimationError(
                f"{name} lies {far:.0e} standard deviations from 0{where}: thresholds stand where "
                "covariates are 0, so that none of their digits is left; center it"
            )
        if far > FAR_AWAY:
            warn(
                f"{name} lies {far:.0f} standard deviations from 0{where}: thresholds stand where "
                "covariates are 0, so that digits are lost; center it",
                DataWarning,
            )


def _clusters(data: Frame, cluster: Sequence[str]) -> Ints | None:
    if not cluster:
        return None
    column_in("cluster", cluster[0], list(data.columns), where="the data")
    import pandas as pd

    codes = np.asarray(pd.factorize(data[cluster[0]])[0], dtype=np.intp)
    check_clusters(cluster[0], codes)
    return codes


def refuse_pairs_never_asked(Y: Floats, observed: Sequence[str], where: str) -> None:
    """Raise when no case answered both items of a pair."""
    seen = (~np.isnan(Y)).astype(float)
    never = np.argwhere(np.tril(seen.T @ seen == 0, -1))
    if len(never):
        i, j = never[0]
        raise InputError(
            f"no case answered both {observed[j]} and {observed[i]}{where}: their correlation "
            "cannot be told from the data"
        )


def tell_sparse(found: OrdinalMoments, observed: Sequence[str], where: str) -> None:
    """Raise for a correlation of 1, warn of flat likelihoods and of tables with empty cells."""

    def pairs(index: Ints) -> str:
        return quoted([f"{observed[i]} x {observed[j]}" for i, j in index], most=5)

    if found.limit_pairs.size:
        raise EstimationError(
            f"the correlation of {pairs(found.limit_pairs)} is 1{where}: leave one out"
        )
    if found.flat_pairs.size:
        warn(
            f"the data do not tell the correlation of {pairs(found.flat_pairs)}{where}: no two "
            "cases order them differently (or none alike), so that its likelihood rises to the "
            "end. Its weight is all but 0; join categories or leave one out",
            DataWarning,
        )
    if found.empty_pairs.size:
        warn(
            f"{found.empty_pairs.shape[0]} two-way tables have empty cells{where}: "
            f"{pairs(found.empty_pairs)}; their correlations rest on few cases",
            DataWarning,
        )


def _joint(found: OrdinalMoments, asked: _Asked) -> GroupMoments:
    """Return moments of all observed variables; covariates have their own."""
    p, own = len(asked.block.observed), asked.own
    mean, cov = np.zeros(p), np.zeros((p, p))
    mean[own[found.item[found.is_mean]]] = found.thresholds[found.is_mean]
    cov[np.ix_(own, own)] = found.covariance
    if (given := found.given) is not None and found.slopes is not None:
        x, told = given.places, found.slopes @ given.cov
        numeric = np.unique(found.item[found.is_mean])
        mean[own[numeric]] += found.slopes[numeric] @ given.mean
        mean[x], cov[np.ix_(x, x)] = given.mean, given.cov
        cov[np.ix_(own, own)] += told @ found.slopes.T
        cov[np.ix_(own, x)], cov[np.ix_(x, own)] = told, told.T
    sign, log_det = np.linalg.slogdet(cov)
    return GroupMoments(found.n, mean, cov, float(log_det) if sign > 0 else float("-inf"))
