"""The documentation's table of platforms is the table of platforms."""

import importlib.util
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location(
    "platforms_page", Path(__file__).with_name("platforms_page.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)


def test_the_page_holds_the_table_of_the_registry() -> None:
    text = made.PAGE.read_text("utf-8")
    assert made.START in text
    assert text == made.page(text), "run: python tests/docs/platforms_page.py"
