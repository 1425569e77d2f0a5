#!/usr/bin/env python3
"""papers.py: published timings of attention mechanisms beside the same shapes measured on this CPU; writes docs/papers.md.

    python3 experiments/papers.py [--program build/attnscope] [--from FOLDER] [--seconds S]

Runs configs/papers/*.yaml into FOLDER, or reads the results that an earlier call left there. With --seconds it stops in time,
and the same command continues. PUBLISHED holds the published numbers with their sources; all other numbers are read from the
results. SPDX-License-Identifier: Apache-2.0
"""
import math
import os
import sys

import common
from common import CONFIGS, Clock, add_seconds, facts, interval, machine_line, paragraph, parse, parser, rows, run, write_page

FLASH, LRA, TABLE1, LONGNET = NAMES = ("flash-attention", "long-range-arena", "attention-is-all-you-need", "longnet")

PUBLISHED = {
    FLASH: {  # Dao et al. 2022, arXiv 2205.14135, Table 18: A100, forward, ms; None: out of memory
        "T": [1024, 4096, 16384],
        "dense": [1.27, 16.47, None],
        "flash": [0.68, 8.42, 134.03],
        "block-sparse": [0.65, 0.96, 3.02],
        "local": [1.90, 11.56, 46.65],
        "Linformer": [0.50, 2.09, 7.90],
        "exponents": {"dense": "2.04", "flash": "2.00", "local": "1.02", "Linformer": "about 1"},  # last doubling in the table
    },
    LRA: {  # Tay et al. 2021, arXiv 2011.04006, Table 2: training steps per second, and peak memory in GB
        "T": [1024, 2048, 3072, 4096],
        "Transformer": [8.1, 4.9, 2.3, 1.4],
        "Local": [9.2, 8.4, 7.4, 7.4],
        "Linear": [9.1, 9.3, 8.6, 7.8],
        "Performer": [9.5, 9.4, 8.7, 8.0],
        "BigBird": [7.4, 3.9, 2.7, 1.5],
        "GB": {"Transformer": [0.85, 2.65, 5.51, 9.48], "Local": [0.42, 0.76, 1.06, 1.37]},
    },
    TABLE1: [  # Vaswani et al. 2017, arXiv 1706.03762, Table 1: complexity of a layer, its exponents in n and d
        ("self-attention", "n²d", 2, 1, "attention/flash", "causal"),
        ("self-attention, restricted to r", "rnd", 1, 1, "attention/flash", "window:w=64"),
        ("convolutional, k = 3", "knd²", 1, 2, "convolution/gemm", "causal"),
        ("recurrent", "nd²", 1, 2, "kernelised/linear-recurrent", "causal"),
    ],
    LONGNET: {"ratio": 7.68},  # Ding et al. 2023, arXiv 2307.02486: causal pairs of dense over LongNet's at T = 32768, by counting
}


# --- reading -----------------------------------------------------------------------------------------------------------


class Times:
    """Medians in ms with their intervals, by kernel, start of the pattern, T and D."""

    def __init__(self, folder, name):
        self.rows = rows(os.path.join(folder, name))

    def row(self, kernel, pattern, T, D=None):
        for r in self.rows:
            if (r["kernel"] == kernel and r["pattern"].startswith(pattern) and int(r["length"]) == T
                    and D in (None, int(r["width"]))):
                return r
        return None

    def at(self, kernel, pattern, T, D=None):
        """(median, low, high); None where it was not measured."""
        r = self.row(kernel, pattern, T, D)
        if not r:
            return None
        ms = float(r["median_ns"]) / 1e6
        ends = [float(r[k]) / 1e6 if r[k] else ms for k in ("median_low_ns", "median_high_ns")]
        return ms, *ends


def over(a, b):
    return None if not a or not b else (a[0] / b[0], a[1] / b[2], a[2] / b[1])


def plus(*parts):
    return None if None in parts else tuple(sum(p[i] for p in parts) for i in range(3))


def number(x, digits=2):
    return f"{x:.{digits}f}" if x < 100 else f"{x:.0f}"


def text(span, digits=2):
    """median [low, high]"""
    return "not measured" if not span else f"{number(span[0], digits)} [{number(span[1], digits)}, {number(span[2], digits)}]"


