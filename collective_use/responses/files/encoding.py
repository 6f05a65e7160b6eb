"""Which encoding and which delimiter a text file has: guessed, reported, never silent."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

from collective_use.errors import ReadError
from collective_use.responses.files.guess import almost_utf8, guess

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text, with how it was read.

    Attributes
    ----------
    text
        The content.
    encoding
        The codec used.
    certain
        False when another codec would have read it too.
    """

    text: str
    encoding: str
    certain: bool


def _without_mark(data: bytes) -> str | None:
    """Name the UTF-16 flavour of a file without a byte order mark, or None."""
    sample = data[:2000]
    if sample[1::2].count(0) > 0.6 * max(1, len(sample[1::2])):
        return "utf-16-le"
    return "utf-16-be" if sample[::2].count(0) > 0.6 * max(1, len(sample[::2])) else None


def decode(data: bytes, *, name: str, encoding: str | None = None) -> Decoded:
    """Turn the bytes of a text file into text.

    The order: the byte order mark, UTF-16 without a mark, UTF-8, then the encoding in which the
    text looks like words (Chinese, Japanese, Korean, Cyrillic, Greek, Western European).

    Parameters
    ----------
    data
        The content of the file.
    name
        The file's name, for messages.
    encoding
        Use this codec instead of guessing.

    Raises
    ------
    ReadError
        When the given encoding does not fit or does not exist, or none is given and several
        encodings read the file as plausibly.

    Examples
    --------
    >>> decode("é".encode("cp1252"), name="x.csv").encoding
    'windows-1252'
    """
    if encoding is not None:
        try:
            return Decoded(data.decode(encoding), encoding, certain=True)
        except (UnicodeError, LookupError) as error:
            raise ReadError(f"{name}: cannot be read as encoding {encoding!r}: {error}") from error
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return Decoded(_whole(data, codec, name), codec, certain=True)
    wide = _without_mark(data)
    if wide:
        return Decoded(_whole(data, wide, name), wide, certain=False)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", certain=True)
    except UnicodeDecodeError:
        pass
    damaged = almost_utf8(data, name)
    if damaged is not None:
        raise damaged
    script = guess(data, name)
    try:
        text = data.decode(script.codec)
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{name}: its encoding looks like {script.codec!r}, but {error.end - error.start} "
            f"byte(s) at {error.start} are not; save the file as UTF-8, or give encoding="
        ) from error
    return Decoded(text, script.shown or script.codec, certain=False)


def _whole(data: bytes, codec: str, name: str) -> str:
    """Decode a file that says, or shows, what its encoding is; a damaged one is refused."""
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{name} begins as {codec}, but from byte {error.start + 1:,} on it is not: the file "
            "is cut off or damaged; export it again, or say which encoding it has"
        ) from error


def find_delimiter(text: str) -> str:
    """Return the delimiter that splits the first records most evenly into most columns.

    Examples
    --------
    >>> find_delimiter("a;b;c\\n1,5;2;3\\n")
    ';'
    """
    best, score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = [len(record) for record in first_records(text, delimiter, 20) if record]
        while widths and widths[0] < 2:  # a title above the headings
            widths = widths[1:]
        if not widths:
            continue
        even = sum(abs(width - widths[0]) <= 1 for width in widths) / len(widths)
        if (even, widths[0]) > score:
            best, score = delimiter, (even, widths[0])
    return best


def first_records(text: str, delimiter: str, count: int) -> list[list[str]]:
    """Return the first records of a delimited text; quoted cells may hold line breaks.

    Examples
    --------
    >>> first_records('a,b\\n"1\\n2",3\\n', ",", 5)
    [['a', 'b'], ['1\\n2', '3']]
    """
    sample = text if len(text) < 2_000_000 else text[:2_000_000]
    records = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            records.append(record)
            if len(records) >= count:
                break
    except csv.Error:
        return records
    return records
