"""Products of indicators: what measures the interaction of two latent variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from collective_use.checks import instance_of, one_of, quoted
from collective_use.errors import InputError
from collective_use.numerics.moments import Floats
from collective_use.results import Result, Table
from collective_use.sem.data.checks import check_values, require_columns
from collective_use.sem.data.data import _matrix

if TYPE_CHECKING:
    import pandas as pd

PAIRS = ("matched", "all")
CENTERS = ("double", "mean", "residual", "none")


@dataclass(frozen=True)
class ProductIndicators(Result):
    """Data with products of indicators, and what they measure as model text.

    Attributes
    ----------
    data
        The data with one more column for every product.
    products
        ``(product, first, second)``: the new columns and what they are products of.
    center
        How they were centered.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.0, 1.0, 2.0]})
    >>> made = product_indicators(data, "a", "b")
    >>> made.data["a.b"].tolist()
    [0.33333333333333337, -0.6666666666666666, 0.33333333333333337]
    >>> made.text("ab")
    'ab =~ a.b'
    """

    data: pd.DataFrame
    products: tuple[tuple[str, str, str], ...]
    center: str

    def text(self, factor: str) -> str:
        """Return the lines of a model in which a factor has the products as indicators.

        Products of one and the same indicator share its error: their residuals covary.
        """
        names = [product for product, _, _ in self.products]
        lines = [f"{_quoted(factor)} =~ " + " + ".join(_quoted(name) for name in names)]
        for (one, *first), (two, *second) in combinations(self.products, 2):
            if set(first) & set(second):
                lines.append(f"{_quoted(one)} ~~ {_quoted(two)}")
        return "\n".join(lines)

    def to_frame(self) -> pd.DataFrame:
        """Return the products and what they are of."""
        import pandas as pd

        return pd.DataFrame(self.products, columns=["product", "first", "second"])

    def tables(self) -> tuple[Table, ...]:
        """Return the products and what they are of."""
        return (Table("Product indicators", ("product", "first", "second"), self.products,
                      notes=(f"centered: {self.center}",)),)  # fmt: skip


def product_indicators(
    data: pd.DataFrame,
    first: str | Sequence[str],
    second: str | Sequence[str],
    *,
    pairs: str = "matched",
    center: str = "double",
) -> ProductIndicators:
    """Multiply the indicators of two latent variables, to measure their interaction.

    Parameters
    ----------
    data
        One row per case.
    first, second
        Indicators of the one and the other latent variable.
    pairs
        ``"matched"``: first with first, second with second (Marsh, Wen & Hau 2004); ``"all"``.
    center
        ``"double"``: indicators and products are centered, so that no mean structure is needed
        (Lin, Wen, Marsh & Lin 2010); ``"mean"``: indicators alone; ``"residual"``: what the
        indicators do not tell about the products (Little, Bovaird & Widaman 2006); ``"none"``.

    Returns
    -------
    ProductIndicators
        With ``.data`` and ``.text("name")`` for `fit_sem`. A missing value makes its products
        missing.

    Raises
    ------
    InputError
        When columns are not there, not numbers, named twice, or as many as do not match.

    References
    ----------
    Marsh, Wen & Hau (2004), Psychological Methods 9:275; Lin, Wen, Marsh & Lin (2010), Structural
    Equation Modeling 17:374; Little, Bovaird & Widaman (2006), Structural Equation Modeling 13:497.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f, g = rng.normal(size=(2, 2000))
    >>> y = 0.4 * f + 0.3 * g + 0.3 * f * g + rng.normal(size=2000)
    >>> columns = {f"{n}{i}": v + 0.6 * rng.normal(size=2000)
    ...     for n, v in (("a", f), ("b", g)) for i in (1, 2, 3)}
    >>> data = pd.DataFrame(columns).assign(y=y)
    >>> made = product_indicators(data, ["a1", "a2", "a3"], ["b1", "b2", "b3"])
    >>> model = "f =~ a1 + a2 + a3; g =~ b1 + b2 + b3; y ~ f + g + w*fg"
    >>> fit = cu.fit_sem(model + "; " + made.text("fg"), made.data, estimator="MLR")
    >>> abs(fit.parameters["w"] - 0.3) < 2 * fit.evaluate("w")[1]
    True
    """
    import pandas as pd

    instance_of("data", data, pd.DataFrame, "a data frame, one row per case")
    one_of("pairs", pairs, PAIRS)
    one_of("center", center, CENTERS)
    one, two = (_names(names) for names in (first, second))
    require_columns((*one, *two), list(data.columns))
    if both := sorted(set(one) & set(two)) or [n for n in one if one.count(n) > 1]:
        raise InputError(f"indicators must differ, got {quoted(both)} twice")
    if pairs == "matched" and len(one) != len(two):
        raise InputError(
            f"pairs='matched' needs as many indicators of both, got {len(one)} and {len(two)}: "
            "use pairs='all', or leave some out"
        )
    pairing = (
        list(zip(one, two, strict=True)) if pairs == "matched"
        else [(a, b) for a in one for b in two]
    )  # fmt: skip
    named = tuple((f"{a}.{b}", a, b) for a, b in pairing)
    if taken := [name for name, _, _ in named if name in data.columns]:
        raise InputError(f"the data have columns called {quoted(taken)}: rename them first")
    values = _matrix(data, (*one, *two))
    check_values(values, (*one, *two))
    place = {name: i for i, name in enumerate((*one, *two))}
    at = [(place[a], place[b]) for a, b in pairing]
    made = _products(values, at, center)
    new = {name: made[:, j] for j, (name, _, _) in enumerate(named)}
    return ProductIndicators(data.assign(**new), named, center)


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(value)
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"indicators must be column names, got {value!r}")
    return names


def _products(values: Floats, pairs: Sequence[tuple[int, int]], center: str) -> Floats:
    if center != "none":
        values = values - np.nanmean(values, axis=0)
    left, right = zip(*pairs, strict=True)
    out: Floats = values[:, list(left)] * values[:, list(right)]
    if center == "residual":
        whole: NDArray[np.bool_] = np.asarray(~np.isnan(values).any(axis=1))
        X = np.column_stack([np.ones(int(whole.sum())), values[whole]])
        fitted = X @ np.linalg.lstsq(X, out[whole], rcond=None)[0]
        out = np.where(whole[:, None], out, np.nan)
        out[whole] -= fitted
    if center == "double":
        out = out - np.nanmean(out, axis=0)
    return out


def _quoted(name: str) -> str:
    plain = name.replace(".", "_").isidentifier()
    return name if plain else f"`{name}`"
