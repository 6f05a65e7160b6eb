"""From model text to parameter table, by lavaan's rules for `cfa` and `sem`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from collective_use.checks import one_of, quoted
from collective_use.errors import (
    InputError,
    ModelWarning,
    NotSupported,
    SyntaxProblem,
    warn,
)
from collective_use.sem.table.blocks import identify_blocks, pairs_of_blocks, sets_of
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.draft import Draft
from collective_use.sem.table.effect_coding import with_effect_coding
from collective_use.sem.table.equality import EQUAL, number_free, released_by
from collective_use.sem.table.identification import (
    check_wu_estabrook,
    refuse_residuals_in_delta,
    release_by_wu_estabrook,
)
from collective_use.sem.table.names import Names, names_of_block
from collective_use.sem.table.partable import CONSTRAINTS, BlockNames, Parameter, ParameterTable
from collective_use.sem.table.repeated import joined_modifiers, repeated_constraints, repeated_note
from collective_use.sem.table.rules import added, fix_by_rule, release_like_lavaan
from collective_use.syntax.model_text import ModelText, Statement, parse_model
from collective_use.syntax.modifiers import Modifiers


def parameter_table(
    model: str | ModelText | ParameterTable, options: TableOptions | None = None
) -> ParameterTable:
    """Build the parameter table of a model.

    Parameters
    ----------
    model
        Model text in lavaan's syntax, or parsed already; a table is returned as it is.
    options
        What the default rules need to know.

    Returns
    -------
    ParameterTable
        One row per parameter of every group and level, then definitions and constraints.

    Raises
    ------
    SyntaxProblem
        When the text cannot be read; the message points at line and token.
    InputError
        When multipliers do not fit the number of groups, or a level stands alone.

    Warns
    -----
    ModelWarning
        When a relation or constraint is written twice; it counts once.

    References
    ----------
    Rosseel (2012), Journal of Statistical Software 48:2 (the default rules of `cfa` and `sem`).

    Examples
    --------
    >>> table = parameter_table("f =~ x1 + x2 + x3")
    >>> [(row.lhs, row.op, row.rhs, row.free) for row in table.rows][:3]
    [('f', '=~', 'x1', 0), ('f', '=~', 'x2', 1), ('f', '=~', 'x3', 2)]
    """
    if isinstance(model, ParameterTable):
        return model
    text = parse_model(model) if isinstance(model, str) else model
    chosen = options or TableOptions()
    _check(text, chosen)
    means = bool(chosen.meanstructure) or _asks_for_means(text, chosen)
    rows: list[Parameter] = []
    blocks: list[BlockNames] = []
    notes = list(repeated_constraints(text))
    n_groups = len(text.groups) or chosen.n_groups
    for group in range(1, n_groups + 1):
        for level, statements in enumerate(_by_level(text, group), start=1):
            own = replace(chosen, level=level if text.levels else 0)
            drafts, names = _block(statements, text, own, means, group, notes)
            rows += [_row(draft, level, group, n_groups, text.source) for draft in drafts]
            block = _block_names(names, drafts, level, group)
            blocks.append(replace(block, sets=sets_of(statements)))
    if len(text.levels) > 1:
        rows = _no_within_means(rows, blocks)
    rows += dict.fromkeys(_constraint_row(s) for s in text.statements if s.op in CONSTRAINTS)
    for note in dict.fromkeys(notes):
        warn(note, ModelWarning)
    numbered = number_free(rows, blocks, chosen.equal, chosen.partial, text)
    if chosen.effect_coding:
        numbered = with_effect_coding(numbered, means=means)
    return ParameterTable(tuple(numbered), tuple(blocks), means, chosen.parameterization)


def _check(text: ModelText, chosen: TableOptions) -> None:
    if len(text.levels) == 1:
        raise InputError(
            f"the model says something about level {text.levels[0]} only: write a level: block "
            "for each of the two levels, or leave out the level: line for a model of one level"
        )
    for name in chosen.equal:
        one_of("equal", name, EQUAL)
    if chosen.identification == "wu.estabrook":
        check_wu_estabrook(chosen.equal, chosen.parameterization)
    if not text.observed:
        raise InputError("the model relates no variables of the data: write f =~ x1 + x2 or y ~ x")


def _asks_for_means(text: ModelText, options: TableOptions) -> bool:
    several = options.n_groups > 1 or len(text.groups) > 1
    return (
        any(s.op in ("~1", "|") for s in text.statements)
        or bool(options.thresholds)
        or len(text.levels) > 1
        or (several and options.meanstructure is None)
    )


def _by_level(text: ModelText, group: int) -> Iterable[list[Statement]]:
    own = [s for s in text.statements if s.op not in CONSTRAINTS]
    if text.groups:
        own = [s for s in own if s.group in ("", text.groups[group - 1])]
    if not text.levels:
        return [own]
    loose = next((s for s in own if not s.level), None)
    if loose is not None:
        raise SyntaxProblem(
            f"line {loose.line}: {loose.lhs!r} {loose.op} stands outside the level: blocks"
        )
    return [[s for s in own if s.level == level] for level in text.levels]


def _block(
    statements: Sequence[Statement],
    text: ModelText,
    options: TableOptions,
    means: bool,
    group: int,
    notes: list[str],
) -> tuple[list[Draft], Names]:
    names = names_of_block(statements, text, options.thresholds)
    user: dict[tuple[str, str, str], Draft] = {}
    for s in statements:
        key = (s.lhs, s.op, s.rhs)
        back = (s.rhs, s.op, s.lhs)
        known = key if key in user else back if s.op == "~~" and back in user else None
        if known is not None and (first := user[known].place) is not None:
            together = joined_modifiers(replace(first, modifiers=user[known].modifiers), s)
            notes += filter(None, [repeated_note(first, s)])
            user[known].modifiers = together
        else:
            user[key] = Draft(s.lhs, s.op, s.rhs, s)
    drafts = list(user.values())
    for lhs, op, rhs in added(names, options, means=means):
        if (lhs, op, rhs) not in user and not (op == "~~" and (rhs, op, lhs) in user):
            drafts.append(Draft(lhs, op, rhs))
    fix_by_rule(drafts, names, options)
    if sets := sets_of(statements):
        if options.equal:
            raise NotSupported(
                f"equal={options.equal!r} with exploratory blocks is not supported: each group is "
                "rotated on its own"
            )
        drafts += pairs_of_blocks(drafts, sets)
        identify_blocks(drafts, sets)
    if group > 1:
        _release_by_equality(drafts, names, options)
    return drafts, names


def _release_by_equality(drafts: Sequence[Draft], names: Names, options: TableOptions) -> None:
    """Free in later groups what equality over groups has made estimable."""
    present = {(d.lhs, d.op, d.rhs) for d in drafts}
    released = released_by(present, options.partial)
    wu_estabrook = options.identification == "wu.estabrook"
    if names.ordered:
        refuse_residuals_in_delta(options.equal, options.parameterization)
    release = release_by_wu_estabrook if wu_estabrook else release_like_lavaan
    release(drafts, names, options, released)


def _pick(values: tuple[object, ...], group: int, n_groups: int, draft: Draft) -> object | None:
    if not values:
        return None
    if len(values) == 1:
        return values[0]
    if len(values) != n_groups:
        line = f"line {draft.place.line}: " if draft.place else ""
        raise InputError(
            f"{line}{draft.lhs} {draft.op} {draft.rhs}: c() must hold one value per group "
            f"({n_groups}), got {len(values)}"
        )
    return values[group - 1]


def _row(draft: Draft, level: int, group: int, n_groups: int, source: str) -> Parameter:
    m = draft.modifiers
    free, value, exogenous = draft.free, draft.value, draft.exogenous
    lower, upper, label = -math.inf, math.inf, ""
    if draft.user and m != Modifiers():
        fixed = _pick(m.fixed, group, n_groups, draft)
        if isinstance(fixed, float):
            free, value = math.isnan(fixed), fixed
        start = _pick(m.start, group, n_groups, draft)
        if isinstance(start, float) and (free or math.isnan(value)):
            free, value = True, start
        label = str(_pick(m.label, group, n_groups, draft) or "")
        low, high = _pick(m.lower, group, n_groups, draft), _pick(m.upper, group, n_groups, draft)
        lower = low if isinstance(low, float) else lower
        upper = high if isinstance(high, float) else upper
        if lower > upper:
            raise InputError(
                f"{draft.lhs} {draft.op} {draft.rhs}: lower bound {lower:g} exceeds {upper:g}"
            )
    return Parameter(
        draft.lhs, draft.op, draft.rhs, level, group, int(free), label, value, lower, upper,
        exogenous, draft.user,
    )  # fmt: skip


def _no_within_means(rows: list[Parameter], blocks: Sequence[BlockNames]) -> list[Parameter]:
    """Means of variables that exist at both levels belong to the higher level.

    So do means of level-1 factors that equality over groups would free, unless an indicator
    stands at level 1 only.
    """
    above = {(b.group, name) for b in blocks if b.level > 1 for name in b.observed}
    alone = {(r.group, r.rhs) for r in rows if r.level == 1 and r.op == "=~"} - above
    known = {(r.group, r.lhs) for r in rows if r.level == 1 and r.op == "=~"}
    own = {
        (r.group, r.lhs) for r in rows
        if r.level == 1 and r.op == "=~" and (r.group, r.rhs) in alone - known
    }  # fmt: skip
    result = []
    for row in rows:
        place = row.group, row.lhs
        shared = place in above or (place in known and place not in own and not row.user)
        if row.level == 1 and row.op == "~1" and shared:
            row = row._replace(free=0, start=0.0, exogenous=False)
        result.append(row)
    return result


def _constraint_row(s: Statement) -> Parameter:
    label = s.lhs if s.op == ":=" else ""
    return Parameter(s.lhs, s.op, s.rhs, 0, 0, 0, label)


def _block_names(names: Names, drafts: Sequence[Draft], level: int, group: int) -> BlockNames:
    fixed = {d.lhs for d in drafts if d.exogenous}
    exogenous = tuple(name for name in names.exogenous if name in fixed)
    if set(names.latent) & set(names.observed):
        raise InputError(
            f"both latent and observed: {quoted(set(names.latent) & set(names.observed))}"
        )
    return BlockNames(
        group, level, names.observed, names.latent, exogenous, names.ordered, names.exogenous
    )
