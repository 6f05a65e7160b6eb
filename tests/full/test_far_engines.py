"""PostgreSQL started here and Spark with an executor killed midway give the same whole numbers.

Needs Debian's postgresql, Java 17 and `pip install pyspark 'ibis-framework[postgres]'`; what is not
there is skipped.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

ITEMS = ["q0", "q1", "q2"]


def answers(persons: int, seed: int = 1) -> pd.DataFrame:
    """Whole answers 1 to 7 with gaps, a missing code 99 and some that are no option."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"team": [f"T{k}" for k in rng.integers(0, persons // 8, persons)]})
    for name in ITEMS:
        values = rng.integers(1, 8, persons).astype(float)
        values[rng.random(persons) < 0.1] = np.nan
        values[rng.random(persons) < 0.05] = 99
        values[rng.random(persons) < 0.01] = 42
        frame[name] = pd.array(values, dtype="Int64")
    return frame


def survey(persons: int) -> pd.DataFrame:
    """Answers to lq2002, with gaps."""
    rng = np.random.default_rng(5)
    bank = cu.load_instrument("lq2002")
    frame = pd.DataFrame({"COMPID": [f"C{k}" for k in rng.integers(0, 60, persons)]})
    for item in bank.items:
        if item.kind == "likert":
            scale = bank.get_scale(item.scale)
            drawn = rng.integers(scale.low, scale.high + 1, persons)
            values = pd.array(drawn, dtype="Int64")
            values[rng.random(persons) < 0.1] = pd.NA
            frame[item.platform_names.get("plain", item.id)] = values
    return frame


def same_reading(table, frame: pd.DataFrame) -> None:
    """What reading finds is counted alike where the table lies and here."""
    rules = {"longstring": 4, "irv": 0.5}
    found, right = (
        cu.reading_counts(cu.count_survey(source, "lq2002"), screening=rules)
        for source in (table, frame)
    )
    assert found.to_dict() == right.to_dict()


def same_files(source, frame: pd.DataFrame, place: Path) -> None:
    """A survey is scored where it lies as it is from a file."""
    (place / "here").mkdir(exist_ok=True)
    frame.to_parquet(place / "here" / "a.parquet", index=False)
    right = cu.score_large(place / "here" / "a.parquet", "lq2002", place / "b", repetitions=0)
    found = cu.score_large(source, "lq2002", place / "c", repetitions=0)
    for name in ("groups.csv", "agreement.csv", "measures.csv"):
        assert (found.folder / name).read_bytes() == (right.folder / name).read_bytes()


def count(source):
    return cu.statistics_of(source, "team", ITEMS, range(1, 8), missing=[99], reverse=["q1"])


def _as_nobody(*command: str) -> list[str]:
    """PostgreSQL refuses root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[str]:
    """Start a server on a socket of its own; give its folder."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("needs Debian's postgresql")
    tools = found[-1].parent
    place = Path(f"/tmp/cu-postgres-{os.getpid()}")  # a socket's path is short
    place.mkdir()
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    data, log = str(place / "data"), str(place / "log")
    run = {"check": True, "capture_output": True, "cwd": "/"}
    subprocess.run(_as_nobody(str(tools / "initdb"), "-D", data, "-A", "trust"), **run)
    server = _as_nobody(
        str(tools / "pg_ctl"), "-D", data, "-l", log, "-w", "-o",
        f"-k {place} -c listen_addresses=''", "start",
    )  # fmt: skip
    subprocess.run(server, check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        yield str(place)
    finally:
        stop = _as_nobody(str(tools / "pg_ctl"), "-D", data, "-m", "fast", "stop")
        subprocess.run(stop, check=False, stdout=subprocess.DEVNULL, cwd="/")
        shutil.rmtree(place)


@pytest.mark.filterwarnings("ignore")
def test_postgresql_counts_the_same(postgres: str, tmp_path: Path) -> None:
    ibis = pytest.importorskip("ibis")
    pytest.importorskip("psycopg")
    frame = answers(5000)
    user = "postgres" if os.geteuid() == 0 else None
    base = ibis.postgres.connect(host=postgres, user=user, database="postgres")
    base.create_table("answers", frame)
    found = count(base.table("answers"))
    assert found.fingerprint == count(frame).fingerprint
    assert found.engine != "pyarrow"
    whole = survey(900)
    base.create_table("survey", whole)
    same_reading(base.table("survey"), whole)
    address = f"postgres:///postgres?host={postgres}" + (f"&user={user}" if user else "")
    same_files(f"{address}&table=survey", whole, tmp_path)


@pytest.mark.filterwarnings("ignore")
def test_spark_counts_the_same_though_an_executor_dies(tmp_path: Path) -> None:
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17")
    frame = answers(200_000)
    frame.to_parquet(tmp_path / "a.parquet")
    session = (
        sql.SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.ansi.enabled", "true")
        .getOrCreate()
    )
    try:
        table = session.read.parquet(str(tmp_path / "a.parquet")).repartition(64)
        killed: list[int] = []
        killer = threading.Thread(target=_kill_one, args=(killed,))
        killer.start()
        found = count(table)
        killer.join()
        assert killed
        assert found.fingerprint == count(frame).fingerprint
        whole = survey(900)
        whole.to_parquet(tmp_path / "survey.parquet")
        table = session.read.parquet(str(tmp_path / "survey.parquet"))
        same_reading(table, whole)
        same_files(table, whole, tmp_path)
    finally:
        session.stop()


def _kill_one(killed: list[int]) -> None:
    """End an executor that this process's own Spark has started, once it works."""
    until = time.monotonic() + 120
    while time.monotonic() < until and not killed:
        for pid in _descendants(os.getpid()):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"CoarseGrainedExecutorBackend" in command:
                time.sleep(1.0)
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                return
        time.sleep(0.2)


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for one in child.read_text().split():
            found += [int(one), *_descendants(int(one))]
    return found
