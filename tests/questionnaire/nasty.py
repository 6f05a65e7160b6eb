"""A nasty form: 60 statements by 12 columns, two languages, marks of every platform, a roster."""

from __future__ import annotations

from pathlib import Path

import yaml

import collective_use as cu

TEXTS = (
    "=SUM(A1) is our motto",
    "Use {token} and ${cost} in [m1] meetings",
    "<b>Bold</b> & <script>alert(1)</script> a < b",
    "She said \"yes\", and 'no'; 5 | 6",
    "Two lines:\nthe second, with a tab\tin it",
    "*Stars* and _lines_ and # no heading",
    "@HIDDEN-SURVEY is no tag; &lt; is no entity",
    "[[Question:MC]] ___ [单选题] === 分页 ===",
)
STATEMENTS = 60
CODES = (-2, -1, 0, 1, 2, 3, 4, 5, 6, 77777, 123456)


def source() -> dict:
    """The instrument as plain values."""
    items = [
        {
            "id": f"n{k}",
            "construct": "c1",
            "scale": "wide",
            "text": {"en": f"{k}: {TEXTS[k % len(TEXTS)]}", "ar": f"{k}: نستخدم البيانات {{x}}"},
        }
        for k in range(1, STATEMENTS + 1)
    ]
    options = [
        {"code": code, "label": {"en": f"{code} <i>of</i> {{x}} ${{y}} [z]", "ar": f"خيار {code}"}}
        for code in CODES
    ]
    unknown = {"reason": "dont_know", "code": -99, "label": {"en": "Don't know", "ar": "لا أعرف"}}
    often = [{"code": k, "label": {"en": f"Often {k}", "ar": f"كثيرا {k}"}} for k in range(4)]
    tie = {"en": "How often do you ask {this} person?", "ar": "كم مرة تسأل هذا الشخص؟"}
    return {
        "schema": 1,
        "id": "nasty",
        "version": "1.0",
        "title": {"en": "A <nasty> form & more", "ar": "استبيان"},
        "languages": ["en", "ar"],
        "columns": {"group": "dept", "member": "person"},
        "consent": [
            {
                "id": "part",
                "text": {"en": "Take part?", "ar": "شارك"},
                "accept": {"en": "Yes {x}", "ar": "نعم"},
            },
            {
                "id": "naming",
                "text": {"en": "Name ${x}?", "ar": "سم"},
                "accept": {"en": "Yes", "ar": "نعم"},
            },
        ],
        "scales": [
            {"id": "wide", "options": options, "missing": [unknown], "ordered": False},
            {"id": "often", "options": often},
        ],
        "constructs": [
            {
                "id": "c1",
                "name": {"en": "C", "ar": "C"},
                "definition": {"en": "D.", "ar": "D."},
                "role": "outcome",
            }
        ],
        "measures": [
            {
                "id": "m",
                "construct": "c1",
                "composition": "additive",
                "items": [item["id"] for item in items],
            }
        ],
        "items": [
            *items,
            {"id": "tie", "kind": "roster_valued", "scale": "often", "roster": "r", "text": tie},
            {"id": "dept", "kind": "code", "role": "key", "text": {"en": "Dept", "ar": "قسم"}},
            {"id": "person", "kind": "code", "role": "key", "text": {"en": "You", "ar": "أنت"}},
        ],
        "rosters": [{"id": "r", "of": "members", "maximum": 12, "consent": "naming"}],
        "forms": [
            {
                "id": "main",
                "default": True,
                "modules": [{"id": "ties", "name": {"en": "Ties", "ar": "ربط"}}],
                "blocks": [
                    {
                        "id": "all",
                        "title": {"en": "All {x}", "ar": "كل"},
                        "items": [item["id"] for item in items],
                    },
                    {
                        "id": "net",
                        "title": {"en": "Net", "ar": "شبكة"},
                        "items": ["tie"],
                        "module": "ties",
                    },
                ],
            }
        ],
    }


def nasty(folder: Path) -> cu.Instrument:
    """The instrument, loaded from a file in a folder."""
    path = folder / "nasty.yaml"
    path.write_text(yaml.safe_dump(source(), allow_unicode=True, sort_keys=False), "utf-8")
    return cu.load_instrument(path)
