"""What the cells of an item may hold: codes, labels in any language, missing answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collective_use.instrument.model import Instrument, Item, MissingOption, Option
from collective_use.responses.headings.wording import as_number, bare, normal, together


@dataclass(frozen=True)
class Key:
    """How the texts of a column become numbers.

    Attributes
    ----------
    valid
        The codes of the scale; empty when any number is valid.
    labels
        Code by normalised label, all languages together.
    missing
        Reason by normalised label or code of missing answers.
    shown
        Labels as printed, for messages.
    shown_missing
        Labels of answers that count as missing, as printed.
    ambiguous
        Labels that mean different codes in different languages.
    numeric
        Code by number, for labels that are numbers where one of them is not its own code: a
        number in the file may then be a code or a label. Empty everywhere else.
    name
        The label set in messages: ``"scale 'agree'"``.
    tick
        Whether the column holds ticks.
    named
        Whether any words in a column of ticks are a tick: the name of the person ticked.
    least
        The lowest valid number where any number is valid.
    most
        The highest valid number where any number is valid.
    """

    valid: frozenset[float] = frozenset()
    labels: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    shown_missing: tuple[str, ...] = ()
    ambiguous: frozenset[str] = frozenset()
    numeric: Mapping[float, float] = field(default_factory=dict)
    name: str = ""
    tick: bool = False
    named: bool = False
    least: float | None = None
    most: float | None = None


def scale_key(instrument: Instrument, item: Item) -> Key:
    """Return the key of an item: its response scale, or its own options.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("collective_data_use")
    >>> key = scale_key(bank, bank.get_item("cdu1"))
    >>> sorted(key.valid)[-1], key.missing["88"]
    (7.0, 'dont_know')
    """
    scale = instrument.get_scale(item.scale) if item.scale else None
    options = scale.options if scale else item.options
    missing = scale.missing if scale else ()
    labels, ambiguous = _labels(options)
    shown = (text for option in options for text in option.label.values())
    shown_missing = (text for entry in missing for text in entry.label.values())
    return Key(
        frozenset(float(option.code) for option in options),
        labels,
        _missing(missing),
        tuple(dict.fromkeys(shown)),
        tuple(dict.fromkeys(shown_missing)),
        ambiguous,
        _numeric(labels),
        f"scale {item.scale!r}" if item.scale else f"item {item.id!r}",
    )


def _labels(options: Sequence[Option]) -> tuple[dict[str, float], frozenset[str]]:
    """Return codes by label, and the labels that mean several codes."""
    labels: dict[str, float] = {}
    ambiguous = set()
    for option in options:
        for text in together(option.label):
            for spelling in {normal(text), bare(text)} - {""}:
                if labels.setdefault(spelling, float(option.code)) != option.code:
                    ambiguous.add(spelling)
    clear = {text: code for text, code in labels.items() if text not in ambiguous}
    return clear, frozenset(ambiguous)


def _missing(entries: Sequence[MissingOption]) -> dict[str, str]:
    """Return reasons by code and label of answers that count as missing."""
    missing: dict[str, str] = {}
    for entry in entries:
        if entry.code is not None:
            missing[str(entry.code)] = entry.reason
        elif entry.reason == "dont_know":
            missing["dk"] = entry.reason
        for text in together(entry.label):
            missing[normal(text)] = missing[bare(text)] = entry.reason
    return missing


def _numeric(labels: Mapping[str, float]) -> dict[float, float]:
    """Return labels that are numbers with their codes, where they could be mistaken."""
    numbers = {text: as_number(text) for text in labels}
    found = {n: labels[text] for text, n in numbers.items() if n is not None}
    return found if any(number != code for number, code in found.items()) else {}


def number_key(least: float | None = None, most: float | None = None) -> Key:
    """Return the key of a column in which any number is valid, or any within limits."""
    return Key(least=least, most=most)


def tick_key(label: Mapping[str, str] | None = None, *, named: bool = False) -> Key:
    """Return the key of a column of ticks; the option's own label counts as a tick."""
    texts = {normal(text): 1.0 for text in together(label or {}) if as_number(text) is None}
    return Key(
        frozenset((0.0, 1.0)), texts, {}, tuple((label or {}).values()), tick=True, named=named
    )
