#!/usr/bin/env python3
"""fit.py: how often `attnscope fit` tells the true order of growth, and how often its intervals hold the truth; writes docs/fit.md.

    python3 docs/fit.py [--program build/attnscope] [--plugin build/tests/plugin_busy.so] [--real N] [--seconds S] [--out FILE]

Made-up samples of curves whose order is known are written as result folders and given to `attnscope fit`. Then, with --plugin,
kernels whose work has a known order are measured by `attnscope run` and judged alike. With --seconds only these are measured,
as far as the time goes; the same command goes on. The exit code is 1 where a promise is not kept.
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
import tempfile
import time

from measured import options

TRIALS = 100  # of each order, with each step
LENGTHS = [round(64 * 2 ** (i / 2)) for i in range(11)]  # two an octave over five octaves
STEPS = [1, 1.2, 1.5, 2]

# order: growth, the class that is right (None: none is), what a kernel of it would declare
ORDERS = {
    "T": (lambda T: T, "T", "T"),
    "T log T": (lambda T: T * math.log2(T), "T log T", "T log T"),
    "T^1.5": (lambda T: T**1.5, "T^1.5", None),
    "T^2": (lambda T: T**2, "T^2", "T^2"),
    "1 + T": (lambda T: T + 500, "1 + T", "T"),
    "1 + T log T": (lambda T: T * math.log2(T) + 5000, "1 + T log T", "T log T"),
    "1 + T^2": (lambda T: T**2 + 1.5e6, "1 + T^2", "T^2"),
    "T + T^2": (lambda T: T**2 + 700 * T, "T + T^2", "T^2"),
    "T^1.25": (lambda T: T**1.25, None, None),
    "T^1.75": (lambda T: T**1.75, None, None),
    "T^3": (lambda T: T**3, None, None),
}
FALSE = [("T^2", "T"), ("T^1.5", "T"), ("T^1.5", "T^2"), ("T log T", "T^2"), ("T", "T^2")]  # order, declared

NOISES = {
    "normal, 5 %": lambda r: math.exp(r.gauss(0, 0.05)),
    "even, within 5 %": lambda r: 1 + 0.05 * (2 * r.random() - 1),
    "only slower, 5 % on average": lambda r: 1 + r.expovariate(20),
    "two speeds, 10 % apart": lambda r: (1 if r.random() < 0.7 else 1.1) * math.exp(r.gauss(0, 0.01)),
}

CASES = ["case", "kernel", "mechanism", "pattern", "isa", "dtype", "batch", "heads", "kv_heads", "length", "context", "width", "head_dim",
         "threads", "cache", "edges", "declared", "status"]
SAMPLES = ["case", "process", "batch", "order", "calls", "wall_ns", "cpu_ns"]
MACHINE = {"cpu": "made up", "fingerprint": "0", "cpus": 1, "isas": ["scalar"], "fma_gflops": {"scalar": 1e9},
           "fma_gflops_all": {"scalar": 1e9}, "read_gbs": [300, 100, 30, 12], "cache_bytes": [32768, 1048576, 33554432]}

HEAD = """
# How good is the fit?

`fits.csv` says how time grows: a class or `ambiguous`, the slope at the far end with an interval, and whether what a kernel declares
is so. This page says how often that is right, on curves whose order is known.

