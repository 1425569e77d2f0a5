#!/bin/bash
# test_busy.sh: kernels whose work is of known order go from a config to fits.csv: counts tell the order exactly, times do not
# tell another, and a false declaration is not confirmed. How often times tell it: experiments/fit.py.
# SPDX-License-Identifier: Apache-2.0
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cat > busy.yaml <<'EOF'
name: busy
shapes: {length: {from: 32, to: 1k, factor: 2}, width: 1, heads: 1}
kernels: [attention/busy-tlogt, "attention/busy-t15:step=150,at=128", "attention/busy-liar:units=500"]
patterns: ["window:w=1"]
measure: {processes: 2, batches: 2, budget: 2m}
EOF
"$ATTNSCOPE" run busy.yaml --plugin "$PLUGINS/plugin_busy.so" --out out --roofs "$ROOFS" --quiet > printed || { cat printed; exit 1; }
python3 - <<'EOF'
import csv, sys
rows = {(r["kernel"], r["quantity"]): r for r in csv.DictReader(open("out/fits.csv", newline="")) if r["axis"] == "length"}
bad = []
def expect(kernel, quantity, column, allowed):
    got = rows["attention/" + kernel, quantity][column]
    if got not in allowed:
        bad.append(f"{kernel} {quantity}: {column} is '{got}', not one of {allowed}")
for kernel, order in {"busy-tlogt": "T log T", "busy-t15:step=150,at=128": "T^1.5", "busy-liar:units=500": "T^2"}.items():
    expect(kernel, "flops_executed", "growth", [order])
    expect(kernel, "edges", "growth", ["T"])
    expect(kernel, "time", "growth", [order, "ambiguous"])
step = float(rows["attention/busy-t15:step=150,at=128", "flops_executed"]["step"] or 1)
if abs(step - 1.5) > 0.001:
    bad.append(f"the step of 1.5 is {step}")
expect("busy-t15:step=150,at=128", "flops_executed", "step_at", ["128"])
expect("busy-liar:units=500", "time", "verdict", ["refuted", "not enough range"])
expect("busy-liar:units=500", "time", "declared", ["T"])
print("\n".join(bad))
sys.exit(bool(bad))
EOF
