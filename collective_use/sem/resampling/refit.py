"""Estimate a fitted model again on resampled data, from the sample's solution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collective_use.errors import NotSupported
from collective_use.numerics.moments import Floats, GroupMoments, Pattern, inverse_and_log_det
from collective_use.numerics.resampling.batches import (
    Piece,
    fit_pieces,
    weighted_moments,
)
from collective_use.numerics.resampling.draws import normal_draws
from collective_use.numerics.sem.fiml import FimlObjective
from collective_use.numerics.sem.function import Objective
from collective_use.numerics.sem.objective import NormalObjective
from collective_use.sem.engines.search import bounds_of
from collective_use.sem.fitted import Fitted
from collective_use.sem.reduced_bias import refuse_reduced
from collective_use.sem.resampling.base import (
    CANNOT,
    WEIGHTS,
    Refit,
    ReplicationError,
    Resampled,
    Sample,
    cases_of,
    given_places,
)

_BATCH = 500
_HELD = 4_000_000
"""Numbers that the moments of samples fitted side by side take at most."""


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


class ContinuousRefit(Refit):
    """Continuous data, maximum likelihood: batches of fits."""

    @property
    def enough(self) -> float:
        """Expected fall at the last step: replicates, which are few, are fitted more closely."""
        return 1e-15 if self.kind == WEIGHTS else 1e-13

    def parametric(self, rng: np.random.Generator) -> Resampled:
        """Draw one sample from the model."""
        return continuous_draws(self, rng)

    def pieces(self, samples: Sequence[Resampled]) -> list[list[Piece]]:
        """Return by group the moments of the samples."""
        raise NotImplementedError

    def alone(self, pieces: Sequence[Sequence[Piece]], r: int) -> Objective:
        """Return what is minimised for sample r."""
        raise NotImplementedError

    def shares(self, samples: Sequence[Resampled]) -> Floats:
        """Return n_g / N by sample, (R, groups); fixed but where samples are weights."""
        if self.kind != WEIGHTS:
            return np.tile(self.solution.data.shares, (len(samples), 1))
        sums = np.array([[_size(cases_of(part)) for part in sample] for sample in samples])
        return np.asarray(sums / sums.sum(axis=1, keepdims=True))

    def _all(self, samples: Sequence[Sample], jobs: int, progress: bool) -> Floats:
        return self._in_parts(samples, self.batch, progress)

    def _batch(self, samples: Sequence[Resampled]) -> Floats:
        pieces = self.pieces(samples)
        theta = np.full((len(samples), self.start.size), np.nan)
        if not self.bounded:
            theta = fit_pieces(self.model, pieces, self.start, self.basis, enough=self.enough).theta
        theta = theta[:, : self.q]
        for r in np.flatnonzero(np.isnan(theta).any(axis=1)):
            try:
                # What did not converge in the batch: Newton steps with damping, within bounds.
                theta[r] = self._solved(self.alone(pieces, int(r)))
            except ReplicationError as error:
                self.failures[str(error)] += 1
            except (ArithmeticError, ValueError):
                self.failures[CANNOT] += 1
        return theta

    @property
    def batch(self) -> int:
        """Number of samples that are fitted side by side."""
        p = len(self.solution.data.variables)
        held = max(max(len(g.patterns), 1) for g in self.solution.data.groups) * p * p
        return max(1, min(_BATCH, _HELD // held))


class NormalRefit(ContinuousRefit):
    """Complete data."""

    def pieces(self, samples: Sequence[Resampled]) -> list[list[Piece]]:
        """Return one piece a group."""
        out = []
        for i, (g, share) in enumerate(
            zip(self.solution.data.groups, self.shares(samples).T, strict=True)
        ):
            mean, cov = _moments(np.asarray(g.Y), [cases_of(sample[i]) for sample in samples])
            out.append([Piece(np.arange(mean.shape[1]), mean, cov, share)])
        return out

    def alone(self, pieces: Sequence[Sequence[Piece]], r: int) -> Objective:
        """Return the objective of complete data."""
        groups, shares = [], np.array([own[0].share[r] for own in pieces])
        for (piece,) in pieces:
            parts = inverse_and_log_det(piece.cov[r])
            if parts is None:
                raise ReplicationError("the sample covariances are singular")
            groups.append(
                GroupMoments(float(piece.share[r]), piece.mean[r], piece.cov[r], parts[1])
            )
        return NormalObjective(self.model, groups, shares)


class FimlRefit(ContinuousRefit):
    """Missing values: by pattern."""

    def parametric(self, rng: np.random.Generator) -> Resampled:
        """Draw complete cases, then take from every case what the sample did not see."""
        drawn = continuous_draws(self, rng)
        groups = self.solution.data.groups
        return [
            np.where(np.isnan(np.asarray(g.Y)), np.nan, y)
            for g, y in zip(groups, drawn, strict=True)
        ]

    def pieces(self, samples: Sequence[Resampled]) -> list[list[Piece]]:
        """Return one piece a missing pattern: what is missing stays so."""
        out = []
        for i, (g, share) in enumerate(
            zip(self.solution.data.groups, self.shares(samples).T, strict=True)
        ):
            given = [cases_of(sample[i]) for sample in samples]
            whole = np.array([_size(part) for part in given])
            own = []
            for pattern in g.patterns:
                place = np.ix_(pattern.cases, pattern.seen)
                parts = [p[place] if p.ndim == 2 else p[pattern.cases] for p in given]
                mean, cov = _moments(np.asarray(g.Y)[place], parts)
                size = np.array([_size(part) for part in parts])
                own.append(Piece(pattern.seen, mean, cov, share * size / whole))
            out.append(own)
        return out

    def alone(self, pieces: Sequence[Sequence[Piece]], r: int) -> Objective:
        """Return the objective of the patterns that the sample has cases of."""
        patterns = [
            tuple(
                Pattern(p.seen, np.zeros(0, dtype=np.intp), float(p.share[r]), p.mean[r], p.cov[r])
                for p in own
                if p.share[r] > 0
            )
            for own in pieces
        ]
        shares = np.array([sum(p.share[r] for p in own) for own in pieces])
        return FimlObjective(self.model, patterns, shares)


def _moments(Y: Floats, parts: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return moments of weighted cases (n,), or of new ones (n, p), by sample."""
    if parts[0].ndim == 1:
        return weighted_moments(Y, np.array(parts))
    mean = np.array([part.mean(axis=0) for part in parts])
    p = mean.shape[1]
    cov = np.array([np.cov(part.T, bias=True).reshape(p, p) for part in parts])
    return mean, cov


def _size(part: Floats) -> float:
    return float(part.sum()) if part.ndim == 1 else float(len(part))


def continuous_refit(fit: Fitted, kind: str) -> Refit:
    """Return what refits a model of continuous variables, or refuse.

    Raises
    ------
    NotSupported
        For a combination that is not offered.
    """
    refuse_data(fit, kind)
    options = fit.solution.options
    if options.missing == "fiml":
        return FimlRefit(fit, kind)
    if options.function != "ML" or options.likelihood != "normal":
        raise NotSupported(f"resampling with estimator={options.estimator!r} is not supported")
    if np.isfinite(np.concatenate(bounds_of(fit.table))).any():
        raise NotSupported("resampling with bounds is not supported")
    return NormalRefit(fit, kind)


def refuse_data(fit: Fitted, kind: str) -> None:
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
