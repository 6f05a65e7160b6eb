"""The chance that the median rwg(j) passes, against drawn surveys."""

from __future__ import annotations

import numpy as np
import pytest

import collective_use as cu
from collective_use.numerics.planning.closed import median_agreement


def drawn(icc1, alpha, items, ratio, cut, members, groups, surveys=600):
    """Return the share of drawn surveys whose median rwg(j) reaches the cut-off."""
    rng = np.random.default_rng(3)
    together = alpha / (items - (items - 1) * alpha)
    between = icc1 * (1 + (items - 1) * together) / items
    person = max(together - between, 0.0)
    shape = (surveys, groups, members)
    x = np.sqrt(1 - between - person) * rng.standard_normal((*shape, items))
    x += np.sqrt(person) * rng.standard_normal((*shape, 1))
    mean = ratio * x.var(axis=2, ddof=1).mean(axis=-1)
    rwg_j = items * (1 - mean) / (items * (1 - mean) + mean)
    rwg_j[mean >= 1] = 0.0
    return float((np.median(rwg_j, axis=1) >= cut).mean())


@pytest.mark.parametrize("members", [5, 12])
@pytest.mark.parametrize(
    ("icc1", "items", "ratio"), [(0.15, 5, 0.79), (0.3, 3, 0.72), (0.1, 8, 0.9)]
)
def test_closed_form_and_draws_agree(icc1, items, ratio, members):
    asked = (icc1, 0.8, items, ratio, 0.7, members, 41)
    right = drawn(*asked)
    error = np.sqrt(max(right * (1 - right), 0.01) / 600)
    assert median_agreement(*asked) == pytest.approx(right, abs=3 * error + 0.02)


def test_the_plan_shows_it_where_the_spread_is_stated():
    asked = {"n_groups": [40], "n_members": 8, "effects": False}
    silent = cu.plan("lq2002", **asked)
    assert "agreement" not in silent.precision
    assert "state `spread`" in silent.notes[0]
    calm, wild = (cu.plan("lq2002", spread=s, **asked) for s in (0.6, 1.5))
    assert calm.precision["agreement"].item() > 0.99
    assert wild.precision["agreement"].item() < 0.01
    with pytest.raises(cu.InputError, match="spread must"):
        cu.plan("lq2002", spread=-1, **asked)
