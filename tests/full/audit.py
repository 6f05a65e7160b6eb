"""Known vulnerabilities of what is installed, without asking anybody over the network.

python tests/full/audit.py ADVISORIES.git

ADVISORIES.git is a clone of the Python Packaging Advisory Database
(https://github.com/pypa/advisory-database), bare or not; what it does not know yet is not found, so
its date is printed. Every package of this environment is held against every advisory of its name.
Ends with 1 when one applies. With a network, `pip-audit` does the same against today's advisories.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distributions
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


def git(place: str, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", place, *words], check=True, capture_output=True, text=True
    ).stdout


def affects(advisory: dict[str, Any], name: str, version: Version) -> bool:
    """Tell whether an advisory names a version, in its list or within a range."""
    for entry in advisory.get("affected", []):
        if canonicalize_name(entry["package"]["name"]) != name:
            continue
        if str(version) in {str(one) for one in entry.get("versions", [])}:
            return True
        ranges = [r for r in entry.get("ranges", []) if r["type"] == "ECOSYSTEM"]
        if any(within(r["events"], version) for r in ranges):
            return True
    return False


def within(events: list[dict[str, Any]], version: Version) -> bool:
    """Follow the events of a range up to a version: introduced, fixed, last affected."""
    inside = False
    for event in events:
        (kind, text), = event.items()  # fmt: skip
        try:
            at = Version("0" if str(text) == "0" else str(text))
        except InvalidVersion:
            continue
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def main(place: str) -> int:
    print("advisories up to", git(place, "log", "-1", "--format=%cs").strip())
    known = set(git(place, "ls-tree", "--name-only", "HEAD:vulns").split())
    found = asked = read = 0
    for package in sorted(distributions(), key=lambda one: one.name.lower()):
        name, version = canonicalize_name(package.name), Version(package.version)
        asked += 1
        if name not in known:
            continue
        for file in git(place, "ls-tree", "--name-only", f"HEAD:vulns/{name}").split():
            advisory = yaml.safe_load(git(place, "show", f"HEAD:vulns/{name}/{file}"))
            read += 1
            if not advisory.get("withdrawn") and affects(advisory, name, version):
                found += 1
                print(f"{name} {version}: {advisory['id']}: {advisory['details'][:100]}")
    print(f"{asked} packages, {read} advisories of their names, {found} apply")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
