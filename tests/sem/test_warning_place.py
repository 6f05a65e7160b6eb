"""Warnings point at the user's line, by whichever way the fit goes."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.numerics.search.optimise import RAN_OFF, minimise


def _data() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    team = np.repeat(np.arange(12), 6)
    y = rng.normal(size=(72, 4)) + rng.normal(size=(12, 1))[team]
    frame = pd.DataFrame(y, columns=list("wxyz")).assign(team=team)
    return frame.assign(**{f"o{v}": np.clip(np.round(frame[v] + 2), 1, 4) for v in "wxyz"})


TWO = "level: 1\nf =~ w + x + y + z\nlevel: 2\ng =~ w + x + y + z"


@pytest.mark.parametrize("fit", [cu.fit_sem, cu.fit_cfa])
@pytest.mark.parametrize(
    ("model", "options", "kind"),
    [
        ("f =~ w + x + y + z\nw ~~ x\nx ~~ w", {}, cu.ModelWarning),
        ("f =~ ow + ox + oy + oz", {"ordered": ("ow", "ox", "oy", "oz")}, cu.DataWarning),
        (TWO, {"cluster": "team"}, cu.SmallGroupsWarning),
    ],
)
def test_warnings_name_the_line_of_the_caller(fit, model, options, kind) -> None:  # type: ignore[no-untyped-def]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit(model, _data(), **options)
    assert kind in {w.category for w in caught}
    assert {w.filename for w in caught} == {__file__}


class _Runaway:
    """1 / x: always falling, never at an end."""

    def value(self, theta: np.ndarray) -> float:
        return float(1 / theta[0]) if theta[0] > 0 else float("inf")

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        return -1 / theta**2

    def hessian(self, theta: np.ndarray) -> np.ndarray:
        return np.array([[2 / theta[0] ** 3]])

    fisher = hessian


def test_a_search_that_runs_off_has_no_optimum() -> None:
    found = minimise(_Runaway(), np.ones(1))
    assert not found.converged
    assert found.message == RAN_OFF
