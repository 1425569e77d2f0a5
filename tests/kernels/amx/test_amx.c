/* test_amx.c: the kernels for AMX on a CPU that has none: tile/amx.h and each kernel that is built for it, run on a
 * model of the tile registers (amx_model.h) and held against the oracle. Skips itself where even AVX-512 and its
 * bfloat16 are missing: everything but the tiles is AVX-512 there. Says nothing about speed. SPDX-License-Identifier:
 * Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amx_laws.h"
#include "harness/verify/shapes.h"
#include "harness/verify/verify.h"
#include "kernels/api/cpu.h"
#include "kernels/api/kernel_name.h"
#include "kernels/common/bf16.h"
#include "kernels/common/random.h"
#include "kernels/pattern/pattern.h"

#if defined AMX_EMULATED

extern atomic_int amx_model_loads, amx_model_held; /* amx_model.h */
atomic_int amx_model_loads, amx_model_held;
extern atomic_long amx_model_products;
atomic_long amx_model_products;

extern const as_kernel as_kernel_attention_flash_amx_emulated, as_kernel_attention_tiles_amx_emulated,
    as_kernel_attention_residues_amx_emulated, as_kernel_attention_longnet_amx_emulated,
    as_kernel_layer_projections_amx_emulated, as_kernel_layer_feed_forward_amx_emulated,
    as_kernel_convolution_gemm_amx_emulated, as_kernel_mixing_mixer_channel_amx_emulated,
    as_kernel_kernelised_linear_chunked_amx_emulated;

static const as_kernel *const kernels[] = {
    &as_kernel_attention_flash_amx_emulated,           &as_kernel_attention_tiles_amx_emulated,
    &as_kernel_attention_residues_amx_emulated,        &as_kernel_attention_longnet_amx_emulated,
    &as_kernel_layer_projections_amx_emulated,         &as_kernel_layer_feed_forward_amx_emulated,
    &as_kernel_convolution_gemm_amx_emulated,          &as_kernel_mixing_mixer_channel_amx_emulated,
    &as_kernel_kernelised_linear_chunked_amx_emulated,
};
static const char f32_refused[] = "amx multiplies bf16; f32 runs on avx512";
#define KERNELS (sizeof kernels / sizeof *kernels)

/* A longer call says nothing that shorter ones do not. */
#define FLOPS_MAX 5e7

static bool here(void) { return (as_cpu_isas() & AS_ISA_BIT(AS_AVX512)) && __builtin_cpu_supports("avx512bf16"); }

static void need_avx512(void)
{
    if (here())
        return;
    print_message("skipped: this CPU lacks AVX-512 or AVX512-BF16, which do all but the products of tiles\n");
    skip();
}

static void law(bool (*holds)(char *why, size_t cap))
{
    char why[300] = "";
    need_avx512();
    if (!holds(why, sizeof why))
        fail_msg("%s", why);
    assert_int_equal(amx_model_held, 0);
}

static void test_model(void **state) { (void)state, law(amx_model_laws); }
static void test_product(void **state) { (void)state, law(amx_product_laws); }
static void test_pack(void **state) { (void)state, law(amx_pack_laws); }
static void test_weights(void **state) { (void)state, law(amx_weight_laws); }

typedef struct {
    size_t checked[KERNELS], refused, bad;
    as_truths *truths;
} tally;

static void check_problem(const as_problem *of, void *more)
{
    tally *t = more;
    for (size_t i = 0; i < KERNELS; i++) {
        const as_entry entry = {kernels[i], AS_AMX, NULL};
        as_problem usual = *of;
        const as_problem *p = &usual;
        as_kernel_params_usual(kernels[i], usual.param);
        char why[300] = "";
        if (p->dtype == AS_F32) {
            t->refused += kernels[i]->refuse(p, why, sizeof why) && !strcmp(why, f32_refused);
            continue;
        }
        if (kernels[i]->refuse(p, why, sizeof why) || (double)kernels[i]->work(p).flops_executed > FLOPS_MAX)
            continue;
        const int loads = amx_model_loads;
        const long products = amx_model_products;
        const as_verification v = as_verify(&entry, p, 1, 1e6, t->truths);
        const bool lone = p->length == 1 && amx_model_loads == loads; /* decode multiplies no tiles */
        /* as_verify runs a kernel twice */
        const uint64_t flops = (uint64_t)(amx_model_products - products) * 2 * 16 * 32 * 16 / 2,
                       said = kernels[i]->work(p).flops_executed;
        t->checked[i]++;
        if (v.ok && amx_model_held == 0 && (lone || (amx_model_loads > loads && flops == said)))
            continue;
        if (!lone && flops != said)
            print_message("%llu FLOPs executed, %llu said\n", (unsigned long long)flops, (unsigned long long)said);
        t->bad++;
        print_message("%s %s B=%zu,H=%zu,Hkv=%zu,T=%zu,S=%zu,d=%zu,t%d: %s; %d loads, %d threads hold tiles\n",
                      kernels[i]->name, as_pattern_text(p->pattern), p->batch, p->heads, p->kv_heads, p->length,
                      p->context, p->head_dim, p->threads, v.ok ? "agrees" : v.why, amx_model_loads - loads,
                      (int)amx_model_held);
    }
}

