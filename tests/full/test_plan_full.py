"""The power table of the framework page; a cluster with a worker killed; the time of a grid."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

SPEC = importlib.util.spec_from_file_location(
    "plan_cases", Path(__file__).parents[1] / "planning" / "test_plan.py"
)
cases = importlib.util.module_from_spec(SPEC)
sys.modules["plan_cases"] = cases
SPEC.loader.exec_module(cases)

GROUPS = (40, 60, 80, 100, 150, 200, 300)
TABLE = {
    (0.15, 6): (0.03, 0.04, 0.07, 0.13, 0.20, 0.36, 0.65),
    (0.15, 12): (0.04, 0.11, 0.18, 0.28, 0.56, 0.71, 0.92),
    (0.30, 6): (0.06, 0.17, 0.22, 0.34, 0.66, 0.80, 0.94),
    (0.30, 12): (0.09, 0.22, 0.41, 0.55, 0.77, 0.92, 1.00),
}
"""Power of one indirect effect, 600 replications a cell, printed with two digits."""
DESIGN = {
    "n_groups": [60, 90], "n_members": [6], "repetitions": 400, "values": cases.TRUTH,
    "ways": ("means", "corrected", "sam"),
}  # fmt: skip


@pytest.mark.parametrize(("icc1", "members"), list(TABLE))
def test_the_power_table_of_the_framework_page(icc1, members):
    rng = np.random.default_rng(11)
    truth = cases.framework(icc1, members)
    away = []
    for groups, told in zip(GROUPS, TABLE[icc1, members], strict=True):
        found = cases.shown(truth, groups, members, 4000, rng).mean()
        error = np.sqrt(max(found * (1 - found), 1e-4) * (1 / 600 + 1 / 4000))
        away.append((abs(found - told) - 0.005) / error)
    assert max(away) < 3.2, away
    assert np.mean(away) < 1.2


def test_sixteen_cells_take_less_than_two_minutes_of_two_cores():
    """Processor time over two cores: the machine may be busy with other things."""
    begun = time.process_time()
    cu.plan(
        cases.BANK, n_groups=[40, 60, 80, 100, 150, 200, 250, 300], n_members=[6, 12], jobs=1,
        repetitions=500, values=cases.TRUTH, ways=("means", "corrected", "sam"),
    )  # fmt: skip
    assert (time.process_time() - begun) / 2 < 120


def test_a_cluster_gives_the_same_numbers_though_a_worker_is_killed(tmp_path):
    import distributed  # the extra "cluster"
    import joblib

    alone = cu.plan(cases.BANK, **DESIGN, jobs=1).effects
    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        before = set(client.run(os.getpid).values())
        victim = next(iter(before))
        killer = threading.Timer(1.5, os.kill, (victim, signal.SIGKILL))
        killer.start()
        with joblib.parallel_config(backend="dask"):
            together = cu.plan(cases.BANK, **DESIGN, store=tmp_path).effects
        assert not killer.is_alive(), "the worker was killed after the work, not midway"
        client.wait_for_workers(3, timeout=60)
        assert victim not in client.run(os.getpid).values()
        assert len(before) == 3
    pd.testing.assert_frame_equal(alone, together)
