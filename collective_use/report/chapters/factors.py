"""Factors: how many there are in each scale, what loads on what, and rivals with fewer."""

from __future__ import annotations

from collective_use.report.document import Block, Cell, Chapter, Column, Grid, Picture
from collective_use.report.material import Material
from collective_use.report.pictures.loadings import confirmed
from collective_use.report.pictures.rivals import measured
from collective_use.report.pictures.scree import scree
from collective_use.report.sentences import plain_text

_FIRST = "validation_factors_"
_EIGENVALUES, _LOADINGS, _MODELS = (
    f"validation_{name}.csv" for name in ("eigenvalues", "loadings", "models")
)


def chapter(material: Material) -> Chapter | None:
    """Return loadings, rivals, and for each scale its scree and the rules; None without any."""
    blocks: list[Block] = []
    if material.has(_LOADINGS):
        blocks.append(confirmed(material, material.table(_LOADINGS)))
    rivals = measured(material, material.table(_MODELS)) if material.has(_MODELS) else None
    blocks += [rivals] if rivals else []
    for file in material.tables:
        if file.startswith(_FIRST):
            picture = _scree(material, file.removeprefix(_FIRST).removesuffix(".csv"))
            blocks += [picture] if picture else []
            blocks.append(_grid(material, file))
    if not blocks:
        return None
    finding = material.say("factors.finding")
    return Chapter("factors", material.word("chapter.factors"), tuple(blocks), finding)


def _scree(material: Material, scale: str) -> Picture | None:
    frame = material.table(_EIGENVALUES)
    rows = frame[frame["scale"].astype(str) == scale] if len(frame) else frame
    if not len(rows):
        return None
    most = rows["suggested"].iloc[0]
    return scree(material, scale, rows, int(most) if most == most and most is not None else None)


def _grid(material: Material, file: str) -> Grid:
    frame = material.table(file)
    scale = file.removeprefix(_FIRST).removesuffix(".csv")
    numeric = [frame[name].dtype.kind in "if" for name in frame.columns]
    heads = tuple(
        Column(str(name), material.meaning(file, str(name)), number)
        for name, number in zip(frame.columns, numeric, strict=True)
    )
    rows: list[tuple[Cell, ...]] = []
    for row in material.rows(file):
        cells = [
            row.number(str(name), 0 if frame[name].dtype.kind == "i" else 2)
            if number else row.text(str(name))
            for name, number in zip(frame.columns, numeric, strict=True)
        ]  # fmt: skip
        rows.append(tuple(cells))
    title = plain_text(material.say("factors.table", scale=material.name(scale)))
    return Grid(title, heads, tuple(rows), file=file, folded=True)
