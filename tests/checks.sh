# checks.sh: what the tests in shell share: a folder that goes with the test, failures that are counted, commands with the codes that
# are wanted. Sourced; needs $SOURCE. The last command of a test is finish.
# SPDX-License-Identifier: Apache-2.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export ATTNSCOPE_HOME=$SOURCE
failures=0

fail() { echo "FAIL: $*"; failures=$((failures + 1)); }
needs() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null || { echo "needs $1: apt-get install $2" >&2; exit 1; }
}
expect() { # CODES COMMAND...: out.txt and err.txt hold what it said; bad input is told in one line
    local codes=$1 got
    shift
    "$@" >out.txt 2>err.txt
    got=$?
    case " $codes " in *" $got "*) ;; *) fail "'$*' gave $got, not $codes: $(tail -2 err.txt)" ;; esac
    [ "$got" != 2 ] || [ "$(wc -l <err.txt)" = 1 ] || fail "'$*': not one line of error: $(cat err.txt)"
}
says() { grep -q -- "$1" err.txt || fail "no '$1' in: $(tail -2 err.txt)"; }
prints() { grep -q -- "$1" out.txt || fail "no '$1' in: $(cat out.txt)"; }
finish() {
    [ "$failures" = 0 ] && echo "all as it should be"
    exit $((failures > 0))
}
