"""The description of a deposited data set as DDI-Codebook 2.5, which archives read.

DDI Alliance (2014), DDI-Codebook 2.5: study, file and variables, each with its question and
categories.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

import pandas as pd

from collective_use._version import __version__
from collective_use.instrument.model import Instrument
from collective_use.study.dictionary import meaning
from collective_use.study.replication.labelled import answer_labels

SPACE = "ddi:codebook:2_5"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def ddi_codebook(
    instrument: Instrument, tables: Mapping[str, pd.DataFrame], language: str, title: str
) -> bytes:
    """Return the codebook of deposited tables as XML.

    Parameters
    ----------
    instrument
        Questions and answers.
    tables
        File name to table, such as ``persons.csv``.
    language
        Of questions and labels.
    title
        Of the study.

    Examples
    --------
    >>> from collective_use.instrument.library import load_instrument
    >>> bank = load_instrument("lq2002")
    >>> b"<titl>A</titl>" in ddi_codebook(bank, {}, "en", "A")
    True
    """
    ET.register_namespace("", SPACE)
    root = ET.Element("codeBook", {
        "xmlns": SPACE, "xmlns:xsi": _XSI, "version": "2.5",
        "xsi:schemaLocation": f"{SPACE} "
        "https://ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd",
    })  # fmt: skip
    _study(root, instrument, title, language)
    for name, frame in tables.items():
        _file(root, name, frame)
    data = ET.SubElement(root, "dataDscr")
    for name, frame in tables.items():
        for column in map(str, frame):
            _variable(data, name, column, frame[column], instrument, language)
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _study(root: ET.Element, instrument: Instrument, title: str, language: str) -> None:
    study = ET.SubElement(root, "stdyDscr")
    citation = ET.SubElement(study, "citation")
    named = ET.SubElement(citation, "titlStmt")
    ET.SubElement(named, "titl").text = _clean(title)
    made = ET.SubElement(citation, "prodStmt")
    ET.SubElement(made, "software", {"version": __version__}).text = "collective-use"
    info = ET.SubElement(study, "stdyInfo")
    subject = ET.SubElement(info, "subject")
    for part in instrument.constructs:
        word = part.name.get(language) or next(iter(part.name.values()), part.id)
        ET.SubElement(subject, "keyword").text = _clean(word)
    summary = ET.SubElement(info, "sumDscr")
    ET.SubElement(summary, "anlyUnit").text = "person; group"
    ET.SubElement(summary, "dataKind").text = "survey data"
    method = ET.SubElement(study, "method")
    collection = ET.SubElement(method, "dataColl")
    ET.SubElement(collection, "resInstru").text = f"{instrument.id} {instrument.version}"


def _file(root: ET.Element, name: str, frame: pd.DataFrame) -> None:
    file = ET.SubElement(root, "fileDscr", {"ID": _id("F", name)})
    text = ET.SubElement(file, "fileTxt")
    ET.SubElement(text, "fileName").text = name
    sizes = ET.SubElement(text, "dimensns")
    ET.SubElement(sizes, "caseQnty").text = str(len(frame))
    ET.SubElement(sizes, "varQnty").text = str(frame.shape[1])
    ET.SubElement(text, "fileType").text = "text/csv; UTF-8"


def _variable(
    data: ET.Element, file: str, name: str, values: pd.Series, instrument: Instrument,
    language: str,
) -> None:  # fmt: skip
    numeric = bool(pd.api.types.is_numeric_dtype(values))
    item = next((part for part in instrument.items if part.id == name), None)
    labels = answer_labels(name, instrument, language)
    attributes = {"ID": _id("V", f"{file}_{name}"), "name": name, "files": _id("F", file),
                  "intrvl": "discrete" if labels else "contin"}  # fmt: skip
    variable = ET.SubElement(data, "var", attributes)
    text = meaning(file, name, instrument) or name
    ET.SubElement(variable, "labl").text = _clean(text)
    if item is not None:
        question = ET.SubElement(variable, "qstn")
        asked = item.text.get(language) or next(iter(item.text.values()), name)
        ET.SubElement(question, "qstnLit").text = _clean(asked)
    ET.SubElement(variable, "sumStat", {"type": "vald"}).text = str(int(values.notna().sum()))
    ET.SubElement(variable, "sumStat", {"type": "invd"}).text = str(int(values.isna().sum()))
    for code, label in labels.items():
        category = ET.SubElement(variable, "catgry")
        ET.SubElement(category, "catValu").text = str(code)
        ET.SubElement(category, "labl").text = _clean(label)
    ET.SubElement(variable, "varFormat", {"type": "numeric" if numeric else "character"})


def _id(kind: str, name: str) -> str:
    return kind + "_" + "".join(sign if sign.isalnum() and sign.isascii() else "_" for sign in name)


def _clean(text: str) -> str:
    """Take out signs that XML cannot hold."""
    return "".join(sign for sign in str(text) if sign in "\t\n" or ord(sign) >= 32)
