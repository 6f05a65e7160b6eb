"""Which covariances `equal=` takes for a factor's: lavaan's (0.6-14) rule and numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu

DATA = pd.read_csv(Path(__file__).parents[1] / "parity/reference/sem/data/hs.csv")
DATA = DATA.assign(z=DATA.x9 + DATA.x7)
FACTORS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\n"
OUTCOME = FACTORS + "z ~ ageyr\nvisual ~~ z\ntextual ~~ z"
PLAIN = FACTORS + "visual ~~ z\nz ~~ textual"


@pytest.mark.parametrize(
    ("model", "equal", "chisq", "df"),
    [
        (OUTCOME, "lv.covariances", 53.62771, 39),
        (OUTCOME, "residual.covariances", 51.08744, 36),
        (PLAIN, "lv.covariances", 40.18023, 27),
        (PLAIN, "residual.covariances", 37.74474, 24),
    ],
)
def test_a_factor_with_an_observed_outcome(model: str, equal: str, chisq: float, df: int) -> None:
    measures = cu.fit_sem(model, DATA, group="school", equal=equal).fit_measures
    assert measures["chisq"] == pytest.approx(chisq, abs=2e-5)
    assert measures["df"] == df


def test_the_order_of_writing_says_nothing() -> None:
    turned = PLAIN.replace("visual ~~ z", "z ~~ visual").replace("z ~~ textual", "textual ~~ z")
    pair = [
        cu.fit_sem(model, DATA, group="school", equal="lv.covariances").fit_measures["chisq"]
        for model in (PLAIN, turned)
    ]
    assert pair[0] == pytest.approx(pair[1], rel=1e-9)


def test_residuals_of_two_items_are_no_factors() -> None:
    model = FACTORS + "x1 ~~ x4"
    free = cu.fit_sem(model, DATA, group="school").fit_measures["df"]
    held = {
        kind: cu.fit_sem(model, DATA, group="school", equal=kind).fit_measures["df"] - free
        for kind in ("lv.covariances", "residual.covariances")
    }
    assert held == {"lv.covariances": 1, "residual.covariances": 1}


def test_a_pair_can_be_released_in_either_order() -> None:
    df = [
        cu.fit_sem(PLAIN, DATA, group="school", equal="lv.covariances", partial=name).fit_measures[
            "df"
        ]
        for name in ("visual ~~ z", "z ~~ visual", "z ~~ textual")
    ]
    assert df == [26, 26, 26]
