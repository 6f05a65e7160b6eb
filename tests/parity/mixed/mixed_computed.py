"""What this package computes for the cells of the references, under the same names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mixed_cells import reference
from scipy import stats

import collective_use as cu
from collective_use.groups.mixed.ratings import ratings_of
from collective_use.groups.mixed.relations_parts import pooled_reliability
from collective_use.numerics.groups.mixed import round_robin as closed
from collective_use.numerics.groups.mixed.nested import NestedRows
from collective_use.numerics.groups.mixed.nested_model import fit_nested
from collective_use.numerics.groups.mixed.random_scale import (
    ScaleRows,
    nodes_for,
    scale_likelihood,
)
from collective_use.numerics.groups.mixed.relations_model import fit_relations

HERE = Path(__file__).parent
COVARIANCES = ("actor_partner_covariance", "relationship_covariance")


@cache
def data(name: str) -> pd.DataFrame:
    """Read one of the data sets."""
    folder = "agreement" if name in ("bh1996", "lq2002") else "mixed"
    return pd.read_csv(HERE.parent / folder / "data" / f"{name}.csv")


def tripler() -> dict[str, Any]:
    """Return the blocks of TripleR."""
    frame = data("roundrobin")
    matrices = {}
    for group, part in frame.groupby("group"):
        square = part.pivot(index="actor", columns="partner", values="value")
        matrices[group] = square.loc[square.index, square.index]
    found = {group: closed.round_robin(m.to_numpy(float)) for group, m in matrices.items()}
    result = cu.social_relations(frame, "group", "actor", "partner", "value")
    table = result.components.set_index("component")
    sizes = np.array([one.size for one in found.values()], float)
    pooled = table["estimate"].to_numpy()[:5]
    means = result.by_group["mean"].to_numpy()
    df = float((sizes - 1).sum())
    asked = reference("roundrobin_tripler.json")["relationship_first10"]
    relations = [
        {
            **pair,
            "effect": _relation(matrices, found, pair["group"], pair["actor"], pair["partner"]),
        }
        for pair in asked
    ]
    return {
        "groups": {str(g): _tripler_group(one) for g, one in found.items()},
        "pooled": {
            "LashleyBond": _tidy(pooled, table["standard_error"], df),
            "SOREMO": _tidy(pooled, table["error_between_groups"], len(sizes) - 1),
        },
        # TripleR takes the error of the mean at the mean size; the package takes each group's own
        "group_variance": means.var(ddof=1) - closed.mean_error(pooled, sizes.mean()),
        "actor_reliability": result.actor_reliability,
        "partner_reliability": result.partner_reliability,
        "effects": result.persons[["group", "person", "actor", "partner"]].to_dict("records"),
        "relationship_first10": relations,
    }


def _relation(matrices: Any, found: Any, group: str, actor: str, partner: str) -> float:
    labels = list(matrices[int(group)].index)
    effects = found[int(group)].relationship
    return float(effects[labels.index(actor), labels.index(partner)])


def _tripler_group(one: closed.RoundRobin) -> dict[str, Any]:
    actor, partner = pooled_reliability(one.components, one.size)
    return {
        "size": one.size, "varComp": _tidy(one.components, one.errors, one.size - 1, pooled=False),
        "actor_reliability": actor, "partner_reliability": partner,
    }  # fmt: skip


def _tidy(components: Any, errors: Any, df: float, *, pooled: bool = True) -> dict[str, Any]:
    names = ("estimate", "standardized", "se", "t.value", "p.value")
    total = float(np.sum(components[:3]))
    out: dict[str, Any] = {"error_variance": dict.fromkeys(names)}
    for i, name in enumerate(closed.COMPONENTS):
        value, se = float(components[i]), float(np.asarray(errors)[i])
        base = total
        if name == "actor_partner_covariance":
            base = np.sqrt(components[0] * components[1])
        elif name == "relationship_covariance":
            base = components[2]
        # TripleR halves the p of the covariance of relationships within a group, not over groups
        halved = name == "relationship_covariance" and not pooled
        sides = 2 if name in COVARIANCES and not halved else 1
        t = value / se
        p = sides * float(stats.t.sf(abs(t) if name in COVARIANCES else t, df))
        standard = float(np.clip(value / base, -1, 1))
        out[name] = dict(zip(names, (value, standard, se, t, p), strict=True))
    return out


def relations(name: str) -> dict[str, Any]:
    """Return the REML blocks of a round robin."""
    frame = data(name)
    ratings = ratings_of(frame, "group", "actor", "partner", "value")
    out: dict[str, Any] = {"n": len(frame)}
    names = (*closed.COMPONENTS, "group_variance")
    for key, fixed in (("group_means_fixed", True), ("group_random", False)):
        fit = fit_relations(list(ratings.ratings), fixed_means=fixed)
        out[key] = {
            "log_likelihood": fit.log_likelihood,
            **dict(zip(names, fit.components, strict=True)),
        }
        if not fixed:
            shown = cu.social_relations(frame, "group", "actor", "partner", "value", method="reml")
            np.testing.assert_allclose(shown.components["estimate"], fit.components)
    return out


def emergence(frame: pd.DataFrame, columns: tuple[str, ...], method: str) -> Any:
    """Return the result and its two columns of parameters."""
    found = cu.consensus_emergence(frame, *columns, method=method.lower())
    return found, found.parameters.set_index("parameter")


def waves_exact() -> dict[str, Any]:
    """Return the blocks of the direct likelihood of waves."""
    out: dict[str, Any] = {"n": len(data("waves"))}
    for method in ("REML", "ML"):
        _, table = emergence(data("waves"), ("value", "group", "member", "wave"), method)
        keys = {
            "logLik": "log_likelihood", "intercept": "intercept", "wave": "wave",
            "se_intercept": "intercept_se", "se_wave": "wave_se",
            "group_intercept": "group_intercept_variance", "group_slope": "group_slope_variance",
            "group_covariance": "group_covariance", "member": "member_variance",
            "residual_at_wave0": "residual_variance_at_first", "delta": "delta",
        }  # fmt: skip
        out[method] = {
            short: {key: float(table.loc[row, column]) for key, row in keys.items()}
            for short, column in (("without", "constant"), ("with", "emergence"))
        }
    return out


def _variance(column: pd.Series, residual: str) -> dict[str, Any]:
    return {
        "group": {
            "intercept": column["group_intercept_variance"],
            "slope": column["group_slope_variance"],
            "covariance": column["group_covariance"],
        },
        "member": column["member_variance"],
        residual: column["residual_variance_at_first"],
    }


def _adjusted(method: str, n: int, p: int) -> float:
    """Return nlme's factor for errors of fixed effects: it divides by n - p under ML, too."""
    return float(np.sqrt(n / (n - p))) if method == "ML" else 1.0


