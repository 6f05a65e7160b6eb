"""The one input of this room: items as numbers, their constructs, and the groups of persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.accepted import Items, Labels
from collective_use.checks import column_in, did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.groups.inputs import numbers_in
from collective_use.groups.labels import labels_of
from collective_use.phrases import languages

if TYPE_CHECKING:
    from collective_use.instrument.model import Instrument
    from collective_use.responses.table import Responses
    from collective_use.scores.table import Scores

Data: TypeAlias = "pd.DataFrame | Responses | Scores | NDArray[np.generic] | Answers"
"""Items of persons: a frame or array of numbers, or what was read, scored or already taken."""

Constructs: TypeAlias = Mapping[str, Sequence[str]]
"""The items of each construct, by its name."""


@dataclass(frozen=True)
class Answers:
    """Items of persons, ready for analysis.

    Attributes
    ----------
    values
        (N, J) answers as numbers, keyed alike where an instrument says how; NaN for missing.
    constructs
        Items of each measure, by its id; empty for a plain table.
    names
        What a measure or item is called in words; itself where nothing is known.
    groups
        (N,) label of each person's group, or None.
    low, high
        Lowest and highest possible answer by item, where known.
    reversed_items
        Items whose keying was turned round.
    construct_of
        Construct of each measure: two measures of one construct are to agree, not to differ.
    notes
        What was left out, in words.
    facet_of
        Facet of each item, where the instrument knows.
    close
        Pairs of measures whose constructs theory puts next to each other.
    """

    values: pd.DataFrame
    constructs: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    groups: pd.Series | None
    low: Mapping[str, float]
    high: Mapping[str, float]
    reversed_items: tuple[str, ...] = ()
    construct_of: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    facet_of: Mapping[str, str] = field(default_factory=dict)
    close: tuple[tuple[str, str], ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """Names of the items."""
        return tuple(str(name) for name in self.values.columns)

    def named(self, key: str) -> str:
        """Return a construct in words, with its id."""
        words = self.names.get(key, key)
        return key if words == key else f"{words} ({key})"

    def only(self, items: Sequence[str]) -> Answers:
        """Return the same persons with some of the items, by order.

        Raises
        ------
        InputError
            When an item is not there.
        """
        for item in items:
            if item not in self.values.columns:
                raise InputError(
                    f"item must be one of {quoted(self.items)}, got {item!r}"
                    f"{did_you_mean(item, self.items)}"
                )
        kept = {
            name: tuple(i for i in own if i in set(items)) for name, own in self.constructs.items()
        }
        return replace(
            self,
            values=self.values[list(items)],
            constructs={name: own for name, own in kept.items() if own},
        )

    def complete(self, at_least: int = 3) -> Answers:
        """Return the persons who answered every item, and say how many did not.

        Raises
        ------
        InputError
            When fewer than `at_least` persons are left.
        """
        known = ~np.isnan(self.values.to_numpy()).any(axis=1)
        if self.groups is not None:
            known = known & self.groups.notna().to_numpy()
        lost = int((~known).sum())
        if int(known.sum()) < at_least:
            empty = [str(name) for name in self.values if self.values[name].notna().sum() == 0]
            because = f"; nobody answered {quoted(empty)}" if empty else ""
            raise InputError(
                f"data must have at least {at_least} persons who answered all {len(self.items)} "
                f"items, got {int(known.sum())} of {len(known)}{because}"
            )
        if not lost:
            return self
        said = f"{lost} of {len(known)} persons are left out: they did not answer every item."
        return replace(
            self,
            values=self.values[known],
            groups=None if self.groups is None else self.groups[known],
            notes=(*self.notes, said),
        )

    def codes(self) -> tuple[NDArray[np.intp], pd.Index]:
        """Return (N,) numbers of the groups, and their labels.

        Raises
        ------
        InputError
            When persons have no groups.
        """
        if self.groups is None:
            raise InputError(
                "groups must be given for this: groups= takes a column of the data or one label "
                "for each person"
            )
        codes, labels = pd.factorize(self.groups, sort=True)
        return codes.astype(np.intp), pd.Index(labels)


def answers_of(
    data: Data, groups: Labels = None, constructs: Constructs | None = None, *, least: int = 1,
    language: str | None = None,
) -> Answers:  # fmt: skip
    """Take items from whatever holds them.

    Parameters
    ----------
    data
        A frame (columns are items, but for the group), an array, responses or scores. From
        responses and scores the statements of the instrument are taken, reverse-keyed.
    groups
        Name of a column of the frame, or one label for each person. Responses and scores bring
        their own.
    constructs
        Items by construct; only these items are taken. From responses and scores the measures
        are taken when None.
    least
        Fewest items.
    language
        Of the names of constructs and items; the instrument's first when None.

    Raises
    ------
    InputError
        When items are no numbers, an item or column is unknown, an item is constant or twice
        the same, or there are fewer than `least`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"a": [1, 2, 3], "b": [2, 2, 4], "team": list("xxy")})
    >>> answers_of(frame, "team").items
    ('a', 'b')
    """
    if isinstance(data, Answers):
        found = data
    elif hasattr(data, "responses") or hasattr(data, "answers"):
        found = _from_responses(data, language)
    else:
        found = _from_table(_needed(data, groups, constructs), groups)
    if constructs is not None:
        found = _with_constructs(found, constructs)
    if len(found.items) < least:
        raise InputError(f"data must hold at least {least} items, got {len(found.items)}")
    return found


def _needed(data: Items, groups: Labels, constructs: Constructs | None) -> Items:
    """Leave out columns of words that no construct names: languages, names, dates."""
    if constructs is None or not isinstance(data, pd.DataFrame):
        return data
    wanted = {str(item) for own in constructs.values() for item in own}
    return data.loc[
        :,
        [
            str(name) in wanted
            or (isinstance(groups, str) and str(name) == groups)
            or pd.api.types.is_numeric_dtype(kind)
            for name, kind in zip(data.columns, data.dtypes, strict=True)
        ],
    ]


def _from_table(data: Items, groups: Labels) -> Answers:
    if isinstance(data, pd.DataFrame):
        frame = data
        repeated = frame.columns[frame.columns.duplicated()]
        if len(repeated):
            raise InputError(f"data has two columns called {repeated[0]!r}: rename one")
    else:
        if isinstance(data, str) or not hasattr(data, "__len__"):
            raise InputError(
                "data must be a data frame or an array of answers, or what cu.read_responses(...) "
                f"or cu.score(responses) returns, got {type(data).__name__}"
            )
        table = numbers_in(data, "data")
        frame = pd.DataFrame(table, columns=[f"item{i + 1}" for i in range(table.shape[1])])
    labels = None
    if isinstance(groups, str):
        column_in("groups", groups, list(frame.columns), where="the data")
        labels, frame = frame[groups], frame.drop(columns=groups)
    elif groups is not None:
        labels = labels_of(groups)
        if len(labels) != len(frame):
            raise InputError(
                f"groups must have one label for each of the {len(frame)} persons, "
                f"got {len(labels)}"
            )
        labels = labels.set_axis(frame.index)
    if frame.shape[1] == 0:
        raise InputError("data must hold items, got no column but the group")
    values = _plain(frame)
    return Answers(values, {}, {str(name): str(name) for name in values}, labels, {}, {})


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns as numbers under words, in one step where they are numbers already."""
    names = [str(name) for name in frame]
    if all(isinstance(kind, np.dtype) and kind.kind in "fiu" for kind in frame.dtypes):
        table = frame.to_numpy(dtype=float)
        if not np.isinf(table).any():
            return pd.DataFrame(table, index=frame.index, columns=pd.Index(names), copy=True)
    columns = {name: _numbers(frame.iloc[:, j], name) for j, name in enumerate(names)}
    return pd.DataFrame(columns, index=frame.index)


