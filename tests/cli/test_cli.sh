#!/bin/bash
# test_cli.sh: exit codes, errors of one line, help of every command, and what plan and list print. SPDX-License-Identifier: Apache-2.0
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export ATTNSCOPE_HOME=$SOURCE
fail=0

bad() {
    echo "FAILED: $*"
    fail=1
}

# expect CODE TEXT ARGUMENTS...: the exit code; with a code other than 0 also one line on stderr, beginning with
# "attnscope: " and holding TEXT, and nothing on stdout; with 0 stdout holds TEXT and stderr is empty
expect() {
    local code=$1 text=$2
    shift 2
    timeout 20 "$ATTNSCOPE" "$@" > out 2> err < /dev/null
    local got=$?
    [ "$got" -eq "$code" ] || bad "$*: exit code $got, not $code: $(head -c 300 err)"
    if [ "$code" -eq 0 ]; then
        [ -s err ] && bad "$*: writes to stderr: $(cat err)"
        grep -qF -- "$text" out || bad "$*: stdout lacks '$text'"
    else
        [ "$(wc -l < err)" -eq 1 ] || bad "$*: $(wc -l < err) lines on stderr"
        [ -s out ] && bad "$*: writes to stdout"
        grep -q '^attnscope: ' err || bad "$*: $(cat err)"
        grep -qF -- "$text" err || bad "$*: '$(cat err)' lacks '$text'"
    fi
}

# ---- dispatch, help, options
expect 2 "no command given"
expect 2 "did you mean 'plan'?" pln
expect 2 "see 'attnscope help'" qqqqqqqq
expect 0 "attnscope run configs/quick.yaml" help
expect 0 "attnscope run configs/quick.yaml" --help
expect 0 "attnscope run configs/quick.yaml" -h
expect 0 "attnscope " version
expect 0 "attnscope " --version
expect 2 "did you mean 'plan'?" help plann
expect 2 "too many arguments" version extra
expect 2 "too many arguments" help plan list
expect 2 "did you mean '--format'?" list --fromat json
expect 2 "needs a value: one of table|json" list --format
expect 2 "one of table|json, not 'xml'" list --format=xml
expect 2 "has an empty value" list --format=
expect 2 "too few arguments" plan
expect 2 "nowhere.yaml" plan nowhere.yaml
for command in $("$ATTNSCOPE" help | sed -n 's/^  \([a-z][a-z-]*\)  *[^ ].*/\1/p'); do
    expect 0 "usage: attnscope $command" "$command" --help
    expect 0 "usage: attnscope $command" "$command" whatever --zzz -h
    expect 0 "usage: attnscope $command" help "$command"
    expect 2 "nknown option" "$command" --zzzzzz
done
"$ATTNSCOPE" help > /dev/full 2> err
[ $? -eq 3 ] || bad "a full disk is not exit code 3"
[ "$(wc -l < err)" -eq 1 ] || bad "a full disk is not one line"

# ---- results/README.md is the page of columns
"$ATTNSCOPE" help columns | diff - "$SOURCE/results/README.md" > /dev/null ||
    bad "results/README.md is not the output of 'attnscope help columns': write it anew"

# ---- list
expect 0 "attention/naive" list
expect 0 "window:w=256" list
expect 0 "configs/quick.yaml" list
"$ATTNSCOPE" list --format json | python3 -c '
import json, sys
all = json.load(sys.stdin)
assert {"kernels", "patterns", "isas", "counters", "configs"} == set(all), all.keys()
for key in ("kernels", "patterns", "isas", "configs"):
    assert all[key], key
    for row in all[key]:
        assert row["name"] and row["about"], row
assert any(row["name"] == "scalar" and row["runs"] for row in all["isas"])
assert any(row["name"] == "attention/naive" and row["isas"] for row in all["kernels"])
' || bad "list --format json"

