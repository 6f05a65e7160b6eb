"""What `run` does after the groups: one line for each room that is added.

A step is a function ``step(outcome, folder) -> {file name: what it holds}`` that writes its
files into the folder under construction and does nothing when the study does not ask for it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any


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

    def load(self) -> Any:
        """Import the step's function."""
        return getattr(importlib.import_module(self.module), self.function)


LATER_ROOMS: tuple[Step, ...] = (
    Step("validation", "collective_use.study.validation", "validate_scales"),
    Step("models", "collective_use.study.structural", "fit_models"),
)
