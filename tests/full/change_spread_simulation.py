"""False alarms and power of changes of groups under each way to take the spread within groups.

    python tests/full/change_spread_simulation.py [SURVEYS]

30 groups, no change; for power, in other surveys, every fifth group changes by one (pooled)
standard deviation of members. `noisy` are the three groups that vary five times as much. `moments`
fits the prior by mean and variance of the groups' own variances: for comparison.
"""

from __future__ import annotations

import sys

import numpy as np
from scipy import special

from collective_use.numerics.groups import change_spread, changes
from collective_use.numerics.groups.chance import benjamini_hochberg

GROUPS = 30
WAYS = ("pooled", "own", "shrunken", "moments")


def by_moments(pooled: np.ndarray, total: float, own: change_spread.Own) -> change_spread.Own:
    """Return the moderated variance whose prior has the moments of the variances themselves."""
    ratio, df = own.variance / pooled, own.df
    mean = df @ ratio / df.sum()
    chance = (df + 2.0).sum() / df.sum()
    beyond = (df @ ratio**2 / df.sum()) / (mean**2 * chance) - 1.0
    if beyond <= 0:
        return change_spread.Own(pooled, np.full(len(pooled), total))
    prior = 4.0 + 2.0 / beyond
    kept = (mean * (prior - 2.0) + df * ratio) / (prior + df)
    return change_spread.Own(pooled * kept, np.minimum(prior + df, total))


def tests(y: np.ndarray, team: np.ndarray, matched: bool) -> dict[str, np.ndarray]:
    """Return p of every group's change by way; `y` has two columns, a wave each."""
    waves = [changes.wave_of(y[:, w], team, GROUPS) for w in (0, 1)]
    linked = changes.Linked(np.zeros(GROUPS), 0.0)
    covariance = np.zeros(GROUPS)
    if matched:
        linked = changes.linked_of(y[:, 0], y[:, 1], team, GROUPS)
        covariance = change_spread.products_of(y[:, 0], y[:, 1], team, GROUPS)
    endless = np.full(GROUPS, np.inf)
    pooled = changes.change_variance(waves[0], waves[1], linked, endless)
    spreads = [change_spread.products_of(y[:, w], y[:, w], team, GROUPS) for w in (0, 1)]
    own = change_spread.own_of(
        waves[0], waves[1], (spreads[0], spreads[1]), linked.n, covariance, endless
    )
    total = float(waves[0].df)
    found = {
        "pooled": change_spread.Own(pooled, np.full(GROUPS, total)),
        "own": own,
        "shrunken": change_spread.shrunken_of(pooled, total, own),
        "moments": by_moments(pooled, total, own),
    }
    change = waves[1].mean - waves[0].mean
    result = {}
    for way, one in found.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(change == 0, 0.0, np.abs(change) / np.sqrt(one.variance))
        p = 2.0 * special.stdtr(one.df, -t)
        # own answers that are all alike say nothing of the error
        result[way] = np.where((way == "own") & (one.variance == 0), np.nan, p)
    return result


def drawn(
    rng: np.random.Generator, kind: str, size: int, power: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return answers (members, 2), groups, and which groups vary most and which changed."""
    team = np.repeat(np.arange(GROUPS), size)
    noisy = np.arange(GROUPS) < 3
    moved = (np.arange(GROUPS) % 5 == 4) & power
    if kind.startswith("five"):
        # skewed five-point answers: half of the groups answer 1 or 2 nearly always
        shares = np.array([[0.70, 0.20, 0.06, 0.03, 0.01], [0.10, 0.20, 0.30, 0.25, 0.15]])
        which = (np.arange(GROUPS) % 2 if kind == "five mixed" else np.zeros(GROUPS, int))[team]
        cuts = np.cumsum(shares, axis=1)[:, :4]
        y = (rng.random((len(team), 2, 1)) > cuts[which][:, None, :]).sum(axis=2) + 1.0
        step = moved[team] * 1.0
        y[:, 1] = np.minimum(y[:, 1] + step, 5.0)
        return y, team, noisy, moved
    spread = np.ones(GROUPS)
    if kind == "three noisy":
        spread[noisy] = 5.0
    elif kind == "all unlike":
        spread = np.sqrt(6.0 / rng.chisquare(8, GROUPS))
    person = rng.standard_normal(len(team))
    y = np.sqrt(0.5) * person[:, None] + np.sqrt(0.5) * rng.standard_normal((len(team), 2))
    y = y * spread[team][:, None] if kind != "skewed" else np.exp(y) / 2.161
    y[:, 1] += moved[team]
    return y, team, noisy, moved


def main() -> None:
    surveys = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("answers, size, members | way: alarms, alarms of noisy, surveys with p_adjusted, power")
    for kind in ("alike", "three noisy", "all unlike", "skewed", "five", "five mixed"):
        for size in (4, 8, 15):
            for matched in (False, True):
                rng = np.random.default_rng(1)
                alarms: dict[str, list[tuple[float, ...]]] = {w: [] for w in WAYS}
                for _ in range(surveys):
                    y, team, noisy, _ = drawn(rng, kind, size, False)
                    none = tests(y, team, matched)
                    y, team, noisy, moved = drawn(rng, kind, size, True)
                    some = tests(y, team, matched)
                    for way in WAYS:
                        p = none[way]
                        q = some[way][moved & ~noisy]
                        adjusted = benjamini_hochberg(p)
                        alarms[way].append(
                            (np.mean(p < 0.05), np.mean(p[noisy] < 0.05),
                             float((adjusted < 0.05).any()), np.mean(q < 0.05))
                        )  # fmt: skip
                told = "; ".join(
                    f"{way} " + " ".join(f"{v:.3f}" for v in np.mean(alarms[way], axis=0))
                    for way in WAYS
                )
                print(f"{kind}, {size}, {'matched' if matched else 'apart'} | {told}", flush=True)


if __name__ == "__main__":
    main()
