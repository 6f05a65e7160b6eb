"""The committed SEM references are what R gives: the scripts run again, numbers compared."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path

REFERENCE = Path(__file__).parents[1] / "parity" / "reference" / "sem"


def _apart(a: object, b: object, where: str = "") -> list[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        if set(a) != set(b):
            return [f"{where}: {set(a) ^ set(b)}"]
        return [x for key in a if key != "polish" for x in _apart(a[key], b[key], f"{where}.{key}")]
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return [f"{where}: {len(a)} and {len(b)}"]
        return [x for i in range(len(a)) for x in _apart(a[i], b[i], f"{where}[{i}]")]
    if isinstance(a, float) and isinstance(b, (int, float)):
        near = math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-9) or abs(a) > 1e6
        return [] if near else [f"{where}: {a} and {b}"]
    return [] if a == b or isinstance(b, float) else [f"{where}: {a!r} and {b!r}"]


def _run(script: str, folder: Path) -> None:
    program = shutil.which("Rscript")
    assert program, "Rscript is needed for this check"
    subprocess.run([program, script], cwd=folder, check=True, capture_output=True)


def test_live_references_are_reproduced(tmp_path: Path) -> None:
    folder = tmp_path / "sem"
    shutil.copytree(REFERENCE, folder, ignore=shutil.ignore_patterns("live"))
    _run("live.R", folder)
    names = sorted(path.name for path in (REFERENCE / "live").glob("*.json"))
    assert names == sorted(path.name for path in (folder / "live").glob("*.json"))
    for name in names:
        old = json.loads((REFERENCE / "live" / name).read_text())
        new = json.loads((folder / "live" / name).read_text())
        assert not _apart(old, new, name)[:5]


def test_parameter_tables_are_reproduced(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(REFERENCE / "tables", folder)
    (folder / "tables.json").unlink()
    _run("tables.R", folder)
    old = json.loads((REFERENCE / "tables" / "tables.json").read_text())
    assert old == json.loads((folder / "tables.json").read_text())
