"""Every cell of every reference of mixed models, each in its class of exactness."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import mixed_cells as cells
import mixed_computed as computed
import pytest

FILES = tuple(computed.MAKERS)


@cache
def ours(file):
    return dict(cells.cells(computed.MAKERS[file]()))


@pytest.mark.parametrize("file", FILES)
def test_every_cell_in_its_class(file):
    failures = []
    for name, value in cells.cells(cells.reference(file)):
        kind = cells.class_of(file, name)
        why = "no class" if kind is None else cells.fails(kind, ours(file).get(name), value)
        if why:
            failures.append(f"{name}: {why}")
    assert not failures, f"{len(failures)} cells fail: " + "; ".join(failures[:10])


def test_every_reference_file_is_compared():
    assert {path.name for path in cells.REFERENCE.glob("*.json")} == set(FILES) == set(cells.RULES)


@pytest.mark.parametrize(
    ("file", "name", "factor"),
    [
        ("roundrobin_tripler.json", "groups/3/varComp/actor_partner_covariance/se", 1 + 3e-10),
        ("roundrobin_tripler.json", "pooled/SOREMO/partner_variance/se", 1 + 1e-8),
        ("roundrobin_tripler.json", "effects[7]/actor", 1 + 1e-6),
        ("roundrobin_reml.json", "group_random/group_variance", 1 + 1e-5),
        ("roundrobin_missing_reml.json", "group_random/log_likelihood", 1 + 1e-6),
        ("waves_exact.json", "REML/with/delta", 1 + 1e-4),
        ("waves_nlme.json", "ML/with/variance/group/slope", 1 + 1e-2),
        ("nlme_lme4.json", "sherifdat/REML/with/delta", 1 + 1e-3),
        ("nlme_lme4.json", "bh1996/REML/varIdent/sd_ratio/2", 1 + 1e-3),
        ("nlme_lme4.json", "univbct/ML/with/logLik", 1 - 1e-7),
        ("scale_exact.json", "lq2002/REML/correlated/scale_sd", 1 + 1e-3),
        ("scale_exact.json", "three_levels/REML/high[0]", 1 + 1e-3),
    ],
)
def test_a_changed_number_is_found(file, name, factor):
    kind = cells.class_of(file, name)
    value = dict(cells.cells(cells.reference(file)))[name]
    assert cells.fails(kind, ours(file)[name], value) == ""
    assert cells.fails(kind, ours(file)[name], value * factor) != ""


def test_a_missing_number_is_found():
    assert cells.fails(cells.CLOSED, None, 1.0)
    assert cells.class_of("waves_exact.json", "REML/with/delta") is cells.ESTIMATE


def test_the_table_in_the_documents_lists_the_same_cells():
    text = (Path(__file__).parent / "TABLE.md").read_text(encoding="utf-8")
    total = 0
    for file in FILES:
        kinds = Counter(cells.class_of(file, n).name for n, _ in cells.cells(cells.reference(file)))
        total += sum(kinds.values())
        for kind, number in kinds.items():
            assert f"| {file} | {kind} | {number} |" in text
    assert f"{total} cells in {len(FILES)} files" in text
