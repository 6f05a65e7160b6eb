"""lavaan done to the end (``exact.R``, ``limits.R``), and how files that stop early compare."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from otl_cells import COVARIATES, GAPS, LIVE, PLAIN, ZERO, Case, cells_of, difference, load
from sem_cells import Cell, _allowed, _number

EXACT = LIVE / "exact"

SHIFTED = """level: 1
fw =~ y1 + y2 + y3 + y4
fw ~ x1 + x2
level: 2
fb =~ y1 + y2 + y3
fb ~ w1
"""
HELD = """level: 1
fw =~ y1 + c(a, a)*y2 + c(b, b)*y3 + c(c, c)*y4
level: 2
fb =~ y1 + c(d, d)*y2 + c(e, e)*y3 + c(f, f)*y4
y1 ~ c(i1, i1)*1
y2 ~ c(i2, i2)*1
y3 ~ c(i3, i3)*1
y4 ~ c(i4, i4)*1
fb ~ c(0, NA)*1
"""
BORDER = PLAIN + "fb ~ z\n"
_MLR = {"estimator": "MLR"}
_DEMO, _HALF = {"cluster": "cluster"}, {"cluster": "team", "group": "half"}
_GAPS = {**_DEMO, "missing": "fiml", "fixed_x": False}
_MOVED = {"x1": 2.0, "x2": -1.0}

EXACT_CASES = {
    "tl_missing": Case(GAPS, "twolevel_missing", _GAPS),
    "tl_missing_fixed": Case(GAPS, "twolevel_missing", {**_DEMO, "missing": "fiml"}),
    "tl_missing_mlr": Case(GAPS, "twolevel_missing", {**_GAPS, **_MLR}),
    "tl_fixed_mlr": Case(COVARIATES, "twolevel", {**_DEMO, **_MLR}, _MOVED),
    "tl_within_mlr": Case(SHIFTED, "twolevel", {**_DEMO, **_MLR, "fixed_x": False}, _MOVED),
    "tl_zero_mlr": Case(ZERO, "unequal", {"cluster": "team", **_MLR}),
    "tl_groups_mlr": Case(PLAIN, "unequal", {**_HALF, **_MLR}),
    "tl_groups_equal": Case(HELD, "unequal", _HALF),
    "tl_groups_equal_mlr": Case(HELD, "unequal", {**_HALF, **_MLR}),
    "tl_heywood": Case(PLAIN, "heywood", {"cluster": "team"}),
}


def exact_cells(name: str, fit: Any) -> list[Cell]:
    """Return the cells of lavaan done to the end: whole files, or limits of RMSEA alone."""
    if name.startswith("ord_"):
        return limit_cells(load(EXACT / "limits.json")[name], fit)
    content = load(EXACT / f"{name}.json")
    if icc := content.pop("icc", None):
        content["extra"] = {"icc": icc}
    return list(cells_of(content, fit))


def limit_cells(limits: dict[str, Any], fit: Any) -> list[Cell]:
    """Return the cells of limits of RMSEA whose roots R searched to the end."""
    ours = fit.fit_measures
    return [
        difference(Cell(f"fm {key}", "fit", x, ours[key], _allowed("fit", x)), ours["chisq"], fit)
        for key, x in limits.items()
    ]


def beside(cells: Iterator[Cell], exact: list[Cell]) -> Iterator[Cell]:
    """Allow the cells of a file that stops early its own distance from the end."""
    known = {cell.name: cell.reference for cell in exact if cell.kind not in ("word", "about")}
    for cell in cells:
        end = _number(known[cell.name]) if cell.name in known else math.nan
        own = abs(_number(cell.reference) - end) if not math.isnan(end) else 0.0
        if own > 1e-9 * abs(end):
            yield replace(cell, kind="early", allowed=cell.allowed + own)
        else:
            yield cell
