"""Broken data and models: an error or a named warning, in words that name variable and cause."""

from __future__ import annotations

import contextlib
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from robustness_cases import CASES, HS, outcome, read
from robustness_page import PAGE, page

import collective_use as cu
from collective_use.errors import (
    CollectiveUseError,
    CollectiveUseWarning,
    EstimationError,
    InputError,
)


@pytest.mark.parametrize("name", CASES)
def test_trouble_is_said_in_words(name: str) -> None:
    case = CASES[name]
    error, said, fit = outcome(case)
    assert said, "nothing was said"
    matching = [text for kind, text in said if kind == case.kind]
    assert matching, f"no {case.kind}, but {said}"
    for part in case.says:
        assert any(part in text for text in matching), (part, matching)
    assert bool(error) == case.kind.endswith("Error")
    if fit is None:
        return
    if case.converges is not None:
        assert fit.converged == case.converges
    if case.admissible is not None:
        assert fit.admissible == case.admissible
    if fit.converged:
        # a doubtful fit has measures, or says in words why not
        with warnings.catch_warnings(), contextlib.suppress(CollectiveUseError):
            warnings.simplefilter("ignore", CollectiveUseWarning)
            assert fit.fit_measures["npar"] == fit.solution.n_parameters
    else:
        with pytest.raises(EstimationError, match="did not converge"):
            _ = fit.fit_measures
    if not fit.admissible:
        assert "not admissible" in fit.summary() or "did NOT end normally" in fit.summary()


def test_no_trouble_no_word() -> None:
    # pytest makes every warning an error
    fit = cu.fit_sem(HS, read("hs"))
    assert fit.admissible
    assert fit.problems == ()


@pytest.mark.parametrize("factor", [1e-8, 1e-3, 1e6])
def test_one_scale_for_all_is_no_trouble(factor: float) -> None:
    names = [f"x{i}" for i in range(1, 10)]
    data = read("hs")
    fit = cu.fit_sem(HS, data[names] * factor)
    plain = cu.fit_sem(HS, data)
    assert fit.fit_measures["chisq"] == pytest.approx(plain.fit_measures["chisq"], rel=1e-8)
    np.testing.assert_allclose(fit.estimates["std_all"], plain.estimates["std_all"], rtol=1e-6)


def _matrix(*rows: list[float]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=list("abc"), columns=list("abc"))


GOOD = _matrix([1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1])


@pytest.mark.parametrize(
    ("cov", "n", "error", "says"),
    [
        (_matrix([1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]), 99, EstimationError, "'a', 'b'"),
        (_matrix([1, 0.9, 0.3], [0.4, 1, 0.9], [0.3, 0.9, 1]), 99, InputError, "got 0.9 and 0.4"),
        (_matrix([1, 0.5, np.nan], [0.5, 1, 0.5], [np.nan, 0.5, 1]), 99, InputError, "'a' and 'c'"),
        (GOOD, None, InputError, "such as n=200"),
        (GOOD.rename(columns={"b": "z"}), 99, InputError, "got 'b'"),
    ],
)
def test_wrong_covariances_name_the_pair(cov, n, error, says) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error) as caught:
        cu.fit_sem("f =~ a + b + c", cov=cov, n=n)
    assert says in str(caught.value)


def test_the_page_shows_what_is_said() -> None:
    # numbers at the edge of what doubles hold differ between machines, types between pandas
    def words(text: str) -> str:
        text = re.sub(r"\(dtype [^)]*\)|'2020[^']*'", "", text)
        return re.sub(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", "#", text)

    shown = PAGE.read_text(encoding="utf-8")
    assert words(shown) == words(page()), "run python tests/sem/robustness_page.py"
