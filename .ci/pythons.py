"""Try the built wheel under every Python that is claimed, and with the lowest versions allowed.

    python .ci/pythons.py dist/*.whl FOLDER

Each gets an environment of its own with the wheel, runs the demo in an empty folder and a core of
the tests. Pythons are looked for on the PATH, among pyenv's and, where Debian's packages can be
had, there; what was found and what was not is said. Two at a time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OF_DEBIAN = ROOT / "tests" / "full" / "python_of_debian.sh"
CLAIM = "Programming Language :: Python :: 3."
TOOLS = ("pytest", "hypothesis", "pypdf", "pyxform")
CORE = (
    "tests/scores/test_score.py",
    "tests/syntax",
    "tests/groups/test_aggregate.py",
    "tests/groups/test_labels.py",
    "tests/numerics/test_agreement_kernels.py",
    "tests/numerics/test_icc_kernels.py",
    "tests/responses/test_files.py",
    "tests/sem/test_kernels.py",
    "tests/door/test_limits.py",
    "tests/test_bottom.py",
    "tests/test_compositions.py",
    "tests/test_file_names.py",
    "tests/test_public_face.py",
)


def claimed() -> list[str]:
    """Return the Pythons of the classifiers but the one that runs this, where the suite has run."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if line.startswith(CLAIM)]
    return [version for version in found if version != own]


def works(python: str, version: str) -> bool:
    """Tell whether a program is that Python and can make environments."""
    say = "import sys, venv; print(*sys.version_info[:2], sep='.')"
    try:
        done = subprocess.run([python, "-c", say], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == version


def found_here(version: str) -> str | None:
    """Look on the PATH and among pyenv's versions."""
    name = f"python{version}"
    places = [Path(folder) / name for folder in os.get_exec_path()]
    roots = [os.environ.get("PYENV_ROOT"), "~/.pyenv"]
    if pyenv := shutil.which("pyenv"):
        roots.append(subprocess.run([pyenv, "root"], capture_output=True, text=True).stdout.strip())
    for root in dict.fromkeys(filter(None, roots)):
        places += sorted(Path(root).expanduser().glob(f"versions/{version}.*/bin/{name}"))
    return next((str(p) for p in places if p.is_file() and works(str(p), version)), None)


def found_at_debian(version: str, folder: Path) -> str | None:
    """Unpack Debian's packages of that Python, where they can be had, into a new environment."""
    if not (OF_DEBIAN.exists() and shutil.which("apt-get")):
        return None
    command = ["bash", str(OF_DEBIAN), version, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    except subprocess.TimeoutExpired:
        return None
    last = done.stdout.strip().splitlines()[-1:] or [""]
    return last[0] if done.returncode == 0 and works(last[0], version) else None


def lowest() -> tuple[str, ...]:
    """Return the lowest version of every dependency."""
    return tuple(line.replace(">=", "==") for line in PROJECT["dependencies"])


def call(words: list[str | Path], cwd: Path, log: Path) -> None:
    """Run a command; what it says goes to the log."""
    with log.open("a", encoding="utf-8") as said:
        subprocess.run(words, cwd=cwd, stdout=said, stderr=said, check=True)


@dataclass(frozen=True)
class Case:
    """A Python to make an environment of, or one that is in its own, with rules for pip."""

    title: str
    python: str
    own_environment: bool = False
    rules: tuple[str, ...] = ()


def tried(case: Case, wheel: Path, folder: Path) -> str | None:
    """Install the wheel, run the demo and the core; return the log of what fails."""
    began = time.monotonic()
    empty = folder / "empty"
    empty.mkdir(parents=True)
    log, held = folder / "log.txt", folder / "rules.txt"
    held.write_text("\n".join(case.rules), "utf-8")
    programs = folder / "environment" / "bin"
    if case.own_environment:
        programs = Path(case.python).parent
    pip = [programs / "python", "-m", "pip"]
    try:
        if not case.own_environment:
            call([case.python, "-m", "venv", folder / "environment"], empty, log)
        call([*pip, "install", "-q", "--no-compile", wheel, *TOOLS, "-c", held], empty, log)
        call([*pip, "check"], empty, log)
        call([programs / "collective-use", "demo", "--out", "demo"], empty, log)
        # pytest's own script: the checkout is not on its path, so the wheel is what is tested
        call([programs / "pytest", "-q", "-p", "no:cacheprovider", *CORE], ROOT, log)
    except subprocess.CalledProcessError:
        return f"{case.title} fails:\n{log.read_text('utf-8')[-6000:]}"
    last = log.read_text("utf-8").strip().splitlines()[-1]
    print(
        f"{case.title}: the demo and the core: {last} ({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    return None


def main(wheel: Path, folder: Path) -> None:
    cases = [Case("The lowest versions", sys.executable, rules=lowest())]
    for version in claimed():
        here = found_here(version)
        python = here or found_at_debian(version, folder / f"debian-{version}")
        print(f"Python {version}: {python or 'not to be had here, NOT tested'}", flush=True)
        if python:
            cases.append(Case(f"Python {version}", python, own_environment=here is None))
    with ThreadPoolExecutor(2) as pool:
        places = [folder / case.title.replace(" ", "-") for case in cases]
        problems = list(filter(None, pool.map(tried, cases, [wheel] * len(cases), places)))
    if problems:
        raise SystemExit("\n\n".join(problems))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
