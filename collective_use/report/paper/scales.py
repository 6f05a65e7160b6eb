"""Tables that reviewers look for beside the results: sample, wording, items, validity, method."""

from __future__ import annotations

import math
import statistics

from collective_use.phrases import told
from collective_use.report.document import Cell, Column, Grid
from collective_use.report.material import Material
from collective_use.report.paper.numbers import apa_p
from collective_use.report.rows import Row
from collective_use.report.sentences import plain_text, written

ITEMS = "validation_items.csv"
PAIRS = "validation_discriminant.csv"
CONSTRUCTS = "validation_constructs.csv"
EXPLORED = "validation_exploration.csv"
ADEQUACY = "validation_adequacy.csv"
LOADINGS = "validation_loadings.csv"
CHARACTERISTICS = "characteristics.csv"
RIVALS = "validation_models.csv"
METHOD = "validation_common_method.csv"
STEPS = ("forward", "back", "experts", "interviews", "pilot")
"""What a translation takes (Brislin 1970); the bank records none of them by itself."""


def scale_tables(material: Material) -> list[Grid]:
    """Return the tables that the results hold: those of a validation where there was one.

    Parameters
    ----------
    material
        Tables, account and words.
    """
    made = (
        sample, characteristics, wording, item_analysis, explored, discriminant, rivals,
        common_method,
    )  # fmt: skip
    found = (make(material) for make in made)
    return [grid for grid in found if grid is not None]


def sample(material: Material) -> Grid:
    """Return who was asked, who answered, who was left out and why, and the size of groups."""
    groups = list(material.rows("groups.csv"))
    sizes = [row.value("n") for row in groups if row.value("n") > 0]
    listed = [row.value("members") for row in groups]
    asked = sum(listed) if listed and all(one == one for one in listed) else math.nan
    persons = material.counted("persons")
    span = material.say(
        "paper.sample.span", low=written(min(sizes, default=0), 0),
        mean=written(statistics.fmean(sizes) if sizes else 0, 1),
        high=written(max(sizes, default=0), 0),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (material.word("paper.sample.asked"), written(asked, 0)),
        (material.word("paper.sample.used"), written(persons, 0)),
        (material.word("paper.sample.rate"), f"{persons / asked:.1%}" if asked > 0 else "–"),
        (material.word("paper.sample.groups"), written(material.counted("groups"), 0)),
        (material.word("paper.sample.size"), plain_text(span)),
    ]
    for entry in material.entries("left_out"):
        if entry.room == "responses" and entry.of in ("rows", "persons"):
            reason = told(material.language, entry.text).rstrip(".。")
            name = plain_text(material.say("paper.sample.left", reason=reason))
            rows.append((name, written(entry.count, 0)))
    return _grid(
        material, "paper.sample", "paper.sample.note", ("what", "value"), rows, "groups.csv"
    )


def characteristics(material: Material) -> Grid | None:
    """Return who answered: each background question's answers, counts rounded at random."""
    rows = list(material.rows(CHARACTERISTICS))
    if not rows:
        return None
    cells: list[tuple[Cell, ...]] = []
    for item in dict.fromkeys(row.text("item") for row in rows):
        mine = [row for row in rows if row.text("item") == item]
        total = sum(row.value("answers") for row in mine)
        asked = material.instrument.get_item(item)
        labels = {str(option.code): option.label for option in asked.options}
        for k, row in enumerate(mine):
            label = material.text(labels.get(row.text("code"), {}), row.text("label"))
            share = f"{row.value('answers') / total:.0%}" if total else "–"
            question = material.text(asked.text) if k == 0 else ""
            cells.append((question, label, row.number("answers", 0), share))
    heads = ("what", "answer", "persons", "share")
    title, note = "paper.characteristics", "paper.characteristics.note"
    return _grid(material, title, note, heads, cells, CHARACTERISTICS)


