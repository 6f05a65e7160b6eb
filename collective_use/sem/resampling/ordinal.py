"""Estimate a fitted model of ordered answers again on resampled data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats
from collective_use.numerics.ordinal.many import many_ordinal
from collective_use.numerics.ordinal.many_moments import many_ordinal_moments
from collective_use.numerics.ordinal.moments import OrdinalMoments, ordinal_moments, pair_index
from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.numerics.ordinal.regression import CovariatesError
from collective_use.numerics.ordinal.response import Response
from collective_use.numerics.resampling.batches import fit_side_by_side
from collective_use.numerics.resampling.draws import ordinal_draws
from collective_use.sem.fitted import OrdinalFitted
from collective_use.sem.ordinal.estimate import weights_of
from collective_use.sem.ordinal.read import outcomes_of
from collective_use.sem.resampling.base import (
    CANNOT,
    Refit,
    ReplicationError,
    Resampled,
    Sample,
    cases_of,
)
from collective_use.sem.resampling.refit import refuse_data
from collective_use.sem.table.partable import ParameterTable

_BATCH = 500


class OrdinalRefit(Refit):
    """Ordered variables: moments estimated again, then the model.

    Parameters
    ----------
    fit, kind
        As in `Refit`.
    categories
        Values of every ordered variable.
    """

    def __init__(
        self, fit: OrdinalFitted, kind: str, categories: Mapping[str, tuple[float, ...]]
    ) -> None:
        super().__init__(fit, kind)
        self.objective = fit.solution.objective
        block = self.solution.table.block()
        own = outcomes_of(block)
        self._names, self._counts = own, [len(categories.get(name, ())) for name in own]
        self._own = np.array([block.observed.index(name) for name in own], dtype=np.intp)
        self.conditional = bool(block.exogenous)

    def with_free_covariates(self) -> ParameterTable:
        """Return the table as it is: statistics do not depend on the moments of covariates."""
        return self.solution.table

    def parametric(self, rng: np.random.Generator) -> Resampled:
        """Draw latent responses with the model's correlations; cut them at its thresholds."""
        objective, groups = self.objective, self.solution.data.groups
        responses = objective.responses(self.solution.theta)
        return [
            self._drawn(response, m, np.asarray(g.Y), rng)
            for response, m, g in zip(responses, objective.groups, groups, strict=True)
        ]

    def _drawn(
        self, response: Response, m: OrdinalMoments, Y: Floats, rng: np.random.Generator
    ) -> Floats:
        """Draw the cases of one group; covariates keep their values."""
        p, first = m.covariance.shape[0], response.values[: m.item.size]
        numeric = m.item[m.is_mean]
        mean, Sigma = np.zeros(p), np.eye(p)
        mean[numeric] = -first[m.is_mean]
        Sigma[numeric, numeric] = response.values[m.variances_at]
        i, j = pair_index(p)
        Sigma[i, j] = Sigma[j, i] = response.values[m.pairs_at]
        cuts = [None if k in numeric else first[m.item == k] for k in range(p)]
        if m.given is None:
            return ordinal_draws(cuts, mean, Sigma, int(m.n), rng)
        slopes = response.values[m.slopes_at].reshape(-1, p).T
        drawn = Y.copy()
        told = Y[:, m.given.places] @ slopes.T
        drawn[:, self._own] = ordinal_draws(cuts, mean, Sigma, len(Y), rng, told)
        return drawn

    def _cases(self, sample: Resampled) -> list[tuple[Floats, Floats | None]]:
        """Return cases of one sample by group, and how often each occurs."""
        out: list[tuple[Floats, Floats | None]] = []
        for g, given in zip(self.solution.data.groups, sample, strict=True):
            part = cases_of(given)
            there = (part, None) if part.ndim == 2 else (np.asarray(g.Y)[part > 0], part[part > 0])
            for j, count, name in zip(self._own, self._counts, self._names, strict=True):
                if count and np.unique(there[0][:, j]).size < count:
                    raise ReplicationError(f"{name} has a category without cases")
            out.append(there)
        return out

    def moments(
        self, samples: Sequence[Resampled]
    ) -> tuple[list[int], list[list[OrdinalMoments]], list[list[Floats]]]:
        """Return which samples have moments, these and the weights of statistics by group."""
        cases, rows = [], []
        for r, sample in enumerate(samples):
            try:
                cases.append(self._cases(sample))
                rows.append(r)
            except ReplicationError as error:
                self.failures[str(error)] += 1
        by_group = [
            many_ordinal_moments([c[i] for c in cases], self._counts)
            for i in range(len(self.solution.data.groups))
        ]
        kept, held, W = [], [], []
        for k, r in enumerate(rows):
            try:
                own = [_possible(group[k]) for group in by_group]
                W.append(self._weights(own))
                held.append(own)
                kept.append(r)
            except ReplicationError as error:
                self.failures[str(error)] += 1
            except (ArithmeticError, ValueError):
                self.failures[CANNOT] += 1
        return kept, held, W

    def one(self, sample: Resampled) -> Floats:
        """Return the estimates of one sample."""
        moments = [
            self._moments(m, Y, weights)
            for m, (Y, weights) in zip(self.objective.groups, self._cases(sample), strict=True)
        ]
        return self._solved(
            OrdinalObjective(
                self.model,
                moments,
                shares_of(moments),
                self._weights(moments),
                theta_parameters=self.table.parameterization == "theta",
            )
        )

    def _weights(self, moments: Sequence[OrdinalMoments]) -> list[Floats]:
        """Return the weights of statistics by group, or the reason why there are none."""
        function = self.solution.options.function
        if function != "DWLS" and any(m.flat_pairs.size for m in moments):
            raise ReplicationError("the sample does not tell every correlation")
        return weights_of(moments, function)

    def _moments(self, m: OrdinalMoments, Y: Floats, weights: Floats | None) -> OrdinalMoments:
        """Return the moments of cases, given the covariates that `m` is given."""
        if m.given is None:
            return _possible(ordinal_moments(Y, self._counts, weights))
        X = Y[:, m.given.places]
        try:
            found = ordinal_moments(Y[:, self._own], self._counts, weights, covariates=X)
        except CovariatesError as error:
            name = self._names[error.variable]
            raise ReplicationError(f"covariates leave {name} without slopes") from None
        # What the model takes covariates' own moments to be is of no consequence.
        return replace(_possible(found), given=m.given)

    def _all(self, samples: Sequence[Sample], jobs: int, progress: bool) -> Floats:
        if jobs != 1 or self.bounded or self.conditional:
            return super()._all(samples, jobs, progress)
        return self._in_parts(samples, _BATCH, progress)

    def _batch(self, samples: Sequence[Resampled]) -> Floats:
        """Return estimates of samples side by side, each with moments of its own."""
        theta = np.full((len(samples), self.q), np.nan)
        rows, held, W = self.moments(samples)
        if not held:
            return theta
        function = many_ordinal(
            self.model, held, np.array([shares_of(moments) for moments in held]), W,
            theta_parameters=self.table.parameterization == "theta",
        )  # fmt: skip
        begun = self.objective.with_model(self.model)
        found = fit_side_by_side(
            function, None, begun.fisher(self.start), len(held), self.start, self.basis
        )
        theta[rows] = found.theta[:, : self.q]
        for r in np.array(rows)[~found.converged].tolist():
            # What did not converge beside the others: Newton steps with damping.
            theta[r], reason = self._tried(samples[r])
            self.failures.update([reason] if reason else [])
        return theta


def _possible(found: OrdinalMoments | ValueError) -> OrdinalMoments:
    if isinstance(found, ValueError):
        raise found
    if found.limit_pairs.size:
        raise ReplicationError("a polychoric correlation is 1")
    return found


def shares_of(moments: Sequence[OrdinalMoments]) -> Floats:
    """Return the weights of groups in weighted least squares, (groups,)."""
    n = np.array([m.n for m in moments])
    return np.asarray((n - 1) / n.sum())


def ordinal_refit(
    fit: OrdinalFitted, kind: str, categories: Mapping[str, tuple[float, ...]]
) -> Refit:
    """Return what refits a model with ordered variables, or refuse.

    Raises
    ------
    NotSupported
        For a combination that is not offered.
    """
    refuse_data(fit, kind)
    if any(np.isnan(np.asarray(g.Y)).any() for g in fit.solution.data.groups):
        raise NotSupported(
            "resampling with missing='pairwise' and missing answers is not supported: fit with "
            "missing='listwise'"
        )
    return OrdinalRefit(fit, kind, categories)
