"""Units decide nothing: neither whether the engines agree nor how long the second may search."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.sem.engines import semopy as second
from collective_use.sem.engines.bounded import OutOfTime, within

NAMES = ["x1", "x2", "x3", "m1", "m2", "y1", "y2"]
PATHS = "m1 ~ x1 + x2 + x3\nm2 ~ x1 + x2 + x3\ny1 ~ m1 + m2\ny2 ~ m1 + m2 + x1"
FACTORS = "f =~ x1 + x2 + x3\ng =~ m1 + m2 + y1\ng ~ f\ny2 ~ g"


def _data(seed: int) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    f = r.normal(size=150)
    g = 0.5 * f + 0.8 * r.normal(size=150)
    y = np.c_[f, f, f, g, g, g, g] + 0.6 * r.normal(size=(150, 7))
    return pd.DataFrame(y, columns=NAMES)


@pytest.mark.parametrize("seed", [0, 4, 8])
@pytest.mark.parametrize(
    ("model", "scale"),
    [
        (PATHS, 0.01),
        (PATHS, 100.0),
        (FACTORS, 0.01),
        (FACTORS, [0.05, 1, 10, 0.05, 1, 20, 0.3]),
        (FACTORS.replace("f =~ x1 + x2 + x3", "f =~ x1 + a*x2 + a*x3"), [0.01] * 7),
        (FACTORS + "\nx1 ~~ 0.00004*x1", 0.01),
    ],
)
def test_engines_agree_in_any_unit(model: str, scale: object, seed: int) -> None:
    fit = cu.fit_sem(model, _data(seed) * scale, engine="both")
    assert fit.agreement is not None
    assert fit.agreement.agree, str(fit.agreement)


def test_a_search_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        while True:
            time.sleep(0.01)

    monkeypatch.setattr(second, "_searched", endless)
    monkeypatch.setattr(second, "SECONDS", 0.2)
    begun = time.perf_counter()
    with pytest.raises(second.SecondEngineError, match="had not ended after"):
        cu.fit_sem(PATHS, _data(0), engine="both")
    assert time.perf_counter() - begun < 10


def test_errors_of_a_bounded_call_come_through() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5.0, lambda: 1 / 0)
    with pytest.raises(OutOfTime):
        within(0.05, lambda: [time.sleep(0.01) for _ in range(1000)])
