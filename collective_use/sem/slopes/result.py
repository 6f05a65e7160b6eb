"""What `fit_slopes` returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import number_between, quoted
from collective_use.errors import InputError
from collective_use.numerics.twolevel.slopes import Products
from collective_use.results import Table, table_of
from collective_use.sem.postfit.likelihood_fit import (
    LikelihoodFit,
    LikelihoodRatio,
    chosen_values,
)
from collective_use.sem.slopes.model import SlopeModel

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.accepted import Values


@dataclass(frozen=True)
class SlopesFit(LikelihoodFit):
    """A fitted model with random slopes.

    Attributes
    ----------
    names, theta
        Free parameters and their estimates (q,).
    vcov
        Covariance matrix of the estimates (q, q); None when it could not be computed.
    log_likelihood
        Of the outcome given all that explains it.
    n, n_clusters
        Members and clusters.
    converged
        Whether the search reached a maximum.
    problems
        What makes the solution doubtful.
    model
        The model text.
    record
        What was left out and why.
    clusters
        Names of the clusters, in order of appearance.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(2)
    >>> team, x = np.repeat(np.arange(60), 8), rng.normal(size=480)
    >>> u, v = rng.normal(size=(2, 60))
    >>> y = u[team] + (0.5 + 0.5 * v[team]) * x + rng.normal(size=480)
    >>> data = pd.DataFrame({"y": y, "x": x, "team": team})
    >>> fit = cu.fit_slopes("level: 1; y ~ rv('s')*x; level: 2; s ~~ s", data, cluster="team")
    >>> fit.converged, len(fit.cluster_effects())
    (True, 60)
    """

    n_clusters: int
    clusters: tuple[str, ...]
    _model: SlopeModel = field(repr=False, compare=False)
    _products: Products = field(repr=False, compare=False)

    @property
    def fit_measures(self) -> dict[str, float]:
        """``npar``, ``logl``, ``aic``, ``bic``, ``ntotal`` and ``nclusters``.

        Variances of the outcome differ with what has a random slope: there is no chi-square.
        """
        return super().fit_measures | {"nclusters": float(self.n_clusters)}

    def compare(self, smaller: SlopesFit) -> LikelihoodRatio:
        """Test this model against a nested one of the same members.

        Where the smaller model fixes a variance at 0, the value lies on the border and p is too
        large: half of it is nearer (Self & Liang 1987).

        Raises
        ------
        InputError
            When members differ, or the other model has not fewer parameters.
        EstimationError
            When one of them did not converge.
        """
        if not isinstance(smaller, SlopesFit):
            raise InputError(
                f"smaller must be what fit_slopes returns, got {type(smaller).__name__}"
            )
        same = np.array_equal(smaller._products.yy, self._products.yy)
        return self._against(smaller, "members", same=same)

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """A row a parameter: ``lhs op rhs level label est se z p ci_lower ci_upper``."""
        import pandas as pd

        rows, eye = self._model.rows, np.eye(self.theta.size)
        slopes = np.array([eye[r.free] if r.free >= 0 else 0 * eye[0] for r in rows])
        values = np.array([self.theta[r.free] if r.free >= 0 else r.value for r in rows])
        names = ("lhs", "op", "rhs", "level", "label")
        frame = pd.DataFrame({name: [getattr(r, name) for r in rows] for name in names})
        return pd.concat([frame, pd.DataFrame(self._columns(values, slopes, 0.95))], axis=1)

    def at(self, *, confidence: float = 0.95, **columns: Values) -> pd.DataFrame:
        """Return the expected slopes in clusters with chosen values of what explains them.

        Parameters
        ----------
        confidence
            Of the limits.
        columns
            Values of all variables that explain a slope, a number or one for each row.

        Returns
        -------
        pandas.DataFrame
            ``slope``, the variables, ``est``, ``se``, ``z``, ``p``, ``ci_lower``, ``ci_upper``.

        Raises
        ------
        InputError
            When a name is not one of them, is left out, or values differ in number.
        """
        import pandas as pd

        number_between("confidence", confidence, 0, 1)
        slopes = [name for name, _ in self._model.slopes]
        rows = [r for r in self._model.rows if r.lhs in slopes and r.op in ("~", "~1")]
        own = tuple(dict.fromkeys(r.rhs for r in rows if r.op == "~"))
        if set(columns) != set(own):
            raise InputError(f"slopes are explained by {quoted(own)}, found {quoted(columns)}")
        given, size = chosen_values(columns, "variables")
        values = {name: np.broadcast_to(v, (size,)) for name, v in given.items()}
        parts = []
        for slope in slopes:
            est, by = np.zeros(size), np.zeros((size, self.theta.size))
            for r in (r for r in rows if r.lhs == slope):
                times = values[r.rhs] if r.op == "~" else np.ones(size)
                est = est + times * (self.theta[r.free] if r.free >= 0 else r.value)
                if r.free >= 0:
                    by[:, r.free] += times
            parts.append(
                pd.DataFrame({"slope": slope, **values, **self._columns(est, by, confidence)})
            )
        return pd.concat(parts, ignore_index=True)

    def cluster_effects(self) -> pd.DataFrame:
        """Return how far each cluster's intercept and slopes lie from what is expected of it.

        Empirical Bayes: ``cluster``, then a column for the outcome's intercept and each slope.
        """
        import pandas as pd

        d, order = self._products, {name: i for i, name in enumerate(self._model.random)}
        G, v = np.zeros((len(order),) * 2), 0.0
        values = [self.theta[r.free] if r.free >= 0 else r.value for r in self._model.rows]
        beta = np.array([
            x for r, x in zip(self._model.rows, values, strict=True) if r.op in ("~", "~1")
        ])  # fmt: skip
        for r, value in zip(self._model.rows, values, strict=True):
            if r.op == "~~" and r.level == 1:
                v = float(value)
            elif r.op == "~~":
                i, j = order[r.lhs], order[r.rhs]
                G[i, j] = G[j, i] = value
        inner = v * np.eye(len(order)) + G @ d.ZZ
        b = np.linalg.solve(inner, ((d.Zy - d.ZX @ beta) @ G)[:, :, None])[:, :, 0]
        return pd.concat(
            [pd.DataFrame({"cluster": self.clusters}), pd.DataFrame(b, columns=list(order))], axis=1
        )

    def tables(self) -> tuple[Table, ...]:
        """Return fit and estimates."""
        import pandas as pd

        rows: list[tuple[str, object]] = [
            ("members", self.n), ("clusters", self.n_clusters), *self._measures()
        ]  # fmt: skip
        fit = table_of("Model with random slopes", pd.DataFrame(rows, columns=["", "value"]),
                       notes=[problem.text for problem in self.problems])  # fmt: skip
        slopes = "; ".join(f"{name}: effect of {x}" for name, x in self._model.slopes)
        return fit, table_of("Estimates", self.estimates, notes=(slopes,))
