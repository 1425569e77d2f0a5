"""turns.py: two programs timed in turns, and the statistics of their pairs of times. Shared by targets.py and
rivals/compare.py.

SPDX-License-Identifier: Apache-2.0
"""
import statistics
import subprocess
import tempfile
import time

SLICE = 0.015  # seconds of one turn, or one call of the slower side when that is longer
PAUSE = 0.002  # between turns, so that the other side's threads have stopped spinning


class Missing(Exception):
    """A side that cannot run here, and the reason."""


class Side:
    """A resident program that answers the line "N" with "N SECONDS", the time of N calls."""

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
        """Seconds of one call, as the side itself measures over `calls` of them."""
        time.sleep(PAUSE)
        try:
            print(calls, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # _line gives the reason
        return float(self._line().split()[1]) / calls

    def finish(self):
        """Closes the side's input and returns its last output."""
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
    """The number of calls of each side that fills a turn; also warms both up."""
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
    """The index, from either end of the n(n+1)/2 sorted Walsh averages, that bounds the exact interval; 0, the outermost,
    when there are too few pairs for the confidence."""
    ways = [1.0]  # ways[w]: probability of a rank sum w
    for rank in range(1, n + 1):
        grown = [0.0] * (len(ways) + rank)
        for w, p in enumerate(ways):
            grown[w] += p / 2
            grown[w + rank] += p / 2
        ways = grown
    below, index = 0.0, 0
    for p in ways:
        below += p
        if below > (1 - confidence) / 2:
            break
        index += 1
    return max(0, index - 1)


def hodges_lehmann(values, confidence=0.95):
    """The median of all pairwise means, and the signed-rank interval around it."""
    walsh = sorted((a + b) / 2 for i, a in enumerate(values) for b in values[i:])
    rank = signed_rank_rank(len(values), confidence)
    return statistics.median(walsh), walsh[rank], walsh[-1 - rank]
