"""The grid of options with an exploratory block: computed, or refused by name.

What is computed has the test of the unrotated model, its degrees of freedom, and errors. Here are
the points of one group without weights; the whole grid is in tests/full.
"""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported
from collective_use.sem.options import ESTIMATORS, MISSING, ORDERED, TWO_STAGE
from collective_use.sem.result import SemResult

ITEMS = [f"x{i}" for i in range(1, 7)]
TWO = 'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6\nz ~ f1 + f2'
GRID = list(itertools.product(ESTIMATORS, MISSING, (None, "side"), (None, "team"), (None, "w")))
LIKERT = list(itertools.product(ORDERED, ("delta", "theta"), (None, "side"), (None, "team")))
FEW = {"starts": 2}


def _data() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    f = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], 500)
    L = np.array([[0.8, 0.1], [0.7, 0], [0.75, -0.1], [0, 0.8], [0.2, 0.6], [0, 0.7]])
    x = pd.DataFrame(f @ L.T + 0.6 * rng.normal(size=(500, 6)), columns=ITEMS)
    z = 0.4 * f[:, 0] - 0.3 * f[:, 1] + rng.normal(size=500)
    row = np.arange(500)
    w = 1 + row % 3 / 4
    return x.assign(z=z, team=row // 4, side=np.where(row < 250, "a", "b"), w=w, w1=w * (row % 2),
                    w2=w * (1 - row % 2), aux=f[:, 0] + rng.normal(size=500))  # fmt: skip


DATA = _data()
REPLICATES = {"replicate_weights": ["w1", "w2"], "replicate_type": "BRR"}
GAPS = DATA.mask((np.arange(500)[:, None] + 3 * np.arange(13)) % 37 == 0)
WHOLE = ["team", "side", "w", "w1", "w2", "z"]
GAPS[WHOLE] = DATA[WHOLE]
ANSWERS = DATA.assign(**{name: np.digitize(DATA[name], [-1, 0, 1]) for name in ITEMS})
PLAIN: dict[tuple[object, ...], SemResult] = {}


def _fit(model: str, data: pd.DataFrame, **options: Any) -> SemResult:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*two-way tables have empty cells")
        return cu.fit_sem(model, data, rotation_options=FEW, **options)


def _whole(fit: SemResult, plain: SemResult) -> None:
    assert fit.converged
    assert np.isfinite(fit.se).all()
    assert (fit.se > 0).all()
    for name in ("chisq", "df", "npar", "cfi", "rmsea", "srmr", "baseline.chisq"):
        found, wanted = fit.fit_measures[name], plain.fit_measures[name]
        assert found == pytest.approx(wanted, rel=1e-6, abs=1e-7), name
    if plain.scaled_test is not None and fit.scaled_test is not None:
        assert fit.scaled_test.statistic == pytest.approx(plain.scaled_test.statistic, rel=1e-6)


def offered(estimator: str, missing: str, cluster: str | None, weights: str | None) -> bool:
    """The documented grid, as for models without blocks; reduced bias is not offered with them."""
    design = cluster is not None or weights is not None
    if estimator == "RBM":
        return False
    if missing in TWO_STAGE:
        return estimator == "ML" and not design
    if missing == "fiml" and estimator not in ("ML", "MLR", "MLF"):
        return False
    return not design or estimator in ("ML", "MLR")


@pytest.mark.parametrize("point", [p for p in GRID if p[2] is p[4] is None], ids=str)
def test_continuous(point: tuple[Any, ...]) -> None:
    continuous(point)


def continuous(point: tuple[Any, ...]) -> None:
    """Compute a point or see it refused."""
    estimator, missing, group, cluster, weights = point
    options = {"estimator": estimator, "missing": missing, "group": group, "cluster": cluster,
               "weights": weights, "meanstructure": True}  # fmt: skip
    data = DATA if missing == "listwise" else GAPS
    if weights:
        with pytest.raises(NotSupported, match=r"replicate_weights= with .* is not supported: "):
            _fit(TWO, data, rotation="oblimin", **options, **REPLICATES)
    if not offered(estimator, missing, cluster, weights):
        with pytest.raises(NotSupported, match="is not supported: "):
            _fit(TWO, data, rotation="oblimin", **options)
        return
    _whole(_fit(TWO, data, rotation="oblimin", **options),
           _fit(TWO, data, rotation="none", **options))  # fmt: skip


@pytest.mark.parametrize("point", [p for p in LIKERT if p[2] is p[3] is None], ids=str)
def test_ordered(point: tuple[Any, ...]) -> None:
    ordered(point)


def ordered(point: tuple[Any, ...]) -> None:
    """Compute a point or see it refused."""
    estimator, parameterization, group, cluster = point
    model = TWO.split("\n", maxsplit=1)[0]
    options = {"estimator": estimator, "parameterization": parameterization, "group": group,
               "cluster": cluster, "ordered": ITEMS}  # fmt: skip
    if estimator == "PML" or (cluster and estimator in ("WLS", "DWLS", "ULS")):
        with pytest.raises(NotSupported, match="is not supported: "):
            _fit(model, ANSWERS, rotation="oblimin", **options)
        return
    _whole(_fit(model, ANSWERS, rotation="oblimin", **options),
           _fit(model, ANSWERS, rotation="none", **options))  # fmt: skip


@pytest.mark.parametrize("rotation", ["geomin", "varimax"])
@pytest.mark.parametrize(
    "options",
    [
        {"std_lv": True}, {"bounds": "pos.var"}, {"fixed_x": False}, {"information": "observed"},
        {"se": "robust.sem"}, {"se": "none"},
        {"likelihood": "wishart"}, {"h1_information": "unstructured"}, {"test": "scaled.shifted"},
        {"missing": "fiml", "auxiliary": "aux"}, {"missing": "two.stage", "auxiliary": "aux"},
    ],
    ids=str,
)  # fmt: skip
def test_other_options_are_computed(rotation: str, options: dict[str, Any]) -> None:
    data = GAPS if "auxiliary" in options else DATA
    fit = _fit(TWO, data, rotation=rotation, **options)
    plain = _fit(TWO, data, rotation="none", **options)
    if options.get("se") == "none":
        assert fit.fit_measures["chisq"] == pytest.approx(plain.fit_measures["chisq"], rel=1e-7)
        return
    _whole(fit, plain)


@pytest.mark.parametrize(
    "options",
    [
        {"orthogonal": True}, {"effect_coding": True},
        {"engine": "semopy"}, {"engine": "both"}, {"estimator": "RBM"}, {"repetitions": 10},
        {"weights": "w", **REPLICATES},
        *({"group": "side", "equal": kind} for kind in (
            "loadings", "intercepts", "residuals", "lv.variances", "lv.covariances", "means",
            "regressions")),
        {"group": "side", "equal": "loadings", "partial": "f1 =~ x2"},
    ],
    ids=str,
)  # fmt: skip
def test_other_options_are_refused_by_name(options: dict[str, Any]) -> None:
    with pytest.raises((NotSupported, InputError), match=r"efa|exploratory|rotat|block"):
        _fit(TWO, DATA, rotation="oblimin", **options)
