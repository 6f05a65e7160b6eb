"""Surveys larger than memory beside a bare group-by of DuckDB: seconds, memory, ratios.

    python tests/benchmarks/bench_big.py make FOLDER ROWS  # one Parquet file and its instrument
    python tests/benchmarks/bench_big.py run FOLDER [WAY]  # each way in a process of its own
    python tests/benchmarks/bench_big.py grow FOLDER ROWS ...  # at several sizes: table and picture

pandas groups the same columns; R computes rwg.j of its package multilevel from CSV, up to
1,000,000 rows.

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
NAMED = {
    "bare": "DuckDB, bare group-by", "counts": "counts of all measures",
    "evidence": "counts and evidence", "pandas": "pandas, count, sum, var",
    "r": "R, rwg.j of multilevel",
}  # fmt: skip
MOST = {"r": 1_000_000}
"""Rows up to which a way is tried."""

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "large-data.svg"


def measured(way: str, folder: Path) -> dict[str, float]:
    """Return seconds, processor seconds and peak megabytes of a process of its own."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "way", way, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": time.perf_counter() - start, **found}


def run(folder: Path, wanted: list[str]) -> dict[str, dict[str, float]]:
    """Print a table of all ways, in ratios to the bare group-by of the same run."""
    rows = pq.ParquetFile(folder / "big.parquet").metadata.num_rows
    base: dict[str, float] = {}
    every = {}
    print(f"{rows:,} rows")
    for way in wanted or WAYS:
        if rows > MOST.get(way, rows):
            continue
        found = every[way] = measured(way, folder)
        base = base or found
        print(
            f"{way:9} {found['seconds']:8.1f} s  {found['processor']:8.1f} s processor "
            f"{found['megabytes']:7.0f} MB  {found['seconds'] / base['seconds']:5.2f} of bare, "
            f"{found['processor'] / base['processor']:5.2f} of its processor time",
            flush=True,
        )
    return every


def grow(folder: Path, sizes: list[int]) -> None:
    """Measure all ways at several sizes; print the page's table and draw its picture."""
    kept = folder / "growth.json"
    found = json.loads(kept.read_text()) if kept.exists() else {}
    for rows in sizes:
        here = folder / str(rows)
        if not (here / "big.parquet").exists():
            make(here, rows)
        found[str(rows)] = run(here, [])
        kept.write_text(json.dumps(found))
    print("\n".join(table(found)))
    draw(found)


def table(found: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    """Return the rows of the table: seconds on the clock, megabytes, ratio to the bare group-by."""
    lines = ["| persons | " + " | ".join(NAMED.values()) + " |", "|---:|" + "---|" * len(NAMED)]
    for rows in sorted(found, key=int):
        cells = []
        for way in NAMED:
            one, base = found[rows].get(way), found[rows]["bare"]
            if one is None:
                cells.append("")
                continue
            cell = f"{one['seconds']:.1f} s, {one['megabytes']:,.0f} MB"
            if way != "bare":
                cell += f" ({one['seconds'] / base['seconds']:.1f})"
            cells.append(cell)
        lines.append(f"| {int(rows):,} | " + " | ".join(cells) + " |")
    return lines


def draw(found: dict[str, dict[str, dict[str, float]]]) -> None:
    """Draw time and memory against persons, both axes logarithmic, ways named at their lines."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "1", "font.size": 10})
    import matplotlib.pyplot as plt

    colours = dict(zip(NAMED, ("#5b6b73", "#2a9d8f", "#0b5563", "#c77d1a", "#a23b5b"), strict=True))
    figure, axes = plt.subplots(1, 2, figsize=(9.2, 3.9), layout="constrained")
    ticks = {
        "seconds": {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min"},
        "megabytes": {128: "128 MB", 256: "256", 512: "512", 1024: "1 GB", 2048: "2", 4096: "4 GB"},
    }
    persons = {10**4: "10,000", 10**5: "100,000", 10**6: "1 million", 2 * 10**7: "20 million"}
    for axis, (what, marks), title in zip(
        axes, ticks.items(), ("Time on the clock", "Most memory held"), strict=True
    ):
        for way, name in NAMED.items():
            points = [(int(n), found[n][way][what]) for n in found if way in found[n]]
            axis.loglog(*zip(*sorted(points), strict=True), "o-", color=colours[way], label=name,
                        linewidth=2, markersize=4)  # fmt: skip
        axis.set_title(title, loc="left", fontweight="bold", fontsize=11)
        axis.set_xlabel("persons")
        axis.set_xticks(list(persons), persons.values())
        axis.set_yticks(list(marks), marks.values())
        axis.minorticks_off()
        axis.grid(visible=True, which="major", color="#e3e9eb", linewidth=0.8)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    named = axes[0].get_legend_handles_labels()
    figure.legend(*named, frameon=False, fontsize=9, loc="outside lower center", ncols=3)
    figure.savefig(PICTURE, metadata={"Date": None})


def main() -> None:
    """Read the command line."""
    what, *rest = sys.argv[1:]
    if what == "make":
        make(Path(rest[0]), int(rest[1]))
    elif what == "run":
        run(Path(rest[0]), rest[1:])
    elif what == "grow":
        grow(Path(rest[0]), [int(size) for size in rest[1:]])
    else:
        WAYS[rest[0]](Path(rest[1]))
        of = resource.RUSAGE_CHILDREN if rest[0] == "r" else resource.RUSAGE_SELF
        used = resource.getrusage(of)
        megabytes = used.ru_maxrss / 1024
        print(json.dumps({"processor": used.ru_utime + used.ru_stime, "megabytes": megabytes}))


if __name__ == "__main__":
    main()
