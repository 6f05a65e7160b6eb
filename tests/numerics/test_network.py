"""Network kernels against networkx, brute force and what must hold for any network."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collective_use.numerics.rosters import missing
from collective_use.numerics.rosters import network as net

INDICES = {
    "density": net.density,
    "reciprocity": net.reciprocity,
    "dyadic_agreement": net.dyadic_agreement,
    "in_centralization": net.in_centralization,
    "out_centralization": net.out_centralization,
    "isolates": net.isolates,
    "components": net.components,
    "largest_component": net.largest_component,
    "fragmentation": net.fragmentation,
    "named_share": net.named_share,
}


def random_ties(seed: int, k: int, groups: int = 1, p: float = 0.35) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ties = (rng.random((groups, k, k)) < p).astype(float)
    ties[:, np.arange(k), np.arange(k)] = np.nan
    return ties


def graph_of(ties: np.ndarray) -> nx.DiGraph:
    return nx.from_numpy_array(np.nan_to_num(ties), create_using=nx.DiGraph)


networks = st.builds(
    random_ties,
    st.integers(0, 2**32 - 1),
    st.integers(2, 9),
    st.just(1),
    st.sampled_from([0.05, 0.3, 0.6, 0.95]),
)


@settings(max_examples=60, deadline=None)
@given(networks)
def test_equals_networkx(ties: np.ndarray) -> None:
    graph = graph_of(ties[0])
    k = graph.number_of_nodes()
    assert net.density(ties)[0] == pytest.approx(nx.density(graph), rel=1e-12)
    if graph.number_of_edges():
        assert net.reciprocity(ties)[0] == pytest.approx(nx.overall_reciprocity(graph), rel=1e-12)
    else:
        assert np.isnan(net.reciprocity(ties)[0])
    parts = list(nx.weakly_connected_components(graph))
    assert net.components(ties)[0] == len(parts)
    assert net.largest_component(ties)[0] == pytest.approx(max(map(len, parts)) / k)
    assert net.isolates(ties)[0] == pytest.approx(nx.number_of_isolates(graph) / k)
    apart = sum(not any({i, j} <= part for part in parts) for i in range(k) for j in range(i))
    assert net.fragmentation(ties)[0] == pytest.approx(apart / (k * (k - 1) / 2), abs=1e-12)
    for ours, theirs in (
        (net.in_centralization, nx.in_degree_centrality(graph)),
        (net.out_centralization, nx.out_degree_centrality(graph)),
    ):
        counts = np.array([theirs[node] for node in range(k)]) * (k - 1)
        freeman = (counts.max() - counts).sum() / (k - 1) ** 2
        assert ours(ties)[0] == pytest.approx(freeman, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(networks, st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(ties: np.ndarray, random: object) -> None:
    order = list(range(ties.shape[-1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    moved = ties[:, order][:, :, order]
    for name, index in INDICES.items():
        np.testing.assert_allclose(index(moved), index(ties), rtol=1e-12, err_msg=name)


@settings(max_examples=40, deadline=None)
@given(networks)
def test_shares_stay_between_0_and_1(ties: np.ndarray) -> None:
    for name, index in INDICES.items():
        value = index(ties)[0]
        if name == "components":
            assert 1 <= value <= ties.shape[-1]
        else:
            assert np.isnan(value) or -1e-12 <= value <= 1 + 1e-12, name


def test_star_is_fully_centralized_and_circle_not_at_all() -> None:
    star = np.zeros((1, 5, 5))
    star[0, 1:, 0] = 1
    star[0, np.arange(5), np.arange(5)] = np.nan
    assert net.in_centralization(star)[0] == pytest.approx(1)
    circle = np.roll(np.eye(5), 1, axis=1)[None]
    circle[0, np.arange(5), np.arange(5)] = np.nan
    assert net.in_centralization(circle)[0] == 0
    assert net.out_centralization(circle)[0] == 0


def test_star_with_self_ratings_is_fully_centralized() -> None:
    star = np.zeros((1, 4, 4))
    star[0, :, 0] = 1
    assert net.in_centralization(star)[0] == pytest.approx(1)


def test_valued_reciprocity_and_correlation() -> None:
    n = np.nan
    ties = np.array([[[n, 0.8, 0.2], [0.4, n, 0.6], [0.2, 1.0, n]]])
    assert net.reciprocity(ties)[0] == pytest.approx((0.8 + 0.4 + 1.2) / 3.2)
    assert net.dyadic_agreement(ties)[0] == pytest.approx(1 - 2 * (0.4 + 0 + 0.4) / 6)
    one, two = [0.8, 0.2, 0.6], [0.4, 0.2, 1.0]
    expected = np.corrcoef(one + two, two + one)[0, 1]
    assert net.dyadic_correlation(ties)[0] == pytest.approx(expected, rel=1e-12)
    assert np.isnan(net.dyadic_correlation(np.where(np.isnan(ties), n, 0.3))[0])


def test_external_internal() -> None:
    ties = random_ties(3, 6)
    partners = np.array([[0, 0, 1, 1, 2, -1]])
    graph = graph_of(ties[0])
    code = partners[0]
    arcs = [(i, j) for i, j in graph.edges if code[i] >= 0 and code[j] >= 0]
    external = sum(code[i] != code[j] for i, j in arcs)
    expected = (2 * external - len(arcs)) / len(arcs)
    assert net.external_internal(ties, partners)[0] == pytest.approx(expected)


def some_missing(seed: int, k: int, rows: int, cells: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ties = random_ties(seed, k, p=rng.choice([0.2, 0.5, 0.8]))
    ties[0, rng.choice(k, rows, replace=False)] = np.nan
    for _ in range(cells):
        i, j = rng.choice(k, 2, replace=False)
        ties[0, i, j] = np.nan
    return ties


@pytest.mark.parametrize("name", list(INDICES))
@pytest.mark.parametrize("seed", range(6))
def test_bounds_are_the_extremes_over_every_way_to_fill(name: str, seed: int) -> None:
    ties = some_missing(seed, k=4, rows=1 + seed % 2, cells=2)
    open_cells = np.argwhere(np.isnan(ties[0]) & ~np.eye(4, dtype=bool))
    ways = np.array(list(itertools.product([0.0, 1.0], repeat=len(open_cells))))
    filled = np.repeat(ties, len(ways), axis=0)
    filled[:, open_cells[:, 0], open_cells[:, 1]] = ways
    values = INDICES[name](filled)
    values = values[~np.isnan(values)]
    bounds = missing.index_bounds(name, ties)
    assert bounds is not None
    assert bounds[0][0] == pytest.approx(values.min(), abs=1e-12)
    assert bounds[1][0] == pytest.approx(values.max(), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(networks)
def test_bounds_of_a_complete_network_are_its_value(ties: np.ndarray) -> None:
    for name, index in INDICES.items():
        low, high = missing.index_bounds(name, ties)  # type: ignore[misc]
        np.testing.assert_allclose(low, index(ties), atol=1e-12, err_msg=name)
        np.testing.assert_allclose(high, index(ties), atol=1e-12, err_msg=name)


def test_no_bounds_where_none_are_known() -> None:
    assert missing.index_bounds("dyadic_correlation", random_ties(1, 4)) is None
    assert missing.index_bounds("reciprocity", random_ties(1, 4) * 0.5) is None


def test_reconstruction_takes_the_other_report() -> None:
    ties = random_ties(5, 5)
    ties[0, 0] = np.nan
    ties[0, 1] = np.nan
    rebuilt = missing.reconstruct(ties)
    np.testing.assert_array_equal(rebuilt[0, 0, 2:], ties[0, 2:, 0])
    assert np.isnan(rebuilt[0, 0, 1])
    assert np.isnan(rebuilt[0, 1, 0])
    np.testing.assert_array_equal(rebuilt[0, 2:], ties[0, 2:])
    assert missing.respondents(ties)[0].tolist() == [False, False, True, True, True]


def test_a_network_nobody_reported_has_no_index() -> None:
    empty = np.full((1, 4, 4), np.nan)
    for name, index in INDICES.items():
        assert np.isnan(index(empty)[0]), name
