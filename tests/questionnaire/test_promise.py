"""The consent text is a promise: opt-outs, refused naming, safe files, one address."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import urllib.error
import urllib.request
import warnings
from pathlib import Path

import pytest

import collective_use as cu
from collective_use.instrument.lint.looks.consent import findings
from collective_use.questionnaire.form.members import read_rosters
from collective_use.questionnaire.online.publish import publish_form
from collective_use.questionnaire.online.web import hand_in_address
from collective_use.questionnaire.paper.batch import copy_names
from collective_use.questionnaire.paper.page import questionnaire_html
from collective_use.responses.receive.server import Receiver
from collective_use.responses.receive.store import Store

FORMS = Path(__file__).parent / "forms"


@pytest.fixture(scope="module")
def bank():
    return cu.load_instrument(FORMS / "departments_optional.yaml")


def read(answers, members, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cu.read_responses(
            answers, cu.load_instrument(FORMS / "departments_optional.yaml"), members=members, **how
        )


def ties(read) -> dict[str, dict[str, float]]:
    """Answers about others by code of the respondent and of the person."""
    found = {}
    for (_, row), person in zip(
        read.rosters["advice"].iterrows(), read.persons.to_dict("records"), strict=True
    ):
        mine = read.members[read.members["group"] == person["group"]]
        names = dict(zip(mine["position"], mine["member"], strict=True))
        values = row.dropna().to_dict()
        found[person["member"]] = {
            names[p]: v for p, v in values.items() if names[p] != person["member"]
        }
    return found


BEFORE = {"r1": 0.0, "r2": 1.0, "r3": 2.0, "r5": 0.0}


def test_before_anybody_opts_out():
    back = read(FORMS / "answers-ROAD-r4.json", FORMS / "departments_members.csv")
    assert ties(back) == {"r4": BEFORE}


def test_a_late_opt_out_shifts_nobody():
    back = read(FORMS / "answers-ROAD-r4.json", FORMS / "departments_members_r2_opted_out.csv")
    assert ties(back) == {"r4": {"r1": 0.0, "r3": 2.0, "r5": 0.0}}
    gone = [
        e for e in back.record.entries if "opted out of being named." in e.text and e.count == 1
    ]
    assert any(entry.of == "answers" for entry in gone)
    assert back.members["position"].tolist() == [1, 2, 3, 4, 1, 2, 3, 4]


def test_a_position_that_nobody_holds_stops():
    with pytest.raises(cu.CollectiveUseError, match="position"):
        read(FORMS / "answers-ROAD-r4-six-positions.json", FORMS / "departments_members.csv")


def with_codes(tmp_path, codes: str) -> Path:
    content = json.loads((FORMS / "answers-ROAD-r4.json").read_text("utf-8"))
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({**content, "roster_codes": codes}), "utf-8")
    return path


def test_codes_find_their_persons_in_another_order(tmp_path):
    lines = (FORMS / "departments_members.csv").read_text("utf-8").splitlines()
    (tmp_path / "members.csv").write_text("\n".join([lines[0], *lines[:0:-1]]), "utf-8")
    answer = with_codes(tmp_path, "r1|r2|r3|r4|r5")
    assert ties(read(answer, tmp_path / "members.csv")) == {"r4": BEFORE}


def test_a_code_that_is_gone_stops(tmp_path):
    lines = (FORMS / "departments_members.csv").read_text("utf-8").splitlines()
    kept = [line for line in lines if ",r2," not in line]
    (tmp_path / "members.csv").write_text("\n".join(kept), "utf-8")
    answer = with_codes(tmp_path, "r1|r2|r3|r4|r5")
    with pytest.raises(cu.ReadError, match=r"'r2'.*delete no line"):
        read(answer, tmp_path / "members.csv")


def test_ties_of_who_refused_naming_are_left_out_and_counted():
    files = [FORMS / f"answers-ROAD-r{k}.json" for k in (1, 2, 3)]
    back = read(files, FORMS / "departments_members.csv")
    assert ties(back) == {"r1": {"r2": 1.0, "r3": 2.0, "r4": 3.0, "r5": 1.0}, "r2": {}, "r3": {}}
    said = next(e for e in back.record.entries if "'naming'" in e.text)
    assert said.of == "ties"
    assert said.count == 10
    assert "2 persons" in said.text
    assert back.answers["saf1"].notna().all()


def test_who_did_not_agree_to_take_part_is_left_out(tmp_path):
    content = json.loads((FORMS / "answers-ROAD-r4.json").read_text("utf-8"))
    content["consent"]["participation"] = False
    (tmp_path / "no.json").write_text(json.dumps(content), "utf-8")
    files = [FORMS / "answers-ROAD-r1.json", tmp_path / "no.json"]
    assert read(files, None).persons["member"].tolist() == ["r1"]


CONSENT = "consent_participation"


def consents(tmp_path, *boxes: str, heading: str = CONSENT, name: str = "export.csv") -> Path:
    """Write an export of persons p1, p2, ... with what stands in the box of each."""
    rows = [["dept", "person", "saf1", heading]]
    rows += [["ROAD", f"p{k}", "3", box] for k, box in enumerate(boxes, 1)]
    with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path / name


def test_who_left_the_box_empty_has_not_consented_and_it_is_said(tmp_path):
    path = consents(tmp_path, "1", "", "0", "NA")
    with pytest.warns(cu.DataWarning, match=r"empty, which is no consent.*2 persons left out"):
        back = cu.read_responses(path, FORMS / "departments_optional.yaml")
    assert back.persons["member"].tolist() == ["p1"]
    left = {e.text: (e.count, e.what) for e in back.record.of_kind("left out") if "box" in e.text}
    assert list(left.values()) == [(2, ("2", "4"))]
    assert "unticked_consent='keep'" in next(iter(left))


def test_who_holds_the_consent_elsewhere_may_say_so(tmp_path):
    path = consents(tmp_path, "1", "", "0", "NA")
    back = read(path, None, unticked_consent="keep")
    assert back.persons["member"].tolist() == ["p1", "p2", "p4"]  # no is no in any case
    said = next(e for e in back.record.of_kind("decision") if "held elsewhere" in e.text)
    assert said.count == 2
    with pytest.raises(cu.InputError, match="unticked_consent must be one of 'drop', 'keep'"):
        read(path, None, unticked_consent="yes")


def test_nobody_ticked_stops_and_says_what_to_do(tmp_path):
    path = consents(tmp_path, "", "")
    with pytest.raises(cu.ReadError, match=r"nobody agreed to take part.*--unticked-consent keep"):
        read(path, None)
    assert len(read(path, None, unticked_consent="keep").persons) == 2


def test_an_export_without_the_column_keeps_its_answers(tmp_path):
    path = consents(tmp_path, "", "", heading="note")
    assert len(read(path, None).persons) == 2


def test_one_file_without_a_tick_does_not_hide_behind_another(tmp_path):
    files = [
        consents(tmp_path, "1", "1", name="one.csv"),
        consents(tmp_path, "", "", "", name="two.csv"),
    ]
    back = read(files, None, duplicates="keep")
    assert set(back.persons["export"]) == {"one"}
    said = next(e for e in back.record.of_kind("left out") if e.text.startswith("two.csv"))
    assert said.count == 3


def test_informants_who_did_not_agree_say_nothing_of_their_group(tmp_path):
    bank = cu.load_instrument("collective_data_use")
    consent = next(part for part in bank.consent if part.respondent in ("all", "informant"))
    fact = next(item for item in bank.items if item.role == "group" and item.kind == "number")
    (tmp_path / "facts.csv").write_text(
        f"group,{fact.id},consent_{consent.id}\nA,5,1\nB,6,\nC,7,0\n", "utf-8"
    )
    item = next(item for item in bank.items if item.kind == "likert")
    (tmp_path / "export.csv").write_text(f"group,{item.id}\nA,3\nB,3\nC,3\n", "utf-8")
    for how, groups in (({}, ["A"]), ({"unticked_consent": "keep"}, ["A", "B"])):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            back = cu.read_responses(
                tmp_path / "export.csv",
                bank,
                group="group",
                informants=tmp_path / "facts.csv",
                **how,
            )
        assert back.informants["group"].tolist() == groups


# platform, heading, what it writes for yes and for no
PLATFORMS = [
    ("kobo", "consent_naming", "OK", ""),
    ("limesurvey", "consentnaming[1]", "Y", ""),
    ("redcap", "consent_naming___1", "1", "0"),
    ("qualtrics", "consent_naming_1", "1", ""),
    ("surveyjs", "consent_naming", "true", "false"),
    ("plain", "consent_naming", "1", "0"),
]


@pytest.mark.parametrize(("platform", "heading", "yes", "no"), PLATFORMS)
def test_refused_naming_comes_back_from_every_platform(tmp_path, platform, heading, yes, no):
    """Read as that platform's: its column of the consent is known by name."""
    head = [
        "dept",
        "person",
        "saf1",
        "roster_codes",
        heading,
        *(f"advice_{k}" for k in range(1, 6)),
    ]
    codes = "r1|r2|r3|r4|r5"
    rows = [
        ["ROAD", "r4", "3", codes, yes, "0", "1", "2", "3", "0"],
        ["ROAD", "r1", "3", codes, no, "0", "1", "2", "3", "0"],
    ]
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    how = {} if platform == "surveyjs" else {"platform": platform}
    members = FORMS / "departments_members_r2_opted_out.csv"
    back = read(tmp_path / "export.csv", members, **how)
    assert ties(back) == {"r4": {"r1": 0.0, "r3": 2.0, "r5": 0.0}, "r1": {}}
    assert "roster_codes" not in back.persons


