/* test_verifying.c: a right kernel passes, and each way of being wrong is found and named.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/model/problem.h"
#include "harness/verify/verify.h"

static const as_entry *right; /* attention/naive */
static float first_answer[64 * 64];
static bool answered;

static bool never_runs(const as_problem *p, char *why, size_t cap)
{
    (void)p;
    snprintf(why, cap, "not today");
    return true;
}

/* The right answer, but for its last element. */
static void one_element_off(const as_call *call)
{
    const as_problem *p = call->problem;
    right->kernel->phases[0].run(call);
    ((float *)call->operand[3])[p->batch * p->heads * p->length * p->head_dim - 1] += 0.5f;
}

/* The right answer to the first question, whatever is asked later. */
static void same_again(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t bytes = p->batch * p->heads * p->length * p->head_dim * sizeof(float);
    right->kernel->phases[0].run(call);
    if (!answered)
        memcpy(first_answer, call->operand[3], bytes);
    answered = true;
    memcpy(call->operand[3], first_answer, bytes);
}

static void leaves_a_hole(const as_call *call)
{
    const float before = *(float *)call->operand[3];
    right->kernel->phases[0].run(call);
    *(float *)call->operand[3] = before;
}

static void writes_beside(const as_call *call)
{
    right->kernel->phases[0].run(call);
    ((float *)call->operand[0])[-1] = 1;
}

static as_work too_little(const as_problem *p)
{
    as_work w = right->kernel->work(p);
    w.flops_executed = w.flops_useful - 1;
    return w;
}

static as_verification verify(const as_kernel *kernel)
{
    const as_problem sizes = {
        .batch = 1, .heads = 2, .kv_heads = 1, .length = 7, .context = 7, .head_dim = 24, .threads = 1};
    as_pattern *causal = as_pattern_parse("causal", NULL);
    const as_problem p = as_problem_complete(sizes, causal, NULL);
    const as_entry entry = {.kernel = kernel, .isa = AS_SCALAR};
    answered = false;
    const as_verification v = as_verify(&entry, &p, 1, 1e6, NULL);
    as_pattern_free(causal);
    return v;
}

static as_verification verify_run(void (*wrong)(const as_call *call))
{
    const as_phase phases[] = {{.name = "run", .run = wrong}, {0}};
    as_kernel kernel = *right->kernel;
    kernel.phases = phases;
    return verify(&kernel);
}

static void a_right_kernel_passes(void **state)
{
    (void)state;
    const as_verification v = verify(right->kernel);
    if (!v.ok)
        fail_msg("%s", v.why);
    assert_true(!v.refused && v.error_max <= v.error_allowed && v.error_max > 0);
    assert_int_equal(v.rows, 14);
    assert_int_equal(v.work.flops_useful, 4 * 24 * 2 * 28);
}

static void a_refusal_is_no_failure(void **state)
{
    (void)state;
    as_kernel kernel = *right->kernel;
    kernel.refuse = never_runs;
    const as_verification v = verify(&kernel);
    assert_true(v.refused && !v.ok);
    assert_string_equal(v.why, "not today");
}

static void is_bad(as_verification v, const char *with)
{
    assert_false(v.ok);
    if (!strstr(v.why, with))
        fail_msg("'%s' lacks '%s'", v.why, with);
}

static void each_fault_is_found(void **state)
{
    (void)state;
    is_bad(verify_run(one_element_off), "off by 0.5");
    is_bad(verify_run(one_element_off), "(batch 0, head 1, row 6)");
    is_bad(verify_run(same_again), "off by");
    is_bad(verify_run(leaves_a_hole), "off by inf");
    is_bad(verify_run(writes_beside), "it wrote beside its operand 'q'");
    as_kernel kernel = *right->kernel;
    kernel.work = too_little;
    is_bad(verify(&kernel), "fewer FLOPs than are useful");
    kernel = *right->kernel;
    kernel.name = "juggling/three";
    is_bad(verify(&kernel), "no oracle for the mechanism of juggling/three");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_kernel_passes),
        cmocka_unit_test(a_refusal_is_no_failure),
        cmocka_unit_test(each_fault_is_found),
    };
    right = as_registry_find("attention/naive", AS_ISA_BIT(AS_SCALAR));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
