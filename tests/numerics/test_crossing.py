"""Changes of sign beside brentq of SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from collective_use.numerics.crossing import crossing


@settings(max_examples=200, deadline=None)
@given(
    root=st.floats(-50.0, 50.0),
    below=st.floats(1e-6, 1e6),
    above=st.floats(1e-6, 1e6),
    slope=st.sampled_from([-3.0, 0.5]),
)
def test_a_crossing_is_where_brentq_finds_it(root, below, above, slope):
    def f(x):
        return slope * np.arctan(x - root)

    found = crossing(f, root - below, root + above)
    by_scipy = brentq(lambda x: float(f(x)), root - below, root + above, xtol=1e-14, rtol=1e-14)
    assert found == pytest.approx(by_scipy, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("root", [1e-300, 3e-20, 7e-9, 1.0, 1e11])
def test_small_and_large_roots_keep_their_digits(root):
    assert crossing(lambda x: x - root, 0.0, 2e11) == pytest.approx(root, rel=1e-14)


def test_a_zero_at_an_end_is_found_and_one_sign_refused():
    assert crossing(lambda x: x, 0.0, 1.0) == 0.0
    assert crossing(lambda x: x - 1.0, 0.0, 1.0) == pytest.approx(1.0, rel=1e-15)
    with pytest.raises(ValueError, match="one sign"):
        crossing(lambda x: x + 1.0, 0.0, 1.0)


def test_of_several_changes_one_is_found():
    found = crossing(lambda x: (x - 1.0) * (x - 2.0) * (x - 3.0), 0.0, 4.0)
    assert found == pytest.approx(1.0, rel=1e-14)
