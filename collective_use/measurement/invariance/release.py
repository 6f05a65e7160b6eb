"""Which equality over groups fits worst, in the words of `fit_sem(partial=...)`."""

from __future__ import annotations

from collective_use.frames import rows_of
from collective_use.sem.result import SemResult


def released(fit: SemResult) -> list[tuple[str, float]]:
    """Return equalities over groups with their score tests, largest first.

    Parameters
    ----------
    fit
        A fit of several groups with parameters held equal.
    """
    single = fit.score_test().table.sort_values("statistic", ascending=False)
    return [(f"{row.lhs}{row.op}{row.rhs}", float(row.statistic)) for row in rows_of(single)]
