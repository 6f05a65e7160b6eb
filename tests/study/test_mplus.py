"""Input for Mplus: names that it takes, paths of the model, persons' data by group."""

from __future__ import annotations

from collective_use.study.replication.mplus import mplus_input, short_names

NAMES = {"cdu": "cdu", "dlr_meetings": "dlr_meet", "pim": "pim", "con": "con"}


def test_names_are_short_and_differ() -> None:
    names = short_names(["exp_perceived_variety", "exp_perceived_coverage", "a.b"])
    assert list(names.values()) == ["exp_perc", "exp_pe_2", "a_b"]
    many = short_names([f"measure_{k}" for k in range(12)])
    assert len(set(many.values())) == 12
    assert all(len(name) <= 8 for name in many.values())


def test_paths_stand_between_and_measures_of_groups_have_no_within_part() -> None:
    paths = [("pim", "con"), ("cdu", "pim"), ("cdu", "dlr_meetings")]
    lines = mplus_input("M1", paths, NAMES, ["dlr_meetings"], [("pim", "cdu")]).splitlines()
    within, between = lines.index("  %WITHIN%"), lines.index("  %BETWEEN%")
    assert "  NAMES = group cdu dlr_meet pim con;" in lines
    assert "  USEVARIABLES = cdu pim con dlr_meet;" in lines
    assert "  BETWEEN = dlr_meet;" in lines
    assert lines[within + 1 : between] == ["  cdu WITH pim con;", "  pim WITH con;"]
    assert lines[between + 1 : between + 4] == [
        "  pim ON con;", "  cdu ON pim dlr_meet;", "  pim WITH cdu;",
    ]  # fmt: skip
    assert "  cdu IND con;" in lines


def test_no_line_is_longer_than_mplus_reads() -> None:
    names = short_names([f"measure_{k}" for k in range(60)])
    text = mplus_input("M", [("measure_0", "measure_1")], names, [])
    assert max(map(len, text.splitlines())) <= 80
    assert "MODEL INDIRECT" not in text
