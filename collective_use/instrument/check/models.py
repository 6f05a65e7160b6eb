"""Structural models: their syntax, and that every name is a measure, an item or a latent."""

from __future__ import annotations

import re

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import SyntaxProblem
from collective_use.instrument.check.context import EVERYTHING, Context
from collective_use.instrument.model import StructuralModel
from collective_use.instrument.vocabulary import WAYS
from collective_use.syntax.model_text import CONSTRAINTS, ModelText, parse_model
from collective_use.yaml_source.document import Place, Position, Problem

_STEPS = ("from", "through", "to")
_WITHOUT_RIGHT = ("~1", "|", "~*~")
GROUP_COLUMNS = ("n", "members", "response_rate")
"""Columns of every table by group that a model may use."""


def check(context: Context) -> None:
    """Check every structural model."""
    for n, model in enumerate(context.instrument.models):
        place: Place = ("models", n)
        parsed = _parsed(context, model, place)
        if parsed is not None:
            _variables(context, model, parsed, (*place, "syntax"))
        latent = parsed.latent if parsed else ()
        _mediation(context, model, latent, place)
        _controls(context, model, place)
        _merges(context, model, latent, place)
        if model.way is not None and model.way not in WAYS:
            hint = did_you_mean(model.way, WAYS)
            text = f"model {model.id!r} has the way {model.way!r}{hint}; ways are {quoted(WAYS)}"
            context.say((*place, "way"), text)


def _controls(context: Context, model: StructuralModel, place: Place) -> None:
    for k, name in enumerate(model.controls):
        here = context.place(*place, "controls", k)
        _known(context, model, name, context.document.at(here))


def _merges(
    context: Context, model: StructuralModel, latent: tuple[str, ...], place: Place
) -> None:
    for merged, names in model.merges.items():
        if merged not in latent and latent:
            text = (
                f"model {model.id!r} merges measures into {merged!r}, which is no latent variable"
            )
            hint = did_you_mean(merged, latent)
            context.say((*place, "merges", merged), f"{text} of its syntax{hint}", key=True)
        for k, name in enumerate(names):
            here = context.place(*place, "merges", merged, k)
            _known(context, model, name, context.document.at(here))


def _parsed(context: Context, model: StructuralModel, place: Place) -> ModelText | None:
    try:
        return parse_model(model.syntax)
    except SyntaxProblem as problem:
        message = str(problem).splitlines()[0]
        found = re.match(r"line (\d+), column (\d+): (.*)", message)
        here = context.place(*place, "syntax")
        position = context.document.at(here)
        if found:
            position = context.document.inside(here, int(found[1]), int(found[2]))
            message = found[3]
        context.problems.append(Problem(position, f"model {model.id!r}: {message}"))
        return None


def _variables(context: Context, model: StructuralModel, parsed: ModelText, place: Place) -> None:
    seen: set[str] = set(parsed.latent)
    for statement in parsed.statements:
        if statement.op in CONSTRAINTS:
            continue
        sides = (statement.lhs, statement.rhs)[: 1 if statement.op in _WITHOUT_RIGHT else 2]
        where = (context.place(*place), statement.line, statement.column)
        for name in sides:
            if name not in seen:
                seen.add(name)
                _known(context, model, name, context.document.inside(*where))


def _mediation(
    context: Context, model: StructuralModel, latent: tuple[str, ...], place: Place
) -> None:
    for step, names in model.mediation.items():
        if step not in _STEPS:
            text = f"mediation of model {model.id!r} has the key {step!r}"
            hint = did_you_mean(step, _STEPS)
            here = (*place, "mediation", step)
            context.say(here, f"{text}{hint}; its keys are {quoted(_STEPS)}", key=True)
        for k, name in enumerate(names):
            if name not in latent:
                here = context.place(*place, "mediation", step, k)
                _known(context, model, name, context.document.at(here))


def _known(context: Context, model: StructuralModel, name: str, position: Position) -> None:
    if any(EVERYTHING in context.broken.get(part, ()) for part in ("measures", "items")):
        return
    measures = context.ids("measures")
    columns = [*measures, *context.ids("items"), *GROUP_COLUMNS]
    measure, _, facet = name.partition(".")
    if name in columns or (facet and _facet(context, measure, facet)):
        return
    hint = did_you_mean(name, columns)
    listed = "" if hint else f"; the measures are {quoted(measures, most=40)}"
    text = f"model {model.id!r} names {name!r}, which is no measure or item{hint}{listed}"
    context.problems.append(Problem(position, text))


def _facet(context: Context, measure: str, facet: str) -> bool:
    if measure not in context.measures:
        return measure in context.broken.get("measures", ())
    construct = context.constructs.get(context.measures[measure].construct_id)
    return construct is None or facet in [part.id for part in construct.facets]
