"""Reliability of one or several scales, each coefficient with its definition and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from collective_use.accepted import Labels, Plain
from collective_use.checks import number_between, one_of, valid_seed, whole_number
from collective_use.cutoffs import CUTOFFS, Cutoff
from collective_use.errors import InputError
from collective_use.measurement.answers import Answers, Constructs, Data, answers_of
from collective_use.measurement.correlations import Floats, refuse_constant
from collective_use.measurement.reliability.definitions import DEFINITIONS, LEVELS
from collective_use.measurement.reliability.levels import by_level
from collective_use.measurement.reliability.one_factor import Estimate
from collective_use.measurement.reliability.second import alpha_by_pingouin
from collective_use.measurement.reliability.total import closed, total
from collective_use.numerics.items.reliability import cronbach_alpha, feldt_limits
from collective_use.numerics.threads import single_threaded
from collective_use.results import Result, Table, table_of

COLUMNS = ["scale", "coefficient", "level", "est", "se", "ci_lower", "ci_upper", "limits",
           "p_above", "definition", "source", "reason"]  # fmt: skip


@dataclass(frozen=True)
class Reliability(Result):
    """Reliability of scales.

    Attributes
    ----------
    table
        One row a scale, coefficient and level: `scale`, `coefficient`, `level` (``total``,
        ``within``, ``between``, ``group_mean``), `est`, `se`, `ci_lower`, `ci_upper`, `limits`
        (how they were made), `p_above` (probability that omega exceeds the cut-off, by its normal
        law on the logit scale), `definition` in words, `source`, `reason` where it was not
        computed.
    n, groups
        Persons and groups by scale.
    cutoff
        The rule behind `p_above`.
    confidence
        Of the limits.
    notes
        What was left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))[["TSIG01", "TSIG02", "TSIG03"]]
    >>> found = cu.reliability(lq, repetitions=0)
    >>> round(float(found.get("alpha")), 3), round(float(found.get("omega_total")), 3)
    (0.823, 0.825)
    """

    table: pd.DataFrame
    n: dict[str, int]
    groups: dict[str, int]
    cutoff: Cutoff
    confidence: float
    notes: tuple[str, ...] = field(default=())

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def get(self, coefficient: str, level: str = "total", scale: str | None = None) -> float:
        """Return one estimate.

        Parameters
        ----------
        coefficient, level
            As in the table.
        scale
            Which scale; may be left out where there is one.

        Raises
        ------
        InputError
            When there is no such row.
        """
        rows = self.table.query("coefficient == @coefficient and level == @level")
        if scale is not None:
            rows = rows[rows["scale"] == scale]
        if len(rows) != 1:
            raise InputError(
                f"coefficient {coefficient!r} at level {level!r} must be one row, got {len(rows)}"
                + ("; name the scale" if len(rows) > 1 else "")
            )
        return float(rows["est"].iloc[0])

    def tables(self) -> tuple[Table, ...]:
        """Return one table a scale."""
        out = []
        for name, part in self.table.groupby("scale", sort=False):
            shown = part[["coefficient", "level", "est", "ci_lower", "ci_upper", "definition"]]
            members = f", {self.groups[str(name)]} groups" if str(name) in self.groups else ""
            notes = [f"{self.n[str(name)]} persons{members}. Limits {self.confidence:.0%}."]
            known = part.dropna(subset=["p_above"])
            if len(known):
                row = known.iloc[0]
                notes.append(
                    f"Omega exceeds {self.cutoff.value:g} with probability {row['p_above']:.2f} "
                    f"({self.cutoff.source})."
                )
            missing = part[part["reason"] != ""]
            notes += [
                f"{', '.join(dict.fromkeys(own['coefficient']))}: {why}."
                for why, own in missing.groupby("reason", sort=False)
            ]
            title = f"Reliability of {name}"
            out.append(table_of(title, shown[part["reason"] == ""], notes=(*notes, *self.notes)))
        return tuple(out)


@single_threaded
def reliability(
    data: Data,
    groups: Labels = None,
    *,
    constructs: Constructs | None = None,
    confidence: float = 0.95,
    repetitions: int = 500,
    cutoff: float | None = None,
    seed: int | None = 1,
    slow: bool = True,
    engine: Literal["core", "both"] = "core",
) -> Reliability:
    """Compute reliability of scales, in total and, where persons have groups, by level.

    Parameters
    ----------
    data
        Items of persons: a frame or array (one scale, unless `constructs` says otherwise),
        responses or scores (a scale for each measure).
    groups
        A column of the frame or one label for each person; then levels are told apart.
    constructs
        Items by scale.
    confidence
        Of the limits: Feldt's for alpha, delta method for omega, AVE and H of the factor model,
        percentile bootstrap for the others (whole groups are drawn where there are groups).
    repetitions
        Bootstrap samples; 0 leaves these limits out.
    cutoff
        What omega should exceed; the rule of thumb `alpha` when None.
    seed
        Of the bootstrap.
    slow
        Also what searches: the greatest lower bound, omega hierarchical, ordinal coefficients.
    engine
        ``"both"``: alpha and its limits by pingouin, too, as a row of their own; a difference
        warns.

    Returns
    -------
    Reliability
        Each coefficient with its definition, limits, and the reason where it was not computed.

    Raises
    ------
    InputError
        When a scale has fewer than two items, an item is constant or doubled, or nobody answered
        all items.

    References
    ----------
    See `DEFINITIONS`. Levels: Geldhof, Preacher & Zyphur (2014), Psychological Methods 19:72;
    Lai (2021), Psychological Methods 26:90.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> lq = pd.read_csv(cu.sample_path("lq2002.csv"))
    >>> items = ["HOSTIL01", "HOSTIL02", "HOSTIL03", "HOSTIL04", "HOSTIL05", "COMPID"]
    >>> found = cu.reliability(lq[items], "COMPID", repetitions=0)
    >>> round(float(found.get("omega_shared", "group_mean")), 3)
    0.585
    """
    number_between("confidence", confidence, 0, 1, open_low=True, open_high=True)
    whole_number("repetitions", repetitions, at_least=0)
    valid_seed(seed)
    one_of("engine", engine, ("core", "both"))
    rule = CUTOFFS["alpha"] if cutoff is None else _rule(cutoff)
    answers = answers_of(data, groups, constructs, least=2)
    scales = dict(answers.constructs) or {"scale": answers.items}
    rng = np.random.default_rng(seed)
    frames, n, sizes, notes = [], {}, {}, list(answers.notes)
    for scale, items in scales.items():
        if len(items) < 2:
            notes.append(f"{scale} has one item: no reliability can be computed from it.")
            continue
        known = answers.only(items).complete(at_least=len(items) + 2)
        refuse_constant(known)
        frames.append(_scale(scale, known, confidence, repetitions, rule, rng, slow))
        if engine == "both":
            frames.append(_second(scale, known, confidence, frames[-1]))
        n[scale] = len(known.values)
        if known.groups is not None:
            sizes[scale] = int(known.groups.nunique())
    if not frames:
        raise InputError("data must hold a scale of two items or more, got none")
    return Reliability(
        pd.concat(frames, ignore_index=True), n, sizes, rule, confidence, tuple(notes)
    )


def _rule(value: float) -> Cutoff:
    number_between("cutoff", value, 0, 1)
    return Cutoff("omega", value, "at_least", "set by the study")


def _scale(
    scale: str, known: Answers, confidence: float, repetitions: int, rule: Cutoff,
    rng: np.random.Generator, slow: bool,
) -> pd.DataFrame:  # fmt: skip
    found = {(name, "total"): estimate for name, estimate in total(known, slow=slow).items()}
    if known.groups is not None:
        found |= by_level(known)
    boot = _bootstrap(known, repetitions, rng)
    rows = [
        _row(scale, name, level, estimate, known, confidence, boot, rule)
        for (name, level), estimate in found.items()
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    order = list(LEVELS)
    return frame.sort_values("level", key=lambda s: s.map(order.index), kind="stable")


def _second(scale: str, known: Answers, confidence: float, first: pd.DataFrame) -> pd.DataFrame:
    here = first[(first["coefficient"] == "alpha") & (first["level"] == "total")]
    ours = float(here["est"].iloc[0])
    alpha, low, high = alpha_by_pingouin(known.values, confidence, ours, scale)
    what = DEFINITIONS["alpha_pingouin"]
    row = (scale, what.name, "total", alpha, np.nan, low, high, "Feldt", np.nan,
           what.words, what.source, "")  # fmt: skip
    return pd.DataFrame([row], columns=COLUMNS)


def _row(
    scale: str, name: str, level: str, estimate: Estimate, known: Answers, confidence: float,
    boot: dict[str, Floats], rule: Cutoff,
) -> tuple[Plain, ...]:  # fmt: skip
    low = high = above = np.nan
    how = ""
    value, error = estimate.value, estimate.error
    if np.isfinite(value) and name == "alpha" and level == "total" and known.groups is None:
        low, high = _feldt(known, confidence)
        how = "Feldt"
    elif np.isfinite(value) and name in boot and level == "total":
        tail = (1 - confidence) / 2
        low, high = np.quantile(boot[name], [tail, 1 - tail])
        how = "bootstrap of groups" if known.groups is not None else "bootstrap"
    elif np.isfinite(error) and error > 0 and 0 < value < 1:
        low, high = _logit_limits(value, error, confidence)
        how = "delta method, logit"
    if name == "omega_total" and np.isfinite(error) and error > 0 and 0 < value < 1:
        above = float(ndtr((_logit(value) - _logit(rule.value)) / (error / (value * (1 - value)))))
    definition = DEFINITIONS[name]
    return (scale, name, level, value, error, float(low), float(high), how, above,
            definition.words, definition.source, estimate.reason)  # fmt: skip


def _feldt(known: Answers, confidence: float) -> tuple[float, float]:
    alpha = cronbach_alpha(np.cov(known.values.to_numpy().T))
    return feldt_limits(alpha, len(known.values), len(known.items), confidence)


def _logit(value: float) -> float:
    return float(np.log(value / (1 - value)))


def _logit_limits(value: float, error: float, confidence: float) -> tuple[float, float]:
    width = float(ndtri(0.5 + confidence / 2)) * error / (value * (1 - value))
    return (
        1 / (1 + float(np.exp(-(_logit(value) - width)))),
        1 / (1 + float(np.exp(-(_logit(value) + width)))),
    )


def _bootstrap(known: Answers, repetitions: int, rng: np.random.Generator) -> dict[str, Floats]:
    if not repetitions:
        return {}
    values = known.values.to_numpy()
    places = None
    if known.groups is not None:
        codes, labels = known.codes()
        places = [np.flatnonzero(codes == g) for g in range(len(labels))]
    rows: list[dict[str, float]] = []
    for _ in range(repetitions):
        if places is None:
            drawn = rng.integers(0, len(values), len(values))
        else:
            drawn = np.concatenate([places[g] for g in rng.integers(0, len(places), len(places))])
        sample = values[drawn]
        if np.ptp(sample, axis=0).min() > 0:
            rows.append(closed(sample))
    names = rows[0] if rows else {}
    found = {name: np.array([row[name] for row in rows]) for name in names}
    return {name: column[np.isfinite(column)] for name, column in found.items()}
