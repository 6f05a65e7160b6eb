"""Long tables as CSV, some rows at a time: each different cell of a stretch is written once."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from collective_use.output.safe import quoted_cell, safe_cell, table_csv

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

_PART = 8_000
"""Rows that are put together at a time."""
_ODD = r'[,"\r\n]|^[=+\-@\t]'
"""Cells that may not be written as they are."""


def long_csv(frame: pd.DataFrame) -> Iterator[bytes] | None:
    """Return the parts of a table as CSV, or None where a column holds cells of several kinds."""
    heads = [str(safe_cell(str(column))) for column in frame.columns]
    if len(heads) < 2 or len(set(heads)) < len(heads):
        return None
    columns = [frame.iloc[:, place] for place in range(len(heads))]
    writers = [_writer(column) for column in columns]
    known = [writer for writer in writers if writer is not None]
    if len(known) < len(heads):
        return None
    plain = all(map(str.isascii, heads)) and all(map(_is_ascii, columns))
    return _parts(heads, columns, known, plain)


def _parts(
    heads: Sequence[str], columns: Sequence[pd.Series], writers: Sequence[_Writer], plain: bool
) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.compute as pc

    yield b"" if plain else codecs.BOM_UTF8
    yield table_csv(heads, ()).removeprefix(codecs.BOM_UTF8)
    for start in range(0, len(columns[0]), _PART):
        cells = [
            write(column.iloc[start : start + _PART])
            for column, write in zip(columns, writers, strict=True)
        ]
        lines = pc.binary_join_element_wise(*cells, ",")
        del cells
        whole = pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")
        yield whole[0].as_buffer().to_pybytes()
        yield b"\n"


_Writer = Callable[["pd.Series"], "pa.Array"]


def _writer(values: pd.Series) -> _Writer | None:
    """Return what writes a column, None where its cells are of several kinds."""
    import numpy as np
    import pandas as pd

    if isinstance(values.dtype, np.dtype) and values.dtype.kind != "O":
        kinds = {"f": _numbers, "b": _wholes, "i": _wholes, "u": _wholes}
        writer = kinds.get(values.dtype.kind)
        return None if values.dtype.kind == "f" and values.dtype != np.float64 else writer
    if _is_text(values):
        return _texts
    found = pd.unique(values.dropna().to_numpy(dtype=object))
    if all(isinstance(text, str) for text in found):
        return _objects
    return _truths if all(isinstance(truth, bool | np.bool_) for truth in found) else None


def _is_text(values: pd.Series) -> bool:
    """Tell whether a column is held as texts by Arrow."""
    import pandas as pd

    kept = getattr(values.dtype, "storage", None)
    return isinstance(values.dtype, pd.StringDtype) and kept == "pyarrow"


def _is_ascii(values: pd.Series) -> bool:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(values.dtype, np.dtype) and values.dtype.kind != "O":
        return True
    if _is_text(values):
        return pc.all(pc.string_is_ascii(pa.array(values.array))).as_py() is not False
    return all(str(x).isascii() for x in pd.unique(values.dropna().to_numpy(dtype=object)))


def _numbers(values: pd.Series) -> pa.Array:
    import numpy as np
    import pandas as pd

    # by their bits: 0 and -0 are written differently
    codes, bits = pd.factorize(values.to_numpy().view(np.int64))
    return _spread(codes, ["" if x != x else repr(x) for x in bits.view(np.float64).tolist()])


def _wholes(values: pd.Series) -> pa.Array:
    import pandas as pd

    codes, found = pd.factorize(values.to_numpy())
    return _spread(codes, [str(x) for x in found.tolist()])


def _truths(values: pd.Series) -> pa.Array:
    import pandas as pd

    codes, found = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=True)
    return _spread(codes, [str(truth) for truth in found])


def _objects(values: pd.Series) -> pa.Array:
    import pandas as pd

    codes, found = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=True)
    return _spread(codes, [quoted_cell(str(safe_cell(text))) for text in found])


def _texts(values: pd.Series) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    held = pa.array(values.array)
    held = held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held
    if pc.any(pc.match_substring_regex(held, _ODD)).as_py():
        return _objects(values)
    return pc.fill_null(held.cast(pa.string()), "")


def _spread(codes: np.ndarray, texts: list[str]) -> pa.Array:
    """Return the text of each row; the code -1 stands for none."""
    import numpy as np
    import pyarrow as pa

    whole = pa.array([*texts, ""], pa.string())
    return whole.take(pa.array(np.where(codes < 0, len(texts), codes).astype(np.int32)))
