"""Write the dictionary of columns into docs/outputs.md: run this file."""

from pathlib import Path

from collective_use.study.dictionary import dictionary_markdown

PAGE = Path(__file__).parents[2] / "docs" / "outputs.md"
MARK = "<!-- dictionary -->\n"


def page(text: str) -> str:
    """Return the page with its dictionary made anew."""
    before, found, _ = text.partition(MARK)
    if not found:
        raise SystemExit(f"docs/outputs.md has no mark {MARK.strip()}")
    return before + MARK + dictionary_markdown()


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
