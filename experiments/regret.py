#!/usr/bin/env python3
"""regret.py: how much slower the first choice of `attnscope choose` is than the best one, at shapes that were not measured
before; writes docs/choose.md.

    python3 experiments/regret.py [--program build/attnscope] [--from FOLDER] [--seed N] [--shapes N] [--seconds S]

Runs configs/choose/training.yaml, draws shapes and questions by seed, asks `choose` at each shape, and measures there the
candidates that it ranks near its first choice and some that it ranks further back. Then it measures the first choice again,
beside whatever came near it or beat it, in fresh processes in seeded random order: a noisy first look decides nothing. A
stack's time is the sum over its layers. With --seconds it stops in time, and the same command continues. The exit code is 1
when fewer than 9 in 10 first choices lie within 5 % of the best.
SPDX-License-Identifier: Apache-2.0
"""
import collections
import csv
import json
import math
import os
import random
import sys

from common import CONFIGS, Clock, add_seconds, call, facts, machine_line, paragraph, parse, parser, rows, run, table, write_page

NEAR = 1.25      # a candidate within this factor of the first choice's measured time is measured again
CONTENDERS = 2   # at most so many are measured again beside the first choice
ALLOWED = 1.05   # the first choice's time over the best time
LIKELY = 2       # candidates within this factor of the first choice's predicted time are measured, the fastest first
LIKELY_MAX = 10  # at most so many of them
OTHERS = 3       # so many of the slower ones, drawn by seed, are measured as well
OTHERS_FAR = 8   # up to this factor of the first choice's predicted time
WORST_VISIT = 3  # s: a candidate whose process would take longer is left out and cannot be the best

# The questions take turns; each offers other patterns: (name, --pattern ..., reach)
QUESTIONS = [("dense", ["causal"], "none"),
             ("window", ["window*"], "some"),
             ("stack", ["window*", "dilated*", "causal"], "full"),
             ("window or dense", ["window*", "causal"], "full"),
             ("any", [], "full")]


ABOUT = [
    """`attnscope choose` names a kernel and a pattern for a shape, which need not have been measured. This page measures the
    regret: how much slower the first choice is than the best one, at shapes that `choose` never saw.""",
    """It chooses among every kernel and pattern of the result folder; among patterns between them, when a parameter was
    measured at three values or more (windows of 96, 128, 192 from those of 16, 64, 256; dilations by stride and by taps); and
    among stacks, whose layers alternate two patterns (`schedule(window:w=64;window:w=64;causal)`) or combine a window with
    growing dilations. The time of a stack is the sum over its layers; the schedule determines what its last token sees. `choose`
    ranks the candidates that meet the wishes and says which wish the others failed. It prints the best trade-offs between the time
    of a layer and the number of layers needed to see all tokens.""",
    """Made by `python3 experiments/regret.py`. It measures configs/choose/training.yaml: six kernels of softmax attention on
    causal, four windows, four dilations and a logarithmic pattern, at T = 256, 512, ... 4096, D = 128 and 512, H = 4. Then it
    draws shapes by seed: T between 200 and 4500, so that some lie beyond the measured range, six widths, and a number of
    layers. Five questions take turns, so that no single pattern can win them all (`--pattern` limits the choice, `--reach`
    sets what the choice must see):"""]
ASKED = [["dense", "causal: which kernel", "all, at once"],
         ["window", "windows: which width, which kernel", "a number of tokens, drawn between T / 8 and T / 2, after all layers"],
         ["stack", "windows, dilations, causal, layer by layer", "all, after all layers"],
         ["window or dense", "windows, causal, layer by layer", "all, after all layers"],
         ["any", "all that was measured", "all, after all layers"]]
METHOD = """At each shape the script measures the candidates that were predicted to take at most twice the first choice's time,
the ten fastest of them, and three of the slower ones, drawn by seed. For a stack it measures the parts and adds up its layers.
A candidate is left out when one process of it would take longer than 3 s. Candidates within 25 % of the first choice, or faster
than it, are measured again beside it in five fresh processes, in seeded random order. The regret is the first choice's time
over the smallest of these times. When nothing came near, the first choice is the best. The exit code is 1 when fewer than 9 in
10 lie within 5 %."""


def draw(seed, count):
    """Shapes between those of the training sweep, and some beyond it; the questions take turns."""
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
    said = call([program, "choose", "--from", training, "--length", str(ask["length"]), "--width", str(ask["width"]),
                 "--heads", str(ask["heads"]), "--layers", str(ask["layers"]), *wish, "--format", "csv"])
    return [r for r in csv.DictReader(said.splitlines()) if r["rank"]]


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
    """JSON is YAML. Lists the product of kernels and patterns; attnscope skips the pairs that a kernel refuses."""
    config = {"name": "regret", "shapes": {"length": ask["length"], "width": ask["width"], "heads": ask["heads"]},
              "kernels": sorted({k for k, _ in parts}), "patterns": sorted({p for _, p in parts}),
              "measure": {"processes": processes, "batches": 4, "budget": "10m", "case_timeout": "%ds" % WORST_VISIT},
              "seed": 1}
    with open(path, "w") as f:
        json.dump(config, f, indent=1)


def times(folder):
    """Median ms by (kernel, pattern)."""
    return {(r["kernel"], r["pattern"]): float(r["median_ns"]) / 1e6 for r in rows(folder)}


