"""Invariance that is no matter of separate groups: across levels, and over waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from collective_use.accepted import Labels, Plain
from collective_use.checks import column_in, instance_of, one_of
from collective_use.cutoffs import Cutoff
from collective_use.errors import EstimationError, InputError
from collective_use.frames import records_of
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.cfa import (
    Named,
    fit_quietly,
    heard,
    plain_names,
)
from collective_use.measurement.invariance.steps import RULES, step_row
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, Result, Table, TableRow, table_of
from collective_use.sem.asked import FitOptions
from collective_use.sem.result import SemResult


@dataclass(frozen=True)
class Ladder(Result):
    """Nested models of one construct after another, ever more held equal.

    Attributes
    ----------
    table
        One row a construct and step: `construct`, `step`, `equal` in words, `chisq`, `df`,
        `pvalue`, `cfi`, `rmsea`, `srmr`, `delta_chisq`, `delta_df`, `delta_p`, `delta_cfi`,
        `delta_rmsea`, `holds`, `reason` where a step was not fitted.
    items
        Across levels: one row an item with its standardised `within` and `between` loading and
        `residual_between` (share of its between variance that the factor leaves: cluster bias).
        Over waves: one row a construct and wave with the latent `mean`, `se`, `variance`.
    reached
        The last step that holds, by construct.
    fits
        By construct and step.
    title
        What was compared.
    rules
        The rules of thumb.
    notes
        What a reader has to know.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> team = np.repeat(np.arange(80), 8)
    >>> f = rng.normal(size=80)[team] + rng.normal(size=640)
    >>> data = pd.DataFrame({c: f + rng.normal(size=640) for c in "abcd"}).assign(team=team)
    >>> cu.isomorphism(data, {"trust": list("abcd")}, "team").reached["trust"]
    'scalar'
    """

    table: pd.DataFrame
    items: pd.DataFrame
    reached: Mapping[str, str]
    fits: Mapping[tuple[str, str], SemResult]
    title: str
    rules: Mapping[str, Cutoff]
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return one row a construct and step."""
        return self.table.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return steps and items."""
        wanted = ["construct", "step", "chisq", "df", "cfi", "rmsea", "delta_chisq", "delta_df",
                  "delta_p", "delta_cfi", "delta_rmsea", "holds", "reason"]  # fmt: skip
        shown = self.table[[name for name in wanted if name in self.table.columns]]
        notes = (*(f"{n} {r}" for n, r in self.rules.items()), *self.notes)
        return (table_of(self.title, shown, notes=notes), table_of("Behind it", self.items))


@single_threaded
def isomorphism(
    data: Data,
    constructs: Constructs | None = None,
    groups: Labels = None,
    *,
    missing: str = "listwise",
    language: str | None = None,
) -> Ladder:
    """Test whether a construct means the same between groups as within them, step by step.

    Configural: one factor at both levels. Metric: equal loadings, so that the factor's variances
    can be compared and ICCs of it mean something. Scalar: besides, items have no variance between
    groups but the factor's; what is left is cluster bias, differences between groups in intercepts.

    Parameters
    ----------
    data
        Items of persons.
    constructs
        Items by construct; the measures of an instrument when None. Three items or more each.
    groups
        A column of the frame or one label for each person.
    missing
        ``"listwise"`` or ``"fiml"``.
    language
        Of the names of constructs.

    Raises
    ------
    InputError
        When there are no groups or no construct has three items.
    EstimationError
        When no construct can be fitted.

    References
    ----------
    Jak, Oort & Dolan (2013), Structural Equation Modeling 20:265; Jak (2014), International Journal
    of Public Opinion Research 26:510; Tay, Woo & Vermunt (2014), Organizational Research Methods
    17:77.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> team = np.repeat(np.arange(80), 8)
    >>> f = rng.normal(size=80)[team] + rng.normal(size=640)
    >>> data = pd.DataFrame({c: f + rng.normal(size=640) for c in "abcd"}).assign(team=team)
    >>> data["d"] += rng.normal(size=80)[team]
    >>> cu.isomorphism(data, {"trust": list("abcd")}, "team").reached["trust"]
    'metric'
    """
    one_of("missing", missing, ("listwise", "fiml"))
    answers = answers_of(data, groups, constructs, least=3, language=language)
    answers.codes()
    book = _Book("Equal across levels")
    for name, own in _long_enough(answers, book):
        part = answers.only(own)
        part = part.complete() if missing == "listwise" else part
        named = plain_names(part, {name: own})
        options: FitOptions = {"cluster": "group_", "estimator": "MLR", "missing": missing}
        steps = [(s, w, _two_level(next(iter(named.sets.items())), s)) for s, w in _LEVELS]
        book.climb(answers.named(name), steps, named.data, options)
        book.rows_of_items(answers.named(name), named)
    return book.result(answers.notes)


_LEVELS = (
    ("configural", "one factor within and between"),
    ("metric", "equal loadings within and between"),
    ("scalar", "and no variance of items between groups beside the factor's"),
)


def _long_enough(answers: Answers, book: _Book) -> list[tuple[str, tuple[str, ...]]]:
    sets = answers.constructs or {"scale": answers.items}
    short = [answers.named(name) for name, own in sets.items() if len(own) < 3]
    if short:
        book.notes.append(f"Left out, fewer than three items: {', '.join(short)}.")
    kept = [(name, own) for name, own in sets.items() if len(own) > 2]
    if not kept:
        raise InputError("a construct must have at least three items, got none that has")
    return kept


def _two_level(factor: tuple[str, Sequence[str]], step: str) -> str:
    name, items = factor
    free = " + ".join(items)
    if step == "configural":
        return f"level: 1\n{name} =~ {free}\nlevel: 2\n{name} =~ {free}"
    tied = " + ".join([items[0], *(f"l{j}_*{i}" for j, i in enumerate(items[1:], start=2))])
    none = [f"{item} ~~ 0*{item}" for item in items] if step == "scalar" else []
    return "\n".join([f"level: 1\n{name} =~ {tied}\nlevel: 2\n{name} =~ {tied}", *none])


@single_threaded
def longitudinal(
    data: pd.DataFrame,
    constructs: Constructs,
    *,
    wave: str,
    person: str,
    cluster: str | None = None,
    missing: str = "fiml",
) -> Ladder:
    """Test whether a construct is measured alike over waves of the same persons.

    One factor a wave, residuals of the same item correlated over waves; then equal loadings, equal
    intercepts (from here on factor means can be compared), equal residual variances.

    Parameters
    ----------
    data
        One row a person and wave.
    constructs
        Items by construct, three or more.
    wave
        Column of the waves, in the order of their first appearance.
    person
        Column that says who is who.
    cluster
        Column of groups of persons, for robust errors; a person's group is that of the first wave.
    missing
        ``"fiml"`` keeps persons who missed a wave; ``"listwise"`` does not.

    Raises
    ------
    InputError
        When a column is unknown, a person stands twice in a wave, or nobody in two waves.
    EstimationError
        When no construct can be fitted.

    References
    ----------
    Little (2013), Longitudinal structural equation modeling; Widaman, Ferrer & Conger (2010), Child
    Development Perspectives 4:10.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f, rows = rng.normal(size=300), []
    >>> for w in (1, 2):
    ...     g = f + 0.5 * rng.normal(size=300) + 0.5 * w
    ...     part = {c: g + rng.normal(size=300) for c in "abcd"}
    ...     rows.append(pd.DataFrame(part).assign(wave=w, who=np.arange(300)))
    >>> found = cu.longitudinal(pd.concat(rows), {"f": list("abcd")}, wave="wave", person="who")
    >>> found.reached["f"]
    'strict'
    """
    instance_of("data", data, pd.DataFrame, "a data frame, one row a person and wave")
    one_of("missing", missing, ("listwise", "fiml"))
    for name, column in (("wave", wave), ("person", person), ("cluster", cluster)):
        if column is not None:
            column_in(name, column, list(data.columns), where="the data")
    waves = list(dict.fromkeys(data[wave].dropna()))
    if len(waves) < 2:
        raise InputError(f"wave must have at least two values, got {len(waves)} in {wave!r}")
    twice = data.duplicated([person, wave])
    if twice.any():
        row = data[twice].iloc[0]
        raise InputError(
            f"person {row[person]!r} must stand once in a wave, got twice in {row[wave]!r}"
        )
    if not data[person].duplicated().any():
        raise InputError("persons must answer in two waves, got nobody who did: the column "
                         f"{person!r} does not connect them")  # fmt: skip
    answers = answers_of(data.drop(columns=[wave, person, *([cluster] if cluster else [])]),
                         None, constructs, least=3)  # fmt: skip
    book = _Book("Equal over waves")
    for name, own in _long_enough(answers, book):
        wide, columns = _wide(data, own, wave, person, waves)
        options: FitOptions = {"estimator": "MLR", "missing": missing, "meanstructure": True}
        if cluster:
            first = data.drop_duplicates(person).set_index(person)[cluster]
            wide, options["cluster"] = wide.assign(cluster_=first), "cluster_"
        steps = [(s, w, _over_waves(columns, s)) for s, w in _WAVES]
        book.climb(answers.named(name), steps, wide, options)
        book.rows_of_waves(answers.named(name), [str(w) for w in waves])
    said = f"{data[person].nunique()} persons, waves {', '.join(str(w) for w in waves)}."
    return book.result((*answers.notes, said))


_WAVES = (
    ("configural", "the same items at every wave"),
    ("metric", "equal loadings"),
    ("scalar", "equal loadings and intercepts"),
    ("strict", "and equal residual variances"),
)


def _wide(
    data: pd.DataFrame, items: Sequence[str], wave: str, person: str, waves: Sequence[Plain]
) -> tuple[pd.DataFrame, list[list[str]]]:
    parts, columns = [], []
    for k, label in enumerate(waves, start=1):
        own = data[data[wave] == label].set_index(person)[list(items)].astype(float)
        names = [f"x{j}_w{k}" for j in range(1, len(items) + 1)]
        own.columns = pd.Index(names)
        parts.append(own)
        columns.append(names)
    return pd.concat(parts, axis=1), columns


def _over_waves(columns: Sequence[Sequence[str]], step: str) -> str:
    """Write one factor a wave; the first item's loading is 1 and carries the metric."""
    equal = {"configural": 0, "metric": 1, "scalar": 2, "strict": 3}[step]
    lines = []
    for k, items in enumerate(columns, start=1):
        loads = [f"l{j}_*{item}" if equal else item for j, item in enumerate(items, start=1)]
        loads[0] = items[0]
        lines.append(f"f{k}_ =~ {' + '.join(loads)}")
        lines += [f"{item} ~ t{j}_*1" for j, item in enumerate(items, start=1) if equal > 1]
        lines += [f"{item} ~~ e{j}_*{item}" for j, item in enumerate(items, start=1) if equal > 2]
        if equal > 1:
            lines.append(f"f{k}_ ~ {'0*1' if k == 1 else '1'}")
    for j in range(len(columns[0])):
        lines += [f"{a[j]} ~~ {b[j]}" for a, b in combinations(columns, 2)]
    return "\n".join(lines)


