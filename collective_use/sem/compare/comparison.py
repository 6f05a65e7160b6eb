"""Nested models and constraints: chi-square difference and Wald tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from collective_use.checks import one_of, quoted
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.numerics.sem.difference_tests import CORRECTIONS, Difference
from collective_use.results import Result, Table, table_of, whole
from collective_use.sem.compare.difference import A_METHODS, mapped, satorra_2000
from collective_use.sem.compare.nesting import is_nested
from collective_use.sem.goodness.tests_of_fit import p_of
from collective_use.sem.postfit.parameter_test import ParameterTest
from collective_use.sem.reduced_bias import refuse_reduced
from collective_use.sem.table.constraints import evaluate, read_expression

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.numerics.types import Floats
    from collective_use.sem.data.data import SampleData
    from collective_use.sem.fitted import Fitted

METHODS = ("auto", "standard", "satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000")
SECOND_ORDER = ("scaled.shifted", "mean.var.adjusted")
"""Tests of a model that correct mean and variance: their difference is Satorra's (2000)."""


@dataclass(frozen=True)
class Comparison(Result):
    """A chi-square difference test of two nested models.

    Attributes
    ----------
    statistic, df, p
        The test; a small p speaks for the model with more parameters.
    method
        ``"standard"``, ``"satorra.bentler.2001"``, ``"satorra.bentler.2010"`` or
        ``"satorra.2000"``.
    scaling, shift
        What the difference was divided by, and what was added then (``"satorra.2000"``).
    aic, bic
        Of the model with more and the one with fewer parameters, NaN without a likelihood.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=300)
    >>> data = pd.DataFrame({f"x{i}": f + rng.normal(size=300) for i in range(1, 5)})
    >>> free = cu.fit_cfa("f =~ x1 + x2 + x3 + x4", data)
    >>> equal = cu.fit_cfa("f =~ x1 + a*x2 + a*x3 + a*x4", data)
    >>> free.compare(equal).df
    2
    """

    statistic: float
    df: float
    p: float
    method: str
    scaling: float
    aic: tuple[float, float]
    bic: tuple[float, float]
    shift: float = 0.0

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        import pandas as pd

        return pd.DataFrame([{
            "statistic": self.statistic,
            "df": self.df,
            "p": self.p,
            "method": self.method,
            "scaling": self.scaling,
            "shift": self.shift,
            "aic_difference": self.aic[1] - self.aic[0],
            "bic_difference": self.bic[1] - self.bic[0],
        }])  # fmt: skip

    def tables(self) -> tuple[Table, ...]:
        """Return the row, whole degrees of freedom as such."""
        frame = self.to_frame()
        return (table_of("Comparison", frame.assign(df=[whole(self.df)])),)


