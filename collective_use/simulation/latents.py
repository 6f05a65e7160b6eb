"""The groups' true standing on every construct: a path model, drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from collective_use.errors import InputError
from collective_use.instrument.model import Instrument, Item
from collective_use.numerics.types import Floats
from collective_use.simulation.parameters import Pair, TrueParameters


@dataclass(frozen=True, slots=True)
class Latents:
    """The latent variables of a set of groups.

    Attributes
    ----------
    names
        The variables, V of them.
    paths
        Standardised path by (outcome, predictor).
    correlation
        V x V, the true correlations.
    r_squared
        Explained variance by outcome.
    values
        G x V, each group's standing.
    """

    names: tuple[str, ...]
    paths: Mapping[Pair, float]
    correlation: Floats
    r_squared: Mapping[str, float]
    values: Floats

    def of(self, name: str) -> Floats:
        """Return one variable's values, one a group."""
        return self.values[:, self.names.index(name)]


def latent_names(instrument: Instrument) -> tuple[str, ...]:
    """Return the latent variables: measures of the first mediation model, other constructs.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> latent_names(load_instrument("lq2002"))
    ('lead', 'tsig', 'hostil')
    """
    modelled = [name for names in _mediation(instrument).values() for name in names]
    covered = {instrument.get_measure(name).construct_id for name in modelled}
    measured = [measure.construct_id for measure in instrument.measures]
    rest = [name for name in dict.fromkeys(measured) if name not in covered]
    return tuple(dict.fromkeys([*modelled, *rest]))


def latent_of_item(instrument: Instrument, item: Item) -> str | None:
    """Return the latent variable that an item tells about, or None when it measures none."""
    names = latent_names(instrument)
    measures = [measure for measure in instrument.measures if item.id in measure.items]
    for measure in measures:
        if measure.id in names:
            return measure.id
    construct = item.construct_id or (measures[0].construct_id if measures else None)
    if construct in names:
        return construct
    modelled = [
        measure
        for measure in instrument.measures
        if measure.id in names and measure.construct_id == construct
    ]
    by_facet = [measure for measure in modelled if item.facet in measure.facets]
    return next((measure.id for measure in [*by_facet, *modelled]), None)


def default_paths(instrument: Instrument) -> dict[Pair, float]:
    """Return .30 for every path of the instrument's first mediation model.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> default_paths(load_instrument("lq2002"))
    {}
    """
    steps = _mediation(instrument)
    chain = [steps.get(key, ()) for key in ("from", "through", "to")]
    pairs = [(to, by) for a, b in pairwise(chain) for to in b for by in a]
    return dict.fromkeys(pairs, 0.30)


def draw_latents(
    instrument: Instrument, parameters: TrueParameters, groups: int, rng: np.random.Generator
) -> Latents:
    """Draw the groups' standing on all latent variables.

    Parameters
    ----------
    instrument
        Tells which variables there are.
    parameters
        Paths and correlations.
    groups
        How many groups.
    rng
        The source of chance.

    Raises
    ------
    InputError
        When paths name an unknown variable, go round in a circle, or explain more than all
        of a variable's variance.
    """
    names = latent_names(instrument)
    paths = dict(parameters.paths) or default_paths(instrument)
    _check_names(names, [*paths, *parameters.correlations, *((key,) for key in parameters.iccs)])
    order = _ordered(names, paths)
    correlation, explained = _implied(order, paths, parameters)
    values = rng.standard_normal((groups, len(order)))
    if parameters.exact_groups:
        if groups <= len(order):
            raise InputError(f"exact_groups needs more than {len(order)} groups, got {groups}")
        values = _whitened(values)
    values = values @ np.linalg.cholesky(correlation).T
    back = [order.index(name) for name in names]
    return Latents(names, paths, correlation[np.ix_(back, back)], explained, values[:, back])


def _mediation(instrument: Instrument) -> Mapping[str, tuple[str, ...]]:
    return next((model.mediation for model in instrument.models if model.mediation), {})


def next_wave(before: Latents, parameters: TrueParameters, rng: np.random.Generator) -> Latents:
    """Return the same groups a wave later: correlated by `stability`, the same covariances.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> rng = np.random.default_rng(1)
    >>> first = draw_latents(load_instrument("lq2002"), TrueParameters(), 400, rng)
    >>> later = next_wave(first, TrueParameters(stability=0.9), rng)
    >>> float(np.corrcoef(first.of("lead"), later.of("lead"))[0, 1].round(1))
    0.9
    """
    kept = parameters.stability
    fresh = rng.standard_normal(before.values.shape) @ np.linalg.cholesky(before.correlation).T
    values = kept * before.values + np.sqrt(1 - kept**2) * fresh
    return replace(before, values=values)


