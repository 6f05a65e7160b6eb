"""How many factors: every rule in one table, and a sentence where they disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from collective_use.accepted import Labels
from collective_use.checks import one_of, valid_seed, whole_number
from collective_use.errors import EstimationError, InputError
from collective_use.measurement.answers import Answers, Data, answers_of
from collective_use.measurement.correlations import (
    KINDS,
    Correlations,
    Floats,
    correlations_of,
    positive_definite,
)
from collective_use.measurement.factors.graph import Communities, communities_of
from collective_use.numerics.factors.comparison import comparison_data, hull
from collective_use.numerics.factors.number import (
    Parallel,
    all_eigenvalues,
    all_reduced_eigenvalues,
    eigenvalues,
    empirical_kaiser,
    minimum_partial,
    normal_correlations,
    parallel_from,
    reduced_eigenvalues,
    sampling_adequacy,
    sphericity,
)
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, Result, Table, table_of

RULES: dict[str, tuple[str, str]] = {
    "parallel": ("parallel analysis, components, 95th percentile", "Horn 1965; Glorfeld 1995"),
    "parallel_mean": ("parallel analysis, components, mean", "Horn 1965"),
    "parallel_factors": (
        "parallel analysis, factors, 95th percentile",
        "Humphreys & Montanelli 1975",
    ),
    "map": ("minimum average partial", "Velicer 1976"),
    "map_revised": ("minimum average partial, fourth power", "Velicer, Eaton & Fava 2000"),
    "empirical_kaiser": ("empirical Kaiser criterion", "Braeken & van Assen 2017"),
    "hull": ("Hull, by CFI", "Lorenzo-Seva, Timmerman & Kiers 2011"),
    "comparison_data": ("comparison data", "Ruscio & Roche 2012"),
    "graph": ("exploratory graph analysis", "Golino & Epskamp 2017"),
    "kaiser": ("eigenvalues above 1 (finds too many: not counted)", "Kaiser 1960"),
}
"""Rule -> what it is, and whose."""

NOT_COUNTED = ("kaiser", "parallel_mean")

Adequacy: TypeAlias = tuple[Floats, float, tuple[float, int, float]]


@dataclass(frozen=True)
class FactorCount(Result):
    """How many factors the rules find.

    Attributes
    ----------
    rules
        One row a rule: `rule`, `factors`, `name`, `source`, `reason` where it was not computed.
    eigenvalues
        One row a place: `observed`, and `mean` and `quantile` of chance, for components and
        factors.
    kmo, kmo_items
        Kaiser-Meyer-Olkin measure of sampling adequacy, over all and by item.
    bartlett
        Chi-square, df and p of Bartlett's (1951) test that all correlations are 0.
    suggested
        The number that most rules find; None when no number leads.
    sentence
        Agreement of the rules in words.
    communities
        The graph, with the stability of items over bootstrapped groups or persons.
    correlation, n
        Kind of correlations and the cases behind them.
    notes
        What a reader has to know.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> hs = pd.read_csv(cu.sample_path("lq2002.csv"))[["LEAD01", "LEAD02", "LEAD03", "TSIG01",
    ...     "TSIG02", "TSIG03"]]
    >>> cu.factor_count(hs, repetitions=50).suggested
    2
    """

    rules: pd.DataFrame
    eigenvalues: pd.DataFrame
    kmo: float
    kmo_items: pd.Series
    bartlett: tuple[float, int, float]
    suggested: int | None
    sentence: str
    communities: Communities | NotComputed
    correlation: str
    n: int
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return the rules: `rule, factors, name, source, reason`."""
        return self.rules.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return the rules and the eigenvalues."""
        chisq, df, p = self.bartlett
        chance = "p < .001" if p < 0.001 else f"p = {p:.3f}"
        fit = (
            self.sentence,
            f"KMO {self.kmo:.2f} (items {self.kmo_items.min():.2f} to {self.kmo_items.max():.2f}); "
            f"Bartlett chi-square({df}) = {chisq:.1f}, {chance}.",
            f"Correlations: {self.correlation}; n = {self.n}.",
        )
        shown = self.rules[["name", "factors", "source", "reason"]]
        return (
            table_of("How many factors", shown, notes=(*fit, *self.notes)),
            table_of("Eigenvalues", self.eigenvalues),
        )


@single_threaded
def factor_count(
    data: Data,
    groups: Labels = None,
    *,
    correlation: Literal["pearson", "polychoric", "within", "between"] = "pearson",
    repetitions: int = 100,
    most: int | None = None,
    seed: int | None = 1,
) -> FactorCount:
    """Ask how many factors the items have, by ten rules.

    Parameters
    ----------
    data
        Items of persons: a frame, an array, responses or scores. Persons with a missing item are
        left out and counted.
    groups
        A column of the frame or one label for each person; then whole groups are drawn in the
        bootstrap of items' stability.
    correlation
        ``"pearson"``, ``"polychoric"``, ``"within"`` or ``"between"`` groups.
    repetitions
        Chance matrices of parallel analysis, and bootstrap samples of the graph.
    most
        Largest number of factors that Hull and comparison data look at; two more than parallel
        analysis finds when None.
    seed
        Of all draws.

    Returns
    -------
    FactorCount
        Rules, eigenvalues, KMO, Bartlett, and a sentence.

    Raises
    ------
    InputError
        When there are fewer than three items, an item is constant or doubled, persons are fewer
        than items, or correlations are not positive definite.

    References
    ----------
    See `RULES`; KMO: Kaiser (1974), Psychometrika 39:31. KMO and Bartlett by factor_analyzer.

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 4, axis=1)
    >>> cu.factor_count(f + rng.normal(size=f.shape), repetitions=50).suggested
    2
    """
    one_of("correlation", correlation, KINDS)
    whole_number("repetitions", repetitions, at_least=20)
    valid_seed(seed)
    answers = answers_of(data, groups, least=3)
    found = correlations_of(answers, correlation)
    p = len(found.items)
    if found.n <= p:
        raise InputError(f"cases must be more than items, got {found.n} cases and {p} items")
    if not positive_definite(found.matrix):
        raise InputError(
            f"the {correlation} correlations must be positive definite, but their smallest "
            "eigenvalue is not above 0: an item is a sum of others, or too few cases stand behind "
            "them; leave items out, or take another correlation"
        )
    rng = np.random.default_rng(seed)
    chance = normal_correlations(found.n, p, repetitions, rng)
    components = parallel_from(eigenvalues(found.matrix), all_eigenvalues(chance))
    factors = parallel_from(reduced_eigenvalues(found.matrix), all_reduced_eigenvalues(chance))
    upper = most or min(max(components.factors_quantile, factors.factors_quantile, 1) + 2, p - 2)
    counts: dict[str, int | NotComputed] = {
        "parallel": components.factors_quantile,
        "parallel_mean": components.factors_mean,
        "parallel_factors": factors.factors_quantile,
        **_closed(found, components.observed),
        "hull": _hull(found, upper),
        "comparison_data": _comparison(answers, found, upper, rng),
    }
    graph = communities_of(answers, found, repetitions=repetitions, rng=rng)
    counts["graph"] = graph if isinstance(graph, NotComputed) else graph.count
    counts["kaiser"] = int((components.observed > 1).sum())
    suggested, sentence = _verdict(counts)
    kmo_items, kmo, bartlett = _adequacy(found, answers)
    return FactorCount(
        _rules(counts), _eigenvalues(components, factors), kmo,
        pd.Series(kmo_items, index=list(found.items), name="kmo"), bartlett, suggested, sentence,
        graph, correlation, found.n, found.notes,
    )  # fmt: skip


def _closed(found: Correlations, observed: Floats) -> dict[str, int]:
    partial = minimum_partial(found.matrix)
    return {
        "map": partial.original,
        "map_revised": partial.revised,
        "empirical_kaiser": empirical_kaiser(observed, found.n)[1],
    }


def _hull(found: Correlations, most: int) -> int | NotComputed:
    try:
        return hull(found.matrix, found.n, most).factors
    except EstimationError as problem:
        return NotComputed(str(problem))


def _comparison(
    answers: Answers, found: Correlations, most: int, rng: np.random.Generator
) -> int | NotComputed:
    if found.kind != "pearson":
        return NotComputed("comparison data reproduce the answers of persons: pearson only")
    values = answers.complete().values.to_numpy()
    return comparison_data(values, most, rng, samples=200, population=5000).factors


def _adequacy(found: Correlations, answers: Answers) -> Adequacy:
    """Return KMO by item and over all, and Bartlett's test; by factor_analyzer where it can."""
    if found.kind == "pearson":
        from factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

        values = answers.complete().values.to_numpy()
        by_item, overall = calculate_kmo(values)
        chisq, p_value = calculate_bartlett_sphericity(values)
        df = values.shape[1] * (values.shape[1] - 1) // 2
        test = (float(chisq), df, float(p_value))
        return np.asarray(by_item, float), float(overall), test
    items, overall = sampling_adequacy(found.matrix)
    return items, overall, sphericity(found.matrix, found.n)


