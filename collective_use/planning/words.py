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
    if "agreement" in precision:
        parts.append(
            f"members agree enough (median rwg(j)) with a chance of {largest['agreement']:.0%}"
        )
    if len(effects):
        here = effects[
            (effects["groups"] == largest["groups"]) & (effects["members"] == largest["members"])
        ]
        for way, part in here.groupby("way", sort=False):
            able = int((part["power"] >= design.power).sum())
            middle = f"{part['power'].median():.0%}"
            both = f"{part['power_verdict'].median():.0%}"
            parts.append(
                f"{able} of {len(part)} indirect effects are shown with a power of at least "
                f"{design.power:.0%} by the way '{way}' (median power {middle}, and {both} that "
                "the measures of an effect pass the tests of aggregation as well; "
                f"{design.repetitions} simulated studies, α = {design.level:g}, both paths "
                "significant)"
            )
    impossible = needed[needed["reason"] != ""]
    if len(impossible):
        first = impossible.iloc[0]
        parts.append(f"{first['question']} with {first['members']} members: {first['reason']}")
    return "; ".join(parts) + "."


def condensed_needed(needed: pd.DataFrame) -> pd.DataFrame:
    """Return one row a question, way and number of members: the easiest and the hardest effect.

    Examples
    --------
    >>> rows = {"question": "aggregation", "way": "", "effect": "", "members": 6, "groups": 40}
    >>> condensed_needed(pd.DataFrame([{**rows, "reason": ""}])).iloc[0].tolist()
    ['aggregation', '', 6, 40, 40, '']
    """
    rows = []
    keys = needed[["question", "way", "members"]].drop_duplicates()
    for question, way, members in keys.itertuples(index=False, name=None):
        same = (needed["question"] == question) & (needed["way"] == way)
        part = needed[same & (needed["members"] == members)]
        known = part["groups"].dropna().astype(int)
        reasons = part.loc[part["reason"] != "", "reason"]
        remark = str(reasons.iloc[0]) if len(reasons) else ""
        if len(reasons) and len(part) > 1:
            remark = f"{len(reasons)} of {len(part)} effects: {remark}"
        least = int(known.min()) if len(known) else None
        most = int(known.max()) if len(known) else None
        rows.append((question, way, members, least, most, remark))
    columns = ["question", "way", "members", "groups_easiest", "groups_hardest", "remark"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def condensed_effects(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the weakest, middle and strongest power of each cell and way.

    Examples
    --------
    >>> rows = {"groups": 40, "members": 6, "way": "means", "power": [0.2, 0.6], "coverage": 0.9}
    >>> rows["power_verdict"] = [0.1, 0.5]
    >>> condensed_effects(pd.DataFrame(rows))["power_lowest"].tolist()
    [0.2]
    """
    by = effects.groupby(["way", "members", "groups"], sort=False)
    return by.agg(
        power_lowest=("power", "min"),
        power_median=("power", "median"),
        power_highest=("power", "max"),
        with_verdict=("power_verdict", "median"),
        coverage=("coverage", "median"),
    ).reset_index()
