"""What is said when fits are asked for what they cannot give: each message says what was found."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

from sem_models import HS, read

import collective_use as cu
from collective_use.errors import EstimationError, InputError, NotSupported

DATA = Path(__file__).parents[1] / "parity" / "reference" / "sem" / "data"
ORDINAL = "f1 =~ u1 + u2 + u3 + u4\nf2 =~ u5 + u6 + u7 + u8"
ITEMS = [f"u{i}" for i in range(1, 9)]


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    return read("hs_design")


@pytest.fixture(scope="module")
def fit(hs):  # type: ignore[no-untyped-def]
    return cu.fit_cfa(HS, hs)


@pytest.fixture(scope="module")
def ordinal():  # type: ignore[no-untyped-def]
    return cu.fit_cfa(ORDINAL, pd.read_csv(DATA / "ord.csv"), ordered=ITEMS)


def test_arguments_of_a_fit(hs) -> None:  # type: ignore[no-untyped-def]
    answers = pd.read_csv(DATA / "ord.csv")
    with pytest.raises(InputError, match=r"'WLSMV' is for ordered variables: name them in ordered"):
        cu.fit_cfa(HS, hs, estimator="WLSMV")
    with pytest.raises(InputError, match="estimator must be a name such as 'ML', got int"):
        cu.fit_cfa(HS, hs, estimator=3)  # type: ignore[arg-type]
    for name in ("ordered", "equal", "partial"):
        with pytest.raises(InputError, match=f"{name} must be a name or a list of names, got True"):
            cu.fit_cfa(HS, hs, **{name: True})
    with pytest.raises(NotSupported, match=r"with ordered variables .*: give one column"):
        cu.fit_cfa(ORDINAL, answers, ordered=ITEMS, cluster=["g", "u1"])


@pytest.mark.parametrize(
    ("other", "options", "message"),
    [
        (HS, {"missing": "fiml"}, r"got 'ML' with missing='(fiml|listwise)' and 'ML' with"),
        (HS, {"test": "satorra.bentler", "se": "robust.sem"}, "same test=, got '.*' and '.*'"),
        ("visual =~ x1 + x2 + x3 + x4", {}, "only one of them has 'x5', 'x6'"),
        (HS, {"group": "school"}, "got 301 cases in 2 groups and 301 cases"),
        (HS, {}, "same degrees of freedom are not nested, got 24 for both"),
    ],
)
def test_fits_that_cannot_be_compared(fit, hs, other, options, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=message):
        fit.compare(cu.fit_cfa(other, hs, **options))


def test_other_cases_are_counted(fit, hs) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="same cases, got 200 cases and 301 cases"):
        fit.compare(cu.fit_cfa(HS, hs.iloc[:200]))
    moved = hs.assign(x1=hs["x1"] * 2)
    with pytest.raises(InputError, match="got 301 cases in both, but other variances"):
        fit.compare(cu.fit_cfa(HS, moved))
    with pytest.raises(InputError, match="must be a result of fit_sem or fit_cfa, got str"):
        fit.compare("metric")


def test_what_is_no_fit_cannot_be_resampled(fit, hs) -> None:  # type: ignore[no-untyped-def]
    for ask in (cu.bootstrap_fit, cu.jackknife_fit):
        with pytest.raises(
            InputError, match="fit must be a result of fit_sem or fit_cfa, got Data"
        ):
            ask(hs)
    with pytest.raises(InputError, match="seed must be a whole number of at least 0, got 'a'"):
        cu.bootstrap_fit(fit, 10, seed="a")  # type: ignore[arg-type]


def test_groups_and_levels_that_are_not_there(fit, ordinal) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="number must be one of '1', got 4"):
        fit.residuals().matrix("raw", number=4)
    with pytest.raises(InputError, match="number must be one of '1', got 2"):
        ordinal.correlations(number=2)


def test_an_unidentified_model_says_so_again(hs) -> None:  # type: ignore[no-untyped-def]
    with pytest.warns(match="not identified"):
        open_scale = cu.fit_cfa("f =~ NA*x1 + x2 + x3 + x4", hs)
    with pytest.raises(EstimationError, match="singular: the model is not identified"):
        open_scale.modification_indices()


def test_levels_of_residuals_and_implied_moments() -> None:
    data = DATA.parents[1] / "sem_ordinal_twolevel" / "data" / "unequal.csv"
    model = "level: 1\nfw =~ y1 + y2 + y3\nlevel: 2\nfb =~ y1 + y2 + y3"
    two = cu.fit_sem(model, pd.read_csv(data), cluster="team")
    with pytest.raises(InputError, match="level must be one of 'within', 'between', got 'third'"):
        two.residuals().matrix("raw", level="third")
    with pytest.raises(InputError, match="level must be one of 'within', 'between', got 'third'"):
        two.implied(1, "third")


def test_the_short_table_of_fit(fit, hs, ordinal) -> None:  # type: ignore[no-untyped-def]
    plain = dict(fit.tables()[0].rows)
    assert list(plain) == ["npar", "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr"]
    lines = [line.split() for line in str(fit).splitlines()]
    assert ["npar", "21"] in lines
    assert ["df", "24"] in lines
    robust = ["chisq.scaled", "pvalue.scaled", "cfi.robust", "tli.robust", "rmsea.robust"]
    for scaled in (ordinal, cu.fit_cfa(HS, hs, estimator="MLR")):
        shown = dict(scaled.tables()[0].rows)
        assert set(shown) == {*plain, *robust}
        assert all(shown[name] == scaled.fit_measures[name] for name in shown)
    adjusted = cu.fit_cfa(HS, hs, estimator="MLMVS")
    assert dict(adjusted.tables()[0].rows)["df.scaled"] == adjusted.fit_measures["df.scaled"]


def test_a_comparison_shows_whole_degrees_of_freedom(fit, hs) -> None:  # type: ignore[no-untyped-def]
    found = fit.compare(cu.fit_cfa(HS + "\nvisual ~~ 0*speed", hs))
    assert found.tables()[0].rows[0][1] == 1
    assert str(found).splitlines()[3].split()[1] == "1"
