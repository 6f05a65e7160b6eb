"""The work of a plan in pieces: each has its own chance, is kept and not done twice."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from scipy.stats import f as f_law
from scipy.stats import t as t_law

from collective_use.cutoffs import CUTOFFS
from collective_use.errors import InputError
from collective_use.numerics.planning.draws import (
    Population,
    Regressions,
    Studies,
    by_corrected,
    by_means,
    draw_studies,
    f_ratios,
)
from collective_use.numerics.planning.items import ItemPopulation, by_sam
from collective_use.numerics.types import Bools, Floats
from collective_use.output import json_bytes, write_file
from collective_use.planning.closed_tables import Design
from collective_use.planning.values import Structure
from collective_use.sem.engines.core import thread_controller

PIECE = 25
"""Replications of one piece."""
WAYS = ("means", "corrected", "sam")
"""Ways that are planned."""
BY_GROUPS: dict[str, Callable[[Studies, Population], Regressions]] = {
    "means": by_means,
    "corrected": by_corrected,
}
NOT_PLANNED = {
    "auto": "the rule chooses by the data; it chooses 'corrected' where values are means of "
    "members: plan with that",
    "latent": "it leaves the sampling error of group means in, as 'means' does: plan with that",
    "twolevel": "one fit takes minutes and a plan needs thousands; 'sam' fits the same two levels "
    "in two steps: plan with that",
    "split": "one fit averages 200 splits; its values are means of half the members: plan with "
    "'means' and half as many",
    "iv": "its tests follow which instruments each equation has, which no planning value says: "
    "plan with 'means', which leaves the same sampling error in",
}
"""Ways to fit that no plan computes, and why."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some replications of one cell.

    Attributes
    ----------
    structure
        What is true and what is fitted.
    groups, members, response, fewest
        Groups, members of each, chance that one answers, fewest answers of a group that counts.
    ways
        Ways to fit.
    level
        Of the tests.
    repetitions, number, seed
        How many replications, which piece, and the seed of the plan.
    items
        What is true of items; None where no way fits them.
    """

    structure: Structure
    groups: int
    members: int
    response: float
    fewest: int
    ways: tuple[str, ...]
    level: float
    repetitions: int
    number: int
    seed: int
    items: ItemPopulation | None = None

    @property
    def size(self) -> float:
        """Return how much work it is, in studies of a group."""
        each = float(self.members + 20 * len(self.ways))
        if "sam" in self.ways:
            # fits have a cost of their own, and more where groups differ in size
            each += 30 * self.members + (20_000 if self.response >= 1 else 80_000) / self.groups
        return float(self.repetitions * self.groups * each)

    def key(self) -> str:
        """Return what stands for the content of this piece."""
        truth = self.structure.population
        content = {
            "version": 2,
            "correlation": np.round(truth.correlation, 12).tolist(),
            "within": np.round(truth.within, 12).tolist(),
            "whole": list(truth.whole),
            "equations": [[outcome, list(by)] for outcome, by in truth.equations],
            "effects": sorted(self.structure.effects),
            "cell": [self.groups, self.members, self.response, self.fewest],
            "ways": self.ways,
            "level": self.level,
            "chance": [self.repetitions, self.number, self.seed],
        }
        if self.items is not None:
            parts = (self.items.deviations, self.items.within, self.items.between,
                     self.items.within_error, self.items.between_error)  # fmt: skip
            content["items"] = [np.round(part, 12).tolist() for part in parts]
            content["measure"] = self.items.measure.tolist()
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]

    def generator(self, way: int = 0) -> np.random.Generator:
        """Return the source of chance: the same whoever computes, and whichever cells there are."""
        cell = [self.groups, self.members, round(self.response * 1e6), self.fewest]
        return np.random.default_rng([self.seed, self.number, *cell, *([way] if way else [])])


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan is.

    Attributes
    ----------
    done, pieces
        Pieces computed, and all of them.
    seconds
        Time that the rest is expected to take.
    """

    done: int
    pieces: int
    seconds: float


