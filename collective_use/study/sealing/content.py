"""What of a study is sealed: its design and its pipeline, in plain values."""

from __future__ import annotations

from collections.abc import Mapping

from collective_use.accepted import PlainDict, PlainMapping
from collective_use.checks import quoted
from collective_use.cutoffs import cutoffs_with
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument
from collective_use.planning.seal.canonical import plain_content
from collective_use.planning.seal.deviations import Deviation, deviations
from collective_use.simulation.given import parameters_of
from collective_use.study.settings import Study

DESIGN = ("form", "measures", "hypotheses", "planning")
"""Settings of a study that belong to the design, beside its instrument and its models."""

UNSEALED: Mapping[str, str] = {
    "instrument": "sealed as a whole, by its content",
    "models": "sealed by their syntax",
    "cutoffs": "sealed with all that were left as they are",
    "minimum_group_size": "sealed among the cut-offs, as group_size",
    "exports": "files that need not exist yet; whether they did is noted",
    "members": "a file", "informants": "a file", "map": "a file",
    "platform": "how files are laid out",
    "columns": "how files are laid out", "encoding": "how files are laid out",
    "delimiter": "how files are laid out", "sheet": "how files are laid out",
    "out": "where results go", "full": "which files are written",
    "letterhead": "print only", "fill": "print only", "seal": "the seal itself",
}  # fmt: skip
"""Settings that are not sealed as they stand, with the reason; every other one is pipeline."""


def content_of(study: Study, instrument: Instrument) -> PlainDict:
    """Return what of a study is sealed: its design and its pipeline, in plain values.

    Parameters
    ----------
    study, instrument
        The decisions, and the item bank they name.

    Raises
    ------
    InputError
        When a model or a hypothesis names what the instrument does not have.

    Examples
    --------
    >>> import collective_use as cu
    >>> study = cu.Study(instrument="lq2002", exports="a.csv")
    >>> content_of(study, cu.load_instrument("lq2002"))["pipeline"]["seed"]
    1
    """
    settings = study.model_dump(mode="json")
    bank = instrument.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    models = {model.id: model for model in instrument.models}
    for name in study.models:
        if name not in models:
            raise InputError(f"model {name!r} is not in {instrument.id}; it has {quoted(models)}")
    _check_hypotheses(study, instrument)
    if study.planning is not None:
        parameters_of(study.planning.values)
    design = {
        "instrument": {"id": instrument.id, "version": instrument.version, **bank},
        **{name: settings[name] for name in DESIGN},
        "models": [{"id": name, "syntax": models[name].syntax.strip()} for name in study.models],
    }
    if settings["planning"] and settings["planning"]["spread"] is None:
        # plans sealed before there was this setting are as they were
        del settings["planning"]["spread"]
    for entry in settings["hypotheses"]:
        for name in ("moderator", "moderated"):
            if entry[name] is None:
                del entry[name]
    rules = cutoffs_with(study.all_cutoffs())
    kept = {key: value for key, value in settings.items() if key not in {*DESIGN, *UNSEALED}}
    pipeline = {**kept, "cutoffs": {name: float(rule.value) for name, rule in rules.items()}}
    content: PlainDict = plain_content({"design": design, "pipeline": pipeline})
    return content


def from_plan(planned: PlainMapping, study: Study, instrument: Instrument) -> tuple[Deviation, ...]:
    """Return what of a study is not as its sealed plan has it.

    A setting or cut-off that the plan does not know, since a later version of this package brought
    it, is no deviation as long as it stands at its default.

    Parameters
    ----------
    planned
        The sealed content.
    study, instrument
        As they are now.

    Examples
    --------
    >>> import collective_use as cu
    >>> study, bank = cu.Study(instrument="lq2002", exports="a.csv"), cu.load_instrument("lq2002")
    >>> from_plan(content_of(study, bank), study, bank)
    ()
    """
    now = content_of(study, instrument)
    bare = Study(instrument=study.instrument, exports=study.exports)
    usual = content_of(bare, instrument)
    for tier in ("design", "pipeline"):
        now[tier] = _without_news(planned.get(tier, {}), now[tier], usual[tier])
    rules = planned.get("pipeline", {}).get("cutoffs", {})
    pipeline = now["pipeline"]
    pipeline["cutoffs"] = _without_news(rules, pipeline["cutoffs"], usual["pipeline"]["cutoffs"])
    return deviations(planned, now)


def _without_news(planned: PlainMapping, now: PlainMapping, usual: PlainMapping) -> PlainDict:
    """Leave out what the plan does not know and nobody has set."""
    return {
        name: value for name, value in now.items() if name in planned or value != usual.get(name)
    }


def _check_hypotheses(study: Study, instrument: Instrument) -> None:
    models = {model.id for model in instrument.models}
    measures = {measure.id for measure in instrument.measures}
    seen: set[str] = set()
    for entry in study.hypotheses:
        if entry.id in seen:
            raise InputError(f"hypothesis {entry.id!r} is there twice")
        seen.add(entry.id)
        if entry.model is not None and entry.model not in models:
            raise InputError(
                f"hypothesis {entry.id} names model {entry.model!r}, which {instrument.id} does "
                f"not have; it has {quoted(models)}"
            )
        ends = [part.strip() for part in (entry.effect or "").split("->") if part.strip()]
        unknown = [part for part in ends if part not in measures]
        if unknown or len(ends) == 1:
            raise InputError(
                f"hypothesis {entry.id}: an effect runs over measures of {instrument.id}, such as "
                f"'con -> ssm -> cdu', got {entry.effect!r}"
            )
        if entry.moderator is not None and entry.moderator not in measures:
            raise InputError(
                f"hypothesis {entry.id}: moderator must be a measure of {instrument.id}, got "
                f"{entry.moderator!r}"
            )
