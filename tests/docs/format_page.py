"""Write what is made from tables into docs/instrument-format.md: run this file.

The table of indices, the list of null distributions and the list of platforms.
"""

from pathlib import Path

from collective_use.compositions import indices_markdown
from collective_use.instrument.vocabulary import NULL_DISTRIBUTIONS, PLATFORMS

PAGE = Path(__file__).parents[2] / "docs" / "instrument-format.md"
END = "<!-- end -->"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


MADE = {
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
