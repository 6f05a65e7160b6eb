"""The questionnaire for a survey platform in one call."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import write_file
from collective_use.questionnaire.form.fill import Fills
from collective_use.questionnaire.form.members import measured_items, read_rosters
from collective_use.questionnaire.online.publish import Platform, publish_form
from collective_use.questionnaire.online.published import Published


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
) -> Published:
    """Write the questionnaire of an instrument for a survey platform.

    Parameters
    ----------
    instrument
        The item bank, its bundled name or its path.
    to
        The platform.
    path
        The folder for the files; nothing is written when None.
    form, language, modules, seed, respondent
        As in `form_content`; all languages of the instrument if none is given.
    members
        A members file: it fills the rosters.
    fill
        Text for the gaps (``[NAME OF STUDY]``) by mark.
    draft
        Publish although gaps are left.

    Returns
    -------
    Published
        ``files`` (content by name), what the platform ``cannot`` carry, and next ``steps``.

    Raises
    ------
    InputError
        When a name is unknown, or a gap of the texts is left.

    Examples
    --------
    >>> import collective_use as cu
    >>> list(cu.publish("lq2002", "redcap").files)
    ['dictionary.csv']
    """
    bank = as_instrument(instrument)
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
    )
    if path is not None:
        for name, content in published.files.items():
            write_file(Path(path) / name, content)
    return published
