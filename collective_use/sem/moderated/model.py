"""From model text and data to a likelihood of cases, and where its search begins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from collective_use.errors import InputError
from collective_use.numerics.moments import Floats, GroupMoments, Ints
from collective_use.sem.goodness.likelihood import normal_log_likelihood
from collective_use.sem.inference import covariate_places
from collective_use.sem.moderated.likelihood import Cases, Casewise
from collective_use.sem.result import SemResult
from collective_use.syntax.expressions import DATA, Expression, labels_of
from collective_use.syntax.model_text import ModelText


def casewise_model(text: ModelText, base: SemResult, columns: Mapping[str, Floats]) -> Casewise:
    """Put the expressions of ``:~`` in the place of the parameters they give.

    Parameters
    ----------
    text
        The model.
    base
        The same model with constant parameters, fitted to the same cases.
    columns
        Values of the moderators for every row of the data.

    Raises
    ------
    InputError
        When the left side is no label of a free parameter, or an expression names a parameter that
        is given below it.
    """
    table, data = base.solution.table, base.solution.data
    numbers = {label: k - 1 for label, k in table.labels.items() if k}
    moderated: list[tuple[int, str, Expression]] = []
    for s in text.statements:
        if s.op != ":~" or s.right is None:
            continue
        if s.lhs not in numbers:
            raise InputError(
                f"line {s.line}: {s.lhs!r} is no label of a free parameter; label it as in "
                f"f =~ {s.lhs}*x2 (a first loading is fixed unless std_lv=True or NA*)"
            )
        moderated.append((numbers[s.lhs], s.lhs, s.right))
    given = {label for _, label, _ in moderated}
    taken = {k for k, _, _ in moderated}
    q = base.solution.theta.size
    kept = [k for k in range(q) if k not in taken]
    plain = np.full(q, -1, dtype=np.intp)
    plain[kept] = np.arange(len(kept))
    labels = {label: int(plain[k]) for label, k in numbers.items() if k in kept}
    names = [table.free_names()[k] for k in kept]
    _add_new_labels(moderated, given, labels, names)
    places = [covariate_places(base.solution, i) for i in range(len(data.groups))]
    groups = tuple(
        Cases(block, _values(g.Y), {name: v[g.rows] for name, v in columns.items()},
              _patterns(_values(g.Y)))
        for block, g in zip(base.solution.model.blocks, data.groups, strict=True)
    )  # fmt: skip
    constant = sum(_of_covariates(g.Y, p) for g, p in zip(groups, places, strict=True))
    return Casewise(tuple(names), labels, plain, tuple(moderated), groups, constant)


def _add_new_labels(
    moderated: list[tuple[int, str, Expression]],
    given: set[str],
    labels: dict[str, int],
    names: list[str],
) -> None:
    """Give a place to every label that only the expressions hold."""
    done: set[str] = set()
    for _, label, expression in moderated:
        for name in labels_of(expression):
            if name in given and name not in done:
                raise InputError(
                    f"{label!r} uses {name!r}, which ':~' gives in a later line: write that first"
                )
            if not name.startswith(DATA) and name not in labels and name not in given:
                labels[name] = len(names)
                names.append(name)
        done.add(label)


def _values(Y: Floats | None) -> Floats:
    return np.zeros((0, 0)) if Y is None else Y


def _patterns(Y: Floats) -> tuple[tuple[Ints, Ints], ...]:
    seen, inverse = np.unique(~np.isnan(Y), axis=0, return_inverse=True)
    where = inverse.reshape(-1)
    return tuple(
        (np.flatnonzero(where == i), np.flatnonzero(pattern)) for i, pattern in enumerate(seen)
    )


def _of_covariates(Y: Floats, places: Ints) -> float:
    if places.size == 0:
        return 0.0
    X = Y[:, places]
    S = np.cov(X.T, bias=True).reshape(places.size, places.size)
    return normal_log_likelihood(GroupMoments(float(len(X)), X.mean(0), S, 0.0), None, S)


def start_of(casewise: Casewise, base: SemResult) -> tuple[Floats, float]:
    """Return where to start, and the log-likelihood of constant parameters.

    New labels start where the expressions come nearest to the constant estimates. The
    log-likelihood is NaN where they cannot equal them: the two models are then not nested.
    """
    theta = np.zeros(len(casewise.names))
    kept = casewise.plain >= 0
    theta[casewise.plain[kept]] = base.solution.theta[kept]
    new = np.setdiff1d(np.arange(theta.size), casewise.plain[kept])
    wanted = {label: base.solution.theta[k] for k, label, _ in casewise.moderated}
    best, least = theta, np.inf
    for first in (0.0, 0.5, 1.0, -0.5):
        trial = theta.copy()
        trial[new] = first
        trial, gap = _nearest(casewise, trial, new, wanted)
        if gap < least - 1e-12:
            best, least = trial, gap
        if least < 1e-16:
            break
    scored = casewise.scored(best) if base.converged and least < 1e-16 else None
    return best, np.nan if scored is None else scored[0]


def _nearest(
    casewise: Casewise, theta: Floats, new: Ints, wanted: Mapping[str, float]
) -> tuple[Floats, float]:
    """Move new labels by Gauss-Newton steps towards the constant values; return the gap left."""
    gap, damping = np.inf, 1e-9
    for _ in range(60):
        residual, slopes = [], []
        for g in casewise.groups:
            own = casewise.own_values(theta, g.columns)
            residual += [own[label][0] - value for label, value in wanted.items()]
            slopes += [own[label][1][:, new] for label in wanted]
        r, J = np.concatenate(residual), np.vstack(slopes)
        if not (np.isfinite(r).all() and np.isfinite(J).all()):
            return theta, np.inf
        gap = float((r * r).mean())
        if gap < 1e-20:
            break
        H = J.T @ J
        step = np.linalg.lstsq(H + damping * np.trace(H) * np.eye(len(new)), J.T @ r, rcond=None)[0]
        theta = theta.copy()
        theta[new] -= step
    return theta, gap
