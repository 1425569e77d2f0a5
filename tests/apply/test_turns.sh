#!/bin/bash
# apply --turns: one answer for each number, the report at the end, bad lines named.
# SPDX-License-Identifier: Apache-2.0
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# A float32 .npy of zeros, shape (2,64,16): magic, version 1.0, header length 118, header, data.
{
    printf '\223NUMPY\001\000\166\000'
    printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 64, 16), }"
    head -c 8192 /dev/zero
} > x.npy

turns() {
    "$ATTNSCOPE" apply --kernel attention/flash --pattern causal --q x.npy --k x.npy --v x.npy --out o.npy --calls 1 \
        --turns --format csv
}

printf '1\n300\n' | turns > said
sed -n 1p said | grep -Eq '^ready attention/flash [a-z0-9]+ f32$' || { echo "no 'ready' first" >&2; exit 1; }
sed -n 2p said | grep -Eq '^1 [0-9]+\.[0-9]{9}$' || { echo "no answer to 1" >&2; exit 1; }
sed -n 3p said | grep -Eq '^300 [0-9]+\.[0-9]{9}$' || { echo "no answer to 300" >&2; exit 1; }
awk 'NR == 3 { exit !($2 > 0) }' said || { echo "300 calls in no time" >&2; exit 1; }
sed -n 4p said | grep -q '^kernel,' || { echo "no report at the end" >&2; exit 1; }
test "$(wc -l < said)" = 5
test -s o.npy

for line in 0 -1 x '' 1000001; do
    code=0
    printf '%s\n' "$line" | turns > said 2> error || code=$?
    test "$code" = 2 && grep -q 'number of calls' error || { echo "'$line': exit code $code, $(cat error)" >&2; exit 1; }
done
