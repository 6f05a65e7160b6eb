"""Exploratory factor analysis: extraction, rotation, fit, errors, and a table to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from collective_use.accepted import Labels, Matrix
from collective_use.checks import number_between, one_of, valid_seed, whole_number
from collective_use.errors import ImproperSolutionWarning, InputError, warn
from collective_use.measurement.answers import Data, answers_of
from collective_use.measurement.correlations import (
    KINDS,
    Correlations,
    Floats,
    correlations_of,
    positive_definite,
)
from collective_use.measurement.factors.rotations import ROTATIONS, rotated
from collective_use.numerics.factors.errors import rotated_errors
from collective_use.numerics.factors.extract import (
    FactorFit,
    Factors,
    degrees_of_freedom,
    extract,
    fit_of,
)
from collective_use.numerics.factors.rotate import Criterion, Rotated
from collective_use.numerics.threads import single_threaded
from collective_use.results import NotComputed, Result, Table, table_of

EXTRACTIONS = ("minres", "ml", "pa")
SALIENT = 0.30
"""Loadings at least this large are counted as cross-loadings (Hinkin 1998 takes .40, many .30)."""


@dataclass(frozen=True)
class Efa(Result):
    """Rotated factors of items.

    Attributes
    ----------
    loadings
        (J, k) pattern loadings, items as rows, factors as columns.
    phi
        (k, k) factor correlations.
    structure
        (J, k) correlations of items and factors, ``pattern @ phi``.
    communalities, uniquenesses
        (J,) shares of variance that the factors account for, and the rest.
    complexity
        (J,) Hofmann's (1978) index: on how many factors an item loads.
    errors, phi_errors
        Standard errors of loadings and factor correlations, or why there are none.
    fit
        `FactorFit`, or why there is none.
    determinacy
        (k,) correlation of factors with their regression scores.
    weights
        (J, k) regression weights of standardised items for factor scores (Thurstone 1935).
    extraction, rotation, correlation, n
        What was asked for, and the cases behind it.
    criterion
        Value of the rotation's criterion.
    reached
        Share of random starts that ended there.
    heywood
        Items whose uniqueness ran against its bound.
    notes
        What a reader has to know.

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 4, axis=1)
    >>> cu.efa(f + rng.normal(size=f.shape), 2).loadings.shape
    (8, 2)
    """

    loadings: pd.DataFrame
    phi: pd.DataFrame
    structure: pd.DataFrame
    communalities: pd.Series
    uniquenesses: pd.Series
    complexity: pd.Series
    errors: pd.DataFrame | NotComputed
    phi_errors: pd.DataFrame | NotComputed
    fit: FactorFit | NotComputed
    determinacy: pd.Series
    weights: pd.DataFrame
    extraction: str
    rotation: str
    correlation: str
    n: int
    criterion: float
    reached: float
    heywood: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return the loadings with communality, complexity and own factor, sorted to be read.

        Columns ``item, factor, <factors>, communality, complexity, cross_loading``; items by
        factor, then by size of their loading.
        """
        frame = self.loadings.copy()
        size = frame.abs()
        own = size.idxmax(axis=1)
        best = size.max(axis=1)
        ranked = np.sort(size.to_numpy(), axis=1)
        other = ranked[:, -2] if ranked.shape[1] > 1 else np.zeros(len(ranked))
        frame = frame.assign(
            communality=self.communalities,
            complexity=self.complexity,
            cross_loading=np.where(other >= SALIENT, other, np.nan),
        )
        frame.insert(0, "factor", own)
        place = self.loadings.columns.get_indexer(pd.Index(own))
        order = np.lexsort((-best.to_numpy(), place))
        return frame.iloc[order].rename_axis("item").reset_index()

    def tables(self) -> tuple[Table, ...]:
        """Return loadings and factor correlations."""
        notes = [f"{self.extraction}, {self.rotation} ({ROTATIONS[self.rotation].source}), "
                 f"{self.correlation} correlations, n = {self.n}."]  # fmt: skip
        if isinstance(self.fit, FactorFit) and self.fit.df > 0:
            f = self.fit
            notes.append(
                f"Chi-square({f.df}) = {f.chisq:.2f}, p = {f.pvalue:.3f}; RMSEA {f.rmsea:.3f} "
                f"[{f.rmsea_lower:.3f}, {f.rmsea_upper:.3f}]; TLI {f.tli:.3f}; RMSR {f.rmsr:.3f}; "
                f"BIC {f.bic:.1f}."
            )
        phi = self.phi.rename_axis("factor").reset_index()
        return (
            table_of("Pattern loadings", self.to_frame(), notes=(*notes, *self.notes)),
            table_of("Factor correlations", phi),
        )

    def scores(self, data: Data) -> pd.DataFrame:
        """Return regression factor scores of persons, standardised items times `weights`.

        Parameters
        ----------
        data
            Items as in `efa`, by the same names; incomplete persons get missing scores.
        """
        values = answers_of(data).only(list(self.weights.index)).values
        standard = (values - values.mean()) / values.std()
        return standard @ self.weights


