"""Resampled fits side by side are those of one sample at a time."""

import warnings

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.numerics.resampling.batches import fit_side_by_side

TEXT = "level: 1\nw =~ a + b + c\nw ~ d\nlevel: 2\ng =~ a + b + c\ng ~ z"


def clustered(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(50), rng.integers(3, 9, 50))
    z = rng.normal(size=50)
    outer = 0.5 * z[:, None] + rng.normal(size=(50, 1)) * 0.8 + 0.5 * rng.normal(size=(50, 3))
    d = rng.normal(size=team.size)
    inner = 0.4 * d[:, None] + rng.normal(size=(team.size, 1)) + rng.normal(size=(team.size, 3))
    data = pd.DataFrame(outer[team] + inner, columns=["a", "b", "c"])
    return data.assign(d=d, team=team, z=z[team], part=np.where(team < 22, "x", "y"))


def ordered(seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(300, 1)) + rng.normal(size=(300, 4))
    return pd.DataFrame(np.digitize(y, [-1.0, 0.2, 1.4]), columns=["a", "b", "c", "d"])


def fitted(name: str) -> cu.SemResult:
    data = clustered()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "two levels":
            return cu.fit_sem(TEXT, data, cluster="team")
        if name == "two levels, groups":
            return cu.fit_sem(TEXT, data, cluster="team", group="part", equal=("loadings",))
        if name == "two levels, gaps":
            rng = np.random.default_rng(3)
            data[["a", "b"]] = data[["a", "b"]].mask(rng.random((len(data), 2)) < 0.1)
            return cu.fit_sem(TEXT, data, cluster="team", missing="fiml")
        if name == "gaps":
            rng = np.random.default_rng(4)
            data[["a", "b"]] = data[["a", "b"]].mask(rng.random((len(data), 2)) < 0.1)
            return cu.fit_sem("f =~ a + b + c\nf ~ d", data, missing="fiml")
        return cu.fit_sem("f =~ a + b + c + d", ordered(), ordered=list("abcd"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("two levels", "clusters"), ("two levels", "parametric"),
        ("two levels, groups", "clusters"), ("two levels, groups", "parametric"),
        ("two levels, gaps", "clusters"), ("two levels, gaps", "parametric"),
        ("gaps", "cases"), ("ordered", "cases"), ("ordered", "parametric"),
    ],
)  # fmt: skip
def test_side_by_side_is_one_at_a_time(name: str, kind: str) -> None:
    fit = fitted(name)
    refit = fit.refit(kind)
    seeds = np.random.SeedSequence(5).spawn(12)
    samples = [refit._resolved(seed) for seed in seeds]
    together = refit._all(seeds, 1, False)
    if hasattr(refit, "pieces"):
        pieces = refit.pieces(samples)
        alone = np.array([refit._solved(refit.alone(pieces, r)) for r in range(12)])
    else:
        alone = np.array([refit._tried(sample)[0] for sample in samples])
    assert np.isfinite(alone).all()
    errors = np.sqrt(np.diag(fit.vcov))
    np.testing.assert_allclose((together - alone) / errors, 0, atol=3e-5)
    assert np.ptp(alone / errors, axis=0).min() > 0.1


def test_leaving_one_cluster_out_is_fitting_the_others() -> None:
    data = clustered()
    fit = fitted("two levels")
    left = fit.refit("clusters").left_out()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = cu.fit_sem(TEXT, data[data["team"] != 7], cluster="team")
    free = {row.free for row in fit.table.rows if row.free and not row.exogenous}
    at = np.array(sorted(free)) - 1
    row = fit.clustered.names[0].index("7")
    assert left[row, at] == pytest.approx(other.solution.theta[at], rel=1e-5, abs=1e-6)


def test_what_has_no_minimum_is_nan() -> None:
    def slope(theta: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        steep = np.where(rows == 0, 0.0, 1.0)[:, None]
        fall = 2 * theta * (1 - steep) + steep
        return ((theta**2) * (1 - steep) + theta * steep).sum(axis=1), fall

    found = fit_side_by_side(slope, None, np.eye(1), 2, np.ones(1))
    assert found.converged.tolist() == [True, False]
    assert np.isnan(found.theta[1, 0])
