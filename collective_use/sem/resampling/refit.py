"""Estimate a fitted model again on resampled data, from the sample's solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats, GroupMoments, inverse_and_log_det, patterns_of
from collective_use.numerics.ordinal.moments import OrdinalMoments, ordinal_moments, pair_index
from collective_use.numerics.ordinal.objective import OrdinalObjective
from collective_use.numerics.resampling.batches import batch_fits, weighted_moments
from collective_use.numerics.resampling.draws import normal_draws, ordinal_draws
from collective_use.numerics.sem.fiml import FimlObjective
from collective_use.numerics.sem.objective import NormalObjective
from collective_use.sem.engines.search import bounds_of
from collective_use.sem.fitted import Fitted, OrdinalFitted
from collective_use.sem.ordinal.estimate import weights_of
from collective_use.sem.reduced_bias import refuse_reduced
from collective_use.sem.resampling.base import (
    Part,
    Refit,
    ReplicationError,
    Resampled,
    Sample,
    cases_of,
    given_places,
    shown_with_progress,
)

_BATCH = 500


def continuous_draws(refit: Refit, rng: np.random.Generator) -> list[Floats]:
    """Draw complete cases from the model's normal distribution; fixed covariates are kept."""
    out = []
    states = refit.solution.objective.states(refit.solution.theta)
    for i, (state, g) in enumerate(zip(states, refit.solution.data.groups, strict=True)):
        mu = state.mu if refit.model.meanstructure else g.moments.mean
        given = given_places(refit.solution.table, i + 1)
        values = np.asarray(g.Y)[:, given]
        out.append(normal_draws(mu, state.Sigma, g.rows.size, rng, given, values))
    return out


class NormalRefit(Refit):
    """Complete continuous data, maximum likelihood: batches of fits."""

    def parametric(self, rng: np.random.Generator) -> Resampled:
        """Draw one sample from the model."""
        return continuous_draws(self, rng)

    def _moments(self, samples: Sequence[Resampled]) -> tuple[list[Floats], list[Floats]]:
        means, covs = [], []
        for i, g in enumerate(self.solution.data.groups):
            pieces = [cases_of(sample[i]) for sample in samples]
            if pieces[0].ndim == 1:
                mean, cov = weighted_moments(np.asarray(g.Y), np.array(pieces))
            else:
                mean = np.array([piece.mean(axis=0) for piece in pieces])
                cov = np.array([np.cov(piece.T, bias=True) for piece in pieces])
            means.append(mean)
            covs.append(cov)
        return means, covs

    def _all(self, samples: Sequence[Sample], jobs: int, progress: bool) -> Floats:
        parts = [samples[i : i + _BATCH] for i in range(0, len(samples), _BATCH)]
        self.failures.clear()
        shares = self.solution.data.shares
        out = []
        for part in shown_with_progress(parts, progress):
            means, covs = self._moments([self._resolved(sample) for sample in part])
            fits = batch_fits(self.model, means, covs, shares, self.start, self.basis)
            theta = fits.theta[:, : self.q]
            for r in np.flatnonzero(~fits.converged):
                try:
                    theta[r] = self._alone([m[r] for m in means], [c[r] for c in covs])
                except ReplicationError as error:
                    self.failures[str(error)] += 1
            out.append(theta)
        return np.concatenate(out)

    def _alone(self, means: Sequence[Floats], covs: Sequence[Floats]) -> Floats:
        """Fit what did not converge in the batch by Newton steps with damping."""
        sizes = self.units()
        groups = []
        for mean, cov, n in zip(means, covs, sizes, strict=True):
            parts = inverse_and_log_det(cov)
            if parts is None:
                raise ReplicationError("the sample covariances are singular")
            groups.append(GroupMoments(float(n), mean, cov, parts[1]))
        return self._solved(NormalObjective(self.model, groups, self.solution.data.shares))


