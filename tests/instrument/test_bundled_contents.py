"""What the bundled instruments say: the decisions about contents, kept as tests."""

from __future__ import annotations

import csv
import hashlib
import re
from statistics import fmean

import pytest

from collective_use.instrument.check.texts import texts
from collective_use.instrument.library import data_folder, load_instrument
from collective_use.instrument.model import Block, Construct, Form, Instrument, Item

EIGHT = {
    "cdu": "outcome",
    "ssm": "mechanism",
    "dlr": "mechanism",
    "dcb": "mechanism",
    "con": "antecedent",
    "pim": "antecedent",
    "exp": "antecedent",
    "dl": "antecedent",
}
OPTIONAL = {"cul": "antecedent", "val": "antecedent"}
COMPANIONS = {"cfl", "own", "src", "shm", "dep", "dlc", "arr"}
MECHANISMS = ("ssm", "dlr", "dcb")
ROSTER_KINDS = (
    "roster_valued",
    "roster_binary",
    "roster_roles",
    "roster_nominate",
    "allocation",
)
FILL = re.compile(r"\[[A-Z][A-Z ]*\]")


@pytest.fixture(scope="module")
def bank() -> Instrument:
    return load_instrument("collective_data_use")


@pytest.fixture(scope="module")
def soldiers() -> Instrument:
    return load_instrument("lq2002")


def statements(bank: Instrument, construct: str, form: str) -> list[Item]:
    return [
        item
        for item in bank.items
        if item.kind == "likert" and item.construct_id == construct and form in item.forms
    ]


def default_blocks(form: Form) -> list[Block]:
    on = {module.id for module in form.modules if module.default_on}
    return [block for block in form.blocks if block.module is None or block.module in on]


def items_of(bank: Instrument, blocks: list[Block]) -> list[Item]:
    return [bank.get_item(name) for block in blocks for name in block.items]


def test_the_theory_has_one_outcome_three_mechanisms_and_four_antecedents(
    bank: Instrument,
) -> None:
    roles = {c.id: c.role for c in bank.constructs}
    assert {k: r for k, r in roles.items() if r not in ("control", "companion")} == EIGHT | OPTIONAL
    assert {k for k, role in roles.items() if role == "companion"} == COMPANIONS


@pytest.mark.parametrize("construct", [*OPTIONAL, *sorted(COMPANIONS)])
def test_companions_and_optional_antecedents_enter_no_model_but_their_own(
    bank: Instrument, construct: str
) -> None:
    own = {measure.id for measure in bank.measures if measure.construct_id == construct}
    assert own
    theirs = {"own": ["M11"], "shm": ["M12"]}.get(construct, [])
    lines = {m.id: re.sub(r"#.*", "", m.syntax) for m in bank.models}
    found = [name for name, text in lines.items() if own & set(re.findall(r"[a-z_]+", text))]
    assert found == theirs
    said = bank.get_construct(construct).attribution
    assert said.theory
    assert said.inferred


def test_ownership_and_information_sources_are_no_part_of_the_antecedent(bank: Instrument) -> None:
    leadership = bank.get_construct("dl")
    assert [facet.id for facet in leadership.facets] == ["shared_direction", "initiative"]
    assert bank.get_measure("dl").items == ("dl1", "dl2", "dl3", "dl4", "dl7")
    assert [item.id for item in statements(bank, "dl", "short")] == ["dl1", "dl2", "dl3", "dl4"]
    assert "associated" in leadership.attribution.theory
    assert "ownership" not in leadership.attribution.theory.lower()
    assert bank.get_measure("ownership").items == ("own1", "own2", "own3")
    for name in ("own", "src"):
        assert "preprint" in bank.get_construct(name).attribution.theory


