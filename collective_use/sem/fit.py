"""`fit_sem` and `fit_cfa`: the front door of the estimation room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from collective_use.accepted import Covariances, Means, PlainDict, PlainMapping
from collective_use.checks import number_between, one_of
from collective_use.errors import InputError, NotSupported
from collective_use.sem.continuous import fit_continuous
from collective_use.sem.data.products import with_products
from collective_use.sem.engines.core import thread_controller
from collective_use.sem.engines.search import SECONDS, Budget, within_budget
from collective_use.sem.options import refuse_elsewhere
from collective_use.sem.postfit.problems import warn_problems
from collective_use.sem.resampling.replicates import Design, resolve_design
from collective_use.sem.result import SemResult
from collective_use.sem.rotation import Turn, resolve_rotation
from collective_use.sem.table.partable import ParameterTable
from collective_use.sem.table.prepare import (
    as_names,
    check_model,
    refuse_latent_columns,
)
from collective_use.syntax.model_text import ModelText, parse_model

if TYPE_CHECKING:
    import pandas as pd

ENGINES = ("core", "semopy", "both")


def fit_sem(
    model: str | ModelText | ParameterTable,
    data: pd.DataFrame | None = None,
    *,
    estimator: str | None = None,
    engine: str = "core",
    group: str | None = None,
    equal: str | Sequence[str] = (),
    partial: str | Sequence[str] = (),
    cluster: str | Sequence[str] | None = None,
    weights: str | None = None,
    replicate_weights: Sequence[str] | None = None,
    replicate_type: str | None = None,
    replicate_options: PlainMapping | None = None,
    ordered: str | Sequence[str] = (),
    missing: str = "listwise",
    auxiliary: str | Sequence[str] = (),
    se: str | None = None,
    test: str | None = None,
    information: str | None = None,
    h1_information: str = "structured",
    likelihood: str = "normal",
    repetitions: int | None = None,
    seed: int | None = 1,
    cov: Covariances = None,
    n: float | Sequence[float] | None = None,
    means: Means = None,
    meanstructure: bool | None = None,
    std_lv: bool = False,
    orthogonal: bool = False,
    effect_coding: bool = False,
    fixed_x: bool | None = None,
    bounds: str | Mapping[str, tuple[float, float]] | None = None,
    parameterization: str | None = None,
    identification: str = "lavaan",
    rotation: str | None = None,
    rotation_options: PlainMapping | None = None,
    seconds: float = SECONDS,
    progress: bool = False,
) -> SemResult:
    """Fit a structural equation model.

    Parameters
    ----------
    model
        Model text in lavaan's syntax, or a parameter table.
    data
        One row per case, variables by name.
    estimator
        ``"ML"``, ``"MLM"``, ``"MLMV"``, ``"MLMVS"``, ``"MLR"``, ``"MLF"``, ``"RBM"`` (maximum
        likelihood with its first-order bias taken off: few cases or few clusters), ``"GLS"``,
        ``"ULS"``, ``"WLS"`` or ``"DWLS"``; with ordered variables ``"WLSMV"``, ``"WLSMVS"``,
        ``"WLSM"``, ``"ULSMV"``, ``"ULSMVS"``, ``"ULSM"``, ``"DWLS"``, ``"ULS"``, ``"WLS"`` or
        ``"PML"`` (pairwise maximum likelihood). None: ML, and WLSMV with ordered variables.
    engine
        ``"core"``: own estimation. ``"semopy"``: semopy's solution, with the core's statistics
        at it. ``"both"``: the core's solution, confirmed by semopy (`SemResult.agreement`).
    group
        Column that holds the groups; they are taken in order of first appearance.
    equal
        Held equal over groups: ``"loadings"``, ``"intercepts"``, ``"means"``, ``"residuals"``,
        ``"residual.covariances"``, ``"regressions"``, ``"lv.variances"``, ``"lv.covariances"``,
        ``"thresholds"``.
    partial
        Parameters released from `equal`, as ``"f =~ x2"``.
    cluster
        One or two columns of clusters for sandwich errors.
    weights
        Column of sampling weights (pseudo-maximum likelihood with a sandwich; with ordered
        variables weighted thresholds and correlations with their sandwich).
    replicate_weights
        Columns of replicate weights (whole ones, multiplied with the sampling weight): errors come
        from a fit with each, as R's survey package forms them; the test stays that of `weights`.
    replicate_type
        ``"BRR"``, ``"Fay"``, ``"JK1"``, ``"JKn"``, ``"bootstrap"``, ``"JK2"`` or
        ``"successive-difference"``.
    replicate_options
        ``rho`` (Fay's), ``scale`` and ``rscales`` (of jackknife and bootstrap; JKn needs
        rscales), and ``mse``: deviations from the whole sample's estimates (True) or from the
        mean of the replicates (False, the default of survey and Stata).
    ordered
        Ordered categorical variables.
    missing
        ``"listwise"``, ``"fiml"`` (maximum likelihood by missing pattern) or, with ordered
        variables, ``"pairwise"`` (each threshold and correlation from the cases that have it).
        ``"two.stage"`` and ``"robust.two.stage"`` fit the model to unrestricted maximum likelihood
        moments; errors and test allow for how they were found (Savalei & Bentler 2009; Savalei &
        Falk 2014).
    auxiliary
        Columns beside the model that tell about missing values: saturated correlates with
        ``missing="fiml"`` (Graham 2003), part of the first of two stages.
    se, test, information, likelihood
        Override what the estimator implies: ``se`` is ``"standard"``, ``"first.order"``,
        ``"robust.sem"``, ``"robust.huber.white"``, ``"robust"`` or ``"none"``; `information`
        ``"expected"``, ``"observed"`` or ``"first.order"``; `likelihood` ``"normal"`` or
        ``"wishart"``.
    h1_information
        Where expected information, its weights and first-order information are formed:
        ``"structured"``, at the moments the model implies (lavaan's default, and Mplus' for ML
        and MLR), or ``"unstructured"``, at the sample's (Mplus' for MLM and MLMV). Observed
        information (a Hessian) does not depend on it.
    repetitions, seed
        Number of bootstrap repetitions (1,000 with ``se="bootstrap"``) and seed: errors, z, p
        and percentile limits of `SemResult.estimates` then come from the replications.
    cov, n, means
        Covariances (divisor n - 1), number of cases and means instead of data.
    meanstructure
        Fit means too; None lets the model decide.
    std_lv, orthogonal, fixed_x
        Latent variances fixed at 1; latent covariances at 0; moments of covariates at the
        sample's (the default of maximum likelihood; least squares estimates them). With ordered
        variables everything is conditional on covariates, unless `fixed_x` is False.
    effect_coding
        Identify factors by loadings of mean 1 and, where means are fitted, intercepts of mean 0
        (Little, Slegers & Card 2006): variances and means are then in the items' own metric.
    bounds
        ``"pos.var"`` (variances of at least 0) or limits by parameter name.
    parameterization
        Of ordered variables: ``"delta"`` (total variances are 1) or ``"theta"`` (residual
        variances are 1). None: delta, at two levels theta (residual variances within are 1).
    identification
        What `equal` frees in later groups when variables are ordered: ``"lavaan"`` (as
        ``group.equal`` of lavaan 0.6) or ``"wu.estabrook"`` (scales and intercepts of the latent
        responses by Wu & Estabrook 2016; recommended to test invariance step by step).
    rotation, rotation_options
        Of exploratory blocks (``efa("name")*f1 =~ ...``): ``"geomin"`` (None), ``"oblimin"``,
        ``"quartimin"``, ``"varimax"``, ``"target"`` or ``"none"``; ``epsilon``, ``gamma``,
        ``starts``, ``seed``, ``standardize`` (defaults as in lavaan 0.7: .001, 0, 30, 11, True),
        ``target`` (wanted loadings, items by factors, NaN where free).
    seconds, progress
        How long an optimum is sought, all starts together, in seconds of this thread's processor
        time (so that a busy machine finds what an idle one does), and whether a bar shows it. A
        fit that runs out of time has ``converged`` False, and its problem says what was tried.

    Returns
    -------
    SemResult
        Estimates, fit, tests and all that follows from them.

    Raises
    ------
    SyntaxProblem
        When the model text cannot be read.
    InputError
        When an argument, a column or a value is not what it has to be.
    EstimationError
        When the data or the model cannot be estimated.
    NotSupported
        For a combination that is not offered; nothing is computed in its place.

    References
    ----------
    Bollen (1989), Structural equations with latent variables; Rosseel (2012), Journal of
    Statistical Software 48:2 (conventions).

    Examples
    --------
    >>> import pandas as pd
    >>> S = pd.DataFrame([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]],
    ...     index=list("xyz"), columns=list("xyz"))
    >>> fit = fit_sem("y ~ x; z ~ b*y", cov=S, n=200)
    >>> float(fit.parameters["b"].round(6)), int(fit.fit_measures["df"])
    (0.3, 1)
    """
    asked = dict(locals())
    design = resolve_design(*(asked.pop(f"replicate_{k}") for k in ("weights", "type", "options")))
    if design is not None:
        return _replicated(asked, design)
    if repetitions is not None or se == "bootstrap":
        return _bootstrapped(asked)
    one_of("engine", engine, ENGINES)
    refuse_elsewhere(estimator)
    check_model(model)
    refuse_latent_columns(model, data)
    asked["data"] = with_products(model, data)
    for name in ("equal", "partial", "ordered", "auxiliary"):
        asked[name] = as_names(name, asked[name])
    number_between("seconds", seconds, 0, 86400)
    for name in ("repetitions", "seed", "seconds", "progress"):
        del asked[name]
    budget = Budget(float(seconds), bool(progress))
    asked["turn"] = _turn(model, rotation, rotation_options)
    if asked["turn"] is not None and orthogonal:
        raise NotSupported(
            "orthogonal=True with exploratory blocks is not supported: use rotation='varimax', and "
            "`f ~~ 0*g` for other factors"
        )
    for name in ("rotation", "rotation_options"):
        del asked[name]
    with thread_controller().limit(limits=1), within_budget(budget):
        fitted = _fitted(asked)
    warn_problems(fitted.problems)
    return fitted


def _turn(
    model: str | ModelText | ParameterTable, name: str | None, options: PlainMapping | None
) -> Turn | None:
    """Return the rotation of a model with exploratory blocks; None where there are none."""
    if not explores(model):
        if name is not None or options is not None:
            raise InputError(
                'rotation= is about exploratory blocks: write them as efa("name")*f1 =~ x1 + x2'
            )
        return None
    return resolve_rotation(name, options)


def explores(model: str | ModelText | ParameterTable) -> bool:
    """Tell whether a model has exploratory blocks."""
    if isinstance(model, ParameterTable):
        return any(block.sets for block in model.blocks)
    text = parse_model(model) if isinstance(model, str) else model
    return any(s.efa for s in text.statements)


def _fitted(asked: PlainDict) -> SemResult:
    """Fit ordered variables, two levels or continuous cases, each in its own way."""
    if asked["auxiliary"] and (asked["ordered"] or _has_levels(asked["model"])):
        what = "ordered variables" if asked["ordered"] else "two levels"
        raise NotSupported(
            f"auxiliary= with {what} is not supported: impute with those variables, fit_sem_mi"
        )
    if asked["ordered"]:
        del asked["auxiliary"]
        if _has_levels(asked["model"]):
            from collective_use.sem.ordinal_twolevel.fit import fit_ordinal_twolevel

            asked["cluster"] = _names(asked["cluster"])
            return fit_ordinal_twolevel(**asked)
        from collective_use.sem.ordinal.fit import fit_ordinal

        return fit_ordinal(**asked)
    del asked["ordered"]
    if (parameterization := asked.pop("parameterization")) is not None:
        one_of("parameterization", parameterization, ("delta",))
    if (identification := asked.pop("identification")) != "lavaan":
        raise InputError(
            f"identification={identification!r} is about ordered variables: name them in ordered="
        )
    asked["cluster"] = _names(asked["cluster"])
    if _has_levels(asked["model"]):
        from collective_use.sem.twolevel.fit import fit_twolevel

        if explores(asked["model"]):
            raise NotSupported("exploratory blocks (efa) at two levels are not supported")
        del asked["turn"], asked["auxiliary"]
        return fit_twolevel(**asked)
    return fit_continuous(**asked)


def fit_cfa(
    model: str | ModelText | ParameterTable,
    data: pd.DataFrame | None = None,
    *,
    estimator: str | None = None,
    engine: str = "core",
    group: str | None = None,
    equal: str | Sequence[str] = (),
    partial: str | Sequence[str] = (),
    cluster: str | Sequence[str] | None = None,
    weights: str | None = None,
    replicate_weights: Sequence[str] | None = None,
    replicate_type: str | None = None,
    replicate_options: PlainMapping | None = None,
    ordered: str | Sequence[str] = (),
    missing: str = "listwise",
    auxiliary: str | Sequence[str] = (),
    se: str | None = None,
    test: str | None = None,
    information: str | None = None,
    h1_information: str = "structured",
    likelihood: str = "normal",
    repetitions: int | None = None,
    seed: int | None = 1,
    cov: Covariances = None,
    n: float | Sequence[float] | None = None,
    means: Means = None,
    meanstructure: bool | None = None,
    std_lv: bool = False,
    orthogonal: bool = False,
    effect_coding: bool = False,
    fixed_x: bool | None = None,
    bounds: str | Mapping[str, tuple[float, float]] | None = None,
    parameterization: str | None = None,
    identification: str = "lavaan",
    rotation: str | None = None,
    rotation_options: PlainMapping | None = None,
    seconds: float = SECONDS,
    progress: bool = False,
) -> SemResult:
    """Fit a confirmatory factor analysis; arguments and defaults are those of `fit_sem`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> names = [f"x{i}" for i in range(1, 5)]
    >>> S = pd.DataFrame(np.full((4, 4), 0.5) + np.eye(4) * 0.5, index=names, columns=names)
    >>> fit = fit_cfa("f =~ x1 + x2 + x3 + x4", cov=S, n=100)
    >>> round(float(fit.estimates.std_all[0]) ** 2, 6)
    0.5
    """
    arguments = dict(locals())
    return fit_sem(**arguments)


def _bootstrapped(arguments: PlainDict) -> SemResult:
    from collective_use.sem.resampling.bootstrap import bootstrap_fit

    se, repetitions = arguments.pop("se"), arguments.pop("repetitions")
    seed = arguments.pop("seed")
    if se not in (None, "bootstrap"):
        raise NotSupported(f"bootstrap with se={se!r} is not supported: leave one of them out")
    fit = fit_sem(**arguments)
    boot = bootstrap_fit(fit, repetitions or 1000, seed=seed, progress=arguments["progress"])
    q = fit.solution.theta.size
    return replace(fit, vcov=boot.covariance[:q, :q], bootstrap=boot)


def _replicated(asked: PlainDict, design: Design) -> SemResult:
    from collective_use.sem.resampling.replicate_weights import refuse_beside, with_replicates

    model = asked["model"]
    check_model(model)
    refuse_beside(asked, levels=_has_levels(model), explores=explores(model))
    fit = fit_sem(**asked)
    with thread_controller().limit(limits=1):
        return with_replicates(
            fit, asked["data"], asked["weights"], design, progress=asked["progress"]
        )


def _names(cluster: str | Sequence[str] | None) -> tuple[str, ...]:
    names = () if cluster is None else (cluster,) if isinstance(cluster, str) else tuple(cluster)
    if len(names) > 2:
        raise NotSupported(f"cluster with {len(names)} names is not supported: give one or two")
    if len(set(names)) < len(names):
        raise InputError("cluster must hold two different names")
    return names


def model_variables(model: str) -> tuple[str, ...]:
    """Return the observed variables a model text names.

    Examples
    --------
    >>> model_variables("f =~ x1 + x2; f ~ z")
    ('x1', 'x2', 'z')
    """
    return parse_model(model).observed


def _has_levels(model: str | ModelText | ParameterTable) -> bool:
    if isinstance(model, ParameterTable):
        return model.n_levels > 1
    text = parse_model(model) if isinstance(model, str) else model
    return len(text.levels) > 1
