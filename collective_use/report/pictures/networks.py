"""Networks of groups beside each other, nobody named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from collective_use.report.document import Picture
from collective_use.report.figures.networks import MOST, Net, network_grid
from collective_use.report.sentences import written
from collective_use.report.speaking import Words, said

if TYPE_CHECKING:
    import networkx as nx


def networks(words: Words, graphs: Mapping[str, nx.DiGraph]) -> Picture:
    """Return the networks of groups, the densest first; members have no names.

    A tie is still one person's answer, which colleagues may recognise by its place: the picture is
    for the analyst, and no page for others holds it.

    Parameters
    ----------
    words
        Puts it into words.
    graphs
        Group to its graph, as `network_graphs` returns them.
    """
    dense = {name: _density(graph) for name, graph in graphs.items()}
    ordered = sorted(graphs, key=lambda name: -dense[name])
    nets = [_net(words, name, graphs[name], dense[name]) for name in ordered]
    given = {
        "n": str(len(nets)), "drawn": str(min(len(nets), MOST)),
        "low": written(dense[ordered[-1]], bare=True), "high": written(dense[ordered[0]],
                                                                       bare=True),
    }  # fmt: skip
    alt = said(words, "networks.alt", **given)
    title = said(words, "networks.title", **given)
    return Picture("networks", title, network_grid(nets, alt), alt,
                   said(words, "networks.note", **given))  # fmt: skip


def _density(graph: nx.DiGraph) -> float:
    """Return the share of the pairs asked about that are ties."""
    count = graph.number_of_nodes()
    asked = count * (count - 1) - int(graph.graph.get("unknown_ties", 0))
    return graph.number_of_edges() / asked if asked > 0 else 0.0


def _net(words: Words, name: str, graph: nx.DiGraph, density: float) -> Net:
    nodes = list(graph.nodes)
    place = {node: k for k, node in enumerate(nodes)}
    ties = {(place[a], place[b]) for a, b in graph.edges}
    pairs = tuple((a, b, (b, a) in ties) for a, b in sorted(ties) if a < b or (b, a) not in ties)
    silent = frozenset(place[n] for n in nodes if not graph.nodes[n].get("answered", True))
    tip = said(words, "networks.tip", group=name, density=written(density, bare=True))
    return Net(name, _places(graph), pairs, silent, tip)


def _places(graph: nx.DiGraph) -> tuple[tuple[float, float], ...]:
    """Return where members stand, from 0 to 1: by stress, alike each time."""
    import networkx as nx

    count = graph.number_of_nodes()
    if count == 1:
        return ((0.5, 0.5),)
    start = {node: (math.cos(2 * math.pi * k / count), math.sin(2 * math.pi * k / count))
             for k, node in enumerate(graph.nodes)}  # fmt: skip
    found = nx.kamada_kawai_layout(graph.to_undirected(), pos=start) if count > 2 else start
    xs, ys = ([float(found[node][axis]) for node in graph.nodes] for axis in (0, 1))
    return tuple(zip(_spread(xs), _spread(ys), strict=True))


def _spread(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    return [0.5 if high - low < 1e-9 else (value - low) / (high - low) for value in values]
