"""Small scored persons for the tests of this room, and the real survey it is checked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from collective_use.instrument.model import Instrument
from collective_use.record import Record


def make_instrument(
    measures: Sequence[Mapping[str, Any]], codes: Mapping[str, Sequence[int]]
) -> Instrument:
    """Make an instrument: measures as in YAML, and the response codes of each item."""
    scales = {
        tuple(values): f"s{i}" for i, values in enumerate(dict.fromkeys(map(tuple, codes.values())))
    }
    return Instrument.model_validate(
        {
            "schema": 1,
            "id": "fake",
            "version": "1",
            "title": {"en": "Fake"},
            "languages": ("en",),
            "scales": [
                {"id": name, "options": [{"code": c, "label": {}} for c in values]}
                for values, name in scales.items()
            ],
            "measures": [{"construct": "c", **measure} for measure in measures],
            "items": [
                {"id": item, "text": {"en": item}, "scale": scales[tuple(values)]}
                for item, values in codes.items()
            ],
        }
    )


def make_scores(
    bank: Instrument,
    group: Sequence[object],
    items: pd.DataFrame,
    *,
    values: pd.DataFrame | None = None,
    persons: pd.DataFrame | None = None,
    members: pd.DataFrame | None = None,
    informants: pd.DataFrame | None = None,
    rosters: Mapping[str, pd.DataFrame] | None = None,
) -> Any:
    """Make scored persons: by default a measure's value is the mean of its items."""
    items = items.reset_index(drop=True)
    if values is None:
        columns = {}
        for measure in bank.measures:
            there = [name for name in measure.items if name in items.columns]
            if there:
                columns[measure.id] = items[there].mean(axis=1)
        values = pd.DataFrame(columns, index=items.index)
    extra = persons if persons is not None else pd.DataFrame(index=items.index)
    people = extra.reset_index(drop=True).assign(group=[str(name) for name in group])
    responses = SimpleNamespace(
        instrument=bank,
        form=None,
        persons=people,
        answers=items,
        reasons=items.isna().replace({True: "unanswered", False: ""}),
        rosters=rosters or {},
        members=members,
        informants=informants,
        record=Record(),
    )
    return SimpleNamespace(
        responses=responses,
        items=items,
        values=values,
        answered=values.notna().astype(int),
        record=Record(),
    )


@pytest.fixture(scope="session")
def fake():
    return SimpleNamespace(instrument=make_instrument, scores=make_scores)


LQ_ITEMS = {
    "lead": [f"lead{i:02d}" for i in range(1, 12)],
    "tsig": [f"tsig{i:02d}" for i in range(1, 4)],
    "hostil": [f"hostil{i:02d}" for i in range(1, 6)],
}


@pytest.fixture(scope="session")
def lq2002() -> pd.DataFrame:
    path = Path(__file__).parents[1] / "parity" / "agreement" / "data" / "lq2002.csv"
    frame = pd.read_csv(path)
    return frame.rename(columns=str.lower)


@pytest.fixture(scope="session")
def lq_scores(lq2002):
    codes = {
        item: range(5) if item.startswith("hostil") else range(1, 6)
        for names in LQ_ITEMS.values()
        for item in names
    }
    measures = [
        {"id": name, "items": names, "composition": "referent_shift"}
        for name, names in LQ_ITEMS.items()
    ]
    bank = make_instrument(measures, codes)
    items = lq2002[list(codes)].astype(float)
    return make_scores(bank, lq2002["compid"], items)
