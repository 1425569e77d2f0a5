#!/bin/bash
# test_run.sh: the program as a user meets it: faulty kernels, kill -9, --resume, Ctrl-C, bad usage.
# SPDX-License-Identifier: Apache-2.0
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
export ATTNSCOPE_HOME=$SOURCE

fail() { echo "FAIL: $*"; failures=$((failures + 1)); }
expect() { # CODE COMMAND...
    local code=$1 got
    shift
    "$@" >out.txt 2>err.txt
    got=$?
    [ "$got" = "$code" ] || fail "'$*' gave $got, not $code: $(tail -2 err.txt)"
}
last_line() { [ "$(tail -1 out.txt)" = "$1" ] || fail "last line '$(tail -1 out.txt)', not '$1'"; }
# Rows of samples.csv: the same number of cells each, every process of a case numbered once.
samples() { tail -n +2 "$1/samples.csv" | wc -l; }
whole() { [ "$(tr -d '\r' <"$1/samples.csv" | awk -F, '{print NF}' | sort -u)" = 12 ] || fail "$1/samples.csv has ragged rows"; }
# Cases of a status; its column is found by name. No cell before it has a comma in these runs.
cases_with() {
    tr -d '\r' <"$1/cases.csv" | awk -F, -v s="$2" 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == "status") at = i; next} $at == s' | wc -l
}

config() { # NAME PROCESSES KERNELS
    cat >"$1.yaml" <<EOF
name: $1
about: a test
shapes: {length: [32, 64], width: [16], heads: [2]}
kernels: [$3]
patterns: [causal]
measure: {processes: $2, batches: 3, budget: 5m, case_timeout: 2s, precision: 0.01%}
seed: 5
EOF
}

plugin="--plugin $PLUGINS/plugin_faulty.so"

# Faulty kernels cost their own rows and no others.
config faulty 2 'attention/naive, attention/good, attention/crash, attention/wrong, attention/leave, attention/overrun'
expect 4 "$ATTNSCOPE" run faulty.yaml $plugin --out faulty
last_line "results: faulty"
whole faulty
[ "$(cases_with faulty ok)" = 4 ] || fail "of 4 good cases $(cases_with faulty ok) are ok"
[ "$(cases_with faulty failed)" = 8 ] || fail "of 8 faulty cases $(cases_with faulty failed) failed"
grep -q 'killed by SIGSEGV' faulty/cases.csv || fail "no signal is named"
[ -s faulty/machine.json ] && [ -s faulty/summary.csv ] || fail "files are missing"
roofs() { tr -d ' \n' <"$1/machine.json" | grep -oE '"(fma_gflops|fma_gflops_all|bf16_gflops|bf16_gflops_all|read_gbs)":[^]}]*'; }
roofs faulty | grep -q '"scalar":[0-9]' || fail "no roof was measured: $(roofs faulty)"
# The others are spared measuring the machine once more.
known="--roofs faulty"

# A run is all of stdout's table, its last line, and nothing on stderr when quiet.
config small 1 attention/naive
expect 0 "$ATTNSCOPE" run small.yaml --out small --quiet $known
[ -s err.txt ] && fail "--quiet is not: $(head -1 err.txt)"
last_line "results: small"
[ "$(roofs small)" = "$(roofs faulty)" ] || fail "--roofs: other roofs than those that it names: $(roofs small)"
measured=$(grep '"roofs_date": "' faulty/machine.json)
[ -n "$measured" ] && [ "$measured" = "$(grep '"roofs_date"' small/machine.json)" ] || fail "--roofs: not the date of the roofs"

# kill -9 midway: readable, and --resume does what is missing.
config killed 4 attention/naive
"$ATTNSCOPE" run killed.yaml --out killed $known >out.txt 2>err.txt &
pid=$!
for _ in $(seq 200); do
    [ -e killed/samples.csv ] && [ "$(samples killed)" -ge 7 ] && break
    sleep 0.05
done
kill -9 $pid
wait $pid 2>/dev/null
before=$(samples killed)
whole killed
[ "$before" -ge 7 ] && [ "$before" -lt 24 ] || fail "killed too late or too early: $before samples"
sleep 0.2
[ "$(samples killed)" = "$before" ] || fail "a worker has outlived its parent"
expect 0 "$ATTNSCOPE" run --resume killed
last_line "results: killed"
whole killed
after=$(samples killed)
[ "$after" -ge 24 ] && [ "$after" -le 26 ] || fail "resumed to $after samples, not 24 and those of a partial process"
tail -n +2 killed/samples.csv | cut -d, -f1-3 | sort | uniq -d | grep -q . && fail "a process number was given twice"
[ "$(cases_with killed ok)" = 2 ] || fail "a resumed run is not complete"
expect 0 "$ATTNSCOPE" run --resume killed
[ "$(samples killed)" = "$after" ] || fail "a complete run was measured again"