class FimlRefit(Refit):
    """Missing values, maximum likelihood by pattern."""

    def parametric(self, rng: np.random.Generator) -> Resampled:
        """Draw complete cases, then take from every case what the sample did not see."""
        drawn = continuous_draws(self, rng)
        groups = self.solution.data.groups
        return [
            np.where(np.isnan(np.asarray(g.Y)), np.nan, y)
            for g, y in zip(groups, drawn, strict=True)
        ]

    def one(self, sample: Resampled) -> Floats:
        """Return the estimates of one sample."""
        patterns = []
        for g, given in zip(self.solution.data.groups, sample, strict=True):
            part = cases_of(given)
            if part.ndim == 1:
                part = np.repeat(np.asarray(g.Y), part.astype(np.intp), axis=0)
            patterns.append(patterns_of(part))
        return self._solved(FimlObjective(self.model, patterns, self.solution.data.shares))


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
        self._counts = [len(categories.get(name, ())) for name in self.solution.data.variables]

    def parametric(self, rng: np.random.Generator) -> Resampled:
        """Draw latent responses with the model's correlations; cut them at its thresholds."""
        objective = self.objective
        out: list[Part] = []
        responses = objective.responses(self.solution.theta)
        for response, m in zip(responses, objective.groups, strict=True):
            p, h = m.covariance.shape[0], m.item.size
            first, numeric = response.values[:h], m.item[m.is_mean]
            mean, Sigma = np.zeros(p), np.eye(p)
            mean[numeric] = -first[m.is_mean]
            Sigma[numeric, numeric] = response.values[h : h + numeric.size]
            i, j = pair_index(p)
            Sigma[i, j] = Sigma[j, i] = response.values[h + numeric.size :]
            cuts = [None if k in numeric else first[m.item == k] for k in range(p)]
            out.append(ordinal_draws(cuts, mean, Sigma, int(m.n), rng))
        return out

    def _again(self, Y: Floats, weights: Floats | None) -> OrdinalMoments:
        for j, count in enumerate(self._counts):
            if count and np.unique(Y[:, j]).size < count:
                name = self.solution.data.variables[j]
                raise ReplicationError(f"{name} has a category without cases")
        found = ordinal_moments(Y, self._counts, weights)
        if found.limit_pairs.size:
            raise ReplicationError("a polychoric correlation is 1")
        return found

    def one(self, sample: Resampled) -> Floats:
        """Return the estimates of one sample."""
        moments = []
        for g, given in zip(self.solution.data.groups, sample, strict=True):
            part = cases_of(given)
            if part.ndim == 2:
                moments.append(self._again(part, None))
            else:
                moments.append(self._again(np.asarray(g.Y)[part > 0], part[part > 0]))
        n = np.array([m.n for m in moments])
        return self._solved(
            OrdinalObjective(
                self.model,
                moments,
                (n - 1) / n.sum(),
                weights_of(moments, self.solution.options.function),
                theta_parameters=self.table.parameterization == "theta",
            )
        )


def continuous_refit(fit: Fitted, kind: str) -> Refit:
    """Return what refits a model of continuous variables, or refuse.

    Raises
    ------
    NotSupported
        For a combination that is not offered.
    """
    _refuse_data(fit, kind)
    options = fit.solution.options
    if options.missing == "fiml":
        return FimlRefit(fit, kind)
    if options.function != "ML" or options.likelihood != "normal":
        raise NotSupported(f"resampling with estimator={options.estimator!r} is not supported")
    if np.isfinite(np.concatenate(bounds_of(fit.table))).any():
        raise NotSupported("resampling with bounds is not supported")
    return NormalRefit(fit, kind)


def ordinal_refit(
    fit: OrdinalFitted, kind: str, categories: Mapping[str, tuple[float, ...]]
) -> Refit:
    """Return what refits a model with ordered variables, or refuse.

    Raises
    ------
    NotSupported
        For a combination that is not offered.
    """
    _refuse_data(fit, kind)
    if any(np.isnan(np.asarray(g.Y)).any() for g in fit.solution.data.groups):
        raise NotSupported(
            "resampling with missing='pairwise' and missing answers is not supported: fit with "
            "missing='listwise'"
        )
    return OrdinalRefit(fit, kind, categories)


def _refuse_data(fit: Fitted, kind: str) -> None:
    refuse_reduced(fit.solution, "resampling")
    groups = fit.solution.data.groups
    if kind == "clusters":
        raise NotSupported("kind='clusters' at one level is not supported: use level: blocks")
    if any(g.Y is None for g in groups):
        raise NotSupported("resampling from moments is not supported: give data")
    if any(g.omega is not None for g in groups):
        raise NotSupported(
            "resampling with missing='two.stage' is not supported: use missing='fiml'"
        )
    if any(g.weights is not None or g.clusters for g in groups):
        raise NotSupported("resampling with weights or cluster-robust errors is not supported")
