/* test_layer.c: what the parts of a layer and the whole of it obey, on every build of this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../sequence.h"

#include "kernels/layer/block.h"

static float *copy_of(const float *x, size_t n)
{
    float *copy = malloc(n * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, x, n * sizeof *copy);
    return copy;
}

/* --- projections
 * ------------------------------------------------------------------------------------------------------ */

/* Heads side by side through W_O, or a product per head, added: equal up to rounding, and not always to the bit. */
static void test_sum_of_heads(void **state)
{
    (void)state;
    const size_t T = 37, wide = 4 * 9 + 2 * 2 * 9;
    as_pattern *pattern = as_pattern_parse("causal", NULL);
    const as_entry *e;
    size_t from = 0, n, different = 0;
    while ((e = bench_build_f32("layer/projections", &from))) {
        as_bench a, b;
        assert_true(bench_open(&a, e->kernel, &(shape){2, 4, 2, T, T, 9, 1, {0}}, pattern, 1));
        assert_true(bench_open(&b, e->kernel, &(shape){2, 4, 2, T, T, 9, 2, {1}}, pattern, 1));
        as_bench_run_all(&a);
        as_bench_run_all(&b);
        const float *concat = sequence_out(&a, &n), *sum = sequence_out(&b, &n);
        assert_true(bench_distance(concat, sum, n) < 3e-6);
        different += memcmp(concat, sum, n * sizeof *sum) != 0;
        for (size_t row = 0; row < 2 * T; row++) /* q, k and v are the same either way */
            assert_memory_equal(concat + row * (wide + 36), sum + row * (wide + 36), wide * sizeof(float));
        as_bench_close(&a);
        as_bench_close(&b);
    }
    assert_true(different > 0);
    as_pattern_free(pattern);
}

/* --- RoPE
 * ------------------------------------------------------------------------------------------------------------- */

/* Turning keeps the length of every head, and leaves position 0 as it is. */
static void keeps_length(as_bench *b)
{
    const size_t T = b->problem.length, d = b->problem.head_dim, H = b->problem.heads, K = b->problem.kv_heads;
    size_t n;
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    for (size_t i = 0; i < n / d; i++) {
        const size_t t = i % T, h = i / T % (H + K), batch = i / T / (H + K);
        const float *x = h < H ? (const float *)b->data[0] + ((batch * H + h) * T + t) * d
                               : (const float *)b->data[1] + ((batch * K + h - H) * T + t) * d;
        double before = 0, after = 0;
        for (size_t c = 0; c < d; c++) {
            before += (double)x[c] * (double)x[c];
            after += (double)o[i * d + c] * (double)o[i * d + c];
        }
        assert_true(fabs(before - after) < 1e-5 * (1 + before));
        if (b->problem.context == T && t == 0)
            assert_memory_equal(x, o + i * d, d * sizeof *x);
    }
}

/* With the same q and the same k at every position, q_m . k_n depends on m - n alone. */
static void knows_distance(as_bench *b)
{
    const size_t T = b->problem.length, d = b->problem.head_dim;
    float *q = b->data[0], *k = b->data[1];
    size_t n;
    for (size_t t = 1; t < T; t++) {
        memcpy(q + t * d, q, d * sizeof *q);
        memcpy(k + t * d, k, d * sizeof *k);
    }
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n), *turned = o + T * d;
    double nearest = 0, apart = 0;
    for (size_t distance = 0; distance < T; distance++) {
        double first = 0;
        for (size_t at = 0; at + distance < T; at++) {
            double score = 0;
            for (size_t c = 0; c < d; c++)
                score += (double)o[(at + distance) * d + c] * (double)turned[at * d + c];
            first = at ? first : score;
            assert_true(fabs(score - first) < 2e-5 * (double)d);
        }
        nearest = distance ? nearest : first;
        apart = fmax(apart, fabs(first - nearest));
    }
    assert_true(apart > 0.1); /* and it does depend on it */
}

static void test_rope(void **state)
{
    (void)state;
    for (uint64_t split = 0; split < 2; split++) {
        sequence_each("layer/rope", &(shape){2, 4, 2, 21, 21, 10, 2, {split}}, "causal", keeps_length);
        sequence_each("layer/rope", &(shape){1, 1, 1, 5, 900, 40, 1, {split}}, "causal", keeps_length);
        sequence_each("layer/rope", &(shape){1, 1, 1, 40, 40, 34, 1, {split}}, "causal", knows_distance);
    }
    sequence_refuses("layer/rope", &(shape){1, 1, 1, 9, 9, 5, 1, {0}}, "causal", "even");
}

