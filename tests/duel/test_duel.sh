#!/bin/bash
# test_duel.sh: duel as a user meets it: builds that are none, crash, hang, lie; edited files; formats.
# SPDX-License-Identifier: Apache-2.0
set -u
. "$SOURCE/tests/checks.sh"

# verdict FOLDER PREFIX [GATE]: the verdicts of the matching cases, of all gates or of one
verdict() {
    tail -n +2 "$1/verdicts.csv" | tr -d '\r' | awk -F, -v k="$2" -v g="${3:-}" 'index($1, k) == 1 && (!g || $7 == g) {print $2}' | sort -u | tr '\n' ' '
}
config() { # NAME KERNELS TIMEOUT BUDGET
    cat >"$1.yaml" <<EOF
name: $1
about: a test
shapes: {length: [32], width: [16], heads: [2]}
kernels: [$2]
patterns: [causal]
measure: {processes: 5, batches: 2, budget: $4, case_timeout: $3}
seed: 5
EOF
}
fake() { printf '#!/bin/bash\n%s\n' "$2" >"$1"; chmod +x "$1"; }

cp "$ATTNSCOPE" base
cp "$ATTNSCOPE" new
config small attention/naive 5s 3s

# Bad usage and builds that are none.
expect 2 "$ATTNSCOPE" duel
expect 2 "$ATTNSCOPE" duel base new
expect 2 "$ATTNSCOPE" duel base base small.yaml
says 'same file'
ln base linked
expect 2 "$ATTNSCOPE" duel base linked small.yaml
says 'same file'
expect 2 "$ATTNSCOPE" duel base nowhere small.yaml
expect 2 "$ATTNSCOPE" duel base new small.yaml --floor 3
fake silent 'cat >/dev/null'
expect 2 "$ATTNSCOPE" duel base silent small.yaml
says 'does not answer as an attnscope: ended by itself'
fake garbage 'echo "hello world"; sleep 5'
expect 2 "$ATTNSCOPE" duel garbage new small.yaml
says 'broke the protocol'
fake endless 'exec cat /dev/zero'
expect 2 "$ATTNSCOPE" duel base endless small.yaml
says 'a line without end'
fake crashing 'kill -SEGV $$'
expect 2 "$ATTNSCOPE" duel base crashing small.yaml
says 'killed by SIGSEGV'
fake older 'cat >/dev/null; echo "attnscope: worker: speaks protocol 1, was asked in 4: rebuild both sides" >&2; exit 2'
expect 2 "$ATTNSCOPE" duel older new small.yaml
says 'another protocol'
fake newer 'echo "{\"says\":\"hello\",\"body\":{\"protocol\":99,\"version\":\"9\",\"commit\":\"c\",\"kernels\":[]}}"'
expect 2 "$ATTNSCOPE" duel base newer small.yaml
says 'protocol 99'
[ -e results ] && fail "a duel that could not begin left a folder"

# A program that knows itself and fails when it is to work: a status, never `same`.
protocol=$(sed -n 's/^#define AS_PROTOCOL \([0-9]*\)$/\1/p' "$SOURCE/harness/worker/protocol.h")
hello="{\"protocol\":$protocol,\"version\":\"1\",\"commit\":\"c\",\"kernels\":[\"attention/naive\"]}"
result='{"status":"ok","reason":"","error_max":1e-7,"error_allowed":1e-5,"checked":true,"flops_executed":100,"edges":10,"workspace_peak_bytes":0}'
broken() { # NAME WHAT-IT-DOES-IN-TURNS [IN-ITS-CHECK]
    fake "$1" "read -r request
case \$request in
*'\"ask\":\"hello\"'*) echo '{\"says\":\"hello\",\"body\":$hello}' ;;
*'\"ask\":\"check\"'*) ${3:-echo '{\"says\":\"result\",\"body\":$result\}'} ;;
*) $2 ;;
esac"
}
ready='echo "{\"says\":\"ready\",\"body\":{\"calls\":1,\"wall_ns\":1000000}}"'
config hanging attention/naive 1s 30s
broken dies 'kill -KILL $$'
broken midturn "$ready; read -r ask; kill -KILL \$\$"
broken hangs "$ready; sleep 60"
broken liar "$ready; while read -r ask; do echo '{\"says\":\"turn\",\"body\":{\"calls\":15,\"wall_ns\":1e15}}'; done"
broken mute "$ready; while read -r ask; do echo; done"
broken silent-turns 'exit 0'
broken miscount "$ready; while read -r ask; do echo '{\"says\":\"turn\",\"body\":{\"calls\":1,\"wall_ns\":10}}'; done"
for what in dies midturn hangs liar mute silent-turns miscount; do
    expect 1 "$ATTNSCOPE" duel base "$what" hanging.yaml --out "at-$what" --quiet
    [ "$(verdict "at-$what" attention/naive time)" = "failed " ] || fail "$what: '$(verdict "at-$what" attention/naive time)', not failed"
    [ -e "at-$what/base-copy" ] && fail "$what: the copy of the base was left behind"
