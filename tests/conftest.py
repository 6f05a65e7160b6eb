"""What holds for all tests: nothing leaves the machine, here or in a process started here."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("_collective_use_guard", _HERE / "network_guard.py")
assert _spec is not None
assert _spec.loader is not None
_spec.loader.exec_module(importlib.util.module_from_spec(_spec))

# A Python that a test starts loads the guard by its sitecustomize.
_path = os.environ.get("PYTHONPATH", "")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_HERE / "child_guard"), _path]))
