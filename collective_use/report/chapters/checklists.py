"""What reviewers look for, filled from the run, and what the author still owes.

Points in this package's own words after Appelbaum et al. (2018), American Psychologist 73:3
(JARS-Quant), and Prinsen et al. (2018) and Mokkink et al. (2018), Quality of Life Research
27:1147 and 27:1171 (COSMIN).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from collective_use.report.document import Cell, Chapter, Column, Grid
from collective_use.report.effects import main_model
from collective_use.report.material import Material

Held = Callable[[Material], str]
"""From the material to the chapter that answers a point; empty where the author owes it."""


def _always(chapter: str) -> Held:
    return lambda material: chapter


def _with(file: str, chapter: str) -> Held:
    return lambda material: chapter if material.has(file) else ""


def _owed(material: Material) -> str:
    return ""


def _rates(material: Material) -> str:
    rates = [row.value("response_rate") for row in material.rows("groups.csv")]
    return "sample" if any(rate == rate for rate in rates) else ""


def _screened(material: Material) -> str:
    return "quality" if material.setting("settings", "screening") else ""


def _planned(material: Material) -> str:
    return "plan" if material.setting("plan") is not None else ""


def _fitted(material: Material) -> str:
    return "structure" if main_model(material) else ""


def _declared(material: Material) -> str:
    return "cards" if material.setting("settings", "hypotheses") else ""


def _powered(material: Material) -> str:
    model = main_model(material)
    return "structure" if model and material.setting("models", model, "power") else ""


JARS: Mapping[str, Held] = {
    "title": _owed,
    "purpose": _owed,
    "hypotheses": _declared,
    "setting": _owed,
    "sampling": _owed,
    "characteristics": _with("characteristics.csv", "sample"),
    "ethics": _owed,
    "exclusions": _always("decisions"),
    "flow": _always("sample"),
    "response": _rates,
    "size": _owed,
    "power": _powered,
    "collection": _owed,
    "measures": _with("measures.csv", "agreement"),
    "unreported": _owed,
    "wording": _owed,
    "reliability": _with("measures.csv", "reliability"),
    "validity": _with("validation_constructs.csv", "validity"),
    "missing": _with("validation_items.csv", "quality"),
    "diagnostics": _with("validation_items.csv", "items"),
    "careless": _screened,
    "planned": _planned,
    "descriptives": _with("table1.csv", "methods"),
    "specification": _fitted,
    "estimates": _fitted,
    "sizes": _with("sizes.csv", "structure"),
    "many": _with("effects.csv", "structure"),
    "fit": _with("fit.csv", "structure"),
    "rivals": _with("models_compared.csv", "structure"),
    "problems": _always("decisions"),
    "software": _always("session"),
    "support": _declared,
    "limits": _owed,
    "general": _owed,
    "data": _owed,
}
"""Points of JARS-Quant for a study by questionnaire, in the order of a paper: its Table 1 for
every design, and what the module on structural equation models adds."""

COSMIN: Mapping[str, Held] = {
    "development": _owed,
    "content": _owed,
    "structural": _with("validation_loadings.csv", "factors"),
    "consistency": _with("validation_reliability.csv", "reliability"),
    "invariance": _owed,
    "levels": _with("validation_levels.csv", "factors"),
    "agreement": _with("measures.csv", "agreement"),
    "retest": _owed,
    "error": _owed,
    "criterion": _owed,
    "construct": _with("validation_discriminant.csv", "validity"),
    "hypotheses": _owed,
    "responsiveness": _owed,
    "interpretability": _with("validation_items.csv", "items"),
    "feasibility": _owed,
}
"""The ten boxes of COSMIN's risk of bias checklist in their order, box 9 in two; two properties
that constructs of groups add; interpretability and feasibility, which have no box."""


def chapter(material: Material) -> Chapter:
    """Return both lists, each point with the chapter that answers it or as owed."""
    lists = (_list(material, "jars", JARS), _list(material, "cosmin", COSMIN))
    owed = sum(not held(material) for held in (*JARS.values(), *COSMIN.values()))
    finding = material.say("check.finding", n=str(owed), all=str(len(JARS) + len(COSMIN)))
    return Chapter("checklists", material.word("chapter.checklists"), lists, finding)


def _list(material: Material, name: str, points: Mapping[str, Held]) -> Grid:
    heads = tuple(Column(material.word(f"check.col.{key}")) for key in ("point", "where"))
    words = {"jars": _jars, "cosmin": _cosmin}[name]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (words(material, point), _where(material, held(material))) for point, held in points.items()
    )
    titles = {"jars": "check.title.jars", "cosmin": "check.title.cosmin"}
    return Grid(material.word(titles[name]), heads, rows, material.word("check.note"))


def _jars(material: Material, point: str) -> str:
    return material.word(f"check.jars.{point}")


def _cosmin(material: Material, point: str) -> str:
    return material.word(f"check.cosmin.{point}")


def _where(material: Material, found: str) -> str:
    if not found:
        return material.word("check.owed")
    return material.word(f"chapter.{found}")
