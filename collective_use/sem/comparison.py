"""Nested models and constraints: chi-square difference and Wald tests."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import one_of
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.optimise import Optimum
from collective_use.results import Result
from collective_use.sem.constraints import evaluate, read_expression
from collective_use.sem.estimate import Solution
from collective_use.sem.standardized import value_of
from collective_use.sem.tests_of_fit import ChiSquare, p_of, scaled_test

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.sem.result import SemResult

METHODS = ("auto", "standard", "satorra.bentler.2001", "satorra.bentler.2010")


@dataclass(frozen=True)
class Comparison(Result):
    """A chi-square difference test of two nested models.

    Attributes
    ----------
    statistic, df, p
        The test; a small p speaks for the model with more parameters.
    method
        ``"standard"``, ``"satorra.bentler.2001"`` or ``"satorra.bentler.2010"``.
    scaling
        What the difference was divided by.
    aic, bic
        Of the model with more and the one with fewer parameters, NaN without a likelihood.
    """

    statistic: float
    df: float
    p: float
    method: str
    scaling: float
    aic: tuple[float, float]
    bic: tuple[float, float]

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        import pandas as pd

        return pd.DataFrame([{
            "statistic": self.statistic,
            "df": self.df,
            "p": self.p,
            "method": self.method,
            "scaling": self.scaling,
            "aic_difference": self.aic[1] - self.aic[0],
            "bic_difference": self.bic[1] - self.bic[0],
        }])  # fmt: skip


def compare(first: SemResult, second: SemResult, method: str = "auto") -> Comparison:
    """Test the difference of two nested models fitted to the same cases.

    Parameters
    ----------
    first, second
        In any order.
    method
        ``"auto"`` takes the scaled difference of 2001 when both models carry a scaled test.

    Raises
    ------
    InputError
        When the models were not fitted to the same data in the same way, or have equal df.
    EstimationError
        When the scaling factor is negative (2001): use 2010.

    References
    ----------
    Satorra & Bentler (2001), Psychometrika 66:507; (2010), Psychometrika 75:243.
    """
    one_of("method", method, METHODS)
    small, large = (first, second) if first.test.df > second.test.df else (second, first)
    _comparable(small, large)
    scaled = small.solution.options.scaled
    if method == "auto":
        method = "satorra.bentler.2001" if scaled else "standard"
    if method != "standard" and not scaled:
        raise InputError(f"method={method!r} needs an estimator with a scaled test, such as 'MLR'")
    df = small.test.df - large.test.df
    difference = small.test.statistic - large.test.statistic
    c = 1.0
    if method != "standard":
        c = _scaling(small, large, method, df)
    value = difference / c
    return Comparison(
        value, df, p_of(value, df), method, c,
        (_of(large, "aic"), _of(small, "aic")), (_of(large, "bic"), _of(small, "bic")),
    )  # fmt: skip


def _of(fit: SemResult, name: str) -> float:
    return fit.fit_measures.get(name, math.nan)


def _comparable(small: SemResult, large: SemResult) -> None:
    a, b = small.solution, large.solution
    if a.options.estimator != b.options.estimator or a.options.missing != b.options.missing:
        raise InputError("models can be compared when both use the same estimator and missing=")
    if set(a.data.variables) != set(b.data.variables):
        raise InputError("models can be compared when both have the same observed variables")
    same = len(a.data.groups) == len(b.data.groups) and all(
        g.moments.n == h.moments.n
        and np.allclose(np.sort(np.diag(g.moments.cov)), np.sort(np.diag(h.moments.cov)))
        for g, h in zip(a.data.groups, b.data.groups, strict=True)
    )
    if not same:
        raise InputError("models can be compared when both are fitted to the same cases")
    if small.test.df == large.test.df:
        raise InputError("models with the same degrees of freedom are not nested")


def _scaling(small: SemResult, large: SemResult, method: str, df: float) -> float:
    options = small.solution.options
    if options.test in ("scaled.shifted", "mean.var.adjusted"):
        raise NotSupported(f"compare with test={options.test!r} is not supported: use MLM or MLR")
    scaled = small.scaled_test
    if scaled is None:
        raise InputError("the models carry no scaled test")
    r0, c0 = small.test.df, scaled.scaling
    r1 = large.test.df
    c1 = 1.0
    if method == "satorra.bentler.2001":
        c1 = large.scaled_test.scaling if large.scaled_test and r1 > 0 else 1.0
    elif r1 > 0:
        c1 = scaling_at(large, small)
    c = (r0 * c0 - r1 * c1) / df
    if c < 0:
        raise EstimationError(
            f"the scaling factor of the difference is negative ({c:.3f}): "
            "use method='satorra.bentler.2010'"
            if method.endswith("2001")
            else f"the scaling factor of the difference is negative ({c:.3f})"
        )
    return c


def scaling_at(large: SemResult, small: SemResult) -> float:
    """Return the scaling of the larger model's test, taken at the smaller model's estimates."""
    theta = _mapped(large.solution, small.solution)
    optimum = Optimum(theta, large.solution.objective.value(theta), 0.0, 0, True, "given")
    moved = replace(large.solution, optimum=optimum)
    standard = ChiSquare("standard", 2 * moved.data.n * optimum.value, moved.df, math.nan)
    return scaled_test(moved, standard, large._saturated).scaling


def _mapped(large: Solution, small: Solution) -> Floats:
    values = {}
    for row in small.table.rows:
        values[row.key] = value_of(row, small.theta)
        if row.op == "~~":
            values[row.rhs, row.op, row.lhs, row.level, row.group] = values[row.key]
    theta = np.full(large.model.n_free, np.nan)
    for row in large.table.rows:
        if row.free:
            value = values.get(row.key, 0.0)
            known = theta[row.free - 1]
            if not math.isnan(known) and abs(known - value) > 1e-8 * max(1.0, abs(value)):
                raise InputError("the models are not nested: an equality holds only in the larger")
            theta[row.free - 1] = value
    return theta


def wald_test(fit: SemResult, constraints: str) -> dict[str, float]:
    """Test constraints on labelled parameters.

    Parameters
    ----------
    fit
        A fitted model.
    constraints
        Lines with ``==`` between expressions of labels.

    Returns
    -------
    dict
        ``statistic``, ``df``, ``p``.

    References
    ----------
    Wald (1943), Transactions of the American Mathematical Society 54:426.
    """
    if fit.vcov is None:
        raise EstimationError("a Wald test needs standard errors")
    values = fit.solution.constraints.values(fit.solution.theta)
    q = fit.solution.model.n_free
    c, J = [], []
    for line in constraints.replace(";", "\n").splitlines():
        if not line.strip():
            continue
        left, _, right = line.partition("==")
        if not right.strip():
            raise InputError(f"a Wald test takes lines with '==', got {line.strip()!r}")
        x, dx = evaluate(read_expression(left), values, q)
        y, dy = evaluate(read_expression(right), values, q)
        c.append(x - y)
        J.append(dx - dy)
    if not c:
        raise InputError("constraints must hold at least one line")
    r, D = np.array(c), np.array(J)
    V = D @ fit.vcov @ D.T
    if np.linalg.matrix_rank(V) < r.size:
        raise EstimationError("these constraints depend on each other, or on fixed parameters only")
    statistic = float(r @ np.linalg.solve(V, r))
    return {"statistic": statistic, "df": float(r.size), "p": p_of(statistic, r.size)}
