"""From simulated fit indices to cut-offs, and what the decision by them is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.measurement.correlations import Floats
from collective_use.measurement.cutoffs.result import INDICES
from collective_use.results import TableRow


@dataclass(frozen=True)
class Drawn:
    """Fit indices of R samples; NaN where a fit did not converge."""

    srmr: Floats
    rmsea: Floats
    cfi: Floats

    @property
    def failed(self) -> int:
        """Samples without a fit."""
        return int((~np.isfinite(self.rmsea)).sum())


def limits_of(
    right: Drawn, wrong: Sequence[tuple[Drawn, str, float]]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return cut-offs by level of misspecification, and the decision's errors.

    A level's cut-off is what 95% of the wrong fits miss; where that lies on the good side of level
    0's own 95% limit, level 0's limit is taken. `type1` is the share of right models that a level's
    three cut-offs turn away, `power` the share of that level's wrong models.

    Parameters
    ----------
    right
        Samples of the fitted model.
    wrong
        Samples of each level, what its model has more, and how large.
    """
    base = {name: _limit(right, name, wrong=False) for name in INDICES}
    passing = {f"{name}_power": _share(right, name, base[name], good=True) for name in INDICES}
    rows: list[TableRow] = [
        {"level": 0, **base, "missing": "", "magnitude": np.nan, **passing,
         "type1": _refused(right, base), "power": np.nan}
    ]  # fmt: skip
    for level, (fits, missing, size) in enumerate(wrong, start=1):
        cuts = {name: _reached(fits, name, base[name]) for name in INDICES}
        power = {f"{name}_power": _share(fits, name, cuts[name], good=False) for name in INDICES}
        rows.append(
            {"level": level, **cuts, "missing": missing, "magnitude": size, **power,
             "type1": _refused(right, cuts), "power": _refused(fits, cuts)}
        )  # fmt: skip
    return pd.DataFrame(rows), base


def _refused(fits: Drawn, cuts: Mapping[str, float]) -> float:
    """Return the share of samples that miss one of the three cut-offs."""
    known = np.isfinite(fits.rmsea)
    bad = (fits.srmr > cuts["srmr"]) | (fits.rmsea > cuts["rmsea"]) | (fits.cfi < cuts["cfi"])
    return float(bad[known].mean())


def _limit(fits: Drawn, name: str, *, wrong: bool) -> float:
    values = getattr(fits, name)
    low = (name == "cfi") != wrong
    return float(np.nanquantile(values, 0.05 if low else 0.95))


def _reached(fits: Drawn, name: str, base: float) -> float:
    cut = _limit(fits, name, wrong=True)
    return min(cut, base) if name == "cfi" else max(cut, base)


def _share(fits: Drawn, name: str, cut: float, *, good: bool) -> float:
    values = getattr(fits, name)
    values = values[np.isfinite(values)]
    beyond = values >= cut if (name == "cfi") == good else values <= cut
    return float(beyond.mean())


def verdict_of(table: pd.DataFrame, observed: Mapping[str, float], part: str = "fit") -> str:
    """Say at which level the observed indices stand.

    Parameters
    ----------
    table
        Of `limits_of`.
    observed
        The fit's own indices.
    part
        What is judged, in words.
    """
    rows = table.to_dict("records")
    for row in rows:
        if (
            observed["srmr"] <= row["srmr"]
            and observed["rmsea"] <= row["rmsea"]
            and observed["cfi"] >= row["cfi"]
        ):
            if row["level"] == 0:
                return f"The {part} is what the right model would show."
            return (
                f"The {part} is worse than the right model's, but no worse than with "
                f"{row['missing']} left out (level {row['level']})."
            )
    return f"The {part} is worse than with everything of level {rows[-1]['level']} left out."
