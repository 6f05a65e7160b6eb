"""A plan in a sentence, for a proposal."""

from __future__ import annotations

import pandas as pd

from collective_use.planning.closed_tables import Design


def proposal_sentence(
    design: Design, precision: pd.DataFrame, needed: pd.DataFrame, effects: pd.DataFrame
) -> str:
    """Return what a proposal can say, numbers and assumptions included."""
    largest = precision.sort_values(["groups", "members"]).iloc[-1]
    asked = int(-(-largest["groups"] // (1 - largest["lost_groups"])))
    answers = f"{largest['answers']:.1f} of {int(largest['members'])} members"
    parts = [
        f"With {int(largest['groups'])} groups and {answers} answering in each"
        + (f" ({asked} groups asked)" if asked > largest["groups"] else "")
        + f", ICC(1) is estimated to ±{largest['icc1_half_width']:.2f} and the tests of "
        f"aggregation pass with a chance of {largest['aggregation']:.0%}"
    ]
    if len(effects):
        here = effects[
            (effects["groups"] == largest["groups"]) & (effects["members"] == largest["members"])
        ]
        for way, part in here.groupby("way", sort=False):
            able = int((part["power"] >= design.power).sum())
            middle = f"{part['power'].median():.0%}"
            parts.append(
                f"{able} of {len(part)} indirect effects are shown with a power of at least "
                f"{design.power:.0%} by the way '{way}' (median power {middle}; "
                f"{design.repetitions} simulated studies, α = {design.level:g}, both paths "
                "significant)"
            )
    impossible = needed[needed["reason"] != ""]
    if len(impossible):
        first = impossible.iloc[0]
        parts.append(f"{first['question']} with {first['members']} members: {first['reason']}")
    return "; ".join(parts) + "."
