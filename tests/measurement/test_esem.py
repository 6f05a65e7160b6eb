"""Every item on every factor: cross-loadings are found, confirmed elsewhere, and not invented."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.measurement.answers import answers_of
from collective_use.measurement.halves import split_by_group

SETS = {"use": list("abcd"), "trust": list("efgh")}


def people(cross: float = 0.0, groups: int = 60, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(groups), 8)
    f = 0.5 * rng.normal(size=(groups, 2))[team] + rng.normal(size=(len(team), 2))
    f[:, 1] = 0.5 * f[:, 0] + f[:, 1]
    x = np.repeat(f, 4, axis=1) + 0.8 * rng.normal(size=(len(team), 8))
    x[:, 1] += cross * f[:, 1]
    return pd.DataFrame(x, columns=list("abcdefgh")).assign(team=team)


def test_a_cross_loading_is_named_and_the_correlation_falls() -> None:
    found = cu.esem(people(0.9), SETS, "team")
    assert found.verdict == "Items load elsewhere, too: b on trust."
    assert found.loadings.query("salient")["item"].tolist() == ["b"]
    row = found.correlations.iloc[0]
    assert row["esem"] < row["cfa"]
    assert found.pattern().shape == (8, 2)


def test_nothing_is_invented() -> None:
    found = cu.esem(people(), SETS, "team")
    assert found.verdict == "The constructs do as well without cross-loadings."
    assert not found.loadings["salient"].any()


def test_what_one_half_of_the_groups_shows_is_confirmed_in_the_other() -> None:
    found = cu.esem(people(0.9), SETS, "team", held_back=0.5)
    assert "confirmed in the part held back" in found.verdict
    assert "not confirmed" not in found.verdict
    assert found.models["part"].tolist() == ["explored"] * 2 + ["held back"] * 2
    assert found.n == {"explored": 240, "held back": 240}


def test_no_group_is_in_both_parts() -> None:
    answers = answers_of(people(), "team")
    first, held = split_by_group(answers, 0.5, 3)
    team = answers.codes()[0]
    assert not set(team[first]) & set(team[held])
    assert (first | held).all()


def test_other_rotations_name_their_factors_by_their_items() -> None:
    found = cu.esem(people(), SETS, rotation="geomin")
    own = found.loadings.query("own")
    assert len(own) == 8
    assert own["loading"].abs().min() > 0.6


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"constructs": {"use": list("abcd")}}, "at least two"),
        ({"constructs": {"x": list("ab"), "y": list("cd")}}, "negative degrees of freedom"),
        ({"rotation": "promaks"}, "rotation must be"),
        ({"held_back": 0.9}, "held_back"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, object], said: str) -> None:
    options = {"constructs": SETS} | given
    with pytest.raises(cu.InputError, match=said):
        cu.esem(people(groups=20).drop(columns="team"), **options)  # type: ignore[arg-type]


def test_a_target_is_for_its_rotation_and_its_shape() -> None:
    data = people(groups=20)
    text = 'efa("b")*u + efa("b")*v =~ a + b + c + d + e + f'
    for options, said in (
        ({"rotation": "target"}, "target must be given"),
        ({"rotation_options": {"target": np.zeros((6, 2))}}, "target must be given"),
        ({"rotation": "target", "rotation_options": {"target": np.zeros((5, 2))}}, "6 items by 2"),
    ):
        with pytest.raises(cu.InputError, match=said):
            cu.fit_sem(text, data, **options)
