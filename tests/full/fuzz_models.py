"""Fuzzed model texts: every one is fitted or refused by an error of the package.

    python tests/full/fuzz_models.py [TEXTS] [SEED]

Texts come from a grammar that knows every operator, multiplier and block, half of them damaged
afterwards (characters and tokens dropped, doubled, swapped, replaced). Each is fitted to small
data by a random option. The exit code is 1, and the text is printed, when anything else is raised.
"""

from __future__ import annotations

import sys
import traceback
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

import collective_use as cu
from collective_use.errors import CollectiveUseError

NAMES = ["y1", "y2", "y3", "y4", "y5", "y6", "x1", "x2", "f", "g", "w", "nothing", "`y 1`"]
NUMBERS = ["0", "1", "0.5", "-1", "1e3", "NA", "1e999", "-.2"]
LABELS = ["a", "b", "c1", "load"]
CALLS = ["start(0.5)", "start(NA)", "equal('f=~y2')", "lower(0)", "upper(1)", "c(a, b)", "c(1, NA)",
         'efa("b")', "label('a')", "rv('s')", "fixed(1)", "start()", "c()"]  # fmt: skip
OPERATORS = ["=~", "~", "~~", "~ 1", "<~", "|", "~*~", ":~"]
FUNCTIONS = ["exp", "log", "sqrt", "abs", "max", "min", "tanh", "pnorm", "nope"]
DAMAGE = [*"~=*+:;|<>()#!\"'`,.?\n -", "=~", "~~", "é", "变", "\x00", "\t", "efa(", "level:"]


def _pick(rng: np.random.Generator, values: list[str]) -> str:
    return values[int(rng.integers(len(values)))]


def _term(rng: np.random.Generator) -> str:
    name = _pick(rng, NAMES[:8])
    roll = rng.random()
    if roll < 0.7:
        return name
    if roll < 0.8:
        return f"{_pick(rng, NUMBERS)}*{name}"
    if roll < 0.9:
        return f"{_pick(rng, LABELS)}*{name}"
    if roll < 0.97:
        return f"{_pick(rng, CALLS)}*{name}"
    return f"{name}:{_pick(rng, NAMES)}"


def _expression(rng: np.random.Generator, deep: int = 0) -> str:
    roll = rng.random()
    if deep > 2 or roll < 0.5:
        return _pick(rng, LABELS if roll < 0.35 else NUMBERS)
    if roll < 0.8:
        sign = _pick(rng, ["+", "-", "*", "/", "^"])
        return f"({_expression(rng, deep + 1)} {sign} {_expression(rng, deep + 1)})"
    return f"{_pick(rng, FUNCTIONS)}({_expression(rng, deep + 1)})"


def _line(rng: np.random.Generator) -> str:
    roll = rng.random()
    if roll < 0.45:
        terms = [_term(rng) for _ in range(int(rng.integers(1, 6)))]
        return f"{_pick(rng, ['f', 'g', 'w'])} =~ " + " + ".join(terms)
    if roll < 0.75:
        terms = [_term(rng) for _ in range(int(rng.integers(1, 4)))]
        return f"{_pick(rng, NAMES)} {_pick(rng, OPERATORS)} " + " + ".join(terms)
    if roll < 0.9:
        sign = _pick(rng, [":=", "==", "<", ">", ":~"])
        if sign == ":~":
            return f"{_pick(rng, LABELS)} :~ {_expression(rng)} + b*data({_pick(rng, NAMES)})"
        return f"{_pick(rng, LABELS)} {sign} {_expression(rng)}"
    return _pick(
        rng, ["level: 1", "level: 2", "group: 1", "group: 2", "# words", "", ";", "f ~~ f"]
    )


def _text(rng: np.random.Generator) -> str:
    lines = [_line(rng) for _ in range(int(rng.integers(1, 7)))]
    if rng.random() < 0.5:
        lines.insert(0, "f =~ y1 + y2 + y3")
    text = "\n".join(lines)
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(len(text) + 1))
            kind = int(rng.integers(3))
            if kind == 0:
                text = text[:at] + text[at + 1 :]
            elif kind == 1:
                text = text[:at] + _pick(rng, DAMAGE) + text[at:]
            else:
                other = int(rng.integers(len(text) + 1))
                low, high = sorted((at, other))
                text = text[:low] + text[high:] + text[low : min(high, low + 8)]
    return text


OPTIONS: list[dict[str, Any]] = [
    {}, {}, {"estimator": "MLR"}, {"estimator": "ULS"}, {"group": "half"}, {"missing": "fiml"},
    {"group": "half", "equal": ["loadings", "intercepts"]}, {"cluster": "team"}, {"std_lv": True},
    {"ordered": ["y1", "y2", "y3"]}, {"bounds": "pos.var"}, {"missing": "two.stage"},
    {"auxiliary": "x2", "missing": "fiml"}, {"estimator": "RBM"}, {"effect_coding": True},
]  # fmt: skip


TAKEN = {"group", "equal", "cluster", "std_lv"}
"""Options that models with parameters of each case take as well."""


def _data() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    common = rng.normal(size=(150, 1))
    y = common + rng.normal(size=(150, 6))
    data = pd.DataFrame(y, columns=NAMES[:6]).assign(x1=common[:, 0] + rng.normal(size=150))
    data = data.assign(x2=rng.normal(size=150), half=np.arange(150) % 2, team=np.arange(150) // 6)
    data["y 1"] = data.y1
    return data


def main() -> int:
    """Fit every text; return the number of errors that are not the package's."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261129
    whole, tally, bad = _data(), Counter[str](), 0
    gaps = whole.mask(np.random.default_rng(8).random(whole.shape) < 0.05)
    gaps[["half", "team"]] = whole[["half", "team"]]
    ordered = whole.assign(**{n: (whole[n] > 0).astype(int) for n in ("y1", "y2", "y3")})
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        text, options = _text(rng), OPTIONS[int(rng.integers(len(OPTIONS)))]
        data = ordered if "ordered" in options else gaps if "missing" in options else whole
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", CollectiveUseError)
                warnings.simplefilter("ignore", UserWarning)
                own = ":~" in text and set(options) <= TAKEN
                fit = (cu.fit_moderated if own else cu.fit_sem)(text, data, seconds=1, **options)
                if fit.converged:
                    dict(fit.fit_measures)
                    str(fit)
            tally["fitted" if fit.converged else "did not converge"] += 1
        except CollectiveUseError as error:
            tally[type(error).__name__] += 1
        except Exception:
            bad += 1
            tally["UNTYPED"] += 1
            print(f"\ntext {k}, options {options}:\n{text!r}")
            print(traceback.format_exc().strip().splitlines()[-1], flush=True)
            print(" ", traceback.format_exc().strip().splitlines()[-3].strip())
    print(f"{count} texts, seed {seed}: " + ", ".join(f"{n} {v}" for n, v in tally.most_common()))
    return bad


if __name__ == "__main__":
    sys.exit(bool(main()))
