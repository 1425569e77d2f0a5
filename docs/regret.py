#!/usr/bin/env python3
"""regret.py: how much slower `attnscope choose`'s first choice is than the best, at shapes that it never saw; writes docs/choose.md.

    python3 docs/regret.py [--program build/attnscope] [--from FOLDER] [--seed N] [--shapes N] [--seconds S]

Runs configs/choose/training.yaml, draws shapes and wishes by seed, asks `choose` at each, measures there what it ranks near its
first choice and some that it ranks further back, and then the first choice beside whatever came near it or passed it: in fresh
processes in seeded random order, so that the winner of a noisy first look is not taken at its word. A stack's time is the sum
over its layers. With --seconds it stops in time; the same command goes on where it stopped.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import csv
import json
import math
import os
import random
import subprocess
import sys

from measured import HERE, Clock, machine, options, run

NEAR = 1.25      # of the first choice's time in the first look: measured again
CONTENDERS = 2   # beside the first choice, at most
ALLOWED = 1.05   # the first choice over the best
LIKELY = 2       # times the first choice's predicted time: measured, the fastest ones first,
LIKELY_MAX = 10  # so many
OTHERS = 3       # and so many of those behind, drawn by seed, up to
OTHERS_FAR = 8   # times the first choice's predicted time
WORST_VISIT = 3  # s: a process of a candidate that would take longer is left out, and cannot be the best

# Every question leaves something else to choose from, in turn: (name, --pattern ..., reach)
QUESTIONS = [("dense", ["causal"], "none"),
             ("window", ["window*"], "some"),
             ("stack", ["window*", "dilated*", "causal"], "full"),
             ("window or dense", ["window*", "causal"], "full"),
             ("any", [], "full")]


HEAD = """
# How good is the choice?

`attnscope choose` names a kernel and a pattern for a shape that need not have been measured. What that is worth is how much
slower its first choice is than the best one, measured at shapes that it never saw: the regret.

What it chooses from: every kernel and pattern of the result folder; patterns between them, where a number was measured at three values
or more (windows of 96, 128, 192 from ones of 16, 64, 256; dilations by stride and by taps); and stacks, whose layers take two patterns
in turn (`schedule(window:w=64;window:w=64;causal)`), or a window and growing dilations. A stack's time is the sum over its layers, what
its last token sees follows from the schedule. It ranks those that meet the wishes, says which the others failed, and prints the
time of a layer against the layers that it takes to see all, the best of both.

Made by `python3 docs/regret.py`. It measures configs/choose/training.yaml: six kernels of softmax attention on causal, four
windows, four dilations and a logarithmic pattern, at T = 256, 512, ... 4096, D = 128 and 512, H = 4. Then it draws shapes by seed:
T between 200 and 4500, so that some lie beyond what was measured, six widths, how many layers there are. Five questions take
turns, so that no one pattern can win them all (`--pattern` says what may be chosen, `--reach` what it has to see):

| question | choose from | the last token sees |
| --- | --- | --- |
| dense | causal: which kernel | all, at once |
| window | windows: which width, which kernel | so many tokens, drawn between T / 8 and T / 2, after all layers |
| stack | windows, dilations, causal, layer by layer | all, after all layers |
| window or dense | windows, causal, layer by layer | all, after all layers |
| any | all that was measured | all, after all layers |

