#!/usr/bin/env python3
"""amx.py: dense attention at every length and type beside the limits of a CPU with tile registers (AMX) and beside other
libraries, all in turns; writes docs/amx.md up to the first heading of level 2 (##), and keeps what follows it.

    python3 experiments/amx.py [--quick] [--only TEXT] [--seconds 10] [--stop S] [--again] [--cpu 0]
                               [--torch-python FILE] [--numkong DIR|FILE] [--out FILE]

Needs NumPy. What else is missing (PyTorch, NumKong, tile registers) is said in the line that needs it. Each line is kept in
results/amx/ as soon as it is measured, so the same command continues; another commit of attnscope begins anew. --quick
takes some three minutes (fewer works, one pair of processes) and writes a page only where --out names it.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

try:
    import numpy
except ImportError:
    numpy = None  # --help works without it; main() says what to install

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "rivals"))
import compare  # noqa: E402
import targets  # noqa: E402
import turns  # noqa: E402
from common import Clock, call, machine_line, paragraph, parse, parser, require_numpy, table, write_page  # noqa: E402
from targets import Kernel, Loop  # noqa: E402

LONGNET = "longnet:w=2048/4096/8192/16384/32768,r=1/2/4/6/12"
DEVIATIONS = (1, 3, 10, 30)  # of the scores, whose softmax goes from nearly even to one key for each query

# A line of the page. `measure` takes the bench and gives a Reached; `least` and `most` are the target, None: no target.
Line = collections.namedtuple("Line", "part work against measure least most unit", defaults=(None, None, "x"))
# `ours_s`: seconds of one call of ours, None where the line is no time.
Reached = collections.namedtuple("Reached", "at low high pairs ours_s note", defaults=("",))
PARTS = {
    "bf16": "bfloat16, every key or the causal ones",
    "f32": "float32, every key or the causal ones",
    "sparse": "Window and LongNet per edge",
    "decode": "Decode: one query, 32k keys",
    "errors": "Errors of the AMX build beside the AVX-512 build's",
}


class Bench:
    """What all lines need: the program, the pace, the environment of the sides, the other libraries."""

    def __init__(self, options, environment):
        self.program, self.environment, self.seeds = options.program, environment, 4 if options.quick else 12
        self.pace = targets.Pace(options.seconds, 1, 8, 60) if options.quick else targets.Pace(options.seconds, 3, 12, 120)
        self.rivals = options
        self.clock = Clock(options.stop)
        options.attnscope, options.threads, options.ggml_prefix = options.program, 1, None
        options.processes, options.pairs = self.pace.processes, self.pace.pairs_least
        self.versions = {"attnscope": compare.program(options)}


# ---- how a line is measured

def against_ours(ours, theirs, number):
    """A kernel against a loop or another kernel of attnscope; `number` is a measure of targets.py."""
    def measure(bench):
        row = targets.Row("", "", ours, theirs, number)
        at = targets.measure(bench.program, row, bench.pace, bench.environment)
        return Reached(at.at, at.low, at.high, at.pairs, at.ours_s, at.isa)
    return measure


def against_library(work, rival):
    def measure(bench):
        with tempfile.TemporaryDirectory() as folder:
            row = compare.measure(bench.rivals, work, rival, compare.Arrays(folder, work), bench.environment, bench.versions)
        note = "" if compare.agrees(row) else f"**outputs differ by {row.difference:.1e}**"
        return Reached(row.ratio, row.low, row.high, row.pairs, row.ours, note)
    return measure


def exact_attention(q, k, v):
    """Causal attention in float64."""
    scores = numpy.einsum("htd,hsd->hts", q, k) / math.sqrt(q.shape[-1])
    scores[:, numpy.triu(numpy.ones(scores.shape[1:], dtype=bool), 1)] = -numpy.inf
    weights = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
    return numpy.einsum("hts,hsd->htd", weights, v) / weights.sum(axis=-1, keepdims=True)


def errors_of(bench, arrays, deviation, seed):
    """For each build the largest and the root-mean-square error of one draw of 8 heads."""
    random, exact, argv = numpy.random.default_rng(seed), [], []
    for name, factor in (("q", deviation), ("k", 1), ("v", 1)):
        values = (factor * random.standard_normal((targets.HEADS, arrays.length, arrays.d))).astype(numpy.float32)
        bits = (values.view(numpy.uint32) >> 16).astype(numpy.uint16)
        path = os.path.join(arrays.folder, name + ".npy")
        numpy.save(path, bits)
        exact.append((bits.astype(numpy.uint32) << 16).view(numpy.float32).astype(numpy.float64))
        argv += ["--" + name, path]
    right, found = exact_attention(*exact), []
    for isa in ("amx", "avx512"):
        out = os.path.join(arrays.folder, "o.npy")
        done = subprocess.run([bench.program, "apply", "--kernel", "attention/flash", "--pattern", "causal", *argv, "--out", out,
                               "--calls", "1", "--rows", "8", "--format", "json", "--isa", isa], capture_output=True, text=True)
        if done.returncode not in (0, 1):  # 1: above the kernel's promise, which the page shows, too
            raise turns.Missing((done.stderr.strip().splitlines() or ["no reason given"])[-1])
        if json.loads(done.stdout)["isa"] != isa:
            raise turns.Missing(f"no {isa} here")
        off = numpy.abs(numpy.load(out) - right)
        found.append((float(off.max()), float(numpy.sqrt(numpy.mean(off**2)))))
    return found


Shape = collections.namedtuple("Shape", "folder length d")


def error_ratio(d, deviation, which):
    """The AMX build's error over the AVX-512 build's, 1 per seed; `which` is 0 for the largest, 1 for root mean square."""
    def measure(bench):
        with tempfile.TemporaryDirectory() as folder:
            found = [errors_of(bench, Shape(folder, 512, d), deviation, seed) for seed in range(bench.seeds)]
        at, low, high = map(math.exp, turns.hodges_lehmann([math.log(amx[which] / plain[which]) for amx, plain in found]))
        return Reached(at, low, high, len(found), None,
                       f"median error {statistics.median(amx[which] for amx, _ in found):.1e}")
    return measure


# ---- the lines

def rivals_of(work):
    return [rival for rival in compare.RIVALS[work.dtype][compare.form(work)] if rival.side in ("torch", "numkong")]


def library_target(work, rival):
    """How many times as fast as the library we want to be, or None."""
    long = work.length == 4096
    if work.length <= 512 and work.head_dim == 64:
        return 1.2 if rival.side == "numkong" else 1.5
    if long and work.dtype == "f32":
        return 1.45 if work.head_dim == 64 else 1.4
    if long and (work.pattern == "causal" or work.head_dim == 128):
        return 1.5 if rival.side == "numkong" else 1.9
    return None


def dense_lines(work):
    d, length = work.head_dim, work.length
    title = compare.title(work)
    ours = Kernel("attention/flash", work.pattern, length, length, d, work.dtype)
    lines = []
    if work.dtype == "bf16":
        least = {("causal", 128): 40, ("causal", 64): 33, ("full", 128): 43}.get((work.pattern, d)) if length == 4096 else None
        lines.append(Line("bf16", title, "the tile loop", against_ours(ours, Loop("bf16"), targets.of_flops), least, unit=" %"))
    elif length == 4096:
        lines.append(Line("f32", title, "the FMA loop", against_ours(ours, Loop("fma", "avx512"), targets.of_flops),
                          85 if d == 64 else 88, unit=" %"))
    for rival in rivals_of(work):
        lines.append(Line(work.dtype, title, rival.words, against_library(work, rival), library_target(work, rival)))
    if length <= 512 and work.dtype == "f32":
        for other in ("attention/blas", "attention/naive"):
            lines.append(Line("f32", title, other, against_ours(ours, ours._replace(name=other), targets.faster), 1))
    return lines


def sparse_lines(d):
    dense = Kernel("attention/flash", "causal", 4096, 4096, d, "bf16")
    return [Line("sparse", f"{name}, {pattern}, T 32768, bf16, d {d}", "dense causal T 4096, per edge",
                 against_ours(Kernel(name, pattern, 32768, 32768, d, "bf16"), dense, targets.per_edge), most=1.3)
            for name, pattern in (("attention/flash", "window:w=1024"), ("attention/longnet", LONGNET))]


def decode_line(dtype, d):
    return Line("decode", f"decode, S 32768, {dtype}, d {d}", "reading memory",
                against_ours(Kernel("attention/flash", "causal", 1, 32768, d, dtype), Loop("memory"), targets.of_bytes), 90,
                unit=" %")


def all_lines(quick):
    lengths, head_dims = ((64, 512, 4096), (64,)) if quick else ((64, 128, 256, 512, 1024, 4096), (64, 128))
    lines = []
    for dtype in ("bf16", "f32"):
        control = Kernel("attention/flash", "full", 64, 64, 64, dtype)
        lines.append(Line(dtype, f"{dtype}, full, T 64, d 64", "itself (control: 1 is right)",
                          against_ours(control, control, targets.faster)))
        for work in compare.dense_works(lengths, dtypes=(dtype,), head_dims=head_dims):
            lines += dense_lines(work)
    lines += [line for d in head_dims for line in sparse_lines(d)]
    lines += [decode_line(dtype, d) for dtype in ("f32", "bf16") for d in (64, 128)]
    for d in head_dims:
        for deviation in DEVIATIONS:
            for which, name in enumerate(("largest error", "root mean square error")):
                lines.append(Line("errors", f"bf16, causal, T 512, d {d}, scores of deviation {deviation}", name,
                                  error_ratio(d, deviation, which), most=1.1))
    return lines


# ---- kept results

def key_of(line):
    return f"{line.work} | {line.against}"


class Kept:
    """Measured lines of one commit of attnscope and the versions of all sides, in a file."""

    def __init__(self, path, commit):
        self.path, self.content = path, {"commit": commit, "versions": {}, "lines": {}}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                content = json.load(f)
            if content["commit"] == commit:
                self.content = content

    def find(self, line):
        kept = self.content["lines"].get(key_of(line))
        return Reached(*kept) if kept else None

    def store(self, line, reached, versions):
        self.content["lines"][key_of(line)] = list(reached)
        self.content["versions"].update(versions)
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + ".part", "w", encoding="utf-8") as f:
            json.dump(self.content, f, indent=1)
        os.replace(self.path + ".part", self.path)


# ---- the page

def cells(line, reached):
    bound = line.least if line.least is not None else line.most
    target = "" if bound is None else f"{'at least' if line.least is not None else 'at most'} {bound:g}{line.unit}"
    if isinstance(reached, str):
        return [line.work, line.against, target, f"not measured: {reached}", "", "", ""]
    digits = 1 if line.unit == " %" else 2
    value = f"{reached.at:.{digits}f}{line.unit} [{reached.low:.{digits}f}, {reached.high:.{digits}f}]"
    met = "" if bound is None else targets.verdict(line, reached.at)
    note = f"{reached.ours_s * 1e3:.3g} ms" if reached.ours_s else ""
    return [line.work, line.against, target, value, ", ".join(filter(None, (note, reached.note))), reached.pairs, met]


def page(machine, versions, results, command):
    loops = {name: machine["bf16_gflops"].get(name) for name in ("amx", "avx512")}
    tiles = f"{loops['amx']:.0f} GFLOP/s of bfloat16 products on tiles, " if loops["amx"] else "no tile registers; "
    out = ["# Dense attention at every length and type", "", *paragraph(
        f"Made by `{command}`. B = 1, H = {targets.HEADS}, one thread on one CPU. Each line holds a kernel of attnscope against "
        "a loop of the machine, another kernel or another library. Both run as resident processes that time N calls on request; "
        "their turns are equally long and alternate A B, B A, .... Each value is the Hodges-Lehmann estimate with its "
        "signed-rank interval of 95 %, so a neighbour on the core slows both sides alike. Percent: of the loop's FLOPs or "
        "bytes a second, the useful ones only (the causal half; keys, values, queries and outputs). x: their time over ours, "
        "except per edge (time of an edge over the dense one's) and errors (AMX over AVX-512, one number a seed). Packing is "
        "counted in every call. Keys and values of decode may stay in a large L3, so it can pass 100 % of reading memory. All "
        "sides ask for large pages (GLIBC_TUNABLES). Outputs of two libraries must agree as "
        "[experiments/rivals/README.md](../experiments/rivals/README.md) says. NumKong has no causal attention on tile "
        "registers, so it stands beside full attention only."), "", *paragraph(
        f"Machine: {machine_line(machine)}. Its best alone: {tiles}"
        f"{machine['fma_gflops'].get('avx512') or machine['fma_gflops']['scalar']:.0f} GFLOP/s of float32 multiply-adds; reads of "
        f"{', '.join(f'{r:.0f}' for r in machine['read_gbs'] if r)} GB/s from L1, L2, L3 and memory."), ""]
    out += [f"- {'; '.join(words)}" for words in versions.values()] + [""]
    for part, title in PARTS.items():
        body = [cells(line, reached) for line, reached in results if line.part == part]
        if body:
            out += [f"### {title}", "", *table(["work", "against", "target", "reached", "ours", "pairs", "met"], body), ""]
    return out[:-1]


def measure_lines(bench, lines, kept, wanted, write):
    """Measures the lines that `wanted` selects, and calls `write` with the results of all lines after each."""
    results = [(line, kept.find(line)) for line in lines]
    for i, (line, reached) in enumerate(results):
        if not wanted(line, reached):
            continue
        if bench.clock.left() < 0:
            print("stopped: the same command continues", file=sys.stderr)
            break
        try:
            reached = line.measure(bench)
            kept.store(line, reached, bench.versions)
        except turns.Missing as error:
            reached = str(error)
        results[i] = (line, reached)
        print("  ".join(map(str, cells(line, reached))), flush=True)
        write([(of, found) for of, found in results if found])
    write([(of, found) for of, found in results if found])


def main():
    options = parser(__doc__, "amx", "amx")
    options.add_argument("--quick", action="store_true", help="fewer works and one second each: three minutes in all")
    options.add_argument("--only", default="", metavar="TEXT", help="measure only lines 'WORK | OPPONENT' that contain TEXT")
    options.add_argument("--again", action="store_true", help="measure lines that are kept, too")
    options.add_argument("--stop", type=float, default=0, metavar="S", help="begin no line after S seconds; the same command "
                         "continues")
    options.add_argument("--seconds", type=float, metavar="S", help="time for one line (10; 1 with --quick)")
    options.add_argument("--cpu", type=int, default=0, metavar="N", help="the CPU of both sides (0)")
    options.add_argument("--torch-python", default=os.environ.get("TORCH_PYTHON", sys.executable), metavar="FILE",
                         help="the Python that has torch (TORCH_PYTHON, or the one running this)")
    options.add_argument("--numkong", metavar="DIR|FILE", help="NumKong, as for rivals/compare.py")
    options.set_defaults(out=None)
    o = parse(options)
    require_numpy()
    o.seconds = o.seconds or (1 if o.quick else 10)
    out = o.out or (None if o.quick else os.path.join(targets.ROOT, "docs", "amx.md"))
    machine = json.loads(call([o.program, "machine", "--format", "json"]))
    os.sched_setaffinity(0, {o.cpu})
    one_thread = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")}
    bench = Bench(o, dict(os.environ, GLIBC_TUNABLES="glibc.malloc.hugetlb=1", **one_thread))
    kept = Kept(os.path.join(o.folder, "quick.json" if o.quick else "rows.json"), machine["commit"])
    remarks = targets.remarks(out) if out else ""
    command = f"python3 experiments/amx.py{' --quick' if o.quick else ''} --seconds {o.seconds:g}"

    def write(results):
        if out and results:
            write_page(out, page(machine, kept.content["versions"], results, command) + remarks.splitlines())
    measure_lines(bench, all_lines(o.quick), kept, lambda line, found: o.only in key_of(line) and (o.again or not found), write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