/* The two layouts are one up to the order of channels. */
static void test_rope_layouts(void **state)
{
    (void)state;
    const size_t d = 14, T = 11;
    as_pattern *pattern = as_pattern_parse("causal", NULL);
    const as_entry *e;
    size_t from = 0, n;
    while ((e = bench_build_f32("layer/rope", &from))) {
        as_bench a, b;
        assert_true(bench_open(&a, e->kernel, &(shape){1, 1, 1, T, T, d, 1, {0}}, pattern, 1));
        assert_true(bench_open(&b, e->kernel, &(shape){1, 1, 1, T, T, d, 1, {1}}, pattern, 1));
        for (int operand = 0; operand < 2; operand++)
            for (size_t i = 0; i < T * d; i++) {
                const size_t c = i % d, to = c % 2 * (d / 2) + c / 2;
                ((float *)b.data[operand])[i / d * d + to] = ((float *)a.data[operand])[i];
            }
        as_bench_run_all(&a);
        as_bench_run_all(&b);
        const float *interleaved = sequence_out(&a, &n), *split = sequence_out(&b, &n);
        for (size_t i = 0; i < n; i++)
            assert_true(fabsf(interleaved[i] - split[i / d * d + i % d % 2 * (d / 2) + i % d / 2]) < 1e-6f);
        as_bench_close(&a);
        as_bench_close(&b);
    }
    as_pattern_free(pattern);
}

/* --- norms
 * ------------------------------------------------------------------------------------------------------------ */

/* With gain 1: mean 0 and variance 1 (RMS: mean square 1). Scaling x does not matter, nor, for layer norm, adding to
 * it. */
static void normed(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem);
    const bool rms = b->problem.param[0];
    float *x = b->data[0], *gain = b->data[1];
    size_t n;
    for (size_t c = 0; c < D; c++)
        gain[c] = 1;
    for (size_t i = 0; i < b->problem.batch * b->problem.length * D; i++)
        x[i] *= 8;
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    for (size_t row = 0; row < n / D; row++) {
        double mean = 0, square = 0;
        for (size_t c = 0; c < D; c++) {
            mean += (double)o[row * D + c] / (double)D;
            square += (double)o[row * D + c] * (double)o[row * D + c] / (double)D;
        }
        assert_true(rms || fabs(mean) < 1e-6);
        assert_true(fabs(square - 1) < 1e-4);
    }
    float *before = copy_of(o, n);
    for (size_t i = 0; i < n; i++)
        x[i] = 4 * x[i] + (rms ? 0 : 3);
    as_bench_run_all(b);
    assert_true(bench_distance(before, o, n) < 1e-4); /* epsilon weighs less */
    free(before);
}

static void test_norm(void **state)
{
    (void)state;
    for (uint64_t rms = 0; rms < 2; rms++) {
        sequence_each("layer/norm", &(shape){2, 1, 1, 9, 9, 37, 2, {rms}}, "causal", normed);
        sequence_each("layer/norm", &(shape){1, 3, 3, 9, 9, 64, 1, {rms}}, "causal", normed);
    }
}

/* --- feed-forward
 * ------------------------------------------------------------------------------------------------------ */

/* SwiGLU is linear in its second half: twice the weights, twice the output. */
static void linear_half(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), ff = b->problem.param[0];
    size_t n;
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    float *before = copy_of(o, n), *w1 = b->data[1];
    for (size_t i = 0; i < D; i++)
        for (size_t c = ff; c < 2 * ff; c++)
            w1[i * 2 * ff + c] *= 2;
    as_bench_run_all(b);
    for (size_t i = 0; i < n; i++)
        assert_true(fabsf(2 * before[i] - o[i]) < 2e-6f);
    free(before);
}

/* gelu(x) - gelu(-x) = x: feeding x and -x and taking the difference leaves two plain projections. */
static void odd_part(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), ff = b->problem.param[0];
    size_t n;
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n), *w1 = b->data[1], *w2 = b->data[2];
    float *before = copy_of(o, n), *x = b->data[0];
    for (size_t i = 0; i < n; i++)
        x[i] = -x[i];
    as_bench_run_all(b);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t h = 0; h < ff; h++)
            for (size_t c = 0; c < D; c++)
                sum -= (double)x[i / D * D + c] * (double)w1[c * ff + h] * (double)w2[h * D + i % D];
        assert_true(fabs((double)before[i] - (double)o[i] - sum) < 1e-5);
    }
    free(before);
}

static void test_feed_forward(void **state)
{
    (void)state;
    sequence_each("layer/feed-forward", &(shape){2, 1, 1, 9, 9, 21, 2, {35, 1}}, "causal", linear_half);
    sequence_each("layer/feed-forward", &(shape){2, 1, 1, 9, 9, 21, 2, {35, 0}}, "causal", odd_part);
}

/* --- the whole layer
 * --------------------------------------------------------------------------------------------------- */

