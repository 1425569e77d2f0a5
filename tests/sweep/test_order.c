/* test_order.c: order, early stop, budget, interrupt and resume, on made-up visits and a made-up clock.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/sweep/order.h"

enum { CASES = 6, BATCHES = 3, VISITS_MAX = 200 };

/* What the made-up world does, and what it saw. */
static struct {
    double clock, visit_s;
    size_t visits;
    char order[VISITS_MAX]; /* the case of each visit */
    unsigned process[VISITS_MAX];
    char failing; /* a case that fails */
    char noisy;   /* a case whose processes differ */
    size_t stop_after;
    volatile sig_atomic_t stop;
    unsigned samples, rewrites;
    bool last;
    as_progress progress;
} world;

static double now(void) { return world.clock; }

static bool visit(const as_visit *v, const as_sink *sink, as_result *result, as_err *err)
{
    (void)err;
    const char key = *v->row->case_;
    assert_true(world.visits < VISITS_MAX);
    assert_int_equal(v->order, world.visits);
    world.order[world.visits] = key;
    world.process[world.visits++] = v->process;
    world.clock += world.visit_s;
    as_record_clear(&as_result_schema, result);
    result->status = "ok";
    result->checked = 1;
    result->seconds = world.visit_s;
    result->error_max = 1e-7 * v->process;
    if (world.stop_after && world.visits >= world.stop_after) {
        world.stop = 1;
        result->status = "interrupted";
        return true;
    }
    if (key == world.failing) {
        *result = (as_result){.status = "failed", .reason = "killed by SIGSEGV", .error_max = AS_NO_REAL};
        return true;
    }
    for (unsigned b = 0; b < BATCHES; b++) {
        as_sample s;
        as_record_clear(&as_sample_schema, &s);
        s.case_ = v->row->case_;
        s.process = v->process;
        s.batch = b;
        s.calls = 10;
        s.wall_ns = 1000 + (key == world.noisy ? 100.0 * v->process : 0);
        if (!as_sink_record(sink, &as_sample_schema, &s))
            return false;
    }
    return true;
}

static bool on_record(void *state, const as_schema *schema, const void *record)
{
    (void)state;
    (void)record;
    world.samples += schema == &as_sample_schema;
    return true;
}

static bool on_change(void *state, bool last)
{
    (void)state;
    world.rewrites++;
    world.last = last;
    return true;
}

static void on_progress(void *state, const as_progress *p)
{
    (void)state;
    world.progress = *p;
}

static as_case cases[CASES];
static as_case *rows[CASES];

static void fresh_world(void)
{
    static const char *const keys[CASES] = {"a", "b", "c", "d", "e", "f"};
    memset(&world, 0, sizeof world);
    world.visit_s = 1;
    for (size_t i = 0; i < CASES; i++) {
        as_record_clear(&as_case_schema, &cases[i]);
        cases[i].case_ = keys[i];
        cases[i].status = i == 5 ? AS_STATUS_SKIPPED : AS_STATUS_PLANNED;
        cases[i].reason = i == 5 ? "too large" : NULL;
        rows[i] = &cases[i];
    }
}

static as_sweep_result run(const as_measure *measure, uint64_t seed, const as_sample *earlier, size_t count)
{
    as_arena *arena = as_arena_create();
    const as_sweep s = {.rows = rows,
                        .count = CASES,
                        .measure = measure,
                        .seed = seed,
                        .arena = arena,
                        .earlier = earlier,
                        .earlier_count = count,
                        .stop = &world.stop,
                        .sink = {.record = on_record},
                        .changed = on_change,
                        .progress = on_progress,
                        .visit = visit,
                        .now = now};
    as_sweep_result result;
    as_err err = {0};
    assert_true(as_sweep_run(&s, &result, &err));
    assert_true(world.last);
    static char reasons[CASES][200]; /* outlive the arena */
    for (size_t i = 0; i < CASES; i++) {
        snprintf(reasons[i], sizeof reasons[i], "%s", cases[i].reason ? cases[i].reason : "");
        cases[i].reason = reasons[i];
    }
    as_arena_free(arena);
    return result;
}

