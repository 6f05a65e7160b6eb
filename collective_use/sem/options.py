"""What a fit was asked for: estimator, likelihood, errors, test, information."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

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
    "RBM": ("ML", "robust.huber.white", "standard", "observed"),
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
    "PML": ("PML", "robust.huber.white", "mean.var.adjusted"),
}
"""Estimators for ordered variables: weight, errors and test that each begins with."""

ELSEWHERE: Mapping[str, str] = {
    "FML": "ordered variables take 'WLSMV'",
    "MML": "ordered variables take 'WLSMV'",
    "IV": "use fit_iv",
    "MIIV": "use fit_iv",
    "DLS": "use 'MLR', 'MLM' or 'DWLS'",
    "BAYES": "use 'MLR', or 'RBM' where cases or groups are few",
}
"""Estimators of other programs, and what is offered instead."""

ESTIMATORS: tuple[str, ...] = tuple(CONTINUOUS)
"""Estimators for continuous data."""

FOR_ORDERED: tuple[str, ...] = tuple(name for name in ORDERED if name not in CONTINUOUS)
"""Estimators that only ordered variables have."""

LIKELIHOODS = ("normal", "wishart")
TWO_STAGE = ("two.stage", "robust.two.stage")
MISSING = ("listwise", "fiml", *TWO_STAGE)
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


def refuse_elsewhere(estimator: object) -> None:
    """Raise for an estimator of other programs, naming what is offered instead.

    Raises
    ------
    NotSupported
        When it is one of `ELSEWHERE`.

    Examples
    --------
    >>> refuse_elsewhere("ML")
    """
    name = estimator.upper() if isinstance(estimator, str) else ""
    if name in ELSEWHERE:
        raise NotSupported(f"estimator={name!r} is not supported: {ELSEWHERE[name]}")


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
        ``"listwise"``, ``"fiml"``, or one of `TWO_STAGE`.
    se, test, information
        One of `ERRORS` (or of `TWO_STAGE`), `TESTS`, `INFORMATION`.
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
        return self.function not in ("ML", "PML") or self.likelihood == "wishart"

    @property
    def two_stage(self) -> bool:
        """Whether the model is fitted to unrestricted moments of incomplete data."""
        return self.missing in TWO_STAGE

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
    if se is not None:
        one_of("se", se, (*ERRORS, "robust", "bootstrap"))
    if se == "robust":
        se = "robust.huber.white" if missing == "fiml" else "robust.sem"
    if test is not None:
        one_of("test", test, TESTS)
    if information is not None:
        one_of("information", information, INFORMATION)
    one_of("h1_information", h1_information, H1_INFORMATION)
    function, errors, statistic, kind = CONTINUOUS[name]
    begun = Options(
        name, function, likelihood, missing, errors, statistic, kind,
        h1_information=h1_information,
    )  # fmt: skip
    asked = Asked(begun, se, test, information, bool(cluster), weights, moments_only)
    for default in DEFAULTS:
        if default.when(asked):
            asked = replace(asked, options=replace(asked.options, **default.change(asked)))
    for refusal in REFUSED:
        if refusal.when(asked):
            what = refusal.what.format(o=asked.options, kind=asked.dependence)
            raise NotSupported(f"{what} is not supported: {refusal.instead}")
    return asked.options


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asked for beside the options that follow from it so far."""

    options: Options
    se: str | None
    test: str | None
    information: str | None
    cluster: bool
    weights: bool
    moments_only: bool

    @property
    def dependent(self) -> bool:
        """Whether cases are not independent draws with equal weight."""
        return self.cluster or self.weights

    @property
    def dependence(self) -> str:
        """What makes them so, in the words of the arguments."""
        return "cluster" if self.cluster else "weights"


class Default(NamedTuple):
    """What follows from what was asked for: options that change, and why."""

    when: Callable[[Asked], bool]
    change: Callable[[Asked], dict[str, str]]
    reason: str


