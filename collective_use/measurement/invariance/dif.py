"""`dif`: which items answer differently in groups of persons equal on the construct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.checks import column_in, instance_of, number_between
from collective_use.cutoffs import Cutoff
from collective_use.errors import EstimationError, InputError
from collective_use.frames import records_of
from collective_use.measurement.cfa import fit_quietly
from collective_use.measurement.invariance.dif_data import coded, refuse_constant
from collective_use.measurement.invariance.dif_ordered import (
    NEGLIGIBLE,
    DifRow,
    judged,
    prepared,
    rows_of_item,
    verdict_of,
)
from collective_use.measurement.invariance.effect import items_of
from collective_use.measurement.invariance.release import ordered_scores, released
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, Result, Table, table_of
from collective_use.sem.asked import FitOptions
from collective_use.sem.ordinal.columns import numbers_of
from collective_use.sem.result import SemResult

NOTABLE = Cutoff("dif", 0.20, "at_most",
                 "a small effect of Cohen 1988, in standard deviations of the item")  # fmt: skip
POWER_80 = 2.802
"""Sum of the normal quantiles of .975 and .80: effects of so many errors are found in 80%."""


@dataclass(frozen=True)
class Dif(Result):
    """Differential item functioning, item by item.

    Attributes
    ----------
    table
        One row an item and compared group: `item`, `factor`, `group`, `effect` (answer units: what
        persons of that group answer more than the reference's at the same level of the construct),
        `size` (in standard deviations of the item), `se`, `p` (of the item, all groups),
        `p_adjusted` (Holm), `detectable` (the smallest size that this sample finds in 80% of
        cases), `slope_p` (score test of the loading: does the difference depend on the level?),
        `verdict`.
    trail
        Items whose effect was set free, in order: `item`, `statistic`, `p`. Effects of the others
        are judged beside them.
    latent
        Difference of factor means before and after: `factor`, `group`, `all_items`, `purified`.
    reference, groups
        The first label, and all.
    rule
        The size from which a difference is called notable.
    notes
        What is confounded; what a reader has to know.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=(600, 1)) + rng.normal(size=(600, 5))
    >>> data = pd.DataFrame(f, columns=list("abcde")).assign(country=["x", "y"] * 300)
    >>> data.loc[data["country"] == "y", "d"] += 1
    >>> found = cu.dif("f =~ a + b + c + d + e", data, group="country")
    >>> found.table.query("verdict == 'differs'")["item"].tolist()
    ['d']
    """

    table: pd.DataFrame
    trail: pd.DataFrame
    latent: pd.DataFrame
    reference: str
    groups: tuple[str, ...]
    rule: Cutoff
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return one row an item and group."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return items, trail and factor means."""
        notes = (f"Reference: {self.reference}. Notable size {self.rule}.", *self.notes)
        out = [table_of("Items that differ between groups", self.table, notes=notes)]
        if len(self.trail):
            out.append(table_of("Set free, one at a time", self.trail))
        out.append(table_of("Differences of the constructs", self.latent))
        return tuple(out)


