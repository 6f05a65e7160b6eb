"""What `fit_measurement` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from collective_use.measurement.cutoffs.result import INDICES, DynamicCutoffs
from collective_use.results import NotComputed, Result, Table, TableRow, table_of
from collective_use.sem.result import SemResult

_JUDGED = [
    "scope", "part", "n", *INDICES, *(f"{name}_right" for name in INDICES),
    *(f"{name}_cut" for name in INDICES), "type1", "power", "missing", "verdict", "reason",
]  # fmt: skip


def _alike(column: pd.Series) -> bool:
    return bool(column.isin(["", "whole"]).all())


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

    def judged(self) -> pd.DataFrame:
        """Return each scope's fit beside the cut-offs simulated for it.

        Columns `scope`, `part` (``"within"``, ``"between"``, ``"whole"``), `n`, the observed
        `srmr`, `rmsea`, `cfi`, what 95% of samples of the right model reach (`srmr_right`, ...)
        and the cut-offs against one thing left out (`srmr_cut`, ...), `type1` and `power` of the
        decision by these three, `missing` (what that one thing is), `verdict`, and `reason` where
        there is none.
        """
        rows: list[TableRow] = []
        for scope, found in self.cutoffs.items():
            if isinstance(found, NotComputed):
                rows.append(
                    {"scope": scope, "part": "whole", "verdict": "", "reason": found.reason}
                )
                continue
            rows += [{"scope": scope, "verdict": found.verdict, "reason": "", **row}
                     for row in found.beside()]  # fmt: skip
        return pd.DataFrame(rows).reindex(columns=_JUDGED)

    def tables(self) -> tuple[Table, ...]:
        """Return models, fit by level, loadings and correlations."""
        wanted = ["scope", "words", "chisq", "df", "pvalue", "cfi", "rmsea", "srmr", "delta_chisq",
                  "delta_df", "delta_p", "verdict", "reason"]  # fmt: skip
        said = f"{self.n} persons" + (f", {self.groups} groups" if self.groups else "")
        notes = (f"{said}; level: {self.level}.", *self.notes)
        out = [table_of("Measurement models", self.table[wanted], notes=notes)]
        if len(self.cutoffs):
            out.append(self.judgement())
        if len(self.levels):
            why = ("Each level is tested with the other saturated (Ryu & West 2009).",)
            out.append(table_of("Fit by level", self.levels, notes=why))
        out.append(table_of("Standardised loadings", self.loadings, digits=2))
        if len(self.correlations):
            out.append(table_of("Correlations of constructs", self.correlations, digits=2))
        return tuple(out)

    def judgement(self) -> Table:
        """Return the fit of each scope's own model beside its cut-offs, to read."""
        why = (
            "right: what 95% of samples of the fitted model reach; cut: what 95% of samples miss "
            "that have one thing more (McNeish & Wolf 2023, Psychological Methods 28:61). type1: "
            "share of right models that the three cut-offs turn away; power: of wrong ones.",
        )
        shown = self.judged()
        ends = ("", "_right", "_cut")
        wanted = ["scope", "part", *(f"{name}{end}" for name in INDICES for end in ends), "type1",
                  "power", "verdict", "reason"]  # fmt: skip
        blank = [name for name in ("part", "reason") if _alike(shown[name])]
        return table_of("Fit beside its own cut-offs", shown[wanted].drop(columns=blank), notes=why)
