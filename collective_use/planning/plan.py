"""How many groups and members: precision, power and what can be shown, before any data."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from collective_use.checks import number_between, one_of, quoted, valid_seed, whole_number
from collective_use.errors import InputError
from collective_use.groups.results import Groups
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.planning import closed_tables, curves
from collective_use.planning.closed_tables import Design
from collective_use.planning.effects import effects_frame
from collective_use.planning.items import items_of_structure
from collective_use.planning.values import from_pilot, structure_of, with_paths
from collective_use.planning.words import (
    condensed_effects,
    condensed_needed,
    proposal_sentence,
)
from collective_use.planning.work import NOT_PLANNED, WAYS, Progress, pieces_of, run_pieces
from collective_use.results import Result, Table, table_of
from collective_use.simulation.parameters import TrueParameters


@dataclass(frozen=True)
class Plan(Result):
    """What a design can show.

    Attributes
    ----------
    precision
        One row a cell (`groups`, `members`): `answers` (expected of a group), `lost_groups` (share
        of groups with too few answers, to be asked in addition), `icc1_half_width`, `icc2`,
        `aggregation` (chance that F, ICC(1) and ICC(2) pass), with `spread` also `agreement`
        (chance that the median rwg(j) passes), `alpha_half_width`, `cfa_exact`,
        `cfa_close`, `invariance` (power, see docs/planning.md).
    effects
        One row a cell, way and indirect effect: `effect`, `true`, `power` (simulated), `error` (of
        the simulation), `power_closed` (closed form), `power_verdict` (chance that the effect is
        shown and all its measures pass the tests of aggregation, in the same studies), `mean`,
        `sd`, `coverage`, `limit` (what the way tends to), `unsolved` (share of studies without a
        solution). Empty without effects.
    needed
        One row a question and number of members: `question`, `way`, `effect`, `members`,
        `groups_planned` (fewest among those planned that attain the target), `groups` (fewest of
        all, by closed form), `reason` (why none does, with the limit; else empty).
    detectable
        One row a cell and way: how large the strongest indirect effect (`which`) must be to be
        shown (`effect`, `times` the planned paths; the others stay), and `reason` where none is.
    sentence
        For a proposal.
    design
        What was planned.
    notes
        How to read it.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.plan("lq2002", n_groups=[30, 60], n_members=8, effects=False)
    >>> found.precision["icc1_half_width"].round(2).tolist()
    [0.15, 0.1]
    """

    precision: pd.DataFrame
    effects: pd.DataFrame
    needed: pd.DataFrame
    detectable: pd.DataFrame
    sentence: str
    design: Design
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `needed`."""
        return self.needed.copy()

    def svg(self) -> str:
        """Return the curves of power as a picture (SVG)."""
        return curves.power_svg(self.effects, self.precision, self.design.power)

    def tables(self) -> tuple[Table, ...]:
        """Return what is needed, precision, and effects, effects put together by way."""
        needed = condensed_needed(self.needed)
        parts = [table_of("Groups needed", needed, notes=(self.sentence,))]
        parts.append(table_of("Precision and power by design", self.precision))
        if len(self.effects):
            parts.append(table_of("Power of the indirect effects", condensed_effects(self.effects)))
        if len(self.detectable):
            parts.append(table_of("Smallest indirect effect that can be shown", self.detectable))
        parts[-1] = Table(parts[-1].title, parts[-1].columns, parts[-1].rows, self.notes)
        return tuple(parts)