At each shape it measures the candidates that were predicted to take at most twice the first choice's time, the ten fastest of them,
and three of those behind, drawn by seed; what a stack is made of is measured, and its time is the sum over its layers. A
candidate of which one process would take longer than 3 s is left out. What comes within 25 % of the first choice, or below it, is
measured again beside it in five fresh processes, in seeded random order. The regret is the first choice's time over the least of
these. Where nothing came near, the first choice is the best. The exit code is 1 where fewer than 9 in 10 lie within 5 %.
"""


def draw(seed, count):
    """Shapes between the ones of the training, and some beyond; the questions in turn."""
    rng, out = random.Random(seed), []
    for i in range(count):
        name, patterns, reach = QUESTIONS[i % len(QUESTIONS)]
        ask = {"question": name, "patterns": patterns, "length": int(math.exp(rng.uniform(math.log(200), math.log(4500)))),
               "width": rng.choice([128, 192, 256, 320, 384, 512]), "heads": 4, "layers": rng.choice([4, 8, 12, 24])}
        some = int(ask["length"] * rng.uniform(1 / 8, 1 / 2))
        ask["reach"] = {"some": str(some), "full": "full", "none": "none"}[reach]
        ask["others"] = rng.randrange(1 << 30)
        out.append(ask)
    return out


def choose(program, training, ask):
    wish = ["--reach", ask["reach"]] if ask["reach"] != "none" else []
    for pattern in ask["patterns"]:
        wish += ["--pattern", pattern]
    done = subprocess.run([program, "choose", "--from", training, "--length", str(ask["length"]), "--width", str(ask["width"]),
                           "--heads", str(ask["heads"]), "--layers", str(ask["layers"]), *wish, "--format", "csv"],
                          stdout=subprocess.PIPE, text=True, check=True)
    return [r for r in csv.DictReader(done.stdout.splitlines()) if r["rank"]]


def layers_of(kernel, pattern, layers):
    """The (kernel, pattern) of each layer: a stack is K1;K2;... on schedule(P1;P2;...), or K on it."""
    patterns = pattern[9:-1].split(";") if pattern.startswith("schedule(") else [pattern]
    kernels = kernel.split(";")
    return [(kernels[i % len(kernels)], patterns[i % len(patterns)]) for i in range(layers)]


def short(kernel, pattern):
    """P;P;P;Q as 3 x P;Q."""
    def fold(text):
        out = []
        for word in text.split(";"):
            if out and out[-1][0] == word:
                out[-1][1] += 1
            else:
                out.append([word, 1])
        return "; ".join(w if n == 1 else "%d x %s" % (n, w) for w, n in out)
    pattern = fold(pattern[9:-1]) if pattern.startswith("schedule(") else pattern
    return "%s on %s" % (fold(kernel).replace("attention/", ""), pattern)


def write_config(path, ask, parts, processes):
    """JSON is YAML. The product of kernels and patterns: what a kernel does not take is skipped."""
    config = {"name": "regret", "shapes": {"length": ask["length"], "width": ask["width"], "heads": ask["heads"]},
              "kernels": sorted({k for k, _ in parts}), "patterns": sorted({p for _, p in parts}),
              "measure": {"processes": processes, "batches": 4, "budget": "10m", "case_timeout": "%ds" % WORST_VISIT},
              "seed": 1}
    with open(path, "w") as f:
        json.dump(config, f, indent=1)


def times(folder):
    with open(os.path.join(folder, "summary.csv"), newline="") as f:
        return {(r["kernel"], r["pattern"]): float(r["median_ns"]) / 1e6 for r in csv.DictReader(f) if r["status"] == "ok"}


def measure(program, clock, at, ask, rows, processes):
    """ms of all layers by row, the rows with a part that was not measured left out; None where time ran out."""
    stacks = {(r["kernel"], r["pattern"]): layers_of(r["kernel"], r["pattern"], ask["layers"]) for r in rows}
    write_config(at + ".yaml", ask, {part for parts in stacks.values() for part in parts}, processes)
    if not run(program, clock, at, at + ".yaml"):
        return None
    seen = times(at)
    return {row: sum(seen[p] for p in parts) for row, parts in stacks.items() if all(p in seen for p in parts)}


def try_shape(program, clock, folder, training, number, ask):
    """One line of the table, or None where time ran out."""
    at = os.path.join(folder, "shape-%02d" % number)
    result = at + ".json"
    if os.path.exists(result):
        with open(result) as f:
            return json.load(f)
    rows = choose(program, training, ask)
    limit = float(rows[0]["ms"])
    likely = [r for r in rows if float(r["ms"]) <= LIKELY * limit][:LIKELY_MAX]
    behind = [r for r in rows if r not in likely and float(r["ms"]) <= OTHERS_FAR * limit]
    others = random.Random(ask["others"]).sample(behind, min(OTHERS, len(behind)))
    seen = measure(program, clock, at + "-all", ask, likely + others, 1)
    if seen is None:
        return None
    first = (rows[0]["kernel"], rows[0]["pattern"])
    near = sorted((v, k) for k, v in seen.items() if v <= NEAR * seen[first] and k != first)[:CONTENDERS]
    final = {first: seen[first]}
    if near:
        again = [first] + [k for _, k in near]
        final = measure(program, clock, at + "-near", ask, [r for r in rows if (r["kernel"], r["pattern"]) in again], 5)
        if final is None:
            return None
    best = min(final, key=final.get)
    tied = sum("no clear winner" in r["note"] for r in rows)
    surprise = sum(seen.get((r["kernel"], r["pattern"]), math.inf) < seen[first] for r in others)
    line = {"ask": ask, "candidates": len(rows), "measured": len(seen), "basis": rows[0]["basis"], "first": first, "tied": tied,
            "near": len(near), "others": len(others), "surprise": surprise, "predicted_ms": limit, "first_ms": final[first],
            "best": best, "best_ms": final[best]}
    with open(result, "w") as f:
        json.dump(line, f)
    return line


def table(lines):
    out = ["| question | T | D | layers | sees | first choice | basis | ms | predicted | best | ms | regret |",
           "| --- | ---: | ---: | ---: | --- | --- | --- | ---: | ---: | --- | ---: | ---: |"]
    for r in lines:
        a, same = r["ask"], r["best"] == r["first"]
        sees = {"full": "all", "none": "all"}.get(a["reach"], a["reach"])
        out.append("| {question} | {length} | {width} | {layers} ".format(**a) +
                   "| {} | {} | {} | {:.3g} | {:+.0f} % | {} | {:.3g} | {:.1f} % |".format(
                       sees, short(*r["first"]), r["basis"], r["first_ms"], 100 * (r["predicted_ms"] / r["first_ms"] - 1),
                       "the same" if same else short(*r["best"]), r["best_ms"], 100 * (r["first_ms"] / r["best_ms"] - 1)))
    return out


def page(lines, folder, seed):
    regrets = sorted(r["first_ms"] / r["best_ms"] for r in lines)
    good = sum(r <= ALLOWED for r in regrets)
    off = sorted(abs(math.log(r["predicted_ms"] / r["first_ms"])) for r in lines)
    patterns = collections.Counter(short(*r["first"]) for r in lines)
    usual, often = patterns.most_common(1)[0]
    return HEAD.strip().splitlines() + [
        "", f"Machine: {machine(folder, 'training')}. Seed {seed}.",
        "", f"**Within 5 % of the best: {good} of {len(lines)}.** Median regret {100 * (regrets[len(regrets) // 2] - 1):.1f} %, "
        f"worst {100 * (regrets[-1] - 1):.1f} %; the time that was predicted for the first choice was off by "
        f"{100 * (math.exp(off[len(off) // 2]) - 1):.0f} % in the median. {sum(r['candidates'] for r in lines)} candidates were "
        f"ranked, {sum(r['measured'] for r in lines)} measured.",
        "", f"How hard the question was: at {sum(r['near'] > 0 for r in lines)} shapes something came within 25 % of the first choice, or "
        f"passed it, and was measured again beside it; at {sum(r['tied'] > 1 for r in lines)} `choose` itself said that there was no "
        f"clear winner. There were {len(patterns)} different first choices; the most frequent one ({usual}) was it {often} times. "
        f"Of the {sum(r['others'] for r in lines)} that were drawn from those ranked further back, "
        f"{sum(r['surprise'] for r in lines) or 'none'} took less time than the first choice in the first look.",
        ""] + table(lines)


def main():
    parser = options(__doc__, "regret", "choose")
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
