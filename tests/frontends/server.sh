# Sourced by the programs beside it and by debian/tests: a netsaned as it is installed, with virtual scanners, for user
# alice under TLS; and a client's home with her password. Wants a shell function fail, and to be root.
# shellcheck shell=bash

work=$(mktemp -d "${AUTOPKGTEST_TMP:-${TMPDIR:-/tmp}}/netsane.XXXXXX")
chmod 755 "$work"
daemon=

clean_up() {
    local code=${1:-$?}
    trap - EXIT
    if [ -n "$daemon" ]; then
        kill "$daemon" 2>/dev/null || :
        wait "$daemon" 2>/dev/null || :
    fi
    [ "$code" -eq 0 ] || [ ! -f "$work/log" ] || sed 's/^/netsaned: /' "$work/log" >&2
    rm -rf -- "$work"
    exit "$code"
}
trap clean_up EXIT

# Sets address; the scanners are $address:test:0 and test:1, for the client and, in $work/scanner, without a network.
start_server() {
    local deadline=$((SECONDS + 60))
    mkdir "$work/scanner"
    echo test >"$work/scanner/dll.conf"
    printf '%s\n' 'number_of_devices 2' 'mode Color' 'test-picture "Color pattern"' 'resolution 75.0' 'geometry_max 300.0' \
        'br_x 210.0' 'br_y 297.0' >"$work/scanner/test.conf"
    echo secret | netsane passwd --file "$work/users" --stdin alice
    chgrp netsane "$work/users"
    chmod 640 "$work/users"
    cat >"$work/netsaned.conf" <<CONF
listen = ["127.0.0.1:0"]
crypt = ["tls"]
auth = ["unix"]
state_dir = "$work/state"
[auth_unix]
file = "$work/users"
[sane]
config_dir = "$work/scanner"
CONF
    netsaned --config "$work/netsaned.conf" --foreground --ports-file "$work/ports" >"$work/log" 2>&1 </dev/null &
    daemon=$!
    until [ -s "$work/ports" ]; do
        kill -0 "$daemon" 2>/dev/null || fail "netsaned does not start"
        [ "$SECONDS" -lt "$deadline" ] || fail "netsaned does not serve"
        sleep 0.1
    done
    address=$(head -n 1 "$work/ports")
}

# A home whose owner is $1.
make_home() {
    mkdir -p "$work/home/.config/netsane"
    printf '%s user=alice password=secret\n' "$address" >"$work/home/.config/netsane/credentials"
    chmod 600 "$work/home/.config/netsane/credentials"
    chmod 700 "$work/home"
    chown -R "$1" "$work/home"
}

stop_server() {
    local code=0
    kill "$daemon"
    wait "$daemon" || code=$?
    daemon=
    [ "$code" -eq 0 ] || fail "netsaned ended with $code"
}
