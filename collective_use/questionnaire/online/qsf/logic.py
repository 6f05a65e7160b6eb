"""Display logic of a QSF: by a consent that was ticked, by a name that is there."""

from __future__ import annotations

from typing import TypeAlias

from collective_use.accepted import JsonObject

Logic: TypeAlias = JsonObject
"""A condition as a QSF holds it."""


def chosen(question: str, text: str) -> Logic:
    """Return the condition that the only choice of a question was ticked.

    Parameters
    ----------
    question
        The number of the question (``QID3``).
    text
        What the editor shows.
    """
    place = f"q://{question}/SelectableChoice/1"
    return {
        "LogicType": "Question",
        "QuestionID": question,
        "QuestionIsInLoop": "no",
        "ChoiceLocator": place,
        "Operator": "Selected",
        "QuestionIDFromLocator": question,
        "LeftOperand": place,
        "Type": "Expression",
        "Description": text,
    }


def filled(field: str) -> Logic:
    """Return the condition that an embedded field holds something."""
    return {
        "LogicType": "EmbeddedField",
        "LeftOperand": field,
        "Operator": "NotEmpty",
        "_HiddenExpression": False,
        "Type": "Expression",
        "Description": f"{field} is not empty",
    }


def shown_if(condition: Logic) -> Logic:
    """Return display logic with one condition.

    Examples
    --------
    >>> shown_if(filled("m3"))["0"]["0"]["LeftOperand"]
    'm3'
    """
    return {
        "0": {"0": condition, "Type": "If"},
        "Type": "BooleanExpression",
        "inPage": False,
    }
