/* ggml_side.c: ggml's flash_attn_ext on arrays from files, called on demand; compare.py compiles and drives it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * ggml_side f32|f16 THREADS HEADS T S D WINDOW Q K V OUT
 *
 * Q, K, V: raw float32, (H,T,d) and (H,S,d); K and V are stored as the type named first, before any timing. WINDOW 0 is
 * causal. OUT gets raw float32 (T,H,d), the order that ggml gives. Then "ready VERSION", and "N SECONDS" for each "N"
 * on a line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ggml-cpu.h"
#include "ggml.h"

static void check(bool ok, const char *what, const char *where)
{
    if (ok)
        return;
    fprintf(stderr, "ggml_side: %s: %s\n", where, what);
    exit(2);
}

static int64_t whole(const char *text)
{
    char *end;
    const long long value = strtoll(text, &end, 10);
    check(*text && !*end && value >= 0 && value <= 1 << 24, "not a whole number that makes sense here", text);
    return value;
}

/* The float32 values of a file, as the tensor's own type. */
static void load(struct ggml_tensor *t, const char *path)
{
    const size_t n = (size_t)ggml_nelements(t);
    float *values = malloc(n * sizeof *values);
    FILE *f = fopen(path, "rb");
    check(f && values && fread(values, sizeof *values, n, f) == n, "cannot be read", path);
    if (t->type == GGML_TYPE_F16)
        ggml_fp32_to_fp16_row(values, t->data, (int64_t)n);
    else
        memcpy(t->data, values, n * sizeof *values);
    fclose(f);
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

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double run(struct ggml_cgraph *graph, struct ggml_cplan *plan, int64_t calls)
{
    const double start = seconds();
    for (int64_t i = 0; i < calls; i++)
        check(ggml_graph_compute(graph, plan) == GGML_STATUS_SUCCESS, "the graph failed", "ggml");
    return seconds() - start;
}

static void take_turns(struct ggml_cgraph *graph, struct ggml_cplan *plan)
{
    char line[80];
    printf("ready ggml %s, avx2 %d, avx512 %d, avx512_bf16 %d\n", ggml_version(), ggml_cpu_has_avx2(),
           ggml_cpu_has_avx512(), ggml_cpu_has_avx512_bf16());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        const int64_t calls = whole(line);
        printf("%lld %.9f\n", (long long)calls, run(graph, plan, calls));
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    check(argc == 12, "wants f32|f16 THREADS HEADS T S D WINDOW Q K V OUT", "usage");
    const enum ggml_type type = strcmp(argv[1], "f16") ? GGML_TYPE_F32 : GGML_TYPE_F16;
    const int threads = (int)whole(argv[2]);
    const int64_t H = whole(argv[3]), T = whole(argv[4]), S = whole(argv[5]), d = whole(argv[6]);
    const int64_t window = whole(argv[7]);
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
    struct ggml_cgraph *graph = ggml_new_graph(ctx);
    ggml_build_forward_expand(graph, out);
    struct ggml_cplan plan = ggml_graph_plan(graph, threads, NULL);
    plan.work_data = malloc(plan.work_size + 1);
    check(plan.work_data != NULL, "no memory", "ggml");

    run(graph, &plan, 1);
    FILE *f = fopen(argv[11], "wb");
    check(f && fwrite(out->data, 1, ggml_nbytes(out), f) == ggml_nbytes(out) && fclose(f) == 0, "cannot be written",
          argv[11]);
    take_turns(graph, &plan);
    free(plan.work_data);
    ggml_free(ctx);
    return 0;
}
