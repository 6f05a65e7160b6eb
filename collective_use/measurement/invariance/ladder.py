"""Measurement invariance over groups: all steps in one call and one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from collective_use.checks import column_in, instance_of, one_of
from collective_use.cutoffs import Cutoff
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.measurement.cfa import fit_quietly
from collective_use.measurement.invariance.effect import (
    anchored_fit,
    anchored_start,
    effects_of,
    items_in,
    values_of,
    with_errors,
)
from collective_use.measurement.invariance.steps import RULES, difference_used, step_row
from collective_use.results import NotComputed, Result, Table, TableRow, table_of
from collective_use.sem.asked import FitOptions
from collective_use.sem.data.data import sharing_samples
from collective_use.sem.result import SemResult
from collective_use.sem.table.start import starting_near

if TYPE_CHECKING:
    from collective_use.measurement.invariance.consequences import Consequences

CONTINUOUS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("configural", (), "the same items on the same factors"),
    ("metric", ("loadings",), "equal loadings"),
    ("scalar", ("loadings", "intercepts"), "equal loadings and intercepts"),
    ("strict", ("loadings", "intercepts", "residuals"), "and equal residual variances"),
)
ORDINAL: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("configural", (), "the same items on the same factors"),
    ("thresholds", ("thresholds",), "equal thresholds"),
    ("metric", ("thresholds", "loadings"), "equal thresholds and loadings"),
    ("scalar", ("thresholds", "loadings", "intercepts"), "and equal intercepts"),
    ("strict", ("thresholds", "loadings", "intercepts", "residuals"),
     "and equal residual variances"),
)  # fmt: skip
"""Steps with what is held equal; ordered items after Wu & Estabrook (2016)."""


@dataclass(frozen=True)
class Invariance(Result):
    """Fits of a model with ever more held equal over groups.

    Attributes
    ----------
    table
        One row a step: `step`, `equal` in words, `chisq`, `df`, `pvalue`, `cfi`, `rmsea`, `srmr`,
        `mc` (McDonald's non-centrality index), `delta_chisq`, `delta_df`, `delta_p` against the
        latest step before that it is nested in, `delta_cfi`, `delta_rmsea`, `delta_srmr`,
        `delta_mc`, `holds`, `reason` where a step could not be fitted, restricts nothing or is
        compared with an earlier one than the step before. Robust estimators put their scaled or
        robust values here; differences are of one kind, scaled where a step has no robust one.
    effects
        One row an item: `item`, `factor`, `dmacs`, `shift` (expected answer, focal less
        reference), from the configural model with the first indicator as anchor.
    latent
        One row a step and factor from the scalar step on: mean of the focal group, in the units of
        the first indicator, when the step's equalities are believed.
    partial
        The trail of parameters set free, if asked for: `step`, `parameter`, `mi`, `chisq`, `df`.
    reached
        The last step that holds.
    fits
        The fits by step.
    groups, sizes
        Labels and numbers of persons.
    focal, reference
        Of the effects; more than two groups: the last and the first.
    rules
        The rules of thumb used.
    difference
        How chi-square differences were tested.
    anchored
        The configural fit with anchors, behind `effects` and `consequences`.
    equal
        The scalar fit with nothing set free, behind `consequences`.
    model, column
        The model text, and the column of the groups.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))
    >>> data = pd.DataFrame(f, columns=list("abcd")).assign(country=["x", "y"] * 200)
    >>> cu.invariance("f =~ a + b + c + d", data, group="country").reached
    'strict'
    """

    table: pd.DataFrame
    effects: pd.DataFrame | NotComputed
    latent: pd.DataFrame
    partial: pd.DataFrame
    reached: str
    fits: dict[str, SemResult]
    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    reference: str
    focal: str
    rules: dict[str, Cutoff]
    difference: str
    notes: tuple[str, ...] = field(default=())
    anchored: SemResult | NotComputed = field(default=NotComputed("not fitted"), repr=False)
    equal: SemResult | NotComputed = field(default=NotComputed("not fitted"), repr=False)
    model: str = field(default="", repr=False)
    column: str = field(default="", repr=False)

    def consequences(
        self, selected: float = 0.25, *, data: pd.DataFrame | None = None, unit: str | None = None
    ) -> Consequences:
        """Return what the differences do to comparisons and selections (Millsap & Kwok 2004).

        Parameters
        ----------
        selected
            Share of all persons that is selected by the sum of a factor's items.
        data, unit
            Persons and the column of their units (teams, organizations), to see how the units'
            ranks move when every item is put on the reference group's scale.

        Raises
        ------
        NotSupported
            For ordered items, or where the anchored model could not be fitted.
        """
        from collective_use.measurement.invariance.consequences import consequences_of

        return consequences_of(self, selected, data, unit)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a step: `step, chisq, df, cfi, rmsea, srmr, ...`."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return steps, effects and the trail of partial invariance."""
        wanted = ["step", "chisq", "df", "cfi", "rmsea", "srmr", "delta_chisq", "delta_df",
                  "delta_p", "delta_cfi", "delta_rmsea", "holds"]  # fmt: skip
        shown = self.table[[name for name in wanted if name in self.table.columns]]
        sizes = ", ".join(f"{g} {n}" for g, n in zip(self.groups, self.sizes, strict=True))
        notes = (
            f"Groups: {sizes}. Difference test: {self.difference}.",
            f"Invariance holds up to: {self.reached or 'no step'}.",
            *(f"{name} {rule}" for name, rule in self.rules.items()),
            *self.notes,
        )
        out = [table_of("Invariance over groups", shown, notes=notes)]
        if isinstance(self.effects, pd.DataFrame):
            why = (
                f"dMACS of {self.focal} against {self.reference}; the first indicator of each "
                "factor is the anchor (Nye & Drasgow 2011).",
            )
            out.append(table_of("How much it matters", self.effects, notes=why))
        if len(self.partial):
            out.append(table_of("Partial invariance", self.partial))
        return tuple(out)


