"""While a study is scored, Arrow takes its memory from where all else is taken from."""

from __future__ import annotations

import pyarrow as pa
import pytest

from collective_use.cli.memory import one_pool


def test_the_pool_is_given_back_after_an_error_too() -> None:
    before = pa.default_memory_pool().backend_name
    with pytest.raises(KeyError), one_pool():
        assert pa.default_memory_pool().backend_name == "system"
        raise KeyError
    assert pa.default_memory_pool().backend_name == before != "system"
