"""Calls `attnscope apply` for every kernel, pattern and shape, and holds its output, its mask and its figures against
NumPy in float64. Run in a scratch folder: numpy_check.py PROGRAM
SPDX-License-Identifier: Apache-2.0
"""
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
import numpy_masks  # noqa: E402

PROGRAM = sys.argv[1]
EVERY_PATTERN = "attention/gather"  # takes whatever the language can say

# B (0: arrays of rank 3), H, Hkv, T, S, d, dtype of the files
SHAPES = [
    (0, 1, 1, 1, 1, 3, "<f4"),
    (0, 2, 1, 17, 17, 3, "<f2"),
    (2, 4, 2, 65, 65, 40, "<u2"),
    (0, 3, 3, 197, 197, 64, "<f4"),
    (1, 4, 1, 1, 197, 40, "<f4"),
    (0, 2, 2, 33, 130, 5, "<f4"),
]

# Beyond the example that every term brings: sizes that bite at these lengths, and unions.
PATTERNS = [
    "window:w=1", "window:w=33", "dilated:r=3", "dilated:r=5,k=4", "dilated:r=300,k=2", "global:g=200",
    "sink:s=4+window:w=12", "window:w=7+dilated:r=9", "dilated:r=2+dilated:r=3,k=5", "sink:s=3+global:g=1+dilated:r=7",
    "full+window:w=3",
]
PATTERNS += [
    "log:base=2", "log:base=3", "power:p=1", "power:p=2", "power:p=3", "strided:l=8", "strided:l=1", "fixed:l=8,c=2",
    "fixed:l=16,c=16", "fixed:l=12,c=1", "random:r=3,seed=5", "random:r=500,seed=5", "random:r=9,sides=both",
    "block:b=16,density=0.3,seed=2", "block:b=5,density=0.5,seed=3", "block:b=9,density=0.25,sides=both",
    "longnet:w=16/32/64,r=1/2/4", "longnet:w=7/20,r=3/2", "longnet:w=8/24,r=2/3,offsets=groups,heads=4",
    "longnet:w=4/16,r=4/4", "longformer:w=20,g=2", "longformer:w=20,g=3,sides=both", "longformer:w=5,r=4,g=0",
    "bigbird:b=8,g=1,w=3,r=2,seed=4", "bigbird:b=4,g=1,w=3,r=2,seed=4,sides=both", "window:w=6,sides=both",
    "window:w=7,sides=both", "global:g=3,sides=both", "blockwindow:b=6,w=2", "blockwindow:b=6,w=3,sides=both",
    "blockrandom:b=6,r=2,seed=1", "blockrandom:b=6,r=3,sides=both", "log:base=2+window:w=5", "strided:l=11+sink:s=2",
    "fixed:l=10,c=1+power:p=2", "random:r=4,seed=1+window:w=8", "block:b=8,density=0.2,seed=1+global:g=3",
    "file:mask.npy", "file:sparse.npy", "file:sparse.npy+window:w=2",
]


def fail(text):
    print(text)
    sys.exit(1)


def run(*args, cwd="."):
    quick = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # or a pool of threads is made for every call
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, cwd=cwd, timeout=120, env=quick)


def from_bf16(bits):
    return (bits.astype("<u4") << 16).view("<f4")


def make_arrays(index, shape):
    """Writes q, k and v into folder s<index>; returns them as float64, of rank 4."""
    B, H, Hkv, T, S, d, dtype = shape
    rng = np.random.default_rng(index)
    folder = f"s{index}"
    os.mkdir(folder)
    values = []
    for n, (name, heads, tokens) in enumerate((("q", H, T), ("k", Hkv, S), ("v", Hkv, S))):
        x = rng.standard_normal((max(B, 1), heads, tokens, d)).astype("<f4")
        if dtype == "<u2":
            stored = (x.view("<u4") >> 16).astype("<u2")
            x = from_bf16(stored)
        else:
            stored = x.astype(dtype)
            x = stored
        stored = stored if B else stored[0]
        stored = np.asfortranarray(stored) if (index + n) % 2 else stored
        np.save(f"{folder}/{name}.npy", stored)
        values.append(x.astype(float))
    np.save(f"{folder}/mask.npy", rng.random((T, S)) < 0.4)
    sparse = (rng.random((T, S)) < 0.1) & (np.arange(S)[None, :] <= np.arange(S - T, S)[:, None])
    sparse[::3] = False  # rows that see nothing
    np.save(f"{folder}/sparse.npy", sparse.astype("|u1"))
    return values


