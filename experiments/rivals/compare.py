#!/usr/bin/env python3
"""compare.py: attnscope beside PyTorch, ggml and NumKong on this machine, with the same arrays and threads, in turns.

    python3 experiments/rivals/compare.py --torch --ggml --numkong DIR [--only TEXT] [--out FILE.md]

Needs NumPy, and the libraries that it compares with: experiments/rivals/README.md says how to get them and explains the
method; docs/rivals.md holds results. Exit code: 0 all was measured, 1 outputs disagree, 2 bad usage, 3 nothing could be
measured, 4 something was missing, 5 the control failed, 130 interrupted.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import collections
import math
import os
import pathlib
import platform
import shlex
import subprocess
import sys
import tempfile
import time

try:
    import numpy
except ImportError:
    numpy = None  # --help works without it; main() says what to install

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import turns  # noqa: E402
from common import ENVIRONMENT, die, paragraph, require_numpy, table  # noqa: E402

OK, BAD, PARTIAL, INCONCLUSIVE, INTERRUPTED = 0, 1, 4, 5, 130
HEADS = 8

# A single query is at the position of the last key, so it sees all keys.
Work = collections.namedtuple("Work", "length context head_dim dtype pattern kernel")
LENGTHS, HEAD_DIMS = (1024, 4096), (64, 128)


def dense_works(lengths, patterns=("causal", "full"), dtypes=("f32", "bf16"), head_dims=HEAD_DIMS):
    return [Work(t, t, d, dtype, pattern, "attention/flash") for dtype in dtypes for pattern in patterns for t in lengths
            for d in head_dims]


OTHER_WORKS = [Work(4096, 4096, 64, "f32", "window:w=256", "attention/flash"),
               Work(1, 32768, 128, "f32", "causal", "attention/flash")]

# The rivals of each work; `allowed` is the largest difference of outputs that the types allow (values are normal, about 4
# at most).
Rival = collections.namedtuple("Rival", "side how words allowed")
RIVALS = {
    "f32": {
        "causal": [Rival("torch", "causal", "PyTorch, is_causal=True", 1e-4),
                   Rival("ggml", "f32", "ggml, k and v f32, mask f16", 1e-4),
                   Rival("ggml", "f16", "ggml, k and v f16, mask f16", 2e-2)],
        "full": [Rival("torch", "none", "PyTorch, no mask", 1e-4)],
        "window": [Rival("torch", "bool", "PyTorch, boolean mask", 1e-4),
                   Rival("torch", "float", "PyTorch, additive mask", 1e-4),
                   Rival("torch", "flex", "PyTorch, compiled flex_attention", 1e-4),
                   Rival("ggml", "f32", "ggml, k and v f32, mask f16", 1e-4),
                   Rival("ggml", "f16", "ggml, k and v f16, mask f16", 2e-2)],
        "decode": [Rival("torch", "none", "PyTorch, no mask", 1e-4),
                   Rival("ggml", "f32", "ggml, k and v f32, no mask", 1e-4),
                   Rival("ggml", "f16", "ggml, k and v f16, no mask", 2e-2)],
    },
    "bf16": {
        "causal": [Rival("torch", "causal", "PyTorch bf16, is_causal=True", 5e-2)],
        "full": [Rival("torch", "none", "PyTorch bf16, no mask", 5e-2),
                 Rival("numkong", "", "NumKong bf16, packing counted", 5e-2)],
    },
}
CONTROL = Rival("attnscope", "", "attnscope again (control: 1 is right)", 0)


def form(work):
    return "decode" if work.length == 1 else work.pattern.split(":")[0]


def window(work):
    """The width of a window; 0 for all other patterns."""
    return int(work.pattern.split("=")[1]) if form(work) == "window" else 0


def title(work):
    shape = f"T {work.length}" if work.length == work.context else f"T {work.length}, S {work.context}"
    return f"{work.dtype}, {work.pattern}, {shape}, d {work.head_dim}"


def flops(work):
    """Useful FLOPs: 4 d for each visible pair."""
    first = work.context - work.length + 1
    edges = (work.length * work.context if form(work) == "full" else
             sum(min(t, window(work) or t) for t in range(first, work.context + 1)))
    return 4 * work.head_dim * HEADS * edges


# ---- the sides

class Arrays:
    """q, k and v of one work: .npy for attnscope and PyTorch, raw values for the others."""

    def __init__(self, folder, work):
        self.folder = folder
        random = numpy.random.default_rng(1)
        for name, rows in (("q", work.length), ("k", work.context), ("v", work.context)):
            values = random.standard_normal((HEADS, rows, work.head_dim), dtype=numpy.float32)
            if work.dtype == "bf16":
                values = (values.view(numpy.uint32) >> 16).astype(numpy.uint16)
            numpy.save(self.path(name, "npy"), values)
            values.tofile(self.path(name, "raw"))

    def path(self, name, ending):
        return os.path.join(self.folder, f"{name}.{ending}")

    def inputs(self, ending):
        return [self.path(name, ending) for name in "qkv"]


def program(options):
    """The version and build of attnscope, in one line."""
    try:
        said = subprocess.run([options.attnscope, "version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        die(f"{options.attnscope} does not run: {error}: build it with ./attnscope version, or name one with --attnscope")
    return ["; ".join(said.splitlines()[:2])]


def attnscope_side(options, work, rival, arrays, env):
    q, k, v = arrays.inputs("npy")
    side = turns.Side([options.attnscope, "apply", "--kernel", work.kernel, "--pattern", work.pattern, "--q", q,
                       "--k", k, "--v", v, "--out", arrays.path("attnscope" + rival.how, "npy"), "--calls", "1",
                       "--rows", "64", "--threads", str(options.threads), "--turns"], env)
    if not side.ready.endswith(" " + work.dtype):
        side.close()
        raise turns.Missing(f"attnscope has no {work.dtype} here: it took the arrays as {side.ready.split()[-1]}")
    return side


def torch_side(options, work, rival, arrays, env):
    return turns.Side([options.torch_python, str(HERE / "torch_side.py"), work.dtype, rival.how, str(options.threads),
                       str(window(work)), *arrays.inputs("npy"), arrays.path("torch", "npy")], env)


def compiled(folder, source, arguments):
    """The program of a C side, compiled once into `folder`."""
    program = os.path.join(folder, pathlib.Path(source).stem)
    if not os.path.exists(program):
        command = [os.environ.get("CC", "cc"), "-std=gnu11", source, *arguments, "-lm", "-o", program]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
        except OSError as error:
            raise turns.Missing(f"{source} was not built: {command[0]}: {error.strerror}") from None
        if done.returncode:
            said = done.stderr.splitlines() or ["no reason given"]
            raise turns.Missing(f"{source} was not built: " + next((s for s in said if "error" in s), said[0]))
    return program


def ggml_side(options, work, rival, arrays, env):
    if not options.ggml_prefix:
        raise turns.Missing("where is ggml? --ggml-prefix DIR or GGML_PREFIX names the folder it was installed to")
    prefix = os.path.abspath(options.ggml_prefix)
    lib = next((f for f in ("lib", "lib64") if os.path.isdir(os.path.join(prefix, f))), "lib")
    library = os.path.join(prefix, lib)
    program = compiled(arrays.folder, "ggml_side.c", ["-O2", "-I", os.path.join(prefix, "include"), "-L", library,
                                                      "-Wl,-rpath," + library, "-lggml", "-lggml-cpu", "-lggml-base"])
    numbers = options.threads, HEADS, work.length, work.context, work.head_dim, window(work)
    return turns.Side([program, rival.how, *map(str, numbers), *arrays.inputs("raw"), arrays.path("ggml", "raw")], env)


def numkong_version(folder):
    """What VERSION and git say of a NumKong, in one line."""
    try:
        version = pathlib.Path(folder, "VERSION").read_text(encoding="utf-8").strip()
    except OSError:
        version = "of unknown version"
    # a package that was unpacked inside another repository has no commit of its own
    if not os.path.exists(os.path.join(folder, ".git")):
        return f"NumKong {version}"
    commit = subprocess.run(["git", "-C", folder, "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True,
                            check=False).stdout.strip()
    return f"NumKong {version}" + (f", commit {commit}" if commit else "")


def numkong_side(options, work, _rival, arrays, env):
    if options.threads != 1:
        raise turns.Missing("numkong_side.c uses one thread")
    if not options.numkong:
        raise turns.Missing("where is NumKong? --numkong names its sources")
    given = os.path.abspath(options.numkong)
    # NK_NATIVE_BF16=0: gcc 12 lacks the type __bf16
    program = given if os.path.isfile(given) else compiled(
        arrays.folder, "numkong_side.c", ["-O3", "-march=native", "-DNK_NATIVE_BF16=0", "-I", os.path.join(given, "include")])
    numbers = HEADS, work.length, work.context, work.head_dim
    return turns.Side([program, numkong_version(given), *map(str, numbers), *arrays.inputs("raw"),
                       arrays.path("numkong", "raw")], env)


SIDES = {"attnscope": attnscope_side, "torch": torch_side, "ggml": ggml_side, "numkong": numkong_side}


def output(arrays, work, rival):
    if rival.side == "ggml":
        raw = numpy.fromfile(arrays.path("ggml", "raw"), dtype=numpy.float32)
        return raw.reshape(work.length, HEADS, work.head_dim).transpose(1, 0, 2)
    if rival.side == "numkong":
        raw = numpy.fromfile(arrays.path("numkong", "raw"), dtype=numpy.float32)
        return raw.reshape(HEADS, work.length, work.head_dim)
    return numpy.load(arrays.path("torch" if rival.side == "torch" else "attnscope" + rival.how, "npy"))


# ---- one comparison

PAIRS_MOST = 80
Row = collections.namedtuple("Row", "work rival ratio low high by_process ours theirs pairs difference")


def note_versions(versions, ours, rival, theirs):
    kernel, isa, _dtype = ours.ready.split()
    if f"{kernel} {isa}" not in versions["attnscope"]:
        versions["attnscope"].append(f"{kernel} {isa}")
    if rival is not CONTROL:
        versions[rival.side] = [theirs.ready]


def measure(options, work, rival, arrays, env, versions):
    pairs, medians = [], []
    share = options.processes
    ours_kind = Rival("attnscope", "-a", "", 0)
    for _ in range(share):
        with attnscope_side(options, work, ours_kind, arrays, env) as ours, \
                SIDES[rival.side](options, work, rival, arrays, env) as theirs:
            note_versions(versions, ours, rival, theirs)
            some = turns.alternate(ours, theirs, options.seconds / share, math.ceil(options.pairs / share),
                                   math.ceil(PAIRS_MOST / share))
        pairs += some
        medians.append(float(numpy.median([theirs / ours for ours, theirs in some])))
    ours, theirs = numpy.array(pairs).T
    ratio, low, high = (math.exp(x) for x in turns.hodges_lehmann(numpy.log(theirs / ours).tolist()))
    difference = float(numpy.max(numpy.abs(output(arrays, work, ours_kind) - output(arrays, work, rival))))
    return Row(work, rival, ratio, low, high, (min(medians), max(medians)), float(numpy.median(ours)),
               float(numpy.median(theirs)), len(pairs), difference)


def agrees(row):
    return row.difference <= row.rival.allowed


def quiet(rows):
    """Does the control's interval contain 1?"""
    return all(row.low <= 1 <= row.high for row in rows if row.rival is CONTROL)


