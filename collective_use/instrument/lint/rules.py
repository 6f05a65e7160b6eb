"""The rules of thumb that linting uses: named, cited and swappable, and what a finding is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from collective_use.checks import did_you_mean, number_between, quoted
from collective_use.cutoffs import Cutoff
from collective_use.errors import InputError

Severity = Literal["problem", "look", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that linting found.

    Attributes
    ----------
    severity
        ``problem``: mend it before fielding. ``look``: a person has to judge; many are fine.
        ``note``: for the record.
    rule
        The rule's name, for example ``double_barrelled``.
    where
        The part: ``item 'cdu1'``.
    found
        What was found.
    right
        What would be right.
    language
        The language it is about, or empty.
    """

    severity: Severity
    rule: str
    where: str
    found: str
    right: str
    language: str = ""


_OWN = "planning value of this package, not a measurement: replace it by your pilot's"

RULES: Mapping[str, Cutoff] = {
    rule.name: rule
    for rule in (
        Cutoff(
            "item_words",
            20,
            "at_most",
            "Oppenheim 1992, Questionnaire design, interviewing and attitude measurement",
            "words in one statement, for languages written in words",
        ),
        Cutoff(
            "item_characters",
            40,
            "at_most",
            "twenty words at about two characters a word",
            "characters in one statement, for Chinese",
        ),
        Cutoff(
            "item_grade",
            16,
            "at_most",
            "Flesch-Kincaid, Kincaid et al. 1975; the grade is a college degree's",
            "for one statement: a single sentence gives a rough grade",
        ),
        Cutoff(
            "bank_grade",
            10,
            "at_most",
            "Flesch-Kincaid, Kincaid et al. 1975; two years below the end of secondary school",
            "for all statements read as one text",
        ),
        Cutoff(
            "facet_items",
            2,
            "at_least",
            "one item cannot show measurement error",
            "statements for each facet of a measure",
        ),
        Cutoff(
            "measure_items",
            3,
            "at_least",
            "Bollen 1989, Structural equations with latent variables: three indicators",
            "statements for each reflective measure",
        ),
        Cutoff(
            "reverse_share",
            0.5,
            "at_most",
            "convention: a facet of reversed statements only is a facet of wording",
            "share of reversed statements in a facet",
        ),
        Cutoff("minutes", 12, "at_most", "this project's limit for a default form", ""),
        Cutoff(
            "words_per_minute",
            238,
            "at_most",
            "Brysbaert 2019, Journal of Memory and Language 109:104047 (silent reading)",
            "reading speed for languages written in words",
        ),
        Cutoff(
            "characters_per_minute",
            330,
            "at_most",
            "Trauzettel-Klosinski & Dietz 2012, Investig. Ophthalmology & Visual Science 53:5452",
            "reading speed for Chinese: 255 aloud, times 238/183 for silent reading (Brysbaert)",
        ),
        Cutoff("seconds_statement", 4.0, "at_most", _OWN, "judging and marking a statement"),
        Cutoff("seconds_tie", 3.0, "at_most", _OWN, "judging one tie of a valued roster"),
        Cutoff("seconds_tick", 1.5, "at_most", _OWN, "a name or an option to tick or to pass"),
        Cutoff("seconds_points", 6.0, "at_most", _OWN, "points for one member or partner"),
        Cutoff("seconds_nomination", 8.0, "at_most", _OWN, "finding one name for one area"),
        Cutoff("seconds_choice", 4.0, "at_most", _OWN, "one choice"),
        Cutoff("seconds_field", 8.0, "at_most", _OWN, "a number, a month or a code"),
        Cutoff("seconds_text", 30.0, "at_most", _OWN, "an answer in own words"),
        Cutoff("seconds_page", 4.0, "at_most", _OWN, "turning a page and finding the way"),
    )
}
"""All rules by name; `lint_instrument` takes other values by name."""


def rules_with(
    changes: Mapping[str, float] | None, known: Mapping[str, Cutoff] = RULES
) -> Mapping[str, Cutoff]:
    """Return all rules, some with another value.

    Parameters
    ----------
    changes
        Other values by name.
    known
        All rules by name.

    Raises
    ------
    InputError
        When a name is unknown or a value is no positive number.

    Examples
    --------
    >>> rules_with({"minutes": 15})["minutes"].value
    15
    """
    rules = dict(known)
    for name, value in (changes or {}).items():
        if name not in rules:
            hint = did_you_mean(name, rules)
            right = quoted(rules, most=30)
            raise InputError(f"rules must name one of {right}, got {name!r}{hint}")
        number_between(name, value, 0, 1_000_000, open_low=True)
        rules[name] = replace(rules[name], value=value, source="set by the user")
    return rules
