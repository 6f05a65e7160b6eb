"""What `sam` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from collective_use.accepted import PlainDict
from collective_use.numerics.moments import Floats
from collective_use.results import Result, Table, plain, table_of
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.fit_measures import scaled_fit_measures
from collective_use.sem.goodness.tests_of_fit import ChiSquare
from collective_use.sem.postfit.derived import DerivedEstimate
from collective_use.sem.postfit.problems import Problem
from collective_use.sem.result import SemResult
from collective_use.structure.sam.first import FirstStep
from collective_use.structure.sam.latent import Latent

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SamResult(Result):
    """A structure fitted after its measurement.

    Attributes
    ----------
    joint
        The whole model at the estimates of both steps, with their errors.
    method, mapping, se
        How it was fitted.
    first
        The measurement blocks.
    structural
        The second step's own fit (local method); None for the global one.
    latent
        Moments of the latent variables by level (local method; None else).
    problems
        What makes the solution doubtful; empty when nothing does.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=200)
    >>> data = pd.DataFrame({f"x{i}": f + rng.normal(size=200) / 2 for i in (1, 2, 3)})
    >>> data["y"] = 0.5 * f + rng.normal(size=200)
    >>> fit = cu.sam("f =~ x1 + x2 + x3; y ~ f", data)
    >>> fit.reliability()["variable"].tolist()
    ['f', 'y']
    """

    joint: SemResult
    method: str
    mapping: str
    se: str
    first: FirstStep
    structural: Solution | None
    latent: tuple[Latent | None, ...]
    problems: tuple[Problem, ...]

    @property
    def estimates(self) -> pd.DataFrame:
        """Estimates of the structure with errors, z, p, 95% limits and standardized values."""
        rows, shown = self.joint.table.rows, self.joint.estimates
        structure = set(self.first.parts.structure)
        listed = [i for i, row in enumerate(rows) if row.op not in ("==", "<", ">")]
        kept = [k for k, i in enumerate(listed) if i in structure or rows[i].op == ":="]
        return shown.iloc[kept].reset_index(drop=True)

    def measurement(self) -> pd.DataFrame:
        """Return estimates of the measurement, all blocks."""
        rows, shown = self.joint.table.rows, self.joint.estimates
        listed = [i for i, row in enumerate(rows) if row.op not in ("==", "<", ">")]
        kept = [k for k, i in enumerate(listed) if i in self.first.values]
        return shown.iloc[kept].reset_index(drop=True)

    @property
    def parameters(self) -> pd.Series:
        """All estimates by name."""
        return self.joint.parameters

    @property
    def vcov(self) -> Floats | None:
        """Covariance matrix of all free parameters, measurement included."""
        return self.joint.vcov

    @property
    def converged(self) -> bool:
        """Whether both steps reached an optimum."""
        return self.joint.converged

    @property
    def n(self) -> float:
        """Number of cases."""
        return self.joint.n

    @cached_property
    def scaled(self) -> tuple[ChiSquare, ChiSquare] | None:
        """Chi-square of the model and of independence, scaled for both steps.

        None where there are no cases, two levels or fixed covariates.
        """
        if len(self.latent) > 1:
            return None
        from collective_use.structure.sam.robust import scaled_tests

        solution = self.joint.solution
        return scaled_tests(
            solution, self.first, self.structural, self.latent[0], solution.data, self.mapping
        )

    @cached_property
    def fit_measures(self) -> Mapping[str, float]:
        """Fit by lavaan's names: of the structure (local) or of the whole model (global).

        `chisq` takes the first step's estimates for known; `chisq.scaled` does not.
        """
        if self.structural is None and self.method == "local":
            return MappingProxyType({})
        solution = self.joint.solution if self.structural is None else self.structural
        found = scaled_fit_measures(solution, self.scaled)
        if self.method == "local":
            for name in ("logl", "unrestricted.logl", "aic", "bic", "bic2"):
                found.pop(name, None)
        return MappingProxyType({name: float(value) for name, value in found.items()})

    def reliability(self) -> pd.DataFrame:
        """Return the reliability of the mapped scores, by level and variable (local method)."""
        import pandas as pd

        rows = [
            {"level": level, "variable": name, "reliability": float(value)}
            for level, latent in enumerate(self.latent, start=1)
            if latent is not None
            for name, value in zip(latent.names, latent.reliability, strict=True)
        ]
        return pd.DataFrame(rows, columns=["level", "variable", "reliability"])

    def blocks(self) -> pd.DataFrame:
        """Return the fit of each measurement block: `factors`, `chisq`, `df`, `p`."""
        import pandas as pd

        from collective_use.sem.goodness.tests_of_fit import p_of

        rows = []
        for measured, own in zip(self.first.parts.measurements, self.first.solutions, strict=True):
            value = max(2 * own.data.n * own.optimum.value, 0.0)
            known = len(self.first.parts.levels) == 1
            statistic = value if known else float("nan")
            rows.append(
                {
                    "factors": " ".join(measured.factors),
                    "chisq": statistic,
                    "df": own.df,
                    "p": p_of(statistic, own.df) if known else float("nan"),
                }
            )
        return pd.DataFrame(rows)

    def r_square(self) -> pd.DataFrame:
        """Return the share of variance explained of what the structure explains."""
        frame = self.joint.r_square()
        names = {name for level in self.first.parts.levels for name in level.structural}
        return frame[frame["variable"].isin(names)].reset_index(drop=True)

    def evaluate(self, expression: str) -> DerivedEstimate:
        """Return an expression of labels with its standard error."""
        return self.joint.evaluate(expression)

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates of the structure."""
        return self.estimates

    def to_dict(self) -> PlainDict:
        """Return estimates, fit and problems as plain values."""
        return {
            "method": self.method,
            "mapping": self.mapping,
            "se": self.se,
            "n": self.n,
            "estimates": plain(self.estimates),
            "measurement": plain(self.measurement()),
            "fit": plain(dict(self.fit_measures)),
            "reliability": plain(self.reliability()),
            "blocks": plain(self.blocks()),
            "problems": [problem.text for problem in self.problems],
        }

    def tables(self) -> tuple[Table, ...]:
        """Return blocks and estimates."""
        kept = ["lhs", "op", "rhs", "label", "est", "se", "p", "ci_lower", "ci_upper", "std_all"]
        notes = (
            f"Structure after measurement, {self.method}; errors: {self.se}.",
            *(problem.text for problem in self.problems),
        )
        shown = self.estimates[["level", *kept] if len(self.latent) > 1 else kept]
        return (
            table_of("Measurement blocks", self.blocks()),
            table_of("Structure", shown, notes=notes),
        )

    def __getstate__(self) -> PlainDict:
        """Leave caches out."""
        from dataclasses import fields

        return {f.name: self.__dict__[f.name] for f in fields(self)}

    def __setstate__(self, state: PlainDict) -> None:
        """Restore the fields."""
        self.__dict__.update(state)


def reliability_of(latent: Latent) -> Floats:
    """Return reliabilities of the latent variables alone."""
    return np.asarray(latent.reliability)
