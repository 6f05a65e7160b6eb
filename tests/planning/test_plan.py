"""A plan: closed forms against simulation, pieces that are kept, what cannot be is said."""

from __future__ import annotations

import json
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import collective_use as cu
from collective_use.cli.main import main
from collective_use.numerics.groups import anova
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.planning import closed, draws
from collective_use.planning import closed_tables, work
from collective_use.planning.closed_tables import aggregation, fewest_groups
from collective_use.planning.values import from_pilot, structure_of, with_paths

BANK = cu.load_instrument("collective_data_use")
TRUTH = cu.TrueParameters(icc=0.3, halo=0.2)
SMALL = {"n_groups": [60], "n_members": 8, "values": TRUTH, "repetitions": 60, "jobs": 1}


def framework(icc1, members):
    """The population of the framework's power table: five antecedents, three mechanisms, use."""
    A = np.full((5, 3), 0.15)
    A[1] = [-0.15, -0.15, -0.30]
    A[4] = 0.0
    S = np.full((5, 5), 0.2)
    np.fill_diagonal(S, 1.0)
    E = np.full((3, 3), 0.35)
    np.fill_diagonal(E, 1.0)
    middle = A.T @ S @ A + 0.85**2 * E
    sd = np.sqrt(np.diag(middle))
    R = np.eye(9)
    R[:5, :5], R[5:8, 5:8] = S, middle / np.outer(sd, sd)
    R[:5, 5:8] = S @ A / sd
    R[5:8, :5] = R[:5, 5:8].T
    b = np.array([0.25, 0.25, 0.30])
    total = np.sqrt(b @ R[5:8, 5:8] @ b + 0.75**2)
    R[8, :8] = R[:8, 8] = R[:8, 5:8] @ b / total
    within = np.diag(np.full(9, (1 - icc1) / icc1))
    equations = (*((m, tuple(range(5))) for m in (5, 6, 7)), (8, (5, 6, 7, 0, 1, 2, 3, 4)))
    return draws.Population(R, within, equations)


def shown(truth, groups, members, repetitions, rng):
    """Share of studies that show the path a (second antecedent), b (third mechanism), and both."""
    sizes = np.full((repetitions, groups), float(members))
    studies = draws.draw_studies(truth, sizes, rng, within=False)
    found = draws.by_means(studies, truth)
    from scipy.stats import t

    a = np.abs(found.estimates[2][:, 1] / found.errors[2][:, 1]) > t.isf(0.025, found.df[2])
    b = np.abs(found.estimates[3][:, 2] / found.errors[3][:, 2]) > t.isf(0.025, found.df[3])
    return a & b


@pytest.mark.parametrize(
    ("icc1", "members", "groups", "told"),
    [(0.15, 6, 100, 0.13), (0.15, 12, 150, 0.56), (0.30, 6, 80, 0.22), (0.30, 12, 200, 0.92)],
)
def test_the_power_table_of_the_theory_page(icc1, members, groups, told):
    """Its cells come from 600 replications each; the rest of them are in tests/full."""
    rng = np.random.default_rng(5)
    found = shown(framework(icc1, members), groups, members, 1500, rng).mean()
    error = np.sqrt(told * (1 - told) * (1 / 600 + 1 / 1500))
    assert abs(found - told) < 3 * error + 0.005  # printed with two digits


