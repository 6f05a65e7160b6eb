"""`fit_iv`: latent variable models by model-implied instruments."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from collective_use.accepted import Matrix, PlainDict
from collective_use.checks import instance_of, one_of, quoted
from collective_use.cutoffs import CUTOFFS
from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats, adf_gamma, inverse, normal_weight, vech
from collective_use.numerics.search.optimise import Optimum
from collective_use.numerics.sem.model import cells_of, jacobian, moments
from collective_use.numerics.structure.instruments import (
    Equation,
    first_stage_f,
    reweighted_variances,
    two_stage_least_squares,
)
from collective_use.results import Result, Table, plain, table_of
from collective_use.sem.data.checks import require_columns
from collective_use.sem.data.data import SampleData, read_data
from collective_use.sem.data.given import data_from_moments
from collective_use.sem.engines.core import Solution, make_objective, thread_controller
from collective_use.sem.options import Options
from collective_use.sem.postfit.derived import DerivedEstimate
from collective_use.sem.postfit.problems import Problem, find_problems, warn_problems
from collective_use.sem.result import SemResult
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.start import with_sample_moments
from collective_use.structure.iv.equations import Written, written_equations

if TYPE_CHECKING:
    import pandas as pd

ERRORS = ("equation", "robust")

UNBIASED = Options(likelihood="wishart")
"""Covariances are divided by n - 1, as lavaan's instrumental variables have them."""


