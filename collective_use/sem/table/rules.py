"""lavaan's default rules for `cfa` and `sem`, each a row with its reason.

`ADDED` says which parameters stand in a model although nobody wrote them, `FIXED` which values
rules give, `RELEASED` what equality over groups frees in later groups. Rows are applied from the
first to the last, so that a later one replaces what an earlier one did.

References
----------
Rosseel (2012), Journal of Statistical Software 48:2; the parameter tables of lavaan 0.6.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations, combinations_with_replacement
from typing import NamedTuple

from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.draft import Draft
from collective_use.sem.table.names import Names

Key = tuple[str, str, str]
When = Callable[[TableOptions], bool]
Action = Callable[[Draft], None]


class Added(NamedTuple):
    """A kind of parameter that every model has.

    ``how`` is ``"itself"`` (each variable with itself), ``"pairs"`` (each two), ``"both"``,
    ``"alone"`` or ``"thresholds"``; ``roles`` are fields of `Names`.
    """

    op: str
    how: str
    roles: tuple[str, ...]
    reason: str


class Rule(NamedTuple):
    """What happens to a kind of parameter of variables in a role.

    ``written`` says whether a parameter that stands in the model's text is meant, too.
    """

    kind: str
    role: str
    when: When
    action: Action
    reason: str
    written: bool = False


def _always(_: TableOptions) -> bool:
    return True


def _to(value: float) -> Action:
    def fix(draft: Draft) -> None:
        draft.fix(value)

    return fix


def _to_sample(draft: Draft) -> None:
    draft.fix(math.nan)
    draft.exogenous = True


def _shifted(o: TableOptions) -> bool:
    return ("intercepts" in o.equal or "thresholds" in o.equal) and "means" not in o.equal


def _rescaled(o: TableOptions) -> bool:
    return o.std_lv and "loadings" in o.equal and "lv.variances" not in o.equal


def _thresholds_equal(parameterization: str) -> When:
    def asked(o: TableOptions) -> bool:
        return "thresholds" in o.equal and o.parameterization == parameterization

    return asked


def _residuals_free(o: TableOptions) -> bool:
    return _thresholds_equal("theta")(o) and "residuals" not in o.equal


ADDED = (
    Added("|", "thresholds", ("ordered",),
          "an ordered variable is a latent response cut at thresholds"),
    Added("~~", "itself", ("not_exogenous", "latent"), "whatever is explained has a residual"),
    Added("~~", "pairs", ("latent_exogenous",),
          "factors that nothing explains are related for reasons outside of the model"),
    Added("~~", "pairs", ("latent_outcomes", "outcomes"),
          "outcomes that explain nothing share causes that the model does not name"),
    Added("~~", "both", ("exogenous",), "covariates keep the moments of the sample"),
    Added("~*~", "itself", ("ordered",), "a latent response has a scale"),
    Added("~1", "alone", ("observed", "latent"), "a model of means has one for each variable"),
)  # fmt: skip
"""Parameters that are added, in the order of lavaan's table; the last where there are means."""

FIXED = (
    Rule("variance", "composite", _always, _to(0.0),
         "a composite is its components: nothing of it is left over"),
    Rule("variance", "latent", lambda o: o.std_lv, _to(1.0),
         "a factor without a loading of 1 takes its unit from its variance", written=True),
    Rule("variance", "single indicator", _always, _to(0.0),
         "one indicator cannot tell its factor from its error: they are taken to be the same"),
    Rule("covariance", "latent", lambda o: o.orthogonal, _to(0.0), "asked for"),
    Rule("mean", "latent", lambda o: not o.effect_coding, _to(0.0),
         "means of factors and intercepts of their indicators are not told apart"),
    Rule("mean", "ordered", _always, _to(0.0),
         "the origin of a latent response is set by its thresholds"),
    Rule("mean", "covariate", lambda o: o.fixed_x, _to_sample, "covariates are taken as given"),
    Rule("variance", "covariate", lambda o: o.fixed_x, _to_sample, "covariates are taken as given"),
    Rule("covariance", "covariate", lambda o: o.fixed_x, _to_sample,
         "covariates are taken as given"),
    Rule("variance", "ordered", lambda o: o.level < 2, _to(1.0),
         "the unit of a latent response is arbitrary, at two levels that of the first"),
    Rule("scale", "ordered", _always, _to(1.0), "the unit of a latent response is arbitrary"),
    Rule("loading", "first indicator", lambda o: not (o.std_lv or o.effect_coding), _to(1.0),
         "a factor takes the unit of its first indicator", written=True),
)  # fmt: skip
"""Values that rules give; what the text says of a parameter is applied after them."""