def test_means_are_the_least_squares_of_the_structural_fit():
    truth = framework(0.3, 6)
    studies = draws.draw_studies(truth, np.full((1, 150), 6.0), np.random.default_rng(1))
    ours = draws.by_means(studies, truth)
    names = ["x1", "x2", "x3", "x4", "x5", "m1", "m2", "m3", "y"]
    frame = pd.DataFrame(studies.means[0], columns=names)
    text = "".join(f"m{k} ~ x1 + x2 + x3 + x4 + x5\n" for k in (1, 2, 3))
    text += "y ~ m1 + m2 + m3 + x1 + x2 + x3 + x4 + x5\nm1 ~~ m2\nm1 ~~ m3\nm2 ~~ m3"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = cu.fit_sem(text, frame).estimates
    paths = rows[rows["op"] == "~"]
    theirs = paths["est"].to_numpy()
    mine = np.concatenate([part[0] for part in ours.estimates])
    np.testing.assert_allclose(mine, theirs, atol=1e-6)
    scale = np.repeat([np.sqrt(150 / df) for df in ours.df], [5, 5, 5, 8])
    errors = np.concatenate([part[0] for part in ours.errors])
    np.testing.assert_allclose(errors, paths["se"].to_numpy() * scale, rtol=1e-5)


def test_corrected_is_regression_on_cleared_covariances_with_influence():
    rng = np.random.default_rng(3)
    truth = draws.Population(
        np.array([[1, 0.3, 0.4], [0.3, 1, 0.5], [0.4, 0.5, 1]]),
        np.array([[2, 0.6, 0.6], [0.6, 2, 0.6], [0.6, 0.6, 2.0]]),
        ((2, (0, 1)),),
    )
    sizes = rng.integers(4, 9, (1, 40)).astype(float)
    studies = draws.draw_studies(truth, sizes, rng)
    found = draws.by_corrected(studies, truth)
    means, cross, n = studies.means[0], studies.cross[0], sizes[0]

    def slope(w):
        gap = means - w @ means / w.sum()
        S = (gap * w[:, None]).T @ gap / (w.sum() - 1)
        E = np.tensordot(w, cross, 1) / (w @ (n - 1)) * (w @ (1 / n)) / w.sum()
        C = S - E
        return np.linalg.solve(C[:2, :2], C[:2, 2])

    one = np.ones(40)
    np.testing.assert_allclose(found.estimates[0][0], slope(one), rtol=1e-9)
    step = 1e-4 * np.eye(40)
    moved = np.array([(slope(one + e) - slope(one - e)) / 2e-4 for e in step])
    se = np.sqrt((moved**2).sum(0) * 40 / 37)
    # derivatives from steps of a tenth, as the structural models take them
    np.testing.assert_allclose(found.errors[0][0], se, rtol=2e-3)


def test_corrected_is_right_where_means_are_too_small():
    truth = framework(0.2, 6)
    rng = np.random.default_rng(1)
    studies = draws.draw_studies(truth, np.full((60, 400), 6.0), rng)
    means, corrected = draws.by_means(studies, truth), draws.by_corrected(studies, truth)
    true = np.linalg.solve(truth.correlation[:5, :5], truth.correlation[:5, 7])[1]
    assert abs(means.estimates[2][:, 1].mean()) < 0.85 * abs(true)
    assert corrected.estimates[2][:, 1].mean() == pytest.approx(true, abs=0.03)


def test_closed_power_of_a_path_agrees_with_simulation():
    truth = framework(0.3, 6)
    rng = np.random.default_rng(2)
    limits, _ = draws.asymptotic(truth, 6, corrected=False)
    for groups in (60, 150):
        sizes = np.full((2500, groups), 6.0)
        found = draws.by_means(draws.draw_studies(truth, sizes, rng, within=False), truth)
        z = np.abs(found.estimates[2][:, 1] / found.errors[2][:, 1])
        from scipy.stats import t

        share = (z > t.isf(0.025, found.df[2])).mean()
        se = limits.errors[2][0, 1] / np.sqrt(found.df[2] + 1)
        closed_form = closed.normal_power(limits.estimates[2][0, 1], se, found.df[2])
        assert share == pytest.approx(closed_form, abs=3 * np.sqrt(0.25 / 2500) + 0.01)


