"""SurveyMonkey: two heading rows; an empty cell in the first repeats the question to its left."""

from __future__ import annotations

from collective_use.responses.files.raw import Raw
from collective_use.responses.headings.personal import is_personal, squeezed
from collective_use.responses.headings.wording import clean_heading, normal
from collective_use.responses.readers.export import Export, Heading

_ANSWER = frozenset(("response", "open-ended response", "open-ended", "antwort", "réponse"))
_SYSTEM = {
    "respondentid": "response",
    "collectorid": "",
    "startdate": "",
    "enddate": "",
    "datecreated": "",
    "datemodified": "",
    "ipaddress": "",
    "emailaddress": "",
    "firstname": "",
    "lastname": "",
    "customdata1": "",
    "language": "language",
}


class SurveyMonkeyReader:
    """CSV and Excel exports of SurveyMonkey."""

    platform = "surveymonkey"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether the second row holds ``Response`` and the first leaves cells empty."""
        second = [normal(cell) for cell in raw.first(0)]
        first = squeezed(raw.names[0]) == "respondentid"
        return first and any(cell in _ANSWER for cell in second)

    def read(self, raw: Raw) -> Export:
        """Fill questions to the right; the second row is the option or row."""
        options = [clean_heading(cell) for cell in raw.first(0)]
        headings = []
        technical, fields = set(), {}
        question = ""
        for place, name in enumerate(raw.names):
            question = clean_heading(name) or question
            option = options[place] if place < len(options) else ""
            own = _SYSTEM.get(squeezed(name)) if place < 10 else None
            if own is not None:
                technical.add(place)
                if own:
                    fields[own] = place
            part = "" if normal(option) in _ANSWER else option
            shown = f"{question} [{part}]" if part else question
            if shown:
                headings.append(Heading(place, shown, question, part))
        return Export(
            raw.below(1),
            self.platform,
            tuple(headings),
            fields,
            technical=frozenset(technical),
            personal=frozenset(h.place for h in headings if is_personal(h.name)),
            notes=("Recognized as a SurveyMonkey export with 2 heading rows.",),
        )
