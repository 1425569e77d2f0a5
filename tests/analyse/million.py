#!/usr/bin/env python3
"""million.py: makes a result folder of a million samples and prints what `fit`, `plot` and `report` take for it.

    python3 tests/analyse/million.py [--program build/attnscope] [--samples 1000000] [--cases 28571] [--folder DIR]

A made-up machine; times are 2 to 24 ns an edge and head, by kernel, and 5 % of seeded noise. Each command's CPU seconds, wall seconds and largest
resident size, the children's included, come from wait4; exit code 1 where a command takes more than 10 s or 1 GB.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import itertools
import json
import os
import random
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROCESSES, SECONDS, BYTES = 5, 10, 10**9
KERNELS = {"attention/flash": 2, "attention/tiles": 2.4, "attention/blas": 3, "attention/gather": 8, "attention/naive": 24}  # ns
WINDOWS = [0, 64, 128, 256, 512, 1024]  # 0: causal
WIDTHS, HEADS = [128, 256, 512, 768, 1024], [2, 4, 8, 16]


def cases(count):
    """As many as asked for: the same kernels, patterns, widths and heads, with as many lengths as that takes."""
    lengths = -(-count // (len(KERNELS) * len(WINDOWS) * len(WIDTHS) * len(HEADS)))
    shapes = itertools.product([int(64 * 2 ** (i / 6)) for i in range(lengths)], WIDTHS, HEADS, KERNELS, WINDOWS)
    for T, D, H, kernel, w in itertools.islice(shapes, count):
        pattern = f"window:w={w}" if w else "causal"
        w = min(w or T, T)
        key = f"{kernel}|{pattern}|T={T}:S={T}:D={D}:H={H}:Hkv={H}:B=1|f32|avx2|t1|warm"
        yield {"case": key, "kernel": kernel, "mechanism": "attention", "pattern": pattern, "isa": "avx2", "dtype": "f32",
               "batch": 1, "heads": H, "kv_heads": H, "length": T, "context": T, "width": D, "head_dim": D // H, "threads": 1,
               "cache": "warm", "edges": w * T - w * (w - 1) // 2, "flops_useful": 4 * D * (w * T - w * (w - 1) // 2),
               "flops_executed": 4 * D * w * T, "bytes_min": 16 * T * D, "memory_bytes": 20 * T * D, "error_max": "1e-7",
               "error_allowed": "1e-5", "declared": "edges", "status": "ok"}


def make(folder, samples, count):
    batches = max(1, samples // (PROCESSES * count))
    rng = random.Random(1)
    machine = {"cpu": "made up", "fingerprint": "0", "cpus": 1, "isas": ["avx2"], "fma_gflops": {"avx2": 1e9},
               "fma_gflops_all": {"avx2": 1e9}, "read_gbs": [300, 100, 30, 12], "cache_bytes": [32768, 1048576, 33554432]}
    with open(os.path.join(folder, "machine.json"), "w") as f:
        json.dump(machine, f)
    with open(os.path.join(folder, "config.yaml"), "w") as f:
        f.write("name: million\nshapes: {length: 64, width: 128, heads: 2}\nkernels: [attention/flash]\npatterns: [causal]\n")
    rows = list(cases(count))
    with open(os.path.join(folder, "cases.csv"), "w", newline="") as f:
        f.write(",".join(rows[0]) + "\r\n")
        f.writelines(",".join(map(str, r.values())) + "\r\n" for r in rows)
    with open(os.path.join(folder, "samples.csv"), "w", newline="") as f:
        f.write("case,process,batch,order,calls,wall_ns,cpu_ns,speed_index,minor_faults,context_switches,steal_ns\r\n")
        for process in range(PROCESSES):
            for order, r in enumerate(rng.sample(rows, len(rows))):
                own = 8 * KERNELS[r["kernel"]] * r["edges"] * r["heads"] * rng.uniform(0.95, 1.05)
                for batch in range(batches):
                    ns = own * rng.uniform(0.995, 1.005)
                    f.write(f"{r['case']},{process},{batch},{order},8,{ns:.9g},{ns * 0.999:.9g},{rng.uniform(79, 81):.6g},0,0,0\r\n")
    return len(rows) * PROCESSES * batches


def measure(program, command, folder):
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(program, [program, command, folder])
    _, status, usage = os.wait4(pid, 0)
    cpu, wall, rss = usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss * 1024
    print(f"{command:8} exit {os.waitstatus_to_exitcode(status)}  {cpu:6.2f} s CPU  {wall:6.2f} s wall  {rss / 1e6:7.1f} MB", flush=True)
    return status == 0 and cpu <= SECONDS and rss <= BYTES, cpu, wall


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=os.path.join(HERE, "..", "..", "build", "attnscope"))
    parser.add_argument("--samples", type=int, default=1000000)
    parser.add_argument("--cases", type=int, default=28571, help="among which the samples are shared out; 36 is a quick sweep")
    parser.add_argument("--folder", help="an empty or missing one; kept. Without it a temporary one is made and removed")
    parser.add_argument("--commands", default="fit,plot,report")
    o = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        folder = o.folder or own
        os.makedirs(folder, exist_ok=True)
        count = make(folder, o.samples, o.cases) if not os.listdir(folder) else "the folder's"
        print(f"{count} samples, samples.csv of {os.path.getsize(os.path.join(folder, 'samples.csv')) / 1e6:.0f} MB", flush=True)
        told = [measure(os.path.abspath(o.program), command, folder) for command in o.commands.split(",")]
    print(f"{'all':8}         {sum(t[1] for t in told):6.2f} s CPU  {sum(t[2] for t in told):6.2f} s wall")
    return 0 if all(t[0] for t in told) else 1


if __name__ == "__main__":
    sys.exit(main())
