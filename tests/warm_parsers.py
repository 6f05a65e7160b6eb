"""Readers of others in processes of their own, without a new interpreter for each.

A server loads pandas and the parsers once and forks for each file: every file is still read in a
process of its own with its own limits of time and memory. A test marked `own_process` starts a
new interpreter for each, as users' machines do.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from pathlib import Path

_SERVER = r"""
import json, os, runpy, sys
import pandas, pikepdf, pyarrow.parquet, pyreadstat, python_calamine
for line in sys.stdin:
    words = json.loads(line)
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 1
        try:
            sys.argv = words
            runpy.run_path(words[0], run_name="__main__")
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class WarmParsers:
    """Stands in the place of `collective_use.door.child._run`."""

    def __init__(self) -> None:
        self.server: subprocess.Popen[str] | None = None

    def __call__(self, words: list[str], seconds: float) -> int | None:
        """Return the exit code; None when the time was over."""
        if self.server is None:
            self.server = subprocess.Popen(
                [sys.executable, "-I", "-c", _SERVER],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, start_new_session=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        script = words.index("-I") + 1
        assert Path(words[script]).is_file()
        self.server.stdin.write(json.dumps(words[script:]) + "\n")
        self.server.stdin.flush()
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.server.stdout, selectors.EVENT_READ)
            if not waiting.select(seconds):
                self.close()
                return None
        return int(self.server.stdout.readline())

    def close(self) -> None:
        """End the server and what it reads."""
        if self.server is not None:
            os.killpg(self.server.pid, 9)
            self.server.communicate()
            self.server = None