static void rounds_visit_every_case_once_in_a_seeded_order(void **unused)
{
    (void)unused;
    const as_measure m = {.processes = 4, .batches = BATCHES, .budget_s = 1000};
    fresh_world();
    assert_int_equal(run(&m, 1, NULL, 0).visits, 20);
    for (size_t round = 0; round < 4; round++) {
        unsigned seen = 0;
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(world.process[round * 5 + i], round);
            seen |= 1u << (world.order[round * 5 + i] - 'a');
        }
        assert_int_equal(seen, 31);
    }
    char first[VISITS_MAX];
    memcpy(first, world.order, 20);
    assert_memory_not_equal(first, first + 5, 5); /* another order in another round */
    assert_int_equal(world.samples, 20 * BATCHES);
    assert_int_equal(cases[0].status, AS_STATUS_OK);
    assert_int_equal(cases[5].status, AS_STATUS_SKIPPED);
    assert_true(world.progress.done == 20 && world.progress.total == 20 && !world.progress.current);
    fresh_world();
    run(&m, 1, NULL, 0);
    assert_memory_equal(first, world.order, 20);
    fresh_world();
    run(&m, 2, NULL, 0);
    assert_memory_not_equal(first, world.order, 20);
}

static void a_precise_case_ends_early_but_not_before_five(void **unused)
{
    (void)unused;
    const as_measure m = {.processes = 9, .batches = BATCHES, .precision = 0.02, .budget_s = 1000};
    fresh_world();
    world.noisy = 'b';
    assert_int_equal(run(&m, 1, NULL, 0).visits, 4 * 5 + 9);
    assert_string_equal(cases[0].reason, "");
    assert_true(world.progress.done == world.progress.total);
    const as_measure few = {.processes = 3, .batches = BATCHES, .precision = 0.02, .budget_s = 1000};
    fresh_world();
    assert_int_equal(run(&few, 1, NULL, 0).visits, 15);
}

static void a_failed_case_is_one_row_and_no_more_visits(void **unused)
{
    (void)unused;
    const as_measure m = {.processes = 3, .batches = BATCHES, .budget_s = 1000};
    fresh_world();
    world.failing = 'c';
    const as_sweep_result r = run(&m, 1, NULL, 0);
    assert_int_equal(r.failed, 1);
    assert_int_equal(r.visits, 4 * 3 + 1);
    assert_int_equal(cases[2].status, AS_STATUS_FAILED);
    assert_string_equal(cases[2].reason, "process 0: killed by SIGSEGV");
    assert_int_equal(cases[3].status, AS_STATUS_OK);
    assert_true(world.progress.done == world.progress.total);
}

static void the_budget_leaves_every_case_with_samples_and_says_so(void **unused)
{
    (void)unused;
    const as_measure m = {.processes = 3, .batches = BATCHES, .budget_s = 7.5};
    fresh_world();
    const as_sweep_result r = run(&m, 1, NULL, 0);
    assert_true(r.budget_ended);
    assert_int_equal(r.visits, 7); /* an eighth would not have ended in time */
    unsigned one = 0, two = 0;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(cases[i].status, AS_STATUS_OK);
        one += strcmp(cases[i].reason, "1 of 3 processes: the budget of 7.50 s ended") == 0;
        two += strcmp(cases[i].reason, "2 of 3 processes: the budget of 7.50 s ended") == 0;
    }
    assert_true(one == 3 && two == 2);
    const as_measure tiny = {.processes = 3, .batches = BATCHES, .budget_s = 2.5};
    fresh_world();
    assert_int_equal(run(&tiny, 1, NULL, 0).visits, 3);
    unsigned skipped = 0;
    for (size_t i = 0; i < 5; i++)
        skipped += !strcmp(cases[i].reason, "not measured: the budget of 2.50 s ended before its first process") &&
                   cases[i].status == AS_STATUS_SKIPPED;
    assert_int_equal(skipped, 2);
}

static void an_interrupt_keeps_what_there_is(void **unused)
{
    (void)unused;
    const as_measure m = {.processes = 2, .batches = BATCHES, .budget_s = 1000};
    fresh_world();
    world.stop_after = 7;
    const as_sweep_result r = run(&m, 1, NULL, 0);
    assert_true(r.interrupted);
    assert_int_equal(world.visits, 7);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(cases[i].status, AS_STATUS_OK);
        assert_true(!*cases[i].reason || !strcmp(cases[i].reason, "1 of 2 processes: interrupted"));
    }
}

static void resume_does_only_what_is_missing(void **unused)
{
    (void)unused;
    const as_measure m = {.processes = 2, .batches = BATCHES, .budget_s = 1000};
    as_sample earlier[BATCHES + 1];
    for (size_t i = 0; i <= BATCHES; i++) {
        as_record_clear(&as_sample_schema, &earlier[i]);
        earlier[i].case_ = i < BATCHES ? "a" : "b"; /* a: whole; b: one batch of its process 0 */
        earlier[i].process = 0;
        earlier[i].batch = i % BATCHES;
        earlier[i].calls = 10;
        earlier[i].wall_ns = 1000;
    }
    fresh_world();
    assert_int_equal(run(&m, 1, earlier, BATCHES + 1).visits, 9);
    unsigned a = 0, b = 0;
    for (size_t i = 0; i < world.visits; i++) {
        if (world.order[i] == 'a')
            assert_int_equal(world.process[i], 1 + a++);
        if (world.order[i] == 'b')
            assert_int_equal(world.process[i], 1 + b++);
    }
    assert_true(a == 1 && b == 2);
}

