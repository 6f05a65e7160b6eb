"""What an installation weighs, and which requirement brings what.

Run in a fresh virtual environment that holds the package alone::

    python3 -m venv fresh && fresh/bin/pip install .
    fresh/bin/python tests/benchmarks/install_size.py

Sizes are those of the files that pip recorded, bytecode included, in MB (10^6 bytes). "Only by it"
is what would go if this requirement alone went: packages that nothing else needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

ROOT = "collective-use"


def needs(name: str) -> set[str]:
    """Return what a package asks for without an extra, as installed names."""
    found = set()
    for line in requires(name) or ():
        words, _, marker = line.partition(";")
        if "extra" in marker:
            continue
        wanted = normal(re.split(r"[\s<>=!~\[(]", words, maxsplit=1)[0])
        if installed(wanted):
            found.add(wanted)
    return found


def normal(name: str) -> str:
    """Return a name as packages are compared by."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(name: str) -> bool:
    """Return whether a package is here."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def reached(start: Iterable[str]) -> set[str]:
    """Return packages and all that they need."""
    seen: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(needs(name))
    return seen


def size(name: str) -> float:
    """Return the size of a package's files in MB."""
    files = [Path(str(file.locate())) for file in distribution(name).files or ()]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def main() -> None:
    """Print the table, largest share first."""
    direct = sorted(needs(ROOT))
    whole = reached([ROOT])
    sizes = {name: size(name) for name in whole}
    rows = []
    for name in direct:
        others = reached([other for other in direct if other != name])
        alone = sum(sizes[part] for part in reached([name]) - others)
        rows.append((alone, name, sizes[name], sum(sizes[part] for part in reached([name]))))
    print("| requirement | itself | with all it needs | only by it |\n|---|---:|---:|---:|")
    for alone, name, own, joined in sorted(rows, reverse=True):
        print(f"| {name} | {own:.1f} | {joined:.0f} | {alone:.1f} |")
    print(f"| {ROOT} | {sizes[ROOT]:.1f} | {sum(sizes.values()):.0f} | |")


if __name__ == "__main__":
    main()
