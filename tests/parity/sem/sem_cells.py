"""Every cell of a reference file beside ours, each in its class of exactness."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from collective_use.sem.result import SemResult

REFERENCE = Path(__file__).parents[1] / "reference" / "sem"

CLASSES: dict[str, str] = {
    "estimate": "polished optimum: 1e-6 x max(1, |reference|)",
    "error": "polished optimum: 1e-5 relative (standard errors, z, p, modification indices)",
    "fit": "polished optimum: 1e-6 relative (chi-square and fit)",
    "given": "the number as given: no further from it than it is from R's exact value, plus 1e-6",
    "word": "equal as written",
    "about": "how the reference was polished: its own gradient vanished",
}


@dataclass(frozen=True)
class Cell:
    """One number of a reference file, ours, and how far they may be apart."""

    name: str
    kind: str
    reference: Any
    ours: Any
    allowed: float

    @property
    def gap(self) -> float:
        """Distance as a share of what is allowed; above 1 fails."""
        if self.kind in ("word", "about"):
            return 0.0 if self.ours == self.reference else math.inf
        a, b = _number(self.reference), _number(self.ours)
        if math.isnan(a) or math.isnan(b):
            return 0.0 if math.isnan(a) and math.isnan(b) else math.inf
        return abs(a - b) / self.allowed


def _number(value: Any) -> float:
    return math.nan if value is None or value == "NA" else float(value)


def _allowed(kind: str, value: Any) -> float:
    x = abs(_number(value))
    if kind == "estimate":
        return 1e-6 * max(1.0, x)
    if kind == "error":
        return 1e-5 * x + 1e-12
    return 1e-6 * x + 1e-10


def load(path: Path) -> dict[str, Any]:
    """Read a reference file.

    Standardized residuals of groups with equal parameters are lavaan 0.7's (residuals07.R): 0.6-14
    leaves out what groups share in errors.
    """
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    together = REFERENCE.parent / "sem07" / "residuals07.json"
    newer = json.loads(together.read_text(encoding="utf-8")).get(path.stem)
    if newer and path.parent.name == "live":
        for own, group in zip(
            found["extra"]["res"]["standardized"], newer["standardized"], strict=True
        ):
            own["cov"], own["mean"] = group["cov"], own["mean"] and group["mean"]
    return found


def exact_measures(name: str) -> dict[str, Any]:
    """Return what R gives for a shared file when it finishes its computations.

    Limits of RMSEA come from ``limits.json`` (limits.R); all measures of incomplete data from the
    live file of the same name, whose saturated moments were iterated to 1e-13.
    """
    limits = load(REFERENCE / "limits.json").get(name, {})
    if not name.startswith("fiml"):
        return dict(limits)
    live = load(REFERENCE / "live" / f"{name}.json")
    given = load(REFERENCE / f"{name}.json")["fm"]
    own = {k: x for k, x in live["fm"].items() if not same(x, given[k])}
    return {**own, **live["limits"]}


def same(x: Any, y: Any) -> bool:
    """Tell whether two numbers of R agree to 1e-9, far below every class."""
    a, b = _number(x), _number(y)
    return (math.isnan(a) and math.isnan(b)) or abs(a - b) <= 1e-9 * max(abs(a), 1e-3)


def cells_of(
    reference: dict[str, Any], fit: SemResult, exact: dict[str, Any] | None = None
) -> Iterator[Cell]:
    """Yield a cell for every entry of a reference file.

    `exact` holds by name the fit measures that R gives when it finishes what the file's lavaan
    left early (roots of RMSEA's limits, saturated moments of incomplete data); a live file holds
    its own. Each such measure is two cells: ours equals the exact value in the class "fit", and
    is no further from the number as given than R's exact value is.

    Raises
    ------
    KeyError
        When the file holds something that has no counterpart: an unlisted cell.
    """
    readers = {
        "pe": _estimates,
        "std": _standardised,
        "std_lv": lambda content, fit: _standardised(content, fit, "lv"),
        "std_nox": lambda content, fit: _standardised(content, fit, "nox"),
        "extra": _extra,
    }
    finished = dict(reference.get("limits", {}))
    extra = reference.get("extra") or {}
    finished |= {**extra.get("mended", {}), **(exact or {})}
    for part, content in reference.items():
        if part == "polish":
            yield from _polish(content)
        elif part == "fm":
            yield from _measures(content, fit, finished, extra.get("mended", {}))
        elif part != "limits":
            yield from readers[part](content, fit)


def _polish(content: dict[str, Any]) -> Iterator[Cell]:
    for name, value in content.items():
        good = {"gradient_before": True, "gradient_after": value < 1e-9, "moved": True}[name]
        yield Cell(f"polish.{name}", "about", True, good, 1.0)


def _indexed(frame: pd.DataFrame) -> dict[tuple[str, str, str, int], Any]:
    return {(r.lhs, r.op, r.rhs, r.group): r for r in frame.itertuples()}


def _find(rows: dict[Any, Any], entry: dict[str, Any]) -> Any:
    group = int(entry.get("group", 1))
    key = (entry["lhs"], entry["op"], entry["rhs"], 0 if entry["op"] == ":=" else group)
    back = (entry["rhs"], entry["op"], entry["lhs"], key[3])
    return rows[key] if key in rows else rows[back]


def _row_cells(
    part: str, entries: list[dict[str, Any]], frame: pd.DataFrame, value: str
) -> Iterator[Cell]:
    rows = _indexed(frame)
    columns = {"se": "se", "z": "z", "pvalue": "p", value: "est"}
    for entry in entries:
        row = _find(rows, entry)
        name = f"{part} {entry['lhs']}{entry['op']}{entry['rhs']} {entry.get('group', '')}".strip()
        for column, reference in entry.items():
            if column in ("lhs", "op", "rhs"):
                yield Cell(f"{name} {column}", "word", reference, reference, 1.0)
            elif column in ("group", "block"):
                ours = row.group if row.op != ":=" else 0
                yield Cell(f"{name} {column}", "word", int(reference), ours, 1.0)
            elif column == "label":
                # lavaan invents labels such as .p2. for parameters that equal= holds equal.
                written = "" if str(reference).startswith(".p") else reference
                yield Cell(f"{name} {column}", "word", written, row.label, 1.0)
            else:
                kind = "estimate" if column == value else "error"
                ours = getattr(row, columns[column])
                yield Cell(f"{name} {column}", kind, reference, ours, _allowed(kind, reference))


def _estimates(entries: list[dict[str, Any]], fit: SemResult) -> Iterator[Cell]:
    yield from _row_cells("pe", entries, fit.estimates, "est")
    extra = len(fit.estimates) - len(entries)
    yield Cell("pe rows", "word", 0, extra, 1.0)


def _standardised(
    entries: list[dict[str, Any]], fit: SemResult, kind: str = "all"
) -> Iterator[Cell]:
    yield from _row_cells(f"std.{kind}", entries, fit.standardized(kind), "est.std")


def _measures(
    content: dict[str, Any], fit: SemResult, finished: dict[str, Any], slips: Collection[str]
) -> Iterator[Cell]:
    measures = known_to_06(fit)
    assert set(content) == set(measures), set(content) ^ set(measures)
    assert set(finished) <= set(content), set(finished) - set(content)
    content, finished = (per_free_parameter(part, fit) for part in (content, finished))
    for name, reference in content.items():
        if name in finished:
            most = math.inf if name in slips else 1e-4
            yield from both(name, reference, finished[name], measures[name], most)
        else:
            yield _measure(name, reference, measures[name])


def known_to_06(fit: SemResult) -> dict[str, float]:
    """Return all measures but GFI by names of lavaan 0.7, which are compared in parity/sem07."""
    later = ("gfi_", "gfi.ci.level", "agfi_")
    return {k: v for k, v in fit.fit_measures.items() if not k.startswith(later)}


def per_free_parameter(measures: dict[str, Any], fit: SemResult) -> dict[str, Any]:
    """Divide by free parameters, where lavaan divides the scaling of H0 by rows of its table.

    They differ with equal parameters, and a difference test by hand needs the first.
    """
    key = "scaling.factor.h0"
    if not isinstance(measures.get(key), float | int):
        return measures
    rows = sum(1 for row in fit.table.rows if row.free)
    return measures | {key: measures[key] * rows / fit.fit_measures["npar"]}


def both(name: str, given: Any, exact: Any, ours: float, most: float = 1e-4) -> Iterator[Cell]:
    """Compare with R's exact value in its class, and with the number as given.

    A cell of the class "given" may be as far from the given number as R's exact value is (at most
    `most`, relative for values beyond 1), plus the class tolerance.
    """
    kind = "error" if "pvalue" in name else "fit"
    yield Cell(f"fm {name}", kind, exact, ours, _allowed(kind, exact))
    own = min(abs(_number(given) - _number(exact)), most * max(1.0, abs(_number(exact))))
    yield Cell(f"fm {name} as given", "given", given, ours, _allowed(kind, given) + own)


def _measure(name: str, reference: Any, ours: float) -> Cell:
    kind = "error" if "pvalue" in name else "fit"
    return Cell(f"fm {name}", kind, reference, ours, _allowed(kind, reference))


def _extra(content: Any, fit: SemResult) -> Iterator[Cell]:
    if not content:
        return
    names = content.get("vnames", [])
    order = {name: i for i, name in enumerate(fit.table.free_names())}
    for part, value in content.items():
        if part == "mi":
            yield from _modification(value, fit)
        elif part in ("fsr", "fsb"):
            method = "regression" if part == "fsr" else "bartlett"
            scores = fit.factor_scores(method).scores.to_numpy()
            for i, row in enumerate(value):
                for j, x in enumerate(row):
                    ours = scores[i, j]
                    yield Cell(f"{part}[{i},{j}]", "estimate", x, ours, _allowed("estimate", x))
        elif part == "vcov":
            for i, row in enumerate(value):
                for j, x in enumerate(row):
                    ours = fit.vcov[order[names[i]], order[names[j]]]
                    scale = math.sqrt(value[i][i] * value[j][j])
                    yield Cell(f"vcov[{names[i]},{names[j]}]", "error", x, ours, 1e-5 * scale)
        elif part in ("fs_regression", "fs_bartlett"):
            yield from _scores(part, value, fit)
        elif part == "rsq":
            yield from _explained(value, fit)
        elif part == "res":
            yield from _residuals(value, fit)
        elif part in ("diff", "score", "score_total", "mended"):
            continue  # in test_comparison.py, which needs more than one fit; in _measures
        elif part == "vnames":
            for name in value:
                yield Cell(f"vnames {name}", "word", True, name in order, 1.0)
        else:
            raise KeyError(part)


def _scores(part: str, groups: list[Any], fit: SemResult) -> Iterator[Cell]:
    scores = fit.factor_scores(part.removeprefix("fs_")).scores
    for g, rows in enumerate(groups):
        own = scores
        if "group" in scores:
            own = scores[scores["group"] == fit.group_names[g]].drop(columns="group")
        values = own.to_numpy()
        for i, row in enumerate(rows):
            for j, x in enumerate(row):
                name = f"{part} {g + 1} [{i},{j}]"
                yield Cell(name, "estimate", x, values[i, j], _allowed("estimate", x))


def _explained(groups: list[dict[str, Any]], fit: SemResult) -> Iterator[Cell]:
    frame = fit.r_square().set_index(["group", "variable"])["r_square"]
    for g, entry in enumerate(groups, start=1):
        for name, x in entry.items():
            ours = frame.get((g, name), np.nan)
            yield Cell(f"rsq {g} {name}", "estimate", x, ours, _allowed("estimate", x))


def _residuals(content: dict[str, Any], fit: SemResult) -> Iterator[Cell]:
    ours = fit.residuals()
    for kind, groups in content.items():
        for g, entry in enumerate(groups, start=1):
            matrix = ours.matrix(kind, g).to_numpy()
            for i, row in enumerate(entry["cov"]):
                for j, x in enumerate(row):
                    # Fitted exactly: lavaan divides one rounding error by another.
                    known = None if abs(_number(x)) > 1e6 else x
                    name = f"res {kind} {g} [{i},{j}]"
                    yield Cell(name, "estimate", known, matrix[i, j], _allowed("estimate", known))
            means = ours.means[ours.means["group"] == g] if len(ours.means) else ours.means
            for i, x in enumerate(entry.get("mean") or []):
                mine = means[kind].iloc[i]
                yield Cell(
                    f"res {kind} mean {g} [{i}]", "estimate", x, mine, _allowed("estimate", x)
                )


def _modification(entries: list[dict[str, Any]], fit: SemResult) -> Iterator[Cell]:
    frame = fit.modification_indices()
    rows = _indexed(frame)
    fixed = set(fit.table.blocks[0].exogenous)
    # Fixed covariates are given: what would explain them is no parameter of the model.
    own = [e for e in entries if e["lhs"] not in fixed]
    yield Cell("mi rows", "word", len(own), len(frame), 1.0)
    for entry in own:
        row = _find(rows, entry)
        name = f"mi {entry['lhs']}{entry['op']}{entry['rhs']}"
        for column, reference in entry.items():
            if column in ("lhs", "op", "rhs"):
                yield Cell(f"{name} {column}", "word", reference, reference, 1.0)
            elif column in ("block", "group", "level"):
                ours = row.level if column == "level" else row.group
                yield Cell(f"{name} {column}", "word", int(reference), ours, 1.0)
            else:
                ours = getattr(row, column.replace(".", "_"))
                yield Cell(
                    f"{name} {column}", "error", reference, ours, _allowed("error", reference)
                )
