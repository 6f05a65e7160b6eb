"""Ordinal, two-level and bootstrap fits against lavaan, in one run on one machine.

Run ``python tests/benchmarks/bench_ordinal_twolevel.py`` with `Rscript` and lavaan installed. Both
sides fit with errors, test and fit measures; the median of several runs is compared.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
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

from collective_use.sem.fit import fit_sem
from collective_use.sem.resampling.bootstrap import bootstrap_fit

REFERENCE = Path(__file__).parents[1] / "parity" / "reference"

TWO = """level: 1
fw =~ y1 + y2 + y3 + y4 + y5 + y6
level: 2
fb =~ y1 + y2 + y3 + y4 + y5 + y6
"""
ORD = "f1 =~ u1 + u2 + u3 + u4\nf2 =~ u5 + u6 + u7 + u8"
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
FACTORS = {
    "CDU": 4, "SSM": 4, "DLR": 4, "DCB": 4, "CON": 3, "PIM": 3, "EXPR": 3, "DL": 3,
}  # fmt: skip
TARGETS = {"two-level CFA, 200 clusters": 10, "two-level SEM, 28 items": 10,
           "WLSMV, 8 items": 4, "1,000 bootstraps, 9 items": 15}  # fmt: skip


def eight_factors() -> str:
    """Return M8: equal loadings over levels, structure at level 2."""
    blocks = []
    for _level in (1, 2):
        lines = []
        for name, k in FACTORS.items():
            items = [f"{name}{i}" for i in range(1, k + 1)]
            terms = [items[0], *(f"l_{item}*{item}" for item in items[1:])]
            lines.append(f"{name} =~ " + " + ".join(terms))
        blocks.append(lines)
    paths = [f"{m} ~ CON + PIM + EXPR + DL" for m in ("SSM", "DLR", "DCB")]
    paths += ["CDU ~ SSM + DLR + DCB", "SSM ~~ DLR", "SSM ~~ DCB", "DLR ~~ DCB"]
    return "\n".join(["level: 1", *blocks[0], "level: 2", *blocks[1], *paths])


def eight_data(groups: int = 150, size: int = 8) -> pd.DataFrame:
    """Draw answers of 28 items in groups."""
    rng = np.random.default_rng(8)
    team = np.repeat(np.arange(groups), size)
    outer = rng.normal(size=(groups, 4))
    mechanisms = outer @ rng.uniform(0.2, 0.5, (4, 3)) + 0.7 * rng.normal(size=(groups, 3))
    outcome = mechanisms @ np.array([0.4, 0.3, 0.2]) + 0.6 * rng.normal(size=groups)
    between = np.column_stack([outcome, mechanisms, outer])
    within = (
        rng.normal(size=(team.size, 8))
        @ np.linalg.cholesky(np.full((8, 8), 0.3) + 0.7 * np.eye(8)).T
    )
    columns = {}
    for f, (name, k) in enumerate(FACTORS.items()):
        for i in range(1, k + 1):
            score = within[:, f] + 0.6 * between[team, f]
            item = 0.25 * rng.normal(size=groups)[team]
            columns[f"{name}{i}"] = score + item + 0.8 * rng.normal(size=team.size)
    return pd.DataFrame(columns).assign(team=team)


def seconds(task: Callable[[], object], runs: int) -> float:
    """Return the median duration."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def ours(folder: Path) -> dict[str, float]:
    """Time this package."""
    two, ordinal, hs, eight = (
        pd.read_csv(folder / f"{name}.csv") for name in ("two", "ord", "hs", "eight")
    )
    items = [f"u{i}" for i in range(1, 9)]
    nine = fit_sem(HS, hs)
    tasks = {
        "two-level CFA, 200 clusters": (
            lambda: fit_sem(TWO, two, cluster="cluster").fit_measures,
            9,
        ),
        "two-level SEM, 28 items": (
            lambda: fit_sem(eight_factors(), eight, cluster="team").fit_measures,
            1,
        ),
        "WLSMV, 8 items": (lambda: fit_sem(ORD, ordinal, ordered=items).fit_measures, 9),
        "1,000 bootstraps, 9 items": (lambda: bootstrap_fit(nine, 1000, seed=1), 3),
    }
    return {name: seconds(task, runs) for name, (task, runs) in tasks.items()}


R_SCRIPT = """
suppressMessages({library(lavaan); library(jsonlite)})
two <- read.csv("two.csv"); ord <- read.csv("ord.csv"); hs <- read.csv("hs.csv")
eight <- read.csv("eight.csv")
s <- function(f, n) median(replicate(n, system.time(f())[3]))
u <- paste0("u", 1:8); m <- readLines("eight.txt"); h <- readLines("hs.txt")
out <- list(
  `two-level CFA, 200 clusters` = s(function() {
    fitMeasures(sem(readLines("two.txt"), two, cluster = "cluster")) }, 5),
  `two-level SEM, 28 items` = s(function() {
    fitMeasures(sem(m, eight, cluster = "team")) }, 1),
  `WLSMV, 8 items` = s(function() {
    fitMeasures(cfa(readLines("ord.txt"), ord, ordered = u)) }, 5),
  `1,000 bootstraps, 9 items` = s(function() {
    cfa(h, hs, se = "bootstrap", bootstrap = 1000) }, 1))
cat(toJSON(out, auto_unbox = TRUE, digits = NA))
"""


def main() -> int:
    """Print seconds and ratios; 1 when a target is missed."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        raise SystemExit("Rscript is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(
            REFERENCE / "sem_ordinal_twolevel" / "data" / "twolevel.csv", folder / "two.csv"
        )
        shutil.copy(REFERENCE / "sem" / "data" / "ord.csv", folder)
        shutil.copy(REFERENCE / "sem" / "data" / "hs.csv", folder)
        eight_data().to_csv(folder / "eight.csv", index=False)
        models = {"two": TWO, "ord": ORD, "hs": HS, "eight": eight_factors()}
        for key, text in models.items():
            (folder / f"{key}.txt").write_text(text + "\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mine = ours(folder)
        done = subprocess.run([rscript, "-e", R_SCRIPT], cwd=folder, capture_output=True,
                              text=True, check=True)  # fmt: skip
    theirs = json.loads(done.stdout[done.stdout.index("{") :])
    missed = 0
    for task, target in TARGETS.items():
        ratio = theirs[task] / mine[task]
        missed += ratio < target
        print(f"{task:32} lavaan {theirs[task]:8.3f} s  here {mine[task]:8.4f} s  "
              f"ratio {ratio:6.1f}  target {target}")  # fmt: skip
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