def wording(material: Material) -> Grid | None:
    """Return what is recorded of the wording in the report's language, and what is not."""
    state = next(
        (one for one in material.instrument.status if one.language == material.language), None
    )
    if state is None:
        return None
    rows: list[tuple[Cell, ...]] = [
        (material.word("paper.wording.state"), told(material.language, state.statement))
    ]
    open_ = material.word("paper.wording.open")
    rows += [(material.word(f"paper.wording.{step}"), open_) for step in STEPS]
    return _grid(material, "paper.wording", "paper.wording.note", ("what", "value"), rows, "")


def item_analysis(material: Material) -> Grid | None:
    """Return a row an item: mean, item-rest correlation, alpha without it, critical ratio."""
    rows = [row for row in material.rows(ITEMS) if "critical_ratio" in row.cells]
    if not rows:
        return None
    cells: list[tuple[Cell, ...]] = [
        (
            f"{material.name(row.text('scale'))} {row.text('item')}",
            row.number("mean"),
            row.number("item_rest", bare=True),
            row.number("alpha_dropped", bare=True),
            row.number("critical_ratio"),
            apa_p(row, "critical_p"),
            *_loading(material, row),
        )
        for row in rows
    ]
    heads: tuple[str, ...] = (
        "item", "mean", "item_rest", "alpha_dropped", "critical_ratio", "p",
    )  # fmt: skip
    if len(cells[0]) > len(heads):
        heads = (*heads, "loading")
    return _grid(material, "paper.items", "paper.items.note", heads, cells, ITEMS)


def explored(material: Material) -> Grid | None:
    """Return loadings in one half of the groups, with KMO, Bartlett and the other half's fit."""
    rows = list(material.rows(EXPLORED))
    found = next(iter(material.rows(ADEQUACY)), None)
    if not rows or found is None:
        return None
    factors = list(dict.fromkeys(row.text("factor") for row in rows))
    cells: list[tuple[Cell, ...]] = []
    for item in dict.fromkeys(row.text("item") for row in rows):
        mine = {row.text("factor"): row for row in rows if row.text("item") == item}
        first = next(iter(mine.values()))
        name = f"{material.name(first.text('construct'))} {item}"
        loadings = [(mine[factor].number("loading", bare=True),) for factor in factors]
        cells.append((name, *loadings, (first.number("communality", bare=True),)))
    each = {row.text("factor"): row.value("explained") for row in rows}
    total = f"{found.value('cumulated'):.0%}"
    shares = [f"{each[factor]:.0%}" for factor in factors]
    cells.append((material.word("paper.col.explained"), *shares, total))
    heads = [_column(material, "item")]
    heads += [Column(material.name(factor), numeric=True) for factor in factors]
    heads.append(_column(material, "communality"))
    note = material.say(
        "paper.explored.note", n=found.number("n", 0), held=found.number("held", 0),
        kmo=found.number("kmo", bare=True), chisq=found.number("bartlett", 1),
        df=found.number("bartlett_df", 0), p=found.p("bartlett_p"),
        fit=_confirmed(material, found),
    )  # fmt: skip
    title = material.word("paper.explored")
    return Grid(title, tuple(heads), tuple(cells), plain_text(note), EXPLORED)


def _confirmed(material: Material, row: Row) -> str:
    if row.text("reason"):
        return told(material.language, row.text("reason"))
    numbers = {name: row.number(name, 2, bare=True) for name in ("cfi", "tli", "rmsea", "srmr")}
    said = material.say(
        "paper.explored.fit", chisq=row.number("chisq", 1), df=row.number("df", 0), **numbers
    )
    return plain_text(said)


