"""What `fit_sem` can be told, for those who gather it before they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from collective_use.accepted import Covariances, Means, PlainMapping


class FitOptions(TypedDict, total=False):
    """Arguments of `collective_use.sem.fit.fit_sem` by their names; it explains each."""

    estimator: str | None
    engine: str
    group: str | None
    equal: str | Sequence[str]
    partial: str | Sequence[str]
    cluster: str | Sequence[str] | None
    weights: str | None
    replicate_weights: Sequence[str] | None
    replicate_type: str | None
    replicate_options: PlainMapping | None
    ordered: str | Sequence[str]
    missing: str
    auxiliary: str | Sequence[str]
    se: str | None
    test: str | None
    information: str | None
    h1_information: str
    likelihood: str
    repetitions: int | None
    seed: int | None
    cov: Covariances
    n: float | Sequence[float] | None
    means: Means
    meanstructure: bool | None
    std_lv: bool
    orthogonal: bool
    effect_coding: bool
    fixed_x: bool | None
    bounds: str | Mapping[str, tuple[float, float]] | None
    parameterization: str | None
    identification: str
    rotation: str | None
    rotation_options: PlainMapping | None
    seconds: float
    progress: bool
