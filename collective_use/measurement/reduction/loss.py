"""What a shorter scale costs: reliability, likeness to the long one, validity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collective_use.measurement.answers import Answers
from collective_use.measurement.reduction.rules import omega_of
from collective_use.numerics.groups.components import components, pair_sums
from collective_use.numerics.items.two_level import harmonic_size
from collective_use.numerics.types import Floats
from collective_use.results import TableRow

LEAST = 30
"""Fewer complete answers say too little about a loss."""


def losses(
    answers: Answers, kept: Mapping[str, Sequence[str]], first: NDArray[np.bool_],
    second: NDArray[np.bool_],
) -> tuple[pd.DataFrame, tuple[str, ...]]:  # fmt: skip
    """Return reliability and likeness of long and short scales in both parts of the split.

    Parameters
    ----------
    answers
        All persons.
    kept
        Items kept by construct.
    first, second
        (N,) who chose the items, and who judges them.
    """
    rows: list[TableRow] = []
    notes = []
    for name, short in kept.items():
        long = answers.constructs[name]
        if len(short) == len(long):
            continue
        for sample, part in (("development", first), ("held out", second)):
            values = answers.values.loc[part, list(long)]
            known = values.notna().all(axis=1).to_numpy()
            if known.sum() < LEAST or (values[known].nunique() < 2).any():
                notes.append(
                    f"{answers.named(name)}, {sample}: {int(known.sum())} persons answered all "
                    f"items, {LEAST} are needed to state the loss."
                )
                continue
            groups = None if answers.groups is None else answers.groups[part][known]
            rows.append({"construct": answers.named(name), "sample": sample,
                         **_loss(values[known], list(short), groups)})  # fmt: skip
    return pd.DataFrame(rows), tuple(notes)


def _loss(values: pd.DataFrame, short: list[str], groups: pd.Series | None) -> TableRow:
    long = list(values.columns)
    before, after = omega_of(values.to_numpy(float)), omega_of(values[short].to_numpy(float))
    share = len(short) / len(long)
    out: TableRow = {
        "items_before": len(long), "items_after": len(short), "omega_before": before,
        "omega_after": after, "expected": share * before / (1 + (share - 1) * before),
        "kept_correlation": overlap_corrected(values[short].to_numpy(float),
                                              values.to_numpy(float), after),
    }  # fmt: skip
    if groups is not None:
        out |= {
            "icc2_before": icc2(values.mean(axis=1).to_numpy(), groups),
            "icc2_after": icc2(values[short].mean(axis=1).to_numpy(), groups),
        }
    return out


def overlap_corrected(short: Floats, long: Floats, reliability: float) -> float:
    """Return what short and long form would correlate if they were given one after the other.

    The items that both hold share their errors; the short form's error variance is taken out of
    the covariance (Levy 1967).

    Parameters
    ----------
    short, long
        (N, k) and (N, J) answers; the short form's items are among the long form's.
    reliability
        Of the short form.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(500, 1)) + rng.normal(size=(500, 6))
    >>> short = x[:, :3]
    >>> plain = np.corrcoef(short.sum(axis=1), x.sum(axis=1))[0, 1]
    >>> bool(0.6 < overlap_corrected(short, x, 0.75) < plain)
    True
    """
    a, b = short.sum(axis=1), long.sum(axis=1)
    shared = (1 - reliability) * a.var()
    covariance = float(np.cov(a, b, ddof=0)[0, 1])
    return (covariance - float(shared)) / float(a.std() * b.std())


def icc2(values: Floats, groups: pd.Series) -> float:
    """Return the reliability of group means: between variance by moments, harmonic mean of sizes.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> teams = pd.Series(np.repeat(np.arange(50), 8))
    >>> x = np.random.default_rng(1).normal(size=50)[teams] + np.tile([-1.0, 1.0], 200)
    >>> round(icc2(x, teams), 1)
    0.8
    """
    known = groups.notna().to_numpy()
    codes, labels = pd.factorize(groups[known])
    if len(labels) < 2 or len(codes) <= len(labels):
        return float("nan")
    within, between = components(pair_sums(values[known][:, None], codes, len(labels)))
    w, b = float(within[0, 0]), max(float(between[0, 0]), 0.0)
    return b / (b + w / harmonic_size(np.bincount(codes)))


def validity_of(
    answers: Answers, kept: Mapping[str, Sequence[str]], part: NDArray[np.bool_],
    criterion: pd.Series | None,
) -> pd.DataFrame:  # fmt: skip
    """Return correlations of scale scores before and after, on some persons."""
    long = pd.DataFrame({n: answers.values.loc[part, list(answers.constructs[n])].mean(axis=1)
                         for n in kept})  # fmt: skip
    short = pd.DataFrame({n: answers.values.loc[part, list(own)].mean(axis=1)
                          for n, own in kept.items()})  # fmt: skip
    changed = {n for n, own in kept.items() if len(own) < len(answers.constructs[n])}
    rows = [
        (answers.named(a), answers.named(b), float(long[a].corr(long[b])),
         float(short[a].corr(short[b])))
        for a, b in combinations(kept, 2)
        if a in changed or b in changed
    ]  # fmt: skip
    if criterion is not None:
        own = criterion[part]
        rows += [
            (answers.named(a), str(criterion.name), float(long[a].corr(own)),
             float(short[a].corr(own)))
            for a in kept
            if a in changed
        ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["first", "second", "before", "after"])
    return frame.assign(change=frame["after"] - frame["before"])
