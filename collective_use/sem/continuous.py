"""Continuous variables at one level: from what was asked for to a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from collective_use.accepted import Arguments, Covariances, Means
from collective_use.errors import InputError
from collective_use.sem.data.absent import with_absent
from collective_use.sem.data.checks import require_columns
from collective_use.sem.data.data import read_data
from collective_use.sem.data.given import data_from_moments
from collective_use.sem.estimation import estimate
from collective_use.sem.options import resolve_options
from collective_use.sem.result import SemResult
from collective_use.sem.rotation import Turn
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.correlates import (
    check_auxiliary,
    with_auxiliary,
    with_correlates,
)
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.prepare import (
    fixes_covariates,
    names_of_groups,
    table_for,
    text_of,
    use_means,
)
from collective_use.syntax.model_text import ModelText

if TYPE_CHECKING:
    import pandas as pd


def fit_continuous(
    model: str | ModelText | ParameterTable,
    data: pd.DataFrame | None,
    *,
    estimator: str | None,
    engine: str,
    group: str | None,
    equal: tuple[str, ...],
    partial: tuple[str, ...],
    cluster: tuple[str, ...],
    weights: str | None,
    cov: Covariances,
    n: float | Sequence[float] | None,
    means: Means,
    meanstructure: bool | None,
    std_lv: bool,
    orthogonal: bool,
    effect_coding: bool,
    fixed_x: bool | None,
    bounds: str | Mapping[str, tuple[float, float]] | None,
    turn: Turn | None,
    auxiliary: tuple[str, ...],
    **wanted: Arguments,
) -> SemResult:
    """Fit a model of continuous variables; arguments are those of `fit_sem`, checked.

    Raises
    ------
    InputError
        When arguments do not go together.
    """
    if std_lv and effect_coding:
        raise InputError("std_lv and effect_coding both set the factors' metric: choose one")
    options = resolve_options(
        estimator or "ML", **wanted, cluster=cluster, weights=weights is not None,
        moments_only=data is None,
    )  # fmt: skip
    names = names_of_groups(data, cov, group)
    wanted_model = model
    if auxiliary:
        check_auxiliary(model, auxiliary, data, options)
    if correlated := auxiliary if options.missing == "fiml" else ():
        if fixed_x:
            raise InputError(
                "fixed_x=True with auxiliary= and missing='fiml': covariates covary with the "
                "auxiliary variables, so that their moments are estimated; leave fixed_x out"
            )
        wanted_model, fixed_x = with_correlates(model, correlated), False
    chosen = TableOptions(
        n_groups=len(names),
        meanstructure=use_means(
            meanstructure, options, cluster, names, means, moments_only=data is None, equal=equal
        ),
        std_lv=std_lv,
        orthogonal=orthogonal,
        effect_coding=effect_coding,
        fixed_x=fixes_covariates(fixed_x, options),
        equal=equal,
        partial=partial,
    )
    table = with_auxiliary(table_for(wanted_model, chosen, names, bounds), correlated)
    block = table.blocks[0]
    if data is None:
        if table.meanstructure and means is None:
            raise InputError("the model has intercepts but cov= alone tells no means: give means=")
        sample = data_from_moments(cov, n, means, block.observed, options, names)
    else:
        require_columns(block.observed, list(data.columns), block.latent)
        sample = read_data(
            data, block.observed, block.exogenous, options,
            group=group, cluster=cluster, weights=weights,
            auxiliary=auxiliary if options.two_stage else (),
        )  # fmt: skip
        table = with_absent(table, sample, options)
    return estimate(
        table, sample, options, names=names, model=text_of(model), engine=engine, turn=turn
    )
