"""How long a large survey takes: 200,000 respondents, 200 items.

On a shared machine with two cores: 4.3 seconds to read when idle, 9 under load; 0.1 to score.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

import collective_use as cu

PERSONS, ITEMS, MOST_SECONDS = 200_000, 200, 20.0

HEAD = """schema: 1
id: big
version: "1"
title: {en: Big}
languages: [en]
columns: {group: g}
constructs: [{id: c, name: {en: c}, definition: {en: c}}]
scales: [{id: s, options: [%s]}]
measures: [{id: c, construct: c, composition: referent_shift, items: [%s]}]
items:
"""


def test_a_large_survey_is_read_and_scored_in_seconds(tmp_path: Path):
    names = [f"c{number}" for number in range(ITEMS)]
    options = ", ".join(f'{{code: {code}, label: {{en: "L{code}"}}}}' for code in range(1, 8))
    rows = [f"- {{id: {n}, construct: c, text: {{en: text {n}}}, scale: s}}" for n in names]
    (tmp_path / "big.yaml").write_text(HEAD % (options, ", ".join(names)) + "\n".join(rows))
    answers = np.random.default_rng(1).integers(1, 8, (PERSONS, ITEMS)).astype("U1")
    lines = [f"g{row % 5000}," + ",".join(cells) for row, cells in enumerate(answers)]
    (tmp_path / "big.csv").write_text("\n".join([",".join(["g", *names]), *lines]))
    instrument = cu.load_instrument(tmp_path / "big.yaml")
    start = time.perf_counter()
    responses = cu.read_responses(tmp_path / "big.csv", instrument)
    read = time.perf_counter()
    scores = cu.score(responses)
    done = time.perf_counter()
    print(f"read {read - start:.1f} s, scored {done - read:.1f} s")
    assert len(scores.values) == PERSONS
    np.testing.assert_array_equal(responses.answers.to_numpy(), answers.astype(float))
    assert done - start < MOST_SECONDS
