"""Ways to fit a structure: what each takes off, what each refuses, and one answer per effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.groups.results import Groups
from collective_use.numerics.structure.answers import bca_answer, percentile_answer
from collective_use.numerics.structure.between import (
    between_covariances,
    group_parts,
    halves,
    left_out,
    room,
)
from collective_use.structure.syntax import by_items, chains_between, stages, written
from collective_use.structure.values import find_model
from collective_use.structure.ways.data import Measured, measured
from collective_use.structure.ways.moments import corrected_covariances
from collective_use.structure.ways.rule import choose, power_note, reliabilities
from collective_use.study.demo import demo_study
from collective_use.study.walk import walk

pytestmark = [
    pytest.mark.filterwarnings(f"ignore::collective_use.errors.{name}")
    for name in ("SmallGroupsWarning", "DataWarning", "ImproperSolutionWarning")
]


@pytest.fixture(scope="module")
def groups() -> Groups:
    return walk(demo_study("clean", "nowhere")).groups


def _persons(G: int, n: int, J: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(G), n)
    shared = rng.normal(size=(G * n, 1))
    return rng.normal(size=(G, J))[codes] + shared + rng.normal(size=(G * n, J)), codes


def test_balanced_groups_give_the_anova_covariance() -> None:
    x, codes = _persons(40, 5, 3, 1)
    parts = group_parts(x, codes, 40, np.full((40, 3), np.inf))
    found = between_covariances(parts, np.ones((1, 40)))
    means = x.reshape(40, 5, 3).mean(axis=1)
    gap = x - means[codes]
    within = gap.T @ gap / (40 * 4)
    np.testing.assert_allclose(found.corrected[0], np.cov(means.T) - within / 5, rtol=1e-12)
    # persons' shared error is off the diagonal, and it is taken off there too
    assert found.error[0][0, 1] == pytest.approx(within[0, 1] / 5)
    assert found.kept[0] == 1


def test_a_census_has_no_sampling_error() -> None:
    x, codes = _persons(30, 4, 2, 2)
    parts = group_parts(x, codes, 30, np.full((30, 2), 4.0))
    found = between_covariances(parts, np.ones((1, 30)))
    np.testing.assert_allclose(found.corrected, found.observed)


def test_the_correction_is_unbiased() -> None:
    rows = []
    for seed in range(300):
        x, codes = _persons(30, 4, 2, seed)
        parts = group_parts(x, codes, 30, np.full((30, 2), np.inf))
        rows.append(between_covariances(parts, np.ones((1, 30))))
    corrected = np.mean([r.corrected[0] for r in rows], axis=0)
    observed = np.mean([r.observed[0] for r in rows], axis=0)
    np.testing.assert_allclose(corrected, np.eye(2), atol=0.06)
    assert observed[0, 0] > 1.4
    assert observed[0, 1] > 0.2


def test_weights_are_groups_taken_so_often() -> None:
    x, codes = _persons(12, 4, 2, 3)
    parts = group_parts(x, codes, 12, np.full((12, 2), np.inf))
    without = between_covariances(parts, left_out(12)).corrected[5]
    keep = codes != 5
    new = np.where(codes > 5, codes - 1, codes)[keep]
    alone = group_parts(x[keep], new, 11, np.full((11, 2), np.inf))
    np.testing.assert_allclose(without, between_covariances(alone, np.ones((1, 11))).corrected[0])


def test_error_larger_than_what_is_seen_is_taken_off_in_part() -> None:
    rng = np.random.default_rng(4)
    codes = np.repeat(np.arange(25), 3)
    parts = group_parts(rng.normal(size=(75, 3)), codes, 25, np.full((25, 3), np.inf))
    found = between_covariances(parts, np.ones((1, 25)))
    assert 0 <= found.kept[0] < 1
    assert np.linalg.eigvalsh(found.corrected[0])[0] > 0


def test_halves_hold_different_members() -> None:
    x, codes = _persons(8, 6, 1, 5)
    a, b = halves(x, codes, 8, np.random.default_rng(1))
    np.testing.assert_allclose((a + b) / 2, x.reshape(8, 6, 1).mean(axis=1))
    one = halves(np.ones((2, 1)), np.array([0, 1]), 2, np.random.default_rng(1))
    assert np.isnan(one).sum() == 2


def test_limits_and_p_never_contradict() -> None:
    rng = np.random.default_rng(6)
    draws = rng.normal(rng.normal(size=60) * 2, 1.0, size=(999, 60))
    found = percentile_answer(draws)
    outside = (found.lower > 0) | (found.upper < 0)
    assert outside.sum() > 5
    assert (outside == (found.p <= 0.05)).all()
    bca = bca_answer(draws, draws.mean(axis=0), np.full(60, 0.02))
    outside = (bca.lower > 0) | (bca.upper < 0)
    assert ((bca.p < 0.045) <= outside).all()
    assert ((bca.p > 0.055) <= ~outside).all()


def test_the_default_takes_sampling_error_off(groups: Groups) -> None:
    fit = cu.fit_structure(groups, "M1")
    assert (fit.way, fit.fit.engine) == ("corrected", "both")
    assert fit.agreement is not None
    assert fit.agreement.agree
    data = measured(groups, fit.syntax)
    S = corrected_covariances(data)(np.ones((1, 60)))[0]
    place = {name: j for j, name in enumerate(data.names)}
    x = [place[name] for name in ("ssm", "dlr", "dcb")]
    slopes = np.linalg.solve(S[np.ix_(x, x)], S[x, place["cdu"]])
    paths = fit.fit.estimates
    paths = paths[(paths["op"] == "~") & (paths["lhs"] == "cdu")].set_index("rhs")["est"]
    np.testing.assert_allclose(paths[["ssm", "dlr", "dcb"]], slopes, rtol=1e-6)
    # errors: each group a thousandth heavier, the equation solved anew; six coefficients at most
    every = corrected_covariances(data)(1.0 + 1e-3 * np.eye(60))
    again = np.array([np.linalg.solve(T[np.ix_(x, x)], T[x, place["cdu"]]) for T in every])
    spread = 1e6 * ((again - slopes) ** 2).sum(axis=0) * 60 / 54
    rows = fit.fit.estimates.set_index(["lhs", "op", "rhs"])
    found = [rows.loc[("cdu", "~", name), "se"] for name in ("ssm", "dlr", "dcb")]
    np.testing.assert_allclose(found, np.sqrt(spread), rtol=2e-3)
    low = fit.effects["lower"] > 0
    high = fit.effects["upper"] < 0
    assert ((low | high) == (fit.effects["p"] <= 0.05)).all()
    assert (fit.effects["q"] >= fit.effects["p"] - 1e-12).all()


def test_a_bootstrap_of_groups_gives_limits_of_its_own(groups: Groups) -> None:
    for kind in ("percentile", "bca"):
        fit = cu.fit_structure(groups, "M1", engine="core", intervals=kind, repetitions=400)
        assert f"400 bootstrap samples of groups ({kind})" in fit.limits
        row = fit.effects.set_index("effect").loc["ind_pim_dcb"]
        assert row.lower < row.est < row.upper
    with pytest.raises(NotSupported, match="intervals='bca' with way='latent'"):
        cu.fit_structure(groups, "M1", way="latent", intervals="bca")


def test_splitting_raters_draws_paths_towards_zero(groups: Groups) -> None:
    split = cu.fit_structure(groups, "M1", way="split", engine="core")
    whole = cu.fit_structure(groups, "M1", engine="core")
    names = ["tind_con", "tind_dl"]
    a, b = (f.effects.set_index("effect").loc[names, "est"] for f in (split, whole))
    assert (a.abs() < b.abs()).all()


def test_controls_enter_every_equation(groups: Groups) -> None:
    fit = cu.fit_structure(groups, "M1", controls=["group_culture"], engine="core", way="means")
    rows = fit.to_frame()
    with_control = rows[(rows["op"] == "~") & (rows["rhs"] == "group_culture")]
    assert sorted(with_control["lhs"]) == ["cdu", "dcb", "dlr", "ssm"]
    with pytest.raises(InputError, match="must not be part of the model, got 'con'"):
        cu.fit_structure(groups, "M1", controls=["con"])


def test_a_constant_measure_is_named(groups: Groups) -> None:
    values = groups.values.assign(pim=3.0)
    with pytest.raises(EstimationError, match="measure 'pim' has the same value in every group"):
        cu.fit_structure(replace(groups, values=values), "M1")


def test_no_variance_between_groups_is_named(groups: Groups) -> None:
    scores = groups.scores
    rng = np.random.default_rng(1)
    values = scores.values.assign(con=rng.normal(size=len(scores.values)))
    changed = replace(groups, _scores=replace(scores, values=values))
    means = values.assign(group=scores.responses.persons["group"].astype(str)).groupby("group")
    flat = 3.0 + 0.001 * (means["con"].mean() - means["con"].mean().mean())
    changed = replace(changed, values=changed.values.assign(con=changed.values["group"].map(flat)))
    with pytest.raises(EstimationError, match="'con' has no variance between groups left"):
        cu.fit_structure(changed, "M1", way="corrected")
    with pytest.raises(EstimationError, match="sampling error of group values is as large"):
        cu.fit_structure(changed, "M1")


def test_below_twenty_groups_there_is_no_claim(groups: Groups) -> None:
    few = replace(groups, values=groups.values.head(15))
    with pytest.raises(EstimationError, match="15 groups are too few for a structural claim"):
        cu.fit_structure(few, "M1")
    assert len(cu.fit_structure(few, "M1", way="means").groups) == 15


def test_power_comes_first_below_150_groups(groups: Groups) -> None:
    assert "11%" in power_note(60, 0.68)
    assert "more than" in power_note(60, 0.5)
    # the table begins with 40 groups: fewer find no more, and nobody said how much less
    assert "is found in at most 9% of studies" in power_note(25, 0.84)
    assert "is found in about 9% of studies" in power_note(40, 0.84)
    assert power_note(150, 0.7) == ""
    data = measured(groups, find_model(groups.instrument, "M1").syntax)
    assert 0.8 < min(reliabilities(data).values()) < 1
    assert "exp_variety" not in reliabilities(data)
    assert choose(data, latent=False).way == "corrected"


def test_too_little_room_for_nominal_limits_is_named(groups: Groups) -> None:
    data = measured(groups, find_model(groups.instrument, "M1").syntax)
    found = between_covariances(data.parts, np.ones((1, 60)))
    has = room(found.observed, found.error)[0]

    def with_room(wanted: float) -> Measured:
        return replace(data, parts=replace(data.parts, share=data.parts.share * has / wanted))

    # 1 + 5 / sqrt(60) is 1.645
    assert choose(with_room(1.66), latent=False).way == "corrected"
    with pytest.raises(
        EstimationError, match=r"1\.63 times .* and 1\.65 times is asked for with 60"
    ):
        choose(with_room(1.63), latent=False)
    with pytest.raises(EstimationError, match="is as large as what lies between"):
        choose(with_room(1.01), latent=False)


def test_a_wrong_way_is_named(groups: Groups) -> None:
    with pytest.raises(InputError, match=r"way must be one of .*did you mean 'corrected'"):
        cu.fit_structure(groups, "M1", way="correct")


def test_items_become_latent_variables(groups: Groups) -> None:
    fit = cu.fit_structure(groups, "M1", way="latent")
    assert "cdu =~ cdu1 + cdu2" in fit.syntax
    assert fit.fit.table.blocks[0].latent
    iv = cu.fit_structure(groups, "M1", way="iv")
    assert iv.instruments is not None
    assert {"cdu", "ssm", "dlr", "dcb"} <= set(iv.instruments["outcome"])


def test_two_levels_are_written_with_equal_loadings() -> None:
    text = by_items("b ~ a", {"a": ["a1", "a2"], "b": ["b1", "b2"]}, {}, "twolevel")
    assert "a_w =~ 1*a1 + l_a2*a2" in text
    assert "a =~ 1*a1 + l_a2*a2" in text
    assert "a2 ~~ lower(0)*a2" in text
    merged = by_items("m =~ a + b; y ~ m", {"a": ["a1"], "b": ["b1"]}, {"m": ["a", "b"]}, "latent")
    assert merged.splitlines() == ["m =~ a1 + b1", "y ~ m"]


def test_two_levels_and_structure_after_measurement_agree() -> None:
    rng = np.random.default_rng(7)
    group = np.repeat(np.arange(80), 8)
    x = rng.normal(size=80)
    y = 0.6 * x + rng.normal(size=80) * 0.7
    rows = {"group": group}
    for name, between in (("a", x), ("b", y)):
        within = rng.normal(size=640)
        for k in (1, 2, 3):
            rows[f"{name}{k}"] = between[group] + within + rng.normal(size=640) * 0.6
    frame = pd.DataFrame(rows)
    items = {n: [f"{n}{k}" for k in (1, 2, 3)] for n in "ab"}
    whole = cu.fit_sem(by_items("b ~ p*a", items, {}, "twolevel"), frame, cluster="group")
    after = cu.sam(by_items("b ~ p*a", items, {}, "sam"), frame, cluster="group", se="robust")
    pooled = cu.fit_sem(by_items("b ~ p*a", items, {}, "latent"), frame)
    a, b = whole.parameters["p"], after.parameters["p"]
    assert a == pytest.approx(b, abs=0.05)
    assert a == pytest.approx(0.6, abs=0.2)
    assert pooled.parameters["p"] < a - 0.1


def test_stages_and_chains() -> None:
    assert stages("m ~ x; n ~ m; y ~ n + x") == {"m": 1, "x": 0, "n": 2, "y": 3}
    paths = {("x", "m"): "a", ("m", "n"): "d", ("n", "y"): "b", ("m", "y"): "e"}
    assert chains_between("x", "y", ["m", "n"], paths) == [
        ("x", "m", "n", "y"),
        ("x", "m", "y"),
    ]


def test_mediation_writes_the_effects_when_the_syntax_has_none(groups: Groups) -> None:
    model = find_model(groups.instrument, "M1")
    bare = "\n".join(line for line in model.syntax.splitlines() if ":=" not in line)
    text = written(model.model_copy(update={"syntax": bare}))
    assert "ind_con_ssm := a11*b1" in text
    assert "tind_con := a11*b1 + a21*b2 + a31*b3" in text
    assert "dif_con_ssm_dlr := a11*b1 - a21*b2" in text
    partial = find_model(groups.instrument, "M2")
    bare = "\n".join(line for line in partial.syntax.splitlines() if ":=" not in line)
    text = written(partial.model_copy(update={"syntax": bare}))
    assert "dir_con := c1" in text
    assert "tot_con := a11*b1 + a21*b2 + a31*b3 + c1" in text
    assert written(model) == model.syntax


def _shared_partners(groups: Groups, shared: int) -> Groups:
    """Send members of every group from a few organisations, one of which is like itself."""
    scores = groups.scores
    rng = np.random.default_rng(3)
    persons = scores.responses.persons.assign(
        partner=[f"o{k}" for k in rng.integers(0, shared, len(scores.values))]
    )
    moved = rng.normal(size=(shared, 1))[[int(p[1:]) for p in persons["partner"]]] * 0.6
    names = ["con", "ssm", "cdu"]
    values = scores.values.copy()
    values[names] = values[names] + moved
    responses = replace(scores.responses, persons=persons)
    means = values[names].groupby(persons["group"].astype(str).to_numpy()).mean()
    table = groups.values.copy()
    for name in names:
        table[name] = table["group"].astype(str).map(means[name])
    return replace(
        groups, values=table, _scores=replace(scores, responses=responses, values=values)
    )


def test_partners_in_several_groups_widen_the_limits(groups: Groups) -> None:
    changed = _shared_partners(groups, 12)
    plain = cu.fit_structure(changed, "M1", way="corrected", engine="core")
    wide = cu.fit_structure(changed, "M1", way="corrected", engine="core", partners=True)
    assert any("12 partner organisations, 12 of them in more" in text for text in wide.warnings)
    assert wide.fit.vcov is not None
    assert np.linalg.eigvalsh(wide.fit.vcov)[0] > -1e-12
    a, b = (f.fit.estimates.set_index(["lhs", "op", "rhs"])["se"] for f in (plain, wide))
    assert not np.allclose(a, b)
    frame = cu.without_partners(changed, "M1")
    assert frame["partner"].nunique() == 12
    assert frame["change"].abs().max() > 0.005
    with pytest.raises(NotSupported, match="partners=True is offered for way='corrected'"):
        cu.fit_structure(groups, "M1", way="means", partners=True)


def test_partners_that_are_not_known_are_named(groups: Groups) -> None:
    scores = groups.scores
    bare = scores.responses.persons.drop(columns="partner")
    responses = replace(scores.responses, persons=bare)
    changed = replace(groups, _scores=replace(scores, responses=responses))
    with pytest.raises(InputError, match="who sends whom"):
        cu.fit_structure(changed, "M1", partners=True)


def _asking(groups: Groups, syntax: str) -> Groups:
    """Return groups whose instrument holds a model X of this syntax."""
    model = find_model(groups.instrument, "M1").model_copy(
        update={"id": "X", "syntax": syntax, "mediation": {}, "merges": {}}
    )
    models = [*groups.instrument.models, model]
    return replace(groups, instrument=groups.instrument.model_copy(update={"models": models}))


@pytest.mark.parametrize(
    ("syntax", "says"),
    [
        ("cdu ~ ssm\nssm ~ cdu", "no data can identify this model: it has 4 free parameters for 3"),
        (
            "cdu ~ ssm + dlr + con\nssm ~ dlr + con + cdu\ndlr ~~ 0*con",
            "no data can identify this model",
        ),
    ],
)
@pytest.mark.parametrize("way", ["corrected", "split"])
def test_what_no_data_can_identify_is_named(
    groups: Groups, syntax: str, says: str, way: str
) -> None:
    with pytest.raises(EstimationError, match=says):
        cu.fit_structure(_asking(groups, syntax), "X", way=way)


def test_equations_without_instruments_and_weak_ones_are_named() -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame({k: rng.normal(size=60) for k in ("a1", "a2", "a3", "b1", "b2", "b3")})
    weak = cu.fit_iv("a =~ a1 + a2 + a3\nb =~ b1 + b2 + b3\nb ~ a", data)
    assert "weak instruments in the equation of" in weak.problems[0].text
    with pytest.raises(InputError, match="no data identify the equation of 'a'"):
        cu.fit_iv("a =~ a1 + a2\nb =~ b1 + b2\na ~ b\nb ~ a", data)


def test_a_model_without_effects_has_tables_without_rows(groups: Groups) -> None:
    plain = find_model(groups.instrument, "M1").model_copy(
        update={"id": "plain", "syntax": "cdu ~ con + pim", "mediation": {}}
    )
    bank = groups.instrument.model_copy(update={"models": (plain,)})
    whose = replace(groups, instrument=bank)
    fit = cu.fit_structure(whose, "plain")
    assert list(fit.sizes().columns)[:3] == ["effect", "kind", "route"]
    assert len(fit.sizes()) == len(fit.contrasts()) == len(fit.effects) == 0
    assert set(fit.omitted()["predictor"]) == {"con", "pim"}
    assert "cdu" in str(fit)
