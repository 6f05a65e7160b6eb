"""Words of exports, by what they mean: ticks, no answer, months; no other file lists them."""

from __future__ import annotations

import re

EMPTY_WORDS = frozenset(("", "na", "nan", "<na>", "null", "#null!", "#n/a", "#n/v", "."))
"""What statistical programs write for no answer; a label of the scale goes first."""
TICKED = frozenset(
    (
        *("1", "1.0", "true", "yes", "y", "x", "checked", "selected", "chosen", "ticked"),
        *("mentioned", "quoted", "marked", "endorsed", "on", "✓", "✔", "☑"),
        *("ja", "gewählt", "ausgewählt", "angekreuzt", "genannt", "markiert"),
        *("oui", "coché", "cochée", "choisi", "cité", "si", "sí", "sì", "sim", "seleccionado"),
        *("geselecteerd", "aangevinkt", "valgt", "vald", "да", "выбрано", "отмечено"),
        *("是", "选中", "已选", "已选择", "有", "選択", "選択済み", "はい", "예", "선택"),
    )
)
"""What a box that is ticked is called."""
UNTICKED = frozenset(
    (
        *("0", "0.0", "false", "no", "n", "unchecked", "not checked", "not selected", "unselected"),
        *("not chosen", "not ticked", "not mentioned", "not quoted", "not marked", "off", "☐"),
        *("nein", "nicht gewählt", "nicht ausgewählt", "nicht angekreuzt", "nicht genannt"),
        *("nicht markiert", "non", "non coché", "non cochée", "non choisi", "non cité"),
        *("não", "no seleccionado", "nee", "niet geselecteerd", "niet aangevinkt", "nej"),
        *("ikke valgt", "inte vald", "нет", "не выбрано", "не отмечено"),
        *("否", "未选中", "未选", "未选择", "没有", "未選択", "いいえ", "아니요", "선택 안 함"),
    )
)
"""What a box that is seen and not ticked is called."""
_NO_ANSWER = re.compile(
    r"\b(no answer|not answered|no response|no reply|missing|refus\w*|declin\w*|not applicable"
    r"|inapplicable|not asked|not shown|don'?t know|do not know|no opinion|can'?t (say|choose)"
    r"|cannot (say|choose)|not available|prefer not|keine (angabe|antwort)|k\. ?a\b|trifft nicht zu"
    r"|wei(ß|ss) nicht|nicht beantwortet|verweigert|sans réponse|ne sait pas|non répon\w*"
    r"|no contesta|no sabe|ns/nc|n/a|skipped|system)\b"
    r"|不知道|不清楚|拒答|拒绝回答|未回答|不适用|跳过|缺失|無回答|わからない|無応答"
)
_MONTHS = (
    ("jan", "januar", "january", "janvier", "enero", "januari", "gennaio", "janeiro"),
    ("feb", "februar", "february", "février", "febrero", "februari", "febbraio", "fevereiro"),
    ("mar", "märz", "march", "mars", "marzo", "maart", "março", "mär", "mrz"),
    ("apr", "april", "avril", "abril", "aprile"),
    ("may", "mai", "mayo", "mei", "maggio", "maio"),
    ("jun", "juni", "june", "juin", "junio", "giugno", "junho"),
    ("jul", "juli", "july", "juillet", "julio", "luglio", "julho"),
    ("aug", "august", "août", "agosto", "augustus"),
    ("sep", "september", "septembre", "septiembre", "settembre", "setembro", "sept"),
    ("oct", "october", "oktober", "octobre", "octubre", "ottobre", "outubro", "okt"),
    ("nov", "november", "novembre", "noviembre", "novembro"),
    ("dec", "december", "dezember", "décembre", "diciembre", "dicembre", "dezembro", "dez"),
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
"""The number of a month by its name, long or short."""


def means_no_answer(label: str) -> bool:
    """Tell whether a value label of a file says that there is no answer.

    Examples
    --------
    >>> means_no_answer("8 no answer"), means_no_answer("no change")
    (True, False)
    """
    return _NO_ANSWER.search(label) is not None