@sharing_samples()
def invariance(
    model: str,
    data: pd.DataFrame,
    *,
    group: str,
    ordered: str | Sequence[str] = (),
    estimator: str | None = None,
    missing: str = "listwise",
    cluster: str | None = None,
    steps: Sequence[str] | None = None,
    partial: bool = False,
    approximate: str | None = None,
) -> Invariance:
    """Test measurement invariance step by step.

    Parameters
    ----------
    model
        A confirmatory factor model.
    data
        One row a person.
    group
        Column of the groups compared (language, country, wave, ...).
    ordered
        Items taken as ordered categories; then thresholds come first (Wu & Estabrook 2016).
    estimator
        ``"MLR"`` by default, ``"WLSMV"`` for ordered items; any of `fit_sem`.
    missing
        ``"listwise"`` or ``"fiml"`` (numbers only).
    cluster
        Column of groups of persons, for robust errors.
    steps
        Some of the steps; all by default.
    partial
        Search for partial invariance where a step fails: equalities are set free one at a time by
        their score test, at most a third of them, until the step holds.
    approximate
        Alignment and penalised invariance are not offered; naming one says what to use.

    Returns
    -------
    Invariance
        One table, the size of what differs by item, and the fits.

    Raises
    ------
    InputError
        When the column is unknown, there are fewer than two groups, or a group is constant within
        clusters where the two are confounded.
    EstimationError
        When the configural model cannot be fitted.
    NotSupported
        For approximate invariance.

    References
    ----------
    Vandenberg & Lance (2000), Organizational Research Methods 3:4; Wu & Estabrook (2016),
    Psychometrika 81:1014; Chen (2007); Cheung & Rensvold (2002).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))
    >>> data = pd.DataFrame(f, columns=list("abcd")).assign(country=["x", "y"] * 200)
    >>> data.loc[data["country"] == "y", "d"] += 1
    >>> cu.invariance("f =~ a + b + c + d", data, group="country").reached
    'metric'
    """
    if approximate is not None:
        raise NotSupported(
            f"approximate={approximate!r} is not supported: take partial=True, which sets the "
            "worst equalities free, `consequences()` for what they do to comparisons, and cu.dif() "
            "for items one by one; for many groups, sirt::invariance.alignment in R"
        )
    instance_of("model", model, str, "a model text such as 'f =~ a + b + c'")
    instance_of("data", data, pd.DataFrame, "a data frame, one row a person")
    column_in("group", group, list(data.columns), where="the data")
    names = (ordered,) if isinstance(ordered, str) else tuple(ordered)
    ladder = ORDINAL if names else CONTINUOUS
    wanted = [s for s in ladder if steps is None or s[0] in steps]
    for step in steps or ():
        one_of("step", step, [s[0] for s in ladder])
    sizes = data[group].value_counts(sort=False)
    if len(sizes) < 2:
        raise InputError(f"group must have at least two values, got {len(sizes)} in {group!r}")
    options = _options(names, estimator, missing, cluster)
    fits: dict[str, SemResult] = {}
    rows: list[TableRow] = []
    trail: list[TableRow] = []
    latest: tuple[str, ...] = ()
    for name, equal, words in wanted:
        asked: FitOptions = {**options, "group": group, "equal": equal, "partial": latest}
        with starting_near(values_of(next(reversed(fits.values()))) if fits else {}):
            fit = fit_quietly(model, data, **asked)
        if isinstance(fit, NotComputed):
            if not fits:
                raise EstimationError(f"the {name} model: {fit.reason}")
            rows.append({"step": name, "equal": words, "holds": False, "reason": fit.reason})
            break
        row = step_row(name, words, fit, fits)
        if partial and fits and not row["holds"]:
            fit, row, latest, freed = _freed(model, data, group, name, words, equal, latest, fits,
                                             fit, row, options)  # fmt: skip
            trail += freed
        fits[name] = fit
        rows.append(row)
        if not row["holds"]:
            partial = False
    equal_fit: SemResult | NotComputed = fits.get("scalar", NotComputed("no scalar step"))
    if trail and "scalar" in fits:
        alike: FitOptions = {**options, "group": group, "equal": CONTINUOUS[2][1]}
        equal_fit = fit_quietly(model, data, **alike)
    found = _result(model, data, group, rows, trail, fits, sizes, names)
    return replace(found, equal=equal_fit, column=group)


