"""The page that checks a sealed file without anything installed."""

from __future__ import annotations

import re
from pathlib import Path

from collective_use.output.policy import page_policy

PAGE_FILE = "verify.html"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def page_bytes() -> bytes:
    """Return the page: one file, no request leaves it, and its policy says so.

    Examples
    --------
    >>> page_bytes()[:15], b"Content-Security-Policy" in page_bytes()
    (b'<!doctype html>', True)
    """
    text = (Path(__file__).resolve().parent / PAGE_FILE).read_text("utf-8")
    policy = page_policy(*_SCRIPT.findall(text))
    return text.replace("<!-- policy -->", policy, 1).encode("utf-8")
