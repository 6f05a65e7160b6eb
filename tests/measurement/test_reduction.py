"""Items leave for stated reasons, losses are measured on others, the form keeps comments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu
from collective_use.measurement.reduction.loss import overlap_corrected


def scale(n: int = 600, groups: int = 60, seed: int = 1) -> pd.DataFrame:
    """Six good items; g runs against them, h hardly loads, i is a copy of b, j has no groups."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(groups), n // groups)
    lift = rng.normal(size=groups)[team]
    f = 0.7 * lift + 0.7 * rng.normal(size=n)
    data = pd.DataFrame({c: f + rng.normal(size=n) for c in "abcdef"})
    data["g"] = -f + 0.7 * rng.normal(size=n)
    data["h"] = 0.2 * f + rng.normal(size=n)
    data["i"] = data["b"] + 0.2 * rng.normal(size=n)
    return data.assign(team=team)


ITEMS = list("abcdefghi")


def test_the_worst_leave_first_and_the_trail_says_why() -> None:
    found = cu.reduce(scale(), {"trust": ITEMS}, "team", keep=4)
    trail = found.trail.set_index("item")
    assert list(trail.index[:2]) == ["g", "h"]
    assert trail.loc["g", "because"] == "runs against its scale"
    assert trail.loc["h", "because"] == "weakest loading"
    copies = trail[trail["rule"] == "residual"]
    assert len(copies) == 1
    assert copies.index[0] in ("b", "i")
    assert len(found.kept["trust"]) == 4
    assert (trail["left"].to_numpy() == [8, 7, 6, 5, 4]).all()


def test_no_group_is_on_both_sides_and_the_loss_is_measured_on_the_others() -> None:
    data = scale()
    found = cu.reduce(data, {"trust": ITEMS}, "team", keep=4, held_out=0.5)
    assert found.development + found.held_out == len(data)
    assert found.held_out % 10 == 0  # whole groups of ten
    loss = found.loss.set_index("sample")
    assert set(loss.index) == {"development", "held out"}
    held = loss.loc["held out"]
    assert 0.65 < held["omega_after"] < 0.9
    assert held["kept_correlation"] < 0.99
    assert 0.6 < held["icc2_after"] < 0.95


def test_a_facet_keeps_its_items_and_says_so() -> None:
    facets = dict.fromkeys("abcdef", "p") | {"g": "q", "h": "r", "i": "p"}
    found = cu.reduce(scale(), {"trust": ITEMS}, "team", keep=4, facets=facets)
    assert {"g", "h"} <= set(found.kept["trust"])
    protected = found.protected.set_index("item")
    assert protected.loc["g", "because"] == "runs against its scale"
    assert protected.loc["g", "facet"] == "q"


def test_items_that_are_to_stay_do_and_a_criterion_is_followed() -> None:
    data = scale()
    data["outcome"] = data["a"] + np.random.default_rng(9).normal(size=len(data))
    found = cu.reduce(data, {"trust": ITEMS}, "team", keep=4, always=["h"], criterion="outcome")
    assert "h" in found.kept["trust"]
    row = found.validity.set_index("second").loc["outcome"]
    assert row["change"] == pytest.approx(row["after"] - row["before"])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_shared_errors_are_taken_out_exactly(seed: int) -> None:
    """Two independent giving of the short form: the corrected value is their correlation."""
    rng = np.random.default_rng(seed)
    n = 20_000
    f = rng.normal(size=(n, 1))
    long = f + rng.normal(size=(n, 6))
    again = f + rng.normal(size=(n, 3))
    truth = np.corrcoef(again.sum(axis=1), long.sum(axis=1))[0, 1]
    assert overlap_corrected(long[:, :3], long, 9 / 12) == pytest.approx(truth, abs=0.03)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"keep": 9}, "fewer items than a construct has"),
        ({"keep": {"other": 3}}, "names the construct 'other'"),
        ({"rules": {"beauty": 0.1}}, "rule must be one of"),
        ({"criterion": "nowhere"}, "must be a column"),
        ({"always": ["z"]}, "item must be one of"),
    ],
)
def test_bad_input_is_named(options: dict[str, object], said: str) -> None:
    with pytest.raises(cu.CollectiveUseError, match=said):
        cu.reduce(scale(), {"trust": ITEMS}, "team", **options)  # type: ignore[arg-type]


def test_too_few_persons_are_named() -> None:
    with pytest.raises(cu.InputError, match="at least 20 persons in both parts"):
        cu.reduce(scale(40, 4), {"trust": ITEMS}, "team")


def test_the_form_is_written_with_every_comment_kept(tmp_path: Path) -> None:
    from collective_use.instrument.library import instrument_path

    starter = instrument_path("starter") if "starter" in _names() else Path("instruments/starter")
    new = tmp_path / "bank"
    bank = cu.load_instrument(starter)
    asked = {i for b in bank.get_form("short").blocks for i in b.items}
    likert = [i.id for i in bank.items if i.kind == "likert" and i.id in asked]
    cu.write_form(starter, likert[:-1], "core", base="short", out=new)
    made = cu.load_instrument(new)
    assert made.forms[-1].id == "core"
    asked_now = {i for b in made.get_form("core").blocks for i in b.items}
    assert likert[-1] not in asked_now
    assert asked - asked_now == {likert[-1]}
    for file in starter.rglob("*.yaml"):
        before = [x for x in file.read_text(encoding="utf-8").splitlines() if "#" in x]
        after = (new / file.relative_to(starter)).read_text(encoding="utf-8").splitlines()
        assert [x for x in after if "#" in x] == before
    with pytest.raises(cu.InputError, match="is there already"):
        cu.write_form(new, likert[:-1], "core")


def _names() -> tuple[str, ...]:
    from collective_use.instrument.library import instrument_names

    return tuple(instrument_names())


def test_a_bundled_instrument_is_not_changed_in_place_and_items_must_be_asked() -> None:
    with pytest.raises(cu.InputError, match="bundled and is not changed in place"):
        cu.write_form("collective_data_use", ["cdu1"], "core")


def test_the_command_writes_the_form_and_the_trail(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from collective_use.cli.main import app

    sample = cu.sample_path("clean")
    out, trail = tmp_path / "bank", tmp_path / "trail.csv"
    words = ["reduce", str(sample / "export.csv"), "-i", "collective_data_use", "--keep", "4",
             "--form-id", "core", "--out", str(out), "--trail", str(trail)]  # fmt: skip
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    made = cu.load_instrument(out)
    asked = {i for b in made.get_form("core").blocks for i in b.items}
    dropped = set(pd.read_csv(trail)["item"])
    assert dropped
    assert not dropped & asked
    assert "System sensemaking" in done.output
