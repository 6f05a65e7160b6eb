"""Structural models: seconds of a full fit beside lavaan and semopy in one run.

Run `python tests/benchmarks/bench_sem.py`. A full fit is estimates with errors and standardized
values, and all fit measures: ``fit_sem``, ``.estimates`` and ``.fit_measures`` here;
``cfa``, ``parameterEstimates(standardized = TRUE)`` and ``fitMeasures`` in lavaan, timed inside R
after loading; ``fit`` and ``inspect`` in semopy (its fit indices are not read). One thread of
linear algebra everywhere; the least of some runs counts. ``--check`` ends with 1 when a ratio
misses its target. lavaan and `Rscript` have to be there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import collective_use as cu

HS = Path(__file__).parents[1] / "parity" / "reference" / "sem" / "data" / "hs.csv"

R = """
suppressMessages(library(lavaan)); library(jsonlite)
d <- read.csv("{data}", na.strings = "")
model <- readLines("{model}")
full <- function() {{
  fit <- cfa(model, d, missing = "{missing}")
  p <- parameterEstimates(fit, standardized = TRUE); m <- fitMeasures(fit)
  m[["chisq"]]
}}
chisq <- full()
least <- Inf; only <- Inf
for (i in seq_len({repeat})) {{
  s <- proc.time()[3]; full(); least <- min(least, proc.time()[3] - s)
  s <- proc.time()[3]; cfa(model, d, missing = "{missing}"); only <- min(only, proc.time()[3] - s)
}}
cat(toJSON(list(full = least, cfa = only, chisq = chisq), auto_unbox = TRUE, digits = NA))
"""


@dataclass(frozen=True)
class Case:
    """One model on one data set, with how often each engine repeats and what is aimed at."""

    name: str
    model: str
    data: pd.DataFrame
    missing: str = "listwise"
    repeat: int = 20
    r_repeat: int = 10
    target: float = 8.0
    semopy: bool = True


def factors(items: int, number: int) -> str:
    """Write a model of equal factors."""
    each = items // number
    lines = [
        f"f{k + 1} =~ " + " + ".join(f"x{k * each + j + 1}" for j in range(each))
        for k in range(number)
    ]
    return "\n".join(lines)


def simulated(items: int, number: int, n: int, seed: int = 1) -> pd.DataFrame:
    """Draw items of correlated factors."""
    rng = np.random.default_rng(seed)
    correlations = 0.3 + 0.7 * np.eye(number)
    f = rng.standard_normal((n, number)) @ np.linalg.cholesky(correlations).T
    loading = rng.uniform(0.5, 0.9, items)
    y = f[:, np.arange(items) // (items // number)] * loading
    y += rng.standard_normal((n, items)) * np.sqrt(1 - loading**2)
    return pd.DataFrame(y, columns=[f"x{i + 1}" for i in range(items)])


def cases() -> list[Case]:
    """Return the cases of the table."""
    hs = pd.read_csv(HS)[[f"x{i}" for i in range(1, 10)]]
    holes = hs.mask(np.random.default_rng(7).random(hs.shape) < 0.1)
    big = factors(100, 10)
    return [
        Case("9 items, 3 factors, N=301", factors(9, 3), hs),
        Case("40 items, 8 factors, N=1000", factors(40, 8), simulated(40, 8, 1000), repeat=8,
             r_repeat=4),
        Case("100 items, 10 factors, N=2000", big, simulated(100, 10, 2000), repeat=4, r_repeat=2,
             target=25.0),
        Case("FIML, 9 items, N=301, 10% missing", factors(9, 3), holes, missing="fiml", repeat=8,
             r_repeat=4, target=3.0, semopy=False),
    ]  # fmt: skip


def least(work: Callable[[], Any], repeat: int) -> float:
    """Return the least seconds of some runs, after one to warm up."""
    work()
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def ours(case: Case) -> tuple[float, float]:
    """Return seconds and chi-square."""

    def full() -> float:
        fit = cu.fit_sem(case.model, case.data, missing=case.missing)
        _ = fit.estimates
        return fit.fit_measures["chisq"]

    return least(full, case.repeat), full()


def by_semopy(case: Case) -> float | None:
    """Return seconds of semopy's fit and inspect."""
    if not case.semopy:
        return None
    import semopy

    def full() -> None:
        model = semopy.Model(case.model)
        model.fit(case.data)
        model.inspect()

    return least(full, max(1, case.repeat // 4))


def by_lavaan(case: Case) -> dict[str, float]:
    """Return seconds of lavaan, timed inside R."""
    with tempfile.TemporaryDirectory() as folder:
        data, model = Path(folder) / "d.csv", Path(folder) / "m.txt"
        case.data.to_csv(data, index=False, float_format="%.17g")
        model.write_text(case.model + "\n", encoding="utf-8")
        code = R.format(data=data, model=model, missing=case.missing, repeat=case.r_repeat)
        done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"lavaan did not run:\n{done.stderr}")
    return json.loads(done.stdout[done.stdout.index("{") :])


def measure(case: Case) -> bool:
    """Print the row of one case and tell whether it meets its target."""
    seconds, chisq = ours(case)
    lavaan = by_lavaan(case)
    other = by_semopy(case)
    same = abs(chisq / lavaan["chisq"] - 1) < 1e-5
    ratio = lavaan["full"] / seconds
    good = same and ratio >= case.target and (other is None or seconds <= other)
    beside = "-" if other is None else f"{other:.4f} ({other / seconds:.1f}x)"
    print(
        f"| {case.name} | {seconds:.4f} | {lavaan['full']:.3f} ({ratio:.1f}x, target "
        f"{case.target:g}x) | {lavaan['cfa']:.3f} ({lavaan['cfa'] / seconds:.1f}x) | {beside} | "
        f"{'same' if same else 'DIFFERENT'} {chisq:.4f} |",
        flush=True,
    )
    return good


def main() -> int:
    """Print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    reader.add_argument("--only", default="", help="cases whose name holds this text")
    wish = reader.parse_args()
    print("| model | core, s | lavaan full, s | lavaan cfa() alone, s | semopy, s | chi-square |")
    print("|---|---|---|---|---|---|")
    with threadpool_limits(1):
        met = [measure(case) for case in cases() if wish.only in case.name]
    return 1 if wish.check and not all(met) else 0


if __name__ == "__main__":
    sys.exit(main())