def test_icc_precision_and_the_f_test_agree_with_simulation():
    rng = np.random.default_rng(4)
    groups, members, icc1 = 60, 8, 0.2
    codes = np.repeat(np.arange(groups), members)
    estimates, passed = [], []
    asked = closed.f_asked(0.05, 0.60, 0.05, members, groups)
    for _ in range(700):
        values = rng.normal(size=groups)[codes] * np.sqrt(icc1)
        values = values + rng.normal(size=len(codes)) * np.sqrt(1 - icc1)
        table = anova.one_way_of(group_statistics(values, codes, groups))
        f = float(np.ravel(table.ms_between / table.ms_within)[0])
        estimates.append((f - 1) / (f + members - 1))
        passed.append(f >= asked)
    spread = 1.959964 * np.std(estimates)
    assert closed.icc_half_width(icc1, members, groups) == pytest.approx(spread, rel=0.09)
    assert closed.f_at_least(asked, icc1, members, groups) == pytest.approx(
        np.mean(passed), abs=3 * np.sqrt(0.25 / 700)
    )


def test_a_plan_has_all_its_tables():
    found = cu.plan(BANK, **SMALL)
    assert len(found.effects) == 2 * 15
    assert set(found.effects["way"]) == {"means", "corrected"}
    assert found.effects["power"].between(0, 1).all()
    assert "Groups needed" in str(found)
    assert "ICC(1) is estimated to" in found.sentence
    assert found.detectable["effect"].notna().any()
    picture = ET.fromstring(found.svg())
    assert picture.tag.endswith("svg")
    means = found.effects[found.effects["way"] == "means"]
    assert (means["power"] - means["power_closed"]).abs().max() < 0.25


def test_the_same_numbers_whatever_the_cells_and_processes():
    alone = cu.plan(BANK, **SMALL).effects
    more = cu.plan(BANK, **{**SMALL, "n_groups": [40, 60], "jobs": 2}).effects
    both = more[more["groups"] == 60].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, both)


def test_an_interrupted_plan_goes_on_without_doing_anything_twice(tmp_path, monkeypatch):
    whole = cu.plan(BANK, **SMALL).effects
    real, calls = work.run_piece, []

    def once(piece):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(piece.number)
        return real(piece)

    monkeypatch.setattr(work, "run_piece", once)
    with pytest.raises(KeyboardInterrupt):
        cu.plan(BANK, **SMALL, store=tmp_path)
    assert len(list(tmp_path.glob("*.json"))) == 2
    again = []
    monkeypatch.setattr(work, "run_piece", lambda piece: again.append(piece.number) or real(piece))
    resumed = cu.plan(BANK, **SMALL, store=tmp_path).effects
    assert again == [2]
    pd.testing.assert_frame_equal(whole, resumed)
    cu.plan(BANK, **SMALL, store=tmp_path)
    assert again == [2]
    next(tmp_path.glob("*.json")).write_text("{", "utf-8")
    with pytest.raises(cu.InputError, match="is no piece of a plan"):
        cu.plan(BANK, **SMALL, store=tmp_path)


def test_expected_time_comes_first():
    said = []
    cu.plan(BANK, **SMALL, told=said.append)
    assert said[0].done == 1
    assert said[0].seconds > 0
    assert said[-1].seconds == 0


def test_what_no_number_of_groups_attains_is_said_with_its_limit():
    truth = cu.TrueParameters(icc=0.05)
    found = cu.plan("lq2002", n_groups=[40], n_members=4, values=truth, effects=False)
    row = found.needed[found.needed["question"] == "aggregation"].iloc[0]
    assert pd.isna(row["groups"])
    assert "no number of groups attains it: as groups grow ICC(2) tends to 0.17" in row["reason"]
    none = cu.TrueParameters(paths={("ssm", "con"): 0.3, ("cdu", "ssm"): 0.3}, icc=0.3)
    found = cu.plan(BANK, n_groups=[60], n_members=8, values=none, repetitions=25, jobs=1)
    zero = found.needed[found.needed["effect"] == "con -> dlr -> cdu"]
    assert zero.loc[zero["way"] == "corrected", "reason"].str.contains("tends to 0.000").all()


