"""A self-contained web page: works offline, in every language of the form.

An unfinished answer stays in the respondent's browser, by person. The finished one is saved as
a JSON file that `read_responses` takes, or handed in at the one address that the study gives;
a content security policy keeps the page from any other request.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote, urlsplit

from collective_use.accepted import PlainDict, PlainMapping
from collective_use.errors import InputError
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.direction import direction
from collective_use.questionnaire.form.fill import glossed
from collective_use.questionnaire.form.print_words import facts_line
from collective_use.questionnaire.form.typography import colon
from collective_use.questionnaire.form.words import WEB, in_all, language_name
from collective_use.questionnaire.online.escape import escaped

TEMPLATE = Path(__file__).parent / "web.html"
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


def _row_column(question: PlainMapping, row: PlainMapping) -> str:
    if row["number"] is not None:
        return str(row["id"])
    place = row["position"] if row["position"] is not None else row["id"]
    return f"{question['items'][0]}_{place}"


def page_data(content: FormContent, form: str, hand_in: str = "") -> PlainDict:
    """Return what the page's script reads; every answer box carries its export column.

    Parameters
    ----------
    content
        The form.
    form
        The id of the form in the instrument.
    hand_in
        Where answers are handed in; "" to save them as a file.
    """
    data = asdict(content)
    for page in data["pages"]:
        for question in page["questions"]:
            question["column"] = question["items"][0]
            for row in question["rows"]:
                row["column"] = _row_column(question, row)
            for choice in question["columns"]:
                choice["value"] = "dk" if choice["code"] is None else str(choice["code"])
    questions = sum(question.number is not None for question in content.questions)
    return {
        **data,
        "form": form,
        "hand_in": hand_in,
        "words": {name: in_all(name, content.languages) for name in WEB},
        "language_names": [language_name(lang) for lang in content.languages],
        "colons": [colon(lang) for lang in content.languages],
        "facts": [
            facts_line(lang, content.minutes, content.statements, questions)
            for lang in content.languages
        ],
        "directions": [direction(lang) for lang in content.languages],
    }


def hand_in_address(address: str) -> str:
    """Return the address for handing in, checked.

    Raises
    ------
    InputError
        When it is no web address, carries a password, or would send answers unencrypted.

    Examples
    --------
    >>> hand_in_address("https://survey.example.org/answers")
    'https://survey.example.org/answers'
    """
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(
            "the address for handing in must begin with https:// and name a server, got "
            f"{address!r}"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            "the address for handing in must hold no name, password, query or fragment: "
            f"everybody who opens the page can read it; got {address!r}"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InputError(
            "answers must be handed in encrypted: give an https:// address (http:// is for this "
            f"computer only, such as http://127.0.0.1:8765/), got {address!r}"
        )
    # A semicolon or comma would end the address in the page's security policy.
    path = quote(parts.path or "/", safe="/%:@!$&'()*+=~-._")
    return f"{parts.scheme}://{parts.netloc}{path}"


def web_page(content: FormContent, *, form: str, hand_in: str = "") -> str:
    """Write the form as one HTML file without outside references.

    Parameters
    ----------
    content
        The form, from `form_content`, in all languages a respondent may switch between.
    form
        The id of the form, kept in the saved answers.
    hand_in
        The address to which finished answers are posted; "" lets each person save a file.

    Returns
    -------
    str
        The page.

    Raises
    ------
    InputError
        When the address is none, or a text holds a control character.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.questionnaire.form.layout import form_content
    >>> page = web_page(form_content(cu.load_instrument("lq2002")), form="full")
    >>> "<!doctype html>" in page and "http://" not in page
    True
    """
    address = hand_in_address(hand_in) if hand_in else ""
    content = escaped(glossed(content), lambda text: text)
    first = content.languages[0]
    data = json.dumps(page_data(content, form, address), ensure_ascii=False)
    template = TEMPLATE.read_text(encoding="utf-8")
    page = template.replace('lang="en"', f'lang="{first}" dir="{direction(first)}"', 1)
    page = page.replace("__POLICY__", _policy(template, address), 1)
    # No text of the form can end the element or open a comment in it.
    return page.replace("__FORM__", data.replace("<", "\\u003c"), 1)


def _policy(template: str, address: str) -> str:
    """Return the content security policy: the page's own style and script, one address."""
    style, script = (
        re.search(rf"<{tag}>(.*?)</{tag}>", template, re.DOTALL) for tag in ("style", "script")
    )
    if style is None or script is None:
        raise InputError(f"{TEMPLATE.name}: the page needs one style and one script of its own")
    return (
        f"default-src 'none'; style-src '{_hash(style[1])}'; script-src '{_hash(script[1])}'; "
        f"connect-src {address or chr(39) + 'none' + chr(39)}; img-src data:; "
        "form-action 'none'; base-uri 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
