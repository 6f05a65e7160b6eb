"""The ways of a plan: each is what the structural models do to the same data."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.numerics.planning import draws
from collective_use.numerics.structure.many_sam import sam_many
from collective_use.numerics.twolevel.likelihood import cluster_statistics
from collective_use.numerics.twolevel.many_samples import many_samples
from collective_use.numerics.twolevel.many_unrestricted import unrestricted
from collective_use.numerics.twolevel.saturated import saturated_complete
from collective_use.planning.items import items_of_structure
from collective_use.planning.values import structure_of, with_paths
from collective_use.planning.work import NOT_PLANNED, WAYS
from collective_use.structure.sam.many import level_one, place_of_path, sam_model
from collective_use.structure.syntax import written
from collective_use.structure.values import find_model
from collective_use.structure.ways.data import measured

BANK = cu.load_instrument("collective_data_use")
TEXT = """
level: 1
x_w =~ x1 + x2 + x3
m_w =~ m1 + m2 + m3
level: 2
x =~ x1 + x2 + x3
m =~ m1 + m2 + m3
m ~ x + z
"""


def answers(rng, sizes, *, own=0.15):
    """Members' answers (1, J, n, 6) and a value of each group (1, J, 1)."""
    J, n = sizes.shape[1], int(sizes.max())
    x = rng.normal(size=J)
    z = 0.3 * x + rng.normal(size=J)
    m = 0.4 * x + 0.3 * z + 0.8 * rng.normal(size=J)
    columns, common = [], rng.normal(size=(J, n))
    for group in (x, m):
        member = 0.8 * rng.normal(size=(J, n)) + 0.4 * common
        for _ in range(3):
            alone = 0.8 * rng.normal(size=(J, n))
            columns.append(0.6 * group[:, None] + own * rng.normal(size=(J, 1)) + member + alone)
    return np.stack(columns, axis=-1)[None], z[None, :, None]


def frame_of(y, z, sizes, names):
    rows = [
        (j, z[0, j, 0], *y[0, j, i])
        for j in range(sizes.shape[1]) for i in range(int(sizes[0, j]))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["group", "z", *names])


