#!/bin/bash
# test_gates.sh: the gates of a duel that need no clock: each of two plug-ins' kernels is worse in one thing, and that one is named.
# SPDX-License-Identifier: Apache-2.0
set -u
. "$SOURCE/tests/checks.sh"
needs xmllint libxml2-utils

# told FOLDER KERNEL GATE: the verdicts of that gate, each once
told() { tail -n +2 "$1/verdicts.csv" | tr -d '\r' | awk -F, -v k="attention/$2|" -v g="$3" 'index($1, k) == 1 && $7 == g {print $2}' | sort -u | xargs; }
is() { # VERDICT FOLDER KERNEL GATE
    [ "$(told "$2" "$3" "$4")" = "$1" ] || fail "$2: $3 by $4 is '$(told "$2" "$3" "$4")', not '$1': $(grep "$3" "$2/verdicts.csv")"
}
cat >gates.yaml <<'S'
name: gates
about: a test
shapes: {length: [8, 16, 32], width: [4], heads: [1]}
kernels: [attention/steady, attention/longer, attention/hungry, attention/wrong, attention/loose, attention/more, attention/steep]
patterns: [causal]
measure: {case_timeout: 20s, budget: 20s}
seed: 5
S
plugins() { "$ATTNSCOPE" duel --plugin-base "$PLUGINS/plugin_gate_$1.so" --plugin-new "$PLUGINS/plugin_gate_$2.so" gates.yaml --quiet "${@:3}"; }

# Worse in one thing each, and by that gate alone.
expect 1 plugins base new --gate exact --out worse --format csv
is regressed worse hungry workspace
is regressed worse more flops
is failed worse wrong accuracy
is failed worse loose accuracy
is regressed worse steep order
is improved worse steep flops # so that no other gate would have seen it
grep -q 'wrong before timing' worse/verdicts.csv || fail "how the kernel is wrong is not told"
grep -q 'more than base promises' worse/verdicts.csv || fail "a promise that was widened is not told"
grep -q 'FLOPs grow as T^2.00, in base as T^1.00, over T = 8 .. 32' worse/verdicts.csv || fail "the order is not told: $(grep order worse/verdicts.csv)"
for kernel in steady longer; do
    for gate in flops workspace accuracy order; do is same worse $kernel $gate; done
done
for gate in flops accuracy order; do is same worse hungry $gate; done
[ -z "$(told worse wrong flops)$(told worse wrong time)" ] || fail "a wrong kernel was held by another gate, too"
[ "$(tr -d '\r' <out.txt)" = "$(tr -d '\r' <worse/verdicts.csv)" ] || fail "what is printed is not what is kept"

# The mirror is better, and a plug-in beside its copy alike.
expect 1 plugins new base --gate exact --out better # base is wrong
is improved better hungry workspace
is improved better more flops
is improved better steep order
is same better loose accuracy
cp "$PLUGINS/plugin_gate_base.so" same.so
expect 0 "$ATTNSCOPE" duel --plugin-base "$PLUGINS/plugin_gate_base.so" --plugin-new ./same.so gates.yaml --gate exact --out alike
grep -q 'exact and unchanged: flops in 21, workspace in 21, accuracy in 21, order in 7' out.txt || fail "what was held is not told: $(tail -1 out.txt)"

# Left out on purpose; accuracy cannot be.
expect 0 plugins base new --gate exact --only 'attention/steep*' --except order --out let
expect 0 plugins base new --gate exact --only 'attention/more*' --except flops,workspace --out let-more
expect 2 plugins base new --gate exact --except accuracy
says 'none of flops, workspace, order'
expect 2 plugins base new --gate speed
says "there is no 'speed'"

# The same from what is stored, and not from what was edited.
expect 1 "$ATTNSCOPE" duel --again worse --format csv
[ "$(tr -d '\r' <out.txt)" = "$(tr -d '\r' <worse/verdicts.csv)" ] || fail "what is stored gives other verdicts"
expect 1 "$ATTNSCOPE" duel --again worse --junit j.xml --markdown m.md
xmllint --noout --schema "$SOURCE/tests/verdict/junit.xsd" j.xml 2>err.txt || fail "junit.xml: $(cat err.txt)"
[ -z "$(grep -o '<testcase [^>]*' j.xml | sort | uniq -d)" ] || fail "two tests of one name: $(grep -o '<testcase [^>]*' j.xml | sort | uniq -d)"
grep -q '| order | regressed |' m.md || fail "the gate is not told in the summary: $(cat m.md)"
grep -q '| same |' m.md && fail "the summary tells what is the same"
edited() { # NAME SED-SCRIPT FILE SAYS
    cp -r worse "$1" && sed -i "$2" "$1/$3"
    cmp -s "$1/$3" "worse/$3" && fail "$1: the edit changed nothing"
    expect 2 "$ATTNSCOPE" duel --again "$1"
    says "$4"
}
edited thrifty '/hungry.*,new,/s/,65536,/,4096,/' exact.csv 'edited or cut short'
edited promise '/loose.*,new,/s/,0.001[0-9]*,/,0.00001,/' exact.csv 'edited or cut short'
edited righted '/wrong.*,new,/s/,failed,/,ok,/' exact.csv 'edited or cut short'
edited sideless 's/,new,ok,/,old,ok,/' exact.csv 'exact.csv:3: side is base or new'
edited nameless '2s/^attention/other/' exact.csv 'exact.csv:2: a case that duel.json does not name'
edited short '$d' exact.csv 'edited or cut short'
edited gateless 's/"flops"/"speed"/' duel.json 'not the rules of a duel of this version'
edited fewer '/"flops",/d' duel.json 'edited or cut short'
edited whitewash 's/,regressed,/,same,/' verdicts.csv 'edited or cut short'

finish
