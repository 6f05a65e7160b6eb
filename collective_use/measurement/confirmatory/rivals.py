"""The models that compete for a set of constructs, written from constructs and facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from collective_use.measurement.cfa import factor_model

Sets = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Rival:
    """One model of a scope.

    Attributes
    ----------
    name
        ``"constructs"``, ``"one factor"``, ``"merged"``, ``"facets"``, ``"second order"`` or
        ``"bifactor"``.
    words
        What it says.
    text
        Its factors as model text, of one level.
    simpler
        Whether it is nested in the base model; otherwise the base model is nested in it.
    """

    name: str
    words: str
    text: str
    simpler: bool = True


def merged_sets(sets: Sets, first: str, second: str) -> dict[str, tuple[str, ...]]:
    """Return the sets with two of them made one.

    Examples
    --------
    >>> merged_sets({"a": ["x"], "b": ["y"], "c": ["z"]}, "a", "b")
    {'a': ('x', 'y'), 'c': ('z',)}
    """
    out = {name: tuple(own) for name, own in sets.items() if name != second}
    out[first] = (*sets[first], *sets[second])
    return out


def rivals_between(
    sets: Sets, close: Sequence[tuple[str, str]], names: Mapping[str, str]
) -> list[Rival]:
    """Return one factor for all, and each close pair merged.

    Examples
    --------
    >>> [r.name for r in rivals_between({"a": ["x", "y"], "b": ["z", "w"]}, [("a", "b")], {})]
    ['one factor']
    """
    out = []
    if len(sets) > 1:
        everything = [item for own in sets.values() for item in own]
        out.append(Rival("one factor", "all items on one factor", factor_model({"g_": everything})))
    for a, b in close:
        if a in sets and b in sets and len(sets) > 2:
            words = f"{names.get(a, a)} and {names.get(b, b)} as one"
            out.append(Rival("merged", words, factor_model(merged_sets(sets, a, b))))
    return out


def rivals_inside(
    items: Sequence[str], facet_of: Mapping[str, str], name: str
) -> tuple[list[Rival], str]:
    """Return the models of a construct with facets, and why some are not offered.

    Correlated facets need two items each; second order and bifactor three in each, and second
    order three facets, without which it says nothing beyond correlated facets.

    Examples
    --------
    >>> facets = {"a": "p", "b": "p", "c": "q", "d": "q"}
    >>> found, why = rivals_inside(list("abcd"), facets, "Trust")
    >>> [r.name for r in found], why
    (['facets'], 'Second order and bifactor of Trust: facets have 2 to 2 items, three are needed.')
    """
    facets: dict[str, list[str]] = {}
    for item in items:
        facets.setdefault(facet_of.get(item, ""), []).append(item)
    if len(facets) < 2 or "" in facets:
        return [], ""
    sizes = [len(own) for own in facets.values()]
    if min(sizes) < 2:
        return [], (
            f"Facets of {name} as factors: the facet {min(facets, key=lambda f: len(facets[f]))} "
            "has one item here."
        )
    plain = {f"q{j + 1}_": own for j, own in enumerate(facets.values())}
    text = factor_model(plain)
    out = [Rival("facets", f"{len(facets)} correlated facets", text, simpler=False)]
    if min(sizes) < 3:
        return out, (
            f"Second order and bifactor of {name}: facets have {min(sizes)} to {max(sizes)} items, "
            "three are needed."
        )
    if len(facets) > 2:
        second = f"{text}\ng_ =~ {' + '.join(plain)}"
        out.append(Rival("second order", "facets under one factor", second, simpler=False))
    apart = [f"{a} ~~ 0*{b}" for a, b in combinations(["g_", *plain], 2)]
    general = "\n".join([f"g_ =~ {' + '.join(items)}", text, *apart])
    out.append(Rival("bifactor", "one factor, and facets beside it", general, simpler=False))
    return out, ""


def at_level(text: str, items: Sequence[str], level: str) -> str:
    """Put the factors of a model at a level; the other level is saturated, or has them too.

    Examples
    --------
    >>> print(at_level("f =~ a + b", ["a", "b"], "between"))
    level: 1
    a ~~ a + b
    b ~~ b
    level: 2
    f =~ a + b
    """
    if level == "person":
        return text
    free = "\n".join(f"{a} ~~ {' + '.join(items[j:])}" for j, a in enumerate(items))
    one, two = {"two-level": (text, text), "within": (text, free), "between": (free, text)}[level]
    return f"level: 1\n{one}\nlevel: 2\n{two}"
