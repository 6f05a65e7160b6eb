"""Latent growth models: means of items come from the factors alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from collective_use.accepted import Arguments
from collective_use.errors import InputError, NotSupported
from collective_use.sem.fit import fit_sem
from collective_use.sem.result import SemResult
from collective_use.sem.table.names import names_of_block
from collective_use.syntax.model_text import ModelText, Statement, parse_model
from collective_use.syntax.modifiers import Modifiers

if TYPE_CHECKING:
    import pandas as pd

_ZERO, _FREE = Modifiers(fixed=(0.0,)), Modifiers(fixed=(math.nan,))


def growth_model(model: str | ModelText) -> ModelText:
    """Return a model in which items have intercepts of 0 and factors free means.

    What the text says of an intercept itself stands; covariates keep their means.

    Parameters
    ----------
    model
        Model text of one level.

    Raises
    ------
    NotSupported
        For ``level:`` blocks.

    Examples
    --------
    >>> text = growth_model("i =~ 1*y1 + 1*y2; s =~ 0*y1 + 1*y2; s ~ x")
    >>> [(s.lhs, s.modifiers.fixed) for s in text.statements if s.op == "~1"]
    [('y1', (0.0,)), ('y2', (0.0,)), ('i', (nan,)), ('s', (nan,))]
    """
    text = parse_model(model) if isinstance(model, str) else model
    if text.levels:
        raise NotSupported("growth models at two levels are not supported: write them out")
    added: list[Statement] = []
    for group in text.groups or ("",):
        own = [s for s in text.statements if s.group in ("", group)]
        names = names_of_block(own, text, {})
        written = {s.lhs for s in own if s.op == "~1"}
        for name in (*names.not_exogenous, *names.latent):
            if name not in written:
                means = _FREE if name in names.latent else _ZERO
                added.append(Statement(name, "~1", "", means, group=group))
    return ModelText(text.source, (*text.statements, *added))


def fit_growth(
    model: str | ModelText, data: pd.DataFrame | None = None, **options: Arguments
) -> SemResult:
    """Fit a latent growth model: `fit_sem` with item intercepts of 0 and free factor means.

    Parameters
    ----------
    model
        Model text, ``"i =~ 1*y1 + 1*y2 + 1*y3; s =~ 0*y1 + 1*y2 + 2*y3"``.
    data
        One row per case, a column a wave.
    options
        As for `fit_sem`.

    Returns
    -------
    SemResult
        As from `fit_sem`.

    Raises
    ------
    InputError
        For ordered variables, whose thresholds are their means.
    NotSupported
        For two levels.

    References
    ----------
    Meredith & Tisak (1990), Psychometrika 55:107; the rules are those of lavaan's ``growth()``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> level, rise = 3 + rng.normal(size=200), 0.5 + 0.3 * rng.normal(size=200)
    >>> y = {f"y{t}": level + rise * t + 0.4 * rng.normal(size=200) for t in range(4)}
    >>> text = "i =~ 1*y0 + 1*y1 + 1*y2 + 1*y3; s =~ 0*y0 + 1*y1 + 2*y2 + 3*y3"
    >>> fit = fit_growth(text, pd.DataFrame(y))
    >>> float(fit.parameters["s~1"].round(1)), int(fit.fit_measures["df"])
    (0.5, 5)
    """
    if options.get("ordered"):
        raise InputError(
            "fit_growth takes items as numbers; for ordered items write the means and thresholds "
            "out and use fit_sem"
        )
    return fit_sem(growth_model(model), data, **options)
