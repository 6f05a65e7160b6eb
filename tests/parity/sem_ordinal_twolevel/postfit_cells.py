"""Every cell of the reference files on what follows a fit, each in its class of exactness."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "sem"))

from otl_cells import (
    BOTH,
    COVARIATES,
    EQUAL,
    FIVE,
    GAPS,
    GIVEN,
    LIVE,
    PLAIN,
    ZERO,
    Case,
    V,
)
from sem_cells import Cell, _allowed, _number, load

from collective_use.sem.fit import fit_sem
from collective_use.sem.twolevel.result import TwoLevelResult

FOLDER = LIVE / "postfit"
CLASSES = {
    "estimate": "polished optimum: 1e-6 x max(1, |reference|)",
    "error": "polished optimum: 1e-5 relative",
    "fit": "polished optimum: 1e-6 relative",
    "index": (
        "modification indices: 1e-5 relative, or what 1e-6 in their root makes of them (polychoric "
        "correlations are estimates of lavaan's own optimiser)"
    ),
    "residual": (
        "residuals are differences: 1e-5 relative, or what 2e-6 in the moments makes of them"
    ),
    "groups": (
        "z-values of residuals of several groups: lavaan divides by the cases of all groups where "
        "those of one group belong; compared with its value times sqrt(n_g / N)"
    ),
    "together": (
        "standardized residuals of groups with equal parameters: lavaan 0.7's (residuals07.R), "
        "since 0.6-14 leaves out what groups share in errors; as residuals"
    ),
    "early": (
        "the number as given, against the unrestricted two-level moments where lavaan leaves them: "
        "no further from it than R's value at their optimum is (exact_residuals.R), plus 1e-6"
    ),
    "mean": (
        "lavaan splits the mean of a variable of both levels in an arbitrary way; the sum at the "
        "optimum is compared, 1e-6"
    ),
    "search": (
        "lavPredict stops its search at a relative gain of 1e-8: the gap is no larger than its "
        "own distance from the maximum found by R from its parameters, which we meet to 1e-6"
    ),
    "covariate": (
        "freeing a moment of fixed covariates, or letting them be explained, is in lavaan's list "
        "with an index of 0; not in ours"
    ),
    "scale": (
        "scales in theta parameterisation follow from the residual variances and are no "
        "parameters: in lavaan's list, not in ours; in delta parameterisation a scale has no "
        "standardized change, where lavaan prints 1"
    ),
    "latent": (
        "the mean of an ordered variable is the model's for its latent response; lavaan lists it "
        "against 0, we list thresholds only"
    ),
    "variance": (
        "for the expected change of a variance lavaan prints the standardized estimate (0 when it "
        "is fixed at 0); ours is the standardized change"
    ),
    "unknown": "the distribution of a ULS difference is not known: a p in lavaan, none in ours",
    "word": "equal as written",
}

_O: dict[str, Any] = {"ordered": V}
_MIXED = {"ordered": ("v2", "v3", "v4", "v5", "v7", "v8")}
_LT = ("loadings", "thresholds")
_THETA = {"parameterization": "theta"}
_C, _T = {"cluster": "cluster"}, {"cluster": "team"}
PATH = FIVE + "\nf2 ~ b*f1"
LABELS = EQUAL.replace("fb ~ z\n", "")
ORDINAL = {
    "ord_five": Case(FIVE, "five", _O),
    "ord_ulsmv": Case(FIVE, "five", {**_O, "estimator": "ULSMV"}),
    "ord_wls": Case(FIVE, "five", {**_O, "estimator": "WLS"}),
    "ord_theta_path": Case(PATH, "five", {**_O, **_THETA}),
    "ord_groups": Case(FIVE, "five", {**_O, "group": "g", "equal": _LT}),
    "ord_groups_theta": Case(FIVE, "five", {**_O, **_THETA, "group": "g", "equal": _LT}),
    "ord_mixed": Case(FIVE, "mixed", _MIXED),
    "ord_mixed_groups": Case(FIVE, "mixed", {**_MIXED, "group": "g", "equal": ("loadings",)}),
}
TWO = {
    "tl_cfa": Case(BOTH, "twolevel", _C),
    "tl_sem": Case(COVARIATES, "twolevel", _C),
    "tl_equal": Case(LABELS, "unequal", _T),
    "tl_equal_mlr": Case(LABELS, "unequal", {**_T, "estimator": "MLR"}),
    "tl_zero": Case(ZERO, "unequal", _T),
    # One fit of two groups against two fits by lavaan, see make_postfit.R.
    "tl_north": Case(PLAIN, "unequal", {**_T, "group": "half"}),
    "tl_south": Case(PLAIN, "unequal", {**_T, "group": "half"}),
    "tl_missing": Case(GAPS, "twolevel_missing", {**_C, "missing": "fiml", "fixed_x": False}),
}
CASES = {**ORDINAL, **TWO}
COVARIATE_NAMES = {"x1", "x2", "x3", "w1", "w2", "x", "z"}


def data_of(name: str) -> pd.DataFrame:
    """Read a data set of the reference folder."""
    return pd.read_csv(LIVE / "data" / f"{name}.csv")


@cache
def _fitted(model: str, data: str, options: tuple[tuple[str, Any], ...]) -> Any:
    frame = pd.read_csv(GIVEN / "data" / "hs.csv") if data == "hs" else data_of(data)
    return fit_sem(model, frame, **dict(options))


def fit_case(case: Case) -> Any:
    """Fit a case, once."""
    return _fitted(case.model, case.data, tuple(sorted(case.options.items())))


def finished() -> dict[str, Any]:
    """Return residuals by R against unrestricted two-level moments at their optimum."""
    return load(FOLDER / "exact_residuals.json")


def cells_of(
    name: str, reference: dict[str, Any], exact: dict[str, Any] | None = None
) -> Iterator[Cell]:
    """Yield a cell for every entry of a reference file; an unknown part is a KeyError."""
    fit = fit_case(CASES[name])
    only = {"tl_north": 1, "tl_south": 2}.get(name)
    if name in ("tl_north", "tl_south"):
        assert fit.group_names == ("north", "south")
    for part, content in reference.items():
        if part == "mi":
            yield from _indices(content, fit, only)
        elif part == "residuals":
            if isinstance(fit, TwoLevelResult):
                end = (exact or finished())[name]
                yield from _two_level_residuals(content, end, fit, only or 1)
            else:
                yield from _ordinal_residuals(_with_newer(name, content), fit)
        elif part == "scores":
            yield from _scores(content, fit, only)
        elif part == "rsquare":
            yield from _r_square(content, fit, only or 1)
        elif part == "fm":
            yield from _root_mean_squares(content, fit)
        elif part == "polish":
            yield Cell("polished", "word", True, content["gradient_after"] < 1e-9, 1.0)
        else:
            yield from {"score": _score, "release": _release, "wald": _wald}[part](content, fit)


def _indices(entries: list[dict[str, Any]], fit: Any, only: int | None) -> Iterator[Cell]:
    frame = fit.modification_indices()
    if only:
        frame = frame[frame["group"] == only].assign(group=1)
    ours = {}
    for r in frame.itertuples():
        ours[r.lhs, r.op, r.rhs, r.level, r.group] = r
        if r.op == "~~":
            ours[r.rhs, r.op, r.lhs, r.level, r.group] = r
    seen = set()
    columns = {"epc": "epc", "sepc.lv": "sepc_lv", "sepc.all": "sepc_all", "sepc.nox": "sepc_nox"}
    for e in entries:
        name = f"mi {e['lhs']}{e['op']}{e['rhs']} {e['level']}.{e['group']}"
        row = ours.get((e["lhs"], e["op"], e["rhs"], int(e["level"]), int(e["group"])))
        if row is None and e["op"] == "~*~" and fit.table.parameterization == "theta":
            yield Cell(name, "scale", 0.0, 0.0, 1.0)
            continue
        if row is None:
            x = COVARIATE_NAMES & ({e["lhs"]} if e["op"] in ("~", "~1") else {e["lhs"], e["rhs"]})
            assert x, name
            assert isinstance(fit, TwoLevelResult), name
            yield Cell(name, "covariate", e["mi"], 0.0, 1e-9)
            continue
        seen.add(row.Index)
        x = _number(e["mi"])
        yield Cell(f"{name} mi", "index", x, row.mi, 1e-5 * x + 2e-6 * math.sqrt(x))
        for column, mine in columns.items():
            if e["op"] == "~~" and e["lhs"] == e["rhs"] and column != "epc":
                yield Cell(f"{name} {column}", "variance", 0.0, 0.0, 1.0)
                continue
            if e["op"] == "~*~" and column != "epc":
                yield Cell(f"{name} {column}", "scale", math.nan, getattr(row, mine), 1.0)
                continue
            x = _number(e[column])
            # An expected change is as exact as the root of its index.
            least = 1e-6 * abs(x) / math.sqrt(max(_number(e["mi"]), 1e-12))
            yield Cell(f"{name} {column}", "error", x, getattr(row, mine), 1e-5 * abs(x) + least)
    assert set(frame.index) == seen, frame.loc[sorted(set(frame.index) - seen)]


def _with_newer(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """Put lavaan 0.7's standardized residuals in the place of 0.6-14's where groups share."""
    newer = load(LIVE.parent / "sem07" / "residuals07.json").get(name)
    if newer is None:
        return content
    blocks = []
    for old, group in zip(content["standardized"], newer["standardized"], strict=True):
        assert old["cov"]["names"] == group["names"]
        cov, cuts = old["cov"] | {"value": group["cov"]}, old["th"] | {"value": group["thresholds"]}
        blocks.append(old | {"cov": cov, "th": cuts})
    return content | {"together": blocks}


def _ordinal_residuals(content: dict[str, Any], fit: Any) -> Iterator[Cell]:
    found = fit.residuals()
    sizes = [g.moments.n for g in fit.solution.data.groups]
    for kind, blocks in content.items():
        if kind == "standardized" and "together" in content:
            continue
        column = {"cor": "correlation", "together": "standardized"}.get(kind, kind)
        for i, block in enumerate(blocks):
            z = kind in ("normalized", "standardized")
            factor = math.sqrt(sizes[i] / sum(sizes)) if z else 1.0
            label = "groups" if z and len(sizes) > 1 else "residual"
            label = kind if kind == "together" else label
            raw = content["raw"][i]
            assert set(block) == {"cov", "mean", "th"}
            names, wanted = block["cov"]["names"], np.array(block["cov"]["value"], dtype=float)
            base = np.array(raw["cov"]["value"], dtype=float)
            ours = found.matrix(column, i + 1).loc[names, names].to_numpy()
            for a, b in zip(*np.tril_indices(len(names)), strict=True):
                name = f"{kind} {names[a]}~~{names[b]} {i + 1}"
                yield _residual(name, label, wanted[a, b], ours[a, b], base[a, b], factor)
            part = found.thresholds[found.thresholds["group"] == i + 1]
            cuts = dict(zip(part["lhs"] + "|" + part["rhs"], part[column], strict=True))
            rows = zip(block["th"]["names"], block["th"]["value"], raw["th"]["value"], strict=True)
            for cut, x, r in rows:
                yield _residual(f"{kind} {cut} {i + 1}", label, float(x), cuts[cut], r, factor)
            means = found.means[found.means["group"] == i + 1].set_index("lhs")[column]
            for n, x in zip(block["mean"]["names"], block["mean"]["value"], strict=False):
                cell = _residual(f"{kind} {n}~1 {i + 1}", label, x, means.get(n, 0.0), x or 0.0, 1)
                if n not in means:
                    cell = Cell(cell.name, "latent", 0.0, means.get(n, 0.0), 1.0)
                yield cell


def _residual(
    name: str, kind: str, x: float, ours: float, raw: float, factor: float
) -> Cell:  # fmt: skip
    if abs(raw) < 1e-5:  # divided by 1, not by its error
        return Cell(name, "residual", x, ours, 2e-6)
    slope = abs(x / raw)
    return Cell(name, kind, x * factor, ours, 1e-5 * abs(x) + 2e-6 * slope)


def _two_level_residuals(
    content: dict[str, Any], end: dict[str, Any], fit: Any, group: int
) -> Iterator[Cell]:
    """Compare with R at the optimum of the unrestricted moments, and with the file as given."""
    found = fit.residuals()
    for kind, blocks in content.items():
        column = {"cor": "correlation"}.get(kind, kind)
        for level, (block, last) in enumerate(zip(blocks, end[kind], strict=True), start=1):
            names = block["cov"]["names"]
            assert names == last["cov"]["names"]
            given = np.array(block["cov"]["value"], dtype=float)
            exact = np.array(last["cov"]["value"], dtype=float)
            ours = (
                found.matrix(column, group, ("within", "between")[level - 1])
                .loc[names, names]
                .to_numpy()
            )
            for a, b in zip(*np.tril_indices(len(names)), strict=True):
                name = f"{kind} {names[a]}~~{names[b]} level {level}"
                yield Cell(name, "estimate", exact[a, b], ours[a, b], 1e-6)
                own = min(abs(given[a, b] - exact[a, b]), 1e-2)
                yield Cell(f"{name} as given", "early", given[a, b], ours[a, b], own + 1e-6)
    total: dict[str, float] = {}
    for block in end["raw"]:
        for n, x in zip(block["mean"]["names"], block["mean"]["value"], strict=True):
            total[n] = total.get(n, 0.0) + float(x)
    means = found.means[found.means["group"] == group].set_index("lhs")["raw"]
    for n, x in total.items():
        yield Cell(f"raw {n}~1", "mean", x, means[n], 1e-6)


def _scores(content: Any, fit: Any, only: int | None) -> Iterator[Cell]:
    if isinstance(fit, TwoLevelResult):
        for level, values in enumerate(content, start=1):
            scores = fit.factor_scores(level=("within", "between")[level - 1]).scores
            if only:
                scores = scores[scores["group"] == fit.group_names[only - 1]]
            if level == 2:  # lavaan lists clusters as they appear
                g = fit.solution.data.groups[(only or 1) - 1]
                names = np.array(fit.clustered.names[(only or 1) - 1])
                order = list(dict.fromkeys(names[g.clusters[0]].tolist()))
                scores = scores.loc[order]
            factor = scores["fw" if level == 1 else "fb"].to_numpy()
            for i, (x,) in enumerate(values):
                allowed = _allowed("estimate", x)
                yield Cell(f"score {level} row {i}", "estimate", x, factor[i], allowed)
        return
    for method in ("ebm", "ml"):
        scores = fit.factor_scores(method).scores
        for group, block in enumerate(content, start=1):
            ours = scores.loc[[r - 1 for r in block["rows"]], ["f1", "f2"]].to_numpy(dtype=float)
            for i, row in enumerate(block[method]):
                for j, x in enumerate(row):
                    name = f"{method} {group} row {block['rows'][i]} f{j + 1}"
                    allowed = _allowed("estimate", 0.0 if x in (None, "NA") else x)
                    yield Cell(name, "estimate", _number(x), ours[i, j], allowed)
                    if method == "ebm" and "lavpredict" in block:
                        theirs = block["lavpredict"][i][j]
                        own = abs(theirs - x) + 1e-6
                        yield Cell(f"{name} lavPredict", "search", theirs, ours[i, j], own)


def _r_square(content: list[dict[str, Any]], fit: Any, group: int) -> Iterator[Cell]:
    frame = fit.r_square()
    for i, block in enumerate(content, start=1):
        if "level" in frame:
            part = frame[(frame["group"] == group) & (frame["level"] == i)]
        else:
            part = frame[frame["group"] == i]
        ours = part.set_index("variable")["r_square"]
        assert set(ours.index) == set(block)
        for n, x in block.items():
            yield Cell(f"r2 {n} {i}", "estimate", x, ours[n], _allowed("estimate", x))


def _root_mean_squares(content: dict[str, Any], fit: Any) -> Iterator[Cell]:
    """lavaan's summary of residuals from the residuals we list (groups weighted n_g / N)."""
    found = fit.residuals()
    shares = fit.solution.data.shares
    crmr = srmr = 0.0
    for i, share in enumerate(shares, start=1):
        cov = found.covariances[found.covariances["group"] == i]
        off = cov[cov["lhs"] != cov["rhs"]]
        crmr += share * math.sqrt(float((off["correlation"] ** 2).mean()))
        sd = dict(zip(fit.solution.data.variables, _deviations(fit, i), strict=True))
        scaled = cov["raw"] / (cov["lhs"].map(sd) * cov["rhs"].map(sd))
        srmr += share * math.sqrt(float((scaled**2).mean()))
    numeric = len(found.means) > 0
    for name, x in (("crmr_nomean", crmr), ("srmr_bentler_nomean", srmr)):
        if name == "srmr_bentler_nomean" or not numeric:
            yield Cell(f"fm {name}", "fit", content[name], x, 1e-6 * max(1.0, content[name]))


