"""The few fit measures that text and notebooks show, and what is said beside them."""

from __future__ import annotations

from collections.abc import Mapping

from collective_use.record import Record, counted
from collective_use.results import whole

SHORT = (
    "npar", "chisq", "df", "pvalue", "chisq.scaled", "df.scaled", "pvalue.scaled",
    "cfi", "tli", "rmsea", "cfi.robust", "tli.robust", "rmsea.robust", "srmr",
)  # fmt: skip
"""In order; scaled and robust ones are there when the estimator has a scaled test."""

COUNTS = ("npar", "df", "df.scaled")


def short_fit(measures: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Return names and values of the most used measures, counts as whole numbers.

    The degrees of freedom of a scaled test are shown where they are not those of the plain one
    (a mean and variance adjusted test).

    Examples
    --------
    >>> short_fit({"npar": 21.0, "df": 24.0, "cfi": 0.93})
    (('npar', 21), ('df', 24), ('cfi', 0.93))
    """
    names = [name for name in SHORT if name in measures]
    if measures.get("df.scaled") == measures.get("df") and "df.scaled" in names:
        names.remove("df.scaled")
    return tuple(
        (name, whole(measures[name]) if name in COUNTS else measures[name]) for name in names
    )


def cases_said(n: float, estimator: str, record: Record) -> tuple[str, ...]:
    """Say how many cases were used, by which estimator, and what was left out.

    Examples
    --------
    >>> cases_said(301.0, "ML", Record())
    ('301 cases, estimator ML.',)
    """
    left = record.of_kind("left out")
    return (
        f"{n:g} cases, estimator {estimator}.",
        *(f"Left out, {counted(e.count or 0, e.of)}: {e.text}" for e in left),
    )


def why_none(not_computed: Mapping[str, str]) -> tuple[str, ...]:
    """Say why the most used fit measures have no value, those of one reason together.

    Examples
    --------
    >>> why_none({"cfi.robust": "the model has no degrees of freedom"})
    ('No cfi.robust: the model has no degrees of freedom.',)
    """
    names: dict[str, list[str]] = {}
    for name, why in not_computed.items():
        if name in SHORT:
            names.setdefault(why, []).append(name)
    return tuple(f"No {', '.join(own)}: {why}." for why, own in names.items())
