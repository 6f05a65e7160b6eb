"""The code of docs/waves.md on a simulated survey of two waves."""

from __future__ import annotations

import re
from pathlib import Path

import collective_use as cu

PAGE = Path(__file__).parents[3] / "docs" / "waves.md"


def test_the_code_of_the_page_runs(tmp_path: Path) -> None:
    survey = cu.simulate_responses("collective_data_use", n_groups=12, size=(5, 8), waves=2, seed=1)
    folder = survey.write(tmp_path / "survey")
    responses = cu.read_responses(
        folder / "export.csv", "collective_data_use", members=folder / "members.csv",
        column_map=folder / "columns.yaml",
    )  # fmt: skip
    assert sorted(responses.persons["wave"].unique()) == ["1", "2"]
    responses.persons["parent"] = "county"
    last_year = cu.score(responses).to_frame().query("wave == '1'").head(9)
    last_year["group"] = list("aaabbbccc")
    names: dict[str, object] = {"responses": responses, "rows_of_last_year": last_year}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 4
    exec("\n".join(blocks), names)
    found, ranks = names["found"], names["ranks"]
    assert isinstance(found, cu.GroupChanges)
    assert isinstance(ranks, cu.GroupRanks)
    assert len(found.changes) == 12
    assert len(ranks.ranks) == 24
    assert found.changes["linked"].sum() > 50
