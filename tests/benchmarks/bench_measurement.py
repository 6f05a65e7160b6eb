"""Scale validation: processor seconds beside psych, lavaan and semTools, and ratios, in one run.

Run ``python tests/benchmarks/bench_measurement.py``; R is timed on the same data with one thread.
``--check`` ends with 1 where a ratio is below its target. Processor time, so that what else the
machine does counts little.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

import collective_use as cu
from collective_use.measurement.answers import answers_of
from collective_use.measurement.correlations import correlations_of

TARGETS = {
    "parallel analysis, 25 items, 100 replications": 10.0,
    "EFA minres oblimin, 25 items, 3 factors": 5.0,
    "polychoric, 25 items": 10.0,
    "invariance, four steps, 9 items, two groups": 8.0,
    "HTMT, 25 items, 1000 bootstraps": 20.0,
}
"""How many times as fast as R it should be."""

SCRIPT = """
suppressMessages({{library(psych); library(lavaan); library(semTools)}})
d <- read.csv("{folder}/items.csv"); h <- read.csv("{folder}/hs.csv")
once <- function(what) {{ t <- proc.time(); what(); u <- proc.time() - t
  u[["user.self"]] + u[["sys.self"]] }}
spent <- function(what, times = 1) {{
  all <- replicate(times + (times > 1), once(what))
  cat(min(if (times > 1) all[-1] else all), "\\n") }}
quiet <- function(x) invisible(capture.output(suppressMessages(suppressWarnings(x))))
options(mc.cores = 1)
cat("@\\n")
spent(function() quiet(fa.parallel(d, n.iter = 100, plot = FALSE, fa = "both")))
spent(function() quiet(fa(d, 3, fm = "minres", rotate = "oblimin")), {times})
spent(function() quiet(polychoric(d)))
m <- "visual =~ x1+x2+x3
textual =~ x4+x5+x6
speed =~ x7+x8+x9"
spent(function() quiet({{
  a <- cfa(m, h, group = "school"); b <- cfa(m, h, group = "school", group.equal = "loadings")
  e <- cfa(m, h, group = "school", group.equal = c("loadings", "intercepts"))
  f <- cfa(m, h, group = "school", group.equal = c("loadings", "intercepts", "residuals"))
  lavTestLRT(a, b, e, f); lapply(list(a, b, e, f), fitMeasures) }}), {times})
w <- paste(sapply(1:5, function(k) paste0("f", k, " =~ ",
  paste0("i", (5 * k - 4):(5 * k), collapse = " + "))), collapse = "\\n")
spent(function() quiet(for (r in 1:{few}) htmt(w, data = d[sample(nrow(d), replace = TRUE), ])))
"""
TIMES = 7
"""Runs of which the least counts, on both sides, for what takes less than a second in R."""
FEW = 20
"""Bootstraps that semTools makes; its time for 1,000 is that many times 50."""


def data() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make 2,000 persons with 25 items of five categories, and take Holzinger and Swineford."""
    rng = np.random.default_rng(1)
    f = np.repeat(rng.normal(size=(2000, 5)), 5, axis=1) + 0.4 * rng.normal(size=(2000, 1))
    x = np.clip(np.rint(3 + 0.8 * f + 0.8 * rng.normal(size=f.shape)), 1, 5)
    items = pd.DataFrame(x, columns=[f"i{j}" for j in range(1, 26)])
    folder = Path(__file__).parents[1] / "parity" / "reference" / "sem" / "data"
    return items, pd.read_csv(folder / "hs.csv")


def ours(items: pd.DataFrame, hs: pd.DataFrame) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    sets = {f"f{k}": [f"i{j}" for j in range(5 * k - 4, 5 * k + 1)] for k in range(1, 6)}
    model = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
    from collective_use.numerics.factors.number import (
        all_eigenvalues,
        all_reduced_eigenvalues,
        normal_correlations,
    )

    def parallel() -> None:
        drawn = normal_correlations(2000, 25, 100, np.random.default_rng(1))
        all_eigenvalues(drawn)
        all_reduced_eigenvalues(drawn)

    return {
        "parallel analysis, 25 items, 100 replications": parallel,
        "EFA minres oblimin, 25 items, 3 factors": lambda: cu.efa(items, 3),
        "polychoric, 25 items": lambda: correlations_of(answers_of(items), "polychoric"),
        "invariance, four steps, 9 items, two groups": lambda: cu.invariance(
            model, hs, group="school", estimator="ML"
        ),
        "HTMT, 25 items, 1000 bootstraps": lambda: cu.htmt(items, sets, repetitions=1000),
    }


def seconds(work: Callable[[], object], times: int = TIMES) -> float:
    """Return the least processor time of some runs, after one that warms up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work()
        spent = []
        for _ in range(times):
            start = time.process_time()
            work()
            spent.append(time.process_time() - start)
    return min(spent)


def in_r(items: pd.DataFrame, hs: pd.DataFrame) -> list[float]:
    """Return R's processor time of the same, in the same order."""
    with tempfile.TemporaryDirectory() as folder:
        items.to_csv(f"{folder}/items.csv", index=False)
        hs.to_csv(f"{folder}/hs.csv", index=False)
        script = Path(folder) / "run.R"
        script.write_text(SCRIPT.format(folder=folder, few=FEW, times=TIMES))
        done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, check=True)
    own = [float(x) for x in done.stdout.partition("@\n")[2].split()]
    return [*own[:4], own[4] * 1000 / FEW]


def sample_seconds() -> float:
    """Return the processor time of `validate` on the bundled sample, read and scored."""
    folder = cu.sample_path("clean")
    scores = cu.score(
        cu.read_responses(folder / "export.csv", "collective_data_use",
                          members=folder / "members.csv")
    )  # fmt: skip
    return seconds(lambda: cu.validate(scores), times=1)


def main() -> int:
    """Print the table; 1 where a target is missed and --check is given."""
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("--check", action="store_true")
    given = take.parse_args()
    items, hs = data()
    mine = {name: seconds(work) for name, work in ours(items, hs).items()}
    theirs = in_r(items, hs)
    missed = 0
    for (name, own), other in zip(mine.items(), theirs, strict=True):
        ratio = other / own
        missed += ratio < TARGETS[name]
        print(f"{name:48} ours {own:8.4f} s   R {other:8.3f} s   ratio {ratio:6.1f}"
              f"   target {TARGETS[name]:g}")  # fmt: skip
    print(f"{'validate on the bundled sample':48} ours {sample_seconds():8.1f} s   target 20 s")
    return int(bool(missed) and given.check)


if __name__ == "__main__":
    sys.exit(main())
