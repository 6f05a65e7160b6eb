"""The questionnaire as one static HTML page: to print from a browser, read aloud or send."""

from __future__ import annotations

import base64
from html import escape

from collective_use.output.policy import page_policy
from collective_use.questionnaire.form.content import (
    Choice,
    FormContent,
    Page,
    Question,
    Row,
    Texts,
)
from collective_use.questionnaire.form.direction import direction
from collective_use.questionnaire.form.fill import glossed
from collective_use.questionnaire.form.letterhead import LETTER_LINES, Letterhead
from collective_use.questionnaire.form.print_words import facts_line, skip_line
from collective_use.questionnaire.form.texts import changed_by_language
from collective_use.questionnaire.form.typography import colon, typographic
from collective_use.questionnaire.form.words import in_all, word, words
from collective_use.questionnaire.paper.identity import copy_number

STYLE = """
:root{--ink:#1c2b33;--accent:#0b5d6b;--soft:#eef4f5;--rule:#b9c9cc}
body{max-width:52rem;margin:2rem auto;padding:0 1rem;color:var(--ink);
font:16px/1.5 "Noto Sans","Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header{background:var(--accent);color:#fff;padding:1.4rem;border-radius:.5rem}
h1{margin:0;font-size:1.7rem}h2{color:var(--accent);margin:2rem 0 .5rem;break-after:avoid}
.second{color:#51636b;font-size:.9em}header .second{color:#fff}
aside{background:var(--soft);border-inline-start:.35rem solid var(--accent);padding:.6rem 1rem;
margin:1rem 0}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.2rem}
thead{display:table-header-group}tr{break-inside:avoid;border-bottom:1px solid var(--rule)}
thead th{font-size:.72rem;font-weight:500;vertical-align:bottom;padding:.3rem;line-height:1.2}
tbody th{font-weight:400;text-align:start;padding:.45rem}td{text-align:center;width:3.6rem}
tbody tr:nth-child(even){background:var(--soft)}
td.missing{border-inline-start:2px solid var(--accent)}
td.missing~td.missing{border-inline-start:0}
.n{color:var(--accent);font-weight:700;margin-inline-end:.4rem}
.lines{display:block;border-bottom:1px solid var(--ink);height:1.9rem;margin-inline-start:1.8rem}
.logo{max-height:4rem}.facts{color:var(--accent);font-weight:600}
.line{display:inline-block;min-width:9rem;border-bottom:1px solid var(--ink);height:1.2rem}
.options{list-style:none;padding-inline-start:1.8rem;columns:2}
svg{width:1rem;height:1rem;vertical-align:middle}
fieldset{border:0;padding:0;margin:0 0 1rem;min-width:0}legend{font-weight:600;padding:0}
@media print{body{margin:0;max-width:none;font-size:11px}}
"""
_BOX = (
    '<svg viewBox="0 0 16 16" aria-hidden="true"><rect x="1" y="1" width="14" height="14" rx="2" '
    'fill="#fff" stroke="#1c2b33" stroke-width="1.6"/></svg>'
)
_RING = (
    '<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7" fill="#fff" '
    'stroke="#1c2b33" stroke-width="1.6"/></svg>'
)
_LINE = '<span class="line"></span>'
_LINES = '<span class="lines"></span>' * 3
_MEDIA = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}


def _said(texts: Texts, languages: tuple[str, ...]) -> str:
    parts = []
    for i, (text, language) in enumerate(zip(texts, languages, strict=False)):
        if not text or (i and text == texts[0]):
            continue
        css = ' class="second"' if i else ""
        way = direction(language)
        turned = f' dir="{way}"' if way != direction(languages[0]) else ""
        parts.append(f'<span lang="{escape(language)}"{turned}{css}>{escape(text)}</span>')
    return "<br>".join(parts)


def _cells(labels: tuple[Choice, ...], mark: str) -> str:
    return "".join(
        f"<td{' class=missing' if label.missing else ''}>{mark}</td>" for label in labels
    )


def _row(row: Row, labels: tuple[Choice, ...], mark: str, languages: tuple[str, ...]) -> str:
    number = f'<span class="n">{row.number}.</span>' if row.number is not None else ""
    text = _said(row.text, languages) or _LINE
    note = f' <span class="second">{escape(row.note)}</span>' if row.note else ""
    return f'<tr><th scope="row">{number}{text}{note}</th>{_cells(labels, mark)}</tr>'


def _table(question: Question, languages: tuple[str, ...]) -> str:
    every = words(languages)
    single = {
        "ticks": ("tick", _BOX),
        "nominate": ("member_code", _LINE),
        "points": ("points", _LINE),
    }
    if question.kind in single:
        name, mark = single[question.kind]
        labels: tuple[Choice, ...] = (Choice(1, tuple(every[name])),)
    else:
        labels, mark = question.columns, _BOX if question.kind == "roles" else _RING
    head = "".join(f'<th scope="col">{_said(label.label, languages)}</th>' for label in labels)
    body = "".join(_row(row, labels, mark, languages) for row in question.rows)
    total = ""
    if question.total is not None:
        label = _said(tuple(every["total"]), languages)
        total = f"<tr><th scope=row>{label}</th><td>{question.total:g}</td></tr>"
    return f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}{total}</tbody></table>"


