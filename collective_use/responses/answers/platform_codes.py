"""Answer codes that a platform writes otherwise, understood as the instrument's own."""

from __future__ import annotations

from dataclasses import replace

from collective_use.platforms.limesurvey_codes import answer_code
from collective_use.responses.answers.codes import Key


def with_platform_codes(key: Key, platform: str) -> Key:
    """Return a key that knows how a platform spells the codes of its scale.

    LimeSurvey takes no minus: -99 of a form made here comes back as ``n99``.

    Examples
    --------
    >>> key = with_platform_codes(Key(valid=frozenset((-1.0, 1.0))), "limesurvey")
    >>> key.labels["n1"]
    -1.0
    """
    if platform != "limesurvey":
        return key
    spelled = {code: answer_code(int(code)) for code in key.valid if code == int(code)}
    labels = {text: code for code, text in spelled.items() if text != str(int(code))}
    missing = {
        answer_code(int(code)): reason
        for code, reason in key.missing.items()
        if code.lstrip("-").isdecimal() and answer_code(int(code)) != code
    }
    if not labels and not missing:
        return key
    return replace(key, labels={**labels, **key.labels}, missing={**missing, **key.missing})
