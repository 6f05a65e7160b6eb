"""Find and run what the README shows, so that it cannot go stale.

`command NAME` prints the shell line under the comment `<!-- NAME -->`; `run` runs every block
marked `<!-- run -->`, shell and Python, in an empty folder.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCK = re.compile(r"<!-- ([a-z]+) -->\n+```(\w+)\n(.*?)```", re.DOTALL)


def blocks() -> list[tuple[str, str, str]]:
    return [match.groups() for match in BLOCK.finditer(README.read_text("utf-8"))]  # type: ignore[misc]


def command(name: str) -> str:
    lines = [body.strip() for mark, _, body in blocks() if mark == name]
    if len(lines) != 1 or "\n" in lines[0]:
        raise SystemExit(f"README must hold one single-line command marked {name!r}")
    return lines[0]


def run_all() -> None:
    folder = tempfile.mkdtemp()
    todo = [(language, body) for mark, language, body in blocks() if mark == "run"]
    if not todo:
        raise SystemExit("README must hold blocks marked 'run'")
    for language, body in todo:
        print(f"-- {language}\n{body}", flush=True)
        call = [sys.executable, "-c", body] if language == "python" else ["bash", "-ec", body]
        subprocess.run(call, cwd=folder, check=True)


if __name__ == "__main__":
    if sys.argv[1] == "command":
        print(command(sys.argv[2]))
    else:
        run_all()
