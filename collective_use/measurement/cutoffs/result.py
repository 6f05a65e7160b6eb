"""What `dynamic_cutoffs` returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from collective_use.results import Result, Table, TableRow, table_of

INDICES = ("srmr", "rmsea", "cfi")


@dataclass(frozen=True)
class DynamicCutoffs(Result):
    """Cut-offs for one fitted model.

    Attributes
    ----------
    table
        One row a level of misspecification, 0 when the model is right: `level`, `srmr`, `rmsea`,
        `cfi`, what is left out at the level (`missing`), its `magnitude`, and the share of wrong
        models that each cut-off catches (`srmr_power`, ...; at level 0 the share of right models
        that pass). The decision by all three: `type1`, the share of right models that it turns
        away, `power`, the share of wrong ones. Two-level models have a `part` first, ``"within"``
        or ``"between"``.
    observed
        The fit's own indices; of two levels as ``within_srmr``, ``between_srmr``, ...
    verdict
        In words.
    n, df, repetitions
        Cases, degrees of freedom and samples by level.
    failed
        Samples whose fit did not converge, left out.
    drawn
        From what samples were drawn: ``"normal"``, ``"as observed"``, ``"ordered"``, ``"levels"``.
    notes
        What a reader has to know.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 3, axis=1) + rng.normal(size=(300, 6))
    >>> data = pd.DataFrame(f, columns=[f"x{i}" for i in range(1, 7)])
    >>> fit = cu.fit_cfa("a =~ x1 + x2 + x3; b =~ x4 + x5 + x6", data)
    >>> cu.dynamic_cutoffs(fit, repetitions=100).table["level"].tolist()
    [0, 1]
    """

    table: pd.DataFrame
    observed: dict[str, float]
    verdict: str
    n: int
    df: int
    repetitions: int
    failed: int = field(default=0)
    drawn: str = field(default="normal")
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return one row a level: `level, srmr, rmsea, cfi`, and what stands behind them."""
        return self.table.copy()

    def beside(self) -> list[TableRow]:
        """Return a row a part of the model: what was observed beside the cut-offs of level 1.

        Keys `part`, `n`, the observed indices, those with ``_right`` (level 0) and ``_cut`` (level
        1, or 0 where there is none), `type1`, `power` and what is left out at level 1 (`missing`).
        """
        parts = list(dict.fromkeys(self.table["part"])) if "part" in self.table else ["whole"]
        rows = []
        for part in parts:
            own = self.table[self.table["part"] == part] if "part" in self.table else self.table
            right, cut = own.iloc[0], own.iloc[min(1, len(own) - 1)]
            seen = {name: self.observed[name if part == "whole" else f"{part}_{name}"]
                    for name in INDICES}  # fmt: skip
            limits = {f"{name}_right": right[name] for name in INDICES}
            limits |= {f"{name}_cut": cut[name] for name in INDICES}
            rows.append({"part": part, "n": self.n} | seen | limits
                        | {name: cut[name] for name in ("type1", "power", "missing")})  # fmt: skip
        return rows

    def tables(self) -> tuple[Table, ...]:
        """Return the cut-offs beside what was observed."""
        own = ", ".join(f"{name.upper().replace('_', ' ')} {value:.3f}"
                        for name, value in self.observed.items())  # fmt: skip
        notes = [f"Observed: {own} (n = {self.n}, df = {self.df}).", self.verdict,
                 "McNeish & Wolf 2023, Psychological Methods 28:61; "
                 f"{self.repetitions} samples a level, drawn: {self.drawn}.",
                 *self.notes]  # fmt: skip
        if self.failed:
            notes.append(f"{self.failed} samples did not converge and are left out.")
        return (table_of("Dynamic cut-offs", self.table, notes=notes),)