Sums: TypeAlias = dict[str, dict[str, dict[str, float]]]
"""What a piece comes to: by way and effect, sums over its replications by name."""


def run_piece(piece: Piece) -> Sums:
    """Compute one piece: sums over its replications, by way and effect.

    Examples
    --------
    >>> import collective_use as cu
    >>> from collective_use.planning.values import structure_of
    >>> bank = cu.load_instrument("collective_data_use")
    >>> truth = structure_of(bank, "M1", cu.TrueParameters(), direct=False)
    >>> piece = Piece(truth, 60, 8, 1.0, 1, ("means",), 0.05, 5, 0, 1)
    >>> sorted(run_piece(piece)["means"]["con -> ssm -> cdu"])
    ['estimate', 'estimate2', 'shown', 'solved', 'verdict', 'within']
    """
    # matrices are small: threads would stand in each other's way
    with thread_controller().limit(limits=1):
        return _computed_piece(piece)


def _computed_piece(piece: Piece) -> Sums:
    rng = piece.generator()
    sizes = answered(piece, rng)
    truth = piece.structure.population
    studies = draw_studies(truth, sizes, rng)
    squares = np.einsum("rgvv->rv", studies.cross)
    by_group = _verdicts(piece, studies.means, squares, sizes)
    found = {}
    for way in piece.ways:
        if piece.items is not None and way == "sam":
            fitted, *scores = by_sam(piece.items, sizes, piece.generator(1))
            found[way] = _sums(piece, fitted, _verdicts(piece, scores[0], scores[1], sizes))
        else:
            found[way] = _sums(piece, BY_GROUPS[way](studies, truth), by_group)
    return found


def _verdicts(piece: Piece, means: Floats, squares: Floats, sizes: Floats) -> Bools:
    """Return (R, V) whether F, ICC(1) and ICC(2) of each measure pass; true without members."""
    F, average = f_ratios(means, squares, sizes)
    F[:, list(piece.structure.population.whole)] = np.inf
    n, total = average[:, None], sizes.sum(axis=1)
    G = sizes.shape[1]
    first = 1 - n / (F + n - 1)
    critical = f_law.isf(CUTOFFS["p"].value, G - 1, total - G)[:, None]
    second = 1 - 1 / F
    passed = (critical <= F) & (first >= CUTOFFS["icc1"].value)
    return np.asarray(passed & (second >= CUTOFFS["icc2"].value))


def answered(piece: Piece, rng: np.random.Generator) -> Floats:
    """Return (R, G) answers by group; every group that is kept has at least `fewest`.

    Groups with fewer are drawn again: as many groups as planned enter the analysis, and
    `lost_groups` says how many more have to be asked.
    """
    shape = (piece.repetitions, piece.groups)
    if piece.response >= 1:
        return np.full(shape, float(piece.members))
    found = rng.binomial(piece.members, piece.response, shape)
    for _ in range(1000):
        short = found < piece.fewest
        if not short.any():
            break
        found[short] = rng.binomial(piece.members, piece.response, int(short.sum()))
    return np.maximum(found, piece.fewest).astype(float)


