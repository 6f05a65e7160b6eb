"""Factors explored in one half of the groups, the constructs' model checked in the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from collective_use.accepted import PlainDict
from collective_use.errors import InputError
from collective_use.measurement.answers import Answers, answers_of
from collective_use.measurement.cfa import factor_model, fit_quietly, plain_names
from collective_use.measurement.confirmatory.measured import measured
from collective_use.measurement.correlations import correlations_of
from collective_use.measurement.factors.efa import Efa, efa
from collective_use.measurement.halves import split_by_group
from collective_use.measurement.validity.htmt import constructs_with
from collective_use.numerics.factors.number import sampling_adequacy, sphericity
from collective_use.results import NotComputed

PER_ITEM = 5
"""Persons an item below which loadings are not looked at (Hair et al. 2019, Multivariate Data
Analysis, 8th ed., p. 132: five observations a variable at the least)."""
CONFIRMED = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr")


def exploration(answers: Answers, seed: int | None = 1) -> dict[str, pd.DataFrame]:
    """Return loadings in one half of the groups, and what the other half says of the model.

    As many factors as constructs are extracted (minres, oblimin), and each is called after the
    construct whose items load on it most; the constructs' confirmatory model is fitted to the
    other half, so that nothing is found and confirmed in the same answers.

    Parameters
    ----------
    answers
        Items of persons by construct; groups, where there are any, stay whole.
    seed
        Of the split.

    Returns
    -------
    dict
        ``exploration``, a row an item and factor (`item`, `construct`, `factor`, `loading`,
        `communality`, `explained`: the factor's share of the items' variance); ``adequacy``, one
        row: `n`, `items`, `kmo` (Kaiser 1974), `bartlett`, `bartlett_df`, `bartlett_p` (Bartlett
        1951), `factors`, `cumulated`, `held`, and the fit in the other half.

    Raises
    ------
    InputError
        When there are fewer than two constructs, or fewer than five persons an item in a half.

    Examples
    --------
    >>> import numpy as np
    >>> from collective_use.measurement.answers import answers_of
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(400, 2)), 3, axis=1) + rng.normal(size=(400, 6))
    >>> sets = {"a": ["item1", "item2", "item3"], "b": ["item4", "item5", "item6"]}
    >>> exploration(answers_of(f, constructs=sets))["adequacy"]["factors"].tolist()
    [2]
    """
    sets = constructs_with(answers, 2)
    used = answers.only([item for own in sets.values() for item in own]).complete()
    first, held = split_by_group(used, 0.5, seed)
    items = len(used.items)
    fewest = min(int(first.sum()), int(held.sum()))
    if fewest < PER_ITEM * items:
        raise InputError(
            f"each half must have at least {PER_ITEM} persons an item to explore factors, got "
            f"{fewest} persons for {items} items"
        )
    explored = used.values[first]
    found = efa(explored, len(sets), seed=seed)
    matrix = correlations_of(answers_of(explored)).matrix
    chisq, df, p = sphericity(matrix, int(first.sum()))
    loadings = _loadings(found, sets)
    row: PlainDict = {
        "n": int(first.sum()), "items": items, "kmo": sampling_adequacy(matrix)[1],
        "bartlett": chisq, "bartlett_df": df, "bartlett_p": p, "factors": len(sets),
        "cumulated": float(found.communalities.mean()), "held": int(held.sum()),
        **_confirmed(used, held, sets),
    }  # fmt: skip
    return {"exploration": loadings, "adequacy": pd.DataFrame([row])}


def _loadings(found: Efa, sets: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return a row an item and factor, each factor called after a construct."""
    size = np.array([(found.loadings.loc[list(own)] ** 2).mean() for own in sets.values()])
    pairs = zip(*linear_sum_assignment(-size), strict=True)
    called = {str(found.loadings.columns[int(f)]): list(sets)[int(c)] for c, f in pairs}
    pattern = found.loadings.rename(columns=called)[list(sets)]
    # an oblique factor's share is that of its column in pattern * structure
    shares = (found.loadings * found.structure).sum().rename(called) / len(pattern)
    rows = [
        {
            "item": item,
            "construct": construct,
            "factor": factor,
            "loading": float(pattern[factor][item]),
            "communality": float(found.communalities[item]),
            "explained": float(shares[factor]),
        }
        for construct, own in sets.items()
        for item in own
        for factor in sets
    ]
    return pd.DataFrame(rows)


def _confirmed(used: Answers, held: np.ndarray, sets: Mapping[str, tuple[str, ...]]) -> PlainDict:
    named = plain_names(used, sets)
    fit = fit_quietly(factor_model(named.sets), named.data[held], estimator="MLR")
    if isinstance(fit, NotComputed):
        return dict.fromkeys(CONFIRMED, np.nan) | {"reason": fit.reason}
    numbers = measured(fit)
    return {name: numbers[name] for name in CONFIRMED} | {"reason": ""}
