"""Networks of groups from roster answers: density, reciprocity, centralization and more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from collective_use.accepted import RosterAnswers
from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.groups.rosters.from_tables import rosters_of
from collective_use.groups.rosters.received import either_report, received_frame, spread
from collective_use.groups.rosters.silence import compare_reports, compare_treatments
from collective_use.groups.rosters.stacks import (
    Floats,
    RosterIndices,
    Rosters,
    Stack,
    gate_of,
    gated,
)
from collective_use.numerics.rosters import allocation as shares
from collective_use.numerics.rosters import network as kernels
from collective_use.numerics.rosters.missing import fill, reconstruct

Treatment = Literal["available", "reconstruct", "zero"]

SIMPLE: Mapping[str, Callable[[Floats], Floats]] = {
    "density": kernels.density,
    "reciprocity": kernels.reciprocity,
    "dyadic_agreement": kernels.dyadic_agreement,
    "dyadic_correlation": kernels.dyadic_correlation,
    "isolates": kernels.isolates,
    "components": kernels.components,
    "largest_component": kernels.largest_component,
    "fragmentation": kernels.fragmentation,
    "in_centralization": kernels.in_centralization,
    "out_centralization": kernels.out_centralization,
    "named_share": kernels.named_share,
    "largest_received_share": kernels.largest_received_share,
    "largest_share": kernels.largest_received_share,
    "gini": lambda ties: shares.gini(kernels.received(ties)),
    "cv": lambda ties: shares.variation(kernels.received(ties)),
    "herfindahl": lambda ties: shares.herfindahl(kernels.received(ties)),
    "effective_number": lambda ties: shares.effective_number(kernels.received(ties)),
}
"""Indices of a stack of ties from 0 to 1."""

INDICES: tuple[str, ...] = ("valued_mean", *SIMPLE, "sd", "external_internal")

DEFAULT = (
    "density", "valued_mean", "reciprocity", "dyadic_agreement", "isolates", "components",
    "in_centralization", "out_centralization",
)  # fmt: skip

_NOBODY = "nobody was named"
UNDEFINED: Mapping[str, str] = {
    "reciprocity": "no tie was reported in pairs in which both answered",
    "dyadic_agreement": "there is no pair in which both answered",
    "dyadic_correlation": "the reports of pairs do not vary",
    "in_centralization": "fewer than two members could be rated",
    "out_centralization": "fewer than two members answered",
    "largest_received_share": _NOBODY,
    "largest_share": _NOBODY,
    "gini": _NOBODY,
    "cv": _NOBODY,
    "herfindahl": _NOBODY,
    "effective_number": _NOBODY,
    "sd": "fewer than two members could be rated",
    "external_internal": "no tie joins members whose organisations are known",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An index to compute, from which value on a tie counts, and how it is reported."""

    name: str
    threshold: float | None = None
    one_minus: bool = False

    @property
    def label(self) -> str:
        """The column it gets.

        Examples
        --------
        >>> Wanted("in_centralization", 3, True).label
        'one_minus_in_centralization'
        """
        return f"one_minus_{self.name}" if self.one_minus else self.name


