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

    def __init__(self, heads, length, context, folder="."):
        self.heads, self.length, self.context = heads, length, context
        self.folder = folder  # where the paths of file: begin
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


def both(p):
    """Bidirectional, where a layout is published so."""
    assert p.get("sides", "causal") in ("causal", "both")
    return p.get("sides") == "both"


def term_window(g, p):
    if both(p):
        return abs(g.back) <= value(p["w"]) // 2
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


def term_global(g, p):
    n = value(p["g"])
    return (g.j < n) | (g.i < n) if both(p) else g.causal & (g.j < n)


def term_sink(g, p):
    return g.causal & (g.j < value(p["s"]))


def term_blockwindow(g, p):
    b, w = value(p["b"]), value(p["w"])
    back = g.i // b - g.j // b
    return abs(back) <= w // 2 if both(p) else g.causal & (back < w)


def term_strided(g, p):
    l = value(p["l"])
    return g.causal & ((g.back < l) | (g.back % l == 0))


def term_fixed(g, p):
    l, c = value(p["l"]), value(p["c"])
    own = g.i // l == g.j // l
    return g.causal & (own | (g.j % l >= l - c))


def term_file(g, path):
    mask = np.load(f"{g.folder}/{path}")
    assert mask.shape == (g.length, g.context)
    return mask != 0


def term_longnet(g, p):
    """Counts: a key in m branches counts m times. Shape (H, T, S)."""
    count = np.zeros((g.heads, g.length, g.context), int)
    for h in range(g.heads):
        for w, r in zip(integers(p["w"]), integers(p["r"])):
            offset = h % r
            if p.get("offsets") == "groups":  # contiguous groups of heads, as the published code has it
                heads = value(p["heads"])
                offset = h % heads // -(-heads // r)
            kept_i, kept_j = g.i % w % r == offset, g.j % w % r == offset
            count[h] += g.causal & kept_i & kept_j & (g.i // w == g.j // w)
    return count


TERMS = {
    "causal": ((), lambda g, p: g.causal),
    "full": ((), lambda g, p: np.ones((g.length, g.context), bool)),
    "window": (("w", "sides"), term_window),
    "dilated": (("r", "k"), term_dilated),
    "log": (("base",), term_log),
    "power": (("p",), term_power),
    "global": (("g", "sides"), term_global),
    "sink": (("s",), term_sink),
    "blockwindow": (("b", "w", "sides"), term_blockwindow),
    "strided": (("l",), term_strided),
    "fixed": (("l", "c"), term_fixed),
    "longnet": (("w", "r", "offsets", "heads"), term_longnet),
}


# ---- terms drawn by a seed: their laws

def law_random(g, p, mask):
    """min(r, t) distinct tokens of 1..t, or min(r, S) of 1..S; uniform."""
    r, among = value(p["r"]), np.full(g.length, g.context) if both(p) else g.i[:, 0] + 1
    assert not (mask & (g.j >= among[:, None])).any(), "random sees too far"
    assert (mask.sum(-1) == np.minimum(r, among)).all(), "random: not min(r,t) tokens in each row"
    head, row, key = np.nonzero(mask & (among >= 8 * r)[:, None])
    if key.size >= 100:
        where = (key + 0.5) / among[row]
        assert abs(where.mean() - 0.5) < 5 * 0.29 / np.sqrt(where.size), "random: not uniform over 1..t"


def block_table(g, b, two_sided, mask, what):
    """(query blocks, key blocks): which are there. Each must be whole or absent, cut by causality."""
    assert two_sided or not (mask & ~g.causal).any(), f"{what} sees the future"
    table = np.zeros((len(np.unique(g.i // b)), (g.context - 1) // b + 1), bool)
    for row, bi in enumerate(np.unique(g.i // b)):
        for bj in range(table.shape[1] if two_sided else bi + 1):
            inside = (g.i // b == bi) & (g.j // b == bj) & (g.causal | two_sided)
            seen = mask[:, inside]
            assert (seen == seen[:, :1]).all(), f"{what}: a block is neither whole nor absent"
            table[row, bj] = seen.all()
    return np.unique(g.i // b), table


def law_block(g, p, mask):
    """Blocks of b x b; the diagonal ones present, the others with the density's chance."""
    query, table = block_table(g, value(p["b"]), both(p), mask, "block")
    assert table[np.arange(len(query)), query].all(), "block: the diagonal is missing"
    density, column = float(p["density"]), np.arange(table.shape[1])
    drawn = table[(column != query[:, None]) & ((column < query[:, None]) | both(p))]
    if drawn.size >= 30:
        assert abs(drawn.mean() - density) < 5 * np.sqrt(0.25 / drawn.size), "block: not of that density"


def law_blockrandom(g, p, mask):
    """min(r, blocks up to the own) distinct blocks for each block of queries, or of all."""
    query, table = block_table(g, value(p["b"]), both(p), mask, "blockrandom")
    among = np.full(len(query), table.shape[1]) if both(p) else query + 1
    assert (table.sum(-1) == np.minimum(value(p["r"]), among)).all(), "blockrandom: not min(r, blocks) blocks"


DRAWN = {
    "random": (("r", "seed", "sides"), law_random),
    "block": (("b", "density", "seed", "sides"), law_block),
    "blockrandom": (("b", "r", "seed", "sides"), law_blockrandom),
}


# ---- published layouts, as the terms that they stand for

def layout_longformer(p):
    """Base model: a window of 512 (half on each side if bidirectional), a global token; r dilates the causal one."""
    w, g, r = p.get("w", "512"), value(p.get("g", "1")), value(p.get("r", "1"))
    sides = ",sides=both" if both(p) else ""
    near = f"window:w={w}{sides}" if r == 1 else f"dilated:r={r},k={w}"
    return near + (f"+global:g={g}{sides}" if g else "")


def layout_bigbird(p):
    """ITC: blocks of 64; 2 global, a window of 3, 3 random ones."""
    b, g, w, r = (value(p.get(key, usual)) for key, usual in (("b", "64"), ("g", "2"), ("w", "3"), ("r", "3")))
    sides = ",sides=both" if both(p) else ""
    return (f"blockwindow:b={b},w={w}{sides}" + (f"+global:g={g * b}{sides}" if g else "") +
            (f"+blockrandom:b={b},r={r},seed={p.get('seed', '0')}{sides}" if r else ""))


LAYOUTS = {
    "longformer": (("w", "g", "r", "sides"), layout_longformer),
    "bigbird": (("b", "g", "w", "r", "seed", "sides"), layout_bigbird),
}


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
