#!/bin/bash
# test_same_data.sh: same_data.py takes what may be added, and finds what is changed, lost or moved.
# SPDX-License-Identifier: Apache-2.0
set -u
. "$SOURCE/tests/checks.sh"
needs gnuplot gnuplot-nox
SAME=$SOURCE/tests/folder/same_data.py
same() { expect "$1" /usr/bin/python3 "$SAME" "${@:2}"; }

cat >small.yaml <<'Y'
name: small
shapes: {length: [32, 48, 64], width: [16], heads: [2]}
kernels: [attention/naive, attention/flash]
patterns: [causal, "window:w=8"]
measure: {processes: 2, batches: 2, budget: 5m, precision: 0.01%}
Y
for name in first second; do
    "$ATTNSCOPE" run small.yaml --only '*causal*' --out $name --roofs "$ROOFS" --quiet >out.txt 2>&1 || fail "cannot run: $(cat out.txt)"
done
cp "$ATTNSCOPE" base
expect '0 1 5' "$ATTNSCOPE" duel base "$ATTNSCOPE" small.yaml --only '*naive|causal|T=32*' --gate exact --out duel --quiet

# The program with other files: `report` comes after fit and plot, and before the rest.
program() { # NAME CHANGES
    printf '#!/bin/bash\n"%s" "$@"\ncode=$?\n%s\nexit $code\n' "$ATTNSCOPE" "$2" >"$1"
    chmod +x "$1"
}
program more '[ "$1 $2" = "report first" ] || exit $code
sed -i "s/\r$/,0\r/; 1s/,0\r$/,added\r/" first/summary.csv
sed -i "s/\"num_cpus\"/\"added\": [1], &/" first/benchmark.json
touch first/added.csv'
program other '[ "$*" = "explain full --length 256 --format json" ] && code=4
[ "$*" = "claims --format json" ] && echo "]"
[ "$1 $2" = "report first" ] || exit $code
sed -i "s/\"num_cpus\"/\"cpus\"/" first/benchmark.json
sed -i "1s/^curve,kernel/kernel,curve/" first/fits.csv
rm first/plots/time-length.svg
: >first/report.html
sed -i "3s/\(.*\),ok,/\1,okay,/" first/summary.csv'

same 0 "$ATTNSCOPE" "$PWD/more" first second duel
prints '^0 differences: 3 folders'
same 1 "$ATTNSCOPE" "$PWD/other" first
prints '^explain-1.json: exit code: old 0 , new 4'
prints '^printed/claims.json: cannot be read'
prints "^first/benchmark.json: context: the key 'num_cpus' is gone"
prints "^first/fits.csv: row 1: "
prints '^first/plots/time-length.svg: is missing in new'
prints '^first/report.html: is empty'
prints "^first/summary.csv: row 3 (attention/.*), column status: old 'ok', new 'okay'"

# A proof needs folders and programs; what the old program refuses proves nothing.
same 2 "$ATTNSCOPE" "$ATTNSCOPE" nowhere
same 2 "$ATTNSCOPE" nowhere first
same 2 "$ATTNSCOPE" "$ATTNSCOPE" first first
cp -r first broken
echo 'case,"process' >broken/samples.csv
/usr/bin/python3 "$SAME" "$ATTNSCOPE" "$ATTNSCOPE" broken >out.txt 2>err.txt
[ $? = 2 ] || fail "a folder that cannot be analysed: $(cat out.txt)"
says '^fit-broken.txt: proves nothing: the old program gives 2'
finish
