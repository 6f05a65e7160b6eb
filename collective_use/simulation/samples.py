"""The two bundled samples of the eight-construct instrument: one clean, one messy.

Run ``python -m collective_use.simulation.samples DIR`` to write them again.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from collective_use.instrument.library import load_instrument
from collective_use.simulation.parameters import Flaws, TrueParameters
from collective_use.simulation.simulate import SimulatedSurvey, simulate_responses

PATHS = {
    ("ssm", "con"): 0.35,
    ("ssm", "pim"): -0.15,
    ("ssm", "exp_recognition"): 0.25,
    ("ssm", "dl"): 0.20,
    ("ssm", "exp_variety"): 0.15,
    ("dlr", "con"): 0.25,
    ("dlr", "pim"): -0.25,
    ("dlr", "exp_recognition"): 0.15,
    ("dlr", "dl"): 0.35,
    ("dlr", "exp_variety"): 0.0,
    ("dcb", "con"): 0.15,
    ("dcb", "pim"): -0.40,
    ("dcb", "exp_recognition"): 0.20,
    ("dcb", "dl"): 0.20,
    ("dcb", "exp_variety"): -0.10,
    ("cdu", "ssm"): 0.30,
    ("cdu", "dlr"): 0.30,
    ("cdu", "dcb"): 0.30,
}
"""The full mediation M1; signs as the theory's working hypotheses have them."""

TRUTH = TrueParameters(
    paths=PATHS,
    correlations={
        ("con", "pim"): -0.25,
        ("con", "exp_recognition"): 0.30,
        ("con", "dl"): 0.35,
        ("con", "exp_variety"): 0.0,
        ("pim", "exp_recognition"): -0.15,
        ("pim", "dl"): -0.35,
        ("pim", "exp_variety"): 0.0,
        ("exp_recognition", "dl"): 0.20,
        ("exp_recognition", "exp_variety"): -0.10,
        ("dl", "exp_variety"): 0.0,
    },
    facts={
        "k1": "members",
        "k2": "partners",
        "k5": 12,
        "k10": {"en": 826, "zh": 156},
        "k12": 1,
        "k14": 2,
        "k15": 1,
        "k16": 0,
    },
    correlation=0.0,
    icc=0.40,
    group_loading=0.98,
    exact_groups=True,
)

MESSY_TRUTH = replace(TRUTH, response_rate=0.85, dont_know=0.02, no_occasion=0.015)

MESSY_FLAWS = Flaws(
    previews=6,
    unfinished=14,
    straight_liners=12,
    duplicates=5,
    unanswered=0.01,
    single_member_groups=1,
    double_loading={"dlr7": "con"},
    bad_reverse=("ssm8",),
    too_close=(("ssm", "dlr"),),
)


def clean_sample() -> SimulatedSurvey:
    """Make the clean sample: every listed member answers everything.

    Examples
    --------
    >>> len(clean_sample().informants)
    60
    """
    return simulate_responses(
        load_instrument("collective_data_use"), seed=2023, form="long", parameters=TRUTH
    )


def messy_sample() -> SimulatedSurvey:
    """Make the messy sample, with everything in it that real exports suffer from.

    Examples
    --------
    >>> sorted(messy_sample().truth["flawed_rows"])
    ['duplicates', 'previews', 'straight_liners', 'unfinished']
    """
    return simulate_responses(
        load_instrument("collective_data_use"),
        seed=2024,
        form="long",
        parameters=MESSY_TRUTH,
        flaws=MESSY_FLAWS,
    )


SAMPLES = {"clean": clean_sample, "messy": messy_sample}

if __name__ == "__main__":
    for sample, make in SAMPLES.items():
        make().write(Path(sys.argv[1]) / sample)
