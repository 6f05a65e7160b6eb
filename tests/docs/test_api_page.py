"""The reference page: every public name stands on it as its docstring has it, with an example."""

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("api_page", Path(__file__).with_name("api_page.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
api = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(api)


@pytest.mark.parametrize("name", sorted(api.public_names()))
def test_every_public_name_has_an_example_that_runs(name: str) -> None:
    assert api.has_example(api.public_names()[name]), f"{name} shows no code that runs"


def test_the_page_is_what_the_docstrings_say() -> None:
    assert api.PAGE.read_text("utf-8") == api.page(), "run: python tests/docs/api_page.py"


def test_editors_and_type_checkers_see_every_name() -> None:
    assert api.DOOR.read_text("utf-8") == api.door(), "run: python tests/docs/api_page.py"
