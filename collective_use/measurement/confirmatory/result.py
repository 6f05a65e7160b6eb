"""What `fit_measurement` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from collective_use.measurement.cutoffs.result import DynamicCutoffs
from collective_use.results import NotComputed, Result, Table, table_of
from collective_use.sem.result import SemResult


@dataclass(frozen=True)
class MeasurementFit(Result):
    """Confirmatory models of an instrument's constructs, with their rivals.

    Attributes
    ----------
    table
        One row a model: `scope` (its constructs), `model`, `words`, `chisq`, `df`, `pvalue`
        (scaled where errors are robust), `cfi`, `tli`, `rmsea`, `srmr`, `aic`, `bic`,
        `delta_chisq`, `delta_df`, `delta_p` against the model of the scope, `verdict`, `reason`
        where it could not be fitted or should not be believed.
    levels
        One row a scope and level (two-level models): `chisq`, `df`, `pvalue`, `cfi`, `tli`,
        `rmsea` (Ryu & West: groups between, persons less groups within), `srmr`, `n`,
        `reason` where there is none.
    loadings
        One row an item: `construct`, `item`, `level`, `loading` (standardised), `se`, `ci_lower`,
        `ci_upper`.
    correlations
        One row a pair of constructs fitted together: `first`, `second`, `level`, `correlation`,
        `ci_lower`, `ci_upper`.
    models
        Text of every model by scope and name, as it was fitted.
    fits
        The fits, the same way.
    cutoffs
        Dynamic cut-offs of each scope's own model, or why there are none.
    level
        ``"person"``, ``"within"``, ``"between"`` or ``"two-level"``.
    whole
        Whether all constructs stand in one model.
    n, groups
        Persons and groups.
    notes
        What was chosen and why, what was left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))
    >>> sets = {"tsig": ["TSIG01", "TSIG02", "TSIG03"], "lead": ["LEAD01", "LEAD02", "LEAD03"]}
    >>> fit = cu.fit_measurement(lq, sets, groups="COMPID", level="person")
    >>> fit.table["model"].tolist()
    ['constructs', 'one factor']
    """

    table: pd.DataFrame
    levels: pd.DataFrame
    loadings: pd.DataFrame
    correlations: pd.DataFrame
    models: Mapping[tuple[str, str], str]
    fits: Mapping[tuple[str, str], SemResult]
    cutoffs: Mapping[str, DynamicCutoffs | NotComputed]
    level: str
    whole: bool
    n: int
    groups: int
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return one row a model."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return models, fit by level, loadings and correlations."""
        wanted = ["scope", "words", "chisq", "df", "pvalue", "cfi", "rmsea", "srmr", "delta_chisq",
                  "delta_df", "delta_p", "verdict", "reason"]  # fmt: skip
        said = f"{self.n} persons" + (f", {self.groups} groups" if self.groups else "")
        own = [
            f"{scope}: {found.verdict}"
            for scope, found in self.cutoffs.items()
            if isinstance(found, DynamicCutoffs)
        ]
        notes = (f"{said}; level: {self.level}.", *own, *self.notes)
        out = [table_of("Measurement models", self.table[wanted], notes=notes)]
        if len(self.levels):
            why = ("Each level is tested with the other saturated (Ryu & West 2009).",)
            out.append(table_of("Fit by level", self.levels, notes=why))
        out.append(table_of("Standardised loadings", self.loadings, digits=2))
        if len(self.correlations):
            out.append(table_of("Correlations of constructs", self.correlations, digits=2))
        return tuple(out)
