"""Every platform's simulated export is read back equal, cell by cell; parameters hold."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.platforms.registry import platforms
from collective_use.simulation.given import parameters_of, read_parameters
from collective_use.simulation.layouts.write import LAYOUTS, NOT_SIMULATED
from collective_use.simulation.parameters import TrueParameters
from collective_use.simulation.simulate import simulate_responses

BANK = cu.load_instrument("collective_data_use")
TRUTH = TrueParameters(missing=0.05, dont_know=0.05, careless=0.1)
pytestmark = pytest.mark.filterwarnings("ignore::collective_use.errors.DataWarning")


@cache
def survey():
    return simulate_responses(BANK, n_groups=5, size=(3, 8), modules=["all"], parameters=TRUTH)


def read(folder: Path, platform: str) -> cu.Responses:
    survey().write(folder, platform)
    known = {"members.csv", "informants.csv", "truth.json"}
    (export,) = [path for path in folder.iterdir() if path.name not in known]
    return cu.read_responses(export, BANK, members=folder / "members.csv")


def by_member(responses: cu.Responses, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis(responses.persons["member"].to_numpy()).sort_index()


def test_every_platform_is_simulated_or_named():
    assert {row.id for row in platforms()} == {*LAYOUTS, *NOT_SIMULATED}


@pytest.mark.parametrize("platform", LAYOUTS)
def test_a_layout_is_recognized_and_read_back_cell_by_cell(platform, tmp_path):
    responses = read(tmp_path, platform)
    lost = set(json.loads((tmp_path / "truth.json").read_text("utf-8")).get("left_out", ()))
    assert len(lost) < 12
    told = survey().to_frame().set_index(BANK.columns.member).sort_index()
    columns = BANK.columns
    persons = by_member(responses, responses.persons)
    assert persons.index.tolist() == told.index.tolist()
    assert persons["group"].tolist() == told[columns.group].tolist()
    missing = {
        (item.id, str(option.code))
        for item in BANK.items
        if item.scale
        for option in BANK.get_scale(item.scale).missing
    }
    answers, compared = by_member(responses, responses.answers), 0
    for name in answers.columns:
        item = name if name in {part.id for part in BANK.items} else name.rpartition("_")[0]
        if item in lost or name not in told:
            continue
        wanted = [np.nan if c == "" or (item, c) in missing else float(c) for c in told[name]]
        np.testing.assert_array_equal(answers[name].to_numpy(float), wanted, err_msg=name)
        compared += len(wanted)
    expected = [c for c in told if c in answers]
    assert compared == len(told) * len([c for c in expected if c.rpartition("_")[0] not in lost])
    assert compared > 1000
    rosters(responses, told, lost, platform)


def rosters(responses, told, lost, platform):
    seen = set()
    for name, frame in responses.rosters.items():
        if name in lost:
            assert frame.isna().all(axis=None)
            continue
        values = by_member(responses, frame)
        item = BANK.get_item(name)
        if item.kind == "roster_nominate":
            continue
        for place in values.columns:
            parts = place if isinstance(place, tuple) else (place,)
            column = "_".join([name, *(str(part) for part in parts)])
            if column not in told:
                assert values[place].isna().all()
                continue
            mine = values[place].to_numpy(float)
            wanted = pd.to_numeric(told[column]).to_numpy(float)
            if platform == "kobo" and item.kind == "roster_roles":
                # KoBo writes 0 only for a member who has a role: empty beside a tick is 0.
                mine = np.where(np.isnan(wanted) & (mine == 0), np.nan, mine)
            scale = item.scale and BANK.get_scale(item.scale)
            codes = {float(o.code) for o in scale.missing if o.code is not None} if scale else set()
            wanted = np.where(np.isin(wanted, list(codes)), np.nan, wanted)
            own = np.isnan(mine) & ~np.isnan(wanted)
            np.testing.assert_array_equal(np.where(own, np.nan, wanted), mine, err_msg=column)
            assert own.mean() < 0.5  # a member's own place is set aside by the reader
        seen.add(name)
    assert seen or lost


def test_an_unknown_layout_is_named(tmp_path):
    with pytest.raises(cu.InputError, match="platform must be one of"):
        survey().write(tmp_path / "x", "qualtrix")
    assert not (tmp_path / "x").exists()


def test_careless_silent_and_missing_shares_come_out():
    truth = TrueParameters(careless=0.2, missing=0.1, response_rate=0.6, loadings=(0.8, 0.9))
    found = simulate_responses("lq2002", n_groups=200, size=(8, 8), parameters=truth)
    (careless,) = found.truth["careless"]
    assert len(careless) / 1600 == pytest.approx(0.2, abs=0.04)
    assert len(found.rows) / 1600 == pytest.approx(0.6, abs=0.06)
    answers = found.to_frame().drop(columns=["group", "member"], errors="ignore")
    assert (answers.iloc[:, 1:] == "").to_numpy().mean() == pytest.approx(0.1, abs=0.02)


def test_iccs_and_loadings_are_those_stated():
    truth = TrueParameters(iccs={"lead": 0.5}, icc=0.05, item_loadings={"lead01": 0.3})
    found = simulate_responses("lq2002", n_groups=400, size=(10, 10), parameters=truth)
    items = {entry["item"]: entry for entry in found.truth["items"]}
    assert {e["icc"] for e in items.values() if e["latent"] == "lead"} == {0.5}
    assert {e["icc"] for e in items.values() if e["latent"] == "tsig"} == {0.05}
    frame = found.to_frame()
    lead = cu.icc(pd.to_numeric(frame["LEAD02"]), frame[BANKS.columns.group or "group"]).icc1
    assert lead == pytest.approx(0.5 * 0.95**2 * 0.9, abs=0.12)


BANKS = cu.load_instrument("lq2002")


def test_languages_have_their_shares():
    truth = TrueParameters(languages={"en": 0.25, "zh": 0.75})
    found = simulate_responses(BANK, n_groups=40, size=(5, 5), parameters=truth)
    shares = found.rows["UserLanguage"].value_counts(normalize=True)
    assert shares["ZH-S"] == pytest.approx(0.74, abs=0.05)


def test_waves_repeat_persons_and_items_and_latents_go_together(tmp_path):
    truth = TrueParameters(stability=0.8)
    found = simulate_responses("lq2002", n_groups=300, size=(4, 4), waves=2, parameters=truth)
    first, second = (pd.DataFrame(part).T for part in found.truth["groups_by_wave"])
    assert first["lead"].corr(second["lead"]) == pytest.approx(0.8, abs=0.06)
    found.write(tmp_path)
    read_back = cu.read_responses(
        tmp_path / "export.csv", "lq2002", column_map=tmp_path / "columns.yaml"
    )
    assert read_back.persons["wave"].value_counts().tolist() == [1200, 1200]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"correlations": {"lead ~~ tsig": 0.9, "lead ~~ hostil": 0.9, "tsig ~~ hostil": 0.1}},
         "that of 'tsig' with 'hostil' must lie between 0.62 and 1.00, got 0.10"),
        ({"correlation": -0.9}, "no data can have these true correlations"),
        ({"correlations": {"lead ~~ tsig": 1.2}}, r"must be a number in \[-1, 1\], got 1.2"),
        ({"paths": {"lead = tsig": 0.2}}, "paths must be written"),
        ({"paths": {"lead ~ tsig": "big"}}, "must be a number"),
        ({"iccs": {"laed": 0.2}}, "a variable of the true model"),
        ({"careless": 1.5}, "careless must"),
        ({"loadings": 0.5}, r"loadings must be \[lowest, highest\]"),
        ({"languages": {"en": 0.5}}, "add up to 1"),
        ({"languages": {"fr": 1}}, "languages must be one of"),
    ],
)  # fmt: skip
def test_impossible_parameters_are_named(given, said):
    with pytest.raises(cu.InputError, match=said):
        simulate_responses("lq2002", n_groups=10, parameters=parameters_of(given))


def test_a_file_of_parameters_and_the_command(tmp_path, capsys):
    file = tmp_path / "truth.yaml"
    file.write_text("icc: 0.2\nloadings: [0.7, 0.8]\npaths:\n  cdu ~ ssm: 0.5\n", "utf-8")
    assert read_parameters(file).paths == {("cdu", "ssm"): 0.5}
    out = tmp_path / "trial"
    words = [
        "simulate", "collective_data_use", "--groups", "4", "--platform", "google_forms",
        "--parameters", str(file), "--path", "cdu ~ dlr=0.2", "--careless", "0.1",
        "--language", "en=1", "--module", "ties", "--out", str(out),
    ]  # fmt: skip
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "cannot hold" in said
    assert "as google_forms exports them" in said
    truth = json.loads((out / "truth.json").read_text("utf-8"))
    assert truth["parameters"]["paths"] == {"cdu ~ ssm": 0.5, "cdu ~ dlr": 0.2}
    assert truth["platform"] == "google_forms"
    several = [*words[:3], "4", "--waves", "2", "--out", str(tmp_path / "waves")]
    assert main(several) == 0
    assert "columns.yaml" in capsys.readouterr().out
    file.write_text("iccc: 0.2\n", "utf-8")
    assert main([*words[:-1], str(tmp_path / "none")]) == 2
    said = capsys.readouterr().err
    assert "truth.yaml" in said
    assert "did you mean 'icc'" in said
    assert not (tmp_path / "none").exists()
