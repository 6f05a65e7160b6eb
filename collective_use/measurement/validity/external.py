"""What measures of groups go with: other methods, a criterion, known groups, a second time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from collective_use.accepted import Found
from collective_use.checks import did_you_mean, number_between, quoted
from collective_use.errors import InputError
from collective_use.numerics.items.external import correlation, hedges, retest
from collective_use.results import Result, Table, TableRow, table_of

if TYPE_CHECKING:
    from collective_use.groups.results import Groups

GroupTable: TypeAlias = "Groups | pd.DataFrame"
FEW = 10
"""Fewer groups say too little about a correlation between them."""


@dataclass(frozen=True)
class External(Result):
    """What values of groups go with.

    Attributes
    ----------
    table
        One row a comparison; its columns say what they are.
    title
        What was compared.
    matrix
        Correlations, where there is a matrix; else empty.
    notes
        How to read it, what was left out.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> use = rng.normal(size=60)
    >>> groups = pd.DataFrame({"items": use + rng.normal(size=60), "minutes": use})
    >>> cu.criterion(groups, ["items"], "minutes").table["n"].tolist()
    [60]
    """

    table: pd.DataFrame
    title: str
    matrix: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the comparisons."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the comparisons, and the matrix where there is one."""
        out = [table_of(self.title, self.table, notes=self.notes, digits=2)]
        if len(self.matrix):
            shown = self.matrix.reset_index().rename(columns={"index": ""})
            out.append(table_of("Correlations", shown, digits=2))
        return tuple(out)


