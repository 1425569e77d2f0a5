#!/usr/bin/env python3
"""targets.py: what the kernels reach beside their targets, each in turns with its reference; writes docs/targets.md up to the
first heading of level 2 (##), and keeps what follows it.

    python3 experiments/targets.py [--program build/attnscope] [--only TEXT] [--seconds 20] [--cpu 0] [--out FILE]

Needs NumPy. --only prints the rows whose work contains TEXT and leaves the page alone, unless --out is given.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import math
import os
import statistics
import sys
import tempfile

try:
    import numpy
except ImportError:
    numpy = None  # --help works without it; main() says what to install

import turns
from common import ROOT, call, machine_line, paragraph, parse, parser, require_numpy, table, write_page

HEADS = 8
BYTES = {"f32": 4, "bf16": 2}  # of a key's or value's number

# How long a row is measured: at least `pairs_least` pairs of turns, over several pairs of processes.
Pace = collections.namedtuple("Pace", "seconds processes pairs_least pairs_most", defaults=(3, 12, 120))
Kernel = collections.namedtuple("Kernel", "name pattern length context d dtype isa threads", defaults=("f32", None, 1))
Loop = collections.namedtuple("Loop", "name isa", defaults=(None,))
# `measure` computes one number per pair of turns, from the facts of both sides and our speed relative to theirs. The target is
# met when the number is at least `least` or at most `most`.
Row = collections.namedtuple("Row", "work target ours theirs measure least most unit", defaults=(None, None, "x"))


def edges(facts):
    return facts["edges"] * facts["heads"]


def of_flops(ours, theirs, speed):
    """Our useful FLOPs a second, in percent of the loop's."""
    return 100 * speed * 4 * ours["head_dim"] * edges(ours) / theirs["amount"]


def of_bytes(ours, theirs, speed):
    """Our bytes a second (visible keys and values, queries, outputs), in percent of the loop's."""
    of_operand = BYTES[ours["dtype"]]
    of_keys = 2 * of_operand * edges(ours)
    of_queries = (of_operand + BYTES["f32"]) * ours["length"] * ours["heads"]  # outputs are float32
    return 100 * speed * ours["head_dim"] * (of_keys + of_queries) / theirs["amount"]


def faster(_ours, _theirs, speed):
    return speed


def per_edge(ours, theirs, speed):
    """The time of an edge, as a multiple of theirs."""
    return edges(theirs) / edges(ours) / speed


def targets(amx):
    dense = {d: Kernel("attention/flash", "causal", 4096, 4096, d) for d in (64, 128)}
    rows = [Row("flash f32, T = 4096, d = 64, against itself", "1 (the control)", dense[64], dense[64], faster)]
    for d, least in ((64, 60), (128, 68)):
        rows.append(Row(f"flash f32, T = 4096, d = {d}", f"{least} % of the FMA loop", dense[d], Loop("fma", "avx512"), of_flops,
                        least, unit=" %"))
    for d in (64, 128):
        rows.append(Row(f"AVX2 build of flash f32, d = {d}", "60 % of the AVX2 loop", dense[d]._replace(isa="avx2"), Loop("fma", "avx2"),
                        of_flops, 60, unit=" %"))
    rows.append(Row("flash bf16, T = 4096, d = 128", "4x flash f32, where there is AMX", dense[128]._replace(dtype="bf16"), dense[128],
                    faster, 4 if amx else None))
    longnet = "longnet:w=2048/4096/8192/16384/32768,r=1/2/4/6/12"
    blocks = [("attention/tiles", f"block:b=128,density={share},seed=1", 8192, 1.3) for share in (0.1, 0.2, 0.5)]
    for name, pattern, length, most in [("attention/flash", "window:w=1024", 32768, 1.25),
                                        ("attention/residues", "dilated:r=4", 16384, 1.25),
                                        ("attention/longnet", longnet, 32768, 1.25), *blocks]:
        rows.append(Row(f"{name}, {pattern}, T = {length}", f"at most {most}x dense flash per edge",
                        Kernel(name, pattern, length, length, 64), dense[64], per_edge, most=most))
    for d in (64, 128):
        rows.append(Row(f"decode, S = 32k, d = {d}", "85 % of reading memory",
                        Kernel("attention/flash", "causal", 1, 32768, d), Loop("memory"), of_bytes, 85, unit=" %"))
    for name, least in (("attention/diagonals", 40), ("attention/gather", None)):
        rows.append(Row(f"{name}, log base 2, T = 64k, d = 64", "40 % of reading L2",
                        Kernel(name, "log:base=2", 65536, 65536, 64), Loop("l2"), of_bytes, least, unit=" %"))
    rows.append(Row("two threads, dense T = 4096, d = 64", "1.9x one thread", dense[64]._replace(threads=2), dense[64], faster, 1.9))
    return rows


# ---- the sides

class Arrays:
    """q, k and v of a shape as .npy files; both sides share one set when their shapes are the same."""

    def __init__(self, folder):
        self.folder, self.shape = folder, None

    def of(self, kernel):
        paths = {name: os.path.join(self.folder, name + ".npy") for name in "qkv"}
        shape = (kernel.length, kernel.context, kernel.d, kernel.dtype)
        if shape != self.shape:
            random = numpy.random.default_rng(1)
            for name, rows in (("q", kernel.length), ("k", kernel.context), ("v", kernel.context)):
                values = random.standard_normal((HEADS, rows, kernel.d), dtype=numpy.float32)
                numpy.save(paths[name], values if kernel.dtype == "f32" else (values.view(numpy.uint32) >> 16).astype(numpy.uint16))
            self.shape = shape
        return [part for name in "qkv" for part in ("--" + name, paths[name])]


