"""Model text: everything lavaan's users write, and errors that point."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collective_use.errors import SyntaxProblem
from collective_use.syntax import parse_model
from collective_use.syntax.expressions import ExpressionReader, labels_of
from collective_use.syntax.tokens import Token, tokenize


def triples(text: str) -> list[tuple[str, str, str]]:
    return [(s.lhs, s.op, s.rhs) for s in parse_model(text).statements]


def test_operators_and_composite_sides() -> None:
    text = """
    f =~ x1 + x2 +
         x3            # goes on
      + x4             ! and on
    f + g ~ a + b; x1 ~~ x2 + x3
    y ~ 1 + x
    x1 + x2 ~ 1
    u | t1 + t2
    u ~*~ u
    c <~ z1 + z2
    """
    found = triples(text)
    assert found[:4] == [("f", "=~", f"x{i}") for i in range(1, 5)]
    assert ("g", "~", "b") in found
    assert ("y", "~1", "") in found
    assert ("x2", "~1", "") in found
    assert ("u", "|", "t2") in found
    assert ("u", "~*~", "u") in found
    assert ("c", "<~", "z2") in found
    assert len(found) == 4 + 4 + 2 + 2 + 2 + 2 + 1 + 2


def test_multipliers() -> None:
    text = 'f =~ NA*x1 + 0.5*x2 + a*x3 + c(a,b)*x4 + start(.8)*x5 + .7?x6 + -1*x7 + "l"*x8'
    text += ' + equal("f=~x2")*x9 + lower(0)*upper(2)*k*x10 + c(1,NA)*x11 + a*start(c(1,2))*x12'
    m = {s.rhs: s.modifiers for s in parse_model(text).statements}
    assert math.isnan(m["x1"].fixed[0])
    assert m["x2"].fixed == (0.5,)
    assert m["x3"].label == ("a",)
    assert m["x4"].label == ("a", "b")
    assert m["x5"].start == (0.8,)
    assert m["x6"].start == (0.7,)
    assert m["x7"].fixed == (-1.0,)
    assert m["x8"].label == ("l",)
    assert m["x9"].equal == ("f=~x2",)
    assert (m["x10"].lower, m["x10"].upper, m["x10"].label) == ((0.0,), (2.0,), ("k",))
    assert m["x11"].fixed[0] == 1.0
    assert math.isnan(m["x11"].fixed[1])
    assert (m["x12"].label, m["x12"].start) == (("a",), (1.0, 2.0))


def test_blocks_and_constraints() -> None:
    model = parse_model("level: within\nf =~ x\nlevel: between\ng =~ x\nab := a*b\na == b\na > 0")
    assert model.levels == ("within", "between")
    assert [s.level for s in model.statements[:2]] == ["within", "between"]
    assert [s.op for s in model.statements[2:]] == [":=", "==", ">"]
    assert model.latent == ("f", "g")
    assert model.observed == ("x",)


def test_expression_precedence() -> None:
    def value(text: str) -> float:
        tokens = [t for t in tokenize(text) if t.kind != "end"]
        expression = ExpressionReader(tokens, text, Token("end", "", 1, 1)).read()
        from collective_use.sem.table.constraints import evaluate

        return evaluate(expression, {}, 0)[0]

    assert value("-2^2") == -4
    assert value("2^3^2") == 512
    assert value("1 - 2 - 3") == -4
    assert value("8 / 2 / 2") == 2
    assert value("2 * (3 + 4) - exp(0)") == 13


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("f =~ x1 + + x2", 1, 11, "nothing stands before"),
        ("f =~ x1\ng ~~", 2, 3, "nothing follows '~~'"),
        ("f =~ x1\nx1 x2", 2, 1, "no operator"),
        ("f =~ x1 x2", 1, 9, "'+' or '*' is missing"),
        ("f = x1", 1, 3, "has no meaning"),
        ("f =~ foo(3)*x1", 1, 6, "multipliers are"),
        ("f =~ x1 ~ x2", 1, 9, "a second operator"),
        ("f =~ 2*", 1, 7, "nothing follows"),
        ("a := expp(b)", 1, 6, "did you mean 'exp'"),
        ("a*b := 2", 1, 1, "one new name"),
        ("2*f =~ x1", 1, 3, "only variable names stand left"),
        ("level:\nf =~ x1", 1, 6, "one name has to follow"),
        ("y ~ 3", 1, 5, "a name has to stand here"),
        ("a == (b", 1, 7, ""),
        ("", 1, 1, "no statement"),
    ],
)
def test_errors_point_at_line_and_token(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse_model(text)
    message = str(caught.value)
    assert message.startswith(f"line {line}, column {column}:"), message
    assert says in message
    assert message.splitlines()[-1].index("^") == column + 1


@given(st.text(alphabet="fgxy12 =~*+()c,:<>|\n.#\"'", max_size=40))
def test_any_text_parses_or_is_refused_by_its_own_error(text: str) -> None:
    with contextlib.suppress(SyntaxProblem):
        parse_model(text)


@given(st.lists(st.sampled_from(["a", "b", "c", "1", "2.5"]), min_size=1, max_size=6))
def test_labels_of_a_sum(parts: list[str]) -> None:
    text = " + ".join(parts)
    tokens = [t for t in tokenize(text) if t.kind != "end"]
    found = labels_of(ExpressionReader(tokens, text, Token("end", "", 1, 1)).read())
    assert found == tuple(dict.fromkeys(p for p in parts if p.isalpha()))
