"""Heterotrait-monotrait ratios from correlations of items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.numerics.types import Floats


def htmt_ratios(correlations: Floats, sets: Sequence[Sequence[int]], version: int = 1) -> Floats:
    """Return HTMT (Henseler, Ringle & Sarstedt 2015) or HTMT2 (Roemer, Schuberth & Henseler 2021).

    Parameters
    ----------
    correlations
        (..., J, J) correlations of items, one or many matrices.
    sets
        Places of the items of each of K constructs, two or more each.
    version
        1: arithmetic means of absolute correlations; 2: geometric means.

    Returns
    -------
    numpy.ndarray
        (..., K, K) ratios, 1 on the diagonal.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.full((4, 4), 0.3); r[:2, :2] = r[2:, 2:] = 0.6; np.fill_diagonal(r, 1)
    >>> round(float(htmt_ratios(r, [[0, 1], [2, 3]])[0, 1]), 6)
    0.5
    """
    size = np.abs(correlations)
    inner = [size[..., s, :][..., :, s][..., *np.tril_indices(len(s), -1)] for s in sets]
    mono = [_mean(part, version) for part in inner]
    out = np.ones((*correlations.shape[:-2], len(sets), len(sets)))
    for a in range(len(sets)):
        for b in range(a):
            cross = size[..., sets[a], :][..., :, sets[b]]
            flat = cross.reshape(*cross.shape[:-2], -1)
            ratio = _mean(flat, version) / np.sqrt(mono[a] * mono[b])
            out[..., a, b] = out[..., b, a] = ratio
    return out


def _mean(values: Floats, version: int) -> Floats:
    if version == 2:
        with np.errstate(divide="ignore"):
            return np.asarray(np.exp(_mean(np.log(values), 1)))
    known = (~np.isnan(values)).sum(axis=-1)
    total = np.nansum(values, axis=-1)
    return np.asarray(np.where(known > 0, total / np.maximum(known, 1), np.nan))
