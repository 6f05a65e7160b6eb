"""`compare_models`: rivals on the same groups, and what no such data can decide."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from collective_use.accepted import PlainDict
from collective_use.checks import instance_of, one_of, whole_number
from collective_use.errors import EstimationError, InputError
from collective_use.groups.results import Groups
from collective_use.numerics.moments import Floats
from collective_use.numerics.sem.model import moments
from collective_use.record import Record
from collective_use.results import Result, Table, TableRow, plain, table_of
from collective_use.sem.goodness.fit_measures import scaled_fit_measures
from collective_use.sem.goodness.tests_of_fit import p_of
from collective_use.structure.rivals.nesting import NESTED, nesting, told_apart
from collective_use.structure.syntax import written
from collective_use.structure.values import find_model, group_data
from collective_use.structure.ways.data import measured
from collective_use.structure.ways.moments import (
    MomentFit,
    corrected_covariances,
    fit_moments,
    plain_covariances,
    refitted,
)
from collective_use.structure.ways.rule import choose, power_note, reliabilities

WAYS = ("auto", "means", "corrected")

NO_VERDICT = (
    "No figure of this table is a verdict. In simulations of full mediation with 60 groups the "
    "chi-square test rejected the model of one mechanism, which is wrong, in little more than half "
    "of the studies, and BIC preferred it to the true model in three of four: few groups make the "
    "smallest model look best."
)


@dataclass(frozen=True)
class ModelComparison(Result):
    """Rival models side by side.

    Attributes
    ----------
    models
        One row a model: `model`, `title`, `variables`, `groups`, `npar`, `df`, `chisq` (scaled
        where the way allows), `p`, `cfi`, `rmsea`, `srmr`, `aic`, `bic`, `weight` (Akaike
        weight among models of the same variables), `cv` (loss on groups left out, less the
        least), `reason` (why a model could not be fitted, else empty).
    differences
        One row a nested pair: `smaller`, `larger`, `chisq`, `df`, `p`.
    nesting
        A square of words: `nested`, `equivalent` or blank; known before any data.
    sentences
        What the square says, and what no table can decide.
    way
        How the models were fitted.
    groups
        Names of the groups, the same for all models.
    record
        Groups left out, and why.

    Examples
    --------
    >>> import warnings
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> found = cu.compare_models(groups, ["M1", "M5"], folds=0)
    >>> found.nesting.loc["M5", "M1"], round(float(abs(found.models["chisq"].diff()[1])), 4)
    ('equivalent', 0.0)
    """

    models: pd.DataFrame
    differences: pd.DataFrame
    nesting: pd.DataFrame
    sentences: tuple[str, ...]
    way: str
    groups: tuple[str, ...]
    record: Record

    def to_frame(self) -> pd.DataFrame:
        """Return one row a model."""
        return self.models.copy()

    def to_dict(self) -> PlainDict:
        """Return everything as plain values."""
        square = {
            row: {column: str(self.nesting.loc[row, column]) for column in self.nesting.columns}
            for row in self.nesting.index
        }
        return {
            "way": self.way,
            "groups": list(self.groups),
            "models": plain(self.models),
            "differences": plain(self.differences),
            "nesting": square,
            "sentences": list(self.sentences),
            "record": self.record.to_dict(),
        }

    def tables(self) -> tuple[Table, ...]:
        """Return models, nesting and difference tests."""
        square = self.nesting.rename_axis("is nested in").reset_index()
        title = f"Models ({len(self.groups)} groups, way: {self.way})"
        return (
            table_of(title, self.models, notes=("chisq: scaled; cv: 0 predicts groups best.",)),
            table_of("Is the model of the row nested in that of the column?", square),
            table_of("Differences of nested models", self.differences, notes=self.sentences),
        )


def compare_models(
    groups: Groups,
    models: Sequence[str],
    *,
    way: str = "auto",
    controls: Sequence[str] = (),
    folds: int = 5,
    seed: int | None = 1,
) -> ModelComparison:
    """Fit rival models of an instrument to the same groups and compare them.

    Parameters
    ----------
    groups
        From `aggregate`.
    models
        Ids of two or more models in the instrument.
    way
        ``"auto"`` (by the rule of `fit_structure`), ``"means"`` or ``"corrected"``: rivals are
        compared by measures, on the same covariances.
    controls
        Measures that enter every equation of every model.
    folds
        Groups are parted so often, each part predicted from the others, over ten partitions; 0
        leaves it out.
    seed
        Of the partitions.

    Returns
    -------
    ModelComparison
        `models`, `differences`, `nesting`, `sentences`.

    Raises
    ------
    InputError
        When fewer than two models are named, or one is not known.
    EstimationError
        When there are too few groups.

    References
    ----------
    Bentler & Satorra (2010), Psychological Methods 15:111 (nesting); Burnham & Anderson (2002),
    Model selection and multimodel inference (weights); Cudeck & Browne (1983), Multivariate
    Behavioral Research 18:147 (cross-validation); Satorra & Bentler (2001), Psychometrika 66:507.

    Examples
    --------
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> cu.compare_models(groups, ["M1", "M5"], folds=0).sentences[0]
    'M5 and M1 cannot be told apart by any cross-sectional data: they imply the same covariances.'
    """
    instance_of("groups", groups, Groups, "what cu.aggregate(scores) returns")
    one_of("way", way, WAYS)
    whole_number("folds", folds, at_least=0)
    if isinstance(models, str) or len(set(models)) < 2:
        raise InputError(f"models must name two or more models of the instrument, got {models!r}")
    texts = {
        name: written(find_model(groups.instrument, name), controls)
        for name in dict.fromkeys(models)
    }
    shared, record = _same_groups(groups, texts)
    square = nesting(texts)
    titles = {name: _title(groups, name) for name in texts}
    fits, reasons, chosen, power = _fits(shared, texts, way)
    frame = _frame(texts, titles, fits, reasons)
    if folds:
        frame["cv"] = _cross_validated(fits, frame, folds, seed)
    differences = _differences(square, fits)
    sentences = (*told_apart(square), *filter(None, [power]), NO_VERDICT)
    kept = tuple(shared.values["group"].astype(str))
    return ModelComparison(frame, differences, square, sentences, chosen, kept, record)


def _title(groups: Groups, name: str) -> str:
    words = find_model(groups.instrument, name).name
    return words.get(groups.instrument.languages[0]) or next(iter(words.values()), "")


def _same_groups(groups: Groups, texts: Mapping[str, str]) -> tuple[Groups, Record]:
    """Return the groups that have every measure of every model."""
    record = Record()
    kept = set(groups.values["group"].astype(str))
    for text in texts.values():
        data = group_data(groups, text)
        kept &= set(data.groups)
        record = record.joined(data.record)
    inside = groups.values["group"].astype(str).isin(kept)
    return replace(groups, values=groups.values[inside].reset_index(drop=True)), record


def _fits(
    groups: Groups, texts: Mapping[str, str], way: str
) -> tuple[dict[str, MomentFit], dict[str, str], str, str]:
    fits, reasons, power, chosen = {}, {}, "", way
    for name, text in texts.items():
        data = measured(groups, text)
        if chosen == "auto":
            chosen = choose(data, latent=False).way
        if not power and data.sampled:
            known = list(reliabilities(data).values())
            power = power_note(len(data.groups), float(np.mean(known)))
        try:
            covariances = (
                corrected_covariances(data) if chosen == "corrected" else plain_covariances(data)
            )
            fits[name] = fit_moments(text, data, covariances)
        except EstimationError as problem:
            reasons[name] = str(problem)
    return fits, reasons, chosen, power


def _frame(
    texts: Mapping[str, str], titles: Mapping[str, str], fits: Mapping[str, MomentFit],
    reasons: Mapping[str, str],
) -> pd.DataFrame:  # fmt: skip
    rows = []
    for name in texts:
        row: TableRow = {"model": name, "title": titles[name]}
        if name in fits:
            row |= _row(fits[name])
        rows.append(row | {"reason": reasons.get(name, "")})
    columns = [
        "model", "title", "variables", "groups", "npar", "df", "chisq", "p", "cfi", "rmsea", "srmr",
        "aic", "bic", "weight", "cv", "reason",
    ]  # fmt: skip
    frame = pd.DataFrame(rows).reindex(columns=columns)
    sets = frame["model"].map(lambda name: _variables(fits, name))
    for _, part in frame.groupby(sets):
        gap = part["aic"] - part["aic"].min()
        weight = np.exp(-gap / 2)
        frame.loc[part.index, "weight"] = weight / weight.sum()
    return frame


def _variables(fits: Mapping[str, MomentFit], name: str) -> str:
    """Return the variables of a model as one text: only models of the same ones compare."""
    if name not in fits:
        return ""
    return " ".join(sorted(fits[name].fit.table.blocks[0].observed))


def _row(found: MomentFit) -> TableRow:
    solution = found.fit.solution
    measures = scaled_fit_measures(solution, found.scaled)
    scaled = ".scaled" if found.scaled is not None else ""
    statistic = measures["chisq"]
    q, n = solution.n_parameters, solution.data.n
    return {
        "variables": len(solution.table.blocks[0].observed),
        "groups": int(n),
        "npar": q,
        "df": solution.df,
        "chisq": measures[f"chisq{scaled}"],
        "p": measures[f"pvalue{scaled}"],
        "cfi": measures["cfi"],
        "rmsea": measures["rmsea"],
        "srmr": measures["srmr"],
        # relative to the saturated model: only differences between models count
        "aic": statistic + 2 * q,
        "bic": statistic + q * math.log(n),
    }


def _cross_validated(
    fits: Mapping[str, MomentFit], frame: pd.DataFrame, folds: int, seed: int | None
) -> pd.Series[float]:
    """Return the loss on groups left out, less the least among models of the same variables."""
    out = pd.Series(np.nan, index=frame.index, dtype=float)
    if not fits:
        return out
    G = int(next(iter(fits.values())).fit.n)
    test = _partitions(G, min(folds, G // 2), seed)
    for i, name in zip(frame.index, frame["model"], strict=True):
        if name in fits:
            out[i] = _loss(fits[name], test)
    sets = frame["model"].map(lambda name: _variables(fits, name))
    least = out.groupby(sets).transform("min")
    return out - least


def _partitions(G: int, folds: int, seed: int | None) -> Floats:
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(10):
        part = rng.permutation(np.arange(G) % folds)
        rows += [(part == k).astype(float) for k in range(folds)]
    return np.array(rows)


def _loss(found: MomentFit, test: Floats) -> float:
    train = found.covariances(1.0 - test)
    theta = refitted(found.fit.solution, train)
    good = ~np.isnan(theta).any(axis=1)
    Sigma = moments(found.fit.solution.model.blocks[0], theta[good]).Sigma
    seen = found.covariances(test[good])
    loss = np.linalg.slogdet(Sigma)[1] + np.einsum("rab,rba->r", np.linalg.inv(Sigma), seen)
    return float(loss.mean())


def _differences(square: pd.DataFrame, fits: Mapping[str, MomentFit]) -> pd.DataFrame:
    rows = [
        _difference(small, large, fits[small], fits[large])
        for small in square.index
        for large in square.columns
        if square.loc[small, large] == NESTED and small in fits and large in fits
    ]
    return pd.DataFrame(rows, columns=["smaller", "larger", "chisq", "df", "p", "note"])


def _difference(small: str, large: str, first: MomentFit, second: MomentFit) -> TableRow:
    """Return Satorra and Bentler's (2001) difference; not computed where its scaling is not."""
    a, b = first.fit.solution, second.fit.solution
    gap = 2 * a.data.n * (a.objective.value(a.theta) - b.objective.value(b.theta))
    df = a.df - b.df
    row: TableRow = {"smaller": small, "larger": large, "df": df, "chisq": math.nan, "p": math.nan}
    traces = [found.scaled[0].trace if found.scaled else 0.0 for found in (first, second)]
    scaling = (traces[0] - traces[1]) / df if df > 0 else math.nan
    if not scaling > 0:
        return row | {"note": "the correction of the difference is not positive: no test"}
    value = max(gap, 0.0) / scaling
    return row | {"chisq": value, "p": p_of(value, df), "note": ""}
