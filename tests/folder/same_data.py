#!/usr/bin/env python3
"""same_data.py: holds that two builds of attnscope make the same data of the same result folders.

    python3 tests/folder/same_data.py OLD_PROGRAM NEW_PROGRAM FOLDER... [--keep DIR]

Each program gets copies of the folders, without the files that are computed from the samples. It computes those files
again (fit, plot, report) and answers plan, export, choose, claims, explain, compare, merge, history, baseline and
duel --again. Then the script compares what the two programs wrote and printed:
  CSV    the old columns, in their order, and the old rows with equal text; new columns may follow at the end
  JSON   the old keys with equal values, digit by digit; new keys may be added
  lines  what export prints for benchstat: equal
  other  (SVG, PNG, gnuplot, HTML, YAML) present and not empty; their words may change
and the exit code of each command. It prints the first difference of each file.

Folders are made by `attnscope run` and `attnscope duel`. Two runs of one config on one machine make a pair,
which compare, merge, history and baseline take. Both programs need gnuplot for the charts.
Exit code 0: the data are the same; 1: they differ; 2: bad usage, or OLD_PROGRAM itself refuses a folder.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import concurrent.futures
import csv
import filecmp
import fnmatch
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

# What has to differ: the file, the column or the path to the JSON value, and the reason. All three may hold globs.
IGNORED = [
    ("merged*/benchmark.json", "context.date", "the time at which samples.csv was written: merge writes it now"),
    ("printed/plan-*.json", "*.predicted_s", "plan measures the speed of this machine at each call"),
    ("printed/plan-*.json", "*.reason", "may quote predicted_s or the memory that is free; the status is compared"),
]

COMPUTED = ["summary.csv", "fits.csv", "crossovers.csv", "shares.csv", "benchmark.json", "report.html", "plots"]
ANSWERED = (0, 1, 4, 5)  # exit codes of a command that did its work, whatever the verdict
PATTERNS = ["causal", "full", "window:w=16", "dilated:r=4,k=8", "log:base=2", "power:p=2", "random:r=4,seed=1",
            "sink:s=4+window:w=28", "strided:l=16", "fixed:l=16,c=2", "block:b=16,density=0.2,seed=1",
            "bigbird:b=16,g=1,w=3,r=2", "longnet:w=16/32,r=1/2", "schedule(dilated:r=1,k=2;dilated:r=2,k=2)"]


def fail(text):
    print(f"same_data.py: {text}", file=sys.stderr)
    sys.exit(2)


# --- what the programs are asked ---------------------------------------------------------------------------------

def read(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def is_duel(folder):
    return os.path.exists(os.path.join(folder, "duel.json"))


def are_pair(a, b):
    """Two runs of one config on one machine. A folder merged from several machines has no fingerprint and no pair."""
    one = [json.loads(read(folder, "machine.json")).get("fingerprint") for folder in (a, b)]
    return one[0] and one[0] == one[1] and read(a, "config.yaml") == read(b, "config.yaml")


def targets(folder):
    """Options of choose: the first and the last shape of a run, at a measured length, between two and beyond all."""
    with open(os.path.join(folder, "cases.csv"), newline="") as file:
        cases = [c for c in csv.DictReader(file) if c["status"] == "ok"]
    lengths = {}
    for case in cases:
        shape = tuple(int(case[name]) for name in ("width", "heads", "kv_heads"))
        lengths.setdefault((int(case["length"]) == 1,) + shape, set()).add(int(case["context"]))
    shapes = sorted(lengths)
    for decode, width, heads, kv_heads in dict.fromkeys(shapes[:1] + shapes[-1:]):
        at = sorted(lengths[decode, width, heads, kv_heads])
        for length in dict.fromkeys([at[len(at) // 2], (at[0] + at[-1]) // 2, 2 * at[-1]]):
            shape = ["--length", length, "--width", width, "--heads", heads, "--kv-heads", kv_heads, "--only", "*"]
            shape += ["--decode"] * decode
            yield shape
            yield shape + ["--layers", 4, "--reach", "full"]


def questions(folders):
    """(name, arguments): the output of a command goes into a file of that name, whose end says what it is."""
    for form in ("csv", "json"):
        yield f"claims.{form}", ["claims", "--format", form]
    for i, pattern in enumerate(PATTERNS):
        yield f"explain-{i}.json", ["explain", pattern, "--length", 256, "--format", "json"]
    runs = [f for f in folders if not is_duel(f)]
    for folder in runs:
        name = os.path.basename(folder)
        yield f"plan-{name}.json", ["plan", os.path.join(name, "config.yaml"), "--format", "json"]
        yield f"fit-{name}.txt", ["fit", name]
        yield f"plot-{name}.txt", ["plot", name]
        yield f"report-{name}.txt", ["report", name]
        for to, end in (("gab", "json"), ("bencher", "json"), ("benchstat", "lines")):
            yield f"export-{to}-{name}.{end}", ["export", name, "--to", to]
        for form in ("csv", "json"):
            yield f"claims-{name}.{form}", ["claims", "--from", name, "--format", form]
        for i, target in enumerate(targets(folder)):
            for form in ("csv", "json"):
                yield f"choose-{i}-{name}.{form}", ["choose", "--from", name, "--across", "--format", form] + target
    for folder in folders:
        if is_duel(folder):
            name = os.path.basename(folder)
            yield f"report-{name}.txt", ["report", name]
            for form in ("csv", "json"):
                yield f"again-{name}.{form}", ["duel", "--again", name, "--format", form]
                yield f"history-{name}.{form}", ["history", name, "--format", form]
    for a, b in itertools.combinations(runs, 2):
        if are_pair(a, b):
            yield from questions_of_pair(os.path.basename(a), os.path.basename(b))


def questions_of_pair(a, b):
    pair = f"{a}-{b}"
    for form in ("csv", "json"):
        yield f"compare-{pair}.{form}", ["compare", a, b, "--format", form]
        yield f"compare-back-{pair}.{form}", ["compare", b, a, "--format", form]
    yield f"merge-{pair}.txt", ["merge", a, b, "--out", f"merged-{pair}"]
    yield f"history-{pair}.json", ["history", a, b, "--out", f"history-{pair}", "--format", "json"]
    yield f"baseline-{pair}.txt", ["baseline", a, "--baselines", f"kept-{pair}"]
    yield f"compare-kept-{pair}.json", ["compare", "--baseline", b, "--baselines", f"kept-{pair}", "--format", "json"]


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


def answers(program, folders, work):
    """Asks all questions in `work`, where the folders are copied to; {name: (exit code, last line of its errors)}."""
    for folder in folders:
        copy = os.path.join(work, os.path.basename(folder))
        shutil.copytree(folder, copy)
        for name in [] if is_duel(folder) else COMPUTED:
            remove(os.path.join(copy, name))
    os.mkdir(os.path.join(work, "printed"))
    # Without it each program uses the gnuplot scripts of its own tree.
    env = {name: value for name, value in os.environ.items() if name != "ATTNSCOPE_HOME"}
    exits = {}
    for name, arguments in questions(folders):
        with open(os.path.join(work, "printed", name), "wb") as out:
            done = subprocess.run([program] + [str(a) for a in arguments], cwd=work, env=env, stdin=subprocess.DEVNULL,
                                  stdout=out, stderr=subprocess.PIPE)
        errors = done.stderr.decode(errors="replace").strip()
        exits[name] = (done.returncode, errors.split("\n")[-1])
    return exits


# --- what they answered ------------------------------------------------------------------------------------------

def is_ignored(file, place):
    return any(fnmatch.fnmatchcase(file, f) and fnmatch.fnmatchcase(place, p) for f, p, _ in IGNORED)


def difference_of_csv(name, old, new):
    with open(old, newline="", encoding="utf-8") as a, open(new, newline="", encoding="utf-8") as b:
        a, b = list(csv.reader(a, strict=True)), list(csv.reader(b, strict=True))
    head = a[0] if a else []
    if head != (b[0] if b else [])[:len(head)]:
        return f"row 1: the old columns {head} do not begin the new ones {b[0] if b else []}"
    for i, (x, y) in enumerate(zip(a, b)):
        for column, p, q in itertools.zip_longest(head, x, y[:len(head)]):
            if p != q and not is_ignored(name, column or ""):
                return f"row {i + 1} ({x[0] if x else 'empty'}), column {column}: old {p!r}, new {q!r}"
        if bool(x) != bool(y):
            return f"row {i + 1}: old {x}, new {y}"
    return None if len(a) == len(b) else f"old {len(a)} rows, new {len(b)}"


class Number(str):
    """A number of a JSON text, digit by digit."""


def read_json(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number) if text.strip() else None


def difference_of_json(name, a, b, place=""):
    if is_ignored(name, place):
        return None
    if type(a) is not type(b):
        return f"{place}: old {a!r}, new {b!r}"
    if isinstance(a, dict):
        lost = [key for key in a if key not in b and not is_ignored(name, f"{place}.{key}".lstrip("."))]
        if lost:
            return f"{place}: the key '{lost[0]}' is gone"
        pairs = [(f"{place}.{key}".lstrip("."), a[key], b[key]) for key in a if key in b]
    elif isinstance(a, list):
        if len(a) != len(b):
            return f"{place}: old {len(a)} entries, new {len(b)}"
        pairs = [(f"{place}[{i}]", x, y) for i, (x, y) in enumerate(zip(a, b))]
    else:
        return None if a == b else f"{place}: old {a!r}, new {b!r}"
    return next((found for at, x, y in pairs if (found := difference_of_json(name, x, y, at))), None)


def difference(name, old, new):
    """What differs in a file that both have, in words; None: nothing."""
    kind = name.rsplit(".", 1)[-1]
    if filecmp.cmp(old, new, shallow=False):
        return None
    try:
        if kind == "csv":
            return difference_of_csv(name, old, new)
        if kind == "json":
            return difference_of_json(name, read_json(old), read_json(new))
    except (ValueError, csv.Error) as error:
        return f"cannot be read: {error}"
    if kind == "lines":
        a, b = open(old, encoding="utf-8").read().split("\n"), open(new, encoding="utf-8").read().split("\n")
        return next((f"line {i + 1}: old {x!r}, new {y!r}" for i, (x, y) in
                     enumerate(itertools.zip_longest(a, b)) if x != y), None)
    return "is empty" if os.path.getsize(old) and not os.path.getsize(new) else None


def files_below(work):
    paths = (os.path.join(at, name) for at, _, names in os.walk(work) for name in names)
    return sorted(os.path.relpath(path, work) for path in paths)


def compare(works, exits):
    """Prints the first difference of each file and each exit code; how many there are."""
    found = 0
    for name, (code, error) in exits[0].items():
        if exits[1][name][0] != code:
            print(f"{name}: exit code: old {code} {error}, new {exits[1][name][0]} {exits[1][name][1]}")
            found += 1
    for name in files_below(works[0]):
        old, new = (os.path.join(work, name) for work in works)
        text = difference(name, old, new) if os.path.exists(new) else "is missing in new"
        if text:
            print(f"{name}: {text}")
            found += 1
    return found


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", metavar="OLD_PROGRAM", help="what made the folders: build/attnscope of its tree")
    parser.add_argument("new", metavar="NEW_PROGRAM", help="what has to make the same data of them")
    parser.add_argument("folder", metavar="FOLDER", nargs="+", help="result folders of run and of duel")
    parser.add_argument("--keep", metavar="DIR", help="leave the copies and all answers in DIR/old and DIR/new")
    given = parser.parse_args()
    given.folder = [os.path.abspath(f) for f in given.folder]
    given.program = [os.path.abspath(p) for p in (given.old, given.new)]
    for program in given.program:
        if not (os.path.isfile(program) and os.access(program, os.X_OK)):
            fail(f"{program}: is not a program")
    for folder in given.folder:
        if not all(os.path.exists(os.path.join(folder, name)) for name in ("config.yaml", "cases.csv", "machine.json")):
            fail(f"{folder}: is not a result folder")
    if len({os.path.basename(f) for f in given.folder}) < len(given.folder):
        fail("two folders have one name: rename one")
    if given.keep and os.path.exists(given.keep):
        fail(f"{given.keep}: exists: give --keep a new folder")
    return given


def main():
    given = arguments()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        works = [os.path.join(given.keep or made, side) for side in ("old", "new")]
        for work in works:
            os.makedirs(work)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            exits = list(pool.map(answers, given.program, [given.folder] * 2, works))
        refused = [(name, code, error) for name, (code, error) in exits[0].items() if code not in ANSWERED]
        found = compare(works, exits)
        files = files_below(works[0])
    for name, code, error in refused:
        print(f"{name}: proves nothing: the old program gives {code}: {error}", file=sys.stderr)
    count = ", ".join(f"{sum(f.endswith('.' + kind) for f in files)} {kind}" for kind in ("csv", "json", "svg"))
    print(f"{found} differences: {len(given.folder)} folders, {len(exits[0])} commands, {len(files)} files ({count}), "
          f"{time.monotonic() - began:.0f} s")
    return 1 if found else 2 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
