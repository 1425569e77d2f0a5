/* test_ranking.c: a ranking for people, and folders that nothing can be chosen from.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/choose/print.h"
#include "harness/choose/measure.h"

static as_choice choice_of(uint64_t rank, const char *pattern, double ms, const char *note)
{
    as_choice c;
    as_record_clear(&as_choice_schema, &c);
    c.rank = rank;
    c.pattern = pattern;
    c.kernel = "attention/flash";
    c.isa = "avx2";
    c.threads = 1;
    c.ms = ms;
    c.ms_low = 0.9 * ms;
    c.ms_high = 1.1 * ms;
    c.basis = AS_MEASURED;
    c.note = note;
    return c;
}

static void the_first_the_rest_and_what_is_ruled_out(void **unused)
{
    (void)unused;
    as_choice rows[] = {choice_of(1, "schedule(window:w=8;window:w=8;causal)", 2, NULL),
                        choice_of(2, "causal", 4, NULL), choice_of(AS_NO_COUNT, "full", 9, "reach"),
                        choice_of(AS_NO_COUNT, "full", 9, "reach")};
    const as_choose_ask ask = {.layers = 2};
    as_chosen c = {.rows = rows, .count = 4, .ranked = 2, .tied = 1};
    as_arena *arena = as_arena_create();
    as_text out = {0};
    rows[0].pareto = 1;
    rows[0].layers_to_cover = 3;
    rows[3].kernel = "attention/naive";
    as_choose_table(&c, &ask, arena, &out);
    assert_non_null(strstr(out.data,
                           "\nuse attention/flash on schedule(2 x window:w=8;causal): 2 ms for all layers (1.8 .. "
                           "2.2, measured)\n"));
    assert_non_null(strstr(out.data, "  1 ms a layer, 3 to cover: attention/flash  schedule(2 x window:w=8;causal)\n"));
    assert_non_null(strstr(out.data, "\nruled out:\n  full (attention/flash, attention/naive): reach\n"));
    assert_non_null(strstr(out.data, "never"));
    out.length = 0;
    c.tied = 2;
    as_choose_table(&c, &ask, arena, &out);
    assert_non_null(strstr(out.data, "no clear winner: the intervals of the first and 1 other meet\n"));
    out.length = 0;
    c.ranked = c.count = 0;
    as_choose_table(&c, &ask, arena, &out);
    assert_non_null(strstr(out.data, "nothing is left: every candidate is ruled out\n"));
    as_text_free(&out);
    as_arena_free(arena);
}

static void a_folder_must_be_one(void **unused)
{
    (void)unused;
    const as_selection selection = {0};
    const as_choose_source source = {"/nowhere", false, false, &selection};
    as_choose_ask ask = {.length = 64, .width = 64, .heads = 1, .kv_heads = 1, .layers = 1};
    as_chosen chosen;
    as_err err = {0};
    as_arena *arena = as_arena_create();
    assert_false(as_choose_settle(&source, &ask, arena, &chosen, &err));
    assert_int_equal(err.code, AS_EXIT_USAGE);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_the_rest_and_what_is_ruled_out),
        cmocka_unit_test(a_folder_must_be_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
