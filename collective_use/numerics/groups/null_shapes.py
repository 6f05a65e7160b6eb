"""The one table of null distributions: how answers would lie if members did not agree.

No arrays here, so that the words of instruments can be read from this table;
`collective_use.numerics.groups.nulls` makes distributions of its rows. A new null distribution
is one more row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

TABLE = "LeBreton & Senter 2008, Organizational Research Methods 11:815, table 2"
_JAMES = "James, Demaree & Wolf 1984, Journal of Applied Psychology 69:85"
_LINDELL = "Lindell & Brandt 1997, Applied Psychological Measurement 21:271"


@dataclass(frozen=True, slots=True)
class Shape:
    """One null distribution, for any number of options.

    Attributes
    ----------
    name
        Its word in instruments, on the command line and in Python.
    source
        Who describes it.
    weights
        From the number of options A to A weights, lowest option first; they need not add up
        to 1. None where `five` says the shape.
    five
        Proportions of five options, stretched to other numbers of options.
    printed
        Variances in squared steps as the literature prints them, by number of options.
    """

    name: str
    source: str
    weights: Callable[[int], Sequence[float]] | None = None
    five: tuple[float, ...] = ()
    printed: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))


def _printed(name: str, five: tuple[float, ...], *variances: float) -> Shape:
    return Shape(name, TABLE, None, five, MappingProxyType(dict(zip(range(5, 12), variances,
                                                                    strict=True))))  # fmt: skip


_TRIANGLE = (0.11, 0.22, 0.34, 0.22, 0.11)
_ROWS: tuple[Shape, ...] = (
    Shape("uniform", f"{_JAMES}: (A² - 1) / 12", lambda options: [1.0] * options),
    _printed(
        "slight_skew", (0.05, 0.15, 0.20, 0.35, 0.25), 1.34, 1.85, 2.90, 3.47, 5.66, 6.30, 7.31
    ),
    _printed(
        "moderate_skew", (0.00, 0.10, 0.15, 0.40, 0.35), 0.90, 1.26, 2.14, 2.79, 4.73, 5.09, 6.32
    ),
    _printed(
        "heavy_skew", (0.00, 0.00, 0.10, 0.40, 0.50), 0.44, 0.69, 1.39, 2.35, 3.16, 3.46, 4.02
    ),
    Shape(
        "triangular",
        f"{_JAMES}: proportions rise evenly to the middle",
        lambda options: [min(k, options - 1 - k) + 1.0 for k in range(options)],
    ),
    _printed("triangular_printed", _TRIANGLE, 1.32, 1.45, 2.10, 2.81, 3.00, 2.89, 3.32),
    _printed("normal", (0.07, 0.24, 0.38, 0.24, 0.07), 1.04, 1.25, 1.40, 1.73, 1.58, 1.45, 1.40),
    Shape(
        "maximum_dissensus",
        f"{_LINDELL}: half at each end",
        lambda options: [0.5, *[0.0] * (options - 2), 0.5],
    ),
)

SHAPES: Mapping[str, Shape] = MappingProxyType({row.name: row for row in _ROWS})
"""All null distributions by name; "empirical" is one more, made from the answers."""
