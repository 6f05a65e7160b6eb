"""Reliability of a scale by level: of persons beside their group, of groups, of group means."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.frames import number_at
from collective_use.measurement.answers import Answers
from collective_use.measurement.correlations import between_covariance
from collective_use.measurement.reliability.one_factor import Estimate, fitted, names_for
from collective_use.numerics.items.reliability import cronbach_alpha
from collective_use.numerics.items.two_level import harmonic_size
from collective_use.results import NotComputed

Levels = dict[tuple[str, str], Estimate]
"""(coefficient, level) -> estimate."""

WANTED: tuple[tuple[str, str], ...] = (
    ("alpha", "within"), ("omega_total", "within"),
    ("alpha", "between"), ("omega_total", "between"),
    ("alpha", "group_mean"), ("omega_shared", "group_mean"),
    ("omega_configural", "group_mean"), ("icc2", "group_mean"),
)  # fmt: skip


def by_level(answers: Answers) -> Levels:
    """Return the coefficients within, between, and of the observed group mean.

    Covariances are those of the unrestricted two-level model, which may be indefinite between
    groups, and loadings those of one factor at
    each level, free of each other, by maximum likelihood (Geldhof, Preacher & Zyphur 2014); the
    group mean's size is the harmonic mean (Lai 2021).

    Parameters
    ----------
    answers
        Complete answers to the items of one scale, with groups.
    """
    codes, labels = answers.codes()
    names = names_for(len(answers.items))
    frame = answers.values.set_axis(names, axis=1).assign(group_=codes)
    sizes = np.bincount(codes)
    if len(labels) < 3 or int((sizes > 1).sum()) < 2:
        why = f"two levels need at least 3 groups, 2 of them of two members, got {len(labels)}"
        return {key: Estimate(np.nan, np.nan, why) for key in WANTED}
    n = harmonic_size(sizes)
    return _from_moments(frame, names, n) | _from_factor(frame, names, n)


def _from_moments(frame: pd.DataFrame, names: list[str], n: float) -> Levels:
    values = frame[names].to_numpy(dtype=float)
    within, between = between_covariance(values, frame["group_"].to_numpy(), free=True)
    keys = [("alpha", "within"), ("alpha", "between"), ("alpha", "group_mean"),
            ("icc2", "group_mean")]  # fmt: skip
    p = len(names)
    low = np.tril_indices(p, -1)
    whole = float(between.sum() + within.sum() / n)
    return {
        keys[0]: Estimate(cronbach_alpha(within)),
        keys[1]: Estimate(cronbach_alpha(between)),
        keys[2]: Estimate(p**2 * float(between[low].mean()) / whole),
        keys[3]: Estimate(float(between.sum()) / whole),
    }


def _from_factor(frame: pd.DataFrame, names: list[str], n: float) -> Levels:
    keys = [key for key in WANTED if key[0].startswith("omega")]
    if len(names) < 3:
        why = "one factor of two items is not identified at a level"
        return {key: Estimate(np.nan, np.nan, why) for key in keys}
    fit = fitted(_text(names), frame, cluster="group_")
    if isinstance(fit, NotComputed):
        return {key: Estimate(np.nan, np.nan, fit.reason) for key in keys}
    defined = fit.estimates.query("op == ':='").set_index("lhs")
    by = {"w": ("omega_total", "within"), "b": ("omega_total", "between")}
    shared = number_at(defined, "tb", "est")
    true_w, error_w = (number_at(defined, x, "est") for x in ("tw", "rw"))
    error_b = number_at(defined, "rb", "est")
    whole = shared + error_b + (true_w + error_w) / n
    found = {
        by[x]: Estimate(number_at(defined, f"o{x}", "est"), number_at(defined, f"o{x}", "se"))
        for x in by
    }
    return found | {
        ("omega_shared", "group_mean"): Estimate(shared / whole),
        ("omega_configural", "group_mean"): Estimate((shared + true_w / n) / whole),
    }


def _text(names: list[str]) -> str:
    """Return one factor at each level, with the variance of the sum in parts."""
    lines = []
    for level, x in ((1, "w"), (2, "b")):
        loadings = " + ".join(f"l{x}{j}*{name}" for j, name in enumerate(names))
        residuals = "\n".join(f"{name} ~~ e{x}{j}*{name}" for j, name in enumerate(names))
        lines.append(
            f"level: {level}\nf{x} =~ NA*{names[0]} + {loadings}\nf{x} ~~ 1*f{x}\n{residuals}"
        )
    for x in ("w", "b"):
        total = " + ".join(f"l{x}{j}" for j in range(len(names)))
        error = " + ".join(f"e{x}{j}" for j in range(len(names)))
        lines.append(f"t{x} := ({total})^2\nr{x} := {error}\no{x} := t{x}/(t{x}+r{x})")
    return "\n".join(lines)
