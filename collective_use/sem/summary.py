"""A summary that reads like lavaan's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from collective_use.frames import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.sem.data.data import SampleData
    from collective_use.sem.fitted import Fitted
from collective_use.sem.resampling.replicates import Replicates

_HEADINGS = (
    ("Latent Variables:", "=~"),
    ("Composites:", "<~"),
    ("Regressions:", "~"),
    ("Covariances:", "~~"),
    ("Intercepts:", "~1"),
    ("Thresholds:", "|"),
    ("Variances:", "=="),
    ("Scales y*:", "~*~"),
)
_TEST_NAMES = {
    "satorra.bentler": "Satorra-Bentler correction",
    "yuan.bentler.mplus": "Yuan-Bentler correction (Mplus variant)",
    "scaled.shifted": "simple second-order correction",
    "mean.var.adjusted": "mean and variance adjusted correction",
}


def summary(fit: Fitted, *, standardized: bool, fit_measures: bool) -> str:
    """Write the summary of a fitted model."""
    lines = [_opening(fit), ""]
    for problem in fit.problems:
        lines += [f"WARNING: {problem.text}", ""]
    lines += _setup(fit)
    if fit.converged:
        lines += ["", "Model Test User Model:", "", *_test(fit)]
        if fit_measures:
            lines += _measures(fit.fit_measures)
    lines += ["", "Parameter Estimates:", "", *_errors(fit)]
    lines += _parameters(fit, standardized=standardized)
    return "\n".join(lines) + "\n"


def _opening(fit: Fitted) -> str:
    optimum = fit.solution.optimum
    steps = f"{optimum.iterations} iterations"
    if not fit.converged:
        return f"collective_use did NOT end normally after {steps}: this is not a solution"
    if not fit.admissible:
        return f"collective_use ended after {steps}, but the solution is not admissible"
    return f"collective_use ended normally after {steps}"


def _line(label: str, value: object, second: object | None = None) -> str:
    def text(x: object) -> str:
        if isinstance(x, float):
            return "NA" if math.isnan(x) else f"{x:.3f}"
        return str(x)

    end = "" if second is None else f"{text(second):>12}"
    return f"  {label:<44}{text(value):>12}{end}"


def _whole(value: float) -> str:
    return f"{value:.0f}" if abs(value - round(value)) < 1e-9 else f"{value:.3f}"


def _setup(fit: Fitted) -> list[str]:
    options, data = fit.solution.options, fit.solution.data
    lines = [
        _line("Estimator", options.function),
        _line("Number of model parameters", str(fit.solution.n_parameters)),
    ]
    if options.likelihood == "wishart":
        lines.insert(1, _line("Likelihood", "Wishart"))
    lines.append("")
    lines += _observations(data)
    used = sum(len(g.rows) for g in data.groups)
    if data.n_rows > used > 0:
        lines.append(_line("Rows in the data", str(data.n_rows)))
    if options.missing == "fiml":
        patterns = sum(len(g.patterns) for g in data.groups)
        lines.append(_line("Number of missing patterns", str(patterns)))
    for g in data.groups:
        for j, codes in enumerate(g.clusters):
            where = f" ({g.name})" if len(data.groups) > 1 else ""
            which = f" {j + 1}" if len(g.clusters) > 1 else ""
            lines.append(_line(f"Number of clusters{which}{where}", str(int(codes.max()) + 1)))
    return lines


def _observations(data: SampleData) -> list[str]:
    """Say how many cases groups have, and what these weigh."""
    if len(data.groups) == 1:
        return [_line("Number of observations", _whole(data.n))]
    weighted = any(g.weights is not None for g in data.groups)
    counts = [str(len(g.rows)) if weighted else _whole(g.moments.n) for g in data.groups]
    lines = ["  Number of observations per group:"]
    lines += [_line(f"  {g.name}", n) for g, n in zip(data.groups, counts, strict=True)]
    if weighted:
        lines.append("  Sum of weights per group, scaled to all cases:")
        lines += [_line(f"  {g.name}", float(g.moments.n)) for g in data.groups]
    return lines


def _test(fit: Fitted) -> list[str]:
    standard, scaled = fit.test, fit.scaled_test
    if scaled is None:
        return [
            _line("Test statistic", standard.statistic),
            _line("Degrees of freedom", _whole(standard.df)),
            _line("P-value (Chi-square)", standard.p),
        ]
    lines = [
        f"  {'':<44}{'Standard':>12}{'Scaled':>12}",
        _line("Test Statistic", standard.statistic, scaled.statistic),
        _line("Degrees of freedom", _whole(standard.df), _whole(scaled.df)),
        _line("P-value (Chi-square)", standard.p, scaled.p),
        _line("Scaling correction factor", "", scaled.scaling),
    ]
    if scaled.name == "scaled.shifted":
        lines.append(_line("Shift parameter", "", scaled.shift))
    return [*lines, f"    {_TEST_NAMES[scaled.name]}"]


def _measures(m: Mapping[str, float]) -> list[str]:
    scaled = "chisq.scaled" in m

    def row(label: str, name: str) -> str:
        return _line(label, m[name], m.get(f"{name}.scaled") if scaled else None)

    lines = ["", "Model Test Baseline Model:", ""]
    lines.append(row("Test statistic", "baseline.chisq"))
    lines.append(_line("Degrees of freedom", _whole(m["baseline.df"]),
                       _whole(m["baseline.df.scaled"]) if scaled else None))  # fmt: skip
    lines.append(row("P-value", "baseline.pvalue"))
    lines += ["", "User Model versus Baseline Model:", ""]
    lines += [row("Comparative Fit Index (CFI)", "cfi"), row("Tucker-Lewis Index (TLI)", "tli")]
    if "cfi.robust" in m:
        lines += [
            _line("Robust Comparative Fit Index (CFI)", m["cfi.robust"]),
            _line("Robust Tucker-Lewis Index (TLI)", m["tli.robust"]),
        ]
    if "logl" in m:
        lines += ["", "Loglikelihood and Information Criteria:", ""]
        lines += [
            _line("Loglikelihood user model (H0)", m["logl"]),
            _line("Loglikelihood unrestricted model (H1)", m["unrestricted.logl"]),
            _line("Akaike (AIC)", m["aic"]),
            _line("Bayesian (BIC)", m["bic"]),
            _line("Sample-size adjusted Bayesian (SABIC)", m["bic2"]),
        ]
    lines += ["", "Root Mean Square Error of Approximation:", ""]
    lines += [
        row("RMSEA", "rmsea"),
        row("90 Percent confidence interval - lower", "rmsea.ci.lower"),
        row("90 Percent confidence interval - upper", "rmsea.ci.upper"),
        row("P-value H_0: RMSEA <= 0.050", "rmsea.pvalue"),
        row("P-value H_0: RMSEA >= 0.080", "rmsea.notclose.pvalue"),
    ]
    if "rmsea.robust" in m:
        lines += [
            _line("Robust RMSEA", m["rmsea.robust"]),
            _line("90 Percent confidence interval - lower", m["rmsea.ci.lower.robust"]),
            _line("90 Percent confidence interval - upper", m["rmsea.ci.upper.robust"]),
        ]
    lines += ["", "Standardized Root Mean Square Residual:", ""]
    if "srmr_within" not in m:
        return [*lines, _line("SRMR", m["srmr"])]
    return [
        *lines,
        _line("SRMR (within covariance matrix)", m["srmr_within"]),
        _line("SRMR (between covariance matrix)", m["srmr_between"]),
    ]


def _errors(fit: Fitted) -> list[str]:
    options = fit.solution.options
    names = {
        "standard": "Standard",
        "first.order": "First-order",
        "robust.sem": "Robust.sem",
        "robust.huber.white": "Sandwich",
        "robust.cluster": "Robust.cluster",
        "two.stage": "Two.stage",
        "robust.two.stage": "Robust.two.stage",
        "none": "None",
    }
    if fit.replicates is not None:
        return _replicated(fit.replicates)
    boot = fit.bootstrap
    resampled = (
        []
        if boot is None
        else [
            _line("Requested replications", boot.asked),
            _line("Failed replications", boot.failed),
        ]
    )
    return [
        _line("Standard errors", names[options.se] if boot is None else "Bootstrap"),
        *resampled,
        _line("Information", options.information.capitalize()),
    ]


def _replicated(found: Replicates) -> list[str]:
    design = found.design
    centre = "the estimates" if design.mse else "the mean of replicates"
    lines = [
        _line("Standard errors", "Replicate weights"),
        _line("Kind of replicates", design.kind),
        _line("Number of replicates", found.draws.shape[0]),
        _line("Deviations from", centre),
    ]
    return [*lines, _line("Failed replicates", found.failed)] if found.failed else lines


def _parameters(fit: Fitted, *, standardized: bool) -> list[str]:
    frame = fit.estimates
    lines: list[str] = []
    groups = range(1, len(fit.group_names) + 1)
    for g in groups:
        if len(fit.group_names) > 1:
            lines += ["", "", f"Group {g} [{fit.group_names[g - 1]}]:"]
        for level, name in enumerate(fit.level_names, start=1):
            if len(fit.level_names) > 1:
                lines += ["", "", f"Level {level} [{name}]:"]
            own = frame[(frame["group"] == g) & (frame["level"] == level)]
            lines += _block(own, standardized=standardized)
    defined = frame[frame["op"] == ":="]
    if len(defined):
        lines += ["", "Defined Parameters:", _columns(standardized)]
        lines += _rows(defined, ":=", standardized)
    constraints = [row for row in fit.table.rows if row.op in ("==", "<", ">")]
    if constraints:
        lines += ["", "Constraints:", *(f"    {r.lhs} {r.op} {r.rhs}" for r in constraints)]
    return lines


def _block(own: pd.DataFrame, *, standardized: bool) -> list[str]:
    lines: list[str] = []
    explained = frozenset(own.loc[own["op"] == "=~", "rhs"])
    explained |= frozenset(own.loc[own["op"] == "~", "lhs"])
    for heading, op in _HEADINGS:
        part = _part(own, op)
        if len(part):
            lines += ["", heading, _columns(standardized)]
            lines += _rows(part, op, standardized, explained)
    return lines


def _part(frame: pd.DataFrame, op: str) -> pd.DataFrame:
    same = frame["lhs"] == frame["rhs"]
    if op == "~~":
        return frame[(frame["op"] == "~~") & ~same]
    if op == "==":
        return frame[(frame["op"] == "~~") & same]
    return frame[frame["op"] == op]


def _columns(standardized: bool) -> str:
    names = ["Estimate", "Std.Err", "z-value", "P(>|z|)"]
    names += ["Std.lv", "Std.all"] if standardized else []
    return " " * 20 + "".join(f"{name:>9}" for name in names)


def _rows(
    frame: pd.DataFrame, op: str, standardized: bool, explained: frozenset[str] = frozenset()
) -> Iterable[str]:
    """Write one line per parameter; a dot marks what is left of an explained variable."""
    last = None
    dotted = explained if op in ("~~", "==", "~1") else frozenset()

    def named(variable: str) -> str:
        return f".{variable}" if variable in dotted else f" {variable}" if dotted else variable

    for row in rows_of(frame):
        if op in ("=~", "~", "~~", "<~", "|") and row.lhs != last:
            last = row.lhs
            yield f" {named(row.lhs)} {op}" if dotted else f"  {row.lhs} {op}"
        name = row.rhs if op in ("=~", "~", "~~", "<~", "|") else row.lhs
        label = f"({row.label[:4]})" if row.label and op != ":=" else ""
        fixed = row.se == 0
        cells = [f"{row.est:9.3f}"]
        cells += [" " * 9] * 3 if fixed else [_cell(row.se), _cell(row.z), _cell(row.p)]
        if standardized:
            cells += [_cell(row.std_lv), _cell(row.std_all)]
        margin = "   " if dotted else "    "
        yield f"{margin}{named(name)[:10]:<{14 - len(margin)}}{label:>6}" + "".join(cells)


def _cell(value: float) -> str:
    return f"{'NA':>9}" if value != value else f"{value:9.3f}"
