"""torch_side.py: calls PyTorch's scaled_dot_product_attention on arrays from files, on demand. compare.py starts and drives it.

    torch_side.py f32|bf16 none|causal|bool|float|flex THREADS WINDOW Q K V OUT

Q, K, V are .npy files of shape (H,T,d) and (H,S,d): float32, or uint16 that hold bfloat16 bits. The second word selects the
mask: none (every key is visible), is_causal=True, a boolean or an additive attn_mask, or the block mask of a compiled
flex_attention. Masks are built and flex_attention is compiled before any timing. OUT receives float32 (H,T,d). Then the
program prints "ready VERSION", and answers each line "N" with "N SECONDS".

SPDX-License-Identifier: Apache-2.0
"""
import sys
import time

if len(sys.argv) != 9:
    print(__doc__.split("SPDX")[0].strip())
    sys.exit(0 if sys.argv[1:] in (["--help"], ["-h"]) else 2)
try:
    import numpy
    import torch
except ImportError as error:
    sys.exit(f"torch_side.py: {error.name} is missing: pip install torch numpy, or name another Python with --torch-python")


def tensor(path):
    values = torch.from_numpy(numpy.load(path)[None])
    return values.view(torch.bfloat16) if values.dtype == torch.uint16 else values


def visible(length, context, window):
    """True where query t may see key s; the last query is at the position of the last key."""
    t = torch.arange(context - length, context)[:, None]
    s = torch.arange(context)[None]
    return (s <= t) & (s > t - (window or context))


def flex(length, context, window):
    """flex_attention for the same mask; skips blocks that no query sees. Needs a C++ compiler."""
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention
    def sees(_batch, _head, query, key):
        t = query + (context - length)
        return (key <= t) & (key > t - (window or context))
    blocks = create_block_mask(sees, None, None, length, context, device="cpu")
    compiled = torch.compile(flex_attention)
    return lambda q, k, v: compiled(q, k, v, block_mask=blocks)


def main():
    dtype, how, threads, window = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    q, k, v = (tensor(path) for path in sys.argv[5:8])
    if q.dtype != {"f32": torch.float32, "bf16": torch.bfloat16}[dtype]:
        sys.exit(f"torch_side: {sys.argv[5]} is not {dtype}")
    mask = None
    if how in ("bool", "float"):
        mask = visible(q.shape[-2], k.shape[-2], window)
    if how == "float":
        mask = torch.zeros(mask.shape, dtype=q.dtype).masked_fill(~mask, float("-inf"))

    flexible = flex(q.shape[-2], k.shape[-2], window) if how == "flex" else None

    def call():
        if flexible:
            return flexible(q, k, v)
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=how == "causal")

    with torch.inference_mode():
        numpy.save(sys.argv[8], call()[0].float().numpy())
        capability = getattr(torch.backends.cpu, "get_cpu_capability", lambda: "unknown")()
        print(f"ready PyTorch {torch.__version__}, {capability}", flush=True)
        for line in sys.stdin:
            calls = int(line)
            start = time.perf_counter()
            for _ in range(calls):
                call()
            print(calls, time.perf_counter() - start, flush=True)


main()
