"""What each case does to the estimates of both steps: robust errors and scaled tests."""

from __future__ import annotations

import math

import numpy as np

from collective_use.numerics.moments import Floats, Ints, products
from collective_use.numerics.sem.model import cells_of, jacobian, vech_index
from collective_use.numerics.structure.two_step import (
    quadratic_map,
    trace_of_test,
    unbiased_gamma,
)
from collective_use.sem.data.data import SampleData
from collective_use.sem.engines.core import Solution
from collective_use.sem.goodness.baseline import independence_solution
from collective_use.sem.goodness.tests_of_fit import ChiSquare, p_of
from collective_use.sem.inference import (
    group_scores,
    information,
    inverted,
    meat,
    states_of,
)
from collective_use.structure.sam.first import FirstStep, blocks_jacobian
from collective_use.structure.sam.joint import places_of_steps
from collective_use.structure.sam.latent import (
    Latent,
    level_of,
    measured_by,
    measurement_rows,
    measurement_values,
    whole_mapping,
)

STEP = 1e-30


def robust_covariance(joint: Solution, first: FirstStep, sample: SampleData) -> Floats:
    """Return the sandwich of both steps, influences summed within clusters.

    A case moves the measurement by ``I_b^-1 g_b`` and the structure by
    ``I22^-1 (g2 - I21 dtheta1)``, g its scores.
    """
    return meat(influences(joint, first), sample.groups[0]) / sample.n


def influences(joint: Solution, first: FirstStep) -> Floats:
    """Return what each case does to the estimates, times the number of cases (n, q)."""
    one, two = places_of_steps(joint.table, first)
    at = {int(place): k for k, place in enumerate(one)}
    scores = group_scores(joint, 0)
    out = np.zeros_like(scores)
    for solution, measured in zip(first.solutions, first.parts.measurements, strict=True):
        own = group_scores(solution, 0) @ inverted(solution, information(solution))
        for i, place in zip(measured.rows, measured.places, strict=True):
            row = solution.table.rows[place]
            if row.free and joint.table.rows[i].free - 1 in at:
                out[:, joint.table.rows[i].free - 1] = own[:, row.free - 1]
    info = information(joint)
    second = scores[:, two] - out[:, one] @ info[np.ix_(one, two)]
    out[:, two] = second @ np.linalg.inv(info[np.ix_(two, two)])
    return np.asarray(out - out.mean(axis=0))


def measurement_jacobian(first: FirstStep, observed: tuple[str, ...], kind: str) -> Floats:
    """Return the derivative of measurement rows (level 1) by vech(S) of all observed variables."""
    parts = first.parts
    rows = measurement_rows(parts)
    p = len(observed)
    index = {pair: k for k, pair in enumerate(zip(*vech_index(p), strict=True))}
    out = np.zeros((len(rows), len(index)))
    number = {i: k for k, i in enumerate(rows)}
    for b, measured in enumerate(parts.measurements):
        solution = first.solutions[b]
        own = [observed.index(name) for name in solution.table.blocks[0].observed]
        r, c = vech_index(len(own))
        columns = [index[max(own[i], own[j]), min(own[i], own[j])]
                   for i, j in zip(r, c, strict=True)]  # fmt: skip
        J = blocks_jacobian(first, b, kind)
        for i, place in zip(measured.rows, measured.places, strict=True):
            free = solution.table.rows[place].free
            if free and i in number:
                out[number[i], columns] = J[free - 1]
    return out


def latent_jacobian(first: FirstStep, latent: Latent, cov: Floats, mapping: str) -> Floats:
    """Return the derivative of vech of the latent covariances by vech(S), measurement included."""
    parts = first.parts
    where = level_of(parts, 1)
    theta = measurement_values(first.values, parts)
    observed, names = parts.table.blocks[0].observed, parts.levels[0]
    rows, cols = vech_index(len(latent.names))
    by_theta = np.zeros((rows.size, theta.size))
    for k in range(theta.size):
        moved = theta.astype(complex)
        moved[k] += 1j * STEP
        L, T = measured_by(where, first.values, parts, theta=moved)
        M = whole_mapping(L, T, cov, observed, names.plain, mapping)
        V = M @ cov @ M.T - latent.share * (M @ T @ M.T)
        by_theta[:, k] = V[rows, cols].imag / STEP
    direct = quadratic_map(latent.M)
    if mapping == "GLS":
        direct = _gls_direct(first, latent, cov)
    return np.asarray(direct + by_theta @ measurement_jacobian(first, observed, "observed"))