def network(
    ties: RosterAnswers,
    *,
    members: pd.DataFrame | None = None,
    threshold: float | None = None,
    low: float = 0.0,
    high: float | None = None,
    unlisted: float | None = None,
    indices: Sequence[str] = DEFAULT,
    missing: Treatment = "available",
    include_self: bool = False,
    undirected: bool = False,
    gate: float | None = None,
) -> RosterIndices:
    """Compute indices of the network of each group from what members report about each other.

    Ties run from `low` (no tie) to `high` (the strongest). With a `threshold` they are cut to
    0 and 1 and every index is the classic one; without, values are brought to 0 to 1 and the
    indices are those of valued ties. `valued_mean` and `sd` stay in the units of the answers.

    An index is shown only where the response rate reaches the `gate`; the group stays, with
    the reason. ``details["treatments"]`` holds the index under every way to treat the silent
    members, with its bounds, `lower` and `upper`: what any answers of theirs could have made
    of it. ``details["reported_by_others"]`` tells whether the silent are named as often as the
    others.

    Parameters
    ----------
    ties
        A matrix members x members (row i holds the reports of member i), a stack of matrices
        ``(groups, k, k)``, a mapping from group to matrix, or a frame with the columns
        `group`, `rater`, `target`, `value`. A member who did not answer is a row of missing
        values.
    members
        `group`, `member` and, for `external_internal`, `partner`; with an edge list it says
        who was asked.
    threshold
        From which value on a tie counts.
    low, high
        Ends of the response scale; needed without a threshold when values exceed 1.
    unlisted
        In an edge list, the value of pairs that are not listed although the rater answered.
    indices
        Names of the indices.
    missing
        How non-response is treated: ``"available"`` uses the reports there are,
        ``"reconstruct"`` takes the report of the other side (assumes that ties are mutual;
        Stork & Richards 1992; reciprocity and agreement of pairs still use pairs in which
        both answered), ``"zero"`` sets missing ties to none.
    include_self
        Whether the diagonal counts.
    undirected
        Whether a tie has no direction: both reports of a pair must be the same, and one stands
        for both where the other is missing. Centralization then has the divisor of undirected
        graphs, ``(k - 1)(k - 2)``: 1 for a star, 0 for a circle.
    gate
        The smallest response rate, .80 by default.

    Returns
    -------
    RosterIndices
        One row a group.

    Raises
    ------
    InputError
        When the ties cannot be read or lie outside `low` to `high`.

    References
    ----------
    Wasserman, S., & Faust, K. (1994). Social network analysis. Cambridge University Press.
    Freeman, L. C. (1978). Social Networks, 1, 215-239.

    Examples
    --------
    >>> import numpy as np
    >>> n = np.nan
    >>> result = network(np.array([[n, 1, 1], [1, n, 0], [0, 0, n]]), indices=["density"])
    >>> float(result.values["density"].iloc[0])
    0.5
    """
    rosters = rosters_of(ties, members=members, unlisted=unlisted, square=True)
    wanted = []
    for name in indices:
        one_of("indices", name, INDICES)
        wanted.append(Wanted(name, threshold))
    top = _highest(rosters, threshold, high, low)
    if undirected:
        return _undirected(rosters, wanted, (low, top), include_self, gate)
    return network_indices(
        rosters, wanted, (low, top), missing=missing, include_self=include_self, gate=gate
    )


def _undirected(
    rosters: Rosters,
    wanted: Sequence[Wanted],
    scale: tuple[float, float],
    include_self: bool,
    gate: float | None,
) -> RosterIndices:
    """Compute indices of ties without direction."""
    both = rosters.with_values(either_report)
    sizes = np.zeros(rosters.total)
    for stack in rosters.stacks:
        sizes[stack.groups] = stack.values.shape[-1]
    columns, undefined = {}, {}
    for index in wanted:
        values = _one(both, replace(index, one_minus=False), scale, "available", include_self)
        if index.name.endswith("_centralization"):
            # Freeman's (1979) star of undirected ties sums to (k - 1)(k - 2), not (k - 1)².
            values = np.where(sizes > 2, values * (sizes - 1) / np.maximum(sizes - 2, 1), np.nan)
        columns[index.label] = 1.0 - values if index.one_minus else values
        undefined[index.label] = UNDEFINED.get(index.name, "it is not defined for these answers")
    notes = (*rosters.notes, "Ties have no direction: one report of a pair stands for both.")
    plain = rosters.with_values(lambda stack: _diagonal(stack.values, include_self))
    return gated(
        plain.frame(), gate_of(gate), columns, undefined,
        details={"members": received_frame(both)}, notes=notes,
    )  # fmt: skip


def _highest(rosters: Rosters, threshold: float | None, high: float | None, low: float) -> float:
    """Return the upper end of the scale, checked against the values."""
    for name, value in (("threshold", threshold), ("high", high), ("low", low)):
        if value is not None and not isinstance(value, (int, float, np.number)):
            raise InputError(f"{name} must be a number, got {value!r}")
    if high is not None and high <= low:
        raise InputError(f"high must lie above low, got low={low:g} and high={high:g}")
    cells = [stack.values[~np.isnan(stack.values)] for stack in rosters.stacks]
    found = np.concatenate(cells) if cells else np.zeros(0)
    largest = float(found.max(initial=low))
    if high is None and threshold is None and largest > 1:
        raise InputError(
            f"high must be the strongest answer of the response scale, got values up to "
            f"{largest:g} and no high; or give a threshold from which on a tie counts"
        )
    top = max(1.0, largest) if high is None else float(high)
    if found.size and (float(found.min()) < low or largest > top):
        raise InputError(
            f"ties must lie between low and high ({low:g} to {top:g}), got values from "
            f"{float(found.min()):g} to {largest:g}"
        )
    return top


