"""Agreement, ICC and random groups: seconds, memory and ratios to R in one run.

Run `python tests/benchmarks/bench_groups.py`; R's `multilevel` is timed beside where `Rscript`
and the package are there. The same numbers are held to their limits with `--check` (exit 1).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

import collective_use as cu
from collective_use.numerics.groups import agreement, anova
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.groups.variance_components import variance_components

SCALES, ITEMS, OPTIONS = 9, 5, np.arange(1.0, 6.0)
LQ = Path(__file__).parents[1] / "parity" / "agreement" / "data" / "lq2002.csv"


def survey(persons: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Make answers (persons, 45) as int8 and group numbers, groups of 4 to 12, rows shuffled."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(4, 13, size=persons // 4)
    groups = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[:persons]
    answers = np.empty((persons, SCALES * ITEMS), dtype=np.int8, order="F")
    for s in range(SCALES):
        person = rng.standard_normal(persons, dtype=np.float32) * 0.7
        person += (rng.standard_normal(groups[-1] + 1, dtype=np.float32) * 0.4)[groups]
        for j in range(ITEMS):
            noise = rng.standard_normal(persons, dtype=np.float32) * 0.8
            answers[:, s * ITEMS + j] = np.clip(np.rint(3 + person + noise), 1, 5)
    order = rng.permutation(persons)
    return np.asfortranarray(answers[order]), groups[order]


def one_scale(answers: np.ndarray, groups: np.ndarray, total: int, s: int) -> dict[str, Any]:
    """Compute rwg(j), r*wg(j), AD, ICC(1) and ICC(2) of one scale."""
    items = answers[:, s * ITEMS : (s + 1) * ITEMS]
    stats = group_statistics(items, groups, total, options=OPTIONS)
    ratio = agreement.mean_ratio(stats, np.full(ITEMS, 2.0))
    deviation = agreement.average_deviation(stats).mean(axis=1)
    score = group_statistics(items.sum(axis=1, dtype=np.int16), groups, total)
    table = anova.one_way_of(score)
    return {
        "rwg_j": agreement.rwg_j(ratio, ITEMS),
        "rwg_j_lindell": agreement.rwg_j_lindell(ratio),
        "ad": deviation,
        "icc1": anova.icc1(table, table.size_mean),
        "icc2": anova.icc2(table),
    }


def all_scales(answers: np.ndarray, groups: np.ndarray) -> list[dict[str, Any]]:
    """Compute every scale on two threads."""
    total = int(groups.max()) + 1
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda s: one_scale(answers, groups, total, s), range(SCALES)))


def timed(work: Callable[[], Any], repeat: int = 3) -> float:
    """Return the least seconds of some runs."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def memory_above(work: Callable[[], Any]) -> float:
    """Return by how many MB the process grows at most while it works (Linux)."""
    here = Path("/proc/self")
    (here / "clear_refs").write_text("5")
    before = _status("VmRSS")
    work()
    return (_status("VmHWM") - before) / 1024


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(name)).split()[1])


def r_seconds(code: str) -> float | None:
    """Run R code that prints seconds last; None where R or the package is missing."""
    if shutil.which("Rscript") is None:
        return None
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    return float(done.stdout.split()[-1]) if done.returncode == 0 else None


def r_rwg_j(answers: np.ndarray, groups: np.ndarray) -> float | None:
    """Time R's rwg.j on every scale."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.csv"
        table = np.column_stack([groups, answers])
        header = ",".join(["g", *(f"x{i}" for i in range(answers.shape[1]))])
        np.savetxt(path, table, fmt="%d", delimiter=",", header=header, comments="")
        return r_seconds(
            f"suppressMessages(library(multilevel)); d <- read.csv('{path}');"
            "t <- proc.time()[3]; for (s in 0:8) rwg.j(d[, 2:6 + 5 * s], d$g, 2);"
            "cat(proc.time()[3] - t)"
        )


def r_rgr(repetitions: int) -> float | None:
    """Time R's rgr.agree on LEAD of lq2002."""
    return r_seconds(
        "suppressMessages(library(multilevel)); data(lq2002); t <- proc.time()[3];"
        f"invisible(rgr.agree(lq2002$LEAD, lq2002$COMPID, {49 * repetitions}));"
        "cat(proc.time()[3] - t)"
    )


def lines(persons: int) -> list[tuple[str, float, str, bool]]:
    """Run everything; return name, number, unit and whether the limit is kept."""
    answers, groups = survey(persons)
    used = memory_above(lambda: all_scales(answers, groups))
    seconds = timed(lambda: all_scales(answers, groups))
    total = int(groups.max()) + 1
    score = answers[:, :ITEMS].sum(axis=1, dtype=np.int16)
    reml = timed(
        lambda: variance_components(anova.one_way_of(group_statistics(score, groups, total)))
    )
    small, few = survey(100_000)
    ours = timed(lambda: all_scales(small, few))
    found = [
        (f"rwg(j), r*wg(j), AD, ICC of {persons:,} persons", seconds, "s, limit 2", seconds <= 2),
        ("memory above the data", used, "MB, limit 400", used <= 400),
        (f"REML of a scale of {persons:,} persons", reml, "s, limit 0.5", reml <= 0.5),
        ("all of it for 100,000 persons", ours, "s", True),
    ]
    theirs = r_rwg_j(small, few)
    if theirs is not None:
        ratio = theirs / ours
        found.append(("R rwg.j alone for 100,000 persons", theirs, "s", True))
        found.append(("times as fast as R rwg.j", ratio, "limit 100", ratio >= 100))
    lq = np.genfromtxt(LQ, delimiter=",", names=True)
    shuffles = timed(lambda: cu.random_groups(lq["LEAD"], lq["COMPID"], repetitions=1000))
    found.append(("1,000 random resamples of lq2002", shuffles, "s", True))
    slow = r_rgr(1000)
    if slow is not None:
        ratio = slow / shuffles
        found.append(("R rgr.agree, 1,000 resamples", slow, "s", True))
        found.append(("times as fast as R rgr.agree", ratio, "limit 50", ratio >= 50))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true", help="exit 1 when a limit is not kept")
    options = parser.parse_args()
    results = lines(options.persons)
    for name, number, unit, good in results:
        print(f"{name:<52} {number:>10.3f} {unit}{'' if good else '  NOT KEPT'}")
    if options.check and not all(good for *_, good in results):
        sys.exit(1)