def test_companions_are_modules_that_the_short_form_leaves_off(bank: Instrument) -> None:
    short, long = bank.get_form("short"), bank.get_form("long")
    for name in {*OPTIONAL, *COMPANIONS} - {"cfl", "arr"}:
        items = {item.id for item in bank.items if item.construct_id == name}
        for form, on in ((short, False), (long, True)):
            asked = {item.id for item in items_of(bank, default_blocks(form))}
            assert items
            assert items & asked == (items if on else set()), (name, form.id)


def test_a_tie_is_comfortable_at_the_same_step_in_both_languages(bank: Instrument) -> None:
    labels = [option.label for option in bank.get_scale("comfort5").options]
    assert labels[3] == {"en": "Very comfortable", "zh": "很自在"}
    assert labels[0]["zh"] == "一点也不自在"


@pytest.mark.parametrize(
    "word", ["合作方", "小圈子", "指明方向", "引领", "敏感数据", "频繁", "此人"]
)
def test_words_that_a_chinese_office_would_stumble_over_are_gone(
    bank: Instrument, word: str
) -> None:
    found = [place for place, text in texts(bank) if word in text.get("zh", "")]
    assert found == []


def test_the_referent_of_chinese_items_is_the_group(bank: Instrument) -> None:
    assert [i.id for i in bank.items if "小组成员" in i.text["zh"] and i.kind == "likert"] == []


def test_numbers_say_what_they_count(bank: Instrument) -> None:
    assert [item.id for item in bank.items if item.kind == "number" and not item.unit] == []


def test_each_construct_has_a_file_of_its_own() -> None:
    folder = data_folder("instruments") / "collective_data_use" / "constructs"
    assert {file.stem for file in folder.glob("*.yaml")} == {*EIGHT, *OPTIONAL, *COMPANIONS} - {
        "arr"
    }


def test_every_text_is_there_in_both_languages(bank: Instrument) -> None:
    one_sided = [place for place, text in texts(bank) if text and set(text) != {"en", "zh"}]
    assert one_sided == []


def test_the_translation_status_is_honest(bank: Instrument) -> None:
    said = {status.language: status for status in bank.status}
    assert not said["en"].piloted
    assert not said["zh"].piloted
    assert "not yet reviewed by a native speaker" in said["zh"].statement
    assert "not piloted" in said["zh"].statement


@pytest.mark.parametrize("construct", EIGHT)
def test_what_is_inferred_is_told_from_the_theory(bank: Instrument, construct: str) -> None:
    attribution = bank.get_construct(construct).attribution
    assert "Kroll (2023, abstract)" in attribution.theory
    assert "wording" in attribution.inferred


@pytest.mark.parametrize("construct", [*EIGHT, *OPTIONAL, *sorted(COMPANIONS - {"arr"})])
def test_the_short_form_has_a_reverse_item_for_each_construct(
    bank: Instrument, construct: str
) -> None:
    keys = {item.reverse for item in statements(bank, construct, "short")}
    assert keys == {True, False}


def test_a_short_scale_without_reverse_item_says_so(bank: Instrument) -> None:
    silent = []
    for measure in bank.measures:
        short = [bank.get_item(name) for name in measure.items]
        short = [item for item in short if item.kind == "likert" and "short" in item.forms]
        construct: Construct = bank.get_construct(measure.construct_id)
        if len(short) > 1 and not any(item.reverse for item in short):
            note = construct.note or ""
            if measure.id not in note or "acquiescence cannot be" not in note:
                silent.append(measure.id)
    assert silent == []


def test_direction_and_reverse_key_agree(bank: Instrument) -> None:
    for item in bank.items:
        if item.direction:
            assert item.reverse == (item.direction == "-"), item.id


def test_the_structural_model_finds_its_items_in_the_short_form(bank: Instrument) -> None:
    recognition = bank.get_measure("exp_recognition").items
    short = [name for name in recognition if "short" in bank.get_item(name).forms]
    assert short == ["exp3", "exp5", "exp6"]
    assert "short" in bank.get_item("chk3").forms


