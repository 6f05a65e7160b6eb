"""Common method variance without a marker: a weak check and a diagnostic, called what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from collective_use.accepted import Labels
from collective_use.errors import EstimationError
from collective_use.frames import records_of
from collective_use.measurement.answers import Constructs, Data, answers_of
from collective_use.measurement.cfa import factor_model, fit_quietly, heard, plain_names
from collective_use.measurement.validity.htmt import constructs_with
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, Result, Table, table_of
from collective_use.sem.asked import FitOptions
from collective_use.sem.result import SemResult


@dataclass(frozen=True)
class CommonMethod(Result):
    """What one method factor for all items would explain.

    Attributes
    ----------
    models
        One row a model: `model` (``"constructs"``, ``"one factor"``, ``"method"``), `words`,
        `chisq`, `df`, `cfi`, `rmsea`, `srmr`.
    correlations
        One row a pair of constructs: `first`, `second`, `constructs` (their correlation), `method`
        (with the method factor beside them).
    harman
        Share of variance of the first unrotated component: Harman's check. A small share proves
        nothing.
    shared
        Mean squared loading on the method factor.
    p
        Of the difference between the constructs' model and the one with the method factor.
    n
        Persons.
    notes
        What it cannot say.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(400, 3)), 3, axis=1) + rng.normal(size=(400, 9))
    >>> data = pd.DataFrame(f, columns=list("abcdefghi"))
    >>> sets = {"x": list("abc"), "y": list("def"), "z": list("ghi")}
    >>> round(cu.common_method(data, sets).harman, 2)
    0.25
    """

    models: pd.DataFrame
    correlations: pd.DataFrame
    harman: float
    shared: float
    p: float
    n: int
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the models."""
        return self.models.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return models and correlations."""
        notes = (
            f"n = {self.n}. First component: {self.harman:.0%} of the variance (Harman's check: a "
            "small share proves nothing). Mean squared loading on the method factor: "
            f"{self.shared:.3f}.",
            *self.notes,
        )
        return (
            table_of("Common method, diagnostic only", self.models, notes=notes),
            table_of("Correlations of constructs", self.correlations, digits=2),
        )


@single_threaded
def common_method(
    data: Data, constructs: Constructs | None = None, groups: Labels = None, *,
    language: str | None = None,
) -> CommonMethod:  # fmt: skip
    """Look for a factor that all items share besides their constructs.

    The method factor is uncorrelated with the constructs and has a loading on every item. It
    catches whatever items share, a true general construct too, and misses what all items share
    alike, which cannot be told from constructs that correlate: a diagnostic, no correction. A
    marker (`marker_variable`) or answers of others (`multimethod`) say more.

    Parameters
    ----------
    data
        Items of persons.
    constructs
        Items by construct; the measures of an instrument when None.
    groups
        A column of the frame or one label for each person; errors are then robust to groups.
    language
        Of the names of constructs.

    Raises
    ------
    InputError
        When fewer than two constructs have two items.
    EstimationError
        When a model cannot be fitted.

    References
    ----------
    Podsakoff, MacKenzie, Lee & Podsakoff (2003), Journal of Applied Psychology 88:879; Richardson,
    Simmering & Sturman (2009), Organizational Research Methods 12:762 (what it cannot tell).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(400, 3)), 3, axis=1) + rng.normal(size=(400, 9))
    >>> habit = rng.normal(size=(400, 1)) * [1, 0.2, 0.2, 1, 0.2, 0.2, 1, 0.2, 0.2]
    >>> data = pd.DataFrame(f + habit, columns=list("abcdefghi"))
    >>> sets = {"x": list("abc"), "y": list("def"), "z": list("ghi")}
    >>> cu.common_method(data, sets).p < 0.01
    True
    """
    answers = answers_of(data, groups, constructs, least=4, language=language)
    sets = constructs_with(answers, 2)
    known = answers.only([i for own in sets.values() for i in own]).complete()
    named = plain_names(known, sets)
    items = [i for own in named.sets.values() for i in own]
    options: FitOptions = {"std_lv": True}
    if known.groups is not None:
        options |= {"cluster": "group_", "estimator": "MLR"}
    base = factor_model(named.sets)
    method = f"m_ =~ {' + '.join(items)}"
    apart = "\n".join(f"m_ ~~ 0*{f}" for f in named.sets)
    texts = {
        "constructs": ("the constructs alone", base),
        "one factor": ("all items on one factor", factor_model({"g_": items})),
        "method": ("and a method factor for all items", f"{base}\n{method}\n{apart}"),
    }
    fits: dict[str, SemResult] = {}
    for name, (words, text) in texts.items():
        fit = fit_quietly(text, named.data, **options)
        if isinstance(fit, NotComputed):
            raise EstimationError(f"the model {words}: {fit.reason}")
        fits[name] = fit
    notes: list[str] = []
    with heard(notes):
        p = _difference(fits)
    loads = [
        float(r["est"])
        for r in records_of(fits["method"].standardized("all"))
        if r["op"] == "=~" and r["lhs"] == "m_"
    ]
    r = np.corrcoef(known.values.to_numpy(float).T)
    keys = ("chisq", "df", "cfi", "rmsea", "srmr")
    models = pd.DataFrame(
        [(n, texts[n][0], *(float(f.fit_measures[k]) for k in keys)) for n, f in fits.items()],
        columns=["model", "words", *keys],
    )
    return CommonMethod(
        models, _pairs(fits, named.back, answers.named),
        float(np.linalg.eigvalsh(r)[-1] / len(r)), float(np.mean(np.square(loads))), p,
        len(known.values),
        (*known.notes, *notes, "The method factor is not measured: it holds all that items share, "
         "a general construct too. Read it as a warning, never as a correction."),
    )  # fmt: skip


def _difference(fits: dict[str, SemResult]) -> float:
    for method in ("auto", "satorra.bentler.2010"):
        try:
            return float(fits["constructs"].compare(fits["method"], method).p)
        except EstimationError:
            continue
    return float("nan")


def _pairs(
    fits: dict[str, SemResult], back: Mapping[str, str], called: Callable[[str], str]
) -> pd.DataFrame:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for name in ("constructs", "method"):
        for row in records_of(fits[name].standardized("all")):
            one, two = row["lhs"], row["rhs"]
            if row["op"] == "~~" and one != two and "m_" not in (one, two):
                key = (called(back[one]), called(back[two]))
                found.setdefault(key, {})[name] = float(row["est"])
    return pd.DataFrame([{"first": a, "second": b, **v} for (a, b), v in found.items()])
