"""Write docs/estimation-robustness.md: run `python tests/sem/robustness_page.py`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from robustness_cases import CASES, outcome

PAGE = Path(__file__).parents[2] / "docs" / "estimation-robustness.md"
HEAD = """# What is said when a model or its data are broken

Estimation programs answer many impossible requests with numbers that look like a solution. Here
each of them ends in an error, or in a result with a named warning, in words that name the variable
and the cause. A result that is doubtful says `admissible = False`; one that did not converge has
no fit measures; an unidentified model has no standard errors.

Warnings are classes of `collective_use.errors`, so that a script can turn them into errors:

```python
import warnings
from collective_use.errors import ImproperSolutionWarning

warnings.simplefilter("error", ImproperSolutionWarning)
```

The table is made by `python tests/sem/robustness_page.py` from the cases in
`tests/sem/robustness_cases.py` and, for groups, levels, ordered answers and replicate weights,
`tests/sem/robustness_kinds.py` (Holzinger and Swineford's nine tests, changed as the first column
says); the fast suite checks every row and that this page is what the program says today.

| what is wrong | what comes back | words |
|---|---|---|
"""
FOOT = """
## What to do then

- **Heywood case** (a negative variance): look at the item first, it may nearly repeat another.
  With few cases it can be chance: `bounds="pos.var"` keeps variances at 0 or above, and its
  chi-square says what that costs.
- **Not identified**: the parameters named cannot be told apart. Give every factor a scale, relate
  a factor with two items to something, or hold its two loadings equal.
- **Did not converge**: the model asks for more than the data hold (a bifactor model on items of one
  factor is the classic). Simplify it; no other starting point will make these numbers a solution.
- **Determine each other**: drop one of the items, or the sum score beside its parts.
- **Few clusters or cases for the parameters**: fit fewer paths, or collect more groups.
"""


def page() -> str:
    """Return the page."""
    rows = []
    for case in CASES.values():
        error, said, _ = outcome(case)
        said = [entry for entry in said if entry[0] == case.kind] if case.edge else said
        what = (
            f"`{error}`"
            if error
            else "result, "
            + ", ".join(f"`{kind}`" for kind in dict.fromkeys(kind for kind, _ in said))
        )
        words = "; ".join(text for _, text in said).replace("|", "\\|")
        rows.append(f"| {case.what} | {what} | {words} |")
    return HEAD + "\n".join(rows) + "\n" + FOOT


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}")