done
grep -q 'new: killed by SIGKILL' at-midturn/verdicts.csv || fail "a worker killed in mid-turn is not told: $(cat at-midturn/verdicts.csv)"
grep -q 'gave no answer' at-hangs/verdicts.csv || fail "a hang is not told: $(cat at-hangs/verdicts.csv)"

# The same in its check: nothing is timed, and the gate that says so is that of the check.
true='"status":"ok"'
broken check-dies : 'kill -SEGV $$'
broken check-hangs : 'sleep 60'
broken check-mute : :
broken check-garbage : 'echo nonsense'
broken check-other : "echo '{\"says\":\"turn\",\"body\":{\"calls\":1,\"wall_ns\":10}}'"
broken check-unchecked : "echo '{\"says\":\"result\",\"body\":{$true,\"reason\":\"\",\"error_max\":0,\"error_allowed\":1}}'"
broken check-wrong : "echo '{\"says\":\"result\",\"body\":{$true,\"reason\":\"\",\"error_max\":2,\"error_allowed\":1,\"checked\":true}}'"
broken check-nan : "echo '{\"says\":\"result\",\"body\":{$true,\"reason\":\"\",\"error_max\":null,\"error_allowed\":1,\"checked\":true}}'"
for what in check-dies check-hangs check-mute check-garbage check-other check-unchecked check-wrong check-nan; do
    expect 1 "$ATTNSCOPE" duel base "$what" hanging.yaml --out "at-$what" --quiet
    [ "$(verdict "at-$what" attention/naive)" = "failed " ] || fail "$what: '$(verdict "at-$what" attention/naive)', not failed"
    [ "$(verdict "at-$what" attention/naive accuracy)" = "failed " ] || fail "$what: not by accuracy"
    [ "$(wc -l <"at-$what/turns.csv")" = 1 ] || fail "$what: was timed all the same"
    expect 1 "$ATTNSCOPE" duel --again "at-$what"
done
grep -q 'new: killed by SIGSEGV' at-check-dies/verdicts.csv || fail "a crash in the check is not told: $(cat at-check-dies/verdicts.csv)"
expect 1 "$ATTNSCOPE" duel check-dies new hanging.yaml --out base-dies --quiet
grep -q 'base: killed by SIGSEGV' base-dies/verdicts.csv || fail "that it is the base is not told: $(cat base-dies/verdicts.csv)"
# Interrupted in a check: what is there is judged, and nothing is `same`.
config patient attention/naive 60s 30s
"$ATTNSCOPE" duel base check-hangs patient.yaml --out stopped --quiet >out.txt 2>err.txt &
duel=$!
for _ in $(seq 100); do [ -e stopped/duel.json ] && break; sleep 0.05; done
kill -TERM $duel
wait $duel
[ $? = 130 ] || fail "interrupted in a check: not 130"
[ "$(verdict stopped attention/naive)" = "inconclusive " ] || fail "interrupted in a check: '$(verdict stopped attention/naive)'"
[ -e stopped/base-copy ] && fail "an interrupt left the copy of the base behind"
# One that does not say what it does is told as that.
broken secretive 'exit 0' "echo '{\"says\":\"result\",\"body\":{$true,\"reason\":\"\",\"error_max\":0,\"error_allowed\":1,\"checked\":true}}'"
expect 5 "$ATTNSCOPE" duel base secretive hanging.yaml --gate exact --out secretive-kept --quiet
[ "$(verdict secretive-kept attention/naive flops)" = "inconclusive " ] || fail "FLOPs that are not told are '$(verdict secretive-kept attention/naive flops)'"

