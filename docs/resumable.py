"""resumable.py: runs of attnscope that a limit of time may cut short and a later call goes on with, for the scripts of docs/.

SPDX-License-Identifier: Apache-2.0
"""
import json
import math
import os
import subprocess
import sys
import time


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


def machine(out):
    """One line on where `out` was measured."""
    with open(os.path.join(out, "machine.json")) as f:
        m = json.load(f)
    return f"{m['cpu']}, {m['cpus']} cpus, {m.get('hypervisor') or 'no'} hypervisor, {m['compiler']}; attnscope {m['commit']}"
