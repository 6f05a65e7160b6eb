"""Covariances as papers print them: a lower triangle, with or without names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from collective_use.accepted import Matrix
from collective_use.errors import InputError
from collective_use.numerics.moments import Floats

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_STARS = "*†‡ᵃᵇᶜ"
_DASHES = {"-", "–", "—"}
"""What papers print on the diagonal of a correlation matrix instead of 1."""


def both_halves(matrix: Matrix) -> Matrix:
    """Return a matrix whose one triangle is empty (zeros or blanks) with both filled.

    Examples
    --------
    >>> import pandas as pd
    >>> lower = pd.DataFrame([[1.0, 0.0], [0.5, 1.0]], index=["a", "b"], columns=["a", "b"])
    >>> both_halves(lower).to_numpy().tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    import pandas as pd

    if list(matrix.index) != list(matrix.columns):
        return matrix
    S = matrix.to_numpy(dtype=float)
    above, below = np.triu_indices(len(S), 1), np.tril_indices(len(S), -1)
    for empty, full in ((above, below), (below, above)):
        blank = np.isnan(S[empty]) | (S[empty] == 0)
        if blank.all() and np.isfinite(S[full]).all() and (S[full] != 0).any():
            S = S.copy()
            S[empty] = S.T[empty]
            return pd.DataFrame(S, index=matrix.index, columns=matrix.columns)
    return matrix


def read_covariance(
    text: str, names: Sequence[str] | None = None, *, sd: Sequence[float] | None = None
) -> pd.DataFrame:
    """Read the lower triangle of a covariance or correlation matrix as papers print it.

    Parameters
    ----------
    text
        A row a variable, each with one number more than the one before. A row may begin with a
        number and a name (``2. Trust  .34**  1``); stars are left out, a dash on the diagonal of a
        correlation matrix is 1. An upper half that is printed too has to be the same.
    names
        Variables in order; None takes the names that the rows begin with.
    sd
        Standard deviations, where the matrix holds correlations.

    Returns
    -------
    DataFrame
        Covariances with names on both sides, as ``cov=`` of `fit_sem` takes them.

    Raises
    ------
    InputError
        Naming the row that does not fit, or the two halves that differ.

    Examples
    --------
    >>> read_covariance(\"\"\"
    ...   1. Trust   1
    ...   2. Use     .5**  1
    ... \"\"\", sd=[2, 1]).loc["Trust", "Use"].item()
    1.0
    """
    rows = [
        _row(line, i + 1) for i, line in enumerate(text.strip("\n").split("\n")) if line.strip()
    ]
    if not rows:
        raise InputError("the text holds no row of numbers")
    chosen = list(names) if names is not None else [name for name, _, _ in rows]
    if len(chosen) != len(rows):
        raise InputError(f"names must hold {len(rows)} names, one a row, got {len(chosen)}")
    if not all(chosen):
        missing = next(line for name, _, line in rows if not name)
        raise InputError(f"row {missing} begins with no name: give names=")
    if len(set(chosen)) < len(chosen):
        raise InputError("two rows have the same name: give names=")
    S = _matrix([(values, line) for _, values, line in rows])
    if sd is not None:
        S = _scaled(S, sd)
    import pandas as pd

    return pd.DataFrame(S, index=chosen, columns=chosen)


def _row(line: str, place: int) -> tuple[str, list[float], int]:
    words = line.replace(",", " ").replace(";", " ").split()
    values: list[float] = []
    while words:
        word = words[-1].strip(_STARS) or words[-1]
        if word in _DASHES:
            values.insert(0, 1.0)
        elif _NUMBER.fullmatch(word) and not (len(words) == 1 and word.endswith(".")):
            values.insert(0, float(word.replace("−", "-")))
        else:
            break
        words.pop()
    if not values:
        raise InputError(f"row {place} ends with no number: {line.strip()!r}")
    name = " ".join(words)
    return re.sub(r"^\d+\.?\s*", "", name), values, place


def _matrix(rows: Sequence[tuple[list[float], int]]) -> Floats:
    k = len(rows)
    full = all(len(values) == k for values, _ in rows)
    S = np.full((k, k), np.nan)
    for i, (values, line) in enumerate(rows):
        if not full and len(values) != i + 1:
            raise InputError(
                f"row {line} must hold {i + 1} numbers (a lower triangle with its diagonal), got "
                f"{len(values)}"
            )
        S[i, : len(values)] = values
    upper = np.triu_indices(k, 1)
    if full and not np.allclose(S[upper], S.T[upper]):
        i, j = np.argwhere(np.triu(~np.isclose(S, S.T), 1))[0].tolist()
        raise InputError(
            f"the two halves differ: {S[i, j]:g} in row {rows[i][1]}, {S[j, i]:g} in row "
            f"{rows[j][1]}"
        )
    S[upper] = S.T[upper]
    return S


def _scaled(S: Floats, sd: Sequence[float]) -> Floats:
    deviations = np.asarray(list(sd), dtype=float)
    if deviations.shape != (len(S),) or not (deviations > 0).all():
        raise InputError(f"sd must hold {len(S)} standard deviations above 0, got {list(sd)!r}")
    if not np.allclose(np.diag(S), 1.0):
        raise InputError("sd= belongs to correlations, but the diagonal is not 1")
    return np.asarray(S * np.outer(deviations, deviations))
