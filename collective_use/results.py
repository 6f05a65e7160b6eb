"""What every result can do: become a frame, a dictionary, text and HTML.

A result is a frozen dataclass that inherits `Result` and says what it holds by `tables()`.
Formatting never touches values: numbers are rounded where they are printed and nowhere else.
"""

from __future__ import annotations

import dataclasses
import html
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from collective_use.accepted import Arguments, Plain, PlainDict
from collective_use.singular import one_thing
from collective_use.wide_text import display_width, folded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

TEXT_ROWS = 60
"""Rows of a table that `print(result)` shows; `to_frame()` holds all."""

HTML_ROWS = 500
"""Rows of a table that a notebook shows, in a box that scrolls."""

REPR_WIDTH = 100
"""Characters of `repr(result)`: one line, whatever the result holds."""

NOTE_WIDTH = 96
"""Width of the sentences below a table, in characters."""

# Rules in the text's own colour, so that tables read well on light and dark pages.
_RULE = "1.5px solid currentColor"
_TABLE = (
    f"border-collapse:collapse;border:0;border-top:{_RULE};border-bottom:{_RULE};margin:0;"
    "font-variant-numeric:tabular-nums"
)
_CAPTION = "caption-side:top;text-align:left;font-weight:600;padding:0 0 .4em;color:inherit"
_CELL = "padding:.2em .8em;border:0;white-space:nowrap;"
_HEAD = f"border-bottom:{_RULE.replace('1.5', '0.75')};font-weight:600"
_BOX = "max-height:34em;overflow:auto;margin:1em 0 .4em"
_NOTE = "max-width:46em;margin:.2em 0;font-size:.92em;opacity:.85"


@dataclass(frozen=True, slots=True)
class NotComputed:
    """An index that could not be computed, with the reason in words.

    Examples
    --------
    >>> str(NotComputed("the group has one member"))
    'not computed: the group has one member'
    """

    reason: str

    def __str__(self) -> str:
        return f"not computed: {self.reason}"

    def __bool__(self) -> bool:
        return False


TableCell: TypeAlias = "str | int | float | bool | NotComputed | None"
"""What stands in one cell of a result: a text, a number, a truth value, a reason, or nothing."""