def _deviations(fit: Any, group: int) -> Any:
    return np.sqrt(np.diag(fit.correlations(group).to_numpy()))


def _score(content: dict[str, Any], fit: Any) -> Iterator[Cell]:
    add = "f1 =~ v5\nv1 ~~ v2"
    if isinstance(fit, TwoLevelResult):
        add = "level: 1\ny1 ~~ y2\nlevel: 2\ny1 ~~ y2"
        parts = ["level: 1\ny1 ~~ y2", "level: 2\ny1 ~~ y2"]
    else:
        parts = add.split("\n")
    yield from _tested("score", content["test"], vars(fit.score_test(add)))
    for i, part in enumerate(parts):
        one = {key: content["uni"][key][i] for key in ("X2", "df", "p.value")}
        yield from _tested(f"score {part!r}", one, vars(fit.score_test(part)))


def _release(content: dict[str, Any], fit: Any) -> Iterator[Cell]:
    frame = fit.score_test().to_frame()
    joint = frame.iloc[-1]
    # lavaan counts constraints, also those that say the same twice; ours are those that can be
    # told apart: the difference in df to the model without them.
    two = isinstance(fit, TwoLevelResult)
    df = 3 if two else DIFFERENCES()["groups configural thresholds delta shifted"]["df"]
    x = content["test"]["X2"]
    yield Cell("release statistic", "fit", x, joint.statistic, 1e-6 * x)
    yield Cell("release df", "word", df, int(joint.df), 1.0)
    assert len(frame) - 1 == len(content["uni"]["X2"])
    for i in range(len(frame) - 1):
        one = {key: content["uni"][key][i] for key in ("X2", "df", "p.value")}
        yield from _tested(f"release {i}", one, frame.iloc[i].to_dict())


