"""Who stood at which place of a roster, kept as one column beside the answers.

Answers about members come as places (``net1_3``). The form also hands on the codes of the
members by place, so that answers find their persons whatever happens to the list later.
"""

from __future__ import annotations

from collections.abc import Sequence

CODES = "roster_codes"
"""The column with the codes of a group's members by place."""
PARTNERS = "roster_partners"
"""The column with the names of a group's partners by place."""
_BETWEEN = "|"
_ESCAPES = {"%": "%25", _BETWEEN: "%7C"}


def join_codes(codes: Sequence[str]) -> str:
    """Return codes in one text, an empty place as nothing.

    Examples
    --------
    >>> join_codes(["r1", "", "a|b"])
    'r1||a%7Cb'
    """
    return _BETWEEN.join(
        code.replace("%", _ESCAPES["%"]).replace(_BETWEEN, _ESCAPES[_BETWEEN]) for code in codes
    )


def split_codes(text: str) -> tuple[str, ...]:
    """Return the codes of `join_codes`; none for an empty text.

    Examples
    --------
    >>> split_codes("r1||a%7Cb"), split_codes("")
    (('r1', '', 'a|b'), ())
    """
    if not text.strip():
        return ()
    return tuple(
        part.strip().replace(_ESCAPES[_BETWEEN], _BETWEEN).replace(_ESCAPES["%"], "%")
        for part in text.split(_BETWEEN)
    )