@single_threaded
def efa(
    data: Data,
    factors: int,
    groups: Labels = None,
    *,
    extraction: Literal["minres", "ml", "pa"] = "minres",
    correlation: Literal["pearson", "polychoric", "within", "between"] = "pearson",
    rotation: str = "oblimin",
    epsilon: float = 0.01,
    target: Matrix = None,
    starts: int = 25,
    seed: int | None = 1,
) -> Efa:
    """Fit an exploratory factor analysis.

    Parameters
    ----------
    data
        Items of persons: a frame, an array, responses or scores.
    factors
        How many.
    groups
        A column of the frame or one label for each person, for ``"within"`` and ``"between"``.
    extraction
        ``"minres"``, ``"ml"`` or ``"pa"``.
    correlation
        ``"pearson"``, ``"polychoric"``, ``"within"`` or ``"between"`` groups.
    rotation
        A key of `ROTATIONS`: none, varimax, promax, oblimin, quartimin, geomin, bifactor,
        bifactor_orthogonal, target.
    epsilon
        Of geomin; Mplus takes .0001, .001 and .01 for 2, 3 and 4 factors.
    target
        (J, k) wanted loadings, missing where free.
    starts, seed
        Random starts of rotations by gradient projection.

    Returns
    -------
    Efa
        Loadings, factor correlations, fit, errors.

    Raises
    ------
    InputError
        When more factors are asked for than the items can identify, cases are too few, items are
        constant or doubled, or correlations are not positive definite.

    Warns
    -----
    ImproperSolutionWarning
        When a uniqueness runs against its bound (a Heywood case).

    References
    ----------
    Harman & Jones (1966), Psychometrika 31:351 (minres); Jöreskog (1967), 32:443 (ml); Bernaards
    & Jennrich (2005), Educational and Psychological Measurement 65:676 (rotation).

    Examples
    --------
    >>> import numpy as np
    >>> import collective_use as cu
    >>> rng = np.random.default_rng(1)
    >>> f = np.repeat(rng.normal(size=(300, 2)), 4, axis=1)
    >>> found = cu.efa(f + rng.normal(size=f.shape), 2, extraction="ml")
    >>> found.to_frame()["factor"].value_counts().tolist()
    [4, 4]
    """
    one_of("extraction", extraction, EXTRACTIONS)
    one_of("correlation", correlation, KINDS)
    one_of("rotation", rotation, tuple(ROTATIONS))
    whole_number("factors", factors, at_least=1)
    whole_number("starts", starts, at_least=1)
    number_between("epsilon", epsilon, 0, 1, open_low=True)
    valid_seed(seed)
    answers = answers_of(data, groups, least=3)
    _refuse_too_many(factors, len(answers.items))
    found = correlations_of(answers, correlation)
    if found.n <= len(answers.items):
        raise InputError(
            f"cases must be more than items, got {found.n} cases and {len(answers.items)} items: "
            "factors of them would be made of chance"
        )
    if extraction == "ml" and not positive_definite(found.matrix):
        raise InputError(
            f"the {correlation} correlations must be positive definite for maximum likelihood: "
            "take extraction='minres', or leave items out that are sums of others"
        )
    plain = extract(found.matrix, factors, extraction)
    wanted = None if target is None else np.asarray(target, float)
    turned, criterion = rotated(
        plain.loadings, rotation, epsilon=epsilon, target=wanted, starts=starts, seed=seed
    )
    result = _result(found, plain, turned, criterion, extraction, rotation)
    if result.heywood:
        warn(
            f"uniqueness at its bound (a Heywood case): {', '.join(result.heywood)}; fewer "
            "factors, or another item, may be meant",
            ImproperSolutionWarning,
        )
    return result