class Refusal(NamedTuple):
    """A combination that is not offered, in words, and what is offered instead."""

    when: Callable[[Asked], bool]
    what: str
    instead: str


DEFAULTS: tuple[Default, ...] = (
    Default(lambda a: a.options.missing == "fiml" and not a.information
            and a.options.information != "first.order",
            lambda _: {"information": "observed"},
            "with gaps only observed information holds when they depend on what was seen "
            "(Kenward & Molenberghs 1998, Statistical Science 13:236)"),
    Default(lambda a: a.dependent,
            lambda a: {"se": "robust.cluster" if a.cluster else "robust.huber.white",
                       "test": "yuan.bentler.mplus", "information": "observed"},
            "the likelihood of independent cases is wrong then: the sandwich (Muthén & Satorra "
            "1995, Sociological Methodology 25:267)"),
    Default(lambda a: a.se is not None, lambda a: {"se": str(a.se)}, "asked for"),
    Default(lambda a: a.se == "robust.huber.white" and a.options.information == "expected",
            lambda _: {"information": "observed"},
            "the bread of Huber's and White's sandwich is the observed information"),
    Default(lambda a: a.test is not None, lambda a: {"test": str(a.test)}, "asked for"),
    Default(lambda a: a.information is not None,
            lambda a: {"information": str(a.information)}, "asked for"),
    Default(lambda a: a.options.two_stage and a.se is None and a.test is None,
            lambda a: {"se": a.options.missing, "test": "satorra.bentler",
                       "information": "expected", "h1_information": "unstructured"},
            "errors and test allow for the first stage (Savalei & Bentler 2009)"),
    Default(lambda a: a.cluster and not a.weights and a.options.estimator == "ML",
            lambda _: {"test_observed": "h1"}, "as lavaan 0.6 forms the test of ML with clusters"),
)  # fmt: skip
"""What lavaan's estimators become by the other arguments, from the first row to the last."""

_MOMENT_TESTS = ("satorra.bentler", "mean.var.adjusted", "scaled.shifted")
_CASEWISE = ("first.order", "robust.huber.white")


def _by_moments(o: Options) -> bool:
    return not o.two_stage and (o.se == "robust.sem" or o.test in _MOMENT_TESTS)


def _needs_cases(o: Options) -> bool:
    return (
        o.se in (*_CASEWISE, "robust.sem", "robust.cluster")
        or o.scaled
        or o.information == "first.order"
        or o.function in ("WLS", "DWLS")
        or o.missing != "listwise"
    )