@single_threaded
def dif(
    model: str,
    data: pd.DataFrame,
    *,
    group: str,
    cluster: str | None = None,
    missing: str = "listwise",
    significance: float = 0.05,
    ordered: str | Sequence[str] = (),
) -> Dif:
    """Find items whose answers differ between groups at the same level of the construct.

    The MIMIC model lets each factor depend on the group; an item differs when it depends on the
    group besides. The item that does most is set free, and so on until none is left at the level,
    adjusted for the number of items (purification); then every item's effect is estimated beside
    those set free. A loading that differs is looked for by score tests in the model of equal
    loadings.

    Parameters
    ----------
    model
        A confirmatory factor model, three items or more a factor.
    data
        One row a person.
    group
        Column of what is compared (language, country, wave, ...); the first value is the reference.
    cluster
        Column of groups of persons, for robust errors.
    missing
        ``"listwise"`` or ``"fiml"``.
    significance
        Of the tests, over all items.
    ordered
        Items taken as ordered categories, all or none of the model's. Then an item's answers are
        explained by the sum of its scale, the group, and both together (proportional odds; two
        tests in one, `slope_p` that of the last). Items that differ leave the sum. The table has
        `log_odds` (of a higher answer in that group) and `r2_change` (Nagelkerke) besides, and
        score tests in the model of latent responses that is alike in all groups: `score_p` and
        `score_effect` (in standard deviations) of an item's intercept, `score_slope_p` of its
        loading; they do not count clusters. `latent` holds differences of mean answers.

    Raises
    ------
    InputError
        When the column is unknown or has one value, or a factor has fewer than three items.
    EstimationError
        When the model cannot be fitted.

    References
    ----------
    Zumbo (1999), A handbook on the theory and methods of differential item functioning; Crane,
    Gibbons, Jolley & van Belle (2006), Medical Care 44:S115 (ordered items, purification);
    Muthén (1989), Psychometrika 54:557; Woods (2009), Multivariate Behavioral Research 44:1
    (MIMIC); Holm (1979).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))
    >>> data = pd.DataFrame(f, columns=list("abcd")).assign(country=["x", "y"] * 200)
    >>> set(cu.dif("f =~ a + b + c + d", data, group="country").table["verdict"])
    {'no difference found'}
    """
    instance_of("model", model, str, "a model text such as 'f =~ a + b + c'")
    instance_of("data", data, pd.DataFrame, "a data frame, one row a person")
    column_in("group", group, list(data.columns), where="the data")
    if cluster is not None:
        column_in("cluster", cluster, list(data.columns), where="the data")
    number_between("significance", significance, 0, 1, open_low=True, open_high=True)
    items = items_of(model)
    if small := [f for f, own in items.items() if len(own) < 3]:
        raise InputError(f"factor {small[0]!r} must have three items to tell one that differs, "
                         f"got {len(items[small[0]])}")  # fmt: skip
    labels = tuple(dict.fromkeys(str(g) for g in data[group].dropna()))
    if len(labels) < 2:
        raise InputError(f"group must have at least two values, got {len(labels)} in {group!r}")
    every = [i for own in items.values() for i in own]
    refuse_constant(data, group, labels, every)
    data = data.assign(**{i: numbers_of(data, i, ordered=bool(ordered)) for i in every})
    if ordered:
        return _of_ordered(model, items, data, group, labels, cluster, significance, ordered)
    search = _Search(model, items, labels, coded(data, group, labels), cluster, missing)
    free, trail = search.purified(significance)
    rows = search.judged(free, significance, _slopes(model, data, group, cluster, missing))
    notes = confounding(data, group, cluster)
    if len(free) >= search.most:
        notes = (*notes, f"The search ended at {len(free)} items: more than half differ, and no "
                 "item is left to anchor the comparison.")  # fmt: skip
    return Dif(
        pd.DataFrame(rows), pd.DataFrame(trail, columns=["item", "statistic", "p"]),
        search.latent(free), labels[0], labels, NOTABLE, notes,
    )  # fmt: skip


