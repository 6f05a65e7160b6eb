"""Input and data for Mplus: a structural model of group values as a two-level model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.checks import one_of
from collective_use.errors import InputError
from collective_use.output import write_folder
from collective_use.study.run import StudyRun

MISSING = -999
"""What stands for no value in the data file."""

_LONGEST = 8
"""Signs of a name in Mplus."""

_WIDTH = 80


def write_mplus(run: StudyRun, folder: str | Path, model: str | None = None) -> tuple[str, ...]:
    """Write a model as input for Mplus (TYPE = TWOLEVEL), with its data and a list of names.

    Scores of persons stand at both levels, their group part is latent there; measures that have
    no score of persons (networks, informants) stand at the level of groups only. Paths are those
    of the model. The estimates differ a little from the corrected way of this package, which
    takes the sampling error of means off beforehand. The input follows the manual; it was not run
    here, for want of Mplus. The data are of persons: for the analyst, not to be passed on.

    Parameters
    ----------
    run
        A study that was run in this session, with a model.
    folder
        Receives ``model.inp``, ``model.dat`` and ``names.csv``.
    model
        Which model; the first when left out.

    Returns
    -------
    tuple of str
        The files.

    Raises
    ------
    InputError
        When the study has no such model.
    OutputError
        When the folder cannot be written.

    References
    ----------
    Muthén & Muthén (2017), Mplus user's guide, chapter 9.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> run = cu.run_demo(tempfile.mkdtemp() + "/demo", "lq2002")
    >>> try:
    ...     cu.write_mplus(run, "mplus")
    ... except cu.InputError as problem:
    ...     print(problem)
    the study was run without a structural model: name one under models
    """
    fitted = run.outcome.models
    if not fitted:
        raise InputError("the study was run without a structural model: name one under models")
    chosen = model or next(iter(fitted))
    one_of("model", chosen, tuple(fitted))
    rows = fitted[chosen].fit.estimates
    paths = [(str(a), str(b)) for a, b in rows.loc[rows["op"] == "~", ["lhs", "rhs"]].to_numpy()]
    together = rows[(rows["op"] == "~~") & (rows["lhs"] != rows["rhs"])]
    outcomes = {outcome for outcome, _ in paths}
    residual = [
        (str(a), str(b))
        for a, b in together[["lhs", "rhs"]].to_numpy()
        if a in outcomes and b in outcomes
    ]
    wanted = list(dict.fromkeys(name for path in paths for name in path))
    data, between = _data(run, wanted)
    names = short_names(wanted)
    text = mplus_input(chosen, paths, names, between, residual)
    listed = pd.DataFrame({"mplus": names.values(), "measure": list(names)})
    files = [
        ("model.inp", text.encode("ascii")),
        ("model.dat", _free_format(data).encode("ascii")),
        ("names.csv", listed.to_csv(index=False).encode("utf-8-sig")),
    ]
    write_folder(Path(folder), files, {"makes": "input for Mplus", "of": "persons"})
    return tuple(name for name, _ in files)


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return a name of at most eight letters, digits and underscores for each, no two alike.

    Examples
    --------
    >>> short_names(["cdu", "exp_recognition", "exp_recall"])
    {'cdu': 'cdu', 'exp_recognition': 'exp_reco', 'exp_recall': 'exp_reca'}
    """
    found: dict[str, str] = {}
    for name in names:
        short = re.sub(r"\W", "_", name)[:_LONGEST]
        k = 1
        while short in found.values():
            k += 1
            short = f"{short[: _LONGEST - 1 - len(str(k))]}_{k}"
        found[name] = short
    return found


def mplus_input(
    model: str,
    paths: Sequence[tuple[str, str]],
    names: Mapping[str, str],
    between: Sequence[str],
    residual: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the text of the input file.

    Parameters
    ----------
    model
        Its name, for the title.
    paths
        Outcome and predictor of each path.
    names
        Measure to its name in Mplus, in the order of the data.
    between
        Measures of groups only.
    residual
        Pairs of outcomes whose residuals covary in the model.

    Examples
    --------
    >>> print(mplus_input("M", [("y", "x")], {"y": "y", "x": "x"}, []).splitlines()[4])
      USEVARIABLES = y x;
    """
    inside = [names[name] for name in names if name not in between]
    groups = [names[name] for name in between]
    outcomes: dict[str, list[str]] = {}
    for outcome, predictor in paths:
        outcomes.setdefault(names[outcome], []).append(names[predictor])
    ends = [name for name in outcomes if not any(name in causes for causes in outcomes.values())]
    first = [one for one in names.values() if one not in outcomes]
    used = [*inside, *groups]
    lines = [
        f"TITLE: Model {model}, groups' values from persons' scores (collective-use);",
        "DATA: FILE = model.dat;",
        "VARIABLE:",
        *_listed("NAMES", ["group", *names.values()]),
        *_listed("USEVARIABLES", used),
        f"  MISSING = ALL ({MISSING});",
        "  CLUSTER = group;",
        *(_listed("BETWEEN", groups) if groups else ()),
        "ANALYSIS: TYPE = TWOLEVEL; ESTIMATOR = MLR;",
        "MODEL:",
        "  %WITHIN%",
        *(f"  {one} WITH {' '.join(inside[k + 1 :])};" for k, one in enumerate(inside[:-1])),
        "  %BETWEEN%",
        *(f"  {outcome} ON {' '.join(causes)};" for outcome, causes in outcomes.items()),
        *(f"  {names[one]} WITH {names[other]};" for one, other in residual),
        *(
            ["MODEL INDIRECT:", *(f"  {end} IND {one};" for end in ends for one in first)]
            if any(one in causes for one in outcomes for causes in outcomes.values())
            else ()
        ),
        "OUTPUT: STDYX CINTERVAL;",
    ]
    return "\n".join(line for whole in lines for line in _folded(whole)) + "\n"


def _listed(key: str, names: Sequence[str]) -> list[str]:
    return [f"  {key} = {' '.join(names)};"]


def _folded(line: str) -> list[str]:
    """Break a line before its 80th sign, where Mplus stops reading."""
    import textwrap

    return textwrap.wrap(line, _WIDTH, subsequent_indent="    ", drop_whitespace=True) or [line]


def _data(run: StudyRun, wanted: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return groups by number and the measures, persons' scores where there are any."""
    outcome = run.outcome
    group = outcome.responses.persons["group"].astype(str)
    order = {str(name): k + 1 for k, name in enumerate(outcome.groups.values["group"])}
    values = outcome.groups.values.set_index(outcome.groups.values["group"].astype(str))
    between = [name for name in wanted if name not in outcome.scores.values]
    columns: dict[str, pd.Series[float]] = {"group": group.map(order).astype(float)}
    for name in wanted:
        whole = values[name] if name in between else outcome.scores.values[name]
        column = group.map(whole) if name in between else whole
        columns[name] = column.reset_index(drop=True).astype(float)
    return pd.DataFrame(columns), between


def _free_format(data: pd.DataFrame) -> str:
    table = data.to_numpy(dtype=float)
    rows = np.where(np.isnan(table), float(MISSING), table)
    return "\n".join(" ".join(f"{value:.6g}" for value in row) for row in rows) + "\n"
