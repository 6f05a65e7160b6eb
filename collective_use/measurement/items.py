"""Item analysis: what each item of a scale looks like, and which stand apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.accepted import Labels
from collective_use.checks import number_between
from collective_use.cutoffs import Cutoff
from collective_use.errors import CollectiveUseError, InputError
from collective_use.groups.between.icc import icc
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.correlations import Floats
from collective_use.numerics.items.critical_ratio import critical_ratio
from collective_use.numerics.items.dependence import local_dependence
from collective_use.numerics.items.reliability import cronbach_alpha
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, Result, Table, TableRow, table_of

RULES: Mapping[str, Cutoff] = {
    c.name: c
    for c in (
        Cutoff("item_rest", 0.30, "at_least", "Nunnally & Bernstein 1994, Psychometric theory"),
        Cutoff("ceiling", 0.40, "at_most",
               "convention; Terwee et al. 2007 take .15 for whole scales",
               "share of answers at the highest or lowest category"),
        Cutoff("icc1", 0.05, "at_least", "Bliese, Maltarich, Hendricks, Hofmann & Adler 2019, "
               "Journal of Applied Psychology 104:293", "items that do not separate groups"),
        Cutoff("overlap", 0.30, "at_most",
               "Christensen, Golino & Silvia 2020, European Journal of Personality 34:1095",
               "weighted topological overlap: .20 small, .25 moderate, .30 large"),
        Cutoff("residual", 0.20, "at_most", "Christensen, Makransky & Horton 2017, "
               "Applied Psychological Measurement 41:178", "residual correlation above the mean"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class ItemAnalysis(Result):
    """Items of one or several scales.

    Attributes
    ----------
    table
        One row an item: `scale`, `item`, `n`, `missing` (share), `mean`, `sd`, `skew`, `kurtosis`
        (excess), `floor`, `ceiling` (shares at the ends of the response scale, or of the answers
        given where the scale is not known), `item_rest` and `item_total` correlations, `within` and
        `between` (item-rest within groups and of group means), `icc1`, `alpha_dropped`, `remarks`.
    pairs
        One row a pair of items of a scale with local dependence: `first`, `second`,
        `correlation`, `residual` (what they share beyond the rest of the scale, above the mean),
        `overlap`.
    distribution
        Share of answers by item and category.
    reversed_check
        Items whose answers run against the rest of their scale though keyed alike.
    rules
        The rules behind the remarks.
    notes
        What was left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))[["TSIG01", "TSIG02", "TSIG03"]]
    >>> cu.items(lq).table["item_rest"].round(2).tolist()
    [0.61, 0.71, 0.72]
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
    distribution: pd.DataFrame
    reversed_check: tuple[str, ...]
    rules: Mapping[str, Cutoff]
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return one row an item."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return items and pairs, with the rules."""
        notes = [f"{name} {rule}" for name, rule in self.rules.items()]
        if self.reversed_check:
            notes.insert(0, "Run against their scale though keyed alike: "
                         + ", ".join(self.reversed_check) + ".")  # fmt: skip
        shown = self.table.drop(
            columns=["item_total", "sd", "kurtosis", "critical_ratio", "critical_p"]
        )
        out = [table_of("Items", shown, notes=(*notes, *self.notes), digits=2)]
        if len(self.pairs):
            out.append(table_of("Items that overlap", self.pairs, digits=2))
        return tuple(out)


@single_threaded
def items(
    data: Data,
    groups: Labels = None,
    *,
    constructs: Constructs | None = None,
    rules: Mapping[str, float] | None = None,
) -> ItemAnalysis:
    """Analyse items one by one and in pairs.

    Parameters
    ----------
    data
        Items of persons: a frame (one scale, unless `constructs` says otherwise), responses or
        scores (a scale for each measure). Missing answers are left out item by item; indices of a
        scale rest on persons who answered all of it.
    groups
        A column of the frame or one label for each person; then ICC(1) and the item-rest
        correlations within and between groups are given.
    constructs
        Items by scale.
    rules
        Other values for named rules.

    Returns
    -------
    ItemAnalysis
        Items, overlapping pairs, distributions.

    Raises
    ------
    InputError
        When a rule is unknown or no item has answers.

    References
    ----------
    Item-rest: Nunnally & Bernstein (1994). ICC(1): Bliese et al. (2019). Weighted topological
    overlap: Zhang & Horvath (2005); Christensen, Golino & Silvia (2020).

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> found = cu.items(rng.normal(size=(200, 1)) + rng.normal(size=(200, 4)))
    >>> found.table["remarks"].tolist()
    ['', '', '', '']
    """
    used = _rules(rules)
    answers = answers_of(data, groups, constructs)
    scales = dict(answers.constructs) or {"scale": answers.items}
    rows: list[TableRow] = []
    pairs: list[TableRow] = []
    turned: list[str] = []
    for scale, own in scales.items():
        part = answers.only(own)
        whole = _complete(part)
        for item in own:
            numbers = _numbers(item, part, whole)
            remarks = " ".join(_flags(numbers, used))
            rows.append({"scale": scale, "item": item, **numbers, "remarks": remarks})
            turned += [item] if numbers["item_rest"] < 0 else []
        if whole is not None and len(own) > 2:
            pairs += _pairs(scale, whole, used)
    table = pd.DataFrame(rows)
    return ItemAnalysis(
        table, pd.DataFrame(pairs), _distribution(answers), tuple(turned), used, answers.notes
    )


def _rules(changes: Mapping[str, float] | None) -> dict[str, Cutoff]:
    from dataclasses import replace

    used = dict(RULES)
    for name, value in (changes or {}).items():
        if name not in used:
            raise InputError(f"rule must be one of {', '.join(used)}, got {name!r}")
        number_between(name, value, 0, 1)
        used[name] = replace(used[name], value=float(value), source="set by the study")
    return used


