"""`fit_moderated`: models whose parameters move with columns of the data."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import column_in, number_between, one_of, quoted
from collective_use.errors import (
    ConvergenceWarning,
    EstimationError,
    ImproperSolutionWarning,
    InputError,
    NotSupported,
)
from collective_use.numerics.moments import Floats, Ints
from collective_use.record import Record
from collective_use.sem.engines.core import thread_controller
from collective_use.sem.engines.search import SECONDS
from collective_use.sem.fit import explores, fit_sem
from collective_use.sem.inference import meat
from collective_use.sem.moderated.model import casewise_model, start_of
from collective_use.sem.moderated.result import ModeratedFit
from collective_use.sem.moderated.search import Maximum, maximise
from collective_use.sem.postfit.problems import Problem, warn_problems
from collective_use.sem.result import SemResult
from collective_use.syntax.expressions import DATA, labels_of
from collective_use.syntax.model_text import CONSTRAINTS, ModelText, Statement, parse_model

if TYPE_CHECKING:
    import pandas as pd

ESTIMATORS = ("ML", "MLR", "MLF")


def fit_moderated(
    model: str | ModelText,
    data: pd.DataFrame,
    *,
    estimator: str = "ML",
    group: str | None = None,
    equal: str | Sequence[str] = (),
    partial: str | Sequence[str] = (),
    cluster: str | None = None,
    missing: str = "listwise",
    std_lv: bool = False,
    orthogonal: bool = False,
    fixed_x: bool = True,
    seconds: float = SECONDS,
) -> ModeratedFit:
    """Fit a model whose loadings, intercepts, variances or effects move with columns of the data.

    A label is given a value for each case: ``l2 :~ a2 + h2*data(v)`` says that the parameter
    labelled ``l2`` is ``a2 + h2*v`` in a case whose column ``v`` holds v (moderated nonlinear
    factor analysis). Any expression of labels and columns may stand there, as
    ``exp(a + h*data(v))`` for a variance. The likelihood is that of the model's variables given the
    moderators.

    Parameters
    ----------
    model
        Model text of one level with at least one ``:~``. Columns in ``data()`` hold numbers.
    data
        One row per case.
    estimator
        ``"ML"``: errors from the observed information; ``"MLR"``: the sandwich; ``"MLF"``:
        casewise gradients.
    group, equal, partial
        As for `fit_sem`.
    cluster
        Column of clusters; errors are then a sandwich over clusters.
    missing
        ``"listwise"`` or ``"fiml"``; a case without a moderator's value is left out.
    std_lv, orthogonal, fixed_x
        As for `fit_sem`.
    seconds
        Processor time after which the search ends.

    Returns
    -------
    ModeratedFit
        Estimates, log-likelihood, the test against constant parameters, parameters at chosen
        values of the moderators.

    Raises
    ------
    SyntaxProblem
        When the text cannot be read.
    InputError
        When a label or a column is not what it has to be.
    EstimationError
        When the data cannot be used, or no start has a likelihood.
    NotSupported
        For ordered variables, levels, exploratory blocks and constraints.

    References
    ----------
    Bauer (2017), Psychological Methods 22:507; Merkle & Zeileis (2013), Psychometrika 78:59. The
    syntax is that of lavaan 0.7.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> f, v = rng.normal(size=400), rng.normal(size=400)
    >>> x = {f"x{i}": 0.8 * f + 0.5 * rng.normal(size=400) for i in range(1, 4)}
    >>> frame = pd.DataFrame(x | {"x4": (0.7 + 0.3 * v) * f + 0.5 * rng.normal(size=400), "v": v})
    >>> text = "f =~ x1 + x2 + x3 + l*x4; l :~ a + h*data(v)"
    >>> fit = fit_moderated(text, frame, std_lv=True)
    >>> float(fit.parameters["h"].round(1)), fit.test.df, bool(fit.test.p < 0.001)
    (0.3, 1, True)
    >>> fit.at(v=[-1, 1])["est"].round(1).tolist()
    [0.4, 0.9]
    """
    one_of("estimator", estimator, ESTIMATORS)
    one_of("missing", missing, ("listwise", "fiml"))
    number_between("seconds", seconds, 0, 86400)
    if not hasattr(data, "columns"):
        raise InputError(f"data must be a data frame, got {type(data).__name__}")
    text = parse_model(model, moderated=True) if isinstance(model, str) else model
    _check(text)
    columns = _columns(text, data)
    known = np.all([np.isfinite(values) for values in columns.values()], axis=0)
    if not known.any():
        raise InputError(f"no case has values of {quoted(columns)}")
    kept = data if known.all() else data[known]
    with thread_controller().limit(limits=1):
        base = _constant(text, kept, group=group, equal=equal, partial=partial, cluster=cluster,
                         missing=missing, std_lv=std_lv, orthogonal=orthogonal, fixed_x=fixed_x,
                         seconds=seconds)  # fmt: skip
        there = {name: values[known] for name, values in columns.items()}
        casewise = casewise_model(text, base, there)
        start, constant = start_of(casewise, base)
        found = maximise(casewise.scored, start, seconds=seconds)
    if found is None:
        raise EstimationError(
            "the model has no likelihood where its search begins: write expressions that are "
            "defined at 0, as exp(a + h*data(v)) for a variance"
        )
    vcov = _errors(found, base, "cluster" if cluster else estimator)
    problems = tuple(_problems(found, casewise.names, vcov))
    record = _of_all_rows(base.solution.data.record, np.flatnonzero(known))
    if lost := int((~known).sum()):
        record = record.note("sem", "left out", "No value of a moderator.", count=lost,
                             of="rows", what=np.flatnonzero(~known) + 1)  # fmt: skip
    warn_problems(problems)
    return ModeratedFit(
        casewise.names, found.theta, vcov, found.value, casewise.n, found.converged, problems,
        text.source, record, constant, base.solution.theta.size, base.group_names,
        casewise, base.solution.table, tuple(s for s in text.statements if s.op == ":="),
    )  # fmt: skip


def _of_all_rows(record: Record, known: Ints) -> Record:
    """Number rows as in the data that were given, not among those with moderators."""
    entries = []
    for entry in record.entries:
        if entry.of == "rows" and entry.what:
            rows = [str(int(known[int(row) - 1]) + 1) for row in entry.what]
            entry = replace(entry, what=tuple(rows))
        entries.append(entry)
    return Record(tuple(entries))


def _check(text: ModelText) -> None:
    moderated = [s for s in text.statements if s.op == ":~"]
    if not moderated:
        raise InputError(
            "the model has no moderated parameter: write l2 :~ a2 + h2*data(v), or use fit_sem"
        )
    if text.levels:
        raise NotSupported("moderated parameters at two levels are not supported")
    if explores(text):
        raise NotSupported("moderated parameters with exploratory blocks are not supported")
    if any(s.op in ("|", "~*~") for s in text.statements):
        raise NotSupported("moderated parameters of ordered variables are not supported")
    if any(s.op in ("==", "<", ">") for s in text.statements):
        raise NotSupported(
            "constraints (==, <, >) with moderated parameters are not supported: equal parameters "
            "take one label"
        )
    twice = {s.lhs for s in moderated if sum(t.lhs == s.lhs for t in moderated) > 1}
    if twice:
        raise InputError(f"{quoted(sorted(twice))} is given by ':~' more than once")


def _columns(text: ModelText, data: pd.DataFrame) -> dict[str, Floats]:
    """Return the values of every column that ``data()`` names, by ``"data(name)"``."""
    out: dict[str, Floats] = {}
    for s in text.statements:
        if s.op != ":~" or s.right is None:
            continue
        for label in labels_of(s.right):
            if not label.startswith(DATA):
                continue
            name = label[len(DATA) : -1]
            column_in("data()", name, list(data.columns), where="the data")
            values = data[name]
            if values.dtype.kind not in "fiub":
                raise InputError(
                    f"column {name!r} in data() must hold numbers, found {values.dtype}: code its "
                    "categories as 0 and 1"
                )
            out[label] = np.asarray(values, dtype=np.float64)
    return out


def _constant(
    text: ModelText, data: pd.DataFrame, **options: str | Sequence[str] | bool | float | None
) -> SemResult:
    """Fit the same model with parameters that are the same for all cases."""
    plain = tuple(s for s in text.statements if s.op not in CONSTRAINTS)
    bare = ModelText(text.source, tuple(_without_start(s) for s in plain))
    cluster = options.pop("cluster")
    with warnings.catch_warnings():
        # Where constant parameters fit badly says nothing of the model that is asked for.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", ImproperSolutionWarning)
        return fit_sem(bare, data, meanstructure=True, cluster=cluster, **options)  # type: ignore[arg-type]


def _without_start(s: Statement) -> Statement:
    m = s.modifiers
    return replace(s, modifiers=replace(m, lower=(), upper=())) if m.lower or m.upper else s


def _errors(found: Maximum, base: SemResult, how: str) -> Floats | None:
    """Return the covariance matrix of the estimates; None where parameters cannot be told apart."""
    outer = np.zeros_like(found.hessian)
    first = 0
    for g in base.solution.data.groups:
        own = found.scores[first : first + len(g.rows)]
        first += len(g.rows)
        outer += meat(own, g) * g.moments.n
    bread = outer if how == "MLF" else -found.hessian
    if not found.converged or not np.isfinite(bread).all():
        return None
    scale = np.sqrt(np.maximum(np.diag(bread), 1e-300))
    values = np.linalg.eigvalsh(bread / np.outer(scale, scale))
    if not values[0] > 1e-8 * values[-1]:
        return None
    inverse = np.linalg.inv(bread / np.outer(scale, scale)) / np.outer(scale, scale)
    return inverse if how in ("ML", "MLF") else inverse @ outer @ inverse


def _problems(found: Maximum, names: Sequence[str], vcov: Floats | None) -> list[Problem]:
    if not found.converged:
        text = (
            f"the estimation did not converge (largest gradient element {found.gradient:.1e}): "
            "the numbers are not a solution"
        )
        return [Problem("convergence", text)]
    if vcov is not None:
        return []
    curve = np.nan_to_num(found.hessian, posinf=0.0, neginf=0.0)
    scale = np.sqrt(np.maximum(np.abs(np.diag(curve)), 1e-300))
    vectors = np.linalg.eigh(-curve / np.outer(scale, scale))[1]
    involved = [n for n, v in zip(names, vectors[:, 0], strict=True) if abs(v) > 1e-3]
    text = (
        "the model is not identified (singular information): "
        f"{quoted(involved)} cannot be told apart; there are no standard errors"
    )
    return [Problem("identification", text)]
