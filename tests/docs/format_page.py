"""Write what is made from tables into docs/instrument-format.md: run this file.

The tables of compositions and of indices, the list of null distributions and the list of platforms.
"""

from pathlib import Path

from collective_use.compositions import AGREEMENT, ANSWERS, COMPOSITIONS, ICC, Composition, Offer
from collective_use.instrument.vocabulary import NULL_DISTRIBUTIONS, PLATFORMS

PAGE = Path(__file__).parents[2] / "docs" / "instrument-format.md"
END = "<!-- end -->"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _value(row: Composition) -> str:
    """Return the usual index of the first kind of answers, and how many others there are."""
    offer = next(iter(row.offers.values()))
    more = len(row.indices) - 1 - len(offer.beside)
    return f"`{offer.values[0]}`" + (f"; {more} more" if more else "")


def choosing_markdown() -> str:
    """Return the table of compositions: when, value, checks, what is refused, source."""
    lines = [
        "| `composition` | use it when | group value | checks that fit | refused | source |",
        "|---|---|---|---|---|---|",
    ]
    for row in COMPOSITIONS.values():
        kinds = {"agreement": AGREEMENT, "icc": ICC}
        refused = ", ".join(f"`{k}`" for k, names in kinds.items() if set(names) & set(row.refused))
        checks = ", ".join(f"`{name}`" for name in row.checks)
        lines.append(
            f"| `{row.name}` | {row.when} | {_value(row)} | {checks} | {refused} | {row.source} |"
        )
    return "\n".join(lines) + "\n"


def indices_markdown() -> str:
    """Return the table of indices by composition and kind of answers."""
    lines = [
        "| `composition` | computed from | the first is the value; the usual one first |",
        "|---|---|---|",
    ]
    for row in COMPOSITIONS.values():
        joined: dict[Offer, list[str]] = {}
        for answers, offer in row.offers.items():
            joined.setdefault(offer, []).append(ANSWERS[answers])
        for offer, kinds in joined.items():
            names = ", ".join(f"`{name}`" for name in offer.values)
            if offer.beside:
                names += "; beside it " + ", ".join(f"`{name}`" for name in offer.beside)
            lines.append(f"| `{row.name}` | {'; '.join(kinds)} | {names} |")
    return "\n".join(lines) + "\n"


MADE = {
    "<!-- python tests/docs/format_page.py: compositions -->": f"\n{choosing_markdown()}",
    "<!-- python tests/docs/format_page.py: indices -->": f"\n{indices_markdown()}",
    "<!-- python tests/docs/format_page.py: null distributions -->": _listed(
        tuple(name for name in NULL_DISTRIBUTIONS if name != "uniform")
    ),
    "<!-- python tests/docs/format_page.py: platforms -->": _listed(PLATFORMS),
}
"""The mark before each part, and the part."""


def page(text: str) -> str:
    """Return the page with its parts made anew."""
    for mark, made in MADE.items():
        before, found, rest = text.partition(mark)
        if not found:
            raise SystemExit(f"docs/instrument-format.md has no mark {mark}")
        text = f"{before}{mark}{made}{END}{rest.partition(END)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
