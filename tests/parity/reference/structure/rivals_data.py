"""Data and model texts of the rivals: `python rivals_data.py`, then `Rscript rivals.R`.

150 simulated groups with the paths of the bundled samples; the instrument's models as they are
written, with M6 once more without its three zero covariances.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np

import collective_use as cu
from collective_use.sem.fit import model_variables
from collective_use.simulation.samples import TRUTH
from collective_use.structure.syntax import written

HERE = Path(__file__).parent


def main() -> None:
    """Write rivals.csv and rivals_models.json."""
    made = cu.simulate_responses("collective_data_use", n_groups=150, seed=15, modules=["all"],
                                 parameters=TRUTH)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "export.csv"
        place.write_text(made.export(), "utf-8")
        responses = cu.read_responses(place, "collective_data_use")
    groups = cu.aggregate(cu.score(responses), repetitions=0)
    texts = {model.id: written(model) for model in groups.instrument.models}
    texts["M6 free"] = "\n".join(t for t in texts["M6"].splitlines() if "0*" not in t) + "\n"
    used = sorted({name for text in texts.values() for name in model_variables(text)})
    values = groups.values[used]
    # what records say is no answer of members: the outcome and as much chance again
    chance = np.random.default_rng(15).normal(0, values["cdu"].std(), len(values))
    values = values.assign(cdu_decisions=values["cdu"] + chance)
    values.round(6).to_csv(HERE / "rivals.csv", index=False)
    (HERE / "rivals_models.json").write_text(json.dumps(texts, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
