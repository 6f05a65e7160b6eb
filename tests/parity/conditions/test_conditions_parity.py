"""Every cell of R's NCA and QCA, in the class that the reference's README gives it."""

from __future__ import annotations

import json
import math
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from collective_use.numerics.conditions import ceilings as ceiling
from collective_use.numerics.conditions import sets
from collective_use.numerics.conditions import truth_table as tables

REFERENCE = Path(__file__).parents[1] / "reference" / "conditions"
NCA = json.loads((REFERENCE / "nca.json").read_text("utf-8"))["cases"]
QCA = json.loads((REFERENCE / "qca.json").read_text("utf-8"))
# Two kinds of cells where R prints something else, see the README of the reference.
EXPLAINED = {
    ("ties", "cr_fdh/needed[10]"): ("100.0", "NA"),
    ("ties_scope", "cr_fdh/needed[10]"): ("100.0", "NA"),
    **{("upper_right", f"ce_fdh/needed[{k}]"): ("NN", "100.0") for k in range(8)},
    **{("lower_right", f"ce_fdh/needed[{k}]"): ("NN", "100.0") for k in range(3)},
}
CORNERS = {"upper_right": (-1, 1), "lower_left": (1, -1), "lower_right": (-1, -1)}


def near(one, other):
    return math.isclose(one, other, rel_tol=1e-10, abs_tol=1e-12)


def differs(cells):
    """Return what is wrong in ``(name, ours, theirs)`` rows."""
    wrong = []
    for name, ours, theirs in cells:
        if isinstance(theirs, str) or theirs is None or isinstance(ours, str) or ours is None:
            same = ours == theirs
        else:
            same = near(float(ours), float(theirs))
        if not same:
            wrong.append(f"{name}: {ours} and {theirs}")
    return wrong


def turned(name):
    """Return x, y and the scope of a case as seen from the upper left corner."""
    case = NCA[name]
    over, up = CORNERS.get(name, (1, 1))
    low_x, high_x, low_y, high_y = _scope_of(case["found"])
    scope = [*sorted((over * low_x, over * high_x)), *sorted((up * low_y, up * high_y))]
    return over * np.array(case["x"], float), up * np.array(case["y"], float), np.array(scope)


def printed(values, scope, over):
    """Return needed values as R prints them: in percent of the range, one decimal."""
    low, high = scope[0], scope[1]
    result = []
    for value in values:
        if value == -math.inf:
            result.append("NN")
        elif value == math.inf:
            result.append("NA")
        else:
            share = 100 * (value - low) / (high - low)
            result.append(f"{share if over > 0 else 100 - share:.1f}")
    return result


def nca_cells(name):
    case = NCA[name]["found"]
    x, y, scope = turned(name)
    over, up = CORNERS.get(name, (1, 1))
    found = ceiling.ceilings(x, y, scope)
    area = (scope[1] - scope[0]) * (scope[3] - scope[2])
    line = not np.isnan(found.slope)
    levels = scope[2] + (scope[3] - scope[2]) * np.linspace(0, 1, 11)
    needed = ceiling.needed(x, y, levels, scope)
    yield from zip(
        ["x0", "x1", "y0", "y1"], _plain_scope(scope, over, up), _scope_of(case), strict=True
    )
    for key, effect, need in (("ce_fdh", found.ce, needed[0]), ("cr_fdh", found.cr, needed[1])):
        theirs = case[key]
        yield f"{key}/effect", effect, theirs["effect"]
        yield f"{key}/zone", effect * area, theirs["zone"]
        mine = printed(need, scope, over)
        for k, (one, other) in enumerate(zip(mine, theirs["needed"], strict=True)):
            if (one, other) != EXPLAINED.get((name, f"{key}/needed[{k}]")):
                yield f"{key}/needed[{k}]", one, other
    line_of = case["cr_fdh"]
    yield "cr_fdh/accuracy", 100 * found.accuracy, line_of["accuracy"]
    if line:
        yield "cr_fdh/slope", found.slope * up * over, line_of["slope"]
        yield "cr_fdh/intercept", found.intercept * up, line_of["intercept"]
        yield "cr_fdh/fit", 100 * found.cr / found.ce, line_of["fit"]
        yield "cr_fdh/peers", found.peers, line_of["peers"]
    else:
        yield "cr_fdh/slope", None, line_of["slope"]
        yield "cr_fdh/intercept", None, line_of["intercept"]
    yield "ce_fdh/peers", found.peers, case["ce_fdh"]["peers"]


def _scope_of(case):
    """Return the scope used: where one was given, the second of each pair."""
    return [part[1] if isinstance(part, list) else part for part in case["scope"]]


def _plain_scope(scope, over, up):
    return [*sorted((over * scope[0], over * scope[1])), *sorted((up * scope[2], up * scope[3]))]


@pytest.mark.parametrize("name", list(NCA))
def test_ceilings(name):
    wrong = differs(nca_cells(name))
    assert not wrong, "; ".join(wrong)


@pytest.mark.parametrize(("place", "key"), [(0, "ce_fdh"), (1, "cr_fdh")])
def test_p_over_all_permutations(place, key):
    case = NCA["all_permutations"]
    x, y = np.array(case["x"]), np.array(case["y"])
    scope = ceiling.scope_of(x, y)
    every = np.array(list(permutations(y)))
    found = ceiling.ceilings(x[None, :], every, scope)
    observed = ceiling.ceilings(x, y, scope)
    drawn, own = ((found.ce, observed.ce), (found.cr, observed.cr))[place]
    assert near(ceiling.share_as_large(drawn, float(own)), case["found"][key]["p"])


