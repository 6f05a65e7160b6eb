"""Univariate estimates of mixed data, given covariates or not, with their casewise scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from collective_use.numerics.ordinal.derivatives import threshold_scores
from collective_use.numerics.ordinal.polychoric import thresholds_of
from collective_use.numerics.ordinal.regression import (
    CovariatesError,
    Regression,
    linear,
    ordered_probit,
)
from collective_use.numerics.types import Floats, Ints

_NONE = np.zeros(0)


class FirstStep:
    """Univariate estimates and their casewise scores.

    Its statistics are thresholds and means by variable, slopes by covariate and then variable, and
    variances of continuous variables.

    Parameters
    ----------
    data
        (n, p); ordered variables coded from 0, -1 where there is no answer; continuous ones NaN
        there.
    categories
        Number of categories by variable; 0 for continuous variables.
    w
        How often each row counts, (n,).
    covariates
        What thresholds and means are conditional on, (n, c).

    Raises
    ------
    ValueError
        When a category has no cases.
    CovariatesError
        When a variable has no regression on the covariates.
    """

    def __init__(
        self, data: Floats, categories: Sequence[int], w: Floats, covariates: Floats | None = None
    ) -> None:
        n, p = data.shape
        self.categories = np.array(categories)
        ordered = self.categories > 0
        self.codes = np.where(ordered, data, 0.0).astype(np.intp)
        self.seen = np.where(ordered, data >= 0, ~np.isnan(data))
        self.K = max(2, int(self.categories.max()))
        self.given = np.zeros((n, 0)) if covariates is None else covariates
        c = self.given.shape[1]
        self.parts = [
            _one(data[:, i], count, w, self.given, i) for i, count in enumerate(categories)
        ]
        self.cuts_by_item = [part.cuts for part in self.parts]
        self.variance = np.array([part.variance for part in self.parts])
        self.slopes = np.array([part.slopes for part in self.parts]).reshape(p, c)
        sizes = [cuts.size for cuts in self.cuts_by_item]
        self.cuts = np.concatenate(self.cuts_by_item)
        self.item = np.repeat(np.arange(p), sizes)
        self.start = np.concatenate([[0], np.cumsum(sizes)])
        self.is_mean = self.categories[self.item] == 0
        self.variance_item = np.flatnonzero(self.categories == 0)
        self.variance_at = self.cuts.size + p * c
        self.owner = np.concatenate([self.item, np.tile(np.arange(p), c), self.variance_item])
        self.scores = np.zeros((n, self.owner.size))
        for i, part in enumerate(self.parts):
            self.scores[:, self.places(i)] = part.scores

    def places(self, i: int) -> Ints:
        """Return where the first-step statistics of variable i stand."""
        return np.flatnonzero(self.owner == i)


def _one(y: Floats, count: int, w: Floats, X: Floats, i: int) -> Regression:
    if count:
        codes = y.astype(np.intp)
        seen = codes >= 0
        counts = np.bincount(codes[seen], weights=w[seen], minlength=count)
        if (counts == 0).any():
            raise ValueError(f"variable {i}: a category has no cases: {counts.tolist()}")
        if X.shape[1]:
            return _regressed(i, lambda: ordered_probit(codes, count, X, w))
        cuts = thresholds_of(counts.astype(float))
        return Regression(cuts, _NONE, 1.0, threshold_scores(cuts)[codes] * seen[:, None],
                          _NONE, _NONE)  # fmt: skip
    return _regressed(i, lambda: linear(y, X, w))


def _regressed(i: int, regress: Callable[[], Regression]) -> Regression:
    try:
        return regress()
    except CovariatesError as error:
        raise CovariatesError(apart=error.apart, variable=i) from None
