"""Loaded by every Python that a test starts: the network guard holds there, too."""

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "_collective_use_guard", Path(__file__).resolve().parent.parent / "network_guard.py"
)
if _spec is not None and _spec.loader is not None:
    _spec.loader.exec_module(importlib.util.module_from_spec(_spec))
