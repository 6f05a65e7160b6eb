"""Rivals: nesting before any data, and the table that decides nothing by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError
from collective_use.groups.results import Groups
from collective_use.structure.rivals.nesting import told_apart
from collective_use.structure.syntax import written
from collective_use.structure.values import find_model
from collective_use.study.demo import demo_study
from collective_use.study.walk import walk

REFERENCE = Path(__file__).parents[1] / "parity" / "reference" / "sem07" / "net_pd.json"

pytestmark = pytest.mark.filterwarnings("ignore::collective_use.errors.SmallGroupsWarning")


@pytest.fixture(scope="module")
def groups() -> Groups:
    return walk(demo_study("clean", "nowhere")).groups


def _printed(reference: dict[str, object]) -> dict[tuple[str, str], str]:
    """Read the square that lavaan's NET printed."""
    lines = [line for line in reference["printed"] if "(df = " in line]  # type: ignore[union-attr]
    names = list(reference["models"])  # type: ignore[call-overload]
    out = {}
    for line in lines:
        row, rest = line.split("(df = ")[0].strip(), line.split(")", 1)[1].split()
        words = rest + [""] * (len(names) - len(rest))
        if "-" in rest:  # cells right of the dash may be blank
            out |= {(row, names[k]): w.replace("-", "") for k, w in enumerate(words)}
    return out


def test_the_square_is_lavaans() -> None:
    reference = json.loads(REFERENCE.read_text())
    texts = {
        name: f"{reference['measurement']}\n{text}" for name, text in reference["models"].items()
    }
    square = cu.nesting(texts)
    expected = _printed(reference)
    assert len(expected) == 16
    assert sorted(expected.values()) == [""] * 7 + ["equivalent"] * 6 + ["nested"] * 3
    for (row, column), word in expected.items():
        assert square.loc[row, column] == word, (row, column)


def test_the_theorys_models(groups: Groups) -> None:
    texts = {
        name: written(find_model(groups.instrument, name))
        for name in ("M1", "M2", "M3", "M4", "M5", "M6", "M7")
    }
    texts["open"] = "\n".join(line for line in texts["M6"].splitlines() if "0*" not in line)
    square = cu.nesting(texts)
    assert square.loc["M5", "M1"] == square.loc["M1", "M5"] == "equivalent"
    assert square.loc["open", "M2"] == "equivalent"
    assert square.loc["M6", "M2"] == "nested"
    assert square.loc["M2", "M6"] == ""
    assert square.loc["M7", "M1"] == square.loc["M1", "M7"] == ""
    words = told_apart(square)
    assert words[1].startswith("M5 and M1 cannot be told apart by any cross-sectional data")


def test_two_levels_are_both_looked_at() -> None:
    within = "level: 1\n a_w =~ a1 + a2 + a3\n b_w =~ b1 + b2 + b3\n"
    between = "level: 2\n a =~ a1 + a2 + a3\n b =~ b1 + b2 + b3\n"
    square = cu.nesting(
        {
            "forward": within + between + " b ~ a",
            "back": within + between + " a ~ b",
            "none": within + between + " a ~~ 0*b",
            "none within": within + " a_w ~~ 0*b_w\n" + between + " b ~ a",
        }
    )
    assert square.loc["forward", "back"] == "equivalent"
    assert square.loc["none", "forward"] == "nested"
    assert square.loc["none within", "forward"] == "nested"
    assert square.loc["none within", "none"] == square.loc["none", "none within"] == ""


def test_other_variables_are_blank_and_one_model_is_refused() -> None:
    square = cu.nesting({"x": "y ~ x", "z": "y ~ z"})
    assert (square == "").all().all()
    with pytest.raises(InputError, match="two models or more"):
        cu.nesting({"x": "y ~ x"})


def test_rivals_on_the_same_groups(groups: Groups) -> None:
    found = cu.compare_models(groups, ["M1", "M2", "M3", "M5", "M6"])
    frame = found.to_frame().set_index("model")
    assert found.way == "corrected"
    assert frame.loc["M1", ["df", "npar"]].tolist() == [5, 40]
    assert frame.loc["M1", "chisq"] == pytest.approx(frame.loc["M5", "chisq"], abs=1e-6)
    assert frame.loc["M1", "cv"] == pytest.approx(frame.loc["M5", "cv"], abs=1e-6)
    assert frame["weight"].sum() == pytest.approx(1)
    assert frame["cv"].min() == 0
    assert frame.loc["M6", "p"] < 0.05
    tests = found.differences.set_index(["smaller", "larger"])
    assert tests.loc[("M6", "M2"), "df"] == 3
    assert ("M1", "M5") not in tests.index
    text = str(found)
    for part in ("cannot be told apart", "Power first", "No figure of this table is a verdict"):
        assert part in text
    json.dumps(found.to_dict())
    again = cu.compare_models(groups, ["M1", "M2", "M3", "M5", "M6"])
    pd.testing.assert_frame_equal(found.models, again.models)


def test_a_difference_is_that_of_means_by_hand(groups: Groups) -> None:
    found = cu.compare_models(groups, ["M1", "M2"], way="means", folds=0)
    one, two = (cu.fit_structure(groups, m, way="means", engine="core") for m in ("M1", "M2"))
    gap = one.fit.fit_measures["chisq"] - two.fit.fit_measures["chisq"]
    row = found.differences.iloc[0]
    # scaled for what group values are; the plain difference is of the same size
    assert row.df == 5
    assert 0.4 * gap < row.chisq < 2.5 * gap
    assert np.isnan(found.models["cv"]).all()


@pytest.mark.parametrize(("models", "says"), [(["M1"], "two or more"), (["M1", "M99"], "M99")])
def test_wrong_lists_are_named(groups: Groups, models: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        cu.compare_models(groups, models)
