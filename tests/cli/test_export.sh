#!/bin/bash
# test_export.sh: what export writes is what the readers of these formats take; see check_export.py for their rules.
# SPDX-License-Identifier: Apache-2.0
set -u
. "$SOURCE/tests/checks.sh"
. "$SOURCE/tests/verdict/made.sh"
holds() { /usr/bin/python3 "$SOURCE/tests/cli/check_export.py" "$@" 2>err.txt; }

# A real folder, with a refused case; one made by hand, with names that break lines, quotes and parts.
cat >small.yaml <<'Y'
name: small
shapes: {length: [32, 48], width: [16], heads: [2]}
kernels: [attention/naive, attention/flash]
patterns: [causal, "window:w=8"]
measure: {processes: 2, batches: 2, budget: 5m, precision: 0.01%}
Y
"$ATTNSCOPE" run small.yaml --out real --roofs "$ROOFS" --quiet >/dev/null 2>&1 || fail "cannot run"
made hard 100 'a/b|c=%d"e <x>'
sed -i 's/attention\/naive/über\/a b%/' hard/cases.csv && fitted hard
for format in gab bencher benchstat; do
    "$ATTNSCOPE" export real --to $format --out real.out || fail "cannot export to $format"
    holds $format real.out 6 || fail "$format of a run: $(tail -1 err.txt)"
    "$ATTNSCOPE" export hard --to $format >hard.out || fail "cannot print $format"
    holds $format hard.out "$([ $format = benchstat ] && echo 1 || echo 2)" || fail "$format of hard names: $(tail -1 err.txt)"
done
holds googlecpp real/benchmark.json 6 || fail "benchmark.json: $(tail -1 err.txt)"
median=$(awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == "median_ns") at = i} NR == 2 {print $at}' real/summary.csv)
"$ATTNSCOPE" export real --to bencher | grep -q "\"value\": ${median%.*}" || fail "the median of summary.csv, $median, is not what is exported"

# The rules can tell.
printf '[{"name": "a", "value": NaN, "unit": "ns"}]' >bad && holds gab bad 1 && fail "NaN is taken"
printf '{"a": {"latency": {"lower_value": 1}}}' >bad && holds bencher bad 1 && fail "a metric without a value is taken"
printf 'BenchmarkA b-1\t1\t2 ns/op\n' >bad && holds benchstat bad 1 && fail "a name with a space is taken"
printf 'Cpu: x\nBenchmarkA-1\t1\t2 ns/op\n' >bad && holds benchstat bad 1 && fail "a line that is passed over is taken"

"$ATTNSCOPE" export real 2>/dev/null && fail "no --to and no error"
"$ATTNSCOPE" export nowhere --to gab 2>/dev/null && fail "no folder and no error"
finish