def test_partners_keep_their_places(tmp_path):
    from collective_use.questionnaire.form.places import partners_at

    path = tmp_path / "members.csv"
    path.write_text("group,member,partner,opt_out\ng,a,City,yes\ng,b,County,\ng,c,City,\n", "utf-8")
    roster = read_rosters(path)[0]
    assert partners_at(roster.people) == [(1, "City"), (2, "County")]
    assert [who.place for who in roster.named] == [2, 3]


def test_a_form_leaves_the_place_of_an_opted_out_member_empty(bank):
    rosters = read_rosters(FORMS / "departments_members_r2_opted_out.csv")
    published = publish_form(bank, "web", modules=["all"], rosters=rosters, draft=True)
    page = published.files["form-ROAD.html"].decode("utf-8")
    form = json.loads(re.search(r'id="form">(.*?)</script>', page, re.S)[1])
    tie = next(q for p in form["pages"] for q in p["questions"] if q["items"] == ["advice"])
    assert [row["column"] for row in tie["rows"]] == [f"advice_{k}" for k in (1, 3, 4, 5)]
    assert form["roster_codes"] == "r1||r3|r4|r5"
    assert tie["consent"] == "naming"
    assert [c["required"] for c in form["consent"]] == [True, False]


def test_every_group_gets_its_own_page_and_the_table_says_which():
    bank = cu.load_instrument(FORMS / "departments.yaml")
    rosters = read_rosters(FORMS / "names_that_collide_members.csv")
    files = publish_form(bank, "web", modules=["all"], rosters=rosters, draft=True).files
    table = list(csv.DictReader(io.StringIO(files["groups.csv"].decode("utf-8-sig"))))
    groups = [roster.group for roster in rosters]
    assert [row["group"] for row in table] == groups
    pages = [row["file"] for row in table]
    assert len(set(pages)) == len(groups)
    assert set(pages) == set(files) - {"groups.csv"}
    assert not any("/" in name or ".." in name for name in pages)


