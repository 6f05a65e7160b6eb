"""Which role every variable of a block plays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from collective_use.syntax.model_text import ModelText, Statement


@dataclass(frozen=True, slots=True)
class Names:
    """Variables of one block by role, each in order of appearance.

    Attributes
    ----------
    observed
        Indicators, then outcomes, then covariates, then the rest.
    latent, composites
        Left of ``=~`` or ``<~``; left of ``<~`` only.
    exogenous
        Observed covariates: right of ``~`` and nothing else.
    not_exogenous
        All other observed variables.
    ordered
        Ordered categorical variables.
    latent_exogenous
        Latent variables that nothing in the model explains.
    outcomes, latent_outcomes
        Observed and latent variables that are explained and explain nothing.
    """

    observed: tuple[str, ...]
    latent: tuple[str, ...]
    composites: tuple[str, ...]
    exogenous: tuple[str, ...]
    not_exogenous: tuple[str, ...]
    ordered: tuple[str, ...]
    latent_exogenous: tuple[str, ...]
    outcomes: tuple[str, ...]
    latent_outcomes: tuple[str, ...]


class Role(NamedTuple):
    """A role: names that stand in one of ``of``, in ``within`` if given, and in none of ``but``.

    They are places of the text (`_places`) or roles above; names keep the order of ``of``.
    """

    name: str
    of: tuple[str, ...]
    but: tuple[str, ...]
    reason: str
    within: str = ""


ROLES = (
    Role("latent", ("=~ or <~ left",), (), "it is defined by what it is measured or made of"),
    Role("composites", ("<~ left",), (), "it is made of its components, without an error"),
    Role("indicators", ("=~ right",), ("latent",), "it measures; a latent one is no variable"),
    Role("explained", ("~ left",), ("latent", "=~ right"), "it is explained and measures nothing"),
    Role("covariates", ("~ or <~ right",), ("latent", "=~ right", "~ left", "~ left, any level"),
         "it explains and is explained nowhere, at no level"),
    Role("between", ("~ or <~ right",), ("latent", "=~ right"),
         "it explains, and is explained, too"),
    Role("written", ("~1 or ~~",), ("latent",), "its moments stand in the text"),
    Role("cut", ("| left",), ("latent",), "its thresholds stand in the text"),
    Role("observed", ("indicators", "explained", "covariates", "between", "written", "cut"), (),
         "the order of lavaan's tables"),
    Role("exogenous", ("covariates",), ("written",),
         "a covariate whose moments are written is modelled like every other variable"),
    Role("not_exogenous", ("observed",), ("exogenous",), "the rest"),
    Role("ordered", ("observed",), ("exogenous",), "a given covariate enters as a number",
         within="has thresholds"),
    Role("pure", ("~ left",), ("=~ right", "~ or <~ right"), "explained, and explains nothing"),
    Role("latent_exogenous", ("latent",), ("=~ right", "~ left"), "nothing explains it"),
    Role("outcomes", ("observed",), (), "observed ends of the paths", within="pure"),
    Role("latent_outcomes", ("latent",), (), "latent ends of the paths", within="pure"),
)  # fmt: skip
"""Every role with its reason; each row uses places of the text and rows above it."""


def _places(
    statements: Sequence[Statement], text: ModelText, thresholds: Mapping[str, int]
) -> dict[str, tuple[str, ...]]:
    """Return the names that stand in each place of the text, in order of appearance."""

    def left(*ops: str) -> list[str]:
        return [s.lhs for s in statements if s.op in ops]

    def right(*ops: str) -> list[str]:
        return [s.rhs for s in statements if s.op in ops]

    moments = [n for s in statements if s.op in ("~1", "~~") for n in (s.lhs, s.rhs) if n]
    # Without levels each group is a model of its own, whatever others explain.
    elsewhere = [s.lhs for s in text.statements if s.op == "~"] if text.levels else []
    found = {
        "=~ or <~ left": left("=~", "<~"),
        "<~ left": left("<~"),
        "=~ right": right("=~"),
        "~ left": left("~"),
        "~ left, any level": elsewhere,
        "~ or <~ right": right("~", "<~"),
        "~1 or ~~": moments,
        "| left": left("|"),
        "has thresholds": [*left("|"), *thresholds],
    }
    return {place: _unique(names) for place, names in found.items()}


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def names_of_block(
    statements: Sequence[Statement], text: ModelText, thresholds: Mapping[str, int]
) -> Names:
    """Sort the variables of a block into roles, by `ROLES`.

    Parameters
    ----------
    statements
        Statements of the block.
    text
        The whole model: what is explained at any level is no covariate.
    thresholds
        Ordered variables with their number of thresholds.

    Examples
    --------
    >>> from collective_use.syntax.model_text import parse_model
    >>> text = parse_model("f =~ a + b + c; y ~ f + x")
    >>> names_of_block(text.statements, text, {}).exogenous
    ('x',)
    """
    known = _places(statements, text, thresholds)
    for role in ROLES:
        never = {name for other in role.but for name in known[other]}
        only = set(known[role.within]) if role.within else None
        known[role.name] = _unique(
            name
            for source in role.of
            for name in known[source]
            if name not in never and (only is None or name in only)
        )
    return Names(**{name: known[name] for name in Names.__slots__})
