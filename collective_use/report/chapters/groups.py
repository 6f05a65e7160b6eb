"""The groups beside each other: every construct at once, and the outcome with its limits."""

from __future__ import annotations

import math
import statistics

from collective_use.report.document import Block, Chapter, Picture
from collective_use.report.effects import outcome_of
from collective_use.report.figures.dots import Dot, dot_plot
from collective_use.report.figures.heat import group_map
from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import Sentence, plain_text, written
from collective_use.report.verdicts import listed, shared_rows, supported

_MOST = 60
_STRONG = 0.3


def chapter(material: Material) -> Chapter | None:
    """Return the profile of groups and the outcome's group values."""
    outcome = outcome_of(material)
    rows = list(material.rows("groups.csv"))
    if outcome is None or not rows or outcome not in rows[0].cells:
        return None
    shown = sorted(
        (row for row in rows if not math.isnan(row.value(outcome))),
        key=lambda row: row.value(outcome),
    )
    if len(shown) < 2:
        return None
    blocks: list[Block] = [profile(material, outcome, shown)]
    first = material.row("table1.csv", measure=outcome)
    if first is not None and first.value("sd_within") > 0:
        blocks.append(_caterpillar(material, outcome, shown, first))
    key = "groups.finding" if len(shown) < len(rows) else "groups.finding.all"
    finding = material.say(
        key, shown=str(len(shown)), n=str(len(rows)),
        size=written(material.cutoff("disclosure_size"), 0),
    )  # fmt: skip
    return Chapter("groups", material.word("chapter.groups"), tuple(blocks), finding)


def profile(material: Material, outcome: str, shown: list[Row]) -> Picture:
    """Return the heat map of groups by constructs."""
    constructs = _constructs(material, outcome, shown)
    values = {
        name: _standardised([row.value(name) for row in shown]) for name in (outcome, *constructs)
    }
    ordered = [outcome, *constructs]
    groups = [row.text("group") for row in reversed(shown)]
    cells = [[values[name][i] for name in ordered] for i in range(len(shown))][::-1]
    tips = [
        [f"{row.text('group')}, {material.name(name)}: {row.number(name).text}" for name in ordered]
        for row in reversed(shown)
    ]
    words = {"outcome": material.name(outcome), "n": str(len(shown)), "m": str(len(ordered))}
    alt = plain_text(material.say("groups.heat.alt", **words))
    title = plain_text(_title(material, outcome, constructs, values, words))
    note = plain_text(material.say("groups.heat.note", **words))
    drawn = group_map(groups, [material.name(name) for name in ordered], cells, alt, tips)
    return Picture("groups", title, drawn, alt, note)


def _title(
    material: Material, outcome: str, constructs: list[str], values: dict[str, list[float]],
    words: dict[str, str],
) -> Sentence:  # fmt: skip
    """Return what the heat map shows, in a sentence."""
    if not supported(shared_rows(material)):
        # where no measure belongs to groups, that they go together there says nothing
        return material.say("groups.heat.title.unshared", **words)
    found = {name: _correlation(values[outcome], values[name]) for name in constructs}
    high = [material.name(name) for name, r in found.items() if r > _STRONG]
    low = [material.name(name) for name, r in found.items() if r < -_STRONG]
    if high or low:
        key = "groups.heat.title" if high else "groups.heat.title.low"
        return material.say(key, names=listed(high or low, material, 4), **words)
    key = "groups.heat.title.none" if constructs else "groups.heat.title.alone"
    return material.say(key, **words)


def _constructs(material: Material, outcome: str, shown: list[Row]) -> list[str]:
    """Return the constructs of the theory that members share, the outcome left out."""
    wanted = {"outcome", "mechanism", "antecedent"}
    roles = {part.id: part.role for part in material.instrument.constructs}
    asked = [row.text("measure") for row in shared_rows(material)]
    theory = [name for name in asked if roles.get(name) in wanted]
    names = [name for name in theory or asked if name != outcome and name in shown[0].cells]
    return names[:12]


def _standardised(values: list[float]) -> list[float]:
    known = [value for value in values if value == value]
    spread = statistics.stdev(known) if len(known) > 1 else 0.0
    middle = statistics.fmean(known) if known else 0.0
    return [(value - middle) / spread if spread > 0 else 0.0 * value for value in values]


def _correlation(first: list[float], second: list[float]) -> float:
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a == a and b == b]
    if len(pairs) < 3:
        return 0.0
    try:
        return statistics.correlation([a for a, _ in pairs], [b for _, b in pairs])
    except statistics.StatisticsError:
        return 0.0


def _caterpillar(material: Material, outcome: str, shown: list[Row], first: Row) -> Picture:
    mean, within = first.value("mean"), first.value("sd_within")
    dots = []
    for row in reversed(shown):
        value = row.value(outcome)
        half = 1.96 * within / math.sqrt(row.value("n"))
        clear = abs(value - mean) > half
        tip = f"{row.text('group')}: {written(value)} ± {written(half)}, n {row.value('n'):g}"
        dots.append(Dot(row.text("group"), value, value - half, value + half, clear, tip))
    clear_of_all = str(sum(dot.strong for dot in dots))
    drawn_dots = dots if len(dots) <= _MOST else dots[: _MOST // 2] + dots[-_MOST // 2 :]
    words = {"n": clear_of_all, "all": str(len(dots)), "outcome": material.name(outcome)}
    alt = plain_text(material.say("groups.caterpillar.alt", **words))
    low = math.floor(min(dot.low for dot in drawn_dots))
    high = math.ceil(max(dot.high for dot in drawn_dots))
    drawn = dot_plot(drawn_dots, alt, low=low, high=high, line=mean, label=words["outcome"])
    title = plain_text(material.say("groups.caterpillar.title", **words))
    note = plain_text(material.say("groups.caterpillar.note"))
    return Picture("group-values", title, drawn, alt, note)
