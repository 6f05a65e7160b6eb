"""Latent products after measurement: lavaan 0.7-2's sam(), and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import InputError, NotSupported

FOLDER = Path(__file__).parents[1] / "reference" / "interaction"
REFERENCE: dict[str, Any] = json.loads((FOLDER / "sam_interaction.json").read_text())
DATA = pd.read_csv(FOLDER / "interaction.csv")
MEASURED = "f =~ a1 + a2 + a3\ng =~ b1 + b2 + b3\nh =~ y1 + y2 + y3\n"


@pytest.mark.parametrize("name", ["product", "square", "chain"])
def test_estimates_are_lavaans(name: str) -> None:
    """Class "optimiser": its blocks and structure are not polished; estimates 2e-5."""
    reference = REFERENCE[name]
    frame = cu.sam_interactions(reference["model"], DATA, repetitions=20).estimates
    pairs = {frozenset((r.lhs, r.rhs)) | {r.op}: r.est for r in frame.itertuples()}
    assert len(reference["pe"]) == len(frame)
    for cell in reference["pe"]:
        own = pairs[frozenset((cell["lhs"], cell["rhs"])) | {cell["op"]}]
        assert own == pytest.approx(cell["est"], abs=2e-5), cell


def test_errors_are_near_lavaans() -> None:
    """Resampling and lavaan's two-step errors are both estimates of one thing."""
    reference = REFERENCE["product"]
    frame = cu.sam_interactions(reference["model"], DATA, repetitions=60).estimates
    own = frame[frame.op == "~"].set_index("rhs")
    for cell in reference["pe"]:
        if cell["op"] == "~":
            row = own.loc[cell["rhs"]]
            assert 0.7 < row.se / cell["se"] < 1.4, cell
            assert row.ci_lower < row.est < row.ci_upper


def test_an_observed_moderator_has_no_error() -> None:
    """What is observed is taken as it is: two observed variables give the plain regression."""
    model = MEASURED + "h ~ f + z + f:z"
    fit = cu.sam_interactions(model, DATA, repetitions=20)
    S = fit.covariance
    x = ["f", "z", "f:z"]
    by_hand = np.linalg.solve(S.loc[x, x], S.loc[x, "h"])
    assert fit.estimates.query("op == '~'").est.tolist() == pytest.approx(by_hand, abs=1e-8)
    assert S.loc["z", "z"] == pytest.approx(DATA.z.var(ddof=0))
    assert "h" in str(fit)


@pytest.mark.parametrize(
    ("structure", "error", "words"),
    [
        ("h ~ f + g", InputError, "use sam"),
        ("h ~ f + g + f:g:f", NotSupported, "more than two"),
        ("f:g ~ h", NotSupported, "can only explain"),
        ("h ~ f + g + f:g\nh ~~ f:g", NotSupported, "can only explain"),
        ("h ~ f + f:z", InputError, "beside its product"),
        ("h ~ a*f + g + f:g\nd := a*2", NotSupported, "definitions"),
        ("h ~ f + g + f:g + nothing", InputError, "nothing"),
    ],
)
def test_what_is_refused(structure: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        cu.sam_interactions(MEASURED + structure, DATA, repetitions=20)


def test_same_seed_same_errors() -> None:
    model = MEASURED + "h ~ f + g + f:g"
    one, two = (cu.sam_interactions(model, DATA, repetitions=20, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(one.estimates, two.estimates)
    with pytest.raises(NotSupported, match="fit_products"):
        cu.sam_interactions(f"level: 1\n{model}\nlevel: 2\nk =~ a1 + a2 + a3", DATA)
