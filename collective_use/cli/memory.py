"""One place that memory comes from: what reading lets go of serves what comes after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_pool() -> Iterator[None]:
    """Let Arrow's texts come from where arrays and frames come from.

    Arrow's own pool keeps what texts took at most, beside what arrays keep: of 100,000 persons
    more than all their answers as codes.
    """
    import pyarrow as pa

    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
