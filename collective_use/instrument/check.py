"""Checks across references: what the parts of an instrument say about each other."""

from __future__ import annotations

from collective_use.instrument import (
    check_forms,
    check_ids,
    check_items,
    check_measures,
    check_models,
    check_texts,
)
from collective_use.instrument.context import Context
from collective_use.yaml_source import Problem


def check(context: Context) -> list[Problem]:
    """Run every check and return what was found."""
    for one in (
        check_ids.check,
        check_texts.check,
        check_items.check,
        check_measures.check,
        check_forms.check,
        check_models.check,
    ):
        one(context)
    return context.problems
