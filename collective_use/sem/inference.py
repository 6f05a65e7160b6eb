"""Information, casewise scores, covariance of estimates."""

from __future__ import annotations

import numpy as np

from collective_use.errors import EstimationError
from collective_use.numerics.moments import (
    Floats,
    Ints,
    inverse,
    inverse_and_log_det,
    normal_weight,
    predictions_from,
    products,
)
from collective_use.numerics.sem.model import (
    Model,
    State,
    cells_of,
    jacobian,
)
from collective_use.numerics.sem.scores import case_scores
from collective_use.sem.data.data import GroupData
from collective_use.sem.data.saturated import saturated_of
from collective_use.sem.engines.core import Solution
from collective_use.sem.lagrangian import observed_information
from collective_use.sem.unstructured import is_unstructured, unstructured_expected

SINGULAR = (
    "the information matrix is singular: the model is not identified (fit.problems names the "
    "parameters that cannot be told apart)"
)


def states_of(solution: Solution) -> tuple[State, ...]:
    """Return the implied moments of every block at the solution."""
    return solution.objective.states(solution.theta)


def covariate_places(solution: Solution, group: int) -> Ints:
    """Return where a group's fixed covariates stand among its observed variables."""
    block = solution.table.blocks[group]
    place = {name: i for i, name in enumerate(block.observed)}
    return np.array([place[name] for name in block.exogenous], dtype=np.intp)


def weighted_deviations(g: GroupData, mu: Floats, Sigma: Floats) -> tuple[Floats, Floats | None]:
    """Return ``P (y - mu)`` by case with zeros for missing values, and P when data are complete."""
    if g.Y is None:
        raise EstimationError("casewise derivatives need the cases, not only their moments")
    if not g.patterns:
        P = inverse(Sigma)
        return (g.Y - mu) @ P, P
    Z = np.zeros_like(g.Y)
    for pattern in g.patterns:
        P = inverse(Sigma[np.ix_(pattern.seen, pattern.seen)])
        place = np.ix_(pattern.cases, pattern.seen)
        Z[place] = (g.Y[place] - mu[pattern.seen]) @ P
    return Z, None


def scores_at(
    model: Model,
    block: int,
    g: GroupData,
    state: State,
    *,
    means: bool,
    centre: Floats | None = None,
    cov: Floats | None = None,
) -> Floats:
    """Return casewise derivatives of the normal log-likelihood of one group, (n, q).

    Parameters
    ----------
    model, block
        The compiled model and which of its blocks.
    g
        Cases.
    state
        Where to evaluate.
    means
        Whether means are fitted.
    centre
        What to take for the means instead of the implied ones.
    cov
        What to take for the covariances instead of the implied ones.
    """
    cells = cells_of(model.blocks[block])
    mu = state.mu if centre is None else centre
    Sigma = state.Sigma if cov is None else cov
    Z, P = weighted_deviations(g, mu, Sigma)
    if P is not None:
        return case_scores(cells, state, Z, P, model.n_free, means=means)
    out = np.zeros((Z.shape[0], model.n_free))
    p = state.mu.size
    for pattern in g.patterns:
        full = np.zeros((p, p))
        place = np.ix_(pattern.seen, pattern.seen)
        full[place] = inverse(Sigma[place])
        out[pattern.cases] = case_scores(
            cells, state, Z[pattern.cases], full, model.n_free, means=means
        )
    return out


def group_scores(solution: Solution, group: int) -> Floats:
    """Return the (weighted) casewise scores of one group at the solution."""
    g = solution.data.groups[group]
    means = solution.model.meanstructure
    centre, cov = None if means else g.moments.mean, None
    if is_unstructured(solution):
        s = saturated_of(solution.data, group)
        centre, cov = s.mean, s.cov
    state = states_of(solution)[group]
    S = scores_at(solution.model, group, g, state, means=means, centre=centre, cov=cov)
    return S if g.weights is None else S * g.weights[:, None]


def meat(scores: Floats, g: GroupData) -> Floats:
    """Return ``sum s s' / n``, scores added up within clusters; two names give V1 + V2 - V12.

    With clusters the sum is multiplied by C / (C - 1), C clusters of the group.

    References
    ----------
    Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics 29:238.
    """
    if not g.clusters:
        return np.asarray(scores.T @ scores / g.moments.n)
    if len(g.clusters) == 1:
        return _clustered(scores, g.clusters[0], g.moments.n)
    first, second = g.clusters
    both = np.unique(first * (second.max() + 1) + second, return_inverse=True)[1]
    n = g.moments.n
    total = _clustered(scores, first, n) + _clustered(scores, second, n)
    return total - _clustered(scores, both, n)


def add_by_cluster(values: Floats, codes: Ints) -> Floats:
    """Add rows up by cluster."""
    out = np.zeros((int(codes.max()) + 1, values.shape[1]))
    np.add.at(out, codes, values)
    return out


def _clustered(scores: Floats, codes: Ints, n: float) -> Floats:
    total = add_by_cluster(scores, codes)
    count = total.shape[0]
    if count < 2:
        raise EstimationError("cluster-robust errors need at least two clusters in every group")
    return np.asarray(total.T @ total / n * (count / (count - 1)))


def first_order_by_group(solution: Solution) -> list[Floats]:
    """Return the mean outer product of casewise scores by group."""
    return [meat(group_scores(solution, i), g) for i, g in enumerate(solution.data.groups)]


