"""Two-level structural equation models: data, estimation, errors.

References
----------
McDonald & Goldstein (1989), British Journal of Mathematical and Statistical Psychology 42:215.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from collective_use.accepted import Array, Frame
from collective_use.checks import column_in, one_of, quoted
from collective_use.errors import (
    EstimationError,
    InputError,
    NotSupported,
    SmallGroupsWarning,
    warn,
)
from collective_use.numerics.moments import Floats, GroupMoments, Ints
from collective_use.numerics.twolevel.likelihood import (
    ClusterStatistics,
    Layout,
    cluster_statistics,
)
from collective_use.numerics.twolevel.objective import (
    CompleteLikelihood,
    Likelihood,
    TwoLevelObjective,
)
from collective_use.numerics.twolevel.saturated import start_moments
from collective_use.record import Record
from collective_use.sem.data.data import GroupData, SampleData
from collective_use.sem.engines.core import Solution, sample_statistics
from collective_use.sem.engines.search import search
from collective_use.sem.inference import inverted
from collective_use.sem.lagrangian import observed_information
from collective_use.sem.options import TWO_STAGE, Options
from collective_use.sem.table.compiled import compile_model
from collective_use.sem.table.constraints import read_constraints
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.start import with_sample_moments
from collective_use.sem.twolevel.checks import check_cluster_moments, warn_shared_clusters

ESTIMATORS = ("ML", "MLR", "RBM")


@dataclass(frozen=True, slots=True)
class Clustered:
    """Data of a two-level model.

    Attributes
    ----------
    sample
        Cases by group (moments of the level-1 variables).
    likelihoods
        Likelihood by group.
    statistics
        Cluster statistics by group; with missing values those of the complete cases.
    covariates
        Sample moments by block (group, then level) that fixed covariates take their values from.
    names
        Names of the clusters by group, in the order of their codes.
    """

    sample: SampleData
    likelihoods: tuple[Likelihood, ...]
    statistics: tuple[ClusterStatistics, ...]
    covariates: tuple[GroupMoments, ...]
    names: tuple[tuple[str, ...], ...] = ()


def twolevel_options(
    estimator: str | None, missing: str, se: str | None, test: str | None, information: str | None
) -> Options:
    """Complete the options of a two-level fit.

    Raises
    ------
    NotSupported
        For what is not offered at two levels.
    """
    name = (estimator or "ML").upper()
    if name not in ESTIMATORS:
        raise NotSupported(
            f"estimator={name!r} at two levels is not supported: use one of {quoted(ESTIMATORS)}"
        )
    if missing in TWO_STAGE:
        raise NotSupported(f"missing={missing!r} at two levels is not supported: use 'fiml'")
    one_of("missing", missing, ("listwise", "fiml"))
    robust = name == "MLR"
    errors = se or ("standard" if name == "ML" else "robust.huber.white")
    errors = "robust.huber.white" if errors == "robust" else errors
    one_of("se", errors, ("standard", "robust.huber.white", "none"))
    statistic = test or ("yuan.bentler.mplus" if robust else "standard")
    one_of("test", statistic, ("standard", "yuan.bentler.mplus"))
    if name == "RBM" and statistic != "standard":
        raise NotSupported(
            f"test={statistic!r} with estimator='RBM' is not supported: use estimator='MLR'"
        )
    if information not in (None, "observed"):
        raise NotSupported(f"information={information!r} at two levels is not supported")
    return Options(name, "ML", "normal", missing, errors, statistic, "observed")


def check_twolevel_table(table: ParameterTable) -> None:
    """Refuse what two-level estimation does not offer."""
    if table.n_levels != 2:
        raise NotSupported(f"models with {table.n_levels} levels are not supported")
    for group in range(1, table.n_groups + 1):
        first, second = table.block(group, 1), table.block(group, 2)
        if both := sorted(set(first.exogenous) & set(second.observed)):
            raise NotSupported(
                f"fixed covariates at both levels ({quoted(both)}) are not supported: "
                "use fixed_x=False or the cluster mean at level 2"
            )
        if both := sorted(set(second.exogenous) & set(first.observed)):
            raise NotSupported(
                f"covariates of level 2 that are level-1 variables ({quoted(both)}) are not "
                "supported with fixed moments: use fixed_x=False"
            )
        reference = table.block(1, 1), table.block(1, 2)
        if (first.observed, second.observed) != tuple(b.observed for b in reference):
            raise NotSupported("groups with different variables are not supported")


def layout_of(table: ParameterTable) -> tuple[Layout, tuple[str, ...], tuple[str, ...]]:
    """Return where variables stand, level-1 variables, and variables of clusters only."""
    W, B = table.block(1, 1).observed, table.block(1, 2).observed
    only = tuple(name for name in B if name not in W)
    place = [W.index(n) if n in W else len(W) + only.index(n) for n in B]
    return Layout(len(W), len(B), np.array(place, dtype=np.intp)), W, only


def read_clustered(
    data: Frame,
    table: ParameterTable,
    cluster: str,
    group: str | None,
    names: Sequence[str],
    options: Options,
) -> Clustered:
    """Sort the data by group and cluster and reduce them.

    Raises
    ------
    InputError
        Naming a column that is missing, text, infinite or not constant within clusters.
    EstimationError
        When there are too few clusters or none has two cases.
    """
    from collective_use.sem.data.checks import check_values, warn_coverage
    from collective_use.sem.data.data import _column

    layout, W, only = layout_of(table)
    column_in("cluster", cluster, list(data.columns), where="the data")
    Y = np.column_stack([_column(data, name) for name in W])
    Z = np.column_stack([_column(data, name) for name in only]) if only else np.zeros((len(Y), 0))
    check_values(np.column_stack([Y, Z]), (*W, *only))
    keep, record = _kept(data, Y, Z, cluster, group, table, options)
    labels = None if group is None else data[group].astype(str).to_numpy()
    ids = data[cluster].to_numpy()
    warn_shared_clusters(ids[keep], None if labels is None else labels[keep], names)
    built, likelihoods, statistics, covariates, clusters = [], [], [], [], []
    for i, name in enumerate(names):
        rows = np.flatnonzero(keep if labels is None else keep & (labels == name))
        codes, own = cluster_codes(ids[rows], name)
        clusters.append(own)
        z = _cluster_values(Z[rows], codes, only, ids[rows])
        likelihood, stats = _reduced(Y[rows], z, codes, layout, name, W)
        check_cluster_moments(stats, z, W, only, name, complete=likelihood.complete)
        if not likelihood.complete:
            warn_coverage(Y[rows], W, f" in group {name!r}" if name else "")
        likelihoods.append(likelihood)
        statistics.append(stats)
        moments = _level_moments(Y[rows], z, table, i + 1, only)
        covariates += moments
        built.append(GroupData(name, Y[rows], moments[0], rows, clusters=(codes,)))
    sample = SampleData(W, tuple(built), float(sum(g.rows.size for g in built)), len(Y), record)
    return Clustered(
        sample, tuple(likelihoods), tuple(statistics), tuple(covariates), tuple(clusters)
    )


def _kept(
    data: Frame, Y: Floats, Z: Floats, cluster: str, group: str | None,
    table: ParameterTable, options: Options,
) -> tuple[NDArray[np.bool_], Record]:  # fmt: skip
    record = Record()
    keep = np.asarray(data[cluster].notna().to_numpy())
    if not keep.all():
        record = record.note("sem", "left out", f"No value in {cluster}.",
                             count=int((~keep).sum()), of="rows")  # fmt: skip
    if group is not None:
        known = data[group].notna().to_numpy()
        if (keep & ~known).any():
            record = record.note("sem", "left out", f"No value in {group}.",
                                 count=int((keep & ~known).sum()), of="rows")  # fmt: skip
        keep = keep & known
    missing = np.isnan(Z).any(axis=1)
    if options.missing == "fiml":
        x = [table.block(1, 1).observed.index(n) for n in table.block(1, 1).exogenous]
        missing |= np.isnan(Y).all(axis=1) | np.isnan(Y[:, x]).any(axis=1)
    else:
        missing |= np.isnan(Y).any(axis=1)
    if (missing & keep).any():
        record = record.note("sem", "left out", "A model variable is missing.",
                             count=int((missing & keep).sum()), of="rows")  # fmt: skip
    return keep & ~missing, record


def cluster_codes(ids: Array, group: str) -> tuple[Ints, tuple[str, ...]]:
    """Number the clusters of a group; raise where they cannot part the levels."""
    where = f" in group {group!r}" if group else ""
    names, codes = np.unique(ids.astype(str), return_inverse=True)
    codes = np.asarray(codes.reshape(-1), dtype=np.intp)
    J = int(codes.max(initial=-1)) + 1
    if J < 2:
        raise EstimationError(f"two levels need clusters, there are {J}{where}")
    if codes.size == J:
        raise EstimationError(f"every cluster has one case{where}: the levels cannot be parted")
    return codes, tuple(str(name) for name in names)


def _cluster_values(Z: Floats, codes: Ints, only: Sequence[str], ids: Array) -> Floats:
    first = np.unique(codes, return_index=True)[1]
    z = Z[first]
    for j, name in enumerate(only):
        wrong = np.flatnonzero(Z[:, j] != z[codes, j])
        if wrong.size:
            raise InputError(
                f"{name} stands at level 2 only but differs within cluster {ids[wrong[0]]!s}: "
                "give one value per cluster, or name it at level 1 too"
            )
    return z


def _reduced(
    Y: Floats, z: Floats, codes: Ints, layout: Layout, group: str, W: Sequence[str]
) -> tuple[Likelihood, ClusterStatistics]:
    if np.isnan(Y).any():
        from collective_use.numerics.twolevel.missing import IncompleteLikelihood, start_statistics

        return IncompleteLikelihood(Y, z, codes, layout), start_statistics(Y, z, codes, layout)
    stats = cluster_statistics(Y, z, codes, layout)
    flat = np.flatnonzero(np.diag(stats.within) <= 1e-12 * np.maximum(np.var(Y, axis=0), 1e-300))
    if flat.size:
        where = f" in group {group!r}" if group else ""
        raise EstimationError(
            f"{quoted([W[i] for i in flat.tolist()])} does not vary within clusters{where}: "
            "name it at level 2 only"
        )
    return CompleteLikelihood(stats), stats


def _level_moments(
    Y: Floats, z: Floats, table: ParameterTable, group: int, only: Sequence[str]
) -> list[GroupMoments]:
    """Sample moments of level-1 variables over cases, of cluster variables over clusters."""
    block = table.block(group, 2)
    mean, cov = np.nanmean(Y, axis=0), np.eye(Y.shape[1])
    complete = Y[~np.isnan(Y).any(axis=1)]
    if complete.shape[0] > 1:
        cov = np.cov(complete.T, bias=True).reshape(Y.shape[1], Y.shape[1])
    x = [table.block(group, 1).observed.index(n) for n in table.block(group, 1).exogenous]
    if x:
        cov[np.ix_(x, x)] = np.cov(Y[:, x].T, bias=True)
    first = GroupMoments(float(Y.shape[0]), mean, cov, 0.0)
    p = len(block.observed)
    mean2, cov2 = np.zeros(p), np.eye(p)
    at = [block.observed.index(n) for n in only]
    if at:
        mean2[at] = z.mean(axis=0)
        cov2[np.ix_(at, at)] = np.cov(z.T, bias=True)
    return [first, GroupMoments(float(z.shape[0]), mean2, cov2, 0.0)]


def relabelled(table: ParameterTable) -> ParameterTable:
    """Number every block as a group of its own, so that start values see its moments."""
    rows = tuple(
        row._replace(group=2 * (row.group - 1) + row.level, level=1) if row.level else row
        for row in table.rows
    )
    blocks = tuple(replace(b, group=2 * (b.group - 1) + b.level, level=1) for b in table.blocks)
    return replace(table, rows=rows, blocks=blocks)


@dataclass(frozen=True, slots=True)
class TwoLevelSolution(Solution):
    """Where estimation of two levels ended."""

    objective: TwoLevelObjective
    shared: TwoLevelObjective


def fit_twolevel_table(
    table: ParameterTable, clustered: Clustered, options: Options
) -> TwoLevelSolution:
    """Estimate a two-level model.

    Raises
    ------
    EstimationError
        When the model has more parameters than moments.
    """
    available = sample_statistics(table)
    if table.n_free > available and not table.constraints:
        raise EstimationError(
            f"the model has {table.n_free} free parameters but the data only {available} "
            "moments: fix parameters or hold some equal"
        )
    flat = with_sample_moments(relabelled(table), clustered.covariates)
    rows = tuple(
        row._replace(start=other.start) for row, other in zip(table.rows, flat.rows, strict=True)
    )
    filled = replace(table, rows=rows)
    model = compile_model(filled)
    constraints = read_constraints(filled)
    objective = TwoLevelObjective(model, clustered.likelihoods)
    optimum, basis = search(flat, _start_data(clustered), objective, constraints)
    return TwoLevelSolution(
        filled, model, clustered.sample, options, objective, objective, optimum, basis, constraints
    )


def _start_data(clustered: Clustered) -> SampleData:
    built = []
    for stats in clustered.statistics:
        Sw, Sb, mean = start_moments(stats)
        p, place = stats.layout.p, stats.layout.place
        for m, S in ((mean[:p], Sw), (mean[place], Sb)):
            built.append(GroupData("", None, GroupMoments(1.0, m, S, 0.0), np.zeros(0, np.intp)))
    return replace(clustered.sample, groups=tuple(built))


def cluster_meat(solution: TwoLevelSolution) -> list[Floats]:
    """Return the cross-products of cluster scores per case, by group."""
    objective = solution.objective
    return [S.T @ S / solution.data.n for S in objective.cluster_scores(solution.theta)]


def joint_meat(solution: TwoLevelSolution) -> Floats:
    """Return the cross-products of cluster scores per case, over all groups."""
    return np.asarray(sum(cluster_meat(solution)))


def twolevel_vcov(solution: TwoLevelSolution) -> Floats | None:
    """Return the covariance of the estimates; None when the information is singular."""
    options = solution.options
    if options.se == "none" or solution.model.n_free == 0:
        return None
    try:
        bread = inverted(solution, observed_information(solution))
    except (EstimationError, ValueError):
        return None
    if options.se == "standard":
        return bread / solution.data.n
    return np.asarray(bread @ sum(cluster_meat(solution)) @ bread / solution.data.n)


def warn_few_clusters(table: ParameterTable, clustered: Clustered) -> None:
    """Warn when the clusters are few for what is asked of them."""
    J = sum(g.J for g in clustered.likelihoods)
    asked = len({row.free for row in table.rows if row.free and row.level == 2})
    if asked >= J:
        warn(
            f"{asked} parameters of level 2 are estimated from {J} clusters: errors and tests "
            "of level 2 cannot be trusted",
            SmallGroupsWarning,
        )
