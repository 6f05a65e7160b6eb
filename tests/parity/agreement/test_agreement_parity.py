"""Every cell of every agreement reference file, each in its class of exactness.

`python tests/parity/agreement/make_table.py` writes the table of files, numbers of cells and
worst cells.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from agreement_parity import cells, classes, table


@pytest.mark.parametrize("file", cells.FILES)
def test_every_cell_in_its_class(file):
    failures = [text for row in table.rows(file) for text in row.failures]
    assert not failures, f"{len(failures)} cells fail: " + "; ".join(failures[:10])


def test_every_reference_file_is_listed():
    found = {path.name for path in cells.REFERENCE.glob("*.json")}
    assert found == set(cells.FILES)


def test_a_cell_without_a_class_is_found():
    assert classes.class_of("reml_exact.json", "lq2002.LEAD/REML/new") is None
    assert classes.class_of("nist_R.json", "SmLs01/new") is None


def test_a_changed_reference_number_is_found():
    kind = classes.class_of("lq2002.json", "LEAD/rwg_j[0]")
    value = table.ours("lq2002.json")["LEAD/rwg_j[0]"]
    assert table.gap("lq2002.json", "LEAD/rwg_j[0]", kind, value)[0] <= 1
    assert table.gap("lq2002.json", "LEAD/rwg_j[0]", kind, value * (1 + 1e-9))[0] > 1
    assert table.gap("lq2002.json", "LEAD/grpid[0]", classes.SAME, "3")[0] > 1
    errors = classes.SIMULATED
    assert table.gap("sim.json", "rwg_sim_g10_A5_n20000_seed42/mean", errors, 0.13)[0] > 1


@pytest.mark.parametrize(
    ("file", "name", "factor"),
    [
        ("variance_components_exact.json", "lq2002/LEAD/mult_icc/ICC2[9]", 1 + 3e-9),
        ("omega_exact.json", "lq2002/LEAD/omega/omega_h", 1 + 3e-6),
        ("multilevel_reliability_exact.json", "HOSTIL/Sb[0][0]", 1 + 1e-4),
        ("multilevel_reliability_exact.json", "HOSTIL/fit/srmr_between", 1 + 2e-6),
        ("multilevel_reliability_exact.json", "LEAD/logl/psd", 1 + 2e-12),
        ("multilevel_reliability_exact.json", "LEAD/polish/psd/slope_across[0]", -1),
    ],
)
def test_a_changed_exact_number_is_found(file, name, factor):
    kind = classes.class_of(file, name)
    value = dict(cells.cells(cells.reference(file)))[name]
    assert table.gap(file, name, kind, value)[0] <= 1
    assert table.gap(file, name, kind, value * factor)[0] > 1


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("lq2002.json", "HOSTIL/mult_icc/ICC2[1]"),
        ("lq2002.json", "LEAD/omega/omega_h"),
        ("multilevel_reliability.json", "TSIG/fit/srmr_between"),
    ],
)
def test_nothing_of_ours_may_be_farther_off_than_the_reference(file, name):
    kind = classes.class_of(file, name)
    value, best = dict(cells.cells(cells.reference(file)))[name], table._optimum(file, name, kind)
    assert table._own_distance(file, name, kind, best, value)[0] <= 1
    beyond = best + 0.1 * (best - value)
    assert table._own_distance(file, name, kind, beyond, value)[0] > 1


def test_the_table_in_the_documents_lists_the_same_cells():
    text = (Path(__file__).parent / "TABLE.md").read_text(encoding="utf-8")
    for file in cells.FILES:
        for row in table.rows(file):
            assert f"| {file} | {row.kind} | {row.number} |" in text