def slope(folder, name, kernel, pattern, axis, where=""):
    """The tail slope of a fitted curve, as text."""
    for r in rows(os.path.join(folder, name), "fits.csv"):
        if (r["quantity"] == "time" and r["axis"] == axis and r["kernel"] == kernel and r["pattern"].startswith(pattern)
                and where in r["curve"] and r["tail_slope"]):
            return f"{float(r['tail_slope']):.2f}{interval(r, 'tail')}"
    return "not measured"


def crossing(folder, name, kernel, pattern, where=""):
    """Where `kernel` on `pattern` overtakes the fastest dense attention for good, in words."""
    for r in rows(os.path.join(folder, name), "crossovers.csv"):
        if (r["axis"] == "length" and r["kernel_a"] == "dense" and r["kernel_b"] == kernel and r["pattern_b"].startswith(pattern)
                and where in r["curve"]):
            span = f" [{float(r['at_low']):.0f}, {float(r['at_high']):.0f}]" if r["at_low"] and r["at_high"] else ""
            return {"crosses": f"T = {float(r['at'] or 0):.0f}{span}" + ("" if r["beyond"] != "a" else ", dense ahead beyond"),
                    "always": f"ahead from T = {r['from']} on", "none in range": f"not up to T = {r['to']}",
                    "unclear": "unclear from these samples"}.get(r["verdict"], r["verdict"])
    return "not measured"


def meet(T, a, b):
    """Where two published lines meet, interpolated in log-log between the points; None if they do not."""
    known = [(t, math.log(x / y)) for t, x, y in zip(T, a, b) if x and y]
    for (t0, g0), (t1, g1) in zip(known, known[1:]):
        if g0 * g1 <= 0 and g0 != g1:
            return math.exp(math.log(t0) + math.log(t1 / t0) * -g0 / (g1 - g0))
    return None


def table(heads, body):
    return ["", *common.table(heads, body, "lr")]


def heading(folder, name, title, about):
    where = machine_line(facts(os.path.join(folder, name)))
    return ["", f"## {title}", "", *about, "", *paragraph(f"Measured by `attnscope run configs/papers/{name}.yaml` on {where}.")]


def points(*items):
    """A list whose items are wrapped prose."""
    return [line for item in items for line in paragraph("- " + item, "  ")]


# --- the papers --------------------------------------------------------------------------------------------------------

BIGBIRD = "blockrandom"  # how the canonical text of bigbird begins