def test_forty_groups_can_show_this_much_and_no_less():
    found = cu.plan(
        BANK, n_groups=[40, 60, 200], n_members=20, values=TRUTH, repetitions=25, jobs=1
    )
    by = found.detectable.set_index(["way", "groups"])
    assert by["effect"]["means", 60] > by["effect"]["means", 200] > 0
    assert by["which"].nunique() == 1
    few = cu.plan(BANK, n_groups=[20], n_members=3, repetitions=25, jobs=1).detectable
    assert few["effect"].isna().all()
    assert few["reason"].str.contains("the other paths leave room for").all()


def test_silent_members_and_lost_groups():
    full = cu.plan("lq2002", n_groups=[60], n_members=6, effects=False).precision.iloc[0]
    half = cu.plan("lq2002", n_groups=[60], n_members=6, response_rate=0.5, effects=False)
    row = half.precision.iloc[0]
    assert row["answers"] == pytest.approx(3.26, abs=0.05)  # of groups with two answers and more
    assert row["lost_groups"] == pytest.approx(7 / 64)
    assert row["icc1_half_width"] > full["icc1_half_width"]
    assert "groups asked" in half.sentence


def test_values_from_a_pilot():
    responses = cu.read_responses(cu.sample_path("clean") / "export.csv", BANK)
    pilot = cu.aggregate(cu.score(responses), repetitions=0)
    found = cu.plan(BANK, **{**SMALL, "pilot": pilot})
    assert len(found.effects) == 30
    iccs = list(from_pilot(TRUTH, pilot).iccs.values())
    assert iccs
    # a plan is shown and sealed: no figure of it is an equation in the pilot's answers
    assert iccs == [round(icc, 2) for icc in iccs]
    structure = structure_of(BANK, "M1", with_paths(BANK, TRUTH), direct=None)
    assert structure.population.equations[-1][1] == (5, 6, 7)  # M1 has no direct paths


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n_groups": []}, "n_groups must be at least one number"),
        ({"n_groups": [8]}, "this cell cannot be reached"),
        ({"n_members": 1}, "n_members must be"),
        ({"n_members": 2, "response_rate": 0.2}, "this cell cannot be reached"),
        ({"response_rate": 0}, "response_rate must"),
        ({"ways": ["mean"]}, "did you mean 'means'"),
        ({"ways": []}, "ways must name"),
        ({"model": "M99"}, "model must be one of"),
        ({"power": 1.0}, "power must"),
        ({"values": cu.TrueParameters(correlation=-0.9)}, "no data can have"),
        ({"values": cu.TrueParameters(paths={("cdu", "ssm"): 1.2})}, "over 100%"),
        ({"values": cu.TrueParameters(icc=0.0)}, "must be over 0"),
        ({"pilot": 3}, "pilot must be"),
        ({"fewest": 9}, "no group would count"),
        ({"n_groups": [40, 10**12]}, "n_groups must be at most 100,000, got 1,000,000,000,000"),
        ({"n_members": 10**9}, "n_members must be at most 100,000"),
        ({"jobs": 0}, "jobs must be a whole number of at least 1"),
        ({"jobs": 1_000_000}, "jobs must be at most 1,000"),
    ],
)
def test_a_plan_that_cannot_be_is_named(change, said):
    with pytest.raises(cu.InputError, match=said):
        cu.plan(BANK, **{**SMALL, **change})


def test_cells_that_cannot_be_are_named_before_anything_is_computed(monkeypatch):
    """Nine thousand cells took 18 s before the first of them was refused."""
    monkeypatch.setattr(closed_tables, "precision_frame", lambda *_: pytest.fail("computed"))
    with pytest.raises(cu.InputError, match="this cell cannot be reached"):
        cu.plan(BANK, **{**SMALL, "n_groups": range(8, 9000)})


