"""Outside programs that the full checks need. A missing one fails; nothing is skipped."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def program(name: str) -> str:
    """Return the path of a program, or fail with what to install."""
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"the full checks need {name!r} on the PATH; see docs/testing.md")
    return found


def run(*words: str | Path, cwd: Path | None = None, timeout: float = 300) -> str:
    """Run a program and return what it prints; fail with its output when it fails."""
    call = [str(word) for word in words]
    done = subprocess.run(call, cwd=cwd, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise RuntimeError(
            f"{' '.join(call)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
    return done.stdout


@contextmanager
def browser(downloads: Path, *, width: int = 1000, height: int = 1000) -> Iterator[Any]:
    """Open headless Chromium; pages that ask anything of the network fail to load it."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        f"--window-size={width},{height}",
        f"--user-data-dir={downloads / 'profile'}",
    ):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(program("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()
