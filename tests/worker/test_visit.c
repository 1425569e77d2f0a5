/* test_visit.c: one visit with each kind of faulty kernel: one failed result, with a reason that helps, and nothing
 * else. SPDX-License-Identifier: Apache-2.0 The program is its own worker: as_run_visit executes /proc/self/exe with
 * the argument `worker`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/text.h"
#include "harness/worker/worker.h"

#define BATCHES 3
#define HALF_S 0.5

#if defined __has_feature
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

typedef struct {
    unsigned samples, counters;
    as_sample last;
    char unavailable[200];
    double faults; /* perf::PAGE-FAULTS */
} seen;

static void on_sample(seen *s, const as_sample *sample)
{
    assert_int_equal(sample->batch, s->samples);
    assert_true(sample->wall_ns > 0 && sample->cpu_ns >= 0 && sample->calls >= 1);
    assert_int_equal(s->samples && sample->calls != s->last.calls, 0); /* frozen */
    s->last = *sample;
    s->samples++;
}

static void on_counter(seen *s, const as_counter *counter)
{
    s->counters++;
    if (strcmp(counter->status, "ok"))
        snprintf(s->unavailable, sizeof s->unavailable, "%s", counter->status);
    assert_int_equal(strcmp(counter->status, "ok") == 0, !isnan(counter->value));
}

static bool on_record(void *state, const as_schema *schema, const void *record)
{
    if (schema == &as_sample_schema)
        on_sample(state, record);
    else if (schema == &as_counter_schema)
        on_counter(state, record);
    return true;
}

static int make_arena(void **state)
{
    *state = as_arena_create();
    return 0;
}

static int free_arena(void **state)
{
    as_arena_free(*state);
    return 0;
}

static as_case row_of(const char *kernel, uint64_t length)
{
    as_case row;
    as_record_clear(&as_case_schema, &row);
    row.case_ = kernel;
    row.kernel = kernel;
    row.mechanism = "attention";
    row.pattern = "causal";
    row.isa = "scalar";
    row.dtype = "f32";
    row.batch = 1;
    row.heads = row.kv_heads = length == 1 ? 1 : 2;
    row.length = row.context = length;
    row.head_dim = length == 1 ? 1 : 8;
    row.width = row.heads * row.head_dim;
    row.threads = 1;
    row.cache = "warm";
    row.status = AS_STATUS_PLANNED;
    return row;
}

static as_result visit_row(const as_case *row, const char *const *events, seen *s, as_arena *arena)
{
    static const char *const plugins[] = {TEST_PLUGINS "/plugin_faulty.so", TEST_PLUGINS "/plugin_null.so", NULL};
    const bool cold = !strcmp(row->cache, "cold");
    const as_measure measure = {.cold = cold, .batches = BATCHES, .case_timeout_s = 30, .memory_bytes = 256 << 20};
    as_measure shorter = measure;
    shorter.case_timeout_s = HALF_S;
    const as_visit visit = {.row = row,
                            .measure = strcmp(row->kernel, "attention/hang") ? &measure : &shorter,
                            .plugins = plugins,
                            .events = events,
                            .seed = 7,
                            .arena = arena};
    const as_sink sink = {on_record, s};
    as_result result;
    as_err err = {0};
    *s = (seen){0};
    assert_true(as_run_visit(&visit, &sink, &result, &err));
    return result;
}

static as_result visit(const char *kernel, seen *s, as_arena *arena)
{
    const as_case row = row_of(kernel, 17);
    return visit_row(&row, NULL, s, arena);
}

