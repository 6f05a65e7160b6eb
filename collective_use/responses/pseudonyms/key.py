"""The key: a file of its own, made once, never overwritten; codes follow from it alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from pathlib import Path

from collective_use.door.limits import regular_file
from collective_use.errors import InputError, OutputError

_HEAD = "collective-use key 1"
_SECRET = re.compile(r"[0-9a-f]{64}")
_SIGNS = 12
"""Base32 signs of a code: 60 bits, so that two of a million persons never share one."""
_MOST_BYTES = 10_000


def read_key(path: Path) -> bytes | None:
    """Return the key in a file, or None where there is no such file.

    Raises
    ------
    InputError
        When the file holds something else; it is left as it is.
    """
    if not regular_file(path, most=_MOST_BYTES).exists():
        return None
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        lines = []
    if lines[:1] == [_HEAD] and len(lines) > 1 and _SECRET.fullmatch(lines[1]):
        return bytes.fromhex(lines[1])
    raise InputError(f"{path} is there already and holds no key; it is not overwritten")


def make_key(path: Path) -> bytes:
    """Make a key by chance and write it where nothing is yet, readable by its owner only.

    Raises
    ------
    OutputError
        When the file cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "study.key"
    >>> make_key(file) == read_key(file)
    True
    """
    secret = secrets.token_bytes(32)
    text = (
        f"{_HEAD}\n{secret.hex()}\n"
        "Whoever has this file and a list of persons can tell whose answers are whose: keep it\n"
        "apart from the answers, and delete it when no further wave is to be linked.\n"
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(f"{path}: the key cannot be written: {reason}") from problem
    return secret


def code_of(secret: bytes, text: str) -> str:
    """Return the code of a person: the same for the same text and key, without way back.

    The first 60 bits of HMAC-SHA-256 (Krawczyk, Bellare & Canetti, 1997, RFC 2104), base32.
    Case, outer white space and the Unicode form of the text play no part.

    Examples
    --------
    >>> code_of(b"key", "Anna@example.org") == code_of(b"key", " anna@example.org")
    True
    >>> code_of(b"key", "anna@example.org") == code_of(b"other", "anna@example.org")
    False
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    digest = hmac.new(secret, plain.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return "p" + base64.b32encode(digest).decode("ascii")[:_SIGNS].lower()
