"""Reading time of 100,000 respondents by 60 columns, beside another state of the code.

    git worktree add /tmp/before <commit>
    python tests/benchmarks/bench_reading.py /tmp/before

Each state reads each file in its own process, in turn; seconds are those of the processor.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROWS, LIKERT, NUMBERS, BOXES, REPEATS = 100_000, 50, 4, 5, 3
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
RUN = """
import sys, time, warnings
warnings.simplefilter("ignore")
import collective_use as cu
bank = cu.load_instrument(sys.argv[1])
cu.read_responses  # loads what it needs
start = time.process_time()
read = cu.read_responses(sys.argv[2], bank)
print(time.process_time() - start, int(read.answers.notna().to_numpy().sum()))
"""


def make(folder: Path) -> None:
    rng = np.random.default_rng(1)
    names = [f"q{n}" for n in range(LIKERT)]
    labels = ["Not at all", "Rarely", "At times", "Often", "Very often", "Nearly always", "Always"]
    options = ", ".join(f'{{code: {c}, label: {{en: "{t}"}}}}' for c, t in enumerate(labels, 1))
    items = [f"- {{id: {n}, construct: c, text: {{en: text {n}}}, scale: s}}" for n in names]
    items += [
        f"- {{id: n{n}, kind: number, construct: c, text: {{en: number {n}}}}}"
        for n in range(NUMBERS)
    ]
    boxes = ", ".join(f"{{code: {c}, label: {{en: Box {c}}}}}" for c in range(1, BOXES + 1))
    items.append(
        f"- {{id: chk, kind: checklist, construct: c, text: {{en: which}}, options: [{boxes}]}}"
    )
    (folder / "big.yaml").write_text(HEAD % (options, ", ".join(names)) + "\n".join(items))
    codes = rng.integers(1, 8, (ROWS, LIKERT))
    numbers = rng.integers(0, 5000, (ROWS, NUMBERS))
    ticks = rng.integers(0, 2, (ROWS, BOXES))
    head = ["g", *names, *(f"n{n}" for n in range(NUMBERS)), *(f"chk_{c}" for c in range(1, 6))]
    for name, likert in (("codes", codes.astype("U1")), ("labels", np.array(labels)[codes - 1])):
        table = np.column_stack([likert, numbers.astype("U5"), ticks.astype("U1")])
        lines = [f"g{row % 5000}," + ",".join(cells) for row, cells in enumerate(table)]
        (folder / f"{name}.csv").write_text("\n".join([",".join(head), *lines]))


def once(code: Path, folder: Path, name: str) -> tuple[float, int]:
    run = [sys.executable, "-c", RUN, str(folder / "big.yaml"), str(folder / f"{name}.csv")]
    environment = {**os.environ, "PYTHONPATH": str(code)}
    done = subprocess.run(
        run, capture_output=True, text=True, env=environment, cwd=folder, check=True
    )
    seconds, cells = done.stdout.split()
    return float(seconds), int(cells)


def main() -> None:
    here = Path(__file__).parents[2]
    states = {"now": here} | ({"before": Path(sys.argv[1])} if len(sys.argv) > 1 else {})
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make(folder)
        for name in ("codes", "labels"):
            times: dict[str, list[float]] = {state: [] for state in states}
            read = {}
            for _ in range(REPEATS):
                for state, code in states.items():
                    seconds, read[state] = once(code, folder, name)
                    times[state].append(seconds)
            assert len(set(read.values())) == 1, read
            for state, found in times.items():
                print(f"{name}, {state}: median {np.median(found):.2f} s, least {min(found):.2f} s")


if __name__ == "__main__":
    main()
