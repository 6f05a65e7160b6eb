"""A script for R that gives the report's numbers again, with the data that it needs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from collective_use.errors import InputError
from collective_use.frames import Record, records_of
from collective_use.groups.evidence.parts import SharedEvidence
from collective_use.instrument.model import SHARED, Measure
from collective_use.output import csv_bytes, write_file, write_folder
from collective_use.results import TableRow
from collective_use.study.run import StudyRun
from collective_use.study.walk import Outcome

CLOSED, OPTIMUM = 1e-6, 1e-3
"""How far R may be: closed forms, and an optimum (in the measures' own units)."""

WAYS = ("corrected", "means")
"""Ways that R's lavaan can fit to the same covariances."""

_SCRIPT = Path(__file__).with_name("check.R")


def write_r_script(run: StudyRun, path: str | Path) -> tuple[str, ...]:
    """Write an R script that gives the numbers of a report again, by psych, multilevel and lavaan.

    Beside ``check.R`` a folder ``check_data`` holds what it reads: answers by person without
    names, values of groups, the models. It is for the analyst and not to be passed on.
    Alpha, ICC(1), ICC(2), the median rwg(j) under the uniform null, paths, standardized paths
    and effects are compared; limits are this package's own (Monte Carlo draws).

    Parameters
    ----------
    run
        A study that was run in this session: the script needs the answers.
    path
        The script, such as ``check.R``.

    Returns
    -------
    tuple of str
        What the script compares.

    Raises
    ------
    InputError
        When the study has no measure that members share.
    OutputError
        When the files cannot be written.

    References
    ----------
    Croon & van Veldhoven (2007), Psychological Methods 12:45, for the covariances of the models.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> top = tempfile.mkdtemp()
    >>> run = cu.run_demo(top + "/demo", "lq2002")
    >>> cu.write_r_script(run, top + "/check.R")[:3]
    ('alpha lead', 'icc1 lead', 'icc2 lead')
    """
    outcome, place = run.outcome, Path(path)
    shared = list(_shared(outcome))
    if not shared:
        raise InputError("a script for R needs a measure that members share: this study has none")
    measures = pd.DataFrame([_measure(outcome, part, found) for part, found in shared])
    models = pd.DataFrame(list(_models(outcome)))
    expected = pd.DataFrame([*_of_measures(run, shared), *_of_models(run, models)])
    files = {
        "persons.csv": _persons(outcome), "groups.csv": _groups(outcome),
        "measures.csv": measures, "expected.csv": expected,
    }  # fmt: skip
    texts = {}
    if len(models):
        files["models.csv"] = models
        texts = {f"model_{name}.lav": outcome.models[name].syntax for name in models["model"]}
    written = [(name, csv_bytes(frame)) for name, frame in files.items()]
    written += [(name, text.encode("utf-8")) for name, text in texts.items()]
    content = {"makes": "data of a script for R", "of": "persons: not to be passed on"}
    write_folder(place.with_name(f"{place.stem}_data"), written, content)
    write_file(place, _SCRIPT.read_bytes())
    pairs = zip(expected["what"], expected["name"], strict=True)
    return tuple(f"{what} {name}" for what, name in pairs)


def _shared(outcome: Outcome) -> Iterator[tuple[Measure, SharedEvidence]]:
    """Yield measures whose numbers R gives, too: shared, of items with one scale."""
    for part in outcome.instrument.measures:
        found = outcome.groups.evidence.get(part.id)
        if part.composition in SHARED and isinstance(found, SharedEvidence) and _options(
            outcome, found
        ):  # fmt: skip
            yield part, found


def _options(outcome: Outcome, found: SharedEvidence) -> int:
    """Return the number of answers of the items' scale; 0 where they have not one in common."""
    bank = outcome.instrument
    scales = [bank.get_item(name).scale for name in found.items]
    codes = {tuple(bank.get_scale(name).codes) if name else () for name in scales}
    return len(codes.pop()) if len(codes) == 1 else 0


def _measure(outcome: Outcome, part: Measure, found: SharedEvidence) -> TableRow:
    least = outcome.study.minimum_group_size
    table = found.by_group
    judged = table.loc[(table["n"] >= least) & table["value"].notna(), "group"].astype(str)
    return {
        "measure": part.id, "items": " ".join(f"item.{name}" for name in found.items),
        "options": _options(outcome, found), "groups": " ".join(_codes(outcome, judged)),
    }  # fmt: skip


def _codes(outcome: Outcome, names: pd.Series[str]) -> list[str]:
    """Return groups by number: names may hold blanks, and are nobody's business."""
    order = {str(name): k for k, name in enumerate(outcome.groups.values["group"])}
    return [f"g{order[name]}" for name in names]


def _groups(outcome: Outcome) -> pd.DataFrame:
    values = outcome.groups.values
    kept = [name for name in values.columns if name in outcome.groups.evidence]
    whole = values[kept].copy()
    whole.insert(0, "group", _codes(outcome, values["group"].astype(str)))
    return whole


def _persons(outcome: Outcome) -> pd.DataFrame:
    items = outcome.scores.items.add_prefix("item.")
    kept = [name for name in outcome.scores.values if "." not in str(name)]
    group = outcome.responses.persons["group"].astype(str)
    whole = pd.concat([outcome.scores.values[kept], items], axis=1)
    whole.insert(0, "group", _codes(outcome, group))
    return whole


def _of_measures(run: StudyRun, shared: list[tuple[Measure, SharedEvidence]]) -> Iterator[TableRow]:
    exact, shown = _records(run.outcome.groups.measures_frame()), _records(run.shown.measures)
    for part, found in shared:
        names = ["icc1", "icc2"]
        names += [] if len(found.items) < 2 else ["alpha", "rwg_j_median"]
        for name in sorted(names):
            uniform = name != "rwg_j_median" or exact[part.id].get("null") == "uniform"
            value = float(exact[part.id].get(name, math.nan))
            if uniform and not math.isnan(value):
                seen = float(shown[part.id].get(name, math.nan))
                yield _row(name, part.id, seen, value, CLOSED)


def _records(frame: pd.DataFrame) -> dict[str, Record]:
    return {str(row["measure"]): row for row in records_of(frame)}


def _row(what: str, name: str, shown: float, exact: float, tolerance: float) -> TableRow:
    return {"what": what, "name": name, "shown": shown, "exact": exact, "tolerance": tolerance}


def _models(outcome: Outcome) -> Iterator[TableRow]:
    from collective_use.structure.values import group_data

    values = outcome.scores.values
    for name, fit in outcome.models.items():
        if fit.way not in WAYS:
            continue
        names = [str(one) for one in group_data(outcome.groups, fit.syntax).frame.columns]
        known = {part.id: part for part in outcome.instrument.measures}
        sampled = [
            one for one in names
            if one in values and known[one].composition in (*SHARED, "additive")
        ]  # fmt: skip
        if any(known[one].aggregation == "formative" for one in sampled):
            continue
        yield {
            "model": name, "way": fit.way, "names": " ".join(names),
            "sampled": " ".join(sampled),
            "groups": " ".join(_codes(outcome, pd.Series(fit.groups, dtype=str))),
        }  # fmt: skip


def _of_models(run: StudyRun, models: pd.DataFrame) -> Iterator[TableRow]:
    for name in models.get("model", ()):
        fit = run.outcome.models[name]
        for row in fit.fit.estimates.to_dict("records"):
            if row["op"] not in ("~", ":="):
                continue
            label = row["lhs"] if row["op"] == ":=" else f"{row['lhs']}~{row['rhs']}"
            yield _row(f"est.{name}", label, round(row["est"], 2), row["est"], OPTIMUM)
            if row["op"] == "~":
                std = row["std_all"]
                yield _row(f"std.{name}", label, round(std, 2), std, OPTIMUM)
