#!/usr/bin/env bash
# The source archive and the wheel, each installed without any index from a folder of wheels, in an
# environment and a folder of their own, and run. Needs an index once, to fill the folder of wheels.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m build --outdir "$work/dist" . >"$work/build.log" 2>&1 || { tail -30 "$work/build.log"; exit 1; }
# Some dependencies come as source only: they are made into wheels here, where an index is at hand.
python3 -m pip wheel -q -w "$work/wheels" "$work"/dist/*.whl "hatchling>=1.27"
for kind in whl tar.gz; do
  python3 -m venv "$work/$kind"
  env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
    "$work/$kind/bin/pip" install -q --no-index --find-links "$work/wheels" "$work"/dist/*."$kind"
  mkdir "$work/empty-$kind"
  (cd "$work/empty-$kind" && "$work/$kind/bin/collective-use" demo --sample lq2002 --out demo >out.txt)
  test -f "$work/empty-$kind/demo/run.json"
  echo "$kind: installed offline and run"
done
