"""How time and memory grow with the survey: writes docs/growth.md.

Run `python tests/benchmarks/growth.py` (about two minutes on one core). Answers are made up: nine
scales of five items, groups of 4 to 12 with text labels, rows shuffled. Each size runs in a
process of its own, so that nothing is remembered.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import collective_use as cu

PAGE = Path(__file__).parents[2] / "docs" / "growth.md"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
SCALES, ITEMS = 9, 5

HEAD = """# How time and memory grow

Made-up answers: nine scales of five items, groups of 4 to 12 with text labels, rows shuffled;
one process for each size, one thread. Seconds are processor time of first calls; memory is the most
that arrays and objects made meanwhile hold together (Python's `tracemalloc`, which NumPy reports
to), beside the size of what was given (columns as floats, labels as pointers). Written by
`python tests/benchmarks/growth.py`; {where}.

**Functions**: `cu.rwg_j` and `cu.icc` together on one scale, beside pandas'
`groupby(...).agg(["sum", "var"])` of the same six columns in the same process. **All**:
`cu.aggregate` of the nine measures with everything it computes, chance of agreement for each group
included.

From 10,000 persons on memory stays under twice what was given, the results included. Below, a
megabyte or two is held whatever is given.

| persons | text groups | rwg_j + icc, s | pandas, s | ratio | memory, MB | given, MB |\
 aggregate, s | s per 10,000 persons | memory, MB | given, MB |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def survey(persons: int, scales: int) -> pd.DataFrame:
    """Make answers with columns g, q0_0, ..."""
    rng = np.random.default_rng(1)
    sizes = rng.integers(4, 13, size=persons // 4 + 2)
    group = rng.permutation(np.repeat(np.arange(len(sizes)), sizes)[:persons])
    columns: dict[str, Any] = {"g": "G" + pd.Series(group).astype(str)}
    for s in range(scales):
        level = 0.7 * rng.normal(size=persons) + (0.4 * rng.normal(size=group.max() + 1))[group]
        for j in range(ITEMS):
            drawn = np.rint(3.2 + level + 0.8 * rng.normal(size=persons))
            columns[f"q{s}_{j}"] = np.clip(drawn, 1, 5)
    return pd.DataFrame(columns)


def instrument(folder: Path) -> cu.Instrument:
    """Return the instrument that belongs to it."""
    options = ", ".join(f'{{code: {c}, label: {{en: "{c}"}}}}' for c in range(1, 6))
    lines = [
        "schema: 1", "id: big", 'version: "1"', "title: {en: Big}", "languages: [en]",
        "columns: {group: g}", f"scales: [{{id: s, options: [{options}]}}]", "constructs:",
        *(f"- {{id: c{s}, name: {{en: C{s}}}, definition: {{en: c}}}}" for s in range(SCALES)),
        "measures:",
        *(f"- {{id: m{s}, construct: c{s}, composition: referent_shift, items: ["
          f"{', '.join(f'q{s}_{j}' for j in range(ITEMS))}]}}" for s in range(SCALES)),
        "items:",
        *(f"- {{id: q{s}_{j}, construct: c{s}, scale: s, text: {{en: Statement {s} {j}.}}}}"
          for s in range(SCALES) for j in range(ITEMS)),
    ]  # fmt: skip
    path = folder / "big.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return cu.load_instrument(path)


def watched(work: Callable[[], Any]) -> tuple[float, float]:
    """Return seconds of processor time, and the most MB held by what was allocated meanwhile.

    Memory is counted in a second call, since counting takes time.
    """
    start = time.process_time()
    work()
    seconds = time.process_time() - start
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, most / 2**20


def functions(persons: int) -> dict[str, float]:
    """Time the functions on one scale."""
    data = survey(persons, 1)
    labels, items = data["g"].astype(object), data.drop(columns="g")
    score = items.mean(axis=1)
    same = items.assign(score=score)
    small = items[:50], labels[:50]
    cu.rwg_j(*small), cu.icc(score[:50], labels[:50])
    same[:50].groupby(labels[:50]).agg(["sum", "var"])
    pandas_s, _ = watched(lambda: same.groupby(labels).agg(["sum", "var"]))
    ours, memory = watched(lambda: (cu.rwg_j(items, labels), cu.icc(score, labels)))
    return {
        "groups": labels.nunique(), "ours": ours, "pandas": pandas_s, "memory": memory,
        "answers": same.memory_usage(index=False).sum() / 2**20 + 8 * len(labels) / 2**20,
    }  # fmt: skip


def everything(persons: int) -> dict[str, float]:
    """Time `aggregate` of all measures."""
    with tempfile.TemporaryDirectory() as folder:
        bank = instrument(Path(folder))
        data = survey(persons, SCALES)
        cu.aggregate(cu.score(cu.read_responses(data[:400], bank)))
        scores = cu.score(cu.read_responses(data, bank))
        del data
        seconds, memory = watched(lambda: cu.aggregate(scores))
    return {"seconds": seconds, "memory": memory, "answers": persons * SCALES * ITEMS * 8 / 2**20}


def apart(work: str, persons: int) -> dict[str, float]:
    """Run one of the two in a process of its own."""
    command = [sys.executable, __file__, "--work", work, "--persons", str(persons)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def page(where: str) -> str:
    """Return the page."""
    rows = []
    for persons in SIZES:
        a, b = apart("functions", persons), apart("everything", persons)
        rows.append(
            f"| {persons:,} | {a['groups']:,.0f} | {a['ours']:.3f} | {a['pandas']:.3f} | "
            f"{a['ours'] / a['pandas']:.2f} | {a['memory']:.1f} | {a['answers']:.1f} | "
            f"{b['seconds']:.2f} | {b['seconds'] / persons * 10_000:.2f} | {b['memory']:.0f} | "
            f"{b['answers']:.0f} |"
        )
    return HEAD.format(where=where) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", choices=("functions", "everything"))
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--where", default="two cores of a shared machine")
    chosen = parser.parse_args()
    if chosen.work:
        result = (functions if chosen.work == "functions" else everything)(chosen.persons)
        print(json.dumps({name: float(value) for name, value in result.items()}))
    else:
        PAGE.write_text(page(chosen.where), encoding="utf-8")
