"""The exception tree and the named warnings of the package.

Every error that a user can cause is a `CollectiveUseError`; the command line turns it into
one message and exit code 2. Every warning is a class of its own, so that it can be filtered.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence

_PACKAGE = __file__.rpartition(os.sep)[0]  # pathlib would be half of what `import` takes
_BETWEEN = "functools.py"
"""Where a cached property of the package is called from: not the user's line either."""


class CollectiveUseError(Exception):
    """Base of every error this package raises on purpose.

    Examples
    --------
    >>> issubclass(CollectiveUseError, Exception)
    True
    """


class InputError(CollectiveUseError, ValueError):
    """An argument, file, column or value is not what it has to be.

    Examples
    --------
    >>> issubclass(InputError, ValueError)
    True
    """


class InstrumentError(InputError):
    """An instrument file has problems; all of them are listed, one a line.

    Parameters
    ----------
    problems
        One text each, `file:line:column: what was found, what would be right`.

    Examples
    --------
    >>> InstrumentError(["bank.yaml:3:5: found 'mesure', right would be 'measure'"]).problems
    ("bank.yaml:3:5: found 'mesure', right would be 'measure'",)
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class SyntaxProblem(InputError):
    """A model text cannot be read; the message points at the line and the token.

    Examples
    --------
    >>> issubclass(SyntaxProblem, InputError)
    True
    """


class ReadError(InputError):
    """A survey export or another data file cannot be read as what it should be.

    Examples
    --------
    >>> issubclass(ReadError, InputError)
    True
    """


class ScaleValueError(ReadError):
    """Answers lie outside the response scale that the instrument declares.

    Examples
    --------
    >>> issubclass(ScaleValueError, ReadError)
    True
    """


class RefusedError(CollectiveUseError):
    """A check or an index does not fit what it was asked for; the message teaches why.

    Examples
    --------
    >>> issubclass(RefusedError, CollectiveUseError)
    True
    """


class NotSupported(CollectiveUseError, NotImplementedError):
    """A combination of options is not offered; nothing was computed in its place.

    Examples
    --------
    >>> issubclass(NotSupported, NotImplementedError)
    True
    """


class EstimationError(CollectiveUseError, ArithmeticError):
    """A model could not be estimated: the message names variable and cause.

    Examples
    --------
    >>> issubclass(EstimationError, ArithmeticError)
    True
    """


class OutputError(CollectiveUseError, OSError):
    """Results cannot be written where they should go.

    Examples
    --------
    >>> issubclass(OutputError, OSError)
    True
    """


class CollectiveUseWarning(UserWarning):
    """Base of every warning of this package.

    Examples
    --------
    >>> issubclass(DataWarning, CollectiveUseWarning)
    True
    """


class DataWarning(CollectiveUseWarning):
    """Something in the data deserves a look; results were computed.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", DataWarning)
    """


class ModelWarning(CollectiveUseWarning):
    """Something in a model text deserves a look; the message says how it was read.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", ModelWarning)
    """


class InstrumentWarning(CollectiveUseWarning):
    """Something in an instrument deserves a look.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", InstrumentWarning)
    """


class SmallGroupsWarning(CollectiveUseWarning):
    """Groups are too few or too small for what is asked of them.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", SmallGroupsWarning)
    """


class ConvergenceWarning(CollectiveUseWarning):
    """An optimiser stopped where the solution is not certain.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", ConvergenceWarning)
    """


class ImproperSolutionWarning(CollectiveUseWarning):
    """A solution has a negative variance, a correlation beyond 1 or a singular information.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", ImproperSolutionWarning)
    """


class EngineDisagreementWarning(CollectiveUseWarning):
    """Two estimation engines found different solutions.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", EngineDisagreementWarning)
    """


def warn(text: str, category: type[Warning]) -> None:
    """Warn at the line of the user's own code: the first one outside this package.

    Parameters
    ----------
    text
        What to know, in words.
    category
        A named warning class.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn("an item is constant", DataWarning)
    >>> str(caught[0].message)
    'an item is constant'
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _ours(frame.f_code.co_filename):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)


def _ours(filename: str) -> bool:
    return filename.startswith(_PACKAGE) or filename.endswith(_BETWEEN)
