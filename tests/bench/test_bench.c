/* test_bench.c: the life of a kernel's arrays, with a kernel that copies v and one that does what it must not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/bench/bench.h"
#include "harness/model/problem.h"

enum { T = 5, D = 3, N = T * D };

/* What the kernel is to do wrong. */
static struct {
    bool beside_operand, beside_workspace, no_operands, overflow;
} fault;
static unsigned once_runs, runs;
static bool workspace_was_poisoned;

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const as_operand in = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, AS_F32, 1, 1, p->length, p->head_dim);
    out[0] = in;
    out[1] = in, out[1].name = "kept", out[1].role = AS_KEPT;
    out[2] = in, out[2].name = "o", out[2].role = AS_OUT;
    return fault.no_operands ? 0 : 3;
}

static size_t workspace(const as_problem *p) { return fault.overflow ? SIZE_MAX : p->length * sizeof(float); }

static void look_at_workspace(const as_call *call)
{
    float *w = call->workspace;
    workspace_was_poisoned = workspace_was_poisoned && isnan(w[0]) && isnan(w[T - 1]);
    w[0] = w[T - 1] = 0;
}

static void prepare(const as_call *call)
{
    once_runs++;
    look_at_workspace(call);
    memcpy(call->operand[1], call->operand[0], N * sizeof(float));
}

static void copy(const as_call *call)
{
    runs++;
    look_at_workspace(call);
    memcpy(call->operand[2], call->operand[1], N * sizeof(float));
    if (fault.beside_operand)
        ((float *)call->operand[2])[N] = 1;
    if (fault.beside_workspace)
        ((float *)call->workspace)[-1] = 1;
}

static const as_phase phases[] = {
    {.name = "prepare", .once = true, .run = prepare}, {.name = "copy", .run = copy}, {0}};
static const as_kernel copying = {.struct_size = sizeof(as_kernel),
                                  .abi = AS_KERNEL_ABI,
                                  .name = "nothing/copy",
                                  .operands = operands,
                                  .workspace = workspace,
                                  .phases = phases};

/* The oracle of the copy. */
static bool same(const as_problem *p, void *const *operand, as_oracle_row at, double *out)
{
    for (size_t c = 0; c < p->head_dim; c++)
        out[c] = (double)((const float *)operand[0])[at.row * D + c];
    return true;
}
static const as_oracle oracle = {.kernels = "nothing", .row = same};

static void open_copying(as_bench *b, unsigned flags)
{
    const as_problem sizes = {
        .batch = 1, .heads = 1, .kv_heads = 1, .length = T, .context = T, .head_dim = D, .threads = 1};
    const as_problem p = as_problem_complete(sizes, NULL, NULL);
    as_err err = {0};
    memset(&fault, 0, sizeof fault);
    once_runs = runs = 0;
    workspace_was_poisoned = true;
    as_bench_describe(b, &copying, &p);
    assert_null(b->oracle);
    assert_true(as_bench_allocate(b, flags, &err));
}

static void operands_are_described_and_found(void **state)
{
    (void)state;
    as_bench b;
    open_copying(&b, 0);
    assert_int_equal(b.count, 3);
    assert_int_equal(b.out, 2);
    assert_int_equal(b.workspace_bytes, T * sizeof(float));
    assert_int_equal(as_bench_operand(&b, "kept"), 1);
    assert_int_equal(as_bench_operand(&b, "q"), 3);
    assert_ptr_equal(b.call.problem, &b.problem);
    assert_ptr_equal(b.call.operand[2], b.buffers[2].data);
    as_bench_close(&b);
    assert_null(b.buffers[0].map);
}

static void inputs_are_filled_and_outputs_poisoned(void **state)
{
    (void)state;
    as_bench b;
    float wanted[N];
    open_copying(&b, 0);
    as_bench_fill(&b, 4);
    as_operand_fill(&b.operands[0], 4, wanted);
    assert_memory_equal(b.data[0], wanted, sizeof wanted);
    for (size_t i = 0; i < N; i++)
        assert_true(isnan(((float *)b.data[1])[i]) && isnan(((float *)b.data[2])[i]));
    b.lock_inputs = true;
    as_bench_fill(&b, 5);
    as_bench_fill(&b, 4); /* opens the lock by itself */
    assert_memory_equal(b.data[0], wanted, sizeof wanted);
    as_bench_close(&b);
}

