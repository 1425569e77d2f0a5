#!/bin/bash
# test_history.sh: history as a user meets it: folders of run and of duel, a step that is found, charts, and what it refuses.
# SPDX-License-Identifier: Apache-2.0
set -u
. "$SOURCE/tests/checks.sh"
. "$SOURCE/tests/verdict/made.sh"
refuses() { # WORDS COMMAND...
    local words=$1
    shift
    "$@" >out.txt 2>err.txt
    [ $? = 2 ] && [ "$(wc -l <err.txt)" = 1 ] && grep -q -- "$words" err.txt || fail "'$*' does not refuse with '$words': $(cat err.txt)"
}
# column NAME CASE: the cells of history.csv, one a line
column() { tr -d '\r' <all/history.csv | awk -F, -v n="$1" -v k="$2" 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == n) c = i} NR > 1 && $1 == k {print $c}'; }

# Twelve results of a sweep: case a is slower by a tenth from the eighth on, b stays; the fourth lacks b. Dates in their names.
for i in 01 02 03 04 05 06 07 08 09 10 11 12; do
    percent=100 cases='a b'
    [ $i -ge 8 ] && percent=110
    [ $i = 04 ] && cases=a
    dir=nightly-202601${i}T030000Z
    made $dir $percent "$cases" m $((10#$i * 7919 % 4000))
    [ "$cases" = a ] || { grep -v '^b,' $dir/samples.csv >t; made x 100 b m $((10#$i * 104729 % 4000)); grep '^b,' x/samples.csv >>t; mv t $dir/samples.csv; fitted $dir; }
done
rm -rf x
"$ATTNSCOPE" history nightly-* --out all >out.txt 2>err.txt || fail "history: $(cat err.txt)"
grep -q '^2 cases in 11 results against nightly-20260101T030000Z: 1 changes$' out.txt || fail "told: $(cat out.txt)"
[ "$(column date a | head -n 1)" = 2026-01-02T03:00:00Z ] || fail "not in the order of dates: $(column date a)"
[ "$(column change a | grep -n . | cut -d: -f1)" = 7 ] || fail "the change of a is not in the eighth result: $(column change a | tr '\n' ' ')"
[ -z "$(column change b | tr -d '\n')" ] || fail "b is said to have changed"
[ "$(column ratio b | sed -n 3p)" = "" ] && [ "$(column reason b | sed -n 3p)" != "" ] || fail "what is missing has a number or no reason"
[ -s all/plots/history.svg ] && [ -s all/plots/history.png ] && [ -s all/plots/history.csv ] || fail "no chart: $(ls all/plots)"
"$ATTNSCOPE" history $(printf '%s\n' nightly-* | sort -r) --format csv | cmp -s - all/history.csv || fail "the order of the arguments matters"
"$ATTNSCOPE" history nightly-* --format json | /usr/bin/python3 -c 'import json, sys; assert len(json.load(sys.stdin)) == 22' || fail "the JSON"
"$ATTNSCOPE" history nightly-* --pin nightly-20260112T030000Z | grep -q '2 cases in 11 results against nightly-20260112T030000Z' || fail "another pin"
# A baseline, which keeps only what compare reads, is as good a pin.
"$ATTNSCOPE" baseline nightly-20260101T030000Z >/dev/null && "$ATTNSCOPE" history nightly-20260102* nightly-20260103* --pin results/baselines/m/made >out.txt || fail "a baseline as pin"

# Folders of duel: the ratio as it was measured in turns.
duel() { # DIR BASE RATIO DATE [CASE]
    mkdir -p "$1"
    echo "{\"fingerprint\": \"m\", \"date\": \"$4\"}" >"$1/machine.json"
    echo "{\"base\": {\"commit\": \"$2\"}, \"new\": {\"commit\": \"n$3\"}}" >"$1/duel.json"
    printf 'case,verdict,ratio,ratio_low,ratio_high\n%s,same,%s,%s,%s\n' "${5:-a}" "$3" "$3" "$3" >"$1/verdicts.csv"
}
n=0
for ratio in 1.001 0.999 1.0004 0.9996 1.0008 1.0002 0.9991 1.0006 1.021 1.0204 1.019 1.0201 1.0199 1.0207; do
    n=$((n + 1))
    duel d$n pinned $ratio 2026-02-$((n + 10))T00:00:00Z "it's \`a\`"
done
rm -rf all
"$ATTNSCOPE" history d* --out all >out.txt 2>err.txt || fail "duels: $(cat err.txt)"
grep -q '1 cases in 14 results against pinned: 1 changes' out.txt || fail "duels: $(cat out.txt)"
grep -q 'n1.021 *+2' out.txt || fail "the build of the change is not told: $(cat out.txt)"
grep -q "'it’s ’a’'" all/plots/history.gp || fail "a name reaches gnuplot as it is"

duel other another 1 2026-03-01T00:00:00Z
refuses 'one pinned base' "$ATTNSCOPE" history d* other
refuses 'of one kind' "$ATTNSCOPE" history d1 nightly-20260102T030000Z
refuses 'for folders of run' "$ATTNSCOPE" history d1 d2 --pin d1
refuses 'neither a folder of run nor of duel' "$ATTNSCOPE" history all
made undated 100
refuses 'when it was made' "$ATTNSCOPE" history undated
made elsewhere-20260120T000000Z 100 'a b' other 5
refuses 'across' "$ATTNSCOPE" history nightly-20260101* elsewhere*
refuses 'the only one' "$ATTNSCOPE" history nightly-20260101*
finish
