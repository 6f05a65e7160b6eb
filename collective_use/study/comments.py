"""The comments of a study file in another language; settings stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collective_use.phrases import told
from collective_use.wide_text import folded

WIDTH = 98
_SETTING = re.compile(r"#\s{3,}|#\s?(?:- )?[a-z_]+:(?: |$)|#$")
_EXAMPLE = re.compile(r"(  #   text: |#   \w+: \w+ +# )(.+)")


def comments_told(language: str | None, text: str) -> str:
    """Return a study file whose comments are said in a language.

    Parameters
    ----------
    language
        Two letters; English where None.
    text
        The file as the template writes it.

    Examples
    --------
    >>> print(comments_told("zh", "# Where results go, seen from this file.\\nout: results"))
    # 结果的位置，从本文件算起。
    out: results
    """
    if not language or language == "en":
        return text
    return "\n".join(_lines(language, text))


def _lines(language: str, text: str) -> Iterator[str]:
    words = list[str]()
    for line in text.split("\n"):
        if line.startswith("# ") and not _SETTING.match(line):
            words.append(line[2:])
            continue
        if words:
            said = folded(told(language, " ".join(words)), WIDTH)
            yield from (f"# {part}" for part in said.split("\n"))
            words = []
        example = _EXAMPLE.fullmatch(line)
        yield example[1] + told(language, example[2]) if example else line
    if words:
        yield from (
            f"# {part}" for part in folded(told(language, " ".join(words)), WIDTH).split("\n")
        )
