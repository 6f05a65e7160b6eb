"""Figures of a model between groups: what two runs leave open of a person who came into one group.

The group has three respondents, then four, and stays withheld in both runs. The attacker knows the
bands of the means of all other groups, and every printed figure of the model x -> m -> y, and looks
for values of all groups with which both runs would print the same. Whatever the search finds is
possible; more may be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import chdtrc, ndtr

from collective_use.disclosure import POSSIBILITIES, Disclosure
from collective_use.groups.disclosure.relations import Coarseness

RULE = Disclosure(5)
LOW, HIGH, SMALL = 1.0, 5.0, 3
NAMES = ("relations", "z", "p", "likelihood", "pvalue")
Steps = Callable[[dict[str, np.ndarray]], np.ndarray]


def figures(values: np.ndarray) -> dict[str, np.ndarray]:
    """Return what is printed of the model, for (..., G, 3) group values, in closed form."""
    n = values.shape[-2]
    off = values - values.mean(-2, keepdims=True)
    s = np.einsum("...gi,...gj->...ij", off, off) / n
    paths, residuals = [], [s[..., 0, 0]]
    for x, y in ((0, 1), (1, 2)):
        b = s[..., x, y] / s[..., x, x]
        rest = s[..., y, y] - b * s[..., x, y]
        residuals.append(rest)
        ratio = np.sqrt(s[..., x, x] / s[..., y, y])
        paths.append((b, np.sqrt(rest / s[..., x, x] / n), b * ratio, rest / s[..., y, y]))
    b, se, std, free = (np.stack(one, -1) for one in zip(*paths, strict=True))
    logs = sum(np.log(one) for one in residuals)
    chisq = n * (logs - np.linalg.slogdet(s)[1])
    sd = np.sqrt(np.diagonal(s, axis1=-2, axis2=-1))
    r = [s[..., i, j] / sd[..., i] / sd[..., j] for i, j in ((0, 1), (0, 2), (1, 2))]
    z = b / se
    return {
        "relations": np.concatenate(
            [b, se, b - 1.96 * se, b + 1.96 * se, std, free, np.stack(r, -1), sd], -1
        ),
        "z": z,
        "p": 2 * ndtr(-abs(z)),
        "likelihood": np.stack([chisq, -n / 2 * (3 * np.log(2 * np.pi) + logs + 3)], -1),
        "pvalue": chdtrc(1, np.maximum(chisq, 0))[..., None],
    }


@dataclass
class Attack:
    """A study of some groups, with and without one more answer in the first of them."""

    groups: int
    seed: int
    items: int = 1

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self.sizes = rng.integers(6, 12, self.groups)
        self.sizes[:2] = SMALL, 4
        f = rng.normal(size=(self.groups, 3))
        f[:, 1] += 0.5 * f[:, 0]
        f[:, 2] += 0.5 * f[:, 1]
        k = self.items

        def drawn(middle: np.ndarray, size: int) -> np.ndarray:
            raw = middle + rng.normal(size=(size, 3)) * 0.8 - LOW
            return np.clip(np.rint(raw * k), 0, (HIGH - LOW) * k) / k + LOW

        lean = 3 + 0.6 * f
        self.values = np.array([drawn(m, n).mean(0) for m, n in zip(lean, self.sizes, strict=True)])
        self.new = drawn(lean[0], 1)[0]
        self.move = 1 / k / SMALL / self.values.std(0, ddof=1).min()
        band = 3 / k / self.sizes[:, None] / 2
        self.low, self.high = self.values - band, self.values + band
        self.low[:2], self.high[:2] = LOW, HIGH  # nothing is shown of groups under the size

    def both(self, values: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        later = values.copy()
        later[..., 0, :] = (SMALL * values[..., 0, :] + new) / (SMALL + 1)
        return values, later

    def shown(self, run: dict[str, np.ndarray]) -> np.ndarray:
        """Return the steps by which the figures of a run are shown."""
        n, move = self.groups, self.move
        large, moved = RULE.likelihood_step(move), RULE.moved(n, move) * n**0.5
        change = 2 * np.exp(-(run["z"] ** 2) / 2) / np.sqrt(2 * np.pi) * moved
        pairs = zip(run["p"], change, strict=True)
        step = RULE.relation_step(n, move)
        steps = {
            "relations": step,
            "z": RULE.statistic_step(n, move),
            "p": np.array([max(0.01 if p >= 0.01 else 0.001, RULE.coarser(c)) for p, c in pairs]),
            "likelihood": large,
            "pvalue": 0.01,
        }
        return flat({name: np.broadcast_to(steps[name], run[name].shape) for name in NAMES})

    @staticmethod
    def three_decimals(run: dict[str, np.ndarray]) -> np.ndarray:
        """Return the steps of a table of three decimals."""
        steps = dict(zip(NAMES, (0.001, 0.1, 0.001, 0.01, 0.001), strict=True))
        return flat({name: np.broadcast_to(steps[name], run[name].shape) for name in NAMES})

    def possible(self, answer: float, steps: Steps, tries: int) -> bool:
        """Search values of all groups, and the person's other answers, that print the same."""
        runs = [figures(run) for run in self.both(self.values, self.new)]
        wide = [steps(run) for run in runs]
        known = [np.round(flat(run) / w) * w for run, w in zip(runs, wide, strict=True)]
        low = np.concatenate([self.low.ravel(), [LOW, LOW]])
        high = np.concatenate([self.high.ravel(), [HIGH, HIGH]])

        def off(v: np.ndarray) -> np.ndarray:
            new = np.concatenate([np.full((*v.shape[:-1], 1), answer), v[..., -2:]], -1)
            values = v[..., :-2].reshape(*v.shape[:-1], self.groups, 3)
            parts = [
                (flat(figures(run)) - at) / w
                for run, at, w in zip(self.both(values, new), known, wide, strict=True)
            ]
            miss = np.concatenate(parts, -1)
            return np.sign(miss) * np.maximum(0, abs(miss) - 0.49)

        for number in range(tries):
            rng = np.random.default_rng(number)
            start = self.values.copy()
            start[0, 0] -= (answer - self.new[0]) / SMALL * rng.uniform(0, 1.2)
            start[:2] += rng.normal(size=(2, 3)) * 0.3 * number / tries
            v = np.clip(np.concatenate([start.ravel(), self.new[1:]]), low, high)
            if solved(off, v, low, high):
                return True
        return False

    def answers(self, steps: Steps, tries: int, enough: int = POSSIBILITIES) -> int:
        """Count answers of the person that are possible, the nearest first."""
        grid = np.arange(0, (HIGH - LOW) * self.items + 1) / self.items + LOW
        found = 0
        for answer in grid[np.argsort(abs(grid - self.new[0]))]:
            found += bool(answer == self.new[0]) or self.possible(float(answer), steps, tries)
            if found == enough:
                break
        return found


