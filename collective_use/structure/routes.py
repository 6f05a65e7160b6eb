"""What a defined effect runs over: read from its labels, said as a chain of measures."""

from __future__ import annotations

from collections.abc import Mapping

from collective_use.sem.table.constraints import read_expression
from collective_use.syntax.expressions import Expression, Name, Operation

Path = tuple[str, str]
SPECIFIC, INDIRECT, TOTAL, OTHER = "specific indirect", "total indirect", "total", "other"
ARROW = " -> "


def route_of(expression: str, paths: Mapping[str, Path]) -> tuple[str, str]:
    """Return the kind of an effect and the measures it runs over.

    Parameters
    ----------
    expression
        Right side of ``:=``.
    paths
        Label of each path to its ``(predictor, outcome)``.

    Returns
    -------
    kind
        ``"specific indirect"`` (one chain), ``"total indirect"`` (several chains with the same
        ends), ``"total"`` (a direct path among them) or ``"other"``.
    route
        The chain, or its two ends; empty for ``"other"``.

    Examples
    --------
    >>> paths = {"a": ("x", "m"), "b": ("m", "y"), "c": ("x", "y")}
    >>> route_of("a*b", paths)
    ('specific indirect', 'x -> m -> y')
    >>> route_of("a*b + c", paths)
    ('total', 'x -> y')
    >>> route_of("a - b", paths)
    ('other', '')
    """
    terms = _terms(read_expression(expression))
    chains = [_chain([paths[name] for name in term if name in paths], term) for term in terms]
    ends = {(chain[0], chain[-1]) for chain in chains if chain}
    if not chains or not all(chains) or len(ends) != 1:
        return OTHER, ""
    if len(chains) == 1:
        return (SPECIFIC if len(chains[0]) > 2 else TOTAL), ARROW.join(chains[0])
    direct = any(len(chain) == 2 for chain in chains)
    return TOTAL if direct else INDIRECT, ARROW.join(next(iter(ends)))


def _terms(expression: Expression) -> list[tuple[str, ...]]:
    """Return the names multiplied in each summand; an empty one for what is no product."""
    if isinstance(expression, Name):
        return [(expression.name,)]
    if isinstance(expression, Operation) and expression.operator in ("+", "*"):
        left, right = (_terms(part) for part in expression.arguments)
        if expression.operator == "+":
            return [*left, *right]
        if len(left) == len(right) == 1 and left[0] and right[0]:
            return [left[0] + right[0]]
    return [()]


def _chain(paths: list[Path], names: tuple[str, ...]) -> tuple[str, ...]:
    """Join paths end to end; empty when they make no chain."""
    if not paths or len(paths) != len(names):
        return ()
    by_start = dict(paths)
    starts = [start for start in by_start if start not in by_start.values()]
    if len(by_start) != len(paths) or len(starts) != 1:
        return ()
    chain = [starts[0]]
    while chain[-1] in by_start:
        chain.append(by_start[chain[-1]])
    return tuple(chain) if len(chain) == len(paths) + 1 else ()
