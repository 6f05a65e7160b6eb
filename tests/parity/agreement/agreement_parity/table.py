"""Compare every cell and write the table of files, numbers of cells and worst cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from agreement_parity import cells, classes, computed, simulated, twolevel


@dataclass
class Row:
    """One file and class: how many cells, and the worst of them."""

    file: str
    kind: str
    number: int = 0
    worst: float = 0.0
    name: str = ""
    unit: str = ""
    failures: list[str] = field(default_factory=list)


MAKERS = {
    "lq2002.json": computed.lq2002,
    "bh1996.json": computed.bh1996,
    "reml_exact.json": computed.reml_exact,
    "null_variances.json": computed.null_variances,
    "published.json": simulated.printed,
    "multilevel_reliability.json": twolevel.moments,
    "multilevel_reliability_exact.json": twolevel.exact,
}


EXACT_COMPONENTS = "variance_components_exact.json"
EXACT_OMEGA = "omega_exact.json"
OWN_DISTANCE = (
    classes.PSYCH,
    classes.LME4,
    classes.NLME,
    classes.NLME_PRINTED,
    classes.LAVAAN,
    classes.STUCK,
)


@cache
def ours(file: str) -> dict[str, Any]:
    """Return what this package computes, by cell name."""
    if file in (EXACT_COMPONENTS, EXACT_OMEGA):
        names = ("lq2002", "bh1996", "published")
        return {
            f"{one}/{key}": value for one in names for key, value in ours(f"{one}.json").items()
        }
    return dict(cells.cells(MAKERS[file]())) if file in MAKERS else {}


def gap(file: str, name: str, kind: classes.Kind, value: Any) -> tuple[float, str]:
    """Return the distance of a cell as a share of what its class allows, and its text.

    Above 1 is a failure.
    """
    if kind is classes.SIMULATED_PRINTED:
        errors = simulated.printed_errors(name, value)
        return errors / 3.0, f"{errors:.1f} Monte Carlo errors"
    if kind in (classes.SIMULATED, classes.DIGITS):
        block, _, cell = name.rpartition("/")
        if kind is classes.DIGITS:
            short = simulated.nist_gap(block, cell, value)
            return (math.inf if short > 0 else 0.0), f"{short:.1f} digits short"
        if file == "sim.json":
            errors = simulated.sim_errors(block, cell, value)
        else:
            errors = simulated.rgr_errors(file.removesuffix(".json"), block, cell, value)
        return errors / 3.0, f"{errors:.1f} Monte Carlo errors"
    if file == "sim.json":
        return _printed_beside(name, value)
    if kind is classes.POLISH:
        return _polish_gap(name, kind, value)
    found = ours(file).get(name, "nothing computed")
    if kind is classes.SAME and isinstance(value, (int, float)):
        return (0.0 if found == value else math.inf), f"{found} for {value}"
    if kind is classes.SAME or isinstance(value, str) or value is None:
        same = str(found) == str(value) or (value in (None, "NA") and found is None)
        return (0.0 if same else math.inf), "the same" if same else f"{found!r} for {value!r}"
    if not isinstance(found, (int, float)):
        return math.inf, str(found)
    if kind is classes.PRINTED:
        good = simulated.same_as_printed(found, value)
        return (0.0 if good else math.inf), f"{found:.6g} for {value:g}"
    if kind is classes.LME4_LIKELIHOOD:
        behind = (value - found) / abs(value)
        return behind / kind.tolerance, f"behind by {behind:.1e}"
    if kind in OWN_DISTANCE:
        return _own_distance(file, name, kind, found, value)
    scale = abs(value) if kind.relative else max(1.0, abs(value))
    distance = abs(found - value) / scale if scale > 0 else abs(found - value)
    return distance / kind.tolerance, f"{distance:.1e}"


def _own_distance(
    file: str, name: str, kind: classes.Kind, found: float, value: float
) -> tuple[float, str]:
    """Compare with the reference's own distance from the optimum that R gives elsewhere."""
    if kind in (classes.LAVAAN, classes.STUCK) and twolevel.ahead(name.partition("/")[0]) < 0:
        return math.inf, "our likelihood is lower"
    own = abs(value - _optimum(file, name, kind))
    share = abs(found - value) / (own + kind.tolerance * max(1.0, abs(value)))
    return share, f"{abs(found - value):.1e}, own {own:.1e}"


@cache
def _exact(file: str) -> dict[str, Any]:
    return dict(cells.cells(cells.reference(file)))


def _optimum(file: str, name: str, kind: classes.Kind) -> float:
    """Return the optimum behind a cell that an optimiser left at some distance."""
    if file == "multilevel_reliability.json":
        return float(_exact("multilevel_reliability_exact.json")[name])
    beside = EXACT_OMEGA if kind is classes.PSYCH else EXACT_COMPONENTS
    return float(_exact(beside)[f"{file.removesuffix('.json')}/{name}"])


def _polish_gap(name: str, kind: classes.Kind, value: Any) -> tuple[float, str]:
    """Tell whether the reference stands at its optimum: gradient, curvature, what it gained."""
    scale, *_, what = name.partition("[")[0].split("/")
    if what == "maximum":
        return (0.0 if value is (scale not in twolevel.WITHOUT_MAXIMUM) else math.inf), str(value)
    if what in ("gradient", "gradient_after"):
        return value / kind.tolerance, f"{value:.1e}"
    if what == "slope_across":
        return (0.0 if value < 0 else math.inf), f"{value:.3g}"
    # Distances from where lavaan had stopped, and the least eigenvalue of the largest group.
    return (0.0 if value >= 0 else math.inf), f"{value:.1e}"


def _printed_beside(name: str, value: float) -> tuple[float, str]:
    beside = {
        "rwg_sim_g10_A5_n20000_seed42": "Dunlap2003_Table2",
        "adm_sim_g5_A7_n20000_seed42": "Dunlap2003_Table3",
    }
    mark = beside[name.partition("/")[0]]
    found = next(v for key, v in ours("published.json").items() if mark in key)
    good = simulated.same_as_printed(found, value)
    return (0.0 if good else math.inf), f"{found:.4g} for {value:g}"


def rows(file: str) -> list[Row]:
    """Compare every cell of a file; return one row a class."""
    found: dict[str, Row] = {}
    for name, value in cells.cells(cells.reference(file)):
        kind = classes.class_of(file, name)
        title = kind.name if kind else "NO CLASS"
        row = found.setdefault(title, Row(file, title, unit=""))
        row.number += 1
        if kind is None:
            row.failures.append(f"{name}: no class")
            continue
        share, text = gap(file, name, kind, value)
        if share > 1 or math.isnan(share):
            row.failures.append(f"{name}: {text}")
        if share >= row.worst or not row.name:
            row.worst, row.name, row.unit = share, name, text
    return list(found.values())


def markdown() -> str:
    """Return the table of all files."""
    lines = [
        "| file | class | cells | worst cell | its distance |",
        "|---|---|---:|---|---|",
    ]
    for file in cells.FILES:
        for row in rows(file):
            name = f"`{row.name}`" if row.name else ""
            lines.append(f"| {file} | {row.kind} | {row.number} | {name} | {row.unit} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
