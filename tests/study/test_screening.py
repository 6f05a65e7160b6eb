"""Screening in a study: rules fixed beforehand, flags written, losses told."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import collective_use as cu
from collective_use.instrument.library import sample_path
from collective_use.study.run import run_study
from collective_use.study.settings import study_from


def messy(out, **more):
    """Return a study of one measure: screening looks at all items all the same."""
    folder = sample_path("messy")
    return study_from({
        "instrument": "collective_data_use", "exports": str(folder / "export.csv"),
        "members": str(folder / "members.csv"), "measures": ["pim"], "out": str(out), **more,
    })  # fmt: skip


def test_flagged_persons_are_left_out_and_told(tmp_path):
    plain = run_study(messy(tmp_path / "plain"), command="score", later_rooms=False)
    rules = {"longstring": 6, "instructed": True}
    done = run_study(messy(tmp_path / "a", screening=rules), command="score", later_rooms=False)
    table = pd.read_csv(tmp_path / "a" / "screening.csv")
    flagged = int(table["flagged"].sum())
    assert 0 < flagged < len(table)
    assert len(table) == plain.run["counts"]["persons"]
    assert done.run["counts"]["persons"] == len(table) - flagged
    texts = [entry["text"] for entry in done.run["left_out"]]
    assert any("screening rule longstring" in text for text in texts)
    assert any(text.startswith("Group ") for text in texts)
    dictionary = pd.read_csv(tmp_path / "a" / "dictionary.csv")
    own = dictionary[dictionary["file"] == "screening.csv"]
    assert own["meaning"].notna().all()
    assert json.loads((tmp_path / "a" / "run.json").read_text("utf-8"))["settings"]["screening"]


def test_flags_without_exclusion(tmp_path):
    study = messy(tmp_path / "a", screening={"longstring": 6}, careless="keep")
    done = run_study(study, command="score", later_rooms=False)
    assert done.run["counts"]["persons"] == len(pd.read_csv(tmp_path / "a" / "screening.csv"))


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"longstrin": 6}, "did you mean 'longstring'"),
        ({"longstring": "many"}, "must be a number or true"),
        ({"longstring": 1}, "flags all"),
    ],
)
def test_bad_rules(tmp_path, rules, message):
    with pytest.raises(cu.InputError, match=message):
        run_study(messy(tmp_path / "a", screening=rules), command="score", later_rooms=False)
    assert not (tmp_path / "a").exists()
