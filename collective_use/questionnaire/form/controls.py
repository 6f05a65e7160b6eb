"""Characters that no form can show: refused by name before a writer fails on them."""

from __future__ import annotations

import unicodedata

from collective_use.errors import InputError

_ALLOWED = "\n\t\u200b\u200c\u200d"


def require_visible(text: str, where: str) -> None:
    """Raise where a text holds a control character.

    Parameters
    ----------
    text
        What a form shows.
    where
        Where it stands: ``item 'a1'``, ``the name of member '7'``.

    Raises
    ------
    InputError
        Naming the place and the character.

    Examples
    --------
    >>> require_visible("two\\nlines", "item 'a1'")
    >>> require_visible("a\\x07b", "item 'a1'")
    Traceback (most recent call last):
        ...
    collective_use.errors.InputError: the text of item 'a1' holds the control character U+0007 (□ in
    'a□b'), which no form can show; delete it where it was written
    """
    wrong = next((sign for sign in text if _control(sign)), "")
    if wrong:
        place = text.index(wrong)
        around = text[max(0, place - 12) : place + 12]
        around = "".join("\u25a1" if _control(sign) else sign for sign in around)
        raise InputError(
            f"the text of {where} holds the control character U+{ord(wrong):04X} "
            f"(\u25a1 in {around!r}), which no form can show; delete it where it was written"
        )


def _control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Co") and sign not in _ALLOWED