@cache
def memberships(name):
    analysis = QCA["analyses"][name]
    data = QCA["data"][analysis["data"][0]]
    values = np.array(data["values"], float)
    place = [data["columns"].index(column) for column in analysis["conditions"]]
    y = values[:, data["columns"].index(analysis["outcome"][0])]
    return values[:, place], 1 - y if "negated" in analysis else y


def expectations(analysis):
    told = analysis.get("expectations", [",".join("-" * len(analysis["conditions"]))])[0]
    return [{"1": 1, "0": 0, "-": None}[sign] for sign in told.split(",")]


def said(term, names):
    mask, bits = term
    width = len(names)
    parts = []
    for k, name in enumerate(names):
        bit = 1 << (width - 1 - k)
        if mask & bit:
            parts.append(name if bits & bit else f"~{name}")
    return "*".join(parts)


def solved(name):
    analysis = QCA["analyses"][name]
    x, y = memberships(name)
    table = tables.truth_table(
        x, y, frequency=analysis["n"][0], consistency=analysis["incl"][0], pri=analysis["pri"][0]
    )
    return table, tables.solutions(table, expectations(analysis))


def as_sets(models, names):
    return {frozenset(said(term, names) for term in model) for model in models}


@pytest.mark.parametrize("name", list(QCA["analyses"]))
def test_truth_table(name):
    theirs = QCA["analyses"][name]["table"]
    table, _ = solved(name)
    signs = {1: "1", 0: "0", -1: "?"}
    cells = []
    for row, out in enumerate(theirs["out"]):
        cells.append((f"out[{row}]", signs[int(table.outcome[row])], out))
        if theirs["incl"][row] is not None:
            cells.append((f"n[{row}]", table.n[row], theirs["n"][row]))
            cells.append((f"incl[{row}]", table.consistency[row], theirs["incl"][row]))
            cells.append((f"pri[{row}]", table.pri[row], theirs["pri"][row]))
    assert not differs(cells), "; ".join(differs(cells))


@pytest.mark.parametrize("kind", ["complex", "parsimonious", "intermediate"])
@pytest.mark.parametrize("name", list(QCA["analyses"]))
def test_solutions(name, kind):
    analysis = QCA["analyses"][name]
    _, found = solved(name)
    if kind == "intermediate":
        pairs = analysis.get("intermediate", {})
        theirs = {frozenset(model) for models in pairs.values() for model in models}
        if not pairs:
            assert name == "LF_pri"  # asked for without expectations
            return
    else:
        theirs = {frozenset(model) for model in analysis[kind]}
    assert as_sets(getattr(found, kind), analysis["conditions"]) == theirs


def fit_cells(name):
    analysis = QCA["analyses"][name]
    x, y = memberships(name)
    _, found = solved(name)
    blocks = [(k, b) for k in ("complex", "parsimonious") for b in analysis[f"{k}_fit"]]
    for parts in analysis.get("intermediate_fit", {}).values():
        blocks += [("intermediate", b) for b in parts]
    for kind, block in blocks:
        model = next(
            m
            for m in getattr(found, kind)
            if {said(t, analysis["conditions"]) for t in m} == set(block["terms"])
        )
        terms, whole = tables.term_fit(x, y, model)
        mine = {
            said(term, analysis["conditions"]): row for term, row in zip(model, terms, strict=True)
        }
        for term, row in zip(block["terms"], block["table"], strict=True):
            for k, value in enumerate(row):
                if value is None:  # R gives no unique coverage of a term that stands alone
                    assert len(block["terms"]) == 1
                    assert k == 3
                    continue
                yield f"{kind}/{term}[{k}]", mine[term][k], value
        for k, value in enumerate(block["whole"]):
            yield f"{kind}/whole[{k}]", whole[k], value


@pytest.mark.parametrize("name", list(QCA["analyses"]))
def test_fit_of_terms(name):
    wrong = differs(fit_cells(name))
    assert not wrong, "; ".join(wrong)


@pytest.mark.parametrize("name", list(QCA["analyses"]))
def test_necessity(name):
    x, y = memberships(name)
    both = np.concatenate([x.T, 1 - x.T])
    ours = np.column_stack(sets.necessity(both, y))
    theirs = np.array(QCA["analyses"][name]["necessity"], float)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "anchors", "membership"),
    [("rising", (1, 4, 8), 0.95), ("falling", (8, 4, 1), 0.95), ("uneven", (1, 2.7, 8), 0.9)],
)
def test_direct_calibration(name, anchors, membership):
    told = QCA["calibration"]
    found = sets.calibrate_direct(told["raw"], *anchors, membership)
    np.testing.assert_allclose(found, told[name], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "cuts"), [("indirect", [2, 3.1, 5, 6.5]), ("indirect_two", [3, 6])]
)
def test_indirect_calibration(name, cuts):
    told = QCA["calibration"]
    np.testing.assert_allclose(sets.calibrate_indirect(told["raw"], cuts), told[name], atol=1.1e-6)


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        (lambda: nca_cells("individualism"), "ce_fdh/effect"),
        (lambda: nca_cells("risk"), "cr_fdh/slope"),
        (lambda: nca_cells("random"), "cr_fdh/accuracy"),
        (lambda: fit_cells("CVF_80"), "parsimonious/~NATPRIDE[3]"),
        (lambda: fit_cells("LF_80"), "intermediate/whole[1]"),
    ],
)
def test_a_changed_number_is_found(cells, name):
    ours, theirs = next((one, other) for key, one, other in cells() if key == name)
    assert not differs([(name, ours, theirs)])
    assert differs([(name, ours, theirs * (1 + 1e-8))])
    assert differs([(name, None, theirs)])


def test_every_file_is_compared():
    assert {path.name for path in REFERENCE.glob("*.json")} == {"nca.json", "qca.json"}
    assert set(NCA) >= set(CORNERS)
    assert {name for name, _ in EXPLAINED} <= set(NCA)
