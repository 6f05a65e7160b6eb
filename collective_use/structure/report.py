"""A fitted structural model as a reader wants it: fit in a line, paths, effects, what to mind."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from collective_use.record import counted
from collective_use.results import Table, cell_text, table_of, table_text

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.record import Record
    from collective_use.sem.engines.agreement import EngineAgreement
    from collective_use.sem.result import SemResult

WIDTH = 92


class Account(Protocol):
    """What is told of a structural model: what a `StructureFit` holds."""

    @property
    def model(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def note(self) -> str: ...

    @property
    def attribution(self) -> tuple[str, str]: ...

    @property
    def fit(self) -> SemResult: ...

    @property
    def effects(self) -> pd.DataFrame: ...

    @property
    def measures(self) -> Mapping[str, float]: ...

    @property
    def way(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def limits(self) -> str: ...

    @property
    def agreement(self) -> EngineAgreement | None: ...

    @property
    def syntax(self) -> str: ...

    @property
    def groups(self) -> tuple[str, ...]: ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    @property
    def record(self) -> Record: ...


def probability(p: float) -> str:
    """Write a p-value as papers do.

    Examples
    --------
    >>> probability(0.0312), probability(0.00001)
    ('p = .031', 'p < .001')
    """
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".", 1)


def fit_line(fit: SemResult, measures: Mapping[str, float] | None = None) -> str:
    """Write the fit of a model in one line; a saturated model has none to speak of.

    Parameters
    ----------
    fit
        The fit.
    measures
        Its fit measures, where a way has its own; empty: there is no test.
    """
    if not fit.converged:
        return "no fit: the estimation did not converge"
    measures = fit.fit_measures if measures is None else measures
    if not measures:
        return "this way has no test of the structure as a whole"
    df = int(measures["df"])
    if df == 0:
        return "saturated (df = 0): the model fits any data, fit indices say nothing"
    scaled = "chisq.scaled" in measures and not math.isnan(measures["chisq.scaled"])
    name = "chisq.scaled" if scaled else "chisq"
    p = measures["pvalue.scaled" if scaled else "pvalue"]
    return (
        f"{'scaled ' if scaled else ''}chi-square({df}) = {measures[name]:.2f}, {probability(p)}; "
        f"CFI {measures['cfi']:.3f}, TLI {measures['tli']:.3f}, RMSEA {measures['rmsea']:.3f} "
        f"[{measures['rmsea.ci.lower']:.3f}, {measures['rmsea.ci.upper']:.3f}], "
        f"SRMR {measures['srmr']:.3f}"
    )


def paths_frame(fit: SemResult) -> pd.DataFrame:
    """Return the paths, those to the last outcomes first."""
    rows = fit.estimates
    rows = rows[rows["op"] == "~"]
    last = ~rows["lhs"].isin(set(rows["rhs"]))
    names = {"lhs": "outcome", "rhs": "predictor", "ci_lower": "lower", "ci_upper": "upper"}
    kept = ["lhs", "rhs", "est", "se", "p", "ci_lower", "ci_upper", "std_all"]
    ordered = rows.assign(_last=last).sort_values("_last", ascending=False, kind="stable")
    return ordered[kept].rename(columns={**names, "std_all": "std"})


def report_tables(structure: Account) -> tuple[Table, ...]:
    """Return paths and effects; all that a reader has to mind stands below the last of them."""
    *before, last = _numbers(structure)
    mind = tuple(_fold(f"- {text}", indent="  ") for text in minded(structure))
    return (*before, replace(last, notes=(*last.notes, "", *mind)))


def _numbers(structure: Account) -> list[Table]:
    head = f"Model {structure.model}"
    if structure.title:
        head += f" ({structure.title})"
    fitted = fit_line(structure.fit, structure.measures)
    title = f"{head}: {len(structure.groups)} groups, way: {structure.way}\nFit: {fitted}\n\nPaths"
    note = "lower, upper: 95% limits; std: standardized."
    notes = (_fold(explained(structure.fit)), note)
    tables = [table_of(title, paths_frame(structure.fit), notes=notes)]
    if len(structure.effects):
        tables.append(_effects(structure))
    return tables


def _effects(structure: Account) -> Table:
    kept = ["effect", "kind", "route", "est", "lower", "upper", "p", "q", "std_all"]
    shown = structure.effects[kept]
    named = [route or name for route, name in zip(shown["route"], shown["effect"], strict=True)]
    shown = shown.assign(effect=named).drop(columns="route")
    return table_of(
        "Effects along the paths",
        shown.rename(columns={"std_all": "std"}),
        notes=(
            f"Limits and p: {structure.limits or 'not computed'}. "
            "q: p adjusted within effects of one kind (false discovery rate).",
        ),
    )


def minded(structure: Account) -> tuple[str, ...]:
    """Return what a reader has to mind: engines first, then warnings, then groups left out."""
    left = tuple(
        f"Left out: {counted(entry.count or 0, entry.of)}. {entry.text}"
        for entry in structure.record.entries
    )
    engine = str(structure.agreement) if structure.agreement else ""
    power = tuple(text for text in structure.warnings if text.startswith("Power first"))
    rest = tuple(text for text in structure.warnings if text not in power)
    way = f"Way: {structure.way} ({structure.reason})." if structure.reason else ""
    parts = (*power, way, engine, *rest, *left)
    return tuple(text for text in parts if text)


def explained(fit: SemResult) -> str:
    """Write the explained share of variance of every outcome in one line."""
    frame = fit.r_square()
    shares = ", ".join(
        f"{name} {cell_text(value, 2)}"
        for name, value in zip(frame["variable"], frame["r_square"], strict=True)
    )
    return f"Explained variance (R-square): {shares}."


def report_text(structure: Account) -> str:
    """Return the whole account of a model as plain text.

    Parameters
    ----------
    structure
        A fitted model.
    """
    theory, inferred = structure.attribution
    parts = [table_text(table) for table in _numbers(structure)]
    parts.append("What to mind\n" + _listed(minded(structure)))
    if theory or inferred:
        words = [f"Theory: {theory}" if theory else "", f"Inferred: {inferred}" if inferred else ""]
        parts.append("What the theory says, and what is inferred\n" + _listed(filter(None, words)))
    if structure.note:
        parts.append("Note\n" + _fold(structure.note))
    parts.append("Model as fitted\n" + textwrap.indent(structure.syntax.strip(), "  "))
    if structure.agreement is not None:
        written = textwrap.indent(structure.agreement.description, "  ")
        parts.append("The same model as written for semopy\n" + written)
    return "\n\n".join(parts) + "\n"


def _listed(texts: Iterable[str]) -> str:
    return "\n".join(_fold(f"- {text}", indent="  ") for text in texts)


def _fold(text: str, indent: str = "") -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, subsequent_indent=indent)
