"""How well each level of a two-level model fits: the other level saturated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from collective_use.checks import instance_of
from collective_use.numerics.sem import fit_indices as fi
from collective_use.results import NotComputed
from collective_use.sem.goodness.tests_of_fit import p_of
from collective_use.sem.twolevel.estimate import TwoLevelSolution, fit_twolevel_table
from collective_use.sem.twolevel.result import TwoLevelResult
from collective_use.sem.twolevel.tests_of_fit import saturated_level, two_level_independence

LEVELS = ("within", "between")


def level_measures(fit: TwoLevelResult) -> dict[str, Mapping[str, float] | NotComputed]:
    """Return all fit measures of each level by lavaan's names.

    A level is tested by a model that saturates the other. Its baseline model, too, leaves the
    other level saturated. ``rmsea`` divides by all persons as lavaan 0.7 does; ``rmsea.level`` by
    the number of groups between and by persons less groups within, as Ryu & West do: it does not
    make a between model look good because there are many persons.

    Parameters
    ----------
    fit
        A two-level fit of one group.

    Returns
    -------
    dict
        ``within`` and ``between``: measures by name, or why there are none.

    References
    ----------
    Ryu & West (2009), Structural Equation Modeling 16:583.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> from collective_use.measurement.confirmatory.levels import level_measures
    >>> rng = np.random.default_rng(1)
    >>> team = np.repeat(np.arange(60), 6)
    >>> group, f = rng.normal(size=60)[team], rng.normal(size=360)
    >>> own = [0.5 * rng.normal(size=60)[team] + rng.normal(size=360) for _ in range(4)]
    >>> data = pd.DataFrame({f"y{i}": group + f + own[i] for i in range(4)}).assign(team=team)
    >>> block = "f =~ y0 + y1 + y2 + y3"
    >>> fit = cu.fit_sem(f"level: 1; {block}; level: 2; {block}", data, cluster="team")
    >>> {name: found["df"] for name, found in level_measures(fit).items()}
    {'within': 2.0, 'between': 2.0}
    """
    instance_of("fit", fit, TwoLevelResult, "a two-level result of fit_sem")
    return {name: _level(fit, place) for place, name in enumerate(LEVELS, start=1)}


def _level(fit: TwoLevelResult, level: int) -> dict[str, float] | NotComputed:
    source = two_level_independence(fit.table)
    part = replace(fit, solution=_saturating(fit, fit.table, 3 - level), vcov=None)
    null = replace(fit, solution=_saturating(fit, source, 3 - level), vcov=None)
    if not (part.converged and null.converged):
        other = LEVELS[2 - level]
        return NotComputed(f"the model with all covariances {other} groups has no optimum")
    found = dict(part.fit_measures)
    base, df = float(null.test.statistic), float(null.test.df)
    v = fi.Versus(found["chisq"], found["df"], base, df)
    sizes = fit._data.likelihoods
    n = sum(g.J if level == 2 else g.N - g.J for g in sizes)
    own = {
        "baseline.chisq": base, "baseline.df": df, "baseline.pvalue": p_of(base, df),
        "cfi": fi.cfi(v), "tli": fi.tli(v), "nnfi": fi.tli(v), "rfi": fi.rfi(v), "nfi": fi.nfi(v),
        "pnfi": fi.pnfi(v), "ifi": fi.ifi(v), "rni": fi.rni(v), "n.level": float(n),
        "rmsea.level": fi.rmsea(found["chisq"], found["df"], n, len(sizes)),
    }  # fmt: skip
    # scaled and robust versions of these would compare with a baseline of both levels
    stale = ("cfi.", "tli.", "nnfi.", "rni.", "nfi.", "rfi.", "ifi.", "pnfi.", "baseline.")
    kept = {name: value for name, value in found.items() if not name.startswith(stale)}
    return kept | own


def _saturating(fit: TwoLevelResult, source: object, other: int) -> TwoLevelSolution:
    table = saturated_level(fit.table, source, other)  # type: ignore[arg-type]
    return fit_twolevel_table(table, fit._data, fit.solution.options)
