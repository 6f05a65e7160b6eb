"""How often steps of `invariance` fail: `python tests/full/invariance_rates.py [samples] [ordered]`

Nine items on two factors in two groups, all equal, or one intercept or one loading off in the
second. A line a case: the share of samples in which the metric, scalar and strict step fail by the
rule, by Chen's rule without the difference test, by CFI alone, and by the test alone. With
`ordered` the answers are cut into five or two categories, and the rule alone is counted.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd

import collective_use as cu

MODEL = "f =~ x1 + x2 + x3 + x4 + x5\ng =~ y1 + y2 + y3 + y4"
FIRST, SECOND = np.array([0.7, 0.6, 0.8, 0.7, 0.65]), np.array([0.7, 0.8, 0.6, 0.75])
ITEMS = [f"x{k}" for k in range(1, 6)] + [f"y{k}" for k in range(1, 5)]
STEPS = ("metric", "scalar", "strict")
CASES = {
    "equal": (0.0, 0.0), "intercept .3": (0.3, 0.0), "intercept .5": (0.5, 0.0),
    "loading -.3": (0.0, 0.3),
}  # fmt: skip


def sample(rng: np.random.Generator, n: int, intercept: float, loading: float) -> pd.DataFrame:
    """Return two groups of n persons; the second has one intercept and one loading off."""
    parts = []
    for group in ("a", "b"):
        factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], n)
        own = FIRST - (loading if group == "b" else 0.0) * np.eye(5)[2]
        x = factors[:, :1] * own + rng.normal(size=(n, 5)) * np.sqrt(0.51)
        y = factors[:, 1:] * SECOND + rng.normal(size=(n, 4)) * np.sqrt(0.5)
        x[:, 1] += intercept if group == "b" else 0.0
        frame = pd.DataFrame(np.column_stack([x, y]), columns=ITEMS)
        parts.append(frame.assign(s=group))
    return pd.concat(parts, ignore_index=True)


def failed(table: pd.DataFrame) -> np.ndarray:
    """Return (3 steps, 4 rules), 1 where a step fails by a rule."""
    out = np.zeros((len(STEPS), 4))
    for k, step in enumerate(STEPS):
        if step in table.index:
            row = table.loc[step]
            cfi, test = row["delta_cfi"] < -0.01, row["delta_p"] < 0.05
            srmr = row["delta_srmr"] > (0.03 if step == "metric" else 0.01)
            chen = cfi and (row["delta_rmsea"] > 0.015 or srmr)
            out[k] = not row["holds"], chen, cfi, test
    return out


def of_ordered(samples: int) -> None:
    """Print a line a case of ordered answers."""
    for cuts in ((-1.0, -0.2, 0.6, 1.4), (0.2,)):
        for n in (150, 500):
            for name in ("equal", "intercept .5"):
                rng, fails = np.random.default_rng(1), dict.fromkeys(("thresholds", *STEPS), 0)
                done = 0
                for _ in range(samples):
                    data = sample(rng, n, *CASES[name])
                    data[ITEMS] = np.digitize(data[ITEMS], cuts)
                    try:
                        found = cu.invariance(MODEL, data, group="s", ordered=ITEMS)
                    except cu.CollectiveUseError:
                        continue
                    done += 1
                    for row in found.to_frame().itertuples():
                        if row.step in fails:
                            fails[row.step] += not row.holds
                shares = {step: round(count / max(done, 1), 3) for step, count in fails.items()}
                sys.stdout.write(
                    f"{len(cuts) + 1} categories, {n} a group, {name}: {shares} of {done}\n"
                )
                sys.stdout.flush()


def main() -> None:
    """Print a line a case."""
    warnings.simplefilter("ignore")
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    if "ordered" in sys.argv[2:]:
        of_ordered(samples)
        return
    for n in (60, 150, 500):
        for name, (intercept, loading) in CASES.items():
            rng = np.random.default_rng(1)
            total = np.zeros((len(STEPS), 4))
            for _ in range(samples):
                data = sample(rng, n, intercept, loading)
                found = cu.invariance(MODEL, data, group="s", estimator="ML")
                total += failed(found.to_frame().set_index("step"))
            shares = np.round(total / samples, 3).tolist()
            sys.stdout.write(f"{n} a group, {name}: rule, Chen, CFI, test by step {shares}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