def _refuse_too_many(factors: int, items: int) -> None:
    if degrees_of_freedom(items, factors) < 0 or factors >= items:
        most = max((k for k in range(1, items) if degrees_of_freedom(items, k) >= 0), default=0)
        raise InputError(
            f"factors must be at most {most} for {items} items, got {factors}: more cannot be "
            "told apart (negative degrees of freedom)"
        )


def _result(
    found: Correlations, plain: Factors, turned: Rotated, criterion: Criterion | None,
    extraction: str, rotation: str,
) -> Efa:  # fmt: skip
    items = pd.Index(found.items)
    names = [f"F{j + 1}" for j in range(turned.pattern.shape[1])]
    if rotation.startswith("bifactor"):
        names[0] = "general"
    factors = pd.Index(names)
    pattern, phi = turned.pattern, turned.phi
    structure = pattern @ phi
    common = np.sum(pattern * structure, axis=1)
    implied = pattern @ phi @ pattern.T + np.diag(plain.uniquenesses)
    weights = np.linalg.solve(implied, structure)
    determinacy = np.sqrt(np.clip(np.sum(structure * weights, axis=0), 0.0, 1.0))
    squares = pattern**2
    complexity = squares.sum(axis=1) ** 2 / np.maximum((squares**2).sum(axis=1), 1e-300)

    def frame(values: Matrix) -> pd.DataFrame:
        return pd.DataFrame(values, index=items, columns=factors)

    errors, phi_errors = _errors(found, plain, turned, criterion, extraction, rotation)
    fit: FactorFit | NotComputed = (
        fit_of(found.matrix, plain, found.n)
        if positive_definite(found.matrix) and found.n > len(items)
        else NotComputed("correlations are not positive definite, so no likelihood is defined")
    )
    square = pd.DataFrame(phi, index=factors, columns=factors)
    return Efa(
        frame(pattern), square, frame(structure), pd.Series(common, index=items),
        pd.Series(plain.uniquenesses, index=items), pd.Series(complexity, index=items),
        errors if isinstance(errors, NotComputed) else frame(errors),
        phi_errors if isinstance(phi_errors, NotComputed)
        else pd.DataFrame(phi_errors, index=factors, columns=factors),
        fit, pd.Series(determinacy, index=factors), frame(weights), extraction, rotation,
        found.kind, found.n, turned.value, turned.reached / max(turned.starts, 1),
        tuple(items[plain.at_bound].tolist()), (*found.notes, *_indefinite(found)),
    )  # fmt: skip


def _indefinite(found: Correlations) -> tuple[str, ...]:
    lowest = float(np.linalg.eigvalsh(found.matrix)[0])
    if lowest > 0:
        return ()
    return (f"The {found.kind} correlations are not positive definite (smallest eigenvalue "
            f"{lowest:.3f}): no sample of persons has them, so loadings and scores are to be read "
            "with care; leave items out, or take another correlation.",)  # fmt: skip


def _errors(
    found: Correlations, plain: Factors, turned: Rotated, criterion: Criterion | None,
    extraction: str, rotation: str,
) -> tuple[Floats | NotComputed, Floats | NotComputed]:  # fmt: skip
    why = ""
    if extraction != "ml":
        why = "standard errors need extraction='ml'"
    elif found.kind not in ("pearson", "within"):
        why = f"analytic errors hold for numbers, not for {found.kind} correlations"
    elif plain.at_bound.any():
        why = "an item lies at its bound (a Heywood case)"
    elif criterion is None:
        why = f"rotation {rotation!r} has no single criterion to differentiate"
    if why or criterion is None:
        return NotComputed(why), NotComputed(why)
    return rotated_errors(
        turned.pattern, turned.phi, plain.uniquenesses, criterion, found.n,
        orthogonal=ROTATIONS[rotation].orthogonal,
    )  # fmt: skip
