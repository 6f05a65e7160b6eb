"""Simulated and printed reference values, and those of the NIST sets: what they are held to."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import collective_use as cu
from agreement_parity import cells, computed
from collective_use.groups.agreement.chance import item_correlation
from collective_use.groups.inputs import rows_of
from collective_use.numerics.groups import chance, chance_simulation
from collective_use.numerics.groups.agreement import rwg_j
from collective_use.numerics.groups.random_groups import random_groups

REPETITIONS = 40_000


def critical_errors(law: chance.Exact, value: float, p: float, error: float) -> float:
    """Return how many Monte Carlo errors a critical value lies from its probability.

    R's rule: for high values, the least that is reached or exceeded with chance 1 - p at
    most; for low values, the greatest that is reached from below with chance p at most. So
    the value itself must be rare enough, and its neighbour must not be.
    """
    near = 1e-9
    if p > 0.5:
        inner = law.values[law.values < value - near]
        tail, beside = law.at_least(value), law.at_least(float(inner[-1]))
    else:
        inner = law.values[law.values > value + near]
        tail, beside = law.at_most(value), law.at_most(float(inner[0]))
    level = min(p, 1 - p)
    return max(tail - level, level - beside, 0.0) / error


def printed_errors(name: str, value: float) -> float:
    """Return the Monte Carlo errors of a critical value that was simulated and printed.

    Any value that rounds to what is printed may be meant; Cohen et al. drew 10,000 groups.
    """
    if "ADM" in name or "adm" in name:
        draws, p = drawn("LEAD", 10).deviation[0], 0.05
    else:
        draws, p = simulated_rwg_j("TSIG"), 0.95
    law = chance.collected(draws, np.full(len(draws), 1.0 / len(draws)))
    error = math.sqrt(p * (1 - p) * (1 / 10_000 + 1 / len(draws)))
    near = law.values[np.abs(law.values - value) <= 0.005 + 1e-9]
    return min((critical_errors(law, float(v), p, error) for v in near), default=math.inf)


@cache
def drawn(items: str | int, n: int, seed: int = 7) -> chance_simulation.Simulated:
    """Simulate groups of n on the items of a scale, or on so many unrelated items."""
    if isinstance(items, int):
        correlation = np.eye(items)
    else:
        frame = computed.data("lq2002")
        correlation = item_correlation(rows_of(frame[computed.items_of(items)], frame["COMPID"]))
    return chance_simulation.simulate_agreement(
        np.array([n]),
        np.full(5, 0.2),
        2.0,
        correlation,
        repetitions=REPETITIONS,
        seed=seed,
    )


@cache
def simulated_rwg_j(items: str | int) -> np.ndarray:
    """Return draws of rwg(j) for groups of 10."""
    number = items if isinstance(items, int) else computed.SCALES[items][1]
    return rwg_j(drawn(items, 10).ratio[0], number)


def sim_errors(block: str, cell: str, value: float) -> float:
    """Return how many Monte Carlo errors a cell of sim.json lies away."""
    repetitions = int(block.split("_n")[1].split("_")[0])
    p = {"q95": 0.95, "q99": 0.99, "q05": 0.05, "rwg95": 0.95, "ad05": 0.05}.get(cell)
    if block.startswith(("rwg_sim", "adm_sim_g5")):
        law = (
            chance.exact_rwg(10, np.full(5, 0.2), 2.0)
            if block.startswith("rwg_sim")
            else chance.exact_average_deviation(5, np.full(7, 1 / 7))
        )
        if p is not None:
            return critical_errors(law, value, p, math.sqrt(p * (1 - p) / repetitions))
        spread = math.sqrt(float(law.probabilities @ (law.values - law.mean()) ** 2))
        return abs(value - law.mean()) / (spread / math.sqrt(repetitions))
    if block.startswith("adm_sim_LEAD"):
        draws = drawn("LEAD", 10).deviation[0]
    else:
        draws = simulated_rwg_j({"T": "TSIG", "L": "LEAD"}.get(block.split("_")[2][0], 6))
    if p is not None:
        law = chance.collected(draws, np.full(len(draws), 1.0 / len(draws)))
        error = math.sqrt(p * (1 - p) * (1 / repetitions + 1 / len(draws)))
        return critical_errors(law, value, p, error)
    error = draws.std() * math.sqrt(1 / repetitions + 1 / len(draws))
    return abs(value - draws.mean()) / error


@cache
def rgr(name: str, variable: str) -> Any:
    """Shuffle members of a data set over its groups."""
    frame = computed.data(name)
    codes = np.unique(frame[computed.GROUP[name]], return_inverse=True)[1]
    groups = int(codes.max()) + 1
    return random_groups(frame[variable], codes, groups, repetitions=1000, seed=11)


def rgr_errors(name: str, block: str, cell: str, value: float) -> float:
    """Return how many Monte Carlo errors a cell of random group resampling lies away."""
    variable = block.split("_")[1]
    made = rgr(name, variable)
    real, draws = made.observed, made.variances
    groups = len(real)
    repetitions = round({"lq2002": 4900, "bh1996": 4950}[name] / groups)
    if cell == "N":
        return 0.0 if value == groups * repetitions else math.inf
    if cell == "AvGrpVar":
        return 0.0 if abs(value / real.mean() - 1) < 1e-10 else math.inf
    rounds = draws[: len(draws) // repetitions * repetitions].reshape(-1, repetitions * groups)
    if cell.startswith("q["):
        p = (0.005, 0.01, 0.025, 0.05, 0.1, 0.9, 0.95, 0.975, 0.99, 0.995)[int(cell[2:-1])]
        same = np.quantile(rounds, p, axis=1)
    elif cell == "AvRGRVar":
        same = rounds.mean(axis=1)
    elif cell == "SD":
        same = rounds.std(axis=1, ddof=1)
    else:
        centre, spread = rounds.mean(axis=1), rounds.std(axis=1, ddof=1)
        same = (real.mean() - centre) / (spread / math.sqrt(groups))
    return float(abs(value - same.mean()) / (same.std(ddof=1) * math.sqrt(1 + 1 / len(same))))


def printed() -> dict[str, float]:
    """Return what belongs under the printed values."""
    bh, lq = computed.data("bh1996"), computed.data("lq2002")
    reml = cu.icc(bh["WBEING"], bh["GRP"], method="reml")
    item = cu.rwg(lq["LEAD06"], lq["COMPID"])
    skew = cu.rwg(lq["LEAD06"], lq["COMPID"], null="slight_skew")
    values = item.to_frame()["rwg"]
    ten = chance.exact_rwg(10, np.full(5, 0.2), 2.0)
    five = chance.exact_average_deviation(5, np.full(7, 1 / 7))
    web = "jasondmarshall.com/multilevel-steps (bh1996, R output)"
    wga = "WGA vignette (lq2002 LEAD06, prose)"
    return {
        f"{web}/lme_WBEING_tau": reml.tau2,
        f"{web}/lme_WBEING_sigma2": reml.sigma2,
        f"{web}/ICC_lme": reml.icc1,
        f"{web}/ICC1_aov_WBEING": reml.icc1_by["mean"],
        f"{web}/ICC1.lme": reml.icc1,
        f"{web}/ICC2.lme(unweighted)": reml.icc2_by["mean_reliability"],
        "multilevel Rd rwg.sim/Dunlap2003_Table2 rwg p=.05 gsize10 A5": ten.critical_high(0.05),
        "multilevel Rd ad.m.sim/Dunlap2003_Table3 AD p=.05 gsize5 A7": five.critical_low(0.05),
        f"{wga}/mean rwg uniform": float(values.mean()),
        f"{wga}/share > .51": float((values > 0.51).mean()),
        f"{wga}/90th percentile": float(values.quantile(0.9)),
        f"{wga}/rwgp uniform": float(item.summary["pooled"]),
        f"{wga}/rwgp slight skew": float(skew.summary["pooled"]),
    }


def same_as_printed(ours: float, text: float) -> bool:
    """Tell whether a value rounds to what is printed, at the digits printed."""
    digits = len(repr(float(text)).partition(".")[2])
    return abs(ours - text) <= 0.5 * 10**-digits * (1 + 1e-9)


def nist_file(name: str) -> Path:
    """Return the path of a NIST set, which ships inside scipy."""
    import scipy.stats

    return Path(scipy.stats.__file__).parent / "tests" / "data" / "nist_anova" / f"{name}.dat"


def exact_table(exact: list[Fraction], groups: np.ndarray) -> tuple[float, float, float]:
    """Return F, ICC(1) and ICC(2) in exact arithmetic."""
    by: dict[int, list[Fraction]] = {}
    for value, group in zip(exact, groups, strict=True):
        by.setdefault(int(group), []).append(value)
    N, G = len(exact), len(by)
    grand = sum(exact) / N
    means = {g: sum(v) / len(v) for g, v in by.items()}
    msb = sum(len(v) * (means[g] - grand) ** 2 for g, v in by.items()) / (G - 1)
    msw = sum(sum((x - means[g]) ** 2 for x in v) for g, v in by.items()) / (N - G)
    k = Fraction(N, G)
    icc1 = (msb - msw) / (msb + (k - 1) * msw)
    return float(msb / msw), float(icc1), float((msb - msw) / msb)


@cache
def nist(name: str) -> dict[str, Any]:
    """Return groups, values, and F, ICC(1), ICC(2): certified, and of the values as doubles."""
    lines = nist_file(name).read_text().splitlines()
    certified = next(line for line in lines if line.startswith("Between"))
    rows = [line.split() for line in lines[60:] if len(line.split()) == 2]
    groups = np.array([int(row[0]) for row in rows])
    values = np.array([float(row[1]) for row in rows])
    right = exact_table([Fraction(row[1]) for row in rows], groups)
    return {
        "groups": groups,
        "values": values,
        "right": (float(certified.split()[-1]), *right[1:]),
        "doubles": exact_table([Fraction(float(value)) for value in values], groups),
        "found": cu.icc(values, groups),
    }


def digits(found: float, right: float) -> float:
    """Return the number of correct digits (log relative error), at most 15.9."""
    if found == right:
        return 15.9
    return max(0.0, min(15.9, -math.log10(abs(found - right) / abs(right))))


def nist_gap(name: str, cell: str, value: float | None) -> float:
    """Return by how many digits this package falls short of a NIST cell; 0 is good.

    Doubles cannot hold the values of the large sets; F of the values as doubles, in exact
    arithmetic, has `best` digits. Ours must have as many as that, or as the reference where
    it has fewer; where the cell is a value and not a number of digits, the two values must
    also agree as far as the reference is right.
    """
    case = nist(name)
    place = 0 if "F" in cell.split("_")[-1] else 2 if "ICC2" in cell else 1
    ours = (case["found"].f, case["found"].icc1, case["found"].icc2)[place]
    right, doubles = case["right"][place], case["doubles"][place]
    best = digits(doubles, right)
    if value is None:
        return 0.0
    theirs = value if "LRE" in cell else digits(value, right)
    short = min(theirs, best, 13.0) - digits(ours, right) - 0.05
    short = max(short, 12.0 - digits(ours, doubles))
    if "LRE" not in cell:
        short = max(short, min(theirs, best) - digits(value, ours) - 0.31)
    return max(0.0, short)


def names() -> list[str]:
    """Return the NIST sets of the reference."""
    return list(cells.reference("nist_R.json"))
