"""`fit_slopes`: random slopes and cross-level interactions of one observed outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import column_in, number_between, one_of, quoted
from collective_use.errors import EstimationError, InputError
from collective_use.numerics.moments import Floats, Ints
from collective_use.numerics.twolevel.slopes import Products, products_of, slope_scores
from collective_use.record import Record
from collective_use.sem.engines.core import thread_controller
from collective_use.sem.engines.search import SECONDS
from collective_use.sem.moderated.search import Maximum, Scored, maximise, second_derivatives
from collective_use.sem.postfit.problems import Problem, warn_problems
from collective_use.sem.slopes.model import SlopeModel, slope_model
from collective_use.sem.slopes.result import SlopesFit
from collective_use.syntax.model_text import ModelText, parse_model

if TYPE_CHECKING:
    import pandas as pd


def fit_slopes(
    model: str | ModelText,
    data: pd.DataFrame,
    *,
    cluster: str,
    estimator: str = "ML",
    seconds: float = SECONDS,
) -> SlopesFit:
    """Fit effects of members' variables that differ from cluster to cluster.

    ``y ~ rv("s")*x`` at level 1 names the effect of x as s; at level 2, s is an outcome:
    ``s ~ w`` asks whether the cluster's w changes it (a cross-level interaction). Outcome and
    explaining variables are observed, so that the likelihood is exact: that of a mixed model.

    Parameters
    ----------
    model
        Model text with two levels. Means and variances of the outcome's intercept and the slopes
        are free; covariances are 0 unless written (``y ~~ s``), as in lavaan.
    data
        One row per member. A row with something missing is left out.
    cluster
        Column of clusters.
    estimator
        ``"ML"``: errors from the observed information; ``"MLR"``: a sandwich over clusters.
    seconds
        Processor time after which the search ends.

    Returns
    -------
    SlopesFit
        Estimates, log-likelihood, effects at chosen values of the cluster's variables, effects of
        every cluster.

    Raises
    ------
    SyntaxProblem
        When the text cannot be read.
    InputError
        When the model has no random slope, or a column is not what it has to be.
    EstimationError
        When there are too few clusters, or explaining variables determine each other.
    NotSupported
        For factors, several outcomes, groups and constraints.

    References
    ----------
    Laird & Ware (1982), Biometrics 38:963; Raudenbush & Bryk (2002), Hierarchical linear models.
    The syntax is that of lavaan 0.7.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> team = np.repeat(np.arange(80), 8)
    >>> w, x = rng.normal(size=80), rng.normal(size=640)
    >>> u, v = rng.normal(size=(2, 80))
    >>> y = u[team] + (0.5 + 0.4 * w[team] + 0.5 * v[team]) * x + rng.normal(size=640)
    >>> frame = pd.DataFrame({"y": y, "x": x, "w": w[team], "team": team})
    >>> text = "level: 1; y ~ rv('s')*x; level: 2; y ~ w; s ~ b*w"
    >>> fit = fit_slopes(text, frame, cluster="team")
    >>> float(fit.parameters["b"].round(1)), fit.n_clusters
    (0.5, 80)
    """
    one_of("estimator", estimator, ("ML", "MLR"))
    number_between("seconds", seconds, 0, 86400)
    if not hasattr(data, "columns"):
        raise InputError(f"data must be a data frame, got {type(data).__name__}")
    text = parse_model(model, slopes=True) if isinstance(model, str) else model
    asked = slope_model(text)
    read, names, record = _read(asked, data, cluster)
    X, Z, codes, y = read
    products = products_of(y, X, Z, codes)
    run = _Likelihood(asked, products)
    with thread_controller().limit(limits=1):
        found, border = _searched(run, seconds)
    held = [r.free for r in asked.rows if border and r.op == "~~" and r.level == 2 and r.free >= 0]
    vcov = _errors(found, estimator, held)
    problems = tuple(_problems(found, vcov, asked, bool(held)))
    warn_problems(problems)
    return SlopesFit(
        asked.names, found.theta, vcov, found.value, len(y), found.converged, problems,
        text.source, record, len(names), names, asked, products,
    )  # fmt: skip


class _Likelihood:
    """The likelihood by free parameters; gradients are those of clusters."""

    def __init__(self, model: SlopeModel, products: Products) -> None:
        self.model, self.products = model, products
        self.effects = [r for r in model.rows if r.op in ("~", "~1")]
        self.order = {name: i for i, name in enumerate(model.random)}

    def parts(self, theta: Floats) -> tuple[Floats, Floats, float]:
        """Return effects, covariances of the random ones and the variance of members."""
        q, v = len(self.order), 0.0
        G = np.zeros((q, q))
        beta = np.array([theta[r.free] if r.free >= 0 else r.value for r in self.effects])
        for r in self.model.rows:
            if r.op != "~~":
                continue
            value = float(theta[r.free]) if r.free >= 0 else r.value
            if r.level == 1:
                v = value
            else:
                i, j = self.order[r.lhs], self.order[r.rhs]
                G[i, j] = G[j, i] = value
        return beta, G, v

    def scored(self, theta: Floats) -> Scored | None:
        """Return the log-likelihood and the gradient of every cluster."""
        found = slope_scores(self.products, *self.parts(theta))
        if found is None:
            return None
        out = np.zeros((self.products.n.size, theta.size))
        for k, r in enumerate(self.effects):
            if r.free >= 0:
                out[:, r.free] += found.by_beta[:, k]
        for r in self.model.rows:
            if r.op == "~~" and r.free >= 0:
                i, j = self.order[r.lhs], self.order[r.rhs]
                out[:, r.free] += found.by_v if r.level == 1 else found.by_between[:, i, j]
        return found.value, out

    def cholesky_cells(self) -> list[tuple[int, int, int]]:
        """Return place, row and column of every free cell of a triangular root of G.

        Empty where the model fixes cells, or holds some equal, that such a root does not keep.
        """
        rows = [r for r in self.model.rows if r.op == "~~" and r.level == 2]
        cells = [(r.free, self.order[r.rhs], self.order[r.lhs]) for r in rows if r.free >= 0]
        zero = all(r.value == 0 and r.lhs != r.rhs for r in rows if r.free < 0)
        apart, q = all(i == j for _, i, j in cells), len(self.order)
        whole = len(cells) == q * (q + 1) // 2
        alone = len({place for place, _, _ in cells}) == len(cells)
        return cells if zero and alone and (apart or whole) else []

    def start(self) -> Floats:
        """Begin at the regression that ignores clusters."""
        d = self.products
        XX = d.XX.sum(0)
        scale = np.sqrt(np.maximum(np.diag(XX), 1e-300))
        if np.linalg.eigvalsh(XX / np.outer(scale, scale))[0] < 1e-10:
            raise EstimationError("the explaining variables determine each other: leave one out")
        beta = np.linalg.solve(XX, d.Xy.sum(0))
        n = float(d.n.sum())
        rest = float(d.yy.sum() - beta @ d.Xy.sum(0)) / n
        size = np.diag(d.ZZ.sum(0)) / n
        theta = np.zeros(len(self.model.names))
        for k, r in enumerate(self.effects):
            if r.free >= 0:
                theta[r.free] = beta[k]
        for r in self.model.rows:
            if r.op == "~~" and r.free >= 0 and r.lhs == r.rhs:
                share = 0.6 if r.level == 1 else 0.4 / (len(size) * size[self.order[r.lhs]])
                theta[r.free] = share * rest
        return theta


def _searched(run: _Likelihood, seconds: float) -> tuple[Maximum, bool]:
    """Return the maximum, and whether it lies on the border of possible covariance matrices."""
    found = maximise(run.scored, run.start(), seconds=seconds)
    if found is None:
        raise EstimationError("no start implies possible variances")
    border = not found.converged or not _possible(run.parts(found.theta)[1])
    cells = run.cholesky_cells()
    inside = _within_border(run, cells, seconds) if border and cells else None
    return inside or found, border


def _possible(G: Floats) -> bool:
    scale = np.sqrt(np.maximum(np.abs(np.diag(G)), 1e-300))
    return bool(np.linalg.eigvalsh(G / np.outer(scale, scale))[0] > -1e-9)


def _within_border(
    run: _Likelihood, cells: list[tuple[int, int, int]], seconds: float
) -> Maximum | None:
    """Search among covariance matrices alone, ``G = L L'``.

    Beyond them the likelihood has no bound: one cluster's residuals may be fitted exactly.
    """
    q = len(run.order)
    places = [place for place, _, _ in cells]
    low = [max(i, j) for _, i, j in cells], [min(i, j) for _, i, j in cells]

    def turned(phi: Floats) -> tuple[Floats, Floats]:
        L, theta = np.zeros((q, q)), phi.copy()
        L[low] = phi[places]
        theta[places] = (L @ L.T)[low]
        return theta, L

    def scored(phi: Floats) -> Scored | None:
        theta, L = turned(phi)
        found = run.scored(theta)
        if found is None:
            return None
        value, scores = found
        D = np.zeros((len(scores), q, q))
        D[:, low[0], low[1]] = scores[:, places]
        D = (D + D.transpose(0, 2, 1)) / 2
        out = scores.copy()
        out[:, places] = 2 * (D @ L)[:, low[0], low[1]]
        return value, out

    start = run.start()
    diagonal = [place for place, i, j in cells if i == j]
    start[diagonal] = np.sqrt(start[diagonal])
    found = maximise(scored, start, seconds=seconds)
    if found is None:
        return None
    theta, _ = turned(found.theta)
    there = run.scored(theta)
    scores = found.scores if there is None else there[1]
    hessian = second_derivatives(run.scored, theta)
    return replace(found, theta=theta, scores=scores, hessian=hessian)


def _read(
    model: SlopeModel, data: pd.DataFrame, cluster: str
) -> tuple[tuple[Floats, Floats, Ints, Floats], tuple[str, ...], Record]:
    import pandas as pd

    column_in("cluster", cluster, list(data.columns), where="the data")
    wanted = dict.fromkeys([model.outcome, *model.members, *model.groups])
    for name in wanted:
        column_in("model variable", name, list(data.columns), where="the data")
        if data[name].dtype.kind not in "fiub":
            raise InputError(f"{name} must be a column of numbers, found {data[name].dtype}")
    values = {name: data[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in wanted}
    keep = data[cluster].notna().to_numpy()
    for column in values.values():
        if np.isinf(column).any():
            raise InputError("a model variable holds an infinite value")
        keep = keep & ~np.isnan(column)
    record = Record()
    if lost := int((~keep).sum()):
        record = record.note("sem", "left out", "A model variable or the cluster is missing.",
                             count=lost, of="rows", what=np.flatnonzero(~keep) + 1)  # fmt: skip
    codes, labels = pd.factorize(data[cluster][keep])
    there = {name: column[keep] for name, column in values.items()}
    _check_clusters(codes, there, model, labels)
    of_slope = dict(model.slopes)
    base = {model.outcome: np.ones(codes.size)} | {s: there[x] for s, x in of_slope.items()}
    there[""] = np.ones(codes.size)
    effects = [row for row in model.rows if row.op in ("~", "~1")]
    X = np.column_stack([base[r.lhs] * there[r.rhs] for r in effects])
    Z = np.column_stack([base[name] for name in model.random])
    read = X, Z, np.asarray(codes, dtype=np.intp), there[model.outcome]
    return read, tuple(str(label) for label in labels), record


def _check_clusters(
    codes: Ints, there: dict[str, Floats], model: SlopeModel, labels: pd.Index
) -> None:
    J = len(labels)
    if J < 2 or codes.size == J:
        raise EstimationError(
            f"random slopes need clusters of several members, there are {J} of {codes.size} rows"
        )
    for name in model.groups:
        first = np.full(J, np.nan)
        first[codes[::-1]] = there[name][::-1]
        wrong = np.flatnonzero(there[name] != first[codes])
        if wrong.size:
            raise InputError(
                f"{name} explains at level 2 but differs within cluster "
                f"{labels[codes[wrong[0]]]!s}: give one value per cluster"
            )


def _errors(found: Maximum, estimator: str, held: list[int]) -> Floats | None:
    """Return the covariance of the estimates, NaN for variances held at the border."""
    kept = np.setdiff1d(np.arange(found.theta.size), held)
    out = np.full((found.theta.size,) * 2, np.nan)
    bread = -found.hessian[np.ix_(kept, kept)]
    if not found.converged or not np.isfinite(bread).all():
        return None
    scale = np.sqrt(np.maximum(np.diag(bread), 1e-300))
    inner = bread / np.outer(scale, scale)
    if not np.linalg.eigvalsh(inner)[0] > 1e-9:
        return None
    inverse = np.linalg.inv(inner) / np.outer(scale, scale)
    scores = found.scores[:, kept]
    sandwich = inverse @ (scores.T @ scores) @ inverse
    out[np.ix_(kept, kept)] = inverse if estimator == "ML" else sandwich
    return out


def _problems(
    found: Maximum, vcov: Floats | None, model: SlopeModel, border: bool
) -> list[Problem]:
    if not found.converged:
        text = (
            f"the estimation did not converge (largest gradient element {found.gradient:.1e}): "
            "the numbers are not a solution"
        )
        return [Problem("convergence", text)]
    out = []
    if vcov is None:
        text = "the model is not identified (singular information): there are no standard errors"
        out.append(Problem("identification", text))
    if border:
        text = (
            f"the covariance matrix of {quoted(model.random)} at level 2 lies on its border "
            "(clusters differ no more than by chance): it has no errors, and those of effects take "
            "it as known; fix a variance or a covariance at 0"
        )
        out.append(Problem("matrix", text))
    return out
