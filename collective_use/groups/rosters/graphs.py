"""Networks of groups as graphs of networkx, for every measure that networkx has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from collective_use.accepted import RosterAnswers
from collective_use.groups.rosters.from_tables import rosters_of
from collective_use.groups.rosters.stacks import Stack

if TYPE_CHECKING:
    import networkx as nx


def network_graphs(
    ties: RosterAnswers,
    *,
    members: pd.DataFrame | None = None,
    threshold: float | None = None,
    unlisted: float | None = None,
) -> dict[str, nx.DiGraph]:
    """Return the network of each group as a directed graph of networkx.

    `collective_use.network` computes the indices that a measure may ask for, with bounds for
    silent members; for betweenness, cliques or transitivity take the graph to networkx
    (Hagberg, Schult & Swart 2008, Proceedings of the 7th Python in Science Conference).

    Parameters
    ----------
    ties, members, unlisted
        As in `collective_use.network`.
    threshold
        From which value on a tie counts. Without it, every value above 0 is an edge.

    Returns
    -------
    dict
        One `networkx.DiGraph` a group, in the order of the groups. Nodes are the members, with
        `answered`; edges have the reported value as `weight`. What a member who did not answer
        would have reported is no edge: ``graph.graph["unknown_ties"]`` counts such pairs.

    Raises
    ------
    InputError
        When the ties cannot be read.

    Examples
    --------
    >>> import networkx as nx
    >>> n = np.nan
    >>> graph = network_graphs(np.array([[n, 1, 1], [0, n, 1], [n, n, n]]))["1"]
    >>> sorted(graph.edges), graph.nodes["3"]["answered"], graph.graph["unknown_ties"]
    ([('1', '2'), ('1', '3'), ('2', '3')], False, 2)
    >>> nx.transitivity(graph.to_undirected())
    1.0
    """
    rosters = rosters_of(ties, members=members, unlisted=unlisted, square=True)
    graphs: dict[int, nx.DiGraph] = {}
    for stack in rosters.stacks:
        for place, group in enumerate(stack.groups):
            plain = tuple(str(i + 1) for i in range(stack.values.shape[-1]))
            names = rosters.target_names.get(int(group), plain)
            graphs[int(group)] = _graph(stack, place, names, threshold)
    labels = rosters.keys["group"].astype(str).tolist()
    return {labels[group]: graphs[group] for group in sorted(graphs)}


def _graph(stack: Stack, place: int, names: tuple[str, ...], threshold: float | None) -> nx.DiGraph:
    import networkx as nx

    values = stack.values[place].copy()
    np.fill_diagonal(values, np.nan)
    known = ~np.isnan(values)
    there = known & (values > 0 if threshold is None else values >= threshold)
    pairs = len(names) * (len(names) - 1)
    graph = nx.DiGraph(unknown_ties=pairs - int(known.sum()))
    for name, row in zip(names, known, strict=True):
        graph.add_node(name, answered=bool(row.any()))
    for i, j in np.argwhere(there):
        graph.add_edge(names[i], names[j], weight=float(values[i, j]))
    return graph
