"""What the simulated studies of a plan showed, by cell, way and effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from collective_use.accepted import PlainMapping
from collective_use.planning.closed_tables import ClosedPower, Design, closed_power
from collective_use.planning.values import Structure
from collective_use.planning.work import Piece
from collective_use.results import TableRow


def effects_frame(
    structure: Structure,
    design: Design,
    pieces: Sequence[Piece],
    found: Sequence[PlainMapping],
    precision: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row a cell, way and effect, see `Plan.effects`."""
    agreement: dict[tuple[int, int], float] = {}
    if "agreement" in precision:
        columns = precision[["groups", "members", "agreement"]]
        agreement = {(g, n): a for g, n, a in columns.itertuples(index=False)}
    sums: dict[tuple[int, int, str, str], dict[str, float]] = {}
    for piece, result in zip(pieces, found, strict=True):
        for way, by_effect in result.items():
            for effect, part in by_effect.items():
                key = (piece.groups, piece.members, way, effect)
                before = sums.setdefault(key, dict.fromkeys(part, 0.0))
                for name, value in part.items():
                    before[name] += value
    laws = {
        (n, way): closed_power(structure, way, design.answers(n), design.level)
        for n in design.members
        for way in design.ways
    }
    rows = [
        _row(key, total, laws[key[1], key[2]], structure, design, agreement.get(key[:2], 1.0))
        for key, total in sums.items()
    ]
    return pd.DataFrame(rows)


def _row(
    key: tuple[int, int, str, str],
    total: Mapping[str, float],
    law: ClosedPower,
    structure: Structure,
    design: Design,
    agreement: float,
) -> TableRow:
    groups, members, way, effect = key
    solved = max(total["solved"], 1.0)
    power = total["shown"] / design.repetitions
    mean = total["estimate"] / solved
    spread = max(total["estimate2"] / solved - mean**2, 0.0)
    return {
        "groups": groups,
        "members": members,
        "way": way,
        "effect": effect,
        "true": structure.true[effect],
        "power": power,
        "error": float(np.sqrt(power * (1 - power) / design.repetitions)),
        "power_closed": law.power(effect, groups),
        "power_verdict": total["verdict"] / design.repetitions * agreement,
        "mean": mean,
        "sd": float(np.sqrt(spread)),
        "coverage": total["within"] / solved,
        "limit": law.limit(effect),
        "unsolved": 1 - total["solved"] / design.repetitions,
    }
