/* test_convolution.c: what convolutions over tokens obey, on every build of this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../sequence.h"

#include "kernels/convolution/convolution.h"

/* Widths that fill no vector, strides and dilations that leave the sequence on both sides. */
static const struct {
    shape s;
    const char *pattern;
} shapes[] = {
    {{1, 1, 1, 1, 1, 1, 1, {1, 1, 1, 0}}, "causal"},    {{1, 1, 1, 19, 19, 5, 1, {3, 1, 1, 0}}, "causal"},
    {{2, 3, 3, 13, 13, 3, 2, {4, 3, 2, 0}}, "causal"},  {{1, 1, 1, 17, 17, 17, 1, {5, 2, 1, 1}}, "full"},
    {{1, 2, 2, 23, 23, 9, 1, {3, 4, 3, 1}}, "full"},    {{2, 1, 1, 21, 21, 7, 1, {4, 2, 1, 2}}, "causal"},
    {{1, 1, 1, 30, 30, 33, 1, {2, 1, 4, 2}}, "causal"}, {{1, 1, 1, 40, 40, 48, 2, {40, 1, 1, 0}}, "causal"},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

/* --- a convolution is a banded Toeplitz matrix
 * ------------------------------------------------------------------------ */

/* The rows x T blocks of D x D that w (k,D,D) spells: block (t, u) is w[j] where t stride + j dilation - left = u. */
static double *toeplitz(const as_problem *p, const float *w, size_t *rows)
{
    const size_t D = as_problem_width(p), T = p->length;
    const long k = (long)p->param[0], dilation = (long)p->param[1], stride = (long)p->param[2];
    const long span = (k - 1) * dilation, left = p->param[3] == 0 ? span : p->param[3] == 1 ? span / 2 : 0;
    *rows = 0;
    for (long t = 0; t < (long)T; t += stride)
        *rows += p->param[3] != 2 || t + span < (long)T;
    double *m = calloc(*rows * D * T * D, sizeof *m);
    for (long t = 0; t < (long)*rows; t++)
        for (long j = 0; j < k; j++)
            for (size_t from = 0; from < D; from++)
                for (size_t to = 0; to < D; to++) {
                    const long u = t * stride + j * dilation - left;
                    if (u >= 0 && u < (long)T)
                        m[((size_t)t * D + to) * T * D + (size_t)u * D + from] +=
                            (double)w[((size_t)j * D + from) * D + to];
                }
    return m;
}

static void against_toeplitz(as_bench *b)
{
    size_t rows, n;
    const size_t in = b->problem.length * as_problem_width(&b->problem);
    double *m = toeplitz(&b->problem, b->data[1], &rows);
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    assert_int_equal(n, b->problem.batch * rows * as_problem_width(&b->problem));
    for (size_t i = 0; i < n; i++) {
        const size_t row = i % (n / b->problem.batch);
        const float *x = (const float *)b->data[0] + i / (n / b->problem.batch) * in;
        double sum = 0;
        for (size_t u = 0; u < in; u++)
            sum += m[row * in + u] * (double)x[u];
        assert_true(fabs(sum - (double)o[i]) < 2e-5);
    }
    free(m);
}

static void test_toeplitz(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        sequence_each("convolution/direct", &shapes[i].s, shapes[i].pattern, against_toeplitz);
        sequence_each("convolution/gemm", &shapes[i].s, shapes[i].pattern, against_toeplitz);
    }
}

/* Non-zero elements of the matrix of one channel: T k - k (k-1) / 2 where padding is causal. */
static void test_nonzeros(void **state)
{
    (void)state;
    const size_t T = 31, k = 6;
    float w[6];
    size_t rows, nonzero = 0;
    for (size_t j = 0; j < k; j++)
        w[j] = 1;
    const as_problem p = {
        .batch = 1, .heads = 1, .kv_heads = 1, .length = T, .context = T, .head_dim = 1, .param = {k, 1, 1, 0}};
    double *m = toeplitz(&p, w, &rows);
    for (size_t i = 0; i < T * T; i++)
        nonzero += m[i] != 0;
    free(m);
    assert_int_equal(nonzero, T * k - k * (k - 1) / 2);
}