def cells(row):
    work = row.work
    return [title(work), row.rival.words, f"**{row.ratio:.3f}**", f"{row.low:.3f} to {row.high:.3f}",
            f"{row.by_process[0]:.2f} to {row.by_process[1]:.2f}", f"{row.ours * 1e3:.3g}", f"{row.theirs * 1e3:.3g}",
            f"{flops(work) / row.ours * 1e-9:.1f}", str(row.pairs),
            f"{row.difference:.1e}" + ("" if agrees(row) else f" **disagrees: above {row.rival.allowed:g}**")]


# ---- the report

COLUMNS = ["work", "against", "ratio", "95 % interval", "by process", "attnscope ms", "rival ms", "attnscope GFLOP/s",
           "pairs", "largest difference"]


def machine():
    name = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            name = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), name)
    except OSError:
        pass
    return f"{name}, {os.cpu_count()} CPUs, {platform.system()} {platform.release()}"


def report(options, rows, missing, versions, load):
    out = ["# attnscope beside other libraries", "",
           "Made by", "", "    " + shlex.join(["python3", "experiments/rivals/compare.py", *sys.argv[1:]]), "",
           f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC. {machine()}. B 1, H {HEADS}, {options.threads} "
           f"thread{'s' * (options.threads > 1)}. Load average {load[0]:.1f} at the start, {os.getloadavg()[0]:.1f} at "
           "the end.", ""]
    out += [f"- {'; '.join(words)}" for words in versions.values()]
    if not quiet(rows):
        out += ["", "**The control failed: its interval does not contain 1. The machine was too busy for these intervals to be "
                "believed.**"]
    out += ["", *paragraph("The ratio is the other side's time over attnscope's, taken in turns: above 1 attnscope is faster. "
                           "experiments/rivals/README.md explains the method. GFLOP/s counts the useful ones, the causal half "
                           "only."), "", *table(COLUMNS, map(cells, rows))]
    if missing:
        out += ["", "Not measured:", ""] + [f"- {words}" for words in missing]
    return "\n".join(out) + "\n"


