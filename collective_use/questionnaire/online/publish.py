"""Which platforms a form can go to, and one way to send it there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from collective_use.checks import quoted
from collective_use.errors import InputError
from collective_use.instrument.model import Instrument
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.fill import (
    Fills,
    check_marks,
    filled,
    require_filled,
    unfilled,
)
from collective_use.questionnaire.form.layout import find_form, form_content
from collective_use.questionnaire.form.limits import check_pages
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.form.words import WEB, fallback_notes, word
from collective_use.questionnaire.online import (
    limesurvey,
    microsoft_forms,
    qualtrics,
    redcap,
    surveyjs,
    text_import,
    xlsform,
)
from collective_use.questionnaire.online.listed_names import warn_names
from collective_use.questionnaire.online.members_file import members_csv
from collective_use.questionnaire.online.pages import web_pages
from collective_use.questionnaire.online.published import Published, longest, roster_places, slots
from collective_use.questionnaire.online.targets import PLATFORMS, Platform, target

__all__ = ["PLATFORMS", "Platform", "publish_form"]

_SHUFFLERS = ("surveyjs", "limesurvey", "qualtrics")
"""Platforms whose definition can ask for another order of statements for each person."""
_PATTERNS = {
    "xlsform": xlsform.ROSTER_NAME,
    "surveyjs": surveyjs.ROSTER_NAME,
    "qualtrics": qualtrics.ROSTER_NAME,
    "limesurvey": limesurvey.ROSTER_NAME,
    "redcap": redcap.ROSTER_NAME,
}


def publish_form(
    instrument: Instrument,
    to: str,
    *,
    form: str | None = None,
    language: str | None = None,
    modules: Iterable[str] = (),
    rosters: Sequence[Roster] = (),
    places: int = 12,
    seed: int | None = None,
    fill: Fills | None = None,
    known_gaps: bool = True,
    draft: bool = False,
    respondent: str = "member",
    hand_in: str = "",
) -> Published:
    """Write a form for one survey platform.

    Parameters
    ----------
    instrument
        The item bank.
    to
        The platform, one of `PLATFORMS`; KoBo, ODK and SurveyCTO take an XLSForm.
    form, language, modules, seed
        As in `form_content`; all languages of the instrument if none is given.
    rosters
        The members of each group, where rosters are switched on.
    places
        Roster lines where no members are given.
    fill
        Text for the gaps (``[NAME OF STUDY]``) by mark.
    known_gaps
        Whether everything in `fill` must be a gap of this form; a file of a study may fill more,
        but nothing that no form and no letter has.
    draft
        Publish although gaps are left.
    respondent
        ``member``, or ``informant`` for the questions about the group itself.
    hand_in
        For the web page: the address to which finished answers are posted.

    Raises
    ------
    InputError
        When a name is unknown, a gap of the consent text is left, or the form holds what the
        platform cannot carry.

    Examples
    --------
    >>> import collective_use as cu
    >>> published = publish_form(cu.load_instrument("lq2002"), "redcap")
    >>> list(published.files)
    ['dictionary.csv']
    """
    to = target(to)
    if not known_gaps:
        check_marks(fill or {}, instrument)
    if hand_in and to != "web":
        raise InputError(f"only the web page hands answers in at an address; {to} has its own way")

    def lay(**more: object) -> FormContent:
        content = form_content(
            instrument,
            form=form,
            language=language or "+".join(instrument.languages),
            modules=modules,
            seed=seed,
            respondent=respondent,
            **more,  # type: ignore[arg-type]
        )
        marks = unfilled(content)
        values = {k: v for k, v in (fill or {}).items() if known_gaps or k in marks}
        content = filled(content, values)
        if not draft:
            require_filled(content)
        return _marked(content) if unfilled(content) else content

    chosen = find_form(instrument, form)
    if to == "web":
        check_pages(rosters)
        content = lay()
        published = web_pages(lay, chosen.id, rosters, hand_in)
    else:
        pattern = _PATTERNS.get(to, "")
        content = lay(roster=slots(longest(rosters) or places, pattern) if pattern else ())
        published = _write(to, content, rosters)
        warn_names(published, rosters)
    shuffles = to not in _SHUFFLERS and any(
        question.shuffle for page in content.pages for question in page.questions
    )
    return _with_remarks(published, content, fixed_order=shuffles)


def _marked(content: FormContent) -> FormContent:
    """Return a form with gaps under a title that says so."""
    titles = zip(content.languages, content.title, strict=True)
    return replace(
        content, title=tuple(f"[{word('draft', language)}] {text}" for language, text in titles)
    )


def _with_remarks(published: Published, content: FormContent, fixed_order: bool) -> Published:
    """Add what holds for every platform: no group code, one order for all, gaps."""
    cannot, steps = list(published.cannot), list(published.steps)
    if not any(key.role == "group" for key in content.keys):
        cannot.append(
            "The form asks for no code of the group: name its column under `columns: group:` in "
            "the instrument, or send one link to each group."
        )
    if fixed_order:
        cannot.append(
            "Items are not shuffled for each person: a seed (--seed 7) shuffles them once for all, "
            "or switch shuffling on at the platform; columns carry ids, so answers come back right."
        )
    if content.languages and any(name.endswith(".html") for name in published.files):
        cannot.extend(fallback_notes(content.languages, WEB))
    drafts = {word("draft", language) for language in content.languages}
    gaps = tuple(gap for gap in unfilled(content) if gap not in drafts)
    if gaps:
        steps.insert(
            0, f"This is a draft. Fill in before anybody answers: {quoted(gaps, most=30)}."
        )
    return replace(published, cannot=tuple(cannot), steps=tuple(steps), languages=content.languages)


def _write(to: Platform, content: FormContent, rosters: Sequence[Roster]) -> Published:
    match to:
        case "qualtrics":
            return qualtrics.to_qualtrics(content, rosters)
        case "limesurvey":
            return limesurvey.to_limesurvey(content, rosters)
        case "redcap":
            return redcap.to_redcap(content, rosters)
        case "surveyjs":
            return surveyjs.to_surveyjs(content)
        case "wenjuanxing":
            return text_import.to_wenjuanxing(content)
        case "tencent":
            return text_import.to_tencent(content)
        case "microsoft_forms":
            return microsoft_forms.to_microsoft_forms(content)
    published = xlsform.to_xlsform(content)
    if not rosters or not roster_places(content):
        return published
    return replace(published, files={**published.files, "members.csv": members_csv(rosters)})
