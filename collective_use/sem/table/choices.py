"""What the default rules of a parameter table need to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What the default rules need to know.

    Attributes
    ----------
    n_groups
        Number of groups.
    meanstructure
        Add intercepts; None: when the model has several groups, thresholds or an intercept.
        A model that writes intercepts has them anyway.
    std_lv
        Identify latent variables by variance 1 instead of a first loading of 1.
    orthogonal
        Fix covariances of latent variables at 0.
    fixed_x
        Fix the moments of exogenous covariates at the sample's.
    thresholds
        Number of thresholds of each ordered variable.
    parameterization
        ``"delta"`` or ``"theta"``.
    equal, partial
        Kinds of parameters held equal over groups, and parameters released from that.
    identification
        What that frees in later groups: ``"lavaan"`` or ``"wu.estabrook"``.
    effect_coding
        Give factors the mean metric of their indicators instead of a first loading of 1.
    level
        Which level the rules are applied to, 0 in a model of one level. `parameter_table` sets it.
    """

    n_groups: int = 1
    meanstructure: bool | None = None
    std_lv: bool = False
    orthogonal: bool = False
    fixed_x: bool = True
    thresholds: Mapping[str, int] = field(default_factory=dict)
    parameterization: str = "delta"
    equal: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    identification: str = "lavaan"
    effect_coding: bool = False
    level: int = 0
