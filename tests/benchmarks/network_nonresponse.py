"""Bias of network indices under non-response, by simulation: writes the table in the docs.

Run ``python tests/benchmarks/network_nonresponse.py`` (about a minute) to write
``docs/network_nonresponse.md`` and the numbers behind it again; ``--replications`` changes
their number.

Truth: directed ties with a tendency of each member to send and to receive and a tendency of
pairs to be mutual; density .35 on average. Who is silent is drawn at random, or so that
members with few ties are silent more often. Each treatment is compared with the index of the
complete network; groups of one answer or none, and those under no gate, count too.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from collective_use.numerics.rosters import network as net
from collective_use.numerics.rosters.missing import fill, index_bounds, reconstruct

INDICES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "density": net.density,
    "reciprocity": net.reciprocity,
    "dyadic_agreement": net.dyadic_agreement,
    "isolates": net.isolates,
    "components": net.components,
    "in_centralization": net.in_centralization,
    "out_centralization": net.out_centralization,
}
TREATMENTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "available": lambda ties: ties,
    "reconstruct": reconstruct,
    "zero": lambda ties: fill(ties, 0.0),
}
SIZES = (4, 6, 8, 10, 12)
RATES = (0.9, 0.8, 0.7, 0.5)
REPLICATIONS = 20_000
MUTUAL = {"mutual": 0.8, "one_sided": 0.0}
"""How alike the two sides of a pair are: contact is mutual, advice is not."""


def true_networks(rng: np.random.Generator, groups: int, k: int, alike: float) -> np.ndarray:
    """Draw complete networks ``(groups, k, k)`` of 0 and 1."""
    send = rng.normal(scale=0.5, size=(groups, k, 1))
    receive = rng.normal(scale=0.7, size=(groups, 1, k))
    pair = np.triu(rng.normal(size=(groups, k, k)), 1)
    pair = pair + np.swapaxes(pair, 1, 2)
    noise = rng.normal(size=(groups, k, k))
    strength = send + receive + np.sqrt(alike) * pair + np.sqrt(1 - alike) * noise
    ties = (strength > 0.51).astype(float)
    ties[:, np.arange(k), np.arange(k)] = np.nan
    return ties


def silence(rng: np.random.Generator, ties: np.ndarray, rate: float, mechanism: str) -> np.ndarray:
    """Blank the rows of silent members; a fixed number of them in each group."""
    groups, k = ties.shape[:2]
    number = round((1 - rate) * k)
    draw = rng.random((groups, k))
    if mechanism == "few_ties":
        ties_of = np.nansum(ties, 1) + np.nansum(ties, 2)
        # Efraimidis-Spirakis: sampling without replacement with unequal weights
        draw = np.log(draw) * np.exp(0.5 * (ties_of - ties_of.mean(1, keepdims=True)))
    order = np.argsort(-draw, axis=1)[:, :number]
    result = ties.copy()
    np.put_along_axis(result, order[..., None], np.nan, axis=1)
    return result


def cell(
    rng: np.random.Generator, groups: int, k: int, rate: float, ties_kind: str, mechanism: str
) -> list[dict[str, object]]:
    """Simulate one cell of the design."""
    complete = true_networks(rng, groups, k, MUTUAL[ties_kind])
    partial = silence(rng, complete, rate, mechanism)
    rows: list[dict[str, object]] = []
    for name, index in INDICES.items():
        truth = index(complete)
        lower, upper = index_bounds(name, partial)  # type: ignore[misc]
        row: dict[str, object] = {
            "index": name, "ties": ties_kind, "silent": mechanism, "members": k,
            "answered": k - round((1 - rate) * k), "truth": np.nanmean(truth),
        }  # fmt: skip
        for label, treat in TREATMENTS.items():
            error = index(treat(partial)) - truth
            known = error[~np.isnan(error)]
            row[f"bias_{label}"] = known.mean()
            row[f"rmse_{label}"] = np.sqrt((known**2).mean())
            row[f"se_bias_{label}"] = known.std(ddof=1) / np.sqrt(len(known))
        row["width_of_bounds"] = np.nanmean(upper - lower)
        rows.append(row)
    return rows


def simulate(groups: int, seed: int = 20230) -> pd.DataFrame:
    """Return the bias of every index in every cell.

    Parameters
    ----------
    groups
        Groups drawn a cell.
    seed
        Seed of the whole table.
    """
    rows: list[dict[str, object]] = []
    seen: set[tuple[object, ...]] = set()
    for ties_kind in MUTUAL:
        for mechanism in ("random", "few_ties"):
            for k in SIZES:
                for rate in RATES:
                    answered = k - round((1 - rate) * k)
                    where = (ties_kind, mechanism, k, answered)
                    if answered == k or where in seen:
                        continue
                    seen.add(where)
                    key = [seed, len(seen)]
                    rng = np.random.default_rng(key)
                    rows += cell(rng, groups, k, rate, ties_kind, mechanism)
    return pd.DataFrame(rows)


HEADINGS = {
    ("mutual", "random"): "Contact-like ties, silence at random",
    ("mutual", "few_ties"): "Contact-like ties, members with few ties silent more often",
    ("one_sided", "random"): "Advice-like ties, silence at random",
    ("one_sided", "few_ties"): "Advice-like ties, members with few ties silent more often",
}


def markdown(table: pd.DataFrame, replications: int) -> str:
    """Return the page with the biases, one table a kind of ties and of silence."""
    lines = [
        "# What non-response does to network indices",
        "",
        f"Bias of each index against the complete network, {replications:,} simulated groups a "
        "cell. In each cell: available reports / reconstruction from the other side / missing "
        "ties read as none, then in brackets the mean width of the sharp bounds. Standard errors "
        f"of all biases are at most {table.filter(like='se_bias').to_numpy().max():.3f}.",
        "",
        "Written by `python tests/benchmarks/network_nonresponse.py`, which says how networks "
        "are drawn; every number with root mean squared errors is in "
        "`tables/network_nonresponse.csv`.",
    ]
    for (ties, silent), heading in HEADINGS.items():
        part = table[(table["ties"] == ties) & (table["silent"] == silent)]
        lines += ["", f"## {heading}", ""]
        lines += ["| members, answered | " + " | ".join(INDICES) + " |"]
        lines += ["|" + "---|" * (len(INDICES) + 1)]
        for (k, answered), rows in part.groupby(["members", "answered"]):
            cells = rows.set_index("index")
            texts = [
                " / ".join(f"{cells.loc[name, f'bias_{way}']:+.2f}" for way in TREATMENTS)
                + f" ({cells.loc[name, 'width_of_bounds']:.2f})"
                for name in INDICES
            ]
            lines.append(f"| {k}, {answered} | " + " | ".join(texts) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=REPLICATIONS)
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    table = simulate(options.replications)
    (options.docs / "tables").mkdir(parents=True, exist_ok=True)
    table.round(4).to_csv(
        options.docs / "tables" / "network_nonresponse.csv", index=False, lineterminator="\n"
    )
    page = markdown(table, options.replications)
    (options.docs / "network_nonresponse.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
