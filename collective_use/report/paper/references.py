"""References as Chinese journals print them: GB/T 7714-2015, numbered."""

from __future__ import annotations

from dataclasses import dataclass


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


def written_gbt(source: Reference, number: int) -> str:
    """Return a reference by GB/T 7714-2015, numbered; three authors, then et al.

    Examples
    --------
    >>> one = Reference(("Kroll A",), "Title", "Journal", 2023, "6(2-3): 106-118")
    >>> written_gbt(one, 1)
    '[1] Kroll A. Title[J]. Journal, 2023, 6(2-3): 106-118.'
    """
    names = ", ".join(source.authors[:3]) + (", et al" if len(source.authors) > 3 else "")
    if source.kind == "M":
        end = f"[M]//{source.place}, {source.year}: {source.pages}."
    else:
        end = f"[J]. {source.place}, {source.year}, {source.pages}."
    return f"[{number}] {names}. {source.title}{end}"


def references() -> tuple[str, ...]:
    """Return the references of the methods, in the order in which a Chinese paper cites them."""
    return tuple(written_gbt(source, place) for place, source in enumerate(_ROOT, start=1))
