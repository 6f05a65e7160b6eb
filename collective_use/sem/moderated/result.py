"""What `fit_moderated` returns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from collective_use.checks import number_between, quoted
from collective_use.errors import InputError
from collective_use.numerics.moments import Floats
from collective_use.results import NotComputed, Table, table_of
from collective_use.sem.moderated.likelihood import Casewise
from collective_use.sem.postfit.derived import DerivedEstimate
from collective_use.sem.postfit.likelihood_fit import (
    LikelihoodFit,
    LikelihoodRatio,
    chosen_values,
    likelihood_ratio,
)
from collective_use.sem.table.constraints import Dual, evaluate, read_expression
from collective_use.sem.table.partable import CONSTRAINTS, ParameterTable, shown_label
from collective_use.syntax.expressions import DATA, labels_of
from collective_use.syntax.model_text import Statement

if TYPE_CHECKING:
    import pandas as pd

    from collective_use.accepted import Values

NOT_NESTED = NotComputed(
    "constant parameters are no special case of these expressions: begin them with a free label, "
    "as in a + h*data(v)"
)
NO_BASE = NotComputed("the model with constant parameters did not converge")


@dataclass(frozen=True)
class ModeratedFit(LikelihoodFit):
    """A fitted model whose parameters move with columns of the data.

    Attributes
    ----------
    names, theta
        Free parameters and their estimates (q,).
    vcov
        Covariance matrix of the estimates (q, q); None when it could not be computed.
    log_likelihood
        Of the model's variables given moderators and fixed covariates.
    n
        Number of cases.
    converged
        Whether the search reached a maximum.
    problems
        What makes the solution doubtful.
    model
        The model text.
    record
        What was left out and why.
    constant_log_likelihood, constant_npar
        Of the same model with constant parameters; NaN where it is no special case.
    group_names
        In order.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(2)
    >>> x, v = rng.normal(size=300), rng.normal(size=300)
    >>> data = pd.DataFrame({"y": (0.5 + 0.4 * v) * x + rng.normal(size=300), "x": x, "v": v})
    >>> fit = cu.fit_moderated("y ~ b*x; b :~ b0 + b1*data(v)", data)
    >>> fit.converged, fit.fit_measures["npar"], bool(fit.test.p < 0.01)
    (True, 4.0, True)
    """

    constant_log_likelihood: float
    constant_npar: int
    group_names: tuple[str, ...]
    _casewise: Casewise = field(repr=False, compare=False)
    _table: ParameterTable = field(repr=False, compare=False)
    _definitions: tuple[Statement, ...] = field(repr=False, compare=False)

    @property
    def test(self) -> LikelihoodRatio | NotComputed:
        """The test against parameters that are the same for all cases."""
        if math.isnan(self.constant_log_likelihood):
            return NOT_NESTED
        if not self.converged:
            return NotComputed("the search did not converge")
        return likelihood_ratio(
            self.log_likelihood, len(self.names), self.constant_log_likelihood, self.constant_npar
        )

    def compare(self, smaller: ModeratedFit) -> LikelihoodRatio:
        """Test this model against a nested one with fewer parameters.

        Parameters
        ----------
        smaller
            Fitted to the same cases.

        Raises
        ------
        InputError
            When the cases differ, or the other has not fewer parameters.
        EstimationError
            When one of them did not converge.
        """
        if not isinstance(smaller, ModeratedFit):
            raise InputError(
                f"smaller must be what fit_moderated returns, got {type(smaller).__name__}"
            )
        same = all(
            g.Y.shape == h.Y.shape and np.array_equal(g.Y, h.Y, equal_nan=True)
            for g, h in zip(self._casewise.groups, smaller._casewise.groups, strict=False)
        )
        return self._against(smaller, "cases", same=same and smaller.n == self.n)

    def at(self, *, confidence: float = 0.95, **columns: Values) -> pd.DataFrame:
        """Return the moderated parameters where the moderators have chosen values.

        Parameters
        ----------
        confidence
            Of the limits.
        columns
            Values by moderator, a number or one for each row; a moderator that is not named stands
            at its mean.

        Returns
        -------
        pandas.DataFrame
            A row for each parameter and value: ``parameter``, the moderators, ``est``, ``se``,
            ``z``, ``p``, ``ci_lower``, ``ci_upper``.

        Raises
        ------
        InputError
            When a name is no moderator, or values differ in number.
        """
        import pandas as pd

        number_between("confidence", confidence, 0, 1)
        own = {name[len(DATA) : -1]: mean for name, mean in self._means().items()}
        if unknown := sorted(set(columns) - set(own)):
            raise InputError(f"moderators are {quoted(own)}, found {quoted(unknown)}")
        given, size = chosen_values(columns, "moderators")
        values = {f"{DATA}{name})": np.broadcast_to(given.get(name, np.array([mean])), (size,))
                  for name, mean in own.items()}  # fmt: skip
        parts = []
        for label, (est, slope) in self._casewise.own_values(self.theta, values).items():
            shown = {name: values[f"{DATA}{name})"] for name in own}
            parts.append(pd.DataFrame(
                {"parameter": label, **shown, **self._columns(est, slope, confidence)}
            ))  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    def evaluate(self, expression: str) -> DerivedEstimate:
        """Return an expression of labels, with its delta-method error.

        Parameters
        ----------
        expression
            As in ``"a + h*2"``.

        Raises
        ------
        InputError
            When a label is not known.
        """
        value, slope = evaluate(read_expression(expression), self._labelled(), self.theta.size)
        return DerivedEstimate(expression, value, float(self._se(slope[None, :])[0]))

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """A row a parameter; a moderated one stands at the means of its moderators.

        Rows with ``:~`` hold the labels of its expression.
        """
        import pandas as pd

        q, rows, values, slopes = self.theta.size, [], [], []
        at_means = self._casewise.own_values(
            self.theta, {name: np.array([mean]) for name, mean in self._means().items()}
        )
        by_number = {k + 1: label for k, label, _ in self._casewise.moderated}
        for row in self._table.rows:
            if row.op in CONSTRAINTS:
                continue
            value, slope = row.start, np.zeros(q)
            if row.free in by_number:
                own = at_means[by_number[row.free]]
                value, slope = float(own[0][0]), own[1][0]
            elif row.free:
                place = int(self._casewise.plain[row.free - 1])
                value, slope = float(self.theta[place]), np.eye(q)[place]
            rows.append((row.lhs, row.op, row.rhs, row.group, shown_label(row.label)))
            values.append(value)
            slopes.append(slope)
        for lhs, op, rhs, value, slope in (*self._new_labels(), *self._defined()):
            rows.append((lhs, op, rhs, 0, rhs if op == ":~" else lhs))
            values.append(value)
            slopes.append(slope)
        frame = pd.DataFrame(rows, columns=["lhs", "op", "rhs", "group", "label"])
        numbers = self._columns(np.array(values), np.array(slopes), 0.95)
        return pd.concat([frame, pd.DataFrame(numbers)], axis=1)

    def tables(self) -> tuple[Table, ...]:
        """Return fit, the test of moderation and the estimates."""
        import pandas as pd

        test = self.test
        rows: list[tuple[str, object]] = [("cases", self.n), *self._measures()]
        notes = [problem.text for problem in self.problems]
        if isinstance(test, LikelihoodRatio):
            rows += [("moderation: chi-square", test.statistic), ("df", test.df), ("p", test.p)]
        else:
            notes.append(f"The test against constant parameters was {test}.")
        fit = table_of("Model with moderated parameters", pd.DataFrame(rows, columns=["", "value"]),
                       notes=notes)  # fmt: skip
        note = "Moderated parameters stand at the means of their moderators; .at() gives others."
        frame = self.estimates
        if len(self.group_names) == 1:
            frame = frame.drop(columns="group")
        return fit, table_of("Estimates", frame, notes=(note,))

    def _means(self) -> Mapping[str, float]:
        parts = [g.columns for g in self._casewise.groups]
        return {name: float(np.concatenate([p[name] for p in parts]).mean()) for name in parts[0]}

    def _labelled(self) -> dict[str, Dual]:
        eye = np.eye(self.theta.size)
        known: dict[str, Dual] = {
            row.label: (row.start, 0 * eye[0])
            for row in self._table.rows if row.label and not row.free
        }  # fmt: skip
        known |= {
            label: (float(self.theta[k]), eye[k]) for label, k in self._casewise.labels.items()
        }
        for s in self._definitions:
            if s.right is not None:
                known[s.lhs] = evaluate(s.right, known, self.theta.size)
        return known

    def _new_labels(self) -> list[tuple[str, str, str, float, Floats]]:
        first = int((self._casewise.plain >= 0).sum())
        out, seen, eye = [], set(), np.eye(self.theta.size)
        for _, label, expression in self._casewise.moderated:
            for name in labels_of(expression):
                place = self._casewise.labels.get(name, -1)
                if place >= first and name not in seen:
                    seen.add(name)
                    out.append((label, ":~", name, float(self.theta[place]), eye[place]))
        return out

    def _defined(self) -> list[tuple[str, str, str, float, Floats]]:
        known = self._labelled()
        return [(s.lhs, ":=", s.rhs, *known[s.lhs]) for s in self._definitions]