def write(path, text):
    part = pathlib.Path(str(path) + ".tmp")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


# ---- the command

def lengths_of(text):
    lengths = [int(part) for part in text.split(",")]
    if min(lengths) < 2:
        raise ValueError(text)
    return lengths


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("SPDX")[0], formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--torch", action="store_true", help="compare with PyTorch")
    p.add_argument("--ggml", action="store_true", help="compare with ggml")
    p.add_argument("--numkong", metavar="DIR|FILE", help="compare with NumKong: its sources, or a "
                   "program that takes the arguments of numkong_side.c")
    p.add_argument("--torch-python", default=os.environ.get("TORCH_PYTHON", sys.executable), metavar="FILE",
                   help="the Python that has torch (TORCH_PYTHON, or the one running this)")
    p.add_argument("--ggml-prefix", default=os.environ.get("GGML_PREFIX"), metavar="DIR",
                   help="where ggml is installed: include/ and lib/ (GGML_PREFIX)")
    p.add_argument("--attnscope", default=str(HERE.parents[1] / "build" / "attnscope"), metavar="FILE",
                   help="the program (build/attnscope of this tree)")
    p.add_argument("--threads", type=int, default=1, metavar="N", help="threads of each side (1)")
    p.add_argument("--cpus", metavar="0,1", help="let both sides run on these CPUs only")
    p.add_argument("--lengths", type=lengths_of, default=LENGTHS, metavar="T,T", help="lengths of the causal and full works "
                   "(1024,4096)")
    p.add_argument("--only", default="", metavar="TEXT", help="only works whose title has this text, such as 'T 4096'")
    p.add_argument("--seconds", type=float, default=20, metavar="X", help="time for one comparison (20)")
    p.add_argument("--pairs", type=int, default=12, metavar="N", help="at least N pairs, whatever the time (12)")
    p.add_argument("--processes", type=int, default=3, metavar="N", help="pairs of processes to spread them over (3)")
    p.add_argument("--out", metavar="FILE.md", help="also write the table to FILE.md")
    options = p.parse_args()
    if not (options.torch or options.ggml or options.numkong):
        p.error("name what to compare with: --torch, --ggml, --numkong DIR")
    if options.threads < 1 or options.processes < 1 or options.pairs < options.processes:
        p.error("--threads and --processes are 1 or more, --pairs as many as --processes or more")
    works = dense_works(options.lengths) + OTHER_WORKS
    options.works = [work for work in works if options.only in title(work)]
    if not options.works:
        p.error(f"--only '{options.only}' is in none of: " + "; ".join(map(title, works)))
    if options.cpus:
        try:
            os.sched_setaffinity(0, {int(cpu) for cpu in options.cpus.split(",")})
        except (ValueError, OSError) as error:
            p.error(f"--cpus {options.cpus}: {error}")
    return options


