"""What each coefficient is: one table of names, definitions and sources."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One coefficient of reliability.

    Attributes
    ----------
    name
        As in the column `coefficient`.
    words
        What it is, so that nobody has to ask which omega this is.
    source
        Author and year.
    """

    name: str
    words: str
    source: str


DEFINITIONS: dict[str, Definition] = {
    d.name: d
    for d in (
        Definition("alpha", "Cronbach's alpha, from covariances",
                   "Cronbach 1951; limits Feldt 1965"),
        Definition("alpha_pingouin", "Cronbach's alpha by pingouin, a second opinion",
                   "Vallat 2018; limits Feldt 1965"),
        Definition("alpha_std", "alpha of standardised items", "Cronbach 1951"),
        Definition("lambda2", "Guttman's lambda 2", "Guttman 1945"),
        Definition("lambda4", "Guttman's lambda 4, the best split half", "Guttman 1945"),
        Definition("lambda6", "Guttman's lambda 6, from correlations", "Guttman 1945"),
        Definition("glb", "greatest lower bound, from covariances", "Jackson & Agunwamba 1977"),
        Definition(
            "omega_total",
            "omega of one factor (ML): (sum of loadings)^2 over the model's variance of the sum",
            "McDonald 1999; composite reliability: Raykov 1997",
        ),
        Definition(
            "omega_total_observed",
            "omega of one factor (ML): (sum of loadings)^2 over the observed variance of the sum",
            "McDonald 1999",
        ),
        Definition(
            "omega_total_groups",
            "1 - uniquenesses of three minres factors over the sum of correlations (psych's total)",
            "Revelle & Zinbarg 2009",
        ),
        Definition(
            "omega_h",
            "omega hierarchical: general factor of Schmid & Leiman over three oblimin factors",
            "Zinbarg et al. 2005",
        ),
        Definition("ave", "average variance extracted: mean squared standardised loading",
                   "Fornell & Larcker 1981"),
        Definition("h", "maximal reliability: of the best weighted sum", "Hancock & Mueller 2001"),
        Definition("alpha_ordinal", "alpha of the latent responses (polychoric correlations)",
                   "Zumbo, Gadermann & Zeisser 2007"),
        Definition("omega_ordinal", "omega of the observed sum of ordered answers",
                   "Green & Yang 2009"),
        Definition("omega_response", "omega of the sum of latent responses, not of the answers",
                   "McDonald 1999 on polychoric correlations"),
        Definition("sem", "standard error of measurement of the sum, by alpha",
                   "Lord & Novick 1968"),
        Definition("omega_shared",
                   "of the group mean as a measure of what members share (harmonic size)",
                   "Lai 2021"),
        Definition("omega_configural",
                   "of the group mean when the construct means the same in persons and groups",
                   "Lai 2021"),
        Definition("icc2", "share of the group mean's variance that lies between groups",
                   "Bliese 2000; harmonic size"),
    )
}  # fmt: skip

LEVELS = {
    "total": "of persons, groups ignored",
    "within": "of persons beside their group",
    "between": "of group values that were known without sampling members",
    "group_mean": "of the observed mean of a group's members",
}
