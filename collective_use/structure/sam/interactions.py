"""`sam_interactions`: products and squares of latent variables, measured first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import instance_of, quoted, valid_seed, whole_number
from collective_use.errors import CollectiveUseError, EstimationError, InputError, NotSupported
from collective_use.numerics.moments import Floats, GroupMoments, group_moments, inverse_and_log_det
from collective_use.numerics.structure.second_order import (
    Term,
    cleared,
    error_of_terms,
    scores_of_terms,
)
from collective_use.results import Result, Table, table_of
from collective_use.sem.data.checks import require_columns
from collective_use.sem.data.data import GroupData, SampleData, read_data
from collective_use.sem.engines.core import fit_table, thread_controller
from collective_use.sem.options import Options
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.partable import ParameterTable
from collective_use.structure.sam.first import first_step
from collective_use.structure.sam.latent import latent_moments
from collective_use.structure.sam.parts import Parts, take_apart
from collective_use.syntax.model_text import ModelText, Statement, parse_model

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.95
"""Of the limits."""


@dataclass(frozen=True)
class InteractionFit(Result):
    """A structure with products of latent variables.

    Attributes
    ----------
    estimates
        ``lhs op rhs est se ci_lower ci_upper``: paths, residual (co)variances, and covariances of
        what only explains; errors and percentile limits by resampling cases.
    covariance
        Of the variables and products of the structure, cleared of error.
    repetitions, failed
        Samples drawn, and how many of them had no solution.

    Examples
    --------
    >>> InteractionFit.__name__
    'InteractionFit'
    """

    estimates: pd.DataFrame
    covariance: pd.DataFrame
    repetitions: int
    failed: int

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates."""
        return self.estimates

    def tables(self) -> tuple[Table, ...]:
        """Return the estimates."""
        note = f"errors and limits from {self.repetitions - self.failed} samples of cases"
        return (table_of("Structure with latent products", self.estimates, notes=(note,)),)


@dataclass(frozen=True)
class _Plan:
    """What every sample is fitted by."""

    parts: Parts
    variables: tuple[str, ...]
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    structure: ParameterTable


def sam_interactions(
    model: str | ModelText, data: pd.DataFrame, *, repetitions: int = 200, seed: int | None = 1
) -> InteractionFit:
    """Fit a structure in which latent variables interact or have curved effects.

    Each set of latent variables is measured on its own; the covariances of their scores, and of
    products of scores, are cleared of what error adds to them, and the structure is fitted to them.
    Latent variables are counted from their means, so that the effect of f in ``y ~ f + g + f:g``
    is that at the mean of g. Errors of indicators are taken as normal, the latent variables not.

    Parameters
    ----------
    model
        Model text in lavaan's syntax; ``f:g`` and ``f:f`` are products that explain.
    data
        One row per case; rows with a missing value are left out.
    repetitions, seed
        Samples of cases for errors and percentile limits, at least 20, and their seed.

    Raises
    ------
    InputError
        When there is no latent product, or a column is not there.
    NotSupported
        For products of three, products that are explained, levels and groups.
    EstimationError
        When a step has no solution, or half of the samples have none.

    References
    ----------
    Rosseel, Burghgraeve, Loh & Schermelleh-Engel (2025), Behavior Research Methods; Wall & Amemiya
    (2000), Journal of the American Statistical Association 95:929.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> f, g = rng.normal(size=(2, 3000))
    >>> y = 0.4 * f + 0.3 * g + 0.3 * f * g + rng.normal(size=3000)
    >>> columns = {f"{n}{i}": v + 0.6 * rng.normal(size=3000)
    ...     for n, v in (("a", f), ("b", g)) for i in (1, 2, 3)}
    >>> model = "f =~ a1 + a2 + a3; g =~ b1 + b2 + b3; y ~ f + g + f:g"
    >>> fit = sam_interactions(model, pd.DataFrame(columns).assign(y=y), repetitions=20)
    >>> row = fit.estimates.set_index("rhs").loc["f:g"].iloc[0]
    >>> bool(abs(row.est - 0.3) < 3 * row.se)
    True
    """
    whole_number("repetitions", repetitions, at_least=20)
    if seed is not None:
        valid_seed(seed)
    if not hasattr(data, "columns"):
        instance_of("data", data, type(None), "a data frame, one row per case")
    text = parse_model(model) if isinstance(model, str) else model
    plan, exogenous = _plan(text)
    observed = plan.parts.table.block(1).observed
    require_columns(observed, list(data.columns), plan.parts.table.block(1).latent)
    sample = read_data(data, observed, exogenous, Options())
    Y = np.asarray(sample.groups[0].Y)
    with thread_controller().limit(limits=1):
        values, covariance = _solve(plan, Y, sample)
        drawn, rng = [], np.random.default_rng(seed)
        for _ in range(repetitions):
            rows = rng.integers(len(Y), size=len(Y))
            try:
                drawn.append(_solve(plan, Y[rows], sample)[0])
            except (CollectiveUseError, np.linalg.LinAlgError):
                continue
    if len(drawn) < repetitions / 2:
        raise EstimationError(
            f"{repetitions - len(drawn)} of {repetitions} samples of cases have no solution: there "
            "are too few cases for these products"
        )
    return _result(plan, values, covariance, np.array(drawn), repetitions)