def waves_nlme() -> dict[str, Any]:
    """Return the blocks of nlme for waves."""
    out: dict[str, Any] = {}
    for method in ("REML", "ML"):
        found, table = emergence(data("waves"), ("value", "group", "member", "wave"), method)
        plain, full = table["constant"], table["emergence"]
        more = _adjusted(method, found.rows, 2)
        out[method] = {
            "n": found.rows,
            "without": {
                "logLik": plain["log_likelihood"],
                "variance": _variance(plain, "residual_at_wave0"),
            },
            "with": {
                "logLik": full["log_likelihood"],
                "variance": _variance(full, "residual_at_wave0"),
                "delta": found.delta,
                "delta_interval": list(found.delta_limits),
                "fixed": {
                    "intercept": full["intercept"], "wave": full["wave"],
                    "se_intercept": more * full["intercept_se"], "se_wave": more * full["wave_se"],
                },
            },
            "test": {"LR": found.lr, "df": 1, "p": found.p},
        }  # fmt: skip
    return out


def nlme_lme4() -> dict[str, Any]:
    """Return the blocks of nlme and lme4."""
    sherif = _emergence_blocks(data("sherifdat"), ("y", "group", "person", "time"))
    job = _emergence_blocks(data("univbct"), ("JSAT", "COMPANY", "SUBNUM", "TIME"))
    return {
        "sherifdat": sherif, "univbct": job, "bh1996": _scale_blocks(), "three_levels": _levels(),
    }  # fmt: skip


def _emergence_blocks(frame: pd.DataFrame, columns: tuple[str, ...]) -> dict[str, Any]:
    out = {}
    for method in ("REML", "ML"):
        found, table = emergence(frame, columns, method)
        more = _adjusted(method, found.rows, 2)
        out[method] = {"n": found.rows}
        for key, name in (("without", "constant"), ("with", "emergence")):
            column = table[name]
            out[method][key] = {
                "logLik": column["log_likelihood"],
                "variance": _variance(column, "residual"),
                "fixed": {
                    "estimate": [column["intercept"], column["wave"]],
                    "se": [more * column["intercept_se"], more * column["wave_se"]],
                },
            }
        out[method]["with"]["delta"] = found.delta
    return out


