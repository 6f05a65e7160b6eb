"""Dynamic cut-offs of each level of a two-level model.

Each level is judged by itself: the pooled within covariance by the model within, the mean squares
between groups by the model between plus what the within covariance adds to them (Muthén 1994, with
the within part held as it was observed). Both are one-level fits, so that a thousand samples take
seconds, and no sample is lost because its between covariance is not a possible one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from collective_use.checks import quoted
from collective_use.errors import EstimationError, NotSupported
from collective_use.measurement.cfa import fit_quietly
from collective_use.measurement.correlations import Floats
from collective_use.measurement.cutoffs.judge import Drawn, limits_of, verdict_of
from collective_use.measurement.cutoffs.result import INDICES, DynamicCutoffs
from collective_use.measurement.cutoffs.wrong import implied, misspecified, standardised
from collective_use.numerics.resampling.batches import batch_fits
from collective_use.numerics.sem.many import normal_covariances
from collective_use.numerics.sem.model import Model, moments
from collective_use.results import NotComputed
from collective_use.sem.result import SemResult
from collective_use.sem.twolevel.result import TwoLevelResult

USUAL = 0.08
"""SRMR of Hu & Bentler (1999), which the note measures at each level."""


@dataclass(frozen=True)
class _Level:
    """A level as a one-level model of `held` plus what its factors imply.

    Attributes
    ----------
    model, start
        Compiled, and where fits begin.
    null, null_start, null_df
        Variances only, plus `held`.
    held
        (p, p) part that is the same in every sample, zero on the diagonal.
    diagonal
        (p,) what `held` would add to the variances.
    n, df
        Cases and degrees of freedom.
    """

    model: Model
    start: Floats
    null: Model
    null_start: Floats
    null_df: int
    held: Floats
    diagonal: Floats
    n: int
    df: int

    def indices(self, covariances: Floats) -> Drawn:
        """Return the indices of (R, p, p) covariances."""
        chisq, sigma = _fitted(self.model, self.start, covariances, self.n)
        null, _ = _fitted(self.null, self.null_start, covariances, self.n)
        over = np.maximum(chisq - self.df, 0.0)
        base = np.maximum(null - self.null_df, 1e-12)
        cfi = 1 - over / np.maximum(base, over)
        rmsea = np.sqrt(over / (self.df * self.n))
        own = covariances - self.held - np.diag(self.diagonal)
        gap = covariances - sigma
        variance = np.einsum("rjj->rj", own)
        # an item without variance at this level has no correlation to be wrong about
        spread = np.sqrt(np.where(variance > 0, variance, np.nan))
        rows, columns = np.tril_indices(own.shape[1])
        scaled = (gap / (spread[:, :, None] * spread[:, None, :]))[:, rows, columns]
        known = np.isfinite(chisq) & np.isfinite(scaled).any(axis=1)
        srmr = np.full(len(chisq), np.nan)
        srmr[known] = np.sqrt(np.nanmean(scaled[known] ** 2, axis=1))
        return Drawn(srmr, np.where(known, rmsea, np.nan), np.where(known, cfi, np.nan))


def cutoffs_by_level(
    fit: TwoLevelResult, repetitions: int, rng: np.random.Generator, levels: int | None = None
) -> DynamicCutoffs:
    """Simulate cut-offs for each level.

    Parameters
    ----------
    fit
        A two-level confirmatory model of complete answers, the same items at both levels.
    repetitions
        Samples by level and misspecification.
    rng
        Generator.
    levels
        The highest level of misspecification; all of them when None.

    Raises
    ------
    NotSupported
        When the levels do not hold the same items, or a level has no degrees of freedom.
    """
    table = fit.solution.table
    one, two = (list(table.block(1, level).observed) for level in (1, 2))
    if sorted(one) != sorted(two):
        raise NotSupported("dynamic cut-offs by level need the same items at both levels")
    within, between, sizes = _mean_squares(fit, one)
    groups, n = len(sizes), int(sizes.sum())
    size = float((n - (sizes**2).sum() / n) / (groups - 1))
    frames, notes, words = [], [], []
    observed: dict[str, float] = {}
    failed = 0
    for part, level in (("within", 1), ("between", 2)):
        if not table.block(1, level).latent:
            notes.append(f"{part.capitalize()}: saturated, nothing to judge.")
            continue
        held = np.zeros_like(within) if level == 1 else within / size
        sample = within if level == 1 else between / size
        cases = n - groups if level == 1 else groups - 1
        pattern, phi, items = standardised(fit, level)
        _refuse_impossible(pattern, phi, items, part)
        own = _level(fit, level, one, sample, held, cases)
        place = [items.index(name) for name in one]
        spread = np.sqrt(np.diag(fit.implied(level=part).covariance)[place])  # type: ignore[arg-type]

        def simulate(correlation: Floats, level: int = level, own: _Level = own,
                     place: list[int] = place, spread: Floats = spread) -> Drawn:  # fmt: skip
            sigma = correlation[np.ix_(place, place)] * np.outer(spread, spread)
            if level == 1:
                drawn = normal_covariances(sigma, own.n, repetitions, rng)
            else:
                drawn = _between_draws(sigma, within, sizes, repetitions, rng) / size
            return own.indices(drawn)

        right = simulate(implied(pattern, phi))
        more = misspecified(pattern, phi, items)[:levels]
        wrong = [(simulate(r), m, s) for r, m, s in more]
        limits, _ = limits_of(right, wrong)
        seen = own.indices(sample[None])
        values = {name: float(getattr(seen, name)[0]) for name in INDICES}
        observed |= {f"{part}_{name}": value for name, value in values.items()}
        words.append(verdict_of(limits, values, f"fit {part}"))
        notes.append(_usual_note(part, right))
        limits.insert(0, "part", part)
        frames.append(limits)
        failed += right.failed + sum(x.failed for x, _, _ in wrong)
    notes.append("Indices of a level are those of its own mean squares; they differ a little from "
                 "those of fit_by_level().")  # fmt: skip
    return DynamicCutoffs(
        pd.concat(frames, ignore_index=True), observed, " ".join(words), n,
        int(fit.fit_measures["df"]), repetitions, failed, "levels", tuple(notes),
    )  # fmt: skip


def _usual_note(part: str, right: Drawn) -> str:
    """Say how many right models the usual cut-off of SRMR would turn away."""
    share = float(np.mean(right.srmr[np.isfinite(right.srmr)] > USUAL))
    return (
        f"{part.capitalize()}: the usual SRMR of {USUAL:g} would turn away "
        f"{share:.0%} of right models of this kind."
    )


def _refuse_impossible(pattern: Floats, phi: Floats, items: list[str], part: str) -> None:
    """Refuse a level from which no sample can be drawn.

    Raises
    ------
    EstimationError
        When the fit implies a negative variance there, or impossible factor correlations.
    """
    shares = np.einsum("jk,kl,jl->j", pattern, phi, pattern)
    bad = [name for name, share in zip(items, shares, strict=True) if not 0 <= share <= 1 + 1e-9]
    if bad or np.linalg.eigvalsh(phi)[0] < -1e-9:
        of = f" of {quoted(bad)}" if bad else ""
        raise EstimationError(
            f"no sample can be drawn {part} groups: the fit implies an impossible variance{of} or "
            "correlation there; bounds='pos.var' keeps variances possible"
        )


def _mean_squares(fit: TwoLevelResult, items: list[str]) -> tuple[Floats, Floats, Floats]:
    """Return mean squares within and between groups, and their sizes."""
    group = fit.solution.data.groups[0]
    names = list(fit.solution.data.variables)
    values = np.asarray(group.Y)[:, [names.index(name) for name in items]]
    codes = np.unique(group.clusters[0], return_inverse=True)[1]
    sizes = np.bincount(codes).astype(float)
    means = np.stack([np.bincount(codes, x) for x in values.T], axis=1) / sizes[:, None]
    inner = values - means[codes]
    outer = means - values.mean(axis=0)
    within = inner.T @ inner / (len(values) - len(sizes))
    between = (sizes[:, None] * outer).T @ outer / (len(sizes) - 1)
    return within, between, sizes


def _between_draws(
    sigma: Floats, within: Floats, sizes: Floats, repetitions: int, rng: np.random.Generator
) -> Floats:
    """Return (R, p, p) mean squares between groups of the observed sizes."""
    p, groups, n = len(sigma), len(sizes), sizes.sum()
    means = np.empty((repetitions, groups, p))
    for size in np.unique(sizes):
        root = np.linalg.cholesky(sigma + within / size)
        own = np.flatnonzero(sizes == size)
        means[:, own] = rng.normal(size=(repetitions, len(own), p)) @ root.T
    centre = np.einsum("g,rgp->rp", sizes, means) / n
    outer = means - centre[:, None]
    return np.asarray(np.einsum("g,rga,rgb->rab", sizes, outer, outer) / (groups - 1))


def _level(
    fit: TwoLevelResult, level: int, items: list[str], sample: Floats, held: Floats, n: int
) -> _Level:
    from collective_use.sem.resampling.refit import NormalRefit

    rows = [r for r in fit.solution.table.rows if r.level == level and r.op == "=~"]
    pattern, _, named = standardised(fit, level)
    factors = [f for f in fit.solution.table.block(1, level).latent
               if any(r.lhs == f and r.rhs in named for r in rows)]  # fmt: skip
    part = "within" if level == 1 else "between"
    variance = dict(zip(named, np.diag(fit.implied(level=part).covariance), strict=True))  # type: ignore[arg-type]
    lines = []
    for k, factor in enumerate(factors):
        loads = [
            f"start({float(pattern[named.index(i), k] * np.sqrt(variance[i]))!r})*{i}"
            for i in named
            if any(r.lhs == factor and r.rhs == i for r in rows)
        ]
        lines.append(f"{factor} =~ {' + '.join(loads)}")
    for j, i in enumerate(items):
        explained = float((pattern[named.index(i)] ** 2).sum())
        left = float(max(variance[i] * (1 - explained), 0.0) + held[j, j])
        lines.append(f"{i} ~~ start({max(left, 0.05 * float(sample[j, j]))!r})*{i}")
    fixed = [
        f"{a} ~~ {float(held[i, j])!r}*{b}"
        for i, a in enumerate(items)
        for j, b in enumerate(items[:i])
        if held[i, j] != 0
    ]
    alone = [f"{i} ~~ start({float(sample[j, j])!r})*{i}" for j, i in enumerate(items)]
    frame = pd.DataFrame(sample, index=items, columns=items)
    found: list[SemResult] = []
    for model in (lines, alone):
        own = fit_quietly("\n".join([*model, *fixed]), frame, cov=frame * n / (n - 1), n=n,
                          std_lv=True)  # fmt: skip
        if isinstance(own, NotComputed):
            raise EstimationError(f"the model {part} groups: {own.reason}")
        found.append(own)
    again = [NormalRefit(own, "parametric") for own in found]
    order = list(found[0].solution.table.blocks[0].observed)
    if order != items or list(found[1].solution.table.blocks[0].observed) != items:
        raise NotSupported("dynamic cut-offs by level need items in the same order at both levels")
    df = [int(own.fit_measures["df"]) for own in found]
    if df[0] < 1:
        raise NotSupported("dynamic cut-offs need degrees of freedom at each level")
    off = held - np.diag(np.diag(held))
    return _Level(again[0].model, again[0].start, again[1].model, again[1].start, df[1], off,
                  np.diag(held).copy(), n, df[0])  # fmt: skip


def _fitted(model: Model, start: Floats, covariances: Floats, n: int) -> tuple[Floats, Floats]:
    """Return chi-square and implied covariances of many samples."""
    p = covariances.shape[1]
    found = batch_fits(model, [np.zeros((len(covariances), p))], [covariances], np.ones(1), start)
    theta = np.where(found.converged[:, None], found.theta, start)
    sigma = moments(model.blocks[0], theta).Sigma
    log_s, log_m = np.linalg.slogdet(covariances)[1], np.linalg.slogdet(sigma)[1]
    trace = np.einsum("rab,rba->r", np.linalg.inv(sigma), covariances)
    return np.where(found.converged, n * (log_m - log_s + trace - p), np.nan), sigma
