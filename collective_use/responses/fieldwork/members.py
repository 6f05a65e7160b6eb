"""The members file: who belongs to which group, so that response rates are true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import ReadError
from collective_use.instrument.model import Instrument
from collective_use.record import Record
from collective_use.responses.answers.persons import code_texts
from collective_use.responses.columns.heading_rows import promoted
from collective_use.responses.columns.match import find_column
from collective_use.responses.fieldwork.pairs import member_rows
from collective_use.responses.files.open import read_raw
from collective_use.responses.files.raw import Raw, texts_of
from collective_use.responses.files.typed import raw_of_frame
from collective_use.responses.headings.personal import is_personal
from collective_use.responses.headings.wording import as_number, normal
from collective_use.responses.readers.plain import plain_headings

_OPTED_OUT = ("opted_out", "opt_out", "not_named")


_YES = ("1", "1.0", "yes", "true", "x", "y", "是")
_NO = ("0", "0.0", "no", "false", "n", "否", "")

_CHINESE = {
    "group": ("小组编号", "小组", "组别"),
    "member": ("成员编号", "成员"),
    "position": ("位置",),
    "partner": ("单位编号", "单位", "参与方"),
    "opted_out": ("不愿列名",),
}
"""Headings of a members file in Chinese."""


def read_members(
    source: str | Path | pd.DataFrame,
    instrument: Instrument,
    *,
    group: str | None = None,
    keep_personal: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame, Record]:
    """Read the members file.

    Parameters
    ----------
    source
        A table with a row for each member: columns ``group`` and ``member``, optionally
        ``position`` (the place from 1 within the group; the order of the file otherwise, members
        who opted out included, so that nobody moves up), ``partner``
        and ``opted_out`` (1 for who does not wish to be named). The instrument's own names of
        these columns are understood too, and Chinese ones (小组, 成员, 单位).
    instrument
        The instrument.
    group
        The name of the group column in the export, accepted here too.
    keep_personal
        Keep names and addresses.

    Returns
    -------
    tuple of pandas.DataFrame, pandas.DataFrame and Record
        The members (``group``, ``member``, ``position`` from 1 without a gap, then what else the
        file holds); everybody of the file with the place that forms give them (``group``,
        ``member``, ``position``, ``partner``, ``named``); and what was left out.

    Raises
    ------
    ReadError
        When a column is missing, the file holds answers, a member stands twice in a group,
        positions repeat, or whether somebody opted out is neither yes nor no.
    """
    raw = raw_of_frame(source, "members") if isinstance(source, pd.DataFrame) else read_raw(source)
    if not len(raw.cells):
        raise ReadError(f"{raw.name}: the members file lists nobody below its headings")
    _check_no_answers(raw, instrument)
    columns = instrument.columns
    wanted: dict[str, tuple[str | None, ...]] = {
        "group": ("group", group, columns.group, *_CHINESE["group"]),
        "member": ("member", columns.member, "member_code", "code", *_CHINESE["member"]),
        "position": ("position", *_CHINESE["position"]),
        "partner": ("partner", columns.partner, *_CHINESE["partner"]),
        "opted_out": (*_OPTED_OUT, *_CHINESE["opted_out"]),
    }
    raw, frame, used = _with_keys(raw, wanted)
    frame, record = _with_others(raw, frame, used, keep_personal)
    frame, record = _listed(raw.name, frame, record)
    _check_unique(raw.name, frame)
    frame = _numbered(raw.name, frame)
    everyone = frame[["group", "member", "position"]].assign(
        partner=frame.get("partner", ""), named=frame["named"]
    )
    out = int((~frame["named"]).sum())
    if out:
        text = "Members who opted out of being named leave rosters and denominators."
        record = record.note("responses", "left out", text, count=out, of="members")
    frame = frame if not out else frame[frame["named"]].reset_index(drop=True)
    frame = frame.drop(columns="named")
    ranks = frame.groupby("group", sort=False)["position"].rank(method="first")
    return frame.assign(position=ranks.astype(int)), everyone, record


def _with_keys(
    raw: Raw, wanted: dict[str, tuple[str | None, ...]]
) -> tuple[Raw, pd.DataFrame, set[int]]:
    """Return the table, its known columns and their places; headings may stand further down."""
    frame, used = _known_columns(raw, wanted)
    if not {"group", "member"} <= set(frame):

        def fits(table: Raw) -> bool:
            return {"group", "member"} <= set(_known_columns(table, wanted)[0])

        raw = promoted(raw, fits) or raw
        frame, used = _known_columns(raw, wanted)
    for needed in ("group", "member"):
        if needed not in frame:
            raise ReadError(
                f"{raw.name}: the members file needs a column {needed!r}; "
                f"its columns are {quoted(raw.names)}"
            )
    return raw, frame, used


def _with_others(
    raw: Raw, frame: pd.DataFrame, used: set[int], keep_personal: bool
) -> tuple[pd.DataFrame, Record]:
    """Return the known columns with what else the file holds, personal ones left out."""
    dropped = []
    for heading in plain_headings(raw):
        if heading.place in used:
            continue
        if is_personal(heading.name) and not keep_personal:
            dropped.append(heading.name)
        else:
            frame[heading.name] = texts_of(raw.cells[heading.place])
    record = Record()
    if dropped:
        text = f"Personal columns of the members file were not kept: {quoted(dropped)}."
        record = record.note(
            "responses", "left out", text, count=len(dropped), of="columns", what=dropped
        )
    return frame, record


def _known_columns(
    raw: Raw, wanted: dict[str, tuple[str | None, ...]]
) -> tuple[pd.DataFrame, set[int]]:
    headings = plain_headings(raw)
    found: dict[str, object] = {}
    used: set[int] = set()
    for name, spellings in wanted.items():
        for spelling in spellings:
            place = find_column(headings, spelling) if spelling else None
            if place is not None and place not in used:
                found[name] = code_texts(raw.name, name, raw.cells[place])
                used.add(place)
                break
    return pd.DataFrame(found), used


def _listed(name: str, frame: pd.DataFrame, record: Record) -> tuple[pd.DataFrame, Record]:
    """Leave out rows without keys, and say who may be named: a word not known is no yes or no."""
    empty = (frame["group"] == "") | (frame["member"] == "")
    if empty.any():
        text = "Rows of the members file without group or member."
        record = record.note("responses", "left out", text, count=int(empty.sum()), of="rows")
    if empty.any():
        frame = frame[~empty].reset_index(drop=True)
    named = pd.Series(True, index=frame.index)
    if "opted_out" in frame:
        said = frame["opted_out"].map(normal)
        unclear = frame.loc[~said.isin([*_YES, *_NO]), "opted_out"]
        if len(unclear):
            raise ReadError(
                f"{name}: who does not wish to be named is told by 1 or 0 (yes or no, 是 or 否), "
                f"got {quoted(dict.fromkeys(unclear.astype(str)))}"
            )
        named = ~said.isin(_YES)
        frame = frame.drop(columns="opted_out")
    return frame.assign(named=named), record


def _check_no_answers(raw: Raw, instrument: Instrument) -> None:
    """Raise when the table holds answers: it would make members of respondents only."""
    asked = {item.id for item in instrument.items if item.role == "measure"}
    held = [heading.name for heading in plain_headings(raw) if heading.name in asked]
    if held:
        raise ReadError(
            f"{raw.name}: this is an export, no members file: it holds answers to "
            f"{quoted(held, most=4)}. The members file lists everybody who was asked, a row each, "
            "with columns group and member"
        )


def _check_unique(name: str, frame: pd.DataFrame) -> None:
    twice = frame[frame.duplicated(["group", "member"])]
    if len(twice):
        pairs = [f"{row.member} in {row.group}" for row in twice.itertuples()]
        raise ReadError(f"{name}: a member may stand once in a group; twice are {quoted(pairs)}")


def _numbered(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    if "position" not in frame:
        frame["position"] = frame.groupby("group", sort=False).cumcount() + 1
    else:
        texts = frame["position"]
        numbers = [as_number(text) for text in texts]
        whole = [n is not None and n >= 1 and n == int(n) for n in numbers]
        # Who is not named needs no place.
        wrong = [
            text
            for text, fits, named in zip(texts, whole, frame["named"], strict=True)
            if not fits and (named or text)
        ]
        if wrong:
            raise ReadError(
                f"{name}: position must be a whole number from 1, "
                f"got {quoted(dict.fromkeys(wrong))}"
            )
        frame["position"] = [int(n or 0) for n in numbers]
        placed = frame[frame["position"] > 0]
        twice = placed[placed.duplicated(["group", "position"])]
        if len(twice):
            groups = dict.fromkeys(twice["group"])
            raise ReadError(f"{name}: positions repeat within group {quoted(groups)}")
    first = ["group", "member", "position"]
    return frame[[*first, *(column for column in frame.columns if column not in first)]]


def positions_of(members: pd.DataFrame | None, persons: pd.DataFrame) -> pd.Series:
    """Return the position of each respondent in their group; NaN where not in the file.

    Examples
    --------
    >>> members = pd.DataFrame({"group": ["a"], "member": ["m1"], "position": [1]})
    >>> positions_of(members, pd.DataFrame({"group": ["a"], "member": ["m1"]})).tolist()
    [1.0]
    """
    if members is None or "member" not in persons:
        return pd.Series(float("nan"), index=persons.index)
    rows = member_rows(members, persons)
    places = np.append(members["position"].to_numpy(dtype=float), np.nan)
    return pd.Series(places[rows], index=persons.index)
