"""cu.network: forms of input, gate, treatments, bounds, messages."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import collective_use as cu


def matrix(seed: int, k: int, top: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ties = rng.integers(0, top + 1, (k, k)).astype(float)
    np.fill_diagonal(ties, np.nan)
    names = [f"m{i + 1}" for i in range(k)]
    return pd.DataFrame(ties, index=names, columns=names)


def edges_of(matrices: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [
        (group, rater, target, table.loc[rater, target])
        for group, table in matrices.items()
        for rater in table.index
        for target in table.columns
        if rater != target and not np.isnan(table.loc[rater, target])
    ]
    return pd.DataFrame(rows, columns=["group", "rater", "target", "value"])


def members_of(matrices: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [(group, name) for group, table in matrices.items() for name in table.index]
    return pd.DataFrame(rows, columns=["group", "member"])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_matrix_mapping_stack_and_edges_agree(seed: int, groups: int) -> None:
    matrices = {f"g{i}": matrix(seed + i, 5, top=4) for i in range(groups)}
    matrices["g0"].iloc[0] = np.nan
    options = {"threshold": 2, "gate": 0.5}
    mapping = cu.network(matrices, **options)
    stack = cu.network(np.stack([m.to_numpy() for m in matrices.values()]), **options)
    edges = cu.network(edges_of(matrices), members=members_of(matrices), **options)
    for other in (stack, edges):
        pd.testing.assert_frame_equal(
            mapping.values.drop(columns="group"), other.values.drop(columns="group")
        )
    alone = cu.network(matrices["g0"], **options)
    pd.testing.assert_frame_equal(
        alone.values.drop(columns="group"), mapping.values.iloc[:1].drop(columns="group")
    )


def test_equals_networkx_after_the_threshold() -> None:
    table = matrix(4, 8, top=4)
    got = cu.network(table, threshold=3).values.iloc[0]
    graph = nx.from_pandas_adjacency((table >= 3).astype(int), create_using=nx.DiGraph)
    assert got["density"] == pytest.approx(nx.density(graph))
    assert got["reciprocity"] == pytest.approx(nx.overall_reciprocity(graph))
    assert got["components"] == nx.number_weakly_connected_components(graph)
    assert got["valued_mean"] == pytest.approx(np.nanmean(table.to_numpy()))


def test_the_gate_hides_the_index_and_keeps_the_group() -> None:
    low, good = matrix(1, 5), matrix(2, 5)
    low.iloc[:2] = np.nan
    result = cu.network({"low": low, "good": good}, indices=["density"])
    assert result.values["group"].tolist() == ["low", "good"]
    assert np.isnan(result.values["density"].iloc[0])
    assert "3 of 5 answered (60%), under the gate of 80%" in result.reasons["density"].iloc[0]
    assert result.reasons["density"].iloc[1] == ""
    opened = cu.network({"low": low, "good": good}, indices=["density"], gate=0.6)
    assert opened.values["density"].notna().all()
    assert opened.gate.source == "set by the study"


def test_a_gate_met_exactly_passes() -> None:
    table = matrix(3, 5)
    table.iloc[0] = np.nan
    assert cu.network(table, indices=["density"]).values["density"].notna().all()


def test_treatments_stay_within_the_bounds() -> None:
    tables = {f"g{i}": matrix(i, 6) for i in range(30)}
    for i, table in enumerate(tables.values()):
        table.iloc[: 1 + i % 3] = np.nan
    names = ["density", "reciprocity", "in_centralization", "isolates", "valued_mean"]
    details = cu.network(tables, threshold=1, indices=names).details["treatments"]
    for way in ("zero",):
        known = details.dropna(subset=[way, "lower"])
        assert (known[way] >= known["lower"] - 1e-12).all()
        assert (known[way] <= known["upper"] + 1e-12).all()
    assert len(details) == 30 * len(names)


def test_reports_about_the_silent() -> None:
    table = pd.DataFrame(np.ones((5, 5)))
    table.iloc[:, 0] = 0.0
    table.iloc[0] = np.nan
    row = cu.network(table).details["reported_by_others"].iloc[0]
    assert (row["about_respondents"], row["about_silent"], row["difference"]) == (1, 0, -1)


def test_one_member_who_reports_nothing_is_named() -> None:
    result = cu.network(np.full((3, 3), np.nan), indices=["density"])
    assert result.reasons["density"].iloc[0] == "nobody answered"
    assert "nobody answered" in result.to_frame()["reason"].iloc[0]


def test_nobody_named_has_no_reciprocity_and_says_so() -> None:
    result = cu.network(np.zeros((4, 4)), indices=["density", "reciprocity"])
    assert result.values["density"].iloc[0] == 0
    assert "no tie was reported" in result.reasons["reciprocity"].iloc[0]


def test_partners_and_self_ratings() -> None:
    table = pd.DataFrame(np.ones((3, 3)), index=list("abc"), columns=list("abc"))
    table.iloc[0, 0] = 0
    members = pd.DataFrame({"group": "1", "member": list("abc"), "partner": ["x", "x", "y"]})
    got = cu.network(table, members=members, indices=["external_internal", "density"])
    assert got.values["external_internal"].iloc[0] == pytest.approx((4 - 2) / 6)
    assert got.values["density"].iloc[0] == 1
    with_self = cu.network(table, indices=["density"], include_self=True)
    assert with_self.values["density"].iloc[0] == pytest.approx(8 / 9)


@pytest.mark.parametrize(
    ("ties", "options", "message"),
    [
        (np.ones((2, 3)), {}, "one row and one column a member"),
        (np.ones((3, 3)) * 4, {}, "high must be the strongest answer"),
        (-np.ones((3, 3)), {}, "between low and high"),
        ("text", {}, "a matrix raters x targets"),
        (np.ones((3, 3)), {"indices": ["densty"]}, "did you mean 'density'"),
        (np.ones((3, 3)), {"missing": "guess"}, "missing must be one of"),
    ],
)
def test_messages(ties: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(cu.InputError, match=message):
        cu.network(ties, **options)


def test_edge_lists_must_be_whole_or_say_what_is_not_listed() -> None:
    edges = pd.DataFrame({"group": ["g"], "rater": ["a"], "target": ["b"], "value": [1]})
    members = pd.DataFrame({"group": ["g"] * 3, "member": list("abc")})
    with pytest.raises(cu.InputError, match="unlisted=0 reads it as no tie"):
        cu.network(edges, members=members)
    got = cu.network(edges, members=members, unlisted=0, gate=0.1, indices=["density"])
    assert got.values["density"].iloc[0] == 0.5
    with pytest.raises(cu.InputError, match="must be a member of the group"):
        cu.network(edges.assign(target="z"), members=members, unlisted=0)
    with pytest.raises(cu.InputError, match="twice"):
        cu.network(pd.concat([edges, edges]), members=members, unlisted=0)


def test_results_print_and_become_dictionaries() -> None:
    result = cu.network(matrix(1, 4))
    assert "response rate" in str(result)
    assert "<table" in result._repr_html_()
    assert result.to_dict()["values"][0]["group"] == "1"


def test_graphs_are_those_of_which_the_indices_speak():
    matrices = {"a": matrix(1, 5, 4), "b": matrix(2, 4, 4)}
    matrices["b"].iloc[2] = np.nan
    edges, members = edges_of(matrices), members_of(matrices)
    graphs = cu.network_graphs(edges, members=members, threshold=2)
    assert list(graphs) == ["a", "b"]
    names = ["density", "reciprocity", "components", "isolates"]
    found = cu.network(edges, members=members, threshold=2, indices=names).values.iloc[0]
    graph = graphs["a"]
    assert found["density"] == pytest.approx(nx.density(graph))
    assert found["reciprocity"] == pytest.approx(nx.overall_reciprocity(graph))
    assert found["components"] == nx.number_weakly_connected_components(graph)
    assert found["isolates"] == pytest.approx(nx.number_of_isolates(graph) / 5)
    ties = matrices["a"]
    assert {(i, j, w) for i, j, w in graph.edges(data="weight")} == {
        (i, j, ties.loc[i, j]) for i in ties for j in ties if i != j and ties.loc[i, j] >= 2
    }
    assert graphs["b"].graph["unknown_ties"] == 3
    assert not graphs["b"].nodes["m3"]["answered"]
    assert graphs["b"].out_degree("m3") == 0


def _graph(size, edges):
    ties = np.zeros((size, size))
    for i, j in edges:
        ties[i, j] = ties[j, i] = 1
    np.fill_diagonal(ties, np.nan)
    return ties


@pytest.mark.parametrize(
    ("size", "edges", "right"),
    [
        (5, [(0, i) for i in range(1, 5)], 1.0),
        (5, [(i, (i + 1) % 5) for i in range(5)], 0.0),
        (5, [(i, i + 1) for i in range(4)], 1 / 6),
        (4, [(0, 1), (0, 2), (0, 3)], 1.0),
    ],
)
def test_centralization_of_undirected_ties_is_freemans(size, edges, right):
    values = cu.network(_graph(size, edges), threshold=1, undirected=True).values.iloc[0]
    assert values["in_centralization"] == pytest.approx(right)
    assert values["out_centralization"] == pytest.approx(right)


def test_undirected_ties_must_agree_and_one_report_is_enough():
    star = _graph(5, [(0, i) for i in range(1, 5)])
    silent = star.copy()
    silent[1] = np.nan
    values = cu.network(silent, threshold=1, undirected=True, gate=0.5).values.iloc[0]
    assert values["in_centralization"] == pytest.approx(1.0)
    star[0, 1] = 0
    with pytest.raises(cu.InputError, match="same in both directions"):
        cu.network(star, threshold=1, undirected=True)