/* --- depthwise is the diagonal case ----------------------------------------------------------------------------------
 */

static void against_direct(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), k = b->problem.param[0];
    const shape s = {b->problem.batch,
                     b->problem.heads,
                     b->problem.kv_heads,
                     b->problem.length,
                     b->problem.context,
                     b->problem.head_dim,
                     1,
                     {b->problem.param[0], b->problem.param[1], b->problem.param[2], b->problem.param[3]}};
    const float *w = b->data[1];
    size_t from = 0, n;
    as_bench full;
    assert_true(bench_open(&full, bench_build_f32("convolution/direct", &from)->kernel, &s, b->problem.pattern, 1));
    float *wide = full.data[1];
    memset(wide, 0, k * D * D * sizeof *wide);
    for (size_t j = 0; j < k; j++)
        for (size_t c = 0; c < D; c++)
            wide[(j * D + c) * D + c] = w[j * D + c];
    as_bench_run_all(b);
    as_bench_run_all(&full);
    const float *got = sequence_out(b, &n), *expected = sequence_out(&full, &n);
    assert_true(bench_distance(got, expected, n) < 1e-5);
    as_bench_close(&full);
}

static void test_depthwise(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++)
        sequence_each("convolution/depthwise", &shapes[i].s, shapes[i].pattern, against_direct);
}

/* --- dynamic weights -------------------------------------------------------------------------------------------------
 */

/* A token's weights sum to 1: where all taps lie inside, a constant sequence stays what it is. */
static void keeps_constant(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), span = (b->problem.param[0] - 1) * b->problem.param[1];
    float *x = b->data[0];
    size_t n;
    for (size_t i = 0; i < b->problem.batch * b->problem.length * D; i++)
        x[i] = 0.25f + (float)(i % D);
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    for (size_t i = 0; i < n; i++)
        if (i / D % b->problem.length >= span)
            assert_true(fabsf(o[i] - x[i % D]) < 2e-6f * (float)D);
}

/* Channels of a head share weights: the same sequence in two channels comes out the same. */
static void shares_weights(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), d = b->problem.head_dim;
    float *x = b->data[0];
    size_t n;
    for (size_t t = 0; t < b->problem.batch * b->problem.length; t++)
        x[t * D + d - 1] = x[t * D];
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    for (size_t t = 0; t < b->problem.batch * b->problem.length; t++)
        assert_true(fabsf(o[t * D + d - 1] - o[t * D]) < 1e-6f);
}

static void test_dynamic(void **state)
{
    (void)state;
    const shape some[] = {{2, 3, 3, 20, 20, 5, 2, {4, 1, 1, 0}}, {1, 2, 2, 33, 33, 20, 1, {7, 2, 1, 0}}};
    for (size_t i = 0; i < 2; i++) {
        sequence_each("convolution/dynamic", &some[i], "causal", keeps_constant);
        sequence_each("convolution/dynamic", &some[i], "causal", shares_weights);
    }
}

/* --- gates -----------------------------------------------------------------------------------------------------------
 */

/* A gate of zero weights is half open: glu is half of a convolution. */
static void half_open(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), k = b->problem.param[0];
    const shape s = {b->problem.batch,
                     b->problem.heads,
                     b->problem.kv_heads,
                     b->problem.length,
                     b->problem.context,
                     b->problem.head_dim,
                     1,
                     {b->problem.param[0], b->problem.param[1], b->problem.param[2], b->problem.param[3]}};
    float *w = b->data[1];
    size_t from = 0, n;
    as_bench full;
    assert_true(bench_open(&full, bench_build_f32("convolution/direct", &from)->kernel, &s, b->problem.pattern, 1));
    float *half = full.data[1];
    for (size_t i = 0; i < k * D; i++)
        for (size_t c = 0; c < D; c++) {
            half[i * D + c] = 0.5f * w[i * 2 * D + c];
            w[i * 2 * D + D + c] = 0;
        }
    as_bench_run_all(b);
    as_bench_run_all(&full);
    const float *got = sequence_out(b, &n), *expected = sequence_out(&full, &n);
    assert_true(bench_distance(got, expected, n) < 1e-5);
    as_bench_close(&full);
}