def flat(parts: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([parts[name] for name in NAMES], -1)


def solved(off, v: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
    """Bring every figure into its interval by damped least squares within limits."""
    wide, damp, now = high - low, 1e-2, off(v)
    for _ in range(60):
        if now @ now < 1e-12:
            return True
        slopes = (off(v + 1e-5 * wide[:, None] * np.eye(len(v))) - now).T / 1e-5
        rows = abs(now) > 0
        square = slopes[rows] @ slopes[rows].T
        square[np.diag_indices_from(square)] += damp * (np.trace(square) / rows.sum() + 1e-9)
        then = np.clip(v - wide * (slopes[rows].T @ np.linalg.solve(square, now[rows])), low, high)
        missed = off(then)
        if np.isfinite(missed).all() and missed @ missed < now @ now:
            v, now, damp = then, missed, max(damp / 4, 1e-6)
        else:
            damp *= 6
    return False


@pytest.mark.parametrize("seed", [1, 2])
def test_three_decimals_give_the_answer_away(seed: int) -> None:
    """A search that found many answers whatever is printed would prove nothing."""
    attack = Attack(12, seed)
    assert attack.answers(attack.three_decimals, tries=3) < POSSIBILITIES


@pytest.mark.parametrize(("groups", "seed"), [(12, 1), (12, 2), (20, 1), (20, 2), (20, 4)])
def test_figures_as_they_are_shown_leave_three_answers(groups: int, seed: int) -> None:
    attack = Attack(groups, seed)
    assert attack.answers(attack.shown, tries=8) >= POSSIBILITIES


def test_no_fit_measure_gives_chisquare_in_more_digits() -> None:
    seen = Coarseness(RULE, 60, {"one": 1 / 3}).fit_measures(
        {"chisq": 1.0837, "df": 5, "cn_05": 613.482, "cn_01": 835.911, "cfi": 0.98765}
    )
    assert np.isnan([seen["cn_05"], seen["cn_01"]]).all()
    assert (seen["chisq"], seen["df"], seen["cfi"]) == (1.0, 5, 0.99)
