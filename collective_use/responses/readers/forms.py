"""Google Forms and Microsoft Forms: the full question text is the heading."""

from __future__ import annotations

import re

from collective_use.responses.files.raw import Raw
from collective_use.responses.headings.personal import is_personal, squeezed
from collective_use.responses.headings.wording import clean_heading, normal
from collective_use.responses.readers.export import Export, Heading

_STAMPS = frozenset(
    [
        "timestamp",
        "zeitstempel",
        "horodateur",
        "marcatemporal",
        "时间戳记",
        "时间戳",
        "carimbodedatahora",
    ]
)
_GRID = re.compile(r"^(.*\S)\s*\[(.*)\]$", re.DOTALL)
_MICROSOFT = frozenset(("id", "starttime", "completiontime", "email", "name", "lastmodifiedtime"))
_MICROSOFT_LOCAL = (
    frozenset(("id", "startzeit", "fertigstellungszeit", "email", "name")),
    frozenset(("id", "开始时间", "完成时间", "电子邮件", "名称")),
)


def _grid(place: int, name: str) -> Heading:
    text = clean_heading(name)
    found = _GRID.match(text)
    return Heading(place, text, found[1], found[2]) if found else Heading(place, text, text)


class GoogleFormsReader:
    """Responses of Google Forms, downloaded as CSV or workbook."""

    platform = "google_forms"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether the first column is the time stamp."""
        return squeezed(raw.names[0]) in _STAMPS

    def read(self, raw: Raw) -> Export:
        """Part ``Question [row]``."""
        headings = tuple(
            _grid(place, name) for place, name in enumerate(raw.names) if clean_heading(name)
        )
        personal = [h.place for h in headings if is_personal(h.name)]
        return Export(
            raw,
            self.platform,
            headings,
            technical=frozenset((0,)),
            personal=frozenset(personal),
            notes=("Recognised as a Google Forms export.",),
        )


class MicrosoftFormsReader:
    """Workbooks of Microsoft Forms."""

    platform = "microsoft_forms"

    def recognizes(self, raw: Raw) -> bool:
        """Tell whether the first columns are those that Microsoft Forms writes."""
        first = [squeezed(name) for name in raw.names[:6]]
        if first[:3] == ["id", "starttime", "completiontime"]:
            return True
        return any(len(local & set(first)) >= 4 for local in _MICROSOFT_LOCAL)

    def read(self, raw: Raw) -> Export:
        """Keep columns by position: two headings may read the same."""
        local = frozenset().union(_MICROSOFT, *_MICROSOFT_LOCAL)
        technical = {place for place, name in enumerate(raw.names[:8]) if squeezed(name) in local}
        headings = tuple(
            Heading(place, clean_heading(name), clean_heading(name))
            for place, name in enumerate(raw.names)
            if clean_heading(name)
        )
        personal = {h.place for h in headings if is_personal(h.name)}
        personal |= {p for p in technical if normal(raw.names[p]) in ("名称", "电子邮件")}
        response = next((p for p in technical if squeezed(raw.names[p]) == "id"), None)
        return Export(
            raw,
            self.platform,
            headings,
            {} if response is None else {"response": response},
            technical=frozenset(technical),
            personal=frozenset(personal),
            notes=("Recognised as a Microsoft Forms export.",),
        )
