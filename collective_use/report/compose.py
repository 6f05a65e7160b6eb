"""A whole report in one language, from its material."""

from __future__ import annotations

from collective_use.report.cards import cards
from collective_use.report.chapters import chapters
from collective_use.report.chapters.groups import chapter as group_chapter
from collective_use.report.chapters.structure import diagram
from collective_use.report.document import Document, Picture
from collective_use.report.effects import main_model
from collective_use.report.first import answers, cares, sample_sentence
from collective_use.report.material import Material
from collective_use.report.sentences import plain_text

PAGE_WORDS = (
    "contents", "print", "trace_hint", "trace_file", "trace_row", "trace_column",
    "trace_meaning", "trace_close", "filter", "pick_group", "all_groups", "save_svg",
    "first.questions", "first.care.question", "cards.title",
    "agreement.after", "agreement.after.text", "agreement.after.both", "agreement.after.changed",
    "structure.none",
)  # fmt: skip
"""Words of the page's own buttons and labels."""


def compose(material: Material, title: str) -> Document:
    """Return the report.

    Parameters
    ----------
    material
        Tables, account and words.
    title
        Of the study, or of its instrument.
    """
    instrument = material.setting("instrument", "id")
    words = {
        "version": str(material.setting("versions", "collective-use") or ""),
        "instrument": str(instrument or material.instrument.id),
        "instrument_version": material.instrument.version,
    }
    full = bool(material.setting("settings", "full"))
    made = material.say("made_full" if full else "made_by", **words)
    shown = {name: material.word(name) for name in PAGE_WORDS}
    return Document(
        language=material.language,
        title=plain_text(material.say("title", study=title)),
        subtitle=sample_sentence(material),
        answers=answers(material),
        picture=_first_picture(material),
        cares=cares(material),
        cards=cards(material),
        chapters=chapters(material),
        meanings={key: material.told(text) for key, text in material.meanings.items()},
        words={**shown, "made_by": plain_text(made)},
    )


def _first_picture(material: Material) -> Picture | None:
    """Return the path diagram of the first model, or the profile of the groups."""
    model = main_model(material)
    if model is not None:
        return diagram(material, model)
    chapter = group_chapter(material)
    return next((part for part in chapter.blocks if isinstance(part, Picture)), None) if chapter \
        else None  # fmt: skip
