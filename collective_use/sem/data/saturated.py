"""Unrestricted moments of a sample: what a model without structure implies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from collective_use.numerics.moments import GroupMoments
from collective_use.numerics.sem.saturated import saturated_moments
from collective_use.sem.data.borrowed import embedded
from collective_use.sem.data.data import SampleData


def saturated_of(data: SampleData, group: int) -> GroupMoments:
    """Return the saturated moments of a group (by maximum likelihood with missing values)."""
    g = data.groups[group]
    if not g.patterns:
        return g.moments
    if not g.absent:
        return saturated_moments(g.patterns, g.moments)
    seen = [j for j, name in enumerate(data.variables) if name not in g.absent]
    patterns = [replace(p, seen=np.searchsorted(seen, p.seen)) for p in g.patterns]
    cov = g.moments.cov[np.ix_(seen, seen)]
    start = GroupMoments(g.moments.n, g.moments.mean[seen], cov, 0.0)
    return embedded(seen, saturated_moments(patterns, start), g.moments)
