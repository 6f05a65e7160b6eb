"""Models that an instrument declares, as model text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError

if TYPE_CHECKING:
    from collective_use.instrument.model import Instrument


def measurement_model(
    instrument: Instrument,
    measures: Sequence[str] | None = None,
    *,
    items: Sequence[str] | None = None,
) -> str:
    """Write the measurement model of an instrument's reflective perception measures.

    Parameters
    ----------
    instrument
        The item bank.
    measures
        Measure ids; None takes every reflective perception measure.
    items
        Items at hand, such as those of a form; None takes all Likert items.

    Returns
    -------
    str
        One ``measure =~ item + item`` line per measure, for `fit_cfa` on reverse-keyed items.

    Raises
    ------
    InputError
        When a measure is not known, not reflective, or has fewer than two items at hand.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> text = measurement_model(load_instrument("lq2002"))
    >>> "=~" in text
    True
    """
    known = {measure.id: measure for measure in instrument.measures}
    if measures is None:
        chosen = [m.id for m in instrument.measures
                  if m.source == "perception" and m.aggregation == "reflective"]  # fmt: skip
    else:
        chosen = list(measures)
    kinds = {item.id: item.kind for item in instrument.items}
    lines = []
    for name in chosen:
        if name not in known:
            hint = did_you_mean(name, known)
            raise InputError(f"measures must be of the instrument, got {name!r}{hint}")
        measure = known[name]
        if measure.aggregation != "reflective":
            raise InputError(f"{name!r} is formative: its items have no common factor")
        own = [i for i in measure.items if kinds.get(i) == "likert"]
        own = [i for i in own if items is None or i in set(items)]
        if len(own) >= 2:
            lines.append(f"{name} =~ {' + '.join(own)}")
        elif measures is not None:
            raise InputError(f"{name!r} has {len(own)} Likert items at hand, a factor needs two")
    if not lines:
        raise InputError(f"no reflective measure with two Likert items among {quoted(chosen)}")
    return "\n".join(lines)
