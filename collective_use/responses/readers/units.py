"""Numbers with their unit behind them, as people type them: 12个月, 30 years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import Column
from collective_use.record import Record
from collective_use.responses.files.raw import categorical, used_texts
from collective_use.responses.headings.wording import normal
from collective_use.responses.readers.export import Export

_NUMBER = re.compile(r"^\s*([-+]?\d[\d.,'\s]*)\s*([^\d\s.,'][^\d]*)?$")
_SAME: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "个月 月 個月 month months mo monat monate monaten mois mes meses か月 ヶ月 개월",
        "年 year years yr yrs jahr jahre jahren an ans año años 년",
        "天 日 day days tag tage tagen jour jours día días",
        "周 星期 week weeks woche wochen semaine semaines",
        "小时 小時 时 hour hours h std stunde stunden heure heures",
        "分钟 分鐘 分 minute minutes min minuten",
        "岁 歲 歳 세",
        "人 名 位 人员 people persons person personen personne personnes 명",
        "次 回 times time mal fois veces",
        "个 個 項 项 份 条 件",
        "元 rmb yuan",
        "% ％ percent prozent",
    )
)
"""Words of one unit each."""
_COUNTS = frozenset().union(_SAME[6], _SAME[7], _SAME[8], _SAME[9])
"""Units that no other unit could stand for: a number of people is one, whatever it is called."""


def _unit(word: str) -> frozenset[str] | None:
    plain = normal(word).rstrip(".")
    return next((same for same in _SAME if plain in same), None)


def _asked(item: Item, unit: frozenset[str]) -> bool:
    """Tell whether a question asks for a number in this unit."""
    declared = getattr(item, "unit", None) or {}
    if declared:
        words = {normal(text).rstrip(".") for text in declared.values()}
        return bool(words & unit)
    said = " ".join(normal(text) for text in item.text.values())
    named = any(
        word in said if word >= "\u2e80" else re.search(rf"\b{re.escape(word)}\b", said)
        for word in unit
    )
    return named or unit <= _COUNTS


def without_units(
    export: Export, instrument: Instrument, matched: Mapping[int, Column], record: Record
) -> tuple[Export, Record]:
    """Take the unit off numbers where a whole column has the one that the question asks for.

    Several units in a column, or another one than the question's, stay: nobody can tell what
    the bare numbers would mean, and such cells are named as invalid later.
    """
    cells, changed = export.raw.cells, []
    for place, column in matched.items():
        item = instrument.get_item(column.item)
        if item.kind != "number":
            continue
        texts, codes = used_texts(export.raw.cells[place])
        bare = _bare(texts, item, export.missing)
        if bare is None:
            continue
        if cells is export.raw.cells:
            cells = cells.copy()
        cells[place] = pd.Series(categorical(np.asarray([*bare, ""], dtype=object)[codes]))
        changed.append(column.name)
    if not changed:
        return export, record
    text = f"{export.raw.name}: The unit behind numbers was left out."
    record = record.note(
        "responses", "decision", text, count=len(changed), of="columns", what=changed
    )
    return replace(export, raw=replace(export.raw, cells=cells)), record


def _bare(texts: list[str], item: Item, missing: Mapping[str, str]) -> list[str] | None:
    """Return numbers without their unit, or None where there is no unit or more than one."""
    bare, units = [], set()
    for text in texts:
        found = _NUMBER.match(text)
        if text in missing or not found or not found[2]:
            bare.append(text)
            continue
        unit = _unit(found[2])
        if unit is None:
            return None
        units.add(unit)
        bare.append(found[1].strip())
    if len(units) != 1 or not _asked(item, next(iter(units))):
        return None
    return bare