def network_indices(
    rosters: Rosters,
    wanted: Sequence[Wanted],
    scale: tuple[float, float],
    *,
    missing: Treatment = "available",
    include_self: bool = False,
    gate: float | None = None,
) -> RosterIndices:
    """Compute indices of rosters, each with its own threshold.

    Parameters
    ----------
    rosters
        Square rosters.
    wanted
        The indices, in order.
    scale
        The answers for no tie and for the strongest.
    missing, include_self, gate
        As in `network`.
    """
    one_of("missing", missing, ("available", "reconstruct", "zero"))
    plain = rosters.with_values(lambda stack: _diagonal(stack.values, include_self))
    columns, undefined = {}, {}
    for index in wanted:
        columns[index.label] = _one(plain, index, scale, missing, include_self)
        undefined[index.label] = UNDEFINED.get(index.name, "it is not defined for these answers")
    rule = gate_of(gate)
    frame = plain.frame()
    cut = {w.label: _cut(plain, w.threshold, scale) for w in wanted}
    return gated(
        frame,
        rule,
        columns,
        undefined,
        details=_details(plain, cut, wanted, scale, include_self, frame),
        notes=(*rosters.notes, *_notes(wanted, scale[0], missing)),
    )


def _notes(wanted: Sequence[Wanted], low: float, missing: Treatment) -> tuple[str, ...]:
    notes = []
    cuts = {w.threshold for w in wanted if w.threshold is not None}
    if cuts:
        notes.append(f"A tie counts from {', '.join(f'{cut:g}' for cut in sorted(cuts))} on.")
    if missing == "reconstruct":
        notes.append("Missing reports were taken from the other side: ties are assumed mutual.")
        if any(w.name in PAIRED for w in wanted):
            notes.append(
                "Reciprocity and agreement of pairs rest on pairs in which both answered: a "
                "reconstructed pair agrees by construction."
            )
    if missing == "zero":
        notes.append("Missing reports were read as no tie.")
    if low != 0 and any(w.name in ("gini", "cv") for w in wanted):
        notes.append(f"Inequality counts from the lowest answer, {low:g}, as nothing.")
    return tuple(notes)


def _diagonal(values: Floats, include_self: bool) -> Floats:
    if include_self:
        return values
    return np.where(np.eye(values.shape[-1], dtype=bool), np.nan, values)


def _cut(rosters: Rosters, threshold: float | None, scale: tuple[float, float]) -> Rosters:
    """Bring answers to 0 to 1, by a threshold or by the ends of the scale."""
    low, high = scale

    def change(stack: Stack) -> Floats:
        known = ~np.isnan(stack.values)
        if threshold is None:
            return (stack.values - low) / (high - low)
        return np.where(known, (stack.values >= threshold).astype(float), np.nan)

    return rosters.with_values(change)


PAIRED = ("reciprocity", "dyadic_agreement", "dyadic_correlation")
"""Indices of pairs, which reconstruction must not touch: what it fills in agrees by design."""


def _treated(ties: Floats, name: str, missing: Treatment, include_self: bool) -> Floats:
    if missing == "reconstruct":
        return ties if name in PAIRED else reconstruct(ties)
    return fill(ties, 0.0, include_self=include_self) if missing == "zero" else ties


def _one(
    rosters: Rosters,
    index: Wanted,
    scale: tuple[float, float],
    missing: Treatment,
    include_self: bool,
) -> Floats:
    """Return one index by group."""
    raw = index.name in ("valued_mean", "sd")
    cut = _cut(rosters, None if raw else index.threshold, scale)
    low, high = scale

    def value(stack: Stack) -> Floats:
        ties = _treated(stack.values, index.name, missing, include_self)
        if index.name == "external_internal":
            return kernels.external_internal(ties, stack.partners)
        if index.name == "valued_mean":
            return low + (high - low) * kernels.density(ties)
        if index.name == "sd":
            return (high - low) * spread(kernels.received(ties))
        return SIMPLE[index.name](ties)

    result = cut.by_group(value)
    return 1.0 - result if index.one_minus else result


def _details(
    plain: Rosters,
    cut: Mapping[str, Rosters],
    wanted: Sequence[Wanted],
    scale: tuple[float, float],
    include_self: bool,
    frame: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return what non-response does, and who receives what."""
    details = {}
    silent = np.flatnonzero((frame["response_rate"] < 1) & (frame["respondents"] > 0))
    if len(silent):
        columns = {
            (w.label, way): _one(plain, w, scale, way, include_self)
            for w in wanted
            for way in ("available", "reconstruct", "zero")
        }
        details["treatments"] = compare_treatments(
            plain, silent, wanted, columns, cut, scale, include_self
        )
        details["reported_by_others"] = compare_reports(plain, silent)
    details["members"] = received_frame(plain)
    return details