def command(program, arrays, side):
    isa = ["--isa", side.isa] if side.isa else []
    if isinstance(side, Loop):
        return [program, "machine", "--turns", side.name, *isa]
    return [program, "apply", "--kernel", side.name, "--pattern", side.pattern, *arrays.of(side),
            "--out", os.path.join(arrays.folder, "o.npy"), "--threads", str(side.threads), "--calls", "1", "--rows", "64",
            "--turns", "--format", "json", *isa]


def facts(side, running):
    """Ends the side. A loop gives the amount of one call, a kernel its report."""
    said = running.finish()
    return json.loads(said) if isinstance(side, Kernel) else {"amount": int(running.ready.split()[2])}


Reached = collections.namedtuple("Reached", "at low high pairs isa ours_s")


def measure(program, row, pace, environment):
    """The estimate, the ends of its 95 % interval, the number of pairs, the instruction set of our build, and the median time
    of one call of ours."""
    numbers, ours_s = [], []
    for _ in range(pace.processes):
        with tempfile.TemporaryDirectory() as folder:
            arrays = Arrays(folder)
            with turns.Side(command(program, arrays, row.ours), environment) as ours, \
                    turns.Side(command(program, arrays, row.theirs), environment) as theirs:
                pairs = turns.alternate(ours, theirs, pace.seconds / pace.processes, math.ceil(pace.pairs_least / pace.processes),
                                        math.ceil(pace.pairs_most / pace.processes))
                known = [facts(row.ours, ours), facts(row.theirs, theirs)]  # each process chooses the amount of its loop
                numbers += [row.measure(*known, of_theirs / of_ours) for of_ours, of_theirs in pairs]
                ours_s += [of_ours for of_ours, _ in pairs]
                isa = ours.ready.split()[1]
    at, low, high = map(math.exp, turns.hodges_lehmann([math.log(x) for x in numbers]))
    return Reached(at, low, high, len(numbers), isa, statistics.median(ours_s))


# ---- the page

def verdict(row, at):
    if row.least is None and row.most is None:
        return "not asked here"
    return "yes" if (row.least is None or at >= row.least) and (row.most is None or at <= row.most) else "no"


def cells(row, found):
    digits = 1 if row.unit == " %" else 2
    reached = f"{found.at:.{digits}f}{row.unit} [{found.low:.{digits}f}, {found.high:.{digits}f}]"
    return [row.work, row.target, reached, found.isa, found.pairs, verdict(row, found.at)]


def remarks(path):
    """The hand-written rest of the page, from its first heading of level 2 on."""
    if not os.path.exists(path):
        return ""
    with open(path) as f:
        _, heading, rest = f.read().partition("\n## ")
    return heading + rest


def page(machine, body, seconds):
    one, every = (machine[k] for k in ("fma_gflops", "fma_gflops_all"))
    widest = [isa for isa in ("avx512", "avx2", "neon", "scalar") if one.get(isa)][0]
    return ["# What the kernels reach", "", *paragraph(
        f"Made by `python3 experiments/targets.py --seconds {seconds:g}`. B = 1, H = {HEADS}, float32, one thread on one CPU unless "
        "said otherwise. Each row holds a kernel against its reference. Both run as resident processes that time N calls on "
        "request; their turns are equally long and alternate A B, B A, .... Each value is the Hodges-Lehmann estimate over "
        f"{Pace(seconds).processes} pairs of processes with its signed-rank interval of 95 %. A neighbour on the core thus slows both sides alike. "
        "The kernels' outputs are checked against the float64 oracle first. FLOPs are the useful ones, the causal half only. Bytes "
        "are those of the keys and values of all edges, of queries and of outputs. All sides ask for large pages "
        "(GLIBC_TUNABLES)."), "", *paragraph(
        f"Machine: {machine_line(machine)}. Its best alone: {one[widest]:.0f} GFLOP/s of multiply-adds ({widest}), "
        f"{every[widest] / one[widest]:.2f}x on all cpus; reads of {', '.join(f'{r:.0f}' for r in machine['read_gbs'] if r)} GB/s "
        "from L1, L2, L3 and memory."), "", *table(["work", "target", "reached", "isa", "pairs", "met"], body)]


def main():
    options = parser(__doc__, "targets")
    options.add_argument("--only", default="", metavar="TEXT", help="only the rows whose work contains TEXT")
    options.add_argument("--seconds", type=float, default=20, metavar="S", help="time for one row (20)")
    options.add_argument("--cpu", type=int, default=0, metavar="N", help="the CPU of one thread (0)")
    options.set_defaults(out=None)
    o = parse(options)
    require_numpy()
    out = o.out or (None if o.only else os.path.join(ROOT, "docs", "targets.md"))
    machine = json.loads(call([o.program, "machine", "--format", "json"]))
    environment = dict(os.environ, GLIBC_TUNABLES="glibc.malloc.hugetlb=1")
    everywhere, body, kept = os.sched_getaffinity(0), [], remarks(out) if out else ""
    for row in targets("amx" in machine["isas"]):
        if o.only not in row.work:
            continue
        os.sched_setaffinity(0, {o.cpu} if getattr(row.ours, "threads", 1) == 1 else everywhere)
        try:
            body.append(cells(row, measure(o.program, row, Pace(o.seconds), environment)))
        except turns.Missing as error:
            body.append([row.work, row.target, f"not measured: {error}", "", "", "no"])
        print("  ".join(map(str, body[-1])), flush=True)
        if out:
            write_page(out, page(machine, body, o.seconds) + kept.splitlines())
    return 0


if __name__ == "__main__":
    sys.exit(main())
