"""How far the raters of a group agree about each target: ICC(A,1) and ICC(A,k)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from collective_use.groups.rosters.stacks import Floats, Integers, Rosters
from collective_use.numerics.rosters import raters as kernels


def _flat(rosters: Rosters) -> tuple[Floats, Integers, Integers, Integers]:
    """Return every rating with the codes of its target, rater and group."""
    parts: list[list[np.ndarray]] = [[], [], [], []]
    for stack in rosters.stacks:
        g, i, j = np.nonzero(~np.isnan(stack.values))
        place = stack.groups[g]
        for part, column in zip(parts, (stack.values[g, i, j], j, i, place), strict=True):
            part.append(column)
    if not parts[0]:
        empty = np.zeros(0, np.int64)
        return np.zeros(0), empty, empty, empty
    y, target, rater, group = (np.concatenate(part) for part in parts)
    widest = int(max(target.max(initial=0), rater.max(initial=0))) + 1
    _, a = np.unique(group * widest + target, return_inverse=True)
    _, b = np.unique(group * widest + rater, return_inverse=True)
    return y, a, b, group


def rater_agreement(rosters: Rosters) -> pd.DataFrame:
    """Return the agreement of raters about targets, by group and over all groups.

    Raters are a sample of those who could judge, and their levels count (absolute agreement).
    Where every rater gives the same sum, as with 100 points, raters cannot differ in level and
    the component of raters is no more than noise around 0; components are reported as
    estimated, and a negative one of raters is set to 0 in the ICC.

    Ratings may be missing (self-ratings left out, raters who skipped a target). Components
    then come from Henderson's Method III, which equals the analysis of variance when nothing
    is missing; k is the harmonic mean number of raters of a target.

    Parameters
    ----------
    rosters
        Ratings; own targets blanked where self-ratings do not count.

    Returns
    -------
    DataFrame
        One row a group, then one over all groups (`group` is ``"all groups"``) that pools sums
        of squares and has limits from the jackknife over groups: `targets`, `ratings`, `k`,
        `var_target`, `var_rater`, `var_error`, `icc_a1`, `icc_ak`, `icc_ak_low`,
        `icc_ak_high`, `reason`.

    References
    ----------
    McGraw, K. O., & Wong, S. P. (1996). Psychological Methods, 1, 30-46.
    Henderson, C. R. (1953). Biometrics, 9, 226-252.
    Efron, B., & Stein, C. (1981). The jackknife estimate of variance. Annals of Statistics, 9,
    586-596.
    """
    y, a, b, group = _flat(rosters)
    keys = rosters.keys.reset_index(drop=True)
    if not len(y):
        return keys.assign(icc_a1=np.nan, icc_ak=np.nan, reason="nobody answered")
    seen, code = np.unique(group, return_inverse=True)
    anova = kernels.crossed_anova(y, a, b, code)
    rows = keys.iloc[seen].reset_index(drop=True).join(_frame(anova))
    silent = keys.drop(index=seen.tolist()).assign(reason="nobody answered")
    by_group = pd.concat([rows.set_axis(seen), silent]).sort_index()
    pooled = _frame(anova.pooled()).assign(group="all groups")
    low, high = _jackknife(anova)
    pooled = pooled.assign(icc_ak_low=low, icc_ak_high=high)
    if np.isnan(low):
        few = "limits need five groups whose raters judged the same targets"
        pooled["reason"] = [reason or few for reason in pooled["reason"]]
    return pd.concat([by_group, pooled], ignore_index=True)


def _icc(anova: kernels.CrossedAnova) -> tuple[kernels.Components, Floats, Floats]:
    parts = kernels.components(anova)
    kept = kernels.Components(parts.a, np.maximum(parts.b, 0.0), parts.error)
    single, mean = kernels.agreement_icc(kept, anova.cells_a())
    # with next to no variance left the denominators are rounding
    flat = np.maximum(parts.a, 0.0) + kept.b + parts.error <= 1e-14
    return parts, np.where(flat, np.nan, single), np.where(flat, np.nan, mean)


def _frame(anova: kernels.CrossedAnova) -> pd.DataFrame:
    parts, single, mean = _icc(anova)
    reasons = [
        _reason(df_a, df_error, value)
        for df_a, df_error, value in zip(anova.df_a, anova.df_error, mean, strict=True)
    ]
    shown = np.array([not reason for reason in reasons])
    return pd.DataFrame(
        {
            "targets": anova.levels_a.astype(int),
            "ratings": anova.n.astype(int),
            "k": anova.cells_a(),
            "var_target": parts.a,
            "var_rater": parts.b,
            "var_error": parts.error,
            "icc_a1": np.where(shown, single, np.nan),
            "icc_ak": np.where(shown, mean, np.nan),
            "reason": reasons,
        }
    )


def _reason(df_targets: float, df_error: float, value: float) -> str:
    if df_targets < 1:
        return "there are not two targets that common raters judged"
    if df_error < 1:
        return "too few raters judged the same targets to tell agreement from error"
    if np.isnan(value):
        return "all ratings are the same, so there is nothing to agree on"
    return ""


def _jackknife(anova: kernels.CrossedAnova) -> tuple[float, float]:
    """Return 95% limits of the pooled ICC(A,k), leaving out one group at a time.

    Fewer than five groups give none.
    """
    used = anova.df_error > 0
    number = int(used.sum())
    if number < 5:
        return np.nan, np.nan
    names = kernels.CrossedAnova.__slots__
    rest = kernels.CrossedAnova(
        **{name: getattr(anova, name).sum() - getattr(anova, name)[used] for name in names}
    )
    left_out = _icc(rest)[2]
    whole = float(_icc(anova.pooled())[2][0])
    error = np.sqrt((number - 1) / number * ((left_out - left_out.mean()) ** 2).sum())
    reach = float(special.stdtrit(number - 1, 0.975)) * float(error)
    return whole - reach, min(whole + reach, 1.0)
