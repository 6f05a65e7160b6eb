"""References as Chinese journals print them: GB/T 7714-2015, numbered or by author and year."""

from __future__ import annotations

from dataclasses import dataclass

from collective_use.checks import one_of

STYLES = ("numbered", "author-year")
"""Journals ask for the one or the other: 顺序编码制, 著者-出版年制."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A source.

    Attributes
    ----------
    authors
        Family name first, initials without points.
    title, place, year
        Of the work; where it appeared (a journal, or a book with its publisher); when.
    pages
        Volume, number and pages of an article; pages of a chapter.
    kind
        ``J`` an article, ``M`` a book or its chapter.
    """

    authors: tuple[str, ...]
    title: str
    place: str
    year: int
    pages: str
    kind: str = "J"


_ROOT = (
    Reference(("Kroll A",), "Relational mechanisms to explain collective performance data use",
              "Perspectives on Public Management and Governance", 2023, "6(2-3): 106-118"),
    Reference(("Chan D",), "Functional relations among constructs in the same content domain at "
              "different levels of analysis: a typology of composition models",
              "Journal of Applied Psychology", 1998, "83(2): 234-246"),
    Reference(("Cronbach L J",), "Coefficient alpha and the internal structure of tests",
              "Psychometrika", 1951, "16(3): 297-334"),
    Reference(("James L R", "Demaree R G", "Wolf G"), "Estimating within-group interrater "
              "reliability with and without response bias", "Journal of Applied Psychology", 1984,
              "69(1): 85-98"),
    Reference(("Bliese P D",), "Within-group agreement, non-independence, and reliability: "
              "implications for data aggregation and analysis",
              "Klein K J, Kozlowski S W J. Multilevel theory, research, and methods in "
              "organizations. San Francisco: Jossey-Bass", 2000, "349-381", "M"),
)  # fmt: skip


def written_gbt(source: Reference, number: int | None = None) -> str:
    """Return a reference by GB/T 7714-2015; three authors, then et al.

    Parameters
    ----------
    source
        The work.
    number
        Its place in a numbered list; None for a list by author and year, in which the year
        stands behind the authors.

    Examples
    --------
    >>> one = Reference(("Kroll A",), "Title", "Journal", 2023, "6(2-3): 106-118")
    >>> written_gbt(one, 1)
    '[1] Kroll A. Title[J]. Journal, 2023, 6(2-3): 106-118.'
    >>> written_gbt(one)
    'Kroll A, 2023. Title[J]. Journal, 6(2-3): 106-118.'
    """
    names = ", ".join(source.authors[:3]) + (", et al" if len(source.authors) > 3 else "")
    place = f"//{source.place}" if source.kind == "M" else f". {source.place}"
    behind = ": " if source.kind == "M" else ", "
    if number is None:
        return (
            f"{names}, {source.year}. {source.title}[{source.kind}]{place}{behind}{source.pages}."
        )
    head = f"[{number}] {names}. {source.title}[{source.kind}]{place}, {source.year}"
    return f"{head}{behind}{source.pages}."


def references(style: str = "numbered") -> tuple[str, ...]:
    """Return the references of the methods: numbered as cited, or by author and year.

    Raises
    ------
    InputError
        When the style is neither.

    Examples
    --------
    >>> references("author-year")[0].partition(" Within")[0]
    'Bliese P D, 2000.'
    """
    one_of("references", style, STYLES)
    if style == "numbered":
        return tuple(written_gbt(source, place) for place, source in enumerate(_ROOT, start=1))
    return tuple(sorted(map(written_gbt, _ROOT)))