static void test_kernels(void **state)
{
    static const size_t least[KERNELS] = {40, 100, 20, 5, 5, 5, 5, 5, 5};
    tally t = {.truths = as_truths_create()};
    (void)state;
    need_avx512();
    as_verify_each(check_problem, &t);
    as_truths_free(t.truths);
    for (size_t i = 0; i < KERNELS; i++) {
        print_message("%s: %zu problems\n", kernels[i]->name, t.checked[i]);
        assert_true(t.checked[i] >= least[i]);
    }
    assert_int_equal(t.bad, 0);
    assert_true(t.refused > 400);
}

/* --- scores far apart, and operands that are no numbers ------------------------------------------------------------
 */

enum { FAR_T = 700, FAR_D = 40, FAR_N = FAR_T * FAR_D };

typedef struct {
    uint16_t x[3][FAR_N], o[FAR_N], clean[FAR_N]; /* q, k, v; outputs */
    as_problem p;
    const as_kernel *kernel;
} far_case;

static void far_run(far_case *f, uint16_t *o)
{
    void *operand[] = {f->x[0], f->x[1], f->x[2], o};
    const size_t bytes = (f->kernel->workspace(&f->p) + 63) / 64 * 64;
    void *workspace = aligned_alloc(64, bytes);
    assert_non_null(workspace);
    memset(workspace, 0xff, bytes);
    memset(o, 0xff, FAR_N * sizeof *o);
    const as_call call = {.problem = &f->p, .operand = operand, .workspace = workspace};
    f->kernel->phases[0].run(&call);
    free(workspace);
}

/* Outputs of row t in float64. */
static void far_truth(const far_case *f, size_t t, double *o)
{
    double weight[FAR_T], top = -INFINITY, sum = 0;
    as_run runs[8];
    const size_t n = as_pattern_row(f->p.pattern, (as_at){0, t, FAR_T}, runs);
    bool seen[FAR_T] = {false};
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < runs[i].count; j++)
            seen[runs[i].first + j * runs[i].step] = true;
    for (size_t j = 0; j < FAR_T; j++) {
        weight[j] = 0;
        for (size_t c = 0; seen[j] && c < FAR_D; c++)
            weight[j] += (double)as_bf16_float(f->x[0][t * FAR_D + c]) * (double)as_bf16_float(f->x[1][j * FAR_D + c]);
        weight[j] *= (double)f->p.scale;
        top = seen[j] && weight[j] > top ? weight[j] : top;
    }
    memset(o, 0, FAR_D * sizeof *o);
    for (size_t j = 0; j < FAR_T; j++) {
        const double w = seen[j] ? exp(weight[j] - top) : 0;
        sum += w;
        for (size_t c = 0; c < FAR_D; c++)
            o[c] += w * (double)as_bf16_float(f->x[2][j * FAR_D + c]);
    }
    for (size_t c = 0; c < FAR_D; c++)
        o[c] /= sum;
}

static void far_open(far_case *f, const char *pattern, float scale)
{
    uint64_t seed = 11;
    *f = (far_case){.kernel = kernels[1]}; /* attention/tiles */
    f->p = (as_problem){.batch = 1,
                        .heads = 1,
                        .kv_heads = 1,
                        .length = FAR_T,
                        .context = FAR_T,
                        .head_dim = FAR_D,
                        .dtype = AS_BF16,
                        .threads = 1,
                        .scale = scale,
                        .cache_bytes = {48 << 10, 2 << 20, 32 << 20}};
    f->p.pattern = as_pattern_parse(pattern, NULL);
    assert_non_null(f->p.pattern);
    for (size_t i = 0; i < 3 * FAR_N; i++)
        f->x[i / FAR_N][i % FAR_N] = as_bf16_round((float)(as_random_unit(as_random_next(&seed)) * 4 - 2));
}

/* Weights of 2^-8 relative error give outputs that are off by no more than that times the spread of the values (4), and
 * are rounded once more. */