class _Book:
    """Climbs the ladder of each construct and keeps what it finds."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.rows: list[TableRow] = []
        self.items: list[TableRow] = []
        self.reached: dict[str, str] = {}
        self.fits: dict[tuple[str, str], SemResult] = {}
        self.notes: list[str] = []

    def climb(
        self, name: str, steps: list[tuple[str, str, str]], data: pd.DataFrame,
        options: FitOptions,
    ) -> None:  # fmt: skip
        """Fit step after step; the first one that fails or cannot be fitted ends `reached`."""
        before: dict[str, SemResult] = {}
        holding = True
        self.reached[name] = ""
        for step, words, text in steps:
            fit = fit_quietly(text, data, **options)
            row: TableRow = {"construct": name}
            if isinstance(fit, NotComputed):
                self.rows.append(row | {"step": step, "equal": words, "holds": False,
                                        "reason": fit.reason})  # fmt: skip
                holding = False
                if not before:
                    return
                continue
            said: list[str] = []
            with heard(said):
                row |= step_row(step, words, fit, before)
            self.notes += [f"{name}, {step}: {text}." for text in said]
            row["reason"] = "; ".join([*([str(row["reason"])] if row["reason"] else []),
                                       *(p.text for p in fit.problems)])  # fmt: skip
            self.rows.append(row)
            self.fits[name, step] = before[step] = fit
            holding = holding and bool(row["holds"])
            if holding:
                self.reached[name] = step

    def rows_of_items(self, name: str, named: Named) -> None:
        """Keep loadings of both levels, and what the factor leaves between groups."""
        fit = self.fits.get((name, "configural"))
        if fit is None:
            return
        found: dict[str, dict[str, float]] = {}
        for row in records_of(fit.standardized("all")):
            level = "within" if str(row["level"]) in ("1", "within") else "between"
            if row["op"] == "=~":
                found.setdefault(row["rhs"], {})[level] = float(row["est"])
            elif row["op"] == "~~" and row["lhs"] == row["rhs"] and level == "between":
                found.setdefault(row["lhs"], {})["residual_between"] = float(row["est"])
        self.items += [
            {"construct": name, "item": named.back[item], **values}
            for item, values in found.items()
            if "within" in values
        ]

    def rows_of_waves(self, name: str, waves: list[str]) -> None:
        """Keep factor means and variances of the last step that allows to compare them."""
        fit = self.fits.get((name, "scalar"))
        if fit is None:
            return
        rows = records_of(fit.estimates)
        for k, label in enumerate(waves, start=1):
            mean = [r for r in rows if r["lhs"] == f"f{k}_" and r["op"] == "~1"]
            wide = [r for r in rows if r["lhs"] == r["rhs"] == f"f{k}_"]
            self.items.append({
                "construct": name, "wave": label, "mean": float(mean[0]["est"]) if mean else 0.0,
                "se": float(mean[0]["se"]) if mean else np.nan, "variance": float(wide[0]["est"]),
            })  # fmt: skip

    def result(self, notes: Sequence[str]) -> Ladder:
        """Return the ladder; raise when nothing could be fitted."""
        if not self.fits:
            reasons = "; ".join(str(row["reason"]) for row in self.rows[:3])
            raise EstimationError(f"no construct could be fitted: {reasons}")
        return Ladder(
            pd.DataFrame(self.rows), pd.DataFrame(self.items), self.reached, self.fits, self.title,
            dict(RULES), (*notes, *self.notes),
        )  # fmt: skip
