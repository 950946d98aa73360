#!/bin/sh
# stage.sh NAME COMMAND...: runs one stage of the gate and adds what it took to build/stages.txt, passed or not.
set -u
name=$1; shift
begun=$(date +%s)
"$@"; status=$?
mkdir -p build
printf '%-10s %4d s  %s\n' "$name" "$(($(date +%s) - begun))" "$([ "$status" = 0 ] && echo passed || echo FAILED)" >> build/stages.txt
exit "$status"
