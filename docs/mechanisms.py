#!/usr/bin/env python3
"""mechanisms.py: runs the sweeps of what competes with attention and writes docs/mechanisms.md: growth, a layer's crossing, decoding.

    python3 docs/mechanisms.py [--program build/attnscope] [--from FOLDER]

--from FOLDER reads results that an earlier call left there instead of measuring again. SPDX-License-Identifier: Apache-2.0
"""
import math
import os
import sys

from measured import at_full, machine, of_roof, options, reaches, rows, run_whole

RUNS = {"mechanisms": ["--budget", "345s"], "content": ["--budget", "4m"], "convolution": ["--budget", "2m"], "decode": ["--budget", "150s"],
        "layer": ["--only", "*|causal|T=[127]*", "--budget", "290s"], "targets/mechanisms": []}


def command(name):
    return " ".join(["attnscope", "run", f"configs/{name}.yaml"] + [f"'{o}'" if "*" in o else o for o in RUNS[name]])


def section(folder, name, title, about, heads, body):
    return ["", f"## {title}", "", about, f"`{command(name)}` on {machine(folder, name)}.", "",
            "| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)] + ["| " + " | ".join(r) + " |" for r in body]


def growth(folder, name):
    for r in rows(folder, name, "fits.csv"):
        if r["quantity"] == "time" and r["axis"] == "length" and r["verdict"]:
            interval = f" [{float(r['tail_low']):.2f}, {float(r['tail_high']):.2f}]" if r["tail_low"] else ""
            yield (f"`{r['kernel']}`", f"`{r['pattern']}`", f"{float(r['tail_slope']):.2f}{interval}", r["declared"],
                   f"{float(r['expected_slope']):.2f}", r["verdict"], r["local_slopes"])


def crossing(lines, a, b):
    """Where a passes b for good, on straight lines between the points in logarithms. lines: {T: {name: time}}"""
    at, last = None, None
    for T in sorted(lines):
        gap = math.log(lines[T][a] / lines[T][b])
        if last and last[1] < 0 <= gap:
            at = math.exp(math.log(last[0]) + math.log(T / last[0]) * -last[1] / (gap - last[1]))
        last = T, gap
    return at


def between(lines, name, T):
    low, high = max(x for x in lines if x <= T), min(x for x in lines if x >= T)
    share = math.log(T / low) / math.log(high / low) if high > low else 0
    return math.exp((1 - share) * math.log(lines[low][name]) + share * math.log(lines[high][name]))


def layer(folder):
    """In the layer: the core against projections and output. Alone: attention/flash and layer/projections, whose rates at
    that T turn the crossing by FLOPs, T + 1 = 4 D, into one by time."""
    inside, alone = {}, {}
    for r in rows(folder, "layer", "shares.csv"):
        if r["kernel"].startswith("layer/block") and r["once"] == "0":
            phases = inside.setdefault(int(r["width"]), {}).setdefault(int(r["length"]), {"project": 0})
            name = "core" if r["phase"] == "core" else "project" if r["phase"] in ("projections", "output") else None
            if name:
                phases[name] = phases.get(name, 0) + float(r["median_ns"])
    for r in rows(folder, "layer", "summary.csv"):
        alone.setdefault(int(r["width"]), {}).setdefault(int(r["length"]), {})[r["kernel"]] = float(r["median_ns"])
    for D in sorted(inside):
        at = crossing(inside[D], "core", "project")
        if at is None:
            yield str(D), "none in range", "", "", "", ""
            continue
        flash = 2 * at * (at + 1) * D / between(alone[D], "attention/flash", at)
        project = 8 * at * D * D / between(alone[D], "layer/projections", at)
        due = 4 * D * flash / project - 1
        yield (str(D), f"{at:.0f} = {at / D:.2f} D", f"{flash:.0f}", f"{project:.0f}", f"{due:.0f} = {due / D:.2f} D",
               f"{100 * (at / due - 1):+.0f} %")


def heads(folder):
    """The price of a stored product per head: o = sum over h of a_h W_h, against one product with the heads side by side."""
    by = {}
    for r in rows(folder, "layer", "shares.csv"):
        if r["kernel"].startswith("layer/projections") and r["phase"] in ("output", "add") and r["once"] == "0":
            key = int(r["width"]), int(r["length"])
            by.setdefault(key, {}).setdefault(r["kernel"], 0)
            by[key][r["kernel"]] += float(r["median_ns"])
    for (D, T), t in sorted(by.items()):
        if len(t) == 2 and T in (256, 1024, 2048):
            side, stored = t["layer/projections"], t["layer/projections:sum=1"]
            yield str(D), str(T), f"{side / 1e6:.2f}", f"{stored / 1e6:.2f}", f"{stored / side:.2f}x"


def shares(folder):
    for r in rows(folder, "targets/mechanisms", "summary.csv"):
        at = of_roof(r)
        yield (f"`{r['kernel']}`", f"{r['heads']} x {r['head_dim']}", f"{float(r['gflops_useful']):.0f}",
               "{:.0f} % [{:.0f}, {:.0f}]".format(*at), at_full(r), "yes" if reaches(r, 50) else "no")


def decode(folder):
    for r in rows(folder, "decode", "summary.csv"):
        if int(r["context"]) in (2048, 16384, 65536) and r["pattern"] == "causal" and r["kernel"] != "attention/naive":
            yield (f"`{r['kernel']}`", r["kv_heads"], r["context"], f"{float(r['median_ns']) / 1e3:.1f}", f"{float(r['gbs_min']):.1f}",
                   f"{float(r['percent_of_bandwidth']):.0f} %" if r["percent_of_bandwidth"] else "",
                   f"{float(r['mass_kept']):.2f}" if r["mass_kept"] else "")


def main():
    o = options(__doc__, "mechanisms").parse_args()
    folder = o.folder
    for name, more in RUNS.items():
        run_whole(o.program, os.path.join(folder, name), name + ".yaml", more)
    slopes = ["kernel", "pattern", "slope [95 %]", "declared", "comes to", "verdict", "slopes from octave to octave"]
    lines = ["# What competes with attention, measured", "",
             "Made by `python3 docs/mechanisms.py`. Every case is checked against its float64 oracle before it is timed. One thread,",
             "float32, B = 1. A budget ends a run before all of its processes: an interval is then wide, or missing."]
    lines += section(folder, "mechanisms", "Growth with T: every mechanism at D = 256, T = 256 to 16k",
                     "The slope of time over the upper half of the range, beside what the kernel declares over the same points.\n"
                     "What the verdicts mean is in [method.md](method.md).", slopes, growth(folder, "mechanisms"))
    lines += section(folder, "content", "Growth with T: keys chosen by content, further out",
                     "The choice scores all keys, or a summary of each 16 of them; at short lengths what is done with the chosen ones hides it.",
                     slopes, growth(folder, "content"))
    lines += section(folder, "convolution", "Growth with T: convolutions", "The same for more taps, strides and dilations.", slopes,
                     growth(folder, "convolution"))
    lines += section(folder, "layer", "A layer: where the core passes the projections",
                     "By FLOPs the causal core passes the four projections at T + 1 = 4 D. By time it passes them where\n"
                     "T + 1 = 4 D x (GFLOP/s of the core / GFLOP/s of the projections). The rates are those of attention/flash and\n"
                     "layer/projections measured alone at that T, the crossing that of the phases within layer/block.",
                     ["D", "measured T*", "core alone, GFLOP/s", "projections alone, GFLOP/s", "4 D x ratio", "measured beside it"],
                     layer(folder))
    lines += section(folder, "layer", "The price of a stored product per head",
                     "Output projection with the heads side by side, against H stored products and their sum (sum=1), H = 4.",
                     ["D", "T", "side by side, ms", "stored and added, ms", "price"], heads(folder))
    lines += section(folder, "targets/mechanisms", "Shares of the FMA roof at D = 512, T = 512",
                     "Useful FLOPs beside the multiply-adds that one thread was measured to do; 50 % was asked for. Not slowed: of the samples\n"
                     "whose core was neither shared with another hardware thread nor clocked low, by the gauge beside each (issue_index);\n"
                     "where there are ten they decide, for the roof is of such a core.",
                     ["kernel", "H x d", "GFLOP/s", "of the roof", "not slowed, samples", "met"], shares(folder))
    lines += section(folder, "decode", "Decoding: one query against S keys, D = 512, H = 8",
                     "GB/s of the bytes that a step must read, and their share of the read bandwidth of the cache level that they fit.",
                     ["kernel", "Hkv", "S", "us", "GB/s", "of the bandwidth", "mass kept"], decode(folder))
    with open(o.out, "w") as f:
        f.write("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
