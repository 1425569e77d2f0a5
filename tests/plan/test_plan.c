/* test_plan.c: the product of a config's lists, every refusal with its reason, selection, and the way back from a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/config/config.h"
#include "harness/model/problem.h"
#include "harness/plan/plan.h"
#include "kernels/api/cpu.h"

#define GIB ((uint64_t)1 << 30)

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
    b->target = (as_target){.isas = AS_ISA_BIT(AS_SCALAR), .memory_bytes = 16 * GIB, .cpus = 2, .gflops = 100};
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
    assert_non_null(row->reason);
    if (!strstr(row->reason, with))
        fail_msg("reason '%s' lacks '%s'", row->reason, with);
}

static void product_and_order(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: [64, 128], width: 128, heads: [1, 2], batch: [1, 3]}\n"
                     "kernels: [plan/fine, plan/ladder]\npatterns: [causal, full, \"window:w=8\"]\n");
    must_build(b);
    assert_int_equal(b->plan.count, 2 * 2 * 2 * 2 * 3);
    assert_int_equal(b->plan.runnable, b->plan.count);
    assert_string_equal(b->plan.cases[0].row.kernel, "plan/fine");
    assert_int_equal(b->plan.cases[0].row.length, 64);
    assert_int_equal(b->plan.cases[1].row.length, 128); /* length is innermost */
    assert_string_equal(b->plan.cases[b->plan.count - 1].row.kernel, "plan/ladder");
    for (size_t i = 0; i < b->plan.count; i++)
        for (size_t j = i + 1; j < b->plan.count; j++)
            assert_string_not_equal(b->plan.cases[i].row.case_, b->plan.cases[j].row.case_);
    end(b);
}

static void rows_are_filled(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 100, width: 96, heads: 4, kv_heads: 2, context: 200, batch: 3}\n"
                     "kernels: plan/fine\npatterns: \"window:w=7+sink:s=2\"\n");
    must_build(b);
    const as_planned *c = &b->plan.cases[0];
    assert_string_equal(c->row.mechanism, "plan");
    assert_string_equal(c->row.dtype, "f32");
    assert_string_equal(c->row.isa, "scalar");
    assert_string_equal(c->row.cache, "warm");
    assert_int_equal(c->row.head_dim, 24);
    assert_int_equal(c->row.context, 200);
    assert_int_equal(c->row.edges, 9 * 100);
    assert_int_equal(c->problem.edges, 4 * 9 * 100);
    assert_int_equal(c->row.flops_useful, 4ull * 24 * 9 * 100 * 4 * 3);
    assert_int_equal(c->row.memory_bytes, 2ull * 4 * 3 * 4 * 100 * 24);
    assert_true(fabs(c->problem.scale - 1 / sqrt(24.0)) < 1e-6);
    assert_true(c->row.predicted_s > 0);
    assert_string_equal(c->row.case_,
                        "plan/fine|sink:s=2+window:w=7|T=100:S=200:D=96:H=4:Hkv=2:B=3|f32|scalar|t1|warm");
    assert_null(strpbrk(c->row.case_, ",\" "));
    end(b);
}

static void keys_need_no_quotes(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 64}\nkernels: plan/fine\npatterns: \"dilated:r=4,k=8\"\n");
    must_build(b);
    assert_null(strchr(b->plan.cases[0].row.case_, ','));
    assert_non_null(strchr(b->plan.cases[0].row.pattern, ','));
    end(b);
}

static void every_refusal(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *reason;
    } rows[] = {
        {"shapes: {length: 64}\nkernels: plan/foreign\n", "needs amx"},
        {"shapes: {length: 64}\nkernels: plan/picky\n", "dislikes 8 heads"},
        {"shapes: {length: 64, context: 32}\nkernels: plan/fine\n", "pattern:"},
        {"shapes: {length: 64}\nkernels: plan/endless\n", "more bytes than can be counted"},
        {"shapes: {length: 256k, width: 64, heads: 1}\nkernels: plan/hungry\n", "needs 256 GiB, 12.0 GiB is allowed"},
        {"shapes: {length: 1k}\nkernels: plan/hungry\nmeasure: {memory: 1MiB}\n", "1.00 MiB is allowed: raise"},
        {"shapes: {length: 64, threads: 3}\nkernels: plan/fine\n", "asks for 3, 2 CPUs"},
        {"shapes: {length: 64}\nkernels: plan/slow\n", "60.0 s is allowed: raise measure.case_timeout"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bench *b = start(rows[i].yaml);
        must_build(b);
        assert_int_equal(b->plan.count, 1);
        assert_int_equal(b->plan.runnable, 0);
        is_skipped(&b->plan.cases[0].row, rows[i].reason);
        assert_true(b->plan.predicted_s == 0);
        end(b);
    }
}

