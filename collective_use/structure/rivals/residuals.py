"""`residual_test`: whether items have nothing of their own between groups."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import chi2

from collective_use.accepted import PlainDict
from collective_use.checks import instance_of
from collective_use.errors import EstimationError
from collective_use.groups.results import Groups
from collective_use.results import Result, Table, table_of
from collective_use.sem.fit import fit_sem
from collective_use.structure.syntax import by_items, written
from collective_use.structure.values import find_model
from collective_use.structure.ways.data import measured
from collective_use.structure.ways.latent import items_at_hand, person_frame


@dataclass(frozen=True)
class ResidualTest(Result):
    """All residuals of items between groups at zero, against zero or more.

    Attributes
    ----------
    chisq
        Twice the difference of the log-likelihoods.
    items
        Number of residuals.
    at_zero
        How many end at zero where they may be more.
    p_least, p_most
        Bounds of p: on the border the statistic is a mixture of chi-squares whose weights depend on
        the data.
    verdict
        In words.

    Examples
    --------
    >>> import collective_use as cu
    >>> cu.ResidualTest(0.0, 2, 2, 0.5, 1.0, "Nothing speaks against zero.").to_dict()["items"]
    2
    """

    chisq: float
    items: int
    at_zero: int
    p_least: float
    p_most: float
    verdict: str

    def to_dict(self) -> PlainDict:
        """Return everything as plain values."""
        return {
            "chisq": self.chisq,
            "items": self.items,
            "at_zero": self.at_zero,
            "p_least": self.p_least,
            "p_most": self.p_most,
            "verdict": self.verdict,
        }

    def tables(self) -> tuple[Table, ...]:
        """Return the test."""
        import pandas as pd

        row = {key: [value] for key, value in self.to_dict().items() if key != "verdict"}
        title = "Residuals of items between groups: all zero?"
        return (table_of(title, pd.DataFrame(row), notes=(self.verdict,)),)


def mixture_bounds(statistic: float, restrictions: int) -> tuple[float, float]:
    """Return bounds of p for k variances at zero against zero or more.

    Kodde & Palm (1986, Econometrica 54:1243): whatever the weights of the mixture, p lies between
    that of one restriction and that of all.

    Parameters
    ----------
    statistic
        Of the likelihood ratio.
    restrictions
        k.

    Examples
    --------
    The critical values that they print for 5%, one and five restrictions: 2.706 and 10.371.

    >>> round(mixture_bounds(2.706, 5)[0], 3), round(mixture_bounds(10.371, 5)[1], 3)
    (0.05, 0.05)
    """
    low = 0.5 * chi2.sf(statistic, 1)
    before = chi2.sf(statistic, restrictions - 1) if restrictions > 1 else float(statistic <= 0)
    return float(low), float(0.5 * before + 0.5 * chi2.sf(statistic, restrictions))


def residual_test(groups: Groups, model: str = "M1") -> ResidualTest:
    """Test whether residuals of all items between groups are zero, by the way `twolevel`.

    Strong invariance over levels implies it (Jak, Oort & Dolan 2013): what makes an item differ
    between groups is then the construct alone. Both fits have equal loadings at both levels.

    Parameters
    ----------
    groups
        From `aggregate`.
    model
        Id of a model in the instrument.

    Raises
    ------
    EstimationError
        When one of both fits does not converge.

    References
    ----------
    Jak, Oort & Dolan (2013), Structural Equation Modeling 20:265; Kodde & Palm (1986), Econometrica
    54:1243.

    Examples
    --------
    What is no aggregate is refused:

    >>> import collective_use as cu
    >>> try:
    ...     cu.residual_test("groups.csv")
    ... except cu.InputError as problem:
    ...     print(problem)
    groups must be what cu.aggregate(scores) returns, got str
    """
    instance_of("groups", groups, Groups, "what cu.aggregate(scores) returns")
    structural = find_model(groups.instrument, model)
    text = written(structural)
    data = measured(groups, text)
    items = items_at_hand(groups, data)
    frame = person_frame(groups, data, items)
    free = by_items(text, items, structural.merges, "twolevel")
    zero = free.replace(" ~~ lower(0)*", " ~~ 0*")
    found = [fit_sem(one, frame, cluster="group") for one in (zero, free)]
    for fit, word in zip(found, ("zero", "free"), strict=True):
        if not fit.converged:
            raise EstimationError(f"the two-level model with {word} residuals did not converge")
    chisq = max(2 * (found[1].fit_measures["logl"] - found[0].fit_measures["logl"]), 0.0)
    names = {item for own in items.values() for item in own}
    rows = found[1].estimates
    own = rows[(rows["op"] == "~~") & (rows["lhs"] == rows["rhs"]) & rows["lhs"].isin(names)]
    at_zero = int((own.loc[own["level"] == own["level"].max(), "est"] < 1e-8).sum())
    low, high = mixture_bounds(chisq, len(names))
    return ResidualTest(chisq, len(names), at_zero, low, high, _verdict(low, high))


def _verdict(low: float, high: float) -> str:
    if high <= 0.05:
        return "Items differ between groups in more than their constructs: zero is rejected."
    if low > 0.05:
        return "Nothing speaks against residuals of zero; with few groups little could."
    return "Undecided: it depends on weights that these data do not give."
