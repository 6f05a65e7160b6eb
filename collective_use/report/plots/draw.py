"""A picture of the page as a figure of matplotlib.

Page and figure are made from one drawing, so that they cannot say different things. The figure's
only axes have the picture's own units, its origin at the upper left.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, fromstring

from collective_use.accepted import PlainDict
from collective_use.questionnaire.paper.letters import FONTS
from collective_use.report.document import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES = 16.0 / 2.54
"""Width of a figure of 760 units: texts of 13 units are 8 points high."""

UNITS = 760.0
_TITLE = 16.0
_NARROWEST = 420.0
"""A narrow picture has room beside it, so that its title needs no line a word."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_HEAD = 9.0


def figure_of(picture: Picture, *, title: bool = True) -> Figure:
    """Return a picture as a figure, which saves itself to any format.

    Parameters
    ----------
    picture
        A picture of the page.
    title
        Whether the finding stands above it.
    """
    from matplotlib.figure import Figure

    root = fromstring(picture.svg)
    _, _, drawn, height = (float(text) for text in root.attrib["viewBox"].split())
    width = max(drawn, _NARROWEST)
    lines = _broken(picture.title, width) if title and picture.title else []
    above = 22.0 * len(lines) + (8.0 if lines else 0.0)
    scale = INCHES / UNITS
    figure = Figure(figsize=(width * scale, (height + above) * scale))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(height, -above)
    axes.axis("off")
    for k, line in enumerate(lines):
        _write(axes, 4.0, 18.0 + 22.0 * k - above, line, _TITLE, weight="bold")
    for element in root:
        _DRAWERS[_tag(element)](axes, element)
    return figure


def _broken(text: str, width: float) -> list[str]:
    from collective_use.report.figures.svg import wrapped

    return list(wrapped(text, width - 20, _TITLE, 4))


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _value(element: Element, name: str, otherwise: float = 0.0) -> float:
    return float(element.attrib.get(name, otherwise))


def _points(axes: Axes, units: float) -> float:
    """Return a length of the picture in points."""
    return units * INCHES * 72.0 / UNITS


def _dash(element: Element) -> tuple[float, tuple[float, ...]] | str:
    found = element.attrib.get("stroke-dasharray")
    return (0.0, tuple(float(part) for part in found.split())) if found else "-"


def _line(axes: Axes, element: Element) -> None:
    xs, ys = ([_value(element, f"{name}{k}") for k in (1, 2)] for name in "xy")
    axes.plot(
        xs, ys, color=element.attrib["stroke"], linestyle=_dash(element), zorder=2,
        linewidth=_points(axes, _value(element, "stroke-width", 1.0)), solid_capstyle="butt",
    )  # fmt: skip


def _rect(axes: Axes, element: Element) -> None:
    from matplotlib.patches import FancyBboxPatch, Rectangle

    x, y, width, height, radius = (
        _value(element, name) for name in ("x", "y", "width", "height", "rx")
    )
    edge = element.attrib.get("stroke", "none")
    line = _points(axes, _value(element, "stroke-width", 1.0)) if edge != "none" else 0.0
    look: PlainDict = {
        "facecolor": element.attrib["fill"],
        "edgecolor": edge,
        "linewidth": line,
        "zorder": 3,
    }
    if radius and width > 2 * radius and height > 2 * radius:
        axes.add_patch(
            FancyBboxPatch(
                (x + radius, y + radius),
                width - 2 * radius,
                height - 2 * radius,
                boxstyle=f"round,pad={radius}",
                **look,
            )
        )
    else:
        axes.add_patch(Rectangle((x, y), width, height, **look))


def _circle(axes: Axes, element: Element) -> None:
    from matplotlib.patches import Circle

    edge = element.attrib.get("stroke", "none")
    axes.add_patch(
        Circle(
            (_value(element, "cx"), _value(element, "cy")),
            _value(element, "r"),
            facecolor=element.attrib["fill"],
            edgecolor=edge,
            zorder=4,
            linewidth=_points(axes, _value(element, "stroke-width")),
        )
    )


def _text(axes: Axes, element: Element) -> None:
    turned = element.attrib.get("transform", "")
    angle = float(_NUMBER.findall(turned)[0]) if turned else 0.0
    weight = "bold" if element.attrib.get("font-weight") else "normal"
    _write(
        axes, _value(element, "x"), _value(element, "y"), element.text or "",
        _value(element, "font-size", 13.0), color=element.attrib["fill"], rotation=-angle,
        anchor=element.attrib.get("text-anchor", "start"), weight=weight,
    )  # fmt: skip


def _write(
    axes: Axes, x: float, y: float, text: str, size: float, *, color: str = "#1c2b33",
    rotation: float = 0.0, anchor: str = "start", weight: str = "normal",
) -> None:  # fmt: skip
    side = {"start": "left", "middle": "center", "end": "right"}[anchor]
    axes.text(
        x, y, text.replace("$", r"\$"), fontsize=_points(axes, size), color=color, ha=side,
        va="baseline", rotation=rotation, rotation_mode="anchor", family=list(_families()),
        fontweight=weight, zorder=5, clip_on=False,
    )  # fmt: skip


@cache
def _families() -> tuple[str, ...]:
    """Return the fonts that come with the package, Chinese among them, known to matplotlib."""
    from matplotlib import font_manager

    names = []
    for path in sorted(FONTS.glob("NotoSans*.[ot]tf")):
        font_manager.fontManager.addfont(str(path))
        names.append(font_manager.FontProperties(fname=str(path)).get_name())
    return tuple(dict.fromkeys(names))


def _path(axes: Axes, element: Element) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    codes = {"M": Path.MOVETO, "L": Path.LINETO, "C": Path.CURVE4}
    corners: list[tuple[float, float]] = []
    kinds: list[int] = []
    for letter, rest in re.findall(r"([MLC])([^MLC]*)", element.attrib["d"]):
        numbers = [float(text) for text in _NUMBER.findall(rest)]
        found = list(zip(numbers[::2], numbers[1::2], strict=True))
        corners += found
        kinds += [int(codes[letter])] * len(found)
    width = _points(axes, _value(element, "stroke-width", 1.0))
    color = element.attrib["stroke"]
    axes.add_patch(
        PathPatch(
            Path(corners, kinds),
            facecolor="none",
            edgecolor=color,
            linewidth=width,
            zorder=1,
            linestyle=_dash(element),
            capstyle="butt",
        )
    )
    if "marker-end" in element.attrib:
        _arrow_head(axes, corners[-2], corners[-1], color)


def _arrow_head(
    axes: Axes, before: tuple[float, float], end: tuple[float, float], color: str
) -> None:
    from matplotlib.patches import Polygon

    dx, dy = end[0] - before[0], end[1] - before[1]
    length = (dx**2 + dy**2) ** 0.5 or 1.0
    ux, uy = dx / length, dy / length
    foot = (end[0] - _HEAD * ux, end[1] - _HEAD * uy)
    half = _HEAD / 2
    corners = [end, (foot[0] - half * uy, foot[1] + half * ux),
               (foot[0] + half * uy, foot[1] - half * ux)]  # fmt: skip
    axes.add_patch(Polygon(corners, closed=True, facecolor=color, edgecolor="none", zorder=2))


def _nothing(axes: Axes, element: Element) -> None:
    """Markers are drawn where a path ends."""


_DRAWERS = {
    "line": _line, "rect": _rect, "circle": _circle, "text": _text, "path": _path,
    "defs": _nothing,
}  # fmt: skip
