"""kill -9 at random moments: the folder holds the old set of files or the new one, never a mix.

python tests/full/kills.py [KILLS] [SEED] [KIND ...]
python tests/full/kills.py 60 1 publish "questionnaire --personal" --interrupt

Kinds are those of `KINDS`; all of them by default, each with an equal share of the kills.
`--interrupt` sends what Ctrl-C sends, from the first moment on: it must end in one sentence.

Two settings take turns at one folder. After each kill every file is compared with a run of the
same setting into a fresh folder; the owner's file must be there; every tenth time the next
command must finish and leave nothing of the interrupted one. What is no folder of results is judged
by its own promise: of a report each file is old or new as a whole, a study is sealed or it is not.
Prints a line a command; ends with 1 on a fault.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import collective_use as cu
from collective_use.study.settings import SEAL_FILE

KINDS = (
    "score", "score --large", "run", "fit", "publish", "questionnaire --personal", "codebook",
    "report", "plan", "seal",
)  # fmt: skip

BY_FILE = ("report",)
"""Commands that write single files: each is the old one or the new one."""

NO_TWO_WAYS = ("seal",)
"""Commands that begin where nothing was: the first setting is a study that is not sealed."""

FAULTS = ("mixed", "own file lost", "next failed", "silent")
SENTENCE = "Interrupted; nothing was left half-written."

PROGRAM = [sys.executable, "-m", "collective_use"]
PLACES = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
STUDY = "instrument: lq2002\nexports: export.csv\nout: {out}\nminimum_group_size: {least}\n"


def commands(here: Path) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return, for each command, two settings with different results; OUT stands for the place."""
    rows = Path(cu.sample_path("lq2002.csv")).read_text("utf-8").splitlines()[:121]
    (here / "export.csv").write_text("\n".join(rows) + "\n")
    for name, groups, each in (("one", "abc", 3), ("two", "cde", 4)):
        people = "".join(f"{g},{g}m{i}\n" for g in groups for i in range(each))
        (here / f"{name}.csv").write_text("group,member\n" + people)
    for name, least in (("one", 3), ("two", 20)):
        (here / f"{name}.yaml").write_text(STUDY.format(out="unused", least=least))
    score = ("score", "export.csv", "--instrument", "lq2002", "--out", "OUT")
    clean = cu.sample_path("clean")
    fit = (
        "fit", str(clean / "export.csv"), "--instrument", "collective_data_use", "--members",
        str(clean / "members.csv"), "--out", "OUT", "--model",
    )  # fmt: skip
    paper = ("questionnaire", "lq2002", "--personal", "--out", "OUT/", "--members")
    plan = (
        "plan", "collective_data_use", "--members", "6", "--repetitions", "20", "--out", "OUT",
        "--groups",
    )  # fmt: skip
    for name in ("one", "two"):
        made = ("run", f"{name}.yaml", "--out", f"of_{name}")
        subprocess.run(call(made, ""), cwd=here, env=PLACES, capture_output=True, check=True)
    report = ("--out", "OUT/page.html", "--word", "OUT/paper.docx", "--xlsx", "OUT/tables.xlsx")
    init = ("init", "OUT", "--instrument", "lq2002", "--export", "export.csv")
    online = ("publish", "lq2002", "--to", "web", "--out", "OUT", "--members")
    return {
        "score": (score, (*score, "--minimum-group-size", "20")),
        "score --large": (
            (*score, "--large", "--repetitions", "0"),
            (*score, "--large", "--repetitions", "0", "--minimum-answered", "1"),
        ),
        "run": (("run", "one.yaml", "--out", "OUT"), ("run", "two.yaml", "--out", "OUT")),
        "fit": ((*fit, "M1"), (*fit, "M2")),
        "publish": ((*online, "one.csv"), (*online, "two.csv")),
        "questionnaire --personal": ((*paper, "one.csv"), (*paper, "two.csv")),
        "codebook": (
            ("codebook", "lq2002", "--out", "OUT/book.html"),
            ("codebook", "starter", "--out", "OUT/book.html"),
        ),
        "report": (("report", "of_one", *report), ("report", "of_two", *report)),
        "plan": ((*plan, "40"), (*plan, "60")),
        "seal": (init, ("seal", "OUT", "--sign", "A. Author")),
    }


def call(words: tuple[str, ...], out: str) -> list[str]:
    return [*PROGRAM, *(word.replace("OUT", out) for word in words)]