# A case that one of them lacks.
broken lacking "exit 1"
sed -i 's/attention\/naive"\]/attention\/other"]/' lacking
grep -q attention/other lacking || fail "the stand-in that lacks a kernel has it"
expect 5 "$ATTNSCOPE" duel base lacking small.yaml --out lacks --quiet
[ "$(verdict lacks attention/naive)" = "missing " ] || fail "missing is '$(verdict lacks attention/naive)'"
expect 1 "$ATTNSCOPE" duel base lacking small.yaml --out lacks-strict --quiet --strict
expect 0 "$ATTNSCOPE" duel lacking new small.yaml --out news --quiet
[ "$(verdict news attention/naive)" = "new " ] || fail "new is '$(verdict news attention/naive)'"

# Parameters behind a kernel's name are no part of the name that a build knows it by.
config parameters '"kernelised/performer:m=8"' 20s 30s
expect 0 "$ATTNSCOPE" duel base new parameters.yaml --gate exact --out parameters --quiet
[ "$(verdict parameters kernelised/performer)" = "same " ] || fail "a kernel with parameters is '$(verdict parameters kernelised/performer)'"

# Plug-ins: kernels that crash, keep their answer or are no plug-in at all.
cp "$PLUGINS/plugin_faulty.so" other_faulty.so
expect 2 "$ATTNSCOPE" duel --plugin-base "$PLUGINS/plugin_faulty.so" --plugin-new "$PLUGINS/plugin_faulty.so" small.yaml
says 'same file'
expect 2 "$ATTNSCOPE" duel --plugin-base "$PLUGINS/plugin_faulty.so" small.yaml
echo nothing >not.so
expect 2 "$ATTNSCOPE" duel --plugin-base "$PLUGINS/plugin_faulty.so" --plugin-new ./not.so small.yaml
expect 2 "$ATTNSCOPE" duel --plugin-base "$PLUGINS/plugin_faulty.so" --plugin-new "$PLUGINS/plugin_other_abi.so" small.yaml
says 'ABI'
expect 2 "$ATTNSCOPE" duel --plugin-base "$PLUGINS/plugin_other_abi.so" --plugin-new "$PLUGINS/plugin_faulty.so" small.yaml
says 'ABI'
config faulty 'attention/crash, attention/remember' 5s 20s
expect 1 "$ATTNSCOPE" duel --plugin-base "$PLUGINS/plugin_faulty.so" --plugin-new ./other_faulty.so faulty.yaml --out faulty --quiet
[ "$(verdict faulty attention/crash time)" = "failed " ] || fail "a kernel that crashes is '$(verdict faulty attention/crash time)'"
[ "$(verdict faulty attention/remember accuracy)" = "failed " ] || fail "one that keeps its answer is '$(verdict faulty attention/remember)'"

# A whole one, its rerun, and files that were edited or cut.
expect '0 1 5' "$ATTNSCOPE" duel base new small.yaml --out whole --format csv --budget 4s
first=$(cat out.txt)
[ "$(wc -l <whole/turns.csv)" -ge 19 ] || fail "few turns: $(wc -l <whole/turns.csv)"
# In each pair of processes base leads new as often as new leads base, base and its copy likewise, and new has twice the turns of the copy.
awk -F, '$10 == "ok" {p = $1 "," $2 "," $3; all[p]; n[p, $5, $6]++}
    END {for (p in all) if (!n[p, "new", "base"] || n[p, "new", "base"] != n[p, "new", "other"] || n[p, "copy", "base"] != n[p, "copy", "other"] ||
                            n[p, "new", "base"] != 2 * n[p, "copy", "base"]) {print p; exit 1}}' whole/turns.csv || fail "one side leads more often"