def softmax_weights(scores, counts):
    """Rows of counts * e^score, divided by their sum; a row without any is 0."""
    top = np.where(counts > 0, scores, -np.inf).max(-1, keepdims=True)
    weights = counts * np.exp(np.where(counts > 0, scores - np.where(np.isfinite(top), top, 0), -np.inf))
    total = weights.sum(-1, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


class Shape:
    def __init__(self, index, shape):
        self.index, self.folder = index, f"s{index}"
        self.B, self.H, self.Hkv, self.T, self.S, self.d, _ = shape
        q, k, v = make_arrays(index, shape)
        group = self.H // self.Hkv
        self.v = np.repeat(v, group, axis=1)
        self.scores = q @ np.repeat(k, group, axis=1).swapaxes(-1, -2) / np.sqrt(self.d)
        self.grid = numpy_masks.Grid(self.H, self.T, self.S, self.folder)
        self.dense = {True: softmax_weights(self.scores, np.ones((self.T, self.S))),
                      False: softmax_weights(self.scores, self.grid.causal.astype(int))}

    def apply(self, kernel, pattern, out, *more):
        return run("apply", "--kernel", kernel, "--pattern", pattern, "--q", "q.npy", "--k", "k.npy", "--v", "v.npy",
                   "--out", out, "--format", "json", "--calls", "1", "--rows", "1M", *more, cwd=self.folder)

    def drawn(self, text):
        """The mask of a term that only the program can draw."""
        saved = f"drawn-{abs(hash(text))}.npy"
        if not os.path.exists(f"{self.folder}/{saved}"):
            done = self.apply(EVERY_PATTERN, text, "drawn-o.npy", "--save-mask", saved)
            if done.returncode:
                fail(f"{text} at T={self.T}, S={self.S}: {done.stderr}")
        return np.load(f"{self.folder}/{saved}")


def close(what, got, wanted, allowed, where):
    error = np.abs(np.asarray(got) - np.asarray(wanted)).max(initial=0)
    if not error <= allowed:
        raise AssertionError(f"{where}: {what} is off by {error:.3g}, allowed {allowed:.3g}")


def check_output(shape, counts, done, out, where):
    weights = softmax_weights(shape.scores, counts)
    truth, o, said = weights @ shape.v, np.load(out), json.loads(done.stdout)
    wanted = (shape.B, shape.H, shape.T, shape.d) if shape.B else (shape.H, shape.T, shape.d)
    assert o.shape == wanted and o.dtype == np.dtype("<f4"), f"{where}: output is {o.dtype} {o.shape}"
    close("output", o.reshape(truth.shape), truth, 3e-2 if said["dtype"] == "bf16" else 1e-5, where)
    future = bool((counts > 0)[:, ~shape.grid.causal].any())
    if shape.grid.causal.all():  # decode of one token: causal is full
        future = said["dense"] == "full"
    assert said["dense"] == ("full" if future else "causal"), f"{where}: dense is {said['dense']}"
    dense = shape.dense[future]
    kept = (dense * (counts > 0)).sum(-1)
    slack = 1e-7  # the scale is a float32
    close("mass_kept_mean", said["mass_kept_mean"], kept.mean(), slack, where)
    close("mass_kept_min", said["mass_kept_min"], kept.min(), slack, where)
    close("dense_error_max", said["dense_error_max"], np.abs(o.reshape(truth.shape) - dense @ shape.v).max(),
          slack, where)
    assert said["edges"] == counts.sum() // shape.H, f"{where}: edges {said['edges']}, counted {counts.sum()}"
    assert said["rows_checked"] == said["rows"] == truth.size // shape.d, where
    assert 0 < said["seconds"] < 60 and said["error_max"] <= said["error_allowed"], where


def check_mask(shape, counts, saved, where):
    mask = np.load(saved)
    assert mask.dtype == bool and mask.shape in ((shape.T, shape.S), (shape.H, shape.T, shape.S)), where
    wrong = np.broadcast_to(mask, counts.shape) != (counts > 0)
    assert not wrong.any(), f"{where}: the mask is wrong at head, query, key {np.argwhere(wrong)[0]}"


def check(job):
    """One call of apply; "ok", "refused" or what is wrong."""
    shape, kernel, isa, pattern, counts, number = job
    sizes = f"B={shape.B} H={shape.H} Hkv={shape.Hkv} T={shape.T} S={shape.S} d={shape.d}"
    where = f"{kernel} ({isa}) on {pattern}, {sizes}"
    out, saved = f"o{number}.npy", f"m{number}.npy"
    done = shape.apply(kernel, pattern, out, "--isa", isa, "--save-mask", saved)
    out, saved = f"{shape.folder}/{out}", f"{shape.folder}/{saved}"
    try:
        if done.returncode == 2 and kernel != EVERY_PATTERN:
            assert done.stderr.count("\n") == 1 and kernel in done.stderr, f"{where}: refused with {done.stderr!r}"
            assert not os.path.exists(out) and not os.path.exists(saved), f"{where}: refused, but wrote"
            return "refused"
        assert done.returncode == 0, f"{where}: exit code {done.returncode}: {done.stdout}{done.stderr}"
        assert not done.stderr, f"{where}: says {done.stderr}"
        check_mask(shape, counts, saved, where)
        check_output(shape, counts, done, out, where)
        os.unlink(out)
        os.unlink(saved)
        return "ok"
    except AssertionError as error:
        return str(error)


def main():
    listed = json.loads(run("list", "--format", "json").stdout)
    runs = [i["name"] for i in listed["isas"] if i["runs"]]
    kernels = [(k["name"], [i for i in k["isas"] if i in runs]) for k in listed["kernels"]
               if k["name"].startswith("attention/")]
    patterns = list(dict.fromkeys([p["example"] for p in listed["patterns"]] + PATTERNS))
    shapes = [Shape(i, s) for i, s in enumerate(SHAPES)]
    accepted, refused, wrong, number = Counter(), Counter(), [], itertools.count()
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for s in shapes:
            jobs = []
            for p, pattern in enumerate(patterns):
                counts = numpy_masks.mask_of(s.grid, pattern, s.drawn)
                for name, isas in kernels:
                    if refused[name, pattern] < 2:  # by now it is the pattern that it does not take
                        jobs.append((s, name, isas[(p + s.index) % len(isas)], pattern, counts, next(number)))
            for job, verdict in zip(jobs, pool.map(check, jobs)):
                if verdict == "ok":
                    accepted[job[1]] += 1
                elif verdict == "refused":
                    refused[job[1], job[3]] += 1
                else:
                    wrong.append(verdict)
    wrong += [f"{name} was never accepted" for name, _ in kernels if not accepted[name]]
    print("\n".join(wrong[:20]))
    print(f"{len(kernels)} kernels, {len(patterns)} patterns, {len(shapes)} shapes: "
          f"{sum(accepted.values())} outputs agree, {sum(refused.values())} refused, {len(wrong)} wrong")
    sys.exit(bool(wrong) or not kernels)


main()
