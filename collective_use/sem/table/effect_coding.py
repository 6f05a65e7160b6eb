"""Effect coding: factors in the metric of their indicators, none of them a marker."""

from __future__ import annotations

from collections.abc import Sequence

from collective_use.sem.table.partable import CODED, Parameter


def with_effect_coding(rows: Sequence[Parameter], *, means: bool) -> list[Parameter]:
    """Add by factor and block: loadings have mean 1, intercepts of its indicators mean 0.

    A factor with a loading (an intercept) that is fixed in the text has its metric from there and
    is left alone. What is equal over groups is constrained once.

    Parameters
    ----------
    rows
        Rows with their numbers.
    means
        Whether means are fitted.

    References
    ----------
    Little, Slegers & Card (2006), Structural Equation Modeling 13:59.
    """
    result = list(rows)
    done: set[tuple[int, ...]] = set()
    factors = dict.fromkeys((r.lhs, r.level, r.group) for r in rows if r.op == "=~")
    for factor, level, group in factors:
        here = [i for i, r in enumerate(rows) if (r.level, r.group) == (level, group)]
        loadings = [i for i in here if rows[i].op == "=~" and rows[i].lhs == factor]
        items = {rows[i].rhs for i in loadings}
        intercepts = [i for i in here if rows[i].op == "~1" and rows[i].lhs in items]
        for places, total in ((loadings, len(loadings)), (intercepts if means else [], 0)):
            numbers = tuple(sorted(rows[i].free for i in places))
            if not numbers or 0 in numbers or numbers in done:
                continue
            done.add(numbers)
            result.append(_sum_is(result, places, total))
    return result


def _sum_is(rows: list[Parameter], places: Sequence[int], total: int) -> Parameter:
    for i in places:
        if not rows[i].label:
            rows[i] = rows[i]._replace(label=f"{CODED}{i}.")
    return Parameter(" + ".join(rows[i].label for i in places), "==", str(total), 0, 0, 0, "")
