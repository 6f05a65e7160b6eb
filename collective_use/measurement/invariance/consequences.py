"""How much unequal items matter: shifts of means, who would be selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypedDict

import numpy as np
import pandas as pd

from collective_use.checks import number_between
from collective_use.errors import NotSupported
from collective_use.measurement.invariance.effect import items_of
from collective_use.numerics.items.selection import selection_accuracy
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed, Result, Table, table_of

if TYPE_CHECKING:
    from collective_use.sem.result import SemResult


class MeanRow(TypedDict):
    """Shifts of one factor in one group."""

    factor: str
    group: str
    latent: float
    latent_if_equal: float
    observed: float
    by_items: float


class SelectionRow(TypedDict):
    """Who would be selected in one group, as the items are and if they worked alike."""

    factor: str
    group: str
    selected: float
    sensitivity: float
    specificity: float
    success: float
    selected_if_equal: float
    sensitivity_if_equal: float
    specificity_if_equal: float
    success_if_equal: float


class Laddered(Protocol):
    """What consequences are computed from; see `Invariance`."""

    @property
    def anchored(self) -> SemResult | NotComputed:
        """The configural fit with anchors."""

    @property
    def fits(self) -> Mapping[str, SemResult]:
        """The fits by step."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Labels of the groups, the reference first."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of persons."""

    @property
    def reference(self) -> str:
        """The group that others are compared with."""

    @property
    def model(self) -> str:
        """The model text."""


@dataclass(frozen=True)
class Consequences(Result):
    """What unequal items do to comparisons of groups and to selections.

    Attributes
    ----------
    means
        One row a factor and group: `factor`, `group`, `latent` (mean, the reference group 0),
        `latent_if_equal` (when all items are taken as equal; NaN where that model was not fitted),
        `observed` (mean of the items' mean, less the reference's), `by_items` (the part of it that
        the items make, not the factor), in answer units.
    selection
        One row a factor and group: `selected`, `sensitivity`, `specificity`, `success` as the items
        are, and the same with `_if_equal` when they worked alike in all groups.
    selected
        Share of all persons selected by the sum.
    notes
        How to read it.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=(600, 1)) + rng.normal(size=(600, 4))
    >>> data = pd.DataFrame(f, columns=list("abcd")).assign(country=["x", "y"] * 300)
    >>> data.loc[data["country"] == "y", "d"] += 1
    >>> found = cu.invariance("f =~ a + b + c + d", data, group="country").consequences()
    >>> round(float(found.means["by_items"].iloc[1]), 1)
    0.2
    """

    means: pd.DataFrame
    selection: pd.DataFrame
    selected: float
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the shifts of means."""
        return self.means.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return shifts and selections."""
        title = f"The highest {self.selected:.0%} by the sum of items"
        return (
            table_of("What unequal items do to means", self.means, notes=self.notes),
            table_of(title, self.selection, notes=("Millsap & Kwok 2004.",)),
        )


@dataclass(frozen=True)
class _Parts:
    """Parameters of one factor by group: loadings (K, J), ..., factor means and variances (K,)."""

    loadings: Floats
    intercepts: Floats
    residuals: Floats
    means: Floats
    variances: Floats


def consequences_of(found: Laddered, selected: float) -> Consequences:
    """Return what unequal items do; see `Invariance.consequences`.

    Raises
    ------
    NotSupported
        For ordered items, or where the anchored model could not be fitted.
    """
    number_between("selected", selected, 0, 1, open_low=True, open_high=True)
    fit = found.anchored
    if isinstance(fit, NotComputed):
        raise NotSupported(f"consequences are not offered here: {fit.reason}")
    shares = np.array(found.sizes, float) / sum(found.sizes)
    strict = found.fits.get("scalar")
    means: list[MeanRow] = []
    chosen: list[SelectionRow] = []
    for factor, items in items_of(found.model).items():
        part = _parts(fit, factor, items, len(found.groups))
        equal = np.full(len(shares), np.nan)
        if strict is not None:
            equal = _parts(strict, factor, items, len(found.groups)).means
        means += _means(factor, found.groups, part, equal)
        chosen += _selection(factor, found.groups, part, shares, selected)
    note = (
        f"Reference: {found.reference}. The first indicator of each factor is taken as equal: "
        "another anchor gives another picture."
    )
    return Consequences(pd.DataFrame(means), pd.DataFrame(chosen), selected, (note,))


def _parts(fit: SemResult, factor: str, items: list[str], groups: int) -> _Parts:
    frame = fit.estimates
    values = {
        (str(op), str(a), str(b), int(g)): float(v)
        for op, a, b, g, v in zip(
            frame["op"], frame["lhs"], frame["rhs"], frame["group"], frame["est"], strict=True
        )
    }

    def all_of(op: str, pairs: list[tuple[str, str]]) -> Floats:
        return np.array(
            [[values.get((op, a, b, g), 0.0) for a, b in pairs] for g in range(1, groups + 1)]
        )

    return _Parts(
        all_of("=~", [(factor, i) for i in items]), all_of("~1", [(i, "") for i in items]),
        all_of("~~", [(i, i) for i in items]), all_of("~1", [(factor, "")])[:, 0],
        all_of("~~", [(factor, factor)])[:, 0],
    )  # fmt: skip


def _means(factor: str, groups: tuple[str, ...], part: _Parts, equal: Floats) -> list[MeanRow]:
    expected = part.intercepts + part.loadings * part.means[:, None]
    alike = part.intercepts[0] + part.loadings[0] * part.means[:, None]
    observed = expected.mean(axis=1) - expected[0].mean()
    by_items = (expected - alike).mean(axis=1)
    return [
        {"factor": factor, "group": name, "latent": float(part.means[k] - part.means[0]),
         "latent_if_equal": float(equal[k] - equal[0]), "observed": float(observed[k]),
         "by_items": float(by_items[k])}
        for k, name in enumerate(groups)
    ]  # fmt: skip


def _selection(
    factor: str, groups: tuple[str, ...], part: _Parts, shares: Floats, top: float
) -> list[SelectionRow]:
    def pooled(x: Floats) -> Floats:
        return np.asarray(np.broadcast_to((shares[:, None] * x).sum(axis=0), x.shape))

    own, alike = (
        selection_accuracy(
            change(part.loadings), change(part.intercepts), change(part.residuals), part.means,
            part.variances, shares, top,
        )
        for change in (np.asarray, pooled)
    )  # fmt: skip
    return [
        {"factor": factor, "group": name,
         "selected": float(own.selected[k]), "sensitivity": float(own.sensitivity[k]),
         "specificity": float(own.specificity[k]), "success": float(own.success[k]),
         "selected_if_equal": float(alike.selected[k]),
         "sensitivity_if_equal": float(alike.sensitivity[k]),
         "specificity_if_equal": float(alike.specificity[k]),
         "success_if_equal": float(alike.success[k])}
        for k, name in enumerate(groups)
    ]  # fmt: skip