# ---- plan
printf 'shapes: {length: [64, 256k], heads: [1, 2], width: 64}\nkernels: attention/naive\npatterns: [causal, full]\n' > good.yaml
expect 0 "8 cases, 4 to be measured, 4 skipped" plan good.yaml
expect 0 "memory: needs " plan good.yaml
expect 0 "4 cases" plan good.yaml --only full
expect 0 "2 cases" plan good.yaml --only '*|T=64:*H=1:*'
expect 0 "4 cases" plan good.yaml --shard 2/2
expect 0 "scalar" plan good.yaml --isa scalar
expect 2 "matches no case" plan good.yaml --only nothing
expect 2 "--shard is I/N" plan good.yaml --shard 3/2
expect 2 "--shard is I/N" plan good.yaml --shard 0/2
expect 2 "--shard is I/N" plan good.yaml --shard 1
expect 2 "--shard is I/N" plan good.yaml --shard 1/2/3
expect 2 "--shard is I/N" plan good.yaml --shard ' 1/2'
expect 2 "nearest is avx" plan good.yaml --isa avx513
expect 2 "not run it" plan good.yaml --isa "$([ "$(uname -m)" = x86_64 ] && echo neon || echo avx2)"
expect 2 "cannot be loaded" plan good.yaml --plugin ./none.so
expect 0 "8 cases" plan good.yaml --plugin "$PLUGINS/plugin_plan.so"
"$ATTNSCOPE" plan good.yaml --format csv > plan.csv
"$ATTNSCOPE" plan good.yaml --format json > plan.json
python3 - "$SOURCE/results/README.md" <<'PY' || bad "plan --format csv and json"
import csv, json, re, sys
rows = list(csv.DictReader(open("plan.csv", newline="")))
objects = json.load(open("plan.json"))
page = open(sys.argv[1]).read().split("## cases.csv")[1].split("\n## ")[0]
columns = re.findall(r"^\| `(\w+)`", page, re.M)
assert list(rows[0]) == columns == list(objects[0]), (list(rows[0]), columns)
assert len(rows) == len(objects) == 8
assert len({r["case"] for r in rows}) == 8
for row, thing in zip(rows, objects):
    for name in columns:
        if row[name] == "":
            assert thing[name] is None, name
        elif name == "reason": # says how much memory is free at this moment
            assert thing[name].split(":")[0] == row[name].split(":")[0] == "memory", row[name]
        elif isinstance(thing[name], str):
            assert thing[name] == row[name], name
        elif name != "predicted_s": # from the speed of this moment
            assert abs(float(row[name]) - thing[name]) <= 1e-6 * abs(thing[name]), name
    t, heads = int(row["length"]), int(row["heads"])
    edges = t * t if row["pattern"] == "full" else t * (t + 1) // 2
    assert int(row["edges"]) == edges
    assert int(row["flops_useful"]) == 4 * 64 * edges
    assert row["status"] == ("planned" if t == 64 else "skipped")
    assert (row["reason"] == "") == (t == 64)
PY
for config in "$SOURCE"/configs/*.yaml "$SOURCE"/configs/choose/*.yaml "$SOURCE"/configs/papers/*.yaml; do
    "$ATTNSCOPE" plan "$config" > out 2> err || bad "plan $config: $(cat err)"
done

# ---- bad configs: the place, the text, exit code 2, and nothing else
bad_config() { # TEXT YAML
    printf "$2" > bad.yaml
    expect 2 "bad.yaml:" plan bad.yaml
    expect 2 "$1" plan bad.yaml
}
rest='kernels: attention/naive\n'
bad_config "not YAML" "shapes: {length: 64\n$rest"
bad_config "did you mean 'length'" "shapes: {lenght: 64}\n$rest"
bad_config "not 'x'" "shapes: {length: x}\n$rest"
bad_config "there twice" "shapes: {length: 64, length: 65}\n$rest"
bad_config "not whole" "shapes: {length: 64, width: 100, heads: 8}\n$rest"
bad_config "do not divide" "shapes: {length: 64, kv_heads: 3}\n$rest"
bad_config "not '0'" "shapes: {length: 0}\n$rest"
bad_config "not '-4'" "shapes: {length: -4}\n$rest"
bad_config "not '1e30'" "shapes: {length: 1e30}\n$rest"
bad_config "beyond what 63 bits count" "shapes: {length: 1024M}\n$rest"
bad_config "empty list" "shapes: {length: []}\n$rest"
bad_config "the nearest is attention/naive" "shapes: {length: 64}\nkernels: [attention/nave]\n"
bad_config "no kernel is called 'zz/*'" "shapes: {length: 64}\nkernels: [\"zz/*\"]\n"
bad_config "windw" "shapes: {length: 64}\n${rest}patterns: [\"windw:w=4\"]\n"
bad_config "range of length" "shapes: &s {length: *s}\n$rest"
head -c 1000000 /dev/urandom > garbage.yaml
expect 2 "garbage.yaml" plan garbage.yaml
head -c 1000000 /dev/zero | tr '\0' '[' > garbage.yaml
expect 2 "too many brackets" plan garbage.yaml
head -c 2000000 /dev/zero | tr '\0' '#' > garbage.yaml
expect 2 "larger than" plan garbage.yaml
expect 2 "Is a directory" plan "$dir"

[ "$fail" -eq 0 ] && echo "every command behaves"
exit "$fail"
