"""Which pictures each kind of result has; the first is drawn when none is named."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.accepted import Found
from collective_use.cutoffs import CUTOFFS, cutoffs_with
from collective_use.report.chapters import agreement as agreement_chapter
from collective_use.report.chapters import groups as groups_chapter
from collective_use.report.document import Chapter, Picture
from collective_use.report.material import Material
from collective_use.report.phrases import phrases_in
from collective_use.report.pictures import loadings, networks, paths, power, rivals, scales, scree
from collective_use.report.pictures.specifications import curve
from collective_use.report.rows import rows_of
from collective_use.report.speaking import Speaker
from collective_use.results import NotComputed

if TYPE_CHECKING:
    import networkx as nx

    from collective_use.groups.between.group_values import GroupValues
    from collective_use.groups.between.icc import Icc
    from collective_use.groups.between.icc_weighted import WeightedIcc
    from collective_use.groups.evidence.result import Evidence
    from collective_use.groups.results import Groups
    from collective_use.measurement.confirmatory.result import MeasurementFit
    from collective_use.measurement.factors.efa import Efa
    from collective_use.measurement.factors.esem import Esem
    from collective_use.measurement.factors.number import FactorCount
    from collective_use.measurement.items import ItemAnalysis
    from collective_use.measurement.validate import Validation
    from collective_use.sem.result import SemResult
    from collective_use.structure.result import StructureFit
    from collective_use.structure.rivals.compare import ModelComparison
    from collective_use.structure.rivals.specifications import SpecificationCurve

Pictures = Iterator[Picture]
PATHS = "~"


def structure(fit: StructureFit, words: Speaker) -> Pictures:
    """Path diagram, effects, explained variance, power."""
    rows = list(rows_of("estimates.csv", fit.fit.estimates, op=PATHS))
    title = f"{fit.model} ({fit.title})" if fit.title else fit.model
    yield paths.diagram(words, rows, fit.model, title)
    drawn = paths.effects(words, list(rows_of("effects.csv", fit.effects)), fit.model)
    if drawn:
        yield drawn
    shares = list(rows_of("explained.csv", fit.explained()))
    causes = {row.text("rhs") for row in rows}
    last = next((row.text("lhs") for row in rows if row.text("lhs") not in causes), "")
    found = paths.explained(words, shares, fit.model, last)
    if found:
        yield found
    if fit.power is not None:
        yield power.of_study(words, fit.power.groups, fit.power.share, fit.power.reliability)


def sem(fit: SemResult, words: Speaker) -> Pictures:
    """Path diagram where there are paths, loadings where there are factors."""
    estimates = fit.estimates
    rows = list(rows_of("estimates.csv", estimates, op=PATHS))
    if rows:
        yield paths.diagram(words, rows, "SEM", "the model")
    measured = estimates[estimates["op"] == "=~"]
    if len(measured):
        frame = pd.DataFrame(
            {"construct": measured["lhs"], "item": measured["rhs"], "loading": measured["std_all"]}
        )
        yield loadings.confirmed(words, frame)


def groups(found: Groups, words: Speaker) -> Pictures:
    """Groups by constructs, the outcome's values, ICC and agreement of the measures."""
    from collective_use.groups.between.table_one import table_one

    rules = {
        name: {"value": rule.value, "source": rule.source} for name, rule in cutoffs_with().items()
    }
    tables = {"measures.csv": found.measures_frame(), "groups.csv": found.values}
    if found._scores is not None:
        tables["table1.csv"] = table_one(found._scores, found).to_frame()
    material = Material(found.instrument, words.phrases, tables, {"cutoffs": rules})
    for chapter in (groups_chapter.chapter(material), agreement_chapter.chapter(material)):
        yield from _of_chapter(chapter)


def _of_chapter(chapter: Chapter | None) -> Pictures:
    blocks = chapter.blocks if chapter else ()
    yield from (block for block in blocks if isinstance(block, Picture))


def evidence(found: Evidence, words: Speaker) -> Pictures:
    """Agreement by size, for measures that members should share."""
    for index in ("rwg_j", "rwg"):
        if index in found.by_group and found.by_group[index].notna().any():
            yield scales.strip(words, index, found.by_group, CUTOFFS.get(index))
            return


def validation(found: Validation, words: Speaker) -> Pictures:
    """The pictures of the analyses behind it, as far as they were made."""
    named = Speaker(words.phrases, {**dict(found.names), **words.names}, words.items)
    parts: tuple[object, ...] = (
        found.reliability, found.validity, found.between, found.models, found.items,
        *found.number.values(),
    )  # fmt: skip
    for part in parts:
        make = maker(part)
        if make is not None:
            yield from make(part, named)