def flash_attention(folder):
    p, t = PUBLISHED[FLASH], Times(folder, FLASH)
    ours = {"dense": ("attention/blas", "causal"), "flash": ("attention/flash", "causal"),
            "block-sparse": ("attention/flash", BIGBIRD), "local": ("attention/flash", "window"),
            "Linformer": ("kernelised/linear-chunked", "causal")}
    out = heading(folder, FLASH, "FlashAttention, Table 18", paragraph(
        "Forward time by T on an A100, beside one thread of this CPU with B = 1, two heads of 64, causal. Only ratios, slopes and "
        "crossings can be compared: the published run keeps a whole GPU busy. The rows correspond as follows:") + [""] + points(
        "dense: `attention/blas`, which computes both products with OpenBLAS and stores the T x S scores between them, as the "
        "paper's baseline does;",
        "block-sparse: `bigbird:b=64,g=1,w=3,r=3`, at most 448 keys for a query at every T. The paper's mask thins out in the same "
        "way: its time grows 4.6 times from 1K to 16K, where T grows 16 times and T² 256 times;",
        "local: `window:w=256`;",
        "Linformer projects keys and values along T to a fixed number of rows. **No kernel here does that.** The rows of "
        "`kernelised/linear-chunked` and `performer`, which are linear in T as well, are shown beside it and do not reproduce it."))
    lines = []
    for name, (kernel, pattern) in ours.items():
        for i, T in enumerate(p["T"]):
            if name != "Linformer":
                was = "out of memory" if p[name][i] is None else f"{p[name][i]}"
                lines.append((name, f"{T}", was, text(t.at(kernel, pattern, T))))
    out += table(["ms", "T", "published, A100", "here"], lines)
    lines = []
    for a, b in (("dense", "flash"), ("flash", "block-sparse"), ("flash", "local"), ("flash", "Linformer")):
        for i, T in enumerate(p["T"]):
            was = number(p[a][i] / p[b][i]) if p[a][i] and p[b][i] else "out of memory"
            here = text(over(t.at(*ours[a], T), t.at(*ours[b], T)))
            if b == "Linformer":
                here = f"linear-chunked {here}, performer {text(over(t.at(*ours[a], T), t.at('kernelised/performer', 'causal', T)))}"
            lines.append((f"{a} / {b}", f"{T}", was, here))
    out += table(["ratio of times", "T", "published", "here"], lines)
    lines = [(name, p["exponents"][name], slope(folder, FLASH, *ours[name], "length")) for name in ("dense", "flash", "local")]
    lines.append(("Linformer", p["exponents"]["Linformer"], "linear-chunked " + slope(folder, FLASH, *ours["Linformer"], "length")))
    out += table(["growth with T", "published, last doubling", "here, tail slope"], lines)
    was = meet(p["T"], p["flash"], p["local"])
    out += table(["crossing", "published", "here, against the faster dense kernel"], [
        ("local passes flash", f"T = {was:.0f}, between its 4K and 16K", crossing(folder, FLASH, *ours["local"])),
        ("block-sparse passes flash", "ahead from T = 1024 on, by 5 % there", crossing(folder, FLASH, *ours["block-sparse"]))])
    dense = t.row("attention/blas", "causal", 16384)
    touched = dense and dense["workspace_peak_bytes"]
    stored = f"{float(touched) / 2**30:.2f} GiB of workspace" if touched else "its scores"
    return out + ["", "Why they differ.", ""] + points(
        "*dense / flash.* On the A100, memory bounds the stored scores: each is written, read for the softmax, written and read "
        "again, while the multiply units wait. That explains the 1.9 of the paper, the same at 1K and 4K. One core here multiplies "
        "much more slowly, and its memory is not slower by as much, so the four transfers should weigh less (where an interval "
        "contains 1.9, these samples cannot show it): the ratio is "
        f"{text(over(t.at(*ours['dense'], 1024), t.at(*ours['flash'], 1024)))} at 1K and "
        f"{text(over(t.at(*ours['dense'], 16384), t.at(*ours['flash'], 16384)))} at 16K. The remaining gain is memory: 16K touches "
        f"{stored} here, and did not fit there.",
        "*flash / block-sparse.* The number of useful edges bounds the ratio: "
        f"{edges_ratio(t, 'causal', BIGBIRD, 16384)} times fewer at 16K here, about 44 there by the times.",
        "*flash / local.* The published local attention is 2.8 times slower at 1K: it is a composition of framework calls that "
        "copies each chunk's neighbours. A window here is the flash loop with fewer tiles, so it does not pay that cost, and it is "
        f"ahead as soon as T exceeds w: {edges_ratio(t, 'causal', 'window', 1024)} times fewer edges at 1K, "
        f"{edges_ratio(t, 'causal', 'window', 16384)} at 16K.",
        "*growth.* Slopes are properties of the algorithms and carry over from one machine to the other; constants do not.")


def edges_ratio(t, a, b, T):
    first, second = t.row("attention/flash", a, T), t.row("attention/flash", b, T)
    return number(float(first["edges"]) / float(second["edges"]), 1) if first and second else "(not measured)"


