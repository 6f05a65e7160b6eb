"""The page that checks a sealed file without anything installed."""

from __future__ import annotations

from pathlib import Path

PAGE_FILE = "verify.html"


def page_bytes() -> bytes:
    """Return the page: one file, no request leaves it.

    Examples
    --------
    >>> page_bytes()[:15]
    b'<!doctype html>'
    """
    return (Path(__file__).resolve().parent / PAGE_FILE).read_bytes()
