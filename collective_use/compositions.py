"""The one table of compositions: how persons become a group, in words only.

Which checks a composition asks for, which it refuses and why, and which indices can be its
group value for each kind of answers. The loader, aggregation, the data dictionary and the
documentation read it; the words of indices are rows of
`collective_use.index_words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from collective_use.index_words import family

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "statements": "statements, numbers and choices with an order",
        "kinds": "choices that name a kind",
        "ties": "ratings or ticks of the members of a roster",
        "ties_to_partners": "ratings or ticks of partners on a roster",
        "roles": "role ticks on a roster",
        "nominations": "one name for each area",
        "points": "points shared out over a roster",
        "ticks": "a checklist",
        "levels": "a rating list",
        "told": "what an informant or a record tells about the group",
    }
)
"""Kinds of answers that a measure is computed from."""

_BY_ITEM: Mapping[str, str] = {
    "roster_valued": "ties",
    "roster_binary": "ties",
    "roster_roles": "roles",
    "roster_nominate": "nominations",
    "allocation": "points",
    "checklist": "ticks",
    "rating_list": "levels",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be computed from one kind of answers.

    Attributes
    ----------
    values
        Indices that may be the group's value, the usual one first.
    beside
        Indices that may be named after it; they describe, and are no value of this composition.
    """

    values: tuple[str, ...]
    beside: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All indices on offer."""
        return (*self.values, *self.beside)


@dataclass(frozen=True, slots=True)
class Composition:
    """One way from persons to groups.

    Attributes
    ----------
    name
        Its word in the instrument.
    source
        Who describes it.
    when
        When to use it, in words.
    checks
        The evidence that fits it, its own first.
    offers
        By kind of answers, the indices it is computed by.
    refused
        The indices of evidence that do not fit.
    why
        The sentence that says why they do not fit.
    instead
        What to read in their place.
    gate
        The cut-off of the share of members who must have answered, or none.
    """

    name: str
    source: str
    when: str
    checks: tuple[str, ...]
    offers: Mapping[str, Offer]
    refused: tuple[str, ...] = ()
    why: str = ""
    instead: str = ""
    gate: str = ""
    no_value: Mapping[str, str] = field(default_factory=dict)

    @property
    def indices(self) -> tuple[str, ...]:
        """Every index that a measure of this composition may name."""
        return tuple(dict.fromkeys(n for offer in self.offers.values() for n in offer.names))


_CHAN = "Chan 1998, Journal of Applied Psychology 83:234"
_HARRISON = "Harrison & Klein 2007, Academy of Management Review 32:1199"
_KOZLOWSKI = "Kozlowski & Klein 2000, in Multilevel theory, research, and methods"

AGREEMENT: tuple[str, ...] = ("rwg", "rwg_j", "rwg_j_lindell", "awg", "ad")
ICC: tuple[str, ...] = ("icc1", "icc2")
_ALL = (*AGREEMENT, *ICC)

_OF_AMOUNTS = Offer(family("amounts"))
_OF_COUNTS = Offer(family("counts"))
_OF_TARGETS = Offer(family("targets"))
_OF_NAMES = Offer(family("names"))
_SPREAD = {
    "sd": (
        "the SD says how members differ, which is a measure of its own: composition 'separation'"
    )
}
_SHARED = {"statements": Offer(("mean",), ("sd",))}
_LISTS = {"ticks": Offer(family("areas")), "levels": Offer(family("areas"))}


def _composition(name: str, source: str, when: str, checks: str, offers: Mapping[str, Offer],
                 refused: tuple[str, ...] = (), why: str = "", instead: str = "",
                 gate: str = "") -> Composition:  # fmt: skip
    no_value = _SPREAD if any("sd" in offer.beside for offer in offers.values()) else {}
    return Composition(
        name, source, when, tuple(checks.split()), MappingProxyType(dict(offers)), refused, why,
        instead, gate, MappingProxyType(no_value),
    )  # fmt: skip


_DIFFER = (
    "it describes how members differ, so agreement among them would only say that the "
    "construct is low (Harrison & Klein 2007)"
)

_ROWS = (
    _composition(
        "direct_consensus", _CHAN,
        "statements are about oneself, and agreement makes them the group's (\"I ...\")",
        "agreement icc", _SHARED,
    ),
    _composition(
        "referent_shift", _CHAN,
        'statements are about the group, and members are meant to agree ("our lab ...")',
        "agreement icc", _SHARED,
    ),
    _composition(
        "additive", _CHAN,
        "statements are about oneself, and members need not agree",
        "icc", {"statements": Offer(family("shared"), ("sd",)), **_LISTS},
        AGREEMENT,
        "an additive composition averages members whatever their agreement (Chan 1998), "
        "so rwg cannot be a gate; ICC(2) says how reliable the mean is",
    ),
    _composition(
        "separation", _HARRISON,
        "members differ in opinion: how far?",
        "group_size response_rate",
        {"statements": Offer(family("separation"))},
        _ALL, _DIFFER, "the number of members and the response rate",
    ),
    _composition(
        "disparity", _HARRISON,
        "members differ in having: how unequal?",
        "group_size response_rate rater_agreement",
        {
            "statements": _OF_AMOUNTS,
            "ties": _OF_TARGETS,
            "ties_to_partners": _OF_TARGETS,
            "points": _OF_TARGETS,
            "ticks": _OF_COUNTS,
            "levels": _OF_COUNTS,
        },
        _ALL, _DIFFER,
        "the response rate and, where several rate each target, the agreement of raters, ICC(A,k)",
        "response_rate",
    ),
    _composition(
        "variety", _HARRISON,
        "members differ in kind: how many kinds?",
        "group_size response_rate",
        {
            "kinds": Offer(family("kinds")),
            **_LISTS,
            "nominations": _OF_NAMES,
        },
        _ALL, _DIFFER, "the response rate", "response_rate",
    ),
    _composition(
        "network", "Wasserman & Faust 1994, Social network analysis",
        "who has ties with whom (a roster)", "response_rate group_size",
        {
            "ties": Offer(family("ties")),
            "ties_to_partners": _OF_TARGETS,
            "roles": Offer(family("roles")),
            "nominations": _OF_NAMES,
        },
        _ALL,
        "a network index belongs to the pattern of ties and has no ratings of one common "
        "target to agree on; report the response rate",
        "the response rate and the agreement within dyads", "response_rate",
    ),
    _composition(
        "allocation", _HARRISON,
        "points shared out over members or partners",
        "rater_agreement response_rate group_size",
        {"points": _OF_TARGETS},
        _ALL,
        "points are given to targets within a group, so what can agree are the raters "
        "about each target: ask for rater_agreement",
        "the agreement of raters about each target, ICC(A,k)", "response_rate",
    ),
    _composition(
        "global", _KOZLOWSKI,
        "observed once for the group (informant, record)",
        "informant_agreement none",
        {"told": Offer(family("told"))},
        _ALL,
        "a global property is observed once for the group (Kozlowski & Klein 2000), so "
        "there are no members to agree; several informants can: ask for informant_agreement",
        "the agreement of informants where there are several",
    ),
)  # fmt: skip

COMPOSITIONS: Mapping[str, Composition] = MappingProxyType({row.name: row for row in _ROWS})
"""All compositions by name."""

SHARED: tuple[str, ...] = tuple(
    row.name for row in _ROWS if "agreement" in row.checks and not row.refused
)
"""Composition models in which members are meant to agree."""

SPREAD: tuple[str, ...] = ("separation", "disparity", "variety")
"""Composition models in which the difference between members is the construct."""


def answers_of(composition: str, kind: str, *, of_partners: bool = False) -> str:
    """Return the kind of answers that an item gives to a measure; empty where none.

    Parameters
    ----------
    composition
        The measure's composition.
    kind
        The item's kind.
    of_partners
        Whether the item's roster lists partners.

    Examples
    --------
    >>> answers_of("disparity", "likert"), answers_of("variety", "choice")
    ('statements', 'kinds')
    >>> answers_of("network", "roster_valued", of_partners=True)
    'ties_to_partners'
    """
    if composition == "global":
        return "told"
    if kind in ("likert", "number", "choice"):
        return "kinds" if composition == "variety" else "statements"
    found = _BY_ITEM.get(kind, "")
    return "ties_to_partners" if found == "ties" and of_partners else found


def offered(composition: str, answers: str) -> Offer | None:
    """Return what a composition computes from one kind of answers, or None.

    Examples
    --------
    >>> offered("separation", "statements").values[0]
    'sd'
    >>> offered("separation", "points") is None
    True
    """
    return COMPOSITIONS[composition].offers.get(answers)


def first_index(composition: str, answers: str, named: Iterable[str] = ()) -> str:
    """Return the index that is the group's value: the first named, else the usual one.

    Examples
    --------
    >>> first_index("variety", "kinds"), first_index("variety", "kinds", ["distinct"])
    ('blau', 'distinct')
    """
    offer = offered(composition, answers)
    return next(iter(named), "" if offer is None else offer.values[0])
