"""Do groups differ in how much their members agree, and what goes with it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from collective_use.checks import number_between, one_of
from collective_use.errors import InputError
from collective_use.groups.mixed.columns import Columns, columns_of, design_of, near_enough
from collective_use.groups.mixed.scale_parts import Fits, fit_all, tests_of, words_of
from collective_use.numerics.groups.mixed.random_scale import RandomScale, ScaleRows
from collective_use.record import counted
from collective_use.results import NotComputed, Result, Table, table_of

_NOTES = (
    "Scale: effects on the log variance within groups; sd_ratio is what one unit more does to "
    "the SD of members (below 1: more consensus).",
    "Near the ends of a response scale members cannot vary much: read the correlation of level "
    "and variance before a small SD is called consensus.",
)


@dataclass(frozen=True)
class LocationScale(Result):
    """A location-scale mixed model.

    Attributes
    ----------
    predictors
        One row a term: `part` ("level" or "scale"), `term`, `estimate`, `standard_error`, `low`,
        `high`, `p` (Wald), `sd_ratio` (scale terms: exp(estimate / 2)).
    tests
        One row a likelihood-ratio test: `question`, `chi2`, `df`, `p`.
    by_group
        One row a group: `group`, `n`, `mean`, `sd_observed`, `sd` (shrunken), `low`, `high`,
        `reason`.
    level_sd
        SD of the groups' levels.
    scale_sd
        SD of the groups' log variances beyond the predictors; 0 when every group varies alike.
    correlation
        Of level and log variance over groups.
    words
        What the tests say, in one sentence.
    log_likelihood
        Of the full model.
    method, confidence
        ``"reml"`` or ``"ml"``; of the limits.
    rows, groups
        How many.
    notes
        What was left out, and how to read it.

    Examples
    --------
    >>> import numpy as np, pandas as pd, collective_use as cu
    >>> frame = pd.DataFrame({"team": np.repeat(list("abcd"), 4)})
    >>> frame["y"] = [1, 2, 3, 4, 2, 2, 3, 3, 5, 1, 4, 2, 3, 4, 4, 5.0]
    >>> cu.location_scale(frame, "y", "team", random_scale=False).words
    'one variance for all groups'
    """

    predictors: pd.DataFrame
    tests: pd.DataFrame
    by_group: pd.DataFrame
    level_sd: float
    scale_sd: float | NotComputed
    correlation: float | NotComputed
    words: str
    log_likelihood: float
    method: str
    confidence: float
    rows: int
    groups: int
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return `by_group`."""
        return self.by_group.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the tests, the terms and the groups."""
        spread = (
            ("SD of groups' levels", self.level_sd),
            ("SD of groups' log variances", self.scale_sd),
            ("correlation of level and log variance", self.correlation),
        )
        return (
            table_of(f"Within-group variance: {self.words}", self.tests),
            table_of("Terms", self.predictors),
            Table("", ("index", "value"), spread),
            table_of("Groups", self.by_group, notes=self.notes),
        )


def location_scale(
    data: pd.DataFrame,
    value: str,
    group: str,
    *,
    scale: str | Sequence[str] = (),
    location: str | Sequence[str] = (),
    random_scale: bool = True,
    method: str = "reml",
    confidence: float = 0.95,
) -> LocationScale:
    """Model the level of groups and the variance of members around it at the same time.

    ``y = x'b + u_g + e`` with ``log Var(e) = w'γ + τ ω_g``: predictors of consensus enter w, and
    τ says whether groups differ in consensus beyond them. Without a random scale it is nlme's
    ``lme(..., weights = varIdent(form = ~ 1 | stratum))`` (texts) or ``varExp(form = ~ z)``
    (numbers; γ = 2 δ).

    Parameters
    ----------
    data
        One row a person.
    value, group
        Columns.
    scale, location
        Columns that go with the variance within groups, and with the level. Texts become a
        dummy for each kind but the first.
    random_scale
        Whether groups may differ in variance beyond the predictors.
    method
        ``"reml"`` (restricted by the fixed part of the level; with a random scale after Cox &
        Reid, 1987) or ``"ml"``.
    confidence
        Of the limits.

    Returns
    -------
    LocationScale
        `tests`, `predictors` and shrunken SDs in `by_group`.

    Raises
    ------
    InputError
        When a column is not there, a predictor does not vary or follows from others, or there
        are too few groups or members.

    Notes
    -----
    The test of τ is one of a value on the border: half of a chi-square with one degree of
    freedom (Self & Liang, 1987). A random scale also takes up tails that are heavier than
    normal within all groups; see docs/mixed-models.md.

    References
    ----------
    Hedeker, D., Mermelstein, R. J., & Demirtas, H. (2008). An application of a mixed-effects
    location scale model. Biometrics, 64, 627-634. Pinheiro, J. C., & Bates, D. M. (2000).
    Mixed-effects models in S and S-PLUS, section 5.2.

    Examples
    --------
    >>> import numpy as np, pandas as pd, collective_use as cu
    >>> rng = np.random.default_rng(4)
    >>> d = pd.DataFrame({"team": np.repeat(np.arange(40), 8)})
    >>> d["meets"] = d["team"] % 2
    >>> d["y"] = rng.normal(size=40)[d["team"]] + rng.normal(size=320) * np.exp(-0.5 * d["meets"])
    >>> found = cu.location_scale(d, "y", "team", scale=["meets"], random_scale=False)
    >>> found.predictors[["part", "term", "sd_ratio"]].round(2)[-1:]
        part   term  sd_ratio
    2  scale  meets      0.55
    """
    one_of("method", method, ("reml", "ml"))
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    columns, terms = _columns(data, value, group, _listed(scale), _listed(location))
    rows, names = _rows(columns, value, group, *terms)
    rows, rounded = _rounded(rows) if random_scale else (rows, ())
    fits = fit_all(rows, random_scale=random_scale, reml=method == "reml")
    tests = tests_of(fits, terms[2])
    predictors = _predictors(rows, fits, terms, confidence)
    full = fits.full
    none = NotComputed("the model was asked for without a random scale")
    return LocationScale(
        predictors, tests, _by_group(rows, names, fits, confidence),
        float(full.level_sd) if isinstance(full, RandomScale) else float(np.sqrt(full.T[0, 0])),
        full.scale_sd if isinstance(full, RandomScale) else none,
        _correlation(full), words_of(tests, predictors, 1.0 - confidence), full.log_likelihood,
        method, confidence, len(rows.y), rows.groups,
        (*columns.notes, *rounded, *fits.notes, *_NOTES),
    )  # fmt: skip


_Terms = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _columns(
    data: pd.DataFrame, value: str, group: str, scale: tuple[str, ...], location: tuple[str, ...]
) -> tuple[Columns, _Terms]:
    wanted = {f"predictor {i + 1}": name for i, name in enumerate((*scale, *location))}
    columns = columns_of(data, {"group": group, **wanted}, {"value": value})
    location_names = design_of(columns.frame, location)[1]
    scale_names = design_of(columns.frame, scale)[1]
    return columns, (location, scale, scale_names, location_names)


def _rows(
    columns: Columns, value: str, group: str, location: tuple[str, ...], scale: tuple[str, ...],
    *_: object,
) -> tuple[ScaleRows, tuple[str, ...]]:  # fmt: skip
    codes, names = columns.codes(group)
    y = columns.numbers(value)
    sizes = np.bincount(codes)
    if len(names) < 3 or (sizes > 1).sum() < 2:
        raise InputError(
            "group must tell at least three groups apart, two of them of two members or more, "
            f"got {len(names)} groups, {int((sizes > 1).sum())} of two or more"
        )
    centre = y - (np.bincount(codes, y) / sizes)[codes]
    if not (np.abs(centre) > 1e-12 * max(1.0, float(np.abs(y).max()))).any():
        raise InputError("value must vary within groups, got none that does")
    near_enough(y, codes)
    X, W = design_of(columns.frame, location)[0], design_of(columns.frame, scale)[0]
    return ScaleRows(y, X, W, codes), names


def _listed(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _rounded(rows: ScaleRows) -> tuple[ScaleRows, tuple[str, ...]]:
    """Give groups of equal answers the variance that rounding hides, where there are any."""
    n = np.bincount(rows.group)
    gaps = rows.y - (np.bincount(rows.group, rows.y) / n)[rows.group]
    squares = np.bincount(rows.group, gaps**2)
    usual = float(squares.sum()) / max(len(rows.y) - len(n), 1)
    equal = int(((squares < 1e-12 * usual) & (n > 1)).sum())
    if not equal:
        return rows, ()
    step = float(np.diff(np.unique(rows.y)).min())
    note = (
        f"{counted(equal, 'groups')} of equal answers: no variance is less than that of rounding "
        f"to steps of {step:.3g} (step squared / 12)."
    )
    return replace(rows, floor=step**2 / 12.0 / usual), (note,)


def _predictors(rows: ScaleRows, fits: Fits, terms: _Terms, confidence: float) -> pd.DataFrame:
    z = float(special.ndtri(0.5 + confidence / 2))
    level = pd.DataFrame(
        {
            "part": "level",
            "term": terms[3],
            "estimate": fits.full.beta,
            "standard_error": np.sqrt(np.diag(fits.full.beta_covariance)),
        }
    )
    scale = pd.DataFrame(
        {
            "part": "scale",
            "term": terms[2],
            "estimate": fits.full.gamma,
            "standard_error": np.sqrt(np.diag(fits.full.gamma_covariance)),
        }
    )
    frame = pd.concat([level, scale], ignore_index=True)
    ratio = frame["estimate"] / frame["standard_error"]
    frame["low"] = frame["estimate"] - z * frame["standard_error"]
    frame["high"] = frame["estimate"] + z * frame["standard_error"]
    frame["p"] = special.chdtrc(1, ratio**2)
    slope = (frame["part"] == "scale") & (frame["term"] != "constant")
    frame["sd_ratio"] = np.exp(frame["estimate"] / 2).where(slope)
    return frame


def _by_group(
    rows: ScaleRows, names: tuple[str, ...], fits: Fits, confidence: float
) -> pd.DataFrame:
    n = np.bincount(rows.group)
    mean = np.bincount(rows.group, rows.y) / n
    squares = np.bincount(rows.group, (rows.y - mean[rows.group]) ** 2)
    logs = np.bincount(rows.group, rows.W @ fits.full.gamma) / n
    full = fits.full
    own = full.log_variance if isinstance(full, RandomScale) else np.zeros(len(n))
    spread = full.log_variance_sd if isinstance(full, RandomScale) else np.full(len(n), np.nan)
    z = float(special.ndtri(0.5 + confidence / 2))
    observed = np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)
    return pd.DataFrame(
        {
            "group": names,
            "n": n,
            "mean": mean,
            "sd_observed": observed,
            "sd": np.exp((logs + own) / 2),
            "low": np.exp((logs + own - z * spread) / 2),
            "high": np.exp((logs + own + z * spread) / 2),
            "reason": np.where(n > 1, "", "one member: the SD is that of groups like it"),
        }
    )


def _correlation(full: object) -> float | NotComputed:
    if not isinstance(full, RandomScale):
        return NotComputed("the model was asked for without a random scale")
    if full.scale_sd < 1e-3:
        return NotComputed("groups do not differ in variance")
    return full.correlation
