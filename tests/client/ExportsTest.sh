#!/bin/sh
# The shared objects that go into other people's programs export their interface and nothing else.
status=0
check() {
    symbols=$(${NM:-nm} -D --defined-only "$1") || exit 99
    others=$(echo "$symbols" | awk -v wanted="$2" '$NF !~ wanted { print $NF }')
    if [ -n "$others" ] || [ -z "$symbols" ]; then
        echo "$1 exports too much or nothing: $others"
        status=1
    fi
}
check .libs/libnetsane.so '^netsane_'
check .libs/libsane-netsane.so '^sane_'
missing=
for name in init exit get_devices open close get_option_descriptor control_option get_parameters start read cancel \
    set_io_mode get_select_fd strstatus; do
    for symbol in "sane_$name" "sane_netsane_$name"; do
        ${NM:-nm} -D --defined-only .libs/libsane-netsane.so | grep -q " $symbol\$" || missing="$missing $symbol"
    done
done
if [ -n "$missing" ]; then
    echo "libsane-netsane doesn't export:$missing"
    status=1
fi
exit $status
