"""The data dictionary: what every column of every table means.

The number of the schema rises when a column changes its name or its meaning.
"""

from __future__ import annotations

from collective_use import compositions

OUTPUT_SCHEMA = 1

KEYS = {
    "group": "The group, as the export names it.",
    "wave": "The wave; a group by wave is a row of its own.",
    "parent": "The unit above the group.",
    "n": "Persons who answered at least one item of the measure (persons.csv: see group).",
    "measure": "The measure's id in the instrument.",
    "construct": "The construct that the measure tells about.",
    "composition": "How persons become a group value (Chan 1998; Harrison & Klein 2007).",
    "aggregation": "reflective: members sample the group; formative: they make it up.",
    "source": "Where answers come from: perception, roster, allocation, checklist, informant.",
}

PERSONS = {
    "export": "The export file that the row came from, without its ending.",
    "row": "The row among the answers of that export, counted from 1.",
    "member": "The person's code.",
    "partner": "The organisation or unit that the person comes from.",
    "country": "The country declared or answered.",
    "language": "The language that the person answered in.",
    "weight": "The survey weight.",
    "duration": "Seconds from opening to sending the form.",
    "position": "The person's place on the roster of the group.",
}

SCREENING = {
    "longstring": "Longest run of the same answer on one page (Johnson 2005).",
    "irv": "Standard deviation of the person's answers (Dunn et al. 2018).",
    "even_odd": "Correlation of even and odd halves over scales, stepped up (Johnson 2005).",
    "mahalanobis_p": "p of the squared Mahalanobis distance (Meade & Craig 2012).",
    "synonyms": "Correlation over pairs of items that correlate highly (Meade & Craig 2012).",
    "antonyms": "Correlation over pairs of items that correlate negatively (Johnson 2005).",
    "seconds_per_item": "Seconds of the whole form by items answered (Huang et al. 2012).",
    "instructed": "Instructed items answered otherwise (Meade & Craig 2012).",
    "infrequency": "Claims that nobody makes, made (Meade & Craig 2012).",
    "dont_know": "Share of the items answered by don't know.",
    "flagged": "Whether a rule that counts flags the person.",
}

GROUPS = {
    "n": "Persons of the group who answered.",
    "members": "Listed members (from the members file); empty where no file was given.",
    "response_rate": "n divided by members.",
    "reason": "Why the whole group has no values; empty where it has.",
}

INDICES = {
    **compositions.MEANINGS,
    "value": "The group value that enters further analyses.",
    "passes": "Whether the group reaches the cut-off of the composition's index.",
    "reason": "Why a value is missing; empty where there is one.",
    "rwg": "Agreement on one item against the uniform null (James, Demaree & Wolf 1984).",
    "rwg_j": "Agreement over the items against the uniform null (James, Demaree & Wolf 1984).",
    "rwg_j_lindell": "Agreement without the step-up, r*wg(j) (Lindell, Brandt & Whitney 1999).",
    "awg": "Agreement against the largest variance that the mean allows (Brown & Hauenstein 2005).",
    "awg_j": "Mean of the items' awg (Brown & Hauenstein 2005).",
    "ad_mean": "Average deviation around the mean, over items (Burke, Finkelstein & Dusig 1999).",
    "ad_median": "Average deviation around the median, over items (Burke et al. 1999).",
    "reliability": "Reliability of this group's mean, from its size and REML.",
    "p_chance": "Chance of as much agreement in a group of this size (Cohen et al. 2009).",
    "p_adjusted": "The same, adjusted for the number of groups (Benjamini & Hochberg 1995).",
    "p_by": "How that chance is known: exact, simulated with how many draws, or a bound.",
    "weight": "Sum of the survey weights of the group.",
    "asked": "Members who were asked about others.",
    "answer_rate": "Share of those asked whose answers about others are there.",
    "icc_a1": "Agreement of raters about each target, one rater (McGraw & Wong 1996).",
    "icc_ak": "Agreement of raters about each target, mean of raters (McGraw & Wong 1996).",
    "respondents": "Members whose answers about others are there.",
    "members": "Listed members.",
    "partners": "Partner organisations.",
    "response_rate": "Respondents divided by members.",
    "informants": "Key informants who answered for the group.",
    "agreement": "Agreement of informants or raters.",
}


