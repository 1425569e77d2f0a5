/* test_text.c: units that people write, texts that grow, printed tables, nearest words, errors of one line, the arena.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/suggest.h"
#include "harness/base/text.h"

static void counts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {{"0", 0},        {"512", 512},       {"8k", 8192},  {"8K", 8192},
                {"1M", 1048576}, {"2G", 2147483648}, {"1.5k", 1536}};
    static const char *const bad[] = {"",     "-1",  "+1",  " 1",  "1 ", "1.5",  "1e30",
                                      "0x10", "nan", "inf", "8kb", "k",  "1e400"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t value = 99;
        assert_true(as_parse_count(good[i].text, &value));
        assert_int_equal(value, good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t value;
        if (as_parse_count(bad[i], &value))
            fail_msg("accepted '%s'", bad[i]);
    }
}

static void a_kept_text_is_the_arenas(void **state)
{
    (void)state;
    as_arena *arena = as_arena_create();
    as_text text = {0};
    as_text_add(&text, "%d rows", 3);
    assert_string_equal(as_text_keep(&text, arena), "3 rows");
    assert_null(text.data);
    assert_string_equal(as_text_keep(&text, arena), "");
    as_arena_free(arena);
}

static void sizes_and_times(void **state)
{
    (void)state;
    uint64_t bytes = 0;
    double percent = 0, seconds = 0, real = 0;
    assert_true(as_parse_size("512MiB", &bytes, &percent) && bytes == 512u << 20 && percent == 0);
    assert_true(as_parse_size("100KiB", &bytes, &percent) && bytes == 102400);
    assert_true(as_parse_size("7", &bytes, &percent) && bytes == 7);
    assert_true(as_parse_size("75%", &bytes, &percent) && bytes == 7 && percent == 75);
    assert_false(as_parse_size("101%", &bytes, &percent));
    assert_false(as_parse_size("5%", &bytes, NULL));
    assert_false(as_parse_size("5 GiB", &bytes, &percent));
    assert_true(as_parse_seconds("250ms", &seconds) && seconds == 0.25);
    assert_true(as_parse_seconds("10m", &seconds) && seconds == 600);
    assert_true(as_parse_seconds("2h", &seconds) && seconds == 7200);
    assert_true(as_parse_seconds("3", &seconds) && seconds == 3);
    assert_false(as_parse_seconds("-3s", &seconds) || as_parse_seconds("3d", &seconds));
    assert_true(as_parse_double("-1.5", &real) && real == -1.5);
    assert_false(as_parse_double("1.5x", &real) || as_parse_double("nan", &real) || as_parse_double("", &real));
}

/* What is printed for a person reads back as what it was. */
static void formats(void **state)
{
    (void)state;
    char out[32];
    for (uint64_t n = 1; n < (uint64_t)1 << 40; n = n * 3 + 1) {
        uint64_t back = 0;
        assert_true(as_parse_count(as_format_count(out, n), &back));
        assert_int_equal(back, n);
    }
    assert_string_equal(as_format_count(out, 16384), "16k");
    assert_string_equal(as_format_seconds(out, 0.00124), "1.24 ms");
    assert_string_equal(as_format_seconds(out, 90), "90.0 s");
    assert_string_equal(as_format_bytes(out, 3.5 * 1048576), "3.50 MiB");
}

static void globs(void **state)
{
    (void)state;
    assert_true(as_glob("attention/*", "attention/flash") && as_glob("*", "a/b|c") && as_glob("a?c", "abc"));
    assert_false(as_glob("attention", "attention/flash") || as_glob("a?c", "ac"));
}

static void growing(void **state)
{
    (void)state;
    as_text t = {0};
    for (int i = 0; i < 5000; i++)
        as_text_add(&t, "%04d ", i);
    assert_int_equal(t.length, 25000);
    assert_int_equal(strlen(t.data), 25000);
    assert_memory_equal(t.data + 5 * 4999, "4999 ", 5);
    as_text_free(&t);
    assert_null(t.data);
}

static void printed_tables(void **state)
{
    (void)state;
    as_text t = {0};
    const char *cells[] = {"name", "ms", "note", "a\x1b[31m", "1.5", "x", "\xc3\xa9", "12.25", "\302\233y\n"};
    as_print_rows(&t, cells, 3, 3);
    assert_string_equal(t.data, "name       ms  note\n"
                                "a?[31m    1.5  x\n"
                                "\xc3\xa9       12.25  ?y?\n");
    as_text_free(&t);
}

static void nearest_words(void **state)
{
    (void)state;
    static const char *const known[] = {"length", "width", "heads", "kv_heads"};
    static const struct {
        const char *word, *close;
    } rows[] = {{"lenght", "length"}, {"wdith", "width"},  {"head", "heads"}, {"kvheads", "kv_heads"},
                {"heads", "heads"},   {"zzzzzzzzz", NULL}, {"", NULL},        {"x", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_nearest n = {.word = rows[i].word};
        for (size_t k = 0; k < 4; k++)
            as_nearest_try(&n, known[k]);
        const char *close = as_nearest_close(&n);
        assert_non_null(n.best);
        if (rows[i].close)
            assert_string_equal(close, rows[i].close);
        else
            assert_null(close);
    }
    as_nearest none = {.word = "x"};
    assert_null(as_nearest_close(&none));
    char longer[300];
    memset(longer, 'q', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    as_nearest n = {.word = longer};
    as_nearest_try(&n, longer);
    assert_int_equal(n.distance, 0);
}

static void errors_are_one_line(void **state)
{
    (void)state;
    as_err err = {0};
    assert_false(as_fail(&err, AS_EXIT_USAGE, "a\nb\x1b%s", "c\r"));
    assert_string_equal(err.text, "a b c ");
    assert_int_equal(err.code, 2);
    assert_false(as_fail(&err, AS_EXIT_ENVIRONMENT, "again: %s", err.text)); /* an error may quote itself */
    assert_string_equal(err.text, "again: a b c ");
    assert_false(as_fail(NULL, AS_EXIT_USAGE, "nobody listens"));
}

static void arena_keeps_texts_once(void **state)
{
    (void)state;
    as_arena *a = as_arena_create();
    const char *x = as_arena_intern(a, "flash"), *y = as_arena_printf(a, "fl%s", "ash");
    assert_ptr_equal(x, y);
    assert_ptr_not_equal(x, as_arena_intern(a, "flas"));
    assert_ptr_equal(as_arena_intern_n(a, "flashing", 5), x);
    assert_null(as_arena_intern(a, NULL));
    char *big = as_arena_alloc(a, 1 << 20);
    for (size_t i = 0; i < 1 << 20; i++)
        assert_int_equal(big[i], 0);
    int *list = NULL;
    size_t cap = 0;
    for (int i = 0; i < 1000; i++) {
        list = as_arena_grow(a, list, &cap, (size_t)i, sizeof *list);
        list[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list[i], i);
    as_arena_free(a);
    as_arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(a_kept_text_is_the_arenas),
        cmocka_unit_test(sizes_and_times),
        cmocka_unit_test(formats),
        cmocka_unit_test(globs),
        cmocka_unit_test(growing),
        cmocka_unit_test(printed_tables),
        cmocka_unit_test(nearest_words),
        cmocka_unit_test(errors_are_one_line),
        cmocka_unit_test(arena_keeps_texts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
