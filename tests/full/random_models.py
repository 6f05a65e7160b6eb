"""Random identified models of every family, fitted here and by R's lavaan, differences listed.

    python tests/full/random_models.py [CASES PER FAMILY] [SEED] [FAMILY ...]

Every case whose cells differ beyond what lavaan's own stopping rule leaves is named with its
model, and with why: where lavaan's search, begun again at our estimates with a tight tolerance,
stays there, it had stopped early (or at a worse optimum). What has no such reason is counted as
unexplained, and the exit code is then 1.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from collective_use.errors import CollectiveUseError
from collective_use.sem.fit import fit_sem

Case = dict[str, Any]
Rng = np.random.Generator
MEASURES = ("chisq", "df", "cfi", "tli", "rmsea", "srmr", "logl", "aic", "bic", "baseline.chisq",
            "chisq.scaled", "chisq.scaling.factor", "cfi.scaled", "cfi.robust", "rmsea.robust",
            "srmr_within", "srmr_between")  # fmt: skip


def _factors(rng: Rng, count: int) -> dict[str, list[str]]:
    out, k = {}, 0
    for f in range(count):
        size = int(rng.integers(3, 5))
        out[f"f{f + 1}"] = [f"y{k + j + 1}" for j in range(size)]
        k += size
    return out


def _measured(
    rng: Rng, blocks: dict[str, list[str]], n: int, *, shift: float = 0.0
) -> pd.DataFrame:
    """Draw indicators of correlated factors; some have heavy tails."""
    common = rng.normal(size=(n, 1)) * math.sqrt(0.4)
    columns = {}
    for items in blocks.values():
        score = shift + common[:, 0] + math.sqrt(0.6) * rng.normal(size=n)
        for item in items:
            noise = rng.standard_t(6, size=n) / math.sqrt(1.5)
            columns[item] = rng.uniform(0.6, 1.1) * score + rng.uniform(0.5, 0.9) * noise
    return pd.DataFrame(columns)


def _text(blocks: dict[str, list[str]]) -> list[str]:
    return [f"{f} =~ " + " + ".join(items) for f, items in blocks.items()]


def _pair(rng: Rng, blocks: dict[str, list[str]]) -> str:
    """Return a residual covariance between items of different factors (or none)."""
    names = list(blocks)
    if len(names) < 2 or rng.random() < 0.5:
        return ""
    return f"{rng.choice(blocks[names[0]])} ~~ {rng.choice(blocks[names[1]])}"


def cfa(rng: Rng) -> Case:
    """Confirmatory factors, all estimators of continuous data."""
    blocks = _factors(rng, int(rng.integers(1, 5)))
    data = _measured(rng, blocks, int(rng.integers(200, 600)))
    names = ["ML", "MLR", "MLM", "MLMV", "MLMVS", "GLS", "ULS", "MLF"]
    options = {"estimator": str(rng.choice(names)), "std_lv": bool(rng.random() < 0.4)}
    return {
        "model": "\n".join([*_text(blocks), _pair(rng, blocks)]),
        "frame": data,
        "ours": options,
    }


def path(rng: Rng) -> Case:
    """Observed variables that explain each other, some covariates."""
    p, x = int(rng.integers(3, 6)), int(rng.integers(1, 4))
    n = int(rng.integers(100, 500))
    names = [f"x{i + 1}" for i in range(x)] + [f"z{i + 1}" for i in range(p)]
    values = np.zeros((n, x + p))
    values[:, :x] = rng.normal(size=(n, x)) + rng.normal(size=(n, 1)) * 0.5
    lines = []
    for j in range(x, x + p):
        before = sorted(rng.choice(j, size=int(rng.integers(1, min(j, 4) + 1)), replace=False))
        effects = rng.uniform(-0.5, 0.6, size=len(before))
        values[:, j] = values[:, before] @ effects + rng.normal(size=n)
        lines.append(f"{names[j]} ~ " + " + ".join(names[k] for k in before))
    options = {"estimator": str(rng.choice(["ML", "MLR", "MLM"]))}
    if rng.random() < 0.3:
        options["fixed_x"] = False
    return {
        "model": "\n".join(lines),
        "frame": pd.DataFrame(values, columns=names),
        "ours": options,
    }


def groups(rng: Rng) -> Case:
    """Several groups under steps of invariance."""
    blocks, parts = _factors(rng, int(rng.integers(1, 4))), []
    for g in range(int(rng.integers(2, 4))):
        part = _measured(rng, blocks, int(rng.integers(150, 300)), shift=0.3 * g)
        parts.append(part.assign(g=f"g{g}"))
    steps = ["loadings", "intercepts", "residuals", "lv.variances"]
    options = {"estimator": str(rng.choice(["ML", "MLR", "MLM"])), "group": "g",
               "equal": steps[: int(rng.integers(0, 5))]}  # fmt: skip
    return {
        "model": "\n".join(_text(blocks)),
        "frame": pd.concat(parts, ignore_index=True),
        "ours": options,
    }


def fiml(rng: Rng) -> Case:
    """Gaps that depend on a variable that is there; some with groups or covariates."""
    blocks = _factors(rng, int(rng.integers(1, 4)))
    data = _measured(rng, blocks, int(rng.integers(250, 600)))
    lines = _text(blocks)
    if rng.random() < 0.5:
        data["x1"] = 0.4 * data["y1"] + rng.normal(size=len(data))
        lines.append("f1 ~ x1")
    for item in list(data.columns)[1:]:
        if item.startswith("y"):
            chance = 0.25 / (1 + np.exp(-data["y1"]))
            data.loc[rng.random(len(data)) < chance, item] = np.nan
    options: dict[str, Any] = {"estimator": str(rng.choice(["ML", "MLR"])), "missing": "fiml"}
    if rng.random() < 0.3:
        data["g"] = np.where(rng.random(len(data)) < 0.5, "a", "b")
        options |= {"group": "g", "equal": ["loadings"]}
    return {"model": "\n".join(lines), "frame": data, "ours": options}


def ordinal(rng: Rng) -> Case:
    """Items of 2 to 6 categories."""
    blocks = _factors(rng, int(rng.integers(1, 4)))
    data = _measured(rng, blocks, int(rng.integers(300, 700)))
    for item in data.columns:
        cuts = np.sort(
            rng.choice(np.linspace(-1.1, 1.1, 8), size=int(rng.integers(1, 6)), replace=False)
        )
        scaled = (data[item] - data[item].mean()) / data[item].std()
        data[item] = np.digitize(scaled, cuts) + 1
    options: dict[str, Any] = {
        "estimator": str(rng.choice(["WLSMV", "ULSMV", "WLSM", "DWLS"])),
        "ordered": list(data.columns), "parameterization": str(rng.choice(["delta", "theta"])),
    }  # fmt: skip
    if rng.random() < 0.3:
        data["g"] = np.where(rng.random(len(data)) < 0.5, "a", "b")
        options["group"] = "g"
    return {"model": "\n".join(_text(blocks)), "frame": data, "ours": options}


def covariates(rng: Rng) -> Case:
    """Ordered items, some beside continuous ones, given covariates; groups, gaps, weights."""
    blocks, n = _factors(rng, int(rng.integers(1, 3))), int(rng.integers(300, 700))
    data = _measured(rng, blocks, n)
    given = {"x1": rng.normal(rng.uniform(-2, 2), rng.uniform(0.5, 2), n),
             "x2": (rng.random(n) < 0.4).astype(float)}  # fmt: skip
    names = list(given)[: int(rng.integers(1, 3))]
    lines, items = _text(blocks), list(data.columns)
    for f, own in blocks.items():
        before = [*(["f1"] if f == "f2" and rng.random() < 0.5 else []), *names]
        lines.append(f"{f} ~ " + " + ".join(before))
        shift = sum(rng.uniform(-0.4, 0.5) * (given[x] - given[x].mean()) for x in names)
        for item in own:
            data[item] += shift
    if rng.random() < 0.5:
        direct = str(rng.choice(items))
        data[direct] += 0.4 * given[names[-1]]
        lines.append(f"{direct} ~ {names[-1]}")
    continuous = [items[-1]] if rng.random() < 0.4 else []
    for item in [item for item in items if item not in continuous]:
        cuts = np.sort(
            rng.choice(np.linspace(-1.0, 1.0, 7), size=int(rng.integers(1, 5)), replace=False)
        )
        scaled = (data[item] - data[item].mean()) / data[item].std()
        data[item] = np.digitize(scaled, cuts) + 1
    data = data.assign(**{x: given[x] for x in names})
    options: dict[str, Any] = {
        "estimator": str(rng.choice(["WLSMV", "ULSMV", "WLSM", "WLSMVS"])),
        "ordered": [item for item in items if item not in continuous],
        "parameterization": str(rng.choice(["delta", "theta"])),
    }  # fmt: skip
    kind = rng.random()
    if kind < 0.25:
        data["g"] = np.where(rng.random(n) < 0.5, "a", "b")
        options["group"] = "g"
    elif kind < 0.5:
        options["weights"] = "w"
        data["w"] = rng.uniform(0.4, 2.5, n)
    elif kind < 0.7 and not continuous:
        options["missing"] = "pairwise"
        gaps = rng.random((n, len(items))) < 0.1 + 0.1 * (given["x1"] > 0)[:, None]
        data[items] = data[items].astype(float).mask(gaps)
    return {"model": "\n".join(lines), "frame": data, "ours": options}


def twolevel(rng: Rng) -> Case:
    """Persons in clusters of unequal size, factors at both levels."""
    clusters, p = int(rng.integers(80, 160)), int(rng.integers(3, 7))
    team = np.repeat(np.arange(clusters), rng.integers(4, 12, size=clusters))
    items = [f"y{i + 1}" for i in range(p)]
    w = rng.normal(size=clusters)
    outer = 0.4 * w + rng.normal(size=clusters)
    inner = rng.normal(size=team.size)
    columns = {}
    for item in items:
        between = rng.uniform(0.6, 1) * outer + rng.uniform(0.35, 0.6) * rng.normal(size=clusters)
        columns[item] = (
            between[team] + rng.uniform(0.7, 1.1) * inner + 0.8 * rng.normal(size=team.size)
        )
    data = pd.DataFrame(columns).assign(w=w[team], team=team)
    both = " + ".join(items)
    lines = ["level: 1", f"fw =~ {both}", "level: 2", f"fb =~ {both}"]
    if rng.random() < 0.5:
        lines.append("fb ~ w")
    options = {"estimator": str(rng.choice(["ML", "MLR"])), "cluster": "team"}
    return {"model": "\n".join(lines), "frame": data, "ours": options}


def constraints(rng: Rng) -> Case:
    """Labels, equalities, curved and open constraints, definitions."""
    blocks = _factors(rng, 2)
    data = _measured(rng, blocks, int(rng.integers(200, 500)))
    first, second = blocks["f1"], blocks["f2"]
    lines = [
        f"f1 =~ {first[0]} + a*{first[1]} + b*{first[2]}",
        f"f2 =~ {second[0]} + c*{second[1]} + d*{second[2]}",
        "f2 ~ e*f1", "ab := a*e", "ratio := exp(b)/c",
    ]  # fmt: skip
    kinds = [
        "a == b",
        "a == b\nc == d",
        "c == d^2",
        "a + b == 2",
        "a > 0.2",
        "a == 2*c - d",
        "d < 1.5",
    ]
    lines.append(str(rng.choice(kinds)))
    used = [*first[:3], *second[:3]]
    options = {"estimator": str(rng.choice(["ML", "MLR"]))}
    return {"model": "\n".join(lines), "frame": data[used], "ours": options}


FAMILIES: dict[str, Callable[[Rng], Case]] = {
    "cfa": cfa, "path": path, "groups": groups, "fiml": fiml, "ordinal": ordinal,
    "twolevel": twolevel, "constraints": constraints, "covariates": covariates,
}  # fmt: skip

NAMES = {"std_lv": "std.lv", "fixed_x": "fixed.x", "equal": "group.equal",
         "weights": "sampling.weights"}  # fmt: skip


def fitted(case: Case) -> dict[str, Any]:
    """Fit a case here."""
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            fit = fit_sem(case["model"], case["frame"], **case["ours"])
            if not fit.converged:
                return {"error": "did not converge", "rows": []}
            frame = fit.estimates
            measures = {k: float(v) for k, v in fit.fit_measures.items()}
    except CollectiveUseError as error:
        return {"error": str(error), "rows": []}
    rows = [
        [r.lhs, r.op, r.rhs, int(getattr(r, "level", 1)), int(getattr(r, "group", 1)), r.est, r.se]
        for r in frame.itertuples()
    ]
    flat = any("do not tell the correlation" in str(w.message) for w in said)
    return {"rows": rows, "measures": measures, "admissible": fit.admissible, "flat": flat}


def to_r(case: Case, name: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return what R reads."""
    options = {NAMES.get(k, k): v for k, v in case["ours"].items() if v != []}
    rows = [[*row[:3], row[3] or 1, row[4] or 1, row[5]] for row in found["rows"]]
    return {
        "model": case["model"],
        "data": f"{name}.csv",
        "options": options,
        "ours": rows,
        "fun": "sem",
    }


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Return the cells that differ, in words."""
    out, known = [], {}
    for lhs, op, rhs, level, group, est, se in ours["rows"]:
        known[lhs, op, rhs, level or 1, group or 1] = (est, se)
        if op == "~~":
            known[rhs, op, lhs, level or 1, group or 1] = (est, se)
    seen = 0
    for lhs, op, rhs, level, group, est, se in theirs["rows"]:
        mine = known.get((lhs, op, "" if op == "~1" else rhs, level or 1, group or 1))
        if mine is None:
            if est not in (0, 1):
                out.append(f"{lhs} {op} {rhs}: no such row here ({est})")
            continue
        seen += 1
        if abs(mine[0] - est) > 1e-4 * max(1, abs(est)):
            out.append(f"{lhs} {op} {rhs} .{group}: est {mine[0]:.6f} for {est:.6f}")
        if se is not None and se > 0 and abs((mine[1] or 0) - se) > 1e-3 * se + 1e-5:
            out.append(f"{lhs} {op} {rhs} .{group}: se {mine[1]:.6f} for {se:.6f}")
    if not seen:
        out.append("no row in common")
    for name in MEASURES:
        theirs_value = theirs["measures"].get(name)
        value = ours["measures"].get(name, math.nan)
        if theirs_value is None or (math.isnan(value) and name.endswith(".robust")):
            continue
        if not abs(value - theirs_value) <= 1e-4 * abs(theirs_value) + 5e-5:
            out.append(f"{name}: {value:.6f} for {theirs_value:.6f}")
    return out


def reason(case: Case, ours: dict[str, Any], theirs: dict[str, Any], family: str) -> str:
    """Return why a case differs, or an empty text."""
    if "error" in theirs:
        return f"lavaan stops: {theirs['error'].strip()[:70]}"
    if not theirs["converged"]:
        return "lavaan does not converge"
    if "error" in ours:
        if "data do not tell one" in ours["error"]:
            return FLAT
        none = all(row[6] in (None, 0) for row in theirs["rows"]) and SINGULAR in ours["error"]
        return "neither has errors: singular information" if none else ""
    left = differences(ours, theirs)
    again = theirs.get("again") or {}
    if again.get("rows") and again["fmin"] <= theirs["fmin"] + 1e-12:
        left = differences(ours, again)
        if not left:
            return "lavaan stopped early: begun at ours it stays there"
    if family == "twolevel" and all(s.startswith(UNRESTRICTED) and _near(s) for s in left):
        return "two levels: lavaan's unrestricted model stopped early (docs/ordinal-twolevel.md)"
    if ours.get("flat"):
        return FLAT
    if "pairwise" in case["ours"].values() and all(s.startswith(("x1 ~", "x2 ~")) for s in left):
        return "moments of covariates: lavaan takes rows without any answer, too"
    bends = "d^2" in case["model"] and case["ours"]["estimator"] == "MLR"
    if bends and all(": se " in s or "scal" in s or ".robust" in s for s in left):
        return "curvature of constraints in observed information (docs/estimation-differences.md)"
    return ""


def _near(cell: str) -> bool:
    """Tell whether a cell differs by what an unrestricted model that stopped early explains."""
    mine, theirs = (float(x) for x in cell.split(": ")[1].removeprefix("est ").split(" for "))
    return abs(mine - theirs) <= 2e-3 * max(0.25, abs(theirs))


FLAT = "two items without a discordant pair: their correlation is 1, lavaan stops before"
SINGULAR = "information matrix is singular"
UNRESTRICTED = ("chisq", "cfi", "tli", "rmsea", "baseline", "srmr")
"""Measures at two levels that compare with the unrestricted model, found there by EM."""


def run(count: int, seed: int, families: list[str], folder: Path) -> int:
    """Fit all cases on both sides and print what differs; return the number without a reason."""
    cases, results, rows = [], [], []
    for family in families:
        for k in range(count):
            rng = np.random.default_rng([seed, list(FAMILIES).index(family), k])
            case = FAMILIES[family](rng)
            name = f"{family}{k}"
            case["frame"].to_csv(folder / f"{name}.csv", index=False)
            found = fitted(case)
            cases.append((family, name, case))
            results.append(found)
            rows.append(to_r(case, name, found))
    (folder / "cases.json").write_text(json.dumps(rows))
    script = Path(__file__).with_suffix(".R")
    subprocess.run(["Rscript", str(script), str(folder)], check=True)
    answer = json.loads((folder / "lavaan.json").read_text())
    print(f"lavaan {answer['lavaan']}, {len(cases)} cases, seed {seed}")
    tally: Counter[tuple[str, str]] = Counter()
    for (family, name, case), ours, theirs in zip(cases, results, answer["cases"], strict=True):
        if "error" not in ours and theirs.get("converged") and not differences(ours, theirs):
            tally[family, "equal"] += 1
            continue
        if "error" in ours and ("error" in theirs or not theirs.get("converged")):
            tally[family, "neither fits"] += 1
            continue
        why = reason(case, ours, theirs, family)
        tally[family, why.split(":")[0] or "UNEXPLAINED"] += 1
        cells = [ours["error"]] if "error" in ours else (
            differences(ours, theirs) if theirs.get("rows") else [])  # fmt: skip
        print(f"\n{name} {case['ours']}: {why or 'UNEXPLAINED'}")
        print("  " + case["model"].strip().replace("\n", "\n  "))
        print("  " + "\n  ".join(cells[:6]))
    print()
    for (family, what), number in sorted(tally.items()):
        print(f"{family:12} {what:60} {number}")
    return sum(number for (_, what), number in tally.items() if what == "UNEXPLAINED")


if __name__ == "__main__":
    asked = sys.argv[1:]
    size = int(asked[0]) if asked else 100
    first = int(asked[1]) if len(asked) > 1 else 20261129
    with tempfile.TemporaryDirectory() as where:
        sys.exit(bool(run(size, first, asked[2:] or list(FAMILIES), Path(where))))