/* {ff, swiglu, rms, rope} */
static const shape blocks[] = {
    {1, 1, 1, 1, 1, 1, 1, {0, 0, 0, 0}},
    {2, 4, 2, 37, 37, 6, 2, {33, 1, 1, 2}},
    {1, 2, 2, 131, 131, 20, 1, {0, 0, 0, 1}},
};

static void identity(as_bench *b)
{
    size_t n;
    memset(b->data[AS_BLOCK_W_O], 0, as_operand_bytes(&b->operands[AS_BLOCK_W_O]));
    memset(b->data[AS_BLOCK_W2], 0, as_operand_bytes(&b->operands[AS_BLOCK_W2]));
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    assert_memory_equal(o, b->data[AS_BLOCK_X], n * sizeof *o);
}

/* Without W_O only the token-wise part is left: a token's output does not depend on where it stands. */
static void token_wise(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), T = b->problem.length;
    float *x = b->data[AS_BLOCK_X];
    size_t n;
    memset(b->data[AS_BLOCK_W_O], 0, as_operand_bytes(&b->operands[AS_BLOCK_W_O]));
    memcpy(x + (T - 1) * D, x, D * sizeof *x);
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    assert_true(bench_distance(o, o + (T - 1) * D, D) < 2e-6);
}

/* A token that sees itself alone takes its own value: the layer by its parts, from the kernels of the parts. */
static void by_its_parts(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), rows = b->problem.batch * b->problem.length;
    const size_t T = b->problem.length, H = b->problem.heads, K = b->problem.kv_heads, d = b->problem.head_dim,
                 wide = (H + 2 * K) * d;
    as_pattern *causal = as_pattern_parse("causal", NULL);
    as_bench norm, projections, mlp;
    size_t from = 0, n;
    shape s = {b->problem.batch, H, K, T, T, d, 1, {b->problem.param[AS_BLOCK_RMS]}};
    assert_true(bench_open(&norm, bench_build_f32("layer/norm", &from)->kernel, &s, causal, 1));
    s.param[0] = 0, from = 0;
    assert_true(bench_open(&projections, bench_build_f32("layer/projections", &from)->kernel, &s, causal, 1));
    s.param[0] = as_block_ff(&b->problem), s.param[1] = b->problem.param[AS_BLOCK_SWIGLU], from = 0;
    assert_true(bench_open(&mlp, bench_build_f32("layer/feed-forward", &from)->kernel, &s, causal, 1));
    memcpy(norm.data[0], b->data[AS_BLOCK_X], rows * D * sizeof(float));
    memcpy(norm.data[1], b->data[AS_BLOCK_GAIN], D * sizeof(float));
    as_bench_run_all(&norm);
    memcpy(projections.data[0], norm.data[2], rows * D * sizeof(float));
    memcpy(projections.data[2], b->data[AS_BLOCK_W_QKV], D * wide * sizeof(float));
    memcpy(projections.data[3], b->data[AS_BLOCK_W_O], D * D * sizeof(float));
    as_bench_run_all(&projections);
    const float *projected = projections.data[4];
    for (size_t i = 0; i < rows * H; i++) { /* a[b][h][t] = v of its key head */
        const size_t row = i / H, h = i % H;
        memcpy((float *)projections.data[1] + ((row / T * H + h) * T + row % T) * d,
               projected + row * (wide + D) + (H + K + h / (H / K)) * d, d * sizeof(float));
    }
    as_bench_run_all(&projections);
    float *y = malloc(rows * D * sizeof *y);
    for (size_t i = 0; i < rows * D; i++)
        y[i] = ((const float *)b->data[AS_BLOCK_X])[i] + projected[i / D * (wide + D) + wide + i % D];
    memcpy(norm.data[0], y, rows * D * sizeof(float));
    memcpy(norm.data[1], (const float *)b->data[AS_BLOCK_GAIN] + D, D * sizeof(float));
    as_bench_run_all(&norm);
    memcpy(mlp.data[0], norm.data[2], rows * D * sizeof(float));
    memcpy(mlp.data[1], b->data[AS_BLOCK_W1], as_operand_bytes(&b->operands[AS_BLOCK_W1]));
    memcpy(mlp.data[2], b->data[AS_BLOCK_W2], as_operand_bytes(&b->operands[AS_BLOCK_W2]));
    as_bench_run_all(&mlp);
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n), *more = mlp.data[3];
    for (size_t i = 0; i < n; i++)
        assert_true(fabsf(o[i] - y[i] - more[i]) < 1e-5f);
    free(y);
    as_bench_close(&norm);
    as_bench_close(&projections);
    as_bench_close(&mlp);
    as_pattern_free(causal);
}

