"""The questionnaire for a survey platform in one call."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import write_folder
from collective_use.questionnaire.form.fill import Fills
from collective_use.questionnaire.form.members import measured_items, read_rosters
from collective_use.questionnaire.form.phrases import phrases_from
from collective_use.questionnaire.online.publish import Platform, publish_form
from collective_use.questionnaire.online.published import Published

MAKES = "a form for {to}"
"""What a folder of published files says that it holds."""


def write_published(
    published: Published, folder: str | Path, instrument: Instrument, to: str
) -> None:
    """Write the files for a platform into a folder: all of them, or nothing is changed.

    Raises
    ------
    OutputError
        When the folder holds something else.
    """
    account = {"makes": MAKES.format(to=to), "command": "publish"}
    account |= {"instrument": instrument.id, "to": to}
    write_folder(folder, published.files.items(), account)


def publish(
    instrument: Instrument | str | Path,
    to: Platform,
    path: str | Path | None = None,
    *,
    form: str | None = None,
    language: str | None = None,
    modules: Iterable[str] = (),
    members: str | Path | None = None,
    seed: int | None = None,
    fill: Fills | None = None,
    draft: bool = False,
    respondent: str = "member",
    hand_in: str = "",
    phrases: str | Path | None = None,
) -> Published:
    """Write the questionnaire of an instrument for a survey platform.

    Parameters
    ----------
    instrument
        The item bank, its bundled name or its path.
    to
        The platform.
    path
        The folder for the files, written whole or not at all; nothing is written when None.
    form, language, modules, seed, respondent
        As in `form_content`; all languages of the instrument if none is given.
    members
        A members file: it fills the rosters.
    fill
        Text for the gaps (``[NAME OF STUDY]``) by mark.
    draft
        Publish although gaps are left.
    hand_in
        For the web page: the address to which finished answers are posted.
    phrases
        A file with the words of forms in a language (`phrase_template`), or a folder of them.

    Returns
    -------
    Published
        ``files`` (content by name), what the platform ``cannot`` carry, and next ``steps``.

    Raises
    ------
    InputError
        When a name is unknown, or a gap of the texts is left.
    OutputError
        When the folder holds something else.

    Examples
    --------
    >>> import collective_use as cu
    >>> list(cu.publish("lq2002", "redcap").files)
    ['dictionary.csv']
    """
    bank = as_instrument(instrument)
    with phrases_from(phrases):
        published = publish_form(
            bank,
            to,
            form=form,
            language=language,
            modules=tuple(modules),
            rosters=read_rosters(members, measured_items(bank)) if members is not None else (),
            seed=seed,
            fill=fill,
            draft=draft,
            respondent=respondent,
            hand_in=hand_in,
        )
    if path is not None:
        write_published(published, path, bank, to)
    return published
