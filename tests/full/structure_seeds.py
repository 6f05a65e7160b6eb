"""The bundled generator over many seeds: `python tests/full/structure_seeds.py [seeds] [minutes]`.

Each seed gives 60 groups of 4 to 12 members that answer the bundled instrument with the true paths
of the bundled samples (full mediation). Counted are: how often the 95% limits of a standardized
path hold the truth, how often each model is rejected at .05, and which one is chosen. Variety of
expertise is an index in another metric than its truth, so its own paths are left out. The table
goes into docs/structure.md.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t as student

import collective_use as cu
from collective_use.errors import EstimationError
from collective_use.groups.results import Groups
from collective_use.simulation.samples import PATHS, TRUTH
from collective_use.structure.rivals.compare import compare_models

PAGE = Path(__file__).resolve().parents[2] / "docs" / "structure.md"
MODELS = ("M1", "M2", "M3", "M4", "M6", "M7")
TRUE = replace(TRUTH, exact_groups=False)


def survey(seed: int, groups: int) -> Groups:
    """Return the groups of one survey."""
    made = cu.simulate_responses("collective_data_use", n_groups=groups, seed=seed, parameters=TRUE)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "export.csv"
        place.write_text(made.export(), "utf-8")
        responses = cu.read_responses(place, "collective_data_use")
    return cu.aggregate(cu.score(responses), repetitions=0)


def standardized(fit: cu.StructureFit) -> pd.DataFrame:
    """Return the standardized paths with 95% limits from errors that standardize too."""
    frame = fit.fit.standardized("all")
    frame = frame[frame["op"] == "~"]
    half = student.ppf(0.975, len(fit.groups) - 6) * frame["se"]
    return frame.assign(low=frame["est"] - half, high=frame["est"] + half)


def one(seed: int, groups: int) -> dict[str, object]:
    """Return what one seed gives; `refused` holds why nothing was fitted."""
    found = survey(seed, groups)
    row: dict[str, object] = {"seed": seed}
    try:
        fit = cu.fit_structure(found, "M1", engine="core")
    except EstimationError as problem:
        return row | {"refused": str(problem)}
    paths = standardized(fit)
    paths = paths[paths["rhs"] != "exp_variety"]
    truth = [PATHS[o, p] for o, p in zip(paths["lhs"], paths["rhs"], strict=True)]
    row["cover"] = ((paths["low"] <= truth) & (paths["high"] >= truth)).tolist()
    row["paths"] = [
        f"{o} ~ {p} ({PATHS[o, p]:+.2f})" for o, p in zip(paths["lhs"], paths["rhs"], strict=True)
    ]
    row["est"] = paths["est"].tolist()
    inside = fit.effects[fit.effects["kind"] == "specific indirect"]
    row["found"] = (inside["p"] <= 0.05).tolist()
    table = compare_models(found, MODELS, folds=0).models.set_index("model")
    row["p"] = table["p"].to_dict()
    row["aic"], row["bic"] = table["aic"].idxmin(), table["bic"].idxmin()
    return row


def rates(rows: list[dict[str, object]]) -> str:
    """Return the table as Markdown."""
    good = [row for row in rows if "refused" not in row]
    cover = np.array([row["cover"] for row in good], dtype=float)
    est = np.array([row["est"] for row in good], dtype=float)
    out = [f"{len(rows)} seeds of 60 groups; the rule refused {len(rows) - len(good)}.", ""]
    out += ["| path (truth) | mean estimate | 95% limits hold it |", "|---|---|---|"]
    for k, name in enumerate(good[0]["paths"]):  # type: ignore[arg-type, var-annotated]
        out.append(f"| {name} | {est[:, k].mean():.2f} | {cover[:, k].mean():.1%} |")
    out += ["", "| model | rejected at .05 | chosen by AIC | chosen by BIC |", "|---|---|---|---|"]
    for model in MODELS:
        p = np.array([row["p"][model] for row in good], dtype=float)  # type: ignore[index]
        known = p[~np.isnan(p)]
        chosen = [sum(row[by] == model for row in good) / len(good) for by in ("aic", "bic")]
        rejected = f"{(known < 0.05).mean():.1%} ({known.size})" if known.size else "saturated"
        out.append(f"| {model} | {rejected} | {chosen[0]:.1%} | {chosen[1]:.1%} |")
    return "\n".join(out) + "\n"


def main() -> None:
    """Run the seeds within the minutes and put the table into the page."""
    warnings.simplefilter("ignore")
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    end = time.monotonic() + 60 * float(sys.argv[2]) if len(sys.argv) > 2 else np.inf
    rows = []
    for seed in range(1, seeds + 1):
        rows.append(one(seed, 60))
        sys.stderr.write(f"{seed} {rows[-1].get('refused', rows[-1].get('bic'))}\n")
        if time.monotonic() > end:
            break
    page = PAGE.read_text("utf-8")
    pattern = r"(<!-- seeds: begin -->\n).*?(<!-- seeds: end -->)"
    table = rates(rows)
    PAGE.write_text(re.sub(pattern, lambda m: m[1] + table + m[2], page, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