def _complete(part: Answers) -> Answers | None:
    try:
        return part.complete()
    except CollectiveUseError:
        return None


def _numbers(item: str, part: Answers, whole: Answers | None) -> dict[str, float]:
    x = part.values[item].dropna().to_numpy(float)
    low = part.low.get(item, float(x.min()) if len(x) else np.nan)
    high = part.high.get(item, float(x.max()) if len(x) else np.nan)
    return {
        "n": len(x),
        "missing": 1.0 - len(x) / max(len(part.values), 1),
        "mean": float(x.mean()) if len(x) else np.nan,
        "sd": float(x.std(ddof=1)) if len(x) > 1 else np.nan, **_shape(x),
        "floor": float((x == low).mean()) if len(x) else np.nan,
        "ceiling": float((x == high).mean()) if len(x) else np.nan,
        **_beside(item, whole), "icc1": _icc1(item, part),
    }  # fmt: skip


def _shape(x: Floats) -> dict[str, float]:
    spread = x.std() if len(x) else 0.0
    if len(x) < 3 or spread == 0:
        return {"skew": np.nan, "kurtosis": np.nan}
    z = (x - x.mean()) / spread
    return {"skew": float((z**3).mean()), "kurtosis": float((z**4).mean() - 3.0)}


def _beside(item: str, whole: Answers | None) -> dict[str, float]:
    names = (
        "item_rest", "item_total", "within", "between", "alpha_dropped", "critical_ratio",
        "critical_p",
    )  # fmt: skip
    if whole is None or len(whole.items) < 2:
        return dict.fromkeys(names, np.nan)
    values = whole.values.to_numpy()
    place = whole.items.index(item)
    own, rest = values[:, place], np.delete(values, place, axis=1).sum(axis=1)
    within = between = np.nan
    if whole.groups is not None:
        codes, _ = whole.codes()
        sizes = np.bincount(codes)
        a, b = (np.bincount(codes, x) / sizes for x in (own, rest))
        within, between = _r(own - a[codes], rest - b[codes]), _r(a, b)
    dropped = np.delete(values, place, axis=1)
    ends = critical_ratio(own, own + rest)
    return {
        "item_rest": _r(own, rest), "item_total": _r(own, own + rest), "within": within,
        "between": between,
        "alpha_dropped": cronbach_alpha(np.cov(dropped.T)) if dropped.shape[1] > 1 else np.nan,
        "critical_ratio": ends.t, "critical_p": ends.p,
    }  # fmt: skip


def _r(a: Floats, b: Floats) -> float:
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _icc1(item: str, part: Answers) -> float:
    if part.groups is None:
        return float("nan")
    known = part.values[item].notna() & part.groups.notna()
    x = part.values.loc[known, item].to_numpy(float)
    count = part.groups[known].nunique()
    if count < 2 or len(x) <= count:
        return float("nan")
    found = icc(x, part.groups[known].to_numpy(), group_size="k0").icc1
    return float("nan") if isinstance(found, NotComputed) else float(found)


def _flags(row: Mapping[str, float], rules: Mapping[str, Cutoff]) -> list[str]:
    out = []
    if row["item_rest"] < 0:
        out.append("runs against its scale")
    elif not np.isnan(row["item_rest"]) and not rules["item_rest"].passes(row["item_rest"]):
        out.append("weak")
    ends = ("floor", "ceiling")
    out += [e for e in ends if not np.isnan(row[e]) and not rules["ceiling"].passes(row[e])]
    if not np.isnan(row["icc1"]) and not rules["icc1"].passes(row["icc1"]):
        out.append("does not separate groups")
    return out


def _pairs(scale: str, whole: Answers, rules: Mapping[str, Cutoff]) -> list[TableRow]:
    values = whole.values.to_numpy()
    if np.ptp(values, axis=0).min() == 0:
        return []
    r = np.corrcoef(values.T)
    overlap = topological_overlap(r)
    residual = local_dependence(r) if len(r) > 3 else None
    out: list[TableRow] = []
    for i in range(len(r)):
        for j in range(i):
            depends = residual is not None and not rules["residual"].passes(float(residual[i, j]))
            if depends or (not rules["overlap"].passes(float(overlap[i, j])) and len(r) > 4):
                out.append({
                    "scale": scale, "first": whole.items[j], "second": whole.items[i],
                    "correlation": float(r[i, j]),
                    "residual": float("nan") if residual is None else float(residual[i, j]),
                    "overlap": float(overlap[i, j]),
                })  # fmt: skip
    return out


def topological_overlap(correlation: Floats) -> Floats:
    """Return weighted topological overlap of the partial correlations (Zhang & Horvath 2005).

    Two items overlap when they are tied to the same others as strongly as to each other.

    Examples
    --------
    >>> import numpy as np
    >>> topological_overlap(np.eye(3)).round(3).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    inverse = np.linalg.pinv(correlation)
    spread = np.sqrt(np.maximum(np.diag(inverse), 1e-12))
    weight = np.abs(-inverse / np.outer(spread, spread))
    np.fill_diagonal(weight, 0.0)
    shared = weight @ weight
    degree = weight.sum(axis=0)
    out = (shared + weight) / (np.minimum.outer(degree, degree) + 1.0 - weight)
    np.fill_diagonal(out, 0.0)
    return np.asarray(out)


def _distribution(answers: Answers) -> pd.DataFrame:
    rows = []
    for item in answers.items:
        x = answers.values[item].dropna()
        if x.nunique() <= 15:
            shares = x.value_counts(normalize=True).sort_index()
            rows += [(item, float(str(code)), float(share)) for code, share in shares.items()]
    return pd.DataFrame(rows, columns=["item", "answer", "share"])
