#!/bin/sh
# make fuzz-coverage: which lines of the project each target's corpus reaches, and what `make fuzz` has found beside it, in the
# build folder. Needs a build with clang and -fprofile-instr-generate -fcoverage-mapping, not one with --enable-fuzzing.
# usage: coverage.sh SOURCE_FOLDER FOUND PROGRAM...   FOUND: a folder with inputs <target>/*, or ""
set -eu
source=$1
found=$2
shift 2
profiles=tests/fuzz/profiles
tools=${LLVM_TOOLS:-}
rm -rf "$profiles"
mkdir -p "$profiles"

# Files of which nothing was run aren't counted: a target is for some of what it is linked with.
echo '| target | inputs | lines run | of | |'
echo '|---|---|---|---|---|'
for program in "$@"; do
    target=${program##*/}
    inputs=$source/tests/fuzz/corpus/$target
    [ -z "$found" ] || [ ! -d "$found/$target" ] || inputs="$inputs $found/$target"
    # A pattern with %m, as modules that are loaded have counters of their own.
    # shellcheck disable=SC2086 # inputs are words
    LLVM_PROFILE_FILE="$profiles/$target-%m.raw" "$program" $inputs >"$profiles/$target.log" 2>&1 || {
        tail -n 20 "$profiles/$target.log" >&2
        exit 1
    }
    "${tools}llvm-profdata" merge -o "$profiles/$target.data" "$profiles/$target"-*.raw
    modules=$(find .libs tests/plugins/.libs tests/fuzz/.libs -name '*.so' 2>/dev/null | sed 's/^/-object=/')
    binary=$program
    [ ! -x "tests/fuzz/.libs/$target" ] || binary=tests/fuzz/.libs/$target
    # shellcheck disable=SC2086 # words, too
    "${tools}llvm-cov" export -summary-only -instr-profile="$profiles/$target.data" \
        -ignore-filename-regex='(^|/)tests/|^/usr/' "$binary" $modules 2>"$profiles/$target.errors" |
        python3 -c '
import json, sys
files = [entry["summary"]["lines"] for entry in json.load(sys.stdin)["data"][0]["files"]]
touched = [lines for lines in files if lines["covered"]]
run, all_lines = (sum(lines[key] for lines in touched) for key in ("covered", "count"))
with open(sys.argv[2], encoding="utf-8", errors="replace") as log:
    inputs = log.read().rstrip().splitlines()[-1].split()[0]
print(f"| {sys.argv[1]} | {inputs} | {run} | {all_lines} | {100 * run / max(all_lines, 1):.0f} % |")
' "$target" "$profiles/$target.log"
done