def _of_ordered(
    model: str, items: dict[str, list[str]], data: pd.DataFrame, group: str,
    labels: tuple[str, ...], cluster: str | None, significance: float, ordered: str | Sequence[str],
) -> Dif:  # fmt: skip
    every = [i for own in items.values() for i in own]
    given = [ordered] if isinstance(ordered, str) else list(ordered)
    if other := sorted(set(every) ^ set(given)):
        raise InputError("ordered must name all items of the model and no others, got "
                         f"{other[0]!r} in one of them only")  # fmt: skip
    known = coded(data, group, labels)
    focal = known[[f"d{k}_" for k in range(1, len(labels))]].to_numpy(float)
    rows: list[DifRow] = []
    trail: list[tuple[str, float, float]] = []
    latent: list[tuple[str, str, float, float]] = []
    for factor, own in items.items():
        part = prepared(known, own, focal, cluster)
        found, free = judged(part, significance, len(every))
        tests = {i.item: (i.statistic, i.p) for i in found}
        trail += [(item, *tests[item]) for item in free]
        spread = part.values.std(axis=0, ddof=1)
        for j, item in enumerate(found):
            rows += rows_of_item(item, factor, labels[1:], float(spread[j]), POWER_80)
        rest = [j for j, name in enumerate(own) if name not in free]
        first = part.focal.sum(axis=1) == 0
        for k, label in enumerate(labels[1:]):
            gap = part.values[part.focal[:, k] == 1].mean(axis=0) - part.values[first].mean(axis=0)
            latent.append((factor, label, float(gap.mean()), float(gap[rest].mean())))
    single = {row["item"]: row["p"] for row in rows}
    adjusted = dict(zip(single, holm(list(single.values())), strict=True))
    scores = ordered_scores(model, data, group, every, significance)
    for row in rows:
        row["p_adjusted"] = adjusted[row["item"]]
        row["verdict"] = verdict_of(row, significance, NOTABLE)
        if not isinstance(scores, NotComputed):
            row.update(scores[row["item"]])  # type: ignore[typeddict-item]
    notes = (
        *confounding(data, group, cluster),
        f"Ordered answers given the sum of the scale; r2_change {NEGLIGIBLE}. Differences of the "
        "constructs are those of mean answers, all items and without those that differ.",
    )
    return Dif(
        pd.DataFrame(rows), pd.DataFrame(trail, columns=["item", "statistic", "p"]),
        pd.DataFrame(latent, columns=["factor", "group", "all_items", "purified"]), labels[0],
        labels, NOTABLE, notes,
    )  # fmt: skip


def confounding(data: pd.DataFrame, group: str, cluster: str | None) -> tuple[str, ...]:
    """Say what cannot be told apart where the compared column is the same within clusters.

    Parameters
    ----------
    data
        One row a person.
    group, cluster
        Columns.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"team": [1, 1, 2, 2], "language": ["en", "en", "zh", "zh"]})
    >>> confounding(data, "language", "team")[0][:56]
    "'language' is the same for all members of every 'team' ("
    """
    if cluster is None:
        return ()
    known = data[[group, cluster]].dropna().astype(str).drop_duplicates()
    if known[cluster].duplicated().any():
        return ()
    counts = known[group].value_counts(sort=False)
    said = ", ".join(f"{name} {number}" for name, number in counts.items())
    return (
        f"{group!r} is the same for all members of every {cluster!r} ({said}): a difference of "
        f"wording cannot be told from a difference between these groups of persons themselves. The "
        "errors count groups, not persons; `detectable` is the bias of an item that this number of "
        "groups finds in 80% of cases.",
    )


