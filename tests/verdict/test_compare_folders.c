/* test_compare_folders.c: what compare finds in two folders made by hand, and which pairs of folders it refuses.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/text.h"
#include "harness/verdict/compare.h"
#include "tests/scratch.h"

typedef struct {
    const char *name, *reason; /* reason: it was skipped; NULL: it is measured */
    double ns;                 /* per call of the middle process */
} made_case;

/* Processes 0.2 % apart, one batch of ten calls each. */
static const char *make_folder(const scratch *s, const char *name, const made_case *cases, size_t count,
                               size_t processes, const char *fingerprint)
{
    as_text summary = {0}, samples = {0};
    as_text_add(&summary, "case,median_ns,n,processes,status,reason\n");
    as_text_add(&samples, "case,process,batch,calls,wall_ns\n");
    for (size_t i = 0; i < count; i++) {
        const made_case *c = &cases[i];
        if (c->reason) {
            as_text_add(&summary, "%s,,0,,skipped,%s\n", c->name, c->reason);
            continue;
        }
        as_text_add(&summary, "%s,%.17g,%zu,%zu,ok,\n", c->name, c->ns, processes, processes);
        for (size_t p = 0; p < processes; p++)
            as_text_add(&samples, "%s,%zu,0,10,%.17g\n", c->name, p,
                        10 * c->ns * (1 + 0.002 * ((double)p - (double)(processes / 2))));
    }
    const char *dir = scratch_folder(s, name);
    scratch_write(s, as_arena_printf(s->arena, "%s/summary.csv", name), summary.data);
    scratch_write(s, as_arena_printf(s->arena, "%s/samples.csv", name), samples.data);
    scratch_write(s, as_arena_printf(s->arena, "%s/machine.json", name),
                  as_arena_printf(s->arena, "{\"fingerprint\": \"%s\"}", fingerprint));
    as_text_free(&summary);
    as_text_free(&samples);
    return dir;
}

