"""The codes on the cover: which group, which member, which partner."""

from __future__ import annotations

import re
from collections.abc import Sequence

from collective_use.instrument.model import Instrument
from collective_use.questionnaire.form.content import Key, Member, texts
from collective_use.questionnaire.form.words import word


def cover_keys(
    instrument: Instrument,
    languages: Sequence[str],
    roster: Sequence[Member],
    group: str,
    member: str,
) -> tuple[Key, ...]:
    """Return the codes that the cover asks for or, on a personalised copy, shows.

    A bank of scales alone may name the column of the group and have no item for it: without
    that code nobody's answers would find their group again, so it is asked all the same.
    """
    partner = next((person.partner for person in roster if person.code == member), "")
    columns = instrument.columns
    values = {"group": group, "member": member, "partner": partner}
    names = {"group": columns.group, "member": columns.member, "partner": columns.partner}
    roles = {name: role for role, name in names.items() if name}
    known = {item.id for item in instrument.items}
    extra = [
        Key(
            re.sub(r"[^a-z0-9_]", "_", str(names[role]).casefold()),
            tuple(word(f"{role}_code", language) for language in languages),
            values[role],
            role,
        )
        for role in ("group", "member")
        if names[role] and names[role] not in known
    ]
    own = [
        Key(item.id, texts(item.text, languages), values.get(role, ""), role)
        for item, role in ((item, roles.get(item.id, "")) for item in instrument.items)
        if item.role == "key" and item.kind == "code"
    ]
    return (*extra, *own)