def compare(
    first: Fitted,
    second: Fitted,
    method: str = "auto",
    *,
    a_method: str = "delta",
    correction: str = "scaled.shifted",
) -> Comparison:
    """Test the difference of two nested models fitted to the same cases.

    Parameters
    ----------
    first, second
        In any order.
    method
        ``"auto"`` takes the scaled difference of 2001 when both models carry a test corrected for
        its mean (MLM, MLR, WLSM), ``"satorra.2000"`` when mean and variance are corrected (WLSMV,
        MLMV), else the plain difference.
    a_method
        For ``"satorra.2000"``: how the restriction is found, from derivatives (``"delta"``) or from
        the parameter tables (``"exact"``).
    correction
        For ``"satorra.2000"``: ``"scaled.shifted"``, ``"mean.var.adjusted"`` or
        ``"satorra.bentler"`` (mean only).

    Raises
    ------
    InputError
        When the models were not fitted to the same data in the same way, have equal df, or (of
        ordered answers) are not nested.
    EstimationError
        When the scaling factor is negative (2001): use 2010.

    References
    ----------
    Satorra & Bentler (2001), Psychometrika 66:507; (2010), Psychometrika 75:243; Satorra (2000),
    in Heijmans, Pollock & Satorra, Innovations in multivariate statistical analysis, p. 233.
    """
    one_of("method", method, METHODS)
    one_of("a_method", a_method, A_METHODS)
    one_of("correction", correction, CORRECTIONS)
    small, large = (first, second) if first.test.df > second.test.df else (second, first)
    _comparable(small, large)
    options = small.solution.options
    if method == "auto":
        second_order = options.test in SECOND_ORDER
        scaled = "satorra.2000" if second_order else "satorra.bentler.2001"
        method = scaled if options.scaled else "standard"
    if method != "standard" and not options.scaled:
        raise InputError(f"method={method!r} needs an estimator with a scaled test, such as 'MLR'")
    df = small.test.df - large.test.df
    difference = small.test.statistic - large.test.statistic
    found = Difference(difference, df, 1.0, 0.0)
    if method == "satorra.2000":
        found = satorra_2000(small, large, difference, df, a_method, correction)
    elif method != "standard":
        c = _scaling(small, large, method, df)
        found = Difference(difference / c, df, c, 0.0)
    p = p_of(found.statistic, found.df)
    if method == "standard" and options.function == "ULS":
        p = math.nan  # as for the test of one model: its distribution is not known
    return Comparison(
        found.statistic, found.df, p, method, found.scaling,
        (_of(large, "aic"), _of(small, "aic")), (_of(large, "bic"), _of(small, "bic")),
        found.shift,
    )  # fmt: skip


def _of(fit: Fitted, name: str) -> float:
    return fit.main_measures.get(name, math.nan)


def _comparable(small: Fitted, large: Fitted) -> None:
    a, b = small.solution, large.solution
    refuse_reduced(a, "compare()")
    if a.options.estimator != b.options.estimator or a.options.missing != b.options.missing:
        used = [f"{o.estimator!r} with missing={o.missing!r}" for o in (a.options, b.options)]
        raise InputError(
            "models can be compared when both use the same estimator and missing=, "
            f"got {' and '.join(used)}"
        )
    if a.options.test != b.options.test:
        raise InputError(
            "models can be compared when both use the same test=, "
            f"got {a.options.test!r} and {b.options.test!r}"
        )
    odd = sorted(set(a.data.variables) ^ set(b.data.variables))
    if odd:
        raise InputError(
            "models can be compared when both have the same observed variables; "
            f"only one of them has {quoted(odd)}"
        )
    same = len(a.data.groups) == len(b.data.groups) and all(
        g.moments.n == h.moments.n
        and np.allclose(np.sort(np.diag(g.moments.cov)), np.sort(np.diag(h.moments.cov)))
        for g, h in zip(a.data.groups, b.data.groups, strict=True)
    )
    if not same:
        one, two = _cases(a.data), _cases(b.data)
        found = (
            f"{one} and {two}" if one != two else f"{one} in both, but {_unlike(a.data, b.data)}"
        )
        raise InputError(
            f"models can be compared when both are fitted to the same cases, got {found}"
        )
    for option, of in (("cluster=", _clusters), ("weights=", _weights)):
        if not np.array_equal(of(a.data), of(b.data)):
            raise InputError(
                f"models can be compared when both have the same {option}: errors and the test of "
                "the difference depend on it"
            )
    if small.test.df == large.test.df:
        raise InputError(
            "models with the same degrees of freedom are not nested, "
            f"got {whole(small.test.df)} for both"
        )
    if not is_nested(a, b):
        raise InputError(
            f"the model with {whole(small.test.df)} degrees of freedom is not nested in the one "
            f"with {whole(large.test.df)}: it frees what that one fixes (as scales of items with "
            "two categories once thresholds are equal). Compare each with a model that holds both, "
            "such as the configural one"
        )


