"""From a data frame with ordered answers to thresholds and correlations by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from collective_use.accepted import Frame
from collective_use.checks import column_in, quoted
from collective_use.errors import DataWarning, EstimationError, InputError, NotSupported, warn
from collective_use.numerics.moments import Floats, GroupMoments, Ints
from collective_use.numerics.ordinal.moments import OrdinalMoments, ordinal_moments
from collective_use.record import Record
from collective_use.sem.data.checks import check_clusters
from collective_use.sem.data.data import GroupData, SampleData
from collective_use.sem.ordinal.columns import numbers_of
from collective_use.sem.table.partable import BlockNames


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


def read_ordinal(
    data: Frame,
    block: BlockNames,
    categories: dict[str, tuple[float, ...]],
    group: str | None,
    names: Sequence[str],
    *,
    missing: str = "listwise",
    cluster: Sequence[str] = (),
) -> Coded:
    """Code the data and estimate the moments of every group.

    Parameters
    ----------
    data, block, categories
        Data frame, variables of the model, values of the ordered ones.
    group, names
        Column of groups and their names.
    missing
        ``"listwise"`` (complete cases) or ``"pairwise"`` (each moment from the cases that have its
        variables).
    cluster
        Column whose clusters are drawn together.

    Raises
    ------
    InputError
        When a category has no cases in a group.
    """
    Y = coded_answers(data, block.observed, categories)
    counts = [len(categories.get(name, ())) for name in block.observed]
    gaps = np.isnan(Y)
    pairwise = missing == "pairwise"
    if pairwise and len(categories) < len(block.observed) and gaps.any():
        raise NotSupported(
            "missing='pairwise' with variables that are not ordered is not supported: use "
            "missing='listwise'"
        )
    keep = ~(gaps.all(axis=1) if pairwise else gaps.any(axis=1))
    record = Record()
    if not keep.all():
        why = "No answer to any item." if pairwise else "A model variable is missing."
        record = record.note("sem", "left out", why,
                             count=int((~keep).sum()), of="rows")  # fmt: skip
    labels = None if group is None else data[group].astype(str).to_numpy()
    if group is not None:
        keep &= data[group].notna().to_numpy()
    codes = _clusters(data, cluster)
    built, moments = [], []
    for name in names:
        rows = np.flatnonzero(keep if labels is None else keep & (labels == name))
        own = None if codes is None else np.unique(codes[rows], return_inverse=True)[1]
        if own is not None and own.size and own.max() < 1:
            raise InputError(f"errors that allow for {cluster[0]!r} need at least two clusters"
                             + (f" in group {name!r}" if name else ""))  # fmt: skip
        found = _moments(Y[rows], counts, block.observed, name, own)
        moments.append(found)
        built.append(_group_data(name, Y[rows], rows, found, own))
    n = float(sum(g.moments.n for g in built))
    sample = SampleData(block.observed, tuple(built), n, Y.shape[0], record)
    return Coded(sample, tuple(moments), categories)


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
    Y: Floats, counts: Sequence[int], observed: Sequence[str], group: str, clusters: Ints | None
) -> OrdinalMoments:
    where = f" in group {group!r}" if group else ""
    if Y.shape[0] < 2:
        raise InputError(f"no complete cases{where}")
    for j, (name, count) in enumerate(zip(observed, counts, strict=True)):
        if count:
            refuse_empty_category(Y, j, name, count, where)
        elif np.ptp(Y[:, j]) == 0:
            raise InputError(f"{name} is constant{where}")
        elif np.unique(Y[:, j]).size == 2:
            # The scores of mean and variance are then multiples of each other: no weights.
            raise InputError(f"{name} has two values only{where}: name it in ordered=")
    refuse_pairs_never_asked(Y, observed, where)
    found = ordinal_moments(Y, counts, clusters=clusters)
    tell_sparse(found, observed, where)
    return found


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
    """Raise for a correlation of 1, warn of tables with empty cells."""

    def pairs(index: Ints) -> str:
        return quoted([f"{observed[i]} x {observed[j]}" for i, j in index], most=5)

    if found.limit_pairs.size:
        raise EstimationError(
            f"the correlation of {pairs(found.limit_pairs)} is 1{where}: leave one out"
        )
    if found.empty_pairs.size:
        warn(
            f"{found.empty_pairs.shape[0]} two-way tables have empty cells{where}: "
            f"{pairs(found.empty_pairs)}; their correlations rest on few cases",
            DataWarning,
        )


def _group_data(
    name: str, Y: Floats, rows: Ints, found: OrdinalMoments, clusters: Ints | None
) -> GroupData:
    mean = np.zeros(Y.shape[1])
    mean[found.item[found.is_mean]] = found.thresholds[found.is_mean]
    sign, log_det = np.linalg.slogdet(found.covariance)
    moments = GroupMoments(
        found.n, mean, found.covariance, float(log_det) if sign > 0 else float("-inf")
    )
    return GroupData(name, Y, moments, rows, clusters=() if clusters is None else (clusters,))