Made by `python3 docs/fit.py --plugin build/tests/plugin_busy.so`: samples are made up (5 processes at each of 11 lengths from 64 to 2048, two an octave), written as
a result folder, and read by `attnscope fit`. A step is what a working set that leaves a cache does: all times beyond one place, drawn
anew in each trial, are longer by a factor. Exit code 1 where a class is claimed that is not the true one, a true declaration is
refuted or a false one confirmed in more than 1 of 100 trials of an order, or an interval of 95 % holds the truth in less than 90 or more
than 99 of 100.
"""


class Folder:
    """A result folder in the making: curves are told apart by their batch."""

    def __init__(self, path):
        self.path, self.cases, self.samples = path, [], []

    def add(self, trial, T, ns, rng, noise, processes, pattern="window:w=1", declared=""):
        key = f"{trial}|{pattern}|{T}"
        self.cases.append([key, "attention/busy", "attention", pattern, "scalar", "f32", trial, 1, 1, T, T, 1, 1, 1, "warm", T, declared, "ok"])
        for p in range(processes):
            wall = "%.9g" % (ns * noise(rng))
            self.samples.append([key, p, 0, p, 1, wall, wall])

    def fit(self, program):
        for name, head, rows in (("cases", CASES, self.cases), ("samples", SAMPLES, self.samples)):
            with open(f"{self.path}/{name}.csv", "w", newline="") as f:
                csv.writer(f).writerows([head] + rows)
        with open(f"{self.path}/machine.json", "w") as f:
            json.dump(MACHINE, f)
        subprocess.run([program, "fit", self.path], stdout=subprocess.DEVNULL, check=True)

    def rows(self, name):
        with open(f"{self.path}/{name}.csv", newline="") as f:
            return list(csv.DictReader(f))


def batch_of(curve):
    return next(int(word[2:]) for word in curve.split() if word.startswith("B="))


def tail_slope(ys):
    """Over the upper half of the range, as `fit` takes it."""
    tail = [(math.log(x), math.log(y)) for x, y in zip(LENGTHS, ys) if x >= math.sqrt(LENGTHS[0] * LENGTHS[-1]) - 1e-6]
    mx, my = (sum(v) / len(tail) for v in zip(*tail))
    return sum((x - mx) * (y - my) for x, y in tail) / sum((x - mx) ** 2 for x, _ in tail)


def judge(program, order, step, declared, noise=NOISES["normal, 5 %"], processes=5, trials=TRIALS):
    """Counts over trials: right, ambiguous, wrong; confirmed, refuted; held."""
    law, right, _ = ORDERS[order]
    rng, truth, count = random.Random(f"{order} {step} {declared} {processes}"), {}, collections.Counter()
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path)
        for trial in range(1, trials + 1):
            at = rng.randrange(1, len(LENGTHS))
            ys = [1e5 * law(T) * (step if i >= at else 1) for i, T in enumerate(LENGTHS)]
            truth[trial] = tail_slope(ys)
            for T, y in zip(LENGTHS, ys):
                folder.add(trial, T, y, rng, noise, processes, declared=declared or "")
        folder.fit(program)
        for r in folder.rows("fits"):
            if r["quantity"] != "time" or r["axis"] != "length":
                continue
            count["right" if r["growth"] == right else "ambiguous" if r["growth"] == "ambiguous" else "wrong"] += 1
            count[r["verdict"]] += 1
            count["held"] += float(r["tail_low"]) <= truth[batch_of(r["curve"])] <= float(r["tail_high"])
    return count


def crossings(program, noise, trials=3 * TRIALS):
    """How many intervals of the place where 1000 T passes T^2 hold T = 1000."""
    rng, held = random.Random("crossings"), 0
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path)
        for trial in range(1, trials + 1):
            for T in LENGTHS[3:]:
                folder.add(trial, T, 1e3 * T * T, rng, noise, 5, pattern="causal")
                folder.add(trial, T, 1e6 * T, rng, noise, 5)
        folder.fit(program)
        for r in folder.rows("crossovers"):
            if r["kernel_a"] == "dense":
                held += float(r["at_low"] or 0) <= 1000 <= float(r["at_high"] or "inf")
    return held / trials


def percent(part, whole):
    return f"{100 * part / whole:.1f} %"


class Page:
    """Lines of the page, and the promises that were not kept."""

    def __init__(self):
        self.lines, self.broken = HEAD.strip().splitlines(), []

    def table(self, head, rows):
        self.lines += ["", "| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)] + ["| " + " | ".join(map(str, r)) + " |" for r in rows]

    def say(self, *lines):
        self.lines += ["", *lines]

    def hold(self, good, what):
        if not good:
            self.broken.append(what)


def classes(program, page):
    rows = []
    for order, (_, right, declared) in ORDERS.items():
        total = collections.Counter()
        for step in STEPS:
            c = judge(program, order, step, declared)
            total.update(c)
            rows.append([order if step == 1 else "", "none" if step == 1 else f"x {step}", c["right"] if right else "-", c["ambiguous"], c["wrong"],
                         *((c["confirmed"], c["not enough range"], c["refuted"]) if declared else "---"), c["held"]])
        n = TRIALS * len(STEPS)
        page.hold(total["wrong"] <= 0.01 * n, f"{order}: {total['wrong']} of {n} claims are wrong")
        page.hold(total["refuted"] <= 0.01 * n, f"{order}: declared {declared}, and refuted in {total['refuted']} of {n}")
        page.hold(0.90 * n <= total["held"] <= 0.99 * n, f"{order}: the interval holds the slope in {percent(total['held'], n)}")
    page.say("## Classes, declarations and slopes", "", f"{TRIALS} trials a row, 5 % of normal noise from process to process. T^1.25, T^1.75 and T^3 are no classes: there `ambiguous` is the right",
             "answer. Under the next three columns: what is said of a kernel that declares the order truly (T for 1 + T, T^2 for T + T^2). The last one",
             "counts how often the interval of 95 % held the true slope.")
    page.table(["order", "step", "right", "ambiguous", "wrong", "confirmed", "not enough range", "refuted", "slope held"], rows)


def declarations(program, page):
    rows = []
    for order, declared in FALSE:
        counts = [judge(program, order, step, declared) for step in STEPS]
        rows.append([order, declared, *(c["refuted"] for c in counts), max(c["confirmed"] for c in counts)])
        page.hold(rows[-1][-1] <= 0.01 * TRIALS, f"{order}: declared {declared}, and confirmed in {rows[-1][-1]} of {TRIALS}")
    page.say("## False declarations", "", f"How many of {TRIALS} are refuted, without a step and with one; the rest is `not enough range`, but for what the last column says.")
    page.table(["order", "declared", "no step", *(f"x {s}" for s in STEPS[1:]), "confirmed, at most"], rows)


def intervals(program, page):
    rows, n = [], 3 * TRIALS
    for name, noise in NOISES.items():
        held = [judge(program, "T^2", 1, "T^2", noise, processes, n)["held"] / n for processes in (2, 3, 4, 5, 7, 10)]
        held.append(crossings(program, noise))
        rows.append([name, *(percent(h, 1) for h in held)])
        for h in held:
            page.hold(0.90 <= h <= 0.99, f"{name}: an interval of 95 % holds the truth in {percent(h, 1)}")
    page.say("## Intervals", "", f"How often an interval of 95 % holds the truth, in {n} trials, by noise and processes: the slope of T^2, and with 5 processes the place where",
             "1000 T passes T^2. Resampled medians of few processes scatter by 7 to 48 % too much or, of two, too little; that is allowed for as well as one",
             "number can for all kinds of noise (harness/stats/draws.c).")
    page.table(["noise", *(f"{p} processes" for p in (2, 3, 4, 5, 7, 10)), "crossing, 5"], rows)


# --- real work -----------------------------------------------------------------------------------------------------------

BUSY = {"busy-t": "T", "busy-tlogt": "T log T", "busy-t15": "T^1.5", "busy-t2:units=1000": "T^2", "busy-t3:units=500": None}


def real(o, page):
    """Trials of the plug-in: noise of 5 % that it makes itself, on top of the machine's; every other one has a step."""
    os.makedirs(o.folder, exist_ok=True)
    end, counts, machine = time.monotonic() + (o.seconds or 1e9), {k: collections.Counter() for k in BUSY}, None
    for trial in range(o.real):
        out = os.path.join(o.folder, f"trial-{trial}")
        if not os.path.exists(out + ".done"):
            if time.monotonic() + 10 > end:
                print(f"{trial} of {o.real} real trials are measured: call again")
                return False
            step = f"step=150,at={2 ** (5 + trial % 5)}," if trial % 2 else ""
            kernels = [f"attention/{k}{',' if ':' in k else ':'}{step}noise=5,trial={trial}" for k in BUSY]
            with open(out + ".yaml", "w") as f:
                json.dump({"name": "fit", "shapes": {"length": [round(32 * 2 ** (i / 2)) for i in range(11)], "width": 1, "heads": 1}, "kernels": kernels,
                           "patterns": ["window:w=1"], "measure": {"processes": 5, "batches": 2, "budget": "1h"}, "seed": trial + 1}, f)
            limit = ["--budget", "%.0fs" % (end - time.monotonic() - 5)] if o.seconds else []
            again = os.path.exists(os.path.join(out, "config.yaml"))
            done = subprocess.run([o.program, "run", *(["--resume", out] if again else [out + ".yaml", "--out", out]), "--plugin", o.plugin, "--quiet", *limit],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            if done.returncode not in (0, 4):
                sys.exit(done.stderr.strip())
            if "budget ended" in done.stderr:
                print(f"{trial} of {o.real} real trials are measured: call again")
                return False
            open(out + ".done", "w").close()
        subprocess.run([o.program, "fit", out], stdout=subprocess.DEVNULL, check=True)
        with open(os.path.join(out, "machine.json")) as f:
            machine = json.load(f)
        with open(os.path.join(out, "fits.csv"), newline="") as f:
            rows = [r for r in csv.DictReader(f) if r["axis"] == "length"]
        for k, right in BUSY.items():
            mine = [r for r in rows if r["kernel"].startswith("attention/" + k.split(":")[0] + ":")]
            growth = {r["quantity"]: r for r in mine}
            c = counts[k]
            c["right" if growth["time"]["growth"] == right else "ambiguous" if growth["time"]["growth"] == "ambiguous" else "wrong"] += 1
            c["refuted"] += growth["time"]["verdict"] == "refuted"
            work = float(growth["flops_executed"]["tail_slope"])  # of the work that it really did, but for the noise
            c["held"] += float(growth["time"]["tail_low"]) <= work <= float(growth["time"]["tail_high"])
    page.say("## Real work", "", "tests/analyse/plugin_busy.c does busy work of exactly c T^a (log T)^b units, with 5 % of normal noise of its own from process to process, and in every other",
             f"trial half as much again beyond some T. {o.real} trials, measured by `attnscope run` with 5 processes at 11 lengths from 32 to 1024. Machine: {machine['cpu']},",
             f"{machine['cpus']} cpus, {machine.get('hypervisor') or 'no'} hypervisor. `slope held` holds the interval of the time's slope against the slope of the work.")
    page.table(["order", "right", "ambiguous", "wrong", "refuted", "slope held"],
               [[right or "T^3", c["right"] if right else "-", c["ambiguous"], c["wrong"], c["refuted"], f"{c['held']} of {o.real}"] for (k, right), c in zip(BUSY.items(), counts.values())])
    for (k, right), c in zip(BUSY.items(), counts.values()):
        page.hold(c["wrong"] + c["refuted"] <= 0.05 * o.real, f"real {k}: {c['wrong']} wrong claims, {c['refuted']} wrong refutations")
    return True


def main():
    parser = options(__doc__, "fit")
    parser.add_argument("--plugin", help="the plug-in of real work; without it the last part is left out")
    parser.add_argument("--real", type=int, default=10, help="trials of real work of each order")
    parser.add_argument("--seconds", type=float, default=0, help="only measure the real work, and stop after so long; call again to go on")
    o = parser.parse_args()
    page = Page()
    if o.seconds:
        if real(o, Page()):
            print("the real work is measured: call without --seconds for the page")
        return 0
    classes(o.program, page)
    declarations(o.program, page)
    intervals(o.program, page)
    if o.plugin:
        real(o, page)
    with open(o.out, "w") as f:
        f.write("\n".join(page.lines) + "\n")
    print("\n".join(page.lines + [""] + ["NOT KEPT: " + b for b in page.broken]))
    return 1 if page.broken else 0


if __name__ == "__main__":
    sys.exit(main())
