"""Every cell of the ordinal and two-level reference files, each in its class of exactness."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "sem"))

from sem_cells import CLASSES as _CLASSES
from sem_cells import Cell, _allowed, _number, known_to_06, load, per_free_parameter

from collective_use.sem.fit import fit_sem
from collective_use.sem.ordinal.result import OrdinalResult
from collective_use.sem.twolevel.result import TwoLevelResult

ROOT = Path(__file__).parents[1] / "reference"
GIVEN, LIVE = ROOT / "sem", ROOT / "sem_ordinal_twolevel"

CLASSES = {
    **_CLASSES,
    "early": (
        "where lavaan stops early (its EM at a gain of 1e-4, its root search at 1.2e-4, "
        "derivatives by forward differences): no further from us than from lavaan done to the end "
        "(exact/), which is compared in the classes above"
    ),
    "difference": (
        "ordinal RMSEA and its limits, roots of a small difference: 1e-6, or what 1e-6 of the "
        "chi-square makes of it"
    ),
    "polychoric": "estimates of lavaan's own optimiser: 1e-6",
}

ORD = "f1 =~ u1 + u2 + u3 + u4\nf2 =~ u5 + u6 + u7 + u8"
FIVE = "f1 =~ v1 + v2 + v3 + v4\nf2 =~ v5 + v6 + v7 + v8"
PATH = FIVE + "\nf2 ~ b*f1\nv1 ~~ v5\ndouble := 2*b"
MIMIC = FIVE + "\nf1 ~ x\nf2 ~ x + z"
BOTH = """level: 1
fw =~ y1 + y2 + y3 + y4 + y5 + y6
level: 2
fb =~ y1 + y2 + y3 + y4 + y5 + y6
"""
COVARIATES = """level: 1
fw =~ y1 + y2 + y3
fw ~ x1 + x2 + x3
level: 2
fb =~ y1 + y2 + y3
fb ~ w1 + w2
"""
EQUAL = """level: 1
fw =~ y1 + a*y2 + b*y3 + c*y4
level: 2
fb =~ y1 + a*y2 + b*y3 + c*y4
fb ~ z
"""
ZERO = """level: 1
fw =~ y1 + y2 + y3 + y4
fw ~ x
level: 2
fb =~ y1 + y2 + y3 + y4
y2 ~~ 0*y2
fb ~ z
"""
PLAIN = """level: 1
fw =~ y1 + y2 + y3 + y4
level: 2
fb =~ y1 + y2 + y3 + y4
"""
GAPS = PLAIN + "fb ~ w1\n"


@dataclass(frozen=True)
class Case:
    """One reference file."""

    model: str
    data: str
    options: dict[str, Any] = field(default_factory=dict)
    shifted: dict[str, float] = field(default_factory=dict)


U, V = tuple(f"u{i}" for i in range(1, 9)), tuple(f"v{i}" for i in range(1, 9))
_SOME = ("v2", "v3", "v4", "v5", "v7", "v8")
_O: dict[str, Any] = {"ordered": V}
_LT = ("loadings", "thresholds")
_C, _T = {"cluster": "cluster"}, {"cluster": "team"}

GIVEN_CASES = {
    "ord_wlsmv": Case(ORD, "ord", {"ordered": U}),
    "ord_dwls": Case(ORD, "ord", {"ordered": U, "estimator": "DWLS"}),
    "tl_cfa": Case(BOTH, "twolevel", _C),
    "tl_sem": Case(COVARIATES, "twolevel", _C),
}
LIVE_CASES = {
    **{
        f"ord_five_{name.lower()}": Case(FIVE, "five", {**_O, "estimator": name})
        for name in ("WLSMV", "WLSM", "WLSMVS", "ULSMV", "ULS", "WLS")
    },
    "ord_groups": Case(FIVE, "five", {**_O, "group": "g"}),
    "ord_groups_equal": Case(FIVE, "five", {**_O, "group": "g", "equal": _LT}),
    "ord_groups_equal_theta": Case(
        FIVE, "five", {**_O, "group": "g", "equal": _LT, "parameterization": "theta"}
    ),
    "ord_theta": Case(FIVE, "five", {**_O, "parameterization": "theta"}),
    "ord_path": Case(PATH, "five", _O),
    "ord_mixed": Case(FIVE, "mixed", {"ordered": _SOME}),
    "ord_mixed_groups": Case(
        FIVE, "mixed", {"ordered": _SOME, "group": "g", "equal": ("loadings",)}
    ),
    "ord_mimic": Case(MIMIC, "mimic", {**_O, "fixed_x": False}),
    "ord_mimic_groups": Case(MIMIC, "mimic", {**_O, "fixed_x": False, "group": "g", "equal": _LT}),
    "tl_cfa_mlr": Case(BOTH, "twolevel", {**_C, "estimator": "MLR"}),
    "tl_unequal": Case(EQUAL, "unequal", _T),
    "tl_unequal_mlr": Case(EQUAL, "unequal", {**_T, "estimator": "MLR"}),
    "tl_zero": Case(ZERO, "unequal", _T),
    "tl_groups": Case(PLAIN, "unequal", {**_T, "group": "half"}),
}


def fit_case(name: str, case: Case) -> Any:
    """Fit what a reference file fitted."""
    folder = GIVEN if name in GIVEN_CASES else LIVE
    path = folder / "data" / f"{case.data}.csv"
    data = pd.read_csv(path if path.exists() else LIVE / "data" / f"{case.data}.csv")
    for column, shift in case.shifted.items():
        data[column] += shift
    return fit_sem(case.model, data, **case.options)


def cells_of(reference: dict[str, Any], fit: Any) -> Iterator[Cell]:
    """Yield a cell for every entry of a reference file; an unknown part is a KeyError."""
    order = _order(reference["pe"], fit)
    for part, content in reference.items():
        if part in ("polish", "about"):
            yield from about(content) if content else ()
        elif part == "fm":
            yield from _fit_cells(content, fit)
        elif part == "extra":
            yield from _extra(content, fit)
        else:
            frame = {"pe": fit.estimates, "std": fit.standardized("all")}[part]
            yield from _rows(part, content, frame, order, fit.group_names)


def _order(entries: list[dict[str, Any]], fit: Any) -> list[int]:
    """Find our row for every row of the reference."""
    frame = fit.estimates
    levels = len(fit.level_names) > 1
    known = {
        (r.lhs, r.op, r.rhs, r.level if levels else 0, r.group): i
        for i, r in enumerate(frame.itertuples())
    }
    out = []
    for e in entries:
        defined = e["op"] == ":="
        level = int(e.get("level", 0)) if levels and not defined else 0
        group = 0 if defined else _group(e, fit)
        key = (e["lhs"], e["op"], e["rhs"], level, group)
        back = (e["rhs"], e["op"], e["lhs"], level, group)
        out.append(known[key] if key in known else known[back])
    assert sorted(out) == list(range(len(frame))), "a row of ours has no counterpart"
    return out


def _group(entry: dict[str, Any], fit: Any) -> int:
    """Groups are numbered, or named when the model text names them."""
    group = entry.get("group", 1)
    return fit.group_names.index(group) + 1 if isinstance(group, str) else int(group)


def _rows(
    part: str,
    entries: list[dict[str, Any]],
    frame: pd.DataFrame,
    order: list[int],
    names: tuple[str, ...],
) -> Iterator[Cell]:
    columns = {"se": "se", "z": "z", "pvalue": "p", "est": "est", "est.std": "est"}
    kept = [e for e in entries if e["op"] not in ("==", "<", ">")]
    assert len(kept) == len(order)
    rows = list(frame.itertuples())
    for entry, place in zip(kept, order, strict=True):
        row = rows[place]
        name = f"{part} {row.lhs}{row.op}{row.rhs} {row.level}.{row.group}"
        for column, value in entry.items():
            if column in ("lhs", "op", "rhs"):
                same = {row.lhs, row.rhs} >= {value} if column != "op" else row.op == value
                yield Cell(f"{name} {column}", "word", value, value if same else None, 1.0)
            elif column == "group" and isinstance(value, str):
                yield Cell(f"{name} {column}", "word", value, names[row.group - 1], 1.0)
            elif column in ("level", "group", "block"):
                ours = _place(column, row, entries)
                yield Cell(f"{name} {column}", "word", int(value), ours, 1.0)
            elif column == "label":
                written = "" if str(value).startswith(".p") else value
                yield Cell(f"{name} {column}", "word", written, row.label, 1.0)
            else:
                kind = "estimate" if column.startswith("est") else "error"
                ours = getattr(row, columns[column])
                yield Cell(f"{name} {column}", kind, value, ours, _allowed(kind, value))


def _place(column: str, row: Any, entries: list[dict[str, Any]]) -> int:
    if row.op == ":=":
        return 0
    if column == "block" and any("level" in e for e in entries):
        return 2 * (row.group - 1) + row.level
    return int(row.level if column == "level" else row.group)


def about(content: dict[str, Any]) -> Iterator[Cell]:
    """What the reference says of itself: gradients vanished and are those of the value."""
    small = {
        "gradient_after": 1e-9, "gradient_wrong": 1e-7,
        "unrestricted_gradient": 1e-10, "baseline_gradient": 1e-9,
    }  # fmt: skip
    for name, value in content.items():
        good = {"smallest_eigenvalue": value > 0, "moved": True, "gradient_before": True}
        good |= {known: abs(value) < size for known, size in small.items()}
        yield Cell(f"about {name}", "about", True, good[name], 1.0)


def _fit_cells(content: dict[str, Any], fit: Any) -> Iterator[Cell]:
    measures = known_to_06(fit)
    assert set(content) == set(measures), set(content) ^ set(measures)
    for name, value in per_free_parameter(content, fit).items():
        kind = "error" if "pvalue" in name else "fit"
        cell = Cell(f"fm {name}", kind, value, measures[name], _allowed(kind, value))
        yield difference(cell, content["chisq"], fit) if isinstance(fit, OrdinalResult) else cell
    if isinstance(fit, TwoLevelResult):
        best = fit.fit_measures["unrestricted.logl"] - content["unrestricted.logl"]
        yield Cell("fm unrestricted.logl not worse", "word", True, bool(best > -1e-6), 1.0)


def difference(cell: Cell, chisq: float, fit: Any) -> Cell:
    """Ordinal RMSEA and its limits: the chi-square rests on polychorics that R stops at 1e-6."""
    x = _number(cell.reference)
    if not cell.name.startswith("fm rmsea") or cell.name.endswith(("level", "h0")) or not x > 0:
        return cell
    slope = len(fit.group_names) / (2 * x * fit.test.df * fit.n)
    if cell.kind == "error":
        return cell
    return replace(cell, kind="difference", allowed=cell.allowed + 1e-6 * chisq * slope)


def _extra(content: Any, fit: Any) -> Iterator[Cell]:
    for part, value in (content or {}).items():
        if part == "icc":
            ours = fit.icc().set_index("variable")["icc"]
            for name, x in value.items():  # lavaan writes 0 for variables within clusters only
                known = ours.get(name, 0.0)
                yield Cell(f"icc {name}", "fit", x, known, _allowed("fit", x))
        elif part == "poly":
            assert isinstance(fit, OrdinalResult)
            R = fit.correlations().to_numpy()
            for i, row in enumerate(value):
                for j, x in enumerate(row):
                    yield Cell(f"poly[{i},{j}]", "polychoric", x, R[i, j], 1e-6)
        elif part == "th":
            for i, x in enumerate(value):
                ours = fit.moments[0].thresholds[i]
                yield Cell(f"th[{i}]", "estimate", x, ours, _allowed("estimate", x))
        else:
            raise KeyError(part)


__all__ = ["CLASSES", "GIVEN", "GIVEN_CASES", "LIVE", "LIVE_CASES", "cells_of", "fit_case", "load"]
