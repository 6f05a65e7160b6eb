"""`specification_curve`: one effect over all defensible choices, and what chance would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.checks import instance_of, one_of, quoted, valid_seed, whole_number
from collective_use.errors import EstimationError, InputError
from collective_use.groups.results import Groups
from collective_use.numerics.structure.between import GroupParts, between_covariances
from collective_use.numerics.types import Floats
from collective_use.results import Result, Table, plain, table_of
from collective_use.structure.answers.effects import defined, effects_frame, monte_carlo
from collective_use.structure.answers.sizes import ends_of
from collective_use.structure.syntax import written
from collective_use.structure.values import find_model
from collective_use.structure.ways.data import Measured, measured
from collective_use.structure.ways.moments import (
    MomentFit,
    corrected_covariances,
    fit_moments,
    plain_covariances,
    refitted,
)
from collective_use.structure.ways.rule import choose

WAYS = ("means", "corrected")


@dataclass(frozen=True)
class SpecificationCurve(Result):
    """One effect over all defensible choices.

    Attributes
    ----------
    effect
        Its name.
    route
        What it runs over.
    specifications
        One row a choice, smallest estimate first: ``data, way, model, controls, least, groups, est,
        lower, upper, p, reason`` (why it could not be fitted, else empty).
    median
        Of the estimates.
    share
        Share of estimates with the commoner sign.
    p_median, p_share
        How often shuffled data give a median as far from zero, or a share as large.
    permutations
        Number of shuffles that could be fitted.

    Examples
    --------
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> cu.specification_curve(groups, "ind_pim_dcb", ways=["means"], permutations=0).route
    'pim -> dcb -> cdu'
    """

    effect: str
    route: str
    specifications: pd.DataFrame
    median: float
    share: float
    p_median: float
    p_share: float
    permutations: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row a specification."""
        return self.specifications.copy()

    def to_dict(self) -> PlainDict:
        """Return everything as plain values."""
        return {
            "effect": self.effect,
            "route": self.route,
            "specifications": plain(self.specifications),
            "median": self.median,
            "share": self.share,
            "p_median": self.p_median,
            "p_share": self.p_share,
            "permutations": self.permutations,
        }

    def tables(self) -> tuple[Table, ...]:
        """Return the curve with its test."""
        fitted = int((self.specifications["reason"] == "").sum())
        notes = (
            f"Median {self.median:.3f} (p = {self.p_median:.3f}); {self.share:.0%} have one sign "
            f"(p = {self.p_share:.3f}); {self.permutations} shuffles of the measure it begins at.",
            f"{len(self.specifications) - fitted} of {len(self.specifications)} choices could not "
            "be fitted; their reasons are in to_frame().",
        )
        title = f"{self.route or self.effect} over {fitted} defensible choices"
        return (table_of(title, self.specifications.drop(columns="reason"), notes=notes),)


@dataclass(frozen=True)
class _Fitted:
    data: Measured
    moments: MomentFit
    way: str
    place: int
    start: str


def specification_curve(
    groups: Groups | Mapping[str, Groups],
    effect: str,
    *,
    models: Sequence[str] = ("M1", "M2"),
    ways: Sequence[str] = WAYS,
    controls: Sequence[Sequence[str]] = ((),),
    least: Sequence[int] = (0,),
    permutations: int = 500,
    seed: int | None = 1,
) -> SpecificationCurve:
    """Estimate one effect under all defensible choices, and test them together.

    Parameters
    ----------
    groups
        From `aggregate`; or several by name, for choices made before (a form, screening, a cut-off
        of agreement).
    effect
        Name of an effect that every model defines (``ind_pim_dcb``).
    models
        Models of the instrument that hold it.
    ways
        ``"means"``, ``"corrected"``.
    controls
        Sets of measures that enter every equation; an empty set for none.
    least
        Fewest respondents of a group that is kept; 0 keeps all.
    permutations
        How often the measure that the effect begins at is shuffled over groups; 0 for none.
    seed
        Of the shuffles.

    Returns
    -------
    SpecificationCurve
        The curve, and how often chance alone gives one as far from zero. The share of significant
        specifications, Simonsohn's third statistic, is not tested: it rests on the same p-values.

    Raises
    ------
    InputError
        When no specification can be fitted, or a model does not define the effect.

    References
    ----------
    Simonsohn, Simmons & Nelson (2020), Nature Human Behaviour 4:1208.

    Examples
    --------
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> curve = cu.specification_curve(groups, "ind_pim_dcb", permutations=20)
    >>> len(curve.to_frame()), curve.share
    (4, 1.0)
    """
    sets = groups if isinstance(groups, Mapping) else {"": groups}
    for one in sets.values():
        instance_of("groups", one, Groups, "what cu.aggregate(scores) returns")
    for way in ways:
        one_of("ways", way, WAYS)
    whole_number("permutations", permutations, at_least=0)
    valid_seed(seed)
    for name, word in (
        (models, "models"),
        (ways, "ways"),
        (controls, "controls"),
        (least, "least"),
    ):
        if isinstance(name, str) or not len(name):
            raise InputError(f"{word} must be a list with one choice or more, got {name!r}")
    rows, fits = [], []
    for (label, data), way, model, added, fewest in product(
        sets.items(), ways, models, controls, least
    ):
        row = {"data": label, "way": way, "model": model, "controls": " + ".join(added),
               "least": fewest}  # fmt: skip
        try:
            fitted, answer = _one(_large(data, fewest), effect, model, way, added, seed)
        except EstimationError as problem:
            rows.append(row | {"reason": str(problem)})
            continue
        fits.append(fitted)
        rows.append(row | answer | {"reason": ""})
    if not fits:
        raise InputError(f"no choice could be fitted; the first: {rows[0]['reason']}")
    frame = pd.DataFrame(rows).sort_values("est", kind="stable", ignore_index=True)
    est = frame["est"].dropna().to_numpy(float)
    median, share = float(np.median(est)), _share(est)
    shuffled = _shuffled(fits, permutations, seed)
    medians = np.abs(np.median(shuffled, axis=1))
    shares = np.array([_share(line) for line in shuffled])
    route = str(next(row["route"] for row in rows if "route" in row))
    columns = ["data", "way", "model", "controls", "least", "groups", "est", "lower", "upper", "p",
               "reason"]  # fmt: skip
    return SpecificationCurve(
        effect, route, frame[columns], median, share,
        _level(medians, abs(median)), _level(shares, share), len(shuffled),
    )  # fmt: skip


