"""Robust CFI, TLI and RMSEA with missing values: identities that any right version has to meet.

The numbers themselves are compared with R in tests/parity/sem (cases fiml_*, growth_fiml_*), where
two slips of lavaan 0.6-14 are mended in R (tests/parity/reference/sem/exact.R).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_models import GROWTH_SHORT, HS, REFERENCE, read

from collective_use.sem.fit import fit_sem
from collective_use.sem.goodness.fit_measures import baseline_tests
from collective_use.sem.goodness.robust_fiml import corrected_fiml
from collective_use.sem.result import SemResult

ROBUST = ("cfi.robust", "tli.robust", "rmsea.robust")


def _scalings(fit: SemResult) -> tuple[float, float]:
    null = baseline_tests(fit.solution, fit._saturated)[2]
    assert null is not None
    versus, _ = corrected_fiml(fit.solution, null, fit._saturated)
    return versus.scaling, versus.null_scaling


@pytest.mark.parametrize("fixed_x", [True, False])
def test_nothing_missing_needs_no_correction(fixed_x: bool) -> None:
    """lavaan 0.6-14 scales by 0.96 here when covariates are random, which is its slip."""
    complete = read("growth")
    fit = fit_sem(GROWTH_SHORT, complete, missing="fiml", fixed_x=fixed_x)
    assert _scalings(fit) == pytest.approx((1.0, 1.0), abs=1e-12)
    plain = fit_sem(GROWTH_SHORT, complete, fixed_x=fixed_x).fit_measures
    for name in ROBUST:
        expected = plain[name.removesuffix(".robust")]
        assert fit.fit_measures[name] == pytest.approx(expected, abs=1e-9)


def test_equal_weights_are_no_weights() -> None:
    data = read("hs_miss_design").assign(w=2.5)
    plain = fit_sem(HS, data, missing="fiml", group="school", estimator="MLR").fit_measures
    equal = fit_sem(HS, data, missing="fiml", group="school", weights="w").fit_measures
    for name in (*ROBUST, "chisq.scaled", "rmsea.ci.upper.robust"):
        assert equal[name] == pytest.approx(plain[name], rel=1e-9)


def test_whole_weights_are_repeated_rows() -> None:
    data = read("hs_miss_design")
    times = 1 + np.arange(len(data)) % 3
    weighted = fit_sem(HS, data.assign(w=times), missing="fiml", group="school", weights="w")
    repeated = fit_sem(HS, data.loc[data.index.repeat(times)], missing="fiml", group="school")
    np.testing.assert_allclose(weighted.solution.theta, repeated.solution.theta, atol=1e-7)
    share = len(data) / times.sum()
    # The same chi-square per case, at the same complete-data moments.
    for name in ("chisq", "baseline.chisq"):
        expected = share * repeated.fit_measures[name]
        assert weighted.fit_measures[name] == pytest.approx(expected, rel=1e-8)
    a, b = (baseline_tests(f.solution, f._saturated)[2] for f in (weighted, repeated))
    one = corrected_fiml(weighted.solution, a, weighted._saturated)[0]
    two = corrected_fiml(repeated.solution, b, repeated._saturated)[0]
    assert one.chisq == pytest.approx(share * two.chisq, rel=1e-8)
    assert one.null_chisq == pytest.approx(share * two.null_chisq, rel=1e-8)


def test_what_lavaan_prints_where_it_slips() -> None:
    """The mended values differ from the printed ones where the slips bite, and only there."""

    def gap(name: str) -> float:
        live = json.loads((REFERENCE / "live" / f"{name}.json").read_text())
        mended = live["extra"]["mended"]
        return max(abs(mended[key] / live["fm"][key] - 1) for key in ROBUST)

    assert gap("fiml_weights_groups") < 1e-12
    assert gap("fiml_weights_groups_fractions") > 1e-4
    assert gap("growth_fiml_random_ml") > 1e-2
    assert gap("growth_fiml_complete") > 1e-2
