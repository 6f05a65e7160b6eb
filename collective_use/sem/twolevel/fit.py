"""`fit_sem` with ``level:`` blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collective_use.accepted import Arguments, Frame, Given
from collective_use.checks import brief, is_among, quoted
from collective_use.errors import InputError, NotSupported
from collective_use.sem.data.data import group_names
from collective_use.sem.options import Options
from collective_use.sem.postfit.problems import find_problems
from collective_use.sem.reduced_bias import is_reduced, with_reduced_bias
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.prepare import with_bounds
from collective_use.sem.twolevel.estimate import (
    Clustered,
    check_twolevel_table,
    fit_twolevel_table,
    joint_meat,
    read_clustered,
    twolevel_options,
    twolevel_vcov,
    warn_few_clusters,
)
from collective_use.sem.twolevel.result import TwoLevelResult
from collective_use.syntax.model_text import ModelText

_NEUTRAL: Mapping[str, tuple[Given, ...]] = {
    "h1_information": ("structured",),
    "effect_coding": (False,),
    "engine": ("core",),
    "weights": (None,),
    "likelihood": ("normal",),
    "cov": (None,),
    "n": (None,),
    "means": (None,),
    "meanstructure": (None, True),
}


def fit_twolevel(
    model: str | ModelText | ParameterTable,
    data: Frame,
    *,
    cluster: Sequence[str],
    estimator: str | None = None,
    group: str | None = None,
    equal: Sequence[str] = (),
    partial: Sequence[str] = (),
    missing: str = "listwise",
    se: str | None = None,
    test: str | None = None,
    information: str | None = None,
    std_lv: bool = False,
    orthogonal: bool = False,
    fixed_x: bool | None = None,
    bounds: str | Mapping[str, tuple[float, float]] | None = None,
    **others: Arguments,
) -> TwoLevelResult:
    """Fit a two-level model; arguments as in `fit_sem`.

    Raises
    ------
    NotSupported
        For an option that does not apply; nothing is computed in its place.
    """
    for name, value in others.items():
        if not is_among(value, _NEUTRAL[name]):
            raise NotSupported(f"{name}={brief(value)} at two levels is not supported")
    if data is None or not hasattr(data, "columns"):
        raise InputError("a two-level model needs a data frame")
    if len(cluster) != 1:
        raise InputError(f"level: blocks need one cluster column in cluster=, got {len(cluster)}")
    if absent := [name for name in ("thresholds", "scalings") if name in equal]:
        raise NotSupported(
            f"equal={absent[0]!r} at two levels is not supported: no ordered variables"
        )
    options = twolevel_options(estimator, missing, se, test, information)
    names = group_names(data, group)
    table = parameter_table(
        model,
        TableOptions(
            n_groups=len(names),
            meanstructure=True,
            std_lv=std_lv,
            orthogonal=orthogonal,
            fixed_x=True if fixed_x is None else fixed_x,
            equal=tuple(equal),
            partial=tuple(partial),
        ),
    )
    if table.n_groups != len(names):
        raise InputError(
            f"the model has {table.n_groups} groups but the data {len(names)}: {quoted(names)}"
        )
    if any(row.op in ("|", "~*~") for row in table.rows):
        raise NotSupported(
            "thresholds (|) and scales (~*~) at two levels are not supported: take the answers as "
            "numbers (estimator='MLR')"
        )
    check_twolevel_table(table)
    table = with_bounds(table, bounds)
    clustered = read_clustered(data, table, cluster[0], group, names, options)
    warn_few_clusters(table, clustered)
    return estimate_twolevel(table, clustered, options, names)


def estimate_twolevel(
    table: ParameterTable, clustered: Clustered, options: Options, names: Sequence[str]
) -> TwoLevelResult:
    """Estimate a table on clustered data, with errors and checks, without warnings."""
    solution = fit_twolevel_table(table, clustered, options)
    if is_reduced(solution):
        solution = with_reduced_bias(solution, joint_meat)
    vcov = twolevel_vcov(solution)
    problems = find_problems(solution, vcov)
    return TwoLevelResult(
        solution, vcov, problems, "core", tuple(names), ("within", "between"), clustered=clustered
    )
