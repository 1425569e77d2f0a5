/* ggml_side.c: ggml's flash_attn_ext on arrays from files, called on demand; compare.py compiles and drives it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * ggml_side f32|f16 THREADS HEADS T S D WINDOW Q K V OUT
 *
 * Q, K, V: raw float32, (H,T,d) and (H,S,d); K and V are stored as the type named first, before any timing. WINDOW 0 is
 * causal. OUT gets raw float32 (T,H,d), the order that ggml gives. Then "ready VERSION", and "N SECONDS" for each "N"
 * on a line. */
#include <math.h>

#include "ggml-cpu.h"
#include "ggml.h"

#include "side.h"

/* The float32 values of a file, as the tensor's own type. */
static void load(struct ggml_tensor *t, const char *path)
{
    const size_t n = (size_t)ggml_nelements(t);
    float *values = malloc(n * sizeof *values);
    check(values != NULL, "no memory", "ggml_side");
    read_file(path, values, n * sizeof *values);
    if (t->type == GGML_TYPE_F16)
        ggml_fp32_to_fp16_row(values, t->data, (int64_t)n);
    else
        memcpy(t->data, values, n * sizeof *values);
    free(values);
}

/* 0 where query t may see key s, -inf elsewhere; the last query stands at the last key. */
static void fill_mask(struct ggml_tensor *mask, int64_t T, int64_t S, int64_t window)
{
    const ggml_fp16_t seen = ggml_fp32_to_fp16(0), hidden = ggml_fp32_to_fp16(-INFINITY);
    for (int64_t t = 0; t < T; t++) {
        const int64_t last = S - T + t, first = window && last - window + 1 > 0 ? last - window + 1 : 0;
        ggml_fp16_t *row = (ggml_fp16_t *)((char *)mask->data + (size_t)t * mask->nb[1]);
        for (int64_t s = 0; s < S; s++)
            row[s] = s >= first && s <= last ? seen : hidden;
    }
}

struct work {
    struct ggml_cgraph *graph;
    struct ggml_cplan plan;
};

static void attend(void *work)
{
    struct work *w = work;
    check(ggml_graph_compute(w->graph, &w->plan) == GGML_STATUS_SUCCESS, "the graph failed", "ggml");
}

int main(int argc, char **argv)
{
    check(argc == 12, "wants f32|f16 THREADS HEADS T S D WINDOW Q K V OUT", "usage");
    const enum ggml_type type = strcmp(argv[1], "f16") ? GGML_TYPE_F32 : GGML_TYPE_F16;
    const int threads = (int)whole_number(argv[2]);
    const int64_t H = whole_number(argv[3]), T = whole_number(argv[4]), S = whole_number(argv[5]),
                  d = whole_number(argv[6]);
    const int64_t window = whole_number(argv[7]);
    const size_t room = (size_t)(4 * (2 * H * T * d + 2 * H * S * d) + 2 * T * S) + (1 << 20);
    ggml_cpu_init();
    struct ggml_context *ctx = ggml_init((struct ggml_init_params){.mem_size = room});
    check(ctx != NULL, "no memory", "ggml");

    struct ggml_tensor *q = ggml_new_tensor_3d(ctx, GGML_TYPE_F32, d, T, H);
    struct ggml_tensor *k = ggml_new_tensor_3d(ctx, type, d, S, H);
    struct ggml_tensor *v = ggml_new_tensor_3d(ctx, type, d, S, H);
    const bool masked = T > 1 || (window && window < S); /* a single query sees every key */
    struct ggml_tensor *mask = masked ? ggml_new_tensor_2d(ctx, GGML_TYPE_F16, S, T) : NULL;
    load(q, argv[8]);
    load(k, argv[9]);
    load(v, argv[10]);
    if (masked)
        fill_mask(mask, T, S, window);
    struct ggml_tensor *out = ggml_flash_attn_ext(ctx, q, k, v, mask, 1.0f / sqrtf((float)d), 0, 0);
    struct work w = {.graph = ggml_new_graph(ctx)};
    ggml_build_forward_expand(w.graph, out);
    w.plan = ggml_graph_plan(w.graph, threads, NULL);
    w.plan.work_data = malloc(w.plan.work_size + 1);
    check(w.plan.work_data != NULL, "no memory", "ggml");

    attend(&w);
    write_file(argv[11], out->data, ggml_nbytes(out));
    char version[128];
    snprintf(version, sizeof version, "ggml %s, avx2 %d, avx512 %d, avx512_bf16 %d", ggml_version(),
             ggml_cpu_has_avx2(), ggml_cpu_has_avx512(), ggml_cpu_has_avx512_bf16());
    answer_turns(version, attend, &w);
    free(w.plan.work_data);
    ggml_free(ctx);
    return 0;
}