def state(folder: Path) -> dict[str, str]:
    """Return the hash of every file but the log and the owner's own."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in ("log.json", "mine.txt")
        and not file.name.startswith(".")
    } if folder.is_dir() else {}  # fmt: skip


def finished(words: tuple[str, ...], out: str, here: Path) -> float:
    if any("OUT/" in word for word in words):
        (here / out).mkdir(exist_ok=True)
    start = time.monotonic()
    done = subprocess.run(
        call(words, out), cwd=here, env=PLACES, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{words}: exit code {done.returncode}: {done.stderr[-300:]}")
    return time.monotonic() - start


def killed(
    name: str, kills: int, chance: random.Random, here: Path, interrupt: bool = False
) -> dict[str, int]:
    """Kill one command again and again; count what was found."""
    ways = commands(here)[name]
    count = dict.fromkeys(("killed", "ended first", *FAULTS), 0)
    wanted, took = [], 0.0
    for place, way in enumerate(ways):
        if name in NO_TWO_WAYS and place:
            shutil.copytree(here / "fresh0", here / "fresh1")
        took = max(took, finished(way, f"fresh{place}", here))
        wanted.append(state(here / f"fresh{place}"))
    for number in range(3 * kills):
        if count["killed"] == kills:
            break
        turn = 1 if name in NO_TWO_WAYS else number % 2
        way, before = ways[turn], here / f"fresh{1 - turn}"
        shutil.rmtree(here / "out", ignore_errors=True)
        shutil.copytree(before, here / "out")
        (here / "out" / "mine.txt").write_text("my own notes")
        child = subprocess.Popen(
            call(way, "out"), cwd=here, env=PLACES, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        # Most of the time nothing is written yet: kills gather about the end.
        ended, silent = stopped(child, took * chance.uniform(0.05 if interrupt else 0.5, 1.05),
                                signal.SIGINT if interrupt else signal.SIGKILL)  # fmt: skip
        if ended:
            count["ended first"] += 1
            took *= 0.9  # the first runs were slower than these
            continue
        count["killed"] += 1
        count["silent"] += interrupt and silent
        count["mixed"] += not whole(name, here, wanted)
        count["own file lost"] += not (here / "out" / "mine.txt").exists()
        if count["killed"] % 10 == 0:
            if not (here / "out" / SEAL_FILE).exists():
                finished(way, "out", here)
            again = whole(name, here, wanted[turn:]) and set(state(here / "out")) == set(wanted[1])
            count["next failed"] += not (again if name in NO_TWO_WAYS else
                                         state(here / "out") == wanted[turn])  # fmt: skip
    return count


def stopped(child: subprocess.Popen[str], after: float, by: signal.Signals) -> tuple[bool, bool]:
    """Stop a command; tell whether it had ended before, and whether it did not say the sentence."""
    try:
        child.communicate(timeout=after)
        return True, False
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, by)
        said = child.communicate()[1]
    # With all done, an interrupt changes nothing. A shell tells -SIGINT as 130, too.
    told = said.strip().splitlines() == [SENTENCE] and child.returncode in (130, -signal.SIGINT)
    return by == signal.SIGINT and child.returncode == 0, not told


def whole(name: str, here: Path, wanted: list[dict[str, str]]) -> bool:
    """Tell whether the place holds what one of the settings leaves, and nothing half."""
    found = state(here / "out")
    if name in BY_FILE:
        return all(any(one.get(file) == hash for one in wanted) for file, hash in found.items())
    if name not in NO_TWO_WAYS:
        return found in wanted
    # The moment of sealing is in the files, so that no two are alike.
    if SEAL_FILE not in found:
        return set(found) <= set(wanted[-1])
    return set(found) == set(wanted[-1]) and cu.verify_study(here / "out").holds


def main(kills: int, seed: int, kinds: tuple[str, ...], interrupt: bool) -> int:
    # A shell lets what it runs in the background ignore interrupts, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chance, bad, total = random.Random(seed), 0, 0
    for name in kinds:
        with tempfile.TemporaryDirectory() as held:
            count = killed(name, max(1, -(-kills // len(kinds))), chance, Path(held), interrupt)
        print(name, count, flush=True)
        bad += sum(count[fault] for fault in FAULTS)
        total += count["killed"]
    print(f"{total} kills, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("kills", nargs="?", type=int, default=207)
    words.add_argument("seed", nargs="?", type=int, default=1)
    words.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=[])
    words.add_argument("--interrupt", action="store_true")
    given = words.parse_args()
    raise SystemExit(main(given.kills, given.seed, tuple(given.kinds) or KINDS, given.interrupt))
