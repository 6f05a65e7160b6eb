"""Common method variance by a marker variable: a ladder of confirmatory models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
from scipy.stats import chi2

from collective_use.accepted import Labels
from collective_use.errors import EstimationError, InputError
from collective_use.frames import rows_of
from collective_use.measurement.answers import Constructs, Data, answers_of
from collective_use.measurement.cfa import Named, fit_quietly, plain_names
from collective_use.measurement.validity.htmt import constructs_with
from collective_use.results import NotComputed, Result, Table, table_of
from collective_use.sem.result import SemResult

MODELS = {
    "cfa": "all factors correlate, the marker too",
    "baseline": "the marker's loadings and residuals held, its correlations with constructs at 0",
    "method_c": "and one equal loading of all items on the marker",
    "method_u": "and an own loading of each item on the marker",
    "method_r": "and the constructs' correlations held at the baseline's",
}


@dataclass(frozen=True)
class MarkerVariable(Result):
    """What a marker variable shows of common method variance.

    Attributes
    ----------
    models
        One row a model: `model`, `words`, `chisq`, `df`, `cfi`, `rmsea`, `srmr`, `reason`.
    tests
        One row a comparison: `models`, `question`, `chisq`, `df`, `p`.
    correlations
        One row a pair of constructs: `first`, `second`, and the correlation in each model.
    loadings
        One row an item: `item`, its standardised loading on the marker in `method_c` and
        `method_u`.
    shared
        Mean squared loading on the marker: the share of method variance it shows.
    n
        Persons.
    notes
        What a reader has to know.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 3)), 3, axis=1) + rng.normal(size=(300, 9))
    >>> data = pd.DataFrame(f, columns=list("abcdefghi"))
    >>> found = cu.marker_variable(data, {"x": list("abc"), "y": list("def")}, list("ghi"))
    >>> len(found.tests)
    3
    """

    models: pd.DataFrame
    tests: pd.DataFrame
    correlations: pd.DataFrame
    loadings: pd.DataFrame
    shared: float
    fits: dict[str, SemResult]
    n: int
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the models."""
        return self.models.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return models, tests and correlations."""
        notes = (
            f"n = {self.n}. Mean squared loading on the marker: {self.shared:.3f}.",
            "Williams, Hartman & Cavazotte 2010. A marker shows only the variance that it shares: "
            "no difference is no proof that there is no method variance.",
            *self.notes,
        )
        return (
            table_of("Marker variable: models", self.models, notes=notes),
            table_of("Marker variable: tests", self.tests),
            table_of("Correlations of constructs by model", self.correlations),
        )


def marker_variable(
    data: Data, constructs: Constructs | None, marker: str | Sequence[str], groups: Labels = None
) -> MarkerVariable:
    """Test for common method variance with a marker variable.

    Parameters
    ----------
    data
        Items of persons.
    constructs
        Items by construct; the measures of an instrument when None.
    marker
        The marker's items (three or more), or the name of the construct they make up.
    groups
        A column of the frame or one label for each person; they are not used in the tests.

    Returns
    -------
    MarkerVariable
        Models, tests, correlations by model, loadings on the marker.

    Raises
    ------
    InputError
        When the marker has fewer than three items or shares one with a construct.
    EstimationError
        When a model cannot be fitted; the message names it.

    References
    ----------
    Williams, Hartman & Cavazotte (2010), Organizational Research Methods 13:477.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 3)), 3, axis=1) + rng.normal(size=(300, 9))
    >>> data = pd.DataFrame(f, columns=list("abcdefghi"))
    >>> found = cu.marker_variable(data, {"x": list("abc"), "y": list("def")}, list("ghi"))
    >>> 0 <= found.shared < 0.1
    True
    """
    answers = answers_of(data, groups, None, least=5)
    listed = {k: tuple(v) for k, v in (constructs or answers.constructs).items()}
    if isinstance(marker, str):
        if marker not in listed:
            raise InputError(f"marker must be items or a construct, got {marker!r}")
        own = listed.pop(marker)
    else:
        own = tuple(marker)
    if len(own) < 3:
        raise InputError(f"marker must have at least three items, got {len(own)}")
    sets = constructs_with(answers_of(data, groups, listed), 2)
    both = sorted(set(own) & {item for items in sets.values() for item in items})
    if both:
        raise InputError(f"marker must have items of its own, got {both[0]!r} in a construct too")
    known = answers.only([*(i for s in sets.values() for i in s), *own]).complete()
    named = plain_names(known, {**sets, "marker": own})
    return _ladder(named, len(known.values), known.notes)


def _ladder(named: Named, n: int, notes: tuple[str, ...]) -> MarkerVariable:
    *factors, marker = named.sets
    items = [item for f in factors for item in named.sets[f]]
    base = "\n".join(f"{f} =~ {' + '.join(named.sets[f])}" for f in factors)
    free = f"{base}\n{marker} =~ {' + '.join(named.sets[marker])}"
    fits = {"cfa": _fit("cfa", free, named)}
    held = f"{base}\n{_held(fits['cfa'], marker, named)}"
    apart = "\n".join(f"{f} ~~ 0*{marker}" for f in factors)
    fits["baseline"] = _fit("baseline", f"{held}\n{apart}", named)
    equal = f"{marker} =~ " + " + ".join(f"m*{i}" for i in items)
    own = f"{marker} =~ " + " + ".join(items)
    fits["method_c"] = _fit("method_c", f"{held}\n{equal}\n{apart}", named)
    fits["method_u"] = _fit("method_u", f"{held}\n{own}\n{apart}", named)
    better = "method_u" if _test(fits, "method_c", "method_u")[2] < 0.05 else "method_c"
    kept = _between(fits["baseline"], factors)
    loads = own if better == "method_u" else equal
    fits["method_r"] = _fit("method_r", f"{held}\n{loads}\n{apart}\n{kept}", named)
    chosen = fits[better].standardized("all")
    share = chosen[(chosen["op"] == "=~") & (chosen["lhs"] == marker) & chosen["rhs"].isin(items)]
    return MarkerVariable(
        _models(fits), _tests(fits, better), _correlations(fits, factors, named),
        _loadings(fits, marker, items, named), float((share["est"] ** 2).mean()), fits, n,
        (*notes, f"method_r stands on {better}."),
    )  # fmt: skip


def _fit(name: str, model: str, named: Named) -> SemResult:
    fit = fit_quietly(model, named.data, std_lv=True)
    if isinstance(fit, NotComputed):
        raise EstimationError(f"the marker's model {name}: {fit.reason}")
    return fit


def _held(fit: SemResult, marker: str, named: Named) -> str:
    table = fit.estimates
    own = named.sets[marker]
    loading = table[(table["op"] == "=~") & (table["lhs"] == marker)].set_index("rhs")["est"]
    residual = table[(table["op"] == "~~") & (table["lhs"] == table["rhs"])].set_index("lhs")["est"]
    lines = [f"{marker} =~ " + " + ".join(f"{float(loading[i])!r}*{i}" for i in own)]
    return "\n".join([*lines, *(f"{i} ~~ {float(residual[i])!r}*{i}" for i in own)])


def _between(fit: SemResult, factors: list[str]) -> str:
    table = fit.estimates
    rows = table[(table["op"] == "~~") & table["lhs"].isin(factors) & table["rhs"].isin(factors)]
    return "\n".join(
        f"{r.lhs} ~~ {float(r.est)!r}*{r.rhs}" for r in rows_of(rows) if r.lhs != r.rhs
    )


def _test(fits: dict[str, SemResult], a: str, b: str) -> tuple[float, float, float]:
    one, two = fits[a].fit_measures, fits[b].fit_measures
    statistic, df = abs(one["chisq"] - two["chisq"]), abs(one["df"] - two["df"])
    return float(statistic), float(df), float(chi2.sf(statistic, df)) if df else float("nan")


def _tests(fits: dict[str, SemResult], better: str) -> pd.DataFrame:
    asked = (
        ("baseline", "method_c", "Do items share variance with the marker?"),
        ("method_c", "method_u", "Do they share unequal amounts?"),
        (better, "method_r", "Does it change the constructs' correlations?"),
    )
    rows = [(f"{a} and {b}", question, *_test(fits, a, b)) for a, b, question in asked]
    frame = pd.DataFrame(rows, columns=["models", "question", "chisq", "df", "p"])
    if better == "method_c":
        frame.loc[2, "models"] = "method_c and method_r"
    return frame


def _models(fits: dict[str, SemResult]) -> pd.DataFrame:
    keys = ("chisq", "df", "cfi", "rmsea", "srmr")
    rows = [(name, MODELS[name], *(float(fit.fit_measures[k]) for k in keys))
            for name, fit in fits.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["model", "words", *keys])


def _correlations(fits: dict[str, SemResult], factors: list[str], named: Named) -> pd.DataFrame:
    columns: dict[tuple[str, str], dict[str, float]] = {}
    for name, fit in fits.items():
        table = fit.standardized("all")
        for r in rows_of(table[table["op"] == "~~"]):
            if r.lhs != r.rhs and r.lhs in factors and r.rhs in factors:
                pair = (named.back[r.lhs], named.back[r.rhs])
                columns.setdefault(pair, {})[name] = float(r.est)
    return pd.DataFrame([{"first": a, "second": b, **values} for (a, b), values in columns.items()])


def _loadings(
    fits: dict[str, SemResult], marker: str, items: list[str], named: Named
) -> pd.DataFrame:
    out = pd.DataFrame({"item": [named.back[i] for i in items]})
    for name in ("method_c", "method_u"):
        table = fits[name].standardized("all")
        own = table[(table["op"] == "=~") & (table["lhs"] == marker)].set_index("rhs")["est"]
        out[name] = [float(own[i]) for i in items]
    return out
