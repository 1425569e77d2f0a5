/* test_visit.c: one visit with each kind of faulty kernel: one failed result, with a reason that helps, and nothing
 * else. SPDX-License-Identifier: Apache-2.0 The program is its own worker: as_run_visit executes /proc/self/exe with
 * the argument `worker`. */
#include <setjmp.h>
#include <stdarg.h>
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

static bool on_sample(void *state, const as_sample *sample)
{
    seen *s = state;
    assert_int_equal(sample->batch, s->samples);
    assert_true(sample->wall_ns > 0 && sample->cpu_ns >= 0 && sample->calls >= 1);
    assert_int_equal(s->samples && sample->calls != s->last.calls, 0); /* frozen */
    s->last = *sample;
    s->samples++;
    return true;
}

static bool on_counter(void *state, const as_counter *counter)
{
    seen *s = state;
    s->counters++;
    if (strcmp(counter->status, "ok"))
        snprintf(s->unavailable, sizeof s->unavailable, "%s", counter->status);
    assert_int_equal(strcmp(counter->status, "ok") == 0, !isnan(counter->value));
    return true;
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

static as_visit_result visit_row(const as_case *row, const char *const *events, seen *s)
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
                            .seed = 7};
    const as_sink sink = {on_sample, on_counter, NULL, s};
    as_visit_result result;
    as_err err = {0};
    *s = (seen){0};
    assert_true(as_run_visit(&visit, &sink, &result, &err));
    return result;
}

static as_visit_result visit(const char *kernel, seen *s)
{
    const as_case row = row_of(kernel, 17);
    return visit_row(&row, NULL, s);
}

static void faults_are_named(void **state)
{
    (void)state;
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
        const as_visit_result r = visit(rows[i].kernel, &s);
        if (strcmp(r.status, "failed") || !strstr(r.reason, rows[i].reason))
            fail_msg("%s: '%s' '%s', not '%s'", rows[i].kernel, r.status, r.reason, rows[i].reason);
        assert_false(r.checked);
        if (!rows[i].may_sample)
            assert_int_equal(s.samples, 0);
    }
}

static void a_good_kernel_gives_all_samples(void **state)
{
    (void)state;
    seen s;
    const as_visit_result r = visit("attention/good", &s);
    if (strcmp(r.status, "ok"))
        fail_msg("%s", r.reason);
    assert_int_equal(s.samples, BATCHES);
    assert_true(r.checked && r.error_max >= 0 && r.error_max <= r.error_allowed);
    assert_true(s.last.wall_ns >= 1e6); /* a batch lasts */
    assert_int_equal(r.workspace_peak_bytes, 0);
    assert_true(r.rss_peak_bytes > 1 << 20);
}

static void printing_does_not_reach_the_protocol(void **state)
{
    (void)state;
    seen s;
    const as_visit_result r = visit("attention/chatter", &s);
    assert_string_equal(r.status, "ok");
    assert_int_equal(s.samples, BATCHES);
}

static void touched_workspace_is_counted_in_pages(void **state)
{
    (void)state;
    seen s;
    const as_visit_result r = visit("attention/sparse_workspace", &s);
    assert_string_equal(r.status, "ok");
    assert_in_range(r.workspace_peak_bytes, 100, 16384);
}

static void a_cold_batch_is_one_call(void **state)
{
    (void)state;
    as_case row = row_of("attention/good", 17);
    seen s;
    row.cache = "cold";
    const as_visit_result r = visit_row(&row, NULL, &s);
    assert_string_equal(r.status, "ok");
    assert_int_equal(s.samples, 3 * BATCHES);
    assert_int_equal(s.last.calls, 1);
}

static void the_null_kernel_shows_what_the_harness_adds(void **state)
{
    (void)state;
    const as_case row = row_of("attention/null", 1);
    seen s;
    const as_visit_result r = visit_row(&row, NULL, &s);
    if (strcmp(r.status, "ok"))
        fail_msg("%s", r.reason);
    print_message("null kernel: %.2f ns per call\n", s.last.wall_ns / (double)s.last.calls);
    assert_true(s.last.calls > 100); /* a batch is full of them; how full depends on who else runs */
}

static void counters_are_values_or_reasons(void **state)
{
    (void)state;
    static const char *const events[] = {"perf::TASK-CLOCK", "perf::NO-SUCH-EVENT", NULL};
    const as_case row = row_of("attention/good", 17);
    seen s;
    const as_visit_result r = visit_row(&row, events, &s);
    assert_string_equal(r.status, "ok");
    assert_true(s.counters >= 2);
    assert_non_null(strstr(s.unavailable, "unavailable: "));
}

static void an_interrupt_ends_a_visit_at_once(void **state)
{
    (void)state;
    const volatile sig_atomic_t stop = 1;
    static const char *const plugins[] = {TEST_PLUGINS "/plugin_faulty.so", NULL};
    const as_measure measure = {.batches = BATCHES, .case_timeout_s = 60};
    const as_case row = row_of("attention/hang", 17);
    const as_visit v = {.row = &row, .measure = &measure, .plugins = plugins, .seed = 1, .stop = &stop};
    as_visit_result r;
    as_err err = {0};
    seen s = {0};
    assert_true(as_run_visit(&v, &(as_sink){on_sample, on_counter, NULL, &s}, &r, &err));
    assert_string_equal(r.status, "interrupted");
    assert_true(r.seconds < 20);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "worker"))
        return as_worker_main();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(a_good_kernel_gives_all_samples),
        cmocka_unit_test(printing_does_not_reach_the_protocol),
        cmocka_unit_test(touched_workspace_is_counted_in_pages),
        cmocka_unit_test(a_cold_batch_is_one_call),
        cmocka_unit_test(the_null_kernel_shows_what_the_harness_adds),
        cmocka_unit_test(counters_are_values_or_reasons),
        cmocka_unit_test(an_interrupt_ends_a_visit_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
