"""What of a run was planned, result by result."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collective_use.accepted import PlainDict, PlainMapping
from collective_use.instrument.model import Instrument
from collective_use.planning.seal.deviations import Deviation, deviations
from collective_use.planning.seal.verify import read_seal
from collective_use.results import Result, Table
from collective_use.study.sealing.content import from_plan
from collective_use.study.settings import Study

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PlanCheck(Result):
    """What of a run was planned, result by result.

    Attributes
    ----------
    hash, sealed
        Of the plan: its hash and the date of sealing.
    amendments
        How often it was amended.
    deviations
        Settings of this run that are not as planned.
    results
        A row a result: ``result`` (measure, model, validation), ``name``, ``status`` (planned;
        planned, amended; planned, deviates; not planned) and ``why``.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> folder = tempfile.mkdtemp() + "/mine"
    >>> file = cu.init_study(folder, instrument="lq2002", export=str(cu.sample_path("lq2002.csv")))
    >>> _ = cu.seal_study(file)
    >>> cu.run_study(file, changes={"seed": 2}).outcome.plan.to_frame()["status"].unique().tolist()
    ['planned, deviates']
    """

    hash: str
    sealed: str
    amendments: int
    deviations: tuple[Deviation, ...]
    results: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a row a result."""
        return self.results

    def to_dict(self) -> PlainDict:
        """Return what run.json says of the plan."""
        return {
            "hash": self.hash,
            "sealed": self.sealed,
            "amendments": self.amendments,
            "deviations": [found.to_dict() for found in self.deviations],
            "results": self.results.to_dict(orient="records"),
        }

    def tables(self) -> tuple[Table, ...]:
        """Return the deviations and the results that are not simply as planned."""
        times = f", amended {self.amendments} times" if self.amendments else ""
        alike = self.results.groupby(["status", "why"], sort=False)
        rows = tuple(
            (status, _listed(part, len(self.results)), why)
            for (status, why), part in alike
        )  # fmt: skip
        title = f"Against the plan sealed on {self.sealed}{times}"
        head = Table(title, ("status", "results", "why"), rows)
        if not self.deviations:
            return (head,)
        listed = tuple((f.tier, f.place, f.planned, f.now) for f in self.deviations)
        return (head, Table("Deviations", ("tier", "setting", "planned", "now"), listed))


def _listed(part: pd.DataFrame, total: int, most: int = 6) -> str:
    """Return which results a row is about: all, or their names."""
    if len(part) == total:
        return f"all {total}"
    names = part["name"].tolist()
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def plan_check(
    study: Study, instrument: Instrument, results: Collection[tuple[str, str]]
) -> PlanCheck | None:
    """Hold a run against the plan that its study was sealed with; None when it was not.

    Parameters
    ----------
    study, instrument
        As they were run.
    results
        Kind and name of everything that the run came to: ``("measure", "ssm")``,
        ``("model", "M1")``, ``("validation", "quick")``.

    Raises
    ------
    InputError
        When the sealed file was changed.
    """
    if study.seal is None:
        return None
    import pandas as pd

    seal = read_seal(study.seal)
    found = from_plan(seal.content, study, instrument)
    amendments = deviations(seal.entries[0].content, seal.content)
    rows = [
        (kind, name, *_status(kind, name, seal.content, instrument, found, amendments))
        for kind, name in results
    ]
    frame = pd.DataFrame(rows, columns=["result", "name", "status", "why"])
    return PlanCheck(seal.hash, seal.entries[0].date, len(seal.entries) - 1, found, frame)


def _status(
    kind: str, name: str, planned: PlainMapping, instrument: Instrument,
    found: Sequence[Deviation], amendments: Sequence[Deviation],
) -> tuple[str, str]:  # fmt: skip
    reason = _unplanned(kind, name, planned)
    if reason:
        return "not planned", reason
    concerns = _concern(kind, name, planned, instrument)
    touching = [change for change in found if concerns(change)]
    if touching:
        return "planned, deviates", "; ".join(str(change) for change in touching)
    earlier = [change for change in amendments if concerns(change)]
    if earlier:
        return "planned, amended", "; ".join(str(change) for change in earlier)
    return "planned", ""


def _unplanned(kind: str, name: str, planned: PlainMapping) -> str:
    design, pipeline = planned["design"], planned["pipeline"]
    if kind == "model":
        ids = [model["id"] for model in design.get("models") or ()]
        return "" if name in ids else f"the plan names {', '.join(ids) or 'no model'}"
    if kind == "measure":
        there = [part["id"] for part in design["instrument"].get("measures", ())]
        wanted = design.get("measures") or there
        return "" if name in wanted and name in there else "the plan does not hold this measure"
    wished = pipeline.get(kind)
    return "" if wished else f"the plan has no {kind}"


def _concern(
    kind: str, name: str, planned: PlainMapping, instrument: Instrument
) -> Callable[[Deviation], bool]:
    """Return a function that tells whether a change touches a result."""
    measures = [part for part in instrument.measures if kind != "measure" or part.id == name]
    if kind == "model":
        texts = [model["syntax"] for model in planned["design"]["models"] if model["id"] == name]
        texts += [model.syntax for model in instrument.models if model.id == name]
        words = set(re.findall(r"\w+", " ".join(texts)))
        measures = [part for part in measures if part.id in words]
    items = {item for part in measures for item in part.items}
    scales = {item.scale for item in instrument.items if item.id in items and item.scale}
    watched = {
        *(f"instrument.measures.{part.id}" for part in measures),
        *(f"instrument.constructs.{part.construct_id}" for part in measures),
        *(f"instrument.items.{item}" for item in items),
        *(f"instrument.scales.{scale}" for scale in scales),
        "instrument.forms", "form", "instrument.id", "instrument.version",
        *([f"models.{name}"] if kind == "model" else []),
    }  # fmt: skip

    def touches(change: Deviation) -> bool:
        if change.tier == "pipeline":
            return change.place != "validation" or kind == "validation"
        return any(
            change.place == place or change.place.startswith(f"{place}.") for place in watched
        )

    return touches