@pytest.mark.parametrize(("silent", "seed"), [(False, 3), (True, 4), (True, 6)])
def test_many_studies_are_measured_and_related_as_sam_does_one(silent, seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(3, 7, (1, 50)).astype(float) if silent else np.full((1, 50), 6.0)
    y, z = answers(rng, sizes)
    model, table = sam_model(TEXT)
    names, only = level_one(table)
    assert only == ("z",)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one = cu.sam(TEXT, frame_of(y, z, sizes, names), cluster="group", se="robust")
    # beside another study: what is computed together does not mix
    other = answers(rng, sizes)
    many = sam_many(
        model,
        many_samples(
            np.concatenate([y, other[0]]), np.concatenate([z, other[1]]),
            np.concatenate([sizes, sizes]),
        ),
    )  # fmt: skip
    assert many.solved.all()
    theta, errors = one.joint.solution.theta, np.sqrt(np.diag(one.vcov))
    for predictor in ("x", "z"):
        at = place_of_path(table, "m", predictor)
        # what the optimisers of one study leave of their gradients
        assert many.theta[0, at] == pytest.approx(theta[at], rel=1e-5)
        assert many.errors[0, at] == pytest.approx(errors[at], rel=1e-5)
    assert not np.allclose(many.theta[0], many.theta[1])


@pytest.mark.parametrize("silent", [False, True])
def test_unrestricted_moments_of_many_are_those_of_one(silent):
    rng = np.random.default_rng(5)
    sizes = rng.integers(3, 7, (1, 40)).astype(float) if silent else np.full((1, 40), 6.0)
    y, z = answers(rng, sizes, own=0.0)
    y = y[..., :4]
    samples = many_samples(y, z, sizes)
    Sw, Sb = unrestricted(samples)
    codes = np.repeat(np.arange(40), sizes[0].astype(int))
    persons = np.concatenate([y[0, j, : int(sizes[0, j])] for j in range(40)])
    one = saturated_complete(cluster_statistics(persons, z[0], codes, samples.layout))
    assert one.rank < 5  # on the border: less than all variables vary between groups
    np.testing.assert_allclose(Sw[0], one.Sw, atol=2e-6)
    np.testing.assert_allclose(Sb[0], one.Sb, atol=2e-6)


def test_corrected_of_a_plan_is_that_of_the_structural_models(tmp_path):
    """The same persons: the same paths, and the same errors from each group's influence."""
    truth = cu.TrueParameters(icc=0.3)
    survey = cu.simulate_responses(BANK, n_groups=40, size=(5, 8), parameters=truth)
    survey.write(tmp_path)
    responses = cu.read_responses(tmp_path / "export.csv", BANK, members=tmp_path / "members.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        groups = cu.aggregate(cu.score(responses), repetitions=0)
        fit = cu.fit_structure(groups, "M1", way="corrected", engine="core")
    data = measured(groups, written(find_model(BANK, "M1")))
    place = {name: k for k, name in enumerate(data.names)}
    structure = structure_of(BANK, "M1", with_paths(BANK, truth), direct=None)
    at = [place[name] for name in structure.names]
    whole = tuple(k for k, name in enumerate(structure.names) if name in data.exact)
    assert whole == structure.population.whole
    parts = data.parts
    sizes = np.bincount(data.codes, minlength=len(data.groups)).astype(float)
    studies = draws.Studies(
        parts.means[None][..., at], parts.cross[None][:, :, at][..., at], sizes[None]
    )
    many = draws.by_corrected(studies, structure.population)
    shown = fit.fit.estimates
    for (outcome, by), beta, se in zip(
        structure.population.equations, many.estimates, many.errors, strict=True
    ):
        for k, predictor in enumerate(by):
            row = shown[
                (shown["lhs"] == structure.names[outcome]) & (shown["op"] == "~")
                & (shown["rhs"] == structure.names[predictor])
            ].iloc[0]  # fmt: skip
            assert beta[0, k] == pytest.approx(row["est"], rel=1e-6, abs=1e-8)
            assert se[0, k] == pytest.approx(row["se"], rel=1e-5)
    assert many.df[0] == 40 - 5 - 1


def test_scales_of_items_have_the_icc_and_the_halo_that_were_planned():
    truth = with_paths(BANK, cu.TrueParameters(icc=0.2, halo=0.3))
    structure = structure_of(BANK, "M1", truth, direct=None)
    items = items_of_structure(BANK, structure, truth)
    listed = [items.measure == k for k in range(len(structure.names))]
    own = {}
    for k, chosen in enumerate(listed):
        if not chosen.any():
            continue
        by, alone = items.within[chosen], items.within_error[chosen]
        within = by.mean() ** 2 + (alone**2).sum() / chosen.sum() ** 2
        between = items.between[chosen].mean() ** 2
        between += (items.between_error[chosen] ** 2).sum() / chosen.sum() ** 2
        assert between / (between + within) == pytest.approx(0.2)
        own[k] = (by.mean(), within)
    for k, (a, first) in own.items():
        for j, (b, second) in own.items():
            if j < k:
                shared = a * b * items.deviations[k, j]
                assert shared / np.sqrt(first * second) == pytest.approx(0.3)


def test_sam_is_planned_beside_the_others_and_changes_nothing_of_them():
    asked = {"n_groups": [60], "n_members": 8, "repetitions": 25, "jobs": 1, "seed": 3,
             "values": cu.TrueParameters(icc=0.3)}  # fmt: skip
    alone = cu.plan(BANK, **asked, ways=("means", "corrected")).effects
    found = cu.plan(BANK, **asked, ways=("means", "corrected", "croon"))
    assert found.design.ways == ("means", "corrected", "sam")
    own = found.effects[found.effects["way"] == "sam"]
    both = found.effects[found.effects["way"] != "sam"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, both)
    assert len(own) == 15
    assert (own["unsolved"] == 0).all()
    # what sam takes off is no more than what corrected takes off and the error of items
    assert own["mean"].mean() == pytest.approx(own["true"].mean(), abs=0.03)
    assert "by the way 'sam'" in found.sentence


@pytest.mark.parametrize("way", [
    "auto", "means", "corrected", "latent", "twolevel", "sam", "croon", "split", "iv"
])  # fmt: skip
def test_every_way_is_planned_or_refused_by_name_with_its_reason(way):
    from collective_use.instrument.vocabulary import WAYS as FITTED

    assert {*WAYS, *NOT_PLANNED, "croon"} == set(FITTED)
    if way in NOT_PLANNED:
        with pytest.raises(cu.InputError, match=f"the way '{way}' cannot be planned: .*plan with"):
            cu.plan(BANK, n_groups=[60], n_members=8, ways=(way,))


def test_items_that_cannot_bear_the_halo_are_named():
    truth = cu.TrueParameters(icc=0.3, halo=0.9)
    with pytest.raises(cu.InputError, match=r"halo must be lower for the way 'sam', got 0\.9"):
        cu.plan(BANK, n_groups=[60], n_members=8, ways="sam", values=truth, jobs=1)


def test_effects_and_aggregation_are_planned_together():
    asked = {"n_groups": [60], "n_members": 8, "repetitions": 50, "jobs": 1,
             "values": cu.TrueParameters(icc=0.28, paths={
                 ("ssm", "con"): 0.5, ("cdu", "ssm"): 0.5})}  # fmt: skip
    found = cu.plan(BANK, **asked)
    rows = found.effects[found.effects["effect"] == "con -> ssm -> cdu"]
    assert (rows["power_verdict"] < rows["power"]).all()
    assert (rows["power_verdict"] > 0.2).all()
    assert "pass the tests of aggregation as well" in found.sentence
    agreed = cu.plan(BANK, **asked, spread=1.7)
    chance = agreed.precision["agreement"].iloc[0]
    assert 0 < chance < 1
    np.testing.assert_allclose(
        agreed.effects["power_verdict"], found.effects["power_verdict"] * chance
    )
    assert "members agree enough (median rwg(j)) with a chance of" in agreed.sentence


def test_verdicts_of_a_plan_are_those_of_the_closed_form():
    """F, ICC(1) and ICC(2) of one measure pass as often as the exact law of F says."""
    from collective_use.planning import work
    from collective_use.planning.closed_tables import Design, aggregation

    truth = with_paths(BANK, cu.TrueParameters(icc=0.25))
    structure = structure_of(BANK, "M1", truth, direct=None)
    design = Design("x", (60,), (8,), 1.0, 2, ("means",), 0.8, 0.05, 0.1, 0.8, 400, 1, None, None)
    piece = next(iter(work.pieces_of(structure, [(60, 8)], design)))
    rng = np.random.default_rng(2)
    sizes = np.full((400, 60), 8.0)
    studies = draws.draw_studies(structure.population, sizes, rng)
    squares = np.einsum("rgvv->rv", studies.cross)
    passed = work._verdicts(piece, studies.means, squares, sizes)
    exact = aggregation(0.25, 8, 60)
    members = [k for k in range(9) if k not in structure.population.whole]
    share = passed[:, members].mean()
    assert share == pytest.approx(exact, abs=3 * np.sqrt(exact * (1 - exact) / 400))
    assert passed[:, list(structure.population.whole)].all()


def test_a_study_file_plans_agreement_and_ways_and_a_pilot_gives_values(tmp_path, capsys):
    study = tmp_path / "study.yaml"
    study.write_text(
        "instrument: collective_data_use\nexports: a.csv\n"
        "planning: {groups: 60, members: 8, ways: [means], spread: 1.0, values: {icc: 0.3}}\n",
        "utf-8",
    )
    assert main(["plan", str(study), "--repetitions", "25"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "agreement" in said
    assert "by the way 'means'" in said
    assert "by the way 'corrected'" not in said
    study.write_text(
        "instrument: lq2002\nexports: a.csv\nplanning: {groups: 60, members: 8, spread: -1}\n",
        "utf-8",
    )
    assert main(["plan", str(study)]) == 2
    assert "spread" in capsys.readouterr().err
    export = cu.sample_path("clean") / "export.csv"
    words = ["plan", "collective_data_use", "--no-effects", "--groups", "40"]
    assert main([*words, "--pilot", str(export)]) == 0
    piloted = capsys.readouterr().out
    assert main(words) == 0
    assert capsys.readouterr().out != piloted
