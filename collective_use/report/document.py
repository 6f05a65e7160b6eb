"""The report as data: chapters, cards, tables and pictures; writers give it a look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from collective_use.report.sentences import Number, Sentence

Tone = Literal["plain", "lead", "note", "care", "good"]
Cell = str | Number | Sentence


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or a few.

    Attributes
    ----------
    sentence
        The words.
    tone
        How it is set: a lead, a note below a table, something to be careful about.
    """

    sentence: Sentence
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Listing:
    """Sentences one below the other."""

    sentences: tuple[Sentence, ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and what it means in a sentence."""

    heading: str
    meaning: str = ""
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes
    ----------
    title
        What it shows.
    columns, rows
        Headings, and cells by row; the first cell names the row.
    note
        Below it: the number of cases, abbreviations, rules.
    file
        The file that holds all of it.
    folded
        Whether it is folded away until it is asked for.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    file: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    Attributes
    ----------
    name
        A short name without blanks: the file it is saved as.
    title
        The finding, as a sentence.
    svg
        The drawing.
    alt
        The same in words, for who cannot see it.
    note
        What is drawn, and which numbers.
    """

    name: str
    title: str
    svg: str
    alt: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Markdown:
    """A text that was written elsewhere, such as the methods paragraph."""

    text: str


Block = Paragraph | Listing | Grid | Picture | Markdown


@dataclass(frozen=True, slots=True)
class Card:
    """One question and its answer.

    Attributes
    ----------
    question
        In words.
    answer
        In words; the tone says whether the data show it.
    statistic
        The numbers behind it, with their limits.
    planned
        Whether the question was asked before the data were seen.
    tone
        ``good`` when shown, ``care`` when the contrary is shown, ``plain`` when left open.
    """

    question: str
    answer: Sentence
    statistic: Sentence
    planned: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: what it found in a sentence, then the evidence."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    finding: Sentence = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers of the first screen."""

    question: str
    words: Sentence
    tone: Tone = "plain"


@dataclass(frozen=True)
class Document:
    """A whole report in one language.

    Attributes
    ----------
    language
        ``en``, ``zh``, ...
    title, subtitle
        Of the study.
    answers, picture, cares
        The first screen: answers in words, one picture, what to be careful about.
    cards
        One for each question that was declared.
    chapters
        In the order of the house.
    meanings
        ``file|column`` to what the column means, for the numbers that can be traced.
    words
        What buttons and labels of the page say.
    """

    language: str
    title: str
    subtitle: Sentence
    answers: tuple[Answer, ...]
    picture: Picture | None
    cares: tuple[Sentence, ...]
    cards: tuple[Card, ...]
    chapters: tuple[Chapter, ...]
    meanings: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
