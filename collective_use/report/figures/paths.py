"""The path diagram: causes left, outcome right, the strength of a path in width and colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise

from collective_use.report.figures.svg import COLOURS, SIZE, Drawing, text_width, wrapped

WIDTH = 760.0
_NODES = (152.0, 124.0)
"""Width of a node where there are three columns or fewer, and where there are more."""

_TEXT = SIZE
_PORT = 15.0
_GAP = 26.0
_CLEAR = 11.0
"""Room between a path and a node that it passes."""

_APART = 8.0
"""Room between two paths that pass the same nodes."""

_LABEL = (42.0, 18.0)


@dataclass(frozen=True, slots=True)
class Path:
    """One path.

    Attributes
    ----------
    cause, effect
        Ids of the two nodes.
    value
        Standardised.
    shown
        Whether its limits leave zero out.
    label
        What stands beside it.
    tip
        What is read on hover.
    """

    cause: str
    effect: str
    value: float
    shown: bool
    label: str
    tip: str


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a node stands."""

    x: float
    y: float
    width: float
    height: float


Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Curve:
    """Cubic curves, each by its four points, one after the other."""

    parts: tuple[tuple[Point, Point, Point, Point], ...]

    def at(self, t: float) -> Point:
        """Return the point at a share of the way."""
        place = min(t, 1.0 - 1e-9) * len(self.parts)
        points, t = self.parts[int(place)], place - int(place)
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        return (
            sum(w * p[0] for w, p in zip(weights, points, strict=True)),
            sum(w * p[1] for w, p in zip(weights, points, strict=True)),
        )

    def lower(self, by: float) -> _Curve:
        """Return the same curve moved down."""
        moved = [tuple((x, y + by) for x, y in part) for part in self.parts]
        return _Curve(tuple((a, b, c, d) for a, b, c, d in moved))


def path_diagram(paths: Sequence[Path], names: Mapping[str, str], alt: str) -> str:
    """Draw a recursive model.

    Parameters
    ----------
    paths
        The paths.
    names
        What each node is called.
    alt
        The picture in words.
    """
    boxes, curves, height = _layout(paths)
    drawing = Drawing(WIDTH, height)
    drawing.raw(_markers())
    for path in sorted(paths, key=lambda path: (path.shown, abs(path.value))):
        _draw_path(drawing, path, curves[path.cause, path.effect])
    for node, box in boxes.items():
        _draw_node(drawing, names.get(node, node), box)
    _draw_labels(drawing, paths, curves, boxes)
    return drawing.svg(alt)


def _layout(
    paths: Sequence[Path],
) -> tuple[dict[str, _Box], dict[tuple[str, str], _Curve], float]:
    """Return where nodes stand and how paths run, moved so that all of it is on the picture."""
    columns = _columns(paths)
    boxes, height = _placed(columns, paths)
    curves = _curves(paths, columns, boxes)
    ys = [y for curve in curves.values() for part in curve.parts for _, y in part]
    above, below = max(0.0, 12.0 - min(ys)), max(0.0, max(ys) + 12.0 - height)
    boxes = {node: replace(box, y=box.y + above) for node, box in boxes.items()}
    curves = {ends: curve.lower(above) for ends, curve in curves.items()}
    return boxes, curves, height + above + below


def _columns(paths: Sequence[Path]) -> list[list[str]]:
    """Sort the nodes by the longest way that leads to them."""
    nodes = list(dict.fromkeys([p.cause for p in paths] + [p.effect for p in paths]))
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for path in paths:
            depth[path.effect] = min(len(nodes), max(depth[path.effect], depth[path.cause] + 1))
    levels = sorted(set(depth.values()))
    return [[node for node in nodes if depth[node] == level] for level in levels]


def _level(columns: Sequence[Sequence[str]], node: str) -> int:
    return next(k for k, column in enumerate(columns) if node in column)


def _reach(columns: Sequence[Sequence[str]], path: Path) -> int:
    return abs(_level(columns, path.effect) - _level(columns, path.cause))


def _placed(
    columns: Sequence[Sequence[str]], paths: Sequence[Path]
) -> tuple[dict[str, _Box], float]:
    width = _NODES[len(columns) > 3]
    heights = {
        node: max(
            50.0,
            _PORT * (1 + max(
                sum(path.effect == node for path in paths),
                sum(path.cause == node for path in paths),
            )),
        )
        for column in columns
        for node in column
    }  # fmt: skip
    sums = [sum(heights[node] for node in c) + _GAP * (len(c) - 1) for c in columns]
    tall = max(sums)
    step = (WIDTH - 24 - width) / max(len(columns) - 1, 1)
    boxes = {}
    for k, column in enumerate(columns):
        room = (tall - sums[k]) / (len(column) + 1)
        y = 14 + room
        for node in column:
            boxes[node] = _Box(12 + k * step, y, width, heights[node])
            y += heights[node] + _GAP + room
    return boxes, tall + 28


