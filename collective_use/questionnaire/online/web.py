"""A self-contained web page: works offline, in every language of the form, sends nothing.

An unfinished answer stays in the respondent's browser; the finished one is saved as a JSON
file that `read_responses` takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.words import LANGUAGE_NAMES, WEB, word

TEMPLATE = Path(__file__).parent / "web.html"


def _row_column(question: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if row["number"] is not None:
        return str(row["id"])
    place = row["position"] if row["position"] is not None else row["id"]
    return f"{question['items'][0]}_{place}"


def page_data(content: FormContent, form: str) -> dict[str, Any]:
    """Return what the page's script reads; every answer box carries its export column.

    Parameters
    ----------
    content
        The form.
    form
        The id of the form in the instrument.
    """
    data = asdict(content)
    for page in data["pages"]:
        for question in page["questions"]:
            question["column"] = question["items"][0]
            for row in question["rows"]:
                row["column"] = _row_column(question, row)
            for choice in question["columns"]:
                choice["value"] = "dk" if choice["code"] is None else str(choice["code"])
    return {
        **data,
        "form": form,
        "words": {name: [word(name, lang) for lang in content.languages] for name in WEB},
        "language_names": [LANGUAGE_NAMES.get(lang, lang) for lang in content.languages],
    }


def web_page(content: FormContent, *, form: str) -> str:
    """Write the form as one HTML file without outside references.

    Parameters
    ----------
    content
        The form, from `form_content`, in all languages a respondent may switch between.
    form
        The id of the form, kept in the saved answers.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> page = web_page(form_content(cu.load_instrument("lq2002")), form="full")
    >>> "<!doctype html>" in page and "http://" not in page
    True
    """
    text = json.dumps(page_data(content, form), ensure_ascii=False).replace("</", "<\\/")
    return TEMPLATE.read_text(encoding="utf-8").replace("__FORM__", text)
