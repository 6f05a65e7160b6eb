"""From an instrument to the content of a form: which blocks, which order, which numbers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from collective_use.checks import did_you_mean, one_of, quoted
from collective_use.errors import InputError
from collective_use.instrument.model import (
    Block,
    ConsentModule,
    Form,
    Instrument,
    Item,
    ResponseScale,
)
from collective_use.instrument.rosters import naming_consent
from collective_use.questionnaire.form.content import (
    Choice,
    Consent,
    FormContent,
    Member,
    Page,
    Question,
    Row,
    texts,
)
from collective_use.questionnaire.form.duration import minutes_to_answer
from collective_use.questionnaire.form.keys import cover_keys
from collective_use.questionnaire.form.limits import check_places
from collective_use.questionnaire.form.places import kept_codes, members_at, partners_at
from collective_use.questionnaire.form.print_words import state_of


def parse_languages(wanted: str, instrument: Instrument) -> tuple[str, ...]:
    """Read ``en``, ``zh`` or ``en+zh`` against the languages of an instrument.

    Raises
    ------
    InputError
        When the instrument does not have a language.
    """
    languages = tuple(part.strip() for part in wanted.split("+") if part.strip())
    for language in languages:
        one_of("language", language, instrument.languages)
    if not languages:
        raise InputError(f"language must be one of {quoted(instrument.languages)}, got {wanted!r}")
    return languages


def find_form(instrument: Instrument, form: str | None) -> Form:
    """Return a form by id, or the default form.

    Raises
    ------
    InputError
        When the instrument has no such form, or none at all.
    """
    if not instrument.forms:
        raise InputError(
            f"instrument {instrument.id!r} declares no form; add `forms:` to its file to print it"
        )
    names = [entry.id for entry in instrument.forms]
    if form is not None and form not in names:
        hint = did_you_mean(form, names)
        raise InputError(f"form must be one of {quoted(names)}, got {form!r}{hint}")
    return instrument.get_form(form)


def switched_on(form: Form, modules: Iterable[str]) -> tuple[Block, ...]:
    """Return the blocks of a form that are asked, given the modules switched on.

    Raises
    ------
    InputError
        When a module is not one of the form's.
    """
    wanted = set(modules)
    names = [module.id for module in form.modules]
    for module in sorted(wanted):
        if module not in names and module != "all":
            raise InputError(
                f"module must be one of {quoted(names)} or 'all', got {module!r}"
                f"{did_you_mean(module, names)}"
            )
    on = {module.id for module in form.modules if module.default_on or "all" in wanted} | wanted
    return tuple(block for block in form.blocks if block.module is None or block.module in on)


def asked_items(instrument: Instrument, blocks: Sequence[Block]) -> dict[str, list[Item]]:
    """Return the items of each block: no key, and no alternative beside its twin.

    Keys (codes of group, member, partner) stand on the cover.
    """
    named = {name for block in blocks for name in block.items}
    return {
        block.id: [
            item
            for item in (instrument.get_item(name) for name in block.items)
            if item.role != "key" and item.alternative_to not in named
        ]
        for block in blocks
    }


def shuffled(items: Sequence[Item], block: str, seed: int | None) -> list[Item]:
    """Return items in the order that a seed gives; the same seed undoes it on reading.

    Each block draws from its own stream, so a block keeps its order when another changes.

    Examples
    --------
    >>> shuffled([], "mechanisms", 3)
    []
    """
    ordered = list(items)
    if seed is not None:
        random.Random(f"{seed}/{block}").shuffle(ordered)  # noqa: S311, RUF100
    return ordered


def scale_choices(scale: ResponseScale, languages: Sequence[str]) -> tuple[Choice, ...]:
    """Return the printed options of a scale: valid codes, then what is offered as missing."""
    valid = [Choice(option.code, texts(option.label, languages)) for option in scale.options]
    offered = [
        Choice(entry.code, texts(entry.label, languages), missing=True)
        for entry in scale.missing
        if entry.offered and entry.label
    ]
    return (*valid, *offered)


class _Builder:
    """Turns blocks into pages; keeps the running question number."""

    def __init__(
        self,
        instrument: Instrument,
        languages: Sequence[str],
        roster: Sequence[Member],
        member: str,
        blank_rows: int | None,
    ) -> None:
        self.instrument = instrument
        self.languages = languages
        self.roster = roster
        self.member = member
        self.blank_rows = blank_rows
        self.number = 0

    def next_number(self) -> int:
        self.number += 1
        return self.number

    def roster_rows(self, item: Item) -> tuple[Row, ...]:
        roster = next(r for r in self.instrument.rosters if r.id == item.roster)
        if roster.of == "partners":
            people = [(place, Member(name, name)) for place, name in partners_at(self.roster)]
        else:
            people = [(place, who) for place, who in members_at(self.roster) if who.listed]
        check_places(max((place for place, _ in people), default=0))
        if not self.roster:
            empty = ("",) * len(self.languages)
            return tuple(
                Row(str(place), None, empty, position=place)
                for place in range(1, min(self.blank_rows or roster.maximum, roster.maximum) + 1)
            )
        return tuple(
            Row(
                person.code,
                None,
                (person.name or person.code,) * len(self.languages),
                note=person.partner if roster.of == "members" else "",
                position=place,
            )
            for place, person in people
            if roster.include_self or roster.of == "partners" or person.code != self.member
        )

    def option_rows(self, item: Item) -> tuple[Row, ...]:
        return tuple(
            Row(str(option.code), None, texts(option.label, self.languages))
            for option in item.options
        )

    def columns(self, item: Item) -> tuple[Choice, ...]:
        if item.scale is not None:
            return scale_choices(self.instrument.get_scale(item.scale), self.languages)
        return tuple(Choice(o.code, texts(o.label, self.languages)) for o in item.options)

    def grid(self, items: Sequence[Item]) -> Question:
        scale = self.instrument.get_scale(items[0].scale or "")
        rows = tuple(
            Row(item.id, self.next_number(), texts(item.text, self.languages)) for item in items
        )
        return Question(
            "grid",
            tuple(item.id for item in items),
            None,
            texts(scale.stem, self.languages),
            rows,
            scale_choices(scale, self.languages),
            required=any(i.required for i in items),
        )

    def single(self, item: Item) -> Question:
        base = Question(
            "field",
            (item.id,),
            self.next_number(),
            texts(item.text, self.languages),
            roster=item.roster,
            required=item.required,
            consent=naming_consent(self.instrument, item.roster),
        )
        match item.kind:
            case "roster_valued":
                return replace(
                    base, kind="grid", rows=self.roster_rows(item), columns=self.columns(item)
                )
            case "roster_binary":
                return replace(base, kind="ticks", rows=self.roster_rows(item))
            case "roster_roles":
                return replace(
                    base, kind="roles", rows=self.roster_rows(item), columns=self.columns(item)
                )
            case "allocation":
                return replace(base, kind="points", rows=self.roster_rows(item), total=item.total)
            case "roster_nominate":
                return replace(base, kind="nominate", rows=self.option_rows(item))
            case "rating_list":
                return replace(
                    base, kind="grid", rows=self.option_rows(item), columns=self.columns(item)
                )
            case "checklist":
                return replace(base, kind="checklist", columns=self.columns(item))
            case "choice" | "likert":
                return replace(base, kind="choice", columns=self.columns(item))
            case _:
                return replace(base, field=item.kind, unit=texts(item.unit, self.languages))

    def questions(self, items: Sequence[Item]) -> tuple[Question, ...]:
        found: list[Question] = []
        position = 0
        while position < len(items):
            item = items[position]
            if item.kind in ("auto",):
                position += 1
                continue
            if item.kind != "likert":
                found.append(self.single(item))
                position += 1
                continue
            end = position
            while (
                end < len(items) and items[end].kind == "likert" and items[end].scale == item.scale
            ):
                end += 1
            found.append(self.grid(items[position:end]))
            position = end
        return tuple(found)


def consent_modules(
    instrument: Instrument, blocks: Sequence[Block], languages: Sequence[str], respondent: str
) -> tuple[Consent, ...]:
    """Return the consent texts a form needs: the general ones and those its rosters ask for."""
    by_roster = {naming_consent(instrument, roster.id) for roster in instrument.rosters}
    used = {
        naming_consent(instrument, instrument.get_item(name).roster)
        for block in blocks
        for name in block.items
    }

    def needed(module: ConsentModule) -> bool:
        meant = module.respondent in ("all", respondent)
        return meant and (module.id not in by_roster or module.id in used)

    return tuple(
        Consent(
            m.id,
            texts(m.text, languages),
            texts(m.accept, languages),
            # Who does not want to name colleagues takes part without the roster.
            m.required and m.id not in by_roster,
        )
        for m in instrument.consent
        if needed(m)
    )


def form_content(
    instrument: Instrument,
    *,
    form: str | None = None,
    language: str = "en",
    modules: Iterable[str] = (),
    respondent: str = "member",
    seed: int | None = None,
    roster: Sequence[Member] = (),
    group: str = "",
    member: str = "",
    blank_rows: int | None = None,
) -> FormContent:
    """Lay out a form as neutral content.

    Parameters
    ----------
    instrument
        The item bank.
    form
        Which form; None for the instrument's default.
    language
        ``en``, ``zh`` or several, ``en+zh``.
    modules
        Optional modules to switch on, or ``("all",)``.
    respondent
        ``member`` or ``informant``: whose blocks.
    seed
        Shuffles items within blocks that allow it; recorded in the form id.
    roster
        The members of the group; empty leaves lines to write on.
    group, member
        The group's and the respondent's code, printed on a personalised copy.
    blank_rows
        How many empty lines a roster without members gets; None for its maximum.

    Raises
    ------
    InputError
        When form, language, module or respondent is unknown.

    Examples
    --------
    >>> import collective_use as cu
    >>> content = form_content(cu.load_instrument("lq2002"))
    >>> content.languages
    ('en',)
    """
    one_of("respondent", respondent, ("member", "informant"))
    languages = parse_languages(language, instrument)
    chosen = find_form(instrument, form)
    blocks = [b for b in switched_on(chosen, modules) if b.respondent == respondent]
    builder = _Builder(instrument, languages, roster, member, blank_rows)
    asked = asked_items(instrument, blocks)
    pages = []
    for block in blocks:
        items = asked[block.id]
        ordered = shuffled(items, block.id, seed) if block.randomise else items
        if not ordered:
            continue
        questions = builder.questions(ordered)
        if block.randomise and seed is None:
            questions = tuple(
                replace(q, shuffle=q.kind == "grid" and q.number is None) for q in questions
            )
        title, intro = texts(block.title, languages), texts(block.intro, languages)
        pages.append(Page(block.id, title, intro, questions))
    has_rosters = any(question.roster for page in pages for question in page.questions)
    # who stands where matters to rosters alone
    listed = roster if has_rosters else ()
    parts = [instrument.id, instrument.version, chosen.id, "+".join(languages)]
    if respondent != "member":
        parts.append(respondent)
    if seed is not None:
        parts.append(f"s{seed}")
    return FormContent(
        form_id="/".join(parts),
        instrument=instrument.id,
        version=instrument.version,
        languages=languages,
        title=texts(instrument.form_title or instrument.title, languages),
        purpose=texts(instrument.purpose, languages),
        definitions=texts(instrument.definitions, languages),
        group_term=texts(instrument.group_term, languages),
        consent=consent_modules(instrument, blocks, languages, respondent),
        pages=tuple(pages),
        keys=cover_keys(instrument, languages, roster, group, member),
        group=group,
        member=member,
        seed=seed,
        roster_codes=kept_codes(
            (place, who.code if who.listed else "") for place, who in members_at(listed)
        ),
        roster_partners=kept_codes(partners_at(listed)),
        status=tuple(state_of(s) for s in instrument.status if s.language in languages),
        minutes=minutes_to_answer(instrument, blocks, languages, len(roster)),
    )
