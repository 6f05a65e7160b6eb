"""`fit_products`: products and squares of measures between groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.checks import instance_of, number_between, one_of, whole_number
from collective_use.errors import EstimationError, InputError
from collective_use.groups.results import Groups
from collective_use.numerics.structure.answers import normal_draws, percentile_answer
from collective_use.numerics.structure.between import between_covariances, influence, nudged
from collective_use.numerics.structure.products import Equation, coefficients
from collective_use.numerics.types import Floats
from collective_use.structure.ways.curved import ProductsFit
from collective_use.structure.ways.data import Measured, measured
from collective_use.structure.ways.rule import NO_CLAIM, few_groups
from collective_use.syntax.model_text import parse_model

WAYS = ("corrected", "means")
MOST = 2
"""Factors of a term: what is cleared of error has moments of twice as many."""


def fit_products(
    groups: Groups,
    equations: str,
    *,
    way: str = "corrected",
    controls: Sequence[str] = (),
    repetitions: int = 20_000,
    seed: int | None = 1,
    confidence: float = 0.95,
) -> ProductsFit:
    """Fit equations with products and squares of measures to groups.

    Measures are counted from their mean over groups, so that each path is the one where all other
    measures are average.

    Parameters
    ----------
    groups
        From `aggregate`.
    equations
        One a line by measure ids: ``dcb ~ pim + dl + pim:dl`` with ``pim:dl`` for a product and
        ``con:con`` for a square; what a product is made of has to be in its equation too.
    way
        ``"corrected"``: every product cleared of what sampling errors of group means, and their
        covariances, add to it (normal errors); ``"means"``: values as they are.
    controls
        Measures that enter every equation.
    repetitions, seed
        Of the draws that limits come from.
    confidence
        Of the limits.

    Returns
    -------
    ProductsFit
        Paths, with `conditional` for effects at values of a moderator and `surface`.

    Raises
    ------
    InputError
        When an equation is not understood or lacks what a product is made of.
    EstimationError
        When groups are too few, or error leaves nothing of a product.

    References
    ----------
    Cheng & Schneeweiss (1998), Journal of the Royal Statistical Society B 60:189; Wall & Amemiya
    (2000), Journal of the American Statistical Association 95:929; Efron (1982), chapter 6.

    Examples
    --------
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> fit = cu.fit_products(groups, "dcb ~ pim + dl + pim:dl; cdu ~ dcb + pim")
    >>> fit.estimates["term"].tolist()
    ['pim', 'dl', 'pim:dl', 'dcb', 'pim']
    """
    instance_of("groups", groups, Groups, "what cu.aggregate(scores) returns")
    one_of("way", way, WAYS)
    whole_number("repetitions", repetitions, at_least=100)
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    sides = _sides(equations, controls)
    data = measured(groups, _names_only(sides))
    read = _read(sides, data)
    k = max(len(e.terms) for e in read)
    G = len(data.groups)
    if way == "corrected" and G < NO_CLAIM:
        raise EstimationError(few_groups(G))
    if k >= G:
        raise EstimationError(f"{G} groups are too few for an equation of {k} coefficients")
    whole, vcov = _fitted(data, read, way, k)
    rng = np.random.default_rng(seed)
    draws = normal_draws(whole, vcov, repetitions, rng, float(G - k))
    answer = percentile_answer(draws, confidence)
    labels = [(outcome, ":".join(t)) for outcome, terms in sides.items() for t in ((), *terms)]
    frame = pd.DataFrame(labels, columns=["outcome", "term"]).assign(
        est=whole, se=np.sqrt(np.diag(vcov)), lower=answer.lower, upper=answer.upper, p=answer.p
    )
    frame = frame[frame["term"] != ""].reset_index(drop=True)
    spread = dict(zip(data.names, _spread(data, way).tolist(), strict=True))
    return ProductsFit(
        frame, equations.strip(), way, data.groups, G - k, spread, data.record, confidence,
        tuple(labels), whole, draws,
    )  # fmt: skip


def _sides(equations: str, controls: Sequence[str]) -> dict[str, list[tuple[str, ...]]]:
    sides: dict[str, list[tuple[str, ...]]] = {}
    for s in parse_model(equations).statements:
        if s.op != "~":
            raise InputError(f"equations hold paths (~) alone, got {s.lhs} {s.op} {s.rhs}")
        if s.modifiers.fixed or any(s.modifiers.label):
            raise InputError(f"paths of fit_products take no values or labels, got one of {s.rhs}")
        sides.setdefault(s.lhs, []).append(tuple(s.rhs.split(":")))
    if not sides:
        raise InputError("equations must hold a path, as 'dcb ~ pim + dl + pim:dl', got none")
    for outcome, terms in sides.items():
        terms += [(name,) for name in controls if (name,) not in terms]
        for term in terms:
            if len(term) > MOST:
                raise InputError(f"{':'.join(term)} has more than {MOST} factors")
            lacking = [name for name in term if (name,) not in terms]
            if lacking:
                raise InputError(
                    f"the equation of {outcome} holds {':'.join(term)} and must hold "
                    f"{lacking[0]} too: a product alone is no effect of either"
                )
            if outcome in term:
                raise InputError(f"{outcome} cannot explain itself")
    return sides


def _names_only(sides: dict[str, list[tuple[str, ...]]]) -> str:
    lines = []
    for outcome, terms in sides.items():
        names = dict.fromkeys(name for term in terms for name in term)
        lines.append(f"{outcome} ~ {' + '.join(names)}")
    return "\n".join(lines)


def _read(sides: dict[str, list[tuple[str, ...]]], data: Measured) -> list[Equation]:
    place = {name: j for j, name in enumerate(data.names)}
    return [
        Equation(place[outcome], ((), *(tuple(place[name] for name in term) for term in terms)))
        for outcome, terms in sides.items()
    ]


def _fitted(data: Measured, equations: list[Equation], way: str, k: int) -> tuple[Floats, Floats]:
    parts = data.parts
    if way == "means":
        parts = replace(parts, share=np.zeros_like(parts.share))
    centre = parts.means.mean(axis=0)

    def all_of(weights: Floats) -> Floats:
        return np.concatenate(coefficients(parts, weights, equations, centre))

    G = len(data.groups)
    whole = all_of(np.ones(G))
    again = np.array([all_of(weights) for weights in nudged(G)])
    if np.isnan(whole).any() or np.isnan(again).any():
        raise EstimationError(
            "the sampling error of group values is as large as what lies between the groups in a "
            "product or square: nothing of it can be told; ask more members or more groups, or "
            "leave the product out (way='means' fits anyway, drawn towards zero)"
        )
    return whole, influence(again, k)


def _spread(data: Measured, way: str) -> Floats:
    found = between_covariances(data.parts, np.ones((1, len(data.groups))))
    S = found.corrected[0] if way == "corrected" else found.observed[0]
    return np.sqrt(np.diag(S))
