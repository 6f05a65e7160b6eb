"""What equality over groups makes estimable in later groups, so that the model stays identified.

Two rules are offered. ``"lavaan"``: what `group.equal` of lavaan 0.6 frees (`table.rules`).
``"wu.estabrook"``: with ordered variables, what Wu & Estabrook (2016) show to be identified. There
the scale and the location of every latent response are set by its thresholds alone. As long as a
group's thresholds are its own, scale and location are arbitrary and fixed; two thresholds held
equal free both, one frees the location only. A binary item therefore keeps its scale fixed until
its intercept is held equal too, and equal thresholds of items with two or three categories alone
restrict nothing.

References
----------
Wu & Estabrook (2016), Psychometrika 81:1014; Svetina, Rutkowski & Rutkowski (2020), Structural
Equation Modeling 27:111 (the steps in lavaan).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from collective_use.errors import InputError, NotSupported
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.draft import Draft
from collective_use.sem.table.names import Names

IDENTIFICATIONS = ("lavaan", "wu.estabrook")
"""Rules of identification over groups."""

_ORDER = ("thresholds", "loadings", "intercepts")

Key = tuple[str, str, str]
Held = Callable[[str, Key], bool]


def check_wu_estabrook(equal: Sequence[str], parameterization: str) -> None:
    """Refuse sets of equal parameters that have no meaning for ordered variables.

    Raises
    ------
    InputError
        When loadings or intercepts are to be equal before what they rest on.
    NotSupported
        For equal residual variances in delta parameterisation.

    Examples
    --------
    >>> check_wu_estabrook(("thresholds", "loadings"), "delta")
    """
    present = [kind in equal for kind in _ORDER]
    if sorted(present, reverse=True) != present or (equal and not present[0]):
        raise InputError(
            f"equal={tuple(equal)!r} cannot be tested for ordered variables by "
            "identification='wu.estabrook': without equal thresholds the scales of the latent "
            "responses are arbitrary in every group. Hold equal 'thresholds', then 'loadings', "
            "then 'intercepts', then the rest"
        )
    refuse_residuals_in_delta(equal, parameterization)


def refuse_residuals_in_delta(equal: Collection[str], parameterization: str) -> None:
    """Refuse equal residual variances of ordered variables where they are no parameters.

    Raises
    ------
    NotSupported
        In delta parameterisation.

    Examples
    --------
    >>> refuse_residuals_in_delta(("thresholds", "residuals"), "theta")
    """
    if "residuals" in equal and parameterization == "delta":
        raise NotSupported(
            "equal residual variances of ordered variables in delta parameterisation are not "
            "supported, they are no parameters there: use parameterization='theta'"
        )


def release_by_wu_estabrook(
    drafts: Sequence[Draft], names: Names, options: TableOptions, released: Collection[Key]
) -> None:
    """Free in a later group what Wu & Estabrook (2016) show to be identified.

    Parameters
    ----------
    drafts, names
        Rows of the group and the roles of its variables.
    options
        What is held equal.
    released
        Parameters released from that.
    """
    scale = "~*~" if options.parameterization == "delta" else "~~"

    def held(kind: str, key: Key) -> bool:
        return kind in options.equal and key not in released

    moved, stretched = _measured(drafts, names, held)
    for d in drafts:
        if d.lhs in names.ordered:
            count = sum(
                held("thresholds", (d.lhs, "|", f"t{number}"))
                for number in range(1, options.thresholds.get(d.lhs, 0) + 1)
            )
            same_location = held("intercepts", (d.lhs, "~1", ""))
            same_scale = held("residuals", (d.lhs, "~~", d.lhs))
            if d.op == "~1" and count >= 1 and not same_location:
                d.release()
            enough = count >= 2 or (count == 1 and same_location)
            if d.op == scale and d.lhs == d.rhs and enough and not same_scale:
                d.release()
        elif d.lhs in names.latent and not d.user:
            if d.op == "~1" and d.lhs in moved and not held("means", (d.lhs, "~1", "")):
                d.release()
            free = options.std_lv and not held("lv.variances", (d.lhs, "~~", d.lhs))
            if d.is_variance and d.lhs in stretched and free:
                d.release()


def _measured(drafts: Sequence[Draft], names: Names, held: Held) -> tuple[set[str], set[str]]:
    """Return factors with an indicator of equal intercept, and with an equal loading."""
    loadings = [d for d in drafts if d.op == "=~"]
    moved = {
        d.lhs for d in loadings if d.rhs in names.observed and held("intercepts", (d.rhs, "~1", ""))
    }
    stretched = {d.lhs for d in loadings if held("loadings", (d.lhs, d.op, d.rhs))}
    return moved, stretched
