/* test_shapes.c: the shapes on which kernels are verified are complete problems, many and odd.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/verify/shapes.h"
#include "kernels/pattern/pattern.h"

typedef struct {
    size_t seen, bf16, decode, shared_heads, one_token, unions;
} counts;

static void count_problem(const as_problem *p, void *more)
{
    counts *c = more;
    assert_true(as_pattern_fits(p->pattern, p->length, p->context, NULL, 0));
    assert_int_equal(p->edges, as_pattern_edges_all(p->pattern, p->heads, p->length, p->context));
    assert_true(p->scale == (float)(1 / sqrt((double)p->head_dim)));
    assert_true(p->heads % p->kv_heads == 0 && p->threads > 0 && p->cache_bytes[0]);
    c->seen++;
    c->bf16 += p->dtype == AS_BF16;
    c->decode += p->length < p->context;
    c->shared_heads += p->kv_heads < p->heads;
    c->one_token += p->context == 1;
    c->unions += strchr(as_pattern_text(p->pattern), '+') != NULL;
}

static void every_kind_is_among_them(void **state)
{
    (void)state;
    counts c = {0};
    as_verify_each(count_problem, &c);
    assert_true(c.seen > 200);
    assert_int_equal(c.bf16 * 2, c.seen);
    assert_true(c.decode > 20 && c.shared_heads > 20 && c.one_token > 5 && c.unions > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_kind_is_among_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
