"""Columns and cells that identify persons never reach a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import collective_use as cu
from collective_use.responses.headings.contents import personal_parts, without_parts
from collective_use.responses.headings.personal import is_personal
from collective_use.study.run import run_study

BANK = Path(__file__).with_name("lab_data.yaml")
PERSONAL = """
Vorname|Nachname|您的姓名|Client IP|GPS latitude|Employee ID|E-Mail-Adresse|姓名|手机|Adresse e-mail
Telefonnummer|IP Address|ipaddr|Name|Your name|First Name|LastName|RecipientLastName|Mobile|Email
recipientlastname|What is your e-mail address?|Please enter your phone number|Cell phone|联系电话
您的手机号码：|1、您的姓名|2. 您的邮箱
请输入您的手机号|来自IP|身份证号|工号|学号|Nom|Prénom|Adresse IP
Courriel|Numéro de téléphone|Nombre|Apellidos|Correo electrónico|Teléfono|Cognome|Indirizzo e-mail
Voornaam|E-mailadres
Imię|Nazwisko|Имя|Фамилия|Электронная почта|Телефон|氏名|メールアドレス|電話番号
이름|이메일|전화번호|Date of birth|Geburtsdatum|出生日期|_geolocation|LocationLatitude|_gps_latitude
Staff number|Personalnummer|Matrikelnummer|User ID|username|deviceid|Passport number|微信号|昵称
Home address|Street Address|Anschrift|Postleitzahl|Full name (optional)|Signature|telephone_1
externaldatareference|token|ip_addr|participant.ip_address|Sähköposti|E-posta|Namn|姓名与电话
您的姓名和联系方式|name_first|redcap_survey_identifier|Ihre E-Mail-Adresse|Contact / Phone number
"""
PLAIN = """
Group|Team|Group name|Team name|Name of your organisation|Project name
Your code|Your lab|lab|pid|age
We answer each other's e-mail within a day.|How often do you phone members of your team?|gender|role
Data use|member|Organisation|position|Location|address_data|Country|We use data in meetings.
您的代码|我们在会议中使用数据。|您的年龄？|单位|小组|成员
nom1|net1|wave|email use|mail1|zip1|unit|cell1|学习
Address of problems|我们部门的工作邮件很多|地址簿的使用|cap1|ad1
"""

NOBODYS = """
Age | Gender | Education | City of the group | Country | Region | Department | Team ID
Group ID | Group number | Job title | Occupation | Tenure | Team leader | Respondent ID
Response ID | Case ID | Record ID | Nationality | Language | Date | Start date | Comments
Project name | Company name | Name of your team | Name your three best sources
Name of the school | We call each other by name. | I have the phone numbers of my partners.
Abteilung | Alter | Geschlecht | Teamname | Name des Teams | Beruf | Équipe | Âge | Sexe
Nom de l'équipe | Nom du groupe | Edad | Sexo | Equipo | Nombre del equipo
Nombre de la organización | 年龄 | 性别 | 部门 | 团队名称 | 小组名称 | 单位名称
序号 | 提交答卷时间 | 所用时间 | 来源 | 总分
学历 | 职务 | 工龄 | 联系频率 | 我们经常电话联系
Portable devices used | Cities served | Address of the problem
Matriculation | Signature strengths | IP rights
"""


def words(text: str) -> list[str]:
    return [word for line in text.strip().splitlines() for word in line.split("|")]


@pytest.mark.parametrize("heading", words(PERSONAL))
def test_personal_headings_are_known(heading):
    assert is_personal(heading)


@pytest.mark.parametrize("heading", words(PLAIN))
def test_items_and_keys_are_not_taken_for_personal(heading):
    assert not is_personal(heading)


def listed(text: str) -> list[str]:
    rows = [row for row in text.splitlines() if row and not row.startswith("#")]
    return [word.strip() for row in rows for word in row.split(" | ")]


def test_headings_of_five_languages_and_of_platforms_are_known():
    headings = listed(Path(__file__).with_name("personal_headings.txt").read_text("utf-8"))
    assert len(headings) > 250
    assert [heading for heading in headings if not is_personal(heading)] == []


def test_facts_and_items_of_five_languages_are_nobodys():
    assert [heading for heading in listed(NOBODYS) if is_personal(heading)] == []


def test_columns_of_bundled_samples_and_of_a_known_inventory_are_kept():
    lq2002 = pd.read_csv(cu.sample_path("lq2002.csv"), nrows=1).columns
    bfi = [f"{trait}{k}" for trait in "AECNO" for k in range(1, 6)]
    kept = [*lq2002, *bfi, "gender", "education", "age"]
    assert [heading for heading in kept if is_personal(heading)] == []


@pytest.mark.parametrize("name", ["collective_data_use", "lq2002", "starter"])
def test_no_text_of_a_bundled_item_is_taken_for_personal(name):
    bank = cu.load_instrument(name)
    found = [t for item in bank.items for t in (item.id, *item.text.values()) if is_personal(t)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ask anna@example.org", "e-mail address"),
        ("anna (at) example.org", "e-mail address"),
        ("+49 30 1234567", "telephone number"),
        ("13000000001", "telephone number"),
        ("030-000001", "telephone number"),
        ("555-123-4567", "telephone number"),
        ("192.0.2.1", "IP address"),
        ("110101199003070011", "identity number"),
        ("52.52000, 13.40500", "coordinates"),
    ],
)
def test_personal_details_in_a_cell(text, kind):
    assert personal_parts(text) == (kind,)
    assert personal_parts(without_parts(text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-04 10:00:00",
        "3-4",
        "2019-2020",
        "12345678901",
        "10.5,20.5",
        "ISO 9001:2015",
        "1.2.3",
    ],
)
def test_numbers_and_dates_are_nobodys(text):
    assert personal_parts(text) == ()
    assert without_parts(text) == text


HEAD = "lab,pid,q1,q2,E-Mail-Adresse,姓名,手机,Adresse e-mail,Telefonnummer,Client IP,您的姓名\n"
ROWS = (
    "A,p1,4,2,anna@example.org,样例甲,13000000001,anna@example.org,030-000001,192.0.2.1,样例甲\n"
    "A,p2,5,1,bert@example.org,样例乙,13000000002,bert@example.org,030-000002,192.0.2.2,样例乙\n"
    "B,p3,5,1,cleo@example.org,样例丙,13000000003,cleo@example.org,030-000003,192.0.2.3,样例丙\n"
)
SECRETS = ("Annabel", "Cyrus", "example.org", "样例", "1300000000", "030-00000", "192.0.2")


def written(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 4
    return "\n".join(path.read_text("utf-8", errors="replace") for path in files)


@pytest.mark.filterwarnings("ignore::collective_use.errors.CollectiveUseWarning")
@pytest.mark.parametrize(
    "text",
    [
        HEAD + ROWS,
        # The member code is an address, and the record quotes codes that nobody lists.
        "lab,pid,q1,q2\nA,anna@example.org,4,2\nA,bert@example.org,5,1\nB,13000000003,4,4\n",
    ],
    ids=["columns", "codes"],
)
@pytest.mark.parametrize("members", [False, True])
def test_no_written_file_holds_anything_personal(write, tmp_path, text, members):
    from collective_use.study.settings import study_from

    values = {"instrument": str(BANK), "exports": [str(write(text))], "out": str(tmp_path / "out")}
    if members:
        values["members"] = str(
            write(
                "group,member,name\nA,anna@example.org,Annabel\nA,x,Bo\nB,y,Cy\n"
                "A,p1,Annabel\nB,p3,Cyrus\n",
                "members.csv",
            )
        )
    run_study(study_from(values), command="score")
    assert not [secret for secret in SECRETS if secret in written(tmp_path / "out")]


def test_codes_that_are_addresses_become_places(write):
    text = "lab,pid,q1,q2\nA,bert@example.org,4,2\nA,anna@example.org,5,1\n"
    members = write("group,member\nA,anna@example.org\nA,bert@example.org\n", "members.csv")
    with pytest.warns(cu.DataWarning, match=r"personal details \(e-mail address\)"):
        responses = cu.read_responses(write(text), BANK, members=members)
    assert responses.persons["member"].tolist() == ["m2", "m1"]
    assert responses.members["member"].tolist() == ["m1", "m2"]
    kept = cu.read_responses(write(text), BANK, keep_personal=True)
    assert kept.persons["member"].tolist() == ["bert@example.org", "anna@example.org"]


def test_addresses_within_free_texts_are_taken_out_and_counted(write):
    named = BANK.read_text("utf-8").replace(
        "  - {id: lab,",
        "  - {id: why, kind: text, role: respondent, text: {en: Why, zh: 为什么}}\n  - {id: lab,",
    )
    bank = write(named, "bank.yaml")
    text = "lab,pid,q1,q2,why\nA,p1,4,2,write to anna@example.org\nA,p2,4,2,since 2019\n"
    responses = cu.read_responses(write(text), bank)
    assert responses.persons["why"].tolist() == ["write to [e-mail address]", "since 2019"]
    assert "Personal details in why were taken out (e-mail address). (1 cell)" in str(
        responses.record
    )


def test_groups_that_are_addresses_become_numbers_everywhere(write):
    text = "lab,pid,q1,q2\nlab@example.org,p1,4,2\nlab@example.org,p2,5,1\nB,p3,4,4\n"
    members = write("group,member\nlab@example.org,p1\nlab@example.org,p2\nB,p3\n", "members.csv")
    with pytest.warns(cu.DataWarning, match="Names of groups that are personal details"):
        responses = cu.read_responses(write(text), BANK, members=members)
    assert responses.persons["group"].tolist() == ["group 1", "group 1", "B"]
    assert responses.members["group"].tolist() == ["group 1", "group 1", "B"]
