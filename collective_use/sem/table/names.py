"""Which role every variable of a block plays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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


def _unique(names: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(names)


def names_of_block(
    statements: Sequence[Statement], text: ModelText, thresholds: Mapping[str, int]
) -> Names:
    """Sort the variables of a block into roles.

    Parameters
    ----------
    statements
        Statements of the block.
    text
        The whole model: what is explained at any level is no covariate.
    thresholds
        Ordered variables with their number of thresholds.
    """
    latent = _unique(s.lhs for s in statements if s.op in ("=~", "<~"))
    explained = _unique(s.lhs for s in statements if s.op == "~")
    explaining = _unique(s.rhs for s in statements if s.op in ("~", "<~"))
    indicators = _unique(s.rhs for s in statements if s.op == "=~")
    observed_indicators = [n for n in indicators if n not in latent]
    outcomes = [n for n in explained if n not in latent and n not in indicators]
    elsewhere = {s.lhs for s in text.statements if s.op == "~"}
    covariates = [
        n
        for n in explaining
        if n not in latent and n not in indicators and n not in explained and n not in elsewhere
    ]
    covariates = covariates if text.levels else [
        n for n in explaining if n not in latent and n not in indicators and n not in explained
    ]  # fmt: skip
    between = [n for n in explaining if n not in latent and n not in indicators]
    written = _unique(
        name
        for s in statements
        if s.op in ("~1", "~~")
        for name in (s.lhs, s.rhs)
        if name and name not in latent
    )
    extra = _unique([*written, *(s.lhs for s in statements if s.op == "|" and s.lhs not in latent)])
    observed = tuple(_unique([*observed_indicators, *outcomes, *covariates, *between, *extra]))
    exogenous = tuple(n for n in covariates if n not in written)
    thresholded = {s.lhs for s in statements if s.op == "|"} | set(thresholds)
    pure = [n for n in explained if n not in indicators and n not in explaining]
    return Names(
        observed,
        tuple(latent),
        tuple(_unique(s.lhs for s in statements if s.op == "<~")),
        exogenous,
        tuple(n for n in observed if n not in exogenous),
        tuple(n for n in observed if n in thresholded and n not in exogenous),
        tuple(n for n in latent if n not in indicators and n not in explained),
        tuple(n for n in observed if n in pure),
        tuple(n for n in latent if n in pure),
    )