MEASURES = {
    "items": "Number of items that entered.",
    "persons": "Persons with an answer.",
    "groups": "Groups with an answer.",
    "mean_size": "Persons divided by groups.",
    "alpha": "Cronbach's alpha over persons (Cronbach 1951).",
    "icc1": "ICC(1) with the mean group size N/G, as R's multilevel has it; REML judges.",
    "icc1_low": "Lower end of the 95% interval of ICC(1).",
    "icc1_high": "Upper end of the 95% interval of ICC(1).",
    "icc1_k0": "ICC(1) with the unbalanced group size k0 (Snedecor & Cochran 1980).",
    "icc1_reml": "ICC(1) by restricted maximum likelihood.",
    "icc2": "ICC(2), the reliability of group means (Bliese 2000).",
    "f": "F of groups in a one-way analysis of variance.",
    "df1": "Degrees of freedom between groups.",
    "df2": "Degrees of freedom within groups.",
    "p": "p of that F.",
    "design_effect": "1 + (N/G - 1) ICC(1) with k0 (Kish 1965).",
    "effective_n": "Independent answers that the persons are worth: persons / design effect.",
    "rwg_mean": "Mean of rwg over groups.",
    "rwg_median": "Median of rwg over groups.",
    "rwg_share": "Share of groups that reach the cut-off of rwg.",
    "rwg_j_mean": "Mean of rwg(j) over groups.",
    "rwg_j_median": "Median of rwg(j) over groups.",
    "rwg_j_share": "Share of groups that reach the cut-off of rwg(j).",
    "null": "The distribution that stands for no agreement.",
    "above_chance": "Share of groups whose adjusted chance of as much agreement is at most .05.",
    "rgr_z": "z of random groups in closed form; negative: real ones agree more (Bliese 2000).",
    "index": "The index that is the group value.",
    "value": "The value over all groups, where the measure has one.",
    "value_mean": "Mean of the group values.",
    "value_sd": "Standard deviation of the group values.",
    "response_rate_mean": "Mean share of members whose answers about others are there.",
    "groups_over_gate": "Groups whose response rate reaches the measure's gate.",
    "silent_less_respondents": "Ties reported to silent members less ties to respondents, mean.",
    "icc_ak": "Agreement of raters about each target, mean of raters (McGraw & Wong 1996).",
    "icc_ak_low": "Lower end of the interval of that agreement.",
    "icc_ak_high": "Upper end of the interval of that agreement.",
    "groups_failing": "Groups below the cut-off; they stay in.",
    "groups_judged": "Groups large enough, and with enough of their members, to be judged.",
    "median_lowest": "Lowest median of that index over the declared null distributions.",
    "median_highest": "Highest median of that index over the declared null distributions.",
    "least_p": "The least chance that full agreement could have in the judged groups.",
    "agree_z": "Disagreement within groups less that of random groups, in its SD (closed form).",
    "agree_p": "Chance of as little disagreement in random groups (Kazi-Aoual et al. 1995).",
    "response_share": "Share of the members who answered, median over the judged groups.",
    "informants": "Answers of informants behind the group values.",
    "verdict": "supported; supported under the ... null only; differences, little agreement; no "
    "evidence of a group property; cannot be judged. Other measures: supported, partly supported, "
    "not supported, no check needed, not computed.",
    "explanation": "The verdict in sentences, with the numbers and the rules.",
    "rules": "The cut-offs that were used, with their sources.",
    "refused": "Checks that do not fit the composition and were not made.",
    "not_computed": "Indices that could not be computed, with the reason.",
}

MODELS = {
    "model": "The model's id in the instrument.",
    "lhs": "Left side: the outcome, or the name of a defined parameter.",
    "op": "~ a path, ~~ a variance or covariance, := a defined parameter.",
    "rhs": "Right side: the predictor.",
    "level": "The level of the model.",
    "group": "The group of a model in several groups.",
    "label": "The parameter's label in the model.",
    "est": "Estimate.",
    "se": "Standard error.",
    "z": "Estimate divided by its standard error.",
    "p": "p of z, two-sided.",
    "ci_lower": "Lower end of the 95% interval.",
    "ci_upper": "Upper end of the 95% interval.",
    "mc_lower": "Lower end of the 95% Monte Carlo interval.",
    "mc_upper": "Upper end of the 95% Monte Carlo interval.",
    "std_lv": "Estimate with standardized latent variables.",
    "std_all": "Standardised estimate.",
    "effect": "The effect's name in the model.",
    "kind": "specific indirect, total indirect, total, or other.",
    "route": "The measures that the effect runs over, or its two ends.",
    "expression": "How the effect is made from labels.",
    "measure": "The fit measure, by lavaan's name.",
    "value": "Its value.",
}
