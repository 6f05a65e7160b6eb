"""Survey data with known truth: the one generator, for samples, tests and planning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.accepted import Array, PlainDict, PlainMapping
from collective_use.checks import valid_seed, whole_number
from collective_use.errors import InputError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import csv_bytes, json_bytes
from collective_use.platforms.columns import column_name
from collective_use.results import Result, Table, plain
from collective_use.simulation.export import qualtrics_csv
from collective_use.simulation.items import AnswerSheet, items_of_form
from collective_use.simulation.latents import Latents, draw_latents, next_wave
from collective_use.simulation.layouts.survey import sheet_of
from collective_use.simulation.layouts.write import export_files
from collective_use.simulation.parameters import Flaws, TrueParameters
from collective_use.simulation.people import draw_informants, draw_people
from collective_use.simulation.rosters import RosterAnswers
from collective_use.simulation.rows import META, FlawedRows, platform_columns, respondents
from collective_use.simulation.statements import Statements, TrueItem

NOTE = (
    "Paths and correlations are those of the standardized latent variables over groups, before "
    "flaws: too_close replaces the second variable of a pair. Means of few members on coarse "
    "scales give weaker paths."
)


COLUMN_MAP = "columns.yaml"
"""Written beside an export of several waves where the instrument names no column of waves."""


@dataclass(frozen=True)
class SimulatedSurvey(Result):
    """A survey that never took place, and what is true in it.

    Attributes
    ----------
    instrument
        Whose items were answered.
    rows
        The export's rows: platform columns, keys, answers, as text.
    members
        Every listed member: ``group``, ``member``, ``position``, ``partner``.
    informants
        One row a group: ``group`` and the group questions.
    truth
        Parameters, latent variables, items and planted flaws.

    Examples
    --------
    >>> import collective_use as cu
    >>> len(cu.simulate_responses("lq2002", n_groups=3, seed=1).members) > 0
    True
    """

    instrument: Instrument
    rows: pd.DataFrame
    members: pd.DataFrame
    informants: pd.DataFrame
    truth: PlainMapping

    def to_frame(self) -> pd.DataFrame:
        """Return keys and answers as a plain table: one row an answer sheet, text cells."""
        return self.rows[[name for name in self.rows.columns if name not in META]]

    def to_dict(self) -> PlainDict:
        """Return the truth."""
        return dict(plain(self.truth))

    def tables(self) -> tuple[Table, ...]:
        """Return a short description."""
        rows = (
            ("groups", len(self.informants)),
            ("listed members", len(self.members)),
            ("rows of the export", len(self.rows)),
            ("columns of answers", self.to_frame().shape[1]),
        )
        return (Table(f"Simulated survey ({self.instrument.id})", ("what", "n"), rows),)

    def export(self) -> str:
        """Return the export as Qualtrics writes it, with three heading rows."""
        return qualtrics_csv(self.rows, self.instrument)

    def files(self, platform: str = "qualtrics") -> dict[str, bytes]:
        """Return the files of `write`, by name.

        Parameters
        ----------
        platform
            Whose layout the export has; what a layout cannot hold stands in truth.json under
            ``left_out``.

        Raises
        ------
        InputError
            When no export of this platform can be simulated.
        """
        truth = dict(self.truth)
        if platform == "qualtrics":
            export = {"export.csv": self.export().encode("utf-8")}
        else:
            export, lost = export_files(sheet_of(self.instrument, self.rows, META), platform)
            truth |= {"platform": platform, "left_out": list(lost)}
        if "groups_by_wave" in truth and self.instrument.columns.wave is None:
            export[COLUMN_MAP] = b"wave: wave\n"
        return {
            **export,
            "members.csv": csv_bytes(self.members),
            "informants.csv": csv_bytes(self.informants),
            "truth.json": json_bytes(truth),
        }

    def left_out(self, platform: str) -> tuple[str, ...]:
        """Return the items that an export of this platform cannot hold."""
        if platform == "qualtrics":
            return ()
        return export_files(sheet_of(self.instrument, self.rows, META), platform)[1]

    def write(self, folder: str | Path, platform: str = "qualtrics") -> Path:
        """Write the export, members.csv, informants.csv and truth.json into a folder.

        Parameters
        ----------
        folder
            Made where it is not there.
        platform
            Whose layout the export has, see docs/planning.md.
        """
        place = Path(folder)
        files = self.files(platform)
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_bytes(content)
        return place


def simulate_responses(
    instrument: Instrument | str | Path,
    *,
    n_groups: int = 60,
    size: tuple[int, int] = (4, 12),
    seed: int | None = 1,
    form: str | None = None,
    modules: Iterable[str] | None = None,
    waves: int = 1,
    parameters: TrueParameters | None = None,
    flaws: Flaws | None = None,
) -> SimulatedSurvey:
    """Make a survey export whose truth is known, for any instrument.

    Groups stand on the constructs as a path model says; members answer statements by a
    two-level factor model cut into the scale's categories (Muthen 1994), and rosters,
    points and checklists by the same standing.

    Parameters
    ----------
    instrument
        The item bank.
    n_groups
        How many groups.
    size
        The smallest and largest number of listed members of a group; all between are
        equally likely.
    seed
        The same seed gives the same survey.
    form
        The form answered; None takes the default form.
    modules
        Modules switched on besides those on by default; ``["all"]`` for every one.
    waves
        How often the same members of the same groups answer; from two on the export has a
        column of waves, and items keep their loadings and thresholds.
    parameters
        What is true; see `TrueParameters`.
    flaws
        What is planted as wrong; see `Flaws`. None plants nothing.

    Returns
    -------
    SimulatedSurvey
        The export with members, informants and truth.

    Raises
    ------
    InputError
        When a parameter is impossible.

    Examples
    --------
    >>> import collective_use as cu
    >>> instrument = cu.load_instrument("collective_data_use")
    >>> survey = cu.simulate_responses(instrument, n_groups=20, seed=1)
    >>> len(survey.informants)
    20
    """
    instrument = as_instrument(instrument)
    whole_number("n_groups", n_groups, at_least=1)
    valid_seed(seed)
    _check_size(size)
    parameters = (parameters or TrueParameters()).checked()
    flaws = (flaws or Flaws()).checked(instrument)
    rng = np.random.default_rng(seed)
    whole_number("waves", waves, at_least=1)
    most = n_groups * size[1] * waves
    if most > MOST_SHEETS:
        raise InputError(
            f"n_groups, size and waves would make up to {most:,} sheets of answers; "
            f"{MOST_SHEETS:,} are the most that are simulated at once"
        )
    people = draw_people(instrument, n_groups, size, rng, parameters.languages)
    latents = _too_close(draw_latents(instrument, parameters, n_groups, rng), flaws, rng)
    items = items_of_form(instrument, form, modules)
    sheets: list[AnswerSheet] = []
    parts: list[pd.DataFrame] = []
    planted: list[dict[str, list[str]]] = []
    informants = None
    for wave in range(waves):
        if wave:
            latents = next_wave(latents, parameters, rng)
        before = sheets[-1].statements if sheets else None
        statements = Statements(people, latents, parameters, flaws, rng, before)
        rosters = RosterAnswers(people, rng)
        sheet = AnswerSheet(
            instrument, people, latents, parameters, statements, rosters, rng, {}, []
        )
        answers = sheet.fill(items)
        if informants is None:
            use = _outcome(instrument, latents)
            informants = draw_informants(instrument, people, use, parameters.facts, rng)
        rows, found = _rows(sheet, answers, flaws, rng)
        sheets.append(sheet)
        planted.append(found)
        parts.append(rows if waves == 1 else _with_wave(rows, instrument, wave + 1))
    setting = {"form": form, "seed": seed, "groups_drawn": n_groups, "size": size}
    truth = _truth(instrument, setting, sheets, flaws, planted)
    rows = parts[0] if waves == 1 else pd.concat(parts, ignore_index=True)
    known = pd.DataFrame() if informants is None else informants
    return SimulatedSurvey(instrument, rows, people.members, known, truth)


def _with_wave(rows: pd.DataFrame, instrument: Instrument, wave: int) -> pd.DataFrame:
    """Put the number of the wave before the answers."""
    name = instrument.columns.wave or "wave"
    place = sum(column in META for column in rows.columns)
    shown = rows.copy()
    shown.insert(place, name, str(wave))
    return shown


MOST_SHEETS = 20_000_000
"""Answer sheets of a simulated survey, at the most: more do not fit in memory."""


def _check_size(size: tuple[int, int]) -> None:
    whole_number("smallest group", size[0], at_least=2)
    whole_number("largest group", size[1], at_least=2)
    if size[0] > size[1]:
        raise InputError(f"size must be (smallest, largest), got {size!r}")


def _too_close(latents: Latents, flaws: Flaws, rng: np.random.Generator) -> Latents:
    """Make the second of each pair nearly the first: a correlation of .98."""
    values = latents.values.copy()
    for first, second in flaws.too_close:
        for name in (first, second):
            if name not in latents.names:
                raise InputError(
                    f"too_close must name latent variables {', '.join(latents.names)}, got {name!r}"
                )
        noise = rng.standard_normal(len(values))
        source = values[:, latents.names.index(first)]
        values[:, latents.names.index(second)] = 0.98 * source + np.sqrt(1 - 0.98**2) * noise
    return Latents(latents.names, latents.paths, latents.correlation, latents.r_squared, values)


def _outcome(instrument: Instrument, latents: Latents) -> Array:
    """The standing on the model's last variable: the outcome, or the first variable there is."""
    ends = [name for model in instrument.models for name in model.mediation.get("to", ())]
    return latents.of(ends[0] if ends else latents.names[0])


