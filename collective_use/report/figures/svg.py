"""The pieces that pictures are drawn from.

Every shape has a class, by which the page gives it the colours of a light or dark theme, and the
light colour beside it, so that a saved picture looks right in any editor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from unicodedata import east_asian_width

COLOURS = {
    "ink": "#1c2b33",
    "quiet": "#51636b",
    "rule": "#d3dfe1",
    "soft": "#eef4f5",
    "accent": "#0b5d6b",
    "warm": "#b4520e",
    "faint": "#9fb0b6",
    "paper": "#ffffff",
}
"""Names of colours, and what they are on a light page."""

FONT = (
    "'Noto Sans','Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',"
    "sans-serif"
)
SIZE = 13.5
"""Text height in user units: 8 points when a picture of 760 units is printed 16 cm wide."""

LEAST = 544.0
"""The page shows no picture smaller than this many units: a smaller one would be drawn larger."""

_WIDE = 1.0
_NARROW = 0.55


def text_width(text: str, size: float = SIZE) -> float:
    """Return about how wide a text is, in user units.

    Examples
    --------
    >>> text_width("ab", 10), text_width("小组", 10)
    (11.0, 20.0)
    """
    return size * sum(_WIDE if east_asian_width(sign) in "WF" else _NARROW for sign in text)


def shortened(text: str, width: float, size: float = SIZE) -> str:
    """Return a text that fits a width, cut with an ellipsis where it must be.

    Examples
    --------
    >>> shortened("Deliberation routines", 80, 10)
    'Deliberation …'
    """
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + " …"


def wrapped(text: str, width: float, size: float = SIZE, most: int = 3) -> tuple[str, ...]:
    """Break a text into lines of at most a width, at blanks or between wide characters.

    Examples
    --------
    >>> wrapped("Deliberation routines of groups", 80, 10)
    ('Deliberation', 'routines of', 'groups')
    """
    lines: list[str] = [""]
    for word in _words(text):
        if lines[-1] and text_width(lines[-1] + word.rstrip(), size) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += word
    lines = [line.strip() for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return tuple(shortened(line, width + size, size) for line in lines)


def _words(text: str) -> list[str]:
    words: list[str] = []
    current = ""
    for sign in text:
        if east_asian_width(sign) in "WF":
            words += [current, sign] if current else [sign]
            current = ""
        elif sign == " ":
            words.append(current + " ")
            current = ""
        else:
            current += sign
    return [*words, current] if current else words


@dataclass
class Drawing:
    """A picture under construction.

    Attributes
    ----------
    width, height
        In user units.
    shapes
        The elements so far.
    """

    width: float
    height: float
    shapes: list[str] = field(default_factory=list)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, colour: str = "rule",
        width: float = 1.0, dash: str = "",
    ) -> None:  # fmt: skip
        """Draw a straight line."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.shapes.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="s-{colour}" '
            f'stroke="{COLOURS[colour]}" stroke-width="{width:g}"{dashed}/>'
        )

    def rect(
        self, x: float, y: float, width: float, height: float, *, colour: str = "accent",
        tip: str = "", radius: float = 0.0, fill: str = "", stroke: str = "", extra: str = "",
    ) -> None:  # fmt: skip
        """Draw a rectangle; `fill` is a colour of its own, otherwise one of the names."""
        paint = f'fill="{fill}"' if fill else f'class="f-{colour}" fill="{COLOURS[colour]}"'
        edge = f' stroke="{COLOURS[stroke]}"' if stroke else ""
        inside = f"<title>{escape(tip)}</title>" if tip else ""
        rounded = f' rx="{radius:g}"' if radius else ""
        self.shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" '
            f'height="{max(height, 0):.1f}"{rounded} {paint}{edge}{extra}>{inside}</rect>'
        )

    def dot(self, x: float, y: float, *, colour: str = "accent", r: float = 4.5, tip: str = "",
            hollow: bool = False) -> None:  # fmt: skip
        """Draw a dot."""
        inside = f"<title>{escape(tip)}</title>" if tip else ""
        paint = (
            f'class="f-paper s-{colour}" fill="{COLOURS["paper"]}" stroke="{COLOURS[colour]}" '
            'stroke-width="1.6"'
            if hollow
            else f'class="f-{colour}" fill="{COLOURS[colour]}"'
        )
        self.shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:g}" {paint}>{inside}</circle>')

    def text(
        self, x: float, y: float, text: str, *, colour: str = "ink", size: float = SIZE,
        anchor: str = "start", weight: str = "", tip: str = "",
    ) -> None:  # fmt: skip
        """Write a text; its base line is at `y`."""
        bold = f' font-weight="{weight}"' if weight else ""
        inside = f"<title>{escape(tip)}</title>" if tip else ""
        self.shapes.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="f-{colour}" fill="{COLOURS[colour]}" '
            f'font-size="{size:g}" text-anchor="{anchor}"{bold}>{escape(text)}{inside}</text>'
        )

    def raw(self, element: str) -> None:
        """Add an element as it is."""
        self.shapes.append(element)

    def svg(self, alt: str) -> str:
        """Return the picture with its description."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:.0f} '
            f'{self.height:.0f}" width="{self.width:.0f}" height="{self.height:.0f}" role="img" '
            f'aria-label="{escape(alt)}" font-family="{FONT}">{"".join(self.shapes)}</svg>'
        )


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight scale from values to places.

    Attributes
    ----------
    low, high
        The values at its ends.
    start, end
        The places of these.
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value; one outside is set to the end."""
        span = self.high - self.low or 1.0
        share = min(1.0, max(0.0, (value - self.low) / span))
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 6) -> tuple[float, ...]:
        """Return round values inside, at most so many.

        Examples
        --------
        >>> Axis(0, 1, 0, 100).ticks()
        (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
        """
        span = self.high - self.low
        if not span > 0:
            return (self.low,)
        step = next(
            step
            for power in range(-6, 9)
            for step in (10.0**power, 2 * 10.0**power, 5 * 10.0**power)
            if span / step <= most - 1 + 1e-9
        )
        first = -(-self.low // step)
        count = int((self.high - first * step) / step + 1e-9) + 1
        return tuple(round((first + k) * step, 9) + 0.0 for k in range(count))


def tick_text(value: float) -> str:
    """Write a value of an axis.

    Examples
    --------
    >>> tick_text(0.2), tick_text(3.0), tick_text(-0.5)
    ('.2', '3', '−.5')
    """
    text = f"{abs(value):g}"
    text = text[1:] if text.startswith("0.") else text
    return ("−" if value < 0 else "") + text


def shade(value: float, most: float = 2.0) -> str:
    """Return a colour from brown over white to teal (ColorBrewer's BrBG; safe for colour blind).

    Parameters
    ----------
    value
        From ``-most`` to ``most``.
    most
        The value of the darkest colour.
    """
    stops = ((140, 81, 10), (216, 179, 101), (245, 245, 245), (90, 180, 172), (1, 102, 94))
    place = (min(1.0, max(-1.0, value / most)) + 1) / 2 * (len(stops) - 1)
    k = min(int(place), len(stops) - 2)
    part = place - k
    red, green, blue = (
        round(a + (b - a) * part) for a, b in zip(stops[k], stops[k + 1], strict=True)
    )
    return f"#{red:02x}{green:02x}{blue:02x}"


def steps(count: int) -> Sequence[str]:
    """Return so many colours from low to high answers."""
    if count == 1:
        return (shade(0),)
    return tuple(shade(-1.7 + 3.4 * k / (count - 1), 2.0) for k in range(count))
