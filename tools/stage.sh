#!/bin/sh
# stage.sh NAME COMMAND...: runs one stage of the gate, and says and adds to build/stages.txt what it took.
set -u
name=$1; shift
begun=$(date +%s)
"$@"; status=$?
mkdir -p build
[ "$status" = 0 ] && word=passed || word=FAILED
printf '%-10s %4d s  %s\n' "$name" "$(($(date +%s) - begun))" "$word" | tee -a build/stages.txt
exit "$status"
