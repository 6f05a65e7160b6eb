"""Survey instruments and scale validation for constructs that belong to groups.

The front door: every public name is here and is loaded when it is first used.

Examples
--------
>>> import collective_use as cu
>>> isinstance(cu.__version__, str)
True
"""

from __future__ import annotations

import importlib
from typing import Any

from collective_use._version import __version__
from collective_use.errors import (
    CollectiveUseError,
    CollectiveUseWarning,
    ConvergenceWarning,
    DataWarning,
    EngineDisagreementWarning,
    EstimationError,
    ImproperSolutionWarning,
    InputError,
    InstrumentError,
    InstrumentWarning,
    ModelWarning,
    NotSupported,
    OutputError,
    ReadError,
    RefusedError,
    ScaleValueError,
    SmallGroupsWarning,
    SyntaxProblem,
)

_LAZY: dict[str, str] = {
    # a whole study
    "init_study": "collective_use.study.template",
    "read_study": "collective_use.study.settings",
    "run_study": "collective_use.study.run",
    "run_demo": "collective_use.study.demo",
    "Study": "collective_use.study.settings",
    "StudyRun": "collective_use.study.run",
    "seal_study": "collective_use.study.sealing.seal",
    "amend_study": "collective_use.study.sealing.seal",
    "verify_study": "collective_use.study.sealing.seal",
    "PlanCheck": "collective_use.study.sealing.check",
    # planning
    "Seal": "collective_use.planning.seal.sealed",
    "Verification": "collective_use.planning.seal.verify",
    # structure
    "fit_structure": "collective_use.structure.fit",
    "compare_models": "collective_use.structure.rivals.compare",
    "ModelComparison": "collective_use.structure.rivals.compare",
    "nesting": "collective_use.structure.rivals.nesting",
    "sam": "collective_use.structure.sam.fit",
    "SamResult": "collective_use.structure.sam.result",
    "fit_iv": "collective_use.structure.iv.fit",
    "IvResult": "collective_use.structure.iv.fit",
    # syntax and sem
    "parse_model": "collective_use.syntax.model_text",
    "parameter_table": "collective_use.sem.table.build",
    "fit_sem": "collective_use.sem.fit",
    "bootstrap_fit": "collective_use.sem.resampling.bootstrap",
    "jackknife_fit": "collective_use.sem.resampling.bootstrap",
    "fit_cfa": "collective_use.sem.fit",
    "fit_growth": "collective_use.sem.growth",
    "predict": "collective_use.sem.postfit.prediction",
    "fit_sem_mi": "collective_use.sem.imputation",
    "simulate_model": "collective_use.sem.simulate",
    "read_covariance": "collective_use.sem.data.covariance",
    # instrument
    "load_instrument": "collective_use.instrument.library",
    "sample_path": "collective_use.instrument.library",
    "list_instruments": "collective_use.instrument.library",
    "lint_instrument": "collective_use.instrument.lint.lint",
    "begin_instrument": "collective_use.instrument.begin",
    "overview": "collective_use.instrument.overview",
    "Overview": "collective_use.instrument.overview",
    "json_schema": "collective_use.instrument.schema",
    # responses and scores
    "Responses": "collective_use.responses.table",
    "read_responses": "collective_use.responses.read",
    "write_report": "collective_use.study.report",
    "monitor": "collective_use.responses.fieldwork.monitor",
    "draft_map": "collective_use.responses.draft",
    "receive_answers": "collective_use.responses.receive.serve",
    "pseudonymize": "collective_use.responses.pseudonyms.write",
    "Pseudonymized": "collective_use.responses.pseudonyms.write",
    "screen": "collective_use.responses.screening.screen",
    "drop_flagged": "collective_use.responses.screening.screen",
    "Screening": "collective_use.responses.screening.screen",
    "Scores": "collective_use.scores.table",
    "score": "collective_use.scores.score",
    # questionnaire
    "questionnaire": "collective_use.questionnaire",
    "publish": "collective_use.questionnaire.publication",
    "placement_test": "collective_use.instrument.placement",
    "placement_results": "collective_use.scores.placement",
    "Placement": "collective_use.scores.placement",
    "letters": "collective_use.questionnaire.letters.letters",
    "phrase_template": "collective_use.questionnaire.form.phrases",
    "Published": "collective_use.questionnaire.online.published",
    "Letterhead": "collective_use.questionnaire.form.letterhead",
    "codebook": "collective_use.sheets.codebook.codebook",
    "entry_sheet": "collective_use.sheets.entry.write",
    "judge_sheets": "collective_use.sheets.review.judges",
    "read_judge_sheets": "collective_use.sheets.review.judges_read",
    "translation_workbook": "collective_use.sheets.translation.workbook",
    "apply_translation": "collective_use.sheets.translation.read",
    "interview_sheets": "collective_use.sheets.review.interviews",
    "instrument_to_xlsx": "collective_use.sheets.bank.write",
    "instrument_from_xlsx": "collective_use.sheets.bank.read",
    # groups
    "aggregate": "collective_use.groups.aggregate",
    "rwg": "collective_use.groups.agreement.rwg",
    "rwg_j": "collective_use.groups.agreement.rwg",
    "awg": "collective_use.groups.agreement.deviation",
    "average_deviation": "collective_use.groups.agreement.deviation",
    "icc": "collective_use.groups.between.icc",
    "icc_weighted": "collective_use.groups.between.icc_weighted",
    "random_groups": "collective_use.groups.between.random_groups",
    "network": "collective_use.groups.rosters.network",
    "network_graphs": "collective_use.groups.rosters.graphs",
    "allocation": "collective_use.groups.rosters.allocation",
    "checklist": "collective_use.groups.rosters.checklist",
    "who_knows_what": "collective_use.groups.rosters.knowledge",
    "role_indices": "collective_use.groups.rosters.knowledge",
    "balanced_means": "collective_use.groups.voices.partners",
    "sampling_fraction": "collective_use.groups.voices.census",
    "group_mean_reliability": "collective_use.groups.voices.census",
    "minimum_exposure": "collective_use.groups.voices.exposure",
    "by_stratum": "collective_use.groups.voices.strata",
    "dispersion": "collective_use.groups.dispersion",
    "waba": "collective_use.groups.between.waba",
    "consensus_emergence": "collective_use.groups.mixed.consensus_emergence",
    "location_scale": "collective_use.groups.mixed.location_scale",
    "variance_shares": "collective_use.groups.mixed.variance_shares",
    "social_relations": "collective_use.groups.mixed.social_relations",
    "table_one": "collective_use.groups.between.table_one",
    "group_values": "collective_use.groups.between.group_values",
    "agreement_limits": "collective_use.groups.agreement.limits",
    # what the functions above return
    "Instrument": "collective_use.instrument.model",
    "Groups": "collective_use.groups.results",
    "Evidence": "collective_use.groups.evidence.result",
    "Agreement": "collective_use.groups.agreement.result",
    "Icc": "collective_use.groups.between.icc",
    "WeightedIcc": "collective_use.groups.between.icc_weighted",
    "Waba": "collective_use.groups.between.waba",
    "RandomGroups": "collective_use.groups.between.random_groups",
    "Dispersion": "collective_use.groups.dispersion",
    "RosterIndices": "collective_use.groups.rosters.stacks",
    "BalancedMeans": "collective_use.groups.voices.partners",
    "ByStratum": "collective_use.groups.voices.strata",
    "GroupMeanReliability": "collective_use.groups.voices.census",
    "Exposure": "collective_use.groups.voices.exposure",
    "ConsensusEmergence": "collective_use.groups.mixed.consensus_emergence",
    "LocationScale": "collective_use.groups.mixed.location_scale",
    "VarianceShares": "collective_use.groups.mixed.variance_shares",
    "SocialRelations": "collective_use.groups.mixed.social_relations",
    "TableOne": "collective_use.groups.between.table_one",
    "GroupValues": "collective_use.groups.between.group_values",
    "AgreementLimits": "collective_use.groups.agreement.limits",
    "Monitor": "collective_use.responses.fieldwork.monitor",
    "Codebook": "collective_use.sheets.codebook.codebook",
    "JudgeRatings": "collective_use.sheets.review.judges_read",
    "Translation": "collective_use.sheets.translation.read",
    "LintReport": "collective_use.instrument.lint.lint",
    "SimulatedSurvey": "collective_use.simulation.simulate",
    "SemResult": "collective_use.sem.result",
    "ImputedFit": "collective_use.sem.imputation",
    "Predictions": "collective_use.sem.postfit.prediction",
    "TwoLevelResult": "collective_use.sem.twolevel.result",
    "OrdinalResult": "collective_use.sem.ordinal.result",
    "Comparison": "collective_use.sem.compare.comparison",
    "ParameterTest": "collective_use.sem.postfit.parameter_test",
    "Bootstrap": "collective_use.sem.resampling.bootstrap",
    "ParameterTable": "collective_use.sem.table.partable",
    "StructureFit": "collective_use.structure.fit",
    "Record": "collective_use.record",
    "Result": "collective_use.results",
    "NotComputed": "collective_use.results",
    # measurement
    "efa": "collective_use.measurement.factors.efa",
    "Efa": "collective_use.measurement.factors.efa",
    "factor_count": "collective_use.measurement.factors.number",
    "FactorCount": "collective_use.measurement.factors.number",
    "validate": "collective_use.measurement.validate",
    "Validation": "collective_use.measurement.validate",
    "items": "collective_use.measurement.items",
    "ItemAnalysis": "collective_use.measurement.items",
    "dynamic_cutoffs": "collective_use.measurement.cutoffs",
    "DynamicCutoffs": "collective_use.measurement.cutoffs",
    "fit_measurement": "collective_use.measurement.confirmatory.fit",
    "MeasurementFit": "collective_use.measurement.confirmatory.result",
    "reduce": "collective_use.measurement.reduction.reduce",
    "Reduction": "collective_use.measurement.reduction.reduce",
    "write_form": "collective_use.sheets.bank.form",
    "invariance": "collective_use.measurement.invariance.ladder",
    "Invariance": "collective_use.measurement.invariance.ladder",
    "validity": "collective_use.measurement.validity.validity",
    "Validity": "collective_use.measurement.validity.validity",
    "htmt": "collective_use.measurement.validity.htmt",
    "Htmt": "collective_use.measurement.validity.htmt",
    "content_validity": "collective_use.measurement.validity.content",
    "ContentValidity": "collective_use.measurement.validity.content",
    "marker_variable": "collective_use.measurement.validity.marker",
    "MarkerVariable": "collective_use.measurement.validity.marker",
    "reliability": "collective_use.measurement.reliability.reliability",
    "Reliability": "collective_use.measurement.reliability.reliability",
    # simulation
    "simulate_responses": "collective_use.simulation.simulate",
    "TrueParameters": "collective_use.simulation.parameters",
    "Flaws": "collective_use.simulation.parameters",
}

__all__ = [  # noqa: PLE0604, RUF100
    "CollectiveUseError",
    "CollectiveUseWarning",
    "ConvergenceWarning",
    "DataWarning",
    "EngineDisagreementWarning",
    "EstimationError",
    "ImproperSolutionWarning",
    "InputError",
    "InstrumentError",
    "InstrumentWarning",
    "ModelWarning",
    "NotSupported",
    "OutputError",
    "ReadError",
    "RefusedError",
    "ScaleValueError",
    "SmallGroupsWarning",
    "SyntaxProblem",
    "__version__",
    *_LAZY,
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        from collective_use.checks import did_you_mean

        raise AttributeError(
            f"module 'collective_use' has no attribute {name!r}{did_you_mean(name, __all__)}"
        )
    module = importlib.import_module(_LAZY[name])
    value = module if _LAZY[name] == f"{__name__}.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
