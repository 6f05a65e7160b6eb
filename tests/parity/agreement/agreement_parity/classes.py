"""The class of exactness of every cell of every agreement reference file.

A cell belongs to the first rule that matches its name. A cell without a rule fails the suite.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """How a cell is compared.

    Attributes
    ----------
    name
        As in the reference's own list of classes.
    tolerance
        Largest distance allowed, relative to max(1, |reference|) unless `relative`.
    relative
        Whether the distance is relative to the reference alone.
    """

    name: str
    tolerance: float = 0.0
    relative: bool = False


CLOSED = Kind("closed form", 1e-10, relative=True)
EXACT = Kind("exact optimum", 1e-9)
LME4 = Kind("optimiser's own tolerance (lme4, its distance from the exact optimum)", 1e-9)
NLME = Kind("optimiser's own tolerance (nlme, its distance from the exact optimum)", 1e-9)
NLME_PRINTED = Kind("optimiser's own tolerance (nlme, as printed)", 1e-9)
LME4_LIKELIHOOD = Kind("optimiser's own tolerance (lme4: our likelihood is no lower)", 1e-12)
PSYCH = Kind("optimiser's own tolerance (psych, its distance from the polished optimum)", 1e-8)
POLISHED = Kind("polished optimum: estimates", 1e-6)
POLISHED_FIT = Kind("polished optimum: chi-square and fit", 1e-6, relative=True)
POLISHED_LOGL = Kind("polished optimum: log-likelihood", 1e-12, relative=True)
POLISH = Kind("how near the polished reference is to its own optimum", 1e-9)
LAVAAN = Kind("optimiser's own tolerance (lavaan, its distance from the polished optimum)", 1e-6)
STUCK = Kind("reference did not converge: ours has the higher likelihood, its distance shown", 1e-6)
SIMULATED = Kind("simulated")
PRINTED = Kind("printed")
SIMULATED_PRINTED = Kind("simulated, then printed")
SAME = Kind("label or count")
DIGITS = Kind("number of correct digits")

RULES: dict[str, tuple[tuple[str, Kind], ...]] = {
    "lq2002.json": (
        (r"rgr_.*", SIMULATED),
        (r".*/(items|range|grpid|gsize)\[\d+\]|.*/(J|ranvar|nfactors)", SAME),
        (r".*/(Variable|N)\[\d+\]|.*/(N|G|df1|df2)|.*/n\.(obs|grps)", SAME),
        (r".*lme4_.*logLik", LME4_LIKELIHOOD),
        (r".*lme4_.*|.*ICC2_(bruceR|psychometric|multicc).*", LME4),
        (r".*mult_icc/ICC[12].*", NLME),
        (r".*/omega/(alpha|G6)", CLOSED),
        (r".*/omega1?/.*", PSYCH),
        (r".*", CLOSED),
    ),
    "bh1996.json": (
        (r"rgr_.*", SIMULATED),
        (r".*/(grpid|gsize|Group|GrpSize)\[\d+\]", SAME),
        (r".*/Variable\[\d+\]|.*/(N|G|df1|df2)|.*/n\.(obs|grps)", SAME),
        (r".*lme4_.*logLik", LME4_LIKELIHOOD),
        (r".*lme4_.*|.*ICC2_(bruceR|psychometric|multicc).*", LME4),
        (r".*mult_icc/ICC[12].*|gmeanrel.*|lme_WBEING.*", NLME),
        (r".*", CLOSED),
    ),
    "variance_components_exact.json": ((r".*/(lme4_|ICC|MeanRel|tau|sigma2|lme_).*", EXACT),),
    "omega_exact.json": ((r".*/omega1?/.*", POLISHED),),
    "reml_exact.json": ((r".*/(REML|ML)/(icc|tau|sigma2|mu)", EXACT),),
    "multilevel_reliability.json": (
        (r"LEAD/(alpha_within|alpha_between|Sw|Sb|icc_items).*", STUCK),
        (r".*/fit/df|.*/compRelSEM_default/level.*", SAME),
        (r".*/(alpha_(within|between)|omega_(within|between)|Sw.*|Sb.*|icc_items.*)", LAVAAN),
        (r".*/(compRelSEM|alpha_compRel|fit/).*", LAVAAN),
    ),
    "multilevel_reliability_exact.json": (
        (r".*/fit/df|.*/compRelSEM_default/level.*|.*/psd/rank|LEAD/logl/free", SAME),
        (r".*/(alpha_(within|between)|omega_(within|between)|icc_items.*)", POLISHED),
        (r"[A-Z]+/(psd/)?(Sw|Sb|mean)\[.*", POLISHED),
        (r".*/(compRelSEM|alpha_compRel).*", POLISHED),
        (r".*/fit/.*", POLISHED_FIT),
        (r".*/logl/(factor|independence|psd|free)", POLISHED_LOGL),
        (r".*/polish/.*", POLISH),
    ),
    "null_variances.json": (
        (r"source", SAME),
        (r"table/A\[\d+\]", SAME),
        (r"table/.*", PRINTED),
        (r"five_point.*", CLOSED),
        (r"james1984.*", CLOSED),
    ),
    "sim.json": (
        (r"(rwgj_sim_TSIG|adm_sim_LEAD).*/published.*", SIMULATED_PRINTED),
        (r".*/published.*", PRINTED),
        (r".*", SIMULATED),
    ),
    "published.json": (
        (r"jasondmarshall.*(lme_|ICC_lme|ICC1\.lme|ICC2\.lme).*", NLME_PRINTED),
        (r".*Cohen.*", SIMULATED_PRINTED),
        (r".*", PRINTED),
    ),
    "nist_R.json": ((r".*/(R_aov_F|LRE_.*|ICC1|lme4_LRE|nlme_LRE|psych_statsBy_LRE)", DIGITS),),
}


def class_of(file: str, name: str) -> Kind | None:
    """Return the class of a cell, or None when no rule matches."""
    return next((kind for rule, kind in RULES[file] if re.fullmatch(rule, name)), None)
