"""A letter to the unit, an information sheet, and further consents, in the words of a study.

The texts follow what the Personal Information Protection Law of China asks a handler to say
(articles 17, 23, 28 to 30 and 39) and fit elsewhere. They are drafts of this package, not legal
advice: the study's ethics office has to check law and wording before anything is sent.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from collective_use.accepted import PlainDict, PlainMapping
from collective_use.checks import one_of, quoted
from collective_use.errors import InputError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import same_archive, write_folder
from collective_use.questionnaire.form.fill import MARK, Fills, check_marks
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.form.letterhead import (
    GAPS,
    Letterhead,
    as_letterhead,
)
from collective_use.questionnaire.form.print_words import gap_name
from collective_use.questionnaire.form.typography import typographic
from collective_use.questionnaire.paper.word.cover import letterhead_lines
from collective_use.questionnaire.paper.word.sheet import Sheet
from collective_use.questionnaire.paper.word.styles import set_up, width_of
from collective_use.yaml_source.read import read_yaml

TEXTS = Path(__file__).parent / "texts"
LETTERS = ("unit", "information")
CONSENTS = "further_consents.yaml"
LAW = (
    "The texts follow articles 17, 23 and 39 of the Personal Information Protection Law of China "
    "(个人信息保护法). They are drafts, not legal advice: have your ethics office check the law "
    "that applies, and whether a foreign-related survey needs approval (涉外调查管理办法)."
)
_HEAD = """\
# Consents of their own (单独同意), to be ticked apart from the consent to take part. Put this file
# into the folder of your instrument and name it under `include:`; delete what does not apply.
# Whoever refuses `abroad` can take part only where the answers can stay in the country: say
# `required: false` if they can. Have the ethics office check law and wording.
"""


def spoken(language: str) -> str:
    """Return the language of the texts for a language: its own or its family's; "" for none.

    Examples
    --------
    >>> spoken("zh-Hans"), spoken("pt")
    ('zh', '')
    """
    names = (language, language.split("-")[0])
    return next((name for name in names if (TEXTS / f"{name}.yaml").is_file()), "")


@cache
def texts_of(language: str) -> PlainMapping:
    """Return the texts in a language; English where there are none."""
    content = read_yaml(TEXTS / f"{spoken(language) or 'en'}.yaml").value
    return content if isinstance(content, Mapping) else {}


def letters(
    instrument: Instrument | str | Path,
    path: str | Path | None = None,
    *,
    language: str | None = None,
    form: str | None = None,
    fill: Fills | None = None,
    letterhead: Letterhead | PlainMapping | None = None,
    draft: bool = False,
    paper: str = "a4",
) -> dict[str, bytes]:
    """Write the letter to the unit, the information sheet and further consents.

    Parameters
    ----------
    instrument
        The instrument, its bundled name or its path: its languages, and how long a form takes.
    path
        The folder for the files, written whole or not at all; nothing is written when None.
    language
        One language of the instrument; its first if none is given.
    form
        Which form the minutes are those of.
    fill
        Text for the gaps by mark, or by mark and language.
    letterhead
        Who sends the letters; it fills the gaps for institution, ethics number and contact.
    draft
        Write although gaps are left.
    paper
        ``a4`` or ``us-letter``.

    Returns
    -------
    dict
        Files by name: two Word documents, and consents to include into an instrument. Their gaps
        stay, and are filled when the questionnaire is made.

    Raises
    ------
    InputError
        When a name is unknown, or a gap of a letter is left.

    Examples
    --------
    >>> import collective_use as cu
    >>> list(cu.letters("collective_data_use", draft=True))
    ['unit-en.docx', 'information-en.docx', 'further_consents.yaml']
    """
    bank = as_instrument(instrument)
    chosen = language or bank.languages[0]
    one_of("language", chosen, bank.languages)
    if not spoken(chosen):
        raise InputError(f"letters are written in English and Chinese only, got {chosen!r}")
    check_marks(fill or {}, bank)
    head = as_letterhead(letterhead)
    minutes = form_content(bank, form=form, language=chosen).minutes
    values = {"MINUTES": str(minutes), **_from_letterhead(head), **(fill or {})}
    files = {
        f"{kind}-{chosen}.docx": _document(
            _filled(texts_of(chosen)[kind], values, chosen, draft), chosen, head, paper
        )
        for kind in LETTERS
    }
    files[CONSENTS] = further_consents(bank.languages)
    if path is not None:
        account = {"makes": "letters", "command": "letters", "instrument": bank.id}
        write_folder(path, files.items(), account)
    return files


def _from_letterhead(head: Letterhead) -> PlainDict:
    lines = {mark: getattr(head, name) for mark, name in {**GAPS, "DATE": "date"}.items()}
    return {mark: said for mark, said in lines.items() if said}


def _filled(letter: PlainMapping, values: Fills, language: str, draft: bool) -> PlainDict:
    """Fill the gaps of a letter; a draft shows those that are left by their name."""
    left: dict[str, None] = {}

    def put(text: str) -> str:
        def said(match: re.Match[str]) -> str:
            value = values.get(match.group(1), "")
            found = value if isinstance(value, str) else value.get(language, "")
            if not found:
                left[match.group(1)] = None
            return found or gap_name(match.group(1), language)

        return typographic(MARK.sub(said, text), language)

    filled = {
        name: [put(text) for text in part] if isinstance(part, list) else put(str(part))
        for name, part in letter.items()
    }
    if left and not draft:
        raise InputError(
            f"the letters still have gaps to fill in: {quoted(left, most=30)}. Give them with "
            f'--fill "{next(iter(left))}=...", in study.yaml (letterhead:, fill:), or write marked '
            "drafts with --draft"
        )
    return filled


def _document(letter: PlainMapping, language: str, head: Letterhead, paper: str) -> bytes:
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    one_of("paper", paper, ("a4", "us-letter"))
    document = docx.Document()
    set_up(document, (language,), letter["title"], paper)
    sheet = Sheet(document, (language,), width_of(paper))
    if head:
        letterhead_lines(sheet, head)
    heading = sheet.tight(document.add_heading(level=1), center=True, before=16, after=14)
    sheet.write(heading, letter["title"], language, size=16, bold=True)
    for text in (letter["opening"], *letter["paragraphs"], letter["closing"]):
        paragraph = sheet.paragraph(before=4, after=4)
        paragraph.paragraph_format.line_spacing = 1.35
        sheet.write(paragraph, text, language, size=11)
    for text in (letter["signature"], letter["date"]):
        paragraph = sheet.paragraph(before=10, after=0)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        sheet.write(paragraph, text, language, size=11)
    buffer = io.BytesIO()
    document.save(buffer)
    return same_archive(buffer.getvalue())


def further_consents(languages: Sequence[str]) -> bytes:
    """Return consents for other recipients and for abroad, as a file to include.

    Examples
    --------
    >>> b"id: abroad" in further_consents(["en", "zh"])
    True
    """
    modules = [
        {
            "id": name,
            "text": {code: texts_of(code)["consents"][name]["text"] for code in languages},
            "accept": {code: texts_of(code)["consents"][name]["accept"] for code in languages},
            "required": name == "abroad",
        }
        for name in texts_of("en")["consents"]
    ]
    said = yaml.safe_dump({"consent": modules}, allow_unicode=True, sort_keys=False, width=98)
    foreign = [code for code in languages if not spoken(code)]
    note = f"# To be translated, still English: {', '.join(foreign)}\n" if foreign else ""
    return (_HEAD + note + str(said)).encode("utf-8")