def _cases(data: SampleData) -> str:
    groups = len(data.groups)
    return f"{data.n:g} cases" + (f" in {groups} groups" if groups > 1 else "")


def _unlike(a: SampleData, b: SampleData) -> str:
    mine, theirs = ([g.name for g in data.groups] for data in (a, b))
    if mine != theirs and sorted(mine) == sorted(theirs):
        return f"groups in another order ({quoted(mine)} and {quoted(theirs)}): sort the rows alike"
    return "other variances"


def _clusters(data: SampleData) -> list[int]:
    """Return numbers of clusters by group and name."""
    return [int(codes.max()) + 1 for g in data.groups for codes in g.clusters]


def _weights(data: SampleData) -> Floats:
    """Return the weights in ascending order, by group."""
    given = [np.sort(g.weights) for g in data.groups if g.weights is not None]
    return np.concatenate([np.zeros(0), *given]).round(9)


def _scaling(small: Fitted, large: Fitted, method: str, df: float) -> float:
    options = small.solution.options
    if options.test in SECOND_ORDER:
        raise NotSupported(
            f"compare(method={method!r}) with test={options.test!r} is not supported: it needs a "
            "test that corrects the mean only (MLM, MLR, WLSM); use 'satorra.2000'"
        )
    scaled = small.scaled_test
    if scaled is None:
        raise InputError("the models carry no scaled test")
    r0, c0 = small.test.df, scaled.scaling
    r1 = large.test.df
    c1 = 1.0
    if method == "satorra.bentler.2001":
        c1 = large.scaled_test.scaling if large.scaled_test and r1 > 0 else 1.0
    elif r1 > 0:
        theta = mapped(large.solution, small.solution)
        c1 = large.scaling_at(theta, small.solution.optimum.value)
    c = (r0 * c0 - r1 * c1) / df
    if c < 0:
        raise EstimationError(
            f"the scaling factor of the difference is negative ({c:.3f}): "
            "use method='satorra.bentler.2010'"
            if method.endswith("2001")
            else f"the scaling factor of the difference is negative ({c:.3f})"
        )
    return c


def wald_test(fit: Fitted, constraints: str) -> ParameterTest:
    """Test constraints on labelled parameters.

    Parameters
    ----------
    fit
        A fitted model.
    constraints
        Lines with ``==`` between expressions of labels.

    Returns
    -------
    ParameterTest
        The joint test, and each line alone.

    Raises
    ------
    InputError
        When a line is no equality of expressions of labels.
    EstimationError
        When there are no standard errors, or constraints depend on each other.

    References
    ----------
    Wald (1943), Transactions of the American Mathematical Society 54:426.
    """
    if fit.vcov is None:
        raise EstimationError("a Wald test needs standard errors")
    values = fit.solution.constraints.values(fit.solution.theta)
    q = fit.solution.model.n_free
    import pandas as pd

    lines, c, J = [], [], []
    for line in constraints.replace(";", "\n").splitlines():
        if not line.strip():
            continue
        left, _, right = line.partition("==")
        if not right.strip():
            raise InputError(f"a Wald test takes lines with '==', got {line.strip()!r}")
        x, dx = evaluate(read_expression(left), values, q)
        y, dy = evaluate(read_expression(right), values, q)
        lines.append(line.strip())
        c.append(x - y)
        J.append(dx - dy)
    if not c:
        raise InputError("constraints must hold at least one line")
    r, D = np.array(c), np.array(J)
    V = D @ fit.vcov @ D.T
    if np.linalg.matrix_rank(V) < r.size:
        raise EstimationError("these constraints depend on each other, or on fixed parameters only")
    statistic = float(r @ np.linalg.solve(V, r))
    alone = r**2 / np.diag(V)
    table = pd.DataFrame({"constraint": lines, "statistic": alone, "df": 1, "p": chdtrc(1, alone)})
    return ParameterTest("wald", statistic, r.size, p_of(statistic, r.size), table)
