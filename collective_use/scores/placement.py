"""What a placement test says: where words stand, which cannot be told apart, in each language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from collective_use.checks import instance_of
from collective_use.errors import InputError
from collective_use.instrument.placement import placed
from collective_use.responses.held import answer_frame, answer_names
from collective_use.responses.table import Responses
from collective_use.results import Result, Table, table_of

FEWEST = 30
"""Persons of each language for quartiles to be worth comparing: a planning value of our own."""


@dataclass(frozen=True)
class Placement(Result):
    """Where people put the words of scales.

    Attributes
    ----------
    words
        One row for each word and language: ``scale``, ``place`` on the scale, ``language``,
        ``word``, ``persons``, ``q1``, ``median``, ``q3`` (0 to 100), and ``overlaps``: whether its
        quartiles reach those of the word before.
    orders
        One row for each scale and language: ``persons`` who placed every word, and ``in_order``:
        the share of them who put every word above the one before.

    Examples
    --------
    >>> import collective_use as cu, pandas as pd
    >>> test = cu.placement_test("collective_data_use", ["agree7"])
    >>> answers = pd.DataFrame({f"place1_{k}": [15 * k - 15, 15 * k - 10] for k in range(1, 8)})
    >>> answers = answers.assign(first_language="en", person=["p1", "p2"])
    >>> cu.placement_results(cu.read_responses(answers, test)).orders["in_order"].tolist()
    [1.0]
    """

    words: pd.DataFrame
    orders: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each word and language."""
        return self.words

    def tables(self) -> tuple[Table, ...]:
        """Return the words of each scale, and how many people agree with their order."""
        few = self.orders["persons"].lt(FEWEST).any()
        notes = (
            "overlaps: quartiles reach those of the word before; people do not tell them apart.",
            "Compare the medians of one place across languages: words that stand elsewhere make a "
            "difference of levels between groups of different languages.",
            *((f"Fewer than {FEWEST} persons in a language: read it as a pilot.",) if few else ()),
        )
        return (
            table_of("Where words stand (0 to 100)", self.words, notes=notes, digits=1),
            table_of("Whose order is that of the scale", self.orders, digits=2),
        )


def placement_results(responses: Responses) -> Placement:
    """Summarize the answers to a placement test by word and language.

    Parameters
    ----------
    responses
        From `read_responses` with the instrument of the test (`placement_test`); the group is the
        person's first language.

    Raises
    ------
    InputError
        When the answers are to another instrument, or a number lies outside 0 to 100.

    Examples
    --------
    >>> import collective_use as cu, pandas as pd
    >>> test = cu.placement_test("collective_data_use", ["agree7"])
    >>> answers = pd.DataFrame({f"place1_{k}": [15 * k - 15, 15 * k - 10] for k in range(1, 8)})
    >>> answers = answers.assign(first_language="zh", person=["p1", "p2"])
    >>> cu.placement_results(cu.read_responses(answers, test)).orders["persons"].tolist()
    [2]
    """
    instance_of("responses", responses, Responses, "answers read by read_responses")
    items = {i.id: at for i in responses.instrument.items if (at := placed(i.id)) is not None}
    if not items:
        raise InputError(
            f"answers must be those to a placement test, got {responses.instrument.id!r}; make one "
            "with `collective-use placement make`"
        )
    there = answer_names(responses)
    answers = answer_frame(responses, [name for name in items if name in there])
    outside = [name for name in answers if not answers[name].dropna().between(0, 100).all()]
    if outside:
        raise InputError(f"places must be numbers from 0 to 100; others stand in {outside[0]!r}")
    language = responses.persons["group"].astype(str).to_numpy()
    groups = [(name, answers[language == name]) for name in dict.fromkeys(sorted(language))]
    words = pd.DataFrame(
        [row for name, part in groups for row in _words(responses, items, name, part)]
    )
    orders = pd.DataFrame([row for name, part in groups for row in _orders(items, name, part)])
    return Placement(_overlaps(words), orders)


def _words(
    responses: Responses, items: dict[str, tuple[int, int]], language: str, part: pd.DataFrame
) -> Iterator[dict[str, object]]:
    texts = {item.id: item.text for item in responses.instrument.items}
    for name in part:
        scale, place = items[str(name)]
        said = texts[str(name)]
        quartiles = part[name].quantile([0.25, 0.5, 0.75]).tolist()
        yield {
            "scale": scale,
            "place": place,
            "language": language,
            "word": said.get(language, next(iter(said.values()))),
            "persons": int(part[name].notna().sum()),
            **dict(zip(("q1", "median", "q3"), quartiles, strict=True)),
        }


def _overlaps(words: pd.DataFrame) -> pd.DataFrame:
    ordered = words.sort_values(["scale", "language", "place"], ignore_index=True)
    before = ordered.groupby(["scale", "language"])["q3"].shift()
    return ordered.assign(overlaps=(ordered["q1"] <= before).astype(bool))


def _orders(
    items: dict[str, tuple[int, int]], language: str, part: pd.DataFrame
) -> Iterator[dict[str, object]]:
    for scale in dict.fromkeys(number for number, _ in items.values()):
        mine = sorted(
            (name for name in map(str, part) if items[name][0] == scale), key=items.__getitem__
        )
        whole = part[mine].dropna()
        rising = pd.Series(True, index=whole.index)
        for low, high in pairwise(mine):
            rising &= whole[high] > whole[low]
        share = float(rising.mean()) if len(whole) else float("nan")
        yield {"scale": scale, "language": language, "persons": len(whole), "in_order": share}
