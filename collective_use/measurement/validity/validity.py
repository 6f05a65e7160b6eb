"""Convergent and discriminant validity of constructs from one confirmatory model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.stats import chi2

from collective_use.accepted import Labels
from collective_use.checks import number_between, one_of
from collective_use.cutoffs import Cutoff
from collective_use.errors import EstimationError
from collective_use.frames import rows_of
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.cfa import Named, factor_model, fit_quietly, plain_names
from collective_use.measurement.correlations import likely_covariance
from collective_use.measurement.validity.htmt import constructs_with, htmt, ratio_table
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, Result, Table, table_of
from collective_use.sem.asked import FitOptions
from collective_use.sem.result import SemResult

CUT = 0.90
"""Correlation at which two constructs are no longer told apart (Rönkkö & Cho 2022)."""

_PATIENCE = 30.0
"""Seconds for a model that can be tried again without what makes it hard."""

RULES: dict[str, Cutoff] = {
    c.name: c
    for c in (
        Cutoff("ave", 0.50, "at_least",
               "Fornell & Larcker 1981, Journal of Marketing Research 18:39"),
        Cutoff("cfa_upper", CUT, "at_most",
               "Rönkkö & Cho 2022, Organizational Research Methods 25:6 (CI_CFA(sys))",
               "upper limit below .8 no problem, .8 to .9 marginal, .9 to 1 moderate, 1 severe"),
    )
}  # fmt: skip

_WORDS = ((0.8, "no problem"), (0.9, "marginal problem"), (1.0, "moderate problem"))


@dataclass(frozen=True)
class Validity(Result):
    """Convergent and discriminant validity.

    Attributes
    ----------
    constructs
        One row a construct: `construct`, `items`, `omega` (model's variance of the sum),
        `omega_observed` (observed variance, as semTools), `ave`, `h`, `lowest_loading`, `root_ave`,
        `highest_correlation`, `fornell_larcker` (AVE above every squared correlation).
    pairs
        One row a pair: `first`, `second`, `correlation` with `ci_lower` and `ci_upper`, `htmt`,
        `chisq_at_cut` and `p_at_cut` (correlation held at the cut-off), `chisq_merged`, `df_merged`
        and `p_merged` (one factor in the place of two), `verdict` by the upper limit.
    fit
        The confirmatory model, in plain names.
    cut
        The correlation that the tests hold pairs at.
    n
        Persons.
    rules
        The rules of thumb used.
    notes
        What was left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))
    >>> sets = {"tsig": ["TSIG01", "TSIG02", "TSIG03"], "lead": ["LEAD01", "LEAD02", "LEAD03"]}
    >>> cu.validity(lq, sets).pairs["verdict"].tolist()
    ['no problem']
    """

    constructs: pd.DataFrame
    pairs: pd.DataFrame
    fit: SemResult
    cut: float
    n: int
    rules: dict[str, Cutoff]
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the pairs."""
        return self.pairs.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return constructs and pairs, with the rules."""
        m = self.fit.fit_measures
        notes = (
            f"n = {self.n}; model chi-square({m['df']:.0f}) = {m['chisq']:.1f}, "
            f"CFI {m['cfi']:.3f}, RMSEA {m['rmsea']:.3f}, SRMR {m['srmr']:.3f}.",
            *(f"{name} {rule}" for name, rule in self.rules.items()),
            *self.notes,
        )
        return (
            table_of("Convergent validity", self.constructs),
            table_of("Discriminant validity", self.pairs, notes=notes),
        )


@single_threaded
def validity(
    data: Data,
    constructs: Constructs | None = None,
    groups: Labels = None,
    *,
    cut: float = CUT,
    confidence: float = 0.95,
    missing: str = "auto",
    tests: bool = True,
    untested_below: float = 0.0,
) -> Validity:
    """Judge whether items converge on their constructs and constructs can be told apart.

    Parameters
    ----------
    data
        Items of persons: a frame, responses or scores.
    constructs
        Items by construct; the measures of an instrument when None. One with a single item is left
        out, and named.
    groups
        A column of the frame or one label for each person; errors are then cluster-robust.
    cut
        The correlation at which two constructs are no longer told apart.
    confidence
        Of the limits of correlations.
    missing
        ``"listwise"``; ``"fiml"``; ``"em"`` (the likely covariance of incomplete answers,
        then the model: fast with many items, its errors hold approximately and know no groups); or
        ``"auto"``: em where listwise would lose persons.
    tests
        Also test each correlation held at `cut` and each pair merged (two fits a pair).
    untested_below
        Pairs whose correlation surely lies below are not tested: .80 leaves out what Rönkkö & Cho
        call no problem, where constructs are many.

    Returns
    -------
    Validity
        By construct and by pair.

    Raises
    ------
    InputError
        When fewer than two constructs have two items.
    EstimationError
        When the confirmatory model cannot be fitted; the message says why.

    References
    ----------
    Fornell & Larcker (1981); Rönkkö & Cho (2022), Organizational Research Methods 25:6; Henseler,
    Ringle & Sarstedt (2015).

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 3, axis=1)
    >>> sets = {"a": ["item1", "item2", "item3"], "b": ["item4", "item5", "item6"]}
    >>> cu.validity(f + rng.normal(size=f.shape), sets).constructs["fornell_larcker"].tolist()
    [True, True]
    """
    number_between("cut", cut, 0, 1)
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    answers = answers_of(data, groups, constructs, least=4)
    one_of("missing", missing, ("auto", "listwise", "fiml", "em"))
    number_between("untested_below", untested_below, 0, 1)
    model = _model(answers, missing)
    fit, named, known, options = model.fit, model.named, model.known, model.options
    sets, missing = model.sets, model.missing
    left = [name for name in answers.constructs if name not in constructs_with(answers, 2)]
    standard = fit.standardized("all", confidence=confidence)
    pairs = _pairs(fit, standard, named, cut, options, untested_below if tests else 2.0)
    ratios = (
        ratio_table(named.data.to_numpy(float), list(known.items), sets)
        if missing == "em"
        else htmt(known.values, sets, repetitions=0).table[["first", "second", "htmt"]]
    )
    merged = pairs.merge(ratios, on=["first", "second"])
    notes = [*known.notes, *model.notes]
    if left:
        notes.append(f"Left out, fewer than two items: {', '.join(left)}.")
    return Validity(
        _constructs(fit, standard, named, pairs), merged, fit, cut, len(known.values),
        dict(RULES), tuple(notes),
    )  # fmt: skip


@dataclass(frozen=True)
class _Model:
    """The confirmatory model of all constructs, and what it was fitted to."""

    fit: SemResult
    named: Named
    known: Answers
    sets: dict[str, tuple[str, ...]]
    options: FitOptions
    missing: str
    notes: tuple[str, ...]


def _model(answers: Answers, missing: str) -> _Model:
    """Fit the constructs of two items or more; without those of two where that fails.

    A factor of two items is identified by its correlations with others alone (Kenny 1979,
    Correlation and causality, ch. 7); where these are weak the likelihood has no maximum.
    """
    sets = constructs_with(answers, 2)
    larger = {name: own for name, own in sets.items() if len(own) > 2}
    weak = [name for name in sets if name not in larger]
    again = bool(weak) and len(larger) > 1
    found = _fitted(answers, sets, missing, _PATIENCE if again else None)
    if isinstance(found, _Model):
        return found
    why = f"the confirmatory model of {len(sets)} constructs: {found.reason}"
    if again:
        second = _fitted(answers, larger, missing, None)
        if isinstance(second, _Model):
            said = (
                f"The model of all {len(sets)} constructs could not be fitted ({found.reason}); "
                f"those of two items are left out of it: {', '.join(weak)}."
            )
            return replace(second, notes=(*second.notes, said))
    raise EstimationError(why)


def _fitted(
    answers: Answers, sets: dict[str, tuple[str, ...]], missing: str, seconds: float | None
) -> _Model | NotComputed:
    used = answers.only([item for own in sets.values() for item in own])
    if missing == "auto":
        missing = "em" if used.values.isna().to_numpy().any() else "listwise"
    known = used.complete() if missing == "listwise" else used
    named = plain_names(known, sets)
    options: FitOptions = {"std_lv": True}
    notes: tuple[str, ...] = ()
    if missing == "em":
        named, options, said = _by_moments(named, options)
        notes = (said,)
    elif known.groups is not None:
        options |= {"cluster": "group_", "estimator": "MLR", "missing": missing}
    else:
        options["missing"] = missing
    limited: FitOptions = {} if seconds is None else {"seconds": seconds}
    asked: FitOptions = {**options, **limited}
    fit = fit_quietly(factor_model(named.sets), named.data, **asked)
    if isinstance(fit, NotComputed):
        return fit
    return _Model(fit, named, known, sets, options, missing, notes)


def _by_moments(named: Named, options: FitOptions) -> tuple[Named, FitOptions, str]:
    """Put the likely covariance of incomplete answers in the place of the answers."""
    items = [c for c in named.data.columns if c != "group_"]
    values = named.data[items].to_numpy(float)
    n = int((~np.isnan(values).all(axis=1)).sum())
    covariance = pd.DataFrame(likely_covariance(values), index=items, columns=items)
    whole = int((~np.isnan(values).any(axis=1)).sum())
    said = (
        f"{n} persons, {whole} of them with every answer: the model is fitted to the maximum "
        "likelihood covariance of what is there (EM); its errors hold approximately."
    )
    moments: FitOptions = {**options, "cov": covariance * n / (n - 1), "n": n}
    return Named(named.sets, covariance, named.back), moments, said


def _pairs(
    fit: SemResult,
    standard: pd.DataFrame,
    named: Named,
    cut: float,
    options: FitOptions,
    least: float,
) -> pd.DataFrame:
    names = list(named.sets)
    between = standard[(standard["op"] == "~~") & (standard["lhs"] != standard["rhs"])]
    place = {frozenset((r.lhs, r.rhs)): r for r in rows_of(between)}
    rows = []
    for b in range(len(names)):
        for a in range(b):
            row = place[frozenset((names[a], names[b]))]
            held, one = _UNTESTED
            if max(abs(float(row.ci_lower)), abs(float(row.ci_upper))) >= least:
                at = -cut if row.est < 0 else cut
                held = _difference(fit, named, names[a], names[b], at, options)
                one = _merged(fit, named, names[a], names[b], options)
            rows.append((
                named.back[names[a]], named.back[names[b]], float(row.est), float(row.ci_lower),
                float(row.ci_upper), *held, *one,
                _verdict(max(abs(float(row.ci_lower)), abs(float(row.ci_upper)))),
            ))  # fmt: skip
    columns = ["first", "second", "correlation", "ci_lower", "ci_upper", "chisq_at_cut", "p_at_cut",
               "chisq_merged", "df_merged", "p_merged", "verdict"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


_NAN = float("nan")
_UNTESTED: tuple[tuple[float, float], tuple[float, float, float]] = ((_NAN,) * 2, (_NAN,) * 3)


def _verdict(upper: float) -> str:
    return next((word for limit, word in _WORDS if upper < limit), "severe problem")


def _difference(
    fit: SemResult, named: Named, a: str, b: str, value: float, options: FitOptions
) -> tuple[float, float]:
    model = f"{factor_model(named.sets)}\n{a} ~~ {float(value)!r}*{b}"
    statistic, _, p = _against(fit, fit_quietly(model, named.data, **options))
    return statistic, p


def _against(fit: SemResult, smaller: SemResult | NotComputed) -> tuple[float, float, float]:
    """Return the difference test, by Satorra & Bentler (2010) where 2001's scaling is negative.

    NaN where both are: the two models are too far from one another for either.
    """
    if isinstance(smaller, NotComputed):
        return _NAN, _NAN, _NAN
    for method in ("auto", "satorra.bentler.2010"):
        try:
            found = fit.compare(smaller, method)
        except EstimationError:
            continue
        return float(found.statistic), float(found.df), float(chi2.sf(found.statistic, found.df))
    return _NAN, _NAN, _NAN


def _merged(
    fit: SemResult, named: Named, a: str, b: str, options: FitOptions
) -> tuple[float, float, float]:
    """Hold the two factors at a correlation of 1, with equal correlations to all others."""
    others = [name for name in named.sets if name not in (a, b)]
    lines = [factor_model(named.sets), f"{a} ~~ 1*{b}"]
    for j, other in enumerate(others):
        lines += [f"{a} ~~ r{j}_*{other}", f"{b} ~~ r{j}_*{other}"]
    return _against(fit, fit_quietly("\n".join(lines), named.data, **options))


def _observed(fit: SemResult, items: tuple[str, ...]) -> float:
    """Return the sample variance of a sum of items, divisor n."""
    observed = list(fit.solution.table.blocks[0].observed)
    place = [observed.index(item) for item in items]
    covariance = fit.solution.data.groups[0].moments.cov
    return float(covariance[np.ix_(place, place)].sum())


def _constructs(
    fit: SemResult, standard: pd.DataFrame, named: Named, pairs: pd.DataFrame
) -> pd.DataFrame:
    raw = fit.estimates
    rows = []
    for name, own in named.sets.items():
        part = standard[(standard["op"] == "=~") & (standard["lhs"] == name)]
        size = part["est"].to_numpy()
        given = raw[(raw["op"] == "=~") & (raw["lhs"] == name)]["est"].to_numpy()
        residual = raw[(raw["op"] == "~~") & (raw["lhs"] == raw["rhs"]) & raw["lhs"].isin(own)]
        squares = size**2
        ave = float(squares.mean())
        ratio = float(np.sum(squares / np.maximum(1 - squares, 1e-12)))
        mine = pairs[(pairs["first"] == named.back[name]) | (pairs["second"] == named.back[name])]
        highest = float(mine["correlation"].abs().max())
        shared = float(given.sum()) ** 2
        rows.append((
            named.back[name], len(own), shared / (shared + float(residual["est"].sum())),
            shared / _observed(fit, own), ave,
            ratio / (1 + ratio), float(np.abs(size).min()), float(np.sqrt(ave)), highest,
            bool(ave > highest**2),
        ))  # fmt: skip
    columns = ["construct", "items", "omega", "omega_observed", "ave", "h", "lowest_loading",
               "root_ave", "highest_correlation", "fornell_larcker"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
