"""How large effects are, what would undo paths, and on what effects depend: a study's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import pandas as pd

from collective_use.disclosure import Disclosure
from collective_use.errors import EstimationError, InputError
from collective_use.groups.disclosure.relations import Coarseness, coarseness
from collective_use.structure.answers.routes import ARROW
from collective_use.structure.result import StructureFit
from collective_use.structure.ways.products import fit_products
from collective_use.study.parts import Hypothesis
from collective_use.study.walk import Outcome

SIZES, OMITTED, CONDITIONAL = "sizes.csv", "omitted.csv", "conditional.csv"

FILES = {
    SIZES: "a row an effect of each model: standardized, and whether it is too small to matter",
    OMITTED: "a row a path of each model: how strong a common cause left out would have to be",
    CONDITIONAL: "a row a value of a moderator: the effect of a hypothesis there",
}

_AT = (-1.0, 0.0, 1.0)
PLACES = ("1 SD below", "mean", "1 SD above", "difference")


def strength_frames(
    outcome: Outcome, fits: Mapping[str, StructureFit]
) -> dict[str, list[pd.DataFrame]]:
    """Return the parts of each table, in full precision.

    Parameters
    ----------
    outcome
        What the study came to so far.
    fits
        Its models that converged.
    """
    return {
        SIZES: [fit.sizes().assign(model=name) for name, fit in fits.items()],
        OMITTED: [fit.omitted().assign(model=name) for name, fit in fits.items()],
        CONDITIONAL: list(_conditional(outcome, fits)),
    }


def joined_parts(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return parts as one table, the model first; empty where there are none."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame()
    whole = pd.concat(filled, ignore_index=True)
    return whole[["model", *(name for name in whole.columns if name != "model")]]


def _conditional(outcome: Outcome, fits: Mapping[str, StructureFit]) -> Iterator[pd.DataFrame]:
    for one in outcome.study.hypotheses:
        model = one.model or next(iter(fits))
        if one.moderator is None or one.effect is None or model not in fits:
            continue
        route = [part.strip() for part in one.effect.split(ARROW.strip())]
        head = {"model": model, "hypothesis": one.id, "route": ARROW.join(route),
                "moderator": one.moderator}  # fmt: skip
        try:
            yield _values(outcome, fits[model], one, route).assign(**head)
        except (InputError, EstimationError) as problem:
            yield pd.DataFrame([head | {"at": "", "reason": str(problem)}])


def _values(outcome: Outcome, fit: StructureFit, one: Hypothesis, route: list[str]) -> pd.DataFrame:
    moderator = str(one.moderator)
    found = fit_products(
        outcome.groups, equations(fit, route, moderator, one.moderated), seed=outcome.study.seed,
    )  # fmt: skip
    frame = found.conditional(route, moderator, _AT).drop(columns="value")
    ratio = found.spread[route[0]] / found.spread[route[-1]]
    return frame.assign(at=PLACES, std=frame["est"] * ratio, reason="")


def equations(fit: StructureFit, route: list[str], moderator: str, step: str | None) -> str:
    """Return the model's equations along a route, a moderator in one of them.

    Parameters
    ----------
    fit
        The model.
    route
        The measures that the effect runs over.
    moderator
        What the effect may depend on.
    step
        The step that it changes, ``pim -> dcb``; the first where None.

    Raises
    ------
    InputError
        When the step is none of the route, or the moderator stands in the route.
    """
    steps = list(pairwise(route))
    chosen = tuple(part.strip() for part in step.split("->")) if step else steps[0]
    if chosen not in steps:
        raise InputError(f"moderated must be a step of {ARROW.join(route)}, got {step!r}")
    if moderator in route[1:]:
        raise InputError(f"moderator must not be explained by the effect, got {moderator!r}")
    paths = fit.fit.estimates
    paths = paths[paths["op"] == "~"]
    lines = []
    for start, end in steps:
        causes = [start, *paths.loc[paths["lhs"] == end, "rhs"].astype(str)]
        if (start, end) == chosen:
            causes += [moderator, f"{start}:{moderator}"]
        lines.append(f"{end} ~ {' + '.join(dict.fromkeys(causes))}")
    return "\n".join(lines)


def strength_for_others(
    outcome: Outcome, steps: Mapping[str, Coarseness], rule: Disclosure
) -> dict[str, pd.DataFrame]:
    """Return the tables as others may see them: as coarse as effects of the same measures.

    Parameters
    ----------
    outcome
        What the study came to.
    steps
        How coarse the figures of each model are.
    rule
        From which size on, and how finely.
    """
    shown = {}
    if SIZES in outcome.tables:
        shown[SIZES] = _sizes(outcome.tables[SIZES], steps, rule)
    if OMITTED in outcome.tables:
        shown[OMITTED] = _omitted(outcome, steps, rule)
    if CONDITIONAL in outcome.tables:
        shown[CONDITIONAL] = _effects(outcome, rule)
    return shown


def _sizes(frame: pd.DataFrame, steps: Mapping[str, Coarseness], rule: Disclosure) -> pd.DataFrame:
    shown = frame.copy()
    whose = [steps[str(model)] for model in frame["model"]]
    ways = [str(route).split(ARROW) for route in frame["route"]]
    least = [step.step(*names) for step, names in zip(whose, ways, strict=True)]
    for name in ("std", "lower", "upper"):
        shown[name] = [rule.rounded(float(v), s) for v, s in zip(frame[name], least, strict=True)]
    for name in ("p_negligible", "p_minimal"):
        # the density of the test at its middle: no p of these is sharper
        moved = [rule.moved(s.groups, s.move(*names)) * s.groups**0.5 * 0.8
                 for s, names in zip(whose, ways, strict=True)]  # fmt: skip
        shown[name] = [rule.probability(float(p), m)
                       for p, m in zip(frame[name], moved, strict=True)]  # fmt: skip
    return shown


def _omitted(outcome: Outcome, steps: Mapping[str, Coarseness], rule: Disclosure) -> pd.DataFrame:
    frame = outcome.tables[OMITTED]
    shown = frame.copy()
    shares = ("correlation", "robustness", "robustness_limit", "like_predictor", "like_outcome")
    for at, row in frame.iterrows():
        step = steps[str(row["model"])]
        ends = [str(row["outcome"]), str(row["predictor"])]
        for name in shares:
            shown.loc[at, name] = rule.rounded(float(row[name]), step.step(*ends))
        unit = _unit(outcome.models[str(row["model"])], *ends)
        for name in ("est", "est_without"):
            one = pd.DataFrame([{"lhs": ends[0], "op": "~", "rhs": ends[1], "est": row[name],
                                 "se": 1.0, "std_all": row[name] * unit}])  # fmt: skip
            shown.loc[at, name] = float(step.estimates(one)["est"].iloc[0])
    return shown


def _unit(fit: StructureFit, outcome: str, predictor: str) -> float:
    """Return the standardised path by the path itself."""
    paths = fit.fit.estimates
    row = paths[(paths["op"] == "~") & (paths["lhs"] == outcome) & (paths["rhs"] == predictor)]
    ratio = float((row["std_all"] / row["est"]).iloc[0])
    return ratio if ratio == ratio and ratio > 0 else 1.0


def _effects(outcome: Outcome, rule: Disclosure) -> pd.DataFrame:
    frame = outcome.tables[CONDITIONAL]
    parts = []
    for (model, route, moderator), part in frame.groupby(
        ["model", "route", "moderator"], sort=False
    ):
        seen = part.copy()
        if "est" in part and part["est"].notna().any():
            names = list(dict.fromkeys([*str(route).split(ARROW), str(moderator)]))
            used = outcome.models[str(model)].groups
            coarse = coarseness(outcome.groups, names, used, rule).estimates(
                part.assign(route=ARROW.join(names), std_all=part["std"],
                            se=(part["upper"] - part["lower"]) / 3.92)
            )  # fmt: skip
            for name in ("est", "lower", "upper", "p"):
                seen[name] = coarse[name]
            seen["std"] = coarse["std_all"]
        parts.append(seen)
    return pd.concat(parts)
