"""Surveys larger than memory beside a bare group-by of DuckDB: seconds, memory, ratios.

    python tests/benchmarks/bench_big.py make FOLDER ROWS  # one Parquet file and its instrument
    python tests/benchmarks/bench_big.py run FOLDER [WAY]  # each way in a process of its own

pandas groups the same columns; R computes rwg.j of its package multilevel from CSV, up to
200,000 rows.

The file has 45 items (9 scales of 5), 5 options, answers as int8, some missing, and groups of 4
to 12 with text labels, rows shuffled.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SCALES, ITEMS, BLOCK = 9, 5, 500_000
NAMES = [f"q{s}_{j}" for s in range(SCALES) for j in range(ITEMS)]


def make(folder: Path, rows: int, seed: int = 1) -> None:
    """Write the survey and its instrument."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "i45.yaml").write_text(instrument(), encoding="utf-8")
    rng = np.random.default_rng(seed)
    sizes = rng.integers(4, 13, size=rows // 4 + 2)
    group = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[:rows]
    shifts = 0.4 * rng.standard_normal((SCALES, int(group[-1]) + 1), dtype=np.float32)
    rng.shuffle(group)
    types = [("g", pa.string()), *((name, pa.int8()) for name in NAMES)]
    with pq.ParquetWriter(folder / "big.parquet", pa.schema(types)) as writer:
        for start in range(0, rows, BLOCK):
            part = group[start : start + BLOCK]
            columns = [pa.array(np.char.add("G", part.astype("U")))]
            for s in range(SCALES):
                level = 3.2 + shifts[s, part]
                level += 0.7 * rng.standard_normal(len(part), dtype=np.float32)
                for _ in range(ITEMS):
                    noise = 0.8 * rng.standard_normal(len(part), dtype=np.float32)
                    values = np.clip(np.rint(level + noise), 1, 5).astype(np.int8)
                    gone = rng.integers(0, 40, len(part), dtype=np.int8) == 0
                    columns.append(pa.array(values, mask=gone))
            writer.write_table(pa.table(columns, names=["g", *NAMES]))


def instrument() -> str:
    """Return the instrument of the survey."""
    lines = [
        "schema: 1", "id: i45", 'version: "1"', "title: {en: Big}", "languages: [en]",
        "columns: {group: g}", "constructs:",
    ]  # fmt: skip
    lines += [f"- {{id: c{s}, name: {{en: c{s}}}, definition: {{en: c}}}}" for s in range(SCALES)]
    options = ", ".join(f'{{code: {c}, label: {{en: "L{c}"}}}}' for c in range(1, 6))
    lines += [f"scales: [{{id: s, options: [{options}]}}]", "measures:"]
    for s in range(SCALES):
        items = ", ".join(f"q{s}_{j}" for j in range(ITEMS))
        lines.append(
            f"- {{id: m{s}, construct: c{s}, composition: referent_shift, items: [{items}]}}"
        )
    lines.append("items:")
    lines += [
        f"- {{id: {name}, construct: c{name[1]}, text: {{en: Statement {name}.}}, scale: s}}"
        for name in NAMES
    ]
    return "\n".join(lines) + "\n"


def bare(folder: Path) -> None:
    """Group the same columns with DuckDB, measure by measure: count, sum and sum of squares."""
    import duckdb

    db = duckdb.connect(config={"threads": 2})
    for s in range(SCALES):
        sums = ", ".join(
            f"count({q}), sum({q}), sum({q} * {q})" for q in NAMES[s * ITEMS : (s + 1) * ITEMS]
        )
        db.sql(f"SELECT g, {sums} FROM '{folder / 'big.parquet'}' GROUP BY g").fetch_arrow_table()


def counted(folder: Path) -> None:
    """Count every measure and gather its evidence; nothing is kept of the one before."""
    import collective_use as cu

    survey = cu.count_survey(folder / "big.parquet", folder / "i45.yaml")
    for s in range(SCALES):
        cu.aggregate(survey, measures=[f"m{s}"], repetitions=0, by_item=False)


def only_counts(folder: Path) -> None:
    """Count every measure, without evidence."""
    import collective_use as cu

    survey = cu.count_survey(folder / "big.parquet", folder / "i45.yaml")
    for s in range(SCALES):
        survey.counts(f"m{s}")


def by_pandas(folder: Path) -> None:
    """Read and group the same columns with pandas, measure by measure."""
    import pandas as pd

    for s in range(SCALES):
        names = NAMES[s * ITEMS : (s + 1) * ITEMS]
        frame = pd.read_parquet(folder / "big.parquet", columns=["g", *names])
        frame.groupby("g").agg(["count", "sum", "var"])


def by_r(folder: Path) -> None:
    """Compute rwg.j by package multilevel of R, measure by measure."""
    import pandas as pd

    path = folder / "big.csv"
    if not path.exists():
        pd.read_parquet(folder / "big.parquet").to_csv(path, index=False)
    code = (
        f"d <- read.csv('{path}'); for (s in 0:{SCALES - 1}) {{ "
        f"x <- d[, paste0('q', s, '_', 0:{ITEMS - 1})]; "
        "multilevel::rwg.j(x, d$g, ranvar=2) }"
    )
    subprocess.run(["Rscript", "-e", code], check=True, capture_output=True)


WAYS = {
    "bare": bare, "counts": only_counts, "evidence": counted, "pandas": by_pandas, "r": by_r,
}  # fmt: skip
MOST = {"r": 200_000}
"""Rows up to which a way is tried."""


def measured(way: str, folder: Path) -> dict[str, float]:
    """Return seconds, processor seconds and peak megabytes of a process of its own."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "way", way, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": time.perf_counter() - start, **found}


def run(folder: Path, wanted: list[str]) -> None:
    """Print a table of all ways, in ratios to the bare group-by of the same run."""
    rows = pq.ParquetFile(folder / "big.parquet").metadata.num_rows
    base = 0.0
    print(f"{rows:,} rows")
    for way in wanted or WAYS:
        if rows > MOST.get(way, rows):
            continue
        found = measured(way, folder)
        base = base or found["processor"]
        print(
            f"{way:9} {found['seconds']:8.1f} s  {found['processor']:8.1f} s processor "
            f"{found['megabytes']:7.0f} MB  {found['processor'] / base:5.2f} of bare",
            flush=True,
        )


def main() -> None:
    """Read the command line."""
    what, *rest = sys.argv[1:]
    if what == "make":
        make(Path(rest[0]), int(rest[1]))
    elif what == "run":
        run(Path(rest[0]), rest[1:])
    else:
        WAYS[rest[0]](Path(rest[1]))
        of = resource.RUSAGE_CHILDREN if rest[0] == "r" else resource.RUSAGE_SELF
        used = resource.getrusage(of)
        megabytes = used.ru_maxrss / 1024
        print(json.dumps({"processor": used.ru_utime + used.ru_stime, "megabytes": megabytes}))


if __name__ == "__main__":
    main()
