"""Which models are nested in which, and which are equivalent: known before any data.

A model is nested in another when the other can reproduce every covariance matrix that the first can
imply. So the first model's covariances are taken at values of its parameters drawn at random, and
the second is fitted to them: at a discrepancy of zero it is nested, both ways round they are
equivalent, and no data of this kind tell them apart.

References
----------
Bentler & Satorra (2010), Psychological Methods 15:111; Asparouhov & Muthén (2019), Structural
Equation Modeling 26:302 (the discrepancy itself as criterion).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.moments import Floats, GroupMoments, inverse_and_log_det
from collective_use.numerics.sem.model import moments
from collective_use.sem.data.data import GroupData, SampleData
from collective_use.sem.engines.core import fit_table, sample_statistics, thread_controller
from collective_use.sem.options import Options
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.partable import ParameterTable

CRITERION = 1e-7
"""A discrepancy below it counts as zero, above ten times it as none (Asparouhov & Muthén 2019)."""

POINTS = 3
"""At so many random places both ways have to hold."""

NESTED, EQUIVALENT, BLANK = "nested", "equivalent", ""


def nesting(models: Mapping[str, str], *, seed: int | None = 1) -> pd.DataFrame:
    """Return a square of words: is the model of the row nested in that of the column?

    Parameters
    ----------
    models
        Model texts by name, of one level or of two (``level:`` blocks; both levels are looked
        at). No data are used.
    seed
        Of the random places.

    Returns
    -------
    pandas.DataFrame
        ``"nested"``, ``"equivalent"`` or blank; models without the same variables are blank.

    Raises
    ------
    InputError
        With fewer than two models.

    Examples
    --------
    >>> full, back = "m ~ x; y ~ m + x", "m ~ y + x; y ~ x"
    >>> found = nesting({"serial": "m ~ x; y ~ m", "full": full, "back": back})
    >>> found.loc["serial", "full"], found.loc["full", "serial"], found.loc["full", "back"]
    ('nested', '', 'equivalent')
    """
    if len(models) < 2:
        raise InputError("nesting needs two models or more")
    names = list(models)
    tables = [_table(models[name]) for name in names]
    inside = np.zeros((len(names), len(names)), dtype=bool)
    with thread_controller().limit(limits=1):
        for i, small in enumerate(tables):
            for j, large in enumerate(tables):
                inside[i, j] = i != j and _nested(small, large, seed)
    words = [
        [_word(inside[i, j], inside[j, i]) for j in range(len(names))] for i in range(len(names))
    ]
    return pd.DataFrame(words, index=names, columns=names)


def _word(there: bool, back: bool) -> str:
    return EQUIVALENT if there and back else NESTED if there else BLANK


def _table(model: str) -> ParameterTable:
    return parameter_table(model, TableOptions(meanstructure=False, fixed_x=False))


def degrees(table: ParameterTable) -> int:
    """Return degrees of freedom of the covariance structure, all levels."""
    return sample_statistics(_levels_apart(table)) - table.n_free


def _levels_apart(table: ParameterTable) -> ParameterTable:
    """Return levels as groups without means: what each level's covariances can tell."""
    if table.n_levels == 1 and not table.meanstructure:
        return table
    rows = [row._replace(group=row.level, level=1) if row.level else row for row in table.rows]
    kept = tuple(row for row in rows if row.op != "~1")
    blocks = tuple(replace(b, group=b.level, level=1, exogenous=()) for b in table.blocks)
    numbers: dict[int, int] = {}
    closed = tuple(
        row._replace(free=numbers.setdefault(row.free, len(numbers) + 1)) if row.free else row
        for row in kept
    )
    return ParameterTable(closed, blocks, False)


def _nested(small: ParameterTable, large: ParameterTable, seed: int | None) -> bool:
    first, second = _levels_apart(small), _levels_apart(large)
    pairs = list(zip(first.blocks, second.blocks, strict=False))
    if len(first.blocks) != len(second.blocks):
        return False
    if any(set(a.observed) != set(b.observed) for a, b in pairs):
        return False
    if sample_statistics(first) - first.n_free < sample_statistics(second) - second.n_free:
        return False
    rng = np.random.default_rng(seed)
    for _ in range(POINTS):
        implied = _implied(first, rng)
        if implied is None or not _reproduced(second, first, implied):
            return False
    return True


def _implied(table: ParameterTable, rng: np.random.Generator) -> list[Floats] | None:
    """Return the covariances of every block at random values; None where none are possible."""
    model = compile_model(table)
    for attempt in range(50):
        size = 0.6 * 0.9**attempt
        theta = np.zeros(table.n_free)
        for row in table.rows:
            if row.free and row.op == "~~" and row.lhs == row.rhs:
                theta[row.free - 1] = rng.uniform(0.8, 1.6)
            elif row.free and row.op == "=~":
                theta[row.free - 1] = rng.uniform(0.6, 1.2)
            elif row.free:
                theta[row.free - 1] = rng.uniform(0.2, 1.0) * size * rng.choice([-1.0, 1.0])
        found = [moments(block, theta).Sigma for block in model.blocks]
        if all(np.linalg.eigvalsh(S)[0] > 1e-3 for S in found):
            return found
    return None


def _reproduced(table: ParameterTable, source: ParameterTable, implied: Sequence[Floats]) -> bool:
    """Tell whether a model fits given covariances exactly."""
    groups = []
    for block, other, S in zip(table.blocks, source.blocks, implied, strict=True):
        at = [other.observed.index(name) for name in block.observed]
        cov = S[np.ix_(at, at)]
        parts = inverse_and_log_det(cov)
        if parts is None:
            return False
        own = GroupMoments(1000.0, np.zeros(len(at)), cov, parts[1])
        groups.append(GroupData("", None, own, np.zeros(0, dtype=np.intp)))
    n = 1000.0 * len(groups)
    data = SampleData(table.blocks[0].observed, tuple(groups), n, int(n))
    try:
        found = fit_table(table, data, Options())
    except (EstimationError, NotSupported):
        return False
    return found.optimum.value < CRITERION


def told_apart(square: pd.DataFrame) -> tuple[str, ...]:
    """Say in words which models no data of this kind can tell apart, and which are nested.

    Examples
    --------
    >>> square = nesting({"a": "m ~ x; y ~ m", "b": "y ~ m; m ~~ x"})
    >>> told_apart(square)[0]
    'b and a cannot be told apart by any cross-sectional data: they imply the same covariances.'
    """
    names = list(square.columns)
    sentences = [
        f"{later} and {earlier} cannot be told apart by any cross-sectional data: "
        "they imply the same covariances."
        for j, later in enumerate(names)
        for earlier in names[:j]
        if square.loc[later, earlier] == EQUIVALENT
    ]
    for small in names:
        inside = [large for large in names if square.loc[small, large] == NESTED]
        if inside:
            sentences.append(
                f"{small} is nested in {', '.join(inside)}: a difference test applies."
            )
    return tuple(sentences)
