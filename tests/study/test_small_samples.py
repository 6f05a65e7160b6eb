"""Table 1 and the methods paragraph tell nothing of few people, alone or by subtraction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from collective_use.instrument.library import sample_path
from collective_use.study.run import run_study
from collective_use.study.settings import study_from

FIGURES = ["mean", "sd", "sd_within", "sd_between", "icc1", "icc2", "lead", "tsig", "hostil"]


def scored(folder: Path, sizes: dict[str, int], blank: tuple[str, int] | None = None):
    rows = pd.read_csv(sample_path("lq2002.csv"), dtype=str, keep_default_na=False)
    rows = rows.iloc[: sum(sizes.values())].copy()
    rows["COMPID"] = [name for name, n in sizes.items() for _ in range(n)]
    if blank:
        items = [name for name in rows.columns if name.startswith(blank[0])]
        rows.loc[rows.index[blank[1] :], items] = ""
    rows.to_csv(folder / "export.csv", index=False)
    study = {"instrument": "lq2002", "exports": str(folder / "export.csv")}
    run_study(study_from({**study, "out": str(folder / "out")}))
    table = pd.read_csv(folder / "out" / "table1.csv").set_index("measure")
    return table, (folder / "out" / "methods.md").read_text("utf-8")


def test_one_group_of_four_shows_no_figure(tmp_path):
    table, text = scored(tmp_path, {"A": 4})
    assert len(table)
    assert table[FIGURES].isna().all(axis=None)
    assert "Withheld, since fewer than 5 answered" in text
    assert "Cronbach's alpha ." not in text
    assert "median rwg" not in text


def test_a_measure_that_four_answered_shows_none_and_the_others_do(tmp_path):
    table, text = scored(tmp_path, {"A": 8, "B": 8, "C": 8, "D": 8}, blank=("HOSTIL", 4))
    assert table.loc["hostil", FIGURES].isna().all()
    assert table["hostil"].isna().all()
    assert table.loc[["lead", "tsig"], ["mean", "sd", "icc1"]].notna().all(axis=None)
    assert "hostil." in text


@pytest.mark.parametrize("sizes", [{"A": 3, "B": 4}, {"A": 3, "B": 9}])
def test_two_groups_are_not_told_apart_by_their_total(tmp_path, sizes):
    table, _ = scored(tmp_path, sizes)
    assert table[["sd_within", "sd_between", "icc1", "icc2"]].isna().all(axis=None)
    assert table[["mean", "sd"]].notna().all(axis=None)


def test_groups_of_size_keep_every_figure(tmp_path):
    table, text = scored(tmp_path, {"A": 9, "B": 9, "C": 9, "D": 9, "E": 9})
    assert np.isfinite(table[["mean", "sd", "sd_within", "icc1"]].to_numpy(float)).all()
    assert "Withheld" not in text
