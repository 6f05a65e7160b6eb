"""A fillable copy of the printed questionnaire: the same page, with form fields over its boxes.

typst tells where every answer box stands; pikepdf puts a field of the same size there. Answers
to one line exclude each other, because they are one radio group.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collective_use.accepted import Pdf, PlainDict
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.letterhead import Letterhead
from collective_use.questionnaire.paper.fields import NO_CODE, field_names, form_facts
from collective_use.questionnaire.paper.letters import Fonts
from collective_use.questionnaire.paper.pdf import PaperSize, query_template, questionnaire_pdf


@dataclass(frozen=True, slots=True)
class AnswerBox:
    """Where one answer box stands, in points from the top left of its page.

    Attributes
    ----------
    name
        ``item=code`` for a box to tick, ``item`` or ``item.row`` for a field to write in.
    kind
        ``radio``, ``box`` or ``text``.
    page
        Page number from 1.
    """

    name: str
    kind: str
    page: int
    x: float
    y: float
    width: float
    height: float


def answer_boxes(
    content: FormContent,
    *,
    paper: PaperSize = "a4",
    letterhead: Letterhead | None = None,
    fonts: Fonts | None = None,
) -> tuple[AnswerBox, ...]:
    """Return the position of every answer box, in reading order.

    The same coordinates serve a reader of scanned sheets.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> boxes = answer_boxes(form_content(cu.load_instrument("lq2002")))
    >>> boxes[-1].kind
    'radio'
    """
    found = json.loads(
        query_template(content, "<answer>", paper=paper, letterhead=letterhead, fonts=fonts)
    )
    return tuple(AnswerBox(**entry) for entry in found)


_CIRCLE = (
    "q 0.043 0.365 0.42 rg {r} 0 m {r} {k} {k} {r} 0 {r} c -{k} {r} -{r} {k} -{r} 0 c "
    "-{r} -{k} -{k} -{r} 0 -{r} c {k} -{r} {r} -{k} {r} 0 c f Q"
)


def _mark_stream(kind: str, width: float, height: float) -> bytes:
    """Draw a filled dot or a cross in the middle of a box."""
    if kind == "radio":
        r = round(min(width, height) * 0.28, 3)
        dot = _CIRCLE.format(r=r, k=round(r * 0.5523, 3))
        return f"q 1 0 0 1 {width / 2:.3f} {height / 2:.3f} cm {dot} Q".encode()
    low, high = 0.2 * width, 0.8 * width
    return (
        f"q 0.043 0.365 0.42 RG 1.4 w {low:.2f} {low:.2f} m {high:.2f} {high:.2f} l "
        f"{low:.2f} {high:.2f} m {high:.2f} {low:.2f} l S Q"
    ).encode()


_MULTILINE = 1 << 12
_ONE_LINE = 25.0
"""Points: a field that is higher takes several lines of text."""


class _Form:
    """Collects fields and widgets of one document."""

    def __init__(self, pdf: Pdf, names: Mapping[str, str]) -> None:
        import pikepdf

        self.pdf = pdf
        self.names = names
        self.pike = pikepdf
        self.fields: list[Pdf] = []
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        self.font = pdf.make_indirect(font)

    def appearance(self, content: bytes, width: float, height: float) -> Pdf:
        stream = self.pdf.make_stream(content)
        stream.Type = self.pike.Name.XObject
        stream.Subtype = self.pike.Name.Form
        stream.BBox = self.pike.Array([0, 0, round(width, 3), round(height, 3)])
        return stream

    def widget(self, box: AnswerBox, **entries: Pdf) -> Pdf:
        page = self.pdf.pages[box.page - 1]
        top = float(page.mediabox[3]) - box.y
        widget = self.pdf.make_indirect(
            self.pike.Dictionary(
                Type=self.pike.Name.Annot,
                Subtype=self.pike.Name.Widget,
                F=4,
                P=page.obj,
                Rect=[box.x, top - box.height, box.x + box.width, top],
                **entries,
            )
        )
        if "/Annots" not in page.obj:
            page.obj.Annots = self.pike.Array()
        page.obj.Annots.append(widget)
        return widget

    def button(self, box: AnswerBox, state: str) -> PlainDict:
        on = self.appearance(_mark_stream(box.kind, box.width, box.height), box.width, box.height)
        off = self.appearance(b"", box.width, box.height)
        normal = self.pike.Dictionary({f"/{state}": on, "/Off": off})
        return {"AP": self.pike.Dictionary(N=normal), "AS": self.pike.Name("/Off")}

    def text(self, box: AnswerBox) -> None:
        self.fields.append(
            self.widget(
                box,
                FT=self.pike.Name.Tx,
                T=self.names.get(box.name, box.name),
                TU=box.name,
                DA="/Helv 10 Tf 0 g",
                Ff=_MULTILINE if box.height > _ONE_LINE else 0,
                V="",
            )
        )

    def tick(self, box: AnswerBox) -> None:
        self.fields.append(
            self.widget(
                box,
                FT=self.pike.Name.Btn,
                T=self.names.get(box.name, box.name),
                TU=box.name,
                V=self.pike.Name("/Off"),
                **self.button(box, "1"),
            )
        )

    def radio(self, name: str, boxes: Sequence[AnswerBox]) -> None:
        radio_flag = 1 << 15
        group = self.pdf.make_indirect(
            self.pike.Dictionary(
                FT=self.pike.Name.Btn,
                T=self.names.get(name, name),
                TU=name,
                Ff=radio_flag,
                V=self.pike.Name("/Off"),
                Kids=self.pike.Array(),
            )
        )
        for box in boxes:
            state = box.name.rpartition("=")[2]
            state = NO_CODE if state == "none" else state
            group.Kids.append(self.widget(box, Parent=group, **self.button(box, state)))
        self.fields.append(group)

    def finish(self) -> None:
        resources = self.pike.Dictionary(Font=self.pike.Dictionary(Helv=self.font))
        self.pdf.Root.AcroForm = self.pike.Dictionary(
            Fields=self.pike.Array(self.fields),
            DR=resources,
            DA="/Helv 10 Tf 0 g",
        )


def fillable_pdf(
    content: FormContent,
    *,
    paper: PaperSize = "a4",
    letterhead: Letterhead | None = None,
    fonts: Fonts | None = None,
) -> bytes:
    """Write a PDF whose boxes can be ticked and lines filled in on the screen.

    Fields are named as the columns that they become (``ssm1``, ``net1_3``), values are the codes
    of the instrument, and the file says which form and whose copy it is: `read_responses` reads
    collected forms. The fields themselves carry no tags: for screen readers use the plain PDF or
    the web page.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> fillable_pdf(form_content(cu.load_instrument("lq2002")))[:5]
    b'%PDF-'
    """
    import pikepdf

    boxes = answer_boxes(content, paper=paper, letterhead=letterhead, fonts=fonts)
    groups: dict[str, list[AnswerBox]] = {}
    printed = questionnaire_pdf(content, paper=paper, letterhead=letterhead, fonts=fonts)
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        form = _Form(pdf, field_names(content))
        for box in boxes:
            if box.kind == "text":
                form.text(box)
            elif box.kind == "box":
                form.tick(box)
            else:
                groups.setdefault(box.name.rpartition("=")[0], []).append(box)
        for name, members in groups.items():
            form.radio(name, members)
        form.finish()
        pdf.docinfo["/CollectiveUse"] = form_facts(content)
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()