def _gls_direct(first: FirstStep, latent: Latent, cov: Floats) -> Floats:
    """Return the same with measurement fixed: GLS weights move with S."""
    parts = first.parts
    L, T = measured_by(level_of(parts, 1), first.values, parts)
    observed, names = parts.table.blocks[0].observed, parts.levels[0]
    a, b = vech_index(len(latent.names))
    i, j = vech_index(cov.shape[0])
    out = np.zeros((a.size, i.size))
    for k in range(i.size):
        moved = cov.astype(complex)
        moved[i[k], j[k]] += 1j * STEP
        if i[k] != j[k]:
            moved[j[k], i[k]] += 1j * STEP
        M = whole_mapping(L.astype(complex), T, moved, observed, names.plain, "GLS")
        V = M @ moved @ M.T - latent.share * (M @ T @ M.T)
        out[:, k] = V[a, b].imag / STEP
    return out


def scaled_tests(
    joint: Solution, first: FirstStep, structural: Solution | None, latent: Latent | None,
    sample: SampleData, mapping: str = "ML",
) -> tuple[ChiSquare, ChiSquare] | None:  # fmt: skip
    """Return the tests of the structure and of independence, scaled for both steps.

    Local: Satorra & Bentler's with the distribution-free covariance of the latent moments.
    Global: Yuan & Chan's (2002), of the whole model. None without cases.
    """
    group = sample.groups[0]
    if group.Y is None or sample.n < 5 or joint.table.blocks[0].exogenous:
        return None
    Z = products(group.Y, group.moments.mean, means=False)
    gamma = unbiased_gamma(Z, group.moments.cov, sample.n)
    if structural is None or latent is None:
        return _global_tests(joint, first, gamma)
    J = latent_jacobian(first, latent, group.moments.cov, mapping)
    inner = J @ gamma @ J.T
    return _scaled(structural, inner), _scaled(independence_solution(structural), inner)


def _scaled(solution: Solution, gamma: Floats) -> ChiSquare:
    state = states_of(solution)[0]
    cells = cells_of(solution.model.blocks[0])
    delta = jacobian(cells, state, solution.model.n_free, means=False)
    return _chi_square(solution, trace_of_test(state.Sigma, delta, gamma), solution.df)


def _chi_square(solution: Solution, trace: float, df: int) -> ChiSquare:
    statistic = 2 * solution.data.n * solution.objective.value(solution.theta)
    name = "satorra.bentler"
    if df <= 0:
        return ChiSquare(name, statistic, df, math.nan)
    c = trace / df
    return ChiSquare(name, statistic / c, df, p_of(statistic / c, df), c, 0.0, trace)


def _global_tests(joint: Solution, first: FirstStep, gamma: Floats) -> tuple[ChiSquare, ChiSquare]:
    state = states_of(joint)[0]
    delta = jacobian(cells_of(joint.model.blocks[0]), state, joint.model.n_free, means=False)
    two: Ints = places_of_steps(joint.table, first)[1]
    rows = measurement_rows(first.parts)
    J = measurement_jacobian(first, joint.table.blocks[0].observed, "expected")
    moved = np.eye(gamma.shape[0])
    done: set[int] = set()
    for k, i in enumerate(rows):
        free = joint.table.rows[i].free
        if free and free not in done:
            done.add(free)
            moved -= np.outer(delta[:, free - 1], J[k])
    trace = trace_of_test(state.Sigma, delta[:, two], moved @ gamma @ moved.T)
    null = independence_solution(joint)
    own = states_of(null)[0]
    by = jacobian(cells_of(null.model.blocks[0]), own, null.model.n_free, means=False)
    return (
        _chi_square(joint, trace, joint.df),
        _chi_square(null, trace_of_test(own.Sigma, by, gamma), null.df),
    )