static void each_kind_of_verdict(void **state)
{
    (void)state;
    static const made_case base[] = {{"same", NULL, 100000}, {"slower", NULL, 100000},       {"faster", NULL, 100000},
                                     {"gone", NULL, 100000}, {"skipped", "memory: none", 0}, {"refused", NULL, 100000}},
                           new[] = {{"slower", NULL, 120000},
                                    {"faster", NULL, 80000},
                                    {"same", NULL, 100500},
                                    {"refused", "isa: none", 0},
                                    {"added", NULL, 5}};
    static const struct {
        const char *name, *reason;
        as_verdict_kind kind;
        double ratio;
    } rows[] = {
        {"same", "no speed index", AS_SAME, 1.005},     {"slower", "no speed index", AS_REGRESSED, 1.2},
        {"faster", "no speed index", AS_IMPROVED, 0.8}, {"gone", "not in the new folder", AS_MISSING, NAN},
        {"refused", "isa: none", AS_MISSING, NAN},      {"added", "not in the base folder", AS_NEW, NAN},
    };
    scratch s = scratch_make();
    as_err err = {0};
    as_verdict *found;
    size_t count;
    const as_compare_rules rules = as_compare_rules_usual();
    const char *x = make_folder(&s, "base", base, 6, 9, "m"), *y = make_folder(&s, "new", new, 5, 9, "m");
    if (!as_compare(x, y, &rules, s.arena, &found, &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, sizeof rows / sizeof *rows); /* what both sides skipped is no row */
    for (size_t i = 0; i < count; i++) {
        const as_verdict *v = &found[i];
        assert_string_equal(v->case_, rows[i].name);
        assert_int_equal(v->verdict, rows[i].kind);
        assert_non_null(strstr(v->reason, rows[i].reason));
        assert_true(isnan(rows[i].ratio) == isnan(v->ratio));
        if (isnan(v->ratio))
            continue;
        assert_true(fabs(v->ratio / rows[i].ratio - 1) < 1e-9 && v->ratio_low < v->ratio && v->ratio < v->ratio_high);
        assert_true(v->turns == 9 && v->processes == 9 && v->gate == AS_GATE_TIME);
    }
    scratch_remove(&s);
}

/* p of two sets of five that do not overlap is 2 / 252: enough for one case, and not for ten. */
static void many_cases_share_alpha(void **state)
{
    (void)state;
    enum { CASES = 10 };
    made_case base[CASES], new[CASES];
    scratch s = scratch_make();
    for (size_t i = 0; i < CASES; i++) {
        base[i] = new[i] = (made_case){as_arena_printf(s.arena, "c%zu", i), NULL, 100000};
        new[i].ns = i ? 100500 : 120000;
    }
    for (size_t cases = 1; cases <= CASES; cases += CASES - 1) {
        const as_compare_rules rules = as_compare_rules_usual();
        as_err err = {0};
        as_verdict *found;
        size_t count;
        const char *x = make_folder(&s, as_arena_printf(s.arena, "base%zu", cases), base, cases, 5, "m"),
                   *y = make_folder(&s, as_arena_printf(s.arena, "new%zu", cases), new, cases, 5, "m");
        if (!as_compare(x, y, &rules, s.arena, &found, &count, &err))
            fail_msg("%s", err.text);
        assert_true(fabs(found[0].p - 2.0 / 252) < 1e-9);
        assert_int_equal(found[0].verdict, cases == 1 ? AS_REGRESSED : AS_INCONCLUSIVE);
        if (cases > 1)
            assert_non_null(strstr(found[0].reason, "among 10 cases some do by chance"));
    }
    scratch_remove(&s);
}

static void too_few_processes(void **state)
{
    (void)state;
    static const made_case base = {"a", NULL, 100000}, new = {"a", NULL, 120000};
    scratch s = scratch_make();
    as_err err = {0};
    as_verdict *found;
    size_t count;
    const as_compare_rules rules = as_compare_rules_usual();
    const char *x = make_folder(&s, "base", &base, 1, 3, "m"), *y = make_folder(&s, "new", &new, 1, 3, "m");
    assert_true(as_compare(x, y, &rules, s.arena, &found, &count, &err));
    assert_int_equal(found[0].verdict, AS_INCONCLUSIVE);
    assert_non_null(strstr(found[0].reason, "3 and 3 processes are too few"));
    scratch_remove(&s);
}

static void folders_that_show_nothing(void **state)
{
    (void)state;
    static const made_case a = {"a", NULL, 100000}, b = {"a", NULL, 101000};
    scratch s = scratch_make();
    as_verdict *found;
    size_t count;
    as_compare_rules rules = as_compare_rules_usual();
    const char *base = make_folder(&s, "base", &a, 1, 5, "m"), *copy = make_folder(&s, "copy", &a, 1, 5, "m"),
               *other = make_folder(&s, "other", &b, 1, 5, "n");
    const struct {
        const char *new, *error;
    } rows[] = {{scratch_path(&s, "./base"), "are the same folder"},
                {copy, "one is a copy"},
                {other, "different or unknown machines (m, n): add --across"},
                {scratch_path(&s, "absent"), "absent"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_err err = {0};
        assert_false(as_compare(base, rows[i].new, &rules, s.arena, &found, &count, &err));
        assert_int_equal(err.code, AS_EXIT_USAGE);
        if (!strstr(err.text, rows[i].error))
            fail_msg("row %zu: %s", i, err.text);
    }
    as_err err = {0};
    rules.across = true;
    assert_true(as_compare(base, other, &rules, s.arena, &found, &count, &err));
    assert_int_equal(found[0].verdict, AS_SAME);
    scratch_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_verdict),
        cmocka_unit_test(many_cases_share_alpha),
        cmocka_unit_test(too_few_processes),
        cmocka_unit_test(folders_that_show_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
