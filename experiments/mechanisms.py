#!/usr/bin/env python3
"""mechanisms.py: runs the sweeps of attention and its competitors and writes docs/mechanisms.md.

    python3 experiments/mechanisms.py [--program build/attnscope] [--from FOLDER]

The page shows how each mechanism's time grows, where a layer's core passes its projections, and decoding. Sweeps that an
earlier call left in FOLDER are read, not measured again. SPDX-License-Identifier: Apache-2.0
"""
import math
import os
import sys

from common import facts, interval, machine_line, paragraph, parse, parser, rows, run_whole, table, write_page

RUNS = {"mechanisms": ["--budget", "345s"], "content": ["--budget", "4m"], "convolution": ["--budget", "2m"],
        "decode": ["--budget", "150s"], "layer": ["--only", "*|causal|T=[127]*", "--budget", "290s"], "targets/mechanisms": []}


SLOPES = ["kernel", "pattern", "slope [95 %]", "declared", "comes to", "verdict", "slopes from octave to octave"]


def command(name):
    return " ".join(["attnscope", "run", f"configs/{name}.yaml"] + [f"'{o}'" if "*" in o else o for o in RUNS[name]])


def section(folder, name, title, about, heads, body):
    where = machine_line(facts(os.path.join(folder, name)))
    return ["", f"## {title}", "", *paragraph(about), "", *paragraph(f"`{command(name)}` on {where}."), "", *table(heads, body)]


def growth(folder, name):
    for r in rows(os.path.join(folder, name), "fits.csv"):
        if r["quantity"] == "time" and r["axis"] == "length" and r["verdict"]:
            yield (f"`{r['kernel']}`", f"`{r['pattern']}`", f"{float(r['tail_slope']):.2f}{interval(r, 'tail')}", r["declared"],
                   f"{float(r['expected_slope']):.2f}", r["verdict"], r["local_slopes"])


def crossing(lines, a, b):
    """The T where a passes b for good, interpolated in log-log between points; None: nowhere. lines: {T: {name: time}}"""
    at, last = None, None
    for T in sorted(lines):
        gap = math.log(lines[T][a] / lines[T][b])
        if last and last[1] < 0 <= gap:
            at = math.exp(math.log(last[0]) + math.log(T / last[0]) * -last[1] / (gap - last[1]))
        last = T, gap
    return at


def between(lines, name, T):
    """The time of `name` at T, interpolated in log-log; None outside the lengths where it was measured."""
    known = {x: times[name] for x, times in lines.items() if name in times}
    low, high = max((x for x in known if x <= T), default=None), min((x for x in known if x >= T), default=None)
    if low is None or high is None:
        return None
    share = math.log(T / low) / math.log(high / low) if high > low else 0
    return math.exp((1 - share) * math.log(known[low]) + share * math.log(known[high]))


def layer(folder):
    """Inside the layer: the core against projections and output. Alone: the rates of attention/flash and
    layer/projections at that T turn the crossing by FLOPs, T + 1 = 4 D, into one by time."""
    inside, alone = {}, {}
    for r in rows(os.path.join(folder, "layer"), "shares.csv"):
        if r["kernel"].startswith("layer/block") and r["once"] == "0":
            phases = inside.setdefault(int(r["width"]), {}).setdefault(int(r["length"]), {"project": 0})
            name = "core" if r["phase"] == "core" else "project" if r["phase"] in ("projections", "output") else None
            if name:
                phases[name] = phases.get(name, 0) + float(r["median_ns"])
    for r in rows(os.path.join(folder, "layer")):
        alone.setdefault(int(r["width"]), {}).setdefault(int(r["length"]), {})[r["kernel"]] = float(r["median_ns"])
    for D in sorted(inside):
        at = crossing(inside[D], "core", "project")
        if at is None:
            yield str(D), "none in range", "", "", "", ""
            continue
        flash_ns, project_ns = (between(alone[D], name, at) for name in ("attention/flash", "layer/projections"))
        if not flash_ns or not project_ns:
            yield str(D), f"{at:.0f} = {at / D:.2f} D", "not measured", "not measured", "", ""
            continue
        flash, project = 2 * at * (at + 1) * D / flash_ns, 8 * at * D * D / project_ns
        due = 4 * D * flash / project - 1
        yield (str(D), f"{at:.0f} = {at / D:.2f} D", f"{flash:.0f}", f"{project:.0f}", f"{due:.0f} = {due / D:.2f} D",
               f"{100 * (at / due - 1):+.0f} %")


def heads(folder):
    """The cost of storing a product per head, o = sum over h of a_h W_h, against one product over all heads."""
    by = {}
    for r in rows(os.path.join(folder, "layer"), "shares.csv"):
        if r["kernel"].startswith("layer/projections") and r["phase"] in ("output", "add") and r["once"] == "0":
            key = int(r["width"]), int(r["length"])
            by.setdefault(key, {}).setdefault(r["kernel"], 0)
            by[key][r["kernel"]] += float(r["median_ns"])
    for (D, T), t in sorted(by.items()):
        if len(t) == 2 and T in (256, 1024, 2048):
            side, stored = t["layer/projections"], t["layer/projections:sum=1"]
            yield str(D), str(T), f"{side / 1e6:.2f}", f"{stored / 1e6:.2f}", f"{stored / side:.2f}x"


