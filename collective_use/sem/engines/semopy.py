"""semopy as a second engine: it fits, and nothing but parameters is read from it.

semopy (Igolkina & Meshcheryakov 2020) is right about the point estimates of complete,
continuous, single-group ML models when every parameter is written out and the optimiser is told
to finish. Degrees of freedom, fit indices and errors never come from it.
"""

from __future__ import annotations

import contextlib
import io
import logging
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from collective_use.accepted import Found, Frame
from collective_use.checks import quoted
from collective_use.errors import EstimationError, NotSupported
from collective_use.numerics.types import Floats
from collective_use.sem.engines.bounded import OutOfTime, within
from collective_use.sem.table.partable import Parameter, ParameterTable


class SecondEngineError(EstimationError):
    """semopy broke down on a model that it should be able to fit."""


_OPERATORS = ("=~", "~", "~~")
_OPTIONS = {"ftol": 1e-15, "maxiter": 5000}

SECONDS = 60.0
"""How long semopy may search: on some models it never ends by itself."""


@dataclass(frozen=True, slots=True)
class SemopySolution:
    """What semopy found.

    Attributes
    ----------
    theta
        Free parameters in the order of the parameter table, shape ``(n_free,)``.
    success
        What semopy's optimiser says of itself.
    iterations
        Its number of iterations.
    description
        The model as it was written for semopy.
    """

    theta: Floats
    success: bool
    iterations: int
    description: str


def require_semopy_can(
    table: ParameterTable,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    cluster: bool = False,
    weights: bool = False,
    ordered: bool = False,
) -> None:
    """Raise unless semopy can fit a model rightly.

    Raises
    ------
    NotSupported
        Naming what it cannot do, and what to use instead.

    Examples
    --------
    >>> from collective_use.sem.table.build import parameter_table
    >>> require_semopy_can(parameter_table("f =~ x1 + x2 + x3"))
    """
    loose = _without_scale(table)
    reasons = (
        (estimator != "ML", f"estimator {estimator!r} (only ML is right)"),
        (missing != "listwise", "missing values (its FIML is wrong)"),
        (ordered or any(row.op in ("|", "~*~") for row in table.rows), "ordered variables"),
        (cluster, "cluster-robust errors"),
        (weights, "survey weights"),
        (table.n_groups > 1, "several groups with one model"),
        (table.n_levels > 1, "two levels"),
        (
            table.meanstructure and not _means_are_saturated(table),
            "a mean structure that is not saturated",
        ),
        (any(row.op in ("==", "<", ">") for row in table.rows), "constraints written with == < >"),
        (any(row.op == "<~" for row in table.rows), "composites (<~)"),
        (
            any(row.free and (row.lower > -math.inf or row.upper < math.inf) for row in table.rows),
            "bounds on parameters",
        ),
        (
            bool(loose),
            f"factors without a fixed loading ({quoted(loose)}: it searches for ever; fix a "
            "loading at 1 instead of the variance)",
        ),
    )
    wrong = [text for found, text in reasons if found]
    if wrong:
        raise NotSupported(
            f"engine 'semopy' does not fit {', nor '.join(wrong)}; use engine='core'"
        )


def _without_scale(table: ParameterTable) -> list[str]:
    """Return the factors whose loadings are all free."""
    loadings = [row for row in table.rows if row.op == "=~"]
    fixed = {row.lhs for row in loadings if not row.free}
    return list(dict.fromkeys(row.lhs for row in loadings if row.lhs not in fixed))


def _means_are_saturated(table: ParameterTable) -> bool:
    intercepts = [row for row in table.rows if row.op == "~1"]
    observed = set(table.block().observed)
    free = [row for row in intercepts if row.free and row.lhs in observed]
    fixed = [row for row in intercepts if not row.free and not row.exogenous]
    unshared = len({row.free for row in free}) == len(free) and not any(row.label for row in free)
    return unshared and all(row.lhs not in observed and row.start == 0 for row in fixed)


def semopy_description(table: ParameterTable) -> str:
    """Write a model out in full for semopy: every parameter explicit, labelled or fixed.

    Moments of fixed covariates are left to semopy, which takes them from the sample.

    Examples
    --------
    >>> from collective_use.sem.table.build import parameter_table
    >>> print(semopy_description(parameter_table("y ~ b*x")))
    y ~ cu1*x
    y ~~ cu2*y
    """
    lines = []
    for row in table.rows:
        if row.op in _OPERATORS and not row.exogenous:
            value = f"cu{row.free}" if row.free else repr(float(row.start))
            lines.append(f"{row.lhs} {row.op} {value}*{row.rhs}")
    return "\n".join(lines)


