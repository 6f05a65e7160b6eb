"""What a fit was asked for: estimator, likelihood, errors, test, information."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from collective_use.checks import instance_of, one_of
from collective_use.errors import InputError, NotSupported

CONTINUOUS: Mapping[str, tuple[str, str, str, str]] = {
    # estimator: function, errors, test, information
    "ML": ("ML", "standard", "standard", "expected"),
    "MLM": ("ML", "robust.sem", "satorra.bentler", "expected"),
    "MLMV": ("ML", "robust.sem", "scaled.shifted", "expected"),
    "MLMVS": ("ML", "robust.sem", "mean.var.adjusted", "expected"),
    "MLR": ("ML", "robust.huber.white", "yuan.bentler.mplus", "observed"),
    "MLF": ("ML", "standard", "standard", "first.order"),
    "GLS": ("GLS", "standard", "standard", "expected"),
    "ULS": ("ULS", "standard", "standard", "expected"),
    "WLS": ("WLS", "standard", "standard", "expected"),
    "DWLS": ("DWLS", "standard", "standard", "expected"),
}
"""Estimators for continuous data: function, errors, test and information that each begins with."""

ORDERED: Mapping[str, tuple[str, str, str]] = {
    "WLSMV": ("DWLS", "robust.sem", "scaled.shifted"),
    "WLSMVS": ("DWLS", "robust.sem", "mean.var.adjusted"),
    "WLSM": ("DWLS", "robust.sem", "satorra.bentler"),
    "ULSMV": ("ULS", "robust.sem", "scaled.shifted"),
    "ULSMVS": ("ULS", "robust.sem", "mean.var.adjusted"),
    "ULSM": ("ULS", "robust.sem", "satorra.bentler"),
    "DWLS": ("DWLS", "standard", "standard"),
    "ULS": ("ULS", "standard", "standard"),
    "WLS": ("WLS", "standard", "standard"),
}
"""Estimators for ordered variables: weight, errors and test that each begins with."""

ESTIMATORS: tuple[str, ...] = tuple(CONTINUOUS)
"""Estimators for continuous data."""

FOR_ORDERED: tuple[str, ...] = tuple(name for name in ORDERED if name not in CONTINUOUS)
"""Estimators that only ordered variables have."""

LIKELIHOODS = ("normal", "wishart")
MISSING = ("listwise", "fiml")
ERRORS = ("standard", "first.order", "robust.sem", "robust.huber.white", "robust.cluster", "none")
TESTS = (
    "standard",
    "satorra.bentler",
    "mean.var.adjusted",
    "scaled.shifted",
    "yuan.bentler.mplus",
)
INFORMATION = ("expected", "observed", "first.order")
H1_INFORMATION = ("structured", "unstructured")

LEVELS = ("within", "between")
Level = Literal["within", "between"]


@dataclass(frozen=True, slots=True)
class Options:
    """A fit's resolved options.

    Attributes
    ----------
    estimator
        As asked, one of `ESTIMATORS`.
    function
        What is minimised: ``"ML"``, ``"GLS"``, ``"ULS"``, ``"WLS"`` or ``"DWLS"``.
    likelihood
        ``"normal"`` (divisor n) or ``"wishart"`` (n - 1).
    missing
        ``"listwise"`` or ``"fiml"``.
    se, test, information
        One of `ERRORS`, `TESTS`, `INFORMATION`.
    test_observed
        ``"hessian"`` or ``"h1"``: how the scaled test forms observed information.
    h1_information
        Whether expected information and weights are formed at the model's (``"structured"``) or
        the sample's moments (``"unstructured"``).
    """

    estimator: str = "ML"
    function: str = "ML"
    likelihood: str = "normal"
    missing: str = "listwise"
    se: str = "standard"
    test: str = "standard"
    information: str = "expected"
    test_observed: str = "hessian"
    h1_information: str = "structured"

    @property
    def unbiased(self) -> bool:
        """Whether covariances are divided by n - 1."""
        return self.function != "ML" or self.likelihood == "wishart"

    @property
    def scaled(self) -> bool:
        """Whether a scaled test accompanies the standard one."""
        return self.test != "standard"


def resolve_options(
    estimator: str = "ML",
    *,
    likelihood: str = "normal",
    missing: str = "listwise",
    se: str | None = None,
    test: str | None = None,
    information: str | None = None,
    h1_information: str = "structured",
    cluster: Sequence[str] = (),
    weights: bool = False,
    moments_only: bool = False,
) -> Options:
    """Complete the options by lavaan's defaults and refuse what is not offered.

    Raises
    ------
    InputError
        When a name is not known.
    NotSupported
        When a combination is not offered.

    Examples
    --------
    >>> resolve_options("MLR").se
    'robust.huber.white'
    """
    instance_of("estimator", estimator, str, "a name such as 'ML'")
    name = estimator.upper()
    if name in FOR_ORDERED:
        raise InputError(
            f"estimator={name!r} is for ordered variables: name them in ordered=; "
            "continuous variables take 'MLR', 'MLM' or 'DWLS'"
        )
    one_of("estimator", name, ESTIMATORS)
    one_of("likelihood", likelihood, LIKELIHOODS)
    one_of("missing", missing, MISSING)
    function, errors, statistic, kind = CONTINUOUS[name]
    if missing == "fiml":
        kind = kind if information or kind == "first.order" else "observed"
    if cluster or weights:
        errors = "robust.cluster" if cluster else "robust.huber.white"
        statistic, kind = "yuan.bentler.mplus", "observed"
    if se == "robust":
        se = "robust.huber.white" if missing == "fiml" else "robust.sem"
    if se is not None:
        one_of("se", se, (*ERRORS, "robust", "bootstrap"))
        errors = se
        if se == "robust.huber.white" and kind == "expected":
            kind = "observed"
    if test is not None:
        one_of("test", test, TESTS)
        statistic = test
    if information is not None:
        one_of("information", information, INFORMATION)
        kind = information
    observed = "h1" if cluster and not weights and name == "ML" else "hessian"
    one_of("h1_information", h1_information, H1_INFORMATION)
    options = Options(
        name, function, likelihood, missing, errors, statistic, kind, observed, h1_information
    )
    _refuse(options, bool(cluster), weights, moments_only)
    return options


def _refuse(options: Options, cluster: bool, weights: bool, moments_only: bool) -> None:
    """Name every combination that is not offered."""
    name = options.estimator
    ml = options.function == "ML"
    if options.likelihood == "wishart" and not ml:
        _no(f"likelihood='wishart' with estimator={name!r}", "it belongs to maximum likelihood")
    if options.missing == "fiml" and not ml:
        _no(f"missing='fiml' with estimator={name!r}", "use ML, MLR or MLF")
    if options.missing == "fiml" and name in ("MLM", "MLMV", "MLMVS"):
        _no(f"missing='fiml' with estimator={name!r}", "use estimator='MLR'")
    if options.missing == "fiml" and options.likelihood == "wishart":
        _no("missing='fiml' with likelihood='wishart'", "use likelihood='normal'")
    if (cluster or weights) and name not in ("ML", "MLR"):
        what = "cluster" if cluster else "weights"
        _no(f"{what} with estimator={name!r}", "use estimator='ML' or 'MLR'")
    if (cluster or weights) and options.likelihood == "wishart":
        _no("cluster or weights with likelihood='wishart'", "use likelihood='normal'")
    if options.se == "robust.cluster" and not cluster:
        _no("se='robust.cluster' without cluster", "name the cluster column in cluster=")
    if cluster and options.se not in ("robust.cluster", "none"):
        _no(f"cluster with se={options.se!r}", "errors with clusters are 'robust.cluster'")
    if weights and options.se not in ("robust.huber.white", "robust.cluster", "none"):
        _no(f"weights with se={options.se!r}", "errors with weights are a sandwich")
    if (cluster or weights) and options.test not in ("standard", "yuan.bentler.mplus"):
        _no(f"cluster or weights with test={options.test!r}", "use 'yuan.bentler.mplus'")
    _refuse_errors(options, ml)
    _refuse_mixtures(options)
    if moments_only:
        _refuse_moments(options)


def _refuse_errors(options: Options, ml: bool) -> None:
    name = options.estimator
    if not ml and options.se in ("first.order", "robust.huber.white"):
        _no(f"se={options.se!r} with estimator={name!r}", "use 'standard' or 'robust.sem'")
    if not ml and options.test == "yuan.bentler.mplus":
        _no(f"test={options.test!r} with estimator={name!r}", "use 'satorra.bentler'")
    if not ml and options.information == "first.order":
        _no(f"information='first.order' with estimator={name!r}", "it needs a likelihood")
    fiml = options.missing == "fiml"
    moment_tests = ("satorra.bentler", "mean.var.adjusted", "scaled.shifted")
    if fiml and (options.se == "robust.sem" or options.test in moment_tests):
        _no("missing='fiml' with a correction from complete moments", "use estimator='MLR'")
    if options.likelihood == "wishart" and options.test == "yuan.bentler.mplus":
        _no("likelihood='wishart' with estimator='MLR'", "use likelihood='normal'")
    if options.likelihood == "wishart" and (
        options.information == "first.order" or options.se in ("first.order", "robust.huber.white")
    ):
        _no("likelihood='wishart' with casewise scores", "use likelihood='normal'")


def _refuse_mixtures(options: Options) -> None:
    """Refuse corrections whose parts belong to different kinds of information."""
    if options.h1_information == "unstructured" and options.function != "ML":
        _no(
            f"h1_information='unstructured' with estimator={options.estimator!r}",
            "its weights do not come from the model, leave it out",
        )
    moment_tests = ("satorra.bentler", "mean.var.adjusted", "scaled.shifted")
    by_moments = options.se == "robust.sem" or options.test in moment_tests
    name = options.estimator
    if by_moments and options.information != "expected":
        _no(
            f"information={options.information!r} with se={options.se!r}, test={options.test!r}",
            "corrections from moments take 'expected'",
        )
    if by_moments and options.function in ("GLS", "WLS"):
        _no(f"robust errors or tests with estimator={name!r}", "use 'MLM' or 'DWLS'")
    if options.information == "first.order" and (
        options.se not in ("standard", "first.order", "none") or options.scaled
    ):
        _no(f"information='first.order' with se={options.se!r}", "use 'expected' or 'observed'")
    if options.se == "first.order" and options.scaled:
        _no(f"se='first.order' with test={options.test!r}", "use se='robust.huber.white'")


def _refuse_moments(options: Options) -> None:
    casewise = (
        options.se in ("first.order", "robust.sem", "robust.huber.white", "robust.cluster")
        or options.scaled
        or options.information == "first.order"
        or options.function in ("WLS", "DWLS")
        or options.missing == "fiml"
    )
    if casewise:
        _no(
            f"cov= with estimator={options.estimator!r}, missing={options.missing!r}",
            "it needs the cases, give data",
        )


def _no(what: str, instead: str) -> None:
    raise NotSupported(f"{what} is not supported: {instead}")
