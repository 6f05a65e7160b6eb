"""What all refits of resampled data share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.search.optimise import minimise
from collective_use.numerics.sem.function import Objective
from collective_use.sem.engines.core import Solution
from collective_use.sem.engines.search import bounds_of
from collective_use.sem.fitted import Fitted
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.partable import ParameterTable

KINDS = ("cases", "clusters", "parametric")
WEIGHTS = "weights"
"""The kind whose samples are weights of the cases: sizes of groups follow from them."""

NOT_CONVERGED = "estimation did not converge"
CANNOT = "the sample cannot be estimated"

T = TypeVar("T")
Part: TypeAlias = Floats | tuple[Floats, Floats, Ints]
"""Of one group: how often each unit occurs, (n,), new cases, (n, p), or, at two levels, new cases,
values of clusters and cluster of each case."""

Resampled: TypeAlias = Sequence[Part]
"""One sample, by group."""

Sample: TypeAlias = Resampled | np.random.SeedSequence
"""One sample, or the seed that it is drawn by."""


class ReplicationError(ValueError):
    """A replication that has no solution; the message is its reason."""


class Refit:
    """Resamples and refits one solution.

    Parameters
    ----------
    fit
        The fit.
    kind
        ``"cases"``, ``"clusters"``, ``"parametric"``, or `WEIGHTS`.
    """

    def __init__(self, fit: Fitted, kind: str) -> None:
        solution = fit.solution
        self.kind, self.solution = kind, solution
        self.what = "replicate_weights=" if kind == WEIGHTS else "resampling"
        self.q = solution.model.n_free
        self.table = self.with_free_covariates()
        self.model = compile_model(self.table)
        start = np.zeros(self.model.n_free)
        for row in self.table.rows:
            if row.free > self.q:
                start[row.free - 1] = row.start
        start[: self.q] = solution.theta
        self.start = start
        self.basis = self._basis(solution)
        lower, upper = bounds_of(self.table)
        self.bounded = bool(np.isfinite(lower).any() or np.isfinite(upper).any())
        self.lower, self.upper = lower, upper
        self.failures: Counter[str] = Counter()

    def with_free_covariates(self) -> ParameterTable:
        """Estimate the moments of fixed covariates too: the other estimates stay the same."""
        table = self.solution.table
        number = table.n_free
        rows = []
        for row in table.rows:
            if row.exogenous and not row.free:
                number += 1
                row = row._replace(free=number)
            rows.append(row)
        return replace(table, rows=tuple(rows))

    def _basis(self, solution: Solution) -> Floats | None:
        if solution.constraints.above:
            raise NotSupported(f"{self.what} with inequality constraints is not supported")
        if solution.basis is None:
            return None
        if solution.border:
            raise NotSupported(
                f"{self.what} with a rotated solution is not supported: factors of the samples "
                "would have to be matched first"
            )
        shifted = solution.theta + np.linspace(0.3, 1.1, self.q)
        here = solution.constraints.equalities(solution.theta)[1]
        if not np.allclose(here, solution.constraints.equalities(shifted)[1], atol=1e-12):
            raise NotSupported(f"{self.what} with nonlinear constraints is not supported")
        extra = self.model.n_free - self.q
        K = np.zeros((self.model.n_free, solution.basis.shape[1] + extra))
        K[: self.q, : solution.basis.shape[1]] = solution.basis
        K[self.q :, solution.basis.shape[1] :] = np.eye(extra)
        return K

    def with_definitions(self, theta: Floats) -> Floats:
        """Append defined parameters to free ones, (R, q) to (R, k)."""
        theta = theta[:, : self.q]
        names = [row.lhs for row in self.solution.table.definitions]
        if not names:
            return theta
        values = [
            [found[name][0] for name in names]
            for found in (self.solution.constraints.values(t) for t in theta)
        ]
        return np.concatenate([theta, np.array(values)], axis=1)

    def draw(self, replications: int, seed: int | None, jobs: int, progress: bool) -> Floats:
        """Return estimates of all replications, (R, q), NaN where there is no solution."""
        return self._all(np.random.SeedSequence(seed).spawn(replications), jobs, progress)

    def of(self, samples: Sequence[Resampled], *, progress: bool = False) -> Floats:
        """Return estimates of given samples, (R, q), NaN where there is no solution."""
        return self._all(samples, 1, progress)

    def left_out(
        self, *, with_definitions: bool = True, jobs: int = 1, progress: bool = False
    ) -> Floats:
        """Return estimates without one case or cluster each."""
        samples = []
        sizes = self.units()
        for g, n in enumerate(sizes):
            for i in range(n):
                counts = [np.ones(size) for size in sizes]
                counts[g][i] = 0.0
                samples.append(counts)
        theta = self._all(samples, jobs, progress)
        return self.with_definitions(theta) if with_definitions else theta

    def units(self) -> list[int]:
        """Return the number of resampled units by group; cases unless told otherwise."""
        return [int(g.rows.size) for g in self.solution.data.groups]

    def one(self, sample: Resampled) -> Floats:
        """Return the estimates of one sample."""
        raise NotImplementedError

    def parametric(self, rng: np.random.Generator) -> Resampled:
        """Draw one sample from the model."""
        raise NotImplementedError

    def _sample(self, rng: np.random.Generator) -> Resampled:
        if self.kind == "parametric":
            return self.parametric(rng)
        return [rng.multinomial(n, np.full(n, 1.0 / n)).astype(float) for n in self.units()]

    def _resolved(self, sample: Sample) -> Resampled:
        """Draw late: every replication has a generator of its own, whoever computes it."""
        if isinstance(sample, np.random.SeedSequence):
            return self._sample(np.random.default_rng(sample))
        return sample

    def _all(self, samples: Sequence[Sample], jobs: int, progress: bool) -> Floats:
        shown = shown_with_progress(samples, progress)
        if jobs == 1:
            found = [self._tried(sample) for sample in shown]
        else:
            from joblib import Parallel, delayed

            found = Parallel(n_jobs=jobs)(delayed(self._tried)(s) for s in shown)
        self.failures = Counter(reason for _, reason in found if reason)
        return np.array([theta for theta, _ in found])

    def _in_parts(self, samples: Sequence[Sample], size: int, progress: bool) -> Floats:
        """Return estimates of samples that are fitted side by side, `size` at a time."""
        self.failures.clear()
        parts = [samples[i : i + size] for i in range(0, len(samples), size)]
        shown = shown_with_progress(parts, progress)
        return np.concatenate([self._batch([self._resolved(s) for s in part]) for part in shown])

    def _batch(self, samples: Sequence[Resampled]) -> Floats:
        """Return estimates of samples side by side, (R, q), NaN where there is no solution."""
        raise NotImplementedError

    def _tried(self, sample: Sample) -> tuple[Floats, str]:
        """Return estimates and, without a solution, the reason."""
        try:
            return self.one(self._resolved(sample)), ""
        except ReplicationError as error:
            reason = str(error)
        except (ArithmeticError, ValueError):
            reason = CANNOT
        return np.full(self.q, np.nan), reason

    def _solved(self, objective: Objective) -> Floats:
        found = minimise(
            objective,
            self.start,
            basis=self.basis,
            lower=self.lower if self.bounded else None,
            upper=self.upper if self.bounded else None,
        )
        if not found.converged:
            raise ReplicationError(NOT_CONVERGED)
        return found.theta[: self.q]


def cases_of(part: Part) -> Floats:
    """Return how often each case occurs, (n,), or new cases, (n, p).

    Raises
    ------
    TypeError
        For clusters of two levels.
    """
    if isinstance(part, tuple):
        raise TypeError("a sample of one level holds no clusters")
    return part


def given_places(table: ParameterTable, group: int, level: int = 1) -> Ints:
    """Return the places of covariates with fixed moments, which keep their values."""
    block = table.block(group, level)
    return np.array([block.observed.index(name) for name in block.exogenous], dtype=np.intp)


def shown_with_progress(samples: Sequence[T], progress: bool) -> Iterable[T]:
    """Return the samples, with a progress bar when asked."""
    if not progress:
        return samples
    from rich.progress import track

    return track(samples, description="Resampling")
