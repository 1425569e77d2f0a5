# test_choosing.sh: choose from a folder that was measured here: its columns, its refusals, and --measure.
# SPDX-License-Identifier: Apache-2.0
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
bad() { echo "FAILED: $*"; failures=$((failures + 1)); }
shape="--width 64 --heads 2"

# Without gnuplot, which is quicker, and a test that charts which cannot be drawn cost no choice. A folder limited to an instruction set, which --measure has to keep to.
cat > "$dir/c.yaml" <<'YAML'
name: promises
shapes: {length: [128, 256], width: [64], heads: [2]}
kernels: [attention/gather]
patterns: [causal, "window:w=64"]
measure: {processes: 2, batches: 2, budget: 60s}
YAML
PATH=/nonexistent "$ATTNSCOPE" run "$dir/c.yaml" --isa scalar --out "$dir/g" --roofs "$ROOFS" --quiet > /dev/null 2> "$dir/err"
code=$?
[ $code = 3 ] || bad "run: exit $code: $(cat "$dir/err")"

"$ATTNSCOPE" choose --from "$dir/g" --length 128 $shape --layers 2 --reach full --format csv > "$dir/choice" || bad "choose: exit $?"
head -n 1 "$dir/choice" | grep -q "^rank,pattern,kernel,ms,ms_low,ms_high,layers_to_cover,workspace_bytes,basis,note" ||
    bad "choose's columns: $(head -n 1 "$dir/choice")"
grep -q "^,window:w=64,.*ruled out by --reach: 3 layers" "$dir/choice" || bad "a window of 64 reaches 128 in 2 layers?"
"$ATTNSCOPE" choose --from "$dir/g" --length 128 $shape | grep -q "use attention/gather\|no clear winner" || bad "choose says nothing"
"$ATTNSCOPE" choose --from "$dir/g" --length 128 --width 65 --heads 2 > /dev/null 2>&1
[ $? = 2 ] || bad "D that H does not divide"

# What apply printed, and what it did not.
printf 'kernel,pattern,dense_error_max\r\nattention/flash,window:w=64,0.25\r\n' > "$dir/e.csv"
echo '{"kernel": "attention/flash", "pattern": "window:w=64", "dense_error_max": 0.75}' > "$dir/e.json"
with="--from $dir/g --length 128 $shape --format csv --error 0.5"
"$ATTNSCOPE" choose $with --errors-from "$dir/e.csv" | grep -q "^1,window:w=64\|^2,window:w=64" || bad "0.25 is more than 0.5"
"$ATTNSCOPE" choose $with --errors-from "$dir/e.csv" --errors-from "$dir/e.json" | grep -q "^,window.*ruled out by --error: 0.75 " ||
    bad "the worst of two files"
echo '{"kernel": "attention/flash"}' > "$dir/e.json"
"$ATTNSCOPE" choose $with --errors-from "$dir/e.json" > /dev/null 2> "$dir/err"
[ $? = 2 ] && grep -q "attnscope apply" "$dir/err" || bad "a file that apply did not print: $(cat "$dir/err")"
"$ATTNSCOPE" choose --from "$dir/g" --length 128 $shape --errors-from "$dir/e.csv" > /dev/null 2>&1
[ $? = 2 ] || bad "--errors-from without --error"

# A pattern by name; a stack, written short for people and whole for scripts.
"$ATTNSCOPE" choose --from "$dir/g" --length 128 $shape --pattern causal --format csv | cut -d, -f2 | sort -u > "$dir/choice"
[ "$(tr '\n' ' ' < "$dir/choice")" = "causal pattern " ] || bad "--pattern: $(cat "$dir/choice")"
stack="--from $dir/g --length 256 $shape --layers 4 --reach full"
"$ATTNSCOPE" choose $stack | grep -q "schedule(2 x window:w=64;causal)" || bad "no stack"
"$ATTNSCOPE" choose $stack --format csv | grep -q "^[0-9]*,schedule(window:w=64;window:w=64;causal),attention/gather," ||
    bad "a stack for scripts"

# Of another machine.
cp -r "$dir/g" "$dir/other"
sed -i 's/"fingerprint": *"/&x/' "$dir/other/machine.json"
"$ATTNSCOPE" choose --from "$dir/other" --length 128 $shape > /dev/null 2> "$dir/err"
[ $? = 2 ] || bad "choose across machines"
grep -q "another machine" "$dir/err" || bad "another machine: $(cat "$dir/err")"
"$ATTNSCOPE" choose --from "$dir/other" --across --length 128 $shape > /dev/null || bad "--across"
"$ATTNSCOPE" choose --from "$dir/other" --across --measure --length 128 $shape > /dev/null 2>&1
[ $? = 2 ] || bad "--across and --measure"

# --measure measures what may be the fastest, and a later choose reads it. The folder is made to promise a dense kernel that is
# twelve times too fast, and a window at a quarter of what that kernel really takes: the dense one is measured, falls behind,
# and the window, which then leads by a prediction, has to be measured, too.
python3 - "$dir/g/samples.csv" <<'PY' || bad "the folder to add to"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
length = lambda r: r["case"].split("|T=")[1].split(":")[0]
dense = {}
for r in rows:
    if "|causal|" in r["case"]:
        dense[length(r)] = min(dense.get(length(r), 1e18), float(r["wall_ns"]) / float(r["calls"]))
for r in rows:
    r["wall_ns"] = r["cpu_ns"] = int(dense[length(r)] * float(r["calls"]) / (12 if "|causal|" in r["case"] else 4))
with open(sys.argv[1], "w", newline="") as f:
    out = csv.DictWriter(f, rows[0].keys())
    out.writeheader()
    out.writerows(rows)
PY
ask="--length 200 $shape --format csv"
"$ATTNSCOPE" choose --from "$dir/g" $ask > "$dir/choice"
grep -q "^1,causal,.*,interpolated," "$dir/choice" || bad "T = 200 before it is measured: $(cat "$dir/choice")"
PATH=/nonexistent "$ATTNSCOPE" choose --from "$dir/g" $ask --measure > "$dir/choice" 2> "$dir/err" || bad "--measure: $(cat "$dir/err")"
grep -q "^1,.*,measured," "$dir/choice" || bad "rank 1 is not measured: $(head -n 2 "$dir/choice")"
[ -s "$dir/g/measured-2/samples.csv" ] && [ ! -e "$dir/g/measured-1.yaml" ] || bad "measured once: $(ls "$dir/g")"
[ "$(tail -n +2 "$dir/g/measured-2/cases.csv" | cut -d, -f6)" = scalar ] || bad "--isa: $(cat "$dir/g/measured-2/cases.csv")"
"$ATTNSCOPE" choose --from "$dir/g" $ask > "$dir/later" && cmp -s "$dir/choice" "$dir/later" || bad "a later choose does not read it"
"$ATTNSCOPE" choose --from "$dir/g" $ask --measure > /dev/null 2> "$dir/err" || bad "--measure again"
[ ! -e "$dir/g/measured-3" ] || bad "measured again what was there: $(cat "$dir/err")"

[ $failures = 0 ]