def _numbers(column: pd.Series, name: str) -> NDArray[np.float64]:
    try:
        values = column.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        bad = next((v for v in column if isinstance(v, str)), column.iloc[0])
        raise InputError(
            f"item {name} must be a column of numbers, got {str(bad)!r}; leave the column out, or "
            "name it in groups="
        ) from None
    if np.isinf(values).any():
        raise InputError(f"item {name} must hold finite numbers, got an infinite one")
    return values


def _from_responses(data: Items, language: str | None) -> Answers:
    from collective_use.scores.score import score

    scores = data if hasattr(data, "responses") else score(data)
    responses = scores.responses
    bank = responses.instrument
    spoken = dict.fromkeys((*bank.languages, *languages()))
    if language is not None and language not in spoken:
        raise InputError(f"language must be one of {quoted(spoken)}, got {language!r}")
    values = scores.items.astype(float)
    constructs = _scales_of(bank, values)
    names = _names_of(bank, list(constructs), language or bank.languages[0])
    wanted = list(dict.fromkeys(item for own in constructs.values() for item in own))
    named = {item: bank.get_item(item).scale for item in wanted}
    scale = {item: bank.get_scale(used) for item, used in named.items() if used}
    empty = [i for i in wanted if values[i].notna().sum() == 0]
    wanted = [i for i in wanted if i not in set(empty)]
    kept = {n: tuple(i for i in own if i in set(wanted)) for n, own in constructs.items()}
    kept = {name: own for name, own in kept.items() if own}
    notes = (f"Nobody answered {quoted(empty)}.",) if empty else ()
    facets = {i: bank.get_item(i).facet for i in wanted}
    return Answers(
        values[wanted],
        kept,
        {**{str(item): str(item) for item in values}, **names},
        responses.persons.get("group"),
        {item: float(used.low) for item, used in scale.items()},
        {item: float(used.high) for item, used in scale.items()},
        tuple(i for i in wanted if bank.get_item(i).reverse),
        {m.id: m.construct_id for m in bank.measures if m.id in kept},
        notes,
        {item: facet for item, facet in facets.items() if facet},
        _close(bank, kept),
    )


