/* test_use.c: values of parameters from text and back, and a union's rows from its terms, apart from the grammar.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernels/pattern/internal.h"

static as_piece piece(const char *text) { return (as_piece){text, strlen(text)}; }

static void pieces(void **state)
{
    (void)state;
    as_piece rest = piece("  a b :c: ");
    as_piece p = as_split(&rest, ':');
    assert_true(as_piece_is(p, "a b"));
    p = as_split(&rest, ':');
    assert_true(as_piece_is(p, "c") && rest.at);
    p = as_split(&rest, ':');
    assert_true(as_piece_is(p, "") && !rest.at);
}

static void terms_by_name(void **state)
{
    (void)state;
    size_t count = 0;
    for (const as_term *const *t = as_builtin_terms; *t; t++, count++)
        assert_ptr_equal(as_term_find(piece((*t)->name)), *t);
    assert_true(count > 10);
    assert_null(as_term_find(piece("windo")));
    assert_null(as_term_find(piece("")));
}

static void each_kind_of_value(void **state)
{
    static const struct {
        as_param param;
        const char *text, *error; /* NULL: it is read */
        uint64_t count;
        double real;
    } rows[] = {
        {{.key = "w", .kind = AS_PARAM_COUNT, .min = 1}, "4k", NULL, 4096, 0},
        {{.key = "w", .kind = AS_PARAM_COUNT, .min = 1}, "0", "w must be at least 1", 0, 0},
        {{.key = "w", .kind = AS_PARAM_COUNT}, "-1", "w must be a whole number such as 256 or 4k, not '-1'", 0, 0},
        {{.key = "w", .kind = AS_PARAM_COUNT}, "k", "w must be a whole number", 0, 0},
        {{.key = "w", .kind = AS_PARAM_COUNT}, "9007199254740993", "is above the largest number", 0, 0},
        {{.key = "w", .kind = AS_PARAM_COUNT}, "99999999999999999999G", "is above the largest number", 0, 0},
        {{.key = "p", .kind = AS_PARAM_REAL}, "0.25", NULL, 0, 0.25},
        {{.key = "p", .kind = AS_PARAM_REAL}, "0x1", "p must be a number such as 0.1", 0, 0},
        {{.key = "p", .kind = AS_PARAM_REAL}, "nan", "p must be a number", 0, 0},
        {{.key = "p", .kind = AS_PARAM_REAL}, "1e999", "p must be a number", 0, 0},
        {{.key = "s", .kind = AS_PARAM_WORD, .words = "causal|both"}, "both", NULL, 1, 0},
        {{.key = "s", .kind = AS_PARAM_WORD, .words = "causal|both"}, "bot", "s must be ", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char why[300] = "";
        as_value value = {0};
        const as_term term = {.name = "made", .example = "made:w=1"};
        const bool ok = as_value_read(&term, &rows[i].param, piece(rows[i].text), &value, why, sizeof why);
        if (ok != !rows[i].error || (!ok && !strstr(why, rows[i].error)))
            fail_msg("'%s': %s", rows[i].text, why);
        if (ok)
            assert_true(value.count == rows[i].count && value.real == rows[i].real);
    }
}

/* Text of a use whose values are given, less those that say what they are when left out. */
static void printed(void **state)
{
    (void)state;
    const as_term term = {.name = "made",
                          .params = {{.key = "w", .kind = AS_PARAM_COUNT},
                                     {.key = "r", .kind = AS_PARAM_LIST},
                                     {.key = "n", .kind = AS_PARAM_COUNT, .optional = true, .fallback = 7},
                                     AS_PARAM_SIDES}};
    static const uint64_t list[] = {1, 20};
    as_use use = {.term = &term, .args.value = {{.count = 4096}, {.list = list, .list_count = 2}, {.count = 7}, {0}}};
    char *text = as_use_print(&use);
    assert_string_equal(text, "made:w=4096,r=1/20");
    assert_false(as_use_both(&use));
    free(text);
    use.args.value[2].count = 8;
    use.args.value[3].count = AS_SIDES_BOTH;
    text = as_use_print(&use);
    assert_string_equal(text, "made:w=4096,r=1/20,n=8,sides=both");
    assert_true(as_use_both(&use));
    free(text);
}

static void traits(void **state)
{
    (void)state;
    as_pattern *p = as_pattern_parse("window:w=8", NULL);
    assert_true(as_use_traits(&p->uses[0]) & AS_PATTERN_CAUSAL);
    as_pattern_free(p);
    p = as_pattern_parse("window:w=8,sides=both", NULL);
    assert_false(as_use_traits(&p->uses[0]) & AS_PATTERN_CAUSAL);
    as_pattern_free(p);
}

/* Keys 0 to 3, and 57 to 64: two runs; where both meet, one. */
static void union_of_runs(void **state)
{
    (void)state;
    as_pattern *p = as_pattern_parse("sink:s=4+window:w=8", NULL);
    const size_t most = as_union_runs_max(p, 128);
    as_run *runs = malloc(most * sizeof *runs);
    assert_int_equal(as_union_row(p, (as_at){.position = 64, .context = 128}, runs), 2);
    assert_true(runs[0].first == 0 && runs[0].count == 4 && runs[1].first == 57 && runs[1].count == 8);
    assert_int_equal(as_union_row(p, (as_at){.position = 9, .context = 128}, runs), 1);
    assert_true(runs[0].first == 0 && runs[0].count == 10);
    free(runs);
    as_pattern_free(p);
}

/* Of a run with steps what another run holds is left out, and the rest keeps its place: 0 to 3 and 2, 4, ... 10. */
static void union_of_steps(void **state)
{
    (void)state;
    as_pattern *p = as_pattern_parse("sink:s=4+dilated:r=2,k=5", NULL);
    as_run *runs = malloc(as_union_runs_max(p, 16) * sizeof *runs);
    char seen[17] = "";
    memset(seen, '.', 16);
    const size_t n = as_union_row(p, (as_at){.position = 10, .context = 16}, runs);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < runs[i].count; k++) {
            char *key = &seen[runs[i].first + k * runs[i].step];
            assert_int_equal(*key, '.');
            *key = 'x';
        }
    assert_string_equal(seen, "xxxxx.x.x.x.....");
    free(runs);
    as_pattern_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces),         cmocka_unit_test(terms_by_name), cmocka_unit_test(each_kind_of_value),
        cmocka_unit_test(printed),        cmocka_unit_test(traits),        cmocka_unit_test(union_of_runs),
        cmocka_unit_test(union_of_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
