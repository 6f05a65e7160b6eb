"""Which checks do not fit a measure, and the sentences that say why."""

from __future__ import annotations

from collective_use.compositions import COMPOSITIONS
from collective_use.instrument.model import Measure


def refused_checks(measure: Measure) -> dict[str, str]:
    """Return the checks that do not fit a measure, each with the sentence that says why.

    Examples
    --------
    >>> from collective_use.instrument.model import Measure
    >>> m = Measure(id="alc", construct="power", composition="allocation", items=("alc1",))
    >>> sorted(refused_checks(m))
    ['ad', 'awg', 'icc1', 'icc2', 'rwg', 'rwg_j', 'rwg_j_lindell']
    """
    row = COMPOSITIONS[measure.composition]
    read = f" Read {row.instead} instead." if row.instead else ""
    kind = f"{measure.composition} ({row.source})"
    return dict.fromkeys(row.refused, f"{measure.id} is {kind}: {row.why}.{read}")
