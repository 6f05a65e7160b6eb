"""A joint test of parameters, and what each of them adds on its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from collective_use.results import Result, Table, table_of, whole

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["wald", "score"]
_TITLES = {"wald": "Wald test of constraints", "score": "Score test of what is fixed or equal"}


@dataclass(frozen=True)
class ParameterTest(Result):
    """A Wald or score test: jointly, and of each constraint or parameter alone.

    Attributes
    ----------
    kind
        ``"wald"``: would constraints worsen the model? ``"score"``: would the model be better
        without what is fixed or held equal?
    statistic, df, p
        The joint chi-square test; a small p speaks against the constraints.
    table
        One row each: what is tested, and its own `statistic`, `df` and `p`. A row that releases
        nothing, since the model would not be identified without it, has no statistic and df 0.

    Examples
    --------
    >>> import pandas as pd
    >>> import collective_use as cu
    >>> S = pd.DataFrame([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]],
    ...     index=list("xyz"), columns=list("xyz"))
    >>> fit = cu.fit_sem("y ~ a*x; z ~ b*y", cov=S, n=200)
    >>> found = fit.wald("a == b; a == 0.4")
    >>> found.df, found.table["constraint"].tolist()
    (2, ['a == b', 'a == 0.4'])
    >>> fit.score_test("z ~ x").p < 0.001
    True
    """

    kind: Kind
    statistic: float
    df: int
    p: float
    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the table and, last, the joint test: "all" where there is a word for it."""
        import pandas as pd

        joint = {"statistic": self.statistic, "df": self.df, "p": self.p}
        last = {name: joint.get(name, "") for name in self.table.columns}
        last |= {name: 0 for name in ("level", "group") if name in last}
        last |= {name: "all" for name in ("constraint", "equals") if name in last}
        return pd.concat([self.table, pd.DataFrame([last])], ignore_index=True)

    def tables(self) -> tuple[Table, ...]:
        """Return each row and the joint test, whole degrees of freedom as such."""
        frame = self.to_frame()
        frame["df"] = [whole(value) for value in frame["df"]]
        return (table_of(_TITLES[self.kind], frame),)
