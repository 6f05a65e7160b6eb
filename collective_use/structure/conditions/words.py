"""Models of sets in words and frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from collective_use.numerics.conditions import truth_table as kernel
from collective_use.numerics.conditions.boolean import Term
from collective_use.numerics.types import Floats

KINDS = ("complex", "parsimonious", "intermediate")


def term_text(term: Term, names: Sequence[str]) -> str:
    """Return a term as it is written: ``a*~b``.

    Examples
    --------
    >>> term_text((0b11, 0b10), ["a", "b"])
    'a*~b'
    """
    mask, bits = term
    parts = []
    for k, name in enumerate(names):
        bit = 1 << (len(names) - 1 - k)
        if mask & bit:
            parts.append(name if bits & bit else f"~{name}")
    return "*".join(parts) or "(always)"


def expression(model: Sequence[Term], names: Sequence[str]) -> str:
    """Return a model as it is written: ``a*~b + c``.

    Examples
    --------
    >>> expression([(0b10, 0b10), (0b01, 0b00)], ["a", "b"])
    'a + ~b'
    """
    return " + ".join(term_text(term, names) for term in model)


def models_frame(
    found: kernel.Solutions, x: Floats, y: Floats, names: Sequence[str]
) -> pd.DataFrame:
    """Return one row a model."""
    rows = []
    for kind in KINDS:
        for number, model in enumerate(getattr(found, kind), start=1):
            _, whole = kernel.term_fit(x, y, model)
            assumed = len(found.assumed[number - 1]) if kind == "intermediate" else np.nan
            rows.append((kind, number, expression(model, names), *whole.tolist(), assumed))
    columns = ["solution", "model", "expression", "consistency", "pri", "coverage", "assumed"]
    return pd.DataFrame(rows, columns=columns)


def terms_frame(
    found: kernel.Solutions, x: Floats, y: Floats, names: Sequence[str], labels: Sequence[str]
) -> pd.DataFrame:
    """Return one row a term of a model."""
    rows = []
    for kind in KINDS:
        for number, model in enumerate(getattr(found, kind), start=1):
            fits, _ = kernel.term_fit(x, y, model)
            for term, fit in zip(model, fits.tolist(), strict=True):
                inside = kernel.term_membership(x, term) > 0.5
                cases = ", ".join(np.array(labels)[inside])
                rows.append((kind, number, term_text(term, names), *fit, cases))
    columns = [
        "solution", "model", "term", "consistency", "pri", "raw_coverage", "unique_coverage",
        "cases",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
