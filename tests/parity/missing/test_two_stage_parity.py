"""Two-stage maximum likelihood and auxiliary variables: every cell of lavaan 0.7-2's fits.

Its searches are not polished, and its first stage stops at 1e-5 where there are auxiliary
variables: the class "optimiser" of sem07 (estimates and fit 2e-5, errors 2e-4). Ours end where the
gradient vanishes, which is asserted too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.moments import GroupMoments
from collective_use.sem.data.two_stage import first_stage

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE: dict[str, Any] = json.loads((FOLDER / "missing/two_stage.json").read_text())
AUXILIARY = ["x7", "x9"]
OPTIONS: dict[str, dict[str, Any]] = {
    "two_stage": {"missing": "two.stage"},
    "robust_two_stage": {"missing": "robust.two.stage"},
    "two_stage_groups": {
        "missing": "robust.two.stage", "group": "school", "equal": ("loadings",),
    },
    "two_stage_covariates": {"missing": "two.stage"},
    "two_stage_auxiliary": {"missing": "two.stage", "auxiliary": AUXILIARY},
    "robust_two_stage_auxiliary": {"missing": "robust.two.stage", "auxiliary": AUXILIARY},
    "auxiliary": {"missing": "fiml", "auxiliary": AUXILIARY},
    "auxiliary_mlr": {"missing": "fiml", "auxiliary": AUXILIARY, "estimator": "MLR"},
    "auxiliary_groups": {
        "missing": "fiml", "auxiliary": AUXILIARY, "group": "school",
        "equal": ("loadings", "intercepts"),
    },
    "auxiliary_covariates": {"missing": "fiml", "auxiliary": AUXILIARY},
}  # fmt: skip
MODEL: str = REFERENCE["two_stage"]["model"]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    """Gaps as two_stage.R makes them."""
    d = pd.read_csv(FOLDER / "sem/data/hs.csv")
    row = np.arange(1, len(d) + 1)
    d.loc[((row * 7) % 10 < 3) & (d.x4 > 3), "x1"] = np.nan
    d.loc[(row * 3) % 11 < 3, "x5"] = np.nan
    d.loc[((row * 5) % 13 < 4) & (d.ageyr > 12), "x9"] = np.nan
    d.loc[(row * 11) % 17 < 3, "x7"] = np.nan
    return d


@pytest.mark.parametrize("name", OPTIONS)
def test_estimates_errors_and_fit(name: str, data: pd.DataFrame) -> None:
    reference = REFERENCE[name]
    fit = cu.fit_sem(reference["model"], data, **OPTIONS[name])
    frame = fit.estimates
    assert not set(AUXILIARY) & set(frame.lhs) | set(AUXILIARY) & set(frame.rhs)
    theta, objective = fit.solution.theta, fit.solution.objective
    basis = fit.solution.basis
    slope = objective.gradient(theta) if basis is None else basis.T @ objective.gradient(theta)
    assert np.abs(slope).max() < 1e-10
    for cell in reference["pe"]:
        own = frame[(frame.op == cell["op"]) & (frame.group == cell.get("group", 1))]
        pair = own[(own.lhs == cell["lhs"]) & (own.rhs == (cell.get("rhs") or ""))]
        assert len(pair) == 1, cell
        assert pair.est.iloc[0] == pytest.approx(cell["est"], abs=2e-5, rel=2e-5), cell
        assert pair.se.iloc[0] == pytest.approx(cell["se"], abs=1e-8, rel=2e-4), cell
        if cell.get("pvalue") is not None:
            assert pair.p.iloc[0] == pytest.approx(cell["pvalue"], abs=1e-5), cell
    assert len(reference["pe"]) == len(frame)
    compared = 0
    for key, value in reference["fm"].items():
        # gfi of lavaan 0.7 is another estimator; with full information it prints gfi_lrt there.
        if key.startswith("gfi") and not key.startswith("gfi_"):
            continue
        if value is None or key not in fit.fit_measures:
            continue
        assert fit.fit_measures[key] == pytest.approx(value, abs=2e-5, rel=2e-5), key
        compared += 1
    assert compared > 40


def test_the_first_stage_is_a_maximum(data: pd.DataFrame) -> None:
    """A numerical gradient of the log-likelihood, written out here, vanishes at the moments."""
    names = [f"x{i}" for i in range(1, 7)] + AUXILIARY
    Y = data[names].to_numpy()
    start = GroupMoments(len(Y), np.nanmean(Y, axis=0), np.diag(np.nanvar(Y, axis=0)), 0.0)
    found = first_stage(Y, start, np.zeros(0, dtype=np.intp), len(names), robust=False)[0]

    def log_likelihood(mean: Any, cov: Any) -> float:
        total = 0.0
        for row in Y:
            seen = ~np.isnan(row)
            part, rest = cov[np.ix_(seen, seen)], row[seen] - mean[seen]
            total -= 0.5 * (np.linalg.slogdet(part)[1] + rest @ np.linalg.solve(part, rest))
        return total

    for i, j in [(0, 0), (0, 4), (4, 6), (6, 7), (7, 7)]:
        step = np.zeros_like(found.cov)
        step[i, j] = step[j, i] = 1e-4
        up, down = (log_likelihood(found.mean, found.cov + s * step) for s in (1, -1))
        assert abs(up - down) / 2e-4 < 1e-4


def test_complete_data_have_one_stage_only(data: pd.DataFrame) -> None:
    """Identity: with nothing missing the first stage is the sample; robust is MLM."""
    whole = pd.read_csv(FOLDER / "sem/data/hs.csv")
    plain = cu.fit_sem(MODEL, whole, meanstructure=True)
    two = cu.fit_sem(MODEL, whole, missing="two.stage")
    np.testing.assert_allclose(two.estimates.est, plain.estimates.est, atol=1e-9)
    assert two.fit_measures["chisq.scaling.factor"] == pytest.approx(1)
    robust = cu.fit_sem(MODEL, whole, missing="robust.two.stage")
    mlm = cu.fit_sem(MODEL, whole, estimator="MLM", meanstructure=True,
                     h1_information="unstructured")  # fmt: skip
    np.testing.assert_allclose(robust.estimates.se, mlm.estimates.se, atol=1e-9)
    assert "Two.stage" in two.summary()


def test_auxiliary_columns_are_beside_the_model(data: pd.DataFrame) -> None:
    """They change no degrees of freedom and stand in no table; listwise they have no place."""
    fit = cu.fit_sem(MODEL, data, missing="fiml", auxiliary="x7")
    plain = cu.fit_sem(MODEL, data, missing="fiml")
    assert fit.fit_measures["df"] == plain.fit_measures["df"]
    assert list(fit.estimates.rhs) == list(plain.estimates.rhs)
    assert "x7" not in fit.summary()
    assert "x7" not in set(fit.standardized().rhs) | set(fit.r_square().variable)
    assert not fit.modification_indices().query("lhs == 'x7' or rhs == 'x7'").size


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"auxiliary": "x7"}, NotSupported, "missing='listwise'"),
        ({"auxiliary": "x1", "missing": "fiml"}, InputError, "variables of the model"),
        ({"auxiliary": "nothing", "missing": "fiml"}, InputError, "nothing"),
        ({"auxiliary": ["x7", "x7"], "missing": "fiml"}, InputError, "twice"),
        ({"auxiliary": "x7", "missing": "fiml", "fixed_x": True}, InputError, "leave fixed_x out"),
        ({"auxiliary": "x7", "ordered": ["x1"]}, NotSupported, "fit_sem_mi"),
        ({"missing": "two.stage", "estimator": "MLR"}, NotSupported, "estimator='ML'"),
        ({"missing": "two.stage", "se": "standard"}, NotSupported, "leave them out"),
        ({"missing": "two.stage", "cluster": "school"}, NotSupported, "missing='fiml'"),
        ({"missing": "two.stage", "meanstructure": False}, NotSupported, "without means"),
        ({"missing": "two.stage", "likelihood": "wishart"}, NotSupported, "normal"),
    ],
)
def test_what_does_not_go_together(
    options: dict[str, Any], error: type[Exception], words: str, data: pd.DataFrame
) -> None:
    with pytest.raises(error, match=words):
        cu.fit_sem(MODEL, data, **options)


def test_what_does_not_follow_a_two_stage_fit(data: pd.DataFrame) -> None:
    fit = cu.fit_sem(MODEL, data, missing="two.stage")
    with pytest.raises(NotSupported, match="missing='fiml'"):
        fit.factor_scores()
    with pytest.raises(NotSupported, match=r"two\.stage"):
        cu.bootstrap_fit(fit, 10)
    with pytest.raises(NotSupported, match="complete data"):
        fit.small_sample()
    other = cu.fit_sem(MODEL + "\nvisual ~~ 0*textual", data, missing="two.stage")
    assert fit.compare(other).method == "satorra.bentler.2001"
    with pytest.raises(NotSupported, match=r"two\.stage"):
        fit.compare(other, "satorra.2000")
    assert np.isfinite(fit.residuals().matrix("standardized").to_numpy()).any()
