#!/bin/bash
# test_roofs.sh: `machine` finds a rate for every instruction set and level that this machine has. What it prints stays in $ROOFS,
# for the tests that call run, and with --roofs need not measure the machine once more each.
# SPDX-License-Identifier: Apache-2.0
set -u
mkdir -p "$ROOFS" || exit 1
"$ATTNSCOPE" machine --format json >"$ROOFS/next.json" || { echo "FAIL: machine"; exit 1; }
/usr/bin/python3 - "$ROOFS/next.json" <<'PY' || exit 1
import json, sys
m = json.load(open(sys.argv[1]))
for isa in m["isas"]:
    one, every = ("bf16_gflops", "bf16_gflops_all") if isa == "amx" else ("fma_gflops", "fma_gflops_all")
    assert m[one][isa] > 0 and m[every][isa] > 0, isa
assert m["read_gbs"][0] > 0 and all(rate is None or rate > 0 for rate in m["read_gbs"]), m["read_gbs"]
assert m["roofs_date"] == m["date"], m["roofs_date"]
PY
mv "$ROOFS/next.json" "$ROOFS/machine.json"
