"""Every index in one row: its word, what it is, and what it can be computed from.

`collective_use.compositions` offers whole families; `collective_use.numerics.groups.indices` and
`collective_use.groups.rosters` bind a function to each word. A word without a function, or a
function without a word, fails in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "shared": "mean",
        "told": "mean",
        "separation": "sd",
        "amounts": "cv",
        "counts": "gini",
        "targets": "gini",
        "kinds": "blau",
        "areas": "coverage",
        "roles": "effective_number",
        "names": "consensus",
        "ties": "density",
    }
)
"""Families of indices with the usual one: of shared statements, of what is told of a group, of
opinions apart, of amounts that members state, of what they tick or hold, of what each person
receives from the others, of kinds, of areas of a list, of roles, of names for an area, of ties."""


@dataclass(frozen=True, slots=True)
class Word:
    """One index.

    Attributes
    ----------
    name
        Its word in the instrument and its column in tables.
    meaning
        What it is, in one line.
    families
        What it can be computed from: words of `FAMILIES`.
    """

    name: str
    meaning: str
    families: tuple[str, ...]


def _word(name: str, families: str, meaning: str) -> Word:
    return Word(name, meaning, tuple(families.split()))


_ROWS = (
    _word("mean", "shared told", "Mean of the members' scores."),
    _word("sum", "shared told", "Sum of the scores of the members who answered."),
    _word("ratio", "told", "The first item divided by the second."),
    _word("mean_distance", "separation",
          "Mean Euclidean distance between members (Harrison & Klein 2007)."),
    _word("sd_observed", "separation", "Standard deviation with n below the line."),
    _word("mean_distance_observed", "separation",
          "Mean distance with members at no distance to themselves."),
    _word("gini", "amounts counts targets ties",
          "Gini coefficient, corrected for group size (Biemann & Kearney 2010)."),
    _word("cv", "amounts counts targets ties", "Coefficient of variation, SD (n - 1) by mean."),
    _word("cv_adjusted", "amounts",
          "The same times 1 + 1/(4n) (Sokal & Rohlf 1995; Biemann & Kearney 2010)."),
    _word("gini_observed", "amounts counts targets", "Gini coefficient without the correction."),
    _word("cv_observed", "amounts counts targets",
          "Coefficient of variation without the correction."),
    _word("herfindahl", "amounts counts targets ties", "Sum of squared shares."),
    _word("effective_number", "amounts counts targets roles ties",
          "1 divided by the sum of squared shares."),
    _word("largest_share", "amounts counts targets ties",
          "Share of the one who has or received most."),
    _word("sd", "separation amounts counts targets ties",
          "Standard deviation, corrected for group size where it is the value."),
    _word("valued_mean", "amounts counts targets ties",
          "Mean amount, or mean strength of ties."),
    _word("self_bias", "targets", "Points to oneself beyond what the others give."),
    _word("blau", "kinds",
          "Blau's index of variety, corrected for group size (Biemann & Kearney 2010)."),
    _word("teachman", "kinds",
          "Teachman's entropy, corrected for group size (Biemann & Kearney 2010)."),
    _word("blau_observed", "kinds", "Blau's index without the correction."),
    _word("teachman_observed", "kinds", "Teachman's entropy without the correction."),
    _word("distinct", "kinds roles", "Number of different kinds."),
    _word("coverage", "areas", "Share of areas with at least one member at the level asked for."),
    _word("redundancy", "areas", "Mean share of members at that level, over areas."),
    _word("overlap", "areas roles", "Mean overlap of two members' profiles (Jaccard)."),
    _word("breadth", "areas", "Mean number of areas in which a member reaches that level."),
    _word("overlap_cosine", "areas", "Mean overlap of two members' profiles (cosine)."),
    _word("head_count", "areas", "Members who reach that level in at least one area."),
    _word("role_entropy", "roles", "Normalised entropy of who holds a role, mean over roles."),
    _word("role_holders", "roles", "Mean number of members who hold a role."),
    _word("multiplexity", "roles",
          "Overlap of the holders of two roles (Jaccard), mean over pairs."),
    _word("consensus", "names", "Share of members who name the same person, mean over areas."),
    _word("pair_consensus", "names",
          "Share of pairs of members who name the same person, mean over areas."),
    _word("entropy_consensus", "names",
          "1 minus the normalised entropy of nominations, mean over areas."),
    _word("dissensus", "names", "1 minus consensus."),
    _word("accuracy", "names", "Share of nominees who are at the level asked for."),
    _word("accuracy_judged", "names", "Accuracy among nominees whose own level is known."),
    _word("density", "ties", "Share of possible ties that are there (Wasserman & Faust 1994)."),
    _word("reciprocity", "ties", "Share of ties that are returned."),
    _word("dyadic_agreement", "ties", "Share of pairs who say the same of their tie."),
    _word("dyadic_correlation", "ties", "Correlation of what two members say of their tie."),
    _word("isolates", "ties", "Share of members without any tie."),
    _word("components", "ties", "Number of parts that are not connected."),
    _word("largest_component", "ties", "Share of members in the largest part."),
    _word("fragmentation", "ties", "Share of pairs that cannot reach each other."),
    _word("in_centralization", "ties", "Centralization of received ties (Freeman 1978)."),
    _word("out_centralization", "ties", "Centralization of sent ties (Freeman 1978)."),
    _word("named_share", "ties", "Share of members who were named."),
    _word("largest_received_share", "ties", "Share of the one who was named most."),
    _word("external_internal", "ties", "E-I index over partners (Krackhardt & Stern 1988)."),
)  # fmt: skip

WORDS: Mapping[str, Word] = MappingProxyType({row.name: row for row in _ROWS})
"""All indices by their word."""


def family(name: str) -> tuple[str, ...]:
    """Return the words of a family, the usual one first.

    Examples
    --------
    >>> family("kinds")
    ('blau', 'teachman', 'blau_observed', 'teachman_observed', 'distinct')
    """
    usual = FAMILIES[name]
    members = tuple(row.name for row in _ROWS if name in row.families and row.name != usual)
    return (usual, *members)
