"""`fit_sem` with ordered variables and ``level:`` blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from collective_use.accepted import Arguments, Frame, Given
from collective_use.checks import brief, is_among, one_of, quoted
from collective_use.errors import InputError, NotSupported
from collective_use.sem.data.data import group_names
from collective_use.sem.ordinal.columns import read_categories
from collective_use.sem.ordinal.estimate import check_thresholds, ordinal_vcov
from collective_use.sem.ordinal.fit import NEUTRAL
from collective_use.sem.ordinal_twolevel.estimate import (
    check_two_level_ordinal,
    estimate_table,
    two_level_ordinal_options,
    warn_few,
)
from collective_use.sem.ordinal_twolevel.read import read_ordinal_clusters
from collective_use.sem.ordinal_twolevel.result import TwoLevelOrdinalResult
from collective_use.sem.postfit.problems import find_problems
from collective_use.sem.rotation import Turn
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.prepare import with_bounds
from collective_use.syntax.model_text import ModelText

_NEUTRAL: Mapping[str, tuple[Given, ...]] = {
    **NEUTRAL, "identification": ("lavaan",), "weights": (None,), "fixed_x": (None, False),
}  # fmt: skip

_UNIT = ("thresholds", "intercepts", "means")
"""Equal over groups they would set units and origins of later groups, which are fixed here."""


def fit_ordinal_twolevel(
    model: str | ModelText | ParameterTable,
    data: Frame,
    *,
    ordered: Sequence[str],
    cluster: Sequence[str],
    estimator: str | None = None,
    parameterization: str | None = None,
    group: str | None = None,
    equal: Sequence[str] = (),
    partial: Sequence[str] = (),
    se: str | None = None,
    test: str | None = None,
    missing: str = "listwise",
    std_lv: bool = False,
    orthogonal: bool = False,
    bounds: str | Mapping[str, tuple[float, float]] | None = None,
    turn: Turn | None = None,
    **others: Arguments,
) -> TwoLevelOrdinalResult:
    """Fit a two-level model with ordered variables; arguments as in `fit_sem`.

    Raises
    ------
    NotSupported
        For an option that does not apply; nothing is computed in its place.
    """
    _check_asked(data, cluster, equal, missing, parameterization, others)
    if turn is not None:
        raise NotSupported("exploratory blocks (efa) at two levels are not supported")
    options = two_level_ordinal_options(estimator, se, test)
    names = group_names(data, group)
    categories = read_categories(data, tuple(dict.fromkeys(ordered)))
    thresholds = {name: len(values) - 1 for name, values in categories.items()}
    table = parameter_table(
        model,
        TableOptions(
            n_groups=len(names), meanstructure=True, std_lv=std_lv, orthogonal=orthogonal,
            fixed_x=False, thresholds=thresholds, parameterization="theta",
            equal=tuple(equal), partial=tuple(partial),
        ),
    )  # fmt: skip
    if table.n_groups != len(names):
        raise InputError(
            f"the model has {table.n_groups} groups but the data {len(names)}: {quoted(names)}"
        )
    check_thresholds(table, thresholds)
    table = with_bounds(check_two_level_ordinal(table, categories), bounds)
    coded = read_ordinal_clusters(
        data, table.block().observed, categories, cluster[0], group, names, missing=missing
    )
    warn_few(table, coded.moments)
    solution = estimate_table(table, coded, options)
    vcov = ordinal_vcov(solution, coded.moments)
    if vcov is not None and not np.isfinite(vcov).all():
        vcov = None
    return TwoLevelOrdinalResult(
        solution, vcov, find_problems(solution, vcov), "core", tuple(names), ("within", "between"),
        moments=coded.moments, categories=categories,
    )  # fmt: skip


def _check_asked(
    data: Frame, cluster: Sequence[str], equal: Sequence[str], missing: str,
    parameterization: str | None, others: Mapping[str, Arguments],
) -> None:  # fmt: skip
    for name, value in others.items():
        if not is_among(value, _NEUTRAL[name]):
            raise NotSupported(
                f"{name}={brief(value)} with ordered variables at two levels is not supported"
            )
    if data is None or not hasattr(data, "columns"):
        raise InputError("ordered variables need a data frame")
    if len(cluster) != 1:
        raise InputError(f"level: blocks need one cluster column in cluster=, got {len(cluster)}")
    if parameterization == "delta":
        raise NotSupported(
            "parameterization='delta' at two levels is not supported: residual variances within "
            "are 1 (theta), leave parameterization= out"
        )
    one_of("parameterization", parameterization or "theta", ("theta",))
    if missing not in ("listwise", "pairwise"):
        raise NotSupported(
            f"missing={missing!r} with ordered variables at two levels is not supported: use "
            "missing='pairwise'"
        )
    if held := [name for name in _UNIT if name in equal]:
        raise NotSupported(
            f"equal={held[0]!r} with ordered variables at two levels is not supported: thresholds "
            "are each group's own"
        )
