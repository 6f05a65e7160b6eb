"""Exploratory graph analysis: items are nodes, partial correlations ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.measurement.answers import Answers
from collective_use.measurement.correlations import Correlations, Floats
from collective_use.results import NotComputed, Result, Table, table_of

GAMMA = 0.5
"""Weight of the extended BIC for the number of possible ties (Foygel & Drton 2010)."""


@dataclass(frozen=True)
class Communities(Result):
    """Communities of items in the regularised network of their partial correlations.

    Attributes
    ----------
    items
        One row an item: `item`, `community` (from 1, by the first item), `stability` (share of
        bootstrap samples in which it stands with the same items).
    count
        How many communities.
    partial
        (J, J) regularised partial correlations.
    counts
        How often each number of communities came up in the bootstrap.
    resampled
        What was drawn: ``"groups"`` or ``"persons"``.
    """

    items: pd.DataFrame
    count: int
    partial: Floats
    counts: dict[int, int]
    resampled: str

    def to_frame(self) -> pd.DataFrame:
        """Return the items with their community and stability."""
        return self.items.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the items."""
        return (table_of("Communities of items", self.items),)


def regularised(correlation: Floats, n: int, penalties: int = 30) -> Floats:
    """Return (J, J) partial correlations of the graphical lasso with the lowest extended BIC.

    Friedman, Hastie & Tibshirani (2008), by scikit-learn; the penalty by Foygel & Drton (2010).

    Parameters
    ----------
    correlation
        (J, J) positive definite correlations.
    n
        Cases behind them.
    penalties
        How many penalties are tried, from the largest correlation to a hundredth of it.

    Examples
    --------
    >>> import numpy as np
    >>> regularised(np.eye(3), 100).round(6).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    import warnings

    from sklearn.covariance import graphical_lasso

    p = len(correlation)
    off = np.abs(correlation[np.tril_indices(p, -1)])
    highest = float(off.max())
    best, chosen = np.inf, np.eye(p)
    for penalty in highest * np.logspace(0, -2, penalties) if highest > 0 else ():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                _, precision = graphical_lasso(correlation, float(penalty), max_iter=200)
            except FloatingPointError:
                continue
        ties = int((np.abs(precision[np.tril_indices(p, -1)]) > 1e-8).sum())
        loglik = 0.5 * n * (np.linalg.slogdet(precision)[1] - np.sum(correlation * precision))
        value = -2 * loglik + ties * np.log(n) + 4 * ties * GAMMA * np.log(p)
        if value < best:
            best, chosen = value, precision
    spread = np.sqrt(np.diag(chosen))
    partial = -chosen / np.outer(spread, spread)
    np.fill_diagonal(partial, 0.0)
    return np.where(np.abs(partial) > 1e-8, partial, 0.0)


def communities(partial: Floats, seed: int = 1, runs: int = 20) -> list[int]:
    """Return the community of each item by Louvain's method, single items with none (0).

    Blondel et al. (2008), by networkx, on absolute weights; of several runs the one of highest
    modularity.

    Examples
    --------
    >>> import numpy as np
    >>> communities(np.kron(np.eye(2), np.full((3, 3), 0.3)))
    [1, 1, 1, 2, 2, 2]
    """
    import networkx as nx

    p = len(partial)
    graph = nx.Graph()
    graph.add_nodes_from(range(p))
    rows, columns = np.nonzero(np.triu(np.abs(partial), 1))
    weights = np.abs(partial)[rows, columns]
    graph.add_weighted_edges_from(
        zip(rows.tolist(), columns.tolist(), weights.tolist(), strict=True)
    )
    if not len(weights):
        return [0] * p
    found = [nx.community.louvain_communities(graph, seed=seed + i) for i in range(runs)]
    best = max(found, key=lambda parts: nx.community.modularity(graph, parts))
    member = [0] * p
    number = 0
    for part in sorted(best, key=min):
        if len(part) > 1:
            number += 1
            for node in part:
                member[node] = number
    return member


def communities_of(
    answers: Answers, found: Correlations, *, repetitions: int, rng: np.random.Generator
) -> Communities | NotComputed:
    """Return the communities of items, and their stability over bootstrapped groups or persons.

    Parameters
    ----------
    answers, found
        The items and their correlations.
    repetitions
        Bootstrap samples.
    rng
        Generator.
    """
    if found.kind == "between":
        return NotComputed("the graph needs more cases than the groups behind between correlations")
    partial = regularised(found.matrix, found.n)
    member = communities(partial)
    if max(member) == 0:
        return NotComputed("no two items are tied beyond chance")
    known = answers.complete()
    whole = known.groups is not None
    same = np.zeros(len(member))
    counts: dict[int, int] = {}
    done = 0
    for values in _samples(known, min(repetitions, 50), rng):
        matrix = _matrix(values, known, found.kind)
        if matrix is None:
            continue
        drawn = communities(regularised(matrix, found.n, 12), runs=5)
        counts[max(drawn)] = counts.get(max(drawn), 0) + 1
        same += _stands(member, drawn)
        done += 1
    stability = same / done if done else np.full(len(member), np.nan)
    items = pd.DataFrame({"item": known.items, "community": member, "stability": stability})
    return Communities(items, max(member), partial, counts, "groups" if whole else "persons")


def _samples(known: Answers, repetitions: int, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    n = len(known.values)
    if known.groups is None:
        for _ in range(repetitions):
            yield rng.integers(0, n, n)
        return
    codes, labels = known.codes()
    places = [np.flatnonzero(codes == g) for g in range(len(labels))]
    for _ in range(repetitions):
        yield np.concatenate([places[g] for g in rng.integers(0, len(places), len(places))])


def _matrix(rows: np.ndarray, known: Answers, kind: str) -> Floats | None:
    values = known.values.to_numpy()[rows]
    if kind == "within":
        codes = known.codes()[0][rows]
        sizes = np.bincount(codes).clip(1)
        means = np.stack([np.bincount(codes, c) for c in values.T], axis=1) / sizes[:, None]
        values = values - means[codes]
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = np.corrcoef(values.T)
    good = bool(np.isfinite(matrix).all()) and np.linalg.eigvalsh(matrix)[0] > 1e-8
    return matrix if good else None


def _stands(member: list[int], drawn: list[int]) -> Floats:
    """Tell of each item whether most of its companions are with it in a drawn sample."""
    a, b = np.array(member), np.array(drawn)
    out = np.zeros(len(a))
    for j in range(len(a)):
        mates = (a == a[j]) & (np.arange(len(a)) != j)
        out[j] = bool(mates.any()) and float(np.mean(b[mates] == b[j])) > 0.5
    return out
