"""What a model text says twice.

lavaan 0.6-14 counts a variable once that is repeated in one formula and keeps the first of two
different labels or values without a word; over several lines it stops with "duplicate model
element". Here nothing of that passes in silence, and nothing becomes two parameters.
"""

from __future__ import annotations

import pytest

import collective_use as cu

ONCE = [
    ("y ~ z + z", "line 1: y ~ z is written twice"),
    ("f =~ x1 + x1 + x2 + x3", "line 1: f =~ x1 is written twice"),
    ("f =~ x1 + a*x2 + x2 + x3", "line 1: f =~ x2 is written twice"),
    ("f =~ x1 + a*x2 + a*x2 + x3", "line 1: f =~ x2 is written twice"),
    ("f =~ x1 + x2 + x3\nf =~ x3", "lines 1 and 2: f =~ x3 is written twice"),
    ("f =~ x1 + x2 + x3\nf =~ b*x3", "lines 1 and 2: f =~ x3 is written twice"),
    ("x1 ~~ x2 + x2", "line 1: x1 ~~ x2 is written twice"),
    ("x1 ~~ x2\nx2 ~~ x1", r"lines 1 and 2: x1 ~~ x2 is written twice \(as x2 ~~ x1\)"),
    ("y ~ z\ny ~ z", "lines 1 and 2: y ~ z is written twice"),
    ("y ~ 1\ny ~ z + 1", "lines 1 and 2: y ~ 1 is written twice"),
    ("y ~ a*z + b*x\na == b + 1\na == b + 1", "lines 2 and 3: a == b\\+1 is written twice"),
    ("y ~ a*z\nd := 2*a\nd := 2*a", "lines 2 and 3: d := 2\\*a is written twice"),
]


@pytest.mark.parametrize(("model", "message"), ONCE)
def test_it_counts_once_and_says_so(model: str, message: str) -> None:
    with pytest.warns(cu.ModelWarning, match=message) as caught:
        table = cu.parameter_table(model)
    assert len(caught) == 1
    keys = [row.key for row in table.rows]
    pairs = {(frozenset(k[:3:2]), *k[1:2], *k[3:]) if k[1] == "~~" else k for k in keys}
    assert len(keys) == len(set(keys)) == len(pairs)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("y ~ a*z + b*z", "line 1: y ~ z has two labels, 'a' and 'b': keep one"),
        ("y ~ 0.5*z\ny ~ 0.6*z", r"line 2: y ~ z has two fixed values, 0.5 and 0.6 \(line 1\)"),
        ("f =~ NA*x1 + 1*x1 + x2", "line 1: f =~ x1 has two fixed values, NA and 1"),
        ("x1 ~~ a*x2; x2 ~~ b*x1", "line 1: x2 ~~ x1 has two labels"),
        ("y ~ start(1)*z + start(2)*z", "two starting values, 1 and 2"),
        ("y ~ c(1,2)*z + c(1,3)*z", r"two fixed values, c\(1, 2\) and c\(1, 3\)"),
        ("y ~ y + z", "line 1, column 5: 'y' cannot explain itself"),
        ("f =~ x1 + f", "line 1, column 11: 'f' cannot measure itself"),
    ],
)
def test_two_meanings_are_refused(model: str, message: str) -> None:
    with pytest.raises(cu.SyntaxProblem, match=message):
        cu.parameter_table(model)


def test_two_multipliers_for_one_variable_are_lavaans_way_to_give_both() -> None:
    row = cu.parameter_table("y ~ a*z + start(0.5)*z + lower(0)*z").rows[0]
    assert (row.label, row.start, row.lower) == ("a", 0.5, 0.0)


def test_two_definitions_of_one_name_are_refused() -> None:
    with pytest.raises(cu.InputError, match="'d' is defined by ':='"):
        cu.fit_sem("y ~ a*z; d := a; d := 2*a", cov=_covariances(), n=100)


def test_one_label_for_two_fixed_values_is_refused() -> None:
    with pytest.raises(cu.InputError, match=r"f =~ x2 \(label 'a'\) is fixed at 2 and held equal"):
        cu.parameter_table("f =~ a*1*x1 + a*2*x2 + x3")


def _covariances():  # type: ignore[no-untyped-def]
    import pandas as pd

    return pd.DataFrame([[2.0, 1.0], [1.0, 1.5]], index=["y", "z"], columns=["y", "z"])
