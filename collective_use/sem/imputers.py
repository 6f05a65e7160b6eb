"""Imputed data sets from scikit-learn's and statsmodels' imputers."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from collective_use.checks import whole_number
from collective_use.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

CYCLES = 5
"""Rounds of chained equations before a data set is kept."""


@runtime_checkable
class Estimator(Protocol):
    """An imputer of scikit-learn."""

    def fit_transform(self, X: pd.DataFrame) -> object:
        """Return the completed values."""

    def get_params(self) -> Mapping[str, object]:
        """Return its settings."""

    def set_params(self, **settings: object) -> object:
        """Change settings."""


@runtime_checkable
class Chained(Protocol):
    """Chained equations of statsmodels (``MICEData``)."""

    data: pd.DataFrame

    def update_all(self, n_iter: int) -> None:
        """Draw all missing values anew, `n_iter` times."""


Imputer = Estimator | Callable[..., Chained]
"""``IterativeImputer(sample_posterior=True)``, or the class ``MICEData``."""


def imputed_frames(
    data: pd.DataFrame,
    imputer: Imputer,
    *,
    imputations: int,
    seed: int | None,
    apart: Sequence[str] = (),
) -> list[pd.DataFrame]:
    """Complete a data frame several times.

    Parameters
    ----------
    data
        One row per case. Columns of numbers with gaps are completed from all columns of numbers.
    imputer
        An imputer of scikit-learn that draws values (``IterativeImputer(sample_posterior=True)``),
        or the class ``MICEData`` of statsmodels.
    imputations, seed
        How many data sets, and where chance begins (None: anywhere).
    apart
        Columns that take no part (groups, clusters, weights).

    Raises
    ------
    InputError
        When the imputer is none, or would give the same values each time.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"x": [1.0, 2.0, None]})
    >>> imputed_frames(frame, 3, imputations=2, seed=1)
    Traceback (most recent call last):
        ...
    collective_use.errors.InputError: imputer must be an imputer of scikit-learn or statsmodels'...
    """
    whole_number("imputations", imputations, at_least=2)
    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    whole_number("seed", seed, at_least=0)
    numbers = [c for c in data.columns if data[c].dtype.kind in "fiub" and c not in apart]
    frame = data[numbers].astype("float64")
    if not frame.isna().to_numpy().any():
        raise InputError("there is nothing to impute: no column of numbers has a gap")
    if isinstance(imputer, Estimator) and not isinstance(imputer, type):
        drawn = _by_estimator(frame, imputer, imputations, seed)
    elif callable(imputer):
        drawn = _by_chain(frame, imputer, imputations, seed)
    else:
        raise InputError(
            "imputer must be an imputer of scikit-learn or statsmodels' MICEData, got "
            f"{type(imputer).__name__}"
        )
    out = []
    for values in drawn:
        if values.shape != frame.shape or np.isnan(values).any():
            raise InputError("the imputer left gaps or columns out: leave out columns without data")
        whole = data.copy()
        whole[numbers] = values
        out.append(whole)
    return out


def _by_estimator(
    frame: pd.DataFrame, imputer: Estimator, imputations: int, seed: int
) -> list[np.ndarray]:
    settings = imputer.get_params()
    if not settings.get("sample_posterior", False) or "random_state" not in settings:
        raise InputError(
            f"{type(imputer).__name__} gives the same values in every data set, so that nothing "
            "tells how unsure they are: use IterativeImputer(sample_posterior=True)"
        )
    drawn = []
    for k in range(imputations):
        own = copy.deepcopy(imputer)
        own.set_params(random_state=seed + k)
        drawn.append(np.asarray(own.fit_transform(frame), dtype=np.float64))
    return drawn


def _by_chain(
    frame: pd.DataFrame, imputer: Callable[..., Chained], imputations: int, seed: int
) -> list[np.ndarray]:
    before = np.random.get_state()
    try:
        np.random.seed(seed)
        chain = imputer(frame, **_own_chance(imputer, seed))
        if not isinstance(chain, Chained):
            raise InputError(
                f"imputer must make what statsmodels' MICEData is, got {type(chain).__name__}"
            )
        drawn = []
        for _ in range(imputations):
            chain.update_all(CYCLES)
            drawn.append(chain.data[list(frame.columns)].to_numpy(dtype=np.float64).copy())
    finally:
        np.random.set_state(before)
    return drawn


def _own_chance(imputer: Callable[..., Chained], seed: int) -> dict[str, np.random.Generator]:
    """Return the generator that newer versions take; older ones draw from numpy's own."""
    try:
        takes = "rng" in inspect.signature(imputer).parameters
    except ValueError:
        takes = False
    return {"rng": np.random.default_rng(seed)} if takes else {}


def columns_apart(arguments: Mapping[str, object]) -> list[str]:
    """Return the columns that `fit_sem` takes as groups, clusters and weights (of replicates too).

    Raises
    ------
    InputError
        When variables are ordered: drawn values are decimals.
    """
    if ordered := arguments.get("ordered"):
        raise InputError(
            f"imputer= with ordered={ordered!r}: imputers draw decimals, no answers; fit with "
            "missing='pairwise', or give data sets whose answers were drawn as categories"
        )
    out: list[str] = []
    for name in ("group", "cluster", "weights", "replicate_weights"):
        value = arguments.get(name)
        if isinstance(value, str):
            out.append(value)
        elif isinstance(value, Sequence):
            out += value
    return out
