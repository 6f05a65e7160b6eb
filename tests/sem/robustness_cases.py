"""Data and models that break estimation programs, each with what has to be said of it."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "parity" / "sem"))

sys.path.insert(0, str(Path(__file__).parent))

from robustness_case import Trouble, noise, same
from robustness_kinds import KINDS
from sem_models import HS, read

from collective_use.errors import CollectiveUseError, CollectiveUseWarning
from collective_use.sem.fit import fit_sem


def heywood(_: pd.DataFrame) -> pd.DataFrame:
    """Make an item that two others determine nearly."""
    r = np.random.default_rng(5)
    f = r.normal(size=60)
    y = np.column_stack([f * 0.9 + r.normal(size=60) * 0.3 for _ in range(3)])
    y[:, 0] = y[:, 1] * 0.5 + y[:, 2] * 0.5 + r.normal(size=60) * 0.05
    return pd.DataFrame(y, columns=["a", "b", "c"]).assign(d=0.2 * f + r.normal(size=60))


def one_factor(_: pd.DataFrame) -> pd.DataFrame:
    """Draw items of one factor, in which a bifactor model finds nothing."""
    r = np.random.default_rng(13)
    f = r.normal(size=80)
    y = np.column_stack([0.7 * f + r.normal(size=80) for _ in range(9)])
    return pd.DataFrame(y, columns=[f"x{i}" for i in range(1, 10)])


def two_halves(_: pd.DataFrame) -> pd.DataFrame:
    """Draw two factors that are one."""
    r = np.random.default_rng(2)
    f = r.normal(size=150)
    return pd.DataFrame({f"y{i}": f + r.normal(size=150) * 1.5 for i in range(6)})


def never_together(d: pd.DataFrame) -> pd.DataFrame:
    """Give x1 to one half of the cases and x2 to the other."""
    first = d.index <= 150
    return d.assign(x1=d.x1.where(first), x2=d.x2.where(~first))


BIFACTOR = (
    "g =~ " + " + ".join(f"x{i}" for i in range(1, 10)) + "\n"
    "s1 =~ x1 + x2 + x3\ns2 =~ x4 + x5 + x6\ns3 =~ x7 + x8 + x9\n"
    "g ~~ 0*s1 + 0*s2 + 0*s3\ns1 ~~ 0*s2 + 0*s3\ns2 ~~ 0*s3"
)
TENTH = HS + "visual =~ x10"
FIRST = "Pasteur"

CASES: dict[str, Trouble] = {
    "heywood": Trouble(
        "Heywood case", heywood, "ImproperSolutionWarning", ("negative variance", "a (-"),
        "f =~ a + b + c + d", converges=True, admissible=False,
    ),
    "correlation": Trouble(
        "factors that are one", two_halves, "ImproperSolutionWarning",
        ("correlation of a and b", "beyond 1"), "a =~ y0 + y1 + y2\nb =~ y3 + y4 + y5",
        converges=True, admissible=False,
    ),
    "under_scale": Trouble(
        "no scale for the factor", same, "ImproperSolutionWarning",
        ("not identified", "'f=~x1'", "cannot be told apart"), "f =~ NA*x1 + x2 + x3 + x4",
        converges=True, admissible=False,
    ),
    "under_two": Trouble(
        "factor with two items and no relation", same, "ImproperSolutionWarning",
        ("not identified", "'f=~x2'", "'g=~x5'"), "f =~ x1 + x2\ng =~ x4 + x5\nf ~~ 0*g",
        converges=True, admissible=False,
    ),
    "df": Trouble(
        "fewer moments than parameters", same, "EstimationError",
        ("4 free parameters", "3 moments", "df = -1"), "f =~ x1 + x2",
    ),
    "duplicate": Trouble(
        "the same item twice", lambda d: d.assign(x10=d.x3), "EstimationError",
        ("not positive definite", "'x3', 'x10' determine each other"), TENTH,
    ),
    "sum": Trouble(
        "an item that is the sum of others", lambda d: d.assign(x10=d.x1 + d.x2 + d.x3),
        "EstimationError", ("'x1', 'x2', 'x3', 'x10' determine each other",), TENTH,
    ),
    "collinear": Trouble(
        "nearly collinear (noise 1e-3)", lambda d: d.assign(x10=d.x3 + noise(d, 1e-3)),
        "ImproperSolutionWarning", ("negative variance", "x10"), TENTH,
        converges=True, admissible=False,
    ),
    "collinear_more": Trouble(
        "nearly collinear (noise 1e-4)", lambda d: d.assign(x10=d.x3 + noise(d, 1e-4)),
        "DataWarning", ("'x3', 'x10' all but determine each other",), TENTH, admissible=False,
        edge=True,
    ),
    "collinear_most": Trouble(
        "nearly collinear (noise 1e-6)", lambda d: d.assign(x10=d.x3 + noise(d, 1e-6)),
        "EstimationError", ("'x3', 'x10' determine each other",), TENTH,
    ),
    "scales": Trouble(
        "scales 1e6 and 1e-4", lambda d: d.assign(x1=d.x1 * 1e6, x9=d.x9 * 1e-4), "DataWarning",
        ("variances differ", "x1 against x9"), converges=True, admissible=True,
    ),
    "bifactor": Trouble(
        "bifactor model that does not converge", one_factor, "ConvergenceWarning",
        ("did not converge", "not a solution"), BIFACTOR, converges=False, admissible=False,
        edge=True,
    ),
    "few": Trouble(
        "N < p", lambda d: d.head(8), "EstimationError", ("too few cases", "8 cases", "9 variab"),
    ),
    "fewer_than_parameters": Trouble(
        "fewer cases than parameters", lambda d: d.head(20), "DataWarning",
        ("21 parameters", "20 cases"), converges=True, admissible=False,
    ),
    "one_case": Trouble(
        "one case", lambda d: d.head(1), "EstimationError", ("at least two cases", "got 1"),
    ),
    "constant": Trouble(
        "constant item", lambda d: d.assign(x1=3.0), "EstimationError", ("'x1' has no variance",),
    ),
    "constant_group": Trouble(
        "item constant in one group",
        lambda d: d.assign(x1=d.x1.where(d.school != FIRST, 2.0)), "EstimationError",
        ("in group 'Pasteur'", "'x1' has no variance"), options={"group": "school"},
    ),
    "infinite": Trouble(
        "infinite value", lambda d: d.assign(x1=d.x1.where(d.index != 4, np.inf)), "InputError",
        ("x1", "infinite", "row 5"),
    ),
    "infinite_fiml": Trouble(
        "infinite value (FIML)", lambda d: d.assign(x1=d.x1.where(d.index != 4, -np.inf)),
        "InputError", ("x1", "infinite", "row 5"), options={"missing": "fiml"},
    ),
    "missing": Trouble(
        "item without values", lambda d: d.assign(x1=np.nan), "InputError", ("x1 has no values",),
    ),
    "missing_fiml": Trouble(
        "item without values (FIML)", lambda d: d.assign(x1=np.nan), "InputError",
        ("x1 has no values",), options={"missing": "fiml"},
    ),
    "missing_group": Trouble(
        "item without values in one group (FIML)",
        lambda d: d.assign(x1=d.x1.where(d.school != FIRST)), "InputError",
        ("x1 has no values in group 'Pasteur'",), options={"group": "school", "missing": "fiml"},
    ),
    "never": Trouble(
        "two items never answered by the same person (FIML)", never_together, "DataWarning",
        ("no case has a value of both 'x1' and 'x2'",), options={"missing": "fiml"},
        converges=True,
    ),
    "never_listwise": Trouble(
        "the same, listwise", never_together, "InputError", ("no complete case", "'x1', 'x2'"),
    ),
    "text": Trouble(
        "column of text", lambda d: d.assign(x1="a"), "InputError", ("x1", "text such as 'a'"),
    ),
    "digits": Trouble(
        "numbers stored as text", lambda d: d.assign(x1=d.x1.astype(str)), "InputError",
        ("x1 must be a column of numbers", "text such as '3.33"),
    ),
    "dates": Trouble(
        "column of dates", lambda d: d.assign(x1=pd.date_range("2020", periods=len(d))),
        "InputError", ("x1 must be a column of numbers", "datetime"),
    ),
    "misspelled": Trouble(
        "misspelled item", same, "InputError", ("'x11'", "did you mean 'x1'"),
        HS.replace("x1", "x11"),
    ),
    "misspelled_latent": Trouble(
        "misspelled factor", same, "InputError",
        ("'visuel'", "did you mean the latent variable 'visual'"), HS + "visuel ~ textual",
    ),
    "double": Trouble(
        "two columns of one name", lambda d: pd.concat([d, d[["x1"]]], axis=1), "InputError",
        ("more than one column called 'x1'",),
    ),
    "small_group": Trouble(
        "a group with fewer cases than variables",
        lambda d: d.assign(school=np.where(d.index < 6, "a", "b")), "EstimationError",
        ("too few cases in group 'a'", "6 cases"), options={"group": "school"},
    ),
    "few_clusters": Trouble(
        "fewer clusters than parameters", lambda d: d.assign(cl=d.index % 5), "DataWarning",
        ("30 parameters but only 5 clusters",), options={"cluster": "cl"},
        converges=True,
    ),
    "one_cluster": Trouble(
        "one cluster", lambda d: d.assign(cl=1), "InputError", ("'cl'", "one cluster only"),
        options={"cluster": "cl"},
    ),
    "weights": Trouble(
        "negative weight", lambda d: d.assign(w=np.where(d.index == 6, -1.0, 1.0)), "InputError",
        ("'w'", "got -1 in row 7"), options={"weights": "w"},
    ),
    **KINDS,
}  # fmt: skip
"""In the order of the page."""


def outcome(case: Trouble) -> tuple[str, list[tuple[str, str]], Any]:
    """Fit a case.

    Returns
    -------
    error
        Class of the error, empty when a result came back.
    said
        Class and text of the error or of every warning.
    fit
        The result, None after an error.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fit = fit_sem(case.model, case.make(read("hs")), **case.options)
        except CollectiveUseError as problem:
            return type(problem).__name__, [(type(problem).__name__, str(problem))], None
    strange = [w for w in caught if not issubclass(w.category, CollectiveUseWarning)]
    if strange:
        raise AssertionError(f"a warning of another library came through: {strange[0].message}")
    return "", [(w.category.__name__, str(w.message)) for w in caught], fit
