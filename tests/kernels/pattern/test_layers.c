/* test_layers.c: schedule(P1;P2;...) parses, has one spelling, and says where it is wrong. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/pattern/layers.h"

static void one_spelling(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"window:w=4", "window:w=4"},
        {"schedule(window:w=4)", "window:w=4"},
        {" schedule( window:w=4 ; causal ) ", "schedule(window:w=4;causal)"},
        {"schedule(causal;causal;causal)", "causal"},
        {"schedule(window:w=2;causal;window:w=2;causal)", "schedule(window:w=2;causal)"},
        {"schedule(window:w=2;causal;window:w=2)", "schedule(window:w=2;causal;window:w=2)"},
        {"schedule(window:w=2+sink:s=1;window:w=1k)", "schedule(sink:s=1+window:w=2;window:w=1024)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_pattern_error error;
        as_layers *s = as_layers_parse(rows[i][0], &error);
        assert_non_null(s);
        assert_string_equal(as_layers_text(s), rows[i][1]);
        as_layers *again = as_layers_parse(as_layers_text(s), &error);
        assert_string_equal(as_layers_text(again), rows[i][1]);
        as_layers_free(again);
        as_layers_free(s);
    }
}

static void cyclic(void **state)
{
    (void)state;
    as_layers *s = as_layers_parse("schedule(window:w=2;causal;sink:s=3)", NULL);
    assert_int_equal(as_layers_period(s), 3);
    assert_string_equal(as_pattern_text(as_layers_at(s, 0)), "window:w=2");
    assert_string_equal(as_pattern_text(as_layers_at(s, 5)), "sink:s=3");
    assert_ptr_equal(as_layers_at(s, 1), as_layers_at(s, 301));
    as_layers_free(s);
}

static void errors_have_their_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t column;
    } rows[] = {
        {"schedule(causal;bogus)", 17},
        {"schedule(causal; window:w=0)", 27},
        {"schedule(causal", 16},
        {"schedule(", 10},
        {"schedule(causal;schedule(causal))", 17},
        {"nonsense", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_pattern_error error = {0};
        assert_null(as_layers_parse(rows[i].text, &error));
        assert_int_equal(error.column, rows[i].column);
        assert_true(error.what[0]);
    }
    assert_null(as_layers_parse("schedule()", NULL));
    assert_null(as_layers_parse("schedule(;)", NULL));
    assert_null(as_layers_parse("", NULL));
}

static void too_many(void **state)
{
    (void)state;
    char text[2000] = "schedule(causal";
    for (int i = 0; i < AS_SCHEDULE_MAX; i++)
        sprintf(text + strlen(text), ";window:w=%d", i + 1);
    strcat(text, ")");
    assert_null(as_layers_parse(text, NULL));
    char *huge = malloc(1 << 20);
    memset(huge, ';', (1 << 20) - 1);
    huge[(1 << 20) - 1] = 0;
    assert_null(as_layers_parse(huge, NULL));
    memcpy(huge, "schedule(", 9);
    huge[(1 << 20) - 2] = ')';
    assert_null(as_layers_parse(huge, NULL));
    free(huge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_spelling), cmocka_unit_test(cyclic),
                                       cmocka_unit_test(errors_have_their_column), cmocka_unit_test(too_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
