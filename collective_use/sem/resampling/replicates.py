"""Estimates with each replicate's weights, and the errors they give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from collective_use.accepted import PlainMapping
from collective_use.checks import number_between, one_of, quoted
from collective_use.errors import InputError
from collective_use.groups.inputs import numbers_in
from collective_use.numerics.moments import Floats
from collective_use.numerics.resampling.replicate_variance import SCALES, replicate_covariance
from collective_use.results import Result

if TYPE_CHECKING:
    import pandas as pd

KINDS = tuple(SCALES)
OPTIONS = ("rho", "scale", "rscales", "mse")


@dataclass(frozen=True, slots=True)
class Design:
    """Replicate weights that were asked for.

    Attributes
    ----------
    columns
        Columns of whole weights, one a replicate.
    kind
        One of `KINDS`.
    scale, rscales
        Factor of all replicates, and one of each, (R,).
    mse
        Whether deviations are from the estimate of the whole sample.
    """

    columns: tuple[str, ...]
    kind: str
    scale: float
    rscales: Floats
    mse: bool


@dataclass(frozen=True)
class Replicates(Result):
    """Estimates by replicate.

    Attributes
    ----------
    names
        Free parameters, then defined ones.
    estimate
        With the weights of the whole sample, (k,).
    draws
        By replicate, (R, k).
    design
        Columns, kind and factors of the replicates that have a solution.
    failed
        Bootstrap replicates without a solution, which are left out.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> x, half = rng.normal(size=80), np.arange(80) // 20
    >>> data = pd.DataFrame({"x": x, "y": x + rng.normal(size=80), "w": 1.0})
    >>> for r in range(4):
    ...     data[f"w{r}"] = np.where(half == r, 0.0, 4 / 3)
    >>> names = ["w0", "w1", "w2", "w3"]
    >>> fit = cu.fit_sem("y ~ x", data, weights="w", replicate_weights=names, replicate_type="JK1")
    >>> fit.replicates.draws.shape
    (4, 2)
    """

    names: tuple[str, ...]
    estimate: Floats
    draws: Floats
    design: Design
    failed: int = 0

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the estimates, (k, k)."""
        d = self.design
        return replicate_covariance(self.draws, self.estimate, d.scale, d.rscales, mse=d.mse)

    def intervals(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Return estimates with errors and normal limits.

        Parameters
        ----------
        confidence
            Of the interval.
        """
        import pandas as pd

        number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
        se = np.sqrt(np.diag(self.covariance))
        width = float(ndtri(0.5 + confidence / 2)) * se
        return pd.DataFrame(
            {
                "parameter": self.names,
                "est": self.estimate,
                "se": se,
                "ci_lower": self.estimate - width,
                "ci_upper": self.estimate + width,
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """Return estimates with errors and limits."""
        return self.intervals()


def resolve_design(
    columns: str | Sequence[str] | None, kind: str | None, options: PlainMapping | None
) -> Design | None:
    """Return the design of replicate weights; None where none were asked for.

    Raises
    ------
    InputError
        For an unknown kind or option, a factor that the kind does not take, or one that it needs.

    Examples
    --------
    >>> resolve_design(["w1", "w2"], "Fay", {"rho": 0.5}).scale
    2.0
    """
    if columns is None:
        if kind is not None or options is not None:
            raise InputError(
                "replicate_type= and replicate_options= are about replicate weights: name their "
                "columns in replicate_weights="
            )
        return None
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    if len(names) < 2 or len(set(names)) < len(names):
        raise InputError(
            "replicate_weights must name at least two different columns, got "
            f"{quoted(names) or 'none'}"
        )
    one_of("replicate_type", kind, KINDS)
    given = dict(options or {})
    if unknown := sorted(set(given) - set(OPTIONS)):
        raise InputError(f"replicate_options know {quoted(OPTIONS)}, got {quoted(unknown)}")
    mse = given.get("mse", False)
    if not isinstance(mse, bool):
        raise InputError(f"mse must be True or False, got {mse!r}")
    scale, rscales = _factors(str(kind), len(names), given)
    return Design(names, str(kind), scale, rscales, mse)


def _factors(kind: str, R: int, given: PlainMapping) -> tuple[float, Floats]:
    rho, scale, rscales = (given.get(name) for name in ("rho", "scale", "rscales"))
    if (rho is None) == (kind == "Fay"):
        raise InputError("rho must be given for replicate_type='Fay', and only for it")
    if rho is not None:
        number_between("rho", rho, 0, 1, open_high=True)
    if kind == "JKn" and rscales is None:
        raise InputError(
            "replicate_type='JKn' needs rscales in replicate_options=: for each replicate "
            "(n - 1)/n of the n sampling units of its stratum"
        )
    follow = kind in ("BRR", "Fay", "JK2", "successive-difference")
    if follow and not (scale is None and rscales is None):
        raise InputError(f"replicate_type={kind!r} takes no scale and no rscales: both follow")
    if scale is not None:
        number_between("scale", scale, 0, math.inf, open_low=True, open_high=True)
    each = np.ones(R) if rscales is None else numbers_in(rscales, "rscales").ravel()
    if each.shape != (R,) or not (np.isfinite(each) & (each >= 0)).all() or not each.any():
        raise InputError(
            f"rscales must be {R} finite numbers of at least 0, one a replicate, got "
            f"{quoted(each.tolist())}"
        )
    return SCALES[kind](R, rho or 0.0) if scale is None else float(scale), each