static void test_glu(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++)
        sequence_each("convolution/glu", &shapes[i].s, shapes[i].pattern, half_open);
}

/* --- WaveNet's reach -------------------------------------------------------------------------------------------------
 */

/* A token moved at `at` is felt from there on for 1 + (k-1) (1 + 2 + 4 + ...) tokens, and not by the next. */
static void felt_so_far(const shape *s, size_t reach)
{
    as_pattern *pattern = as_pattern_parse("causal", NULL);
    const size_t D = s->heads * s->head_dim, at = 3;
    const as_entry *e;
    size_t from = 0, n;
    while ((e = bench_build_f32("convolution/wavenet", &from))) {
        as_bench still, moved;
        assert_true(bench_open(&still, e->kernel, s, pattern, 1) && bench_open(&moved, e->kernel, s, pattern, 1));
        for (size_t c = 0; c < D; c++)
            ((float *)moved.data[0])[at * D + c] += 3;
        as_bench_run_all(&still);
        as_bench_run_all(&moved);
        const float *a = sequence_out(&still, &n), *b = sequence_out(&moved, &n);
        for (size_t t = 0; t < s->length; t++)
            assert_int_equal(memcmp(a + t * D, b + t * D, D * sizeof(float)) != 0, t >= at && t < at + reach);
        as_bench_close(&still);
        as_bench_close(&moved);
    }
    as_pattern_free(pattern);
}

static void test_wavenet_reach(void **state)
{
    (void)state;
    felt_so_far(&(shape){1, 1, 1, 60, 60, 12, 1, {2, 16}}, 1 + 31);
    felt_so_far(&(shape){1, 1, 1, 60, 60, 12, 1, {3, 8}}, 1 + 2 * 15);
    felt_so_far(&(shape){1, 1, 1, 20, 20, 12, 1, {1, 4}}, 1);
}

/* Zero weights on the way back leave x as it is. */
static void passes_through(as_bench *b)
{
    size_t n;
    memset(b->data[2], 0, as_operand_bytes(&b->operands[2]));
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    assert_memory_equal(o, b->data[0], n * sizeof(float));
}

static void test_wavenet_residual(void **state)
{
    (void)state;
    sequence_each("convolution/wavenet", &(shape){2, 1, 1, 20, 20, 9, 2, {2, 8}}, "causal", passes_through);
}

/* --- all of them -----------------------------------------------------------------------------------------------------
 */

static const char *const names[] = {"convolution/direct", "convolution/gemm", "convolution/depthwise",
                                    "convolution/dynamic", "convolution/glu"};
#define NAMES (sizeof names / sizeof *names)

static void test_causality(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        sequence_causal(names[i], &(shape){1, 2, 2, 50, 50, 10, 1, {4, 3, 1, 0}}, 20, 20);
        sequence_causal(names[i], &(shape){1, 2, 2, 50, 50, 10, 1, {4, 3, 2, 0}}, 20,
                        10); /* row 10 stands at token 20 */
        sequence_causal(names[i], &(shape){1, 2, 2, 50, 50, 10, 1, {4, 3, 1, 2}}, 20, 11); /* rows 9 tokens late */
    }
    sequence_causal("convolution/wavenet", &(shape){1, 2, 2, 50, 50, 10, 1, {2, 8}}, 20, 20);
}

