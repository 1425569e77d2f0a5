"""common.py: shared by the scripts of experiments/: their options, runs of attnscope that a time limit may interrupt, the
result files, and the text of a page.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import csv
import importlib.util
import json
import math
import os
import re
import subprocess
import sys
import textwrap
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONFIGS = os.path.join(ROOT, "configs")
WIDTH = 120  # of a line of prose in docs/

ENVIRONMENT = 3  # the exit code of attnscope for a missing program or library


# --- options -------------------------------------------------------------------------------------------------------------


def parser(doc, page, folder=None):
    """The options of all scripts. --from exists when results go to results/FOLDER; --out defaults to docs/PAGE.md."""
    out = argparse.ArgumentParser(description=doc.split("SPDX")[0].strip(), formatter_class=argparse.RawDescriptionHelpFormatter)
    out.add_argument("--program", default=os.path.join(ROOT, "build", "attnscope"), metavar="FILE",
                     help="the attnscope to measure (build/attnscope)")
    if folder:
        out.add_argument("--from", dest="folder", default=os.path.join(ROOT, "results", folder), metavar="FOLDER",
                         help=f"where results are kept and found again (results/{folder})")
    out.add_argument("--out", default=os.path.join(ROOT, "docs", page + ".md"), metavar="FILE", help=f"the page (docs/{page}.md)")
    return out


def add_seconds(out):
    out.add_argument("--seconds", type=float, default=0, metavar="S", help="stop after S seconds; the same command continues")


def die(sentence):
    """Ends the script with one sentence."""
    print(f"{os.path.basename(sys.argv[0])}: {sentence}", file=sys.stderr)
    sys.exit(ENVIRONMENT)


def parse(out):
    options = out.parse_args()
    if not os.access(options.program, os.X_OK):
        die(f"{options.program} is not a program: build it with ./attnscope version, or name one with --program")
    return options


def require_numpy():
    if not importlib.util.find_spec("numpy"):
        die("needs NumPy: apt-get install python3-numpy, or pip install numpy")


# --- running attnscope ---------------------------------------------------------------------------------------------------


def call(argv):
    """Standard output of a command that must succeed."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        die(f"{' '.join(argv[:2])} ended with exit code {done.returncode}: {done.stderr.strip() or 'no reason given'}")
    return done.stdout


class Clock:
    """A time limit: no new measurement begins that would probably pass it (0: no limit)."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds if seconds else math.inf

    def left(self):
        return self.end - time.monotonic()


def run(program, clock, out, config, more=()):
    """Runs or resumes a sweep; true when `out` is complete. Draws no charts: PATH hides gnuplot, which gives exit code 3."""
    if os.path.exists(os.path.join(out, "done")):
        return True
    if clock.left() < 10:
        return False
    limit = [] if clock.left() == math.inf else ["--budget", "%.0fs" % (clock.left() - 5)]
    what = ["--resume", out] if os.path.exists(os.path.join(out, "config.yaml")) else [config, "--out", out]
    done = subprocess.run([program, "run", *what, *more, *limit], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          env=dict(os.environ, PATH=""))
    if done.returncode not in (0, 4) and not (done.returncode == 3 and "gnuplot not found" in done.stderr):
        die((done.stderr.strip().splitlines() or ["attnscope run gave no reason"])[-1])
    if "budget ended" in done.stderr and limit:
        return False
    open(os.path.join(out, "done"), "w").close()
    return True


def run_whole(program, out, config, more):
    """Runs a sweep to its end, with charts, unless an earlier call did."""
    if not os.path.exists(out):
        os.makedirs(os.path.dirname(out), exist_ok=True)
        call([program, "run", os.path.join(CONFIGS, config), "--out", out, "--quiet", *more])


# --- reading results -----------------------------------------------------------------------------------------------------


def rows(folder, file="summary.csv"):
    """The rows of a CSV file whose status is ok."""
    with open(os.path.join(folder, file), newline="") as f:
        return [r for r in csv.DictReader(f) if r.get("status", "ok") == "ok"]


def facts(folder):
    with open(os.path.join(folder, "machine.json")) as f:
        return json.load(f)


def machine_line(m):
    """One line on where something was measured, from machine.json."""
    hypervisor = (m.get("hypervisor") or "no").replace("KVMKVMKVM", "KVM")
    return f"{m['cpu']}, {m['cpus']} cpus, {hypervisor} hypervisor, {m['compiler']}; attnscope {m['commit']}"


def interval(row, name):
    """` [low, high]` of the columns NAME_low and NAME_high, or nothing where the row has no interval."""
    return f" [{float(row[name + '_low']):.2f}, {float(row[name + '_high']):.2f}]" if row[name + "_low"] else ""


# --- writing pages -------------------------------------------------------------------------------------------------------


def paragraph(text, indent=""):
    """Prose as lines of at most WIDTH characters; never breaks inside `code`."""
    text = re.sub(r"`[^`]*`", lambda code: code.group().replace(" ", "\0"), " ".join(text.split()))
    lines = textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def table(heads, body, align="l"):
    """A Markdown table; the last letter of `align`, l or r, holds for all further columns."""
    align = align + align[-1] * (len(heads) - len(align))
    rule = [{"l": "---", "r": "---:"}[a] for a in align]
    return ["| " + " | ".join(map(str, row)) + " |" for row in (heads, rule, *body)]


def write_page(path, lines):
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")
