"""Ten simulated studies, each with a fault of its own, and their pages.

Run ``python tests/full/ten_studies.py DIR`` to make them: DIR holds ``01.html`` ... ``10.html``,
the folders of results, and ``truth.txt``, which says what was planted in which.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import collective_use as cu
from collective_use.simulation.samples import PATHS, TRUTH

BANK = "collective_data_use"
SOUND = replace(TRUTH, exact_groups=False)
RULES = {"longstring": True, "mahalanobis_p": True, "even_odd": True}
"""Rules for careless answers, the same in all ten studies."""


@dataclass(frozen=True)
class Planted:
    """One study: what is true, and what is wrong with it."""

    fault: str
    truth: cu.TrueParameters = SOUND
    flaws: cu.Flaws = field(default_factory=cu.Flaws)
    groups: int = 160
    size: tuple[int, int] = (6, 12)


STUDIES: Mapping[str, Planted] = {
    "01": Planted("answers of one in three respondents are random", replace(SOUND, careless=0.35)),
    "02": Planted("the item ssm8 was answered as if it were not reversed",
                  flaws=cu.Flaws(bad_reverse=("ssm8",))),
    "03": Planted("only 14 groups", groups=14),
    "04": Planted("nothing is wrong: groups differ, members agree, the mechanisms carry effects"),
    "05": Planted("members of a group have nothing in common: no property of groups",
                  replace(SOUND, icc=0.005)),
    "06": Planted("two constructs are one: sensemaking and reflection (ssm, dlr)",
                  flaws=cu.Flaws(too_close=(("ssm", "dlr"),))),
    "07": Planted("four in ten of the listed members answered",
                  replace(SOUND, response_rate=0.4), size=(10, 16)),
    "08": Planted("nothing leads to the outcome: all its paths are zero",
                  replace(SOUND, paths={p: 0.0 if p[0] == "cdu" else v for p, v in PATHS.items()})),
    "09": Planted("the item dlr7 measures contestation (con) as much as its own scale",
                  flaws=cu.Flaws(double_loading={"dlr7": "con"})),
    "10": Planted("the scales are unreliable: items share little with each other",
                  replace(SOUND, loadings=(0.15, 0.35), icc=0.12)),
}  # fmt: skip
"""The order is mixed, so that a number tells nothing."""


def run(name: str, folder: Path, language: str = "en") -> Path:
    """Make one study, run it, and return its page."""
    planted = STUDIES[name]
    bank = cu.load_instrument(BANK)
    survey = cu.simulate_responses(
        bank, seed=4000 + int(name), form="long", n_groups=planted.groups, size=planted.size,
        parameters=planted.truth, flaws=planted.flaws,
    )  # fmt: skip
    data = survey.write(folder / f"{name}_data")
    study = {
        "instrument": BANK, "exports": str(data / "export.csv"),
        "members": str(data / "members.csv"), "informants": str(data / "informants.csv"),
        "models": "M1", "validation": "quick", "report": language, "screening": RULES,
        "out": str(folder / f"{name}_results"), "repetitions": 0,
    }  # fmt: skip
    return cu.run_study(study, command="report").folder / "report.html"


def main(folder: Path, names: list[str]) -> None:
    """Make the pages asked for, or all ten."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or STUDIES:
        page = run(name, folder)
        (folder / f"{name}.html").write_bytes(page.read_bytes())
    lines = [f"{name}: {planted.fault}" for name, planted in STUDIES.items()]
    (folder / "truth.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
