"""Sealing a study, amending it, and checking the seal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from collective_use._version import __version__
from collective_use.errors import InputError
from collective_use.instrument.library import load_instrument
from collective_use.instrument.model import Instrument
from collective_use.output import write_file
from collective_use.planning.seal.page import PAGE_FILE, page_bytes
from collective_use.planning.seal.preregistration import preregistration
from collective_use.planning.seal.sealed import Seal, amended, sealed
from collective_use.planning.seal.verify import Verification, read_seal, verify_file
from collective_use.study.provenance import file_hash
from collective_use.study.sealing.content import content_of, from_plan
from collective_use.study.settings import SEAL_FILE, STUDY_FILE, Study, read_study

TEXT_FILE = "preregistration.md"
SOFTWARE = f"collective-use {__version__}"


def seal_study(
    path: str | Path = STUDY_FILE,
    *,
    signed: Sequence[str] = (),
    now: float | None = None,
    language: str | None = None,
) -> Seal:
    """Seal a study before its data are looked at.

    Writes ``study.seal.json`` beside the study file, with ``preregistration.md`` (a text under
    the headings of the Open Science Framework) and ``verify.html`` (a page that checks the seal
    without anything installed).

    Parameters
    ----------
    path
        A study file, or its folder.
    signed
        Who signs it off.
    now
        Seconds since 1970; the present by default.
    language
        Of ``preregistration.md``: that of the study by default.

    Returns
    -------
    Seal
        Its ``hash`` is to be deposited where others can date it.

    Raises
    ------
    InputError
        When something is wrong with the study, or it is sealed already.
    OutputError
        When a file cannot be written.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> folder = tempfile.mkdtemp() + "/mine"
    >>> _ = cu.init_study(folder, instrument="lq2002")
    >>> seal = cu.seal_study(folder)
    >>> cu.verify_study(folder).holds
    True
    """
    file, study, instrument = _read(path)
    place = file.with_name(SEAL_FILE)
    if place.exists():
        date = read_seal(place).entries[0].date
        raise InputError(
            f"the study was sealed on {date}; amend the plan with a reason: "
            f"collective-use seal {path} --amend --reason '...'"
        )
    seal = sealed(
        content_of(study, instrument), date=_moment(now), software=SOFTWARE, signed=_named(signed),
        data=_data(study),
    )  # fmt: skip
    _write(place, seal, instrument, language or study.lang)
    return seal


def amend_study(
    path: str | Path = STUDY_FILE,
    *,
    reason: str,
    signed: Sequence[str] = (),
    now: float | None = None,
    language: str | None = None,
) -> Seal:
    """Amend a sealed study: what was planned stays, what changed and why is added.

    Parameters
    ----------
    path
        A study file, or its folder; the file holds the settings as they are to be.
    reason
        What was learned that changes the plan.
    signed
        Who signs the amendment off.
    now
        Seconds since 1970; the present by default.
    language
        Of ``preregistration.md``: that of the study by default.

    Raises
    ------
    InputError
        When the study is not sealed, the seal was changed, nothing differs, or no reason is given.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> folder = tempfile.mkdtemp() + "/mine"
    >>> file = cu.init_study(folder, instrument="lq2002")
    >>> _ = cu.seal_study(folder)
    >>> _ = file.write_text(file.read_text().replace("seed: 1", "seed: 2"))
    >>> len(cu.amend_study(folder, reason="seed 1 served the pilot", signed=["A."]).entries)
    2
    """
    file, study, instrument = _read(path)
    place = file.with_name(SEAL_FILE)
    if not place.exists():
        raise InputError(f"the study is not sealed yet: collective-use seal {path}")
    seal = amended(
        read_seal(place), content_of(study, instrument), date=_moment(now), reason=reason,
        software=SOFTWARE, signed=_named(signed), data=_data(study),
    )  # fmt: skip
    _write(place, seal, instrument, language or study.lang)
    return seal


def verify_study(path: str | Path = STUDY_FILE, *, hash: str | None = None) -> Verification:  # noqa: A002, RUF100
    """Check a sealed file, and the study beside it against the plan.

    Parameters
    ----------
    path
        The sealed file, or a study file or folder whose seal lies beside it.
    hash
        The hash that was deposited elsewhere.

    Raises
    ------
    InputError
        When there is no sealed file, or the study beside it cannot be read.

    Examples
    --------
    >>> import collective_use as cu, tempfile
    >>> folder = tempfile.mkdtemp() + "/mine"
    >>> _ = cu.init_study(folder, instrument="lq2002")
    >>> _ = cu.seal_study(folder)
    >>> cu.verify_study(folder, hash="0" * 64).problems[0][:11]
    'its hash is'
    """
    given = Path(path)
    folder = given if given.is_dir() else given.parent
    place = given if given.suffix == ".json" else folder / SEAL_FILE
    checked = verify_file(place, hash)
    study_file = place.parent / STUDY_FILE if given.suffix in ("", ".json") else given
    if checked.seal is None or not study_file.is_file():
        return checked
    study = read_study(study_file)
    found = from_plan(checked.seal.content, study, load_instrument(_bank(study)))
    return replace(checked, deviations=found, compared=True)


def _read(path: str | Path) -> tuple[Path, Study, Instrument]:
    file = Path(path)
    file = file / STUDY_FILE if file.is_dir() else file
    study = read_study(file)
    return file, study, load_instrument(_bank(study))


def _bank(study: Study) -> str | Path:
    return Path(study.instrument) if Path(study.instrument).is_absolute() else study.instrument


def _write(place: Path, seal: Seal, instrument: Instrument, language: str | None) -> None:
    first = instrument.title.get(instrument.languages[0], instrument.id)
    title = instrument.title.get(language or "", first)
    text = preregistration(
        seal.content, title=title, date=seal.entries[-1].date, hash=seal.hash, language=language
    )
    write_file(place.with_name(TEXT_FILE), text.encode("utf-8"))
    write_file(place.with_name(PAGE_FILE), page_bytes())
    # Last, so that an interrupted sealing can be done again.
    write_file(place, seal.to_json())


def _data(study: Study) -> dict[str, str | None]:
    """Return each export's name with its hash, where it is there already."""
    return {
        Path(entry.file).name: file_hash(entry.file) if Path(entry.file).exists() else None
        for entry in study.exports
    }


def _named(signed: Sequence[str]) -> list[str]:
    names = [signed] if isinstance(signed, str) else list(signed)
    if any(not isinstance(name, str) or not name.strip() for name in names):
        raise InputError("whoever signs needs a name")
    return [name.strip() for name in names]


def _moment(now: float | None) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() if now is None else now))
