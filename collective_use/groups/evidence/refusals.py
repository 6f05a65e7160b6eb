"""Which check fits which composition, and the sentences for those that do not."""

from __future__ import annotations

from collective_use.instrument.model import SHARED, Measure

SPREAD: tuple[str, ...] = ("separation", "disparity", "variety")
"""Composition models in which the difference between members is the construct."""

_CHAN = "Chan 1998, Journal of Applied Psychology 83:234"
_HARRISON = "Harrison & Klein 2007, Academy of Management Review 32:1199"

_WHY: dict[str, str] = {
    "additive": (
        "An additive measure is the average of its members whatever they think of each other "
        f"({_CHAN}): members need not agree, so rwg is no gate. Read ICC(2), the reliability "
        "of the group means, instead."
    ),
    "separation": (
        "This measure is the distance between members: where they differ, it is high. Asking "
        "that they agree would throw out just the groups that carry the construct "
        f"({_HARRISON}). Read the number of members and the response rate instead."
    ),
    "disparity": (
        "This measure is the concentration of something among members: where one has more than "
        "the others, it is high. Agreement and ICC would take that difference for error "
        f"({_HARRISON}). Read the response rate and, where several rate each target, the "
        "agreement of raters about each target instead."
    ),
    "variety": (
        "This measure counts how many kinds of members there are: members are meant to differ, "
        f"and kinds have no mean to agree on ({_HARRISON}). Read the response rate instead."
    ),
    "network": (
        "This measure is a property of the ties between members; each report is about another "
        "tie, so there is no common target on which reports could agree. Read the response "
        "rate and the agreement within dyads instead."
    ),
    "allocation": (
        "This measure is how 100 points spread over targets; the points of one rater are not "
        "answers to one question on which members could agree or differ. Read the agreement "
        "of raters about each target, ICC(A,k), instead."
    ),
    "global": (
        "This measure is a property of the group itself, told by an informant or a record: "
        "there are no members' answers to compare. Read the agreement of informants where "
        "there are several."
    ),
}

_AGREEMENT = ("rwg", "rwg_j", "rwg_j_lindell", "awg", "ad")
_ICC = ("icc1", "icc2")


def refused_checks(measure: Measure) -> dict[str, str]:
    """Return the checks that do not fit a measure, each with the sentence that says why.

    Examples
    --------
    >>> from collective_use.instrument.model import Measure
    >>> m = Measure(id="alc", construct="power", composition="allocation", items=("alc1",))
    >>> sorted(refused_checks(m))
    ['ad', 'awg', 'icc1', 'icc2', 'rwg', 'rwg_j', 'rwg_j_lindell']
    """
    if measure.composition in SHARED:
        return {}
    names = _AGREEMENT if measure.composition == "additive" else (*_AGREEMENT, *_ICC)
    return dict.fromkeys(names, _WHY[measure.composition])
