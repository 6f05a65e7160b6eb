"""Boolean minimisation: prime implicants by cubes, and all smallest covers.

Rows of a truth table are whole numbers whose bits are conditions, the first condition being the
highest bit. A term is a pair ``(mask, bits)``: it holds in a row where ``row & mask == bits``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product

Term = tuple[int, int]
MOST_CONDITIONS = 10
"""3^10 = 59,049 terms are looked at; more conditions than this no small set of groups carries."""
MOST_MODELS = 200
"""Covers listed before the search stops."""


def holds(term: Term, row: int) -> bool:
    """Return whether a term holds in a row.

    Examples
    --------
    >>> holds((0b10, 0b10), 0b11), holds((0b10, 0b00), 0b11)
    (True, False)
    """
    return row & term[0] == term[1]


def rows_of(term: Term, conditions: int) -> frozenset[int]:
    """Return all rows where a term holds.

    Examples
    --------
    >>> sorted(rows_of((0b10, 0b10), 2))
    [2, 3]
    """
    free = [bit for bit in (1 << k for k in range(conditions)) if not term[0] & bit]
    found = {term[1]}
    for bit in free:
        found |= {row | bit for row in found}
    return frozenset(found)


def prime_implicants(
    wanted: Collection[int], allowed: Collection[int], conditions: int
) -> tuple[Term, ...]:
    """Return the most general terms that hold in wanted and allowed rows only.

    Of those, the terms that hold in at least one wanted row, shortest first.

    Parameters
    ----------
    wanted
        Rows that a solution has to cover.
    allowed
        Further rows that it may cover (don't care).
    conditions
        Number of conditions, at most `MOST_CONDITIONS`.

    References
    ----------
    Quine, W. V. (1952). American Mathematical Monthly, 59, 521-531. McCluskey, E. J. (1956).
    Bell System Technical Journal, 35, 1417-1444.

    Examples
    --------
    >>> prime_implicants({0b11, 0b10}, {0b01}, 2)
    ((2, 2), (1, 1))
    """
    good = frozenset(wanted) | frozenset(allowed)
    everything = (1 << conditions) - 1
    level: set[Term] = {(everything, row) for row in good}
    primes: list[Term] = []
    while level:
        joined: set[Term] = set()
        used: set[Term] = set()
        for mask, bits in level:
            for bit in _bits(mask):
                other = (mask, bits ^ bit)
                if other in level:
                    joined.add((mask & ~bit, bits & ~bit))
                    used |= {(mask, bits), other}
        primes += level - used
        level = joined
    kept = [term for term in primes if any(holds(term, row) for row in wanted)]
    return tuple(sorted(kept, key=_order))


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low
        mask ^= low


def _order(term: Term) -> tuple[int, int, int]:
    """Shorter first, then by first conditions, present before absent."""
    return (term[0].bit_count(), -term[0], -term[1])


def smallest_covers(
    terms: Sequence[Term], rows: Collection[int]
) -> tuple[tuple[tuple[Term, ...], ...], bool]:
    """Return all sets of as few terms as possible that hold in all rows, and whether all fit.

    Parameters
    ----------
    terms
        Prime implicants.
    rows
        Rows to cover; each must be covered by some term.

    Returns
    -------
    covers
        At most `MOST_MODELS`, each in the order of `terms`.
    complete
        False when there are more.

    References
    ----------
    Petrick, S. R. (1956). A direct determination of the irredundant forms of a Boolean function.

    Examples
    --------
    >>> smallest_covers([(2, 2), (1, 1)], [0b11])
    ((((2, 2),), ((1, 1),)), True)
    """
    place = {row: i for i, row in enumerate(sorted(rows))}
    over = [sum(1 << place[row] for row in place if holds(term, row)) for term in terms]
    goal = (1 << len(place)) - 1
    for size in range(len(terms) + 1):
        found: set[frozenset[int]] = set()
        _search(over, goal, 0, frozenset(), size, found)
        if found:
            kept = sorted(sorted(cover) for cover in found)
            chosen = tuple(tuple(terms[i] for i in cover) for cover in kept[:MOST_MODELS])
            return chosen, len(kept) <= MOST_MODELS
    return (), True


def _search(
    over: Sequence[int], goal: int, covered: int, chosen: frozenset[int], left: int,
    found: set[frozenset[int]],
) -> None:  # fmt: skip
    if covered == goal:
        found.add(chosen)
        return
    if left == 0 or len(found) > MOST_MODELS:
        return
    missing = goal & ~covered
    candidates = min(
        ([i for i, rows in enumerate(over) if rows & bit] for bit in _bits(missing)), key=len
    )
    for i in candidates:
        _search(over, goal, covered | over[i], chosen | {i}, left - 1, found)


def easy_counterfactuals(
    complex_terms: Sequence[Term],
    simple_terms: Sequence[Term],
    assumed: Collection[int],
    expected: Sequence[int | None],
) -> frozenset[int]:
    """Return the assumed rows that agree with what theory expects of each condition.

    In each complex term inside a simple one, what the simple term does without is dropped where
    it runs against the expectation; assumed rows that such a term reaches are easy.

    Parameters
    ----------
    complex_terms, simple_terms
        Terms of a complex and of a parsimonious solution.
    assumed
        Rows without cases that the parsimonious solution covers.
    expected
        By condition 1 (its presence contributes), 0 (its absence does) or None.

    References
    ----------
    Ragin, C. C., & Sonnett, J. (2005). Between complexity and parsimony. In S. Kropp & M.
    Minkenberg (Eds.), Vergleichen in der Politikwissenschaft, 180-197.

    Examples
    --------
    >>> sorted(easy_counterfactuals([(3, 2)], [(2, 2)], [0b11], [None, 1]))
    [3]
    """
    width = len(expected)
    found: set[int] = set()
    for (mask, bits), (simple, value) in product(complex_terms, simple_terms):
        if mask & simple != simple or bits & simple != value:
            continue
        for k, wish in enumerate(expected):
            bit = 1 << (width - 1 - k)
            against = wish is not None and bool(bits & bit) != bool(wish)
            if mask & bit and not simple & bit and against:
                mask, bits = mask & ~bit, bits & ~bit
        found |= {row for row in assumed if row & mask == bits}
    return frozenset(found)
