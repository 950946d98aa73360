#!/bin/sh
# gpu-check.sh [PYTHON]: a few minutes on a machine with an NVIDIA GPU that print what docs/reference/gpu.md keeps.
# Without PYTHON the runtime keras-cuda is installed and used; with it, the Keras of that virtual environment, on
# the backend that computes on a GPU there (tensorflow, torch or jax). Exit status 2: no GPU, and nothing was tried.
set -eu
cd "$(dirname "$0")/.."
if ! ls /proc/driver/nvidia/gpus/*/information >/dev/null 2>&1; then
    echo "no NVIDIA GPU here (no /proc/driver/nvidia/gpus): nothing was tried" >&2
    exit 2
fi
[ -e .venv/.grader-installed ] || make --no-print-directory .venv/.grader-installed
[ $# -gt 0 ] || .venv/bin/grader runtime install keras3
exec .venv/bin/python -m benchmarks.gpu_check "$@"
