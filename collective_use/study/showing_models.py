"""The models of a study as others may see them: tables, texts and what a terminal prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from collective_use.disclosure import DIGITS, Disclosure
from collective_use.groups.disclosure.relations import Coarseness, coarseness
from collective_use.sem.fit import model_variables
from collective_use.structure.answers.routes import ARROW
from collective_use.structure.report import Figures, exact_figures, report_text
from collective_use.structure.result import StructureFit
from collective_use.structure.values import find_model
from collective_use.study.strength import strength_for_others
from collective_use.study.walk import Outcome

_MEASURES = {
    name: {"p": "pvalue", "weight": "cfi"}.get(name, name)
    for name in ("chisq", "p", "cfi", "rmsea", "srmr", "aic", "bic", "weight")
}
"""Columns of models compared, and the fit measure that each is shown as finely as."""

FILES = ("estimates.csv", "effects.csv", "fit.csv")


def model_frames(outcome: Outcome, rule: Disclosure) -> dict[str, pd.DataFrame]:
    """Return the tables of all models, by file name, as others may see them.

    Parameters
    ----------
    outcome
        What the study came to.
    rule
        From which size on, and how finely.
    """
    seen = {name: figures_for_others(outcome, fit, rule) for name, fit in outcome.models.items()}
    parts = (
        {name: figures.estimates for name, figures in seen.items()},
        {name: figures.effects for name, figures in seen.items()},
        {name: _fit_frame(figures.measures) for name, figures in seen.items()},
    )
    frames = dict(zip(FILES, map(stacked, parts), strict=True))
    return frames | answer_frames(outcome, rule) | compared_frames(outcome, rule)


def answer_frames(outcome: Outcome, rule: Disclosure) -> dict[str, pd.DataFrame]:
    """Return what follows from the models, by file name, as others may see it.

    A share of variance is as coarse as a correlation of what it belongs to; a difference of two
    effects, and an effect in other specifications, as the effects between the same measures.
    """
    steps = {name: _steps(outcome, fit, rule) for name, fit in outcome.models.items()}
    shown = {}
    if "explained.csv" in outcome.tables:
        frame = outcome.tables["explained.csv"].copy()
        for column in ("r_square", "lower", "upper"):
            frame[column] = [
                rule.rounded(float(value), steps[str(model)].step(str(variable)))
                for model, variable, value in zip(
                    frame["model"], frame["variable"], frame[column], strict=True
                )
            ]
        shown["explained.csv"] = frame
    if "contrasts.csv" in outcome.tables:
        frame = outcome.tables["contrasts.csv"]
        routes = frame["first"].astype(str) + ARROW + frame["second"].astype(str)
        of = frame["model"].astype(str).tolist()
        shown["contrasts.csv"] = _coarse(outcome, frame, routes.tolist(), of, steps)
    if "specifications.csv" in outcome.tables:
        frame = outcome.tables["specifications.csv"]
        whose = [next(iter(outcome.models))] * len(frame)
        along = frame["route"].astype(str).tolist()
        shown["specifications.csv"] = _coarse(outcome, frame, along, whose, steps)
    return shown | strength_for_others(outcome, steps, rule)


def _coarse(
    outcome: Outcome, frame: pd.DataFrame, routes: Sequence[str], models: Sequence[str],
    steps: Mapping[str, Coarseness],
) -> pd.DataFrame:  # fmt: skip
    """Return figures in the units of effects, as coarse as effects along the same measures."""
    parts = []
    for model in dict.fromkeys(models):
        inside = [own == model for own in models]
        part = frame[inside].copy()
        ways = [route for route, here in zip(routes, inside, strict=True) if here]
        effects = outcome.models[model].effects
        ratios = dict(zip(effects["route"], effects["std_all"] / effects["est"], strict=True))
        own = [route.split(ARROW) for route in ways]
        # both ends of two routes are the same, so that one of them tells what a unit is
        unit = [next((r for known, r in ratios.items() if route.startswith(str(known))), 1.0)
                for route in ways]  # fmt: skip
        seen = steps[model].estimates(
            part.assign(
                route=[ARROW.join(dict.fromkeys(names)) for names in own],
                std_all=part["est"] * unit, se=(part["upper"] - part["lower"]) / 3.92,
            )
        )  # fmt: skip
        for column in ("est", "lower", "upper", "p", "q"):
            if column in part:
                part[column] = seen[column]
        parts.append(part)
    return pd.concat(parts)


def compared_frames(outcome: Outcome, rule: Disclosure) -> dict[str, pd.DataFrame]:
    """Return how models compare, by file name, as others may see it.

    Fit is as coarse as in fit.csv; a difference of two chi-squares as the coarser of them.
    """
    names = [name for name in ("models_compared.csv", "models_differences.csv")
             if name in outcome.tables]  # fmt: skip
    steps = {name: _steps(outcome, fit, rule) for name, fit in outcome.models.items()}
    shown = {name: outcome.tables[name].copy() for name in names}
    for name, frame in shown.items():
        whose = frame["model"] if "model" in frame else frame["larger"]
        for column in frame.columns:
            known = _MEASURES.get(str(column))
            if known is not None:
                frame[column] = [
                    steps[str(model)].fit_measures({known: float(value)})[known]
                    for model, value in zip(whose, frame[column], strict=True)
                ]
        shown[name] = frame
    return shown


def model_texts(outcome: Outcome, rule: Disclosure | None) -> dict[str, str]:
    """Return a readable account of each model by file name.

    Parameters
    ----------
    outcome
        What the study came to.
    rule
        From which size on, and how finely, others see it; None for exact figures.
    """
    return {
        f"model_{name}.txt": report_text(fit, _figures(outcome, fit, rule))
        for name, fit in outcome.models.items()
    }


def models_content(outcome: Outcome, rule: Disclosure | None) -> dict[str, object]:
    """Return the models of a study as one JSON document holds them.

    Parameters
    ----------
    outcome
        What the study came to.
    rule
        From which size on, and how finely, others see it; None for exact figures.
    """
    if rule is None:
        return {name: fit.to_dict() for name, fit in outcome.models.items()}
    seen = {name: figures_for_others(outcome, fit, rule) for name, fit in outcome.models.items()}
    return {
        name: {
            "estimates": figures.estimates,
            "effects": figures.effects,
            "fit": _fit_frame(figures.measures),
        }
        for name, figures in seen.items()
    }


def figures_for_others(outcome: Outcome, fit: StructureFit, rule: Disclosure) -> Figures:
    """Return the numbers of a fitted model as others may see them.

    Parameters
    ----------
    outcome
        What the study came to.
    fit
        One of its models.
    rule
        From which size on, and how finely.
    """
    exact, steps = exact_figures(fit), _steps(outcome, fit, rule)
    shares = exact.explained.copy()
    pairs = zip(shares["variable"].astype(str), shares["r_square"], strict=True)
    shares["r_square"] = [rule.rounded(float(share), steps.step(name)) for name, share in pairs]
    return Figures(
        steps.estimates(exact.estimates),
        steps.estimates(exact.effects),
        steps.fit_measures(exact.measures),
        shares,
        exact.converged,
        DIGITS,
    )


def stacked(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return tables of several models as one, the model's name first."""
    parts = []
    for name, frame in frames.items():
        part = frame.copy()
        part.insert(0, "model", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _figures(outcome: Outcome, fit: StructureFit, rule: Disclosure | None) -> Figures | None:
    return None if rule is None else figures_for_others(outcome, fit, rule)


def _steps(outcome: Outcome, fit: StructureFit, rule: Disclosure) -> Coarseness:
    written = find_model(outcome.instrument, fit.model).syntax
    return coarseness(outcome.groups, model_variables(written), fit.groups, rule)


def _fit_frame(measures: Mapping[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"measure": list(measures), "value": list(measures.values())})
