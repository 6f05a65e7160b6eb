"""What a fit needs before it can start: groups, table, bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collective_use.accepted import Covariances, Frame, Means
from collective_use.checks import column_in, one_of, quoted
from collective_use.errors import InputError, NotSupported
from collective_use.sem.data.data import group_names
from collective_use.sem.options import Options
from collective_use.sem.table.build import parameter_table
from collective_use.sem.table.choices import TableOptions
from collective_use.sem.table.partable import ParameterTable
from collective_use.syntax.model_text import ModelText, parse_model


def with_bounds(
    table: ParameterTable, bounds: str | Mapping[str, tuple[float, float]] | None
) -> ParameterTable:
    """Return the table with bounds on some parameters.

    Raises
    ------
    InputError
        When a name is not a free parameter.
    """
    if bounds is None:
        return table
    if isinstance(bounds, str):
        one_of("bounds", bounds, ("pos.var",))
        rows = tuple(
            row._replace(lower=max(row.lower, 0.0))
            if row.op == "~~" and row.lhs == row.rhs and row.free
            else row
            for row in table.rows
        )
        return ParameterTable(rows, table.blocks, table.meanstructure, table.parameterization)
    by_number = {name.replace(" ", ""): i + 1 for i, name in enumerate(table.free_names())}
    limits: dict[int, tuple[float, float]] = {}
    for name, (low, high) in bounds.items():
        key = name.replace(" ", "")
        if key not in by_number:
            raise InputError(f"bounds must name free parameters, got {name!r}; "
                             f"they are {quoted(by_number)}")  # fmt: skip
        if not low <= high:
            raise InputError(f"bounds of {name!r} must rise, got {low!r} and {high!r}")
        limits[by_number[key]] = (float(low), float(high))
    rows = tuple(
        row._replace(lower=limits[row.free][0], upper=limits[row.free][1])
        if row.free in limits
        else row
        for row in table.rows
    )
    return ParameterTable(rows, table.blocks, table.meanstructure, table.parameterization)


def names_of_groups(data: Frame, cov: Covariances, group: str | None) -> tuple[str, ...]:
    """Return the groups of the data or of the moments.

    Raises
    ------
    InputError
        When both or neither are given.
    """
    if data is not None and cov is not None:
        raise InputError("give data or cov, not both")
    if data is not None:
        if not hasattr(data, "columns"):
            raise InputError(f"data must be a data frame, got {type(data).__name__}")
        if group is not None:
            column_in("group", group, list(data.columns), where="the data")
        return group_names(data, group)
    if cov is None:
        raise InputError("data is missing: give a data frame, or cov= with n=")
    if isinstance(cov, Mapping) and not hasattr(cov, "loc"):
        return tuple(str(name) for name in cov)
    if isinstance(cov, (list, tuple)):
        return tuple(str(i + 1) for i in range(len(cov)))
    return ("",)


def use_means(
    asked: bool | None,
    options: Options,
    clusters: Sequence[str],
    names: Sequence[str],
    means: Means,
    *,
    moments_only: bool = False,
    equal: Sequence[str] = (),
) -> bool:
    """Tell whether means are fitted.

    Several groups have means when there are any: covariances alone tell nothing of them.

    Raises
    ------
    NotSupported
        For missing values without means.
    InputError
        When means or intercepts are to be equal, but none are fitted or given.
    """
    incomplete = options.missing != "listwise"
    if asked is False and incomplete:
        raise NotSupported(
            f"missing={options.missing!r} without means is not supported: they are estimated"
        )
    known = means is not None or not moments_only
    several = len(names) > 1 and known
    chosen = asked
    if chosen is None:
        chosen = incomplete or several or bool(clusters) or means is not None
    wanted = [name for name in equal if name in ("intercepts", "means", "thresholds")]
    if wanted and not (chosen and known):
        instead = "leave out meanstructure=False" if known else "give them in means="
        raise InputError(f"equal={tuple(wanted)!r} needs a mean structure: {instead}")
    return chosen


def fixes_covariates(asked: bool | None, options: Options) -> bool:
    """Tell whether the moments of covariates are fixed at the sample's.

    Raises
    ------
    NotSupported
        For least squares.
    """
    if asked and options.function != "ML":
        raise NotSupported(
            f"fixed_x=True with estimator={options.estimator!r} is not supported: "
            "least squares estimates the moments of covariates"
        )
    return options.function == "ML" if asked is None else asked


def table_for(
    model: str | ModelText | ParameterTable,
    options: TableOptions,
    names: Sequence[str],
    bounds: str | Mapping[str, tuple[float, float]] | None,
) -> ParameterTable:
    """Build the parameter table of a single-level continuous model and check it.

    Raises
    ------
    NotSupported
        For levels, thresholds, or groups with different variables.
    InputError
        When model and data have different groups.
    """
    if options.equal and len(names) == 1:
        raise InputError(
            f"equal={tuple(options.equal)!r} holds parameters equal over groups, but there is one "
            "group: name the grouping column with group="
        )
    table = parameter_table(in_order_of_groups(model, names), options)
    _refuse_table(table, names)
    return with_bounds(table, bounds)


def in_order_of_groups(
    model: str | ModelText | ParameterTable, names: Sequence[str]
) -> str | ModelText | ParameterTable:
    """Return the model with its ``group:`` blocks in the order of the data's groups.

    Raises
    ------
    InputError
        When the blocks are named neither as the groups nor by numbers from 1.
    """
    if isinstance(model, ParameterTable):
        return model
    text = parse_model(model) if isinstance(model, str) else model
    blocks = text.groups
    numbers = tuple(str(i + 1) for i in range(len(blocks)))
    if not blocks or blocks in (tuple(names), numbers) or len(blocks) != len(names):
        return text
    if set(blocks) != set(names):
        raise InputError(
            f"the model's group: blocks are {quoted(blocks)} but the groups of the data are "
            f"{quoted(names)}: use those names, or numbers from 1"
        )
    place = {name: i for i, name in enumerate(names)}
    order = sorted(text.statements, key=lambda s: place.get(s.group, -1))
    return ModelText(text.source, tuple(order))


def refuse_latent_columns(model: str | ModelText | ParameterTable, data: Frame) -> None:
    """Raise when a latent variable has the name of a column of the data.

    Raises
    ------
    InputError
        Naming the variable.
    """
    if isinstance(model, ParameterTable):
        latent = tuple(name for block in model.blocks for name in block.latent)
    else:
        latent = (parse_model(model) if isinstance(model, str) else model).latent
    known = set(getattr(data, "columns", ()))
    both = [name for name in latent if name in known]
    if both:
        raise InputError(
            f"{quoted(both)} is a latent variable of the model and a column of the data: "
            "give it another name"
        )


def check_model(model: object) -> None:
    """Raise when a model is neither text nor a table.

    Raises
    ------
    InputError
        Naming what it is.
    """
    if not isinstance(model, (str, ModelText, ParameterTable)):
        raise InputError(
            "model must be a text in lavaan's syntax or a parameter table, got "
            f"{type(model).__name__}"
        )


def as_names(argument: str, value: str | Sequence[str]) -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    if not isinstance(value, Iterable) or not all(isinstance(name, str) for name in value):
        raise InputError(f"{argument} must be a name or a list of names, got {value!r}")
    return (value,) if isinstance(value, str) else tuple(value)


def _refuse_table(table: ParameterTable, names: Sequence[str]) -> None:
    if table.n_levels > 1:
        raise NotSupported("level: blocks are not supported by this engine yet")
    if any(row.op in ("|", "~*~") for row in table.rows):
        raise NotSupported("thresholds (|) and scales (~*~) need ordered variables")
    if table.n_groups != len(names):
        raise InputError(
            f"the model has {table.n_groups} groups but the data {len(names)}: {quoted(names)}"
        )
    first = table.blocks[0]
    for block in table.blocks[1:]:
        if set(block.observed) != set(first.observed) or block.observed != first.observed:
            raise NotSupported("groups with different variables are not supported")


def text_of(model: str | ModelText | ParameterTable) -> str:
    """Return the text of a model, empty when it came as a table."""
    if isinstance(model, str):
        return model
    return model.source if isinstance(model, ModelText) else ""
