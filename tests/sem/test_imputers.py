"""Imputers of scikit-learn and statsmodels as an argument: what they draw, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, SimpleImputer
from statsmodels.imputation.mice import MICEData

import collective_use as cu
from collective_use.errors import InputError

pytestmark = pytest.mark.filterwarnings("ignore:.*IterativeImputer.*:UserWarning")

MODEL = "f =~ x1 + x2 + x3 + x4"
_rng = np.random.default_rng(3)
_f = _rng.normal(size=300)
WHOLE = pd.DataFrame({f"x{i}": 0.8 * _f + 0.6 * _rng.normal(size=300) for i in range(1, 5)})
WHOLE["team"] = np.arange(300) // 6
GAPS = WHOLE.mask(_rng.random(WHOLE.shape) < 0.12).assign(team=WHOLE.team, word="text")


def _imputer() -> IterativeImputer:
    return IterativeImputer(sample_posterior=True, max_iter=5)


def test_scikit_learn_draws_are_pooled() -> None:
    pooled = cu.fit_sem_mi(MODEL, GAPS, imputer=_imputer(), imputations=4, seed=5, cluster="team")
    items = ["x1", "x2", "x3", "x4"]
    frames = []
    for k in range(4):
        own = IterativeImputer(sample_posterior=True, max_iter=5, random_state=5 + k)
        frames.append(
            GAPS.assign(**dict(zip(items, own.fit_transform(GAPS[items]).T, strict=True)))
        )
    by_hand = cu.fit_sem_mi(MODEL, frames, cluster="team")
    assert pooled.estimates.est.to_numpy() == pytest.approx(by_hand.estimates.est.to_numpy())
    assert pooled.estimates.se.to_numpy() == pytest.approx(by_hand.estimates.se.to_numpy())
    fits = [fit.parameters["f=~x2"] for fit in pooled.fits]
    assert np.ptp(fits) > 0.001  # the data sets differ


@pytest.mark.parametrize("which", ["scikit-learn", "statsmodels"])
def test_pooled_estimates_come_near_full_information(which: str) -> None:
    imputer = _imputer() if which == "scikit-learn" else MICEData
    data = GAPS.drop(columns=["team", "word"])
    pooled = cu.fit_sem_mi(MODEL, data, imputer=imputer, imputations=2, seed=2)
    again = cu.fit_sem_mi(MODEL, data, imputer=imputer, imputations=2, seed=2)
    assert pooled.estimates.equals(again.estimates)
    fiml = cu.fit_sem(MODEL, data, missing="fiml").estimates
    ours = pooled.estimates.set_index(["lhs", "op", "rhs"]).est
    theirs = fiml[fiml.op != "~1"].set_index(["lhs", "op", "rhs"]).est
    assert len(theirs) == 9
    assert (ours - theirs).abs().max() < 0.1


def test_numpys_own_chance_stays_as_it_was() -> None:
    before = np.random.get_state()[1].copy()
    cu.fit_sem_mi(MODEL, GAPS[["x1", "x2", "x3", "x4"]], imputer=MICEData, imputations=2)
    assert (before == np.random.get_state()[1]).all()


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        (GAPS, {"imputer": SimpleImputer()}, "SimpleImputer gives the same values"),
        (GAPS, {"imputer": IterativeImputer()}, "sample_posterior=True"),
        (GAPS, {"imputer": 3}, "imputer must be"),
        (GAPS, {"imputer": dict}, "MICEData is, got dict"),
        (WHOLE, {"imputer": _imputer()}, "nothing to impute"),
        ([GAPS, GAPS], {"imputer": _imputer()}, "one data frame"),
        (GAPS, {}, "imputer= is to make them"),
        (GAPS, {"imputer": _imputer(), "imputations": 1}, "imputations"),
        (GAPS, {"imputer": _imputer(), "ordered": ["x1"]}, "draw decimals"),
    ],
)
def test_refused_by_name(data: object, options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cu.fit_sem_mi(MODEL, data, **options)  # type: ignore[arg-type]
