"""Checks across references: what the parts of an instrument say about each other."""

from __future__ import annotations

from collective_use.instrument.check import forms as check_forms
from collective_use.instrument.check import ids as check_ids
from collective_use.instrument.check import items as check_items
from collective_use.instrument.check import measures as check_measures
from collective_use.instrument.check import models as check_models
from collective_use.instrument.check import texts as check_texts
from collective_use.instrument.check.context import Context
from collective_use.yaml_source.document import Problem


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