static void test_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++)
        sequence_threads(names[i], &(shape){2, 2, 2, 131, 131, 33, 1, {3, 2, 1, 0}}, "causal");
    sequence_threads("convolution/wavenet", &(shape){2, 2, 2, 131, 131, 33, 1, {2, 4}}, "causal");
}

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        const char *n = names[i];
        sequence_refuses(n, &(shape){1, 1, 1, 9, 9, 4, 1, {0, 1, 1, 0}}, "causal", "k=0");
        sequence_refuses(n, &(shape){1, 1, 1, 9, 9, 4, 1, {3, 0, 1, 0}}, "causal", "dilation=0");
        sequence_refuses(n, &(shape){1, 1, 1, 9, 9, 4, 1, {3, 1, 0, 0}}, "causal", "stride=0");
        sequence_refuses(n, &(shape){1, 1, 1, 9, 9, 4, 1, {10, 1, 1, 0}}, "causal", "more than the 9 tokens");
        sequence_refuses(n, &(shape){1, 1, 1, 9, 9, 4, 1, {4, 1, 1, 1}}, "full", "odd");
        sequence_refuses(n, &(shape){1, 1, 1, 9, 9, 4, 1, {3, 5, 1, 2}}, "causal", "span 11");
        sequence_refuses(n, &(shape){1, 1, 1, 9, 9, 4, 1, {3, 1, 1, 1}}, "causal", "full only");
        sequence_refuses(n, &(shape){1, 1, 1, 9, 9, 4, 1, {3, 1, 1, 0}}, "window:w=4", "causal only");
        sequence_refuses(n, &(shape){1, 1, 1, 9, 12, 4, 1, {3, 1, 1, 0}}, "causal", "context");
    }
    sequence_refuses("convolution/wavenet", &(shape){1, 1, 1, 9, 9, 4, 1, {0, 4}}, "causal", "k=0");
    sequence_refuses("convolution/wavenet", &(shape){1, 1, 1, 9, 9, 4, 1, {2, 0}}, "causal", "dilation-max=0");
    sequence_refuses("convolution/wavenet", &(shape){1, 1, 1, 9, 9, 4, 1, {10, 1}}, "causal", "more than the 9 tokens");
}

/* Multiply-adds of plain loops over the padded sequence, two FLOPs each. */
static void test_flops(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPES; i++) {
        const shape *s = &shapes[i].s;
        const as_problem p = {.length = s->length, .param = {s->param[0], s->param[1], s->param[2], s->param[3]}};
        const size_t D = s->heads * s->head_dim, k = s->param[0];
        uint64_t dense = 0, channel = 0, weights = 0;
        for (size_t row = 0; row < s->batch * as_convolution_of(&p).rows; row++)
            for (size_t j = 0; j < k; j++) {
                for (size_t to = 0; to < D; to++, channel++)
                    for (size_t from = 0; from < D; from++)
                        dense++;
                for (size_t h = 0; h < s->heads; h++)
                    for (size_t c = 0; c < D; c++)
                        weights++;
            }
        sequence_flops("convolution/direct", s, shapes[i].pattern, 2 * dense);
        sequence_flops("convolution/gemm", s, shapes[i].pattern, 2 * dense);
        sequence_flops("convolution/glu", s, shapes[i].pattern, 4 * dense);
        sequence_flops("convolution/depthwise", s, shapes[i].pattern, 2 * channel);
        sequence_flops("convolution/dynamic", s, shapes[i].pattern, 2 * (channel + weights));
    }
    uint64_t wavenet = 0;
    for (size_t layer = 0; layer < 4; layer++) /* dilations 1, 2, 4, 8; T = 20, D = 9, k = 3 */
        for (size_t t = 0; t < 20; t++)
            for (size_t to = 0; to < 9; to++)
                for (size_t from = 0; from < 9; from++)
                    wavenet += 3 * 2 + 1; /* both halves of each tap, and the way back */
    sequence_flops("convolution/wavenet", &(shape){1, 1, 1, 20, 20, 9, 1, {3, 8}}, "causal", 2 * wavenet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_toeplitz),         cmocka_unit_test(test_nonzeros),  cmocka_unit_test(test_depthwise),
        cmocka_unit_test(test_dynamic),          cmocka_unit_test(test_glu),       cmocka_unit_test(test_wavenet_reach),
        cmocka_unit_test(test_wavenet_residual), cmocka_unit_test(test_causality), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_refusals),         cmocka_unit_test(test_flops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
