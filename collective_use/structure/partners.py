"""`without_partners`: what each partner organisation does to the effects of a model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from collective_use.checks import instance_of
from collective_use.groups.results import Groups
from collective_use.structure.answers.effects import defined
from collective_use.structure.syntax import written
from collective_use.structure.values import find_model
from collective_use.structure.ways.data import measured
from collective_use.structure.ways.moments import corrected_covariances, fit_moments, refitted
from collective_use.structure.ways.partners import covariance_without, names_of_partners


def without_partners(groups: Groups, model: str = "M1") -> pd.DataFrame:
    """Return every effect of a model without the members of each partner organisation.

    Only organisations that sit in more than one group are left out: one that sits in a single
    group is that group's own. Fitted by the way `corrected`. Names of organisations are in the
    table: it is for the analyst.

    Parameters
    ----------
    groups
        From `aggregate`, of members whose organisation is known (``partner``).
    model
        Id of a model in the instrument.

    Returns
    -------
    pandas.DataFrame
        One row an organisation and effect: `partner`, `groups`, `effect`, `est` (without it),
        `whole` (with it), `change`; empty when no organisation sits in two groups.

    Raises
    ------
    InputError
        When no one's organisation is known, or the model is not.
    EstimationError
        As `fit_structure` with ``way="corrected"``.

    Examples
    --------
    >>> import collective_use as cu
    >>> export = cu.sample_path("clean") / "export.csv"
    >>> responses = cu.read_responses(export, "collective_data_use")
    >>> groups = cu.aggregate(cu.score(responses), repetitions=0)
    >>> cu.without_partners(groups, "M1").columns.tolist()
    ['partner', 'groups', 'effect', 'est', 'whole', 'change']
    """
    instance_of("groups", groups, Groups, "what cu.aggregate(scores) returns")
    text = written(find_model(groups.instrument, model))
    data = measured(groups, text)
    codes = names_of_partners(data)
    found = fit_moments(text, data, corrected_covariances(data))
    solution = found.fit.solution
    order = [data.names.index(name) for name in solution.table.blocks[0].observed]
    names = [name for name, _ in solution.constraints.definitions]
    whole = defined(solution.constraints, solution.theta[None, :])[0]
    rows = []
    for code in codes:
        S = covariance_without(data, code, corrected=True)[np.ix_(order, order)]
        own = defined(solution.constraints, refitted(solution, S[None]))[0]
        where = data.codes[data.partners == code]
        rows += [
            (data.partner_names[code], len(set(where.tolist())), name, est, all_, est - all_)
            for name, est, all_ in zip(names, own.tolist(), whole.tolist(), strict=True)
        ]
    columns = ["partner", "groups", "effect", "est", "whole", "change"]
    return pd.DataFrame(rows, columns=columns)
