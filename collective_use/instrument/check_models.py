"""Structural models: the names in their syntax are measures, items or latents of their own.

The text is read loosely here, for its names only; the grammar is checked where models are
fitted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from collective_use.checks import did_you_mean, quoted
from collective_use.instrument.context import EVERYTHING, Context
from collective_use.instrument.model import StructuralModel
from collective_use.yaml_source import Place

_OPERATOR = re.compile(r"=~|~~|~\*~|~|\|")
_OTHER = re.compile(r":=|==|<|>")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_STEPS = ("from", "through", "to")
GROUP_COLUMNS = ("n", "members", "response_rate", "group_size")
"""Columns of every table by group that a model may use."""


def check(context: Context) -> None:
    """Check every structural model."""
    for n, model in enumerate(context.instrument.models):
        place: Place = ("models", n)
        latents = latent_names(model.syntax)
        for name in dict.fromkeys(variable_names(model.syntax)):
            if name not in latents:
                _known(context, model, name, (*place, "syntax"))
        for step, names in model.mediation.items():
            if step not in _STEPS:
                text = f"mediation of model {model.id!r} has the key {step!r}"
                hint = did_you_mean(step, _STEPS)
                here = (*place, "mediation", step)
                context.say(here, f"{text}{hint}; its keys are {quoted(_STEPS)}", key=True)
            for k, name in enumerate(names):
                if name not in latents:
                    _known(context, model, name, (*place, "mediation", step, k))


def _known(context: Context, model: StructuralModel, name: str, place: Place) -> None:
    if any(EVERYTHING in context.broken.get(name, ()) for name in ("measures", "items")):
        return
    measures = context.ids("measures")
    columns = [*measures, *context.ids("items"), *GROUP_COLUMNS]
    measure, _, facet = name.partition(".")
    if name in columns or (facet and _facet(context, measure, facet)):
        return
    hint = did_you_mean(name, columns)
    text = f"model {model.id!r} names {name!r}, which is no measure or item{hint}"
    context.say(place, f"{text}; the measures are {quoted(measures, most=40)}")


def _facet(context: Context, measure: str, facet: str) -> bool:
    if measure not in context.measures:
        return measure in context.broken.get("measures", ())
    construct = context.constructs.get(context.measures[measure].construct_id)
    return construct is None or facet in [part.id for part in construct.facets]


def statements(syntax: str) -> Iterator[tuple[str, str, str]]:
    """Split a model text into left side, operator and right side; other lines are skipped.

    Examples
    --------
    >>> list(statements("f =~ a + b  # measurement\\ny ~ c*f; d := c*2"))
    [('f', '=~', 'a + b'), ('y', '~', 'c*f')]
    """
    bare = re.sub(r"[#!][^\n]*", "", syntax)
    bare = re.sub(r"([+~*=])[ \t]*\n", r"\1 ", bare)
    bare = re.sub(r"\n[ \t]*([+~*])", r" \1", bare)
    for line in re.split(r"[\n;]", bare):
        operator = _OPERATOR.search(line)
        if operator is None or _OTHER.search(line):
            continue
        left, right = line[: operator.start()].strip(), line[operator.end() :].strip()
        yield left, operator.group(), right


def latent_names(syntax: str) -> set[str]:
    """Return the latent variables that a model text defines.

    Examples
    --------
    >>> latent_names("f =~ a + b")
    {'f'}
    """
    return {left for left, operator, _ in statements(syntax) if operator == "=~"}


def variable_names(syntax: str) -> Iterator[str]:
    """Return the variables that a model text names, without labels and modifiers.

    Examples
    --------
    >>> list(variable_names("y ~ b1*x + start(0.5)*z + 1"))
    ['y', 'x', 'z']
    """
    for left, operator, right in statements(syntax):
        sides = (left,) if operator == "|" else (left, right)
        for side in sides:
            for term in re.split(r"\+(?![^(]*\))", side):
                name = term.split("*")[-1].strip()
                if _NAME.fullmatch(name):
                    yield name
