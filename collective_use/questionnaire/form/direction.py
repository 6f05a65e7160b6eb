"""Which way a language is written."""

from __future__ import annotations

_RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ku-arab", "nqo", "pa-arab", "prs", "ps")
) | frozenset(("rhg", "sd", "syr", "ug", "ur", "uz-arab", "yi"))
_SCRIPTS = frozenset(("arab", "hebr", "thaa", "syrc", "nkoo", "rohg"))


def direction(language: str) -> str:
    """Return ``rtl`` for languages written from right to left, otherwise ``ltr``.

    Examples
    --------
    >>> [direction(language) for language in ("ar", "he-IL", "az-Arab", "en", "zh")]
    ['rtl', 'rtl', 'rtl', 'ltr', 'ltr']
    """
    parts = language.casefold().replace("_", "-").split("-")
    named = {parts[0], "-".join(parts[:2])} & _RIGHT_TO_LEFT
    written_otherwise = "latn" in parts or "cyrl" in parts
    turned = bool(named) or bool(_SCRIPTS & set(parts))
    return "rtl" if turned and not written_otherwise else "ltr"
