"""What a defined effect runs over: read from its labels, said as a chain of measures."""

from __future__ import annotations

from collections.abc import Mapping

from collective_use.sem.table.constraints import read_expression
from collective_use.syntax.expressions import Expression, Name, Operation

Path = tuple[str, str]
SPECIFIC, INDIRECT, TOTAL, OTHER = "specific indirect", "total indirect", "total", "other"
DIRECT, CONTRAST = "direct", "contrast"
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
        ends), ``"total"`` (a direct path among them), ``"direct"`` (that path alone),
        ``"contrast"`` (one chain less another with the same ends) or ``"other"``.
    route
        The chain, or its two ends; empty for ``"other"``.

    Examples
    --------
    >>> paths = {"a": ("x", "m"), "b": ("m", "y"), "c": ("x", "y")}
    >>> route_of("a*b", paths)
    ('specific indirect', 'x -> m -> y')
    >>> route_of("a*b + c", paths)
    ('total', 'x -> y')
    >>> route_of("c", paths)
    ('direct', 'x -> y')
    >>> route_of("a - b", paths)
    ('other', '')
    """
    read = read_expression(expression)
    if isinstance(read, Operation) and read.operator == "-" and len(read.arguments) == 2:
        return _contrast(read, paths)
    terms = _terms(read)
    chains = [_chain([paths[name] for name in term if name in paths], term) for term in terms]
    ends = {(chain[0], chain[-1]) for chain in chains if chain}
    if not chains or not all(chains) or len(ends) != 1:
        return OTHER, ""
    if len(chains) == 1:
        return (SPECIFIC if len(chains[0]) > 2 else DIRECT), ARROW.join(chains[0])
    direct = any(len(chain) == 2 for chain in chains)
    return TOTAL if direct else INDIRECT, ARROW.join(next(iter(ends)))


def _contrast(read: Operation, paths: Mapping[str, Path]) -> tuple[str, str]:
    sides = []
    for part in read.arguments:
        terms = _terms(part)
        chain = _chain([paths[name] for name in terms[0] if name in paths], terms[0])
        sides.append(chain if len(terms) == 1 else ())
    first, second = sides
    if len(first) < 3 or len(second) < 3 or (first[0], first[-1]) != (second[0], second[-1]):
        return OTHER, ""
    return CONTRAST, f"{ARROW.join(first)} less {ARROW.join(second)}"


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
