"""Two crossed factors: connected parts, and both ways of solving, against SciPy and NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from collective_use.numerics.rosters import raters


def _levels(cells: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.array(cells).T
    return np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1]


CELLS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=40)


@given(CELLS)
@settings(max_examples=150, deadline=None)
def test_parts_are_those_of_the_graph(cells: list[tuple[int, int]]) -> None:
    a, b = _levels(cells)
    first = a.max() + 1
    size = first + b.max() + 1
    links = sparse.coo_matrix((np.ones(len(a)), (a, b + first)), shape=(size, size))
    expected = connected_components(links, directed=False)[1]
    found = raters._joined(a, b)
    assert np.array_equal(found[:, None] == found, expected[:, None] == expected)


def test_a_long_chain_is_one_part() -> None:
    order = np.random.default_rng(3).permutation(4000)
    a = order[np.repeat(np.arange(4000), 2)[1:]]
    b = np.repeat(np.arange(4000), 2)[:-1]
    assert set(raters._joined(a, b)) == {0}


@given(CELLS, st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_both_ways_of_solving_and_least_squares_agree(
    cells: list[tuple[int, int]], seed: int
) -> None:
    a, b = _levels(cells)
    y = np.random.default_rng(seed).normal(size=len(a))
    design = np.hstack([a[:, None] == np.arange(a.max() + 1), b[:, None] == np.arange(b.max() + 1)])
    fitted = design @ np.linalg.lstsq(design.astype(float), y, rcond=None)[0]
    part = raters._joined(a, b)[a.max() + 1 :]
    whole = raters._additive_residuals(y, a, b, part)
    assert whole == pytest.approx(y - fitted, abs=1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raters, "_DENSE", 0)
        assert raters._additive_residuals(y, a, b, part) == pytest.approx(whole, abs=1e-9)
