"""The committed references are what R gives: every script runs again, numbers are compared.

Files that came with the reference folder were made by the scripts beside them on another
machine and stay as they are; every other file has to be written again, and equal. The R package
careless is not among Debian's; its script says how to run it. `sem/limits.R` prints its file.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[1] / "parity" / "reference"
SCRIPTS = {
    "agreement": ("multilevel_reliability_exact", "variance_components_exact", "omega_exact"),
    "sem": ("live", "live_more"),
    "sem/tables": ("tables",),
    "sem_ordinal_twolevel": (
        "make", "make_invariance", "make_postfit", "exact", "exact_residuals", "border", "limits",
    ),
}  # fmt: skip


def _made(folder: str) -> set[str]:
    """Return the files that the scripts of a folder have to write."""
    root = REFERENCE / folder
    found = {str(path.relative_to(root)) for path in root.rglob("*.json")}
    if folder == "sem":
        own = ("live/", "unpolished/", "differences.json")
        found = {name for name in found if name.startswith(own)}
    if folder == "agreement":
        found = {f"{script}.json" for script in SCRIPTS[folder]}
    return found


def _apart(a: object, b: object, where: str = "") -> list[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        if set(a) != set(b):
            return [f"{where}: {set(a) ^ set(b)}"]
        skipped = ("polish", "about")  # gradients that vanished: rounding
        return [x for k in a if k not in skipped for x in _apart(a[k], b[k], f"{where}.{k}")]
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return [f"{where}: {len(a)} and {len(b)}"]
        return [x for i in range(len(a)) for x in _apart(a[i], b[i], f"{where}[{i}]")]
    if _number(a) and _number(b):
        near = math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-9) or abs(a) > 1e6  # type: ignore[arg-type]
        return [] if near else [f"{where}: {a} and {b}"]
    return [] if a == b else [f"{where}: {a!r} and {b!r}"]


def _number(x: object) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool)


@pytest.mark.parametrize("folder", SCRIPTS)
def test_references_are_reproduced(folder: str, tmp_path: Path) -> None:
    program = shutil.which("Rscript")
    assert program, "Rscript is needed for this check"
    copy = tmp_path / "reference"
    shutil.copytree(REFERENCE, copy)
    for path in copy.rglob("*.json"):
        os.utime(path, (0, 0))
    for script in SCRIPTS[folder]:
        subprocess.run([program, f"{script}.R"], cwd=copy / folder, check=True, capture_output=True)
    root = copy / folder
    again = {str(p.relative_to(root)) for p in root.rglob("*.json") if p.stat().st_mtime > 0}
    assert again == _made(folder)
    for name in sorted(again):
        old = json.loads((REFERENCE / folder / name).read_text())
        assert not _apart(old, json.loads((root / name).read_text()), name)[:5]
    for path in (REFERENCE / folder).rglob("*.csv"):
        assert path.read_bytes() == (root / path.relative_to(REFERENCE / folder)).read_bytes()
