"""Product indicators: every value of semTools' indProd, and what the model text says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE: dict[str, Any] = json.loads((FOLDER / "interaction/products.json").read_text())
FIRST, SECOND = ["x1", "x2", "x3"], ["x4", "x5", "x6"]


def _data(center: str) -> pd.DataFrame:
    d = pd.read_csv(FOLDER / "sem/data/hs.csv").iloc[:60].copy()
    if center != "residual":
        d.loc[[2, 16], "x2"] = np.nan
        d.loc[[16, 39], "x6"] = np.nan
    return d


@pytest.mark.parametrize("name", [name for name in REFERENCE if name != "semTools"])
def test_products_are_semtools(name: str) -> None:
    center, _, every = name.partition("_")
    made = cu.product_indicators(
        _data(center), FIRST, SECOND, pairs="all" if every else "matched", center=center
    )
    assert len(made.products) == len(REFERENCE[name]) == (9 if every else 3)
    for column, cells in REFERENCE[name].items():
        theirs = np.array([np.nan if cell is None else cell for cell in cells])
        np.testing.assert_allclose(made.data[column], theirs, rtol=1e-10, atol=1e-12)


def test_text_lets_products_of_one_indicator_covary() -> None:
    matched = cu.product_indicators(_data("double"), FIRST, SECOND)
    assert matched.text("fg") == "fg =~ x1.x4 + x2.x5 + x3.x6"
    every = cu.product_indicators(_data("double"), FIRST, SECOND, pairs="all")
    lines = every.text("fg").splitlines()
    assert len(lines) == 1 + 18  # each of nine shares an indicator with four others
    assert "x1.x4 ~~ x1.x5" in lines
    assert "x1.x4 ~~ x2.x5" not in lines
    assert list(every.to_frame()) == ["product", "first", "second"]
    assert "double" in str(every)


@pytest.mark.parametrize(
    ("first", "second", "options", "words"),
    [
        (["x1", "x2"], ["x4"], {}, "as many"),
        (["x1"], ["x1"], {}, "must differ"),
        (["x1", "x1"], ["x4", "x5"], {}, "must differ"),
        (["x1"], ["nothing"], {}, "nothing"),
        (["x1"], ["x4"], {"pairs": "some"}, "pairs"),
        (["x1"], ["x4"], {"center": "some"}, "center"),
        (["x1"], [], {}, "column names"),
        (["x1"], [4], {}, "column names"),
    ],
)
def test_wrong_inputs_are_named(first: Any, second: Any, options: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        cu.product_indicators(_data("double"), first, second, **options)


def test_columns_are_never_overwritten() -> None:
    data = _data("double").assign(**{"x1.x4": 0.0})
    with pytest.raises(InputError, match="rename"):
        cu.product_indicators(data, FIRST, SECOND)


def test_latent_products_are_refused_with_what_to_do() -> None:
    data = _data("residual")
    model = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f + f:ageyr"
    for fit in (cu.fit_sem, cu.sam):
        with pytest.raises(NotSupported, match="product_indicators"):
            fit(model, data)
    observed = cu.sam("f =~ x1 + x2 + x3\nf ~ ageyr + agemo + ageyr:agemo", data)
    by_hand = data.assign(both=data.ageyr * data.agemo)
    other = cu.sam("f =~ x1 + x2 + x3\nf ~ ageyr + agemo + both", by_hand)
    assert observed.parameters["f~ageyr:agemo"] == pytest.approx(other.parameters["f~both"])