def plan(
    instrument: Instrument | str | Path,
    *,
    n_groups: int | Iterable[int] = (40, 60, 80, 100, 150, 200),
    n_members: int | Iterable[int] = (6, 12),
    response_rate: float = 1.0,
    fewest: int = 2,
    model: str | None = None,
    ways: Iterable[str] = ("means", "corrected"),
    values: TrueParameters | None = None,
    pilot: Groups | None = None,
    effects: bool = True,
    direct: bool | None = None,
    power: float = 0.80,
    significance: float = 0.05,
    half_width: float = 0.10,
    alpha: float = 0.80,
    spread: float | None = None,
    repetitions: int = 500,
    seed: int | None = 1,
    jobs: int | None = None,
    store: str | Path | None = None,
    told: Callable[[Progress], None] | None = None,
) -> Plan:
    """Plan a study: how many groups and members, or what can be shown with those there are.

    Parameters
    ----------
    instrument
        The item bank; its model and numbers of items are taken from it.
    n_groups, n_members
        Numbers of groups and of members of each to look at; every pair is a cell.
    response_rate
        Chance that a member answers.
    fewest
        Fewest answers of a group that counts; groups below are asked in addition.
    model
        Id of a model with a mediation; the first one by default.
    ways
        How the structure will be fitted: ``"means"``, ``"corrected"``, and ``"sam"`` (also
        ``"croon"``), structure after measurement by the items of the default form.
    values
        What is taken to be true: paths, correlations, ICC(1) of scale scores (`icc`, `iccs`) and
        the correlation of a member's deviations (`halo`); by default paths of .20.
    pilot
        Groups of a pilot study, for ICC(1) and halo.
    effects
        Whether indirect effects are simulated.
    direct
        Whether direct paths are estimated beside the indirect ones, which costs power; None: as
        the model has it.
    power, significance
        Power asked for, and significance level of the tests.
    half_width
        Of the interval of ICC(1) that is asked for.
    alpha
        Reliability taken to be true.
    spread
        Standard deviation of an item's answers over all persons, in steps between options, from a
        pilot or the literature: with it the chance that members agree enough is planned, too.
    repetitions, seed
        Studies simulated for each cell, and their seed; None draws one, which the design names.
    jobs
        Processes; None leaves it to ``joblib.parallel_config``, so that a cluster takes over.
    store
        Folder that keeps each finished piece: an interrupted plan goes on where it was.
    told
        Called with the `Progress`, first with the time expected.

    Returns
    -------
    Plan
        Tables, a picture, a sentence.

    Raises
    ------
    InputError
        When a cell cannot be reached (fewer than two answers, fewer groups than predictors), a
        value is impossible, or no data can have the planning values.

    Notes
    -----
    An indirect effect counts as shown when both of its paths are significant (joint
    significance). Fit of ICC, aggregation and CFA is by closed form; effects are simulated at the
    level of groups, and beside them stands the closed form.

    References
    ----------
    Bonett, D. G. (2002). Statistics in Medicine, 21, 1331-1335. MacCallum, R. C., Browne, M. W.,
    & Sugawara, H. M. (1996). Psychological Methods, 1, 130-149. MacKinnon, D. P., et al. (2002).
    Psychological Methods, 7, 83-104 (joint significance). Fuller, W. A. (1987). Measurement error
    models.

    Examples
    --------
    >>> import collective_use as cu
    >>> truth = cu.TrueParameters(icc=0.2)
    >>> found = cu.plan(
    ...     "collective_data_use", n_groups=[60], n_members=8, values=truth, repetitions=50, jobs=1
    ... )
    >>> len(found.effects)
    30
    """
    bank = as_instrument(instrument)
    design = Design(
        instrument=bank.id,
        groups=_numbers("n_groups", n_groups, 3),
        members=_numbers("n_members", n_members, 2),
        response_rate=response_rate,
        fewest=fewest,
        ways=_ways(ways),
        power=power,
        level=significance,
        half_width=half_width,
        alpha=alpha,
        repetitions=repetitions,
        seed=_drawn(seed),
        direct=direct,
        model=model,
        spread=spread,
    )
    _check(design)
    if jobs is not None:
        whole_number("jobs", jobs, at_least=1)
    truth = (values or TrueParameters()).checked()
    if pilot is not None:
        if not isinstance(pilot, Groups):
            raise InputError(f"pilot must be what cu.aggregate returns, got {type(pilot).__name__}")
        truth = from_pilot(truth, pilot)
    truth = with_paths(bank, truth)
    structure = structure_of(bank, model, truth, direct=direct) if effects else None
    if structure is not None:
        design.check_structure(structure)
    precision = closed_tables.precision_frame(bank, truth, design)
    needed = closed_tables.needed_precision(bank, truth, design)
    shown, detectable = pd.DataFrame(), pd.DataFrame()
    if structure is not None:
        cells = [(g, n) for n in design.members for g in design.groups]
        items = items_of_structure(bank, structure, truth) if "sam" in design.ways else None
        pieces = list(pieces_of(structure, cells, design, items))
        found = run_pieces(pieces, jobs=jobs, store=store, told=told)
        shown = effects_frame(structure, design, pieces, found, precision)
        needed = pd.concat(
            [needed, closed_tables.needed_effects(structure, design, shown)], ignore_index=True
        )
        detectable = closed_tables.detectable_frame(bank, model, truth, design)
    sentence = proposal_sentence(design, precision, needed, shown)
    return Plan(precision, shown, needed, detectable, sentence, design, _notes(design, effects))