def _check_names(names: Sequence[str], pairs: Sequence[Sequence[str]]) -> None:
    from collective_use.checks import one_of

    for pair in pairs:
        for name in pair:
            one_of("a variable of the true model", name, names)


def _ordered(names: Sequence[str], paths: Mapping[Pair, float]) -> list[str]:
    """Put predictors before what they explain."""
    order: list[str] = []
    left = list(names)
    while left:
        free = [n for n in left if all(by in order for to, by in paths if to == n)]
        if not free:
            raise InputError(f"the true paths go round in a circle over {', '.join(left)}")
        order += free
        left = [name for name in left if name not in free]
    return order


def _implied(
    order: Sequence[str], paths: Mapping[Pair, float], parameters: TrueParameters
) -> tuple[Floats, dict[str, float]]:
    """Build the correlation matrix variable by variable (Wright 1934, path tracing)."""
    size = len(order)
    matrix = np.eye(size)
    coefficients = np.array([[paths.get((to, by), 0.0) for by in order] for to in order])
    outcomes = {to for to, _ in paths}
    residual: dict[int, float] = {}
    explained: dict[str, float] = {}
    for i, name in enumerate(order):
        b = coefficients[i, :i]
        matrix[i, :i] = matrix[:i, i] = matrix[:i, :i] @ b
        if name not in outcomes:
            given = parameters.correlations
            for j in range(i):
                if order[j] in outcomes:
                    continue
                pair = given.get((name, order[j]), given.get((order[j], name)))
                matrix[i, j] = matrix[j, i] = parameters.correlation if pair is None else pair
            continue
        explained[name] = float(b @ matrix[:i, :i] @ b)
        if explained[name] >= 1:
            raise InputError(f"the true paths explain {explained[name]:.0%} of {name!r}, over 100%")
        residual[i] = float(np.sqrt(1 - explained[name]))
        for j in list(residual)[:-1]:
            siblings = not np.any(coefficients[i, j]) and _same_place(coefficients, i, j)
            if siblings:
                shared = parameters.residual_correlation * residual[i] * residual[j]
                matrix[i, j] += shared
                matrix[j, i] = matrix[i, j]
    if np.linalg.eigvalsh(matrix)[0] <= 1e-10:
        raise InputError(contradiction(order, matrix))
    return matrix, explained


def contradiction(names: Sequence[str], matrix: Floats) -> str:
    """Say which correlations no data can have together.

    Parameters
    ----------
    names
        V variables.
    matrix
        V x V, not positive definite.

    Examples
    --------
    >>> matrix = np.array([[1, 0.9, 0.9], [0.9, 1, 0.1], [0.9, 0.1, 1]])
    >>> contradiction(["a", "b", "c"], matrix)[:58]
    "no data can have these true correlations: given 'a' with '"
    """
    for i, j, k in combinations(range(len(names)), 3):
        part = matrix[np.ix_([i, j, k], [i, j, k])]
        if np.linalg.eigvalsh(part)[0] > 1e-10:
            continue
        first, second = part[0, 1], part[0, 2]
        room = float(np.sqrt(max((1 - first**2) * (1 - second**2), 0.0)))
        low, high = first * second - room, first * second + room
        a, b, c = names[i], names[j], names[k]
        return (
            f"no data can have these true correlations: given {a!r} with {b!r} {first:.2f} and "
            f"{a!r} with {c!r} {second:.2f}, that of {b!r} with {c!r} must lie between {low:.2f} "
            f"and {high:.2f}, got {part[1, 2]:.2f}"
        )
    for size in range(2, len(names) + 1):
        if np.linalg.eigvalsh(matrix[:size, :size])[0] <= 1e-10:
            break
    return (
        f"no data can have these true correlations: those of {names[size - 1]!r} contradict what "
        f"is stated of {', '.join(names[: size - 1])}"
    )


def _same_place(coefficients: Floats, i: int, j: int) -> bool:
    """Whether two outcomes have the same predictors, as the middle of a mediation has."""
    return bool(np.any((coefficients[i] != 0) & (coefficients[j] != 0)))


def _whitened(values: Floats) -> Floats:
    centred = values - values.mean(axis=0)
    root = np.linalg.cholesky(centred.T @ centred / (len(values) - 1))
    return np.linalg.solve(root, centred.T).T
