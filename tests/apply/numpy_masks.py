"""Which keys a query sees, written from the definitions in the literature alone: the other side of kernels/pattern/.
SPDX-License-Identifier: Apache-2.0

A mask is an integer array (H, T, S): how often query t of head h sees key j. Positions count from 0: query t stands at
i = S - T + t. Terms that are drawn by a hash of a seed (random, block) cannot be derived without it: `drawn(text)` must
give their boolean mask, which is then held against the laws that it has to obey.
"""
import numpy as np


def value(text):
    factors = {"k": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    if text[-1:] in factors:
        return int(text[:-1]) * factors[text[-1]]
    return int(text)


def integers(text):
    return [value(part) for part in text.split("/")]


class Grid:
    """Row and column numbers of one head's mask, and what a term may ask of them."""

    def __init__(self, heads, length, context):
        self.heads, self.length, self.context = heads, length, context
        self.i = np.arange(context - length, context)[:, None]
        self.j = np.arange(context)[None, :]
        self.back = self.i - self.j  # how far back the key lies; negative in the future
        self.causal = self.back >= 0

    def distances(self, wanted):
        return self.causal & np.isin(self.back, list(wanted))


def parameters(text, known):
    given = {}
    if text:
        for pair in text.split(","):
            key, _, val = pair.partition("=")
            assert key in known, f"parameter {key!r} is not known to this test"
            given[key] = val
    return given


def term_window(g, p):
    return g.causal & (g.back < value(p["w"]))


def term_dilated(g, p):
    r, k = value(p["r"]), value(p.get("k", "0"))
    hit = g.causal & (g.back % r == 0)
    return hit & (g.back < k * r) if k else hit


def term_log(g, p):
    base, wanted = value(p.get("base", "2")), {0}
    step = 1
    while step < g.context:
        wanted.add(step)
        step *= base
    return g.distances(wanted)


def term_power(g, p):
    wanted, n = {0}, 1
    while n ** value(p["p"]) < g.context:
        wanted.add(n ** value(p["p"]))
        n += 1
    return g.distances(wanted)


def term_prefix(g, p):
    return g.causal & (g.j < value(next(iter(p.values()))))


def term_strided(g, p):
    l = value(p["l"])
    return g.causal & ((g.back < l) | (g.back % l == 0))


def term_fixed(g, p):
    l, c = value(p["l"]), value(p["c"])
    own = g.i // l == g.j // l
    return g.causal & (own | (g.j % l >= l - c))


def term_file(g, path):
    mask = np.load(path)
    assert mask.shape == (g.length, g.context)
    return mask != 0


def term_longnet(g, p):
    """Counts: a key in m branches counts m times. Shape (H, T, S)."""
    count = np.zeros((g.heads, g.length, g.context), int)
    for h in range(g.heads):
        for w, r in zip(integers(p["w"]), integers(p["r"])):
            offset = h % r
            kept_i, kept_j = g.i % w % r == offset, g.j % w % r == offset
            count[h] += g.causal & kept_i & kept_j & (g.i // w == g.j // w)
    return count


TERMS = {
    "causal": ((), lambda g, p: g.causal),
    "full": ((), lambda g, p: np.ones((g.length, g.context), bool)),
    "window": (("w",), term_window),
    "dilated": (("r", "k"), term_dilated),
    "log": (("base",), term_log),
    "power": (("p",), term_power),
    "global": (("g",), term_prefix),
    "sink": (("s",), term_prefix),
    "strided": (("l",), term_strided),
    "fixed": (("l", "c"), term_fixed),
    "longnet": (("w", "r"), term_longnet),
}


# ---- terms drawn by a seed: their laws

def law_random(g, p, mask):
    """min(r, t) distinct tokens of 1..t, uniform."""
    r = value(p["r"])
    assert not (mask & ~g.causal).any(), "random sees the future"
    assert (mask.sum(-1) == np.minimum(r, g.i[:, 0] + 1)).all(), "random: not min(r,t) tokens in each row"
    late = mask[:, g.i[:, 0] >= 8 * r]
    if late.shape[1] >= 100:
        where = (np.nonzero(late)[2] + 0.5) / (g.i[g.i[:, 0] >= 8 * r, 0][np.nonzero(late)[1]] + 1)
        assert abs(where.mean() - 0.5) < 5 * 0.29 / np.sqrt(where.size), "random: not uniform over 1..t"


def law_block(g, p, mask):
    """Blocks of b x b, each whole or absent, cut by causality; the diagonal ones present."""
    b = value(p["b"])
    assert not (mask & ~g.causal).any(), "block sees the future"
    for bi in np.unique(g.i // b):
        for bj in range(bi + 1):
            inside = (g.i // b == bi) & (g.j // b == bj) & g.causal
            seen = mask[:, inside]
            assert (seen == seen[:, :1]).all(), "block: one is neither whole nor absent"
            assert bj < bi or seen.all(), "block: the diagonal is missing"


DRAWN = {"random": (("r", "seed"), law_random), "block": (("b", "density", "seed"), law_block)}

# ---- published layouts, as the terms that they stand for
LAYOUTS = {}


def term_mask(g, text, drawn):
    name, _, rest = text.partition(":")
    if name == "file":
        return np.broadcast_to(term_file(g, rest), (g.heads, g.length, g.context)).astype(int)
    if name in LAYOUTS:
        known, expand = LAYOUTS[name]
        return mask_of(g, expand(parameters(rest, known)), drawn)
    if name in DRAWN:
        known, law = DRAWN[name]
        mask = np.broadcast_to(drawn(text), (g.heads, g.length, g.context))
        law(g, parameters(rest, known), mask)
        return mask.astype(int)
    assert name in TERMS, f"pattern {name!r} is in the program's list and not known to this test: write its definition"
    known, rule = TERMS[name]
    return np.broadcast_to(rule(g, parameters(rest, known)), (g.heads, g.length, g.context)).astype(int)


def mask_of(g, text, drawn):
    """A + is set union; a pattern of one term keeps its counts."""
    masks = [term_mask(g, part, drawn) for part in text.split("+")]
    return masks[0] if len(masks) == 1 else (sum(masks) > 0).astype(int)
