"""`fit_sem` with ordered variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from collective_use.accepted import Arguments, Frame, Given
from collective_use.checks import brief, is_among, one_of, quoted
from collective_use.errors import InputError, NotSupported
from collective_use.sem.data.data import group_names
from collective_use.sem.options import TWO_STAGE, Options
from collective_use.sem.ordinal.columns import read_categories
from collective_use.sem.ordinal.estimate import (
    PARAMETERIZATIONS,
    fit_ordinal_table,
    ordinal_objectives,
    ordinal_options,
    ordinal_table,
    ordinal_vcov,
)
from collective_use.sem.ordinal.read import Coded, read_ordinal
from collective_use.sem.ordinal.result import OrdinalResult
from collective_use.sem.postfit.problems import find_problems
from collective_use.sem.rotation import Turn, rotated
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.identification import IDENTIFICATIONS
from collective_use.sem.table.partable import ParameterTable
from collective_use.syntax.model_text import ModelText

NEUTRAL: Mapping[str, tuple[Given, ...]] = {
    "engine": ("core",),
    "information": (None, "expected"),
    "h1_information": ("structured",),
    "effect_coding": (False,),
    "likelihood": ("normal",),
    "cov": (None,),
    "n": (None,),
    "means": (None,),
    "meanstructure": (None, True),
    "fixed_x": (None, True, False),
}
"""Options that ordered variables leave no choice in, and what they may be given as."""


_INSTEAD = {
    "engine": "use engine='core'",
    "information": "least squares have expected information",
    "likelihood": "least squares have no likelihood",
    "cov": "polychoric correlations need the answers, give data",
    "means": "thresholds need the answers, give data",
    "meanstructure": "thresholds belong to the model",
}


def _check_missing(missing: str) -> None:
    if missing == "fiml":
        raise NotSupported(
            "missing='fiml' with ordered variables is not supported: use missing='pairwise', or "
            "take the answers as numbers (estimator='MLR')"
        )
    if missing in TWO_STAGE:
        raise NotSupported(
            f"missing={missing!r} with ordered variables is not supported: use missing='pairwise'"
        )
    one_of("missing", missing, ("listwise", "pairwise"))


def fit_ordinal(
    model: str | ModelText | ParameterTable,
    data: Frame,
    *,
    ordered: Sequence[str],
    estimator: str | None = None,
    parameterization: str | None = None,
    identification: str = "lavaan",
    group: str | None = None,
    equal: Sequence[str] = (),
    partial: Sequence[str] = (),
    se: str | None = None,
    test: str | None = None,
    missing: str = "listwise",
    cluster: str | Sequence[str] | None = None,
    weights: str | None = None,
    std_lv: bool = False,
    orthogonal: bool = False,
    bounds: str | Mapping[str, tuple[float, float]] | None = None,
    turn: Turn | None = None,
    **others: Arguments,
) -> OrdinalResult:
    """Fit a model with ordered variables; arguments as in `fit_sem`.

    Raises
    ------
    NotSupported
        For an option that does not apply; nothing is computed in its place.
    """
    from collective_use.sem.table.prepare import with_bounds

    for name, value in others.items():
        if not is_among(value, NEUTRAL[name]):
            instead = f": {_INSTEAD[name]}" if name in _INSTEAD else ""
            raise NotSupported(
                f"{name}={brief(value)} with ordered variables is not supported{instead}"
            )
    parameterization = parameterization or "delta"
    one_of("parameterization", parameterization, PARAMETERIZATIONS)
    one_of("identification", identification, IDENTIFICATIONS)
    if data is None or not hasattr(data, "columns"):
        raise InputError("ordered variables need a data frame")
    _check_missing(missing)
    options = ordinal_options(estimator, se, test)
    clusters = _one_cluster(cluster)
    _refuse_plain(options, clusters, weights)
    _refuse_pairwise(options, turn, clusters, weights, others["information"])
    names = group_names(data, group)
    if len(names) == 1 and (equal or identification != "lavaan"):
        raise InputError(
            f"equal={tuple(equal)!r} with identification={identification!r} is about several "
            "groups, but there is one: name the grouping column with group="
        )
    if identification == "lavaan" and {"thresholds", "intercepts"} & set(equal):
        # lavaan takes them together: intercepts of continuous variables beside the thresholds.
        equal = tuple(dict.fromkeys((*equal, "thresholds", "intercepts")))
    categories = read_categories(data, tuple(dict.fromkeys(ordered)))
    table = ordinal_table(
        model,
        TableOptions(
            n_groups=len(names),
            std_lv=std_lv,
            orthogonal=orthogonal,
            equal=tuple(equal),
            partial=tuple(partial),
            parameterization=parameterization,
            identification=identification,
        ),
        categories,
        conditional=others["fixed_x"] is not False,
    )
    _check(table, names, categories)
    table = with_bounds(table, bounds)
    coded = read_ordinal(
        data, table.blocks[0], categories, group, names, missing=missing, cluster=clusters,
        weights=weights,
    )  # fmt: skip
    return estimate_ordinal(table, coded, options, names, turn)


def estimate_ordinal(
    table: ParameterTable,
    coded: Coded,
    options: Options,
    names: Sequence[str],
    turn: Turn | None = None,
) -> OrdinalResult:
    """Estimate a table on coded data, with errors and checks, without warnings."""
    if options.function == "PML":
        from collective_use.sem.ordinal.pairwise import estimate_pairwise

        return estimate_pairwise(table, coded, options, names)
    solution = fit_ordinal_table(table, coded, options)
    solution = rotated(
        solution, turn, lambda t, m: ordinal_objectives(t, m, coded, options.function)
    )
    vcov = ordinal_vcov(solution, coded.moments)
    if vcov is not None and not np.isfinite(vcov).all():
        vcov = None
    problems = find_problems(solution, vcov)
    return OrdinalResult(
        solution, vcov, problems, "core", tuple(names), ("",),
        moments=coded.moments, categories=coded.categories,
    )  # fmt: skip


def _refuse_pairwise(
    options: Options, turn: Turn | None, clusters: tuple[str, ...], weights: str | None,
    information: str | None,
) -> None:  # fmt: skip
    """Refuse what pairwise maximum likelihood is not built with."""
    found = {
        "exploratory blocks": turn is not None,
        "cluster": bool(clusters),
        "weights": weights is not None,
        f"information={information!r}": information is not None,
    }
    for what, asked in found.items():
        if asked and options.function == "PML":
            raise NotSupported(
                f"{what} with estimator='PML' is not supported: fit with estimator='WLSMV'"
            )


def _one_cluster(cluster: str | Sequence[str] | None) -> tuple[str, ...]:
    names = () if cluster is None else (cluster,) if isinstance(cluster, str) else tuple(cluster)
    if len(names) > 1:
        raise NotSupported(
            f"cluster={names!r} with ordered variables is not supported: give one column"
        )
    return names


def _refuse_plain(options: Options, clusters: tuple[str, ...], weights: str | None) -> None:
    """Refuse errors that take cases as independent and alike where they are not.

    The full weight of WLS is that of weighted cases, so that its errors hold with them.
    """
    weighted = weights is not None and options.function != "WLS"
    for name, asked in (("cluster", bool(clusters)), ("weights", weighted)):
        if asked and options.se == "standard":
            raise NotSupported(
                f"{name} with estimator={options.estimator!r}, se='standard' is not supported: "
                f"errors with {name.removesuffix('s')}s are robust, use 'WLSMV'"
            )


def _check(
    table: ParameterTable, names: Sequence[str], categories: Mapping[str, tuple[float, ...]]
) -> None:
    if table.n_groups != len(names):
        raise InputError(
            f"the model has {table.n_groups} groups but the data {len(names)}: {quoted(names)}"
        )
    first = table.blocks[0]
    for block in table.blocks[1:]:
        if block.observed != first.observed:
            raise NotSupported("groups with different variables are not supported")
        if block.exogenous != first.exogenous:
            raise NotSupported(
                "a covariate that is conditioned on in one group and a normal variable in another "
                "is not supported: write its variance in all groups or in none"
            )
    if given := sorted(set(categories) & set(first.covariates)):
        raise InputError(
            f"{quoted(given)} only explains, so that the model is conditional on it: leave it out "
            "of ordered= (of two categories as 0 and 1, of several as one such column each)"
        )
    if unused := sorted(set(categories) - set(first.ordered)):
        raise InputError(f"ordered must name variables of the model, got {quoted(unused)}")
