#!/bin/sh
# make check-threads: runs each program, two at a time, in the build folder. Fails where one fails, or where
# ThreadSanitizer has written a report, be it of a process that a test has started.
# usage: run.sh SUPPRESSIONS PROGRAM...
set -u
reports=tests/threads/reports
rm -rf "$reports" && mkdir -p "$reports" || exit 1
# Backends leave reader threads behind when their process ends.
TSAN_OPTIONS="report_thread_leaks=0 log_path=$PWD/$reports/race log_exe_name=1 exitcode=66 suppressions=$1"
export TSAN_OPTIONS
shift
# shellcheck disable=SC2016 # expanded by the inner shell
printf '%s\n' "$@" | xargs -n 1 -P 2 /bin/sh -c '
    log='"$reports"'/${1##*/}.log
    "$1" --gtest_brief=1 >"$log" 2>&1 && echo "PASS: $1" && exit 0
    tail -n 60 "$log"
    echo "FAIL: $1"
    exit 1' sh
code=$?
for report in "$reports"/race*; do
    [ -e "$report" ] || continue
    echo "== $report"
    cat "$report"
    code=1
done
exit "$code"
