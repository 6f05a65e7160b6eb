"""Model text to statements: the words-only half of a structural model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from collective_use.errors import InputError
from collective_use.syntax.expressions import DATA, Expression, ExpressionReader, labels_of
from collective_use.syntax.modifiers import NO_MODERATED, Modifiers, read_term
from collective_use.syntax.tokens import RELATIONS, Token, fail, tokenize

CONSTRAINTS = (":=", ":~", "==", "<", ">")


@dataclass(frozen=True, slots=True)
class Statement:
    """One relation between two variables, or one constraint.

    Attributes
    ----------
    lhs, op, rhs
        As in a parameter table: ``("f", "=~", "x1", ...)``; an intercept is ``("x1", "~1", "")``.
    modifiers
        Fixed values, labels, starts and bounds, one value for all groups or one per group.
    level, group
        The names of the ``level:`` and ``group:`` blocks it stands in, or empty.
    efa
        The exploratory block of the factor, or empty.
    left, right
        The two sides of a constraint or definition as expressions.
    line, column
        Where it starts.
    """

    lhs: str
    op: str
    rhs: str
    modifiers: Modifiers = field(default_factory=Modifiers)
    level: str = ""
    group: str = ""
    efa: str = ""
    left: Expression | None = None
    right: Expression | None = None
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class ModelText:
    """A parsed model: its source and its statements in order."""

    source: str
    statements: tuple[Statement, ...]

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the ``level:`` blocks in order."""
        return tuple(dict.fromkeys(s.level for s in self.statements if s.level))

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the ``group:`` blocks in order."""
        return tuple(dict.fromkeys(s.group for s in self.statements if s.group))

    @property
    def latent(self) -> tuple[str, ...]:
        """Names of the latent variables in order."""
        return tuple(dict.fromkeys(s.lhs for s in self.statements if s.op in ("=~", "<~")))

    @property
    def observed(self) -> tuple[str, ...]:
        """Names of all variables that are not latent, in order of appearance."""
        hidden = set(self.latent)
        names: dict[str, None] = {}
        for s in self.statements:
            if s.op in CONSTRAINTS:
                continue
            pair = (s.lhs,) if s.op in ("~1", "|", "~*~") else (s.lhs, s.rhs)
            names.update(dict.fromkeys(name for name in pair if name not in hidden))
        return tuple(names)


def parse_model(text: str, *, moderated: bool = False) -> ModelText:
    """Read a model in lavaan's syntax.

    Parameters
    ----------
    text
        Lines with ``=~ ~ ~~ ~1 | ~*~ <~ := :~ == < >``, multipliers (numbers, labels, ``NA*``,
        ``c()``, ``start()``, ``equal()``, ``lower()``, ``upper()``, ``efa()``), ``level:`` and
        ``group:`` blocks; ``#`` or ``!`` start a comment, ``;`` ends a line.
    moderated
        Allow ``:~``, parameters that are each case's own (`fit_moderated`).

    Returns
    -------
    ModelText
        Statements in order, composite sides written out.

    Raises
    ------
    SyntaxProblem
        Pointing at the line and the token.

    References
    ----------
    Rosseel (2012), Journal of Statistical Software 48:2, section 3 (the syntax).

    Examples
    --------
    >>> model = parse_model("f =~ x1 + a*x2; f ~ z")
    >>> [(s.lhs, s.op, s.rhs) for s in model.statements]
    [('f', '=~', 'x1'), ('f', '=~', 'x2'), ('f', '~', 'z')]
    """
    if not isinstance(text, str):
        raise InputError(f"model must be a text in lavaan's syntax, got {type(text).__name__}")
    read = _parse(text)
    if not moderated:
        for s in read.statements:
            if s.op == ":~":
                fail(text, s.line, s.column, NO_MODERATED)
    return read


@lru_cache(maxsize=256)
def _parse(text: str) -> ModelText:
    statements: list[Statement] = []
    block = {"level": "", "group": ""}
    for line in _lines(tokenize(text), text):
        if len(line) >= 2 and line[0].text in block and line[1].text == ":":
            _open_block(line, block, text)
        else:
            statements += _statements(line, text, block["level"], block["group"])
    if not statements:
        fail(text, 1, 1, "the model has no statement")
    return ModelText(text, tuple(statements))


def _open_block(line: Sequence[Token], block: dict[str, str], source: str) -> None:
    words = line[2:]
    joined = all(x.column + len(x.text) == y.column for x, y in pairwise(words))
    if not words or not joined or words[0].kind not in ("name", "number", "text"):
        place = line[min(2, len(line) - 1)]
        fail(source, place.line, place.column, f"one name has to follow '{line[0].text}:'")
    if line[0].text == "group":
        block["level"] = ""
    block[line[0].text] = _text_of(words)  # Grant-White is a name here, not a difference


_OPEN_ENDED = frozenset((*RELATIONS, "+", "-", "*", "/", "^", ",", "(", "?"))
_CONTINUES = frozenset(("+", "*", "/", "^", ",", ")", "?"))


def _lines(tokens: Sequence[Token], source: str) -> list[list[Token]]:
    """Join what belongs to one statement: a line goes on while it cannot end."""
    lines: list[list[Token]] = []
    current: list[Token] = []
    depth = 0
    for token in tokens:
        if token.kind != "end":
            if not current and token.text in _CONTINUES and lines:
                current = lines.pop()
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "operator" else 0
            current.append(token)
        elif current and (token.text == ";" or not _goes_on(current, depth)):
            lines.append(current)
            current, depth = [], 0
    if current:
        last = current[-1]
        fail(source, last.line, last.column, f"nothing follows {last.text!r}")
    return lines


def _goes_on(current: Sequence[Token], depth: int) -> bool:
    last = current[-1]
    return depth > 0 or (last.kind == "operator" and last.text in _OPEN_ENDED)


def _statements(line: list[Token], source: str, level: str, group: str) -> list[Statement]:
    first = line[0]
    at = [i for i, t in enumerate(line) if t.kind == "operator" and t.text in RELATIONS]
    if not at:
        fail(source, first.line, first.column, "this line has no operator such as =~, ~ or ~~")
    split = at[0]
    op = line[split]
    left, right = line[:split], line[split + 1 :]
    if len(at) > 1:
        extra = line[at[1]]
        fail(source, extra.line, extra.column, f"a second operator {extra.text!r} in one line")
    if not left or not right:
        side = "left" if not left else "right"
        fail(source, op.line, op.column, f"nothing stands {side} of {op.text!r}")
    if op.text in CONSTRAINTS:
        return [_constraint(left, op, right, source)]
    return _relations(left, op, right, source, level, group)


def _text_of(tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens)


def _constraint(left: list[Token], op: Token, right: list[Token], source: str) -> Statement:
    first = left[0]
    if op.text in (":=", ":~") and (len(left) != 1 or first.kind != "name"):
        what = "one new name" if op.text == ":=" else "the label of one parameter"
        fail(source, first.line, first.column, f"{what} has to stand left of {op.text!r}")
    own = op.text == ":~"
    sides = [ExpressionReader(side, source, op, columns=own).read() for side in (left, right)]
    if own and not any(label.startswith(DATA) for label in labels_of(sides[1])):
        message = "':~' needs a column of the data, as in l2 :~ a2 + h2*data(v); else use ':='"
        fail(source, first.line, first.column, message)
    return Statement(
        _text_of(left),
        op.text,
        _text_of(right),
        left=sides[0],
        right=sides[1],
        line=first.line,
        column=first.column,
    )


def _split_terms(tokens: Sequence[Token], source: str) -> list[list[Token]]:
    terms: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        operator = token.kind == "operator"
        depth += {"(": 1, ")": -1}.get(token.text, 0) if operator else 0
        if operator and token.text == "+" and depth == 0:
            if not terms[-1]:
                fail(source, token.line, token.column, "nothing stands before this '+'")
            terms.append([])
        else:
            terms[-1].append(token)
    if not terms[-1]:
        last = tokens[-1]
        fail(source, last.line, last.column, f"nothing follows {last.text!r}")
    return terms


def _relations(
    left: list[Token], op: Token, right: list[Token], source: str, level: str, group: str
) -> list[Statement]:
    result: list[Statement] = []
    subjects = [read_term(term, source) for term in _split_terms(left, source)]
    objects = [read_term(term, source) for term in _split_terms(right, source)]
    for subject, own, place in subjects:
        explores = op.text == "=~" and own == Modifiers(efa=own.efa)
        if (own != Modifiers() and not explores) or place.kind == "number":
            found = "a multiplier" if place.kind != "number" else repr(place.text)
            message = f"only variable names stand left of {op.text!r}, found {found}"
            fail(source, place.line, place.column, message)
        for target, modifiers, token in objects:
            name, operator = target, op.text
            if modifiers.efa:
                message = 'efa() stands before the factor, as in efa("block")*f1 =~ x1 + x2'
                fail(source, token.line, token.column, message)
            if token.kind == "number":
                if operator != "~" or target not in ("1", "0"):
                    fail(
                        source,
                        token.line,
                        token.column,
                        f"a name has to stand here, not {target!r}",
                    )
                if target == "0":
                    modifiers = Modifiers(fixed=(0.0,))
                name, operator = "", "~1"
            if operator in ("~", "=~", "<~") and name == subject:
                said = {"~": "explain", "=~": "measure"}.get(operator, "be made of")
                fail(source, token.line, token.column, f"{name!r} cannot {said} itself")
            if operator == "~*~" and name != subject:
                fail(source, token.line, token.column, "'~*~' joins a variable with itself")
            result.append(
                Statement(
                    subject, operator, name, modifiers, level, group, "".join(own.efa),
                    line=place.line, column=place.column,
                )
            )  # fmt: skip
    return result
