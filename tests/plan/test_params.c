/* test_params.c: parameters in a kernel's name: canonical text, sweeps, errors with their place, and the build that
 * takes the problem. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/config/config.h"
#include "harness/plan/plan.h"
#include "kernels/api/kernel_name.h"

typedef struct {
    as_arena *arena;
    as_config config;
    as_target target;
    as_plan plan;
    as_err err;
} bench;

static bench *start(const char *yaml)
{
    char why[600];
    bench *b = calloc(1, sizeof *b);
    b->arena = as_arena_create();
    if (!as_registry_load(TEST_PLUGINS "/plugin_plan.so", why, sizeof why))
        fail_msg("%s", why);
    if (!as_config_parse("t.yaml", yaml, strlen(yaml), b->arena, &b->config, &b->err))
        fail_msg("%s", b->err.text);
    b->target = (as_target){.isas = AS_ISA_BIT(AS_SCALAR), .memory_bytes = (uint64_t)1 << 34, .cpus = 2, .gflops = 100};
    return b;
}

static bool build(bench *b) { return as_plan_build(&b->config, &b->target, b->arena, &b->plan, &b->err); }

static void must_build(bench *b)
{
    if (!build(b))
        fail_msg("%s", b->err.text);
}

static void end(bench *b)
{
    as_arena_free(b->arena);
    free(b);
}

static void is_skipped(const as_case *row, const char *with)
{
    assert_int_equal(row->status, AS_STATUS_SKIPPED);
    if (!strstr(row->reason, with))
        fail_msg("reason '%s' lacks '%s'", row->reason, with);
}

static void expect_kernels(const char *kernels, const char *const *texts)
{
    bench *b = start("shapes: {length: 4096}\nkernels: plan/fine\n");
    b->config.kernels = (as_texts){.values = &kernels, .count = 1};
    must_build(b);
    size_t count = 0;
    for (; texts[count]; count++) {
        assert_true(count < b->plan.count);
        assert_string_equal(b->plan.cases[count].row.kernel, texts[count]);
    }
    assert_int_equal(b->plan.count, count);
    end(b);
}

#define EXPECT(kernels, ...) expect_kernels(kernels, (const char *const[]){__VA_ARGS__, NULL})

static void canonical_and_swept(void **state)
{
    (void)state;
    EXPECT("plan/tuned", "plan/tuned");
    EXPECT("plan/tuned:m=64,seed=1", "plan/tuned");
    EXPECT("plan/tuned:seed=3,m=0032", "plan/tuned:m=32,seed=3");
    EXPECT("plan/tuned:m=1k", "plan/tuned:m=1024");
    EXPECT("plan/tuned:m=32/64/128,seed=1/2", "plan/tuned:m=32", "plan/tuned:m=32,seed=2", "plan/tuned",
           "plan/tuned:seed=2", "plan/tuned:m=128", "plan/tuned:m=128,seed=2");
    EXPECT("plan/tuned:m=64/64", "plan/tuned");
    /* A glob with parameters passes over kernels that lack one of them. */
    EXPECT("plan/*:m=16", "plan/tuned:m=16");
    EXPECT("plan/*:k=2/3", "plan/other:k=2", "plan/other:k=3");
}

static void the_row_has_them_all(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 128, width: 64, heads: 1}\nkernels: [\"plan/tuned:seed=7\", plan/fine]\n");
    must_build(b);
    const as_planned *c = &b->plan.cases[0];
    assert_string_equal(c->row.kernel, "plan/tuned:seed=7");
    assert_string_equal(c->row.params, "m=64,seed=7");
    assert_string_equal(c->row.mechanism, "plan");
    assert_string_equal(c->row.declared, "edges");
    assert_string_equal(c->row.case_, "plan/tuned:seed=7|causal|T=128:S=128:D=64:H=1:Hkv=1:B=1|f32|scalar|t1|warm");
    assert_int_equal(c->problem.param[0], 64);
    assert_int_equal(c->problem.param[1], 7);
    assert_null(b->plan.cases[1].row.params);
    end(b);
}

static void a_key_needs_no_quotes(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 128}\nkernels: [\"plan/tuned:m=2,seed=7\"]\n");
    must_build(b);
    const as_case *row = &b->plan.cases[0].row;
    assert_non_null(strstr(row->case_, "plan/tuned:m=2:seed=7|causal|"));
    assert_null(strpbrk(row->case_, ",\" ")); /* a key needs no quotes */
    end(b);
}

