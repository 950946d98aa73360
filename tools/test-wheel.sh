#!/bin/sh
# Builds the wheel, installs it away from the checkout, and asks of it what a user asks first.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/python -m hatchling build -t wheel -d "$work/dist" >/dev/null
outside=$(.venv/bin/python - "$work"/dist/*.whl <<'PY'
import sys, zipfile
names = zipfile.ZipFile(sys.argv[1]).namelist()
print("\n".join(n for n in names if not n.startswith("grader/") and ".dist-info/" not in n))
PY
)
if [ -n "$outside" ]; then echo "the wheel holds more than grader/: $outside" >&2; exit 1; fi
.boot/bin/uv venv --quiet --python .venv/bin/python "$work/venv"
VIRTUAL_ENV="$work/venv" .boot/bin/uv pip sync --quiet --require-hashes --no-build requirements/grader.txt
VIRTUAL_ENV="$work/venv" .boot/bin/uv pip install --quiet --no-deps "$work"/dist/*.whl
mkdir "$work/away"
cp -r assignments reference_solutions examples "$work/away/"
cd "$work/away"
"$work/venv/bin/grader" --version
"$work/venv/bin/grader" runtime list
"$work/venv/bin/grader" grade examples/submissions --only bruno-carvalho -a pele --lang en
"$work/venv/bin/python" - <<'PY'
import json
document = json.load(open("reports/results.json"))
graded = [s for s in document["submissions"] if s["status"] == "graded"]
assert document["schema"] == "grader/results/v1" and graded, document
print("wheel: graded", len(graded), "submission(s)")
PY
