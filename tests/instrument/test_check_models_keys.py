"""Controls, merges and the way of a structural model are checked with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

import collective_use as cu
from collective_use.errors import InstrumentError

BANK = Path(__file__).with_name("small_bank.yaml")


def _with(tmp_path: Path, lines: str) -> Path:
    text = BANK.read_text("utf-8")
    measure = cu.load_instrument(BANK).measures[0].id
    model = f"\nmodels:\n  - id: A\n    syntax: {measure} ~ n\n{lines}"
    path = tmp_path / "bank.yaml"
    path.write_text(text.split("\nmodels:")[0] + model, "utf-8")
    return path


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("    way: twolevels\n", "has the way 'twolevels' (did you mean 'twolevel'?)"),
        ("    controls: [nobody]\n", "names 'nobody', which is no measure or item"),
        ("    merges: {m: [nobody]}\n", "names 'nobody', which is no measure or item"),
    ],
)
def test_wrong_words_are_named(tmp_path: Path, lines: str, says: str) -> None:
    with pytest.raises(InstrumentError) as caught:
        cu.load_instrument(_with(tmp_path, lines))
    assert says in str(caught.value)


def test_right_ones_pass(tmp_path: Path) -> None:
    bank = cu.load_instrument(_with(tmp_path, "    way: sam\n    controls: [members]\n"))
    assert (bank.models[0].way, bank.models[0].controls) == ("sam", ("members",))
