"""Every cell of the references of mixed models, with its class of exactness."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[1] / "reference" / "mixed"


@dataclass(frozen=True)
class Kind:
    """How a cell is compared: the largest distance, relative to max(1, |reference|)."""

    name: str
    tolerance: float


SAME = Kind("label or count", 0.0)
CLOSED = Kind("closed form", 1e-10)
LIKELIHOOD = Kind("direct likelihood: its value", 1e-7)
ESTIMATE = Kind("direct likelihood: estimates, the optimiser's own tolerance", 1e-6)
FLAT = Kind("direct likelihood: estimates by simplex search", 1e-5)
INTEGRAL = Kind("the same integral by another rule", 1e-7)
R_LIKELIHOOD = Kind("nlme, lme4: log-likelihood; ours is no lower", 1e-5)
R_ESTIMATE = Kind("nlme, lme4: the optimiser's own tolerance", 1e-4)
R_INTERVAL = Kind("nlme: limits from its numerical information matrix", 1e-3)
R_TEST = Kind("nlme: test, follows from the log-likelihoods", 1e-5)

_NUMBER = r"(n|REML/n|ML/n|.*/n|.*/size)"
RULES: dict[str, tuple[tuple[str, Kind], ...]] = {
    "roundrobin_tripler.json": (
        (r".*/(group|person|actor|partner|size)", SAME),
        (r".*", CLOSED),
    ),
    "roundrobin_reml.json": ((r"n", SAME), (r".*log_likelihood", LIKELIHOOD), (r".*", ESTIMATE)),
    "roundrobin_missing_reml.json": (
        (r"n", SAME), (r".*log_likelihood", LIKELIHOOD), (r".*", ESTIMATE),
    ),
    "waves_exact.json": ((r"n", SAME), (r".*logLik", LIKELIHOOD), (r".*", ESTIMATE)),
    "waves_nlme.json": (
        (_NUMBER + r"|.*/df", SAME), (r".*logLik", R_LIKELIHOOD), (r".*/test/.*", R_TEST),
        (r".*delta_interval.*", R_INTERVAL), (r".*", R_ESTIMATE),
    ),
    "nlme_lme4.json": (
        (_NUMBER, SAME), (r".*logLik", R_LIKELIHOOD), (r".*", R_ESTIMATE),
    ),
    "scale_exact.json": (
        (r".*/integral", INTEGRAL), (r".*/log_likelihood", LIKELIHOOD), (r".*", FLAT),
    ),
}  # fmt: skip
EFFECTS = re.compile(r"effects\[\d+\]/(actor|partner)")


def reference(file: str) -> Any:
    """Read one reference file."""
    return json.loads((REFERENCE / file).read_text(encoding="utf-8"))


def cells(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf as (name, value), the line on the source left out."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if key != "source":
                yield from cells(entry, f"{path}/{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for i, entry in enumerate(value):
            yield from cells(entry, f"{path}[{i}]")
    else:
        yield path, value


def class_of(file: str, name: str) -> Kind | None:
    """Return the class of a cell, None where there is no rule."""
    if EFFECTS.fullmatch(name):
        return CLOSED
    return next((kind for rule, kind in RULES[file] if re.fullmatch(rule, name)), None)


def fails(kind: Kind, found: Any, value: Any) -> str:
    """Return why a cell fails, or an empty text."""
    if isinstance(value, str) or value is None:
        return "" if found == value else f"{found!r} for {value!r}"
    if not isinstance(found, (int, float)) or found != found:
        return f"{found!r} for {value}"
    if kind is R_LIKELIHOOD and found < value - 1e-7:
        return f"our likelihood {found} is lower than {value}"
    gap = abs(found - value) / max(1.0, abs(value))
    return "" if gap <= kind.tolerance else f"{found} for {value}: {gap:.1e}"