/* The same refusals disappear when the machine is larger. */
static void a_larger_machine_runs_them(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: [256k, 64], width: 64, heads: 1, threads: [1, 3]}\nkernels: plan/hungry\n"
                     "measure: {case_timeout: 100h}\n");
    b->target.memory_bytes = 1024 * GIB;
    b->target.cpus = 3;
    must_build(b);
    assert_int_equal(b->plan.runnable, b->plan.count);
    end(b);
}

/* memory: an absolute size never allows more than there is. */
static void memory_is_bounded_by_what_is_free(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 64k, width: 64, heads: 1}\nkernels: plan/hungry\n"
                     "measure: {memory: 100GiB, case_timeout: 100h}\n");
    b->target.memory_bytes = 8 * GIB;
    must_build(b);
    is_skipped(&b->plan.cases[0].row, "8.00 GiB is allowed: shorten T");
    end(b);
}

static void naive_at_256k_is_skipped_for_memory(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 256k}\nkernels: attention/naive\n");
    must_build(b);
    is_skipped(&b->plan.cases[0].row, "memory: needs ");
    assert_int_not_equal(b->plan.cases[0].row.flops_useful, AS_NO_COUNT);
    end(b);
}

static void best_isa_among_the_allowed(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 64}\nkernels: plan/ladder\n");
    b->target.isas = AS_ISA_BIT(AS_SCALAR) | AS_ISA_BIT(AS_AVX2);
    must_build(b);
    assert_string_equal(b->plan.cases[0].row.isa, "avx2");
    assert_true(b->plan.cases[0].entry->isa == AS_AVX2);
    end(b);
}

static void overlapping_globs_count_once(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 64}\nkernels: [plan/fine, \"plan/f*\", \"plan/fin?\"]\n");
    must_build(b);
    assert_int_equal(b->plan.count, 2); /* fine, foreign */
    end(b);
}

static void unknown_kernels_name_the_nearest(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: 64}\nkernels:\n  - plan/fine\n  - plan/laddre\n");
    assert_false(build(b));
    assert_int_equal(b->err.code, AS_EXIT_USAGE);
    assert_non_null(strstr(b->err.text, "t.yaml:4:5"));
    assert_non_null(strstr(b->err.text, "plan/ladder"));
    end(b);
    b = start("shapes: {length: 64}\nkernels: \"nothing/*\"\n");
    assert_false(build(b));
    assert_non_null(strstr(b->err.text, "'nothing/*'"));
    end(b);
}

static const char *sweep = "shapes: {length: {from: 16, to: 1k, factor: 2}, heads: [1, 2]}\n"
                           "kernels: [plan/fine, plan/ladder]\npatterns: [causal, \"window:w=4\"]\n";

static void only_selects(void **state)
{
    (void)state;
    static const struct {
        const char *glob;
        size_t count;
    } rows[] = {{"*", 56},       {"plan/fine", 28}, {"plan/*", 56}, {"window*", 28},
                {"*|T=16:*", 8}, {"causal", 28},    {"*:H=1:*", 28}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bench *b = start(sweep);
        b->target.only = rows[i].glob;
        must_build(b);
        assert_int_equal(b->plan.count, rows[i].count);
        end(b);
    }
    bench *b = start(sweep);
    b->target.only = "attention/none";
    assert_false(build(b));
    assert_int_equal(b->err.code, AS_EXIT_USAGE);
    end(b);
}

