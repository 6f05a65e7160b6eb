"""A fitted structural model as a reader wants it: fit in a line, paths, effects, what to mind."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from collective_use.record import counted
from collective_use.results import Table, cell_text, table_of, table_text

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.record import Record
    from collective_use.sem.engines.agreement import EngineAgreement
    from collective_use.sem.result import SemResult

WIDTH = 92

ROUNDED = "Rounded for showing; exact figures: --full (full: true)."


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


@dataclass(frozen=True)
class Figures:
    """The numbers of a report: exact ones, or those that others may see.

    Attributes
    ----------
    estimates, effects
        As `SemResult.estimates` and `StructureFit.effects`.
    measures
        Fit measures by name; empty when there is no test.
    explained
        One row an outcome: `variable`, `r_square`.
    converged
        Whether the estimation did.
    digits
        Decimals of tables and indices of fit.
    """

    estimates: pd.DataFrame
    effects: pd.DataFrame
    measures: Mapping[str, float]
    explained: pd.DataFrame
    converged: bool = True
    digits: int = 3


def exact_figures(structure: Account) -> Figures:
    """Return the numbers of a fitted model as they are."""
    fit = structure.fit
    measures = structure.measures if fit.converged else {}
    return Figures(fit.estimates, structure.effects, measures, fit.r_square(), fit.converged)


def probability(p: float, digits: int = 3) -> str:
    """Write a p-value as papers do; with two digits, three only under .01.

    Examples
    --------
    >>> probability(0.0312), probability(0.00001), probability(0.03, 2), probability(0.004, 2)
    ('p = .031', 'p < .001', 'p = .03', 'p = .004')
    """
    digits = 3 if p < 0.01 else digits
    return "p < .001" if p < 0.001 else f"p = {p:.{digits}f}".replace("0.", ".", 1)


def fit_line(figures: Figures) -> str:
    """Write the fit of a model in one line; a saturated model has none to speak of.

    Parameters
    ----------
    figures
        Its numbers; without fit measures there is no test.
    """
    measures, digits = figures.measures, figures.digits
    if not figures.converged:
        return "no fit: the estimation did not converge"
    if not measures:
        return "this way has no test of the structure as a whole"
    df = int(measures["df"])
    if df == 0:
        return "saturated (df = 0): the model fits any data, fit indices say nothing"
    scaled = "chisq.scaled" in measures and not math.isnan(measures["chisq.scaled"])
    name = "chisq.scaled" if scaled else "chisq"
    p = measures["pvalue.scaled" if scaled else "pvalue"]

    def index(name: str) -> str:
        return f"{measures[name]:.{digits}f}"

    return (
        f"{'scaled ' if scaled else ''}chi-square({df}) = {measures[name]:.{digits - 1}f}, "
        f"{probability(p, digits)}; CFI {index('cfi')}, TLI {index('tli')}, RMSEA {index('rmsea')} "
        f"[{index('rmsea.ci.lower')}, {index('rmsea.ci.upper')}], SRMR {index('srmr')}"
    )


def paths_frame(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the paths, those to the last outcomes first."""
    rows = estimates[estimates["op"] == "~"]
    last = ~rows["lhs"].isin(set(rows["rhs"]))
    names = {"lhs": "outcome", "rhs": "predictor", "ci_lower": "lower", "ci_upper": "upper"}
    kept = ["lhs", "rhs", "est", "se", "p", "ci_lower", "ci_upper", "std_all"]
    ordered = rows.assign(_last=last).sort_values("_last", ascending=False, kind="stable")
    return ordered[kept].rename(columns={**names, "std_all": "std"})


def report_tables(structure: Account, figures: Figures | None = None) -> tuple[Table, ...]:
    """Return paths and effects; all that a reader has to mind stands below the last of them."""
    *before, last = _numbers(structure, figures or exact_figures(structure))
    mind = tuple(_fold(f"- {text}", indent="  ") for text in minded(structure, figures is None))
    return (*before, replace(last, notes=(*last.notes, "", *mind)))


def _numbers(structure: Account, figures: Figures) -> list[Table]:
    head = f"Model {structure.model}"
    if structure.title:
        head += f" ({structure.title})"
    fitted, digits = fit_line(figures), figures.digits
    title = f"{head}: {len(structure.groups)} groups, way: {structure.way}\nFit: {fitted}\n\nPaths"
    note = "lower, upper: 95% limits; std: standardized."
    rounded = () if digits > 2 else (ROUNDED,)
    notes = (_fold(explained(figures.explained)), note, *rounded)
    paths = _with_p(paths_frame(figures.estimates), digits)
    tables = [table_of(title, paths, notes=notes, digits=digits)]
    if len(figures.effects):
        tables.append(_effects(structure, figures))
    return tables


def _with_p(frame: pd.DataFrame, digits: int) -> pd.DataFrame:
    """Return a table whose p-values are written as papers do, where few digits are shown."""
    if digits > 2:
        return frame
    written = {
        name: [
            "–" if p != p else probability(float(p), digits)[2:].removeprefix("= ")
            for p in frame[name]
        ]
        for name in ("p", "q")
        if name in frame
    }
    return frame.assign(**written)


def _effects(structure: Account, figures: Figures) -> Table:
    kept = ["effect", "kind", "route", "est", "lower", "upper", "p", "q", "std_all"]
    shown = figures.effects[kept]
    named = [route or name for route, name in zip(shown["route"], shown["effect"], strict=True)]
    shown = _with_p(shown.assign(effect=named).drop(columns="route"), figures.digits)
    return table_of(
        "Effects along the paths",
        shown.rename(columns={"std_all": "std"}),
        notes=(
            f"Limits and p: {structure.limits or 'not computed'}. "
            "q: p adjusted within effects of one kind (false discovery rate).",
        ),
        digits=figures.digits,
    )


def minded(structure: Account, exact: bool = True) -> tuple[str, ...]:
    """Return what a reader has to mind: engines first, then warnings, then groups left out."""
    left = tuple(
        f"Left out: {counted(entry.count or 0, entry.of)}. {entry.text}"
        for entry in structure.record.entries
    )
    agreement = structure.agreement
    engine = "" if agreement is None else str(agreement) if exact else agreement.in_words()
    power = tuple(text for text in structure.warnings if text.startswith("Power first"))
    rest = tuple(text for text in structure.warnings if text not in power)
    way = f"Way: {structure.way} ({structure.reason})." if structure.reason else ""
    parts = (*power, way, engine, *rest, *left)
    return tuple(text for text in parts if text)


def explained(shares: pd.DataFrame) -> str:
    """Write the explained share of variance of every outcome in one line."""
    pairs = zip(shares["variable"], shares["r_square"], strict=True)
    text = ", ".join(f"{name} {cell_text(value, 2)}" for name, value in pairs)
    return f"Explained variance (R-square): {text}."


def report_text(structure: Account, figures: Figures | None = None) -> str:
    """Return the whole account of a model as plain text.

    Parameters
    ----------
    structure
        A fitted model.
    figures
        Its numbers as others may see them; exact ones by default.
    """
    theory, inferred = structure.attribution
    numbers = _numbers(structure, figures or exact_figures(structure))
    parts = [table_text(table) for table in numbers]
    parts.append("What to mind\n" + _listed(minded(structure, figures is None)))
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
