#!/usr/bin/env python3
"""regret.py: how much slower `attnscope choose`'s first choice is than the best, at shapes that it never saw; writes docs/choose.md.

    python3 docs/regret.py [--program build/attnscope] [--from FOLDER] [--seed N] [--shapes N] [--seconds S]

Runs configs/choose/training.yaml, draws shapes and wishes by seed, asks `choose` at each, measures every candidate that it
ranks there, and then its first choice beside whatever came near it or passed it: in fresh processes in seeded random order,
so that the winner of a noisy first look is not taken at its word. With --seconds it stops in time; the same command goes on.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import collections
import csv
import json
import math
import os
import random
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NEAR = 1.25      # of the first choice's time in the first look: measured again
CONTENDERS = 3   # beside the first choice, at most
ALLOWED = 1.05   # the first choice over the best
WORST_VISIT = 3  # s: a process of a candidate that would take longer is left out, and cannot be the best


HEAD = """
# How good is the choice?

`attnscope choose` names a kernel and a pattern for a shape that need not have been measured. What that is worth is how much
slower its first choice is than the best one, measured at shapes that it never saw: the regret.

Made by `python3 docs/regret.py`. It measures configs/choose/training.yaml: six kernels of softmax attention on dense, windowed,
dilated and logarithmic patterns, at T = 256, 512, ... 4096, D = 128 and 512, H = 4 and 8. Then it draws shapes by seed (T between
300 and 6000, so that some lie beyond what was measured; six widths; how many layers there are, and whether the last token must
see all), asks `choose` at each, and measures every candidate that it ranks: those that were in the training, and the ones
between them that it thought of; a process that would take longer than 3 s is left out. What comes within 25 % of the first choice there, or below it, is measured again beside it in
fresh processes, in seeded random order. The regret is the first choice's time over the least of these. Where nothing came near,
the first choice is the best. The exit code is 1 where fewer than 9 in 10 lie within 5 %.
"""


def draw(seed, count):
    """Shapes between the ones of the training, and some beyond; wishes that make windows, dense and sparse patterns win."""
    rng, out = random.Random(seed), []
    for i in range(count):
        ask = {"length": int(math.exp(rng.uniform(math.log(300), math.log(6000)))),
               "width": rng.choice([128, 192, 256, 320, 384, 512]), "heads": rng.choice([4, 8]),
               "layers": rng.choice([1, 2, 4, 12, 24]), "reach": rng.choice(["full", "full", "none"])}
        out.append(ask)
    return out


class Clock:
    """Ends a piece of work: no new measurement is begun that would probably pass the limit."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds if seconds else math.inf

    def left(self):
        return self.end - time.monotonic()


def run(program, clock, out, config):
    """A run that a limit may cut short; the next call goes on with it. True: it is complete."""
    if os.path.exists(os.path.join(out, "done")):
        return True
    if clock.left() < 10:
        return False
    limit = [] if clock.left() == math.inf else ["--budget", "%.0fs" % (clock.left() - 5)]
    what = ["--resume", out] if os.path.exists(os.path.join(out, "config.yaml")) else [config, "--out", out]
    done = subprocess.run([program, "run", *what, *limit], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 4):
        sys.exit(done.stderr.strip())
    if "budget ended" in done.stderr:
        return False
    open(os.path.join(out, "done"), "w").close()
    return True


def choose(program, training, ask):
    wish = ["--reach", ask["reach"]] if ask["reach"] != "none" else []
    done = subprocess.run([program, "choose", "--from", training, "--length", str(ask["length"]), "--width", str(ask["width"]),
                           "--heads", str(ask["heads"]), "--layers", str(ask["layers"]), *wish, "--format", "csv"],
                          stdout=subprocess.PIPE, text=True, check=True)
    return [r for r in csv.DictReader(done.stdout.splitlines()) if r["rank"]]


def write_config(path, ask, rows, processes):
    """JSON is YAML. The product of kernels and patterns: what is no candidate is refused, and skipped."""
    config = {"name": "regret", "shapes": {"length": ask["length"], "width": ask["width"], "heads": ask["heads"]},
              "kernels": sorted({r["kernel"] for r in rows}), "patterns": sorted({r["pattern"] for r in rows}),
              "measure": {"processes": processes, "batches": 4, "budget": "10m", "case_timeout": "%ds" % WORST_VISIT},
              "seed": 1}
    with open(path, "w") as f:
        json.dump(config, f, indent=1)


def times(folder):
    with open(os.path.join(folder, "summary.csv"), newline="") as f:
        return {(r["kernel"], r["pattern"]): float(r["median_ns"]) for r in csv.DictReader(f) if r["status"] == "ok"}


