"""What a study fills in: words in capitals in square brackets, the same in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.print_words import gap_name, gap_names
from collective_use.questionnaire.form.texts import all_texts, changed_by_language

MARK = re.compile(r"\[([A-Z][A-Z0-9 ,'/-]+)\]")


def unfilled(content: FormContent) -> tuple[str, ...]:
    """Return the marks that nobody has filled in yet, in order of appearance.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> unfilled(form_content(cu.load_instrument("lq2002")))
    ()
    """
    found = (match.group(1) for text, _ in all_texts(content) for match in MARK.finditer(text))
    return tuple(dict.fromkeys(found))


Fills = Mapping[str, str | Mapping[str, str]]
"""Text by mark, or by mark and language."""


def filled(content: FormContent, values: Fills) -> FormContent:
    """Return the form with marks replaced.

    Parameters
    ----------
    content
        The form.
    values
        Text by mark, without the brackets: ``{"NAME OF STUDY": "Partners 2027"}``, or by
        language: ``{"INSTITUTION": {"en": "City University", "zh": "城市大学"}}``.

    Raises
    ------
    InputError
        When a name is no mark of this form.
    """
    marks = unfilled(content)
    for name in values:
        if name not in marks:
            raise InputError(
                f"what is filled in must be one of {quoted(marks, most=30)}, got {name!r}"
                f"{did_you_mean(name, marks)}"
            )

    def put(text: str, language: str) -> str:
        return MARK.sub(lambda match: _said(values, match, language), text)

    return changed_by_language(content, put)


def check_marks(values: Iterable[str], instrument: Instrument) -> None:
    """Raise for a name that no form and no letter of an instrument has a gap for.

    Parameters
    ----------
    values
        Names of gaps; a file of a study fills several forms, so each may lack some of them.
    instrument
        The item bank.

    Raises
    ------
    InputError
        Naming the name, and the one that may be meant.
    """
    known = dict.fromkeys(MARK.findall(instrument.model_dump_json()))
    known |= dict.fromkeys(gap_names())
    for name in values:
        if name not in known:
            raise InputError(
                f"what is filled in must be a gap of a form or letter, got {name!r}"
                f"{did_you_mean(name, known)}; the gaps are {quoted(sorted(known), most=30)}"
            )


def _said(values: Fills, match: re.Match[str], language: str) -> str:
    said = values.get(match.group(1), match.group(0))
    return said if isinstance(said, str) else said.get(language, match.group(0))


def glossed(content: FormContent) -> FormContent:
    """Return a draft in which gaps that are left are called by their name in each language."""

    def name(text: str, language: str) -> str:
        return MARK.sub(lambda match: gap_name(match.group(1), language), text)

    return changed_by_language(content, name)


def require_filled(content: FormContent) -> None:
    """Raise while a mark is left: nobody may consent to a text with gaps.

    Raises
    ------
    InputError
        Naming every mark that is left.
    """
    marks = unfilled(content)
    if marks:
        raise InputError(
            f"the form still has gaps to fill in: {quoted(marks, most=30)}. Give them with "
            f'--fill "{marks[0]}=..." or in a file (--fill-from study-words.yaml), or print a '
            "marked draft with --draft"
        )


def parse_fills(pairs: Iterable[str]) -> dict[str, str]:
    """Read ``MARK=text`` pairs.

    Raises
    ------
    InputError
        When a pair has no equals sign, or nothing before it.

    Examples
    --------
    >>> parse_fills(["NAME OF STUDY=Partners 2027"])
    {'NAME OF STUDY': 'Partners 2027'}
    """
    result = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if not sign or not name.strip().strip("[]"):
            raise InputError(f"--fill must be MARK=text, got {pair!r}")
        result[name.strip().strip("[]")] = text.strip()
    return result


def read_fills(path: str | Path) -> dict[str, str | Mapping[str, str]]:
    """Read a YAML file with one line for each gap: ``NAME OF STUDY: Partners 2027``.

    A gap may be filled by language: ``INSTITUTION: {en: City University, zh: 城市大学}``.

    Raises
    ------
    InputError
        When the file is missing, not YAML or no list of lines of that kind.
    """
    from collective_use.yaml_source.read import read_yaml

    document = read_yaml(path)
    if document.problems:
        raise InputError("\n".join(str(problem) for problem in document.problems))
    if not isinstance(document.value, dict):
        raise InputError(f"{path}: must hold lines like `NAME OF STUDY: ...`, got something else")
    return {str(name).strip("[]"): fill_of(text) for name, text in document.value.items()}


def fill_of(value: object) -> str | Mapping[str, str]:
    """Return what fills a gap as text, or as text by language."""
    if isinstance(value, Mapping):
        return {str(language): str(text) for language, text in value.items()}
    return str(value)
