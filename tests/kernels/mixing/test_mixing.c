/* test_mixing.c: what mixing across tokens and across channels obeys, on every build of this machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../sequence.h"

#include "kernels/mixing/token.h"

/* {hidden or per, causal} */
static const struct {
    const char *name;
    shape s;
    const char *pattern;
} mixers[] = {
    {"mixing/mixer-token", {1, 1, 1, 1, 1, 1, 1, {1, 0}}, "full"},
    {"mixing/mixer-token", {2, 3, 3, 37, 37, 3, 1, {11, 0}}, "full"},
    {"mixing/mixer-token", {2, 1, 1, 37, 37, 33, 1, {11, 1}}, "causal"},
    {"mixing/mixer-token", {1, 1, 1, 19, 19, 5, 1, {100, 1}}, "causal"},
    {"mixing/mixer-token-growing", {1, 2, 2, 131, 131, 9, 1, {2, 0}}, "full"},
    {"mixing/mixer-token-growing", {1, 2, 2, 131, 131, 9, 1, {3, 1}}, "causal"},
};
#define MIXERS (sizeof mixers / sizeof *mixers)

static size_t units(const as_bench *b) { return b->operands[1].shape[0]; }

/* Where it is causal, hidden units stand in order from the first token on, and every token is told what it sees. */
static void test_places(void **state)
{
    (void)state;
    for (size_t T = 1; T < 40; T++)
        for (size_t D_S = 1; D_S < 60; D_S++) {
            assert_int_equal(as_mixer_place(T, D_S, 0), 0);
            for (size_t t = 0; t < T; t++) {
                size_t seen = 0;
                for (size_t i = 0; i < D_S; i++)
                    seen += as_mixer_place(T, D_S, i) <= t;
                assert_int_equal(as_mixer_seen(T, D_S, t), seen);
            }
        }
}

/* Equal channels come out equal: channels do not mix, and all are treated alike. */
static void channels_alike(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem);
    float *x = b->data[0];
    size_t n;
    for (size_t t = 0; t < b->problem.batch * b->problem.length; t++)
        x[t * D + D - 1] = x[t * D];
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    for (size_t t = 0; t < b->problem.batch * b->problem.length; t++)
        assert_true(fabsf(o[t * D + D - 1] - o[t * D]) < 1e-6f);
}

/* Permuting tokens together with W1's columns changes nothing: what is published sees a set of places. */
static void columns_permuted(as_bench *b)
{
    const size_t D = as_problem_width(&b->problem), T = b->problem.length, D_S = units(b);
    size_t n;
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    float *before = malloc(n * sizeof *before), *x = malloc(T * D * sizeof *x), *w = malloc(D_S * T * sizeof *w);
    memcpy(before, o, n * sizeof *before);
    for (size_t batch = 0; batch < b->problem.batch; batch++) {
        float *of = (float *)b->data[0] + batch * T * D;
        memcpy(x, of, T * D * sizeof *x);
        for (size_t t = 0; t < T; t++)
            memcpy(of + (T - 1 - t) * D, x + t * D, D * sizeof *x);
    }
    memcpy(w, b->data[1], D_S * T * sizeof *w);
    for (size_t i = 0; i < D_S; i++)
        for (size_t t = 0; t < T; t++)
            ((float *)b->data[1])[i * T + T - 1 - t] = w[i * T + t];
    as_bench_run_all(b);
    assert_true(bench_distance(before, o, n) < 5e-6);
    free(before);
    free(x);
    free(w);
}

/* What is stored above the triangles is not even read for its value. */
static void above_triangle(as_bench *b)
{
    const size_t T = b->problem.length, D_S = units(b);
    float *w1 = b->data[1], *w2 = b->data[2];
    size_t n;
    as_bench_run_all(b);
    const float *o = sequence_out(b, &n);
    float *before = malloc(n * sizeof *before);
    memcpy(before, o, n * sizeof *before);
    for (size_t i = 0; i < D_S; i++)
        for (size_t t = 0; t < T; t++) {
            const size_t place = i * T / D_S;
            if (t > place)
                w1[i * T + t] = NAN;
            if (t < place)
                w2[t * D_S + i] = NAN;
        }
    as_bench_run_all(b);
    assert_memory_equal(before, o, n * sizeof *before);
    free(before);
}

static void test_laws(void **state)
{
    (void)state;
    for (size_t i = 0; i < MIXERS; i++) {
        sequence_each(mixers[i].name, &mixers[i].s, mixers[i].pattern, channels_alike);
        sequence_each(mixers[i].name, &mixers[i].s, mixers[i].pattern,
                      mixers[i].s.param[1] ? above_triangle : columns_permuted);
        sequence_threads(mixers[i].name, &mixers[i].s, mixers[i].pattern);
    }
    sequence_threads("mixing/mixer-channel", &(shape){2, 2, 2, 131, 131, 9, 1, {40}}, "causal");
}

static void test_causality(void **state)
{
    (void)state;
    sequence_causal("mixing/mixer-token", &(shape){1, 1, 1, 50, 50, 20, 1, {50, 1}}, 20, 20);
    sequence_causal("mixing/mixer-token-growing", &(shape){1, 1, 1, 300, 300, 20, 1, {1, 1}}, 133, 133);
    sequence_causal("mixing/mixer-channel", &(shape){1, 1, 1, 50, 50, 20, 1, {7}}, 20, 20);
}

static void test_refusals(void **state)
{
    (void)state;
    sequence_refuses("mixing/mixer-token", &(shape){1, 1, 1, 9, 9, 4, 1, {0, 0}}, "full", "D_S is not set");
    sequence_refuses("mixing/mixer-token", &(shape){1, 1, 1, 9, 9, 4, 1, {4, 0}}, "causal", "full only");
    sequence_refuses("mixing/mixer-token", &(shape){1, 1, 1, 9, 9, 4, 1, {4, 1}}, "full", "causal only");
    sequence_refuses("mixing/mixer-token-growing", &(shape){1, 1, 1, 9, 9, 4, 1, {0, 0}}, "full", "per is 0");
    sequence_refuses("mixing/mixer-token-growing", &(shape){1, 1, 1, 9, 9, 4, 1, {10, 0}}, "full", "more than T");
    sequence_refuses("mixing/mixer-channel", &(shape){1, 1, 1, 9, 9, 4, 1, {10}}, "window:w=3", "causal only");
}

/* Multiply-adds of plain loops. */
static void test_flops(void **state)
{
    (void)state;
    for (size_t m = 0; m < MIXERS; m++) {
        const shape *s = &mixers[m].s;
        const size_t T = s->length, D = s->heads * s->head_dim;
        const size_t D_S = strstr(mixers[m].name, "growing") ? T / s->param[0] : s->param[0];
        uint64_t count = 0;
        for (size_t channel = 0; channel < s->batch * D; channel++)
            for (size_t i = 0; i < D_S; i++)
                for (size_t t = 0; t < T; t++) {
                    const size_t place = i * T / D_S;
                    count += !s->param[1] || t <= place; /* W1 */
                    count += !s->param[1] || t >= place; /* W2 */
                }
        sequence_flops(mixers[m].name, s, mixers[m].pattern, 2 * count);
    }
    uint64_t count = 0;
    for (size_t token = 0; token < 2 * 13; token++)
        for (size_t c = 0; c < 6; c++)
            for (size_t i = 0; i < 10; i++)
                count += 2;
    sequence_flops("mixing/mixer-channel", &(shape){2, 2, 2, 13, 13, 3, 1, {10}}, "causal", 2 * count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),   cmocka_unit_test(test_laws),  cmocka_unit_test(test_causality),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_flops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
