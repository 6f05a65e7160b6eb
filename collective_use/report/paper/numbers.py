"""Numbers as a table of a paper has them (APA 2020, 6.36 and 6.42)."""

from __future__ import annotations

from collective_use.report.rows import Row
from collective_use.report.sentences import Number, Sentence, joined


def apa_limits(row: Row, value: str, low: str, high: str, *, bare: bool = False) -> Sentence:
    """Return ``value [low, high]``, or the limits alone where no value is named.

    Examples
    --------
    >>> from collective_use.report.sentences import plain_text
    >>> row = Row("fit.csv", {"est": 0.5, "lo": 0.123, "hi": 0.9})
    >>> plain_text(apa_limits(row, "est", "lo", "hi", bare=True))
    '.50 [.12, .90]'
    """
    first = (row.number(value, bare=bare), " ") if value else ()
    ends = ("[", row.number(low, bare=bare), ", ", row.number(high, bare=bare), "]")
    return joined([*first, *ends])


def apa_p(row: Row, column: str) -> Number:
    """Return a p value without its sign of equality.

    Examples
    --------
    >>> str(apa_p(Row("a.csv", {"p": 0.0312}), "p")), str(apa_p(Row("a.csv", {"p": 0.0}), "p"))
    ('.031', '< .001')
    """
    found = row.p(column)
    return Number(found.value, found.text.removeprefix("= "), found.source)
