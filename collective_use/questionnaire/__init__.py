"""What respondents see: one writer per way out.

The room is also the function that prints: ``cu.questionnaire("lq2002", "form.pdf")``. Python puts a
package under its name into the package above, so the two cannot be told apart; the room is
therefore callable.
"""

import inspect
import sys
from types import ModuleType

from collective_use.accepted import Arguments, Found


class _Room(ModuleType):
    def _printer(self) -> Found:
        from collective_use.questionnaire.print_form import questionnaire

        return questionnaire

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._printer())

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return inspect.getdoc(self._printer())

    def __call__(self, *args: Arguments, **kwargs: Arguments) -> bytes:
        content: bytes = self._printer()(*args, **kwargs)
        return content


sys.modules[__name__].__class__ = _Room
