"""The information of two levels with gaps, written out, against differences of the scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.numerics.twolevel import missing_information

ITEMS = ["y1", "y2", "y3", "y4"]
MODELS = {
    "factors": "level: 1\nfw =~ y1 + y2 + y3 + y4\nlevel: 2\nfb =~ y1 + y2 + y3 + y4",
    "within only": "level: 1\nfw =~ y1 + y2 + y3\nfw ~ y4\nlevel: 2\nfb =~ y1 + y2 + y3",
    "clusters only": "level: 1\nfw =~ y1 + y2 + y3\nlevel: 2\nfb =~ y1 + y2 + y3 + z\nv ~ fb + z",
}


def _data() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    team = np.repeat(np.arange(40), rng.integers(2, 8, 40))
    common = rng.normal(size=(40, 1))
    y = common[team] + rng.normal(size=(team.size, 1)) + rng.normal(size=(team.size, 4))
    y[rng.random(y.shape) < 0.15] = np.nan
    z = common[:, 0] + rng.normal(size=40)
    data = pd.DataFrame(y, columns=ITEMS)
    return data.assign(team=team, z=z[team], v=(z + rng.normal(size=40))[team])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("held", [100_000, 50])
@pytest.mark.parametrize("name", MODELS)
def test_second_derivatives_are_those_of_the_gradient(
    name: str, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five-point differences of the gradient, off the optimum; once cut into small pieces."""
    monkeypatch.setattr(missing_information, "_HELD", held)
    fit = cu.fit_sem(MODELS[name], _data(), cluster="team", missing="fiml", fixed_x=False)
    objective = fit.solution.objective
    theta = fit.solution.theta + 0.01 * np.cos(np.arange(fit.solution.theta.size))
    found = objective.hessian(theta)
    h, wanted = 2e-4, np.empty_like(found)
    for j, e in enumerate(np.eye(theta.size) * h):
        far = objective.gradient(theta + 2 * e) - objective.gradient(theta - 2 * e)
        near = objective.gradient(theta + e) - objective.gradient(theta - e)
        wanted[j] = (8 * near - far) / (12 * h)
    np.testing.assert_allclose(found, wanted, atol=2e-9 * np.abs(wanted).max(), rtol=1e-6)