def of_roof(row, which="median"):
    """Percent of the FMA roof at the median and at the ends of its interval, the lower first. which = "full": over the
    samples whose core was not slowed; None if there are none."""
    if not row.get(which + "_ns"):
        return None
    share = float(row["percent_of_roof"]) * float(row["median_ns"])
    return tuple(share / float(row[which + end]) for end in ("_ns", "_high_ns", "_low_ns"))


def at_full(row):
    """of_roof(row, "full") as text, with the number of samples behind it."""
    if not row.get("slowed"):
        return "no gauge"
    at, n = of_roof(row, "full"), int(row["n"])
    return "{:.0f} % [{:.0f}, {:.0f}], {} of {}".format(*at, n - int(row["slowed"]), n) if at else f"0 of {n}"


def reaches(row, least):
    """Does the row reach that share of the roof? Ten samples that are not slowed decide alone: the roof is of a core that nobody shared."""
    full = int(row["n"]) - int(row["slowed"]) if row.get("slowed") else 0
    return of_roof(row, "full" if full >= 10 else "median")[0] >= least


def shares(folder):
    for r in rows(os.path.join(folder, "targets/mechanisms")):
        at = of_roof(r)
        yield (f"`{r['kernel']}`", f"{r['heads']} x {r['head_dim']}", f"{float(r['gflops_useful']):.0f}",
               "{:.0f} % [{:.0f}, {:.0f}]".format(*at), at_full(r), "yes" if reaches(r, 50) else "no")


def decode(folder):
    for r in rows(os.path.join(folder, "decode")):
        if int(r["context"]) in (2048, 16384, 65536) and r["pattern"] == "causal" and r["kernel"] != "attention/naive":
            yield (f"`{r['kernel']}`", r["kv_heads"], r["context"], f"{float(r['median_ns']) / 1e3:.1f}", f"{float(r['gbs_min']):.1f}",
                   f"{float(r['percent_of_bandwidth']):.0f} %" if r["percent_of_bandwidth"] else "",
                   f"{float(r['mass_kept']):.2f}" if r["mass_kept"] else "")


SECTIONS = [
    ("mechanisms", "Growth with T: every mechanism at D = 256, T = 256 to 16k",
     "The slope of time over the upper half of the range, beside the slope that the kernel declares over the same points. "
     "[method.md](method.md) explains the verdicts.", SLOPES, growth),
    ("content", "Growth with T: keys chosen by content, further out",
     "The choice scores all keys, or a summary of each 16 of them. At short lengths the work on the chosen keys hides that cost.",
     SLOPES, growth),
    ("convolution", "Growth with T: convolutions", "The same for more taps, strides and dilations.", SLOPES, growth),
    ("layer", "A layer: where the core passes the projections",
     "By FLOPs the causal core passes the four projections at T + 1 = 4 D. By time it passes them where T + 1 = 4 D x (GFLOP/s "
     "of the core / GFLOP/s of the projections). The rates are those of attention/flash and layer/projections, measured alone at "
     "that T. The crossing is measured between the phases of layer/block.",
     ["D", "measured T*", "core alone, GFLOP/s", "projections alone, GFLOP/s", "4 D x ratio", "measured beside it"],
     lambda folder, _name: layer(folder)),
    ("layer", "The price of a stored product per head",
     "The output projection as one product over all heads, against H stored products and their sum (`sum=1`), H = 4.",
     ["D", "T", "side by side, ms", "stored and added, ms", "price"], lambda folder, _name: heads(folder)),
    ("targets/mechanisms", "Shares of the FMA roof at D = 512, T = 512",
     "Useful FLOPs as a share of the multiply-adds that one thread was measured to do; the target was 50 %. \"Not slowed\" counts the "
     "samples whose core was neither shared with another hardware thread nor clocked low, by the gauge beside each sample "
     "(`issue_index`). Where there are ten such samples, they decide: the roof is that of a core of one's own.",
     ["kernel", "H x d", "GFLOP/s", "of the roof", "not slowed, samples", "met"], lambda folder, _name: shares(folder)),
    ("decode", "Decoding: one query against S keys, D = 512, H = 8",
     "GB/s of the bytes that a step must read, and their share of the read bandwidth of the cache level that they fit.",
     ["kernel", "Hkv", "S", "us", "GB/s", "of the bandwidth", "mass kept"], lambda folder, _name: decode(folder)),
]

ABOUT = """Made by `python3 experiments/mechanisms.py`. Every case is checked against its float64 oracle before it is timed. One
thread, float32, B = 1. A budget ends a run before all of its processes have run: an interval is then wide, or missing."""


def main():
    o = parse(parser(__doc__, "mechanisms", "mechanisms"))
    for name, more in RUNS.items():
        run_whole(o.program, os.path.join(o.folder, name), name + ".yaml", more)
    lines = ["# Attention and its competitors, measured", "", *paragraph(ABOUT)]
    for name, title, about, heads_, body in SECTIONS:
        lines += section(o.folder, name, title, about, heads_, body(o.folder, name))
    write_page(o.out, lines)
    print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