class _Search:
    """MIMIC models with ever more direct effects."""

    def __init__(
        self, model: str, items: dict[str, list[str]], labels: tuple[str, ...],
        data: pd.DataFrame, cluster: str | None, missing: str,
    ) -> None:  # fmt: skip
        self.items, self.labels, self.data = items, labels, data
        self.every = [(f, i) for f, own in items.items() for i in own]
        self.most = max(1, len(self.every) // 2)
        self.codes = [f"d{k}_" for k in range(1, len(labels))]
        base = [model, *(f"{f} ~ {' + '.join(self.codes)}" for f in items)]
        self.base = "\n".join(base)
        self.options: FitOptions = {
            "estimator": "MLR", "meanstructure": True, "missing": missing, "cluster": cluster
        }  # fmt: skip

    def _fit(self, free: Sequence[str]) -> SemResult:
        lines = [self.base]
        for item in free:
            effects = " + ".join(f"b{k}_{item}*{c}" for k, c in enumerate(self.codes))
            lines.append(f"{item} ~ {effects}")
        fit = fit_quietly("\n".join(lines), self.data, **self.options)
        if isinstance(fit, NotComputed):
            raise EstimationError(f"the model with direct effects on {free}: {fit.reason}")
        return fit

    def _test(self, fit: SemResult, item: str) -> tuple[float, float]:
        found = fit.wald("; ".join(f"b{k}_{item} == 0" for k in range(len(self.codes))))
        return float(found.statistic), float(found.p)

    def purified(self, alpha: float) -> tuple[list[str], list[tuple[str, float, float]]]:
        """Set items free one at a time while one differs."""
        free: list[str] = []
        trail = []
        while len(free) < self.most:
            rest = [i for _, i in self.every if i not in free]
            tests = {i: self._test(self._fit([*free, i]), i) for i in rest}
            best = min(rest, key=lambda i: tests[i][1])
            if tests[best][1] * len(self.every) >= alpha:
                break
            free.append(best)
            trail.append((best, *tests[best]))
        return free, trail

    def judged(self, free: list[str], alpha: float, slopes: dict[str, float]) -> list[DifRow]:
        """Return each item's effects beside those set free."""
        rows: list[DifRow] = []
        tests: dict[str, float] = {}
        for factor, item in self.every:
            fit = self._fit(list(dict.fromkeys([*free, item])))
            tests[item] = self._test(fit, item)[1]
            found = {(r["lhs"], r["rhs"]): r for r in records_of(fit.estimates) if r["op"] == "~"}
            spread = float(self.data[item].std())
            for code, label in zip(self.codes, self.labels[1:], strict=True):
                own = found[item, code]
                rows.append({
                    "item": item, "factor": factor, "group": label, "effect": own["est"],
                    "size": own["est"] / spread, "se": own["se"], "p": tests[item],
                    "detectable": POWER_80 * own["se"] / spread,
                    "slope_p": slopes.get(f"{factor}=~{item}", np.nan),
                })  # fmt: skip
        adjusted = holm(list(tests.values()))
        holm_of = dict(zip(tests, adjusted, strict=True))
        for row in rows:
            p = row["p_adjusted"] = holm_of[row["item"]]
            slope = row["slope_p"] * len(self.every) < alpha
            row["verdict"] = _verdict(p < alpha, abs(row["size"]), slope=slope)
        return rows

    def latent(self, free: list[str]) -> pd.DataFrame:
        """Return differences of factor means with all items taken as equal, and purified."""
        found = [
            {(r["lhs"], r["rhs"]): r["est"] for r in records_of(fit.estimates) if r["op"] == "~"}
            for fit in (self._fit([]), self._fit(free))
        ]
        rows = [
            (f, label, found[0][f, code], found[1][f, code])
            for f in self.items
            for code, label in zip(self.codes, self.labels[1:], strict=True)
        ]
        return pd.DataFrame(rows, columns=["factor", "group", "all_items", "purified"])


def _verdict(significant: bool, size: float, *, slope: bool) -> str:
    if significant and not NOTABLE.passes(size):
        return "differs"
    if significant:
        return "differs, but little"
    return "differs by level" if slope else "no difference found"


def _slopes(
    model: str, data: pd.DataFrame, group: str, cluster: str | None, missing: str
) -> dict[str, float]:
    """Return p of each loading's equality over groups, smallest over the groups."""
    fit = fit_quietly(model, data[data[group].notna()], group=group, equal=("loadings",),
                      estimator="MLR", cluster=cluster, missing=missing)  # fmt: skip
    if isinstance(fit, NotComputed):
        return {}
    from scipy.stats import chi2

    out: dict[str, float] = {}
    for name, statistic in released(fit):
        if "=~" in name and np.isfinite(statistic):
            out[name] = min(out.get(name, 1.0), float(chi2.sf(statistic, 1)))
    return out


def holm(p: Sequence[float]) -> list[float]:
    """Return p values adjusted for their number by Holm (1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p)
    out = np.empty(len(p))
    high = 0.0
    for rank, place in enumerate(order):
        high = max(high, min(1.0, float(p[place]) * (len(p) - rank)))
        out[place] = high
    return [float(x) for x in out]
