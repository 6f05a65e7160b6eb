"""What holds for all tests: nothing leaves the machine, and parsers of files start warm."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from collective_use.door import child

_HERE = Path(__file__).resolve().parent


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_{name}", _HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_loaded("network_guard")

# A Python that a test starts loads the guard by its sitecustomize.
_path = os.environ.get("PYTHONPATH", "")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_HERE / "child_guard"), _path]))


@pytest.fixture(scope="session")
def warm_parsers() -> Iterator[object]:
    """Keep one server for the parsers of a whole run of tests."""
    run = _loaded("warm_parsers").WarmParsers()
    yield run
    run.close()


@pytest.fixture(autouse=True)
def parsers_start_warm(
    request: pytest.FixtureRequest, warm_parsers: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read files by processes forked from one that has loaded pandas; see `warm_parsers.py`."""
    if hasattr(os, "fork") and request.node.get_closest_marker("own_process") is None:
        monkeypatch.setattr(child, "_run", warm_parsers)