def _scales_of(bank: Instrument, values: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the items at hand of each perception measure; a second one of the same items is none.

    The spread of items that are averaged elsewhere is such a second one.
    """
    out: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for measure in bank.measures:
        own = tuple(i for i in measure.items if i in values.columns)
        if own and measure.source == "perception" and not set(own) <= taken:
            out[measure.id] = own
            taken |= set(own)
    return out


def _names_of(bank: Instrument, measures: list[str], language: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for name in measures:
        measure = bank.get_measure(name)
        construct = bank.get_construct(measure.construct_id)
        for tongue in (bank.languages[0], language):
            found = measure.name.get(tongue) or construct.name.get(tongue)
            out[name] = found or out.get(name, name)
    return out


def _close(bank: Instrument, kept: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    """Return the longest measures of constructs that theory calls close, pair by pair."""
    longest: dict[str, str] = {}
    for name in sorted(kept, key=lambda name: len(kept[name])):
        longest[bank.get_measure(name).construct_id] = name
    return tuple(
        (longest[construct.id], longest[other])
        for construct in bank.constructs
        for other in construct.close_to
        if construct.id in longest and other in longest
    )


def _with_constructs(found: Answers, constructs: Constructs) -> Answers:
    listed = {str(name): tuple(str(i) for i in own) for name, own in constructs.items()}
    for name, own in listed.items():
        if not own:
            raise InputError(f"construct {name!r} must have items, got none")
    wanted = list(dict.fromkeys(item for own in listed.values() for item in own))
    kept = found.only(wanted)
    names = {**{name: name for name in listed}, **kept.names}
    return replace(kept, constructs=listed, names=names)