def test_an_instrument_without_a_model_is_planned_without_effects():
    with pytest.raises(cu.InputError, match="effects=False"):
        cu.plan("lq2002", n_groups=[60], n_members=6)


def test_fewest_groups_and_aggregation():
    assert fewest_groups(lambda groups: False) == -1
    assert aggregation(0.3, 10, 80) > aggregation(0.3, 10, 20) > 0.5


def test_the_command(tmp_path: Path, capsys):
    out = tmp_path / "plan"
    words = ["plan", "collective_data_use", "--groups", "40,60", "--members", "8", "--icc", "0.2",
             "--repetitions", "30", "--out", str(out)]  # fmt: skip
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.index("Expected time") < said.index("Groups needed")
    assert sorted(path.name for path in out.iterdir()) == [
        "detectable.csv", "effects.csv", "needed.csv", "plan.svg", "precision.csv", "run.json",
        "sentence.txt",
    ]  # fmt: skip
    assert not Path(f"{out}.unfinished").exists()
    assert json.loads((out / "run.json").read_text("utf-8"))["groups"] == [40, 60]
    page = (Path(__file__).parents[2] / "docs" / "planning.md").read_text("utf-8")
    for path in out.glob("*.csv"):
        for column in pd.read_csv(path).columns:
            assert f"`{column}`" in page, f"{path.name} {column}"
    assert main(["plan", "collective_data_use", "--groups", "forty"]) == 2
    assert "such as 40,60,80" in capsys.readouterr().err
    study = tmp_path / "study.yaml"
    study.write_text("instrument: lq2002\nexports: a.csv\n", "utf-8")
    assert main(["plan", str(study)]) == 2
    assert "has no planning" in capsys.readouterr().err
    study.write_text(
        "instrument: lq2002\nexports: a.csv\nplanning: {groups: 45, members: 7}\n", "utf-8"
    )
    assert main(["plan", str(tmp_path), "--no-effects"]) == 0
    assert "With 45 groups and 7.0 of 7 members" in capsys.readouterr().out
    assert main(["plan", "lq2002", "--no-effects", "--groups", "40", "--json"]) == 0
    assert "precision" in json.loads(capsys.readouterr().out)


def test_corrected_clears_covariances_as_the_structural_models_do():
    """The same persons: the plan's covariances are those of `corrected`, for any weights."""
    from collective_use.numerics.structure import between

    rng = np.random.default_rng(8)
    truth = framework(0.15, 4)
    sizes = rng.integers(3, 7, (1, 45)).astype(float)
    root = np.linalg.cholesky(truth.correlation)
    codes = np.repeat(np.arange(45), sizes[0].astype(int))
    spread = np.sqrt(np.diag(truth.within))
    persons = (rng.normal(size=(45, 9)) @ root.T)[codes]
    persons = persons + rng.normal(size=persons.shape) * spread
    parts = between.group_parts(persons, codes, 45, np.full((45, 9), np.inf))
    studies = draws.Studies(parts.means[None], parts.cross[None], sizes)
    whole, heavier, lighter = draws._corrected(studies, ())
    theirs = between.between_covariances(parts, np.ones((1, 45)))
    np.testing.assert_allclose(whole[0], theirs.corrected[0], rtol=1e-9, atol=1e-12)
    nudged = between.between_covariances(parts, between.nudged(45))
    assert float(theirs.kept[0]) < 1  # few members: not all of the error can be taken off
    both = np.concatenate([heavier[0], lighter[0]])
    np.testing.assert_allclose(both, nudged.corrected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("flag", "given", "said"),
    [
        ("--groups", "0", "groups must be a whole number of at least 3, got 0"),
        ("--groups", "40,x", "groups must be whole numbers"),
        ("--members", "1", "members must be a whole number of at least 2, got 1"),
    ],
)
def test_the_command_calls_numbers_as_its_flags_do(flag, given, said, capsys):
    assert main(["plan", "lq2002", flag, given]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "n_groups" not in told
    assert "n_members" not in told