def _share(est: Floats) -> float:
    return float(max((est > 0).mean(), (est < 0).mean()))


def _level(drawn: Floats, seen: float) -> float:
    """Return the p of a permutation test, the data seen among the shuffles."""
    if not len(drawn):
        return float("nan")
    return float((1 + (drawn >= seen - 1e-12).sum()) / (1 + len(drawn)))


def _large(groups: Groups, fewest: int) -> Groups:
    kept = groups.values["n"] >= fewest
    if not kept.any():
        raise EstimationError(f"no group has {fewest} respondents or more")
    return replace(groups, values=groups.values[kept].reset_index(drop=True))


def _one(
    groups: Groups, effect: str, model: str, way: str, added: Sequence[str], seed: int | None
) -> tuple[_Fitted, dict[str, object]]:
    text = written(find_model(groups.instrument, model), added)
    data = measured(groups, text)
    if way == "corrected":
        choose(data, latent=False)
        covariances = corrected_covariances(data)
    else:
        covariances = plain_covariances(data)
    if len(data.groups) <= len(data.names):
        raise EstimationError(f"{len(data.groups)} groups for {len(data.names)} measures")
    moments = fit_moments(text, data, covariances)
    names = [name for name, _ in moments.fit.solution.constraints.definitions]
    if effect not in names:
        raise InputError(f"model {model} does not define {effect!r}; it has {quoted(names)}")
    drawn = monte_carlo(moments.fit, float(moments.df), repetitions=5000, seed=seed)
    shown = effects_frame(moments.fit, drawn)
    shown = shown[shown["effect"] == effect]
    route = str(shown["route"].item())
    ends = ends_of(route)
    if ends is None or ends[0] not in data.names:
        raise InputError(f"{effect!r} does not run from one measure to another")
    fitted = _Fitted(data, moments, way, names.index(effect), ends[0])
    answer: dict[str, object] = {key: shown[key].item() for key in ("est", "lower", "upper", "p")}
    return fitted, answer | {"groups": len(data.groups), "route": route}


def _shuffled(fits: Sequence[_Fitted], permutations: int, seed: int | None) -> Floats:
    """Return estimates (R, specifications) of shuffled data; a shuffle that fails is left out."""
    rng = np.random.default_rng(seed)
    everyone = sorted({name for found in fits for name in found.data.groups})
    keys = rng.random((permutations, len(everyone)))
    place = {name: k for k, name in enumerate(everyone)}
    columns = [_estimates(found, keys[:, [place[n] for n in found.data.groups]]) for found in fits]
    out = np.stack(columns, axis=1)
    return np.asarray(out[~np.isnan(out).any(axis=1)])


def _estimates(found: _Fitted, keys: Floats) -> Floats:
    """Return one effect for every shuffle, (R,): groups take a measure of others by their keys."""
    data, solution = found.data, found.moments.fit.solution
    order = [data.names.index(name) for name in solution.table.blocks[0].observed]
    at = data.names.index(found.start)
    ones = np.ones((1, len(data.groups)))
    S = []
    for key in keys:
        between = between_covariances(_moved(data.parts, at, np.argsort(key)), ones)
        one = between.corrected[0] if found.way == "corrected" else between.observed[0]
        S.append(one[np.ix_(order, order)])
    if not S:
        return np.zeros(0)
    theta = refitted(solution, np.array(S))
    return np.asarray(defined(solution.constraints, theta)[:, found.place])


def _moved(parts: GroupParts, at: int, order: np.ndarray) -> GroupParts:
    """Return groups that take one measure, and its error, from others: it shares nothing more."""
    means, cross, share = parts.means.copy(), parts.cross.copy(), parts.share.copy()
    df = parts.df.copy()
    means[:, at] = parts.means[order, at]
    for array, source in ((cross, parts.cross), (df, parts.df), (share, parts.share)):
        own = source[order, at, at]
        if array is not df:
            array[:, at, :] = array[:, :, at] = 0.0
        array[:, at, at] = own
    return replace(parts, means=means, cross=cross, df=df, share=share)
