"""The content security policy of a page that is opened from a folder: it reaches nothing."""

from __future__ import annotations

import base64
import hashlib


def page_policy(*scripts: str) -> str:
    """Return the element that lets a page load nothing and run nothing but its own scripts.

    Parameters
    ----------
    scripts
        The text of each script element, sign by sign.

    Examples
    --------
    >>> "default-src 'none'" in page_policy(), "sha256-" in page_policy("let a = 1")
    (True, True)
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"
        for text in scripts
    )
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        f"script-src {hashes or chr(39) + 'none' + chr(39)}; form-action 'none'; base-uri 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