REFUSED: tuple[Refusal, ...] = (
    Refusal(lambda a: a.options.two_stage and a.options.estimator != "ML",
            "missing={o.missing!r} with estimator={o.estimator!r}",
            "use estimator='ML', whose errors and test then allow for the first stage"),
    Refusal(lambda a: a.options.two_stage
            and bool(a.se not in (None, "none") or a.test or a.information),
            "missing={o.missing!r} with se=, test= or information=",
            "they follow from the two stages, leave them out"),
    Refusal(lambda a: a.options.two_stage and a.dependent,
            "missing={o.missing!r} with {kind}", "use missing='fiml'"),
    Refusal(lambda a: a.options.estimator == "RBM" and a.options.likelihood == "wishart",
            "likelihood='wishart' with estimator='RBM'", "use likelihood='normal'"),
    Refusal(lambda a: a.options.estimator == "RBM" and (a.moments_only or a.options.scaled),
            "cov= or a scaled test with estimator='RBM'",
            "give data; the test of ML is given beside"),
    Refusal(lambda a: a.options.likelihood == "wishart" and a.options.function != "ML",
            "likelihood='wishart' with estimator={o.estimator!r}",
            "it belongs to maximum likelihood"),
    Refusal(lambda a: a.options.missing == "fiml" and a.options.function != "ML",
            "missing='fiml' with estimator={o.estimator!r}", "use ML, MLR or MLF"),
    Refusal(lambda a: a.options.missing == "fiml"
            and a.options.estimator in ("MLM", "MLMV", "MLMVS"),
            "missing='fiml' with estimator={o.estimator!r}", "use estimator='MLR'"),
    Refusal(lambda a: a.options.missing != "listwise" and a.options.likelihood == "wishart",
            "missing={o.missing!r} with likelihood='wishart'", "use likelihood='normal'"),
    Refusal(lambda a: a.dependent and a.options.estimator not in ("ML", "MLR"),
            "{kind} with estimator={o.estimator!r}", "use estimator='ML' or 'MLR'"),
    Refusal(lambda a: a.dependent and a.options.likelihood == "wishart",
            "cluster or weights with likelihood='wishart'", "use likelihood='normal'"),
    Refusal(lambda a: a.options.se == "robust.cluster" and not a.cluster,
            "se='robust.cluster' without cluster", "name the cluster column in cluster="),
    Refusal(lambda a: a.cluster and a.options.se not in ("robust.cluster", "none"),
            "cluster with se={o.se!r}", "errors with clusters are 'robust.cluster'"),
    Refusal(lambda a: a.weights
            and a.options.se not in ("robust.huber.white", "robust.cluster", "none"),
            "weights with se={o.se!r}", "errors with weights are a sandwich"),
    Refusal(lambda a: a.dependent and a.options.test not in ("standard", "yuan.bentler.mplus"),
            "cluster or weights with test={o.test!r}", "use 'yuan.bentler.mplus'"),
    Refusal(lambda a: a.options.function != "ML" and a.options.se in _CASEWISE,
            "se={o.se!r} with estimator={o.estimator!r}", "use 'standard' or 'robust.sem'"),
    Refusal(lambda a: a.options.function != "ML" and a.options.test == "yuan.bentler.mplus",
            "test={o.test!r} with estimator={o.estimator!r}", "use 'satorra.bentler'"),
    Refusal(lambda a: a.options.function != "ML" and a.options.information == "first.order",
            "information='first.order' with estimator={o.estimator!r}", "it needs a likelihood"),
    Refusal(lambda a: a.options.missing == "fiml" and _by_moments(a.options),
            "missing='fiml' with a correction from complete moments", "use estimator='MLR'"),
    Refusal(lambda a: a.options.likelihood == "wishart" and a.options.test == "yuan.bentler.mplus",
            "likelihood='wishart' with estimator='MLR'", "use likelihood='normal'"),
    Refusal(lambda a: a.options.likelihood == "wishart"
            and (a.options.information == "first.order" or a.options.se in _CASEWISE),
            "likelihood='wishart' with casewise scores", "use likelihood='normal'"),
    Refusal(lambda a: a.options.h1_information == "unstructured" and a.options.function != "ML",
            "h1_information='unstructured' with estimator={o.estimator!r}",
            "its weights do not come from the model, leave it out"),
    # Corrections whose parts would belong to different kinds of information.
    Refusal(lambda a: _by_moments(a.options) and a.options.information != "expected",
            "information={o.information!r} with se={o.se!r}, test={o.test!r}",
            "corrections from moments take 'expected'"),
    Refusal(lambda a: _by_moments(a.options) and a.options.function in ("GLS", "WLS"),
            "robust errors or tests with estimator={o.estimator!r}", "use 'MLM' or 'DWLS'"),
    Refusal(lambda a: a.options.information == "first.order"
            and (a.options.se not in ("standard", "first.order", "none") or a.options.scaled),
            "information='first.order' with se={o.se!r}", "use 'expected' or 'observed'"),
    Refusal(lambda a: a.options.se == "first.order" and a.options.scaled,
            "se='first.order' with test={o.test!r}", "use se='robust.huber.white'"),
    Refusal(lambda a: a.moments_only and _needs_cases(a.options),
            "cov= with estimator={o.estimator!r}, missing={o.missing!r}",
            "it needs the cases, give data"),
)  # fmt: skip
"""Combinations that are not offered; the first that is met is named."""
