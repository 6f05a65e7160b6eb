"""The methods draft and Table 1: no number that is not in the tables, right at both levels."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

NUMBER = re.compile(r"-?\d[\d,]*\.?\d*|-?\.\d+")


@pytest.fixture(params=["lq2002", "messy"])
def folder(request, demo_run) -> Path:
    return demo_run(request.param).folder


def leaves(value):
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(key)
            yield from leaves(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from leaves(entry)
    else:
        yield value


def known_numbers(folder: Path) -> set[str]:
    """Return every number of the tables as the text may write it."""
    values = list(leaves(json.loads((folder / "run.json").read_text(encoding="utf-8"))))
    groups = pd.read_csv(folder / "groups.csv")
    values += [groups["n"].mean(), groups["n"].min(), groups["n"].max(), len(groups)]
    rates = groups["response_rate"].dropna()
    values += [rates.mean(), rates.min(), rates.max()] if len(rates) else []
    for name in ("measures.csv", "table1.csv"):
        values += pd.read_csv(folder / name).to_numpy().ravel().tolist()
    values += list(range(1, 60))  # rows of Table 1, and counts in names
    found: set[str] = set()
    for value in values:
        if isinstance(value, str):
            found.update(number.rstrip(".,") for number in NUMBER.findall(value))
        elif isinstance(value, (int, float)) and value == value:
            for digits in (0, 1, 2, 3):
                text = f"{value:.{digits}f}"
                found.update({text, text.replace("0.", ".", 1), f"{value:,.0f}"})
            found.add(f"{100 * value:.0f}")
    return found


def test_every_number_of_the_draft_is_one_of_the_tables(folder):
    text = (folder / "methods.md").read_text(encoding="utf-8").partition("## References")[0]
    text = text.replace("(Chan, 1998)", "").replace("p < .001", "").replace("95% limits", "")
    text = re.sub(r"\w*\d\w*\.(csv|json)|rwg\(j\)|ICC\([12]\)|Table 1", "", text)
    allowed = known_numbers(folder)
    strange = [n for n in NUMBER.findall(text) if n.rstrip(".,") not in allowed]
    assert not strange


def test_the_draft_names_every_measure_with_its_verdict(folder):
    text = (folder / "methods.md").read_text(encoding="utf-8")
    for row in pd.read_csv(folder / "measures.csv").to_dict("records"):
        line = next(part for part in text.splitlines() if f"({row['measure']}, " in part)
        assert f"Verdict: {row['verdict']}." in line


def test_table_one_at_both_levels():
    responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    scores = cu.score(responses)
    groups = cu.aggregate(scores, repetitions=0)
    table = cu.table_one(scores, groups).to_frame().set_index("measure")
    team = responses.persons["group"].to_numpy()
    inside = scores.values - scores.values.groupby(team).transform("mean")
    means = scores.values.groupby(team).mean()
    assert table.loc["tsig", "lead"] == pytest.approx(inside["tsig"].corr(inside["lead"]))
    assert table.loc["lead", "tsig"] == pytest.approx(means["tsig"].corr(means["lead"]))
    alpha = groups.measures_frame().set_index("measure")["alpha"]
    np.testing.assert_allclose(np.diag(table[list(table.index)]), alpha[table.index])
    squares = (inside["lead"] ** 2).sum() / (len(inside) - len(means))
    assert table.loc["lead", "sd_within"] == pytest.approx(np.sqrt(squares))


def test_a_spread_has_no_correlation_of_persons(folder):
    table = pd.read_csv(folder / "table1.csv").set_index("measure")
    shared = table["composition"].isin(["direct_consensus", "referent_shift", "additive"])
    spread = table.index[~shared]
    lower = table.loc[spread, [name for name in table.index if name in table.columns]]
    for name in spread:
        before = list(table.index)[: list(table.index).index(name)]
        assert lower.loc[name, before].isna().all()
        assert table.loc[name, "persons"] == 0