def try_shape(program, clock, folder, training, number, ask):
    """One line of the table, or None where time ran out."""
    at = os.path.join(folder, "shape-%02d" % number)
    result = at + ".json"
    if os.path.exists(result):
        with open(result) as f:
            return json.load(f)
    rows = choose(program, training, ask)
    first = (rows[0]["kernel"], rows[0]["pattern"])
    write_config(at + "-all.yaml", ask, rows, 1)
    if not run(program, clock, at + "-all", at + "-all.yaml"):
        return None
    seen = {k: v for k, v in times(at + "-all").items() if k in {(r["kernel"], r["pattern"]) for r in rows}}
    near = sorted((v, k) for k, v in seen.items() if v <= NEAR * seen[first] and k != first)[:CONTENDERS]
    again = [first] + [k for _, k in near]
    final = {first: seen[first]}
    if near:
        pairs = [{"kernel": k, "pattern": p} for k, p in again]
        write_config(at + "-near.yaml", ask, pairs, 5)
        if not run(program, clock, at + "-near", at + "-near.yaml"):
            return None
        final = {k: v for k, v in times(at + "-near").items() if k in again}
    best = min(final, key=final.get)
    line = {"ask": ask, "candidates": len(rows), "measured": len(seen), "basis": rows[0]["basis"], "first": first, "predicted_ms": float(rows[0]["ms"]) / ask["layers"],
            "first_ms": final[first] / 1e6, "best": best, "best_ms": final[best] / 1e6}
    with open(result, "w") as f:
        json.dump(line, f)
    return line


def machine(folder):
    with open(os.path.join(folder, "machine.json")) as f:
        return json.load(f)


def table(lines):
    out = ["| T | D | H | layers | reach | first choice | basis | ms | predicted | best | ms | regret |",
           "| ---: | ---: | ---: | ---: | --- | --- | --- | ---: | ---: | --- | ---: | ---: |"]
    for r in lines:
        a, same = r["ask"], r["best"] == r["first"]
        out.append("| {length} | {width} | {heads} | {layers} | {reach} ".format(**a) + "| {} {} | {} | {:.3g} | {:+.0f} % | {} | {:.3g} | {:.1f} % |".format(
            *r["first"], r["basis"], r["first_ms"], 100 * (r["predicted_ms"] / r["first_ms"] - 1),
            "the same" if same else " ".join(r["best"]), r["best_ms"], 100 * (r["first_ms"] / r["best_ms"] - 1)))
    return out


def page(lines, folder, seed):
    m, regrets = machine(os.path.join(folder, "training")), sorted(r["first_ms"] / r["best_ms"] for r in lines)
    good = sum(r <= ALLOWED for r in regrets)
    off = sorted(abs(math.log(r["predicted_ms"] / r["first_ms"])) for r in lines)
    contested = sum(os.path.exists(os.path.join(folder, "shape-%02d-near" % i)) for i in range(len(lines)))
    usual, often = collections.Counter(r["first"][1] for r in lines).most_common(1)[0]
    return HEAD.strip().splitlines() + ["", f"Machine: {m['cpu']}, {m['cpus']} cpus, {m.get('hypervisor') or 'no'} hypervisor, {m['compiler']}; attnscope {m['commit']}. "
                   f"Seed {seed}.", "",
                   f"**Within 5 % of the best: {good} of {len(lines)}.** Median regret {100 * (regrets[len(regrets) // 2] - 1):.1f} %, "
                   f"worst {100 * (regrets[-1] - 1):.1f} %; the time that was predicted for the first choice was off by "
                   f"{100 * (math.exp(off[len(off) // 2]) - 1):.0f} % in the median. "
                   f"{sum(r['measured'] for r in lines)} candidates were measured.",
                   "", f"How hard the question was: at {contested} shapes something came within 25 % of the first choice, or passed it, and "
                   f"was measured again beside it; at the others the first choice led by more than that. {usual} was the first choice at {often}.",
                   ""] + table(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=os.path.join(HERE, "..", "build", "attnscope"))
    parser.add_argument("--from", dest="folder", default=os.path.join(HERE, "..", "results", "regret"))
    parser.add_argument("--out", default=os.path.join(HERE, "choose.md"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shapes", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=0, help="stop after so long; call again to go on")
    o = parser.parse_args()
    clock, training = Clock(o.seconds), os.path.join(o.folder, "training")
    os.makedirs(o.folder, exist_ok=True)
    if not run(o.program, clock, training, os.path.join(HERE, "..", "configs", "choose", "training.yaml")):
        print("the training sweep is not finished: call again")
        return 0
    lines = []
    for number, ask in enumerate(draw(o.seed, o.shapes)):
        line = try_shape(o.program, clock, o.folder, training, number, ask)
        if not line:
            print(f"{len(lines)} of {o.shapes} shapes are measured: call again")
            return 0
        lines.append(line)
    text = page(lines, o.folder, o.seed)
    with open(o.out, "w") as f:
        f.write("\n".join(text) + "\n")
    print("\n".join(text))
    return 0 if sum(r["first_ms"] <= ALLOWED * r["best_ms"] for r in lines) >= 0.9 * o.shapes else 1


if __name__ == "__main__":
    sys.exit(main())
