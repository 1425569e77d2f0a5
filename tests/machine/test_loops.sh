#!/bin/bash
# machine --turns: every loop that this CPU has answers, says how much a call is, and names what it does not know.
# SPDX-License-Identifier: Apache-2.0
set -u
failed() { echo "FAIL: $*" >&2; exit 1; }

for loop in fma l1; do
    printf '1\n20\n' | "$ATTNSCOPE" machine --turns $loop | awk -v loop=$loop '
        NR == 1 { unit = loop == "fma" ? "FLOPs" : "bytes"; bad = $1 != "ready" || $2 != loop || !($4 > 0) || $5 != unit || NF != 5 }
        NR == 2 { bad = bad || $1 != 1 || !($2 > 0) }
        NR == 3 { bad = bad || $1 != 20 || !($2 > 0) }
        END { exit bad || NR != 3 }' || failed "$loop"
done

# An instruction set that has no such loop leaves it to the next below.
printf '1\n' | "$ATTNSCOPE" machine --turns fma --isa scalar | grep -q '^ready fma scalar [1-9][0-9]* FLOPs$' || failed "--isa scalar"

refused() {
    local words="$1" code=0 said
    shift
    said=$(printf '1\n' | "$ATTNSCOPE" machine "$@" 2>&1 >/dev/null) || code=$?
    [ $code = 2 ] && [[ $said == *"$words"* ]] || failed "$*: exit code $code, $said"
}
refused "is fma, l1, l2" --turns fam
refused "goes with --turns" --isa scalar
refused "there is no" --turns fma --isa none
code=0
said=$(echo x | "$ATTNSCOPE" machine --turns fma 2>&1 >/dev/null) || code=$?
[ $code = 2 ] && [[ $said == *"number of calls"* ]] || failed "a line that is no number: exit code $code, $said"