def _question(question: Question, languages: tuple[str, ...]) -> str:
    number = f'<span class="n">{question.number}.</span>' if question.number is not None else ""
    legend = f"<legend>{number}{_said(question.stem, languages)}</legend>"
    if question.kind in ("choice", "checklist"):
        mark = _RING if question.kind == "choice" else _BOX
        options = "".join(
            f"<li>{mark} {_said(choice.label, languages)}</li>" for choice in question.columns
        )
        body = f'<ul class="options">{options}</ul>'
    elif question.kind == "field":
        one = f"{_LINE} {_said(question.unit, languages)}"
        body = _LINES if question.field == "text" else one
    else:
        body = _table(question, languages)
    refused = ""
    if question.consent:
        words_for = tuple(words(languages)["refused_naming"])
        refused = f'<p class="second">{_said(words_for, languages)}</p>'
    return f"<fieldset>{legend}{refused}{body}</fieldset>"


def _page(page: Page, languages: tuple[str, ...]) -> str:
    title = f"<h2>{_said(page.title, languages)}</h2>" if page.title else ""
    intro = f"<p>{_said(page.intro, languages)}</p>" if page.intro else ""
    return title + intro + "".join(_question(q, languages) for q in page.questions)


def _head(letterhead: Letterhead, languages: tuple[str, ...]) -> str:
    picture = letterhead.picture()
    logo = ""
    if picture:
        data = base64.b64encode(picture[0]).decode("ascii")
        logo = f'<p><img class="logo" alt="" src="data:{_MEDIA[picture[1]]};base64,{data}"></p>'
    lines = [_said(letterhead.line("institution", languages), languages)]
    for name in LETTER_LINES:
        said = letterhead.line(name, languages)
        pairs = zip(in_all(name, languages), said, languages, strict=False)
        lines.append(_said(tuple(f"{a}{colon(code)}{b}" for a, b, code in pairs), languages))
    return logo + "".join(f"<p>{line}</p>" for line in lines if line)


def _consent(content: FormContent) -> str:
    """Return the consent texts, each with its box and what refusing lets out."""
    said, parts = content.languages, []
    for module in content.consent:
        numbers = content.numbers_asking(module.id)
        skip = tuple(skip_line(name, numbers) for name in said)
        left_out = f'<br><span class="second">{_said(skip, said)}</span>' if numbers else ""
        accept = f"{_BOX} <strong>{_said(module.accept, said)}</strong>{left_out}"
        parts.append(f"<p>{_said(module.text, said)}</p><p>{accept}</p>")
    return "".join(parts)


def _facts(content: FormContent) -> str:
    """Return how long the form takes, and how it is answered."""
    questions = sum(question.number is not None for question in content.questions)
    facts = tuple(
        facts_line(name, content.minutes, content.statements, questions)
        for name in content.languages
    )
    how = tuple(in_all("how", content.languages))
    how_to = f"<p>{_said(how, content.languages)}</p>" if content.marked else ""
    return f'<p class="facts">{_said(facts, content.languages)}</p>{how_to}'


def _end(content: FormContent, letterhead: Letterhead) -> str:
    """Return the thanks, where the form goes, how far it was tested, and its number."""
    said = content.languages
    address = letterhead.line("address", said)
    back = tuple(in_all("return_to", said))
    where = f"<p>{_said(back, said)}<br><strong>{_said(address, said)}</strong></p>"
    status = f'<p class="second">{escape(" ".join(content.status))}</p>' if content.status else ""
    return (
        f"<p><strong>{_said(tuple(in_all('thanks', said)), said)}</strong></p>"
        f"{where if address else ''}{status}"
        f'<footer class="second">{escape(copy_number(content))}</footer>'
    )


def questionnaire_html(content: FormContent, *, letterhead: Letterhead | None = None) -> str:
    """Write a form as a static page without scripts or outside references.

    Parameters
    ----------
    content
        The form, from `form_content`.
    letterhead
        Who sends the form; its logo and text stand above the title.

    Returns
    -------
    str
        The page; headings of grids repeat when it is printed, rows never break.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> "<table>" in questionnaire_html(form_content(cu.load_instrument("lq2002")))
    True
    """
    content = changed_by_language(glossed(content), typographic)
    said, first = content.languages, content.languages[0]
    head = letterhead or Letterhead()
    consent = _consent(content)
    keys = "".join(
        f"<p><strong>{_said(key.text, said)}</strong>{colon(first)}{escape(key.value) or _LINE}</p>"
        for key in content.keys
    )
    definitions = (
        f"<aside><strong>{escape(word('definitions', first))}</strong>"
        f"<p>{_said(content.definitions, said)}</p></aside>"
        if content.definitions
        else ""
    )
    heading = f"<h2>{escape(word('consent', first))}</h2>" if consent else ""
    pages = "".join(_page(page, said) for page in content.pages)
    return (
        f'<!doctype html><html lang="{first}" dir="{direction(first)}"><head><meta charset="utf-8">'
        f"{page_policy()}<title>{escape(content.title[0])}</title><style>{STYLE}</style></head><body>"
        f"{_head(head, said)}"
        f"<header><h1>{_said(content.title, said)}</h1></header>"
        f"{keys}<p>{_said(content.purpose, said)}</p>{_facts(content)}{definitions}"
        f"{heading}{consent}{pages}{_end(content, head)}</body></html>\n"
    )
