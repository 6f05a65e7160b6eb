"""The examples of the page on estimation run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_examples_of_the_page_run(monkeypatch: pytest.MonkeyPatch, capsys) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "estimation.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    assert len(blocks) == 3
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/estimation.md", "exec"), names)
    assert "Robust Comparative Fit Index" in capsys.readouterr().out


def test_the_errors_on_the_page_are_those_raised() -> None:
    import numpy as np
    import pandas as pd

    import collective_use as cu
    from collective_use.errors import SyntaxProblem
    from collective_use.syntax import parse_model

    page = (ROOT / "docs" / "estimation.md").read_text(encoding="utf-8")
    shown, contradiction = re.findall(r"```text\n(.*?)```", page, flags=re.S)
    with pytest.raises(SyntaxProblem) as caught:
        parse_model("f =~ x1 + x2\ng =~ x5 x6")
    assert str(caught.value).strip() == shown.strip()
    names = ["x1", "x2", "x3"]
    S = pd.DataFrame(np.full((3, 3), 0.5) + np.eye(3) * 0.5, index=names, columns=names)
    with pytest.raises(cu.EstimationError) as refused:
        cu.fit_sem("f =~ x1 + a*x2 + x3; a > 2; a < 1", cov=S, n=100)
    assert str(refused.value) == contradiction.strip()
