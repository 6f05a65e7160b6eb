"""The table by which a reader moves cut-offs on the page."""

from __future__ import annotations

import json
from collections.abc import Sequence

from collective_use.report.chapters.agreement import icc_column
from collective_use.report.material import Material
from collective_use.report.verdicts import shared_rows


def thresholds(materials: Sequence[Material]) -> str:
    """Return the median agreement and ICC(1) of each shared measure, as JSON; empty for none.

    Parameters
    ----------
    materials
        The same tables in each language of the page.
    """
    first = materials[0]
    rows = [
        {
            "names": {m.language: m.name(row.text("measure")) for m in materials},
            "rwg_j": row.value("rwg_j_median"),
            "icc1": row.value(icc_column(row)),
        }
        for row in shared_rows(first)
    ]
    known = [row for row in rows if row["rwg_j"] == row["rwg_j"] and row["icc1"] == row["icc1"]]
    if not known:
        return ""
    cutoffs = {name: first.cutoff(name) for name in ("rwg_j", "icc1")}
    return json.dumps({"rows": known, "cutoffs": cutoffs}, ensure_ascii=False, sort_keys=True)
