"""Files larger than memory, and Arrow tables: batches through Arrow's own aggregation.

Nothing but the groups' sums is kept; a batch is dropped when it has been added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.accepted import Given
from collective_use.errors import ReadError
from collective_use.groups.counts.plan import Plan, Word

if TYPE_CHECKING:
    import pyarrow.compute as pc
    import pyarrow.dataset as ds


def opened(source: Given) -> ds.Dataset | None:
    """Return a dataset of a file, a folder, a list of files or an Arrow table; None otherwise.

    Raises
    ------
    ReadError
        When there is no such file, or it is neither Parquet nor CSV.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    if isinstance(source, ds.Dataset):
        return source
    if isinstance(source, (pa.Table, pa.RecordBatch)):
        return ds.dataset(source)
    files = _files(source)
    if files is None:
        return None
    kind = "csv" if files[0].lower().endswith((".csv", ".csv.gz")) else "parquet"
    try:
        return ds.dataset(files, format=kind)
    except (pa.ArrowInvalid, OSError) as error:
        said = str(error).splitlines()[0]
        raise ReadError(f"{files[0]}: cannot be read as {kind}: {said}") from error


def _files(source: Given) -> list[str] | None:
    import glob
    from pathlib import Path

    if isinstance(source, (list, tuple)) and source:
        several = [_files(one) for one in source]
        return None if None in several else [file for one in several for file in one or ()]
    if not isinstance(source, (str, Path)):
        return None
    text = str(source)
    if Path(text).is_dir():
        found = sorted(
            str(path) for path in Path(text).rglob("*") if path.suffix in (".parquet", ".csv")
        )
    else:
        found = [text] if Path(text).exists() else sorted(glob.glob(text))  # noqa: PTH207 - a pattern may begin anywhere
    if not found:
        raise ReadError(f"{text}: no such file, and no folder with .parquet or .csv files")
    return found


def types_of(data: ds.Dataset) -> dict[str, str]:
    """Return "number" or the type's name for each column."""
    import pyarrow.types as pt

    return {
        field.name: "number"
        if pt.is_integer(field.type) or pt.is_floating(field.type) or pt.is_decimal(field.type)
        else str(field.type)
        for field in data.schema
    }


def sizes(data: ds.Dataset, group: str) -> pd.DataFrame:
    """Return one row a group: its label and `size`."""
    import pyarrow.compute as pc

    columns = {group: pc.field(group), "one": pc.scalar(1)}
    return _grouped(data, [columns], group, ["one"]).rename(columns={"one": "size"})


def sums(data: ds.Dataset, plan: Plan, words: Sequence[Word]) -> pd.DataFrame:
    """Return one row a group: its label and the words."""
    import pyarrow.compute as pc

    places = {item: plan.places(item) for item in plan.items}
    first = {
        plan.group: pc.field(plan.group),
        "cu_a": _all([_chosen(i, [(code, 1) for code in own]) for i, own in places.items()]),
        "cu_t": _all([_chosen(i, list(own.items())) for i, own in places.items()]),
    }
    for word in words:
        parts = [_chosen(i, codes) for i in plan.items if (codes := word.codes_of(i))]
        first[word.name] = _all(parts)
    second = {plan.group: pc.field(plan.group)}
    second |= {word.name: _with_levels(word) for word in words}
    return _grouped(data, [first, second], plan.group, [word.name for word in words])


def _with_levels(word: Word) -> pc.Expression:
    import pyarrow.compute as pc

    known, total = pc.field(word.name), pc.field("cu_t")
    for part, factor in (("n", None), ("s", total), ("q", pc.multiply(total, total))):
        if weights := word.weights_of(part):
            here = _chosen("cu_a", list(weights))
            known = pc.add(known, here if factor is None else pc.multiply(here, factor))
    return known


def _chosen(column: str, weights: Sequence[tuple[float | None, int]]) -> pc.Expression:
    """Return the weight of each row's value, 0 where it has none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    field, parts = pc.field(column), []
    for value, weight in weights:
        there = _answered(field) if value is None else pc.equal(field, _scalar(value))
        known = pc.coalesce(there, pc.scalar(False))
        parts.append(pc.if_else(known, pa.scalar(weight, pa.int64()), pa.scalar(0, pa.int64())))
    return _all(parts)


def _answered(field: pc.Expression) -> pc.Expression:
    import pyarrow.compute as pc

    return pc.invert(pc.is_null(field, nan_is_null=True))


def _scalar(value: float) -> pc.Expression:
    import pyarrow.compute as pc

    return pc.scalar(int(value) if float(value).is_integer() else value)


def _all(parts: Sequence[pc.Expression]) -> pc.Expression:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not parts:
        return pc.scalar(pa.scalar(0, pa.int64()))
    found = parts[0]
    for part in parts[1:]:
        found = pc.add(found, part)
    return found


def _grouped(
    data: ds.Dataset, steps: Sequence[dict[str, pc.Expression]], group: str, summed: list[str]
) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import acero

    needed = sorted(set(data.schema.names) & _fields(steps[0], data.schema.names))
    plan = [acero.Declaration("scan", acero.ScanNodeOptions(data, columns=needed))]
    for step in steps:
        options = acero.ProjectNodeOptions(list(step.values()), list(step))
        plan.append(acero.Declaration("project", options))
    options = acero.AggregateNodeOptions(
        [(name, "hash_sum", None, name) for name in summed], keys=[group]
    )
    plan.append(acero.Declaration("aggregate", options))
    try:
        table = acero.Declaration.from_sequence(plan).to_table()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise ReadError(f"the file stopped being readable: {str(error).splitlines()[0]}") from error
    frame = table.select([group, *summed]).to_pandas()
    for name in summed:
        frame[name] = frame[name].fillna(0).astype("int64")
    return frame


def _fields(step: dict[str, pc.Expression], names: Sequence[str]) -> set[str]:
    said = " ".join(str(expression) for expression in step.values())
    return {name for name in names if name in said}