static void faults_are_named(void **state)
{
    static const struct {
        const char *kernel, *reason;
        bool may_sample;
    } rows[] = {
        {"attention/crash", "killed by SIGSEGV in its ", true},
        {"attention/abort_loudly",
         "killed by SIGABRT in its check: its last words: assertion ?[31mfailed?[0m: rows > 0", false},
        {"attention/hang", "timed out after 500 ms in its check", false},
        {"attention/overrun",
         "killed by SIGSEGV in its check: it touched memory past the end of its workspace of 40000", false},
        {"attention/underrun", "killed by SIGSEGV in its check: it touched memory before the start of its workspace",
         false},
        {"attention/spill", "it wrote beside its operand 'o'", false},
        {"attention/scribble", "killed by SIGSEGV in its check: it wrote to its input 'k'", false},
        {"attention/unwritten", "wrong before timing, so not timed: a NaN, or an element left unwritten, in row 16",
         false},
        {"attention/wrong", "wrong before timing, so not timed: error 0.25", false},
        {"attention/remember", "wrong after timing, on new inputs", true},
        {"attention/hungry", "it used a null pointer; memory asked for beyond the limit is refused", false},
        {"attention/leave", "ended by itself with exit code 0 in its check, without a result", false},
        {"attention/none", "no kernel 'attention/none'", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        seen s;
        if (SANITIZED && !strcmp(rows[i].kernel, "attention/hungry"))
            continue; /* a sanitizer's shadow memory leaves no room for a limit */
        const as_result r = visit(rows[i].kernel, &s, *state);
        if (strcmp(r.status, "failed") || !strstr(r.reason, rows[i].reason))
            fail_msg("%s: '%s' '%s', not '%s'", rows[i].kernel, r.status, r.reason, rows[i].reason);
        assert_int_equal(r.checked == 1, 0);
        if (!rows[i].may_sample)
            assert_int_equal(s.samples, 0);
    }
}

static void a_good_kernel_gives_all_samples(void **state)
{
    seen s;
    const as_result r = visit("attention/good", &s, *state);
    if (strcmp(r.status, "ok"))
        fail_msg("%s", r.reason);
    assert_int_equal(s.samples, BATCHES);
    assert_true(r.checked == 1 && r.error_max >= 0 && r.error_max <= r.error_allowed);
    assert_true(s.last.wall_ns >= 1e6); /* a batch lasts */
    assert_int_equal(r.workspace_peak_bytes, 0);
    assert_true(r.rss_peak_bytes > 1 << 20);
}

static void printing_does_not_reach_the_protocol(void **state)
{
    seen s;
    const as_result r = visit("attention/chatter", &s, *state);
    assert_string_equal(r.status, "ok");
    assert_int_equal(s.samples, BATCHES);
}

static void touched_workspace_is_counted_in_pages(void **state)
{
    seen s;
    const as_result r = visit("attention/sparse_workspace", &s, *state);
    assert_string_equal(r.status, "ok");
    assert_in_range(r.workspace_peak_bytes, 100, 16384);
}

static void a_cold_batch_is_one_call(void **state)
{
    as_case row = row_of("attention/good", 17);
    seen s;
    row.cache = "cold";
    const as_result r = visit_row(&row, NULL, &s, *state);
    assert_string_equal(r.status, "ok");
    assert_int_equal(s.samples, 3 * BATCHES);
    assert_int_equal(s.last.calls, 1);
}

static void the_null_kernel_shows_what_the_harness_adds(void **state)
{
    const as_case row = row_of("attention/null", 1);
    seen s;
    const as_result r = visit_row(&row, NULL, &s, *state);
    if (strcmp(r.status, "ok"))
        fail_msg("%s", r.reason);
    print_message("null kernel: %.2f ns per call\n", s.last.wall_ns / (double)s.last.calls);
    assert_true(s.last.calls > 100); /* a batch is full of them; how full depends on who else runs */
}

static void counters_are_values_or_reasons(void **state)
{
    static const char *const events[] = {"perf::TASK-CLOCK", "perf::NO-SUCH-EVENT", NULL};
    const as_case row = row_of("attention/good", 17);
    seen s;
    const as_result r = visit_row(&row, events, &s, *state);
    assert_string_equal(r.status, "ok");
    assert_true(s.counters >= 2);
    assert_non_null(strstr(s.unavailable, "unavailable: "));
}

static void an_interrupt_ends_a_visit_at_once(void **state)
{
    const volatile sig_atomic_t stop = 1;
    static const char *const plugins[] = {TEST_PLUGINS "/plugin_faulty.so", NULL};
    const as_measure measure = {.batches = BATCHES, .case_timeout_s = 60};
    const as_case row = row_of("attention/hang", 17);
    const as_visit v = {
        .row = &row, .measure = &measure, .plugins = plugins, .seed = 1, .arena = *state, .stop = &stop};
    as_result r;
    as_err err = {0};
    seen s = {0};
    assert_true(as_run_visit(&v, &(as_sink){on_record, &s}, &r, &err));
    assert_string_equal(r.status, "interrupted");
    assert_true(r.seconds < 20);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "worker"))
        return as_worker_main();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(faults_are_named, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(a_good_kernel_gives_all_samples, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(printing_does_not_reach_the_protocol, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(touched_workspace_is_counted_in_pages, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(a_cold_batch_is_one_call, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(the_null_kernel_shows_what_the_harness_adds, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(counters_are_values_or_reasons, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(an_interrupt_ends_a_visit_at_once, make_arena, free_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