/* Shards together are the whole, each case once. */
static void shards_partition(void **state)
{
    (void)state;
    bench *whole = start(sweep);
    must_build(whole);
    for (unsigned n = 1; n <= 5; n++) {
        size_t total = 0;
        for (unsigned i = 1; i <= n; i++) {
            bench *b = start(sweep);
            b->target.shard = i;
            b->target.shards = n;
            must_build(b);
            for (size_t c = 0; c < b->plan.count; c++)
                assert_string_equal(b->plan.cases[c].row.case_, whole->plan.cases[c * n + i - 1].row.case_);
            total += b->plan.count;
            end(b);
        }
        assert_int_equal(total, whole->plan.count);
    }
    end(whole);
    bench *b = start(sweep);
    b->target.shard = 60;
    b->target.shards = 60;
    assert_false(build(b));
    assert_non_null(strstr(b->err.text, "fewer shards"));
    end(b);
}

static void a_row_leads_back_to_what_was_planned(void **state)
{
    (void)state;
    bench *b = start("shapes: {length: [5, 64], width: 96, heads: 4, kv_heads: [same, 2], context: [64], batch: 2}\n"
                     "kernels: attention/gather\npatterns: [causal, \"sink:s=2+window:w=7\"]\n");
    must_build(b);
    for (size_t i = 0; i < b->plan.count; i++) {
        const as_planned *c = &b->plan.cases[i];
        as_resolved again;
        if (!as_resolve(&c->row, &again, &b->err))
            fail_msg("%s", b->err.text);
        assert_ptr_equal(again.kernel, c->entry->kernel);
        assert_int_equal(again.problem.edges, c->problem.edges);
        assert_int_equal(again.problem.head_dim, c->problem.head_dim);
        assert_int_equal(again.problem.kv_heads, c->problem.kv_heads);
        assert_true(again.problem.scale == c->problem.scale);
        assert_string_equal(as_pattern_text(again.problem.pattern), c->row.pattern);
        as_resolved_free(&again);
    }
    end(b);
}

/* More work is never predicted to take less time. */
static void prediction_is_monotone(void **state)
{
    (void)state;
    bench *b =
        start("shapes: {length: {from: 1, to: 8k, factor: 2}}\nkernels: plan/fine\nmeasure: {case_timeout: 10h}\n");
    must_build(b);
    for (size_t i = 1; i < b->plan.count; i++)
        assert_true(b->plan.cases[i].row.predicted_s >= b->plan.cases[i - 1].row.predicted_s);
    double slow = b->plan.cases[b->plan.count - 1].row.predicted_s;
    b->target.gflops = 200;
    must_build(b);
    assert_true(b->plan.cases[b->plan.count - 1].row.predicted_s < slow);
    end(b);
}

/* quick stays under a minute on a machine like most; the other sweeps can be planned, too, and measure something. */
static void shipped_configs_can_be_planned(void **state)
{
    (void)state;
    static const char *const names[] = {
        "quick",      "scaling-length", "scaling-width", "scaling-heads", "scaling-sparsity",
        "mechanisms", "layer",          "decode",        "convolution",   "longnet"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bench *b = start("shapes: {length: 1}\nkernels: plan/fine\n");
        const char *path = as_arena_printf(b->arena, "%s/configs/%s.yaml", TEST_SOURCE, names[i]);
        if (!as_config_read(path, b->arena, &b->config, &b->err))
            fail_msg("%s", b->err.text);
        assert_string_equal(b->config.name, names[i]);
        assert_true(strlen(b->config.about) > 0);
        b->target.isas = as_cpu_isas();
        must_build(b);
        assert_true(b->plan.runnable >= 10);
        if (!(b->plan.predicted_s < (i ? b->config.measure.budget_s : 60)))
            fail_msg("%s is predicted to take %.0f s", names[i], b->plan.predicted_s);
        end(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(product_and_order),
        cmocka_unit_test(rows_are_filled),
        cmocka_unit_test(keys_need_no_quotes),
        cmocka_unit_test(every_refusal),
        cmocka_unit_test(a_larger_machine_runs_them),
        cmocka_unit_test(memory_is_bounded_by_what_is_free),
        cmocka_unit_test(naive_at_256k_is_skipped_for_memory),
        cmocka_unit_test(best_isa_among_the_allowed),
        cmocka_unit_test(overlapping_globs_count_once),
        cmocka_unit_test(unknown_kernels_name_the_nearest),
        cmocka_unit_test(only_selects),
        cmocka_unit_test(shards_partition),
        cmocka_unit_test(a_row_leads_back_to_what_was_planned),
        cmocka_unit_test(prediction_is_monotone),
        cmocka_unit_test(shipped_configs_can_be_planned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
