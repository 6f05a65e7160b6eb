"""The bundled eight-construct sample: each measure gets its own kind of evidence."""

from __future__ import annotations

import numpy as np
import pytest

import collective_use as cu
from collective_use.instrument.library import sample_path
from collective_use.instrument.model import SHARED


@pytest.fixture(scope="module")
def groups():
    instrument = cu.load_instrument("collective_data_use")
    folder = sample_path("clean")
    responses = cu.read_responses(
        folder / "export.csv",
        instrument,
        members=folder / "members.csv",
        informants=folder / "informants.csv",
    )
    return cu.aggregate(cu.score(responses), repetitions=200)


def test_power_by_items_is_checked_and_power_by_points_refuses_it(groups):
    items, points = groups.evidence["pim"], groups.evidence["pim_points"]
    assert items.verdict == "supported"
    assert not items.refused
    assert {"rwg_j_median", "icc1", "icc2", "above_chance"} <= set(items.summary)
    assert {"rwg_j", "icc1"} <= set(points.refused)
    assert "icc1" not in points.summary
    assert "ICC(A,k)" in points.refused["rwg_j"]


def test_every_measure_has_evidence_and_every_shared_one_its_indices(groups):
    instrument = groups.instrument
    assert set(groups.evidence) == {measure.id for measure in instrument.measures}
    for measure in instrument.measures:
        part = groups.evidence[measure.id]
        if measure.composition in SHARED:
            assert "icc1" in part.summary
            assert not part.refused
        elif measure.composition != "additive":
            assert "rwg_j" in part.refused
        assert part.explanation


def test_shared_constructs_of_the_sample_carry_their_true_icc(groups):
    row = groups.measures_frame().set_index("measure").loc["cdu"]
    assert row["icc1_low"] < 0.6
    assert row["icc1_high"] > 0.3
    assert np.isfinite(groups.values["cdu"]).all()
    assert len(groups.values) == 60
