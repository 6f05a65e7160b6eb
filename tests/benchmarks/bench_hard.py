"""Hard fits beside lavaan in one run: many patterns, items, clusters, groups, small variances.

    python tests/benchmarks/bench_hard.py [--limit SECONDS] [LINE ...]

A full fit is estimates with errors, the test and all fit measures; one run each, since most take
seconds. Seconds are those of the processor, on both sides, so that what else runs does not count.
lavaan is given `--limit` of them (300); what has not ended by then is written ``> 300``, and the
ratio is then at least what is printed. `LINE` chooses by a part of the name. One thread of linear
algebra on both sides. Growth is the power of the size by which time grows here, from half the size
named in the line to the whole.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from collective_use.sem.fit import fit_sem

R = """
suppressMessages({library(lavaan); library(jsonlite)})
case <- fromJSON("case.json", simplifyVector = TRUE); d <- read.csv("data.csv")
arguments <- c(list(model = case$model, data = d), case$options)
s <- sum(proc.time()[1:2])
f <- suppressWarnings(do.call("sem", arguments)); p <- parameterEstimates(f); m <- fitMeasures(f)
write_json(list(seconds = sum(proc.time()[1:2]) - s, chisq = m[["chisq"]]), "out.json",
           auto_unbox = TRUE, digits = NA)
