"""Confirmatory models written from constructs: no model text to write."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Unpack

import pandas as pd

from collective_use.errors import CollectiveUseWarning
from collective_use.measurement.answers import Answers
from collective_use.results import NotComputed
from collective_use.sem.asked import FitOptions
from collective_use.sem.result import SemResult

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*\Z")


@dataclass(frozen=True)
class Named:
    """Constructs and items under names that a model text can hold.

    Attributes
    ----------
    sets
        Items by construct, in plain names.
    data
        The items' columns in plain names (and ``group_`` where there are groups).
    back
        Plain name -> name as given.
    """

    sets: Mapping[str, tuple[str, ...]]
    data: pd.DataFrame
    back: Mapping[str, str]


def plain_names(answers: Answers, sets: Mapping[str, Sequence[str]]) -> Named:
    """Give constructs and items names that a model text can hold.

    Parameters
    ----------
    answers
        Items of persons.
    sets
        Items by construct.

    Examples
    --------
    >>> import pandas as pd
    >>> from collective_use.measurement.answers import answers_of
    >>> found = plain_names(answers_of(pd.DataFrame({"my item": [1, 2], "b": [2, 1]})),
    ...     {"f": ["my item", "b"]})
    >>> found.sets
    {'f': ('i1_', 'b')}
    """
    items = list(dict.fromkeys(item for own in sets.values() for item in own))
    short = {item: item if _PLAIN.match(item) else f"i{j + 1}_" for j, item in enumerate(items)}
    taken = set(short.values())
    factors = {
        name: name if _PLAIN.match(name) and name not in taken else f"f{j + 1}_"
        for j, name in enumerate(sets)
    }
    data = answers.values[items].rename(columns=short)
    if answers.groups is not None:
        data = data.assign(group_=answers.codes()[0])
    back = {plain: given for given, plain in (*short.items(), *factors.items())}
    return Named(
        {factors[name]: tuple(short[i] for i in own) for name, own in sets.items()}, data, back
    )


@contextmanager
def heard(notes: list[str]) -> Iterator[None]:
    """Keep the sentences of the package's own warnings as notes instead of printing them.

    Parameters
    ----------
    notes
        Receives them, each once.

    Examples
    --------
    >>> from collective_use.errors import DataWarning, warn
    >>> said = []
    >>> with heard(said):
    ...     warn("few groups", DataWarning)
    >>> said
    ['few groups']
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for own in caught:
        if not issubclass(own.category, CollectiveUseWarning):
            warnings.warn_explicit(own.message, own.category, own.filename, own.lineno)
        elif str(own.message) not in notes:
            notes.append(str(own.message))


def factor_model(sets: Mapping[str, Sequence[str]]) -> str:
    """Return correlated factors, one a construct.

    Examples
    --------
    >>> factor_model({"f": ["a", "b"], "g": ["c", "d"]})
    'f =~ a + b\\ng =~ c + d'
    """
    return "\n".join(f"{name} =~ {' + '.join(own)}" for name, own in sets.items())


def fit_quietly(
    model: str, data: pd.DataFrame, **options: Unpack[FitOptions]
) -> SemResult | NotComputed:
    """Fit a model without warnings; the reason where it cannot be fitted.

    Parameters
    ----------
    model, data
        Of `fit_sem`; data are not looked at where the options bring moments (`cov`).
    options
        Others of `fit_sem`.
    """
    from collective_use.measurement.reliability.one_factor import fitted

    return fitted(model, None if "cov" in options else data, **options)
