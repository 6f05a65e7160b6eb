"""Structural models of an instrument, fitted to group values by two engines."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.errors import EstimationError, InputError, NotSupported, SmallGroupsWarning
from collective_use.groups.results import Groups
from collective_use.instrument.library import load_instrument, sample_path
from collective_use.sem.engines.semopy import SecondEngineError
from collective_use.structure import fit as fit_module
from collective_use.structure.answers.routes import route_of
from collective_use.structure.report import exact_figures, fit_line, report_text
from collective_use.structure.result import StructureFit
from collective_use.study.demo import demo_study
from collective_use.study.run import run_study
from collective_use.study.walk import walk

FEW = "ignore::collective_use.errors.SmallGroupsWarning"
pytestmark = pytest.mark.filterwarnings(FEW)
MEASURES = ("con", "pim", "exp_recognition", "dl", "exp_variety", "ssm", "dlr", "dcb", "cdu")


@pytest.fixture(scope="module")
def groups() -> Groups:
    return walk(demo_study("clean", "nowhere")).groups


@pytest.fixture(scope="module")
def mediation(groups: Groups) -> StructureFit:
    return cu.fit_structure(groups, "M1", way="means")


@pytest.fixture(scope="module")
def corrected(groups: Groups) -> StructureFit:
    return cu.fit_structure(groups, "M1")


def test_both_engines_fit_and_agree(mediation: StructureFit) -> None:
    assert mediation.fit.engine == "both"
    assert mediation.agreement is not None
    assert mediation.agreement.agree
    assert mediation.agreement.largest_difference < 1e-6
    assert not mediation.agreement.restarted
    assert len(mediation.groups) == 60


def test_paths_to_the_outcome_are_least_squares(groups: Groups, mediation: StructureFit) -> None:
    # In M1 the outcome's residual is free of the mechanisms' residuals: its equation is OLS.
    values = groups.values[list(MEASURES)].dropna()
    design = np.column_stack([np.ones(len(values)), values[["ssm", "dlr", "dcb"]]])
    expected = np.linalg.lstsq(design, values["cdu"], rcond=None)[0][1:]
    paths = mediation.fit.estimates
    paths = paths[(paths["op"] == "~") & (paths["lhs"] == "cdu")].set_index("rhs")["est"]
    np.testing.assert_allclose(paths[["ssm", "dlr", "dcb"]], expected, rtol=1e-7)


def test_effects_are_products_and_sums_of_paths(mediation: StructureFit) -> None:
    paths = mediation.fit.parameters
    effects = mediation.effects.set_index("effect")
    assert len(effects) == 20
    parts = [paths[f"a{i}1"] * paths[f"b{i}"] for i in (1, 2, 3)]
    names = ["ind_con_ssm", "ind_con_dlr", "ind_con_dcb"]
    np.testing.assert_allclose(effects.loc[names, "est"], parts, rtol=1e-12)
    assert effects.loc["tind_con", "est"] == pytest.approx(sum(parts), rel=1e-12)
    for name, a, b in (("ind_con_ssm", "a11", "b1"), ("ind_dl_dlr", "a24", "b2")):
        order = list(mediation.fit.parameters.index)
        V = mediation.fit.vcov
        i, j = order.index(a), order.index(b)
        variance = (
            paths[b] ** 2 * V[i, i] + paths[a] ** 2 * V[j, j] + 2 * paths[a] * paths[b] * V[i, j]
        )
        # of a product of two normal estimates; the delta method leaves out the product of variances
        variance += V[i, i] * V[j, j] + V[i, j] ** 2
        assert effects.loc[name, "se"] == pytest.approx(np.sqrt(variance), rel=0.02)


def test_monte_carlo_limits_hold_the_estimate_and_are_skewed(
    mediation: StructureFit,
) -> None:
    effects = mediation.effects.set_index("effect")
    assert (effects["lower"] < effects["est"]).all()
    assert (effects["est"] < effects["upper"]).all()
    strong = effects.loc["ind_con_ssm"]
    assert strong["upper"] - strong["est"] > strong["est"] - strong["lower"]


def test_the_seed_decides_the_limits(groups: Groups) -> None:
    one, again = (cu.fit_structure(groups, "M1", repetitions=500, seed=4) for _ in range(2))
    other = cu.fit_structure(groups, "M1", repetitions=500, seed=5)
    assert one.effects.equals(again.effects)
    assert not one.effects["lower"].equals(other.effects["lower"])


def test_routes_are_read_from_the_labels(groups: Groups) -> None:
    effects = cu.fit_structure(groups, "M2", way="means").effects.set_index("effect")
    assert effects.loc["ind_pim_dcb", ["kind", "route"]].tolist() == [
        "specific indirect",
        "pim -> dcb -> cdu",
    ]
    assert effects.loc["tind_dl", ["kind", "route"]].tolist() == ["total indirect", "dl -> cdu"]
    assert effects.loc["tot_dl", ["kind", "route"]].tolist() == ["total", "dl -> cdu"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("b*a", ("specific indirect", "x -> m -> y")),
        ("a*b*d", ("specific indirect", "x -> m -> y -> z")),
        ("c", ("direct", "x -> y")),
        ("a*b - c", ("other", "")),
        ("a - b", ("other", "")),
        ("a*b + c", ("total", "x -> y")),
        ("a*d", ("other", "")),
        ("a*b + d", ("other", "")),
        ("a*b*2", ("other", "")),
        ("a*b/c", ("other", "")),
        ("a*a", ("other", "")),
        ("unknown*a", ("other", "")),
    ],
)
def test_what_is_no_chain_is_called_other(expression: str, expected: tuple[str, str]) -> None:
    paths = {"a": ("x", "m"), "b": ("m", "y"), "c": ("x", "y"), "d": ("y", "z")}
    assert route_of(expression, paths) == expected


def test_few_groups_are_said_in_words(groups: Groups) -> None:
    with pytest.warns(SmallGroupsWarning, match="60 groups are few for 25 parameters"):
        fit = cu.fit_structure(groups, "M1", way="means", repetitions=200)
    assert any("few for 25 parameters" in text for text in fit.warnings)
    assert any("carry sampling error" in text for text in fit.warnings)
    assert fit.warnings[0].startswith("Power first: with 60 groups")
    assert not any("carry sampling error" in text for text in cu.fit_structure(groups).warnings)


def test_fewer_groups_than_measures_is_an_error(groups: Groups) -> None:
    with pytest.raises(EstimationError, match="relates 9 measures but only 8 groups"):
        cu.fit_structure(replace(groups, values=groups.values.head(8)), "M1")


def test_groups_without_a_value_are_left_out_and_listed(groups: Groups) -> None:
    values = groups.values.copy()
    values.loc[:2, "ssm"] = np.nan
    fit = cu.fit_structure(replace(groups, values=values), "M1", repetitions=200)
    entry = fit.record.of_kind("left out")[0]
    assert (entry.count, entry.of) == (3, "groups")
    assert entry.what == tuple(groups.values["group"].head(3))
    assert len(fit.groups) == 57
    assert "Left out: 3 groups" in str(fit)


@pytest.mark.parametrize(
    ("change", "model", "says"),
    [
        (lambda v: v, "M33", "got 'M33' (did you mean 'M3'?)"),
        (lambda v: v.drop(columns="ssm"), "M1", "'ssm', which is no measure"),
        (lambda v: v.assign(ssm=np.nan), "M1", "'ssm', which no group has a value of"),
    ],
)
def test_wrong_requests_name_the_cause(groups: Groups, change, model: str, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        cu.fit_structure(replace(groups, values=change(groups.values)), model)
    assert says in str(caught.value)


def test_an_engine_that_does_not_exist_is_refused(groups: Groups) -> None:
    with pytest.raises(InputError, match="engine must be one of"):
        cu.fit_structure(groups, "M1", engine="lavaan")


@pytest.mark.parametrize(
    "refusal", [NotSupported("engine 'semopy' does not fit bounds"), SecondEngineError("broke")]
)
def test_where_semopy_cannot_the_core_fits_and_says_why(
    groups: Groups, mediation: StructureFit, refusal: Exception, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    real = fit_module.fit_sem

    def refuse(*given: object, engine: str, **more: object) -> object:
        if engine == "both":
            raise refusal
        return real(*given, engine=engine, **more)

    monkeypatch.setattr(fit_module, "fit_sem", refuse)
    fit = cu.fit_structure(groups, "M1", way="means", repetitions=200)
    assert fit.fit.engine == "core"
    assert fit.agreement is None
    assert f"No second engine confirms these numbers: {refusal}." in fit.warnings
    assert cu.fit_structure(groups, "M1", repetitions=200).agreement is None
    np.testing.assert_allclose(fit.fit.solution.theta, mediation.fit.solution.theta, atol=1e-7)


def test_each_engine_alone_gives_the_same(groups: Groups, mediation: StructureFit) -> None:
    for engine in ("core", "semopy"):
        fit = cu.fit_structure(groups, "M1", way="means", engine=engine, repetitions=200)
        np.testing.assert_allclose(
            fit.fit.estimates["est"], mediation.fit.estimates["est"], atol=1e-6
        )


def test_the_report_holds_numbers_attribution_and_model(
    groups: Groups, mediation: StructureFit
) -> None:
    text = report_text(mediation)
    model = load_instrument("collective_data_use").models[0]
    for part in (
        "Model M1 (Full mediation): 60 groups",
        fit_line(exact_figures(mediation)),
        "con -> ssm -> cdu",
        "The two engines agree",
        "- Theory: " + model.attribution.theory[:40],
        "- Inferred: " + model.attribution.inferred[:40],
        "  cdu ~ b1*ssm + b2*dlr + b3*dcb",
        "  cdu ~ cu16*ssm",
    ):
        assert part in text, part
    assert max(len(line) for line in text.splitlines()) <= 100
    saturated = cu.fit_structure(groups, "M2", way="means", repetitions=200)
    assert fit_line(exact_figures(saturated)).startswith("saturated (df = 0)")
    assert "<table" in mediation._repr_html_()
    json.dumps(mediation.to_dict())


def test_paths_to_the_last_outcome_come_first(mediation: StructureFit) -> None:
    shown = mediation.tables()[0].rows
    assert [row[0] for row in shown[:3]] == ["cdu"] * 3


def _called(capsys, *words: str) -> tuple[int, str, str]:  # type: ignore[no-untyped-def]
    status = main(list(words))
    out, err = capsys.readouterr()
    return status, out, err


def _too_fine(text: str) -> list[str]:
    """Return the figures of a text with more decimals than others see; p under .01 has three."""
    figures = re.findall(r"(?<![\w.])-?\d*\.\d{3,}", text)
    return [figure for figure in figures if not 0 <= float(figure) < 0.01 or len(figure) > 5]


def test_fit_from_the_command_line(tmp_path: Path, capsys, corrected) -> None:  # type: ignore[no-untyped-def]
    place, out = sample_path("clean"), tmp_path / "results"
    status, text, _ = _called(
        capsys, "fit", str(place / "export.csv"), "--instrument", "collective_data_use",
        "--members", str(place / "members.csv"), "--informants", str(place / "informants.csv"),
        "--model", "M1", "--full", "--out", str(out),
    )  # fmt: skip
    assert status == 0
    assert "Model M1 (Full mediation): 60 groups" in text
    assert "The two engines agree" in text
    assert "--model M2" in text
    exact = pd.read_csv(out / "full_for_the_analyst_only" / "estimates.csv")
    np.testing.assert_allclose(exact["est"], corrected.fit.estimates["est"], rtol=1e-9)
    shown = pd.read_csv(out / "estimates.csv")
    assert not (shown["est"] == exact["est"]).any()
    unit = (exact["est"] / exact["std_all"]).abs()
    assert ((shown["est"] - exact["est"]).abs() <= np.maximum(0.0051, 0.021 * unit)).all()
    assert _too_fine(shown.select_dtypes("float").astype(str).to_string()) == []
    effects = pd.read_csv(out / "effects.csv")
    assert effects["route"][0] == "con -> ssm -> cdu"
    text = (out / "model_M1.txt").read_text(encoding="utf-8")
    assert text.startswith("Model M1")
    assert _too_fine(text.replace("7.9e-08", "")) == []
    finer = (out / "full_for_the_analyst_only" / "model_M1.txt").read_text(encoding="utf-8")
    assert len(_too_fine(finer)) > 100
    assert "discrepancy" in finer
    assert "discrepanc" not in (out / "run.json").read_text(encoding="utf-8") + text
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["command"] == "fit"
    assert "model_M1.txt" in run["files"]
    words = pd.read_csv(out / "dictionary.csv")
    assert not words["meaning"].isna().any()


def test_fit_without_a_model_says_which_there_are(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    export = str(sample_path("clean") / "export.csv")
    _, _, text = _called(capsys, "fit", export, "-i", "collective_data_use", "-o", str(tmp_path))
    assert "fit needs --model: one of 'M1', 'M2', 'M3'" in text
    _, _, text = _called(
        capsys, "fit", str(sample_path("lq2002")), "-i", "lq2002", "-o", str(tmp_path)
    )
    assert "declares none" in text


def test_the_demonstration_says_what_it_could_not_fit(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from collective_use.study import structural

    def impossible(*_: object, **__: object) -> object:
        raise InputError("the model needs measure 'ssm', which no group has a value of")

    monkeypatch.setattr(structural, "fit_structure", impossible)
    study = demo_study("clean", tmp_path / "demo")
    done = run_study(study, command="demo")
    assert "no group has a value" in done.outcome.not_fitted["M1"]
    assert not (tmp_path / "demo" / "estimates.csv").exists()
    with pytest.raises(InputError, match="no group has a value"):
        run_study(demo_study("clean", tmp_path / "run"), command="run")
    assert not (tmp_path / "run").exists()


def test_what_is_no_aggregate_is_refused() -> None:
    for wrong in (None, "M1"):
        with pytest.raises(InputError, match=r"groups must be what cu.aggregate\(scores\) returns"):
            cu.fit_structure(wrong, "M1")  # type: ignore[arg-type]


def test_counts_of_measures_are_whole(groups: Groups) -> None:
    shown = groups.tables()[0]
    place = shown.columns.index("groups")
    assert all(row[place] is None or type(row[place]) is int for row in shown.rows)
