"""What later rooms add, as others may see it: no figure in full precision."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from collective_use.disclosure import Disclosure
from collective_use.groups.disclosure.digits import rounded_table, rounded_text
from collective_use.groups.disclosure.items import items_for_others
from collective_use.phrases import tables_told, told
from collective_use.results import Table, table_text
from collective_use.study.answers import shown_counts
from collective_use.study.walk import Outcome

FOR_THE_ANALYST = ("screening.csv",)
"""Tables with a row a person: they are the analyst's as they are."""


def for_showing(outcome: Outcome, rule: Disclosure) -> dict[str, pd.DataFrame]:
    """Return the tables that later rooms added, by file name, as others may see them.

    Parameters
    ----------
    outcome
        What the study came to.
    rule
        From which size on, and how finely.
    """
    tables = {name: _shown(name, frame, outcome, rule) for name, frame in outcome.tables.items()}
    if outcome.models:
        from collective_use.study.showing_models import model_frames

        tables |= model_frames(outcome, rule)
    return tables


def later_texts(outcome: Outcome, rule: Disclosure | None) -> dict[str, str]:
    """Return the same as texts to keep, by file name.

    Parameters
    ----------
    outcome
        What the study came to.
    rule
        From which size on, and how finely, others see it; None for exact figures.
    """
    written = {}
    if outcome.validation is not None:
        tables = tables_told(outcome.study.lang, validation_tables(outcome, rule))
        written["validation.txt"] = "\n\n".join(map(table_text, tables)) + "\n"
    if outcome.models:
        from collective_use.study.showing_models import model_texts

        language = outcome.study.lang
        written |= {n: told(language, t) for n, t in model_texts(outcome, rule).items()}
    return written


def models_for_showing(outcome: Outcome, rule: Disclosure) -> dict[str, object]:
    """Return the models of a study as one JSON document holds them: exact when it asks for all.

    Parameters
    ----------
    outcome
        What the study came to.
    rule
        From which size on, and how finely, others see it.
    """
    if not outcome.models:
        return {}
    from collective_use.study.showing_models import models_content

    return models_content(outcome, None if outcome.study.full else rule)


def validation_tables(outcome: Outcome, rule: Disclosure | None) -> tuple[Table, ...]:
    """Return the findings of a validation to read.

    Parameters
    ----------
    outcome
        What the study came to.
    rule
        From which size on, and how finely, others see it; None for exact figures.
    """
    found = outcome.validation
    if found is None:
        return ()
    if rule is None:
        return found.tables()
    step = rule.ratio_step(found.n)
    seen = replace(
        found,
        findings=items_for_others(found.findings, outcome.instrument, rule, step),
        passed=tuple(rounded_text(text, step) for text in found.passed),
        left_out=tuple(rounded_text(text, step) for text in found.left_out),
    )
    return seen.tables()


def _shown(name: str, frame: pd.DataFrame, outcome: Outcome, rule: Disclosure) -> pd.DataFrame:
    if name in FOR_THE_ANALYST:
        return frame
    if name.startswith("validation_"):
        persons = 0 if outcome.validation is None else outcome.validation.n
        step, counts = rule.ratio_step(persons), shown_counts(outcome)
        groups = len(outcome.groups.values)
        return items_for_others(frame, outcome.instrument, rule, step, counts, groups)
    return rounded_table(frame)
