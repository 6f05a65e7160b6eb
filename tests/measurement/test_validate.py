"""Planted faults are found and named; clean scales raise no alarm; bad input is named."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.measurement.answers import answers_of
from collective_use.numerics.groups.components import components, pair_sums


@cache
def validated(sample: str) -> cu.Validation:
    folder = cu.sample_path(sample)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.DataWarning)
        responses = cu.read_responses(
            folder / "export.csv", "collective_data_use", members=folder / "members.csv",
            invalid="missing",
        )  # fmt: skip
    return cu.validate(responses, repetitions=100)


def test_planted_faults_are_found_and_named() -> None:
    found = validated("messy").findings.set_index("what")["where"]
    assert found["runs against its scale"].startswith("ssm8 ")
    assert found["loads on another construct too"].startswith("dlr7 ")
    assert "(con)" in found["loads on another construct too"]
    close = found["constructs not told apart between groups"]
    assert "(ssm)" in close
    assert "(dlr)" in close
    assert len(found) == 3


def test_clean_scales_raise_no_alarm_and_what_passed_is_said() -> None:
    found = validated("clean")
    assert found.findings.empty
    assert any("No item loads on a construct" in text for text in found.passed)
    assert any("--thorough" in text for text in found.left_out)
    assert "No fault was found" in str(found)


def test_names_and_sentences_are_in_the_language_asked_for() -> None:
    rng = np.random.default_rng(1)
    f = np.repeat(rng.normal(size=(300, 2)), 4, axis=1)
    sets = {"a": [f"item{i}" for i in range(1, 5)], "b": [f"item{i}" for i in range(5, 9)]}
    x = f + 0.6 * rng.normal(size=f.shape)
    x[:, 0] *= -1
    found = cu.validate(x, sets, language="zh")
    assert "与所属量表方向相反" in found.findings["what"].tolist()
    assert "未检查" in str(found)
    assert cu.validate(x, sets).findings["what"][0] == "runs against its scale"


def test_thorough_fits_rivals_compares_levels_and_looks_for_a_method() -> None:
    rng = np.random.default_rng(1)
    team = np.repeat(np.arange(45), 8)
    f = np.repeat(0.7 * rng.normal(size=(45, 2))[team] + rng.normal(size=(360, 2)), 4, axis=1)
    x = f + 0.6 * rng.normal(size=f.shape) + 0.3 * rng.normal(size=(45, 8))[team]
    data = pd.DataFrame(x, columns=list("abcdefgh")).assign(team=team)
    found = cu.validate(data, SETS, groups="team", repetitions=50, thorough=True)
    frames = found.frames()
    assert {"models", "loadings", "levels", "common_method"} <= set(frames)
    assert found.findings.empty
    assert any("equal loadings within groups" in text for text in found.passed)
    assert any("simulated cut-offs" in text for text in found.passed)


def test_real_data_run_from_end_to_end_with_missing_answers_and_without(tmp_path: Path) -> None:
    """Personality items of psych's bfi (missing answers) and lq2002, with no special case."""
    bfi = pd.read_csv(
        Path(__file__).parents[1] / "parity/reference/measurement/data/bfi25_raw.csv"
    ).head(700)
    traits = {t: [c for c in bfi.columns if c.startswith(t)] for t in "ACENO"}
    found = cu.validate(bfi, traits, repetitions=50)
    assert found.n == 700
    named = " ".join(found.findings["where"])
    assert "A1 in A" in named  # keyed the other way in these data
    assert isinstance(found.validity, cu.Validity)
    army = pd.read_csv(cu.sample_path("lq2002.csv"), dtype=str)
    some = army.groupby("COMPID").head(9)
    some.to_csv(tmp_path / "lq2002.csv", index=False)
    responses = cu.read_responses(tmp_path / "lq2002.csv", "lq2002")
    lq = cu.validate(responses, repetitions=50)
    assert lq.groups == 49
    assert isinstance(lq.between, cu.Htmt)