def first_order(solution: Solution) -> Floats:
    """Return the first-order information of one observation."""
    parts = first_order_by_group(solution)
    return np.asarray(sum(w * B for w, B in zip(solution.data.shares, parts, strict=True)))


def h1_observed(solution: Solution) -> Floats:
    """Return ``Delta' A Delta`` with A the saturated model's observed information at Sigma-hat."""
    return solution.shared.curvature(solution.theta)


def information(solution: Solution, kind: str | None = None) -> Floats:
    """Return the information of one observation, (q, q).

    Parameters
    ----------
    solution
        The solution.
    kind
        ``"expected"``, ``"observed"``, ``"first.order"``, ``"h1"`` (observed, through first
        derivatives only) or ``"structured"`` (expected, at the implied moments whatever
        `h1_information` says); None takes the option.
    """
    chosen = kind or solution.options.information
    theta = solution.theta
    if chosen == "expected" and is_unstructured(solution):
        return unstructured_expected(solution)
    if chosen in ("expected", "structured"):
        return solution.shared.fisher(theta)
    if chosen == "observed":
        return observed_information(solution)
    if chosen == "h1":
        return h1_observed(solution)
    return first_order(solution)


def inverted(solution: Solution, matrix: Floats) -> Floats:
    """Invert an information within the directions that constraints leave open.

    Raises
    ------
    EstimationError
        When it is singular: the model is not identified there.
    """
    K = solution.basis
    inner = matrix if K is None else K.T @ matrix @ K
    parts = inverse_and_log_det(inner)
    if parts is None:
        parts = _indefinite_inverse(inner)
    # Rounding can make a singular matrix look definite; inflation of a variance cannot hide it.
    inflation = np.diag(inner) * np.diag(parts[0])
    if inflation.size and np.abs(inflation).max() > 1e11:
        raise EstimationError(SINGULAR)
    return parts[0] if K is None else np.asarray(K @ parts[0] @ K.T)


def _indefinite_inverse(inner: Floats) -> tuple[Floats, float]:
    own, most = np.abs(np.diag(inner)), np.abs(inner).max(axis=1, initial=0.0)
    # a loading of a factor without variance has no curvature of its own, but it has with others
    d = np.sqrt(np.maximum(np.where(own > 1e-10 * most, own, most), 1e-300))
    values = np.linalg.eigvalsh(inner / np.outer(d, d))
    if np.abs(values).min() < 1e-12:
        raise EstimationError(SINGULAR)
    return inverse(inner), 0.0


def covariance_of_estimates(solution: Solution) -> Floats:
    """Return the covariance matrix of the free parameters, (q, q).

    Raises
    ------
    EstimationError
        When the information is singular.
    """
    options = solution.options
    if options.se == "first.order":
        bread = inverted(solution, first_order(solution))
        return bread / solution.effective_n
    bread = inverted(solution, information(solution))
    if options.se == "standard":
        return bread / solution.effective_n
    by_moments = options.se == "robust.sem" or options.two_stage
    middle = moment_meat(solution) if by_moments else first_order(solution)
    return np.asarray(bread @ middle @ bread / solution.effective_n)


def influence(solution: Solution, group: int) -> Floats:
    """Return ``Delta' V d`` by case, d the centred products that moments are means of, (n, q)."""
    g = solution.data.groups[group]
    if g.Y is None:
        raise EstimationError("this needs the cases, not only their moments")
    means = solution.model.meanstructure
    function = solution.options.function
    covariates = covariate_places(solution, group)
    fitted = predictions_from(g.Y, covariates)
    state = states_of(solution)[group]
    q = solution.model.n_free
    cells = cells_of(solution.model.blocks[group])
    if function in ("ULS", "DWLS", "WLS"):
        Z = products(g.Y, g.moments.mean, means=means, fitted=fitted)
        W = solution.objective.W[group]
        D = jacobian(cells, state, q, means=means)
        return np.asarray(Z @ (W[:, None] * D if W.ndim == 1 else W @ D))
    P = inverse(weighing_covariance(solution, group))
    centre = g.moments.mean
    A = case_scores(cells, state, (g.Y - centre) @ P, P, q, means=means)
    if fitted is not None:
        A = A - case_scores(cells, state, (fitted - centre) @ P, P, q, means=means)
    return np.asarray(A - A.mean(axis=0))


def weighing_covariance(solution: Solution, group: int) -> Floats:
    """Return the covariance by which normal theory weighs the moments of one group."""
    structured = solution.options.function == "ML" and not is_unstructured(solution)
    return (
        states_of(solution)[group].Sigma if structured else solution.data.groups[group].moments.cov
    )


def moment_meat(solution: Solution) -> Floats:
    """Return ``Delta' V Gamma V Delta`` with the distribution-free Gamma (Browne 1984)."""
    q = solution.model.n_free
    out = np.zeros((q, q))
    for i, share in enumerate(solution.data.shares):
        if (omega := solution.data.groups[i].omega) is not None:
            weight = normal_weight(inverse(weighing_covariance(solution, i)), means=True)
            state = states_of(solution)[i]
            VD = weight @ jacobian(cells_of(solution.model.blocks[i]), state, q, means=True)
            out += share * (VD.T @ omega @ VD)
            continue
        A = influence(solution, i)
        out += share * (A.T @ A) / A.shape[0]
    return out