def _plainly_named(
    table: ParameterTable, names: tuple[str, ...]
) -> tuple[ParameterTable, tuple[str, ...]]:
    """Give every variable a number for a name where semopy could not read one of them."""
    block = table.block()
    every = (*block.observed, *block.latent)
    if all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in every):
        return table, names
    plain = {name: f"v{i}" for i, name in enumerate(every)}
    rows = tuple(
        row._replace(lhs=plain.get(row.lhs, row.lhs), rhs=plain.get(row.rhs, row.rhs))
        for row in table.rows
    )
    return ParameterTable(rows, table.blocks, table.meanstructure), tuple(plain[n] for n in names)


def _first_rows(table: ParameterTable) -> dict[int, Parameter]:
    rows: dict[int, Parameter] = {}
    for row in table.rows:
        if row.free and row.op in _OPERATORS:
            rows.setdefault(row.free, row)
    return rows


def fit_semopy(
    table: ParameterTable, cov: Floats, names: tuple[str, ...], n: int, start: Floats
) -> SemopySolution:
    """Fit a single-group ML model by semopy.

    Parameters
    ----------
    table
        Parameter table; `require_semopy_can` has been asked.
    cov
        Sample covariances with divisor n, shape ``(p, p)``, in the order of `names`.
    names
        Observed variables.
    n
        Number of observations.
    start
        Where to start, shape ``(n_free,)``.

    Returns
    -------
    SemopySolution
        Intercepts, which semopy does not estimate here, are NaN in `theta`.

    Raises
    ------
    SecondEngineError
        When semopy breaks down; its own words are given.

    References
    ----------
    Igolkina & Meshcheryakov (2020), Structural Equation Modeling 27:952.

    Examples
    --------
    >>> import numpy as np
    >>> from collective_use.sem.table.build import parameter_table
    >>> table = parameter_table("y ~ b*x")
    >>> cov = np.array([[2.0, 0.5], [0.5, 1.0]])
    >>> solution = fit_semopy(table, cov, ("y", "x"), 100, np.array([0.1, 1.0]))
    >>> [round(float(value), 4) for value in solution.theta]
    [0.5, 1.75]
    """
    import pandas as pd

    table, names = _plainly_named(table, names)
    description = semopy_description(table)
    moments = pd.DataFrame(cov, index=list(names), columns=list(names))
    rows = _first_rows(table)
    places: dict[str, int] = {}
    try:
        result = within(SECONDS, lambda: _searched(description, moments, n, rows, start, places))
    except OutOfTime as problem:
        raise SecondEngineError(
            f"semopy had not ended after {SECONDS:g} s and was stopped; use engine='core'"
        ) from problem
    except Exception as problem:
        raise SecondEngineError(
            f"semopy broke down on this model ({type(problem).__name__}: {problem}); "
            "use engine='core'"
        ) from problem
    theta = np.full(table.n_free, np.nan)
    for number in rows:
        theta[number - 1] = float(result.x[places[f"cu{number}"]])
    return SemopySolution(theta, bool(result.success), int(result.n_it), description)


def _searched(
    description: str,
    moments: Frame,
    n: int,
    rows: Iterable[int],
    start: Floats,
    places: dict[str, int],
) -> Found:
    """Run semopy; `places` is filled with where its parameters stand."""
    import semopy

    # semopy reports to the terminal; its words belong into a message, not there.
    with _quiet(), np.errstate(all="ignore"):
        model = semopy.Model(description)
        model.load(cov=moments, n_samples=n)
        places |= _places(model)
        values = np.array(model.param_vals, dtype=np.float64)
        for number in rows:
            values[places[f"cu{number}"]] = start[number - 1]
        model.param_vals = values
        return model.fit(cov=moments, n_samples=n, options=dict(_OPTIONS))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(before)


def _places(model: object) -> dict[str, int]:
    """Find the place of every active parameter in semopy's vector."""
    parameters = model.parameters  # type: ignore[attr-defined]
    active = [name for name, parameter in parameters.items() if parameter.active]
    return {name: place for place, name in enumerate(active)}
