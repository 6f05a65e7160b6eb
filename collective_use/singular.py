"""One of a thing is named in the singular, wherever a sentence with a count is shown."""

from __future__ import annotations

import re

_THINGS = (
    "answers|cells|checks|codes|columns|constructs|copies|countries|draws|entries|"
    "exports|facets|factors|figures|files|findings|forms|groups|hypotheses|indices|"
    "indicators|items|kinds|letters|lines|measures|members|messages|minutes|models|"
    "modules|names|numbers|options|pages|partners|persons|points|questions|rates|"
    "ratings|reasons|recipients|records|respondents|responses|rows|samples|scales|"
    "scores|seconds|sheets|sources|statements|steps|tables|teams|texts|ties|times|"
    "units|values|variables|waves|words|years"
)
_ODD = {"hypotheses": "hypothesis", "indices": "index"}
_VERBS = {"are": "is", "have": "has", "were": "was", "do": "does", "need": "needs",
          "reach": "reaches", "lie": "lies", "disagree": "disagrees", "stay": "stays",
          "tell": "tells"}  # fmt: skip
# A number behind any other word may be part of a name: "Team 1 members".
_BEFORE = (
    "a|about|all|and|answered|are|at|before|by|exactly|for|from|had|has|have|"
    "held|holds|in|is|keeps|least|most|of|only|or|over|than|the|to|took|was|"
    "were|with"
)
_ONE = re.compile(
    rf"(^|[(\n]\s*|[:;,.]\s+|\b(?:{_BEFORE})\s)1(\s(?:listed\s|other\s)?)"
    rf"({_THINGS})\b(?:(\s)({'|'.join(_VERBS)})\b)?",
    re.IGNORECASE,
)


def one_thing(text: str) -> str:
    """Return an English text with the singular behind a one: "1 groups are" becomes "1 group is".

    Examples
    --------
    >>> one_thing("12 members of 1 groups answered; 1 entries were left out")
    '12 members of 1 group answered; 1 entry was left out'
    >>> one_thing("Team 1 members: 21 groups, 0.1 points, 1 of 1 groups are judged")
    'Team 1 members: 21 groups, 0.1 points, 1 of 1 group is judged'
    """
    return _ONE.sub(_said, text) if "1 " in text else text


def _said(hit: re.Match[str]) -> str:
    before, gap, things, space, verb = hit.groups()
    low = things.lower()
    short = f"{things[:-3]}y" if low.endswith("ies") and low != "ties" else things[:-1]
    follows = f"{space}{_VERBS[verb.lower()]}" if verb else ""
    return f"{before}1{gap}{_ODD.get(low, short)}{follows}"


__all__ = ["one_thing"]
