"""From the content of a group's page to one small HTML file, by filling in a template."""

from __future__ import annotations

import base64
import math
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path

from collective_use.output.policy import page_policy
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.report.group_pages.bands import Bands
from collective_use.report.group_pages.content import Entry, GroupPage
from collective_use.report.material import Material

WIDTH, HEIGHT, LEFT, RIGHT = 560.0, 52.0, 14.0, 546.0
_MIME = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}
_LINES = ("institution", "investigator", "ethics", "contact", "date")


@cache
def _style() -> str:
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8").strip()


class Writer:
    """Writes pages of groups: what they share is made once.

    Parameters
    ----------
    material
        Words of the language, and the instrument's title.
    letterhead
        Who sends the pages.
    """

    def __init__(self, material: Material, letterhead: Letterhead) -> None:
        self.material = material
        self.title = material.text(material.instrument.title, material.instrument.id)
        self._letter = _letter(letterhead, material.language)
        self._strips: dict[str, tuple[str, str]] = {}
        words = {key: escape(material.word(f"page.{key}")) for key in ("read", "talk", "rule")}
        talk = "".join(f"<li>{escape(text)}</li>" for text in self._questions())
        self._foot = (
            f"<section class='talk'><h2>{words['talk']}</h2><ul>{talk}</ul></section>"
            f"<footer><p>{words['rule']}</p></footer></main></body></html>\n"
        )
        self._head = (
            f"<!doctype html><html lang='{material.language}'><head><meta charset='utf-8'>"
            f"{page_policy()}<meta name='viewport' content='width=device-width,initial-scale=1'>"
        )
        self._read = f"<p class='read'>{words['read']}</p>"

    def page(self, one: GroupPage) -> str:
        """Return the page of one group as HTML."""
        group, title = escape(one.group), escape(self.title)
        entries = "".join(self._entry(entry) for entry in one.entries)
        return (
            f"{self._head}<title>{group}: {title}</title><style>{_style()}</style></head><body>"
            f"<main>{self._letter}<header><p class='study'>{title}</p><h1>{group}</h1>"
            f"<p class='who'>{escape(one.who)}</p>{self._read}</header>{entries}{self._foot}"
        )

    def _questions(self) -> tuple[str, ...]:
        return tuple(self.material.word(f"page.talk.{k}") for k in ("see", "why", "do"))

    def _entry(self, entry: Entry) -> str:
        topic = entry.topic
        meant = f"<p class='meant'>{escape(topic.definition)}</p>" if topic.definition else ""
        drawn = "" if math.isnan(entry.value) else self._strip(entry)
        said = " ".join(entry.sentences)
        return (
            f"<section><h2>{escape(topic.name)}</h2>{meant}{drawn}<p>{escape(said)}</p></section>"
        )

    def _strip(self, entry: Entry) -> str:
        topic = entry.topic
        if topic.measure not in self._strips:
            self._strips[topic.measure] = _strip_template(topic.bands)
        before, after = self._strips[topic.measure]
        x = _x(entry.value, topic.bands)
        label = escape(f"{topic.name}: {entry.sentences[0]}", quote=True)
        mark = (
            f"<path class='me' d='M{x:.1f} 8l7 -8h-14z'/>"
            f"<line class='me' x1='{x:.1f}' x2='{x:.1f}' y1='8' y2='30'/>"
        )
        return f"<svg role='img' aria-label=\"{label}\" {before}{mark}{after}"


def _x(value: float, bands: Bands) -> float:
    return LEFT + (RIGHT - LEFT) * (value - bands.low) / (bands.high - bands.low)


def _strip_template(bands: Bands) -> tuple[str, str]:
    """Return a strip of the classes of all groups, parted where the group's mark goes."""
    cuts = [bands.low, *bands.edges, bands.high]
    middle = (len(cuts) - 2) / 2
    blocks = []
    for k, (a, b) in enumerate(pairwise(cuts)):
        depth = 1.0 - abs(k - middle) / (middle + 1) if bands.edges else 0.35
        x, wide = _x(a, bands), _x(b, bands) - _x(a, bands) - 1.5
        blocks.append(
            f"<rect class='band' x='{x:.1f}' y='12' width='{max(wide, 0.5):.1f}' height='14' "
            f"opacity='{0.25 + 0.6 * depth:.2f}'/>"
        )
    steps = range(math.ceil(bands.low), math.floor(bands.high) + 1)
    ticks = "".join(
        f"<text x='{_x(float(k), bands):.1f}' y='46' text-anchor='middle'>{k}</text>"
        for k in (steps if len(steps) <= 11 else (steps[0], steps[-1]))
    )
    start = f"viewBox='0 0 {WIDTH:.0f} {HEIGHT:.0f}'>"
    return start + "".join(blocks), f"{ticks}</svg>"


def _letter(letterhead: Letterhead, language: str) -> str:
    if not letterhead:
        return ""
    picture = letterhead.picture()
    logo = ""
    if picture is not None:
        data = base64.b64encode(picture[0]).decode()
        logo = f"<img alt='' src='data:{_MIME[picture[1]]};base64,{data}'>"
    lines = [escape(text) for name in _LINES for text in letterhead.line(name, [language])]
    return f"<div class='letter'>{logo}<p>{'<br>'.join(lines)}</p></div>"