def discriminant(material: Material) -> Grid | None:
    """Return the square root of AVE on the diagonal, correlations below it, HTMT above it."""
    constructs = list(material.rows(CONSTRUCTS))
    names = [row.text("construct") for row in constructs]
    if len(names) < 2:
        return None
    pairs = {(row.text("first"), row.text("second")): row for row in material.rows(PAIRS)}

    def cell(i: int, j: int) -> Cell:
        if i == j:
            return (constructs[i].number("root_ave", bare=True),)
        first, second = names[min(i, j)], names[max(i, j)]
        row = pairs.get((first, second)) or pairs.get((second, first))
        if row is None:
            return "–"
        return (row.number("correlation" if i > j else "htmt", bare=True),)

    every = range(len(names))
    cells: list[tuple[Cell, ...]] = [
        (f"{i + 1}. {material.name(names[i])}", *(cell(i, j) for j in every)) for i in every
    ]
    heads = [Column(material.word("paper.col.variable"))]
    heads += [Column(str(j + 1), numeric=True) for j in every]
    title, note = material.word("paper.discriminant"), material.word("paper.discriminant.note")
    return Grid(title, tuple(heads), tuple(cells), note, PAIRS)


def rivals(material: Material) -> Grid | None:
    """Return the constructs' model and its rivals with the difference of chi-square."""
    rows = [row for row in material.rows(RIVALS) if row.value("chisq") == row.value("chisq")]
    if len(rows) < 2:
        return None
    cells = [(_model(row, material), *_fit(row), *_difference(row)) for row in rows]
    heads = ("model", "chisq", "df", "ratio", "cfi", "tli", "rmsea", "srmr", "delta", "p")
    return _grid(material, "paper.rivals", "paper.rivals.note", heads, cells, RIVALS)


def common_method(material: Material) -> Grid | None:
    """Return what the checks of a common method found, and what each of them cannot show."""
    rows = list(material.rows(METHOD))
    if not rows:
        return None
    cells: list[tuple[Cell, ...]] = [
        (told(material.language, row.text("words")), *_fit(row, ("cfi", "rmsea", "srmr")))
        for row in rows
    ]
    names = ("model", "chisq", "df", "ratio", "cfi", "rmsea", "srmr")
    note = material.say(
        "paper.method.note", harman=_share(rows[0], "harman"), shared=_share(rows[0], "shared"),
    )  # fmt: skip
    heads = tuple(_column(material, name) for name in names)
    title = material.word("paper.method.title")
    return Grid(title, heads, tuple(cells), plain_text(note), METHOD)


def _grid(
    material: Material,
    title: str,
    note: str,
    heads: tuple[str, ...],
    rows: list[tuple[Cell, ...]],
    file: str,
) -> Grid:
    columns = tuple(_column(material, head) for head in heads)
    return Grid(material.word(title), columns, tuple(rows), material.word(note), file)


def _column(material: Material, name: str) -> Column:
    words = ("what", "value", "item", "model", "delta", "answer")
    return Column(material.word(f"paper.col.{name}"), numeric=name not in words)


def _model(row: Row, material: Material) -> str:
    words = told(material.language, row.text("words"))
    scope = row.text("scope")
    names = ", ".join(material.name(one.strip()) for one in scope.split(","))
    return words or names


def _loading(material: Material, row: Row) -> tuple[Cell, ...]:
    """Return an item's confirmatory loading, where the study fitted the constructs' model."""
    if not material.has(LOADINGS):
        return ()
    own = material.row(LOADINGS, item=row.text("item"), level="person")
    return ((own.number("loading", bare=True),) if own else "–",)


def _share(row: Row, name: str) -> str:
    value = row.value(name) if name in row.cells else math.nan
    return "–" if math.isnan(value) else f"{value:.0%}"


def _fit(row: Row, names: tuple[str, ...] = ("cfi", "tli", "rmsea", "srmr")) -> tuple[Cell, ...]:
    df = row.value("df")
    ratio = row.value("chisq") / df if df > 0 else math.nan
    indices = ((row.number(name, 2, bare=True),) for name in names)
    return ((row.number("chisq"),), (row.number("df", 0),), written(ratio), *indices)


def _difference(row: Row) -> tuple[Cell, ...]:
    if row.value("delta_chisq") != row.value("delta_chisq"):
        return ("–", "–")
    text = f"{written(row.value('delta_chisq'))} ({written(row.value('delta_df'), 0)})"
    return (text, apa_p(row, "delta_p"))
