"""The everyday file: 100,000 persons by 45 items from CSV to the folder that `score` writes.

    python tests/benchmarks/bench_everyday.py [PERSONS]

Seconds are those of the processor, the program's start among them. The peak is that of the process
less that of the same command on 200 persons, which holds what is imported; it is told as a multiple
of the answers as `Responses.answers` gives them (eight bytes each) and as one byte each. Beside it
stands what `pandas.read_csv` of the same file takes alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

SCALES, ITEMS = 9, 5
HEAD = """schema: 1
id: everyday
version: "1"
title: {en: Everyday}
languages: [en]
columns: {group: g, member: m}
scales: [{id: s, options: [%s]}]
"""
TELL = """
import resource
use = resource.getrusage(resource.RUSAGE_SELF)
# not ru_maxrss, which a new process has from the one that started it
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print()
print("used", use.ru_utime + use.ru_stime, int(peak) / 1024)
"""
RUN = """
import sys
from collective_use.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    assert not stop.code, stop.code
"""


ALONE = """
import sys
import pandas as pd
for path in sys.argv[1:]:
    frame = pd.read_csv(path)
"""


def make(folder: Path, persons: int) -> None:
    """Write answers to nine scales of five items in groups of 4 to 12, and who was asked."""
    rng = np.random.default_rng(1)
    sizes = rng.integers(4, 13, size=persons // 4 + 2)
    group = rng.permutation(np.repeat(np.arange(len(sizes)), sizes)[:persons])
    frame = pd.DataFrame({"g": [f"G{n}" for n in group], "m": [f"M{n}" for n in range(persons)]})
    items: dict[str, np.ndarray] = {}
    for s in range(SCALES):
        level = 0.7 * rng.standard_normal(persons) + 0.4 * rng.standard_normal(len(sizes))[group]
        for j in range(ITEMS):
            noise = 0.8 * rng.standard_normal(persons)
            items[f"q{s}_{j}"] = np.clip(np.rint(3.2 + level + noise), 1, 5).astype("i1")
    pd.concat([frame, pd.DataFrame(items)], axis=1).to_csv(folder / "everyday.csv", index=False)
    frame.set_axis(["group", "member"], axis=1).to_csv(folder / "members.csv", index=False)
    options = ", ".join(f'{{code: {c}, label: {{en: "L{c}"}}}}' for c in range(1, 6))
    lines = ["constructs:"] + [
        f"- {{id: c{s}, name: {{en: c{s}}}, definition: {{en: c}}}}" for s in range(SCALES)
    ]
    lines += ["measures:"] + [
        f"- {{id: m{s}, construct: c{s}, composition: referent_shift, "
        f"items: [{', '.join(f'q{s}_{j}' for j in range(ITEMS))}]}}"
        for s in range(SCALES)
    ]
    lines += ["items:"] + [
        f"- {{id: q{s}_{j}, construct: c{s}, text: {{en: Statement {s} {j}.}}, scale: s}}"
        for s in range(SCALES)
        for j in range(ITEMS)
    ]
    (folder / "everyday.yaml").write_text(HEAD % options + "\n".join(lines) + "\n")


def once(folder: Path, *more: str) -> tuple[float, float]:
    """Return processor seconds and peak in MB of one run in a process of its own."""
    given = [str(folder / "everyday.csv"), "-i", str(folder / "everyday.yaml"), *more]
    return used([RUN, "score", *given, "--out", str(folder / f"o{len(more)}")])


def used(script: list[str]) -> tuple[float, float]:
    """Return processor seconds and peak in MB that a script tells of itself."""
    command = [sys.executable, "-c", script[0] + TELL, *script[1:]]
    one = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=one, check=True)
    seconds, peak = done.stdout.split("\nused ")[1].split()
    return float(seconds), float(peak)


def main() -> None:
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        small, large = Path(place) / "small", Path(place) / "large"
        for folder, number in ((small, 200), (large, persons)):
            folder.mkdir()
            make(folder, number)
        answers = persons * SCALES * ITEMS / 2**20
        pair = [str(folder / "everyday.csv") for folder in (small, large)]
        (_, least), (seconds, peak) = used([ALONE, pair[0]]), used([ALONE, *pair])
        print(
            f"{persons} persons, pandas.read_csv alone: {seconds:.1f} s of the processor; peak "
            f"{peak:.0f} MB, {peak - least:.0f} above the program: "
            f"{(peak - least) / answers / 8:.1f} times the answers of 8 bytes"
        )
        for more in ((), ("--members", "members.csv")):
            runs = [
                once(f, *(str(f / word) if word.endswith(".csv") else word for word in more))
                for f in (small, large)
            ]
            (start, least), (seconds, peak) = runs
            print(
                f"{persons} persons{' with a members file' if more else ''}: {seconds:.1f} s of "
                f"the processor, {start:.1f} of them to start; peak {peak:.0f} MB, "
                f"{peak - least:.0f} above the program: {(peak - least) / answers / 8:.1f} "
                f"times the answers of 8 bytes, {(peak - least) / answers:.0f} times those of 1"
            )


if __name__ == "__main__":
    main()
