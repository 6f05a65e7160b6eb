"""Rows as a survey platform holds them: who answered, how, and what went wrong."""

from __future__ import annotations

import string
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.errors import InputError
from collective_use.simulation.parameters import Flaws, TrueParameters
from collective_use.simulation.people import People

_FIRST_DAY = datetime(2025, 3, 3, 8, 0, 0)
_LETTERS = np.array(list(string.ascii_letters + string.digits))
META = (
    "StartDate",
    "EndDate",
    "Status",
    "IPAddress",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "RecordedDate",
    "ResponseId",
    "RecipientLastName",
    "RecipientFirstName",
    "RecipientEmail",
    "ExternalReference",
    "LocationLatitude",
    "LocationLongitude",
    "DistributionChannel",
    "UserLanguage",
)
"""The columns that Qualtrics puts before the answers, in its order."""


def respondents(
    people: People, parameters: TrueParameters, flaws: Flaws, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the numbers of the members who answer; every group keeps at least one."""
    answers = rng.random(len(people.group)) < parameters.response_rate
    first = np.concatenate([[0], np.cumsum(people.sizes)])[:-1]
    answers[first] = True
    if flaws.single_member_groups > len(people.sizes):
        raise InputError(
            f"single_member_groups must be at most {len(people.sizes)}, the number of groups, "
            f"got {flaws.single_member_groups}"
        )
    for group in range(len(people.sizes) - flaws.single_member_groups, len(people.sizes)):
        answers[people.group == group] = False
        answers[first[group]] = True
    return np.flatnonzero(answers)


def platform_columns(language: Sequence[str], rng: np.random.Generator) -> pd.DataFrame:
    """Return the platform's own columns for complete answers, in random order of arrival."""
    count = len(language)
    minutes = np.sort(rng.integers(0, 30 * 24 * 60, count))
    seconds = np.maximum(180, rng.lognormal(6.6, 0.35, count)).astype(int)
    start = [_FIRST_DAY + timedelta(minutes=int(m)) for m in minutes]
    end = [s + timedelta(seconds=int(d)) for s, d in zip(start, seconds, strict=True)]
    frame = pd.DataFrame({name: [""] * count for name in META})
    frame["StartDate"] = [f"{time:%Y-%m-%d %H:%M:%S}" for time in start]
    frame["EndDate"] = frame["RecordedDate"] = [f"{time:%Y-%m-%d %H:%M:%S}" for time in end]
    frame["Status"] = "0"
    frame["Progress"] = "100"
    frame["Duration (in seconds)"] = [str(d) for d in seconds]
    frame["Finished"] = "1"
    frame["ResponseId"] = [_response_id(rng) for _ in range(count)]
    frame["DistributionChannel"] = "email"
    frame["UserLanguage"] = [{"zh": "ZH-S"}.get(name, name.upper()) for name in language]
    return frame


def _response_id(rng: np.random.Generator) -> str:
    return "R_" + "".join(rng.choice(_LETTERS, 15))


class FlawedRows:
    """Plants rows that a screening should find, and remembers which."""

    def __init__(self, statements: Sequence[str], pages: Sequence[str], rng: np.random.Generator):
        self.statements = list(statements)
        self.pages = list(pages)
        self.rng = rng
        self.planted: dict[str, list[str]] = {}

    def plant(self, rows: pd.DataFrame, flaws: Flaws, valid: range) -> pd.DataFrame:
        """Return the rows with flaws: straight lines, broken-off, repeated and preview rows.

        Parameters
        ----------
        rows
            Platform columns, keys and answers; text cells.
        flaws
            How many of each.
        valid
            The codes that a straight line may have.
        """
        rows = rows.copy()
        needed = flaws.straight_liners + flaws.unfinished + flaws.duplicates
        if needed > len(rows):
            raise InputError(f"{needed} flawed rows were asked for, but only {len(rows)} answer")
        order = self.rng.permutation(len(rows))
        straight, order = order[: flaws.straight_liners], order[flaws.straight_liners :]
        broken, order = order[: flaws.unfinished], order[flaws.unfinished :]
        doubled = order[: flaws.duplicates]
        for row in straight:
            rows.loc[row, self.statements] = str(self.rng.choice(list(valid)))
            rows.loc[row, "Duration (in seconds)"] = str(int(self.rng.integers(60, 140)))
        for row in broken:
            self._break_off(rows, int(row))
        extra = [self._again(rows, int(row)) for row in doubled]
        extra += [self._preview(rows) for _ in range(flaws.previews)]
        self._remember("straight_liners", rows.loc[straight, "ResponseId"])
        self._remember("unfinished", rows.loc[broken, "ResponseId"])
        self._remember("duplicates", [row["ResponseId"] for row in extra[: len(doubled)]])
        self._remember("previews", [row["ResponseId"] for row in extra[len(doubled) :]])
        if extra:
            rows = pd.concat([rows, pd.DataFrame(extra)], ignore_index=True)
        return rows.sort_values("RecordedDate", kind="stable", ignore_index=True)

    def _remember(self, flaw: str, ids: Sequence[str] | pd.Series) -> None:
        self.planted[flaw] = sorted(str(name) for name in ids)

    def _break_off(self, rows: pd.DataFrame, row: int) -> None:
        reached = int(self.rng.integers(3, max(4, int(0.7 * len(self.pages)))))
        rows.loc[row, self.pages[reached:]] = ""
        rows.loc[row, "Finished"] = "0"
        rows.loc[row, "Progress"] = str(int(100 * reached / len(self.pages)))

    def _again(self, rows: pd.DataFrame, row: int) -> pd.Series:
        """The same person sends the form again some hours later, a few answers changed."""
        copy = rows.iloc[row].copy()
        copy["ResponseId"] = _response_id(self.rng)
        later = timedelta(hours=int(self.rng.integers(2, 60)))
        for name in ("StartDate", "EndDate", "RecordedDate"):
            moved = datetime.strptime(str(copy[name]), "%Y-%m-%d %H:%M:%S") + later
            copy[name] = f"{moved:%Y-%m-%d %H:%M:%S}"
        for name in self.rng.choice(self.statements, min(4, len(self.statements)), replace=False):
            copy[name] = rows.loc[int(self.rng.integers(len(rows))), name]
        return copy

    def _preview(self, rows: pd.DataFrame) -> pd.Series:
        """A researcher tried the form before it was sent out."""
        copy = rows.iloc[int(self.rng.integers(len(rows)))].copy()
        copy["ResponseId"] = _response_id(self.rng)
        copy["Status"], copy["DistributionChannel"] = "1", "preview"
        for name in ("StartDate", "EndDate", "RecordedDate"):
            copy[name] = (
                f"{_FIRST_DAY - timedelta(days=int(self.rng.integers(2, 9))):%Y-%m-%d %H:%M:%S}"
            )
        return copy
