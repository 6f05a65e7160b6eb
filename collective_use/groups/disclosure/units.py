"""The scores that one person can have on a measure, as the instrument's scales give them."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.disclosure import Unit
from collective_use.instrument.model import Instrument


def unit_of(items: Sequence[str], instrument: Instrument, score: str = "mean") -> Unit | None:
    """Return the grid of one person's score over some items.

    Parameters
    ----------
    items
        Items of which the score is the mean or the sum.
    instrument
        The instrument, for their scales.
    score
        ``"mean"`` or ``"sum"``.

    Returns
    -------
    Unit or None
        None where an item has no scale with an end, such as a number or a roster.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> bank = load_instrument("lq2002")
    >>> unit_of(["hostil01", "hostil02"], bank)
    Unit(grain=0.5, low=0.0, high=4.0)
    """
    known = {item.id: item.scale for item in instrument.items if item.scale}
    if not items or any(name not in known for name in items):
        return None
    scales = [instrument.get_scale(str(known[name])) for name in items]
    share = 1.0 if score == "sum" else 1 / len(items)
    low = sum(scale.low for scale in scales) * share
    high = sum(scale.high for scale in scales) * share
    return Unit(share, low, high)