def rivals_of(options, work, first):
    asked = [r for r in RIVALS[work.dtype][form(work)] if getattr(options, r.side)]
    return ([CONTROL] if first else []) + asked


def main():
    options = arguments()
    require_numpy()
    env = dict(os.environ, **{f"{name}_NUM_THREADS": str(options.threads) for name in ("OMP", "MKL", "OPENBLAS")})
    works = options.works
    rows, missing, versions, load = [], [], {"attnscope": program(options)}, os.getloadavg()
    for work in works:
        with tempfile.TemporaryDirectory() as folder:
            arrays = Arrays(folder, work)
            for rival in rivals_of(options, work, work is works[0]):
                try:
                    row = measure(options, work, rival, arrays, env, versions)
                except turns.Missing as error:
                    missing.append(f"{title(work)}, {rival.words}: {error}")
                    print(f"not measured: {missing[-1]}", file=sys.stderr)
                    continue
                rows.append(row)
                print("  ".join(cells(row)).replace("**", ""), flush=True)
                if options.out:
                    write(options.out, report(options, rows, missing, versions, load))
    text = report(options, rows, missing, versions, load)
    print("\n" + text)
    if options.out:
        write(options.out, text)
    return (BAD if not all(map(agrees, rows)) else ENVIRONMENT if all(row.rival is CONTROL for row in rows)
            else PARTIAL if missing else OK if quiet(rows) else INCONCLUSIVE)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
