"""Make the pictures of the README anew: `python tests/full/make_pictures.py`.

Needs Poppler (pdftoppm) and headless Chromium.
"""

from __future__ import annotations

import base64
import html
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tools import program, run

import collective_use as cu
from collective_use.questionnaire.form.content import Member
from collective_use.questionnaire.form.fill import filled, unfilled
from collective_use.questionnaire.form.layout import form_content
from collective_use.questionnaire.paper.pdf import questionnaire_pdf

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
FILLS = {
    "NAME OF STUDY": "Partners and their data", "INSTITUTION": "the University of Example",
    "ETHICS BODY AND NUMBER": "its ethics board (2026-11)", "CONTACT": "survey@example.org",
    "DATE OF DELETION": "31 December 2028", "SMALLEST GROUP REPORTED": "5",
    "NAME OF ARCHIVE": "the national data archive", "DATE FOR OPTING OUT": "15 January",
}  # fmt: skip
PEOPLE = """Ada Okafor; City of Elm
Bo Lindqvist; City of Elm
Chen Wei; Health trust
Dana Petrov; Health trust
Eli Mendes; School board
Fay Brook; Citizens
Gus Novak; Police
Hana Sato; Police
Ivo Rossi; Food bank
Jo Price; Food bank
Kim Dao; University
Lea Marsh; School board"""
STYLE = """body{margin:0;background:#dfe7e9;font-family:sans-serif}
.pages{display:flex;gap:18px;padding:22px}.pages img{width:430px;border-radius:4px;
box-shadow:0 2px 9px rgba(20,50,60,.35)}
pre{margin:0;padding:26px 30px;background:#10242b;color:#e6f0f1;font:15px/1.42 'DejaVu Sans Mono',
'Noto Sans Mono CJK SC',monospace}"""


def page_images(folder: Path) -> list[Path]:
    bank = cu.load_instrument("collective_data_use")
    roster = [
        Member(f"m{place:02d}", *person.split("; "))
        for place, person in enumerate(PEOPLE.splitlines(), start=1)
    ]
    images = []
    for language, modules, page in (("en", [], 1), ("en", [], 2), ("zh", ["ties"], 5)):
        content = form_content(
            bank, language=language, modules=modules, roster=roster, group="G07", member="m03"
        )
        gaps = unfilled(content)
        content = filled(content, {gap: FILLS.get(gap, "...") for gap in gaps})
        path = folder / f"{language}{page}.pdf"
        path.write_bytes(questionnaire_pdf(content))
        run(
            program("pdftoppm"),
            "-r",
            "110",
            "-f",
            page,
            "-l",
            page,
            "-png",
            "-singlefile",
            path,
            path.with_suffix(""),
        )
        images.append(path.with_suffix(".png"))
    return images


def shoot(body: str, out: Path, width: int, height: int, folder: Path) -> None:
    page = folder / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}", "utf-8")
    run(
        program("chromium"),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-background-networking",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={width},{height}",
        f"--screenshot={out}",
        page.as_uri(),
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tags = "".join(
            f"<img src='data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}'>"
            for path in page_images(folder)
        )
        shoot(f"<div class=pages>{tags}</div>", IMAGES / "questionnaire.png", 1370, 652, folder)
        call = [sys.executable, "-m", "collective_use", "demo", "--out", str(folder / "demo")]
        text = subprocess.run(call, capture_output=True, text=True, check=True).stdout
        lines = ["$ collective-use demo", *text.splitlines()]
        shown = lines[: next(i for i, line in enumerate(lines) if line.startswith("Left out"))]
        body = html.escape("\n".join(shown).strip())
        shoot(f"<pre>{body}</pre>", IMAGES / "demo.png", 960, 52 + round(21.3 * len(shown)), folder)


if __name__ == "__main__":
    main()