def _wald(content: dict[str, Any], fit: Any) -> Iterator[Cell]:
    text = "a == b; b == c" if isinstance(fit, TwoLevelResult) else "b == .5"
    x, ours = content["stat"], vars(fit.wald(text))
    yield Cell("wald", "error", x, ours["statistic"], 1e-5 * x)
    yield Cell("wald df", "word", content["df"], int(ours["df"]), 1.0)
    yield Cell("wald p", "error", content["p.value"], ours["p"], 1e-5 * content["p.value"] + 1e-15)


def _tested(name: str, content: dict[str, Any], ours: dict[str, Any]) -> Iterator[Cell]:
    x = content["X2"]
    yield Cell(name, "index", x, ours["statistic"], 1e-6 * x + 2e-6 * math.sqrt(x))
    yield Cell(f"{name} df", "word", content["df"], int(ours["df"]), 1.0)
    yield Cell(f"{name} p", "error", content["p.value"], ours["p"], 2e-6)


@cache
def DIFFERENCES() -> dict[str, Any]:
    """Read the difference tests."""
    return load(FOLDER / "differences.json")


EQUAL_LOADINGS = "f1 =~ v1 + a*v2 + a*v3 + a*v4\nf2 =~ v5 + v6 + v7 + v8"
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
HS_EQUAL = "visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + b*x5 + b*x6\nspeed =~ x7 + x8 + x9"


