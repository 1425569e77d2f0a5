# check_export.py: check_export.py FORMAT FILE CASES: holds a file to what the reader of its format demands.
# SPDX-License-Identifier: Apache-2.0
#
# The rules are those of the readers, told anew:
# gab        benchmark-action/github-action-benchmark, README "Custom benchmarks" and src/extract.ts: a JSON array; of each entry
#            name, value and unit are taken, range and extra (texts) where they are there; its charts and its alert compare
#            entries by name, so that a name stands once.
# googlecpp  the same, src/extract.ts: of each of `benchmarks` name, real_time, time_unit, iterations, cpu_time, threads.
# bencher    bencher.dev/docs/reference/bencher-metric-format, its JSON schema: benchmark: measure: {value, lower_value?,
#            upper_value?}, numbers; a benchmark's name has 1024 characters at most, a measure's slug 64.
# benchstat  golang.org/design/14313-benchmark-format and golang.org/x/perf/benchfmt/reader.go: a configuration line is a key that
#            begins in lower case, holds neither space nor upper case, a colon, space, a value; a result line is "Benchmark" and a
#            name that goes on in upper case, a number of iterations, pairs of value and unit, between white space. What is
#            neither is passed over in silence, which is why none may be.
import json
import math
import re
import sys


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0


def refuse(constant):
    raise ValueError(constant)


def gab(text):
    rows = json.loads(text, parse_constant=refuse)
    assert isinstance(rows, list)
    for row in rows:
        assert set(row) <= {"name", "value", "unit", "range", "extra"} and number(row["value"])
        assert all(isinstance(row[key], str) for key in row if key != "value") and row["name"] and row["unit"]
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names)
    return len(rows)


def googlecpp(text):
    rows = json.loads(text, parse_constant=refuse)["benchmarks"]
    for row in rows:
        assert isinstance(row["name"], str) and row["time_unit"] in ("ns", "us", "ms", "s")
        assert all(isinstance(row[key], (int, float)) for key in ("real_time", "cpu_time", "iterations", "threads"))
    return len({row["run_name"] for row in rows})


def bencher(text):
    root = json.loads(text, parse_constant=refuse)
    for name, measures in root.items():
        assert 0 < len(name) <= 1024 and measures
        for slug, metric in measures.items():
            assert re.fullmatch(r"[a-z0-9-]{1,64}", slug)
            assert set(metric) <= {"value", "lower_value", "upper_value"} and all(map(number, metric.values()))
            assert metric.get("lower_value", 0) <= metric["value"] <= metric.get("upper_value", math.inf)
    return len(root)


def benchstat(text):
    assert text.endswith("\n")
    names = {}
    for line in text[:-1].split("\n"):
        if line.startswith("Benchmark"):
            fields = line.split()
            assert re.fullmatch(r"Benchmark[A-Z][!-~]*-[1-9][0-9]*", fields[0]), fields[0]
            for part in fields[0].split("/")[1:]:
                assert re.match(r"[a-z_]+=", part), part
            assert re.fullmatch(r"[1-9][0-9]*", fields[1]) and len(fields) >= 4 and len(fields) % 2 == 0
            for value, unit in zip(fields[2::2], fields[3::2]):
                assert number(float(value)) and unit == "ns/op"
            names[fields[0]] = names.get(fields[0], 0) + 1
        else:
            assert re.match(r"[a-z][^\sA-Z:]*:[ \t]+\S", line), f"a line that the reader passes over: {line!r}"
    assert len(set(names.values())) == 1, "cases of different numbers of processes"
    return len(names)


with open(sys.argv[2], encoding="utf-8") as file:
    found = globals()[sys.argv[1]](file.read())
assert found == int(sys.argv[3]), f"{found} cases, not {sys.argv[3]}"