def multimethod(
    groups: GroupTable,
    traits: Mapping[str, Mapping[str, str]] | None = None,
    *,
    confidence: float = 0.95,
    language: str | None = None,
) -> External:
    """Compare ways of measuring the same constructs: a multitrait-multimethod matrix of groups.

    The instrument knows which measures are of one construct and where each comes from (items, a
    roster, 100 points, a checklist, an informant, records). A convergent correlation should be
    clear of 0, larger than those of different constructs by different methods in its row and
    column, and than those of different constructs by the same method (Campbell & Fiske 1959).

    Parameters
    ----------
    groups
        What `aggregate` returns, or a frame with a row a group.
    traits
        Columns by construct and method, for a frame; the instrument's when None.
    confidence
        Of the limits.
    language
        Of the names of constructs.

    Raises
    ------
    InputError
        When no construct is measured in two ways.

    References
    ----------
    Campbell & Fiske (1959), Psychological Bulletin 56:81.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> t = rng.normal(size=(100, 2))
    >>> x = np.hstack([t + 0.5 * rng.normal(size=(100, 2)), t + 0.5 * rng.normal(size=(100, 2))])
    >>> data = pd.DataFrame(x, columns=["ties_items", "power_items", "ties_roster", "power_points"])
    >>> ways = {"ties": {"items": "ties_items", "roster": "ties_roster"},
    ...     "power": {"items": "power_items", "points": "power_points"}}
    >>> cu.multimethod(data, ways).table["verdict"].tolist()
    ['converges', 'converges']
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    values, known = _values(groups)
    if traits is None:
        traits = _traits_of(groups, values, language)
    columns: dict[str, tuple[str, str]] = {}
    for trait, ways in traits.items():
        for method, column in ways.items():
            _column(column, values)
            columns[column] = (trait, method)
    empty = [c for c in columns if values[c].notna().sum() < FEW or values[c].nunique() < 2]
    columns = {c: where for c, where in columns.items() if c not in empty}
    pairs = [(a, b) for a, b in combinations(columns, 2) if columns[a][0] == columns[b][0]]
    if not pairs:
        raise InputError(
            "no construct is measured in two ways here: name columns by traits={'construct': "
            "{'items': ..., 'roster': ...}}, or read rosters and informants too"
        )
    matrix = pd.DataFrame(
        [[correlation(values[a].to_numpy(float), values[b].to_numpy(float))[0] if a != b else 1.0
          for b in columns] for a in columns], index=list(columns), columns=list(columns),
    )  # fmt: skip
    rows = [_convergent(a, b, columns, matrix, values, confidence) for a, b in pairs]
    notes = [f"{len(values)} groups. Observed values: no correction for unreliability.", *known]
    if empty:
        notes.append(f"Left out, fewer than {FEW} groups with a value: {quoted(empty)}.")
    return External(pd.DataFrame(rows), "The same construct by several methods", matrix,
                    tuple(notes))  # fmt: skip


def _convergent(
    a: str, b: str, columns: Mapping[str, tuple[str, str]], matrix: pd.DataFrame,
    values: pd.DataFrame, confidence: float,
) -> TableRow:  # fmt: skip
    (trait, one), (_, two) = columns[a], columns[b]
    r, low, high, n = correlation(values[a].to_numpy(float), values[b].to_numpy(float), confidence)
    table = {(p, q): abs(float(v)) for p, row in matrix.iterrows() for q, v in row.items()}
    other: list[float] = []
    same: list[float] = []
    for own, way, across in ((a, one, two), (b, two, one)):
        for c, (t, m) in columns.items():
            if t != trait:
                (same if m == way else other if m == across else []).append(table[own, c])
    beyond = [v for v in other if np.isfinite(v)]
    within = [v for v in same if np.isfinite(v)]
    verdict = _convergence(r, low, high, beyond, within)
    return {
        "construct": trait, "first": f"{one} ({a})", "second": f"{two} ({b})", "r": r,
        "ci_lower": low, "ci_upper": high, "n": n,
        "largest_other_method": max(beyond, default=np.nan),
        "largest_same_method": max(within, default=np.nan), "verdict": verdict,
    }  # fmt: skip


def _convergence(
    r: float, low: float, high: float, beyond: Sequence[float], within: Sequence[float]
) -> str:
    if not np.isfinite(r):
        return "not computed"
    if high < 0:
        return "runs the other way: is one of the two keyed round?"
    if low <= 0:
        return "no convergence is shown"
    if beyond and r <= max(beyond):
        return "no more alike than different constructs"
    if within and r <= max(within):
        return "converges, but the method makes different constructs as much alike"
    return "converges"


def criterion(
    groups: GroupTable, measures: Sequence[str] | None, criterion: str, *, confidence: float = 0.95
) -> External:
    """Correlate measures of groups with a criterion from elsewhere: records, minutes, a later wave.

    Parameters
    ----------
    groups, measures
        What `aggregate` returns or a frame with a row a group; columns, None for all measures.
    criterion, confidence
        A column of numbers; level of the limits.

    Raises
    ------
    InputError
        When a column is unknown.

    References
    ----------
    Cronbach & Meehl (1955), Psychological Bulletin 52:281.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> use = rng.normal(size=80)
    >>> groups = pd.DataFrame({"use": use + 0.5 * rng.normal(size=80), "minutes": use})
    >>> cu.criterion(groups, ["use"], "minutes").table["verdict"].tolist()
    ['goes with it']
    """
    values, known = _values(groups)
    _column(criterion, values)
    rows = []
    for name in _measures(groups, values, measures, criterion):
        r, low, high, n = correlation(
            values[name].to_numpy(float), values[criterion].to_numpy(float), confidence
        )
        said = "goes with it" if low > 0 else "goes against it" if high < 0 else "not shown"
        verdict = said if np.isfinite(r) else "not computed: too few groups or no variance"
        rows.append({"measure": name, "criterion": criterion, "r": r, "ci_lower": low,
                     "ci_upper": high, "n": n, "verdict": verdict})  # fmt: skip
    return External(pd.DataFrame(rows), "Criterion", notes=(*known, "One row a group."))


def known_groups(
    groups: GroupTable, measures: Sequence[str] | None, by: str, *, confidence: float = 0.95
) -> External:
    """Compare groups that are known to differ, such as mandated and voluntary ones.

    Parameters
    ----------
    groups
        What `aggregate` returns, or a frame with a row a group.
    measures
        Columns; all measures of the instrument when None.
    by
        A column with two kinds of groups or more; each is compared with the first.
    confidence
        Of the limits.

    Raises
    ------
    InputError
        When a column is unknown or holds fewer than two kinds of five groups.

    References
    ----------
    Hattie & Cooksey (1984), Applied Psychological Measurement 8:295; Hedges & Olkin (1985).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> kind = np.repeat(["voluntary", "mandated"], 40)
    >>> groups = pd.DataFrame({"use": rng.normal(size=80) - (kind == "mandated"), "kind": kind})
    >>> cu.known_groups(groups, ["use"], "kind").table["verdict"].tolist()
    ['lower']
    """
    values, known = _values(groups)
    _column(by, values)
    counts = values[by].value_counts(sort=False)
    kinds = [k for k in dict.fromkeys(values[by].dropna()) if counts[k] >= 5]
    if len(kinds) < 2:
        raise InputError(f"by must hold at least two kinds of five groups each, got {len(kinds)}")
    rows = []
    for name in _measures(groups, values, measures, by):
        base = values.loc[values[by] == kinds[0], name].dropna().to_numpy(float)
        for kind in kinds[1:]:
            own = values.loc[values[by] == kind, name].dropna().to_numpy(float)
            g, low, high, p = hedges(own, base, confidence) if min(len(own), len(base)) > 1 else (
                (np.nan,) * 4)  # fmt: skip
            said = "higher" if low > 0 else "lower" if high < 0 else "no difference shown"
            rows.append({
                "measure": name, "kind": str(kind), "reference": str(kinds[0]), "n": len(own),
                "n_reference": len(base), "g": g, "ci_lower": low, "ci_upper": high, "p": p,
                "verdict": said if np.isfinite(g) else "not computed",
            })  # fmt: skip
    left = [f"{k} ({counts[k]})" for k in counts.index if counts[k] < 5]
    notes = (*known, *([f"Left out, fewer than five groups: {', '.join(left)}."] if left else []))
    return External(pd.DataFrame(rows), f"Known groups by {by}", notes=notes)


def group_retest(
    first: GroupTable, second: GroupTable, measures: Sequence[str] | None = None, *,
    group: str = "group", confidence: float = 0.95,
) -> External:  # fmt: skip
    """Compare values of the same groups at two times.

    Parameters
    ----------
    first, second
        What `aggregate` returns for each time, or frames with a row a group.
    measures
        Columns; all measures that both have when None.
    group
        Column that says which group is which.
    confidence
        Of the limits.

    Raises
    ------
    InputError
        When a column is unknown or fewer than three groups are in both.

    References
    ----------
    McGraw & Wong (1996), Psychological Methods 1:30; de Vet et al. (2006), Journal of Clinical
    Epidemiology 59:1033.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> use, names = rng.normal(size=50), [f"g{i}" for i in range(50)]
    >>> waves = [pd.DataFrame({"group": names, "use": use + 0.3 * rng.normal(size=50)})
    ...     for _ in (1, 2)]
    >>> bool(cu.group_retest(*waves).table["icc_agreement"].iloc[0] > 0.8)
    True
    """
    (one, known), (two, _) = _values(first), _values(second)
    for name, values in (("first", one), ("second", two)):
        if group not in values.columns:
            raise InputError(f"{name} must have a column {group!r} that names the groups")
    merged = one.merge(two, on=group, suffixes=("_1", "_2"))
    if len(merged) < 3:
        raise InputError(f"at least three groups must be in both, got {len(merged)}")
    both = [c for c in one.columns if c != group and c in two.columns
            and pd.api.types.is_numeric_dtype(one[c]) and c not in _OWN]  # fmt: skip
    rows = []
    for name in both if measures is None else measures:
        _column(name, one)
        _column(name, two)
        pair = merged[[f"{name}_1", f"{name}_2"]].to_numpy(float)
        found = retest(pair, confidence)
        r = correlation(pair[:, 0], pair[:, 1])[0]
        rows.append({"measure": name, "r": r, **{k: getattr(found, k) for k in found.__slots__}})
    lost = len(set(one[group]) ^ set(two[group]))
    notes = (*known, f"{len(merged)} groups at both times, {lost} at one only.",
             "icc_agreement counts a shift of all groups as error, icc_consistency does not; a "
             "group has changed when its value moved by more than `detectable`.")  # fmt: skip
    return External(pd.DataFrame(rows), "The same groups twice", notes=notes)


_OWN = ("n", "members", "response_rate", "reason", "wave", "parent")


def _values(groups: Found) -> tuple[pd.DataFrame, tuple[str, ...]]:
    if isinstance(groups, pd.DataFrame):
        return groups, ()
    values = getattr(groups, "values", None)
    if not isinstance(values, pd.DataFrame):
        raise InputError("groups must be what cu.aggregate(...) returns, or a frame with a row a "
                         f"group, got {type(groups).__name__}")  # fmt: skip
    return values, ()


def _column(name: str, values: pd.DataFrame) -> None:
    if name not in values.columns:
        raise InputError(f"{name!r} is no column of the values of groups"
                         f"{did_you_mean(name, [str(c) for c in values.columns])}")  # fmt: skip


def _measures(
    groups: Found, values: pd.DataFrame, measures: Sequence[str] | None, other: str
) -> list[str]:
    if measures is None:
        if isinstance(groups, pd.DataFrame):
            raise InputError("measures must name columns of the frame")
        return [m.id for m in groups.instrument.measures if m.id in values and m.id != other]
    for name in measures:
        _column(name, values)
    return list(measures)


def _traits_of(
    groups: Found, values: pd.DataFrame, language: str | None
) -> dict[str, dict[str, str]]:
    if isinstance(groups, pd.DataFrame):
        raise InputError("traits must name columns by construct and method for a frame")
    bank = groups.instrument
    language = language or bank.languages[0]
    out: dict[str, dict[str, str]] = {}
    for measure in bank.measures:
        if measure.id not in values or measure.composition in ("separation",):
            continue
        name = bank.get_construct(measure.construct_id).name.get(language, measure.construct_id)
        ways = out.setdefault(name, {})
        source = measure.source if measure.source not in ways else f"{measure.source} {measure.id}"
        ways[source] = measure.id
    return out
