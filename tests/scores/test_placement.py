"""The placement test: made of an instrument's scales, answered, and summed up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import collective_use as cu
from collective_use.cli.main import app


@pytest.fixture(scope="module")
def made():
    return cu.placement_test("collective_data_use", ["agree7", "freq7"])


def answers(english, chinese) -> pd.DataFrame:
    """Rows of numbers for the first scale, by language."""
    rows = [("en", row) for row in english] + [("zh", row) for row in chinese]
    return pd.DataFrame(
        {
            "first_language": [language for language, _ in rows],
            "person": [f"p{k}" for k in range(len(rows))],
            **{f"place1_{k + 1}": [row[k] for _, row in rows] for k in range(7)},
            **{f"place2_{k + 1}": [10 * k for _ in rows] for k in range(7)},
        }
    )


def test_every_label_is_asked_in_every_language(made):
    bank = cu.load_instrument("collective_data_use")
    labels = [option.label for option in bank.get_scale("agree7").options]
    asked = [dict(item.text) for item in made.items[:7]]
    assert asked == [dict(label) for label in labels]
    assert made.languages == bank.languages


def test_the_form_is_written_printed_published_and_clean(tmp_path, made):
    out = tmp_path / "placement"
    words = ["placement", "make", "collective_data_use", "--out", str(out)]
    run = CliRunner().invoke(app, [*words, "--scale", "agree7", "--scale", "freq7"])
    assert run.exit_code == 0, run.output
    assert cu.load_instrument(out) == made
    assert cu.lint_instrument(made).of("problem") == ()
    assert cu.questionnaire(made, language="zh", seed=3)[:5] == b"%PDF-"
    page = cu.publish(made, "web", seed=1).files["form.html"].decode("utf-8")
    assert '"place2_7"' in page


def test_two_seeds_draw_two_orders(made):
    from collective_use.questionnaire.form.layout import form_content

    def order(seed):
        content = form_content(made, language="en", seed=seed)
        return [q.items[0] for q in content.pages[0].questions]

    assert order(1) != order(2)
    assert sorted(order(1)) == sorted(order(2))


def test_medians_quartiles_overlaps_and_orders(made):
    straight = [[0, 10, 30, 50, 70, 90, 100], [2, 14, 34, 50, 66, 86, 98]]
    crossed = [[0, 40, 30, 50, 70, 90, 100], [0, 20, 35, 50, 70, 90, 100]]
    found = cu.placement_results(cu.read_responses(answers(straight, crossed), made))
    words = found.to_frame().set_index(["scale", "language", "place"])
    assert words.loc[(1, "en", 2), "median"] == 12
    assert words.loc[(1, "en", 2), ["q1", "q3"]].tolist() == [11, 13]
    assert words.loc[(1, "zh", 3), "word"] == "有点不同意"
    # 20 and 40 have quartiles 25 and 35; 30 and 35 have 31.25 and 33.75
    assert bool(words.loc[(1, "zh", 3), "overlaps"])
    assert not words.loc[(1, "en")]["overlaps"].any()
    orders = found.orders.set_index(["scale", "language"])["in_order"]
    assert orders.loc[(1, "en")] == 1
    assert orders.loc[(1, "zh")] == 0.5
    assert "Fewer than 30" in str(found)


def test_quartiles_are_numpys(made):
    chance = np.random.default_rng(4)
    rows = np.sort(chance.integers(0, 100, (31, 7)), axis=1).tolist()
    found = cu.placement_results(cu.read_responses(answers(rows, rows), made)).to_frame()
    english = found[(found["scale"] == 1) & (found["language"] == "en")]
    wanted = np.quantile(np.array(rows), [0.25, 0.5, 0.75], axis=0).T
    np.testing.assert_allclose(english[["q1", "median", "q3"]].to_numpy(), wanted)


def test_slips_are_named(made):
    with pytest.raises(cu.InputError, match=r"'agre7'.*agree7"):
        cu.placement_test("collective_data_use", ["agre7"])
    rows = [[0, 10, 30, 50, 70, 90, 1000]]
    with pytest.raises(cu.InputError, match="0 to 100; others stand in 'place1_7'"):
        cu.placement_results(cu.read_responses(answers(rows, rows), made))
    sample = cu.sample_path("clean") / "export.csv"
    with pytest.raises(cu.InputError, match="placement make"):
        cu.placement_results(cu.read_responses(sample, "collective_data_use"))
