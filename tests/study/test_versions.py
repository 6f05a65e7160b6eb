"""measures.csv stays the same over versions, to twelve digits, unless a change is meant.

The snapshot was written by this package; whether its figures are right is for tests/parity. A
change that is meant is written with ``SNAPSHOT=new pytest tests/study/test_versions.py`` and named
in the changelog.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from collective_use.instrument.library import sample_path
from collective_use.study.outputs import FULL
from collective_use.study.run import run_study
from collective_use.study.settings import study_from

KEPT = Path(__file__).parent / "snapshot"


def exact(sample: str, out: Path) -> pd.DataFrame:
    study = {"instrument": "lq2002", "exports": str(sample_path("lq2002.csv"))}
    if sample == "clean":
        place = sample_path("clean")
        study = {
            "instrument": "collective_data_use",
            "exports": str(place / "export.csv"),
            "members": str(place / "members.csv"),
            "informants": str(place / "informants.csv"),
        }
    run_study(study_from({**study, "repetitions": 0, "full": True, "out": str(out)}))
    return pd.read_csv(out / FULL / "measures.csv")


@pytest.mark.parametrize("sample", ["lq2002", "clean"])
def test_measures_are_those_of_the_last_version(sample: str, tmp_path: Path) -> None:
    found, file = exact(sample, tmp_path / "out"), KEPT / f"measures_{sample}.csv"
    figures = found.select_dtypes("number").assign(measure=found["measure"])
    if os.environ.get("SNAPSHOT") == "new":
        figures.to_csv(file, index=False, float_format="%.15g", lineterminator="\n")
    kept = pd.read_csv(file)
    assert sorted(figures.columns) == sorted(kept.columns)
    pd.testing.assert_frame_equal(
        figures[kept.columns], kept, check_dtype=False, rtol=1e-12, atol=1e-14
    )