static void phases_run_apart_and_on_poison(void **state)
{
    (void)state;
    as_bench b;
    open_copying(&b, 0);
    as_bench_fill(&b, 1);
    as_bench_run_all(&b);
    assert_true(workspace_was_poisoned);
    assert_true(once_runs == 1 && runs == 1);
    assert_memory_equal(b.data[2], b.data[0], N * sizeof(float));
    as_bench_run(&b, false);
    assert_false(workspace_was_poisoned); /* as the call before has left it */
    assert_true(once_runs == 1 && runs == 2);
    as_bench_evict(&b);
    assert_memory_equal(b.data[2], b.data[0], N * sizeof(float));
    as_bench_close(&b);
}

static void answers_are_compared_with_the_oracle(void **state)
{
    (void)state;
    as_bench b;
    as_oracle_verdict v;
    as_err err = {0};
    open_copying(&b, AS_BUFFER_AT_END);
    as_bench_fill(&b, 1);
    assert_false(as_bench_check(&b, 9, 1, &v, &err));
    assert_string_equal(err.text, "no oracle for the mechanism of nothing/copy");
    b.oracle = &oracle;
    assert_true(as_bench_check(&b, 9, 1, &v, &err));
    assert_true(isinf(v.error_max)); /* nothing has run */
    as_bench_run_all(&b);
    assert_true(as_bench_check(&b, 9, 1, &v, &err));
    assert_true(v.error_max == 0 && v.rows == T);
    ((float *)b.data[2])[N - 1] += 1;
    assert_true(as_bench_check(&b, 9, 1, &v, &err));
    assert_true(fabs(v.error_max - 1) < 1e-6 && v.worst.row == T - 1);
    as_bench_close(&b);
}

static void writing_beside_an_array_is_no_answer(void **state)
{
    (void)state;
    as_bench b;
    as_oracle_verdict v;
    as_err err = {0};
    open_copying(&b, 0);
    b.oracle = &oracle;
    as_bench_fill(&b, 1);
    fault.beside_operand = true;
    as_bench_run_all(&b);
    assert_false(as_bench_check(&b, 9, 1, &v, &err));
    assert_string_equal(err.text, "it wrote beside its operand 'o'");
    as_bench_close(&b);
    open_copying(&b, AS_BUFFER_AT_END);
    fault.beside_workspace = true;
    as_bench_run_all(&b);
    assert_false(as_bench_intact(&b, &err));
    assert_string_equal(err.text, "it wrote beside its workspace");
    assert_true(as_bench_allocate_workspace(&b, 2, 0, &err));
    assert_true(as_bench_intact(&b, &err)); /* the new one is whole */
    as_bench_close(&b);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    as_bench b;
    as_err err = {0};
    as_problem p = {.length = T, .head_dim = D};
    fault.no_operands = true;
    as_bench_describe(&b, &copying, &p);
    assert_false(as_bench_allocate(&b, 0, &err));
    assert_non_null(strstr(err.text, "breaks the contract of kernel.h"));
    as_bench_close(&b);
    fault.no_operands = false, fault.overflow = true;
    as_bench_describe(&b, &copying, &p);
    assert_false(as_bench_allocate(&b, 0, &err));
    assert_non_null(strstr(err.text, "sizes overflow"));
    as_bench_close(&b);
    fault.overflow = false, p.length = SIZE_MAX / 4;
    as_bench_describe(&b, &copying, &p);
    assert_false(as_bench_allocate(&b, 0, &err));
    assert_non_null(strstr(err.text, "no memory for operand 'x'"));
    as_bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_are_described_and_found),
        cmocka_unit_test(inputs_are_filled_and_outputs_poisoned),
        cmocka_unit_test(phases_run_apart_and_on_poison),
        cmocka_unit_test(answers_are_compared_with_the_oracle),
        cmocka_unit_test(writing_beside_an_array_is_no_answer),
        cmocka_unit_test(impossible_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
