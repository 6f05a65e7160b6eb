"""Auxiliary variables as saturated correlates: beside the model, covarying with all of it.

References
----------
Graham (2003), Structural Equation Modeling 10:80.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from collective_use.accepted import Frame
from collective_use.checks import quoted
from collective_use.errors import InputError, NotSupported
from collective_use.sem.data.checks import require_columns
from collective_use.sem.options import Options
from collective_use.sem.table.partable import Parameter, ParameterTable
from collective_use.syntax.model_text import ModelText, parse_model


def check_auxiliary(
    model: str | ModelText | ParameterTable,
    auxiliary: Sequence[str],
    data: Frame | None,
    options: Options,
) -> None:
    """Raise where auxiliary variables cannot be used.

    Raises
    ------
    InputError
        When they are not there, or part of the model.
    NotSupported
        For listwise deletion, a model that is no text, or one written by groups.
    """
    if data is None:
        raise InputError("auxiliary= needs the cases: give data, not cov=")
    if options.missing == "listwise":
        raise NotSupported(
            "auxiliary= with missing='listwise' is not supported: it tells nothing when cases "
            "with gaps are left out; use missing='fiml' or 'two.stage'"
        )
    text = _text(model)
    if text.groups:
        raise NotSupported(
            "auxiliary= with group: blocks is not supported: write the model once and name the "
            "grouping column in group="
        )
    if len(set(auxiliary)) < len(auxiliary):
        raise InputError(f"auxiliary names a column twice: {quoted(auxiliary)}")
    require_columns(tuple(auxiliary), list(data.columns), ())
    if both := [name for name in auxiliary if name in text.observed + text.latent]:
        raise InputError(f"auxiliary must not be variables of the model, got {quoted(both)}")


def _text(model: str | ModelText | ParameterTable) -> ModelText:
    if isinstance(model, ParameterTable):
        raise NotSupported("auxiliary= with a parameter table is not supported: give the text")
    return parse_model(model) if isinstance(model, str) else model


def with_correlates(model: str | ModelText | ParameterTable, auxiliary: Sequence[str]) -> ModelText:
    """Return the model with the auxiliary variables' means, variances and covariances."""
    text = _text(model)
    lines = [text.source]
    for i, name in enumerate(auxiliary):
        partners = [*auxiliary[i:], *text.observed]
        lines += [f"`{name}` ~ 1", *(f"`{name}` ~~ `{partner}`" for partner in partners)]
    return parse_model("\n".join(lines))


def with_auxiliary(table: ParameterTable, auxiliary: Sequence[str]) -> ParameterTable:
    """Return the table with the auxiliary variables named in every block."""
    if not auxiliary:
        return table
    blocks = tuple(replace(block, auxiliary=tuple(auxiliary)) for block in table.blocks)
    return replace(table, blocks=blocks)


def is_beside(row: Parameter, table: ParameterTable) -> bool:
    """Tell whether a row belongs to auxiliary variables and not to the model."""
    beside = table.blocks[0].auxiliary
    return bool(beside) and (row.lhs in beside or row.rhs in beside)
