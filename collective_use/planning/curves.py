"""Curves of power over the number of groups, as a picture of lines and words."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 420, 60, 30, 50
RIGHT = 250
DASHES = ("", "7 4", "2 3", "9 3 2 3")
Scale = Callable[[float], float]
SHADES = ("#1b4965", "#b5442e", "#5b7c2b", "#7b4b94", "#8a6d3b", "#444444")


def power_svg(effects: pd.DataFrame, precision: pd.DataFrame, power: float) -> str:
    """Return the picture: median power of the indirect effects, or the chance of aggregation.

    Parameters
    ----------
    effects, precision
        As in `Plan`.
    power
        The power asked for, drawn as a line across.

    Examples
    --------
    >>> frame = pd.DataFrame({"groups": [40, 80], "members": 6, "aggregation": [0.2, 0.6]})
    >>> power_svg(pd.DataFrame(), frame, 0.8)[:4]
    '<svg'
    """
    lines = _lines(effects, precision)
    title = "Median power of the indirect effects" if len(effects) else "Chance of aggregation"
    low = min(x for _, points in lines for x, _ in points)
    high = max(x for _, points in lines for x, _ in points)
    inner = WIDTH - LEFT - RIGHT

    def across(x: float) -> float:
        return LEFT + (inner / 2 if high == low else inner * (x - low) / (high - low))

    def up(y: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y

    parts = [_frame(title, power, across, up, sorted({x for _, p in lines for x, _ in p}))]
    for place, (name, points) in enumerate(lines):
        parts.append(_curve(place, name, [(across(x), up(y)) for x, y in points]))
    label = escape(f"{title} by number of groups")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{label}" font-family="sans-serif" font-size="13">'
        f"<title>{label}</title>{''.join(parts)}</svg>\n"
    )


def _lines(
    effects: pd.DataFrame, precision: pd.DataFrame
) -> list[tuple[str, list[tuple[float, float]]]]:
    found = []
    if len(effects):
        for way in dict.fromkeys(effects["way"]):
            for n in dict.fromkeys(effects["members"]):
                part = effects[(effects["way"] == way) & (effects["members"] == n)]
                medians = part.groupby("groups", as_index=False)["power"].median()
                found.append((f"{way}, {n} members", _points(medians, "power")))
    else:
        for n in dict.fromkeys(precision["members"]):
            part = precision[precision["members"] == n]
            found.append((f"{n} members", _points(part, "aggregation")))
    return found


def _points(frame: pd.DataFrame, column: str) -> list[tuple[float, float]]:
    across, up = frame["groups"].to_numpy(float), frame[column].to_numpy(float)
    return list(zip(across.tolist(), up.tolist(), strict=True))


def _frame(title: str, power: float, across: Scale, up: Scale, ticks: list[float]) -> str:
    right = WIDTH - RIGHT
    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>']
    parts += [
        f'<line x1="{LEFT}" x2="{right}" y1="{up(y):.1f}" y2="{up(y):.1f}" stroke="#ddd"/>'
        f'<text x="{LEFT - 8}" y="{up(y) + 4:.1f}" text-anchor="end">{y:.1f}</text>'
        for y in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    ]
    parts.append(
        f'<line x1="{LEFT}" x2="{right}" y1="{up(power):.1f}" y2="{up(power):.1f}" '
        f'stroke="#000" stroke-dasharray="1 3"/>'
        f'<text x="{right + 6}" y="{up(power) + 4:.1f}">asked: {power:g}</text>'
    )
    low = HEIGHT - BOTTOM + 18
    parts += [
        f'<text x="{across(x):.1f}" y="{low}" text-anchor="middle">{x:g}</text>' for x in ticks
    ]
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">groups</text>')
    return "".join(parts)


def _curve(place: int, name: str, points: list[tuple[float, float]]) -> str:
    shade = SHADES[place % len(SHADES)]
    dash = DASHES[(place // len(SHADES)) % len(DASHES)]
    style = f' stroke-dasharray="{dash}"' if dash else ""
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{shade}"/>' for x, y in points)
    top, left = TOP + 60 + 22 * place, WIDTH - RIGHT + 20
    return (
        f'<polyline points="{way}" fill="none" stroke="{shade}" stroke-width="2"{style}/>{dots}'
        f'<line x1="{left}" x2="{left + 26}" y1="{top}" y2="{top}" stroke="{shade}" '
        f'stroke-width="2"{style}/><text x="{left + 32}" y="{top + 4}">{escape(name)}</text>'
    )
