"""What the tables of models say: which paths and effects can be told from zero."""

from __future__ import annotations

from collections.abc import Mapping

from collective_use.report.material import Material
from collective_use.report.rows import Row
from collective_use.report.sentences import Sentence, plain_text
from collective_use.structure.ways.rule import below_table

FEWEST = 20
"""Fewer groups than this: no structural claim is made (Maas & Hox 2005, Methodology 1:86, find
limits wrong from 50 groups downwards; 20 is this package's own floor)."""


def models(material: Material) -> list[str]:
    """Return the models of the run, in their order."""
    return list(dict.fromkeys(row.text("model") for row in material.rows("estimates.csv")))


def main_model(material: Material) -> str | None:
    """Return the first model of the run, or None."""
    return next(iter(models(material)), None)


def few(material: Material, model: str) -> bool:
    """Tell whether a model rests on too few groups for any claim."""
    return material.groups_of(model).value < FEWEST


def regressions(material: Material, model: str) -> list[Row]:
    """Return the paths of a model."""
    return list(material.rows("estimates.csv", model=model, op="~"))


def paths_to(material: Material, model: str, outcome: str) -> list[Row]:
    """Return the paths of a model that lead to a variable."""
    return [row for row in regressions(material, model) if row.text("lhs") == outcome]


def outcome_of(material: Material) -> str | None:
    """Return what the first model explains last, or the instrument's outcome where it was asked."""
    model = main_model(material)
    if model is not None:
        paths = regressions(material, model)
        causes = {row.text("rhs") for row in paths}
        last = [row.text("lhs") for row in paths if row.text("lhs") not in causes]
        if last:
            return last[0]
    measured = [row.text("measure") for row in material.rows("measures.csv")]
    for construct in material.instrument.constructs:
        if construct.role == "outcome" and construct.id in measured:
            return construct.id
    return measured[0] if measured else None


def limits(row: Row) -> tuple[str, str]:
    """Return the columns that hold the limits of a row: of an effect, or of a path."""
    return ("lower", "upper") if "lower" in row.cells else ("ci_lower", "ci_upper")


def shown_sign(row: Row) -> int:
    """Return 1 or -1 where the limits leave zero out, otherwise 0.

    The limits are rounded for showing, so one that reads 0.00 does not leave zero out.
    """
    low, high = (row.value(name) for name in limits(row))
    if low > 0:
        return 1
    return -1 if high < 0 else 0


def shown_effects(material: Material, model: str, kind: str) -> list[Row]:
    """Return the effects of a kind whose limits leave zero out, the largest first."""
    rows = [row for row in material.rows("effects.csv", model=model, kind=kind) if shown_sign(row)]
    return sorted(rows, key=lambda row: -abs(row.value("std_all")))


def power_sentence(material: Material, model: str) -> Sentence:
    """Return how likely a medium indirect effect is found; empty from 150 groups on."""
    found = material.setting("models", model, "power")
    if not isinstance(found, Mapping):
        return ()
    needed = found.get("needed")
    last = "power.need" if needed else "power.need.more"
    need = plain_text(material.say(last, n=f"{needed or 300}"))
    near = "power.most" if below_table(int(found["groups"])) else "power.about"
    share = plain_text(material.say(near, share=f"{float(found['share']):.0%}"))
    return material.say("power.said", n=material.groups_of(model), share=share, need=need)