def _sums(piece: Piece, found: Regressions, passed: Bools) -> dict[str, dict[str, float]]:
    significant, covered = [], []
    for beta, se, df in zip(found.estimates, found.errors, found.df, strict=True):
        critical = float(t_law.isf(piece.level / 2, df))
        significant.append(np.abs(beta) > critical * se)
        covered.append((beta, se))
    result = {}
    for name, places in piece.structure.effects.items():
        shown = np.ones(piece.repetitions, dtype=bool)
        verdict = np.ones(piece.repetitions, dtype=bool)
        estimate = np.ones(piece.repetitions)
        variance = np.zeros(piece.repetitions)
        for e, k in places:
            beta, se = covered[e][0][:, k], covered[e][1][:, k]
            shown &= significant[e][:, k]
            outcome, by = piece.structure.population.equations[e]
            verdict &= passed[:, outcome] & passed[:, by[k]]
            variance = variance * beta**2 + estimate**2 * se**2
            estimate = estimate * beta
        solved = np.isfinite(estimate) & np.isfinite(variance)
        inside = np.abs(estimate - piece.structure.true[name]) <= 1.959964 * np.sqrt(variance)
        kept = np.where(solved, estimate, 0.0)
        result[name] = {
            "solved": float(solved.sum()),
            "shown": float((shown & solved).sum()),
            "verdict": float((shown & solved & verdict).sum()),
            "estimate": float(kept.sum()),
            "estimate2": float((kept**2).sum()),
            "within": float((inside & solved).sum()),
        }
    return result


def pieces_of(
    structure: Structure,
    cells: Sequence[tuple[int, int]],
    design: Design,
    items: ItemPopulation | None = None,
) -> Iterator[Piece]:
    """Cut a plan into pieces."""
    for groups, members in cells:
        for number, start in enumerate(range(0, design.repetitions, PIECE)):
            count = min(PIECE, design.repetitions - start)
            yield Piece(
                structure, groups, members, design.response_rate, design.fewest, design.ways,
                design.level, count, number, design.seed, items,
            )  # fmt: skip


def run_pieces(
    pieces: Sequence[Piece],
    *,
    jobs: int | None,
    store: str | Path | None,
    told: Callable[[Progress], None] | None = None,
) -> list[Sums]:
    """Compute pieces by joblib, whatever its backend; those in the store are read.

    Parameters
    ----------
    pieces
        What to compute.
    jobs
        Processes; None leaves it to `joblib.parallel_config`.
    store
        Folder where each piece is kept as soon as it is done.
    told
        Called with the progress: first after one piece, with the time expected.

    Raises
    ------
    InputError
        When a file in the store is no piece.
    """
    place = Path(store) if store is not None else None
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    found = {i: _stored(place, piece) for i, piece in enumerate(pieces)}
    open_ = [i for i, entry in found.items() if entry is None]
    workers = _workers(jobs)
    width = 1 if workers == 1 else 4 * workers
    batches = [open_[:1], *(open_[at : at + width] for at in range(1, len(open_), width))]
    begun, done, pace = time.perf_counter(), len(pieces) - len(open_), 0.0
    for now in filter(None, batches):
        first = not pace
        results = _computed([pieces[i] for i in now], 1 if first else jobs)
        for i, result in zip(now, results, strict=True):
            found[i] = result
            if place is not None:
                write_file(place / f"{pieces[i].key()}.json", json_bytes(result))
        if first:
            pace = (time.perf_counter() - begun) / pieces[now[0]].size
        done += len(now)
        left = sum(pieces[i].size for i, entry in found.items() if entry is None)
        if told is not None:
            told(Progress(done, len(pieces), pace * left / workers))
    return [entry for entry in found.values() if entry is not None]


def _workers(jobs: int | None) -> int:
    if jobs == 1:
        return 1
    from joblib import effective_n_jobs

    return max(1, int(effective_n_jobs(jobs)))


def _computed(pieces: Sequence[Piece], jobs: int | None) -> list[Sums]:
    if jobs == 1:
        return [run_piece(piece) for piece in pieces]
    from joblib import Parallel, delayed

    return list(Parallel(n_jobs=jobs)(delayed(run_piece)(piece) for piece in pieces))


def _stored(place: Path | None, piece: Piece) -> Sums | None:
    if place is None:
        return None
    file = place / f"{piece.key()}.json"
    if not file.exists():
        return None
    try:
        found = json.loads(file.read_text("utf-8"))
        complete = set(found) == set(piece.ways)
    except (ValueError, OSError):
        complete = False
    if not complete:
        raise InputError(f"{file} is no piece of a plan: delete it, it will be computed again")
    result: Sums = found
    return result
