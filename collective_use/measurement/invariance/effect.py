"""How much unequal items matter: dMACS by item from the configural model with anchors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.measurement.cfa import fit_quietly
from collective_use.numerics.items.dmacs import dmacs
from collective_use.results import NotComputed
from collective_use.sem.result import SemResult


def items_of(model: str) -> dict[str, list[str]]:
    """Return the items of each factor of a model text.

    Examples
    --------
    >>> items_of("f =~ a + b; g =~ c + d")
    {'f': ['a', 'b'], 'g': ['c', 'd']}
    """
    from collective_use.sem.table.build import parameter_table
    from collective_use.sem.table.choices import TableOptions

    table = parameter_table(model, TableOptions(n_groups=1))
    rows = [r for r in table.rows if r.op == "=~"]
    return {f: [r.rhs for r in rows if r.lhs == f] for f in table.blocks[0].latent}


def anchored_fit(
    model: str, data: pd.DataFrame, group: str, labels: tuple[str, ...]
) -> SemResult | NotComputed:
    """Fit the configural model with the first indicator of each factor as anchor.

    Parameters
    ----------
    model
        A factor model whose first indicators are the anchors: loading 1, equal intercept.
    data
        One row a person.
    group
        Column of the groups.
    labels
        The groups by order.
    """
    items, count = items_of(model), len(labels)
    lines = [model]
    for factor, own in items.items():
        same = ", ".join([f"t_{factor}"] * count)
        free = ", ".join(["0", *["NA"] * (count - 1)])
        lines += [f"{own[0]} ~ c({same})*1", f"{factor} ~ c({free})*1"]
    return fit_quietly("\n".join(lines), data, group=group, meanstructure=True)


def effects_of(
    fit: SemResult, model: str, data: pd.DataFrame, group: str, labels: tuple[str, ...]
) -> pd.DataFrame:
    """Return dMACS and the shift of expected answers by item, the first against the last group.

    Parameters
    ----------
    fit
        Of `anchored_fit`.
    model, data, group, labels
        What it was fitted to; the first label is the reference, the last is focal.
    """
    return _table(fit, items_of(model), data, group, labels)


def _table(
    fit: SemResult, items: dict[str, list[str]], data: pd.DataFrame, group: str,
    labels: tuple[str, ...],
) -> pd.DataFrame:  # fmt: skip
    last = len(labels)
    known = values_of(fit)

    def value(op: str, lhs: str, rhs: str, number: int) -> float:
        return known.get((op, lhs, rhs, number), 0.0)

    out = []
    text = data[group].map(str).to_numpy()
    parts = [data[text == label] for label in (labels[0], labels[-1])]
    for factor, own in items.items():
        loadings = np.array([[value("=~", factor, i, g) for i in own] for g in (1, last)])
        intercepts = np.array([[value("~1", i, "", g) for i in own] for g in (1, last)])
        spread = _pooled(parts, own)
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
    frame = fit.estimates
    names = ("op", "lhs", "rhs", "group", "est")
    return {
        (str(op), str(a), str(b), int(g)): float(v)
        for op, a, b, g, v in zip(*(frame[name].to_numpy() for name in names), strict=True)
    }


def _pooled(parts: list[pd.DataFrame], items: list[str]) -> np.ndarray:
    used = [part[items].to_numpy(float) for part in parts]
    used = [own[~np.isnan(own).any(axis=1)] for own in used]
    n = np.array([len(part) for part in used], float)
    variances = np.array([part.var(axis=0, ddof=1) for part in used])
    return np.sqrt(((n - 1)[:, None] * variances).sum(axis=0) / (n.sum() - 2))
