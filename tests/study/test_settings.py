"""A study file: read, overridden, shown; every slip named at its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from collective_use.errors import InputError, OutputError
from collective_use.study.settings import Study, overridden, placed, read_study, shown, study_from
from collective_use.study.template import init_study


def write(folder: Path, text: str) -> Path:
    file = folder / "study.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_template_is_a_study_with_the_defaults(tmp_path: Path) -> None:
    file = init_study(tmp_path / "mine", instrument="lq2002")
    study = read_study(file)
    # the one setting that a new study begins with and a command does not: the report
    bare = study_from({"instrument": "lq2002", "exports": "export.csv", "report": True})
    assert study == placed(bare, file.parent)


def test_every_line_of_the_template_taken_out_of_its_comment_is_a_setting(tmp_path: Path) -> None:
    file = init_study(tmp_path / "mine", instrument="lq2002")
    commented = re.compile(r"^( *)# ((- )? *[a-z_0-9]+: .*|[a-z_]+:)$", re.MULTILINE)
    text, count = commented.subn(r"\1\2", file.read_text(encoding="utf-8"))
    assert count >= 22
    file.write_text(text, encoding="utf-8")
    study = read_study(file)
    assert study.columns.weight == "w"
    assert study.cutoffs["icc1"] == 0.05
    assert study.models == ("M1",)
    assert study.screening == {"longstring": 10, "instructed": True, "seconds_per_item": 2}
    assert study.form == "short"
    assert study.hypotheses[0].effect == "con -> ssm -> cdu"
    assert study.minimum_answered == 0.5
    assert study.members is not None
    assert study.members.endswith("members.csv")


def test_members_beside_the_export_are_named(tmp_path: Path) -> None:
    for name in ("export.csv", "members.csv"):
        (tmp_path / name).write_text("x")
    file = init_study(tmp_path / "mine", instrument="lq2002", export=str(tmp_path / "export.csv"))
    study = read_study(file.parent)
    assert study.exports[0].file == str(tmp_path / "export.csv")
    assert study.members == str(tmp_path / "members.csv")
    assert study.informants is None


def test_a_study_is_not_overwritten(tmp_path: Path) -> None:
    init_study(tmp_path, instrument="lq2002")
    with pytest.raises(OutputError, match="is there already"):
        init_study(tmp_path, instrument="lq2002")
    with pytest.raises(InputError, match="not there"):
        init_study(tmp_path / "b", instrument="lq2002", export="none.csv")


def test_paths_are_seen_from_the_study_file(tmp_path: Path) -> None:
    file = write(tmp_path, "instrument: lq2002\nexports: [a.csv, {file: b.csv, wave: '2'}]\n")
    study = read_study(file)
    assert [entry.file for entry in study.exports] == [
        str(tmp_path / "a.csv"),
        str(tmp_path / "b.csv"),
    ]
    assert study.exports[1].wave == "2"
    assert study.out == str(tmp_path / "results")
    assert study.instrument == "lq2002"


def test_an_own_instrument_is_seen_from_the_study_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("")
    study = read_study(write(tmp_path, "instrument: mine.yaml\nexports: a.csv\n"))
    assert study.instrument == str(tmp_path / "mine.yaml")


def test_numbers_are_fine_as_waves(tmp_path: Path) -> None:
    text = "instrument: lq2002\nexports:\n  - file: a.csv\n    wave: 2\n    country: NO\n"
    study = read_study(write(tmp_path, text))
    assert (study.exports[0].wave, study.exports[0].country) == ("2", "NO")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "study is a mapping"),
        ("- a\n", "study is a mapping"),
        ("instrument: lq2002\n", "no 'exports'"),
        ("instrument: lq2002\nexports: []\n", "exports"),
        ("instrument: lq2002\nexports: a.csv\ngruop: x\n", r"study\.yaml:3:1: unknown key 'gruop'"),
        ("instrument: lq2002\nexports: a.csv\ncolumns:\n  gruop: x\n", "did you mean 'group'"),
        ("instrument: lq2002\nexports: a.csv\ninvalid: ignore\n", r"study\.yaml:3:\d+: invalid"),
        ("instrument: lq2002\nexports: a.csv\ncutoffs: {icc9: 1}\n", "no cut-off 'icc9'"),
        ("instrument: lq2002\nexports: a.csv\nminimum_group_size: 1\n", "minimum_group_size"),
        ("instrument: lq2002\nexports: a.csv\nseed: -1\n", "seed"),
        ("instrument: lq2002\ninstrument: x\nexports: a.csv\n", "twice"),
        ("instrument:\tlq2002\n\texports: a.csv\n", "tab"),
    ],
)
def test_slips_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_study(write(tmp_path, text))


def test_all_slips_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_study(write(tmp_path, "exports: a.csv\nseed: x\ninvalid: no\n"))
    assert len(str(caught.value).splitlines()) == 3


def test_a_missing_study_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="collective-use init"):
        read_study(tmp_path)


def test_flags_override_and_merge() -> None:
    study = study_from(
        {"instrument": "lq2002", "exports": "a.csv", "cutoffs": {"icc1": 0.1}, "seed": 4}
    )
    changed = overridden(study, {"cutoffs": {"icc2": 0.8}, "seed": None, "members": "m.csv"})
    assert changed.cutoffs == {"icc1": 0.1, "icc2": 0.8}
    assert (changed.seed, changed.members) == (4, "m.csv")
    with pytest.raises(InputError, match="invalid"):
        overridden(study, {"invalid": "ignore"})
    with pytest.raises(InputError, match="cut-off"):
        study_from({"instrument": "lq2002", "exports": "a.csv", "cutoffs": {"x": 1.0}})


def test_what_run_json_shows_has_no_folders() -> None:
    study = study_from(
        {"instrument": "/x/i.yaml", "exports": "/x/a.csv", "members": "/x/m.csv", "out": "/x/out"}
    )
    assert "/x" not in str(shown(study))
    assert shown(study)["members"] == "m.csv"


ODD = (
    "x", -1, 1e400, float("nan"), [], {}, True, "2", [1], {"a": 1}, [[]], 10**30, "\ud800", [None],
    [{"x": 1}], 1.5,
)  # fmt: skip
"""What nobody means as a setting."""


@pytest.mark.parametrize("name", Study.model_fields)
def test_a_setting_that_means_nothing_is_refused_in_our_own_words(name: str) -> None:
    for value in ODD:
        try:
            study_from({"instrument": "lq2002", "exports": ["a.csv"], name: value})
        except InputError as problem:
            said = str(problem)
            assert not re.search("Input should|Value error|[Uu]nable to|valid (number|str)", said)


def test_a_language_that_is_not_there_is_named_once() -> None:
    with pytest.raises(InputError) as caught:
        study_from({"instrument": "lq2002", "exports": ["a.csv"], "lang": "fr"})
    assert str(caught.value) == "lang must be one of 'en', 'zh', got 'fr'"


def test_a_study_is_not_begun_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("a\n1\n")
    with pytest.raises(OutputError, match=r"a study is a folder, got the file .*export\.csv"):
        init_study(file, instrument="lq2002")