def _options(
    ordered: tuple[str, ...], estimator: str | None, missing: str, cluster: str | None
) -> FitOptions:
    if ordered:
        return {
            "ordered": ordered, "estimator": estimator or "WLSMV", "parameterization": "theta",
            "identification": "wu.estabrook",
        }  # fmt: skip
    return {"estimator": estimator or "MLR", "missing": missing, "cluster": cluster,
            "meanstructure": True}  # fmt: skip


def _freed(
    model: str, data: pd.DataFrame, group: str, name: str, words: str, equal: tuple[str, ...],
    latest: tuple[str, ...], before: dict[str, SemResult], fit: SemResult, row: TableRow,
    options: FitOptions,
) -> tuple[SemResult, TableRow, tuple[str, ...], list[TableRow]]:  # fmt: skip
    """Free equalities by their score tests until the step holds or a third of them is free."""
    trail: list[TableRow] = []
    items = len([r for r in fit.solution.table.rows if r.op == "=~" and r.group == 1])
    for _ in range(max(1, items // 3)):
        candidate = _worst(fit, latest)
        if candidate is None:
            break
        freed = (*latest, candidate[0])
        asked: FitOptions = {**options, "group": group, "equal": equal, "partial": freed}
        tried = fit_quietly(model, data, **asked)
        if isinstance(tried, NotComputed):
            break
        latest = freed
        fit, row = tried, step_row(name, f"{words}, but for {len(latest)}", tried, before)
        trail.append({"step": name, "parameter": candidate[0], "mi": candidate[1],
                      "chisq": row["chisq"], "df": row["df"]})  # fmt: skip
        if row["holds"]:
            break
    return fit, row, latest, trail


def _worst(fit: SemResult, latest: tuple[str, ...]) -> tuple[str, float] | None:
    """Return the equality with the largest score test, as `fit_sem` names it in `partial`."""
    from collective_use.measurement.invariance.release import released

    for name, value in released(fit):
        if name not in latest:
            return name, value
    return None


def _result(
    model: str, data: pd.DataFrame, group: str, rows: list[TableRow],
    trail: list[TableRow], fits: dict[str, SemResult], sizes: pd.Series,
    ordered: tuple[str, ...],
) -> Invariance:  # fmt: skip
    table = pd.DataFrame(rows)
    reached = ""
    for row in rows:
        if not row["holds"]:
            break
        reached = str(row["step"])
    first = fits[next(iter(fits))]
    labels = tuple(first.group_names)
    anchored: SemResult | NotComputed
    latent = _latent_means(fits, len(labels))
    if ordered:
        anchored = NotComputed("dMACS is for numbers; items are ordered here")
    else:
        items = items_in(first.solution.table)
        with starting_near(anchored_start(values_of(first), items, len(labels))):
            anchored = anchored_fit(model, items, data, group, len(labels))
    effects = (
        anchored if isinstance(anchored, NotComputed) else effects_of(anchored, data, group, labels)
    )
    method = difference_used(fits)
    counts = tuple(int(sizes[g]) for g in sizes.index)
    free = ", ".join(str(row["parameter"]) for row in trail)
    notes = (f"Set free in the search for partial invariance: {free}.",) if free else ()
    return Invariance(
        table, effects, latent, pd.DataFrame(trail), reached, fits,
        labels, counts, labels[0], labels[-1], dict(RULES), method, notes, anchored,
        model=model,
    )  # fmt: skip


def _latent_means(fits: dict[str, SemResult], focal: int) -> pd.DataFrame:
    rows = []
    for step in ("scalar", "strict"):
        if step in fits:
            factors = set(fits[step].solution.table.blocks[0].latent)
            rows += [
                (step, lhs, est, se)
                for (op, lhs, _, g), (est, se) in with_errors(fits[step]).items()
                if op == "~1" and g == focal and lhs in factors
            ]
    return pd.DataFrame(rows, columns=["step", "factor", "mean", "se"])
