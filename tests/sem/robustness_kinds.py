"""The same for groups, two levels, ordered answers and replicate weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
from robustness_case import Trouble, noise, same

ONE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
ITEMS = [f"x{i}" for i in range(1, 7)]
TWO = "level: 1\nw =~ x4 + x5 + x6\nlevel: 2\nb =~ x4 + x5 + x6"
GROUPS = {"group": "school"}
TEAMS = {"cluster": "team"}
GAPS = TEAMS | {"missing": "fiml"}
ORDERED = {"ordered": ITEMS}
FIRST = "Pasteur"


def teams(d: pd.DataFrame, count: int = 60) -> pd.DataFrame:
    """Put the cases into teams that differ."""
    r = np.random.default_rng(3)
    team = np.arange(len(d)) % count
    apart = r.normal(size=(count, 1))[team] + 0.5 * r.normal(size=(count, 6))[team]
    made = dict(zip(ITEMS, d[ITEMS].to_numpy().T + apart.T, strict=True))
    return d.assign(team=team, budget=r.normal(size=count)[team], **made)


def answers(d: pd.DataFrame, cuts: tuple[float, ...] = (-0.7, 0.2, 1.0)) -> pd.DataFrame:
    """Turn the tests into answers of four categories."""
    z = (d[ITEMS] - d[ITEMS].mean()) / d[ITEMS].std()
    return d.assign(**{name: np.digitize(z[name], cuts) for name in ITEMS})


def one_group_over(d: pd.DataFrame) -> pd.DataFrame:
    """Let x1 and x2 measure what the others do not, in one group."""
    r = np.random.default_rng(11)
    f = r.normal(size=len(d))
    other = d.school != FIRST
    made = {
        "x1": f + 0.1 * r.normal(size=len(d)),
        "x2": f + 0.1 * r.normal(size=len(d)),
        "x3": 0.1 * f + r.normal(size=len(d)),
    }
    return d.assign(**{name: d[name].where(other, value) for name, value in made.items()})


def centred(d: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Take from items what their teams differ in."""
    t = teams(d)
    return t.assign(**{name: t[name] - t.groupby("team")[name].transform("mean") for name in names})


def two_in_one(d: pd.DataFrame) -> pd.DataFrame:
    """Draw two factors that are one, in two groups."""
    r = np.random.default_rng(2)
    f = r.normal(size=150)
    made = pd.DataFrame({f"y{i}": f + r.normal(size=150) * 1.5 for i in range(6)})
    return made.assign(school=np.where(np.arange(150) % 2, "odd", "even"))


def replicates(d: pd.DataFrame, *, whole: float = 1.0, lost: str = "") -> pd.DataFrame:
    """Give every case weights of 10 replicates; one may leave a group out."""
    w = 1 + d.index % 3
    made = {f"r{k}": w * (d.index % 10 != k) / whole for k in range(10)}
    if lost:
        made["r4"] = np.where(d.school == lost, 0.0, made["r4"])
    return d.assign(w=w, **made)


JACKKNIFE = {
    "weights": "w", "replicate_weights": [f"r{k}" for k in range(10)], "replicate_type": "JK1",
}  # fmt: skip

