"""The script that a report writes for R gives the report's numbers, and fails where they differ."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.study.demo import demo_study
from tests.full.tools import program


@pytest.mark.parametrize(("sample", "least"), [("lq2002", 12), ("clean", 130)])
def test_r_gives_the_same_numbers(sample: str, least: int, tmp_path: Path) -> None:
    study = demo_study(sample, tmp_path / "results").model_copy(update={"report": False})
    run = cu.run_study(study, command="demo")
    script = tmp_path / "check.R"
    compared = cu.write_r_script(run, script)
    assert len(compared) >= least
    done = subprocess.run([program("Rscript"), str(script)], capture_output=True, text=True)
    assert f"{len(compared)} of {len(compared)} numbers are the same." in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr

    expected = tmp_path / "check_data" / "expected.csv"
    lines = expected.read_text(encoding="utf-8-sig").splitlines()
    cells = lines[1].split(",")
    cells[3] = str(float(cells[3]) + 0.01)
    expected.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
    wrong = subprocess.run([program("Rscript"), str(script)], capture_output=True, text=True)
    assert wrong.returncode == 1
