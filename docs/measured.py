"""measured.py: what the scripts of docs/ share: runs of attnscope, which a limit of time may cut short and a later call goes on with,
and the reading of what they left.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import csv
import json
import math
import os
import subprocess
import sys
import time


HERE = os.path.dirname(os.path.abspath(__file__))


def options(about, name, page=None):
    """A parser of what every script takes; it measures into results/NAME and writes docs/PAGE.md, or else docs/NAME.md."""
    parser = argparse.ArgumentParser(description=about.split("\n")[0])
    parser.add_argument("--program", default=os.path.join(HERE, "..", "build", "attnscope"))
    parser.add_argument("--from", dest="folder", default=os.path.join(HERE, "..", "results", name))
    parser.add_argument("--out", default=os.path.join(HERE, (page or name) + ".md"))
    return parser


class Clock:
    """Ends a piece of work: no new measurement is begun that would probably pass the limit (0: none)."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds if seconds else math.inf

    def left(self):
        return self.end - time.monotonic()


def run(program, clock, out, config):
    """True: `out` is complete. No charts are drawn: gnuplot is out of reach, which attnscope says with exit code 3."""
    if os.path.exists(os.path.join(out, "done")):
        return True
    if clock.left() < 10:
        return False
    limit = [] if clock.left() == math.inf else ["--budget", "%.0fs" % (clock.left() - 5)]
    what = ["--resume", out] if os.path.exists(os.path.join(out, "config.yaml")) else [config, "--out", out]
    done = subprocess.run([program, "run", *what, *limit], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          env=dict(os.environ, PATH=""))
    if done.returncode not in (0, 4) and not (done.returncode == 3 and "gnuplot not found" in done.stderr):
        sys.exit(done.stderr.strip())
    if "budget ended" in done.stderr and limit:
        return False
    open(os.path.join(out, "done"), "w").close()
    return True


def run_whole(program, out, config, more):
    """A run to its end with charts, unless an earlier call made it."""
    if not os.path.exists(out):
        os.makedirs(os.path.dirname(out), exist_ok=True)
        subprocess.run([program, "run", os.path.join(HERE, "..", "configs", config), "--out", out, "--quiet", *more], check=True,
                       stdout=subprocess.DEVNULL)


def rows(folder, name, file="summary.csv"):
    with open(os.path.join(folder, name, file), newline="") as f:
        return [r for r in csv.DictReader(f) if r.get("status", "ok") == "ok"]


def of_roof(row, which="median"):
    """Percent of the FMA roof at the median, and at the ends of its interval, the smaller first. `which` full: of the samples
    whose core was not slowed; None where there are none."""
    if not row.get(which + "_ns"):
        return None
    share = float(row["percent_of_roof"]) * float(row["median_ns"])
    return tuple(share / float(row[which + end]) for end in ("_ns", "_high_ns", "_low_ns"))


def at_full(row):
    """The latter as text, with how many samples it is of."""
    if not row.get("slowed"):
        return "no gauge"
    at, n = of_roof(row, "full"), int(row["n"])
    return "{:.0f} % [{:.0f}, {:.0f}], {} of {}".format(*at, n - int(row["slowed"]), n) if at else f"0 of {n}"


def reaches(row, least):
    """Does it reach that share of the roof? By the samples not slowed, where there are ten: the roof is of a core that nobody shared."""
    full = int(row["n"]) - int(row["slowed"]) if row.get("slowed") else 0
    return of_roof(row, "full" if full >= 10 else "median")[0] >= least


def facts(folder, name):
    with open(os.path.join(folder, name, "machine.json")) as f:
        return json.load(f)


def machine(folder, name):
    """One line on where it was measured."""
    m = facts(folder, name)
    return f"{m['cpu']}, {m['cpus']} cpus, {(m.get('hypervisor') or 'no').replace('KVMKVMKVM', 'KVM')} hypervisor, {m['compiler']}; attnscope {m['commit']}"
