"""The data dictionary: what every column of every table means.

The number of the schema rises when a column changes its name or its meaning.
"""

from __future__ import annotations

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

GROUPS = {
    "n": "Persons of the group who answered.",
    "members": "Listed members (from the members file); empty where no file was given.",
    "response_rate": "n divided by members.",
    "reason": "Why the whole group has no values; empty where it has.",
}

INDICES = {
    "value": "The group value that enters further analyses.",
    "passes": "Whether the group reaches the cut-off of the composition's index.",
    "reason": "Why a value is missing; empty where there is one.",
    "mean": "Mean of the members' scores.",
    "sd": "Standard deviation of the members' scores (n - 1).",
    "rwg": "Agreement on one item against the uniform null (James, Demaree & Wolf 1984).",
    "rwg_j": "Agreement over the items against the uniform null (James, Demaree & Wolf 1984).",
    "r_star_wg_j": "Agreement without the step-up (Lindell, Brandt & Whitney 1999).",
    "awg": "Agreement against the largest variance that the mean allows (Brown & Hauenstein 2005).",
    "awg_j": "Mean of the items' awg (Brown & Hauenstein 2005).",
    "ad_mean": "Average deviation around the mean, over items (Burke, Finkelstein & Dusig 1999).",
    "ad_median": "Average deviation around the median, over items (Burke et al. 1999).",
    "cv": "Coefficient of variation, corrected for group size (Biemann & Kearney 2010).",
    "gini": "Gini coefficient, corrected for group size (Biemann & Kearney 2010).",
    "blau": "Blau's index of variety, corrected for group size (Biemann & Kearney 2010).",
    "teachman": "Teachman's entropy, corrected for group size (Biemann & Kearney 2010).",
    "sd_observed": "Standard deviation with n below the line.",
    "cv_observed": "Coefficient of variation without the correction.",
    "gini_observed": "Gini coefficient without the correction.",
    "blau_observed": "Blau's index without the correction.",
    "teachman_observed": "Teachman's entropy without the correction.",
}

MEASURES = {
    "items": "Number of items that entered.",
    "persons": "Persons with an answer.",
    "groups": "Groups with an answer.",
    "mean_size": "Persons divided by groups.",
    "alpha": "Cronbach's alpha over persons (Cronbach 1951).",
    "icc1": "ICC(1) with the mean group size N/G, as R's multilevel has it (Bliese 2000).",
    "icc1_low": "Lower end of the 95% interval of ICC(1).",
    "icc1_high": "Upper end of the 95% interval of ICC(1).",
    "icc1_k0": "ICC(1) with the unbalanced group size k0 (Snedecor & Cochran 1980).",
    "icc2": "ICC(2), the reliability of group means (Bliese 2000).",
    "f": "F of groups in a one-way analysis of variance.",
    "df1": "Degrees of freedom between groups.",
    "df2": "Degrees of freedom within groups.",
    "p": "p of that F.",
    "rwg_mean": "Mean of rwg over groups.",
    "rwg_median": "Median of rwg over groups.",
    "rwg_share": "Share of groups that reach the cut-off of rwg.",
    "rwg_j_mean": "Mean of rwg(j) over groups.",
    "rwg_j_median": "Median of rwg(j) over groups.",
    "rwg_j_share": "Share of groups that reach the cut-off of rwg(j).",
    "null": "The distribution that stands for no agreement.",
    "index": "The index that is the group value.",
    "value": "The value over all groups, where the measure has one.",
    "value_mean": "Mean of the group values.",
    "value_sd": "Standard deviation of the group values.",
    "groups_failing": "Groups below the cut-off; they stay in.",
    "verdict": "supported, partly supported, not supported, no check needed, not computed.",
    "explanation": "The verdict in sentences, with the numbers and the rules.",
    "rules": "The cut-offs that were used, with their sources.",
    "refused": "Checks that do not fit the composition and were not made.",
    "not_computed": "Indices that could not be computed, with the reason.",
}
