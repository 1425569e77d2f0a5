#!/bin/bash
# test_instructions.sh: a duel's gate of instructions: 0.5 % more is flagged, none is not; and what cannot be counted is never `same`.
# SPDX-License-Identifier: Apache-2.0
set -u
. "$SOURCE/tests/checks.sh"
needs valgrind valgrind

row() { tail -n +2 "$1/verdicts.csv" | tr -d '\r' | awk -F, -v k="attention/$2|" 'index($1, k) == 1 && $7 == "instructions"'; }
is() { # VERDICT FOLDER KERNEL
    [ "$(row "$2" "$3" | cut -d, -f2)" = "$1" ] || fail "$2: $3 is not $1 but: $(row "$2" "$3")"
}
config() { # NAME KERNELS THREADS
    cat >"$1.yaml" <<S
name: $1
about: a test
shapes: {length: [24], width: [4], heads: [1], threads: [$3]}
kernels: [$2]
patterns: [causal]
measure: {case_timeout: 20s, budget: 20s}
seed: 5
S
}

# 0.5 % more, in a kernel of 45,000 instructions.
config two attention/longer 1
base=$PLUGINS/plugin_gate_base.so new=$PLUGINS/plugin_gate_new.so
expect 1 "$ATTNSCOPE" duel --plugin-base "$base" --plugin-new "$new" two.yaml --gate instructions --out two
is regressed two longer
row two longer | awk -F, '{exit !($3 > 1.004 && $3 < 1.006)}' || fail "not half a percent more: $(row two longer)"
grep -q 'instructions, base' out.txt || fail "the counts are not told"
[ -e two/callgrind.out ] && fail "callgrind's file was left behind"
expect 1 "$ATTNSCOPE" duel --again two
cp -r two edited && sed -i '/longer.*,new,/{s/1,scalar/2,scalar/;t;s/[0-9],scalar/1,scalar/}' edited/exact.csv
cmp -s edited/exact.csv two/exact.csv && fail "the edit changed nothing"
expect 2 "$ATTNSCOPE" duel --again edited

# The same file elsewhere: equal to the last instruction.
cp "$base" elsewhere.so
config alike attention/longer 1
expect 0 "$ATTNSCOPE" duel --plugin-base "$base" --plugin-new ./elsewhere.so alike.yaml --gate instructions --out alike
is same alike longer
[ "$(row alike longer | cut -d, -f3)" = 1 ] || fail "a copy has other instructions: $(row alike longer)"

# valgrind runs no AVX-512: both sides are counted in the best build that it runs, and the row says so.
config wide attention/flash 1
cp "$ATTNSCOPE" base && cp "$ATTNSCOPE" new
expect 0 ./base duel base new wide.yaml --gate instructions --out "wide%p%"
is same "wide%p%" flash
if "$ATTNSCOPE" list | grep -q '^attention/flash .*avx512'; then
    row "wide%p%" flash | grep -q 'counted in the build for avx2' || fail "the lower isa is not told: $(row "wide%p%" flash)"
fi

# What cannot be counted is inconclusive, with a reason: threads, a valgrind that counts nothing, one that dies; none at all.
config threads attention/steady 2
expect "2 5" "$ATTNSCOPE" duel --plugin-base "$base" --plugin-new "$new" threads.yaml --gate instructions --out threads
[ ! -e threads ] || is inconclusive threads steady
mkdir bin empty
config one attention/steady 1
uncounted() { # NAME WHAT-VALGRIND-DOES REASON
    printf '#!/bin/bash\n[ "$1" = --version ] && exit 0\n%s\n' "$2" >bin/valgrind
    chmod +x bin/valgrind
    expect 5 env PATH="$work/bin:$PATH" "$ATTNSCOPE" duel --plugin-base "$base" --plugin-new "$new" one.yaml --gate instructions --out "$1"
    is inconclusive "$1" steady
    row "$1" steady | grep -q -- "$3" || fail "$1: no '$3' in: $(row "$1" steady)"
    expect 5 "$ATTNSCOPE" duel --again "$1"
}
uncounted idle 'exec "${@: -2}"' 'callgrind counted nothing'
uncounted dies 'kill -SEGV $$' 'under valgrind: killed by SIGSEGV'
uncounted mute 'exit 0' 'under valgrind: ended by itself'
expect 3 env PATH="$work/empty" "$ATTNSCOPE" duel --plugin-base "$base" --plugin-new "$new" one.yaml --gate time,instructions --out absent
grep -q 'apt-get install valgrind' err.txt || fail "no remedy: $(cat err.txt)"
[ "$(wc -l <err.txt)" = 1 ] && [ ! -e absent ] || fail "more than a line, or a folder: $(cat err.txt)"

# The proof that anyone can rerun, one trial of it; and what it makes of trials that are stored.
expect 0 "$ATTNSCOPE" self-test --power --gate instructions --only 'instructions+0.5%' --trials 1 --out power --quiet --format csv
grep -q '^instructions,0.005,none,1,1,' out.txt || fail "0.5 % more was not flagged: $(cat out.txt)"
echo 'instructions,0,none,1,c,regressed,1.003,1.003,1.003,,,,2,b,' >>power/trials.csv
expect 1 "$ATTNSCOPE" self-test --power --trials 0 --out power
grep -q 'instructions +0 %, load none: of 1 duels 1 were flagged' err.txt || fail "a false flag passes: $(cat err.txt)"
sed -i '$d' power/trials.csv && echo 'instructions,-0.005,none,1,c,inconclusive,,,,,,,2,b,' >>power/trials.csv
expect 1 "$ATTNSCOPE" self-test --power --trials 0 --out power
expect 2 "$ATTNSCOPE" self-test --power --gate speed

finish