def pair(name: str) -> tuple[Case, Case]:
    """Return the larger and the smaller model of a difference test."""
    words = name.split()
    first = words[0]
    if first == "HS":
        base = {"estimator": words[1]}
        if words[2] == "equal":
            return Case(HS, "hs", base), Case(HS_EQUAL, "hs", base)
        base = {**base, "group": "school"}
        return Case(HS, "hs", base), Case(HS, "hs", {**base, "equal": ("loadings",)})
    if first == "two-level":
        base = {**_T, "estimator": words[1]}
        return Case(PLAIN, "unequal", base), Case(LABELS, "unequal", base)
    groups = {**_O, "group": "g"}
    if first == "mixed":
        base = {**_MIXED, "group": "g"}
        return Case(FIVE, "mixed", base), Case(FIVE, "mixed", {**base, "equal": ("loadings",)})
    if name.startswith("theta equal"):
        base = {**_O, **_THETA}
        return Case(PATH, "five", base), Case(EQUAL_LOADINGS + "\nf2 ~ b*f1", "five", base)
    if first == "theta":
        base = {**groups, **_THETA}
        return Case(FIVE, "five", base), Case(FIVE, "five", {**base, "equal": _LT})
    if name.startswith("groups configural"):
        equal = _LT if words[2] == "thresholds" else ("loadings",)
        return Case(FIVE, "five", groups), Case(FIVE, "five", {**groups, "equal": equal})
    if first == "groups":
        larger = {**groups, "equal": _LT}
        return Case(FIVE, "five", larger), Case(
            FIVE, "five", {**larger, "equal": (*_LT, "lv.variances")}
        )
    base = {**_O, "estimator": first}
    smaller = EQUAL_LOADINGS if words[1] == "equal" else FIVE + "\nf1 ~~ 0*f2"
    return Case(FIVE, "five", base), Case(smaller, "five", base)


