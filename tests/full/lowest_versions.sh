#!/usr/bin/env bash
# The lowest versions that pyproject.toml allows, in an environment of their own, and a core of the
# tests there: reading, scores, groups, numerics, syntax, doors, studies.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${1:-$(mktemp -d)}
python3 - >"$work/lowest.txt" <<'PY'
import re
import tomllib
for line in tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"]:
    print(re.sub(r">=", "==", line))
PY
# Tests ask DuckDB and polars too; newer pyparsing deprecates what the lowest matplotlib says.
python3 -m venv "$work/lowest"
"$work/lowest/bin/pip" install -q -r "$work/lowest.txt" "pytest>=8.0" "pytest-xdist>=3.5" "hypothesis>=6.100" \
  "pypdf>=4.0" "pyxform>=3.0" duckdb polars narwhals "pyparsing<3.3"
"$work/lowest/bin/pip" install -q --no-deps -e .
"$work/lowest/bin/pip" check
OMP_NUM_THREADS=1 "$work/lowest/bin/python" -m pytest -q -p no:cacheprovider tests/scores tests/syntax \
  tests/numerics tests/door tests/responses tests/study tests/test_*.py
