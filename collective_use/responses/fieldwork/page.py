"""The state of the field as one page: bars by group, the gates, what could not be matched."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from collective_use.accepted import Plain
from collective_use.cutoffs import Cutoff
from collective_use.output.policy import page_policy
from collective_use.record import Record
from collective_use.results import NotComputed

STYLE = """
:root{--ink:#1c2b33;--accent:#0b5d6b;--soft:#eef4f5;--rule:#d3dfe1;--quiet:#51636b;--wait:#b4690e}
body{max-width:58rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:#fff;
font:15px/1.5 "Noto Sans","Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
h1{font-size:1.7rem;margin:0}h2{color:var(--accent);font-size:1.2rem;margin:2rem 0 .4rem}
.sum{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.8rem;margin:1.2rem 0}
.sum div{background:var(--soft);border-radius:.5rem;padding:.8rem 1rem}
.sum b{display:block;font-size:1.6rem;line-height:1.2;color:var(--accent)}
.sum span{color:var(--quiet);font-size:.85rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th{font-weight:600;text-align:left;color:var(--quiet);font-size:.8rem;vertical-align:bottom}
th,td{padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--rule)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.n+td:not(.n){padding-left:1.2rem}tr{break-inside:avoid}
tbody th{color:var(--ink);font-size:.92rem;overflow-wrap:anywhere}tr{break-inside:avoid}
.bar{width:9rem}.bar svg{display:block;width:100%;height:.95rem}
.yes{color:var(--accent);font-weight:600}.no{color:var(--wait);font-weight:600}
.note{color:var(--quiet);font-size:.88rem;max-width:48rem}
@media print{body{margin:0;max-width:none;font-size:11px}
.sum div{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def monitor_page(
    instrument: str,
    groups: pd.DataFrame,
    totals: Mapping[str, int],
    reminders: int | NotComputed,
    cutoffs: Mapping[str, Cutoff],
    record: Record,
) -> str:
    """Return the page as HTML without any outside reference or script.

    Parameters
    ----------
    instrument
        Its id.
    groups
        A row a group, as `Monitor.groups`.
    totals
        What was counted over groups; ``answered`` and ``members`` among it.
    reminders
        How many members have not answered, or why nobody knows.
    cutoffs
        The gates.
    record
        What was left out or could not be matched.
    """
    share = totals["answered"] / totals["members"] if totals["members"] else 0
    shown = [(f"{share:.0%}", "response rate"), *((str(n), what) for what, n in totals.items())]
    boxes = "".join(
        f"<div><b>{escape(n)}</b><span>{escape(what)}</span></div>" for n, what in shown
    )
    rate = cutoffs["response_rate"].value
    ordered = groups.sort_values(["response_rate", "group"], kind="stable")
    rows = "".join(_row(row, rate) for row in ordered.to_dict(orient="records"))
    heads = ("Members", "Answered", "Open")
    head = "".join(f'<th scope="col" class="n">{name}</th>' for name in heads)
    gates = "".join(
        f'<th scope="col">{name}</th>' for name in ("Rate", "Size", "Showing", "Still needed")
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'{page_policy()}<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>In the field: {escape(instrument)}</title><style>{STYLE}</style></head><body>"
        f"<h1>In the field: {escape(instrument)}</h1>"
        f'<div class="sum">{boxes}</div><h2>Groups, lowest response first</h2>'
        f'<table><thead><tr><th scope="col">Group</th><th scope="col">Response, gate marked</th>'
        f'<th scope="col" class="n">Rate</th>{head}{gates}</tr></thead><tbody>{rows}</tbody>'
        f"</table>{_notes(reminders, cutoffs, record)}</body></html>"
    )


def _row(row: dict[Plain, Plain], gate: float) -> str:
    numbers = "".join(f'<td class="n">{row[name]}</td>' for name in ("members", "answered", "open"))
    flags = "".join(
        f'<td class="{"yes" if row[name] else "no"}">{"✓ yes" if row[name] else "not yet"}</td>'
        for name in ("rate_gate", "size_gate", "disclosure_gate")
    )
    needed = "too few members" if row["needed"] is None else str(row["needed"] or "–")
    return (
        f'<tr><th scope="row">{escape(str(row["group"]))}</th>'
        f'<td class="bar">{_bar(row["response_rate"], gate)}</td>'
        f'<td class="n">{row["response_rate"]:.0%}</td>{numbers}{flags}<td>{needed}</td></tr>'
    )


def _bar(rate: float, gate: float) -> str:
    colour = "#0b5d6b" if rate >= gate else "#e0a458"
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="10" rx="1.5" fill="#eef4f5"/>'
        f'<rect width="{100 * rate:.1f}" height="10" rx="1.5" fill="{colour}"/>'
        f'<rect x="{100 * gate - 0.4:.1f}" width=".8" height="10" fill="#1c2b33"/></svg>'
    )


def _notes(reminders: int | NotComputed, cutoffs: Mapping[str, Cutoff], record: Record) -> str:
    names = {
        "response_rate": "Rate",
        "group_size": "Size",
        "disclosure_size": "Showing (results of a group to others)",
    }
    lines = [f"{names[name]}: {cutoff}." for name, cutoff in cutoffs.items()]
    if isinstance(reminders, NotComputed):
        lines.append(f"No reminder list: {reminders.reason}.")
    else:
        lines.append(
            f"{reminders} members have not answered; the reminder list is a file of its "
            "own and not on this page."
        )
    lines += [
        entry.text + (f" ({entry.count} {entry.of})" if entry.count is not None else "")
        for entry in record.entries
    ]
    shown = "".join(f'<p class="note">{escape(line)}</p>' for line in lines)
    return f"<h2>How to read this</h2>{shown}"