# Ctrl-C: what was measured is kept, analysed and shown; exit 130.
config stopped 6 attention/naive
"$ATTNSCOPE" run stopped.yaml --out stopped $known >out.txt 2>err.txt &
pid=$!
for _ in $(seq 200); do
    [ -e stopped/samples.csv ] && [ "$(samples stopped)" -ge 7 ] && break
    sleep 0.05
done
kill -INT $pid
wait $pid
code=$?
[ $code = 130 ] || fail "interrupted: exit $code"
last_line "results: stopped"
whole stopped
[ -s stopped/summary.csv ] || fail "an interrupted run has no summary"
grep -q 'interrupted' stopped/cases.csv || fail "cases.csv does not say that the run was interrupted"

# Ctrl-C before the first sample, while the machine is measured.
"$ATTNSCOPE" run stopped.yaml --out early >out.txt 2>err.txt &
pid=$!
for _ in $(seq 100); do
    [ -e early/cases.csv ] && break
    sleep 0.02
done
kill -INT $pid
wait $pid
code=$?
[ $code = 130 ] || fail "interrupted early: exit $code: $(cat err.txt)"
roofs early | grep -q ':[0-9]' && fail "a run that was stopped while it measured roofs has some: $(roofs early)"
expect 0 "$ATTNSCOPE" run --resume early
roofs early | grep -q '"scalar":[0-9]' || fail "a resumed run did not measure the roofs that were missing"
[ "$(samples early)" = 36 ] || fail "resumed from nothing to $(samples early) samples, not 36"

# No room: exit 3, whole rows, and --resume when there is room again. (A limit on file size stands for the disk.)
config full 8 attention/naive
(ulimit -f 4; exec "$ATTNSCOPE" run full.yaml --out full $known >out.txt 2>err.txt)
code=$?
[ $code = 3 ] || fail "no room: exit $code"
[ "$(grep -c 'cannot write' err.txt)" = 1 ] || fail "no room is not one clear line: $(cat err.txt)"
whole full
[ "$(samples full)" -ge 10 ] || fail "no room: only $(samples full) samples kept"
expect 0 "$ATTNSCOPE" run --resume full
whole full
[ "$(cases_with full ok)" = 2 ] || fail "a run resumed after no room is not complete"

# The budget.
expect 0 "$ATTNSCOPE" run killed.yaml --out brief $known --budget 1s
grep -q 'the budget of' brief/cases.csv || fail "cases.csv does not say that the budget ended"

# Counters: values, or reasons.
expect 0 "$ATTNSCOPE" run small.yaml --out counted $known --counters software,instructions --only '*T=32:*'
[ "$(tail -n +2 counted/counters.csv | wc -l)" -ge 6 ] || fail "no counters were recorded"
awk -F, 'NR > 1 && $5 == "" && $7 !~ /unavailable/ {exit 1}' counted/counters.csv || fail "a missing count has no reason"

# Bad usage.
expect 2 "$ATTNSCOPE" run
expect 2 "$ATTNSCOPE" run small.yaml --out small
expect 2 "$ATTNSCOPE" run --resume nowhere
expect 2 "$ATTNSCOPE" run small.yaml --resume small
expect 2 "$ATTNSCOPE" run small.yaml --out x1 --counters bogus
expect 2 "$ATTNSCOPE" run small.yaml --out x2 --budget soon
expect 2 "$ATTNSCOPE" run small.yaml --out x3 --plugin nothing.so
mkdir other && sed 's/"fingerprint": "/&x/' faulty/machine.json >other/machine.json
expect 2 "$ATTNSCOPE" run small.yaml --out x4 --roofs other
grep -q "another machine's" err.txt || fail "roofs of another machine: $(cat err.txt)"
expect 2 "$ATTNSCOPE" run small.yaml --out x4 --roofs nowhere
grep -q 'machine.json' err.txt || fail "no roofs: $(cat err.txt)"
expect 2 "$ATTNSCOPE" run --resume killed $known
expect 3 "$ATTNSCOPE" run small.yaml --out /proc/nowhere
ls -d x? >/dev/null 2>&1 && fail "bad usage has left a folder behind"
[ "$(wc -l <err.txt)" = 1 ] || fail "an error is not one line: $(cat err.txt)"

[ $failures = 0 ] && echo "test_run: all passed"
exit $failures
