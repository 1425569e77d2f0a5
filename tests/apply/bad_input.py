"""Wrong input for `attnscope apply`. Run in a scratch folder: bad_input.py PROGRAM PLUGINS
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import subprocess
import sys

import numpy as np

PROGRAM = os.path.abspath(sys.argv[1])
PLUGINS = sys.argv[2]
rng = np.random.default_rng(1)
failures = []


def array(*shape, dtype="<f4"):
    return rng.standard_normal(shape).astype(dtype)


def save(name, value):
    np.save(name, value, allow_pickle=True)
    return name


def apply(options, **more):
    usual = {"kernel": "attention/gather", "pattern": "causal", "q": "q.npy", "k": "k.npy", "v": "v.npy",
             "out": "o.npy", "calls": "1", "format": "json"}
    args = []
    for key, value in {**usual, **options}.items():
        if value is not None:
            args += [f"--{key}", str(value)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.run([PROGRAM, "apply", *args], text=True, timeout=60, **pipes)


def expect(options, code, *words):
    """One line on stderr that has the words; nothing on stdout; no file beside those that were there."""
    before = set(os.listdir("."))
    done = apply(options)
    new = set(os.listdir(".")) - before
    good = (done.returncode == code and done.stderr.count("\n") == 1 and not done.stdout and not new and
            all(word in done.stderr for word in words))
    if not good:
        failures.append(f"{options}: exit {done.returncode} (wanted {code}), new files {new}, stdout {done.stdout!r}, "
                        f"stderr {done.stderr!r}, wanted {words}")


def damage():
    """Files that are no arrays, or lie."""
    whole = open("q.npy", "rb").read()
    head = whole.index(b"\n") + 1

    def raw(name, data):
        open(name, "wb").write(data)
        expect({"q": name}, 2, name)

    raw("empty.npy", b"")
    raw("text.npy", b"1, 2, 3\n" * 100)
    raw("cut.npy", whole[:-1])
    raw("cut_header.npy", whole[:40])
    raw("longer.npy", whole + b"\0")
    raw("headless.npy", whole[:8] + b"\xff\xff" + whole[10:])
    for lie in (b"(2, 17, 9)", b"(2, 99999999999999999999, 8)", b"(4294967296, 4294967296, 8)", b"(2, -17, 8)",
                b"(2, 17)"):
        at = whole.index(b"(2, 17, 8)")
        header = (whole[:at] + lie + whole[at + 10:head]).rstrip().ljust(head - 1)
        raw("lie.npy", header + b"\n" + whole[head:])
    expect({"q": "."}, 2, "regular file")
    expect({"q": "absent.npy"}, 2, "absent.npy")


def types():
    q = np.load("q.npy")
    expect({"q": save("big.npy", q.astype(">f4"))}, 2, "big-endian", "astype")
    expect({"q": save("f8.npy", q.astype("f8"))}, 2, "float32")
    expect({"q": save("i4.npy", q.astype("i4"))}, 2, "float32")
    expect({"q": save("c8.npy", q.astype("c8"))}, 2, "float32")
    expect({"q": save("object.npy", np.array([[["x", None]]], object))}, 2, "objects")
    expect({"q": save("record.npy", np.zeros((2, 3, 4), [("a", "<f4")]))}, 2, "record")


def shapes():
    expect({"k": save("d9.npy", array(1, 17, 9)), "v": "d9.npy"}, 2, "width", "8 and 9")
    expect({"v": save("s18.npy", array(1, 18, 8))}, 2, "tokens", "17 and 18")
    expect({"v": save("h2.npy", array(2, 17, 8))}, 2, "heads", "1 and 2")
    expect({"k": save("h3.npy", array(3, 17, 8)), "v": "h3.npy"}, 2, "divide")
    expect({"k": save("h4.npy", array(4, 17, 8)), "v": "h4.npy"}, 2, "divide")
    expect({"k": save("s16.npy", array(1, 16, 8)), "v": "s16.npy"}, 2, "17", "16")
    expect({"k": save("b2.npy", array(2, 1, 17, 8)), "v": "b2.npy"}, 2, "batch")
    expect({"q": save("r2.npy", array(17, 8))}, 2, "2 dimensions")
    expect({"q": save("r5.npy", array(1, 1, 2, 17, 8))}, 2, "5 dimensions")
    for zero in ((0, 17, 8), (2, 0, 8), (2, 17, 0), (0, 2, 17, 8)):
        expect({"q": save("zero.npy", np.zeros(zero, "<f4"))}, 2, "is 0")


def names():
    expect({"kernel": "attention/gahter"}, 2, "attention/gather")
    expect({"kernel": "x" * 5000}, 2, "nearest")
    expect({"pattern": "windwo:w=3"}, 2, "windwo")
    expect({"pattern": "window:w=0"}, 2, "at least 1")
    expect({"pattern": "window:w=3,w=4"}, 2, "twice")
    expect({"pattern": "+".join(["causal"] * 15000)}, 2)
    expect({"kernel": "attention/naive", "pattern": "window:w=3"}, 2, "attention/naive", "causal and full only")
    expect({"isa": "avx3"}, 2, "avx")
    for key in ("kernel", "pattern", "q", "k", "v", "out"):
        expect({key: None}, 2, f"--{key} is missing")
    for key, value in (("scale", "nan"), ("scale", "inf"), ("scale", "1e300"), ("scale", "x"), ("threads", "0"),
                       ("threads", "-1"), ("calls", "0"), ("rows", "1.5")):
        expect({key: value}, 2, f"--{key}")
    expect({"plugin": "absent.so"}, 2, "absent.so")
    expect({"plugin": "q.npy"}, 2, "q.npy")
    expect({"qq": "q.npy"}, 2, "--qq")


def outputs():
    expect({"out": "absent/o.npy"}, 3, "absent/o.npy")
    expect({"out": "."}, 3, "regular file")
    expect({"out": "/dev/null"}, 3, "regular file")
    expect({"out": "x" * 5000}, 3)
    expect({"save-mask": "o.npy"}, 2, "two names")
    expect({"save-mask": "absent/m.npy"}, 3, "absent/m.npy")
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w") as full:
            done = apply({}, stdout=full)
        if done.returncode != 3:
            failures.append(f"full standard output: exit {done.returncode}")
        os.unlink("o.npy")


def masks_too_large():
    """80000 x 80000 is 6 GB: refused before any work."""
    long = save("long.npy", np.zeros((1, 80000, 1), "<f2"))
    expect({"q": long, "k": long, "v": long, "pattern": "window:w=1", "save-mask": "m.npy"}, 2, "6 GiB", "leave the")
    os.unlink(long)


def memory():
    """T x S scores of a million tokens: refused, not tried."""
    long = save("long.npy", np.zeros((1, 1000000, 1), "<f2"))
    expect({"q": long, "k": long, "v": long, "kernel": "attention/naive"}, 3, "memory")
    os.unlink(long)


def not_finite():
    """A warning that names the place, and the NaN where IEEE arithmetic puts it."""
    q, v = np.load("q.npy"), np.load("v.npy")
    q[1, 3, 5], v[0, 10, 2] = np.nan, np.inf
    done = apply({"q": save("nan.npy", q), "v": save("inf.npy", v), "pattern": "window:w=4"})
    o = np.load("o.npy")
    wanted = np.zeros(o.shape, bool)
    wanted[1, 3, :] = True
    wanted[:, 10:14, 2] = True
    lines = done.stderr.splitlines()
    if not (done.returncode == 0 and len(lines) == 2 and "NaN at [1,3,5]" in lines[0] and
            "infinity at [0,10,2]" in lines[1] and (np.isfinite(o) != wanted).all()):
        failures.append(f"not finite: exit {done.returncode}, {lines}, {np.argwhere(np.isfinite(o) == wanted)}")
    said = json.loads(done.stdout)
    if said["mass_kept_mean"] is not None or said["verdict"] != "ok":
        failures.append(f"not finite: {done.stdout}")
    os.unlink("o.npy")


def unseen_rows():
    """A row that sees no key is zeros."""
    mask = np.tril(np.ones((17, 17), bool))
    mask[[0, 5, 16]] = False
    save("mask.npy", mask)
    done = apply({"pattern": "file:mask.npy"})
    if done.returncode or (np.load("o.npy")[:, [0, 5, 16]] != 0).any() or json.loads(done.stdout)["mass_kept_min"] != 0:
        failures.append(f"unseen rows: {done.stdout}{done.stderr}")
    os.unlink("o.npy")


def lying_plugin():
    """A kernel that is wrong: exit code 1, and the output is there to be looked at."""
    done = apply({"kernel": "attention/off_by_a_bit", "plugin": f"{PLUGINS}/plugin_apply.so"})
    said = json.loads(done.stdout)
    o = np.load("o.npy")
    if done.returncode != 1 or said["verdict"] != "bad" or not 1e-4 < said["error_max"] < 2e-3 or o.shape != (2, 17, 8):
        failures.append(f"lying plug-in: exit {done.returncode}, {done.stdout}{done.stderr}")
    os.unlink("o.npy")


def large_numbers():
    """A promise made for normal arrays grows with the numbers: v a thousand times larger is no error."""
    big = save("v1000.npy", 1000 * np.load("v.npy"))
    done = apply({"v": big})
    if done.returncode:
        failures.append(f"large v: {done.stdout}{done.stderr}")
    os.unlink("o.npy")


save("q.npy", array(2, 17, 8))
save("k.npy", array(1, 17, 8))
save("v.npy", array(1, 17, 8))
for part in (damage, types, shapes, names, outputs, masks_too_large, memory, not_finite, unseen_rows, lying_plugin,
             large_numbers):
    part()
print("\n".join(failures))
print(f"{len(failures)} wrong")
sys.exit(bool(failures))
