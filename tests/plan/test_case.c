/* test_case.c: a case's row and key from its problem, and which reason it is skipped for when several would do.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/model/problem.h"
#include "harness/plan/internal.h"
#include "kernels/api/cpu.h"

#define PATTERN "sink:s=4+window:w=252,sides=both"

static const as_target roomy = {
    .isas = AS_ISA_BIT(AS_SCALAR), .memory_bytes = (uint64_t)1 << 34, .cpus = 4, .gflops = 10};
static const as_measure patient = {.processes = 5, .batches = 10, .case_timeout_s = 1e9, .memory_percent = 80};

/* `pattern` is the caller's. */
static as_planned make_case(const as_pattern *pattern, size_t length, int threads)
{
    as_planned c = {.entry = as_registry_find("attention/naive", AS_ISA_BIT(AS_SCALAR))};
    assert_non_null(c.entry);
    c.problem = as_problem_complete((as_problem){.batch = 1,
                                                 .heads = 2,
                                                 .kv_heads = 2,
                                                 .length = length,
                                                 .context = length,
                                                 .head_dim = 16,
                                                 .dtype = AS_F32,
                                                 .threads = threads},
                                    as_pattern_fits(pattern, length, length, NULL, 0) ? pattern : NULL, NULL);
    c.problem.pattern = pattern;
    return c;
}

static void row_and_key(void **state)
{
    (void)state;
    as_arena *arena = as_arena_create();
    as_pattern *pattern = as_pattern_parse("window:w=8+sink:s=4", NULL);
    as_planned c = make_case(pattern, 64, 3);
    as_case_fill(&c, as_pattern_text(pattern), true, arena);
    assert_string_equal(c.row.case_,
                        "attention/naive|sink:s=4+window:w=8|T=64:S=64:D=32:H=2:Hkv=2:B=1|f32|scalar|t3|cold");
    assert_string_equal(c.row.mechanism, "attention");
    assert_true(c.row.width == 32 && c.row.head_dim == 16 && c.row.threads == 3);
    assert_string_equal(c.row.cache, "cold");
    assert_null(c.row.params);
    as_case_fill(&c, PATTERN, false, arena); /* the key needs no quotes in CSV, the column has the pattern's own text */
    assert_string_equal(c.row.pattern, PATTERN);
    assert_null(strchr(c.row.case_, ','));
    assert_non_null(strstr(c.row.case_, "|sink:s=4+window:w=252:sides=both|"));
    as_pattern_free(pattern);
    as_arena_free(arena);
}

static void what_is_filled_in(void **state)
{
    (void)state;
    as_arena *arena = as_arena_create();
    as_pattern *pattern = as_pattern_parse("causal", NULL);
    as_planned c = make_case(pattern, 64, 1);
    as_case_fill(&c, "causal", false, arena);
    as_case_judge(&c, &patient, &roomy, arena);
    assert_int_equal(c.row.status, AS_STATUS_PLANNED);
    assert_null(c.row.reason);
    assert_int_equal(c.row.edges, 64 * 65 / 2); /* of a head */
    assert_int_equal(c.row.flops_useful, 4 * 16 * 2 * (64 * 65 / 2));
    assert_true(c.row.memory_bytes >= 4 * 64 * 32 * sizeof(float) && c.row.predicted_s > 0);
    as_pattern_free(pattern);
    as_arena_free(arena);
}

static void reasons(void **state)
{
    static const struct {
        int isas; /* 0: none */
        uint64_t memory_bytes;
        double timeout_s;
        size_t length;
        int threads;
        const char *pattern, *reason;
    } rows[] = {
        {0, 1, 1e-12, 64, 9, "log:base=2", "isa: needs scalar"}, /* the first reason of all, in this order */
        {1, 1, 1e-12, 64, 9, "log:base=2", "kernel: dense kernel"},
        {1, 1, 1e-12, 64, 9, "causal", "memory: needs"},
        {1, 1 << 30, 1e-12, 64, 9, "causal", "threads: asks for 9, 4 CPUs are usable here"},
        {1, 1 << 30, 1e-12, 64, 4, "causal", "raise measure.case_timeout or shorten T"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_arena *arena = as_arena_create();
        as_pattern *pattern = as_pattern_parse(rows[i].pattern, NULL);
        as_target target = roomy;
        as_measure measure = patient;
        if (!pattern)
            fail_msg("%s is no pattern", rows[i].pattern);
        as_planned c = make_case(pattern, rows[i].length, rows[i].threads);
        target.isas = rows[i].isas ? AS_ISA_BIT(AS_SCALAR) : 0;
        target.memory_bytes = rows[i].memory_bytes;
        measure.case_timeout_s = rows[i].timeout_s;
        as_case_fill(&c, rows[i].pattern, false, arena);
        as_case_judge(&c, &measure, &target, arena);
        assert_int_equal(c.row.status, AS_STATUS_SKIPPED);
        if (strncmp(c.row.reason, rows[i].reason, strlen(rows[i].reason)) && !strstr(c.row.reason, rows[i].reason))
            fail_msg("row %zu: %s", i, c.row.reason);
        as_pattern_free(pattern);
        as_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_and_key),
        cmocka_unit_test(what_is_filled_in),
        cmocka_unit_test(reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