@dataclass(frozen=True)
class IvResult(Result):
    """A model estimated equation by equation.

    Attributes
    ----------
    joint
        The whole model at the estimates, with their errors.
    equations
        One row an equation: `outcome`, `predictors`, `by` (observed variables that stand for
        them), `instruments`, `sargan`, `df`, `p`, `weakest_f` (of the first stage; NaN where the
        predictors are their own instruments), `verdict` in words.
    problems
        What makes the solution doubtful: weak instruments, rejected equations, variances.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=300)
    >>> data = pd.DataFrame({f"x{i}": f + rng.normal(size=300) / 2 for i in (1, 2, 3)})
    >>> fit = cu.fit_iv("f =~ x1 + x2 + x3", data)
    >>> fit.equations["outcome"].tolist()
    ['x2', 'x3']
    """

    joint: SemResult
    equations: pd.DataFrame
    problems: tuple[Problem, ...]

    @property
    def estimates(self) -> pd.DataFrame:
        """Estimates with errors, z, p, 95% limits and standardized values."""
        return self.joint.estimates

    @property
    def parameters(self) -> pd.Series:
        """Estimates of the free parameters by name."""
        return self.joint.parameters

    @property
    def vcov(self) -> Floats | None:
        """Covariance matrix of the free parameters; slopes of two equations do not covary."""
        return self.joint.vcov

    @property
    def n(self) -> float:
        """Number of cases."""
        return self.joint.n

    def evaluate(self, expression: str) -> DerivedEstimate:
        """Return an expression of labels with its delta-method standard error."""
        return self.joint.evaluate(expression)

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates."""
        return self.estimates

    def to_dict(self) -> PlainDict:
        """Return estimates, equations and problems as plain values."""
        return {
            "n": self.n,
            "estimates": plain(self.estimates),
            "equations": plain(self.equations),
            "problems": [problem.text for problem in self.problems],
        }

    def tables(self) -> tuple[Table, ...]:
        """Return equations with their tests, and estimates."""
        notes = tuple(problem.text for problem in self.problems)
        shown = self.equations.drop(columns=["instruments", "by"])
        kept = ["lhs", "op", "rhs", "label", "est", "se", "p", "ci_lower", "ci_upper", "std_all"]
        return (
            table_of("Equations", shown, notes=("sargan: do the instruments agree?",)),
            table_of("Estimates", self.estimates[kept], notes=notes),
        )


def fit_iv(
    model: str | ParameterTable,
    data: pd.DataFrame | None = None,
    *,
    se: str = "equation",
    cov: Matrix = None,
    n: float | None = None,
) -> IvResult:
    """Fit a latent variable model by instruments that the model implies.

    Every equation is estimated on its own by two-stage least squares, latent variables replaced
    by their scaling indicators. A mistake in one equation stays there, and where an equation
    has instruments to spare, Sargan's test names it.

    Parameters
    ----------
    model
        Model text in lavaan's syntax, or a parameter table.
    data
        One row per case.
    se
        ``"equation"`` (residual variance of each equation; normal theory for variances) or
        ``"robust"`` (distribution-free; needs data).
    cov, n
        Covariances (divisor n - 1) and number of cases instead of data.

    Returns
    -------
    IvResult
        Estimates; `equations` with instruments and tests.

    Raises
    ------
    InputError
        When a latent variable has no scaling indicator, or no data identify an equation.
    NotSupported
        For several levels or groups, intercepts, constraints.

    Warns
    -----
    DataWarning
        When instruments are weak (first-stage F below the cut-off ``first_stage_f``).

    References
    ----------
    Bollen (1996), Psychometrika 61:109; Bollen & Bauer (2004), Sociological Methods & Research
    32:425; Sargan (1958), Econometrica 26:393; Fisher & Bollen (2020), Psychometrika 85:482.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=400)
    >>> data = pd.DataFrame({f"x{i}": f + rng.normal(size=400) / 2 for i in (1, 2, 3)})
    >>> data["y"] = 0.5 * f + rng.normal(size=400)
    >>> fit = fit_iv("f =~ x1 + x2 + x3; y ~ b*f", data)
    >>> float(fit.parameters["b"].round(1)), fit.equations["df"].tolist()
    (0.5, [1, 1, 1])
    """
    one_of("se", se, ERRORS)
    table = parameter_table(model, TableOptions(meanstructure=False))
    if table.n_levels > 1 or table.n_groups > 1 or table.meanstructure:
        raise NotSupported("fit_iv takes models of one level and group, without intercepts")
    block = table.blocks[0]
    if data is None:
        sample = data_from_moments(cov, n, None, block.observed, UNBIASED, ("",))
    else:
        if not hasattr(data, "columns"):
            instance_of("data", data, type(None), "a data frame, one row per case")
        require_columns(block.observed, list(data.columns), block.latent)
        sample = read_data(data, block.observed, block.exogenous, UNBIASED)
    with thread_controller().limit(limits=1):
        found = iv_of_sample(table, sample, se=se, model=model if isinstance(model, str) else "")
    warn_problems(found.problems)
    return found


def iv_of_sample(table: ParameterTable, sample: SampleData, *, se: str, model: str) -> IvResult:
    """Estimate a table from a sample that has been read, without warnings."""
    table = with_sample_moments(table, [g.moments for g in sample.groups])
    equations = written_equations(table)
    cov, n = sample.groups[0].moments.cov, sample.n
    place = {name: i for i, name in enumerate(sample.variables)}
    found = [_estimate(eq, cov, n, place) for eq in equations]
    joint, covariance = _assembled(table, sample, equations, found, se)
    frame = _frame(equations, found, cov, n, place)
    problems = (*find_problems(joint, covariance), *_problems(frame))
    result = SemResult(joint, covariance, problems, "core", ("",), ("",), model)
    return IvResult(result, frame, problems)


def _estimate(eq: Written, cov: Floats, n: float, place: dict[str, int]) -> Equation:
    x = np.array([place[name] for name in eq.x], dtype=np.intp)
    z = np.array([place[name] for name in eq.instruments], dtype=np.intp)
    return two_stage_least_squares(cov, place[eq.y], x, z, n)


def _assembled(
    table: ParameterTable, sample: SampleData, equations: tuple[Written, ...],
    found: list[Equation], se: str,
) -> tuple[Solution, Floats]:  # fmt: skip
    q = table.n_free
    theta, V = np.zeros(q), np.zeros((q, q))
    p = len(sample.variables)
    K = np.zeros((q, p * (p + 1) // 2))
    for eq, own in zip(equations, found, strict=True):
        at = [(table.rows[i].free - 1, k) for k, i in enumerate(eq.rows) if table.rows[i].free]
        places, picks = [a for a, _ in at], [k for _, k in at]
        theta[places] = own.slopes[picks]
        V[np.ix_(places, places)] = own.covariance[np.ix_(picks, picks)]
        K[places] = own.jacobian[picks]
    model = compile_model(table)
    undirected = sorted({r.free - 1 for r in table.rows if r.free and r.op == "~~"})
    directed = sorted(set(range(q)) - set(undirected))
    block, cells = model.blocks[0], cells_of(model.blocks[0])
    state = moments(block, theta)
    delta = jacobian(cells, state, q, means=False)[:, undirected]
    rest = reweighted_variances(sample.groups[0].moments.cov, vech(state.Sigma), delta)
    theta[undirected] = rest.values
    state = moments(block, theta)
    whole = jacobian(cells, state, q, means=False)
    K[undirected] = rest.map @ (np.eye(whole.shape[0]) - whole[:, directed] @ K[directed])
    gamma = _gamma(sample, state.Sigma, se)
    by_moments = K @ gamma @ K.T / sample.n
    if se == "robust":
        V = by_moments
    else:
        V[np.ix_(undirected, undirected)] = by_moments[np.ix_(undirected, undirected)]
    objective, shared = make_objective(model, sample, UNBIASED, table)
    message = "instruments" if rest.converged else "variances did not come to rest"
    optimum = Optimum(theta, objective.value(theta), 0.0, 1, rest.converged, message)
    constraints = read_constraints(table)
    solution = Solution(
        table, model, sample, UNBIASED, objective, shared, optimum, None, constraints
    )
    return solution, np.asarray(V)


def _gamma(sample: SampleData, Sigma: Floats, se: str) -> Floats:
    if se == "robust":
        group = sample.groups[0]
        if group.Y is None:
            raise NotSupported("se='robust' needs the cases, not only their covariances")
        return adf_gamma(group.Y, group.moments.mean, np.zeros(0, dtype=np.intp), means=False)
    return inverse(normal_weight(inverse(Sigma), means=False))


def _frame(
    equations: tuple[Written, ...], found: list[Equation], cov: Floats, n: float,
    place: dict[str, int],
) -> pd.DataFrame:  # fmt: skip
    import pandas as pd

    rows = []
    for eq, own in zip(equations, found, strict=True):
        strength = math.nan
        needing = [name for name in eq.x if name not in eq.instruments]
        if needing:
            z = np.array([place[name] for name in eq.instruments], dtype=np.intp)
            strength = min(first_stage_f(cov, place[name], z, n) for name in needing)
        rows.append(
            {
                "outcome": eq.outcome,
                "predictors": " + ".join(eq.predictors),
                "by": f"{eq.y} ~ {' + '.join(eq.x)}",
                "instruments": ", ".join(eq.instruments),
                "sargan": own.sargan,
                "df": own.df,
                "p": own.p,
                "weakest_f": strength,
                "verdict": _verdict(own, strength),
            }
        )
    return pd.DataFrame(rows)


def _verdict(own: Equation, strength: float) -> str:
    if not math.isnan(strength) and not CUTOFFS["first_stage_f"].passes(strength):
        return "weak instruments: estimate and test say little"
    if math.isnan(own.p):
        return "cannot be tested: no instrument to spare"
    if CUTOFFS["p"].passes(own.p):
        return "rejected: an instrument belongs into this equation, or errors are related"
    return "not rejected"


def _problems(frame: pd.DataFrame) -> list[Problem]:
    weak = frame[frame["verdict"].str.startswith("weak")]
    found = []
    if len(weak):
        names = [
            f"{o} (F {f:.1f})" for o, f in zip(weak["outcome"], weak["weakest_f"], strict=True)
        ]
        found.append(
            Problem(
                "data",
                f"weak instruments in the equation of {', '.join(names)}: first-stage F "
                f"{CUTOFFS['first_stage_f']}",
            )
        )
    wrong = frame.loc[frame["verdict"].str.startswith("rejected"), "outcome"].tolist()
    if wrong:
        found.append(Problem("data", f"Sargan's test rejects the equation of {quoted(wrong)}"))
    return found
