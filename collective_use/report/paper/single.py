"""One result as tables of a paper: headings in words, numbers as APA 7 has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from collective_use.phrases import table_told
from collective_use.report.document import Cell, Column, Grid
from collective_use.report.paper.sections import Paper
from collective_use.report.phrases import Phrases
from collective_use.report.sentences import written, written_p
from collective_use.report.speaking import chained
from collective_use.results import NotComputed, Result, Table, cell_text

BARE = frozenset((
    "p", "q", "pvalue", "p_adjusted", "p_negligible", "p_minimal", "delta_p", "p_chance",
    "p_corrected", "slope_p", "agree_p", "alpha", "rwg", "rwg_j", "rwg_j_median", "rwg_j_mean",
    "rwg_j_lindell", "awg", "icc1", "icc2", "icc1_reml", "cfi", "tli", "rmsea", "srmr", "omega",
    "omega_before", "omega_after", "ave", "htmt", "correlation", "loading", "communality",
    "item_rest", "alpha_dropped", "reliability", "std", "std_all", "root_ave", "consistency",
    "coverage", "weight", "r_square", "robustness", "robustness_limit", "delta_cfi",
    "delta_rmsea", "delta_srmr",
))  # fmt: skip
"""Columns whose numbers have no zero before the point (APA 2020, 6.36)."""

_P = re.compile(r"(^|_)(p|q|pvalue)(_|$)")
_FACTOR = re.compile(r"F\d+|\d+")
"""Columns of loadings and correlations, called after their factor or their place."""

_LIMITS = (("ci_lower", "ci_upper"), ("lower", "upper"), ("low", "high"))
_THREE = frozenset(("cfi", "tli", "rmsea", "srmr", "delta_cfi", "delta_rmsea", "delta_srmr"))
_FREEDOM = ("df", "df1", "df2", "delta_df")
_EMPTY = ("", "–")


def single(result: Result, words: Phrases, names: Mapping[str, str]) -> Paper:
    """Return the tables of one result.

    Parameters
    ----------
    result
        What a function of this package returned.
    words
        Of the language.
    names
        Code to name, for measures and constructs.
    """
    called = {name: words.word(f"paper.{name}") for name in ("table", "figure", "note")}
    grids = [apa_grid(table, words, names) for table in result.tables() if table.rows]
    # tables have titles of their own: a title of the whole would say the first one twice
    return Paper(words.language, "", called, tuple(grids))


def apa_grid(table: Table, words: Phrases, names: Mapping[str, str]) -> Grid:
    """Return a table with limits in one column, headings in words, and a note.

    Examples
    --------
    >>> from collective_use.report.phrases import phrases_in
    >>> rows = (("con", 0.25, 0.011, 0.04, 0.46), ("pim", -0.1, 0.4, -0.3, 0.1))
    >>> table = Table("Paths", ("predictor", "est", "p", "lower", "upper"), rows)
    >>> grid = apa_grid(table, phrases_in("en"), {"con": "Connectedness"})
    >>> [column.heading for column in grid.columns]
    ['Predictor', 'Estimate', 'p', '95% limits']
    >>> grid.rows[0]
    ('Connectedness', '0.25', '.011', '[0.04, 0.46]')
    """
    known = dict(names)
    if table.columns[1:] == ("value",):
        heads = {code: words.words.get(f"head.{code}") for code in map(str, _first(table))}
        known = {code: head for code, head in heads.items() if head} | known
    shown = _kept(table)
    seen = table_told(words.language, table)
    pair = next((ends for ends in _LIMITS if set(ends) <= set(table.columns)), None)
    columns, places = [], []
    for k in shown:
        name = table.columns[k]
        if pair is not None and name == pair[1]:
            continue
        limits = pair is not None and name == pair[0]
        heading = words.word("paper.col.limits") if limits else _heading(words, name, seen, k)
        columns.append(Column(heading, numeric=_numeric(table, k)))
        places.append((k, table.columns.index(pair[1]) if pair is not None and limits else None))
    rows = tuple(
        tuple(_cell(row, told_row, table, place, known) for place in places)
        for row, told_row in zip(table.rows, seen.rows, strict=True)
    )
    title, note = _title(seen, names)
    return Grid(title, tuple(columns), rows, note)


def _first(table: Table) -> list[object]:
    return [row[0] for row in table.rows]


def _kept(table: Table) -> list[int]:
    """Return the columns that say anything."""
    return [
        k for k in range(len(table.columns))
        if any(cell_text(row[k]) not in _EMPTY for row in table.rows)
    ]  # fmt: skip


def _heading(words: Phrases, name: str, seen: Table, place: int) -> str:
    known = words.words.get(f"head.{name}")
    if known:
        return known
    said = seen.columns[place]
    if said != name or not re.fullmatch(r"[a-z][a-z0-9_]*", said):
        return said
    plain = said.replace("_", " ")
    return plain[:1].upper() + plain[1:]


def _title(table: Table, names: Mapping[str, str]) -> tuple[str, str]:
    """Return the title's last line, and its other lines with the notes."""
    lines = [line.strip() for line in table.title.splitlines() if line.strip()]
    title = lines[-1] if lines else ""
    notes = [_sentence(line) for line in lines[:-1]]
    notes += [" ".join(line.split()) for line in table.notes if line.strip()]
    spelled = [f"{code} = {name}" for code, name in names.items()
               if any(re.search(rf"\b{re.escape(code)}\b", note) for note in notes)]  # fmt: skip
    last = ["; ".join(spelled) + "."] if spelled else []
    return title, " ".join([*notes, *last])


def _sentence(line: str) -> str:
    return line if line.endswith((".", "。")) else f"{line}."


def _numeric(table: Table, place: int) -> bool:
    cells = [row[place] for row in table.rows]
    numbers = [_number(cell) for cell in cells]
    return any(number is not None for number in numbers) and all(
        number is not None or cell is None or isinstance(cell, NotComputed) or cell == ""
        for number, cell in zip(numbers, cells, strict=True)
    )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return None
    return float(value) if isinstance(value, (int, float)) else None


def _cell(
    row: Sequence[object], told_row: Sequence[object], table: Table, place: tuple[int, int | None],
    names: Mapping[str, str],
) -> Cell:  # fmt: skip
    first, second = place
    column = table.columns[first]
    if second is not None:
        ends = [_written(row[k], table.columns[k], table) for k in (first, second)]
        return "–" if ends == ["–", "–"] else f"[{ends[0]}, {ends[1]}]"
    value = row[first]
    if _number(value) is None:
        text = cell_text(told_row[first], table.digits)
        return (
            chained(text, lambda code: names.get(code, code))
            if text in names or "->" in text
            else text
        )
    return _written(value, _meant(row, table, column), table)


def _meant(row: Sequence[object], table: Table, column: str) -> str:
    """Return what a number is: its column, or in a table of names and values its name."""
    return str(row[0]) if column == "value" and len(row) == 2 else column


def _written(value: object, column: str, table: Table) -> str:
    number = _number(value)
    if number is None or number != number:
        return "–"
    if _P.search(column):
        return written_p(number).removeprefix("= ")
    if isinstance(value, int) or (
        column in ("df", "df1", "df2", "delta_df") and number.is_integer()
    ):
        return written(number, 0)
    digits = 3 if column in _THREE else min(table.digits, 2)
    inside = (column in BARE or _FACTOR.fullmatch(column) is not None) and abs(number) <= 1
    return written(number, digits, bare=inside)