def long_range_arena(folder):
    p, t = PUBLISHED[LRA], Times(folder, LRA)
    ours = {"Local": ("attention/flash", "window"), "Linear": ("kernelised/linear-chunked", "causal"),
            "Performer": ("kernelised/performer", "causal"), "BigBird": ("attention/flash", BIGBIRD)}
    rest = lambda T: plus(t.at("layer/projections", "causal", T), t.at("layer/feed-forward", "causal", T))
    out = heading(folder, LRA, "Long Range Arena, Table 2", paragraph(
        "The published columns are training steps per second of whole models, as a multiple of the Transformer's at the same T. "
        "Beside them, forward, one thread, D = 512, H = 8: the mechanism alone, and a layer of it, which is projections and "
        "feed-forward (the same for all) plus the mechanism. The Transformer is `attention/blas`, which stores its scores as the "
        "published one does, and `attention/flash`. Local is `window:w=256`, BigBird `bigbird:b=64,g=2,w=3,r=3`, Linear "
        "`kernelised/linear-chunked`, Performer `kernelised/performer` with m = 256."))
    lines = []
    for name, kernel in ours.items():
        for i, T in enumerate(p["T"]):
            core, blas, flash = t.at(*kernel, T), t.at("attention/blas", "causal", T), t.at("attention/flash", "causal", T)
            both = rest(T)
            layer = over(plus(both, blas), plus(both, core)) if both and blas and core else None
            fused = over(plus(both, flash), plus(both, core)) if both and flash and core else None
            lines.append((name, f"{T}", number(p[name][i] / p["Transformer"][i]), text(layer), text(over(blas, core)), text(fused)))
    out += table(["times the Transformer's speed", "T", "published", "a layer, against blas", "the mechanism alone, against blas",
                  "a layer, against flash"], lines)
    reciprocal = {n: [1 / x for x in p[n]] for n in ("Transformer", "BigBird")}
    was = meet(p["T"], reciprocal["Transformer"], reciprocal["BigBird"])
    out += table(["passes the Transformer", "published", "here, the mechanism, against the faster dense kernel"], [
        ("Local", "ahead from 1K on", crossing(folder, LRA, *ours["Local"])),
        ("Linear", "ahead from 1K on", crossing(folder, LRA, *ours["Linear"])),
        ("Performer", "ahead from 1K on", crossing(folder, LRA, *ours["Performer"])),
        ("BigBird", f"T = {was:.0f}, between its 2K and 3K", crossing(folder, LRA, *ours["BigBird"]))])
    grown = {n: g[-1] / g[0] for n, g in p["GB"].items()}
    lines = []
    for name, (kernel, pattern) in {"Transformer": ("attention/blas", "causal"), "Local": ours["Local"]}.items():
        first, last = t.row(kernel, pattern, 1024), t.row(kernel, pattern, 4096)
        sizes = [float(r["workspace_peak_bytes"]) / 2**20 for r in (first, last)] if first and last else None
        here = f"{sizes[0]:.2f} to {sizes[1]:.2f} MiB, {sizes[1] / sizes[0]:.1f} times" if sizes and sizes[0] else "not measured"
        lines.append((name, f"{p['GB'][name][0]} to {p['GB'][name][-1]} GB, {grown[name]:.1f} times", here))
    out += table(["memory, T = 1K to 4K", "published, peak of the model", "here, workspace of one call"], lines)
    return out + ["", "Why they differ.", ""] + points(
        "*A step is more than attention.* Embedding, feed-forward, optimiser and input cost the same in every model and pull all "
        "ratios towards 1. The columns of a layer contain projections and feed-forward; the column of the mechanism alone does "
        "not. The wider a layer, the smaller the core's share of it: at D = 512 the core passes projections and feed-forward by "
        "FLOPs only at T = 6K, so a layer here gains less at 4K than the published models.",
        "*The Transformer.* The published Transformer slows down 5.8 times from 1K to 4K. Every mechanism gains less against flash, "
        "which does not store its scores, than against a baseline that does.",
        "*BigBird.* The published BigBird gains at most 1.2 times: gathering blocks costs there about what it saves in edges. The "
        f"pattern itself has {edges_ratio(t, 'causal', BIGBIRD, 4096)} times fewer edges at 4K, and a kernel that skips tiles turns "
        "them into time.",
        "*Performer and Linear.* The published ones lead. Here they are causal: a running state replaces one product over all "
        "tokens. Performer's cost for m = 256 features does not depend on T, so it gains by length alone.",
        "*Memory.* The stored scores of one head grow 16 times as allocated and less as touched, because a causal row leaves its "
        "rest untouched; the workspace of tiles grows about as T. The published peaks also hold parameters and activations of a "
        "batch.")


