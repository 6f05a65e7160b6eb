"""`plot`: the pictures of a result as figures of matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from collective_use.checks import did_you_mean, quoted
from collective_use.errors import InputError
from collective_use.instrument.library import as_instrument
from collective_use.instrument.model import Instrument
from collective_use.report.compose import compose
from collective_use.report.document import Picture
from collective_use.report.plots.draw import figure_of
from collective_use.report.plots.kinds import MAKERS, maker, speaker
from collective_use.report.speaking import Speaker
from collective_use.study.report import material_of
from collective_use.study.run import StudyRun

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.figure import Figure

    from collective_use.results import Result


def plot(
    result: Result | Mapping[str, nx.DiGraph],
    which: str | None = None,
    *,
    language: str = "en",
    names: Mapping[str, str] | Instrument | str | Path | None = None,
    title: bool = True,
) -> Figure:
    """Draw a result as a figure of matplotlib: the same picture as the report's page has.

    Page and figure come from one drawing: same numbers, same words. The figure saves itself to
    any format (``figure.savefig("paths.pdf")``) and shows itself in a notebook; its only axes,
    ``figure.axes[0]``, are in the picture's own units and take whatever is added.

    Parameters
    ----------
    result
        What a function of this package returned: a study that was run, groups, agreement, an ICC,
        factors, loadings, reliability, HTMT, items, a structural model, rivals, a specification
        curve, a plan; or the networks of `network_graphs`.
    which
        The picture, where a result has several; the first when None. A wrong name is answered with
        those there are.
    language
        Of the words: ``en``, ``zh``, ...
    names
        What codes are called: an instrument, or names by code. Groups and studies know theirs.
    title
        Whether the finding stands above the picture.

    Returns
    -------
    matplotlib.figure.Figure
        For nobody else as it stands: of small groups it shows what a report withholds, except for
        a study, whose pictures are those of its report.

    Raises
    ------
    InputError
        When the result has no picture, none of the name, or no phrase file speaks the language.

    Examples
    --------
    >>> import collective_use as cu
    >>> found = cu.icc([1, 2, 4, 5, 2, 3], list("aabbcc"))
    >>> cu.plot(found).axes[0].texts[0].get_text()
    '81% of the variance lies between groups, limits −26% to 99%'
    """
    pictures = _pictures(result, _speaker(names, language))
    if not pictures:
        raise InputError(
            f"this {type(result).__name__} has no picture: it holds nothing that could be drawn"
        )
    if which is None:
        return figure_of(next(iter(pictures.values())), title=title)
    if which not in pictures:
        raise InputError(
            f"which must be one of {quoted(pictures, most=60)}, got {which!r}"
            f"{did_you_mean(which, pictures)}"
        )
    return figure_of(pictures[which], title=title)


def _pictures(result: object, words: Speaker) -> dict[str, Picture]:
    if isinstance(result, StudyRun):
        bank = result.outcome.study.instrument
        material = material_of(result.folder, words.phrases.language, bank)
        found = compose(material, "").pictures
        return {picture.name: picture for picture in found}
    make = maker(result)
    if make is None:
        kinds = sorted({*MAKERS, "StudyRun"} - {"dict"})
        raise InputError(
            f"a {type(result).__name__} has no picture; there are pictures of "
            f"{quoted(kinds, most=40)}, and of what cu.network_graphs returns"
        )
    return {picture.name: picture for picture in make(result, words)}


def _speaker(names: Mapping[str, str] | Instrument | str | Path | None, language: str) -> Speaker:
    if names is None or isinstance(names, Mapping):
        return speaker(language, names, None)
    bank = as_instrument(names)
    items = {i.id: _text(i.text, language, i.id) for i in bank.items}
    return speaker(language, bank_names(bank, language), items)


def bank_names(bank: Instrument, language: str) -> dict[str, str]:
    """Return what constructs and measures of an instrument are called, by code."""
    known = {part.id: _text(part.name, language, part.id) for part in bank.constructs}
    called = {
        part.id: _text(part.name, language, "") or known.get(part.construct_id, part.id)
        for part in bank.measures
    }
    return called | known


def _text(texts: Mapping[str, str], language: str, otherwise: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "") or otherwise
