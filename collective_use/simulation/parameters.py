"""What is true in simulated data, and what is planted as wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from collective_use.accepted import PlainDict, PlainMapping
from collective_use.checks import column_in, number_between, whole_number
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument
from collective_use.results import plain, short_repr

Pair = tuple[str, str]
SHARES = (
    "icc", "group_loading", "halo", "convergence", "dont_know", "no_occasion", "missing",
    "careless",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrueParameters:
    """The parameters that simulated answers come from.

    Latent variables are standardized over groups. They are called by the measures of the
    structural model; constructs without a measure in it are called by their construct.

    Attributes
    ----------
    paths
        Standardised path by (outcome, predictor). Empty means .30 for every path that the
        instrument's first mediation model has.
    correlations
        Between predictors that nothing explains, by pair; pairs not named have
        `correlation`.
    correlation
        See `correlations`.
    residual_correlation
        Between variables in the middle of a mediation, of what is left unexplained.
    icc
        Share of an item's latent variance that lies between groups.
    loadings
        Lowest and highest standardized within-group loading of an item; each item's own
        value is drawn once.
    group_loading
        Correlation of an item's group part with its latent variable.
    halo
        Share of a person's construct factors that all constructs have in common: the method
        variance of one respondent.
    convergence
        Correlation between a construct's latent variable and what its rosters, points and
        checklists show.
    difficulty
        Items' thresholds are shifted by up to this many standard deviations.
    dont_know, no_occasion
        Chance that one answer is of that kind where the scale offers it.
    response_rate
        Chance that a listed member answers.
    facts
        True answers of key informants by item: ``"members"``, ``"partners"``, the lowest
        number, or a code by the group's language.
    iccs, item_loadings
        Other values than `icc` by latent variable, and other loadings by item.
    missing
        Chance that a statement is left blank.
    careless
        Share of respondents who answer statements at random.
    languages
        Share of groups by language; by default languages take turns.
    stability
        Correlation of a latent variable, and of a person's factors, from one wave to the next.
    exact_groups
        Whether the groups' latent values are rotated so that their means and covariances in
        the sample are exactly the true ones: recovery then is free of sampling error at
        the group level.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.TrueParameters(icc=0.12).icc
    0.12
    """

    paths: Mapping[Pair, float] = field(default_factory=dict)
    correlations: Mapping[Pair, float] = field(default_factory=dict)
    correlation: float = 0.25
    residual_correlation: float = 0.20
    icc: float = 0.30
    loadings: tuple[float, float] = (0.60, 0.85)
    group_loading: float = 0.95
    halo: float = 0.20
    convergence: float = 0.80
    difficulty: float = 0.40
    dont_know: float = 0.0
    no_occasion: float = 0.0
    response_rate: float = 1.0
    iccs: Mapping[str, float] = field(default_factory=dict)
    item_loadings: Mapping[str, float] = field(default_factory=dict)
    missing: float = 0.0
    careless: float = 0.0
    languages: Mapping[str, float] = field(default_factory=dict)
    stability: float = 0.70
    facts: PlainMapping = field(default_factory=dict)
    exact_groups: bool = False

    def checked(self) -> TrueParameters:
        """Return the same parameters, or raise `InputError` for one outside its range."""
        for name in SHARES:
            number_between(name, getattr(self, name), 0, 1)
        for kind in ("iccs", "item_loadings", "languages"):
            for key, value in getattr(self, kind).items():
                number_between(f"{kind} of {key!r}", value, 0, 1)
        for pair, value in self.correlations.items():
            number_between(f"correlation of {pair[0]!r} and {pair[1]!r}", value, -1, 1)
        for name in ("correlation", "residual_correlation"):
            number_between(name, getattr(self, name), -1, 1)
        number_between("stability", self.stability, -1, 1)
        number_between("response_rate", self.response_rate, 0, 1, open_low=True)
        number_between("lowest loading", self.loadings[0], 0, self.loadings[1])
        number_between("highest loading", self.loadings[1], 0, 1)
        return self

    def __repr__(self) -> str:
        return short_repr(self)

    def to_dict(self) -> PlainDict:
        """Return plain values; pairs are written ``"outcome ~ predictor"``."""
        result = {name: plain(getattr(self, name)) for name in self.__slots__}
        result["paths"] = {f"{to} ~ {by}": value for (to, by), value in self.paths.items()}
        result["correlations"] = {f"{a} ~~ {b}": v for (a, b), v in self.correlations.items()}
        return result


@dataclass(frozen=True, slots=True)
class Flaws:
    """What is planted in an export so that a careful reader finds it.

    Attributes
    ----------
    previews, unfinished, straight_liners, duplicates
        How many rows of each kind.
    unanswered
        Chance that a Likert answer is -99: seen and left empty.
    single_member_groups
        How many groups are left with one answer.
    double_loading
        Item by the latent variable that it measures beside its own.
    bad_reverse
        Reverse items that most respondents answer as if they were not.
    too_close
        Pairs of latent variables; the second becomes nearly the same as the first.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.Flaws(straight_liners=5).straight_liners
    5
    """

    previews: int = 0
    unfinished: int = 0
    straight_liners: int = 0
    duplicates: int = 0
    unanswered: float = 0.0
    single_member_groups: int = 0
    double_loading: Mapping[str, str] = field(default_factory=dict)
    bad_reverse: tuple[str, ...] = ()
    too_close: tuple[Pair, ...] = ()

    def checked(self, instrument: Instrument) -> Flaws:
        """Return the same flaws, or raise `InputError` for an impossible one."""
        for name in ("previews", "unfinished", "straight_liners", "duplicates"):
            whole_number(name, getattr(self, name), at_least=0)
        whole_number("single_member_groups", self.single_member_groups, at_least=0)
        number_between("unanswered", self.unanswered, 0, 1)
        items = [item.id for item in instrument.items]
        for item_id in (*self.double_loading, *self.bad_reverse):
            column_in("a flawed item", item_id, items, where=f"the instrument {instrument.id}")
        for item_id in self.bad_reverse:
            if not instrument.get_item(item_id).reverse:
                raise InputError(f"bad_reverse must name reverse items, got {item_id!r}")
        return self

    def to_dict(self) -> PlainDict:
        """Return plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}
