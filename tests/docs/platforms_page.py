"""Write the table of platforms into docs/platforms.md: `python tests/docs/platforms_page.py`."""

from pathlib import Path

from collective_use.platforms.table import platforms_table

PAGE = Path(__file__).parents[2] / "docs" / "platforms.md"
START = "<!-- table of platforms: python tests/docs/platforms_page.py writes it -->"
END = "<!-- end of the table -->"


def page(text: str) -> str:
    """Return the page with its table made anew."""
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    return f"{before}{START}\n{platforms_table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
