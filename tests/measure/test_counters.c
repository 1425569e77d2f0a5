/* test_counters.c: the probe and the passes, on a fake PMU; the groups, from texts and from configs/counters.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/measure/counters.h"

/* Counts what its table says, and refuses more than `slots` events at once. */
typedef struct {
    size_t slots;
    const char *running[AS_EVENTS_MAX];
    size_t count;
    unsigned starts;
} fake;

static const struct {
    const char *name;
    long long value;
} events[] = {{"good", 1000000},    {"better", 5000},         {"best", 70},
              {"zero", 0},          {"negative", -3},         {"absurd", (long long)1 << 60},
              {"PAPI_TOT_INS", 12}, {"perf::PAGE-FAULTS", 64}};

static int find(const char *name)
{
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (!strcmp(events[i].name, name))
            return (int)i;
    return -1;
}

static bool start(void *state, const char *const *names, size_t n, char *why, size_t cap)
{
    fake *f = state;
    assert_int_equal(f->count, 0);
    for (size_t i = 0; i < n; i++) {
        f->running[i] = names[i];
        if (find(names[i]) < 0) {
            snprintf(why, cap, "no such event");
            return false;
        }
    }
    if (n > f->slots) {
        snprintf(why, cap, "no counter is free");
        return false;
    }
    f->count = n;
    f->starts++;
    return true;
}

static bool stop(void *state, long long *values, size_t n)
{
    fake *f = state;
    assert_int_equal(n, f->count);
    for (size_t i = 0; i < n; i++)
        values[i] = events[find(f->running[i])].value;
    f->count = 0;
    return true;
}

static void bad_events_are_unavailable_with_a_reason(void **unused)
{
    (void)unused;
    fake f = {.slots = 8};
    const as_pmu pmu = {"fake", start, stop, &f};
    static const char *const asked[] = {"good",    "zero",         "negative",          "absurd",
                                        "missing", "PAPI_TOT_INS", "perf::PAGE-FAULTS", NULL};
    static const char *const status[] = {"ok",
                                         "unavailable: counted 0 over",
                                         "unavailable: counted -3 over",
                                         "unavailable: counted 1152921504606846976 over",
                                         "unavailable: no such event",
                                         "unavailable: counted 12 over",
                                         "ok"};
    as_counters c;
    as_counters_probe(&c, &pmu, asked);
    assert_int_equal(c.count, 7);
    for (size_t i = 0; i < c.count; i++)
        if (strncmp(c.events[i].status, status[i], strlen(status[i])))
            fail_msg("%s: %s", c.events[i].name, c.events[i].status);
    assert_int_equal(c.passes, 1);
}

static void events_that_do_not_fit_take_turns(void **unused)
{
    (void)unused;
    fake f = {.slots = 2};
    const as_pmu pmu = {"fake", start, stop, &f};
    static const char *const asked[] = {"good", "better", "zero", "best", NULL};
    as_counters c;
    as_counters_probe(&c, &pmu, asked);
    assert_int_equal(c.passes, 2);
    assert_int_equal(c.events[0].pass, 0);
    assert_int_equal(c.events[1].pass, 0);
    assert_int_equal(c.events[3].pass, 1);
    assert_true(as_counters_start(&c, 1));
    assert_int_equal(f.count, 1);
    assert_true(as_counters_stop(&c, 1));
    assert_int_equal(c.events[3].value, 70);
    assert_int_equal(c.events[0].value, 0);
    assert_true(as_counters_start(&c, 0));
    assert_true(as_counters_stop(&c, 0));
    assert_int_equal(c.events[0].value, 1000000);
    assert_int_equal(c.events[1].value, 5000);
    assert_false(as_counters_stop(&c, 0)); /* not running */
}

static void nothing_works_is_no_pass(void **unused)
{
    (void)unused;
    fake f = {.slots = 0};
    const as_pmu pmu = {"fake", start, stop, &f};
    static const char *const asked[] = {"good", NULL};
    as_counters c;
    as_counters_probe(&c, &pmu, asked);
    assert_int_equal(c.passes, 0);
    assert_false(as_counters_start(&c, 0));
    assert_string_equal(c.events[0].status, "unavailable: no counter is free");
}

static void groups_are_read_or_refused_with_their_place(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    as_counter_group group;
    as_err err = {0};
    const char good[] = "about: a\nevents:\n  \"perf::X\": one\n  Y: two\n";
    assert_true(as_counter_group_parse("g", good, strlen(good), arena, &group, &err));
    assert_int_equal(group.count, 2);
    assert_string_equal(group.events[0], "perf::X");
    assert_string_equal(group.help[1], "two");
    static const char *const bad[][2] = {{"about: a\n", "g:1:1:"},
                                         {"about: a\nevents: [x]\n", "g:2:9:"},
                                         {"about: a\nabuot: b\n", "g:2:1:"},
                                         {"about: [\n", "g:2:1:"},
                                         {"", "g:1:1:"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(as_counter_group_parse("g", bad[i][0], strlen(bad[i][0]), arena, &group, &err));
        if (strncmp(err.text, bad[i][1], strlen(bad[i][1])))
            fail_msg("'%s' for '%s'", err.text, bad[i][0]);
        assert_int_equal(err.code, AS_EXIT_USAGE);
    }
    as_arena_free(arena);
}

static void every_group_of_the_program_is_whole(void **unused)
{
    (void)unused;
    as_arena *arena = as_arena_create();
    size_t count = 0;
    for (const char *const *name = as_counter_group_names(arena); *name; name++, count++) {
        as_counter_group group;
        as_err err = {0};
        if (!as_counter_group_read(*name, arena, &group, &err))
            fail_msg("%s", err.text);
        assert_true(group.count > 0 && strlen(group.about) > 10);
    }
    assert_true(count >= 7);
    as_counter_group group;
    as_err err = {0};
    assert_false(as_counter_group_read("../counters/cache", arena, &group, &err));
    assert_non_null(strstr(err.text, "software"));
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_events_are_unavailable_with_a_reason),
        cmocka_unit_test(events_that_do_not_fit_take_turns),
        cmocka_unit_test(nothing_works_is_no_pass),
        cmocka_unit_test(groups_are_read_or_refused_with_their_place),
        cmocka_unit_test(every_group_of_the_program_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
