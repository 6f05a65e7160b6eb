"""What looks through an instrument: every file of this folder, found by itself.

A file holds ``findings(instrument, rules)`` and, where it needs rules of thumb of its own,
``RULES``, a tuple of cut-offs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from collective_use.cutoffs import Cutoff
from collective_use.instrument.lint.rules import RULES, Finding
from collective_use.instrument.model import Instrument


@dataclass(frozen=True)
class Look:
    """One way of looking.

    Attributes
    ----------
    name
        Its file.
    findings
        What it finds in an instrument, by the rules of thumb.
    rules
        Its own rules of thumb.
    """

    name: str
    findings: Callable[[Instrument, Mapping[str, Cutoff]], Iterable[Finding]]
    rules: tuple[Cutoff, ...]


@cache
def all_looks() -> tuple[Look, ...]:
    """Return every look, by name.

    Examples
    --------
    >>> [look.name for look in all_looks()][:2]
    ['avoided', 'consent']
    """
    names = sorted(module.name for module in iter_modules(__path__))
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return tuple(
        Look(name, module.findings, getattr(module, "RULES", ()))
        for name, module in modules.items()
    )


def all_rules() -> Mapping[str, Cutoff]:
    """Return the rules of thumb of all looks and of the burden, by name.

    Examples
    --------
    >>> all_rules()["minutes"].value
    12
    """
    return {**RULES, **{rule.name: rule for look in all_looks() for rule in look.rules}}
