"""How much unequal items matter: shifts of means, who would be selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from collective_use.checks import column_in, number_between
from collective_use.errors import InputError, NotSupported
from collective_use.frames import records_of
from collective_use.measurement.invariance.effect import items_of, values_of
from collective_use.numerics.items.selection import selection_accuracy
from collective_use.numerics.types import Floats
from collective_use.results import NotComputed, Result, Table, TableRow, table_of

if TYPE_CHECKING:
    from collective_use.sem.result import SemResult


class Laddered(Protocol):
    """What consequences are computed from; see `Invariance`."""

    @property
    def anchored(self) -> SemResult | NotComputed:
        """The configural fit with anchors."""

    @property
    def equal(self) -> SemResult | NotComputed:
        """The fit in which all items are taken as equal."""

    @property
    def fits(self) -> Mapping[str, SemResult]:
        """The fits by step."""

    @property
    def partial(self) -> pd.DataFrame:
        """Equalities that a search set free."""

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

    @property
    def column(self) -> str:
        """The column of the groups."""


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
    ranking
        One row a factor and group: `observed`, `if_equal`, `latent`, ranks (1 the highest mean) by
        the items' mean, by the factor when all items are taken as equal, and by the factor as the
        items are.
    units
        Where units were named, one row a factor and unit: `unit`, `group`, `n`, `observed` (mean of
        the items), `corrected` (every item on the reference group's scale), `rank`,
        `rank_corrected`, `moved` (places up); why there are none otherwise.
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
    ranking: pd.DataFrame
    units: pd.DataFrame | NotComputed
    selection: pd.DataFrame
    selected: float
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the shifts of means."""
        return self.means.copy()

    def tables(self) -> tuple[Table, ...]:
        """Return shifts and selections."""
        title = f"The highest {self.selected:.0%} by the sum of items"
        out = [
            table_of("What unequal items do to means", self.means, notes=self.notes),
            table_of("Ranks of the groups", self.ranking),
        ]
        if isinstance(self.units, pd.DataFrame):
            moved = self.units[self.units["moved"] != 0]
            out.append(table_of("Units whose rank moves", moved, digits=2))
        return (*out, table_of(title, self.selection, notes=("Millsap & Kwok 2004.",)))


@dataclass(frozen=True)
class _Parts:
    """Parameters of one factor by group: loadings (K, J), ..., factor means and variances (K,)."""

    loadings: Floats
    intercepts: Floats
    residuals: Floats
    means: Floats
    variances: Floats


def consequences_of(
    found: Laddered, selected: float, data: pd.DataFrame | None = None, unit: str | None = None
) -> Consequences:
    """Return what unequal items do; see `Invariance.consequences`.

    Raises
    ------
    InputError
        When units are named without data, or a column is unknown.
    NotSupported
        For ordered items, or where the anchored model could not be fitted.
    """
    number_between("selected", selected, 0, 1, open_low=True, open_high=True)
    fit = found.anchored
    if isinstance(fit, NotComputed):
        raise NotSupported(f"consequences are not offered here: {fit.reason}")
    searched = len(found.partial) > 0 and "scalar" in found.fits
    own = found.fits["scalar"] if searched else fit
    shares = np.array(found.sizes, float) / sum(found.sizes)
    means: list[TableRow] = []
    ranking: list[TableRow] = []
    chosen: list[TableRow] = []
    parts: dict[str, _Parts] = {}
    items = items_of(found.model)
    for factor, names in items.items():
        part = parts[factor] = _parts(own, factor, names, len(found.groups))
        equal = np.full(len(shares), np.nan)
        if not isinstance(found.equal, NotComputed):
            equal = _parts(found.equal, factor, names, len(found.groups)).means
        rows = _means(factor, found.groups, part, equal)
        means += rows
        ranking += _ranks(factor, rows)
        chosen += _selection(factor, found.groups, part, shares, selected)
    notes = [
        f"Reference: {found.reference}. "
        + ("The items are those of the search for partial invariance, its equalities set free."
           if searched else "The first indicator of each factor is taken as equal: another anchor "
           "gives another picture.")
    ]  # fmt: skip
    units: pd.DataFrame | NotComputed = NotComputed("no units were named")
    if unit is not None:
        units = units_moved(_Units(found, items, parts, _given(data), unit))
        notes += top_kept(units, selected)
    return Consequences(
        pd.DataFrame(means), pd.DataFrame(ranking), units, pd.DataFrame(chosen), selected,
        tuple(notes),
    )  # fmt: skip


def _given(data: pd.DataFrame | None) -> pd.DataFrame:
    if data is None:
        raise InputError("data must be given with unit=, the persons that the model was fitted to")
    return data