def measure(program, clock, at, ask, candidates, processes):
    """ms of all layers by candidate, without candidates that have an unmeasured part; None when time ran out."""
    stacks = {(r["kernel"], r["pattern"]): layers_of(r["kernel"], r["pattern"], ask["layers"]) for r in candidates}
    write_config(at + ".yaml", ask, {part for parts in stacks.values() for part in parts}, processes)
    if not run(program, clock, at, at + ".yaml"):
        return None
    seen = times(at)
    return {row: sum(seen[p] for p in parts) for row, parts in stacks.items() if all(p in seen for p in parts)}


def try_shape(program, clock, folder, training, number, ask):
    """One line of the table, or None when time ran out."""
    at = os.path.join(folder, "shape-%02d" % number)
    result = at + ".json"
    if os.path.exists(result):
        with open(result) as f:
            return json.load(f)
    ranked = choose(program, training, ask)
    limit = float(ranked[0]["ms"])
    likely = [r for r in ranked if float(r["ms"]) <= LIKELY * limit][:LIKELY_MAX]
    behind = [r for r in ranked if r not in likely and float(r["ms"]) <= OTHERS_FAR * limit]
    others = random.Random(ask["others"]).sample(behind, min(OTHERS, len(behind)))
    seen = measure(program, clock, at + "-all", ask, likely + others, 1)
    if seen is None:
        return None
    first = (ranked[0]["kernel"], ranked[0]["pattern"])
    near = sorted((v, k) for k, v in seen.items() if v <= NEAR * seen[first] and k != first)[:CONTENDERS]
    final = {first: seen[first]}
    if near:
        again = [first] + [k for _, k in near]
        final = measure(program, clock, at + "-near", ask, [r for r in ranked if (r["kernel"], r["pattern"]) in again], 5)
        if final is None:
            return None
    best = min(final, key=final.get)
    tied = sum("no clear winner" in r["note"] for r in ranked)
    surprise = sum(seen.get((r["kernel"], r["pattern"]), math.inf) < seen[first] for r in others)
    line = {"ask": ask, "candidates": len(ranked), "measured": len(seen), "basis": ranked[0]["basis"], "first": first, "tied": tied,
            "near": len(near), "others": len(others), "surprise": surprise, "predicted_ms": limit, "first_ms": final[first],
            "best": best, "best_ms": final[best]}
    with open(result, "w") as f:
        json.dump(line, f)
    return line


def results(lines):
    body = []
    for r in lines:
        a, same = r["ask"], r["best"] == r["first"]
        body.append([a["question"], a["length"], a["width"], a["layers"], {"full": "all", "none": "all"}.get(a["reach"], a["reach"]),
                     short(*r["first"]), r["basis"], f"{r['first_ms']:.3g}", f"{100 * (r['predicted_ms'] / r['first_ms'] - 1):+.0f} %",
                     "the same" if same else short(*r["best"]), f"{r['best_ms']:.3g}",
                     f"{100 * (r['first_ms'] / r['best_ms'] - 1):.1f} %"])
    return table(["question", "T", "D", "layers", "sees", "first choice", "basis", "ms", "predicted", "best", "ms", "regret"], body,
                 "lrrrlllrrlrr")


def page(lines, folder, seed):
    regrets = sorted(r["first_ms"] / r["best_ms"] for r in lines)
    good = sum(r <= ALLOWED for r in regrets)
    off = sorted(abs(math.log(r["predicted_ms"] / r["first_ms"])) for r in lines)
    patterns = collections.Counter(short(*r["first"]) for r in lines)
    usual, often = patterns.most_common(1)[0]
    out = ["# How good is the choice?"]
    for text in ABOUT:
        out += ["", *paragraph(text)]
    out += ["", *table(["question", "choose from", "the last token sees"], ASKED), "", *paragraph(METHOD), "",
            f"Machine: {machine_line(facts(os.path.join(folder, 'training')))}. Seed {seed}.", ""]
    out += paragraph(
        f"**Within 5 % of the best: {good} of {len(lines)}.** The median regret is {100 * (regrets[len(regrets) // 2] - 1):.1f} %, "
        f"the worst {100 * (regrets[-1] - 1):.1f} %. The predicted time of the first choice was off by "
        f"{100 * (math.exp(off[len(off) // 2]) - 1):.0f} % in the median. {sum(r['candidates'] for r in lines)} candidates were "
        f"ranked, {sum(r['measured'] for r in lines)} measured.")
    out += ["", *paragraph(
        f"How hard the question was: at {sum(r['near'] > 0 for r in lines)} shapes some candidate came within 25 % of the first "
        f"choice, or beat it, and was measured again beside it. At {sum(r['tied'] > 1 for r in lines)} shapes `choose` itself said "
        f"that there was no clear winner. There were {len(patterns)} different first choices; the most frequent one ({usual}) came "
        f"first {often} times. Of the {sum(r['others'] for r in lines)} candidates drawn from those ranked further back, "
        f"{sum(r['surprise'] for r in lines) or 'none'} took less time than the first choice in the first look.")]
    return out + ["", *results(lines)]


def main():
    options = parser(__doc__, "choose", "regret")
    options.add_argument("--seed", type=int, default=1, metavar="N", help="draws shapes and questions (1)")
    options.add_argument("--shapes", type=int, default=30, metavar="N", help="how many shapes (30)")
    add_seconds(options)
    o = parse(options)
    clock, training = Clock(o.seconds), os.path.join(o.folder, "training")
    os.makedirs(o.folder, exist_ok=True)
    if not run(o.program, clock, training, os.path.join(CONFIGS, "choose", "training.yaml")):
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
    write_page(o.out, text)
    print("\n".join(text))
    return 0 if sum(r["first_ms"] <= ALLOWED * r["best_ms"] for r in lines) >= 0.9 * o.shapes else 1


if __name__ == "__main__":
    sys.exit(main())