MOST_PLANNED = 100_000
"""Groups, or members of a group, of one cell: more do not fit in memory."""


def _numbers(name: str, given: int | Iterable[int], least: int) -> tuple[int, ...]:
    listed = [given] if isinstance(given, int) else list(given)
    if not listed:
        raise InputError(f"{name} must be at least one number, got none")
    for value in listed:
        whole_number(name, value, at_least=least)
        if value > MOST_PLANNED:
            raise InputError(f"{name} must be at most {MOST_PLANNED:,}, got {value:,}")
    return tuple(sorted(set(listed)))


def _drawn(seed: int | None) -> int:
    valid_seed(seed)
    return secrets.randbelow(2**31) if seed is None else int(seed)


def _ways(given: Iterable[str]) -> tuple[str, ...]:
    listed = (given,) if isinstance(given, str) else tuple(given)
    # one way has two names
    return tuple(dict.fromkeys("sam" if way == "croon" else way for way in listed))


def _check(design: Design) -> None:
    number_between("response_rate", design.response_rate, 0, 1, open_low=True)
    number_between("power", design.power, 0, 1, open_low=True, open_high=True)
    number_between("significance", design.level, 0, 1, open_low=True, open_high=True)
    number_between("half_width", design.half_width, 0, 1, open_low=True)
    number_between("alpha", design.alpha, 0, 1, open_low=True, open_high=True)
    if design.spread is not None:
        number_between("spread", design.spread, 0, 50, open_low=True)
    whole_number("repetitions", design.repetitions, at_least=1)
    whole_number("fewest", design.fewest, at_least=2)
    if not design.ways:
        raise InputError(f"ways must name at least one of {quoted(WAYS)}, got none")
    for way in design.ways:
        if way in NOT_PLANNED:
            raise InputError(f"the way {way!r} cannot be planned: {NOT_PLANNED[way]}")
        one_of("ways", way, WAYS)
    for n in design.members:
        if n < design.fewest:
            raise InputError(
                f"members must be at least fewest ({design.fewest}), got {n}: no group would count"
            )
        if n * design.response_rate < 1:
            raise InputError(
                f"{n} members with a response rate of {design.response_rate:g} give fewer than "
                "one answer a group: this cell cannot be reached"
            )


def _notes(design: Design, effects: bool) -> tuple[str, ...]:
    agreement = (
        "agreement within groups (rwg) is not in it: state `spread` (--spread) for that"
        if design.spread is None
        else f"agreement: that the median rwg(j) passes under the uniform and the slightly skewed "
        f"null, with items that spread by {design.spread:g} steps"
    )
    notes = [
        f"Aggregation: chance that F, ICC(1) and ICC(2) pass their cut-offs; {agreement}. ICC(1) "
        "is that of scale scores.",
        f"CFA: power against RMSEA .05 (exact fit) and .08 (close fit), cases are persons; "
        f"reliability: alpha of {design.alpha:g}.",
    ]
    if effects:
        notes.append(
            "Effects: both paths significant. Other paths, ICCs or halo give other numbers: plan "
            "with several sets of values."
        )
    return tuple(notes)
