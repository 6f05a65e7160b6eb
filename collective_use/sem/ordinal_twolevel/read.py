"""From ordered answers in clusters to thresholds, correlations within and covariances between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collective_use.accepted import Frame
from collective_use.checks import column_in, quoted
from collective_use.errors import DataWarning, EstimationError, warn
from collective_use.numerics.moments import Floats, GroupMoments, Ints
from collective_use.numerics.ordinal_twolevel.moments import (
    TwoLevelOrdinalMoments,
    two_level_ordinal_moments,
)
from collective_use.record import Record
from collective_use.sem.data.data import GroupData, SampleData
from collective_use.sem.ordinal.read import (
    coded_answers,
    refuse_empty_category,
    refuse_pairs_never_asked,
    tell_sparse,
)
from collective_use.sem.twolevel.checks import warn_shared_clusters
from collective_use.sem.twolevel.estimate import cluster_codes


@dataclass(frozen=True, slots=True)
class CodedClusters:
    """Data of an ordinal model of two levels.

    Attributes
    ----------
    sample
        Cases by group; the moments hold correlations within clusters.
    moments
        First- and second-stage estimates by group.
    """

    sample: SampleData
    moments: tuple[TwoLevelOrdinalMoments, ...]


def read_ordinal_clusters(
    data: Frame,
    observed: Sequence[str],
    categories: Mapping[str, tuple[float, ...]],
    cluster: str,
    group: str | None,
    names: Sequence[str],
    *,
    missing: str,
) -> CodedClusters:
    """Code the answers and estimate the moments of every group.

    Parameters
    ----------
    data, observed, categories
        Data frame, items of the model in order, their values.
    cluster, group, names
        Columns of clusters and groups, names of the groups.
    missing
        ``"listwise"`` or ``"pairwise"``.

    Raises
    ------
    InputError
        When a category has no cases in a group, or no case answered both items of a pair.
    EstimationError
        When clusters are too few, or none has two answers to an item.
    """
    column_in("cluster", cluster, list(data.columns), where="the data")
    Y = coded_answers(data, observed, categories)
    keep, record = _kept(Y, data, cluster, group, missing)
    labels = None if group is None else data[group].astype(str).to_numpy()
    ids = data[cluster].to_numpy()
    warn_shared_clusters(ids[keep], None if labels is None else labels[keep], names)
    counts = [len(categories[name]) for name in observed]
    built, moments = [], []
    for name in names:
        rows = np.flatnonzero(keep if labels is None else keep & (labels == name))
        codes = cluster_codes(ids[rows], name)[0]
        found = _moments(Y[rows], counts, observed, codes, f" in group {name!r}" if name else "")
        moments.append(found)
        start = GroupMoments(found.n, np.zeros(len(observed)), found.covariance, 0.0)
        built.append(GroupData(name, Y[rows], start, rows, clusters=(codes,)))
    n = float(sum(g.moments.n for g in built))
    sample = SampleData(tuple(observed), tuple(built), n, Y.shape[0], record)
    return CodedClusters(sample, tuple(moments))


def _kept(
    Y: Floats, data: Frame, cluster: str, group: str | None, missing: str
) -> tuple[NDArray[np.bool_], Record]:
    record = Record()
    keep = np.asarray(data[cluster].notna().to_numpy())
    if not keep.all():
        record = record.note("sem", "left out", f"No value in {cluster}.",
                             count=int((~keep).sum()), of="rows")  # fmt: skip
    if group is not None:
        keep = keep & data[group].notna().to_numpy()
    pairwise, gaps = missing == "pairwise", np.isnan(Y)
    left = gaps.all(axis=1) if pairwise else gaps.any(axis=1)
    if (left & keep).any():
        why = "No answer to any item." if pairwise else "A model variable is missing."
        record = record.note("sem", "left out", why,
                             count=int((left & keep).sum()), of="rows")  # fmt: skip
    return keep & ~left, record


def _moments(
    Y: Floats, counts: Sequence[int], observed: Sequence[str], codes: Ints, where: str
) -> TwoLevelOrdinalMoments:
    J = int(codes.max()) + 1
    for j, (name, count) in enumerate(zip(observed, counts, strict=True)):
        refuse_empty_category(Y, j, name, count, where)
        own = np.bincount(codes[~np.isnan(Y[:, j])], minlength=J)
        if own.max() < 2:
            raise EstimationError(
                f"no cluster has two answers to {name}{where}: its levels cannot be parted"
            )
        if (own > 0).sum() <= count:
            raise EstimationError(
                f"{name} has {count} categories, but {int((own > 0).sum())} clusters answered it"
                f"{where}: errors need more clusters than an item has categories"
            )
    refuse_pairs_never_asked(Y, observed, where)
    found = two_level_ordinal_moments(Y, counts, codes)
    tell_sparse(found, observed, where)
    _tell_borders(found, observed, where)
    return found


def _tell_borders(found: TwoLevelOrdinalMoments, observed: Sequence[str], where: str) -> None:
    """Raise where a maximum was not found, warn where it lies on a border."""

    def pairs(index: Ints) -> str:
        names = [observed[i] if i == j else f"{observed[i]} x {observed[j]}" for i, j in index]
        return quoted(names, most=5)

    if found.unfinished.size:
        raise EstimationError(
            f"thresholds or correlations of {pairs(found.unfinished)} were not found{where}: "
            "join rare categories, or leave an item out"
        )
    if not (np.diag(found.gamma) > 0).all():
        raise EstimationError(
            f"some statistics have no error{where}: there are too few clusters that differ"
        )
    if found.at_border.size:
        flat = quoted([observed[i] for i in found.at_border.tolist()])
        warn(
            f"the variance of {flat} between clusters is estimated at 0{where}, the border of what "
            "is possible: errors and tests of level 2 are approximate there",
            DataWarning,
        )
    if found.between_limits.size:
        warn(
            f"the correlation of {pairs(found.between_limits)} between clusters is estimated at 1 "
            f"or -1{where}, the border of what is possible: errors and tests of level 2 are "
            "approximate there",
            DataWarning,
        )
