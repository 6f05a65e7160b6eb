"""`path_errors`: the errors of every path, as they are and as few or clustered groups make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import t as student

from collective_use.checks import instance_of, number_between, quoted, valid_seed, whole_number
from collective_use.errors import EstimationError, InputError, NotSupported
from collective_use.groups.keys import group_keys
from collective_use.groups.results import Groups
from collective_use.numerics.structure.sandwich import bias_reduced, two_way, wild
from collective_use.numerics.types import Floats, Ints
from collective_use.structure.syntax import written
from collective_use.structure.values import find_model, group_data
from collective_use.syntax.model_text import parse_model

Clusters = str | Mapping[str, object]
"""A column of the persons, or the cluster of each group by its name."""

UNKNOWN = ("None", "nan", "<NA>", "")
"""How a cluster that is not known is written."""

COLUMNS = [
    "outcome", "predictor", "est", "se", "p", "se_cr2", "df_cr2", "lower", "upper", "p_cr2",
    "p_wild", "se_two_way",
]  # fmt: skip


def path_errors(
    groups: Groups,
    model: str = "M1",
    *,
    controls: Sequence[str] = (),
    cluster: Clusters | None = None,
    second: Clusters | None = None,
    repetitions: int = 1999,
    seed: int | None = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return every path of a model by least squares of group values, with errors for few groups.

    Each equation stands alone: values of groups as they are, with sampling error left in. It is
    asked here how far the errors can be trusted, not how large the paths are.

    Parameters
    ----------
    groups
        From `aggregate`.
    model
        Id of a model of measures in the instrument.
    controls
        Measures that enter every equation, beside those the model declares.
    cluster
        What groups belong to (a region, a sponsor): a column of the persons that is the same for
        all members of a group, or the cluster of each group by its name. By default every group
        stands alone.
    second
        A second kind of cluster, crossed with the first.
    repetitions, seed
        Of the wild bootstrap, where clusters are more than 12; else every pattern is looked at.
    confidence
        Of the limits.

    Returns
    -------
    pandas.DataFrame
        ``outcome, predictor, est``; ``se, p``: of least squares; ``se_cr2, df_cr2, lower, upper,
        p_cr2``: bias-reduced, t with Satterthwaite's degrees of freedom; ``p_wild``: wild cluster
        bootstrap with the null imposed; ``se_two_way``: two crossed kinds of cluster, NaN without.

    Raises
    ------
    InputError
        When a cluster is not known, or differs within a group.
    NotSupported
        When the model has latent variables.
    EstimationError
        When there are too few groups or clusters.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28:169; Pustejovsky & Tipton (2018), Journal of
    Business & Economic Statistics 36:672; Cameron, Gelbach & Miller (2008), Review of Economics and
    Statistics 90:414, (2011), Journal of Business & Economic Statistics 29:238.

    Examples
    --------
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> found = cu.path_errors(groups, "M1", repetitions=199)
    >>> len(found), bool((found["df_cr2"] < 54).all())
    (18, True)
    """
    instance_of("groups", groups, Groups, "what cu.aggregate(scores) returns")
    whole_number("repetitions", repetitions, at_least=99)
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    valid_seed(seed)
    text = written(find_model(groups.instrument, model), controls)
    if parse_model(text).latent:
        raise NotSupported(f"model {model} has latent variables: path_errors takes measures alone")
    data = group_data(groups, text)
    names = data.groups
    codes = np.arange(len(names)) if cluster is None else _codes(groups, cluster, names, "cluster")
    other = None if second is None else _codes(groups, second, names, "second")
    rng = np.random.default_rng(seed)
    rows = []
    for outcome, predictors in _equations(text).items():
        if len(names) <= len(predictors) + 1:
            raise EstimationError(
                f"{len(names)} groups are too few for {len(predictors)} predictors of {outcome}"
            )
        X = np.column_stack([np.ones(len(names)), data.frame[predictors].to_numpy(float)])
        y = data.frame[outcome].to_numpy(float)
        found = _equation(X, y, codes, other, (repetitions, confidence), rng)
        rows += [(outcome, name, *row) for name, row in zip(predictors, found, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _equations(text: str) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for s in parse_model(text).statements:
        if s.op == "~" and s.rhs not in out.setdefault(s.lhs, []):
            out[s.lhs].append(s.rhs)
    return out


def _equation(
    X: Floats, y: Floats, codes: Ints, other: Ints | None, asked: tuple[int, float],
    rng: np.random.Generator,
) -> list[tuple[float, ...]]:  # fmt: skip
    repetitions, confidence = asked
    n, k = X.shape
    found = bias_reduced(X, y, codes)
    rest = y - X @ found.coef
    plain = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * (rest @ rest) / (n - k))
    se = np.sqrt(np.diag(found.cov))
    half: Floats = np.asarray(student.ppf((1 + confidence) / 2, found.df)) * se
    p = 2 * np.asarray(student.sf(np.abs(found.coef / plain), n - k))
    p_cr2 = 2 * np.asarray(student.sf(np.abs(found.coef / se), found.df))
    both = np.full(k, np.nan)
    if other is not None:
        both[:] = np.sqrt(np.diag(two_way(X, y, codes, other)))
    out = []
    for j in range(1, k):
        p_wild = wild(X, y, codes, j, repetitions, rng)
        low, high = found.coef[j] - half[j], found.coef[j] + half[j]
        row = (found.coef[j], plain[j], p[j], se[j], found.df[j], low, high, p_cr2[j], p_wild)
        out.append((*(float(value) for value in row), float(both[j])))
    return out


def _codes(groups: Groups, cluster: Clusters, names: tuple[str, ...], word: str) -> Ints:
    of = _of_persons(groups, cluster, word) if isinstance(cluster, str) else dict(cluster)
    missing = [name for name in names if str(of.get(name)) in UNKNOWN]
    if missing:
        raise InputError(f"{word} must be known for every group, it is not for {quoted(missing)}")
    codes = pd.factorize(pd.Series([str(of[name]) for name in names]))[0]
    if codes.max() < 1:
        raise EstimationError(f"{word} puts all groups into one: errors need two clusters or more")
    return np.asarray(codes, dtype=np.intp)


def _of_persons(groups: Groups, column: str, word: str) -> dict[str, object]:
    persons = groups.scores.responses.persons
    if column not in persons.columns:
        raise InputError(
            f"{word} must be a column of the persons ({quoted(list(persons.columns))}) or the "
            f"cluster of each group by its name, got {column!r}"
        )
    keys = group_keys(persons, groups.scores.responses.members)
    name = pd.Series(keys.names)[keys.codes].to_numpy()
    pairs = pd.DataFrame({"group": name, "cluster": persons[column].to_numpy()}).dropna()
    counts = pairs.groupby("group")["cluster"].nunique()
    several = [str(group) for group in counts.index[counts > 1]]
    if several:
        raise InputError(
            f"{word} {column!r} must be the same for all members of a group, it differs in "
            f"{quoted(several[:5])}"
        )
    first = pairs.drop_duplicates("group")
    return dict(zip(first["group"].astype(str), first["cluster"], strict=True))
