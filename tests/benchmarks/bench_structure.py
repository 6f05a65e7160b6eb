"""Structure between groups: time of the default way, and of `sam` beside lavaan's `sam()`.

Run `python tests/benchmarks/bench_structure.py [pairs]`. Processor time, the bundled sample and its
model M1; by items averaged over members for `sam`, the same text and data in R, measured in turns
inside each program after loading; the median of the pairs' ratios counts. lavaan and `Rscript` have
to be there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import collective_use as cu
from collective_use.structure.syntax import by_items, written
from collective_use.structure.values import find_model
from collective_use.structure.ways.data import measured
from collective_use.structure.ways.latent import items_at_hand, person_frame

R = """
suppressMessages(library(lavaan))
d <- read.csv("{data}"); model <- paste(readLines("{model}"), collapse = "\\n")
f <- suppressWarnings(sam(model, d))
s <- proc.time(); for (i in 1:3) f <- suppressWarnings(sam(model, d)); e <- proc.time() - s
cat((e[["user.self"]] + e[["sys.self"]]) / 3, coef(f)[["b1"]])
"""


def seconds(call: Callable[[], object], times: int) -> float:
    """Return the processor seconds of one call, the mean of some."""
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times


def main() -> None:
    """Print the default way's time, then each pair and the median ratio."""
    warnings.simplefilter("ignore")
    export = cu.sample_path("clean") / "export.csv"
    groups = cu.aggregate(cu.score(cu.read_responses(export, "collective_data_use")), repetitions=0)
    for intervals in ("percentile", "bca"):
        took = seconds(
            lambda kind=intervals: cu.fit_structure(  # type: ignore[misc]
                groups, "M1", intervals=kind, repetitions=2000
            ),
            1,
        )
        sys.stdout.write(f"M1, 2,000 bootstraps, {intervals}: {took:.1f} s of processor time\n")
    structural = find_model(groups.instrument, "M1")
    data = measured(groups, written(structural))
    items = items_at_hand(groups, data)
    text = by_items(written(structural), items, {}, "latent")
    means = person_frame(groups, data, items).groupby("group").mean().reset_index(drop=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        means.to_csv(place / "data.csv", index=False)
        (place / "model.txt").write_text(text, "utf-8")
        script = R.format(data=place / "data.csv", model=place / "model.txt")
        ratios = []
        ours = cu.sam(text, means).joint.parameters["b1"]
        for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5):
            mine = seconds(lambda: cu.sam(text, means).estimates, 3)
            out = subprocess.run(
                ["Rscript", "-e", script], capture_output=True, text=True, check=True
            )
            theirs, other = (float(x) for x in out.stdout.split())
            ratios.append(theirs / mine)
            sys.stdout.write(f"sam: {mine:.2f} s, lavaan {theirs:.2f} s, ratio {ratios[-1]:.1f}; ")
            sys.stdout.write(f"b1 {ours:.5f} and {other:.5f}\n")
    sys.stdout.write(f"median ratio {median(ratios):.1f}\n")


if __name__ == "__main__":
    main()
