# test_merge.sh: two shards of one sweep, merged, are the sweep; machines of two kinds stay apart.
# SPDX-License-Identifier: Apache-2.0
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0
bad() { echo "FAILED: $*"; failures=$((failures + 1)); }

cat > "$dir/c.yaml" <<'YAML'
name: shards
shapes: {length: [64, 128, 256], width: [64], heads: [2]}
kernels: [attention/flash]
patterns: [causal, "window:w=16"]
measure: {processes: 2, batches: 2, budget: 60s}
YAML

for i in 1 2; do
    "$ATTNSCOPE" run "$dir/c.yaml" --shard $i/2 --out "$dir/s$i" --roofs "$ROOFS" --quiet > /dev/null 2> "$dir/err"
    code=$?
    [ $code = 0 ] || [ $code = 3 ] || bad "run --shard $i/2: exit $code: $(cat "$dir/err")"
done
"$ATTNSCOPE" merge "$dir/s1" "$dir/s2" --out "$dir/m" > "$dir/out" 2> "$dir/err"
code=$?
[ $code = 0 ] || [ $code = 3 ] || bad "merge: exit $code: $(cat "$dir/err")"
[ "$(tail -n 1 "$dir/out")" = "results: $dir/m" ] || bad "merge's last line is not results: DIR"

"$ATTNSCOPE" plan "$dir/c.yaml" --format csv | cut -d, -f1 > "$dir/planned"
cut -d, -f1 "$dir/m/cases.csv" | cmp -s - "$dir/planned" || bad "merged cases are not those of the whole sweep, in its order"
want=$(($(wc -l < "$dir/s1/samples.csv") + $(wc -l < "$dir/s2/samples.csv") - 1))
[ "$(wc -l < "$dir/m/samples.csv")" = "$want" ] || bad "merged samples: not all of them"

# The same case twice: its processes are numbered on. Another fingerprint: another machine.
cp -r "$dir/s1" "$dir/t1"
"$ATTNSCOPE" merge "$dir/s1" "$dir/t1" --out "$dir/twice" > /dev/null 2>&1
python3 - "$dir" <<'PY' || bad "the same shard twice"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1] + "/twice/summary.csv")))
assert len(rows) == 3 and all(r["processes"] == "4" and r["machine"] == "" for r in rows), rows
PY
python3 - "$dir" <<'PY'
import json, sys
path = sys.argv[1] + "/t1/machine.json"
machine = json.load(open(path))
machine["fingerprint"], machine["cpu"] = "other", "Other, CPU"
json.dump(machine, open(path, "w"))
PY
"$ATTNSCOPE" merge "$dir/s1" "$dir/t1" --out "$dir/kinds" > /dev/null 2>&1
python3 - "$dir" <<'PY' || bad "two kinds of machines"
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1] + "/kinds/summary.csv")))
assert len(rows) == 6 and len({r["case"] for r in rows}) == 6 and len({r["machine"] for r in rows}) == 2, rows
assert all(r["processes"] == "2" and r["percent_of_roof"] == "" for r in rows), rows
assert len(json.load(open(sys.argv[1] + "/kinds/machine.json"))["machines"]) == 2
assert len({r["curve"] for r in csv.DictReader(open(sys.argv[1] + "/kinds/fits.csv"))}) >= 2
PY

# What does not belong together, and what is there already.
sed 's/name: shards/name: other/' "$dir/s1/config.yaml" > "$dir/t1/config.yaml"
"$ATTNSCOPE" merge "$dir/s1" "$dir/t1" --out "$dir/x" 2> "$dir/err" && bad "merged two configs"
grep -q "merge takes runs of one config" "$dir/err" || bad "two configs: $(cat "$dir/err")"
"$ATTNSCOPE" merge "$dir/s1" "$dir/s1" --out "$dir/x" 2> "$dir/err" && bad "merged a folder with itself"
"$ATTNSCOPE" merge "$dir/s1" "$dir/s2" --out "$dir/m" 2> "$dir/err" && bad "merged into a folder that is not empty"
[ ! -e "$dir/x" ] || bad "a refused merge left a folder"

[ $failures = 0 ]
