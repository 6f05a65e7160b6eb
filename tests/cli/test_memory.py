"""While a study is scored, Arrow takes its memory from where all else is taken from."""

from __future__ import annotations

import pyarrow as pa
import pytest

from collective_use.cli.memory import one_pool


def scored(pools: list[str]) -> None:
    with one_pool():
        pools.append(pa.default_memory_pool().backend_name)
        raise KeyError


def test_the_pool_is_given_back_after_an_error_too() -> None:
    before = pa.default_memory_pool().backend_name
    pools: list[str] = []
    with pytest.raises(KeyError):
        scored(pools)
    assert pools == ["system"]
    assert pa.default_memory_pool().backend_name == before != "system"
