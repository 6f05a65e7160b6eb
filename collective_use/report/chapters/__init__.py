"""The chapters, one a file, in the order of the house."""

from __future__ import annotations

from collections.abc import Callable

from collective_use.report.chapters import (
    account,
    agreement,
    checklists,
    factors,
    groups,
    items,
    plan,
    quality,
    reliability,
    sample,
    structure,
    validity,
)
from collective_use.report.document import Chapter
from collective_use.report.material import Material

CHAPTERS: tuple[Callable[[Material], Chapter | None], ...] = (
    sample.chapter,
    quality.chapter,
    items.chapter,
    reliability.chapter,
    agreement.chapter,
    groups.chapter,
    factors.chapter,
    validity.chapter,
    structure.chapter,
    plan.chapter,
    account.decisions,
    account.methods,
    checklists.chapter,
    account.session,
)
"""Each returns its chapter, or None where the run has nothing to say on it."""


def chapters(material: Material) -> tuple[Chapter, ...]:
    """Return the chapters that the run has something to say on."""
    found = (make(material) for make in CHAPTERS)
    return tuple(chapter for chapter in found if chapter is not None)