def items(found: ItemAnalysis, words: Speaker) -> Pictures:
    """The answers to the items of each scale."""
    table = found.table
    for scale in dict.fromkeys(table["scale"].astype(str)):
        own = table[table["scale"].astype(str) == scale]["item"].astype(str).tolist()
        if not found.distribution["item"].astype(str).isin(own).any():
            continue  # answers without categories
        yield scales.answers(words, found.distribution, own, words.name(scale))


def group_values(found: GroupValues, words: Speaker) -> Pictures:
    """The values of groups, a picture a measure."""
    frame = found.values
    for measure in dict.fromkeys(frame["measure"].astype(str)):
        part = frame[frame["measure"].astype(str) == measure]
        picture = scales.values(words, words.name(measure), part, found.confidence)
        yield Picture(measure, picture.title, picture.svg, picture.alt, picture.note)


def _icc(found: Icc | WeightedIcc, words: Speaker) -> Pictures:
    low, high = found.ci if isinstance(found.ci, tuple) else (math.nan, math.nan)
    value = math.nan if isinstance(found.icc1, NotComputed) else float(found.icc1)
    table = getattr(found, "reliability", getattr(found, "table", ()))
    yield scales.icc(words, value, float(low), float(high), len(table), found.confidence)


def _factor_count(found: FactorCount, words: Speaker) -> Pictures:
    yield scree.scree(words, "", found.eigenvalues, found.suggested)


def _efa(found: Efa, words: Speaker) -> Pictures:
    errors = found.errors if isinstance(found.errors, pd.DataFrame) else None
    yield loadings.explored(words, found.loadings, errors)


def _esem(found: Esem, words: Speaker) -> Pictures:
    wide = found.loadings.pivot_table(index="item", columns="factor", values="loading", sort=False)
    errors = found.loadings.pivot_table(index="item", columns="factor", values="se", sort=False)
    yield loadings.explored(words, wide, errors if errors.shape == wide.shape else None)


def _measurement(found: MeasurementFit, words: Speaker) -> Pictures:
    level = found.loadings["level"].iloc[0]
    yield loadings.confirmed(words, found.loadings[found.loadings["level"] == level])
    drawn = rivals.measured(words, found.table)
    if drawn:
        yield drawn


def _comparison(found: ModelComparison, words: Speaker) -> Pictures:
    drawn = rivals.structural(words, found.models)
    if drawn:
        yield drawn


def _curve(found: SpecificationCurve, words: Speaker) -> Pictures:
    drawn = curve(words, found.route, found.specifications)
    if drawn:
        yield drawn


def _graphs(found: Mapping[str, nx.DiGraph], words: Speaker) -> Pictures:
    yield networks.networks(words, found)


Maker = Callable[[Found, Speaker], Pictures]

MAKERS: Mapping[str, Maker] = {
    "StructureFit": structure,
    "SemResult": sem,
    "Groups": groups,
    "Evidence": evidence,
    "Validation": validation,
    "ItemAnalysis": items,
    "GroupValues": group_values,
    "Agreement": lambda r, w: iter((scales.strip(w, r.index, r.table, r.cutoff),)),
    "AgreementLimits": lambda r, w: iter(
        (scales.values(w, r.index, r.table, r.confidence, column=r.index),)
    ),
    "Icc": _icc,
    "WeightedIcc": _icc,
    "Reliability": lambda r, w: iter((scales.reliability(w, r.table, r.cutoff, r.confidence),)),
    "Htmt": lambda r, w: iter((scales.htmt(w, r.table),)),
    "Validity": lambda r, w: iter((scales.htmt(w, r.pairs),)),
    "FactorCount": _factor_count,
    "Efa": _efa,
    "Esem": _esem,
    "MeasurementFit": _measurement,
    "ModelComparison": _comparison,
    "SpecificationCurve": _curve,
    "Plan": lambda r, w: iter((power.of_plan(w, r.effects, r.precision, r.design.power),)),
    "dict": _graphs,
}
"""Kind of result -> its pictures; a dictionary is what `network_graphs` returns."""


def maker(result: object) -> Maker | None:
    """Return what makes the pictures of a result; None for a kind without any."""
    for kind in type(result).__mro__:
        if kind.__name__ in MAKERS:
            return MAKERS[kind.__name__]
    return None


def speaker(
    language: str, names: Mapping[str, str] | None, items: Mapping[str, str] | None
) -> Speaker:
    """Return the words of a language with the names that a caller gave."""
    return Speaker(phrases_in(language), dict(names or {}), dict(items or {}))