def test_the_chinese_midpoint_is_no_dont_know(bank: Instrument) -> None:
    for scale in bank.scales:
        for option in scale.options:
            assert "不好说" not in option.label["zh"]
    assert bank.get_scale("agree7").options[3].label["zh"] == "既不同意也不反对"


def test_frequencies_have_no_always(bank: Instrument) -> None:
    scale = bank.get_scale("freq7")
    assert scale.codes == (1, 2, 3, 4, 5, 6, 7)
    labels = {label for option in scale.options for label in option.label.values()}
    assert not labels & {"Always", "总是"}


def test_no_such_occasion_is_an_answer_apart_from_dont_know(bank: Instrument) -> None:
    for item in bank.items:
        if item.kind != "likert" or item.scale is None:
            continue
        offered = {option.reason for option in bank.get_scale(item.scale).missing if option.offered}
        assert ("no_occasion" in offered) == bool(item.occasion), item.id
        assert not item.occasion or "dont_know" in offered, item.id


def test_items_on_discussions_presuppose_an_occasion(bank: Instrument) -> None:
    for name in ("dlr3", "dlr5", *(f"dcb{k}" for k in range(1, 9))):
        assert bank.get_item(name).occasion, name


def test_containment_can_be_read_beside_the_level_of_conflict(bank: Instrument) -> None:
    level = bank.get_measure("conflict_level")
    short = [name for name in level.items if "short" in bank.get_item(name).forms]
    assert len(short) >= 3
    assert bank.get_measure("dcb_dissent").facets != bank.get_measure("dcb_containment").facets


def test_performance_data_are_no_staff_appraisal(bank: Instrument) -> None:
    assert "appraisal" in bank.definitions["en"]
    assert "不是指对个人、干部或单位的绩效考核" in bank.definitions["zh"]


def test_one_construct_by_two_measures_calls_for_different_evidence(bank: Instrument) -> None:
    assert bank.get_measure("pim").composition == "referent_shift"
    points = bank.get_measure("pim_points")
    assert points.composition == "allocation"
    assert points.indices[0].name == "gini"


def test_what_asks_the_same_thing_twice_is_an_alternative(bank: Instrument) -> None:
    pairs = {item.id: item.alternative_to for item in bank.items if item.alternative_to}
    assert pairs == {"net4": "alc1", "alc2": "net5"}
    assert not any(bank.get_item(name).default_on for name in pairs)


@pytest.mark.parametrize("form", ["short", "long"])
def test_no_form_asks_alternatives_or_markers_by_default(bank: Instrument, form: str) -> None:
    asked = items_of(bank, default_blocks(bank.get_form(form)))
    assert all(item.default_on for item in asked)
    assert not any(item.role == "marker" for item in asked)


def test_the_default_form_is_short_and_has_no_rosters(bank: Instrument) -> None:
    form = bank.get_form()
    assert form.id == "short"
    asked = items_of(bank, default_blocks(form))
    assert not any(item.kind in ROSTER_KINDS for item in asked)


@pytest.mark.parametrize("form", ["short", "long"])
def test_a_block_has_one_scale_and_the_outcome_one_of_its_own(bank: Instrument, form: str) -> None:
    used: dict[str, set[str]] = {}
    for block in bank.get_form(form).blocks:
        asked = [bank.get_item(name) for name in block.items]
        likert = [item for item in asked if item.kind == "likert"]
        assert len({item.scale for item in likert}) <= 1, block.id
        for item in likert:
            used.setdefault(item.construct_id or item.role, set()).add(item.scale or "")
        if any(item.construct_id == "cdu" for item in likert):
            assert all(item.construct_id == "cdu" for item in likert)
    for other in (*MECHANISMS, "con", "pim", "exp", "dl"):
        assert not used["cdu"] & used[other]


@pytest.mark.parametrize("form", ["short", "long"])
def test_attention_checks_stand_amid_statements(bank: Instrument, form: str) -> None:
    for block in bank.get_form(form).blocks:
        for place, name in enumerate(block.items):
            item = bank.get_item(name)
            if item.keyed_answer is not None or item.fail_from is not None:
                assert 0 < place < len(block.items) - 1, name


