"""Who sends the form: logo, institution, investigator, ethics number, return address, date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from collective_use.accepted import Arguments, PlainMapping
from collective_use.checks import did_you_mean, quoted
from collective_use.door.limits import regular_file
from collective_use.errors import InputError, ReadError
from collective_use.questionnaire.form.content import FormContent, Texts
from collective_use.questionnaire.form.fill import fill_of, filled, unfilled
from collective_use.yaml_source.read import read_yaml

LOGO_KINDS = {".svg": "svg", ".png": "png", ".jpg": "jpg", ".jpeg": "jpg"}
_LARGEST_LOGO = 2_000_000
GAPS = {"INSTITUTION": "institution", "ETHICS BODY AND NUMBER": "ethics", "CONTACT": "contact"}
"""Gaps of consent texts that a letterhead fills, so that nothing is typed twice."""
STATISTICAL = ("table_number", "issued_by", "approval", "valid_until")
"""What a statistical survey of an office has to show: 表号, 制定机关, 批准文号, 有效期至."""
LETTER_LINES = (*STATISTICAL, "investigator", "ethics", "contact", "date")
"""What stands below the institution, in this order."""

Line = str | Mapping[str, str]
"""A text for all languages, or one by language."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands at the head of a printed form.

    Attributes
    ----------
    institution, investigator, ethics, contact, date
        Lines of text, or a text by language: ``{"en": "City University", "zh": "城市大学"}``.
    address
        Where filled-in forms go back to; may have several lines.
    table_number, issued_by, approval, valid_until
        For a statistical survey: number of the form, the office that issued it, its approval and
        until when it is valid (表号, 制定机关, 批准文号, 有效期至).
    logo
        A picture (.svg, .png or .jpg) of at most 2 MB.

    Examples
    --------
    >>> Letterhead(institution={"en": "City University"}).line("institution", ["zh", "en"])
    ('City University', 'City University')
    """

    institution: Line = ""
    investigator: Line = ""
    ethics: Line = ""
    contact: Line = ""
    date: Line = ""
    address: Line = ""
    table_number: Line = ""
    issued_by: Line = ""
    approval: Line = ""
    valid_until: Line = ""
    logo: str | Path = ""

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return any(getattr(self, entry.name) for entry in fields(self))

    def line(self, name: str, languages: Sequence[str]) -> Texts:
        """Return one line in the languages of a form; the same text where it has no other."""
        said = getattr(self, name)
        if isinstance(said, Mapping):
            other = next(iter(said.values()), "")
            return tuple(said.get(language, other) for language in languages) if other else ()
        return (said,) * len(languages) if said else ()

    def picture(self) -> tuple[bytes, str] | None:
        """Return the logo and its kind (``svg``, ``png``, ``jpg``), or None without one.

        Raises
        ------
        InputError
            When the file is missing, too large or of another kind.
        """
        if not self.logo:
            return None
        file = Path(self.logo)
        if file.suffix.lower() not in LOGO_KINDS:
            raise InputError(f"logo must be a file ending in {quoted(LOGO_KINDS)}, got {file.name}")
        try:
            content = regular_file(file).read_bytes()
        except (OSError, ReadError) as problem:
            said = getattr(problem, "strerror", None) or problem
            raise InputError(f"logo: {file} cannot be read: {said}") from None
        if len(content) > _LARGEST_LOGO:
            raise InputError(f"logo: {file} must be at most 2 MB, got {len(content):,} bytes")
        return content, LOGO_KINDS[file.suffix.lower()]


def as_letterhead(
    value: Letterhead | PlainMapping | None, folder: Path | None = None
) -> Letterhead:
    """Return a letterhead from what a study file or a caller gives.

    Parameters
    ----------
    value
        A letterhead, a mapping with its keys, or None.
    folder
        What a relative logo is relative to.

    Raises
    ------
    InputError
        When a key is unknown or a value is no text.

    Examples
    --------
    >>> as_letterhead({"institution": "City University"}).institution
    'City University'
    """
    if isinstance(value, Letterhead):
        return value
    names = [entry.name for entry in fields(Letterhead)]
    for name, said in (value or {}).items():
        if name not in names:
            raise InputError(
                f"letterhead must have keys from {quoted(names)}, got {name!r}"
                f"{did_you_mean(name, names)}"
            )
        texts = said.values() if isinstance(said, Mapping) else [said]
        if not all(isinstance(text, str | int | Path) for text in texts):
            raise InputError(f"letterhead: {name} must be a text or a text by language")
    given: dict[str, Arguments] = {
        name: dict(said) if isinstance(said, Mapping) else said if name == "logo" else str(said)
        for name, said in (value or {}).items()
    }
    logo = given.get("logo")
    if logo and folder is not None:
        given["logo"] = folder / str(logo)
    return Letterhead(**given)


def read_letterhead(path: str | Path) -> tuple[Letterhead, dict[str, str | Mapping[str, str]]]:
    """Read the parts of a study file that forms use: ``letterhead`` and ``fill``.

    Parameters
    ----------
    path
        ``study.yaml``, or any YAML file with these keys; others are left to `run_study`.

    Returns
    -------
    tuple
        The letterhead, its logo relative to the file; and what fills gaps of the texts.

    Raises
    ------
    InputError
        When the file is missing or no YAML, or a part is not what it should be.
    """
    document = read_yaml(path)
    if document.problems:
        raise InputError("\n".join(str(problem) for problem in document.problems))
    whole = document.value
    if not isinstance(whole or {}, Mapping):
        raise InputError(f"{path}: must hold lines like `letterhead: ...`, got something else")
    parts = {name: (whole or {}).get(name) or {} for name in ("letterhead", "fill")}
    for name, part in parts.items():
        if not isinstance(part, Mapping):
            raise InputError(f"{path}: {name} must hold lines like `key: text`, got {part!r}")
    fills = {str(name).strip("[]"): fill_of(text) for name, text in parts["fill"].items()}
    return as_letterhead(parts["letterhead"], Path(path).parent), fills


def filled_from(content: FormContent, letterhead: Letterhead) -> FormContent:
    """Fill the gaps of consent texts that the letterhead answers, language by language."""
    wanted = [mark for mark in unfilled(content) if mark in GAPS]
    lines = {mark: letterhead.line(GAPS[mark], content.languages) for mark in wanted}
    values = {
        mark: dict(zip(content.languages, said, strict=True))
        for mark, said in lines.items()
        if said
    }
    return filled(content, values) if values else content
