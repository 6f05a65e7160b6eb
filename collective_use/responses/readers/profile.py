"""Read an export by its platform's profile: no code for a platform, only its row of the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from collective_use.errors import InputError
from collective_use.platforms.profile import Platform, Profile
from collective_use.responses.files.raw import Raw, categorical, texts_of, used_texts
from collective_use.responses.headings.personal import is_personal
from collective_use.responses.headings.wording import clean_heading
from collective_use.responses.readers.cells import without_letters
from collective_use.responses.readers.export import Export, Heading
from collective_use.responses.readers.recognize import fits, heading_key
from collective_use.responses.readers.rows import rejected_rows, rows_of, rule_place
from collective_use.responses.readers.times import seconds_of


class ProfileReader:
    """Reads the exports of one platform by its profile."""

    def __init__(self, platform: Platform) -> None:
        if platform.profile is None:
            raise InputError(f"platform {platform.id!r} must have a profile to be read by it")
        self.platform = platform.id
        self._row = platform
        self._profile: Profile = platform.profile

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether a file has the layout."""
        return fits(self._profile, raw)

    def read(self, raw: Raw) -> Export:
        """Understand headings and rows as the profile says."""
        profile = self._profile
        body, questions = _below_labels(raw, profile)
        places: dict[str, int] = {}
        for place, name in enumerate(body.names):
            places.setdefault(heading_key(name), place)
        fields = _fields(profile, places)
        body = _in_seconds(body, fields, profile)
        lettered: list[str] = []
        if profile.option_letters:
            body, lettered = without_letters(body, frozenset(_own(profile, body, places, fields)))
        notes = [f"Recognized as an export of {self._row.name}."]
        if lettered:
            notes.append(f"Letters before the options were left out in {len(lettered)} columns.")
        headings = tuple(
            _heading(place, name, questions[place], profile)
            for place, name in enumerate(body.names)
            if clean_heading(name)
        )
        return Export(
            body,
            self.platform,
            headings,
            fields,
            preview=rows_of(body, places, profile.tests),
            unfinished=rows_of(body, places, profile.unfinished),
            left_out=rejected_rows(body, places, profile.rejected),
            missing=profile.missing,
            missing_closed=profile.missing_closed,
            technical=frozenset(_own(profile, body, places, fields)),
            personal=_personal(profile, body, headings),
            option_numbers=profile.option_numbers,
            notes=tuple(notes),
        )


def _below_labels(raw: Raw, profile: Profile) -> tuple[Raw, list[str]]:
    """Take label rows off; return the answers and the question text of each column."""
    questions = list(raw.questions) or [""] * len(raw.names)
    rows = profile.label_rows
    if rows is None or len(raw.cells) < rows.count:
        return raw, questions
    if rows.column is not None:
        keys = [heading_key(name) for name in raw.names]
        wanted = heading_key(rows.column)
        if wanted in keys:
            first = raw.first(0)[keys.index(wanted)].strip()
            if re.fullmatch(rows.answers, first):
                return raw, questions
    return raw.below(rows.count), raw.first(rows.question - 1)


def _fields(profile: Profile, places: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for role, names in profile.fields.items():
        place = next((places[heading_key(n)] for n in names if heading_key(n) in places), None)
        if place is not None:
            found[role] = place
    return found


def _own(
    profile: Profile, raw: Raw, places: Mapping[str, int], fields: Mapping[str, int]
) -> set[int]:
    """Return the places of the columns that the platform itself adds."""
    keys = {heading_key(name) for name in (*profile.own, *profile.personal)}
    found = {place for place, name in enumerate(raw.names) if heading_key(name) in keys}
    found |= set(range(min(profile.own_first, len(raw.names)))) | set(fields.values())
    for rule in (*profile.tests, *profile.unfinished, *profile.rejected):
        place = rule_place(places, rule)
        if place is not None:
            found.add(place)
    for place, name in enumerate(raw.names):
        text = clean_heading(name)
        if any(re.fullmatch(p, text, re.IGNORECASE) for p in profile.own_matching):
            found.add(place)
    return found


def _personal(profile: Profile, raw: Raw, headings: tuple[Heading, ...]) -> frozenset[int]:
    keys = {heading_key(name) for name in profile.personal}
    found = {place for place, name in enumerate(raw.names) if heading_key(name) in keys}
    found |= {place - 1 for place in profile.personal_first if place <= len(raw.names)}
    for heading in headings:
        if any(is_personal(text) for text in (heading.name, heading.question) if text):
            found.add(heading.place)
    return frozenset(found)


def _heading(place: int, name: str, question: str, profile: Profile) -> Heading:
    text = clean_heading(name)
    for pattern in profile.headings:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if not found:
            continue
        said = {key: (value or "").strip() for key, value in found.groupdict().items()}
        codes = [said["code"]] if said.get("code") else []
        if codes and said.get("second"):
            sign = "-" if said.get("minus") else ""
            codes = [f"{codes[0]}_{sign}{said['second']}"]
        asked = said.get("question") or clean_heading(question)
        return Heading(place, text, asked, said.get("part", ""), tuple(codes))
    return Heading(place, text, clean_heading(question) or text)


def _in_seconds(raw: Raw, fields: Mapping[str, int], profile: Profile) -> Raw:
    """Write the duration in seconds; what is not understood stays, to be named later."""
    place = fields.get("duration")
    if place is None:
        return raw
    texts, _ = used_texts(raw.cells[place])
    known = {text: seconds_of(text, profile.duration) for text in texts}
    cells = raw.cells.copy()
    lines = [known[t] if known.get(t) is not None else t for t in texts_of(raw.cells[place])]
    cells[place] = categorical(np.asarray(lines, dtype=object))
    return replace(raw, cells=cells)
