"""The column of a consent choice, the same on every platform."""

from __future__ import annotations


def consent_column(module: str) -> str:
    """Return what the column of a consent module is called in a form.

    Examples
    --------
    >>> consent_column("naming")
    'consent_naming'
    """
    return f"consent_{module}"
