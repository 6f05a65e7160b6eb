"""Which platforms a form can go to, and one way to send it there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, get_args

from collective_use.checks import one_of, quoted
from collective_use.file_names import safe_names
from collective_use.instrument.model import Instrument
from collective_use.questionnaire.form.content import FormContent
from collective_use.questionnaire.form.fill import filled, require_filled, unfilled
from collective_use.questionnaire.form.layout import find_form, form_content
from collective_use.questionnaire.form.members import Roster
from collective_use.questionnaire.form.words import word
from collective_use.questionnaire.online import limesurvey, qualtrics, redcap, surveyjs, xlsform
from collective_use.questionnaire.online.members_file import members_csv
from collective_use.questionnaire.online.published import Published, longest, own_line_note, slots
from collective_use.questionnaire.online.web import web_page

Platform = Literal["xlsform", "surveyjs", "web", "qualtrics", "limesurvey", "redcap"]
PLATFORMS: tuple[str, ...] = get_args(Platform)
_SHUFFLERS = ("surveyjs", "limesurvey")
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
    to: Platform,
    *,
    form: str | None = None,
    language: str | None = None,
    modules: Iterable[str] = (),
    rosters: Sequence[Roster] = (),
    places: int = 12,
    seed: int | None = None,
    fill: dict[str, str] | None = None,
    draft: bool = False,
    respondent: str = "member",
) -> Published:
    """Write a form for one survey platform.

    Parameters
    ----------
    instrument
        The item bank.
    to
        The platform.
    form, language, modules, seed
        As in `form_content`; all languages of the instrument if none is given.
    rosters
        The members of each group, where rosters are switched on.
    places
        Roster lines where no members are given.
    fill
        Text for the gaps (``[NAME OF STUDY]``) by mark.
    draft
        Publish although gaps are left.
    respondent
        ``member``, or ``informant`` for the questions about the group itself.

    Raises
    ------
    InputError
        When a name is unknown, or a gap of the consent text is left.

    Examples
    --------
    >>> import collective_use as cu
    >>> published = publish_form(cu.load_instrument("lq2002"), "redcap")
    >>> list(published.files)
    ['dictionary.csv']
    """
    one_of("platform", to, PLATFORMS)

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
        content = filled(content, {k: v for k, v in (fill or {}).items() if k in marks})
        if not draft:
            require_filled(content)
        return _marked(content) if unfilled(content) else content

    chosen = find_form(instrument, form)
    if to == "web":
        content = lay()
        note = own_line_note(content) if rosters else ()
        published = _pages(lay, chosen.id, rosters, note)
    else:
        content = lay(roster=slots(longest(rosters) or places, _PATTERNS[to]))
        published = _write(to, content, rosters)
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
    gaps = unfilled(content)
    if gaps:
        steps.insert(
            0, f"This is a draft. Fill in before anybody answers: {quoted(gaps, most=30)}."
        )
    return replace(published, cannot=tuple(cannot), steps=tuple(steps))


def _write(to: Platform, content: FormContent, rosters: Sequence[Roster]) -> Published:
    if to == "qualtrics":
        return qualtrics.to_qualtrics(content, rosters)
    if to == "limesurvey":
        return limesurvey.to_limesurvey(content, rosters)
    if to == "redcap":
        return redcap.to_redcap(content)
    if to == "surveyjs":
        return surveyjs.to_surveyjs(content)
    published = xlsform.to_xlsform(content)
    if not rosters:
        return published
    return replace(published, files={**published.files, "members.csv": members_csv(rosters)})


def page_names(rosters: Sequence[Roster]) -> dict[str, str]:
    """Return the file name of each group's page: safe on every system, no two alike.

    Examples
    --------
    >>> page_names([Roster("g 1", (), ()), Roster("g-1", (), ())])
    {'g 1': 'form-g-1-2.html', 'g-1': 'form-g-1.html'}
    """
    names = safe_names([f"form-{roster.group}" for roster in rosters])
    return {roster.group: f"{names[f'form-{roster.group}']}.html" for roster in rosters}


def _pages(lay: object, form: str, rosters: Sequence[Roster], note: tuple[str, ...]) -> Published:
    files = {}
    names = page_names(rosters)
    for roster in rosters:
        content = lay(roster=roster.named, group=roster.group)  # type: ignore[operator]
        files[names[roster.group]] = web_page(content, form=form).encode("utf-8")
    if not rosters:
        files["form.html"] = web_page(lay(), form=form).encode("utf-8")  # type: ignore[operator]
    return Published(
        files,
        (
            "Answers are not sent: each person saves a file and hands it in.",
            *note,
        ),
        ("Put the page on any web space, or send it as a file; one page a group with rosters.",),
        tested="run",
    )