KINDS: dict[str, Trouble] = {
    "heywood_group": Trouble(
        "Heywood case in one group", one_group_over, "ImproperSolutionWarning",
        ("x1 (-", "group 'Pasteur'"), ONE, GROUPS, converges=True, admissible=False,
    ),
    "correlation_group": Trouble(
        "factors that are one, in one group", two_in_one, "ImproperSolutionWarning",
        ("beyond 1", "(group '"), "a =~ y0 + y1 + y2\nb =~ y3 + y4 + y5", GROUPS,
        converges=True, admissible=False,
    ),
    "collinear_group": Trouble(
        "items that determine each other in one group",
        lambda d: d.assign(x2=d.x2.where(d.school != FIRST, 2 * d.x1)), "EstimationError",
        ("in group 'Pasteur'", "'x1', 'x2' determine"), ONE, GROUPS,
    ),
    "no_groups": Trouble(
        "column of groups without values", lambda d: d.assign(school=np.nan), "InputError",
        ("'school', all missing",), ONE, GROUPS,
    ),
    "person_groups": Trouble(
        "a column of persons as groups", lambda d: d.assign(school=d.index), "InputError",
        ("301 groups of one case",), ONE, GROUPS,
    ),
    "one_in_group": Trouble(
        "a group of one case", lambda d: d.assign(school=np.where(d.index == 0, "a", "b")),
        "EstimationError", ("at least two cases in group 'a'",), ONE, GROUPS,
    ),
    "other_group": Trouble(
        "a group: block of no group", same, "InputError", ("'Nowhere'", "'Grant-White'"),
        "group: Pasteur\nf =~ x1 + x2 + x3\ngroup: Nowhere\nf =~ x1 + x2 + x3", GROUPS,
    ),
    "constant_within": Trouble(
        "item constant within teams (two levels)",
        lambda d: (t := teams(d)).assign(x4=t.groupby("team").x4.transform("mean")),
        "EstimationError", ("'x4' does not vary within clusters",), TWO, TEAMS,
    ),
    "constant_between": Trouble(
        "items without differences between teams (two levels)",
        lambda d: centred(d, "x4", "x5", "x6"), "ConvergenceWarning", ("did not converge",), TWO,
        TEAMS, converges=False, admissible=False, edge=True,
    ),
    "heywood_between": Trouble(
        "Heywood case between teams (two levels, 5 teams)", lambda d: teams(d, 5),
        "ImproperSolutionWarning", ("x6 (-", "level 2"), TWO, TEAMS, converges=True,
        admissible=False,
    ),
    "few_teams": Trouble(
        "fewer teams than parameters of level 2", lambda d: teams(d, 5), "SmallGroupsWarning",
        ("9 parameters of level 2", "5 clusters"), TWO, TEAMS, converges=True, admissible=False,
    ),
    "one_team": Trouble(
        "one team (two levels)", lambda d: teams(d).assign(team=1), "EstimationError",
        ("two levels need clusters, there are 1",), TWO, TEAMS,
    ),
    "teams_of_one": Trouble(
        "teams of one case (two levels)", lambda d: teams(d).assign(team=d.index),
        "EstimationError", ("every cluster has one case",), TWO, TEAMS,
    ),
    "budget_differs": Trouble(
        "a team's value that differs within the team",
        lambda d: (t := teams(d)).assign(budget=t.budget + noise(d, 1.0)), "InputError",
        ("budget stands at level 2 only but differs within cluster",), TWO + "\nb ~ budget", TEAMS,
    ),
    "no_cluster": Trouble(
        "level: blocks without cluster=", teams, "InputError", ("need one cluster column",), TWO,
    ),
    "under_two_level": Trouble(
        "factor with two items at level 2", teams, "ImproperSolutionWarning",
        ("not identified", "'b=~x5.l2'"),
        "level: 1\nw =~ x4 + x5 + x6\nlevel: 2\nb =~ x4 + x5\nx6 ~~ x6", TEAMS,
        converges=True, admissible=False,
    ),
    "never_level": Trouble(
        "two items never answered by the same person (two levels, FIML)",
        lambda d: (t := teams(d)).assign(
            x4=t.x4.where(t.index < 150), x5=t.x5.where(t.index >= 150)),
        "DataWarning", ("no case has a value of both 'x4' and 'x5'",), TWO, GAPS, admissible=False,
    ),
    "duplicate_level": Trouble(
        "the same item twice (two levels)", lambda d: (t := teams(d)).assign(x10=t.x5),
        "EstimationError", ("within clusters", "'x5', 'x10' determine"),
        TWO.replace("x6", "x6 + x10"), TEAMS,
    ),
    "one_category": Trouble(
        "ordered item with one answer", lambda d: answers(d).assign(x1=1), "InputError",
        ("'x1' must have two values or more",), ONE, ORDERED,
    ),
    "category_of_a_group": Trouble(
        "an answer that one group never gives",
        lambda d: (a := answers(d)).assign(x1=a.x1.where(a.school != FIRST, a.x1.clip(upper=1))),
        "InputError", ("x1 has a category without cases in group 'Pasteur'",), ONE,
        ORDERED | GROUPS,
    ),
    "same_ordered": Trouble(
        "the same ordered item twice", lambda d: (a := answers(d)).assign(x10=a.x3),
        "EstimationError", ("the correlation of 'x3 x x10' is 1",),
        ONE.replace("x3", "x3 + x10"), {"ordered": [*ITEMS, "x10"]},
    ),
    "heywood_ordered": Trouble(
        "Heywood case of ordered items",
        lambda d: answers(one_group_over(d.assign(school=FIRST))), "ImproperSolutionWarning",
        ("negative variance", "x2 (-"), ONE, ORDERED, converges=True, admissible=False,
    ),
    "empty_tables": Trouble(
        "numbers named as ordered", same, "DataWarning", ("two-way tables have empty cells",), ONE,
        ORDERED, converges=True,
    ),
    "told_ordered": Trouble(
        "ordered item that a covariate tells perfectly",
        lambda d: answers(d).assign(kind=lambda a: (a.x1 > 1).astype(float)), "EstimationError",
        ("'kind' tells answers to x1 without error",), ONE + "\nvisual ~ kind", ORDERED,
    ),
    "flat_ordered": Trouble(
        "ordered items of which none is low where the other is high",
        lambda d: answers(d).assign(
            x1=np.digitize(d.x9, d.x9.quantile([0.08])),
            x2=np.digitize(d.x9, d.x9.quantile([0.8, 0.95])),
        ),
        "DataWarning", ("do not tell the correlation of 'x1 x x2'",), ONE, ORDERED,
    ),
    "given_ordered": Trouble(
        "covariates of ordered items that determine each other",
        lambda d: answers(d).assign(months=d.ageyr * 12.0), "EstimationError",
        ("'ageyr', 'months' determine each other",), ONE + "\nvisual ~ ageyr + months", ORDERED,
    ),
    "few_ordered": Trouble(
        "ordered items, WLS, fewer cases than statistics", lambda d: answers(d).head(25),
        "EstimationError", ("25 cases, 33 statistics", "use WLSMV"), ONE,
        ORDERED | {"estimator": "WLS"},
    ),
    "fewer_ordered": Trouble(
        "ordered items, fewer cases than parameters", lambda d: answers(d).head(15), "DataWarning",
        ("22 parameters", "15 cases"), ONE, ORDERED, converges=True, admissible=False,
    ),
    "never_ordered": Trouble(
        "two ordered items never answered by the same person",
        lambda d: (a := answers(d)).assign(
            x1=a.x1.where(a.index < 150), x2=a.x2.where(a.index >= 150)),
        "InputError", ("no case answered both x1 and x2",), ONE,
        ORDERED | {"missing": "pairwise"},
    ),
    "words_ordered": Trouble(
        "ordered item of words",
        lambda d: (a := answers(d)).assign(x1=np.where(a.x1 > 1, "yes", "no")), "InputError",
        ("x1 must be a column of numbers or an ordered category",), ONE, ORDERED,
    ),
    "factors_for_weights": Trouble(
        "factors in place of replicate weights", lambda d: replicates(d, whole=50.0),
        "DataWarning", ("'r0'", "have to be whole weights"), ONE, JACKKNIFE, converges=True,
    ),
    "replicate_without_group": Trouble(
        "a replicate that leaves a group out", lambda d: replicates(d, lost=FIRST), "InputError",
        ("'r4' are 0 in all of group 'Pasteur'",), ONE, JACKKNIFE | GROUPS,
    ),
}  # fmt: skip
"""In the order of the page."""
