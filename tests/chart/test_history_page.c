/* test_history_page.c: a page of a history: places by date, percent above the pinned build, six cases a page.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/text.h"
#include "harness/chart/history.h"

static as_history make_row(const char *case_, const char *date, double ratio, double low, double high)
{
    as_history row;
    as_record_clear(&as_history_schema, &row);
    row.case_ = case_;
    row.date = date;
    row.result = date;
    row.ratio = ratio;
    row.ratio_low = low;
    row.ratio_high = high;
    row.level = ratio;
    return row;
}

static void numbers(void **state)
{
    (void)state;
    static const char first[] = "2026-01-31T12:00:00Z", second[] = "2026-02-01T12:00:00Z", a[] = "a|causal|T=8:S=8",
                      nowhere[] = "b|causal|T=8:S=8", c[] = "c|causal|T=8:S=8";
    as_arena *arena = as_arena_create();
    as_history rows[] = {make_row(a, first, 1.02, 1.01, 1.03), make_row(a, second, 1.1, NAN, NAN),
                         make_row(nowhere, first, NAN, NAN, NAN), make_row(nowhere, second, NAN, NAN, NAN),
                         make_row(c, second, 0.5, 0.25, 0.75)};
    const as_history_chart chart = {rows, sizeof rows / sizeof *rows, "f00", "Test 'CPU'"};
    as_text header = {0}, data = {0};
    rows[1].change = 1.25;
    rows[1].commit = "c0ffee";
    assert_int_equal(as_history_page(&chart, 0, "history", arena, &header, &data), chart.count);
    assert_string_equal(data.data, "result,percent,low,high,level,case,date,commit,change\n"
                                   "1,2,1,3,2,\"a|causal|T=8:S=8\",2026-01-31T12:00:00Z,?,\n"
                                   "2,10,10,10,10,\"a|causal|T=8:S=8\",2026-02-01T12:00:00Z,c0ffee,25\n\n\n"
                                   "2,-50,-75,-25,-50,\"c|causal|T=8:S=8\",2026-02-01T12:00:00Z,?,\n");
    static const char *const said[] = {"AS_DATA = 'history.csv'\nAS_CURVES = 2\n", "AS_SWEEP = '2 results'",
                                       "AS_SHAPE = 'pinned: f00;", "AS_X_HIGH = 2.5\nAS_Y_LOW = -56\nAS_Y_HIGH = 16\n",
                                       "set xtics ('2026-01-31' 1, '2026-02-01' 2)\n"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(header.data, said[i]))
            fail_msg("no '%s' in: %s", said[i], header.data);
    assert_null(strstr(header.data, "'CPU'")); /* a quote would end gnuplot's text */
    as_text_free(&header);
    as_text_free(&data);
    as_arena_free(arena);
}

static void six_cases_a_page(void **state)
{
    (void)state;
    enum { CASES = 8, RESULTS = 3 };
    static const char *const dates[RESULTS] = {"2026-01-01", "2026-01-02", "2026-01-03"};
    as_arena *arena = as_arena_create();
    as_history rows[CASES * RESULTS];
    const as_history_chart chart = {rows, CASES * RESULTS, "f00", NULL};
    as_text first = {0}, second = {0}, data = {0};
    for (size_t c = 0; c < CASES; c++) {
        const char *name = as_arena_printf(arena, "k%zu|causal", c);
        for (size_t r = 0; r < RESULTS; r++)
            rows[c * RESULTS + r] = make_row(name, dates[r], 1, 1, 1);
    }
    assert_int_equal(as_history_page(&chart, 0, "h", arena, &first, &data), 6 * RESULTS);
    assert_int_equal(as_history_page(&chart, 6 * RESULTS, "h-2", arena, &second, &data), CASES * RESULTS);
    assert_non_null(strstr(first.data, "AS_CURVES = 6\n"));
    assert_non_null(strstr(second.data, "AS_CURVES = 2\n"));
    assert_non_null(strstr(second.data, "AS_SWEEP = '3 results'")); /* of all cases, so that pages have one axis */
    assert_non_null(strstr(second.data, "unknown machine"));
    as_text_free(&first);
    as_text_free(&second);
    as_text_free(&data);
    as_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(six_cases_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
