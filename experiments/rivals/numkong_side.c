/* numkong_side.c: NumKong's attention on tile registers (AMX) on arrays from files, called on demand; compare.py
 * compiles it against the user's NumKong and drives it. SPDX-License-Identifier: Apache-2.0
 *
 * numkong_side VERSION HEADS T S D Q K V OUT
 *
 * Q, K, V: raw bfloat16, (H,T,d) and (H,S,d). Every query sees every key: NumKong has no causal attention on tile
 * registers (nk_attention_causal_bf16_sapphireamx of 7.8 computes the full one). Each call packs keys and values anew.
 * OUT gets raw float32 (H,T,d). */
#include <math.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "numkong/types.h"

#include "numkong/attention/sapphireamx.h"

#include "side.h"

enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };

struct work {
    size_t heads, queries, keys, head_dim;
    float scale;
    nk_bf16_t *q, *k, *v;
    void *packed; /* keys and values in NumKong's order */
    float *out;
};

static size_t packed_bytes(const struct work *w)
{
    return nk_attention_kv_packed_size_sapphireamx(w->heads, w->head_dim, (w->keys + 31) / 32 * 32);
}

/* The fastest kernel of 7.8.6 that is right: nk_attention_bf16_amx_optimized_sapphireamx adds to sums that it has not
 * cleared, unless a head has 256 numbers. This one is wrong where 32 does not divide S. */
static void attend(void *work)
{
    const struct work *w = work;
    nk_attention_pack_k_sapphireamx(w->k, w->packed, w->heads, w->keys, w->head_dim);
    nk_attention_pack_v_sapphireamx(w->v, w->packed, w->heads, w->keys, w->head_dim);
    nk_attention_bf16_amx_bc32_sapphireamx(w->q, w->packed, w->out, w->heads, w->heads, w->queries, w->keys,
                                           w->head_dim, w->scale);
}

/* Zeroed, at the start of a cache line. */
static void *aligned_bytes(size_t bytes)
{
    void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
    check(p != NULL, "no memory", "numkong_side");
    return memset(p, 0, (bytes + 63) / 64 * 64);
}

static nk_bf16_t *read_bf16(const char *path, size_t count)
{
    nk_bf16_t *values = aligned_bytes(count * sizeof *values);
    read_file(path, values, count * sizeof *values);
    return values;
}

int main(int argc, char **argv)
{
    check(argc == 10, "wants VERSION HEADS T S D Q K V OUT", "numkong_side");
    check(syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0,
          "this CPU or its kernel has no tile registers (AMX), and NumKong's attention needs them", "numkong_side");
    struct work w = {.heads = (size_t)whole_number(argv[2]),
                     .queries = (size_t)whole_number(argv[3]),
                     .keys = (size_t)whole_number(argv[4]),
                     .head_dim = (size_t)whole_number(argv[5])};
    const size_t of_queries = w.heads * w.queries * w.head_dim, of_keys = w.heads * w.keys * w.head_dim;
    w.scale = 1.0f / sqrtf((float)w.head_dim);
    w.q = read_bf16(argv[6], of_queries);
    w.k = read_bf16(argv[7], of_keys);
    w.v = read_bf16(argv[8], of_keys);
    w.out = aligned_bytes(of_queries * sizeof *w.out);
    w.packed = aligned_bytes(packed_bytes(&w));

    attend(&w);
    write_file(argv[9], w.out, of_queries * sizeof *w.out);
    answer_turns(argv[1], attend, &w);
    return 0;
}
