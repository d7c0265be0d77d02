#!/bin/sh
# make fuzz: each target for some seconds, one after the other, in the build folder. New inputs go to tests/fuzz/found/,
# what fails to tests/fuzz/crashes/.
# usage: run_fuzzers.sh SOURCE_FOLDER SECONDS NAMES PROGRAM...   NAMES: those targets only; empty: all programs
set -u
source=$1
seconds=$2
names=$3
shift 3
mkdir -p tests/fuzz/crashes || exit 1
failed=
for target in ${names:-"$@"}; do
    target=${target##*/}
    found=tests/fuzz/found/$target
    mkdir -p "$found" || exit 1
    echo "fuzz: $target for $seconds s"
    tests/fuzz/"$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="tests/fuzz/crashes/$target-" "$found" "$source/tests/fuzz/corpus/$target" \
        >"$found.log" 2>&1
    code=$?
    if [ "$code" -ne 0 ]; then
        tail -n 60 "$found.log"
        failed="$failed $target"
    fi
    # what it counted: executions, and at the end coverage and features
    grep -a '^#[0-9]*[[:space:]]*DONE\|^stat::number_of_executed_units' "$found.log"
done
ls tests/fuzz/crashes
if [ -n "$failed" ]; then
    echo "fuzz: FAILED:$failed" >&2
    exit 1
fi
echo "fuzz: nothing found"
