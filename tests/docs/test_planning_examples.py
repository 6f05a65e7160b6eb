"""The examples of docs/planning.md run as they are printed; its file of true values is read."""

from __future__ import annotations

import re
from pathlib import Path

from collective_use.simulation.given import read_parameters

PAGE = (Path(__file__).parents[2] / "docs" / "planning.md").read_text("utf-8")


def test_the_example_runs(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(block, "planning.md", "exec"), {})
    assert "With 120 groups" in capsys.readouterr().out


def test_the_file_of_true_values_is_read(tmp_path):
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "truth.yaml"
    file.write_text(text, "utf-8")
    found = read_parameters(file)
    assert found.paths == {("cdu", "ssm"): 0.4, ("cdu", "dlr"): 0.2}
    assert found.stability == 0.7