[ "$(tr -d '\r' <whole/verdicts.csv)" = "$(tr -d '\r' <out.txt)" ] || fail "what is printed is not what is kept"
expect '0 1 5' "$ATTNSCOPE" duel --again whole --format csv
[ "$(cat out.txt)" = "$first" ] || fail "the stored turns give other verdicts"
cp -r whole edited
sed -i 's/^\([^,]*,first,0,[0-9]*,new,[a-z]*,[0-9]*,\)/\19/' edited/turns.csv
expect 2 "$ATTNSCOPE" duel --again edited
says 'edited'
cp -r whole cut
head -c -40 whole/turns.csv >cut/turns.csv
head -n 8 cut/turns.csv >t && mv t cut/turns.csv
expect 2 "$ATTNSCOPE" duel --again cut
cp -r whole zeroed
sed -i '3s/,[0-9]*,\([0-9]*\),ok/,0,\1,ok/' zeroed/turns.csv
expect 2 "$ATTNSCOPE" duel --again zeroed
says 'turns.csv:3'
cp -r whole schema
sed -i 's/"schema": [0-9]*/"schema": 7/' schema/duel.json
expect 2 "$ATTNSCOPE" duel --again schema
for format in json junit markdown table; do expect '0 1 5' "$ATTNSCOPE" duel --again whole --format $format; done
expect 2 "$ATTNSCOPE" duel base new small.yaml --out whole
says 'not an empty folder'

expect 2 "$ATTNSCOPE" self-test
expect 0 "$ATTNSCOPE" self-test --power --simulate --trials 50
# Trials that are kept: nothing is measured again, a half line is dropped, an edited one and another machine's are refused.
expect 2 "$ATTNSCOPE" self-test --power --page p.md
expect 2 "$ATTNSCOPE" self-test --power --trials many
expect 0 "$ATTNSCOPE" self-test --power --trials 0 --out power --format csv
head -1 power/trials.csv | grep -q '^injected,share,load,trial,' || fail "no head in trials.csv: $(head -1 power/trials.csv)"
for i in $(seq 0 99); do # 2 flags in 100 duels without a change; 5 % more work is seen by 99, one calls it same
    [ "$i" -lt 2 ] && verdict=regressed || verdict=same
    echo "none,0,none,$i,c,$verdict,1.0,0.99,1.01,0.99,1.01,4,4.5,b,"
    [ "$i" -lt 1 ] && verdict=same || verdict=regressed
    echo "arithmetic,0.05,none,$i,c,$verdict,1.05,1.04,1.06,0.99,1.01,4,4.5,b,"
done >>power/trials.csv
printf 'none,0,no' >>power/trials.csv
expect 2 "$ATTNSCOPE" self-test --power --only arithmetic+2 --trials 1
says "no row 'arithmetic+2'"
expect 1 "$ATTNSCOPE" self-test --power --only none --trials 100 --out power --page p.md --format csv
says 'none +0 %, load none: of 100 duels 2 were flagged'
grep -q '^none,0,none,100,2,0.00243[0-9]*,0.0703[0-9]*,0,0,98,0,1,4.5,4.5' out.txt || fail "counts or interval: $(cat out.txt)"
grep -q '^arithmetic,0.05,none,100,99,' out.txt || fail "counts of arithmetic: $(cat out.txt)"
grep -q '^| arithmetic | +5 % | none | 100 | 99 |' p.md || fail "the page: $(tail -2 p.md)"
[ "$(wc -l <power/trials.csv)" = 201 ] || fail "trials.csv has $(wc -l <power/trials.csv) lines, not 201"
sed -i 's/,regressed,1,/,same,1,/' power/trials.csv
expect 0 "$ATTNSCOPE" self-test --power --trials 0 --out power
cp -r power odd-power && sed -i '5s/.*/none,0,none,1,c,same,,,,,,,,,/' odd-power/trials.csv
expect 2 "$ATTNSCOPE" self-test --power --trials 0 --out odd-power
says 'trials.csv:5'
echo '{"fingerprint": "another"}' >power/machine.json
expect 2 "$ATTNSCOPE" self-test --power --trials 0 --out power
says 'another machine'

finish
