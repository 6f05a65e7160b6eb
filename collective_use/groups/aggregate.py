"""From persons to groups: each measure by its own composition, with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from collective_use.checks import did_you_mean, one_of, quoted, whole_number
from collective_use.compositions import ANSWERS, SHARED, SPREAD, offered
from collective_use.cutoffs import Cutoff, cutoffs_with
from collective_use.errors import InputError
from collective_use.groups.counts.survey import SurveyCounts
from collective_use.groups.evidence.counted import (
    counted_evidence,
    counted_record,
)
from collective_use.groups.evidence.informants import informant_evidence
from collective_use.groups.evidence.kinds import answers_to
from collective_use.groups.evidence.refusals import refused_checks
from collective_use.groups.evidence.result import Evidence, EvidenceByMeasure, empty_evidence
from collective_use.groups.evidence.settings import Settings
from collective_use.groups.evidence.shared import member_evidence
from collective_use.groups.evidence.spread import spread_evidence
from collective_use.groups.evidence.voices import partner_codes
from collective_use.groups.keys import GroupKeys, group_keys
from collective_use.groups.results import Groups
from collective_use.instrument.model import Instrument, Measure
from collective_use.instrument.vocabulary import NULLS
from collective_use.numerics.groups.statistics import group_statistics
from collective_use.numerics.threads import thread_controller
from collective_use.progress import step
from collective_use.record import Record
from collective_use.responses.table import Responses
from collective_use.scores.table import Scores


def aggregate(
    scores: Scores | SurveyCounts,
    *,
    cutoffs: Mapping[str, float] | None = None,
    measures: Iterable[str] | None = None,
    nulls: Iterable[str] | None = None,
    repetitions: int = 2000,
    seed: int | None = 1,
    voice: Literal["member", "partner"] = "member",
    by_item: bool = True,
) -> Groups:
    """Aggregate scored persons to groups and gather the evidence for each measure.

    A measure that members are meant to share (direct consensus, referent shift) becomes the
    mean of its members, with rwg(j), AD, ICC(1) and ICC(2) (Chan 1998; Bliese 2000); an
    additive one the mean with ICC(2); separation, disparity and variety become their own
    indices (Harrison & Klein 2007), network and allocation measures those of the roster. A
    check that does not fit the composition is refused with a sentence that says why.

    A group is never dropped: groups with fewer members than the cut-off `group_size` stay,
    with missing values and the reason.

    Parameters
    ----------
    scores
        Result of `collective_use.score`; or of `collective_use.count_survey`, for surveys larger
        than memory: from counts of answers by group alone, with the same numbers. What asks for
        the answers of persons is then not computed, and says which sample it would take.
    cutoffs
        Other values for named cut-offs, for example ``{"rwg_j": 0.8, "group_size": 2}``.
    measures
        Ids of the measures wanted; all by default.
    nulls
        Null distributions of agreement for every shared measure, the one that judges first; by
        default those that each measure declares, else the uniform beside a slight skew.
    repetitions
        Draws for the chance of as much agreement in each group (Cohen, Doveh & Nahum-Shani
        2009), more where they could change a side; 0 leaves it out. Random group resampling
        needs none: it has a closed form.
    seed
        Their seed.
    voice
        ``"member"``: each member counts alike in the mean of a group. ``"partner"``: each
        partner organisation does, where partners are known, so that six people of one agency
        do not outvote four partners.
    by_item
        Whether the evidence keeps a row a group and item (`item_agreement_frame`); with millions
        of groups it is what takes most memory.

    Returns
    -------
    Groups
        `values` (a row a group), `evidence` (by measure), `agreement_frame()`,
        `measures_frame()` and the `record`.

    Raises
    ------
    InputError
        When a cut-off or a measure is not known, or persons have no group.

    Examples
    --------
    >>> import collective_use as cu
    >>> responses = cu.read_responses(cu.sample_path("lq2002.csv"), "lq2002")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> sorted(groups.evidence)
    ['hostil', 'lead', 'tsig']
    """
    if isinstance(scores, Responses):
        raise InputError("scores must be scored persons: cu.aggregate(cu.score(responses))")
    counted = isinstance(scores, SurveyCounts)
    if not counted and not (hasattr(scores, "responses") and hasattr(scores, "answered")):
        kind = type(scores).__name__
        raise InputError(f"scores must be what cu.score(responses) returns, got {kind}")
    rules = cutoffs_with(cutoffs)
    whole_number("repetitions", repetitions, at_least=0)
    one_of("voice", voice, ("member", "partner"))
    settings = Settings(rules, repetitions, seed, voice, _nulls(nulls), by_item=by_item)
    if isinstance(scores, SurveyCounts):
        return _from_counts(scores, settings, cutoffs, measures)
    responses = scores.responses
    settings = replace(settings, partners=partner_codes(responses))
    wanted = _wanted(responses.instrument.measures, measures)
    keys = group_keys(responses.persons, responses.members)
    record = _start(responses.record.joined(_new_entries(scores)), keys, cutoffs, rules)
    record = _spoken(record, scores, voice)
    evidence: dict[str, Evidence] = {}
    with thread_controller().limit(limits=1):
        for done, measure in enumerate(wanted):
            step("groups", done, len(wanted))
            evidence[measure.id] = _evidence(scores, keys, measure, settings)
            record = _noted(record, evidence[measure.id])
    values = _values(scores, keys, evidence, rules)
    known = EvidenceByMeasure(evidence, _names(responses.instrument))
    return Groups(values, known, record, responses.instrument, scores)


def _from_counts(
    counted: SurveyCounts, settings: Settings, changes: Mapping[str, float] | None,
    measures: Iterable[str] | None,
) -> Groups:  # fmt: skip
    """Aggregate from counts of answers by group."""
    if settings.voice == "partner":
        raise InputError("voice must be 'member' with counted answers: they know no partners")
    wanted = _wanted(counted.instrument.measures, measures)
    keys = counted.keys
    record = _start(counted_record(counted), keys, changes, settings.cutoffs)
    evidence: dict[str, Evidence] = {}
    with thread_controller().limit(limits=1):
        for done, measure in enumerate(wanted):
            step("groups", done, len(wanted))
            evidence[measure.id] = counted_evidence(counted, keys, measure, settings)
            record = _noted(record, evidence[measure.id])
    known = EvidenceByMeasure(evidence, _names(counted.instrument))
    values = _values(None, keys, evidence, settings.cutoffs)
    return Groups(values, known, record, counted.instrument)


def _nulls(names: Iterable[str] | None) -> tuple[str, ...]:
    chosen = (names,) if isinstance(names, str) else tuple(names or ())
    for name in chosen:
        one_of("nulls", name, NULLS)
    return chosen


def _names(instrument: Instrument) -> dict[str, list[str]]:
    """Return how people call each measure: its name, its construct's and that one's id."""
    constructs = {part.id: part for part in instrument.constructs}
    found = {}
    for measure in instrument.measures:
        words = [*measure.name.values(), measure.construct_id]
        if measure.construct_id in constructs:
            words += constructs[measure.construct_id].name.values()
        found[measure.id] = words
    return found


def _spoken(record: Record, scores: Scores, voice: str) -> Record:
    """Note what counts how much in the mean of a group."""
    if voice == "partner":
        return record.note(
            "groups", "decision", "Each partner organisation counts alike in the mean of a group."
        )
    if "weight" in scores.responses.persons.columns:
        return record.note(
            "groups",
            "decision",
            "Means of groups are weighted; agreement and ICC count each alike.",
        )
    return record


def _new_entries(scores: Scores) -> Record:
    """Return what scoring added to the record of the responses."""
    before = scores.responses.record.entries
    after = scores.record.entries
    return Record(after[len(before) :] if after[: len(before)] == before else after)


def _wanted(known: tuple[Measure, ...], names: Iterable[str] | None) -> list[Measure]:
    if names is None:
        return list(known)
    by_id = {measure.id: measure for measure in known}
    chosen = list(dict.fromkeys(names))
    for name in chosen:
        if name not in by_id:
            raise InputError(
                f"measures must be among {quoted(by_id)}, got {name!r}{did_you_mean(name, by_id)}"
            )
    return [by_id[name] for name in chosen]


def _evidence(scores: Scores, keys: GroupKeys, measure: Measure, settings: Settings) -> Evidence:
    instrument = scores.responses.instrument
    answers = answers_to(instrument, measure, instrument.get_item(measure.items[0]))
    if offered(measure.composition, answers) is None:
        of = ANSWERS.get(answers, "answers of this kind")
        why = f"a measure of composition {measure.composition!r} is not computed from {of}"
        return empty_evidence(measure, keys.labels, why, refused_checks(measure))
    if answers == "told":
        return informant_evidence(scores, keys, measure)
    if answers in ("statements", "kinds"):
        if measure.composition in SPREAD:
            return spread_evidence(scores, keys, measure, settings.cutoffs)
        return member_evidence(scores, keys, measure, settings)
    from collective_use.groups.evidence.rosters import roster_evidence

    return roster_evidence(scores, keys, measure, settings.cutoffs)


def _start(
    record: Record,
    keys: GroupKeys,
    changes: Mapping[str, float] | None,
    rules: Mapping[str, Cutoff],
) -> Record:
    for name in sorted(changes or {}):
        record = record.note("groups", "decision", f"Cut-off {name} {rules[name]}.")
    record = record.note(
        "groups",
        "decision",
        "A group is a " + " by ".join(keys.columns) + ".",
        count=keys.total,
        of="groups",
    )
    record = record.note(
        "groups",
        "decision",
        "Missing items: pairwise; the variance of an item uses every answer to it.",
    )
    least = rules["group_size"]
    few = np.flatnonzero(keys.frame["n"].to_numpy() < least.value)
    small = [keys.names[k] for k in few]
    if small:
        record = record.note(
            "groups",
            "left out",
            f"Fewer than {least.value:g} respondents: the group stays, its values are missing.",
            count=len(small),
            of="groups",
            what=small,
        )
    return record


def _noted(record: Record, evidence: Evidence) -> Record:
    if evidence.verdict == "not computed":
        text = f"{evidence.measure} was not computed: {evidence.explanation}"
        record = record.note("groups", "warning", text)
    by_group = evidence.by_group
    missing = np.flatnonzero(by_group["reason"].to_numpy(dtype=object) != "")
    if len(missing) and evidence.verdict != "not computed":
        names = [str(name) for name in by_group["group"].to_numpy(dtype=object)[missing]]
        record = record.note(
            "groups",
            "left out",
            f"{evidence.measure}: no group value, see the reason by group.",
            count=len(missing),
            of="groups",
            what=names,
        )
    if evidence.failing:
        record = record.note(
            "groups",
            "note",
            f"{evidence.measure}: groups below the cut-off; they stay in.",
            count=len(evidence.failing),
            of="groups",
            what=evidence.failing,
        )
    return record


def _values(
    scores: Scores | None,
    keys: GroupKeys,
    evidence: Mapping[str, Evidence],
    rules: Mapping[str, Cutoff],
) -> pd.DataFrame:
    frame = keys.frame.copy()
    least = rules["group_size"].value
    n = frame["n"].to_numpy()
    few = {k: f"{k} answered; at least {least:g} are asked for" for k in np.unique(n[n < least])}
    enough = n >= least
    frame["reason"] = [few.get(k, "") for k in n.tolist()]
    columns = {name: part.by_group["value"].to_numpy() for name, part in evidence.items()}
    facets = pd.DataFrame() if scores is None else scores.values
    for name in facets.columns:
        measure, dot, _facet = str(name).partition(".")
        if dot and measure in evidence and evidence[measure].composition in (*SHARED, "additive"):
            facet = group_statistics(facets[name].to_numpy(float), keys.codes, keys.total)
            columns[str(name)] = np.where(enough, facet.means[:, 0], np.nan)
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)
