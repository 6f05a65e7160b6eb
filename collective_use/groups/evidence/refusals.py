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
    sentence = f"{measure.id} is not judged by agreement or ICC: {row.why}."
    if measure.composition == "additive":
        sentence = f"{measure.id} is not judged by agreement: {row.why}."
    return dict.fromkeys(row.refused, sentence)
