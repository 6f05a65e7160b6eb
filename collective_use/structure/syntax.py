"""What is fitted, as text: a model's syntax with controls, effects, and items for a way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from collective_use.checks import did_you_mean
from collective_use.errors import InputError
from collective_use.instrument.model import StructuralModel
from collective_use.syntax.model_text import CONSTRAINTS, Statement, parse_model
from collective_use.syntax.modifiers import Modifiers

Chain = tuple[str, ...]


def written(model: StructuralModel, controls: Sequence[str] = ()) -> str:
    """Return the text that is fitted: the model's syntax, controls in every equation, effects.

    Where the syntax defines no effect (``:=``), `mediation` writes them: every specific indirect
    effect from `from` to `to` through `through`, their totals, direct and total effects where a
    direct path exists, and contrasts between the mechanisms of one antecedent.

    Parameters
    ----------
    model
        From the instrument.
    controls
        Measures that enter every equation beside the model's own.

    Raises
    ------
    InputError
        When a control is an outcome or predictor of the model already.
    """
    statements = list(parse_model(model.syntax).statements)
    added = _controls(statements, (*model.controls, *controls))
    effects: list[str] = []
    if model.mediation and not any(s.op == ":=" for s in statements):
        statements, effects = with_effects(statements, model.mediation)
    if not added and not effects:
        return model.syntax
    lines = [_line(outcome, group) for outcome, group in _sides(statements)]
    lines += [f"{s.lhs} {s.op} {s.rhs}" for s in statements if s.op in CONSTRAINTS]
    if added:
        lines += ["# controls, in every equation", *added]
    if effects:
        lines += ["# effects, written from the model's mediation", *effects]
    return "\n".join(lines) + "\n"


def _controls(statements: Sequence[Statement], controls: Sequence[str]) -> list[str]:
    outcomes = list(dict.fromkeys(s.lhs for s in statements if s.op == "~"))
    known = {name for s in statements if s.op in ("~", "=~") for name in (s.lhs, s.rhs)}
    for name in controls:
        if name in known:
            raise InputError(f"controls must not be part of the model, got {name!r}, which is")
    chosen = list(dict.fromkeys(controls))
    return [f"{outcome} ~ {' + '.join(chosen)}" for outcome in outcomes] if chosen else []


def with_effects(
    statements: Sequence[Statement], mediation: Mapping[str, Sequence[str]]
) -> tuple[list[Statement], list[str]]:
    """Return statements whose paths have labels, and the ``:=`` lines of a mediation.

    Examples
    --------
    >>> paths = parse_model("m ~ x; y ~ m").statements
    >>> steps = {"from": ("x",), "through": ("m",), "to": ("y",)}
    >>> with_effects(paths, steps)[1]
    ['ind_x_m := x_m*m_y']
    """
    labelled, labels = [], {}
    for s in statements:
        if s.op == "~" and not s.modifiers.fixed:
            name = next(iter(s.modifiers.label), "") or f"{_plain(s.rhs)}_{_plain(s.lhs)}"
            labels[s.rhs, s.lhs] = name
            s = replace(s, modifiers=replace(s.modifiers, label=(name,)))
        labelled.append(s)
    lines = []
    ends = mediation.get("to", ())
    for end in ends:
        after = f"_{_plain(end)}" if len(ends) > 1 else ""
        for start in mediation.get("from", ()):
            lines += _effects_of(start, end, mediation.get("through", ()), labels, after)
    return labelled, lines


def _effects_of(
    start: str, end: str, through: Sequence[str], labels: Mapping[tuple[str, str], str], after: str
) -> list[str]:
    chains = [c for c in chains_between(start, end, through, labels) if len(c) > 2]
    products = ["*".join(labels[step] for step in pairwise(c)) for c in chains]
    name = _plain(start)
    named = [f"ind_{name}_{'_'.join(_plain(m) for m in c[1:-1])}{after}" for c in chains]
    lines = [f"{n} := {p}" for n, p in zip(named, products, strict=True)]
    if len(products) > 1:
        lines.append(f"tind_{name}{after} := {' + '.join(products)}")
    direct = labels.get((start, end))
    if direct:
        lines.append(f"dir_{name}{after} := {direct}")
        if products:
            lines.append(f"tot_{name}{after} := {' + '.join([*products, direct])}")
    short = [k for k, c in enumerate(chains) if len(c) == 3]
    for i, j in combinations(short, 2):
        pair = f"{_plain(chains[i][1])}_{_plain(chains[j][1])}"
        lines.append(f"dif_{name}_{pair}{after} := {products[i]} - {products[j]}")
    return lines


def chains_between(
    start: str, end: str, through: Sequence[str], paths: Mapping[tuple[str, str], str]
) -> list[Chain]:
    """Return every chain of paths from `start` to `end` over nothing but `through`.

    Examples
    --------
    >>> paths = {("x", "m"): "a", ("m", "y"): "b", ("x", "y"): "c"}
    >>> chains_between("x", "y", ["m"], paths)
    [('x', 'm', 'y'), ('x', 'y')]
    """
    found: list[Chain] = []

    def walk(chain: Chain) -> None:
        for step in [*through, end]:
            if step not in chain and (chain[-1], step) in paths:
                found.append((*chain, step)) if step == end else walk((*chain, step))

    walk((start,))
    return found


def _plain(name: str) -> str:
    return name.replace(".", "_")


def _sides(statements: Sequence[Statement]) -> list[tuple[tuple[str, str], list[Statement]]]:
    """Group statements of one left side and operator, in order of appearance."""
    groups: dict[tuple[str, str], list[Statement]] = {}
    for s in statements:
        if s.op not in CONSTRAINTS:
            groups.setdefault((s.lhs, s.op), []).append(s)
    return list(groups.items())


def _line(side: tuple[str, str], statements: Sequence[Statement]) -> str:
    lhs, op = side
    if op == "~1":
        return f"{lhs} ~ {_modified(statements[0].modifiers)}1"
    return f"{lhs} {op} " + " + ".join(f"{_modified(s.modifiers)}{s.rhs}" for s in statements)


def _modified(m: Modifiers) -> str:
    words = ["NA" if value != value else f"{value:.15g}" for value in m.fixed]
    words += [label for label in m.label if label]
    for name in ("start", "lower", "upper"):
        words += [f"{name}({value:.15g})" for value in getattr(m, name)]
    return "".join(f"{word}*" for word in words)


def stages(syntax: str) -> dict[str, int]:
    """Return the stage of each variable: 0 for what only explains, 1 for what that explains, ...

    Examples
    --------
    >>> stages("m ~ x; y ~ m + x")
    {'m': 1, 'x': 0, 'y': 2}
    """
    pairs = [(s.lhs, s.rhs) for s in parse_model(syntax).statements if s.op == "~"]
    found = {name: 0 for pair in pairs for name in pair}
    for _ in range(len(found)):
        for outcome, predictor in pairs:
            found[outcome] = min(max(found[outcome], found[predictor] + 1), len(found))
    return found


def by_items(
    syntax: str, items: Mapping[str, Sequence[str]], merges: Mapping[str, Sequence[str]], way: str
) -> str:
    """Return the model with measures as latent variables of their items.

    Parameters
    ----------
    syntax
        By measure ids.
    items
        Items at hand by measure; a measure that is not named stays an observed variable.
    merges
        Latent variables of the model that take all items of the measures they are made of.
    way
        ``"latent"``: one level. ``"sam"``: two levels, loadings free at each. ``"twolevel"``:
        two levels with equal loadings, residuals between groups at zero or more.
    """
    parsed = parse_model(syntax)
    merged = {m: name for name, parts in merges.items() for m in parts if name in parsed.latent}
    measured: dict[str, list[str]] = {}
    for name in parsed.observed:
        if name in items:
            measured.setdefault(merged.get(name, name), []).extend(items[name])
    gone = {s for s in merged if s in items}
    kept = [
        s for s in parsed.statements
        if not (s.op == "=~" and s.lhs in merges and s.rhs in gone) and s.op not in CONSTRAINTS
    ]  # fmt: skip
    structure = [_line(side, group) for side, group in _sides(kept)]
    definitions = [f"{s.lhs} {s.op} {s.rhs}" for s in parsed.statements if s.op in CONSTRAINTS]
    if way == "latent":
        lines = [f"{name} =~ {' + '.join(own)}" for name, own in measured.items()]
        return "\n".join([*lines, *structure, *definitions]) + "\n"
    equal = way == "twolevel"
    within = [f"{name}_w =~ {_loadings(own, equal)}" for name, own in measured.items()]
    between = [f"{name} =~ {_loadings(own, equal)}" for name, own in measured.items()]
    if equal:
        between += [f"{item} ~~ lower(0)*{item}" for own in measured.values() for item in own]
    blocks = ["level: 1", *within, "level: 2", *between, *structure]
    return "\n".join([*blocks, *definitions]) + "\n"


def _loadings(items: Sequence[str], equal: bool) -> str:
    if not equal:
        return " + ".join(items)
    return " + ".join(["1*" + items[0], *(f"l_{item}*{item}" for item in items[1:])])


def check_way(way: str, ways: Sequence[str]) -> None:
    """Raise when a way is not known, with the nearest word."""
    if way not in ways:
        raise InputError(
            f"way must be one of {', '.join(repr(w) for w in ways)}, got {way!r}"
            f"{did_you_mean(way, ways)}"
        )