RELEASED = (
    Rule("mean", "latent", _shifted, Draft.release,
         "equal intercepts or thresholds make differences of factor means estimable"),
    Rule("variance", "latent", _rescaled, Draft.release,
         "equal loadings carry the unit of the first group over"),
    Rule("scale", "ordered", _thresholds_equal("delta"), Draft.release,
         "equal thresholds carry the unit of the first group over", written=True),
    Rule("variance", "ordered", _residuals_free, Draft.release,
         "equal thresholds carry the unit of the first group over", written=True),
    Rule("variance", "released residual", _thresholds_equal("theta"), Draft.release,
         "a residual variance that was released from equality is not held at 1", written=True),
)  # fmt: skip
"""What `group.equal` of lavaan frees in later groups."""


def added(names: Names, options: TableOptions, *, means: bool) -> Iterator[Key]:
    """Give the parameters that nobody has to write, in lavaan's order.

    Parameters
    ----------
    names
        Roles of the variables of a block.
    options
        Number of thresholds of ordered variables.
    means
        Whether the model has means.

    Examples
    --------
    >>> from collective_use.sem.table.names import names_of_block
    >>> from collective_use.syntax.model_text import parse_model
    >>> text = parse_model("y ~ x")
    >>> names = names_of_block(text.statements, text, {})
    >>> list(added(names, TableOptions(), means=False))
    [('y', '~~', 'y'), ('x', '~~', 'x')]
    """
    for row in ADDED:
        if row.op in _not_at(options.level):
            continue
        variables = [name for role in row.roles for name in getattr(names, role)]
        if row.how == "thresholds":
            for name in variables:
                counted = range(1, options.thresholds.get(name, 0) + 1)
                yield from ((name, "|", f"t{number}") for number in counted)
        elif row.how == "itself":
            yield from ((name, row.op, name) for name in variables)
        elif row.how == "alone" and means:
            yield from ((name, row.op, "") for name in variables)
        elif row.how in _PAIRS:
            yield from ((a, row.op, b) for a, b in _PAIRS[row.how](variables))


def _not_at(level: int) -> tuple[str, ...]:
    """Return what ordered variables do not have at a level of two.

    Thresholds cut the sum of both levels and stand at the second; the unit is the residual standard
    deviation of the first, so that there are no scales.
    """
    return () if not level else ("|", "~*~") if level == 1 else ("~*~",)


_PAIRS: Mapping[str, Callable[[Sequence[str]], Iterator[tuple[str, str]]]] = {
    "pairs": lambda names: combinations(names, 2),
    "both": lambda names: combinations_with_replacement(names, 2),
}


def fix_by_rule(drafts: Sequence[Draft], names: Names, options: TableOptions) -> None:
    """Apply `FIXED` to the rows of a block.

    Parameters
    ----------
    drafts, names
        Rows of the block and the roles of its variables.
    options
        What the rules depend on.
    """
    loadings = [d for d in drafts if d.op == "=~"]
    firsts = {d.lhs: d for d in reversed(loadings)}
    roles = _roles(names) | {"single indicator": _single_indicators(loadings)}
    for rule in _in_force(FIXED, options):
        meant = firsts.values() if rule.role == "first indicator" else drafts
        _apply(rule, meant, roles.get(rule.role))


def release_like_lavaan(
    drafts: Sequence[Draft], names: Names, options: TableOptions, released: Collection[Key]
) -> None:
    """Apply `RELEASED`: free in a later group what `group.equal` of lavaan 0.6 frees.

    Residual variances of ordered variables that are held equal stay at the 1 of the first group.

    Parameters
    ----------
    drafts, names
        Rows of the group and the roles of its variables.
    options
        What is held equal.
    released
        Parameters released from that.
    """
    own = {name for name in names.ordered if (name, "~~", name) in released}
    roles = _roles(names) | {"released residual": own}
    for rule in _in_force(RELEASED, options):
        _apply(rule, drafts, roles[rule.role])


def _in_force(rules: Sequence[Rule], options: TableOptions) -> Iterator[Rule]:
    return (rule for rule in rules if rule.when(options))


def _apply(rule: Rule, drafts: Collection[Draft], members: Collection[str] | None) -> None:
    """Let a rule act on its kind of rows; without members, on every row of that kind."""
    for draft in drafts:
        if draft.kind != rule.kind or (draft.user and not rule.written):
            continue
        sides = (draft.lhs, draft.rhs) if draft.kind == "covariance" else (draft.lhs,)
        if members is None or all(side in members for side in sides):
            rule.action(draft)


def _roles(names: Names) -> dict[str, Collection[str]]:
    return {
        "composite": names.composites,
        "latent": names.latent,
        "ordered": names.ordered,
        "covariate": names.exogenous,
    }


def _single_indicators(loadings: Sequence[Draft]) -> Collection[str]:
    count: dict[str, int] = {}
    used: dict[str, int] = {}
    for d in loadings:
        count[d.lhs] = count.get(d.lhs, 0) + 1
        used[d.rhs] = used.get(d.rhs, 0) + 1
    return {d.rhs for d in loadings if count[d.lhs] == 1 and used[d.rhs] == 1 and d.lhs != d.rhs}
