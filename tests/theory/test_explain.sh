#!/bin/bash
# test_explain.sh: explain's keys, numbers, pictures, limits and errors, as a script sees them. SPDX-License-Identifier: Apache-2.0
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
fail=0

bad() {
    echo "FAILED: $*"
    fail=1
}

# json NAME TEXT PATTERN OPTIONS...: the line of key NAME at the top level
json() {
    local key=$1 want=$2 got
    shift 2
    got=$("$ATTNSCOPE" explain "$@" --format json | sed -n "s/^  \"$key\": \(.*[^,]\),\{0,1\}$/\1/p")
    [ "$got" = "$want" ] || bad "$*: $key is '$got', not '$want'"
}

# usage TEXT ARGUMENTS...: exit 2, one line that holds TEXT
usage() {
    local text=$1
    shift
    "$ATTNSCOPE" explain "$@" > out 2> err < /dev/null
    local code=$?
    [ "$code" -eq 2 ] || bad "$*: exit $code, not 2"
    [ "$(wc -l < err)" -eq 1 ] || bad "$*: $(wc -l < err) lines on stderr"
    [ -s out ] && bad "$*: writes to stdout"
    grep -qF -- "$text" err || bad "$*: '$(cat err)' lacks '$text'"
}

json pattern '"sink:s=2+window:w=3"' 'window:w=3+sink:s=2' --length 8
json last_row '[4,6,7,8]' log:base=2 --length 8
json last_row '[1,2,3]' causal --length 3
json last_row '[1]' full --length 1
json edges 10241 log:base=2 --length 1k
json reach '[4,7,8]' log:base=2 --length 8 --layers 3
json layers_to_cover 3 log:base=2 --length 8
json layers_to_cover 20 log:base=2 --length 1M
json layers_to_cover 4113 sink:s=4+window:w=256 --length 1M
json layers_to_cover null dilated:r=2 --length 1M
json layers_to_cover_basis '"never"' dilated:r=2 --length 64
json layers_to_cover 1 full --length 5
json paths '{"unit_steps": "10", "any_hops": "25", "states": "4", "pattern": "4"}' causal --length 4 --layers 2
json span 62 causal --length 1024
json span 62 causal --length 1024 --width 512 --heads 8
json work 3222274048 causal --length 1024 --width 512 --heads 8
json density 1 full --length 10
json edges 69940566 longnet:w=2048/4096/8192/16384/32768,r=1/2/4/6/12 --length 32k
json reach '[3,5,7,9]' 'schedule(window:w=3;dilated:r=2,k=2)' --length 40 --layers 4
json edges 117 'schedule(window:w=3;dilated:r=2,k=2)' --length 40

# heads that differ: the first, and all together
"$ATTNSCOPE" explain longnet:w=8/16,r=2/4 --length 64 --heads 4 --format json | grep -q '"all_heads"' || bad "no all_heads"
"$ATTNSCOPE" explain causal --length 64 --heads 4 --format json | grep -q '"all_heads"' && bad "all_heads where heads agree"

# a schedule's layers
[ "$("$ATTNSCOPE" explain 'schedule(window:w=3;causal)' --length 40 --format json | grep -c '^      "edges"')" = 2 ] ||
    bad "by_layer has not two layers"

# the exact number of any size, then the logarithm
"$ATTNSCOPE" explain causal --length 1M --layers 8 --format json > big
[ "$(sed -n 's/.*"any_hops": "\([0-9]*\)".*/\1/p' big | tr -d '\n' | wc -c)" -eq 315694 ] || bad "any_hops has not 315694 digits"
"$ATTNSCOPE" explain window:w=1k --length 8M --layers 8 --format json | grep -q '"any_hops": null' || bad "no cap on digits"

# 1M tokens in little memory: 100 MB of address space beyond what the libraries take; the address sanitizer reserves
# terabytes of it, so a program built with that is not asked
grep -q __asan_init "$ATTNSCOPE" ||
    (ulimit -v 400000; OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 "$ATTNSCOPE" explain log:base=2 --length 1M > /dev/null) ||
    bad "1M does not fit 400 MB of address space"

# pictures
"$ATTNSCOPE" explain causal --length 4 > text
printf '  █▄\n  ████\n' | sed 's/████/███▄/' > drawn
tail -2 text > tail; diff drawn tail > /dev/null || bad "drawing of causal: $(cat tail)"
"$ATTNSCOPE" explain 'sink:s=4+window:w=252' --length 4k --format svg > mask.svg
grep -q '^<svg ' mask.svg && grep -q '^</svg>' mask.svg && grep -q '<rect x="0.000"' mask.svg || bad "no picture"
if command -v rsvg-convert > /dev/null; then
    rsvg-convert mask.svg -o mask.png && [ "$(wc -c < mask.png)" -gt 1000 ] || bad "the picture cannot be drawn"
fi

usage "no pattern is called 'bogus'" bogus
usage "column 17" 'schedule(causal;bogus)'
usage "--length must be" causal --length 0
usage "--length must be" causal --length -3
usage "256M" causal --length 1G
usage "256M" causal --length 1G --format svg
usage "1M layers" causal --layers 2M
usage "--layers must be" causal --layers x
usage "multiple of --heads" causal --heads 7 --width 512
usage "2^64" causal --length 256M --width 1G
usage "text|json|svg" causal --format csv
[ $fail -eq 0 ] && echo "explain: all well"
exit $fail
