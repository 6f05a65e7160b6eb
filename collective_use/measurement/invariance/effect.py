"""How much unequal items matter: dMACS by item from the configural model with anchors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.measurement.cfa import fit_quietly
from collective_use.numerics.items.dmacs import dmacs
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed
from collective_use.sem.estimates import row_values, shown_rows
from collective_use.sem.result import SemResult
from collective_use.sem.table.partable import ParameterTable


def items_of(model: str) -> dict[str, list[str]]:
    """Return the items of each factor of a model text.

    Examples
    --------
    >>> items_of("f =~ a + b; g =~ c + d")
    {'f': ['a', 'b'], 'g': ['c', 'd']}
    """
    from collective_use.sem.table.build import parameter_table
    from collective_use.sem.table.choices import TableOptions

    return items_in(parameter_table(model, TableOptions(n_groups=1)))


def items_in(table: ParameterTable) -> dict[str, list[str]]:
    """Return the items of each factor of a table, by its first group.

    Parameters
    ----------
    table
        Of a factor model.
    """
    rows = [r for r in table.rows if r.op == "=~" and r.group == 1]
    return {f: [r.rhs for r in rows if r.lhs == f] for f in table.blocks[0].latent}


def anchored_fit(
    model: str, items: dict[str, list[str]], data: pd.DataFrame, group: str, count: int
) -> SemResult | NotComputed:
    """Fit the configural model with the first indicator of each factor as anchor.

    Parameters
    ----------
    model
        A factor model whose first indicators are the anchors: loading 1, equal intercept.
    items
        Its items by factor.
    data
        One row a person.
    group
        Column of the groups.
    count
        Number of groups.
    """
    lines = [model]
    for factor, own in items.items():
        same = ", ".join([f"t_{factor}"] * count)
        free = ", ".join(["0", *["NA"] * (count - 1)])
        lines += [f"{own[0]} ~ c({same})*1", f"{factor} ~ c({free})*1"]
    return fit_quietly("\n".join(lines), data, group=group, meanstructure=True)


def anchored_start(
    values: dict[tuple[str, str, str, int], float], items: dict[str, list[str]], count: int
) -> dict[tuple[str, str, str, int], float]:
    """Return the configural estimates in the metric of `anchored_fit`, where its search ends.

    The two models are one: factor means take what the anchors' intercepts differ by.

    Parameters
    ----------
    values
        From `values_of` the configural fit.
    items
        Its items by factor.
    count
        Number of groups.
    """
    out = dict(values)
    anchors = [own[0] for own in items.values()]
    first = np.array([values.get(("~1", item, "", 1), 0.0) for item in anchors])
    for g in range(2, count + 1):
        own = np.array([values.get(("~1", item, "", g), 0.0) for item in anchors])
        loads = np.array([[values.get(("=~", f, i, g), 0.0) for f in items] for i in anchors])
        if abs(np.linalg.det(loads)) < 1e-6:
            return values
        means = np.linalg.solve(loads, own - first)
        out |= {("~1", f, "", g): float(mean) for f, mean in zip(items, means, strict=True)}
        for f, mean in zip(items, means, strict=True):
            for item in items[f]:
                moved = values.get(("=~", f, item, g), 0.0) * float(mean)
                out["~1", item, "", g] = out.get(("~1", item, "", g), 0.0) - moved
    return out


def effects_of(
    fit: SemResult, data: pd.DataFrame, group: str, labels: tuple[str, ...]
) -> pd.DataFrame:
    """Return dMACS and the shift of expected answers by item, the first against the last group.

    Parameters
    ----------
    fit
        Of `anchored_fit`.
    data, group, labels
        What it was fitted to; the first label is the reference, the last is focal.
    """
    return _table(fit, items_in(fit.solution.table), data, group, labels)


def _table(
    fit: SemResult, items: dict[str, list[str]], data: pd.DataFrame, group: str,
    labels: tuple[str, ...],
) -> pd.DataFrame:  # fmt: skip
    last = len(labels)
    known = values_of(fit)

    def value(op: str, lhs: str, rhs: str, number: int) -> float:
        return known.get((op, lhs, rhs, number), 0.0)

    out = []
    text = data[group].map(str).to_numpy(dtype=object)
    named = [item for own in items.values() for item in own]
    answers = {item: data[item].to_numpy(float) for item in named}
    parts = [text == label for label in (labels[0], labels[-1])]
    for factor, own in items.items():
        loadings = np.array([[value("=~", factor, i, g) for i in own] for g in (1, last)])
        intercepts = np.array([[value("~1", i, "", g) for i in own] for g in (1, last)])
        together = np.column_stack([answers[item] for item in own])
        spread = _pooled([together[part] for part in parts])
        mean, variance = value("~1", factor, "", last), value("~~", factor, factor, last)
        size, shift = dmacs(loadings, intercepts, mean, variance, spread)
        out += [
            {"item": item, "factor": factor, "dmacs": float(d), "shift": float(s),
             "latent_mean": mean, "pooled_sd": float(sd)}
            for item, d, s, sd in zip(own, size, shift, spread, strict=True)
        ]  # fmt: skip
    return pd.DataFrame(out)


def values_of(fit: SemResult) -> dict[tuple[str, str, str, int], float]:
    """Return estimates by operator, left side, right side and group.

    Parameters
    ----------
    fit
        Of one or several groups.
    """
    return {key: est for key, (est, _) in with_errors(fit).items()}


def with_errors(fit: SemResult) -> dict[tuple[str, str, str, int], tuple[float, float]]:
    """Return estimates and standard errors by operator, left side, right side and group.

    Parameters
    ----------
    fit
        Of one or several groups.
    """
    values, errors = row_values(fit.solution, fit.vcov, fit.se)
    rows = fit.solution.table.rows
    return {
        (rows[i].op, rows[i].lhs, rows[i].rhs, rows[i].group): (float(values[i]), float(errors[i]))
        for i in shown_rows(fit.solution.table)
    }


def _pooled(parts: list[Floats]) -> Floats:
    used = [own[~np.isnan(own).any(axis=1)] for own in parts]
    n = np.array([len(part) for part in used], float)
    variances = np.array([part.var(axis=0, ddof=1) for part in used])
    return np.asarray(np.sqrt(((n - 1)[:, None] * variances).sum(axis=0) / (n.sum() - 2)))