TableRow: TypeAlias = "dict[str, TableCell]"
"""A row of a result that is being put together, by name of the column."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as writers need it: titles, cells as values, notes.

    Attributes
    ----------
    title
        One line above the table.
    columns
        Column headings.
    rows
        Cells by row; numbers stay numbers, `None` and `NotComputed` print as an empty mark.
    notes
        Sentences below the table.
    digits
        Decimals for floating-point cells when printed.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    notes: tuple[str, ...] = field(default=())
    digits: int = 3


def table_of(
    title: str,
    frame: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    digits: int = 3,
) -> Table:
    """Make a `Table` from a data frame (its index is left out).

    Examples
    --------
    >>> import pandas as pd
    >>> table_of("Sizes", pd.DataFrame({"group": ["a"], "n": [3]})).columns
    ('group', 'n')
    """
    rows = tuple(tuple(row) for row in frame.itertuples(index=False, name=None))
    return Table(title, tuple(str(column) for column in frame.columns), rows, tuple(notes), digits)


def frame_of(table: Table) -> pd.DataFrame:
    """Make a data frame from a `Table`, values as they are.

    Examples
    --------
    >>> frame_of(Table("Sizes", ("group", "n"), (("a", 3),)))
      group  n
    0     a  3
    """
    import pandas as pd

    return pd.DataFrame(list(table.rows), columns=list(table.columns))


def cell_text(value: object, digits: int = 3) -> str:
    """Write one cell: rounded numbers, a dash for what is missing.

    Examples
    --------
    >>> cell_text(0.12345), cell_text(None), cell_text(12), cell_text(True)
    ('0.123', '–', '12', 'yes')
    """
    if value is None or isinstance(value, NotComputed):
        return "–"
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return "yes" if value else "no"
    if hasattr(value, "dtype") and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if math.isnan(value):
            return "–"
        if value != 0 and (abs(value) < 0.5 * 10**-digits) and digits > 0:
            return f"{value:.1e}"
        return f"{value:.{digits}f}"
    return one_thing(str(value))


def whole(value: float) -> float | int:
    """Return a count as a whole number for a table; other numbers stay as they are.

    Examples
    --------
    >>> whole(24.0), whole(23.5)
    (24, 23.5)
    """
    return int(value) if float(value).is_integer() else value


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return False
    return isinstance(value, (int, float)) or hasattr(value, "dtype")


def _numeric_columns(table: Table) -> list[bool]:
    """Tell which columns hold numbers (or nothing): they are set to the right."""
    return [
        any(_is_number(row[i]) for row in table.rows)
        and all(
            _is_number(row[i]) or row[i] is None or isinstance(row[i], NotComputed)
            for row in table.rows
        )
        for i in range(len(table.columns))
    ]


def _shortened(table: Table, most: int) -> Table:
    """Keep the first rows of a table too long to read, and say how many are not shown."""
    left = len(table.rows) - most
    if left <= 0:
        return table
    note = f"{left:,} more {'row' if left == 1 else 'rows'}: to_frame() holds them all."
    return dataclasses.replace(table, rows=table.rows[:most], notes=(note, *table.notes))


def table_text(table: Table) -> str:
    """Lay a table out for a terminal or a log; notes are wrapped.

    Examples
    --------
    >>> print(table_text(Table("T", ("group", "n"), (("a", 3), ("b", 10)))))
    T
    group   n
    ---------
    a       3
    b      10
    """
    cells = [[cell_text(value, table.digits) for value in row] for row in table.rows]
    grid = [list(table.columns), *cells]
    widths = [max(display_width(row[i]) for row in grid) for i in range(len(table.columns))]
    right = _numeric_columns(table)

    def line(row: Sequence[str]) -> str:
        padded = []
        for text, width, to_right in zip(row, widths, right, strict=True):
            space = " " * (width - display_width(text))
            padded.append(space + text if to_right else text + space)
        return "  ".join(padded).rstrip()

    lines = [one_thing(table.title)] if table.title else []
    if any(table.columns):
        lines += [line(table.columns), "-" * (sum(widths) + 2 * (len(widths) - 1))]
    lines += [line(row) for row in cells]
    return "\n".join([*lines, *(_wrapped(note) for note in table.notes)])


def _wrapped(note: str) -> str:
    return "\n".join(
        textwrap.fill(part, NOTE_WIDTH, break_long_words=False, break_on_hyphens=False)
        if display_width(part) == len(part)
        else folded(part, NOTE_WIDTH)
        for part in one_thing(note).splitlines()
    )


def table_html(table: Table) -> str:
    """Write a table as an HTML fragment without scripts, style sheets or outside references.

    Examples
    --------
    >>> "T</caption>" in table_html(Table("T", ("a",), ((1,),)))
    True
    """
    side = ["right" if number else "left" for number in _numeric_columns(table)]
    head = "".join(
        f"<th scope='col' style='text-align:{to};{_CELL}{_HEAD}'>{html.escape(column)}</th>"
        for column, to in zip(table.columns, side, strict=True)
    )
    body = "".join(
        "<tr style='background:none'>"
        + "".join(
            f"<td style='text-align:{to};{_CELL}'>{html.escape(text)}</td>"
            for text, to in zip((cell_text(v, table.digits) for v in row), side, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    notes = "".join(f"<p style='{_NOTE}'>{html.escape(note)}</p>" for note in table.notes)
    return (
        f"<div style='{_BOX}'><table style='{_TABLE}'>"
        f"<caption style='{_CAPTION}'>{html.escape(table.title)}</caption>"
        f"<thead><tr style='background:none'>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f"{notes}"
    )


def plain(value: object) -> Plain:
    """Turn a value into what JSON can hold; NaN and infinities become None.

    Examples
    --------
    >>> plain({"a": (1.0, float("nan")), "b": NotComputed("no data")})
    {'a': [1.0, None], 'b': {'not_computed': 'no data'}}
    """
    if isinstance(value, NotComputed):
        return {"not_computed": value.reason}
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(entry) for entry in value]
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return [plain(row) for row in value.to_dict(orient="records")]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return str(value)


def _field_text(name: str, value: object) -> str:
    """Return a field for `repr`: a number or word as it is, a collection by its size."""
    if isinstance(value, NotComputed):
        return f"{name}=not computed"
    if isinstance(value, float):
        return f"{name}={value:.4g}"
    if value is None or isinstance(value, (bool, int)):
        return f"{name}={value}"
    if isinstance(value, str):
        return f"{name}={textwrap.shorten(value, 40, placeholder='...')!r}" if value else ""
    if hasattr(value, "shape"):
        return f"{name}[{' x '.join(str(n) for n in value.shape)}]"
    if isinstance(value, (Mapping, tuple, list, set, frozenset)):
        return f"{name}[{len(value)}]" if value else ""
    return ""


def short_repr(result: object) -> str:
    """Return one line of at most `REPR_WIDTH` characters that says what a dataclass holds.

    Examples
    --------
    >>> short_repr(Table("Sizes", ("group", "n"), (("a", 3),)))
    "Table(title='Sizes', columns[2], rows[1], digits=3)"
    """
    name = type(result).__name__
    fields = dataclasses.fields(result) if dataclasses.is_dataclass(result) else ()
    texts = [
        text
        for f in fields
        if not f.name.startswith("_") and (text := _field_text(f.name, getattr(result, f.name)))
    ]
    whole = f"{name}({', '.join(texts)})"
    while len(whole) > REPR_WIDTH and texts:
        texts.pop()
        whole = f"{name}({', '.join([*texts, '...'])})"
    return whole


class Result:
    """Mixin of every result: `to_frame()`, `to_dict()`, text and HTML.

    A subclass is a frozen dataclass. It defines `to_frame()`; `tables()` may be overridden
    where one table is not the best way to read it.

    Examples
    --------
    >>> import collective_use as cu
    >>> result = cu.icc([1, 2, 4, 5], list("aabb"))
    >>> isinstance(result, cu.Result), "icc1" in result.to_dict()
    (True, True)
    """

    __slots__ = ()

    def __init_subclass__(cls, **options: Arguments) -> None:
        super().__init_subclass__(**options)
        # dataclass() keeps a __repr__ that it finds in the class itself, so it has to stand there.
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = Result.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        return short_repr(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the result as one data frame, full precision."""
        raise NotImplementedError(f"{type(self).__name__} has no frame")

    def plot(self, which: str | None = None, **options: Arguments) -> Figure:
        """Draw the result as a figure of matplotlib: `collective_use.plot`.

        Parameters
        ----------
        which
            The picture, where there are several.
        options
            As `collective_use.plot` takes them.

        Raises
        ------
        InputError
            When the result has no picture, or none of the name.
        """
        import collective_use  # the front door: pictures live above all rooms

        return collective_use.plot(self, which, **options)

    def tables(self) -> tuple[Table, ...]:
        """Return the tables that text and HTML show."""
        return (table_of(type(self).__name__, self.to_frame()),)

    def to_dict(self) -> PlainDict:
        """Return every public field as plain values that JSON can hold."""
        if not dataclasses.is_dataclass(self):
            raise TypeError(f"{type(self).__name__} is not a dataclass")
        return {
            f.name: plain(getattr(self, f.name))
            for f in dataclasses.fields(self)
            if not f.name.startswith("_")
        }

    def __str__(self) -> str:
        return "\n\n".join(table_text(_shortened(table, TEXT_ROWS)) for table in self.tables())

    def _repr_html_(self) -> str:
        return "".join(table_html(_shortened(table, HTML_ROWS)) for table in self.tables())