static void mistakes_have_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *kernel, *why;
    } rows[] = {
        {"plan/tuned:m=0", "m of plan/tuned is a whole number from 1 to 4096, not '0'"},
        {"plan/tuned:m=4097", "m of plan/tuned is a whole number from 1 to 4096, not '4097'"},
        {"plan/tuned:m=99999999999999999999999", "m of plan/tuned is a whole number from 1 to 4096"},
        {"plan/tuned:m=18014398509481984G", "m of plan/tuned is a whole number from 1 to 4096"},
        {"plan/tuned:m=-1", "m of plan/tuned is a whole number from 1 to 4096, not '-1'"},
        {"plan/tuned:m=6x", "m of plan/tuned is a whole number from 1 to 4096, not '6x'"},
        {"plan/tuned:m", "m of plan/tuned is a whole number from 1 to 4096"},
        {"plan/tuned:", "plan/tuned has no parameter '', it takes m, seed"},
        {"plan/tuned:m=1,m=2", "m is given twice to plan/tuned"},
        {"plan/tuned:n=1", "plan/tuned has no parameter 'n', it takes m, seed"},
        {"plan/tuned:m=1/", "the alternatives of m have a gap"},
        {"plan/fine:m=1", "plan/fine takes no parameters"},
        {"plan/*:z=1", "no kernel of these has a parameter 'z'"},
        {"plan/tune:m=1", "no kernel is called 'plan/tune': the nearest is plan/tuned"},
        {"plan/tuned:m=1/2/3/4/5/6/7/8,seed=1/2/3/4/5/6/7/8,m=1/2/3/4/5/6/7/8,seed=1/2/3/4/5/6/7/8/9",
         "multiply to more than 4096"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bench *b = start("shapes: {length: 128}\nkernels: [plan/fine, plan/ladder]\n");
        b->config.kernels.values[1] = rows[i].kernel;
        assert_false(build(b));
        assert_int_equal(b->err.code, AS_EXIT_USAGE);
        if (strncmp(b->err.text, "t.yaml:2:22: ", 13) || !strstr(b->err.text, rows[i].why))
            fail_msg("%s: '%s' lacks '%s'", rows[i].kernel, b->err.text, rows[i].why);
        end(b);
    }
}

/* What a value must be beside a shape is the kernel's to refuse. */
static void a_kernel_refuses_a_value(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: [16, 64]}\nkernels: [\"plan/tuned:m=17\"]\n");
    must_build(b);
    is_skipped(&b->plan.cases[0].row, "kernel: m=17 is more than T=16");
    assert_int_equal(b->plan.cases[1].row.status, AS_STATUS_PLANNED);
    end(b);
}

/* What the mechanisms refuse is a row of the plan, and so of cases.csv, with its reason. */
static void mechanisms_refuse_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *kernel, *pattern, *why;
    } rows[] = {
        {"content/topk:k=11", "causal", "k is 11"},
        {"content/pages:p=11", "causal", "p is 11"},
        {"content/lsh:m=11,buckets=2", "causal", "m is 11"},
        {"content/lsh:m=5,buckets=3", "causal", "do not divide"},
        {"convolution/gemm:k=11", "causal", "more than the 10 tokens"},
        {"convolution/gemm:k=4,padding=1", "full", "odd"},
        {"convolution/depthwise:stride=0", "causal", "stride=0"},
        {"mixing/mixer-token", "full", "D_S is not set"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bench *b = start("shapes: {length: 10, width: 8, heads: 1}\nkernels: plan/fine\npatterns: causal\n");
        b->config.kernels.values[0] = rows[i].kernel;
        b->config.patterns = as_config_one_pattern(b->arena, rows[i].pattern);
        must_build(b);
        assert_int_equal(b->plan.count, 1);
        is_skipped(&b->plan.cases[0].row, rows[i].why);
        end(b);
    }
}

/* The highest build that takes the problem: f32 falls to the rung below those that take bf16 only. */
static void the_best_build_that_takes_it(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 16, dtype: [f32, bf16]}\nkernels: plan/step\n");
    b->target.isas = AS_ISA_BIT(AS_SCALAR) | AS_ISA_BIT(AS_AVX2) | AS_ISA_BIT(AS_AVX512);
    must_build(b);
    assert_string_equal(b->plan.cases[0].row.isa, "avx2");
    assert_string_equal(b->plan.cases[1].row.isa, "avx512");
    assert_int_equal(b->plan.runnable, 2);
    b->target.isas = AS_ISA_BIT(AS_AVX512); /* none takes it: skipped with the reason of the highest */
    must_build(b);
    assert_string_equal(b->plan.cases[0].row.isa, "avx512");
    is_skipped(&b->plan.cases[0].row, "kernel: takes bf16 only");
    end(b);
}

static void choices_count_up(void **state)
{
    (void)state;
    char out[80], why[100];
    as_kernel_choice c;
    assert_true(as_kernel_choice_begin(&c, "x/*:a=1/2,b=3,c=4/5", 9, why, sizeof why));
    assert_int_equal(c.count, 4);
    static const char *const all[] = {"n:a=1,b=3,c=4", "n:a=1,b=3,c=5", "n:a=2,b=3,c=4", "n:a=2,b=3,c=5"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(as_kernel_choice_next(&c, "n", out, sizeof out));
        assert_string_equal(out, all[i]);
    }
    assert_false(as_kernel_choice_next(&c, "n", out, sizeof out));
    assert_true(as_kernel_choice_begin(&c, "x/y", 9, why, sizeof why));
    assert_true(as_kernel_choice_next(&c, "n", out, sizeof out));
    assert_string_equal(out, "n");
    assert_true(as_kernel_choice_begin(&c, "x/y:a=123456", 9, why, sizeof why));
    assert_false(as_kernel_choice_next(&c, "n", out, 8)); /* does not fit */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_and_swept),      cmocka_unit_test(the_row_has_them_all),
        cmocka_unit_test(a_key_needs_no_quotes),    cmocka_unit_test(mistakes_have_their_place),
        cmocka_unit_test(a_kernel_refuses_a_value), cmocka_unit_test(the_best_build_that_takes_it),
        cmocka_unit_test(choices_count_up),         cmocka_unit_test(mechanisms_refuse_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
