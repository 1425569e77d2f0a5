/* test_phases.c: phases are timed apart and after all samples, parameters reach the worker, and what a kernel says that
 * it chose is heard, but not believed when it cannot be. SPDX-License-Identifier: Apache-2.0 The program is its own
 * worker: as_run_visit executes /proc/self/exe with the argument `worker`. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/worker/worker.h"

#define BATCHES 3
enum { KEPT = 64 };

typedef struct {
    unsigned samples;
    uint64_t calls;
    as_phase_time phases[KEPT];
    char names[KEPT][48];
    size_t count;
} seen;

static void on_sample(seen *s, const as_sample *sample)
{
    assert_int_equal(s->count, 0); /* a sample is never taken after a phase was */
    s->samples++;
    s->calls = sample->calls;
}

static void on_phase(seen *s, const as_phase_time *phase)
{
    assert_true(s->count < KEPT);
    s->phases[s->count] = *phase;
    snprintf(s->names[s->count++], sizeof s->names[0], "%s", phase->phase);
}

static bool on_record(void *state, const as_schema *schema, const void *record)
{
    if (schema == &as_sample_schema)
        on_sample(state, record);
    else if (schema == &as_phase_schema)
        on_phase(state, record);
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

static as_result visit(const char *kernel, const char *cache, seen *s, as_arena *arena)
{
    static const char *const plugins[] = {TEST_PLUGINS "/plugin_phases.so", NULL};
    const as_measure measure = {
        .cold = !strcmp(cache, "cold"), .batches = BATCHES, .case_timeout_s = 60, .memory_bytes = 256 << 20};
    as_case row;
    as_record_clear(&as_case_schema, &row);
    row.case_ = "key";
    row.kernel = kernel;
    row.pattern = "causal";
    row.isa = "scalar";
    row.dtype = "f32";
    row.batch = 2;
    row.heads = 4;
    row.kv_heads = 2;
    row.length = row.context = 33;
    row.head_dim = 8;
    row.width = 32;
    row.threads = 1;
    row.cache = cache;
    const as_visit v = {.row = &row, .process = 2, .measure = &measure, .plugins = plugins, .seed = 7, .arena = arena};
    const as_sink sink = {on_record, s};
    as_result r;
    as_err err = {0};
    *s = (seen){0};
    assert_true(as_run_visit(&v, &sink, &r, &err));
    return r;
}

/* The least over the batches: a batch that was pushed aside says nothing. */
static double per_call(const seen *s, const char *phase)
{
    double least = INFINITY;
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->names[i], phase))
            least = fmin(least, s->phases[i].wall_ns / (double)s->phases[i].calls);
    return least;
}

static void each_phase_of_each_batch(void **state)
{
    seen s;
    const as_result r = visit("attention/parted:work=30", "warm", &s, *state);
    if (strcmp(r.status, "ok"))
        fail_msg("%s", r.reason);
    static const char *const names[] = {"first", "second", "prepare"};
    assert_int_equal(s.samples, BATCHES);
    assert_int_equal(s.count, 9);
    for (size_t i = 0; i < s.count; i++) {
        const as_phase_time *p = &s.phases[i];
        assert_string_equal(s.names[i], names[i % 3]);
        assert_string_equal(p->case_, "key");
        assert_int_equal(p->process, 2);
        assert_int_equal(p->batch, i / 3);
        assert_int_equal(p->once, i % 3 == 2);
        assert_true(p->wall_ns > 0 && p->clock_ns > 0 && p->clock_ns < 1e5);
        assert_true(i % 3 == 2 ? p->calls > 1 : p->calls == s.calls); /* what is paid once is repeated */
    }
    /* The parameter says that the second phase does the first one's work thirty times. */
    assert_true(per_call(&s, "second") > 8 * per_call(&s, "first"));
    assert_true(per_call(&s, "prepare") < per_call(&s, "first"));
}

static void cold_phases_are_single_calls(void **state)
{
    seen s;
    const as_result r = visit("attention/parted:work=1", "cold", &s, *state);
    assert_string_equal(r.status, "ok");
    assert_int_equal(s.samples, 3 * BATCHES);
    for (size_t i = 0; i < s.count; i++)
        assert_true(s.phases[i].once || s.phases[i].calls == 1);
}

static void parameters_are_checked_anew(void **state)
{
    static const struct {
        const char *kernel, *reason;
    } rows[] = {
        {"attention/parted:work=101", "work of attention/parted is a whole number from 1 to 100, not '101'"},
        {"attention/parted:play=1", "attention/parted has no parameter 'play', it takes work"},
        {"attention/parted:work=34", "the kernel refuses: f32, S = T and work no more than T only"},
        {"attention/nobody", "a phase without a name"},
        {"attention/liar", "chose more pairs than there are"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        seen s;
        const as_result r = visit(rows[i].kernel, "warm", &s, *state);
        if (strcmp(r.status, "failed") || !strstr(r.reason, rows[i].reason))
            fail_msg("%s: '%s' '%s', not '%s'", rows[i].kernel, r.status, r.reason, rows[i].reason);
    }
}

static void chosen_pairs_are_told(void **state)
{
    seen s;
    as_result r = visit("attention/chooser", "warm", &s, *state);
    if (strcmp(r.status, "ok"))
        fail_msg("%s", r.reason);
    assert_int_equal(r.chosen, 3 * 2 * 4 * 33);
    assert_int_equal(s.count, 0); /* one phase: the samples say it all */
    r = visit("attention/parted", "warm", &s, *state);
    assert_true(r.chosen == AS_NO_COUNT);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "worker"))
        return as_worker_main();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_phase_of_each_batch, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(cold_phases_are_single_calls, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(parameters_are_checked_anew, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(chosen_pairs_are_told, make_arena, free_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