def _scale_blocks() -> dict[str, Any]:
    frame = data("bh1996")
    # nlme takes the stratum of the first row as its base
    kind = (frame["GRP"] % 3).map({1: "a", 2: "b", 0: "c"})
    frame = frame.assign(stratum=kind, z=frame["GRP"] / 100)
    out: dict[str, Any] = {}
    for method in ("REML", "ML"):
        block: dict[str, Any] = {"n": len(frame)}
        for name, scale in (("homogeneous", []), ("varIdent", ["stratum"]), ("varExp", ["z"])):
            found = cu.location_scale(
                frame, "LEAD", "GRP", scale=scale, random_scale=False, method=method.lower()
            )
            terms = found.predictors.set_index(["part", "term"])["estimate"]
            errors = found.predictors.set_index(["part", "term"])["standard_error"]
            block[name] = {
                "logLik": found.log_likelihood,
                "variance": {
                    "group": found.level_sd**2,
                    "residual": float(np.exp(terms["scale", "constant"])),
                },
                "fixed": {
                    "estimate": float(terms["level", "constant"]),
                    "se": _adjusted(method, len(frame), 1) * float(errors["level", "constant"]),
                },
            }
            ratio = found.predictors.set_index("term")["sd_ratio"]
            if name == "varIdent":
                block[name]["sd_ratio"] = {
                    "1": 1, "2": float(ratio["stratum: b"]), "0": float(ratio["stratum: c"]),
                }  # fmt: skip
            if name == "varExp":
                block[name]["delta"] = float(terms["scale", "z"]) / 2
        out[method] = block
    return out


@cache
def _first_wave() -> pd.DataFrame:
    frame = data("univbct")
    return frame[frame["TIME"] == 0].dropna(subset=["JOBSAT1"])


def _levels() -> dict[str, Any]:
    frame, out = _first_wave(), {}
    one = np.ones((len(frame), 1))
    rows = NestedRows(
        frame["JOBSAT1"].to_numpy(float), one, one, pd.factorize(frame["BTN"])[0],
        pd.factorize(frame["COMPANY"])[0],
    )  # fmt: skip
    for method in ("REML", "ML"):
        found = cu.variance_shares(frame, "JOBSAT1", "COMPANY", "BTN", method=method.lower())
        parent, group, member = found.levels["variance"]
        fit = fit_nested(rows, one, reml=method == "REML")
        out[method] = {
            "n": found.rows, "logLik": found.log_likelihood, "parent": parent, "group": group,
            "member": member, "mean": float(fit.beta[0]),
            "mean_se": float(np.sqrt(fit.beta_covariance[0, 0])),
        }  # fmt: skip
    return out


def scale_exact() -> dict[str, Any]:
    """Return the blocks of the random scale and of the shares of variance."""
    frame = data("lq2002")
    y, codes = frame["LEAD"].to_numpy(float), pd.factorize(frame["COMPID"])[0]
    one = np.ones((len(y), 1))
    rows = ScaleRows(y, one, one, codes)
    from collective_use.groups.mixed.scale_parts import fit_all

    out: dict[str, Any] = {"lq2002": {}, "three_levels": {}}
    nodes = nodes_for(float(np.bincount(codes).max()), 1.0)
    for method in ("ML", "REML"):
        fits = fit_all(rows, random_scale=True, reml=method == "REML")
        block = {}
        for name, fit in (("uncorrelated", fits.alone), ("correlated", fits.full)):
            whole = scale_likelihood(
                rows, fit.gamma, fit.level_sd, fit.scale_sd, fit.correlation, fit.beta, nodes,
                reml=False,
            )  # fmt: skip
            # with the restricted estimates of the others, b is at its best in both
            block[name] = {
                "log_likelihood": fit.log_likelihood, "beta": float(fit.beta[0]),
                "gamma": float(fit.gamma[0]), "level_sd": fit.level_sd, "scale_sd": fit.scale_sd,
                "correlation": fit.correlation, "integral": whole[0],
            }  # fmt: skip
        out["lq2002"][method] = block
        found = cu.variance_shares(
            _first_wave(), "JOBSAT1", "COMPANY", "BTN", method=method.lower()
        )
        out["three_levels"][method] = {
            "log_likelihood": found.log_likelihood,
            **{key: list(found.levels[key]) for key in ("share", "low", "high")},
        }
    return out


MAKERS = {
    "roundrobin_tripler.json": tripler,
    "roundrobin_reml.json": lambda: relations("roundrobin"),
    "roundrobin_missing_reml.json": lambda: relations("roundrobin_missing"),
    "waves_exact.json": waves_exact,
    "waves_nlme.json": waves_nlme,
    "nlme_lme4.json": nlme_lme4,
    "scale_exact.json": scale_exact,
}