def attention_is_all_you_need(folder):
    out = heading(folder, TABLE1, "Attention Is All You Need, Table 1", paragraph(
        "Complexity of a layer with n tokens and width d. One head, so d is the head's width. A recurrent layer like the paper's is "
        "**not built**: `kernelised/linear-recurrent`, which updates a state of d x d for each token, has the same count, n d². The "
        "slope in n is taken at d = 128, the slope in d at n = 2048, over the upper half of each range."))
    lines = []
    for name, order, n, d, kernel, pattern in PUBLISHED[TABLE1]:
        lines.append((name, order, f"{n}", slope(folder, TABLE1, kernel, pattern, "length", " D=128 "), f"{d}",
                      slope(folder, TABLE1, kernel, pattern, "width", " T=2048 ")))
    out += table(["layer", "published", "exponent of n", "measured", "exponent of d", "measured"], lines)
    lines = []
    for D in (64, 128, 256):
        lines.append((f"{D}", f"n = {D}", f"T = {3 * D}", crossing(folder, TABLE1, "convolution/gemm", "causal", f" D={D} ")))
    out += table(["d", "published: self-attention is cheaper below", "by FLOPs: causal 2T²D against 6TD²",
                  "measured: the convolution passes it"], lines)
    return out + ["", *paragraph(
        "Why they differ. The table counts multiply-adds up to a constant; a machine has constants. Wide products run nearer to the "
        "roof than narrow ones, which lowers an exponent in d; operands that outgrow a cache raise it. Causal attention has half the "
        "pairs of n², and k = 3 taps cost three times n d²: by FLOPs the crossing is at 3d, not d. The count leaves out the softmax, "
        "which moves the crossing back. A window as short as a tile is partly masked work; that shows in its constant, not in its "
        "slope.")]


def longnet(folder):
    t, lines = Times(folder, LONGNET), []
    for T in (2048, 4096, 8192, 16384, 32768):
        dense, sparse = t.at("attention/flash", "causal", T), t.at("attention/longnet", "longnet", T)
        per = lambda span: tuple(x * 1e3 / T for x in span) if span else None
        a, b = t.row("attention/flash", "causal", T), t.row("attention/longnet", "longnet", T)
        fewer = number(float(a["edges"]) / float(b["edges"])) if a and b else "not measured"
        lines.append((f"{T}", text(per(dense)), text(per(sparse)), fewer, text(over(dense, sparse))))
    return heading(folder, LONGNET, "LongNet, Figure 5", paragraph(
        "The figure shows a nearly flat time from 8K to 1B tokens, because the number of devices grows with the length. On one "
        "machine the same claim is that the time for each token stays level. The branches are those published (w = 2048 to 32768, "
        f"r = 1, 2, 4, 6, 12), with two heads of 64. At T = 32768 offset 0 has {PUBLISHED[LONGNET]['ratio']} times fewer pairs than "
        "causal.")) + table(
            ["T", "dense flash, us a token", "longnet, us a token", "edges, dense / longnet", "time, dense / longnet"], lines) + [
        "", *paragraph(f"Growth with T: dense {slope(folder, LONGNET, 'attention/flash', 'causal', 'length')}, longnet "
        f"{slope(folder, LONGNET, 'attention/longnet', 'longnet', 'length')}. It passes dense attention at: "
        f"{crossing(folder, LONGNET, 'attention/longnet', 'longnet')}."),
        "", *paragraph(
            "Why they differ. Up to T = 2048 the first branch is all of dense attention, and the other branches are added to it as a "
            "multiset, so there are more pairs than in dense attention. Segments double and dilations nearly do (6 and 12 rather "
            "than 8 and 16), so each longer T adds a branch until 32K. The time for a token therefore still rises up to there, more "
            "and more slowly, and stays level beyond. The time gains less than the edges because reading by stride and mixing the "
            "branches cost something.")]


HEAD = """Published timings of mechanisms, beside the same mechanisms at a CPU's size. Made by `python3 experiments/papers.py`,
which runs configs/papers/*.yaml and holds the published numbers with their sources. Every case is checked against its float64
oracle before it is timed. Three processes run in seeded random order; brackets hold the intervals of the medians; one thread,
float32."""


def main():
    options = parser(__doc__, "papers", "papers")
    add_seconds(options)
    o = parse(options)
    clock = Clock(o.seconds)
    os.makedirs(o.folder, exist_ok=True)
    for i, name in enumerate(NAMES):
        if not run(o.program, clock, os.path.join(o.folder, name), os.path.join(CONFIGS, "papers", name + ".yaml")):
            print(f"{i} of {len(NAMES)} sweeps are measured: call again")
            return 0
    lines = ["# Published timings beside measured ones", "", *paragraph(HEAD)]
    for part in (flash_attention, long_range_arena, attention_is_all_you_need, longnet):
        lines += part(o.folder)
    write_page(o.out, lines)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