def _rows(
    sheet: AnswerSheet, answers: pd.DataFrame, flaws: Flaws, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    people, columns = sheet.people, sheet.instrument.columns
    who = rng.permutation(respondents(people, sheet.parameters, flaws, rng))
    listed = people.members.iloc[who].reset_index(drop=True)
    keys = {columns.group or "group": listed["group"], columns.member or "member": listed["member"]}
    if answers.shape[1] and columns.partner:
        keys[columns.partner] = listed["partner"]
    cells = answers.iloc[who].reset_index(drop=True).map(_cell)
    platform = platform_columns(people.language[who].tolist(), rng)
    rows = pd.concat([platform, pd.DataFrame(keys), cells], axis=1)
    statements = [name for name in (_name(sheet, truth) for truth in sheet.truths) if name in cells]
    planter = FlawedRows(statements, list(cells.columns), rng)
    return planter.plant(rows, flaws, _straight(sheet)), planter.planted


def _name(sheet: AnswerSheet, truth: TrueItem) -> str:
    return column_name(sheet.instrument.get_item(truth.item))


def _straight(sheet: AnswerSheet) -> range:
    """The codes that all statements' scales share."""
    used = [sheet.instrument.get_item(truth.item).scale for truth in sheet.truths]
    scales = [sheet.instrument.get_scale(str(name)) for name in dict.fromkeys(used)]
    if not scales:
        return range(1)
    return range(max(part.low for part in scales), min(part.high for part in scales) + 1)


def _cell(value: object) -> str:
    if isinstance(value, (int, float, np.integer, np.floating)):
        return "" if value != value else str(int(value))
    return str(value)


def _truth(
    instrument: Instrument,
    setting: PlainMapping,
    sheets: Sequence[AnswerSheet],
    flaws: Flaws,
    planted: Sequence[Mapping[str, list[str]]],
) -> PlainDict:
    sheet = sheets[0]
    latents = sheet.latents
    result = {
        "instrument": instrument.id,
        "instrument_version": instrument.version,
        **setting,
        "parameters": sheet.parameters.to_dict(),
        "latent_variables": list(latents.names),
        "paths": {f"{to} ~ {by}": value for (to, by), value in latents.paths.items()},
        "correlation": np.round(latents.correlation, 10).tolist(),
        "r_squared": {name: round(value, 10) for name, value in latents.r_squared.items()},
        "items": [plain(truth) for truth in sheet.truths],
        "groups": _standing(sheet),
        "note": NOTE,
        "flaws": flaws.to_dict(),
        "flawed_rows": dict(planted[0]),
    }
    if sheet.parameters.careless:
        result["careless"] = [_careless(part) for part in sheets]
    if len(sheets) > 1:
        result["groups_by_wave"] = [_standing(part) for part in sheets]
        result["flawed_rows_by_wave"] = [dict(part) for part in planted]
    return result


def _standing(sheet: AnswerSheet) -> dict[str, dict[str, float]]:
    latents = sheet.latents
    names = sheet.people.members["group"].drop_duplicates().to_list()
    return {
        name: dict(zip(latents.names, np.round(row, 6).tolist(), strict=True))
        for name, row in zip(names, latents.values, strict=True)
    }


def _careless(sheet: AnswerSheet) -> list[str]:
    """Return the members who answered statements at random, whether or not they sent anything."""
    return sheet.people.members["member"][sheet.statements.careless].to_list()
