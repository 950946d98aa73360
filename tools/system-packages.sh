#!/bin/sh
# Checks what only the system can give. As root what is missing is installed; otherwise the command is
# printed and the exit status is 1.
set -eu
missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need bwrap bubblewrap
need unzip unzip
need dot graphviz
need setpriv util-linux
if [ "${GRADER_BROWSER_TESTS:-0}" = 1 ]; then
    need chromium chromium
    # The program that drives the browser in tests is linked against it.
    /sbin/ldconfig -p | grep -q libatomic.so.1 || missing="$missing libatomic1"
fi
python=$(command -v /usr/bin/python3.11 || command -v python3.11 || command -v /usr/bin/python3 || command -v python3 || true)
if [ -z "$python" ] || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then missing="$missing python3-venv"; fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    echo "installing:$missing" >&2
    apt-get update -qq
    # shellcheck disable=SC2086 - a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "missing on this machine:$missing" >&2
    echo "run: sudo apt-get install -y$missing" >&2
    exit 1
fi