def _curves(
    paths: Sequence[Path], columns: Sequence[Sequence[str]], boxes: Mapping[str, _Box]
) -> dict[tuple[str, str], _Curve]:
    curves = {}
    used: dict[int, list[float]] = {}
    for path in sorted(paths, key=lambda path: _reach(columns, path)):
        start = _port(path, boxes, [p for p in paths if p.cause == path.cause], out=True)
        end = _port(path, boxes, [p for p in paths if p.effect == path.effect], out=False)
        points = [start]
        for level in range(_level(columns, path.cause) + 1, _level(columns, path.effect)):
            passed = [boxes[node] for node in columns[level]]
            left, right = passed[0].x - 8, passed[0].x + passed[0].width + 8
            share = ((left + right) / 2 - start[0]) / (end[0] - start[0])
            wanted = start[1] + share * (end[1] - start[1])
            lanes = used.setdefault(level, [])
            y = _free(wanted, passed, lanes)
            lanes.append(y)
            points += [(left, y), (right, y)]
        points.append(end)
        curves[path.cause, path.effect] = _Curve(tuple(_bent(a, b) for a, b in pairwise(points)))
    return curves


def _bent(start: Point, end: Point) -> tuple[Point, Point, Point, Point]:
    bend = (end[0] - start[0]) * 0.45
    return start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end


def _free(wanted: float, passed: Sequence[_Box], lanes: Sequence[float]) -> float:
    """Return the height nearest to the one wanted that no node and no other path takes."""
    for far in range(2000):
        for y in (wanted - far, wanted + far):
            clear = all(y < b.y - _CLEAR or y > b.y + b.height + _CLEAR for b in passed)
            if clear and all(abs(y - lane) >= _APART for lane in lanes):
                return y
    return wanted


def _port(
    path: Path, boxes: Mapping[str, _Box], beside: Sequence[Path], *, out: bool
) -> tuple[float, float]:
    """Return where a path leaves or enters a node: side by side, in the order of the others."""
    box = boxes[path.cause if out else path.effect]
    ordered = sorted(beside, key=lambda other: boxes[other.effect if out else other.cause].y)
    k = ordered.index(path)
    y = box.y + box.height * (k + 1) / (len(ordered) + 1)
    return (box.x + box.width, y) if out else (box.x - 2, y)


def _colour(path: Path) -> str:
    if not path.shown:
        return "faint"
    return "warm" if path.value < 0 else "accent"


def _markers() -> str:
    return "<defs>" + "".join(
        f'<marker id="to-{colour}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" '
        f'markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" class="f-{colour}" fill="{COLOURS[colour]}"/></marker>'
        for colour in ("accent", "warm", "faint")
    ) + "</defs>"  # fmt: skip


def _draw_path(drawing: Drawing, path: Path, curve: _Curve) -> None:
    colour = _colour(path)
    (x0, y0), *_ = curve.parts[0]
    rest = "".join(
        f"C{b[0]:.1f} {b[1]:.1f} {c[0]:.1f} {c[1]:.1f} {d[0]:.1f} {d[1]:.1f}"
        for _, b, c, d in curve.parts
    )
    width = 1.2 + 6 * min(abs(path.value), 0.8) if path.shown else 1.2
    drawing.raw(
        f'<path d="M{x0:.1f} {y0:.1f}{rest}" '
        f'class="s-{colour}" fill="none" stroke="{COLOURS[colour]}" stroke-width="{width:.1f}" '
        f'marker-end="url(#to-{colour})"><title>{escape(path.tip)}</title></path>'
    )


def _draw_node(drawing: Drawing, name: str, box: _Box) -> None:
    drawing.rect(box.x, box.y, box.width, box.height, colour="soft", radius=7, stroke="rule",
                 tip=name)  # fmt: skip
    lines = wrapped(name, box.width - 16, _TEXT, 3)
    first = box.y + box.height / 2 - 8.5 * (len(lines) - 1) + 4.5
    for k, line in enumerate(lines):
        drawing.text(box.x + box.width / 2, first + 17 * k, line, size=_TEXT, anchor="middle")


def _draw_labels(
    drawing: Drawing,
    paths: Sequence[Path],
    curves: Mapping[tuple[str, str], _Curve],
    boxes: Mapping[str, _Box],
) -> None:
    """Write the numbers of the paths that are shown, each where nothing else stands."""
    taken = [(box.x - 4, box.y - 4, box.width + 8, box.height + 8) for box in boxes.values()]
    for path in sorted(paths, key=lambda path: -abs(path.value)):
        if not path.shown:
            continue
        curve = curves[path.cause, path.effect]
        width = text_width(path.label) + 8
        places = [curve.at(t / 20) for t in (14, 13, 15, 12, 16, 11, 10, 9, 8, 6, 5, 4)]
        x, y = next((place for place in places if not _covered(place, width, taken)), places[0])
        taken.append((x - width / 2, y - _LABEL[1] / 2, width, _LABEL[1]))
        drawing.rect(x - width / 2, y - 9, width, 18, colour="paper", radius=4)
        drawing.text(x, y + 4.6, path.label, colour=_colour(path), anchor="middle", weight="600",
                     tip=path.tip)  # fmt: skip


def _covered(
    place: tuple[float, float], width: float, taken: Sequence[tuple[float, float, float, float]]
) -> bool:
    x, y, height = place[0] - width / 2, place[1] - _LABEL[1] / 2, _LABEL[1]
    return any(
        x < left + wide and left < x + width and y < top + tall and top < y + height
        for left, top, wide, tall in taken
    )