static void widths_are_order_statistics(void **unused)
{
    (void)unused;
    double four[] = {1, 2, 3, 4}, five[] = {5, 1, 2, 4, 3}, eight[] = {100, 1, 2, 3, 4, 5, 6, -100};
    assert_true(isinf(as_relative_width(four, 4)));
    assert_true(fabs(as_relative_width(five, 5) - 4.0 / 3) < 1e-12);
    assert_true(fabs(as_relative_width(eight, 8) - 200 / 3.5) <
                1e-12); /* all of them: without two, 2 (1 + 8) / 256 = 0.0703 would miss */
}

static bool visit_quietly(const as_visit *v, const as_sink *sink, as_result *result, as_err *err)
{
    (void)sink;
    (void)err;
    (void)v;
    world.visits++;
    as_record_clear(&as_result_schema, result);
    result->status = "ok";
    result->checked = 1;
    result->seconds = 1;
    return true;
}

/* Keys that differ only at their end: a search through all of them would compare 20,000 x 20,000 long texts. */
static void a_resume_of_many_cases_finishes(void **unused)
{
    (void)unused;
    enum { MANY = 20000 };
    as_arena *arena = as_arena_create();
    as_case *many = as_arena_alloc(arena, MANY * sizeof *many), **list = as_arena_alloc(arena, MANY * sizeof *list);
    as_sample *earlier = as_arena_alloc(arena, MANY * sizeof *earlier);
    for (size_t i = 0; i < MANY; i++) {
        as_record_clear(&as_case_schema, &many[i]);
        many[i].case_ = as_arena_printf(arena, "attention/flash|causal|T=1024:S=1024:D=512:H=8:Hkv=8:B=1|%zu", i);
        many[i].status = AS_STATUS_PLANNED;
        list[i] = &many[i];
    }
    for (size_t i = 0; i < MANY; i++) {
        as_record_clear(&as_sample_schema, &earlier[i]);
        earlier[i].case_ = as_arena_printf(arena, "%s", many[MANY - 1 - i].case_);
        earlier[i].process = earlier[i].batch = 0;
        earlier[i].calls = 1;
        earlier[i].wall_ns = 1000;
    }
    earlier[0].case_ = "not planned";
    const as_measure m = {.processes = 1, .batches = 1, .budget_s = 1e9};
    const as_sweep s = {.rows = list,
                        .count = MANY,
                        .measure = &m,
                        .arena = arena,
                        .earlier = earlier,
                        .earlier_count = MANY,
                        .progress = on_progress,
                        .visit = visit_quietly,
                        .now = now};
    as_sweep_result result;
    as_err err = {0};
    memset(&world, 0, sizeof world);
    assert_true(as_sweep_run(&s, &result, &err));
    assert_int_equal(result.visits, 1); /* of the case whose sample was lost */
    assert_int_equal(many[MANY - 1].status, AS_STATUS_OK);
    as_arena_free(arena);
}

/* 1100 processes of an earlier run are precise enough, as five would be. */
static void a_case_with_many_processes_can_be_precise(void **unused)
{
    (void)unused;
    enum { PROCESSES = 1100 };
    static as_sample earlier[PROCESSES];
    for (size_t i = 0; i < PROCESSES; i++) {
        as_record_clear(&as_sample_schema, &earlier[i]);
        earlier[i].case_ = "a";
        earlier[i].process = i;
        earlier[i].batch = 0;
        earlier[i].calls = 10;
        earlier[i].wall_ns = 1000;
    }
    const as_measure m = {.processes = 1200, .batches = 1, .precision = 0.02, .budget_s = 7.5};
    fresh_world();
    run(&m, 1, earlier, PROCESSES);
    for (size_t i = 0; i < world.visits; i++)
        assert_true(world.order[i] != 'a');
    assert_string_equal(cases[0].reason, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_visit_every_case_once_in_a_seeded_order),
        cmocka_unit_test(a_precise_case_ends_early_but_not_before_five),
        cmocka_unit_test(a_failed_case_is_one_row_and_no_more_visits),
        cmocka_unit_test(the_budget_leaves_every_case_with_samples_and_says_so),
        cmocka_unit_test(an_interrupt_keeps_what_there_is),
        cmocka_unit_test(resume_does_only_what_is_missing),
        cmocka_unit_test(a_resume_of_many_cases_finishes),
        cmocka_unit_test(a_case_with_many_processes_can_be_precise),
        cmocka_unit_test(widths_are_order_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
