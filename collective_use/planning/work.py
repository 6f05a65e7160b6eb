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
from scipy.stats import t as t_law

from collective_use.errors import InputError
from collective_use.numerics.planning.draws import (
    Population,
    Regressions,
    Studies,
    by_corrected,
    by_means,
    draw_studies,
)
from collective_use.numerics.types import Floats
from collective_use.output import json_bytes, write_file
from collective_use.planning.values import Structure

PIECE = 25
"""Replications of one piece."""
WAYS: dict[str, Callable[[Studies, Population], Regressions]] = {
    "means": by_means,
    "corrected": by_corrected,
}


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

    @property
    def size(self) -> float:
        """Return how much work it is, in studies of a group."""
        return float(self.repetitions * self.groups * (self.members + 20 * len(self.ways)))

    def key(self) -> str:
        """Return what stands for the content of this piece."""
        truth = self.structure.population
        content = {
            "correlation": np.round(truth.correlation, 12).tolist(),
            "within": np.round(truth.within, 12).tolist(),
            "equations": [[outcome, list(by)] for outcome, by in truth.equations],
            "effects": sorted(self.structure.effects),
            "cell": [self.groups, self.members, self.response, self.fewest],
            "ways": self.ways,
            "level": self.level,
            "chance": [self.repetitions, self.number, self.seed],
        }
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:24]

    def generator(self) -> np.random.Generator:
        """Return the source of chance: the same whoever computes, and whichever cells there are."""
        cell = [self.groups, self.members, round(self.response * 1e6), self.fewest]
        return np.random.default_rng([self.seed, self.number, *cell])


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
    ['estimate', 'estimate2', 'shown', 'solved', 'within']
    """
    rng = piece.generator()
    sizes = answered(piece, rng)
    truth = piece.structure.population
    studies = draw_studies(truth, sizes, rng, within="corrected" in piece.ways)
    return {way: _sums(piece, WAYS[way](studies, truth)) for way in piece.ways}


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


def _sums(piece: Piece, found: Regressions) -> dict[str, dict[str, float]]:
    significant, covered = [], []
    for beta, se, df in zip(found.estimates, found.errors, found.df, strict=True):
        critical = float(t_law.isf(piece.level / 2, df))
        significant.append(np.abs(beta) > critical * se)
        covered.append((beta, se))
    result = {}
    for name, places in piece.structure.effects.items():
        shown = np.ones(piece.repetitions, dtype=bool)
        estimate = np.ones(piece.repetitions)
        variance = np.zeros(piece.repetitions)
        for e, k in places:
            beta, se = covered[e][0][:, k], covered[e][1][:, k]
            shown &= significant[e][:, k]
            variance = variance * beta**2 + estimate**2 * se**2
            estimate = estimate * beta
        solved = np.isfinite(estimate) & np.isfinite(variance)
        inside = np.abs(estimate - piece.structure.true[name]) <= 1.959964 * np.sqrt(variance)
        kept = np.where(solved, estimate, 0.0)
        result[name] = {
            "solved": float(solved.sum()),
            "shown": float((shown & solved).sum()),
            "estimate": float(kept.sum()),
            "estimate2": float((kept**2).sum()),
            "within": float((inside & solved).sum()),
        }
    return result


def pieces_of(
    structure: Structure, cells: Sequence[tuple[int, int]], response: float, fewest: int,
    ways: tuple[str, ...], level: float, repetitions: int, seed: int,
) -> Iterator[Piece]:  # fmt: skip
    """Cut a plan into pieces."""
    for groups, members in cells:
        for number, start in enumerate(range(0, repetitions, PIECE)):
            count = min(PIECE, repetitions - start)
            yield Piece(
                structure, groups, members, response, fewest, ways, level, count, number, seed
            )


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
