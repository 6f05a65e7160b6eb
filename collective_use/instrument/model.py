"""The instrument as data: what an item bank may say, field by field.

These classes are the schema (``schema: 1``). They hold words and rules only; loading,
checking across references and linting live beside them.
"""

from __future__ import annotations

from collective_use.instrument.bank import Bank
from collective_use.instrument.forms import (
    Block,
    Columns,
    Form,
    LanguageStatus,
    Module,
    StructuralModel,
)
from collective_use.instrument.parts import (
    Attribution,
    Citation,
    ConsentModule,
    Construct,
    Facet,
    Index,
    Item,
    Measure,
    MissingOption,
    Option,
    Part,
    ResponseScale,
    Roster,
)
from collective_use.instrument.tables import Overview
from collective_use.instrument.terms import (
    SCHEMA_VERSION,
    SHARED,
    Aggregation,
    Check,
    Composition,
    FormName,
    Identifier,
    ItemKind,
    ItemRole,
    Language,
    Level,
    MissingReason,
    Source,
    Text,
)

__all__ = [
    "SCHEMA_VERSION",
    "SHARED",
    "Aggregation",
    "Attribution",
    "Block",
    "Check",
    "Citation",
    "Columns",
    "Composition",
    "ConsentModule",
    "Construct",
    "Facet",
    "Form",
    "FormName",
    "Identifier",
    "Index",
    "Instrument",
    "Item",
    "ItemKind",
    "ItemRole",
    "Language",
    "LanguageStatus",
    "Level",
    "Measure",
    "MissingOption",
    "MissingReason",
    "Module",
    "Option",
    "Part",
    "ResponseScale",
    "Roster",
    "Source",
    "StructuralModel",
    "Text",
]


class Instrument(Bank):
    """An item bank: the single source of truth for forms, reading, scoring and models.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.load_instrument("lq2002").get_construct("lead").id
    'lead'
    """

    def __repr__(self) -> str:
        return (
            f"Instrument({self.id!r}, version={self.version!r}, "
            f"constructs[{len(self.constructs)}], measures[{len(self.measures)}], "
            f"items[{len(self.items)}], "
            f"languages={'+'.join(self.languages)})"
        )

    def __str__(self) -> str:
        return str(Overview(self, self.languages[0]))

    def _repr_html_(self) -> str:
        return Overview(self, self.languages[0])._repr_html_()
