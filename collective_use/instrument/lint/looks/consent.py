"""Consent to naming others: whoever lists persons by name has to ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collective_use.cutoffs import Cutoff
from collective_use.instrument.lint.rules import Finding
from collective_use.instrument.model import ConsentModule, Instrument


def findings(instrument: Instrument, rules: Mapping[str, Cutoff]) -> Iterator[Finding]:
    """Look for rosters of persons that ask for no consent of their own."""
    used = {item.roster for item in instrument.items}
    modules = {module.id: module for module in instrument.consent}
    for roster in instrument.rosters:
        if roster.of != "members" or roster.id not in used:
            continue
        where = f"roster {roster.id!r}"
        if roster.consent is None:
            found = "it names members of the group, and no consent text says so"
            right = "`consent:` with a module of its own, which one may refuse and still answer"
            yield Finding("look", "naming_consent", where, found, right)
        elif len(modules) == 1:
            found = f"it shares the only consent text, {roster.consent!r}"
            right = "a consent module of its own for naming others"
            yield Finding("look", "naming_consent", where, found, right)
        elif roster.consent in modules and _forced(modules[roster.consent]):
            found = f"its consent {roster.consent!r} is required"
            right = "required: false; forms leave the roster out for whoever refuses"
            yield Finding("note", "naming_consent", where, found, right)


def _forced(module: ConsentModule) -> bool:
    """Tell whether the file itself says that the consent is required."""
    return module.required and "required" in module.model_fields_set
