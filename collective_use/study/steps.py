"""What `run` does after the groups: one line for each room that is added.

A step is a function ``step(outcome, folder) -> outcome`` that adds its result, its tables and
what its files hold, may write files of its own into the folder under construction, and returns
the outcome unchanged when the study does not ask for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collective_use.study.walk import Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """One step of `run`.

    Attributes
    ----------
    setting
        The setting of the study that asks for it, such as ``"models"``.
    module, function
        Where its function is; it is imported when a study is run.
    """

    setting: str
    module: str
    function: str

    def load(self) -> Callable[[Outcome, Path], Outcome]:
        """Import the step's function."""
        function: Callable[[Outcome, Path], Outcome] = getattr(
            importlib.import_module(self.module), self.function
        )
        return function


LATER_ROOMS: tuple[Step, ...] = (
    Step("validation", "collective_use.study.validation", "validate_scales"),
    Step("models", "collective_use.study.structural", "fit_models"),
    Step("report", "collective_use.study.report", "report_tables"),
)
