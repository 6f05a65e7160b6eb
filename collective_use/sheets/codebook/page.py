"""The codebook as one page: to search on the screen, and to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

from collective_use.instrument.model import Construct, Instrument, Measure
from collective_use.output.policy import page_policy
from collective_use.phrases import told
from collective_use.sheets.codebook.entries import Entry
from collective_use.sheets.tongue import tongue, word

STYLE = """
:root{--ink:#1c2b33;--accent:#0b5d6b;--soft:#eef4f5;--rule:#d3dfe1;--quiet:#51636b}
*{box-sizing:border-box}
body{max-width:64rem;margin:0 auto;padding:1.5rem 1rem 4rem;color:var(--ink);background:#fff;
font:15px/1.5 "Noto Sans","Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header{background:var(--accent);color:#fff;padding:1.6rem;border-radius:.6rem}
h1{margin:0;font-size:1.8rem;line-height:1.25}header p{margin:.5rem 0 0;max-width:46rem}
header .second{color:#cfe6ea;font-size:.8em}
header .facts{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem;margin-top:1rem;font-size:.9rem}
header .facts b{font-size:1.15rem;margin-right:.3rem}
.status{border-left:.3rem solid #c98a00;background:#fff8e6;padding:.5rem .9rem;margin:1rem 0 0}
.search{position:sticky;top:0;background:#fff;padding:.8rem 0;display:flex;gap:.6rem;z-index:1;
align-items:center}
.search input,.search select{font:inherit;padding:.5rem .7rem;border:1px solid #8aa3a8;
border-radius:.4rem;background:#fff;color:inherit;min-width:0}.search input{flex:1}
.search :focus-visible{outline:3px solid #7cc3cf;outline-offset:1px}
#found{color:var(--quiet);font-size:.85rem;white-space:nowrap}
section{margin-top:1.4rem}h2{color:var(--accent);margin:0 0 .2rem;font-size:1.3rem}
h2 code{font-size:.8em;color:var(--quiet);font-weight:400;margin-left:.4rem}
.definition{margin:.2rem 0 .4rem;max-width:50rem}.second{color:var(--quiet)}
ul.facets{margin:.2rem 0;padding-left:1.2rem;font-size:.92rem}
table{border-collapse:collapse;width:100%}
table.measures{margin:.6rem 0;font-size:.86rem}
table.measures th{font-weight:600;text-align:left;color:var(--quiet)}
table.measures th,table.measures td{padding:.25rem .7rem .25rem 0;border-bottom:1px solid
var(--rule);vertical-align:top;overflow-wrap:anywhere}
article{border:1px solid var(--rule);border-radius:.5rem;padding:.7rem .9rem;margin:.6rem 0;
break-inside:avoid;display:grid;grid-template-columns:8.5rem 1fr;gap:.2rem 1rem}
article h3{margin:0;font-size:1rem;font-family:ui-monospace,Menlo,Consolas,monospace;
color:var(--accent);overflow-wrap:anywhere}
article .kind{font-size:.78rem;color:var(--quiet)}
.text{margin:0;font-size:1.02rem}.text .second{font-size:.97rem}
.chip{display:inline-block;border-radius:1rem;padding:0 .55rem;font-size:.75rem;margin:.15rem
.2rem 0 0;background:var(--soft);color:var(--ink)}
.chip.reverse{background:#fde7e0;color:#8a2f12}.chip.personal{background:#fff0c7;color:#6b4a00}
dl{display:grid;grid-template-columns:7rem 1fr;gap:.12rem .8rem;margin:.5rem 0 0;font-size:.84rem}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}dd code{font-size:.95em}
details summary{cursor:pointer;color:var(--accent)}
table.codes{width:auto;margin:.2rem 0}
table.codes td{padding:.05rem .9rem .05rem 0;vertical-align:top}
table.codes td:first-child{text-align:right;font-variant-numeric:tabular-nums;color:var(--accent);
font-weight:600}
@media(max-width:40rem){article{grid-template-columns:1fr}dl{grid-template-columns:1fr}
.search{flex-wrap:wrap}}
@media print{body{max-width:none;padding:0;font-size:10.5px}.search{display:none}
header{-webkit-print-color-adjust:exact;print-color-adjust:exact}
h2,table.measures{break-after:avoid}article{padding:.4rem .6rem}}
[hidden]{display:none!important}
"""
SCRIPT = """
const box=document.getElementById('q'),pick=document.getElementById('form'),
found=document.getElementById('found'),all=[...document.querySelectorAll('article')],
said=all.map(a=>a.textContent.toLowerCase());
function look(){const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);let n=0;
all.forEach((a,i)=>{const on=words.every(w=>said[i].includes(w))&&
(!pick.value||a.dataset.forms.split(' ').includes(pick.value));a.hidden=!on;n+=on});
document.querySelectorAll('section').forEach(s=>s.hidden=!s.querySelector('article:not([hidden])'));
found.textContent=found.dataset.words.replace('{n}',n).replace('{all}',all.length)}
box.addEventListener('input',look);pick.addEventListener('change',look);
addEventListener('beforeprint',()=>document.querySelectorAll('article:not([hidden]) details')
.forEach(d=>d.open=true));look();
"""


class Voice(NamedTuple):
    """The languages of the texts, the first one shown first, and that of the page's own words."""

    languages: tuple[str, ...]
    spoken: str | None

    def word(self, english: str) -> str:
        """Return a word of the page."""
        return escape(word(self.spoken, english, "page"))

    def told(self, text: str) -> str:
        """Return a word that tables hold, too."""
        return escape(told(self.spoken, text))


def codebook_page(bank: Instrument, entries: Iterable[Entry], language: str | None = None) -> str:
    """Return the page as HTML without any outside reference."""
    known = (*bank.languages, *bank.draft_languages)
    first = [code for code in known if code == language]
    voice = Voice(tuple(dict.fromkeys((*first, *known))), tongue(language))
    groups: dict[str, list[Entry]] = {construct.id: [] for construct in bank.constructs}
    for entry in entries:
        groups.setdefault(entry.item.construct_id or "", []).append(entry)
    constructs = {construct.id: construct for construct in bank.constructs}
    body = "".join(
        _section(
            constructs.get(name),
            [measure for measure in bank.measures if measure.construct_id == name],
            members,
            voice,
        )
        for name, members in groups.items()
    )
    title = escape(bank.title.get(voice.languages[0]) or next(iter(bank.title.values()), bank.id))
    forms = "".join(f'<option value="{escape(f.id)}">{escape(f.id)}</option>' for f in bank.forms)
    status = "".join(
        f'<p class="status"><b>{escape(entry.language)}</b> {voice.told(entry.statement)}</p>'
        for entry in bank.status
    )
    return (
        f'<!doctype html><html lang="{escape(voice.spoken or voice.languages[0])}"><head>'
        '<meta charset="utf-8">'
        f'{page_policy(SCRIPT)}<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{voice.word('Codebook')}{voice.word(': ')}{title}</title>"
        f"<style>{STYLE}</style></head><body>"
        f"{_header(bank, voice)}{status}"
        '<div class="search" role="search"><input id="q" type="search" '
        f'placeholder="{voice.word("Search ids, words, labels, sources …")}" '
        f'aria-label="{voice.word("Search the codebook")}">'
        f'<select id="form" aria-label="{voice.word("Form")}">'
        f'<option value="">{voice.word("All forms")}</option>{forms}</select>'
        f'<span id="found" role="status" data-words="{voice.word("{n} of {all} items")}"></span>'
        f"</div><main>{body}</main>"
        f"<script>{SCRIPT}</script></body></html>"
    )


def _header(bank: Instrument, voice: Voice) -> str:
    facts = (
        (len(bank.constructs), "constructs"),
        (len(bank.measures), "measures"),
        (len(bank.items), "items"),
        (len(bank.scales), "response scales"),
        (bank.version, "version"),
    )
    shown = "".join(f"<span><b>{escape(str(n))}</b>{voice.word(what)}</span>" for n, what in facts)
    return (
        f"<header><h1>{_said(bank.title, voice.languages)}</h1>"
        f"<p>{escape(bank.description.get(voice.languages[0], ''))}</p>"
        f'<div class="facts">{shown}<span>{voice.word("Codebook of")} '
        f"<b>{escape(bank.id)}</b></span>"
        "</div>"
        "</header>"
    )


def _said(text: Mapping[str, str], languages: tuple[str, ...]) -> str:
    parts: list[str] = []
    for code in languages:
        if text.get(code):
            css = ' class="second"' if parts else ""
            parts.append(f'<span lang="{escape(code)}"{css}>{escape(text[code])}</span>')
    return "<br>".join(parts)


def _section(
    construct: Construct | None,
    measures: list[Measure],
    entries: list[Entry],
    voice: Voice,
) -> str:
    if not entries:
        return ""
    items = "".join(_article(entry, voice) for entry in entries)
    if construct is None:
        title = f"<h2>{voice.word('Keys, background and quality checks')}</h2>"
        return f"<section>{title}{items}</section>"
    facets = "".join(
        f"<li><code>{escape(f.id)}</code> {escape(f.name.get(voice.languages[0], ''))}"
        f"{voice.word(': ')}"
        f"{escape(f.definition.get(voice.languages[0], ''))}</li>"
        for f in construct.facets
    )
    return (
        f"<section><h2>{escape(construct.name.get(voice.languages[0], construct.id))}"
        f"<code>{escape(construct.id)}</code></h2>"
        f'<p class="definition">{_said(construct.definition, voice.languages)}</p>'
        + (f'<ul class="facets">{facets}</ul>' if facets else "")
        + _measures(measures, voice)
        + items
        + "</section>"
    )


def _measures(measures: list[Measure], voice: Voice) -> str:
    if not measures:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(m.id)}</code></td><td>{voice.told(m.source)}</td>"
        f"<td>{voice.told(m.composition.replace('_', ' '))}</td>"
        f"<td>{', '.join(voice.told(i.name) for i in m.indices) or voice.told(m.score)}</td>"
        f"<td>{escape(' '.join(m.items))}</td></tr>"
        for m in measures
    )
    heads = ("Measure", "Source", "Composition", "Value", "Items")
    return (
        f'<table class="measures"><thead><tr>{"".join(f"<th>{voice.word(h)}</th>" for h in heads)}'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def _article(entry: Entry, voice: Voice) -> str:
    item = entry.item
    chips = []
    if item.reverse:
        chips.append(f'<span class="chip reverse">{voice.word("reverse-keyed")}</span>')
    if item.personal:
        chips.append(f'<span class="chip personal">{voice.word("identifies a person")}</span>')
    if item.facet:
        chips.append(f'<span class="chip">{escape(item.facet)}</span>')
    chips += [f'<span class="chip">{escape(name)}</span>' for name in _forms(entry, voice)]
    facts = _facts(entry, voice)
    listed = "".join(f"<dt>{voice.word(name)}</dt><dd>{text}</dd>" for name, text in facts if text)
    forms = " ".join(dict.fromkeys(form for form, _, _ in entry.forms))
    return (
        f'<article id="{escape(item.id)}" data-forms="{escape(forms)}"><div>'
        f"<h3>{escape(item.id)}</h3><div class=kind>{voice.word(item.kind.replace('_', ' '))}"
        f"{'' if item.role == 'measure' else ' · ' + voice.word(item.role)}</div></div>"
        f'<div><p class="text">{_said(item.text, voice.languages)}</p>{"".join(chips)}'
        f"<dl>{listed}</dl></div></article>"
    )


def _forms(entry: Entry, voice: Voice) -> list[str]:
    shape = word(voice.spoken, "{form} form", "page")
    comma = word(voice.spoken, ", ", "page")
    found = [
        shape.replace("{form}", form) + (f"{comma}{module}" if module else "")
        for form, _, module in entry.forms
    ]
    return list(dict.fromkeys(found))


def _facts(entry: Entry, voice: Voice) -> list[tuple[str, str]]:
    item = entry.item
    missing = voice.word("; ").join(
        f"<code>{m.code if m.code is not None else '–'}</code> "
        + voice.word(m.reason.replace("_", " "))
        + ("" if m.offered else voice.word(" (not offered)"))
        for m in entry.missing
    )
    return [
        ("Answers", _codes(item.scale or "", entry.options, voice)),
        ("Lines", _codes("", entry.rows, voice)),
        ("Missing", missing),
        ("Measures", " ".join(f"<code>{escape(name)}</code>" for name in entry.measures)),
        ("In the export", " ".join(f"<code>{escape(name)}</code>" for name in entry.columns)),
        ("Source", escape(entry.citation)),
        ("Why", escape(item.rationale or "")),
        ("Note", escape(item.note or "")),
    ]


def _codes(name: str, options: tuple[tuple[int, dict[str, str]], ...], voice: Voice) -> str:
    if not options:
        return ""
    rows = "".join(
        f"<tr><td>{code}</td>"
        + "".join(
            f'<td lang="{escape(language)}">{escape(label.get(language, ""))}</td>'
            for language in voice.languages
        )
        + "</tr>"
        for code, label in options
    )
    first, last = options[0], options[-1]
    brief = word(voice.spoken, "; ", "page").join(
        f"{code} {label.get(voice.languages[0], '')}"
        for code, label in ((first, last) if len(options) > 1 else (first,))
    )
    return (
        f"<details><summary><code>{escape(name) or voice.word('own options')}</code>"
        f"{voice.word(': ')}{escape(brief)}</summary>"
        f'<table class="codes">{rows}</table></details>'
    )
