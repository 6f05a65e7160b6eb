"""Checks of two-level data before a fit: errors and warnings that name variable and cause."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.accepted import Labels
from collective_use.checks import quoted
from collective_use.errors import (
    DataWarning,
    warn,
)
from collective_use.numerics.moments import Floats, GroupMoments
from collective_use.numerics.twolevel.likelihood import ClusterStatistics
from collective_use.sem.data.checks import check_moments


def check_cluster_moments(
    stats: ClusterStatistics, z: Floats, W: Sequence[str], only: Sequence[str], group: str,
    *, complete: bool,
) -> None:  # fmt: skip
    """Raise when variables of a level determine each other or do not vary.

    Raises
    ------
    EstimationError
        Naming the variables at fault.
    """
    where = f" in group {group!r}" if group else ""
    if complete:
        check_moments(
            _moments(float(stats.N - stats.J), np.zeros(len(W)), stats.within), W,
            f" within clusters{where}",
        )  # fmt: skip
    if z.shape[1]:
        cov = np.cov(z.T, bias=True).reshape(z.shape[1], z.shape[1])
        moments = _moments(float(z.shape[0]), z.mean(axis=0), cov)
        check_moments(moments, only, f" between clusters{where}")


def _moments(n: float, mean: Floats, cov: Floats) -> GroupMoments:
    sign, log_det = np.linalg.slogdet(cov)
    return GroupMoments(n, mean, cov, float(log_det) if sign > 0 else float("nan"))


def warn_shared_clusters(ids: Labels, labels: Labels, names: Sequence[str]) -> None:
    """Warn when clusters have members in several groups: the groups are taken as independent."""
    if labels is None:
        return
    text = ids.astype(str)
    seen = [set(text[labels == name]) for name in names]
    shared = sorted({c for i, a in enumerate(seen) for b in seen[i + 1 :] for c in a & b})
    if shared:
        warn(
            f"{len(shared)} clusters have members in several groups ({quoted(shared[:3])}"
            f"{', ...' if len(shared) > 3 else ''}): groups are fitted as if they were "
            "independent samples, with these clusters counted in each",
            DataWarning,
        )
