#!/usr/bin/env python3
"""parts.py: where the time of bfloat16 attention on AMX tiles goes: the kernel is built once as it is and once without each of
its parts, and all take turns. A part's cost is what the call saves without it; since parts overlap, the costs do not add up to
the whole. Writes docs/parts.md. Takes about two minutes. Needs a CPU with AMX and gcc; no program of attnscope.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from common import ROOT, die

# A form: what is left out, and how: (file, text, replacement). The text must be there.
FORMS = {
    "whole": ("nothing", []),
    "weights": ("scores to weights", [
        ("tile/amx_weights.h", "VF_INLINE void amx_weigh_row(amx_soft *w, size_t i, uint32_t keep, const float *more)\n{",
         "VF_INLINE void amx_weigh_row(amx_soft *w, size_t i, uint32_t keep, const float *more)\n{\n    if (w)\n        return;"),
        ("tile/amx_panel.h", "return amx_weights_fit(a->soft.seen) && !large;", "return true;")]),
    "scores": ("products of queries and keys", [
        ("tile/amx_weights.h", "AMX_STEP(m, s == 0, old,", "AMX_SKIP(m, s == 0, old,"),
        ("tile/amx_weights.h", "#define AMX_ZERO_AT",
         "#define AMX_SKIP(m, first, old, l, r, BETWEEN) do { (void)(l), (void)(r), (void)(old); BETWEEN(0); BETWEEN(1); BETWEEN(2); "
         "BETWEEN(3); } while (0)\n#define AMX_ZERO_AT"),
        ("tile/amx_panel.h", "return amx_weights_fit(a->soft.seen) && !large;", "return true;")]),
    "values": ("products of weights and values", [
        ("tile/amx_panel.h", "for (size_t i = 0; i < plan->d_room / AMX_BLOCK; i++) {", "for (size_t i = 0; i < 0 * plan->d_room; i++) {")]),
    "packing": ("packing of keys and values", [
        ("tile/amx_pack.h", "if (at >= view->context)", "if (at >= view->context || packed)")]),
    "outputs": ("dividing, rounding and storing outputs", [
        ("tile/amx_attend.h", "static void amx_store(const amx_strip *a, const amx_walk *walk)\n{",
         "static void amx_store(const amx_strip *a, const amx_walk *walk)\n{\n    if (a)\n        return;")]),
}
SHAPES = [(64, 64), (512, 64), (4096, 64), (64, 128), (512, 128), (4096, 128)]
FLAGS = ("-O3 -std=gnu11 -D_GNU_SOURCE -w -fno-math-errno -ffp-contract=off -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma "
         "-mf16c -mprefer-vector-width=512 -mavx512bf16 -mamx-tile -mamx-bf16 -fopenmp -DAS_ISA_amx=1 -DAS_ISA_avx512=1 -DAS_THIS_ISA=AS_AMX").split()


def compile_form(folder, name, changes):
    """One form from a copy of kernels/; returns its object files."""
    copy = os.path.join(folder, name)
    shutil.copytree(os.path.join(ROOT, "kernels"), copy)
    for file, text, replacement in changes:
        path = os.path.join(copy, file)
        with open(path, encoding="utf-8") as f:
            source = f.read()
        if text not in source:
            die(f"{file} has changed: '{text.splitlines()[0]}' is not in it; adapt experiments/parts.py")
        with open(path, "w", encoding="utf-8") as f:
            f.write(source.replace(text, replacement))
    objects = []
    for source in (os.path.join(ROOT, "experiments/parts/parts.c"), os.path.join(copy, "tile/gemm.c")):
        out = os.path.join(folder, f"{name}-{os.path.basename(source)}.o")
        subprocess.run(["gcc", *FLAGS, f"-DAS_ISA_NAME=amx_{name}", f"-DFORM={name}", "-I", copy, "-c", source, "-o", out], check=True)
        objects.append(out)
    return objects


def build(folder):
    objects = [o for name, (_, changes) in FORMS.items() for o in compile_form(folder, name, changes)]
    forms = " ".join(f"FORM({name})" for name in FORMS)
    program = os.path.join(folder, "parts")
    subprocess.run(["gcc", *FLAGS, "-DAS_ISA_NAME=amx", "-DMAIN", f"-DFORMS={forms}", "-I", os.path.join(ROOT, "kernels"),
                    os.path.join(ROOT, "experiments/parts/parts.c"), *objects, "-lm", "-o", program], check=True)
    return program


def measure(program, length, width, causal, turns):
    text = subprocess.run([program, str(length), str(width), str(int(causal)), str(turns)], check=True, capture_output=True,
                          text=True).stdout
    rows = [dict(zip(line.split()[::2], map(float, line.split()[1::2]))) for line in text.splitlines()]
    pairs = 8 * (length * (length + 1) / 2 if causal else length * length)
    ns = statistics.median(r["whole"] for r in rows) / pairs
    share = statistics.median(r["tile"] * pairs * width / 4 / 1024 / r["whole"] for r in rows)
    saved = {name: statistics.median(1 - r[name] / r["whole"] for r in rows) for name in FORMS if name != "whole"}
    return ns, share, saved


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("SPDX")[0].strip(), formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=24, help="turns of each shape (24)")
    parser.add_argument("--out", default=os.path.join(ROOT, "docs", "parts.md"), metavar="FILE", help="the page (docs/parts.md)")
    options = parser.parse_args()
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        info = f.read()
    if "amx_bf16" not in info:
        die("this CPU has no AMX")
    machine = next((line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")), "unknown")
    lines = ["# What each part of attention on tiles costs", "",
             "`python3 experiments/parts.py` builds attention/flash for bfloat16 on AMX as it is and without each of its parts, and lets",
             "all forms take turns: one thread, 8 heads. A part's share is what a call saves without it. Parts overlap (scores are",
             "multiplied while weights are made), so shares do not add up to 1. The tile loop is TDPBF16PS without loads, measured in",
             "the same turns.", "", f"Machine: {machine}, {options.turns} turns of each shape.", ""]
    names = [name for name in FORMS if name != "whole"]
    lines.append("| T, d | ns an edge | of the tile loop | " + " | ".join(FORMS[n][0] for n in names) + " |")
    lines.append("| --- " * (3 + len(names)) + "|")
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        for causal in (False, True):
            for length, width in SHAPES:
                ns, share, saved = measure(program, length, width, causal, options.turns)
                kind = "causal" if causal else "full"
                lines.append(f"| {kind} {length}, {width} | {ns:.3f} | {100 * share:.0f} % | " +
                             " | ".join(f"{100 * saved[n]:.0f} %" for n in names) + " |")
                print(lines[-1], flush=True)
    with open(options.out, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    print(f"wrote {os.path.relpath(options.out)}", file=sys.stderr)


if __name__ == "__main__":
    main()
