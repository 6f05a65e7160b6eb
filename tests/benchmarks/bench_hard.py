"""Hard fits beside lavaan in one run: many patterns, items, clusters, groups, small variances.

    python tests/benchmarks/bench_hard.py [--limit SECONDS] [LINE ...]

A full fit is estimates with errors, the test and all fit measures; one run each, since most take
seconds (the best of three under a second). Seconds are those of the processor, on both sides, so
that what else runs does not count. lavaan is given `--limit` of them (100); what has not ended by
then is written ``> 100``, and the ratio is then at least what is printed; ``none``: it ended
without a solution. `LINE` chooses by a part of the name. One thread of linear algebra on both
sides. Growth is the power of the size by which time grows here, from half the size named in the
line to the whole.

A second table holds batches: a bootstrap of so many samples, by sample, beside a loop of `fit_sem`
(estimates and errors, no test) over some of the same kind.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from collective_use.errors import EstimationError
from collective_use.sem.fit import fit_sem
from collective_use.sem.resampling.bootstrap import bootstrap_fit

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
    """9 items in 60 groups of 80, equal loadings and intercepts."""
    rng = np.random.default_rng(6)
    groups = range(int(60 * share))
    data = pd.concat([_factors(rng, 80, 3, 3).assign(g=f"g{k}") for k in groups])
    return _text(3, 3), data, {"group": "g", "equal": ["loadings", "intercepts"]}


def near_boundary(p: int, clusters: int, seed: int) -> Callable[..., Line]:
    """Intraclass correlation .05, clusters of 8: between variances near zero."""

    def line(share: float = 1) -> Line:
        data = _clustered(int(clusters * share), 8, p, 0.05, seed)
        return _two(p), data, {"cluster": "team"}

    return line


def near_boundary_factors(share: float = 1) -> Line:
    """The same with two factors of 4 items at both levels."""
    data = _clustered(int(80 * share), 8, 8, 0.05, 11)
    model = f"level: 1\n{_text(2, 4, 'w')}\nlevel: 2\n{_text(2, 4, 'b')}"
    return model, data, {"cluster": "team"}


def twolevel_fiml_small(share: float = 1) -> Line:
    """8 items, 150 clusters, values missing at random."""
    data = _clustered(int(150 * share), 8, 8, 0.25, 8)
    items = [c for c in data if c != "team"]
    data[items] = data[items].mask(np.random.default_rng(9).random((len(data), 8)) < 0.08)
    return _two(8), data, {"cluster": "team", "missing": "fiml"}


LINES: dict[str, Callable[..., Line]] = {
    "two-level, missing, 12 items, 300 clusters, 136 patterns": twolevel_patterns,
    "two-level, missing, 8 items, 150 clusters": twolevel_fiml_small,
    "FIML, 40 items, N 2,000, each its own pattern": fiml_patterns,
    "WLSMV, 60 items": wlsmv_items,
    "two-level, 30 items, 1,000 clusters": twolevel_items,
    "30 groups, 9 items": lambda share=1: many_groups(share / 2),
    "60 groups, 9 items": many_groups,
    "two-level near the boundary, 6 items, 60 clusters": near_boundary(6, 60, 7),
    "two-level near the boundary, 9 items, 80 clusters": near_boundary(9, 80, 4),
    "two-level near the boundary, 12 items, 60 clusters": near_boundary(12, 60, 5),
    "two-level near the boundary, 2 factors, 80 clusters": near_boundary_factors,
}


def ours(line: Line) -> tuple[float, float]:
    """Return seconds and chi-square here; NaN for a fit without a solution."""
    best, chisq, spent = np.inf, np.nan, 0.0
    while spent < 1.0 and (spent == 0.0 or best < 1.0):
        taken, chisq = _once(line)
        best, spent = min(best, taken), spent + max(taken, 0.34)
    return best, chisq


def _once(line: Line) -> tuple[float, float]:
    model, data, options = line
    chisq = np.nan
    start = time.process_time()
    with warnings.catch_warnings(), contextlib.suppress(EstimationError):
        warnings.simplefilter("ignore")
        fit = fit_sem(model, data, **options)
        _, measures = fit.estimates, fit.fit_measures
        chisq = measures["chisq"]
    return time.process_time() - start, chisq


def theirs(line: Line, limit: float) -> tuple[float, float]:
    """Return seconds and chi-square of lavaan; NaN for what had not ended, or had no solution."""
    model, data, options = line
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        data.to_csv(folder / "data.csv", index=False)
        named = {NAMES.get(k, k): v for k, v in options.items()}
        (folder / "case.json").write_text(json.dumps({"model": model, "options": named}))
        (folder / "run.R").write_text(R)
        # the shell counts seconds of the processor, as we do
        command = f"ulimit -t {limit:.0f}; exec Rscript run.R 2> errors"
        ended = subprocess.run(["sh", "-c", command], cwd=folder, check=False)
        if ended.returncode:
            gave_up = "did not converge" in (folder / "errors").read_text()
            return np.nan if gave_up else limit, np.nan
        found = json.loads((folder / "out.json").read_text())
        return float(found["seconds"]), float(found["chisq"])


def fits(names: list[str], limit: float) -> None:
    """Print the table of fits."""
    print("| fit | seconds here | growth | lavaan | ratio | chi-square here | lavaan |")
    print("|---|---|---|---|---|---|---|")
    for name in names:
        make = LINES[name]
        line = make()
        half, _ = ours(make(0.5))
        own, chisq = ours(line)
        other, reference = theirs(line, limit)
        over = "> " if other == other and reference != reference else ""
        there = f"{over}{other:.1f} | {over}{other / own:.0f}" if other == other else "none |"
        shown = f"{own:.2f} | {np.log2(own / half):.1f} | {there}"
        print(f"| {name} | {shown} | {chisq:.3f} | {reference:.3f} |", flush=True)


def _fiml_batch() -> Line:
    data = _factors(np.random.default_rng(21), 500, 3, 3)
    lost = np.random.default_rng(22).random(data.shape) < 0.05
    return _text(3, 3), data.mask(lost), {"missing": "fiml"}


def _ordinal_batch() -> Line:
    data = _factors(np.random.default_rng(23), 500, 3, 3)
    cut = data.apply(lambda c: np.digitize((c - c.mean()) / c.std(), [-1.2, -0.4, 0.4, 1.2]))
    return _text(3, 3), cut, {"ordered": list(cut.columns)}


def _twolevel_batch() -> Line:
    return _two(6), _clustered(100, 8, 6, 0.3, 24), {"cluster": "team"}


def _twolevel_fiml_batch() -> Line:
    data = _clustered(100, 8, 6, 0.3, 25)
    items = [c for c in data if c != "team"]
    data[items] = data[items].mask(np.random.default_rng(26).random((len(data), 6)) < 0.05)
    return _two(6), data, {"cluster": "team", "missing": "fiml"}


BATCHES: dict[str, tuple[Callable[[], Line], int]] = {
    "batch: FIML, 9 items, N 500": (_fiml_batch, 200),
    "batch: ordinal, 9 items, N 500": (_ordinal_batch, 200),
    "batch: two-level, 6 items, 100 clusters": (_twolevel_batch, 200),
    "batch: two-level FIML, 6 items, 100 clusters": (_twolevel_fiml_batch, 50),
}


def _drawn(line: Line, rng: np.random.Generator) -> pd.DataFrame:
    """Return cases, or whole clusters, drawn with replacement."""
    data = line[1]
    if "cluster" not in line[2]:
        return data.iloc[rng.integers(0, len(data), len(data))].reset_index(drop=True)
    parts = [part for _, part in data.groupby(line[2]["cluster"])]
    chosen = rng.integers(0, len(parts), len(parts))
    return pd.concat([parts[j].assign(team=i) for i, j in enumerate(chosen)])


def batches(names: list[str]) -> None:
    """Print the table of batches."""
    print("\n| batch | samples | ms a sample | ms a fit in a loop | ratio |")
    print("|---|---|---|---|---|")
    for name in names:
        make, many = BATCHES[name]
        line = make()
        rng, few = np.random.default_rng(1), 8
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = fit_sem(line[0], line[1], **line[2])
            start = time.process_time()
            bootstrap_fit(fit, many, seed=1)
            each = (time.process_time() - start) / many
            samples = [_drawn(line, rng) for _ in range(few)]
            start = time.process_time()
            for sample in samples:
                _ = fit_sem(line[0], sample, **line[2]).estimates
            alone = (time.process_time() - start) / few
        shown = f"{1e3 * each:.1f} | {1e3 * alone:.1f} | {alone / each:.1f}"
        print(f"| {name} | {many} | {shown} |", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=float, default=100)
    parser.add_argument("lines", nargs="*")
    asked = parser.parse_args()

    def wanted(names: Iterable[str]) -> list[str]:
        return [n for n in names if not asked.lines or any(part in n for part in asked.lines)]

    _once(near_boundary(4, 60, 1)())  # what is loaded at the first fit
    fits(wanted(LINES), asked.limit)
    batches(wanted(BATCHES))


if __name__ == "__main__":
    main()
