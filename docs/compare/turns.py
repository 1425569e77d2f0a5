"""Programs that are measured in turns, and what is to be said of the pairs of times.

SPDX-License-Identifier: Apache-2.0
"""
import math
import subprocess
import tempfile
import time

import numpy

SLICE = 0.015  # seconds of one turn, or one call of the slower side where that is longer
PAUSE = 0.002  # between turns, so that the other side's threads have stopped spinning


class Missing(Exception):
    """A side that cannot be had here, and why."""


class Side:
    """A living program that answers "N" on a line with "N SECONDS"."""

    def __init__(self, argv, env):
        self.errors = tempfile.TemporaryFile("w+")
        try:
            self.process = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=self.errors, text=True)
        except OSError as error:
            raise Missing(f"{argv[0]}: {error.strerror}") from None
        self.ready = self._line()[len("ready "):]

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            self.errors.seek(0)
            said = self.errors.read().strip().splitlines()
            raise Missing(said[-1] if said else f"ended with exit code {code} and said nothing")
        return line.strip()

    def turn(self, calls):
        """Seconds of one call, measured inside over `calls` of them."""
        time.sleep(PAUSE)
        try:
            print(calls, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # _line says why
        return float(self._line().split()[1]) / calls

    def finish(self):
        """Ends it in order; what it says at its end."""
        said, _ = self.process.communicate()
        if self.process.returncode:
            self.errors.seek(0)
            raise Missing((self.errors.read().strip().splitlines() or ["no reason given"])[-1])
        return said

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.errors):
            try:
                pipe.close()
            except BrokenPipeError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def calls_of(sides):
    """How many calls of each fill a slice, or last as long as the other's one; also warms up."""
    seconds = {side: min(side.turn(1), side.turn(1)) for side in sides}
    turn = max(SLICE, *seconds.values())
    return {side: max(1, round(turn / seconds[side])) for side in sides}


def alternate(ours, theirs, seconds, least, most):
    """Pairs (ours, theirs) of seconds per call, in the order A B, B A, A B, ..."""
    calls = calls_of((ours, theirs))
    pairs, start = [], time.monotonic()
    while len(pairs) < least or (len(pairs) < most and time.monotonic() - start < seconds):
        order = (ours, theirs) if len(pairs) % 2 == 0 else (theirs, ours)
        spent = {side: side.turn(calls[side]) for side in order}
        pairs.append((spent[ours], spent[theirs]))
    return pairs


def signed_rank_rank(n, confidence):
    """Of the n(n+1)/2 sorted Walsh averages: which, counted from 0 at either end, bounds the interval; exactly. With
    too few pairs for the confidence it is the outermost."""
    ways = numpy.ones(1)
    for rank in range(1, n + 1):
        grown = numpy.zeros(len(ways) + rank)
        grown[:len(ways)] += ways / 2
        grown[rank:] += ways / 2
        ways = grown
    below = numpy.cumsum(ways)
    return max(0, int(numpy.searchsorted(below, (1 - confidence) / 2, side="right")) - 1)


def hodges_lehmann(values, confidence=0.95):
    """The median of all pairwise means, and the interval that the signed-rank test gives around it."""
    values = numpy.asarray(values)
    rows, columns = numpy.triu_indices(len(values))
    walsh = numpy.sort((values[rows] + values[columns]) / 2)
    rank = signed_rank_rank(len(values), confidence)
    return float(numpy.median(walsh)), float(walsh[rank]), float(walsh[-1 - rank])
