#!/bin/sh
# make fuzz: each target for some seconds, two at a time (FUZZ_JOBS), in the build folder. New inputs go to tests/fuzz/found/, what
# fails to tests/fuzz/crashes/.
# usage: run_fuzzers.sh SOURCE_FOLDER SECONDS NAMES PROGRAM...   NAMES: those targets only, in this order; with =SECONDS of
# its own behind it where it has some; empty: all programs
set -u
source=$1
seconds=$2
names=$3
shift 3

# Itself, with --one TARGET: a line when that is done, with what it counted: executions, and at the end coverage and features.
if [ "${1:-}" = --one ]; then
    target=${2##*/}
    case $target in *=*) seconds=${target#*=} target=${target%%=*} ;; esac
    found=tests/fuzz/found/$target
    dictionary=$source/tests/fuzz/dictionaries/$target.dict
    [ -f "$dictionary" ] && dictionary="-dict=$dictionary" || dictionary=
    mkdir -p "$found" || exit 1
    if tests/fuzz/"$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -malloc_limit_mb=256 \
        -print_final_stats=1 ${dictionary:+"$dictionary"} -artifact_prefix="tests/fuzz/crashes/$target-" \
        "$found" "$source/tests/fuzz/corpus/$target" >"$found.log" 2>&1; then
        echo "fuzz: $target for $seconds s" "$(grep -a '^#[0-9]*[[:space:]]*DONE' "$found.log")"
        exit 0
    fi
    tail -n 60 "$found.log"
    echo "fuzz: FAILED: $target" >&2
    exit 1
fi

mkdir -p tests/fuzz/crashes || exit 1
# shellcheck disable=SC2086 # names are words
printf '%s\n' ${names:-"$@"} |
    xargs -n 1 -P "${FUZZ_JOBS:-2}" /bin/sh "$0" "$source" "$seconds" '' --one
code=$?
ls tests/fuzz/crashes
if [ "$code" -ne 0 ]; then
    exit 1
fi
echo "fuzz: nothing found"
