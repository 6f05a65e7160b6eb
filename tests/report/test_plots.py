"""Figures of matplotlib: the same pictures as the page, for every kind of result that has one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import fromstring

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.report.compose import compose
from collective_use.report.document import Picture
from collective_use.report.material import Material
from collective_use.report.phrases import languages
from collective_use.report.plots.draw import figure_of
from collective_use.report.plots.kinds import MAKERS, maker, speaker
from collective_use.study.report import material_of

LEAD = [f"LEAD0{i}" for i in range(1, 7)]
TSIG = ["TSIG01", "TSIG02", "TSIG03"]
SETS = {"tsig": TSIG, "lead": LEAD}


@pytest.fixture(scope="module")
def lq() -> pd.DataFrame:
    return pd.read_csv(cu.sample_path("lq2002.csv"))


def texts_of(svg: str) -> list[str]:
    """Return what is written in a picture, hover texts left out."""
    root = fromstring(svg)
    return sorted(e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text"))


def marks_of(svg: str) -> int:
    return len(re.findall(r"<circle ", svg))


def assert_same(picture: Picture) -> None:
    """A figure holds every text, dot, line and bar of the picture, and nothing else."""
    figure = figure_of(picture, title=False)
    axes = figure.axes[0]
    assert sorted(text.get_text().replace(r"\$", "$") for text in axes.texts) == texts_of(
        picture.svg
    )
    patches = [type(patch).__name__ for patch in axes.patches]
    assert patches.count("Circle") == marks_of(picture.svg)
    assert len(axes.lines) == len(re.findall(r"<line ", picture.svg))
    bars = patches.count("Rectangle") + patches.count("FancyBboxPatch")
    assert bars == len(re.findall(r"<rect ", picture.svg))
    drawn = re.findall(r"<path [^>]*stroke=", picture.svg)
    assert patches.count("PathPatch") == len(drawn)


@pytest.mark.parametrize("language", languages())
def test_every_picture_of_a_page_is_drawn_alike(folder: Path, language: str) -> None:
    pictures = compose(material_of(folder, language), "T").pictures
    assert len(pictures) >= 5
    for picture in pictures:
        assert_same(picture)


def test_the_pictures_of_a_model_are_drawn_alike(material: Material) -> None:
    pictures = compose(material, "T").pictures
    assert {"paths-M1", "effects-M1"} <= {picture.name for picture in pictures}
    for picture in pictures:
        assert_same(picture)


def small_results(lq: pd.DataFrame) -> dict[str, object]:
    """Return one result of each kind that a few seconds give."""
    few = lq[lq["COMPID"] < 25]
    rng = np.random.default_rng(1)
    ties = nx.gnp_random_graph(6, 0.4, seed=2, directed=True)
    nx.set_node_attributes(ties, True, "answered")
    factors = np.repeat(rng.normal(size=(200, 2)), 4, axis=1) + rng.normal(size=(200, 8))
    sets = {"a": [f"item{i}" for i in (1, 2, 3, 4)], "b": [f"item{i}" for i in (5, 6, 7, 8)]}
    return {
        "Icc": cu.icc(few["LEAD01"], few["COMPID"]),
        "WeightedIcc": cu.icc_weighted([1, 2, 4, 5, 2, 3], list("aabbcc"), [1, 2, 1, 1, 1, 1]),
        "Agreement": cu.rwg_j(few[LEAD], groups=few["COMPID"], options=5),
        "AgreementLimits": cu.agreement_limits(few[LEAD], few["COMPID"], repetitions=100),
        "GroupValues": cu.group_values(few["LEAD01"], few["COMPID"]),
        "FactorCount": cu.factor_count(factors, repetitions=20),
        "Efa": cu.efa(factors, 2),
        "Esem": cu.esem(factors, sets),
        "MeasurementFit": cu.fit_measurement(factors, sets, level="person"),
        "Htmt": cu.htmt(few, SETS, repetitions=0),
        "Validity": cu.validity(few, SETS),
        "Reliability": cu.reliability(few[LEAD], repetitions=0),
        "ItemAnalysis": cu.items(few[LEAD]),
        "Validation": cu.validate(factors, sets),
        "SemResult": cu.fit_cfa("f =~ LEAD01 + LEAD02 + LEAD03 + LEAD04", few),
        "Plan": cu.plan("lq2002", n_groups=[30, 60], n_members=8, effects=False),
        "dict": {"g1": ties, "g2": nx.DiGraph([("a", "b")])},
    }


@pytest.fixture(scope="module")
def results(lq: pd.DataFrame, clean_groups: cu.Groups) -> dict[str, object]:
    found = small_results(lq)
    found["Groups"] = clean_groups
    found["Evidence"] = clean_groups.evidence["cdu"]
    with pytest.warns(cu.SmallGroupsWarning):
        found["StructureFit"] = cu.fit_structure(clean_groups, "M1")
    found["ModelComparison"] = cu.compare_models(clean_groups, ["M1", "M2"], folds=0)
    found["SpecificationCurve"] = cu.specification_curve(
        clean_groups, "ind_pim_dcb", permutations=0
    )
    return found


@pytest.fixture(scope="module")
def clean_groups() -> cu.Groups:
    export = cu.sample_path("clean") / "export.csv"
    return cu.aggregate(cu.score(cu.read_responses(export, "collective_data_use")), repetitions=0)


def test_every_kind_that_has_pictures_is_drawn(results: dict[str, object]) -> None:
    assert set(results) == set(MAKERS)
    for kind, result in results.items():
        make = maker(result)
        assert make is not None, kind
        pictures = list(make(result, speaker("zh", None, None)))
        assert pictures, kind
        for picture in pictures:
            assert picture.title, kind
            assert picture.alt, kind
            assert_same(picture)


def test_a_result_draws_itself(results: dict[str, object], tmp_path: Path) -> None:
    for kind, result in results.items():
        if kind != "dict":
            figure = result.plot()  # type: ignore[attr-defined]
            assert figure.axes[0].texts, kind
    figure = cu.plot(results["StructureFit"], "effects-M1", names="collective_data_use")
    written = [text.get_text() for text in figure.axes[0].texts]
    assert any("Power imbalance" in text for text in written)
    figure.savefig(tmp_path / "effects.pdf")
    assert (tmp_path / "effects.pdf").read_bytes()[:4] == b"%PDF"


def test_numbers_of_a_figure_are_those_of_the_result(results: dict[str, object]) -> None:
    fit = results["StructureFit"]
    assert isinstance(fit, cu.StructureFit)
    paths = fit.fit.estimates[fit.fit.estimates["op"] == "~"]
    shown = paths[(paths["ci_lower"] > 0) | (paths["ci_upper"] < 0)]["std_all"]
    labels = {f"{value:.2f}".replace("0.", ".").replace("-", "−") for value in shown}
    texts = cu.plot(fit, "paths-M1").axes[0].texts
    assert labels <= {text.get_text() for text in texts if text.get_weight() == "bold"}


def test_what_has_no_picture_says_so(results: dict[str, object]) -> None:
    with pytest.raises(cu.InputError, match="a Waba has no picture; there are pictures of"):
        cu.plot(cu.waba(np.arange(8.0), np.arange(8.0) ** 2, list("aabbccdd")))
    with pytest.raises(cu.InputError, match=r"which must be one of 'paths-M1'.*got 'path'"):
        cu.plot(results["StructureFit"], "path")  # type: ignore[arg-type]


def test_a_study_draws_the_pictures_of_its_report(tmp_path: Path) -> None:
    study = {
        "instrument": "lq2002", "exports": str(cu.sample_path("lq2002.csv")), "repetitions": 0,
        "out": str(tmp_path / "out"),
    }  # fmt: skip
    run = cu.run_study(study)
    names = {p.name for p in compose(material_of(run.folder, "en"), "T").pictures}
    assert "icc" in names
    assert [t.get_text() for t in run.plot("icc").axes[0].texts]


def test_matplotlib_waits_until_a_picture_is_asked_for() -> None:
    code = "import sys, collective_use as cu; cu.icc([1, 2, 4, 5], list('aabb')); "
    code += "assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


ONE_DOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 20">'
    '<circle cx="5" cy="5" r="2" fill="#000000"/></svg>'
)


def test_names_with_dollars_are_text() -> None:
    drawn = figure_of(Picture("x", "costs $5 and $6", ONE_DOT, "alt"))
    assert drawn.axes[0].texts[0].get_text() == r"costs \$5 and \$6"