def test_copies_of_pairs_that_join_alike_stay_apart():
    pairs = [("a-b", "c"), ("a", "b-c"), ("A/B", "p1"), ("../x", "p1"), ("x", "p1")]
    names = copy_names(pairs)
    assert len({name.casefold() for name in names.values()}) == len(pairs)
    assert not any("/" in name for name in names.values())


def test_lint_finds_a_roster_without_consent(bank):
    def rules(instrument):
        return [finding.found for finding in findings(instrument, {})]

    assert rules(bank) == []
    bare = bank.model_copy(
        update={"rosters": tuple(r.model_copy(update={"consent": None}) for r in bank.rosters)}
    )
    assert rules(bare) == ["it names members of the group, and no consent text says so"]
    single = bank.model_copy(update={"consent": tuple(c for c in bank.consent if c.id == "naming")})
    assert "shares the only consent text" in rules(single)[0]


def test_bundled_rosters_of_persons_ask_for_consent():
    for name in ("collective_data_use", "starter"):
        bank = cu.load_instrument(name)
        assert not [f for f in findings(bank, {}) if f.severity == "look"]


def test_arabic_is_written_from_right_to_left():
    from collective_use.questionnaire.form.layout import form_content

    bank = cu.load_instrument(FORMS / "arabic.yaml")
    page = publish_form(bank, "web").files["form.html"].decode("utf-8")
    assert '<html lang="ar" dir="rtl">' in page
    assert 'lang="ar" dir="rtl"' in questionnaire_html(form_content(bank, language="ar"))


