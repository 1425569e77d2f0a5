/* sequence.h: laws that hold for every kernel that turns a sequence x (B,T,D) into another: threads change nothing, the
 * future changes nothing, the model's FLOPs are those that a plain loop counts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_SEQUENCE_H
#define TEST_SEQUENCE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "bench.h"

/* Where a kernel's first output lies among its operands, and how many floats it has. */
static inline const float *sequence_out(const as_bench *b, size_t *n)
{
    *n = as_operand_bytes(&b->operands[b->out]) / sizeof(float);
    return b->data[b->out];
}

/* Every build of `name` on this machine is opened on the shape, filled from seed 1, and shown to `see`. */
static inline void sequence_each(const char *name, const shape *s, const char *text, void (*see)(as_bench *b))
{
    as_pattern *pattern = as_pattern_parse(text, NULL);
    const as_entry *e;
    size_t from = 0, seen = 0;
    while ((e = bench_build_f32(name, &from))) {
        as_bench b;
        assert_true(bench_open(&b, e->kernel, s, pattern, 1));
        see(&b);
        as_bench_close(&b);
        seen++;
    }
    assert_true(seen > 0);
    as_pattern_free(pattern);
}

/* Two threads give the same bits as one. */
static inline void sequence_threads(const char *name, const shape *s, const char *text)
{
    as_pattern *pattern = as_pattern_parse(text, NULL);
    const as_entry *e;
    size_t from = 0, n = 0;
    while ((e = bench_build_f32(name, &from))) {
        as_bench one, two;
        shape other = *s;
        other.threads = 2;
        assert_true(bench_open(&one, e->kernel, s, pattern, 1));
        assert_true(bench_open(&two, e->kernel, &other, pattern, 1));
        as_bench_run_all(&one);
        as_bench_run_all(&two);
        const float *a = sequence_out(&one, &n), *b = sequence_out(&two, &n);
        assert_memory_equal(a, b, n * sizeof(float));
        as_bench_close(&one);
        as_bench_close(&two);
    }
    as_pattern_free(pattern);
}

/* Changing x, operand 0, behind token `t` leaves output rows up to `row` as they were, bit by bit. One batch entry. */
static inline void sequence_causal(const char *name, const shape *s, size_t t, size_t row)
{
    as_pattern *pattern = as_pattern_parse("causal", NULL);
    const as_entry *e;
    size_t from = 0, n = 0;
    while ((e = bench_build_f32(name, &from))) {
        as_bench one, two;
        assert_true(bench_open(&one, e->kernel, s, pattern, 1));
        assert_true(bench_open(&two, e->kernel, s, pattern, 1));
        const size_t D = s->heads * s->head_dim;
        float *x = two.data[0];
        for (size_t i = (t + 1) * D; i < s->length * D; i++)
            x[i] = 17;
        as_bench_run_all(&one);
        as_bench_run_all(&two);
        const float *a = sequence_out(&one, &n), *b = sequence_out(&two, &n);
        assert_memory_equal(a, b, (row + 1) * D * sizeof(float));
        assert_memory_not_equal(a + (row + 1) * D, b + (row + 1) * D, D * sizeof(float));
        as_bench_close(&one);
        as_bench_close(&two);
    }
    as_pattern_free(pattern);
}

/* The kernel refuses, and its reason has `word` in it. */
static inline void sequence_refuses(const char *name, const shape *s, const char *text, const char *word)
{
    as_pattern *pattern = as_pattern_parse(text, NULL);
    const as_entry *e;
    size_t from = 0;
    while ((e = bench_build_f32(name, &from))) {
        char why[300] = "";
        const as_problem p = bench_problem(s, pattern);
        assert_true(e->kernel->refuse(&p, why, sizeof why));
        if (!strstr(why, word))
            fail_msg("%s: '%s' lacks '%s'", name, why, word);
    }
    as_pattern_free(pattern);
}

/* flops_useful of every build is `flops`, and flops_executed no less. */
static inline void sequence_flops(const char *name, const shape *s, const char *text, uint64_t flops)
{
    as_pattern *pattern = as_pattern_parse(text, NULL);
    const as_problem p = bench_problem(s, pattern);
    const as_entry *e;
    size_t from = 0;
    while ((e = bench_build_f32(name, &from))) {
        const as_work work = e->kernel->work(&p);
        if (work.flops_useful != flops)
            fail_msg("%s: %llu FLOPs by the model, %llu counted", name, (unsigned long long)work.flops_useful,
                     (unsigned long long)flops);
        assert_true(work.flops_executed >= flops);
        assert_true(e->isa != AS_SCALAR || work.flops_executed <= 4 * flops); /* blocks of 4 rows */
    }
    as_pattern_free(pattern);
}

#endif
