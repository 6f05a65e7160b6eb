"""How often `validate` names planted faults, and how often it is alarmed by clean answers.

``python tests/full/validation_rates.py --samples 200 --out rates.csv`` simulates the samples
`messy` and `clean` from as many seeds and writes a row a sample as it goes; ``--sum rates.csv``
prints the table of docs/measurement.md from it. ``--free`` draws group values anew for each seed
instead of giving them exactly the true correlations.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
from scipy.stats import beta

import collective_use as cu
from collective_use.simulation.samples import MESSY_FLAWS, MESSY_TRUTH, TRUTH
from collective_use.simulation.simulate import simulate_responses

PLANTED = {
    "double loading": ("loads on another construct too", ("dlr7 ", "(con)")),
    "bad reverse item": ("runs against its scale", ("ssm8 ",)),
    "two close constructs": ("constructs not told apart between groups", ("(ssm)", "(dlr)")),
}
"""Fault -> what it is called, and what the finding has to name."""


def found_in(kind: str, seed: int, *, free: bool) -> pd.DataFrame:
    """Simulate a sample, read it as a user would, and return the findings."""
    truth = replace(TRUTH if kind == "clean" else MESSY_TRUTH, exact_groups=not free)
    flaws = {} if kind == "clean" else {"flaws": MESSY_FLAWS}
    survey = simulate_responses("collective_data_use", seed=seed, form="long", parameters=truth,
                                **flaws)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", cu.CollectiveUseWarning)
        survey.write(Path(folder) / "s")
        responses = cu.read_responses(
            Path(folder) / "s" / "export.csv", "collective_data_use",
            members=Path(folder) / "s" / "members.csv", invalid="missing",
        )  # fmt: skip
        return cu.validate(responses, repetitions=100).findings


def rows_of(kind: str, seed: int, *, free: bool) -> Iterator[tuple[str, int, str, int, str]]:
    """Give a row for each planted fault (found or not), and one for everything else named."""
    findings = found_in(kind, seed, free=free)
    other = pd.Series(data=True, index=findings.index)
    if kind == "messy":
        for fault, (what, words) in PLANTED.items():
            own = findings["what"] == what
            own &= findings["where"].map(lambda text, words=words: all(w in text for w in words))
            other &= ~own
            yield kind, seed, fault, int(own.any()), ""
    said = " | ".join(findings["what"][other] + ": " + findings["where"][other])
    yield kind, seed, "anything else", int(other.any()), said


def summed(path: Path) -> pd.DataFrame:
    """Return the share of samples by kind and fault, with exact binomial limits."""
    data = pd.read_csv(path)
    out = []
    for (kind, fault), part in data.groupby(["sample", "fault"], sort=False):
        x, n = int(part["named"].sum()), len(part)
        low = float(beta.ppf(0.025, x, n - x + 1)) if x else 0.0
        high = float(beta.ppf(0.975, x + 1, n - x)) if x < n else 1.0
        out.append((kind, fault, n, x / n, low, high))
    return pd.DataFrame(out, columns=["sample", "fault", "samples", "named", "lower", "upper"])


def main() -> None:
    """Run, or sum up what was run."""
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("--samples", type=int, default=200)
    take.add_argument("--first", type=int, default=10_001)
    take.add_argument("--out", type=Path, default=Path("rates.csv"))
    take.add_argument("--free", action="store_true")
    take.add_argument("--sum", type=Path)
    given = take.parse_args()
    if given.sum:
        print(summed(given.sum).round(3).to_string(index=False))
        return
    with given.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["sample", "seed", "fault", "named", "said"])
        for seed in range(given.first, given.first + given.samples):
            for kind in ("messy", "clean"):
                writer.writerows(rows_of(kind, seed, free=given.free))
                file.flush()


if __name__ == "__main__":
    main()