def _ranks(factor: str, rows: list[TableRow]) -> list[TableRow]:
    table = pd.DataFrame(rows).set_index("group")
    names = {"observed": "observed", "latent_if_equal": "if_equal", "latent": "latent"}
    ranks = table[list(names)].rank(ascending=False, method="min").rename(columns=names)
    return [{"factor": factor, **row} for row in records_of(ranks.reset_index())]


@dataclass(frozen=True)
class _Units:
    """What the ranks of units are computed from."""

    found: Laddered
    items: Mapping[str, Sequence[str]]
    parts: Mapping[str, _Parts]
    data: pd.DataFrame
    unit: str


def units_moved(given: _Units) -> pd.DataFrame:
    """Return the units' means and ranks, as observed and with items on the reference's scale.

    Parameters
    ----------
    given
        Parameters by factor, persons, and the column of their units.
    """
    data, unit, column = given.data, given.unit, given.found.column
    column_in("unit", unit, list(data.columns), where="the data")
    place = {name: k for k, name in enumerate(given.found.groups)}
    known = data[data[column].astype(str).isin(place) & data[unit].notna()]
    codes = known[column].astype(str).map(place).to_numpy(int)
    out = []
    for factor, items in given.items.items():
        part = given.parts[factor]
        # an item that hardly measures the factor in a group cannot be put on another scale
        slope = np.where(part.loadings > 0.1 * part.loadings[0], part.loadings, np.nan)
        ratio = np.nan_to_num(part.loadings[0] / slope, nan=1.0)
        start = np.where(np.isnan(slope), 0.0, part.intercepts[0] - ratio * part.intercepts)
        x = known[list(items)].to_numpy(float)
        frame = pd.DataFrame({
            "unit": known[unit].to_numpy(), "group": known[column].astype(str).to_numpy(),
            "observed": x.mean(axis=1), "corrected": (start[codes] + ratio[codes] * x).mean(axis=1),
        }).dropna()  # fmt: skip
        means = frame.groupby(["unit", "group"], sort=False).mean()
        means.insert(0, "n", frame.groupby(["unit", "group"], sort=False).size())
        means["rank"] = means["observed"].rank(ascending=False, method="min")
        means["rank_corrected"] = means["corrected"].rank(ascending=False, method="min")
        means["moved"] = means["rank"] - means["rank_corrected"]
        out.append(means.reset_index().assign(factor=factor))
    return pd.concat(out, ignore_index=True)


def top_kept(units: pd.DataFrame, selected: float) -> list[str]:
    """Say how many of the highest units stay among them, and how alike the two orders are.

    Parameters
    ----------
    units
        Of `units_moved`.
    selected
        Share of the units that counts as highest.
    """
    said = []
    for factor, own in units.groupby("factor", sort=False):
        most = max(1, round(selected * len(own)))
        top, other = own["rank"] <= most, own["rank_corrected"] <= most
        tau = float(kendalltau(own["observed"], own["corrected"]).statistic)
        said.append(
            f"{factor}: of the {int(top.sum())} highest of {len(own)} units "
            f"{int((top & other).sum())} stay so with every item on the scale of the reference; "
            f"Kendall's tau of the two orders is {tau:.2f}."
        )
    return said


def _parts(fit: SemResult, factor: str, items: list[str], groups: int) -> _Parts:
    values = values_of(fit)

    def all_of(op: str, pairs: list[tuple[str, str]]) -> Floats:
        return np.array(
            [[values.get((op, a, b, g), 0.0) for a, b in pairs] for g in range(1, groups + 1)]
        )

    return _Parts(
        all_of("=~", [(factor, i) for i in items]), all_of("~1", [(i, "") for i in items]),
        all_of("~~", [(i, i) for i in items]), all_of("~1", [(factor, "")])[:, 0],
        all_of("~~", [(factor, factor)])[:, 0],
    )  # fmt: skip


def _means(factor: str, groups: tuple[str, ...], part: _Parts, equal: Floats) -> list[TableRow]:
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
) -> list[TableRow]:
    def pooled(x: Floats) -> Floats:
        return np.asarray(np.broadcast_to((shares[:, None] * x).sum(axis=0), x.shape))

    own, alike = (
        selection_accuracy(
            change(part.loadings), change(part.intercepts), change(part.residuals), part.means,
            part.variances, shares, top,
        )
        for change in (np.asarray, pooled)
    )  # fmt: skip
    names = ("selected", "sensitivity", "specificity", "success")
    return [
        {"factor": factor, "group": name,
         **{n: float(getattr(own, n)[k]) for n in names},
         **{f"{n}_if_equal": float(getattr(alike, n)[k]) for n in names}}
        for k, name in enumerate(groups)
    ]  # fmt: skip
