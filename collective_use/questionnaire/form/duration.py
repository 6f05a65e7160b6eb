"""How long a form takes, for its first page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from collective_use.instrument.lint.burden import minutes_for
from collective_use.instrument.model import Block, Instrument

TYPICAL_GROUP = 8
"""Members assumed for the time that rosters take, where the form is not made for one group."""


def minutes_to_answer(
    instrument: Instrument, blocks: Sequence[Block], languages: Sequence[str], members: int = 0
) -> int:
    """Return the time to answer in the slowest of the languages, in whole minutes.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("lq2002")
    >>> minutes_to_answer(bank, bank.get_form().blocks, ["en"]) <= 5
    True
    """
    size = members or TYPICAL_GROUP
    return math.ceil(max(minutes_for(instrument, blocks, size, name) for name in languages))
