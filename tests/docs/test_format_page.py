"""The page of the format holds what the tables say of indices, nulls and platforms."""

import importlib.util
from pathlib import Path

_SPEC = importlib.util.spec_from_file_location(
    "format_page", Path(__file__).with_name("format_page.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)


def test_the_page_holds_what_the_tables_say() -> None:
    text = made.PAGE.read_text("utf-8")
    assert text == made.page(text), "run: python tests/docs/format_page.py"
