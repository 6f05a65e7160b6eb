"""How members' kinds are shared out is shown coarsely, never as a zero that is none."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.disclosure import Disclosure
from collective_use.groups.disclosure.shown import for_others

FORMS = Path(__file__).parent.parent / "questionnaire" / "forms"
KINDS = {"A": [1, 2, 3, 4], "B": [1, 2], "C": [1], "D": [1, 1, 1, 2]}


def shown(index: str, folder: Path) -> tuple[pd.Series, pd.Series]:
    """The exact and the shown value of each group, twelve members in each."""
    text = (FORMS / "departments.yaml").read_text(encoding="utf-8")
    path = folder / "departments.yaml"
    path.write_text(text.replace("{name: blau}", f"{{name: {index}}}"), encoding="utf-8")
    bank = cu.load_instrument(path)
    rows = [(g, k, kinds[k % len(kinds)]) for g, kinds in KINDS.items() for k in range(12)]
    frame = pd.DataFrame(rows, columns=["dept", "person", "job"])
    for name in ("saf1", "saf2", "saf3", "saf4", "lrn1", "lrn2", "lrn3"):
        frame[name] = np.random.default_rng(1).integers(1, 8, len(frame))
    frame["person"] = frame["dept"] + frame["person"].astype(str)
    responses = cu.read_responses(frame.assign(consent_participation=1), bank)
    groups = cu.aggregate(cu.score(responses), repetitions=0)
    seen = for_others(groups)
    return groups.values["variety"], seen.values["variety"]


@pytest.mark.parametrize(("index", "top"), [("blau", 1.0), ("teachman", math.log(4))])
def test_the_value_is_no_further_off_than_half_a_step(index, top, tmp_path):
    exact, seen = shown(index, tmp_path)
    step = Disclosure(5).share_step(12) * top
    assert step < top
    assert seen.notna().all()
    assert (exact - seen).abs().max() <= step / 2 + 0.05
    assert exact.max() > 0.8 * top
    assert seen.max() > 0
