"""Ten made-up studies with different known faults: the verdicts differ, and name the fault."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

import collective_use as cu

SETS = {"use": list("abcd"), "trust": list("efgh"), "power": list("ijkl")}
GROUPS, SIZE = 60, 8
Change = Callable[[dict[str, np.ndarray], np.random.Generator], None]


def study(seed: int, change: Change | None = None) -> pd.DataFrame:
    """Three constructs of four items in 60 groups of eight; a fault changes parts before items."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(GROUPS), SIZE)
    root = np.linalg.cholesky(np.full((3, 3), 0.3) + 0.7 * np.eye(3))
    parts = {
        "between": 0.7 * rng.normal(size=(GROUPS, 3)) @ root.T,
        "within": 0.8 * rng.normal(size=(GROUPS * SIZE, 3)) @ root.T,
        "error": 0.6 * rng.normal(size=(GROUPS * SIZE, 12)),
        "own": 0.2 * rng.normal(size=(GROUPS, 12))[team],
        "loading": np.ones(12), "cross": np.zeros((12, 3)), "shift": np.zeros(12),
    }  # fmt: skip
    if change is not None:
        change(parts, rng)
    f = parts["between"][team] + parts["within"]
    x = np.repeat(f, 4, axis=1) * parts["loading"] + f @ parts["cross"].T
    x = x + parts["error"] + parts["own"] + parts["shift"]
    answers = np.clip(np.rint(4 + 1.3 * x), 1, 7)
    return pd.DataFrame(answers, columns=list("abcdefghijkl")).assign(team=team)


def keyed_wrong(p: dict[str, np.ndarray], _: np.random.Generator) -> None:
    p["loading"][1] = -1


def weak(p: dict[str, np.ndarray], _: np.random.Generator) -> None:
    p["loading"][5] = 0.15
    p["error"][:, 5] *= 1.6


def double(p: dict[str, np.ndarray], _: np.random.Generator) -> None:
    p["cross"][9, 0] = 1.0


def noisy_scale(p: dict[str, np.ndarray], _: np.random.Generator) -> None:
    p["error"][:, 4:8] *= 4.0


def one_for_persons(p: dict[str, np.ndarray], _: np.random.Generator) -> None:
    p["between"][:, 1], p["within"][:, 1] = p["between"][:, 0], p["within"][:, 0]


def one_for_groups(p: dict[str, np.ndarray], _: np.random.Generator) -> None:
    p["between"][:, 2] = p["between"][:, 1]
    p["own"] *= 0.2


def same_words(p: dict[str, np.ndarray], _: np.random.Generator) -> None:
    p["error"][:, 3] = 0.2 * p["error"][:, 3] + 0.98 * p["error"][:, 2]


def ceiling(p: dict[str, np.ndarray], _: np.random.Generator) -> None:
    p["shift"][0] = 2.6


def no_groups(p: dict[str, np.ndarray], rng: np.random.Generator) -> None:
    p["between"][:, 2] = 0
    p["own"][:, 8:] = 0


FINDINGS: dict[str, tuple[Change | None, set[tuple[str, str]]]] = {
    "clean": (None, set()),
    "keyed the wrong way": (keyed_wrong, {("runs against its scale", "b in use")}),
    "a weak item": (weak, {("hardly belongs to its scale", "f in trust")}),
    "a double loading": (double, {("loads on another construct too", "j of power: also use")}),
    "an unreliable scale": (noisy_scale, {("unreliable scale", "trust")}),
    "one construct for persons": (
        one_for_persons, {("constructs not told apart by persons", "use and trust")}
    ),
    "one construct for groups": (
        one_for_groups, {("constructs not told apart between groups", "trust and power")}
    ),
}  # fmt: skip
REMARKS: dict[str, Change] = {
    "the same words twice": same_words, "answers at one end": ceiling, "no groups": no_groups,
}  # fmt: skip


@cache
def validated(name: str) -> cu.Validation:
    change = FINDINGS[name][0] if name in FINDINGS else REMARKS[name]
    return cu.validate(study(11, change), SETS, groups="team", repetitions=100)


@pytest.mark.parametrize("name", FINDINGS)
def test_the_fault_is_named_and_nothing_that_has_nothing_to_do_with_it(name: str) -> None:
    found = validated(name).findings
    named = set(zip(found["what"], found["where"], strict=True))
    wanted = FINDINGS[name][1]
    assert wanted <= named
    if name == "clean":
        assert not named
    items = {where.split()[0] for _, where in wanted}
    # what follows from a fault may be said too: constructs that are one for persons are one for
    # groups, a scale of noise has weak items; of other constructs nothing may be said
    about = {"use", "trust", "power"} if not wanted else set(" ".join(w for _, w in wanted).split())
    for _, where in named - wanted:
        assert about & set(where.replace(":", "").split()) or where.split()[0] in items, where


def test_what_the_item_tables_show() -> None:
    pairs = validated("the same words twice").items.pairs
    assert {"c", "d"} in [{r.first, r.second} for r in pairs.itertuples()]
    ends = validated("answers at one end").items.table.set_index("item")
    assert "ceiling" in ends.loc["a", "remarks"]
    flat = validated("no groups").items.table.set_index("item")
    assert flat.loc[list("ijkl"), "remarks"].str.contains("does not separate groups").all()
    assert not flat.loc[list("abcd"), "remarks"].str.contains("does not separate groups").any()


def test_all_verdicts_differ() -> None:
    said = set()
    for name in (*FINDINGS, *REMARKS):
        found = validated(name)
        remarks = tuple(found.items.table["remarks"])
        pairs = tuple(map(tuple, found.items.pairs[["first", "second"]].to_numpy())) if len(
            found.items.pairs) else ()  # fmt: skip
        said.add((tuple(found.findings["where"]), remarks, pairs))
    assert len(said) == 10
