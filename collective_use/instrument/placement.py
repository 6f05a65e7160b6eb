"""The placement test: where people put the words of a scale on a line from 0 to 100.

Labels of two languages are equivalent when people of both put them at the same places, in the
same order, and as far apart (verbal qualifiers: Rohrmann 2007). The test is an instrument of its
own, made from the scales of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from collective_use.accepted import Json, JsonObject
from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument, ResponseScale

_EN, _ZH = "en", "zh"
_WORDS: dict[str, dict[str, str]] = {
    "title": {_EN: "Where words stand", _ZH: "词语的位置"},
    "purpose": {
        _EN: "This is about words used in questionnaires, not about you. There are no right or "
        "wrong answers.",
        _ZH: "本调查是关于问卷用语的，不涉及您本人；答案没有对错之分。",
    },
    "block": {_EN: "Words of scale {n}", _ZH: "第{n}组词语"},
    "intro": {
        _EN: "Think of a line from 0 (the least, or the most against) to 100 (the most, or the "
        "most in favor). Write for each word, by itself, the number where it stands for you.",
        _ZH: "设想一条从0（程度最低或最反对）到100（程度最高或最赞成）的线。请对每个词语单独判断，"
        "写出它在您看来所处位置的数字。",
    },
    "first": {_EN: "Your first language", _ZH: "您的母语"},
    "person": {_EN: "Your code", _ZH: "您的编号"},
    "name": {_EN: "Placement test", _ZH: "位置测试"},
}


def placement_test(instrument: Instrument | str | Path, scales: Iterable[str] = ()) -> Instrument:
    """Return the placement test of scales as an instrument: a number for each label.

    Parameters
    ----------
    instrument
        An instrument, its bundled name or its path: its labels are placed, in every language.
    scales
        Their ids; every ordered scale with five or more options if none is given.

    Raises
    ------
    InputError
        When a scale is unknown, or there is none to place.

    Examples
    --------
    >>> test = placement_test("collective_data_use", ["freq7"])
    >>> [item.id for item in test.items][:2], test.items[0].text["zh"]
    (['place1_1', 'place1_2'], '从未')
    """
    instrument = as_instrument(instrument)
    chosen = _chosen(instrument, tuple(scales))
    languages = list(instrument.languages)
    text = {name: _text(name, languages) for name in _WORDS}
    items = [
        _item(scale, number, place)
        for number, scale in enumerate(chosen, start=1)
        for place in range(1, len(scale.options) + 1)
    ]
    keys: list[JsonObject] = [
        {"id": name, "kind": "code", "role": "key", "required": True, "text": text[word]}
        for name, word in (("first_language", "first"), ("person", "person"))
    ]
    blocks = [
        _block(scale, number, text, [key["id"] for key in keys] if number == 1 else [])
        for number, scale in enumerate(chosen, start=1)
    ]
    content: JsonObject = {
        "schema": 1,
        "id": f"{instrument.id[:15].rstrip('_')}_placement",
        "version": instrument.version,
        "title": text["title"],
        "purpose": text["purpose"],
        "languages": languages,
        "columns": {"group": "first_language", "member": "person"},
        "constructs": [_construct(s, n, languages) for n, s in enumerate(chosen, start=1)],
        "measures": [_measure(s, n) for n, s in enumerate(chosen, start=1)],
        "items": [*items, *keys],
        "forms": [{"id": "placement", "name": text["name"], "default": True, "blocks": blocks}],
    }
    return Instrument.model_validate(content)


def _text(name: str, languages: Iterable[str]) -> dict[str, str]:
    known = _WORDS[name]
    return {code: known.get(code.split("-")[0], known[_EN]) for code in languages}


def _chosen(instrument: Instrument, wanted: tuple[str, ...]) -> tuple[ResponseScale, ...]:
    known = {scale.id: scale for scale in instrument.scales}
    for name in wanted:
        if name not in known:
            raise InputError(
                f"scale must be one of {quoted(known)}, got {name!r}{did_you_mean(name, known)}"
            )
    found = [known[name] for name in dict.fromkeys(wanted)]
    found = found or [s for s in instrument.scales if s.ordered and len(s.options) >= 5]
    if not found:
        raise InputError(
            f"instrument {instrument.id!r} has no ordered scale with five options; name one"
        )
    return tuple(found)


def placed(item: str) -> tuple[int, int] | None:
    """Return number of the scale and place of the label that an item of a test asks for.

    Examples
    --------
    >>> placed("place2_7"), placed("person")
    ((2, 7), None)
    """
    found = re.fullmatch(r"place(\d+)_(\d+)", item)
    return (int(found[1]), int(found[2])) if found else None


def _item(scale: ResponseScale, number: int, place: int) -> JsonObject:
    return {
        "id": f"place{number}_{place}",
        "kind": "number",
        "construct": f"words{number}",
        "text": dict(scale.options[place - 1].label),
    }


def _construct(scale: ResponseScale, number: int, languages: Iterable[str]) -> JsonObject:
    said = {code: scale.name.get(code) or scale.id for code in languages}
    return {"id": f"words{number}", "name": said, "definition": said, "role": "control"}


def _measure(scale: ResponseScale, number: int) -> JsonObject:
    return {
        "id": f"words{number}",
        "construct": f"words{number}",
        "composition": "additive",
        "aggregation": "formative",
        "items": [f"place{number}_{k}" for k in range(1, len(scale.options) + 1)],
    }


def _block(
    scale: ResponseScale, number: int, text: dict[str, dict[str, str]], before: list[Json]
) -> JsonObject:
    return {
        "id": scale.id,
        "title": {code: said.format(n=number) for code, said in text["block"].items()},
        "intro": text["intro"],
        "items": [*before, *(f"place{number}_{k}" for k in range(1, len(scale.options) + 1))],
        # The order is drawn anew for each copy that is printed or published with a seed.
        "randomise": True,
    }
