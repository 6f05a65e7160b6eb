"""Reference files of invariance by Wu & Estabrook (2016): what semTools writes and lavaan fits.

Every file is compared with our own ``equal=`` and ``identification="wu.estabrook"``, whose
parameters have no labels; some also with the text that semTools wrote, labels included. For all
others the text has to give the same parameter table.

With equal thresholds lavaan 0.6-14 stops inside its own computation of robust CFI, TLI and RMSEA
(Savalei 2021) and prints them as missing. Equal thresholds of items with two or three categories
restrict nothing, so there they are what lavaan prints for the configural model.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

from otl_cells import LIVE, load
from otl_exact import EXACT

from collective_use.sem.fit import fit_sem
from collective_use.sem.ordinal.columns import read_categories
from collective_use.sem.ordinal.estimate import ordinal_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.partable import ParameterTable

FOLDER = LIVE / "invariance"

_STEPS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "lavaan": ("loadings", "thresholds"),
    "thresholds": ("thresholds",),
    "loadings": ("thresholds", "loadings"),
    "intercepts": ("thresholds", "loadings", "intercepts"),
    "residuals": ("thresholds", "loadings", "intercepts", "residuals"),
}
_STEPS["means"] = (*_STEPS["residuals"], "lv.variances", "lv.covariances", "means")
_STEPS["partial"] = _STEPS["intercepts"]
_STEPS["lavaanstrict"] = _STEPS["lavaanpartial"] = ("loadings", "thresholds", "residuals")
_PARTIAL = {
    "partial": ("v1 | t2", "v1 | t3", "v1 | t4", "v3 ~ 1", "f2 =~ v6"),
    "lavaanpartial": ("v1 ~~ v1", "v6 ~~ v6"),
}
_ITEMS = {"five": "v", "few": "w", "mixed": "v"}
_CONTINUOUS = ("v1", "v6")

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
BY_TEXT = ("few_intercepts_delta", "five_partial_delta", "mixed_residuals_theta")
PAIRS = [(name, "equal") for name in NAMES] + [(name, "text") for name in BY_TEXT]


def reference_of(name: str, way: str) -> dict[str, Any]:
    """Return the file without the text; without its labels where `equal` is used."""
    reference = copy.deepcopy(load(FOLDER / f"{name}.json"))
    reference["extra"] = {}
    reference["limits"] = load(EXACT / "limits_invariance.json")[name]
    for part in ("pe", "std") if name.startswith("mixed") and way == "equal" else ():
        # semTools fixes scales of continuous variables at 1; they are no parameters.
        reference[part] = [
            e for e in reference[part] if not (e["op"] == "~*~" and e["lhs"] in _CONTINUOUS)
        ]
    if name.startswith("few_thresholds"):
        other = name.replace("thresholds", "configural")
        for part, same in (
            ("fm", load(FOLDER / f"{other}.json")["fm"]),
            ("limits", load(EXACT / "limits_invariance.json")[other]),
        ):
            for measure, value in reference[part].items():
                if measure.endswith(".robust") and value in (None, "NA"):
                    reference[part][measure] = same[measure]
    for part in ("pe", "std") if way == "equal" else ():
        for entry in reference[part]:
            entry.pop("label", None)
    return reference


def text_of(name: str) -> str:
    """Return the text semTools wrote."""
    text = load(FOLDER / f"{name}.json")["extra"]["text"]
    return "\n".join(text) if isinstance(text, list) else text


def asked(name: str, way: str) -> tuple[str, pd.DataFrame, dict[str, Any]]:
    """Return model, data and options of a file, by its text or by `equal`."""
    data_name, step, parameterization = name.split("_")
    data = pd.read_csv(LIVE / "data" / f"{data_name}.csv")
    items = [f"{_ITEMS[data_name]}{i}" for i in range(1, 9)]
    options: dict[str, Any] = {
        "ordered": [x for x in items if data_name != "mixed" or x not in _CONTINUOUS],
        "group": "g",
        "parameterization": parameterization,
    }
    if way == "text":
        return text_of(name), data, options
    options |= {
        "std_lv": True,
        "equal": _STEPS[step],
        "partial": _PARTIAL.get(step, ()),
        "identification": "lavaan" if step.startswith("lavaan") else "wu.estabrook",
    }
    return f"f1 =~ {' + '.join(items[:4])}\nf2 =~ {' + '.join(items[4:])}", data, options


def fit_named(name: str, way: str) -> Any:
    """Fit what a file fitted, by its text or by `equal`."""
    model, data, options = asked(name, way)
    return fit_sem(model, data, **options)


def table_named(name: str, way: str) -> ParameterTable:
    """Return the parameter table of a file, by its text or by `equal`."""
    model, data, options = asked(name, way)
    categories = read_categories(data, options.pop("ordered"))
    options["n_groups"] = data[options.pop("group")].nunique()
    return ordinal_table(model, TableOptions(**options), categories)
