"""The codebook as one page: to search on the screen, and to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from collective_use.instrument.model import Construct, Instrument, Measure
from collective_use.output.policy import page_policy
from collective_use.sheets.codebook.entries import Entry

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
found.textContent=n+' of '+all.length+' items'}
box.addEventListener('input',look);pick.addEventListener('change',look);
addEventListener('beforeprint',()=>document.querySelectorAll('article:not([hidden]) details')
.forEach(d=>d.open=true));look();
"""


def codebook_page(bank: Instrument, entries: Iterable[Entry]) -> str:
    """Return the page as HTML without any outside reference."""
    languages = (*bank.languages, *bank.draft_languages)
    groups: dict[str, list[Entry]] = {construct.id: [] for construct in bank.constructs}
    for entry in entries:
        groups.setdefault(entry.item.construct_id or "", []).append(entry)
    constructs = {construct.id: construct for construct in bank.constructs}
    body = "".join(
        _section(
            constructs.get(name),
            [measure for measure in bank.measures if measure.construct_id == name],
            members,
            languages,
        )
        for name, members in groups.items()
    )
    title = escape(next(iter(bank.title.values()), bank.id))
    forms = "".join(f'<option value="{escape(f.id)}">{escape(f.id)}</option>' for f in bank.forms)
    status = "".join(
        f'<p class="status"><b>{escape(entry.language)}</b> {escape(entry.statement)}</p>'
        for entry in bank.status
    )
    return (
        f'<!doctype html><html lang="{escape(languages[0])}"><head><meta charset="utf-8">'
        f'{page_policy(SCRIPT)}<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Codebook: {title}</title><style>{STYLE}</style></head><body>"
        f"{_header(bank, languages)}{status}"
        '<div class="search" role="search"><input id="q" type="search" '
        'placeholder="Search ids, words, labels, sources …" aria-label="Search the codebook">'
        f'<select id="form" aria-label="Form"><option value="">All forms</option>{forms}</select>'
        f'<span id="found" role="status"></span></div><main>{body}</main>'
        f"<script>{SCRIPT}</script></body></html>"
    )


def _header(bank: Instrument, languages: tuple[str, ...]) -> str:
    facts = (
        (len(bank.constructs), "constructs"),
        (len(bank.measures), "measures"),
        (len(bank.items), "items"),
        (len(bank.scales), "response scales"),
        (bank.version, "version"),
    )
    shown = "".join(f"<span><b>{escape(str(n))}</b>{escape(what)}</span>" for n, what in facts)
    return (
        f"<header><h1>{_said(bank.title, languages)}</h1>"
        f"<p>{escape(bank.description.get(languages[0], ''))}</p>"
        f'<div class="facts">{shown}<span>Codebook of <b>{escape(bank.id)}</b></span></div>'
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
    languages: tuple[str, ...],
) -> str:
    if not entries:
        return ""
    items = "".join(_article(entry, languages) for entry in entries)
    if construct is None:
        title = "<h2>Keys, background and quality checks</h2>"
        return f"<section>{title}{items}</section>"
    facets = "".join(
        f"<li><code>{escape(f.id)}</code> {escape(f.name.get(languages[0], ''))}: "
        f"{escape(f.definition.get(languages[0], ''))}</li>"
        for f in construct.facets
    )
    return (
        f"<section><h2>{escape(construct.name.get(languages[0], construct.id))}"
        f"<code>{escape(construct.id)}</code></h2>"
        f'<p class="definition">{_said(construct.definition, languages)}</p>'
        + (f'<ul class="facets">{facets}</ul>' if facets else "")
        + _measures(measures)
        + items
        + "</section>"
    )


def _measures(measures: list[Measure]) -> str:
    if not measures:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(m.id)}</code></td><td>{escape(m.source)}</td>"
        f"<td>{escape(m.composition.replace('_', ' '))}</td>"
        f"<td>{escape(', '.join(index.name for index in m.indices) or m.score)}</td>"
        f"<td>{escape(' '.join(m.items))}</td></tr>"
        for m in measures
    )
    return (
        '<table class="measures"><thead><tr><th>Measure</th><th>Source</th><th>Composition</th>'
        f"<th>Value</th><th>Items</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _article(entry: Entry, languages: tuple[str, ...]) -> str:
    item = entry.item
    chips = []
    if item.reverse:
        chips.append('<span class="chip reverse">reverse-keyed</span>')
    if item.personal:
        chips.append('<span class="chip personal">identifies a person</span>')
    if item.facet:
        chips.append(f'<span class="chip">{escape(item.facet)}</span>')
    chips += [f'<span class="chip">{escape(name)}</span>' for name in _forms(entry)]
    facts = _facts(entry, languages)
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{text}</dd>" for name, text in facts if text)
    forms = " ".join(dict.fromkeys(form for form, _, _ in entry.forms))
    return (
        f'<article id="{escape(item.id)}" data-forms="{escape(forms)}"><div>'
        f"<h3>{escape(item.id)}</h3><div class=kind>{escape(item.kind.replace('_', ' '))}"
        f"{'' if item.role == 'measure' else ' · ' + escape(item.role)}</div></div>"
        f'<div><p class="text">{_said(item.text, languages)}</p>{"".join(chips)}'
        f"<dl>{listed}</dl></div></article>"
    )


def _forms(entry: Entry) -> list[str]:
    found = [f"{form} form" + (f", {module}" if module else "") for form, _, module in entry.forms]
    return list(dict.fromkeys(found))


def _facts(entry: Entry, languages: tuple[str, ...]) -> list[tuple[str, str]]:
    item = entry.item
    missing = "; ".join(
        f"<code>{m.code if m.code is not None else '–'}</code> {escape(m.reason.replace('_', ' '))}"
        + ("" if m.offered else " (not offered)")
        for m in entry.missing
    )
    return [
        ("Answers", _codes(item.scale or "own options", entry.options, languages)),
        ("Lines", _codes("own options", entry.rows, languages)),
        ("Missing", missing),
        ("Measures", " ".join(f"<code>{escape(name)}</code>" for name in entry.measures)),
        ("In the export", " ".join(f"<code>{escape(name)}</code>" for name in entry.columns)),
        ("Source", escape(entry.citation)),
        ("Why", escape(item.rationale or "")),
        ("Note", escape(item.note or "")),
    ]


def _codes(
    name: str, options: tuple[tuple[int, dict[str, str]], ...], languages: tuple[str, ...]
) -> str:
    if not options:
        return ""
    rows = "".join(
        f"<tr><td>{code}</td>"
        + "".join(
            f'<td lang="{escape(language)}">{escape(label.get(language, ""))}</td>'
            for language in languages
        )
        + "</tr>"
        for code, label in options
    )
    first, last = options[0], options[-1]
    brief = "; ".join(
        f"{code} {label.get(languages[0], '')}"
        for code, label in ((first, last) if len(options) > 1 else (first,))
    )
    return (
        f"<details><summary><code>{escape(name)}</code>: {escape(brief)}</summary>"
        f'<table class="codes">{rows}</table></details>'
    )