def test_the_policy_of_a_page_names_one_address(bank):
    page = publish_form(bank, "web", draft=True).files["form.html"].decode("utf-8")
    assert "connect-src 'none'" in page
    address = "https://s.example.org/a"
    page = publish_form(bank, "web", hand_in=address, draft=True).files["form.html"].decode("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert f"connect-src {address};" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("answers", "must begin with https"),
        ("javascript:alert(1)", "must begin with https"),
        ("http://s.example.org/", "encrypted"),
        ("https://me:secret@s.example.org/", "no name, password"),
        ("https://s.example.org/?key=1", "no name, password, query"),
    ],
)
def test_addresses_that_break_the_promise(address, message):
    with pytest.raises(cu.InputError, match=message):
        hand_in_address(address)


def test_control_characters_are_named():
    bank = cu.load_instrument(FORMS / "control_character.yaml")
    for to in ("xlsform", "web", "qualtrics"):
        with pytest.raises(cu.InputError, match=r"item 'a1' holds the control character U\+0007"):
            publish_form(bank, to)


def test_redcap_has_no_validation_for_a_month():
    bank = cu.load_instrument(FORMS / "formula_and_month.yaml")
    text = publish_form(bank, "redcap").files["dictionary.csv"].decode("utf-8-sig")
    rows = {r["Variable / Field Name"]: r for r in csv.DictReader(io.StringIO(text))}
    assert rows["since"]["Text Validation Type OR Show Slider Number"] == ""
    assert "2024-03" in rows["since"]["Field Note"]


@pytest.fixture
def receiver(tmp_path):
    server = Receiver(("127.0.0.1", 0), Store(tmp_path, "departments", most=3), largest=2000)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def post(server, body: bytes, origin: str | None = "null", method: str = "POST") -> int:
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    request = urllib.request.Request(url, data=body, method=method)
    if origin:
        request.add_header("Origin", origin)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status
    except urllib.error.HTTPError as problem:
        problem.close()
        return problem.code


def test_the_receiver_takes_answers_once(receiver, tmp_path):
    body = (FORMS / "answers-ROAD-r4.json").read_bytes()
    assert post(receiver, body) == 201
    assert post(receiver, body) == 201
    files = list(tmp_path.glob("*.json"))
    assert [file.read_bytes() for file in files] == [body]
    assert "r4" in files[0].name
    assert ties(read(files[0], FORMS / "departments_members.csv")) == {"r4": BEFORE}


def test_the_receiver_refuses_everything_else(receiver, tmp_path):
    body = (FORMS / "answers-ROAD-r4.json").read_bytes()
    content = json.loads(body)
    assert post(receiver, body, origin="https://elsewhere.example") == 403
    assert post(receiver, b"x" * 3000) == 413
    assert post(receiver, b"no json") == 422
    assert post(receiver, b"[" * 1900) == 422
    assert post(receiver, json.dumps({**content, "instrument": "other"}).encode()) == 422
    assert post(receiver, json.dumps({**content, "keys": {"a": {"b": 1}}}).encode()) == 422
    assert post(receiver, json.dumps({**content, "extra": 1}).encode()) == 422
    assert post(receiver, b"", method="GET") == 405
    assert list(tmp_path.iterdir()) == []


def test_codes_that_are_paths_stay_in_the_folder(receiver, tmp_path):
    content = json.loads((FORMS / "answers-ROAD-r4.json").read_bytes())
    for k in range(4):
        content["keys"] = {"dept": "../../x", "person": f"CON{k}"}
        wanted = 201 if k < 3 else 422  # the folder is full
        assert post(receiver, json.dumps(content).encode()) == wanted
    assert len(list(tmp_path.glob("answers-*.json"))) == 3
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 3
