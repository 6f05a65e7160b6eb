"""The bundled samples, each run once for all tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from collective_use.study.demo import demo_study
from collective_use.study.run import StudyRun, run_study


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], StudyRun]:
    """Return what runs a bundled sample, or gives back what it gave before."""

    @cache
    def run(sample: str) -> StudyRun:
        out = tmp_path_factory.mktemp(sample) / "results"
        return run_study(demo_study(sample, out), command="demo")

    return run
