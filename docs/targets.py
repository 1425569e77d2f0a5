#!/usr/bin/env python3
"""targets.py: runs configs/targets/*.yaml and writes docs/targets.md: what the kernels reach, beside what was asked of them.

    python3 docs/targets.py [--program build/attnscope] [--from FOLDER]

--from FOLDER reads results that an earlier call left there instead of measuring again. SPDX-License-Identifier: Apache-2.0
"""
import os
import sys

from measured import at_full, facts, machine, of_roof, options, reaches, rows, run_whole

RUNS = [(name, []) for name in ("dense", "bf16", "threads", "window", "dilated", "longnet", "block", "decode", "log")]
RUNS.insert(1, ("dense", ["--isa", "avx2"]))


def span(row, value):
    """value(ns) at the median, and at the ends of the median's interval, the smaller first."""
    at = value(float(row["median_ns"]))
    ends = sorted(value(float(row[k])) for k in ("median_low_ns", "median_high_ns"))
    return at, ends[0], ends[1]


def text(span_, unit="", digits=1):
    return "{0:.{d}f}{u} [{1:.{d}f}, {2:.{d}f}]".format(*span_, d=digits, u=unit)


def report(folder):
    out = []
    dense = {int(r["head_dim"]): r for r in rows(folder, "dense")}

    def add(work, target, reached, met):
        out.append((work, target, reached, {True: "yes", False: "no", None: "not asked here"}[met]))

    def add_roof(work, row, least, what):
        at = of_roof(row)
        add(work, f"{least} % of the {what}", f"{text(at, ' %')}; not slowed: {at_full(row)}", reaches(row, least))

    for d, least in ((64, 60), (128, 68)):
        add_roof(f"flash f32, T = 4096, d = {d}", dense[d], least, "FMA roof")
    for r in rows(folder, "dense-avx2"):
        add_roof(f"AVX2 build of flash f32, d = {r['head_dim']}", r, 60, "AVX2 roof")
    by = {r["dtype"]: r for r in rows(folder, "bf16")}
    if "bf16" in by:
        f32, isa = float(by["f32"]["median_ns"]), by["bf16"]["isa"]
        at = span(by["bf16"], lambda ns: f32 / ns)
        share = f", {text(of_roof(by['bf16']), ' %')} of its roof" if by["bf16"]["percent_of_roof"] else ""
        add(f"flash bf16 on {isa}, d = {by['bf16']['head_dim']}", "4x flash f32, where there is AMX", text(at, "x", 2) + share,
            at[0] >= 4 if isa == "amx" else None)
    per_edge = float(dense[64]["ns_per_edge"])
    for name, most in (("window", 1.25), ("dilated", 1.25), ("longnet", 1.25), ("block", 1.3)):
        for r in rows(folder, name):
            scale = float(r["ns_per_edge"]) / float(r["median_ns"]) / per_edge
            at = span(r, lambda ns: ns * scale)
            add(f"{r['kernel']}, {r['pattern']}, T = {r['length']}", f"at most {most}x dense flash per edge", text(at, "x", 2), at[0] <= most)
    reads = facts(folder, "decode")["read_gbs"]
    for r in rows(folder, "decode"):
        moved = 2 * int(r["context"]) * int(r["kv_heads"]) * int(r["head_dim"]) * 4
        at = span(r, lambda ns: 100 * moved / ns / reads[3])
        add(f"decode, S = 32k, d = {r['head_dim']}", "85 % of the read bandwidth", text(at, " %"), at[0] >= 85)
    reads = facts(folder, "log")["read_gbs"]
    for r in rows(folder, "log"):
        touched = 2 * int(r["edges"]) * int(r["heads"]) * int(r["head_dim"]) * 4
        at = span(r, lambda ns: 100 * touched / ns / reads[1])
        add(f"{r['kernel']}, log base 2, T = 64k, d = 64", "40 % of the L2 read roof", text(at, " %"), None if "gather" in r["kernel"] else at[0] >= 40)
    by = {int(r["threads"]): r for r in rows(folder, "threads")}
    if 2 in by:
        one = float(by[1]["median_ns"])
        roofs = facts(folder, "threads")
        scale = roofs["fma_gflops_all"]["avx512"] / roofs["fma_gflops"]["avx512"] if roofs["fma_gflops"].get("avx512") else float("nan")
        at = span(by[2], lambda ns: one / ns)
        add(f"two threads, dense T = 4096 (FMA loop: {scale:.2f}x)", "1.9x one thread", text(at, "x", 2), at[0] >= 1.9)
    return out


def main():
    o = options(__doc__, "targets").parse_args()
    for name, more in RUNS:
        run_whole(o.program, os.path.join(o.folder, "-".join([name] + more[1:])), f"targets/{name}.yaml", more)
    lines = ["# What the kernels reach", "",
             "Made by `python3 docs/targets.py`, which runs configs/targets/*.yaml: every case checked against the float64 oracle, five",
             "processes of seven batches in seeded random order. Medians over processes, with the interval of the median; shares are of the",
             "roofs measured in the same run. One thread, float32, B = 1 unless said otherwise. Not slowed: of the samples whose core was",
             "neither shared with another hardware thread nor clocked low, by the gauge beside each (issue_index); where there are ten they",
             "decide whether a share of a roof is met, for the roof is of such a core.", "",
             f"Machine: {machine(o.folder, 'dense')}.", "",
             "| work | target | reached | met |", "| --- | --- | --- | --- |"]
    lines += ["| " + " | ".join(row) + " |" for row in report(o.folder)]
    with open(o.out, "w") as f:
        f.write("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