@pytest.mark.parametrize("form", ["short", "long"])
def test_rosters_come_after_the_statements(bank: Instrument, form: str) -> None:
    kinds = [
        bank.get_item(name).kind for block in bank.get_form(form).blocks for name in block.items
    ]
    last_statement = max(n for n, kind in enumerate(kinds) if kind == "likert")
    assert min(n for n, kind in enumerate(kinds) if kind in ROSTER_KINDS) > last_statement


@pytest.mark.parametrize("form", ["short", "long"])
def test_questions_about_the_group_go_to_an_informant(bank: Instrument, form: str) -> None:
    for block in bank.get_form(form).blocks:
        roles = {bank.get_item(name).role for name in block.items}
        assert ("group" in roles) == (block.respondent == "informant"), block.id


def test_naming_members_asks_for_its_own_consent(bank: Instrument) -> None:
    for roster in bank.rosters:
        assert (roster.consent == "naming") == (roster.of == "members")


def test_consent_texts_hold_the_same_fill_marks_in_every_language(bank: Instrument) -> None:
    for module in bank.consent:
        marks = {language: set(FILL.findall(text)) for language, text in module.text.items()}
        assert marks["en"] == marks["zh"], module.id
        assert marks["en"] or module.respondent == "informant", module.id


def test_informants_have_a_consent_module_of_their_own(bank: Instrument) -> None:
    said = {module.id: module.respondent for module in bank.consent}
    assert said["informant"] == "informant"
    assert said["participation"] == "all"


def test_models_hold_every_specific_and_total_indirect_effect(bank: Instrument) -> None:
    models = {model.id: model for model in bank.models}
    assert list(models) == [f"M{n}" for n in range(1, 13)]
    for model in (models["M1"], models["M2"]):
        through = model.mediation["through"]
        for start in model.mediation["from"]:
            defined = [f"ind_{start}_{mechanism} :=" for mechanism in through]
            for name in (*defined, f"tind_{start} :="):
                assert name in model.syntax
    assert models["M1"].syntax.count(":=") == 20
    assert models["M2"].syntax.count(":=") == 25


def test_every_model_says_what_is_the_theorys_and_whence_its_effects(bank: Instrument) -> None:
    for model in bank.models:
        assert model.attribution.theory
        assert model.attribution.inferred
        assert set(model.mediation) == {"from", "through", "to"}
        assert model.name["en"]
        assert model.name["zh"]
    assert {m.id: m.way for m in bank.models if m.way} == {"M8": "twolevel"}
    assert bank.models[2].merges == {"mechanism": ("ssm", "dlr", "dcb")}


def test_lq2002_reads_the_columns_of_its_data(soldiers: Instrument) -> None:
    with (data_folder("data_samples") / "lq2002.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2042
    assert len({row[soldiers.columns.group or ""] for row in rows}) == 49
    for measure, column in (("lead", "LEAD"), ("tsig", "TSIG"), ("hostil", "HOSTILE")):
        items = [soldiers.get_item(name) for name in soldiers.get_measure(measure).items]
        codes = set(soldiers.get_scale(items[0].scale or "").codes)
        for row in rows:
            answers = [int(row[item.platform_names["plain"]]) for item in items]
            assert set(answers) <= codes
            assert fmean(answers) == pytest.approx(float(row[column]), abs=1e-8)


def test_lq2002_claims_no_wording(soldiers: Instrument) -> None:
    assert soldiers.languages == ("en",)
    assert "wording" in soldiers.status[0].statement
    assert soldiers.licence == "GPL-2.0-or-later"


def test_the_real_data_are_untouched() -> None:
    folder = data_folder("data_samples")
    digest = hashlib.sha256((folder / "lq2002.csv").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text(encoding="utf-8")