static void test_far(void **state)
{
    static const char *const patterns[] = {"full", "causal", "window:w=40", "sink:s=2+window:w=9", "dilated:r=7"};
    static const float scales[] = {0, 0.001f, 1, 20, 300, -20, 1e4f};
    static far_case f;
    (void)state;
    need_avx512();
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (size_t j = 0; j < sizeof scales / sizeof *scales; j++) {
            far_open(&f, patterns[i], scales[j]);
            far_run(&f, f.o);
            for (size_t t = 0; t < FAR_T; t += t < 70 ? 1 : 23) {
                double truth[FAR_D];
                far_truth(&f, t, truth);
                for (size_t c = 0; c < FAR_D; c++)
                    if (!(fabs((double)as_bf16_float(f.o[t * FAR_D + c]) - truth[c]) <= 4 * 0x1p-8 + 2 * 0x1p-8))
                        fail_msg("%s, scale %g: row %zu, column %zu is %g, not %g", patterns[i], (double)scales[j], t,
                                 c, (double)as_bf16_float(f.o[t * FAR_D + c]), truth[c]);
            }
            as_pattern_free((as_pattern *)f.p.pattern);
        }
}

/* One NaN or infinity in a query makes its row NaN, in a key the rows that see it (an infinite score hides the key or
 * makes the row NaN, as its sign has it); all other rows are what they are without, bit by bit. */
static void test_no_numbers(void **state)
{
    static const uint16_t values[] = {0x7fc0, 0xffc0, 0x7f80, 0xff80};
    static far_case f;
    (void)state;
    need_avx512();
    far_open(&f, "window:w=90", 0.3f);
    far_run(&f, f.clean);
    for (size_t which = 0; which < 2; which++)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++)
            for (size_t at = 5; at < FAR_T; at += 231) {
                uint16_t *x = &f.x[which][at * FAR_D + 3], before = *x;
                *x = values[v];
                far_run(&f, f.o);
                *x = before;
                for (size_t t = 0; t < FAR_T; t++) {
                    const bool touched = which ? t >= at && t < at + 90 : t == at;
                    const float got = as_bf16_float(f.o[t * FAR_D]);
                    const bool same = !memcmp(f.o + t * FAR_D, f.clean + t * FAR_D, FAR_D * sizeof *f.o);
                    if (touched ? v < 2 && got == got : !same)
                        fail_msg("%x in row %zu of %c: row %zu is %g", values[v], at, "qk"[which], t, (double)got);
                    if (touched && v >= 2) { /* the sign of the other factor decides */
                        const uint16_t other = f.x[!which][(which ? t : at) * FAR_D + 3];
                        const bool above = which && (values[v] >> 15) == (other >> 15);
                        if (which && above != (got != got))
                            fail_msg("%x in row %zu of k: row %zu is %g", values[v], at, t, (double)got);
                    }
                }
            }
    as_pattern_free((as_pattern *)f.p.pattern);
}

/* What plan and apply rely on: a build that refuses f32 sends it to the next one, bf16 stays. */
static void test_registry(void **state)
{
    const uint32_t isas = AS_ISA_ALL & ~AS_ISA_BIT(AS_NEON);
    as_pattern_error error;
    char why[300];
    as_pattern *pattern = as_pattern_parse("causal", &error);
    as_problem p = {.batch = 1,
                    .heads = 1,
                    .kv_heads = 1,
                    .length = 8,
                    .context = 8,
                    .head_dim = 8,
                    .threads = 1,
                    .scale = 1,
                    .pattern = pattern};
    const as_entry *amx = as_registry_find("attention/flash", AS_ISA_BIT(AS_AMX));
    (void)state;
    if (amx) { /* the compiler knew AMX; nothing is run */
        p.dtype = AS_F32;
        const as_entry *f32 = as_registry_best("attention/flash", isas, &p, why, sizeof why);
        p.dtype = AS_BF16;
        const as_entry *bf16 = as_registry_best("attention/flash", isas, &p, why, sizeof why);
        assert_int_equal(f32->isa, AS_AVX512);
        assert_int_equal(bf16->isa, AS_AMX);
    }
    as_pattern_free(pattern);
    if (!amx)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model),   cmocka_unit_test(test_product),  cmocka_unit_test(test_pack),
        cmocka_unit_test(test_weights), cmocka_unit_test(test_far),      cmocka_unit_test(test_no_numbers),
        cmocka_unit_test(test_kernels), cmocka_unit_test(test_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    puts("skipped: AMX is emulated on AVX-512, which this build is not for");
    return 0;
}

#endif
