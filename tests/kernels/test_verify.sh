#!/usr/bin/env bash
# verify finds nothing wrong on this machine, and finds what is wrong in a kernel that is.
set -u
fail() { echo "FAIL: $*"; exit 1; }
out=$("$ATTNSCOPE" verify) || fail "verify: $out"
checks=${out%% checks*}
[ "${checks##*$'\n'}" -gt 500 ] || fail "verify checked too little: $out"
out=$("$ATTNSCOPE" verify --plugin "$PLUGINS/plugin_faulty.so" --only attention/wrong)
[ $? -eq 1 ] || fail "a wrong kernel passed: $out"
grep -q '^failed .*attention/wrong.*off by' <<<"$out" || fail "no reason given: $out"
"$ATTNSCOPE" verify --only nothing 2>/dev/null
[ $? -eq 2 ] || fail "a glob that matches nothing is bad usage"
echo ok