def _plan(text: ModelText) -> tuple[_Plan, tuple[str, ...]]:
    if text.levels or text.groups:
        raise NotSupported(
            "latent products with level: or group: blocks are not supported: use fit_products for "
            "products between groups"
        )
    products = tuple(dict.fromkeys(
        name for s in text.statements if s.op in ("~", "~~") for name in (s.lhs, s.rhs)
        if ":" in name and set(name.split(":")) & set(text.latent)
    ))  # fmt: skip
    if not products:
        raise InputError("the model has no product of latent variables (y ~ f + g + f:g): use sam")
    for name in products:
        if len(name.split(":")) != 2:
            raise NotSupported(f"{name}: a product of more than two variables is not supported")
    for s in text.statements:
        if s.lhs in products or (s.op == "~~" and s.rhs in products):
            raise NotSupported(f"{s.lhs} {s.op} {s.rhs}: a product can only explain (y ~ {s.rhs})")
    needed = {part for name in products for part in name.split(":")}
    plain = [s for s in text.statements if s.rhs not in products]
    table = parameter_table(
        ModelText(text.source, tuple(plain)), TableOptions(meanstructure=False, fixed_x=True)
    )
    parts = take_apart(table)
    variables = parts.levels[0].structural
    if absent := sorted(needed - set(variables)):
        raise InputError(f"{quoted(absent)} has to be part of the structure beside its product")
    names = (*variables, *products)
    place = {name: i for i, name in enumerate(variables)}
    terms = tuple(tuple(place[part] for part in name.split(":")) for name in names)
    own = tuple(s for s in text.statements if _structural(s, set(names)))
    if any(s.op in (":=", "==", "<", ">") for s in text.statements):
        raise NotSupported("definitions and constraints with latent products are not supported")
    structure = parameter_table(
        ModelText(text.source, own), TableOptions(meanstructure=False, fixed_x=False)
    )
    return _Plan(parts, variables, names, terms, structure), table.block(1).exogenous


def _structural(s: Statement, names: set[str]) -> bool:
    return s.op in ("~", "~~") and s.lhs in names and s.rhs in names


def _solve(plan: _Plan, Y: Floats, like: SampleData) -> tuple[Floats, Floats]:
    """Return structural estimates and the covariances that they are fitted to."""
    n = len(Y)
    moments = group_moments(Y, None, unbiased=False)
    rows = np.arange(n)
    sample = replace(like, groups=(GroupData("", Y, moments, rows),), n=float(n))
    latent = latent_moments(first_step(plan.parts, sample), moments, 1, "ML")
    total = latent.M @ moments.cov @ latent.M.T
    error = (total - latent.covariance) / latent.share if latent.share else 0.0 * total
    scores = scores_of_terms((Y - moments.mean) @ latent.M.T, plan.terms)
    found = cleared(scores.T @ scores / n, error_of_terms(latent.covariance, error, plan.terms), n)
    at = [plan.names.index(name) for name in plan.structure.block(1).observed]
    inner = found[np.ix_(at, at)]
    parts = inverse_and_log_det(inner)
    if parts is None:
        raise EstimationError("the covariances of the latent products are not positive definite")
    given = GroupMoments(n, np.zeros(len(at)), inner, parts[1])
    data = SampleData(
        plan.structure.block(1).observed, (GroupData("", None, given, rows[:0]),), n, n
    )
    solution = fit_table(plan.structure, data, Options())
    if not solution.optimum.converged:
        raise EstimationError(f"the structure did not converge ({solution.optimum.message})")
    return solution.theta, found


def _result(
    plan: _Plan, values: Floats, covariance: Floats, drawn: Floats, repetitions: int
) -> InteractionFit:
    import pandas as pd

    tail = 100 * (1 - LEVEL) / 2
    se = drawn.std(axis=0, ddof=1)
    low, high = np.percentile(drawn, [tail, 100 - tail], axis=0)
    rows = []
    for row in plan.structure.rows:
        k = row.free - 1
        fixed = (row.start, 0.0, row.start, row.start)
        cells = (values[k], se[k], low[k], high[k]) if row.free else fixed
        rows.append((row.lhs, row.op, row.rhs, *cells))
    columns = ["lhs", "op", "rhs", "est", "se", "ci_lower", "ci_upper"]
    names = list(plan.names)
    return InteractionFit(
        pd.DataFrame(rows, columns=columns),
        pd.DataFrame(covariance, index=names, columns=names), repetitions,
        repetitions - len(drawn),
    )  # fmt: skip
