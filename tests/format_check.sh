#!/bin/sh
# Fails where a tracked C or C++ file isn't as .clang-format says. CLANG_FORMAT names another clang-format.
set -eu
cd "$(dirname "$0")/.."
formatter=${CLANG_FORMAT:-}
for name in clang-format-14 clang-format; do
    [ -n "$formatter" ] || formatter=$(command -v "$name" || :)
done
if [ -z "$formatter" ]; then
    echo "format_check: clang-format isn't installed" >&2
    exit 1
fi
"$formatter" --version
count=$(git ls-files '*.c' '*.h' '*.cxx' '*.hxx' | wc -l)
if [ "$count" -eq 0 ]; then
    echo "format_check: no tracked sources here" >&2
    exit 1
fi
git ls-files -z '*.c' '*.h' '*.cxx' '*.hxx' | xargs -0 "$formatter" --dry-run -Werror
echo "$count files are formatted as they should be"
