"""Parameter tables against lavaan's, row by row: present, free, fixed at, equal to."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from collective_use.errors import InputError
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.partable import COLUMNS

TABLES = json.loads(
    (Path(__file__).parents[1] / "parity/reference/sem/tables/tables.json").read_text()
)
OPTIONS: dict[str, TableOptions] = {
    "cfa": TableOptions(),
    "means": TableOptions(meanstructure=True),
    "std_lv": TableOptions(std_lv=True, meanstructure=True),
    "orthogonal": TableOptions(orthogonal=True),
    "mimic": TableOptions(meanstructure=True),
    "random_x": TableOptions(fixed_x=False, meanstructure=True),
    "paths": TableOptions(),
    "single": TableOptions(),
    "higher": TableOptions(),
    "modifiers": TableOptions(meanstructure=True),
    "groups": TableOptions(n_groups=2, meanstructure=True),
    "scalar": TableOptions(n_groups=3, equal=("loadings", "intercepts")),
    "strict_std": TableOptions(
        n_groups=2,
        std_lv=True,
        equal=("loadings", "intercepts", "residuals", "lv.covariances"),
    ),
    "composite": TableOptions(),
    "levels": TableOptions(meanstructure=True),
    "thresholds": TableOptions(meanstructure=True),
}


def _partition(keys: dict[str, tuple], pairs: list[tuple[str, str]]) -> set[frozenset]:  # type: ignore[type-arg]
    sets = {name: {name} for name in keys}
    for a, b in pairs:
        joined = sets[a] | sets[b]
        for name in joined:
            sets[name] = joined
    return {frozenset(keys[n] for n in group) for group in sets.values() if len(group) > 1}


@pytest.mark.parametrize("name", TABLES)
def test_table_equals_lavaans(name: str) -> None:
    reference = TABLES[name]
    table = parameter_table(reference["model"], OPTIONS[name])
    ours = {row.key: row for row in table.rows if row.op not in ("==", ":=")}
    rows = [r for r in reference["rows"] if r["op"] != "=="]
    names: dict[str, tuple] = {}  # type: ignore[type-arg]
    for r in rows:
        key = (r["lhs"], r["op"], r["rhs"], r["level"], r["group"])
        back = (r["rhs"], r["op"], r["lhs"], r["level"], r["group"])
        key = key if key in ours else back
        row = ours.pop(key)
        names[r["plabel"]] = key
        assert bool(row.free) == bool(r["free"]), key
        assert row.exogenous == bool(r["exo"]), key
        assert row.label == ("" if r["label"].startswith(".p") else r["label"]), key
        if r["ustart"] is None:
            assert math.isnan(row.start), key
        else:
            assert row.start == r["ustart"], key
    assert not ours, f"rows that lavaan does not have: {list(ours)}"
    pairs = [(r["lhs"], r["rhs"]) for r in reference["rows"] if r["op"] == "=="]
    by_number: dict[int, set] = {}  # type: ignore[type-arg]
    for row in table.rows:
        if row.free:
            by_number.setdefault(row.free, set()).add(row.key)
    shared = {frozenset(group) for group in by_number.values() if len(group) > 1}
    assert shared == _partition(names, pairs)


def test_every_table_is_listed() -> None:
    assert set(TABLES) == set(OPTIONS)


def test_frame_and_numbers() -> None:
    table = parameter_table("f =~ x1 + a*x2 + a*x3\nd := a^2\na > 0")
    assert set(COLUMNS) <= set(table.to_frame().columns)
    assert table.n_free == 5
    assert table.free_names()[0] == "a"
    assert [row.op for row in table.definitions + table.constraints] == [":=", ">"]
    model = compile_model(table)
    assert model.n_free == 5
    assert model.blocks[0].a_free.tolist() == [0, 0]
    assert model.blocks[0].depth == 1


def test_depth_of_effects() -> None:
    chain = compile_model(parameter_table("b ~ a\nc ~ b\nd ~ c"))
    assert chain.blocks[0].depth == 3
    circle = compile_model(parameter_table("b ~ a + c\nc ~ b + z"))
    assert circle.blocks[0].depth == 0
    theta = np.full(circle.n_free, 0.3)
    from collective_use.numerics.sem.model import moments

    state = moments(circle.blocks[0], theta)
    assert np.allclose(state.V @ (np.eye(4) - _effects(circle, theta)), np.eye(4))


def _effects(model, theta):  # type: ignore[no-untyped-def]
    from collective_use.numerics.sem.model import fill

    return fill(model.blocks[0], theta)[0]


def test_partial_and_group_errors() -> None:
    options = TableOptions(n_groups=2, equal=("loadings",), partial=("f =~ x9",))
    with pytest.raises(InputError, match=r"did you mean 'f=~x"):
        parameter_table("f =~ x1 + x2 + x3", options)
    with pytest.raises(InputError, match=r"c\(\) must hold one value per group \(2\), got 3"):
        parameter_table("f =~ x1 + c(1,2,3)*x2", TableOptions(n_groups=2))
    with pytest.raises(InputError, match="equal= is empty"):
        parameter_table("f =~ x1 + x2", TableOptions(n_groups=2, partial=("f =~ x2",)))


def test_ordered_variables_get_thresholds_and_scales() -> None:
    options = TableOptions(thresholds={"u1": 2, "u2": 1}, meanstructure=True)
    table = parameter_table("f =~ u1 + u2 + x", options)
    rows = {(r.lhs, r.op, r.rhs): r for r in table.rows}
    assert rows["u1", "|", "t2"].free
    assert rows["u1", "~~", "u1"].start == 1
    assert rows["u1", "~1", ""].start == 0
    assert rows["u2", "~*~", "u2"].start == 1
    assert rows["x", "~1", ""].free
    assert table.blocks[0].ordered == ("u1", "u2")
    block = compile_model(table).blocks[0]
    assert block.tau_item.tolist() == [0, 0, 1]