static void test_block(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        sequence_each("layer/block", &blocks[i], "causal", identity);
        sequence_each("layer/block", &blocks[i], "sink:s=2+window:w=5", identity);
        sequence_each("layer/block", &blocks[i], "causal", token_wise);
        sequence_each("layer/block", &blocks[i], "window:w=1", by_its_parts);
        sequence_threads("layer/block", &blocks[i], "dilated:r=3,k=4");
    }
    sequence_causal("layer/block", &blocks[2], 77, 77);
    sequence_refuses("layer/block", &(shape){1, 1, 1, 9, 9, 5, 1, {0, 0, 0, 1}}, "causal", "even");
    sequence_refuses("layer/block", &(shape){1, 1, 1, 1, 9, 4, 1, {0, 0, 0, 0}}, "causal", "context");
}

static void test_threads(void **state)
{
    (void)state;
    sequence_threads("layer/projections", &(shape){2, 4, 2, 131, 131, 9, 1, {0}}, "causal");
    sequence_threads("layer/projections", &(shape){1, 4, 2, 1, 1, 33, 1, {1}}, "causal");
    sequence_threads("layer/feed-forward", &(shape){1, 1, 1, 3, 3, 70, 1, {0, 1}}, "causal");
    sequence_threads("layer/norm", &(shape){2, 4, 2, 131, 131, 9, 1, {0}}, "causal");
    sequence_threads("layer/rope", &(shape){2, 4, 2, 131, 131, 10, 1, {0}}, "causal");
}

/* --- work
 * -------------------------------------------------------------------------------------------------------------- */

/* What plain loops count, FLOP by FLOP. */
static void test_flops(void **state)
{
    (void)state;
    const size_t B = 2, T = 7, H = 4, K = 2, d = 6, D = H * d, ff = 10;
    uint64_t projected = 0, core = 0, gelu = 0, swiglu = 0, rope = 0, layer_norm = 0, rms_norm = 0;
    for (size_t row = 0; row < B * T; row++) {
        for (size_t from = 0; from < D; from++)
            for (size_t to = 0; to < D + 2 * K * d + D; to++)
                projected += 2;
        for (size_t h = 0; h < H; h++)
            for (size_t key = 0; key <= row % T; key++)
                for (size_t c = 0; c < d; c++)
                    core += 2 + 2;
        for (size_t c = 0; c < D; c++)
            for (size_t i = 0; i < ff; i++) {
                gelu += 2 + 2;
                swiglu += 2 + 2 + 2;
            }
        for (size_t h = 0; h < H + K; h++)
            for (size_t i = 0; i < d / 2; i++)
                rope += 4 + 2;
        for (size_t c = 0; c < D; c++) {
            layer_norm += 1 + 3 + 3; /* mean; from it, squared, added; from it, scaled, gained */
            rms_norm += 2 + 2;
        }
    }
    const shape s = {B, H, K, T, T, d, 1, {0}};
    shape with = s;
    assert_int_equal(core, 4 * d * (T * (T + 1) / 2) * H * B); /* 4 d E H B */
    sequence_flops("layer/projections", &s, "causal", projected);
    with.param[0] = 1;
    sequence_flops("layer/projections", &with, "causal", projected);
    sequence_flops("layer/rope", &with, "causal", rope);
    sequence_flops("layer/norm", &s, "causal", layer_norm);
    sequence_flops("layer/norm", &with, "causal", rms_norm);
    with.param[0] = ff;
    sequence_flops("layer/feed-forward", &with, "causal", gelu);
    with.param[1] = 1;
    sequence_flops("layer/feed-forward", &with, "causal", swiglu);
}

/* The published numbers: T = 1024, D = 512, Dff = 2048. A whole layer is the sum of its parts. */
static void test_golden(void **state)
{
    (void)state;
    const shape s = {1, 8, 8, 1024, 1024, 64, 1, {0, 0, 1, 2}}, plain = {1, 8, 8, 1024, 1024, 64, 1, {0}};
    const uint64_t norms = 2 * 4 * 1024 * 512, rope = 6 * 1024 * 512;
    sequence_flops("layer/projections", &plain, "causal", 2147483648u);
    sequence_flops("layer/feed-forward", &plain, "causal", 4294967296u);
    sequence_flops("layer/rope", &plain, "causal", rope);
    sequence_flops("layer/block", &s, "causal", 2147483648u + 1074790400u + 4294967296u + norms + rope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_of_heads), cmocka_unit_test(test_rope),         cmocka_unit_test(test_rope_layouts),
        cmocka_unit_test(test_norm),         cmocka_unit_test(test_feed_forward), cmocka_unit_test(test_block),
        cmocka_unit_test(test_threads),      cmocka_unit_test(test_flops),        cmocka_unit_test(test_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
