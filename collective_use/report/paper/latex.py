"""The paper as LaTeX: booktabs tables, figures as PDF."""

from __future__ import annotations

from collections.abc import Iterator

from collective_use.report.document import Grid, Markdown, Paragraph, Picture
from collective_use.report.paper.pictures import drawn
from collective_use.report.paper.sections import Heading, Paper
from collective_use.report.paper.word import cell_text
from collective_use.report.sentences import plain_text

_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "−": r"$-$", "→": r"$\rightarrow$", "≥": r"$\geq$", "≤": r"$\leq$", "√": r"$\surd$",
    "±": r"$\pm$", "α": r"$\alpha$", "β": r"$\beta$", "Δ": r"$\Delta$", "τ": r"$\tau$",
    "ω": r"$\omega$", "²": r"\textsuperscript{2}",
    "σ": r"$\sigma$", "χ": r"$\chi$", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip

_HEAD = r"""% Made by collective-use; needs booktabs, longtable, graphicx{extra}.
\documentclass[11pt]{{{kind}}}
\usepackage{{booktabs,longtable,graphicx}}
\usepackage[margin=2.5cm]{{geometry}}
\begin{{document}}
{title}"""

_TITLE = "\\title{{{}}}\\date{{}}\\maketitle\n"


def latex_escaped(text: str) -> str:
    r"""Return a text in which no sign is a command.

    Examples
    --------
    >>> latex_escaped("50% of a_b & more")
    '50\\% of a\\_b \\& more'
    """
    return "".join(_SIGNS.get(sign, sign) for sign in text)


def latex_paper(paper: Paper) -> dict[str, bytes]:
    """Return ``paper.tex`` and its figures by file name.

    Parameters
    ----------
    paper
        From `collective_use.report.paper.sections.paper`. Chinese needs ctexart and XeLaTeX.
    """
    chinese = paper.language == "zh"
    title = _TITLE.format(latex_escaped(paper.title)) if paper.title else ""
    head = _HEAD.format(
        extra="; compile with xelatex (ctex)" if chinese else "",
        kind="ctexart" if chinese else "article", title=title,
    )  # fmt: skip
    parts, files = [head], {}
    figures = _counted()
    for block in paper.blocks:
        if isinstance(block, Heading):
            level = "section" if block.level == 1 else "subsection"
            parts.append(f"\\{level}*{{{latex_escaped(block.text)}}}\n")
        elif isinstance(block, Paragraph):
            parts.append(latex_escaped(plain_text(block.sentence)) + "\n")
        elif isinstance(block, Markdown):
            parts.append(_markdown(block.text))
        elif isinstance(block, Grid):
            parts.append(latex_table(block, paper.words["note"]))
        else:
            name = f"figure{next(figures)}.pdf"
            files[name] = drawn(block.svg, "pdf")
            parts.append(_figure(block, name))
    parts.append("\\end{document}\n")
    return {"paper.tex": "\n".join(parts).encode("utf-8"), **files}


def latex_table(grid: Grid, note: str) -> str:
    """Return a table that breaks over pages where it must.

    Parameters
    ----------
    grid
        The table.
    note
        What a note is called.
    """
    columns = "".join("r" if column.numeric else "l" for column in grid.columns)
    heads = " & ".join(latex_escaped(column.heading) for column in grid.columns)
    body = "\n".join(
        " & ".join(latex_escaped(cell_text(cell)) for cell in row) + r" \\" for row in grid.rows
    )
    below = f"\n\\noindent\\textit{{{latex_escaped(note)}}} {latex_escaped(grid.note)}\n"
    return (
        f"{{\\small\\setlength{{\\tabcolsep}}{{4pt}}\n\\begin{{longtable}}{{{columns}}}\n"
        f"\\caption{{{latex_escaped(grid.title)}}}\\\\\n\\toprule\n{heads} \\\\\n\\midrule\n"
        f"\\endhead\n{body}\n\\bottomrule\n\\end{{longtable}}}}\n" + (below if grid.note else "")
    )


def _figure(picture: Picture, name: str) -> str:
    return (
        "\\begin{figure}[htbp]\n\\centering\n"
        f"\\includegraphics[width=\\textwidth]{{{name}}}\n"
        f"\\caption{{{latex_escaped(picture.title)}. {latex_escaped(picture.note)}}}\n"
        "\\end{figure}\n"
    )


def _counted() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def _markdown(text: str) -> str:
    """Return a text in Markdown with its emphasis, lists and paragraphs."""
    from markdown_it import MarkdownIt

    opened = {"strong_open": "\\textbf{", "em_open": "\\textit{"}
    shut = {"strong_close": "}", "em_close": "}"}
    lines = []
    for token in MarkdownIt("commonmark", {"html": False}).parse(text):
        if token.type in ("bullet_list_open", "bullet_list_close"):
            lines.append("\\begin{itemize}" if token.type.endswith("open") else "\\end{itemize}")
        elif token.type == "list_item_open":
            lines.append("\\item")
        elif token.type == "inline":
            parts = [
                opened.get(part.type) or shut.get(part.type) or latex_escaped(part.content or " ")
                for part in token.children or ()
            ]
            lines.append("".join(parts) + "\n")
    return "\n".join(lines)