def difference_cells(reference: dict[str, Any]) -> Iterator[Cell]:
    """Yield the cells of all difference tests."""
    for name, one in reference.items():
        large, small = (fit_case(case) for case in pair(name))
        words, how = name.split(), {}
        if words[-1] in ("shifted", "unshifted"):
            how = {"method": "satorra.2000", "a_method": words[-2]}
            if words[-1] == "unshifted":
                first = small.solution.options.test in ("satorra.bentler", "yuan.bentler.mplus")
                how["correction"] = "satorra.bentler" if first else "mean.var.adjusted"
        elif words[-1] == "2010":
            how = {"method": "satorra.bentler.2010"}
        ours = large.compare(small, **how)
        x, p = one["statistic"], one["p"]
        yield Cell(f"{name} statistic", "fit", x, ours.statistic, 1e-6 * x)
        yield Cell(f"{name} df", "fit", one["df"], ours.df, 1e-6 * one["df"])
        if small.solution.options.estimator == "ULS":
            yield Cell(f"{name} p", "unknown", math.nan, ours.p, 1.0)
        else:
            yield Cell(f"{name} p", "error", p, ours.p, 1e-5 * p)
        if "scale" in one:
            yield Cell(f"{name} scale", "fit", one["scale"], 1 / ours.scaling, 1e-6 * one["scale"])
            yield Cell(f"{name} shift", "error", one["shift"], ours.shift, 1e-6)