"""
NAMES = {"equal": "group.equal"}
Line = tuple[str, pd.DataFrame, dict[str, Any]]


def _factors(rng: np.random.Generator, n: int, factors: int, each: int) -> pd.DataFrame:
    common = rng.normal(size=(n, 1))
    columns = {}
    for f in range(factors):
        score = 0.6 * common[:, 0] + 0.8 * rng.normal(size=n)
        for i in range(each):
            columns[f"y{f * each + i + 1}"] = score + 0.7 * rng.normal(size=n)
    return pd.DataFrame(columns)


def _text(factors: int, each: int, name: str = "f") -> str:
    lines = []
    for f in range(factors):
        items = " + ".join(f"y{f * each + i + 1}" for i in range(each))
        lines.append(f"{name}{f + 1} =~ {items}")
    return "\n".join(lines)


def _clustered(clusters: int, size: int, p: int, icc: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(clusters), rng.integers(size // 2, size + size // 2 + 1, clusters))
    outer = rng.normal(size=(clusters, 1)) * 0.8 + 0.6 * rng.normal(size=(clusters, p))
    inner = rng.normal(size=(team.size, 1)) + 0.8 * rng.normal(size=(team.size, p))
    y = np.sqrt(icc) * outer[team] + np.sqrt(1 - icc) * inner
    return pd.DataFrame(y, columns=[f"y{i + 1}" for i in range(p)]).assign(team=team)


def _two(p: int) -> str:
    items = " + ".join(f"y{i + 1}" for i in range(p))
    return f"level: 1\nfw =~ {items}\nlevel: 2\nfb =~ {items}"


def twolevel_patterns(share: float = 1) -> Line:
    """12 items, 300 clusters, some 136 missing patterns."""
    data = _clustered(int(300 * share), 8, 12, 0.3, 1)
    rng = np.random.default_rng(2)
    items = [c for c in data if c != "team"]
    lost = rng.random((len(data), 12)) < np.where(rng.random((len(data), 1)) < 0.15, 0.3, 0.0)
    data[items] = data[items].mask(lost)
    return _two(12), data, {"cluster": "team", "missing": "fiml"}


def fiml_patterns(share: float = 1) -> Line:
    """40 items, 2,000 cases, nearly every case its own pattern."""
    rng = np.random.default_rng(3)
    data = _factors(rng, int(2000 * share), 8, 5)
    return _text(8, 5), data.mask(rng.random(data.shape) < 0.1), {"missing": "fiml"}


def wlsmv_items(share: float = 1) -> Line:
    """60 items of five categories, 1,000 cases."""
    factors = int(10 * share)
    data = _factors(np.random.default_rng(4), 1000, factors, 6)
    cut = data.apply(lambda c: np.digitize((c - c.mean()) / c.std(), [-1.2, -0.4, 0.4, 1.2]))
    return _text(factors, 6), cut, {"ordered": list(cut.columns)}


def twolevel_items(share: float = 1) -> Line:
    """30 items, 1,000 clusters of 8."""
    p = int(30 * share)
    return _two(p), _clustered(1000, 8, p, 0.3, 5), {"cluster": "team"}


def many_groups(share: float = 1) -> Line:
    """9 items in 40 groups of 80, equal loadings and intercepts."""
    rng = np.random.default_rng(6)
    groups = range(int(40 * share))
    data = pd.concat([_factors(rng, 80, 3, 3).assign(g=f"g{k}") for k in groups])
    return _text(3, 3), data, {"group": "g", "equal": ["loadings", "intercepts"]}


def near_boundary(share: float = 1) -> Line:
    """6 items, 60 clusters of 8, intraclass correlation .05: between variances near zero."""
    return _two(6), _clustered(int(60 * share), 8, 6, 0.05, 7), {"cluster": "team"}


def twolevel_fiml_small(share: float = 1) -> Line:
    """8 items, 150 clusters, values missing at random."""
    data = _clustered(int(150 * share), 8, 8, 0.25, 8)
    items = [c for c in data if c != "team"]
    data[items] = data[items].mask(np.random.default_rng(9).random((len(data), 8)) < 0.08)
    return _two(8), data, {"cluster": "team", "missing": "fiml"}


LINES: dict[str, Callable[..., Line]] = {
    "two-level, missing, 12 items, 300 clusters": twolevel_patterns,
    "two-level, missing, 8 items, 150 clusters": twolevel_fiml_small,
    "FIML, 40 items, N 2,000": fiml_patterns,
    "WLSMV, 60 items": wlsmv_items,
    "two-level, 30 items, 1,000 clusters": twolevel_items,
    "40 groups, 9 items": many_groups,
    "two-level near the boundary, 6 items": near_boundary,
}


def ours(line: Line) -> tuple[float, float]:
    """Return seconds and chi-square here."""
    model, data, options = line
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = fit_sem(model, data, **options)
        _, measures = fit.estimates, fit.fit_measures
    return time.process_time() - start, measures["chisq"]


def theirs(line: Line, limit: float) -> tuple[float, float]:
    """Return seconds and chi-square of lavaan; NaN for what had not ended."""
    model, data, options = line
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        data.to_csv(folder / "data.csv", index=False)
        named = {NAMES.get(k, k): v for k, v in options.items()}
        (folder / "case.json").write_text(json.dumps({"model": model, "options": named}))
        (folder / "run.R").write_text(R)
        try:
            # the shell counts seconds of the processor, as we do
            command = f"ulimit -t {limit:.0f}; exec Rscript run.R"
            subprocess.run(["sh", "-c", command], cwd=folder, check=True)
        except subprocess.CalledProcessError:
            return limit, float("nan")
        found = json.loads((folder / "out.json").read_text())
        return float(found["seconds"]), float(found["chisq"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=float, default=300)
    parser.add_argument("lines", nargs="*")
    asked = parser.parse_args()
    print("| fit | seconds here | growth | lavaan | ratio | chi-square here | lavaan |")
    print("|---|---|---|---|---|---|---|")
    for name, make in LINES.items():
        if asked.lines and not any(part in name for part in asked.lines):
            continue
        line = make()
        half, _ = ours(make(0.5))
        own, chisq = ours(line)
        other, reference = theirs(line, asked.limit)
        over = "> " if reference != reference else ""
        power = np.log2(own / half)
        times = f"{own:.2f} | {power:.1f} | {over}{other:.1f} | {over}{other / own:.0f}"
        print(f"| {name} | {times} | {chisq:.3f} | {reference:.3f} |", flush=True)


if __name__ == "__main__":
    main()