def two_factors(n: int = 300, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    f = np.repeat(rng.normal(size=(n, 2)), 4, axis=1) + 0.7 * rng.normal(size=(n, 8))
    return pd.DataFrame(f.round(2), columns=list("abcdefgh"))


SETS = {"one": list("abcd"), "two": list("efgh")}


@pytest.mark.parametrize(
    ("change", "call", "said"),
    [
        (lambda d: d.assign(b=3.0), lambda d: cu.efa(d, 2), "must vary, got the same answer"),
        (lambda d: d.assign(b=d["a"]), lambda d: cu.efa(d, 2),
         "got the same answers in 'a' and 'b'"),
        (lambda d: d.head(8), lambda d: cu.factor_count(d), "cases must be more than items"),
        (lambda d: d, lambda d: cu.efa(d, 5), "factors must be at most 4 for 8 items"),
        (lambda d: d, lambda d: cu.efa(d, 2, correlation="within"), "groups must be given"),
        (lambda d: d * np.nan, lambda d: cu.efa(d, 2), "nobody answered 'a'"),
        (lambda d: d, lambda d: cu.htmt(d, {"one": list("abc"), "two": ["e"]}),
         "two with 2 items each"),
        (lambda d: d, lambda d: cu.htmt(d, {"one": list("abc"), "two": list("cde")}),
         "one construct"),
        (lambda d: d.assign(g="x"), lambda d: cu.invariance("f =~ a + b", d, group="g"),
         "two values"),
        (lambda d: d.assign(a="often"), lambda d: cu.items(d),
         "item a must be a column of numbers"),
        (lambda d: d.assign(i=d.sum(axis=1)), lambda d: cu.factor_count(d), "sum of others"),
        (lambda d: d, lambda d: cu.efa(d, 2, rotation="target"), "target= must be given"),
        (lambda d: d, lambda d: cu.efa(d, 2, rotation="oblimax"), "rotation must be one of"),
    ],
)  # fmt: skip
def test_bad_input_is_named(change, call, said) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(cu.CollectiveUseError, match=said.replace("(", r"\(")):
        call(change(two_factors()))


def test_a_heywood_case_is_named() -> None:
    r = np.array([[1, 0.9, 0.1], [0.9, 1, 0.7], [0.1, 0.7, 1.0]])
    root = np.linalg.cholesky(r + 1.2 * np.eye(3) * (np.linalg.eigvalsh(r)[0] < 0.05))
    data = np.random.default_rng(1).normal(size=(500, 3)) @ root.T
    with pytest.warns(cu.ImproperSolutionWarning, match="Heywood"):
        assert cu.efa(data, 1).heywood


def test_scores_of_factors_and_frames() -> None:
    data = two_factors()
    found = cu.efa(data, 2, extraction="ml")
    assert found.scores(data).corr().iloc[0, 1] == pytest.approx(0.0, abs=0.15)
    assert list(found.to_frame()["item"])[:4] != list(found.to_frame()["item"])[4:]
    assert found.determinacy.between(0.8, 1).all()


def test_two_measures_of_the_same_items_are_one_scale() -> None:
    folder = cu.sample_path("clean")
    responses = cu.read_responses(folder / "export.csv", "collective_data_use")
    taken = [item for own in answers_of(responses).constructs.values() for item in own]
    assert len(taken) == len(set(taken))


def test_components_by_moments_equal_the_analysis_of_variance_and_hold_with_gaps() -> None:
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(200), 6)
    values = rng.normal(size=(200, 2))[codes] * [1.0, 2.0] + rng.normal(size=(1200, 2))
    within, between = components(pair_sums(values, codes, 200))
    icc = cu.icc(values[:, 0], codes, group_size="k0").icc1
    assert between[0, 0] / (between[0, 0] + within[0, 0]) == pytest.approx(icc, rel=1e-12)
    gaps = np.where(rng.random(values.shape) < 0.2, np.nan, values)
    again = components(pair_sums(gaps, codes, 200))[1]
    np.testing.assert_allclose(np.diag(again), np.diag(between), rtol=0.1)


def _two_scales(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    f = np.repeat(rng.normal(size=(200, 2)), 4, axis=1)
    x = np.clip(np.rint(3 + f + 0.7 * rng.normal(size=f.shape)), 1, 5)
    return pd.DataFrame(x, columns=list("abcdefgh")).assign(team=np.repeat(np.arange(40), 5))


@pytest.mark.parametrize(
    ("change", "what", "where"),
    [
        ({"b": 3.0}, "everybody answers alike", "b in one"),
        ({"b": np.nan}, "nobody answered it", "b in one"),
    ],
)
def test_an_item_that_tells_nothing_is_named_and_the_others_are_analysed(
    change: dict[str, float], what: str, where: str
) -> None:
    sets = {"one": list("abcd"), "two": list("efgh")}
    found = cu.validate(_two_scales().assign(**change), sets, groups="team", repetitions=50)
    assert found.findings[["what", "where"]].to_numpy().tolist() == [[what, where]]
    assert "What follows leaves out b." in found.left_out
    assert isinstance(found.reliability, cu.Reliability)
    assert isinstance(found.validity, cu.Validity)
    assert not any("All 8 items" in text for text in found.passed)


def test_a_column_taken_twice_is_named() -> None:
    data = _two_scales().assign(b=lambda d: d["a"])
    sets = {"one": list("abcd"), "two": list("efgh")}
    found = cu.validate(data, sets, groups="team", repetitions=50)
    assert found.findings["where"].tolist() == ["a and b"]
    assert isinstance(found.validity, cu.Validity)


def test_one_group_of_all_is_said_and_persons_are_analysed() -> None:
    data = _two_scales().assign(team=1)
    sets = {"one": list("abcd"), "two": list("efgh")}
    found = cu.validate(data, sets, groups="team", repetitions=50)
    assert any("of one group" in text for text in found.left_out)
    assert isinstance(found.validity, cu.Validity)
    assert found.groups == 0


def test_fewer_persons_than_items_give_no_factors_and_no_ratios() -> None:
    few = _two_scales().drop(columns="team").head(8)
    with pytest.raises(cu.InputError, match="cases must be more than items"):
        cu.efa(few, 2)
    with pytest.raises(cu.InputError, match="persons must be more than items"):
        cu.htmt(few, {"one": list("abcd"), "two": list("efgh")})
