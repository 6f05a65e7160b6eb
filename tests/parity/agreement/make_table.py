"""Write TABLE.md: files, classes, numbers of cells and the worst cell of each."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from agreement_parity import table

if __name__ == "__main__":
    text = "# Agreement: reference cells and how near they are\n\n" + table.markdown()
    (Path(__file__).parent / "TABLE.md").write_text(text, encoding="utf-8")
