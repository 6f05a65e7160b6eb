"""`sam`: measurement blocks first, then the structure between what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from collective_use.checks import instance_of, one_of, quoted
from collective_use.errors import InputError, NotSupported
from collective_use.numerics.structure.mapping import METHODS
from collective_use.sem.data.checks import require_columns
from collective_use.sem.data.data import SampleData, read_data
from collective_use.sem.data.products import with_products
from collective_use.sem.engines.core import fit_table, thread_controller
from collective_use.sem.options import Options
from collective_use.sem.postfit.problems import warn_problems
from collective_use.sem.result import SemResult
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.start import with_sample_moments
from collective_use.structure.sam.parts import (
    structural_table,
    take_apart,
    with_fixed,
)
from collective_use.syntax.model_text import ModelText, parse_model

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.structure.sam.result import SamResult

from collective_use.structure.sam.first import first_step
from collective_use.structure.sam.joint import (
    errors_of_steps,
    joint_solution,
    second_problems,
    whole_covariance,
)
from collective_use.structure.sam.latent import latent_moments, structural_fit

WAYS = ("local", "global")
ERRORS = ("two.step", "robust", "naive")


def sam(
    model: str | ModelText | ParameterTable,
    data: pd.DataFrame,
    *,
    method: str = "local",
    mapping: str = "ML",
    cluster: str | Sequence[str] | None = None,
    se: str | None = None,
) -> SamResult:
    """Fit measurement and structure one after the other.

    Each set of latent variables that share indicators is fitted on its own; then the structure
    is fitted to the moments of the latent variables (local) or with measurement held fixed
    (global). A wrong structure cannot spoil the measurement, a set that is measured badly does
    not spoil the others, and small samples converge where `fit_sem` does not.

    Parameters
    ----------
    model
        Model text in lavaan's syntax, with ``level:`` blocks for two levels.
    data
        One row per case.
    method
        ``"local"`` or ``"global"``.
    mapping
        Of the local method, from indicators to latent variables: ``"ML"``, ``"GLS"``, ``"ULS"``.
    cluster
        Column of clusters: needed with ``level:`` blocks; else one or two columns of clusters
        for robust errors (two are crossed).
    se
        ``"two.step"`` (corrected for the first step, under normality), ``"robust"`` (from
        casewise influences, summed by cluster) or ``"naive"`` (as if measurement were known).
        None: two.step, and robust where clusters are named.

    Returns
    -------
    SamResult
        Estimates of the structure, its fit, the measurement blocks and reliabilities.

    Raises
    ------
    InputError
        When the model has no latent variable, or an argument is not what it has to be.
    EstimationError
        When a block cannot be estimated on its own.
    NotSupported
        For indicators in the structure, intercepts, constraints.

    References
    ----------
    Rosseel & Loh (2022), Psychological Methods, A structural after measurement approach to
    structural equation modeling; Bakk & Kuha (2018), Psychometrika 83:871 (errors).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> x, e = rng.normal(size=(2, 2000))
    >>> y = 0.5 * x + e
    >>> data = pd.DataFrame({f"{n}{i}": v + rng.normal(size=2000) / 2
    ...     for n, v in (("x", x), ("y", y)) for i in (1, 2, 3)})
    >>> fit = sam("f =~ x1 + x2 + x3; g =~ y1 + y2 + y3; g ~ b*f", data)
    >>> float(fit.parameters["b"].round(1))
    0.5
    """
    one_of("method", method, WAYS)
    one_of("mapping", mapping, METHODS)
    if se is not None:
        one_of("se", se, ERRORS)
    names = (cluster,) if isinstance(cluster, str) else tuple(cluster or ())
    text = parse_model(model) if isinstance(model, str) else model
    if not hasattr(data, "columns"):
        instance_of("data", data, type(None), "a data frame, one row per case")
    data = with_products(text, data)
    with thread_controller().limit(limits=1):
        if isinstance(text, ModelText) and text.levels:
            from collective_use.structure.sam.twolevel import sam_twolevel

            found = sam_twolevel(text, data, method=method, mapping=mapping, cluster=names, se=se)
        else:
            found = _one_level(text, data, method, mapping, names, se)
    warn_problems(found.problems)
    return found


def _one_level(
    model: ModelText | ParameterTable, data: pd.DataFrame, method: str, mapping: str,
    cluster: tuple[str, ...], se: str | None,
) -> SamResult:  # fmt: skip
    if len(cluster) > 2:
        raise InputError(f"cluster must name one or two columns, got {quoted(cluster)}")
    table = parameter_table(model, TableOptions(meanstructure=False, fixed_x=True))
    if table.meanstructure:
        raise NotSupported("intercepts are not supported by sam: leave the ~ 1 lines out")
    if table.n_groups > 1:
        raise NotSupported("several groups are not supported by sam")
    block = table.blocks[0]
    require_columns(block.observed, list(data.columns), block.latent)
    sample = read_data(data, block.observed, block.exogenous, Options(), cluster=cluster)
    return sam_of_sample(
        table,
        sample,
        method=method,
        mapping=mapping,
        se=se or ("robust" if cluster else "two.step"),
        model=model.source if isinstance(model, ModelText) else "",
    )


def sam_of_sample(
    table: ParameterTable, sample: SampleData, *, method: str, mapping: str, se: str,
    model: str = "",
) -> SamResult:  # fmt: skip
    """Fit a table of one level to a sample that has been read.

    Parameters
    ----------
    table
        Without means.
    sample
        One group; cases are asked for by robust errors alone.
    method, mapping, se, model
        As `sam` takes them.
    """
    from collective_use.structure.sam.result import SamResult
    from collective_use.structure.sam.robust import robust_covariance

    table = with_sample_moments(table, [g.moments for g in sample.groups])
    parts = take_apart(table)
    first = first_step(parts, sample)
    joint_rows, structural, latent = dict(first.values), None, None
    own, places = structural_table(parts, 1)
    if method == "local":
        latent = latent_moments(first, sample.groups[0].moments, 1, mapping)
        structural = structural_fit(own, latent, sample.n)
        for row, at in zip(own.rows, places, strict=False):
            joint_rows[at] = float(structural.theta[row.free - 1]) if row.free else row.start
        reached = structural.optimum
    else:
        fixed = with_fixed(table, first.values)
        second = fit_table(fixed, sample, Options())
        for at in parts.structure:
            row = fixed.rows[at]
            joint_rows[at] = float(second.theta[row.free - 1]) if row.free else row.start
        reached = second.optimum
    joint = joint_solution(table, sample, joint_rows, reached)
    steps = errors_of_steps(joint, first)
    covariance = whole_covariance(joint, first, steps, naive=se == "naive")
    if se == "robust":
        covariance = robust_covariance(joint, first, sample)
    problems = (*first.problems, *second_problems(joint, parts, latent))
    result = SemResult(joint, covariance, problems, "core", ("",), ("",), model)
    return SamResult(result, method, mapping, se, first, structural, (latent,), problems)
