"""The folder of finished parts: what was read stays read when a run is interrupted."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.output import json_bytes, write_file
from collective_use.output.swap import beside, remove
from collective_use.record import Entry
from collective_use.study.large.reading import Portion

if TYPE_CHECKING:
    import pyarrow as pa

MARK = "source.json"
KINDS = ("answers", "persons")


@dataclass(frozen=True)
class Parts:
    """Finished parts beside a result folder; persons' answers, so they go when all is done.

    Attributes
    ----------
    folder
        The place.
    """

    folder: Path

    @classmethod
    def beside(cls, target: Path) -> Parts:
        """Return the parts of the results that go to a place."""
        return cls(beside(target, "parts"))

    def begin(self, mark: Mapping[str, str]) -> str:
        """Make the folder ready; say what was found there.

        Parameters
        ----------
        mark
            What the parts depend on, by name: another source, instrument or option makes other
            parts.

        Returns
        -------
        str
            A sentence, or "" where nothing was there.
        """
        old = self._read(MARK)
        said = ""
        if old:
            changed = [name for name in mark if old.get(name) != mark[name]]
            if changed:
                said = f"{' and '.join(changed)} changed since the run that was interrupted: "
                said += "it starts again."
                remove(self.folder)
            else:
                said = f"{len(self.finished())} parts were read by the run that was interrupted."
        elif self.folder.exists():
            remove(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_file(self.folder / MARK, json_bytes(dict(mark)))
        return said

    def finished(self) -> dict[str, PlainDict]:
        """Return what each finished part says, by name."""
        found = {}
        for path in sorted(self.folder.glob("part-*.json")):
            told = self._read(path.name)
            if told and all(
                (self.folder / f"{path.stem}.{kind}.parquet").exists() for kind in KINDS
            ):
                found[path.stem] = told
        return found

    def files(self, kind: str) -> list[Path]:
        """Return the files of a kind of all finished parts, in order."""
        return [self.folder / f"{name}.{kind}.parquet" for name in sorted(self.finished())]

    def write(self, name: str, portions: Iterable[Portion]) -> PlainDict:
        """Write a part as its portions come; it is finished when its account is written."""
        import pyarrow.parquet as pq

        writers: dict[str, pq.ParquetWriter] = {}
        accounts = []
        paths = {kind: self.folder / f"{name}.{kind}.parquet" for kind in KINDS}
        try:
            for portion in portions:
                made = {
                    "answers": answers_table(portion.answers),
                    "persons": persons_table(portion.persons),
                }
                for kind, table in made.items():
                    if kind not in writers:
                        writers[kind] = pq.ParquetWriter(
                            f"{paths[kind]}.new", table.schema, compression="zstd"
                        )
                    writers[kind].write_table(table.cast(writers[kind].schema))
                accounts.append(_account(portion))
        finally:
            for writer in writers.values():
                writer.close()
        for path in paths.values():
            new = Path(f"{path}.new")
            with new.open("rb") as handle:
                os.fsync(handle.fileno())
            new.replace(path)
        told: PlainDict = {"portions": accounts}
        write_file(self.folder / f"{name}.json", json_bytes(told))
        return told

    def remove(self) -> None:
        """Take the parts away."""
        remove(self.folder)

    def _read(self, name: str) -> PlainDict:
        try:
            content = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def _account(portion: Portion) -> PlainDict:
    return {
        "persons": len(portion.persons),
        "items": portion.items,
        "flagged": portion.flagged,
        "entries": [asdict(entry) for entry in portion.entries],
    }


def entries_of(told: PlainDict) -> list[Entry]:
    """Return the entries of a portion's account."""
    return [Entry(**{**entry, "what": tuple(entry["what"])}) for entry in told["entries"]]


def answers_table(frame: pd.DataFrame) -> pa.Table:
    """Return answers as narrow whole numbers, nothing where there is none."""
    import pyarrow as pa

    columns = {"group": pa.array(frame["group"].to_numpy(), pa.string())}
    for name in frame.columns[1:]:
        values = frame[name].to_numpy(float)
        gone = values != values
        whole = pd.Series(values).where(~gone, 0).to_numpy()
        columns[str(name)] = pa.array(whole.astype("int32"), pa.int32(), mask=gone)
    return pa.table(columns)


def persons_table(frame: pd.DataFrame) -> pa.Table:
    """Return persons with whole numbers, numbers and texts; the same types in every part."""
    import pyarrow as pa

    columns = {}
    for name in frame.columns:
        kind = frame[name].dtype.kind
        if kind in "iub":
            columns[str(name)] = pa.array(frame[name].to_numpy("int64"))
        elif kind == "f":
            values = frame[name].to_numpy(float)
            columns[str(name)] = pa.array(values, mask=values != values)
        else:
            columns[str(name)] = pa.array(frame[name].astype(str).to_numpy(object), pa.string())
    return pa.table(columns)