def _rules(counts: dict[str, int | NotComputed]) -> pd.DataFrame:
    rows: list[tuple[str, int | None, str, str, str]] = []
    for rule, count in counts.items():
        name, source = RULES[rule]
        if isinstance(count, NotComputed):
            rows.append((rule, None, name, source, count.reason))
        else:
            rows.append((rule, count, name, source, ""))
    frame = pd.DataFrame(rows, columns=["rule", "factors", "name", "source", "reason"])
    return frame.astype({"factors": "Int64"})


def _eigenvalues(components: Parallel, factors: Parallel) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": np.arange(1, len(components.observed) + 1),
            "components": components.observed, "components_mean": components.mean,
            "components_95": components.quantile,
            "factors": factors.observed, "factors_mean": factors.mean,
            "factors_95": factors.quantile,
        }
    )  # fmt: skip


def _verdict(counts: dict[str, int | NotComputed]) -> tuple[int | None, str]:
    votes = {
        rule: count
        for rule, count in counts.items()
        if rule not in NOT_COUNTED and not isinstance(count, NotComputed)
    }
    values = list(votes.values())
    tally = sorted(set(values), key=lambda k: (-values.count(k), k))
    best = tally[0]
    times = values.count(best)
    word = "factor" if best == 1 else "factors"
    if times == len(values):
        return best, f"All {times} rules find {best} {word}."
    others = _others(votes, best)
    if len(tally) > 1 and values.count(tally[1]) == times:
        return None, f"The rules do not agree: {_others(votes, None)}."
    return best, f"{times} of {len(values)} rules find {best} {word}; {others}."


def _others(votes: dict[str, int], best: int | None) -> str:
    by_count: dict[int, list[str]] = {}
    for rule, count in votes.items():
        if count != best:
            by_count.setdefault(count, []).append(RULES[rule][0].split(",")[0])
    return "; ".join(
        f"{_listed(names)} {'find' if len(set(names)) > 1 else 'finds'} {count}"
        for count, names in sorted(by_count.items())
    )


def _listed(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else ", ".join(unique[:-1]) + " and " + unique[-1]
