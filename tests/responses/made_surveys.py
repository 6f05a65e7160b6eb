"""Random instruments and answers, for the property of the reader: no cell becomes another number.

A survey is made from a seed: an instrument with every kind of item, the answers that are true,
and some cells that are planted wrong. `made_layouts` writes it as each platform would.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from collective_use.instrument.model import Instrument, Item
from collective_use.platforms.columns import Column, item_columns

GROUPS, LENGTH = 3, 3
SETS = (
    (("Strongly disagree", "非常不同意"), ("Disagree", "不同意"), ("Neither", "一般"),
     ("Agree", "同意"), ("Strongly agree", "非常同意")),
    (("Never", "从不"), ("Rarely", "很少"), ("Often, or always", "经常")),
    (("Not at all.", "完全没有"), ("Somewhat", "有些"), ("Very much", "非常")),
)  # fmt: skip
NUMBERS = (("0", "0"), ("1", "1"), ("2", "2"), ("3 or more", "3 或以上"))
BOXES = (("Reports, printed", "纸质报告"), ("Dashboards", "仪表盘"), ("Staff; or grants", "人员"),
         ("R&D", "研发"))  # fmt: skip
JUNK = ("???", "12 apples", "Mostly", "2x", "1.2.3", "agreeing", "soon", "-7", "77")
MONTHS = ("{y}-{m:02d}", "{m:02d}/{y}", "{y}-{m:02d}-01", "{y}年{m}月", "{d:02d}.{m:02d}.{y}",
          "{y}/{m}", "{d:02d}/{m:02d}/{y}")  # fmt: skip
STYLES = ("plain", "comma", "point", "english", "german", "blank")


@dataclass
class Survey:
    """A made survey.

    Attributes
    ----------
    instrument
        Its instrument.
    columns
        The columns of a plain table.
    truth
        (persons,) for each column name the code, the number, the month, or None when empty.
    texts
        How numbers and months are written, by column.
    planted
        What stands in a cell instead, by person and column.
    keys
        Group and member of each person.
    """

    instrument: Instrument
    columns: list[Column]
    truth: dict[str, list[Any]]
    texts: dict[str, list[str]]
    planted: dict[tuple[int, str], str] = field(default_factory=dict)
    keys: list[tuple[str, str]] = field(default_factory=list)

    def item(self, column: Column) -> Item:
        return self.instrument.get_item(column.item)


def label(one: tuple[str, str]) -> dict[str, str]:
    return {"en": one[0], "zh": one[1]}


def instrument_of(rng: np.random.Generator) -> Instrument:
    """Return an instrument: codes that begin at 0 or 1, rise or fall, or have gaps."""
    scales = []
    for number, labels in enumerate((*SETS, NUMBERS)):
        start, step = int(rng.integers(0, 2)), int(rng.choice([1, 1, 2]))
        codes = [start + step * place for place in range(len(labels))]
        if labels is NUMBERS:
            codes = [1, 2, 3, 4] if rng.random() < 0.7 else [0, 1, 2, 3]
        elif rng.random() < 0.3:
            codes = codes[::-1]
        options = [{"code": c, "label": label(t)} for c, t in zip(codes, labels, strict=True)]
        missing = [{"reason": "dont_know", "code": 88, "label": label(("Don't know", "不知道"))}]
        scales.append({"id": f"s{number}", "options": options, "missing": missing})
    boxes = [{"code": c, "label": label(t)} for c, t in enumerate(BOXES, 1)]
    roles = [
        {"code": c, "label": label(t)}
        for c, t in enumerate((("leads", "领导"), ("helps", "帮助")), 1)
    ]
    rows = [
        {"code": c, "label": label(t)}
        for c, t in enumerate((("Read", "阅读"), ("Write", "写作")), 1)
    ]
    asked: list[dict[str, Any]] = [
        {"id": f"q{n}", "scale": f"s{n % 4}", "reverse": bool(n % 3 == 1)} for n in range(1, 9)
    ]
    asked += [
        {"id": "box1", "kind": "checklist", "options": boxes},
        {"id": "pick1", "kind": "choice", "options": boxes[:3]},
        {"id": "num1", "kind": "number"},
        {"id": "num2", "kind": "number"},
        {"id": "rat1", "kind": "rating_list", "scale": "s1", "options": rows},
        {"id": "net1", "kind": "roster_valued", "scale": "s2", "roster": "members"},
        {"id": "tie1", "kind": "roster_binary", "roster": "members"},
        {"id": "rol1", "kind": "roster_roles", "roster": "members", "options": roles},
        {"id": "pts1", "kind": "allocation", "roster": "members", "total": 100},
        {"id": "since1", "kind": "month", "role": "respondent"},
        {"id": "since2", "kind": "month", "role": "respondent"},
    ]  # fmt: skip
    for number, item in enumerate(asked):
        item.setdefault("construct", "use")
        item["text"] = label((f"Statement {item['id']} about data use.", f"关于数据的第{number}句"))
    likert = [item["id"] for item in asked if item["id"].startswith("q")]
    use = label(("Use", "用"))
    measure = {"id": "use", "construct": "use", "composition": "referent_shift", "items": likert}
    return Instrument.model_validate(
        {
            "schema": 1,
            "id": "made",
            "version": "1",
            "title": label(("Made", "造")),
            "languages": ["en", "zh"],
            "columns": {"group": "team", "member": "who"},
            "scales": scales,
            "items": asked,
            "rosters": [{"id": "members", "of": "members", "maximum": LENGTH}],
            "constructs": [{"id": "use", "name": use, "definition": use}],
            "measures": [measure],
        }
    )


def number_text(value: float, style: str) -> str:
    """Write a number in one style."""
    if style == "plain":
        return f"{value:g}" if value == int(value) else repr(value)
    whole, _, part = f"{abs(value):,.2f}".partition(".")
    part = part.rstrip("0")
    group, mark = {
        "comma": ("", ","), "point": ("", "."), "english": (",", "."), "german": (".", ","),
        "blank": ("\u202f", ","),
    }[style]  # fmt: skip
    text = whole.replace(",", group) + (mark + part if part else "")
    return f"-{text}" if value < 0 else text


def survey_of(seed: int, persons: int = 12, wrong: float = 0.02) -> Survey:
    """Return a survey made from a seed; `wrong` is the share of cells planted wrong."""
    rng = np.random.default_rng(seed)
    instrument = instrument_of(rng)
    columns = [c for item in instrument.items for c in item_columns(item, positions=LENGTH)]
    truth, texts = {}, {}
    for column in columns:
        values, written = _answers(rng, instrument, column, persons)
        truth[column.name] = values
        texts[column.name] = written
    keys = [(f"g{person % GROUPS}", f"m{person}") for person in range(persons)]
    survey = Survey(instrument, columns, truth, texts, {}, keys)
    for column in columns:
        numbers = column.kind in ("number", "allocation")
        junk = [text for text in JUNK if not (numbers and text.lstrip("-").isdecimal())]
        for person in range(persons):
            if rng.random() < wrong:
                survey.planted[person, column.name] = str(rng.choice(junk))
    return survey


def _answers(
    rng: np.random.Generator, instrument: Instrument, column: Column, persons: int
) -> tuple[list[Any], list[str]]:
    item = instrument.get_item(column.item)
    empty = rng.random(persons) < 0.1
    if item.kind == "number":
        style = str(rng.choice(STYLES))
        raw = rng.choice([rng.integers(0, 90, persons), rng.integers(900, 99_999, persons)])
        halves = rng.random(persons) < 0.5
        values = [
            float(v) + (0.5 if half and style != "plain" else 0.0)
            for v, half in zip(raw, halves, strict=True)
        ]
        written = [number_text(value, style) for value in values]
    elif item.kind == "month":
        form = str(rng.choice(MONTHS))
        months = [(int(rng.integers(1990, 2026)), int(rng.integers(1, 13))) for _ in range(persons)]
        values = [f"{y}-{m:02d}" for y, m in months]
        written = [form.format(y=y, m=m, d=1 + (7 * y + m) % 28) for y, m in months]
    elif item.kind == "allocation":
        values = [float(v) for v in rng.integers(0, 101, persons)]
        written = [f"{v:g}" for v in values]
    elif item.kind in ("checklist", "roster_binary", "roster_roles"):
        values = [float(v) for v in rng.integers(0, 2, persons)]
        return values, [f"{v:g}" for v in values]
    else:
        scale = instrument.get_scale(item.scale) if item.scale else None
        codes = [option.code for option in (scale.options if scale else item.options)]
        values = [float(v) for v in rng.choice(codes, persons)]
        written = [f"{v:g}" for v in values]
    filled = [None if gone else value for gone, value in zip(empty, values, strict=True)]
    return filled, ["" if gone else text for gone, text in zip(empty, written, strict=True)]
