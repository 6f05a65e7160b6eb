"""Products of observed variables, ``a:b`` in a model text."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.accepted import Frame, Values
from collective_use.checks import quoted
from collective_use.errors import NotSupported
from collective_use.sem.table.partable import ParameterTable
from collective_use.syntax.model_text import ModelText, parse_model


def products_named(model: str | ModelText | ParameterTable) -> tuple[tuple[str, ...], set[str]]:
    """Return the names with a colon in a model, and its latent variables."""
    if isinstance(model, ParameterTable):
        observed = [name for block in model.blocks for name in block.observed]
        latent = {name for block in model.blocks for name in block.latent}
    else:
        text = parse_model(model) if isinstance(model, str) else model
        observed, latent = list(text.observed), set(text.latent)
    return tuple(dict.fromkeys(name for name in observed if ":" in name)), latent


def with_products(model: str | ModelText | ParameterTable, data: Frame) -> Frame:
    """Return the data with a column for every product that the model names and the data lack.

    The product is one of the values as they are: whether they are to be centred is for the user to
    say. A missing value in one makes the product missing.

    Parameters
    ----------
    model
        Model text or table.
    data
        Data frame, or None.

    Raises
    ------
    NotSupported
        For a product with a latent variable.
    """
    if data is None or not hasattr(data, "columns"):
        return data
    names, latent = products_named(model)
    columns = set(data.columns)
    new = {}
    for name in names:
        parts = name.split(":")
        if name in columns:
            continue
        if hidden := [part for part in parts if part in latent]:
            raise NotSupported(
                f"{name}: a product with a latent variable ({quoted(hidden)}) is not supported; "
                "multiply indicators (product_indicators) and give them a factor of their own"
            )
        if all(part in columns for part in parts):
            new[name] = _product(data, parts)
    return data.assign(**new) if new else data


def _product(data: Frame, parts: Sequence[str]) -> Values:
    from collective_use.sem.data.data import _column

    out = _column(data, parts[0])
    for part in parts[1:]:
        out = out * _column(data, part)
    return out
