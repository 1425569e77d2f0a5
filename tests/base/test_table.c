/* test_table.c: records to CSV and back: nothing lost, nothing executed, and a place for every fault.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "harness/base/file.h"
#include "harness/model/records.h"
#include "kernels/common/random.h"

#define THING_COLUMNS(F, t)                                                                                            \
    F(t, AS_TEXT, case_, "a text")                                                                                     \
    F(t, AS_COUNT, calls, "a count")                                                                                   \
    F(t, AS_REAL, wall_ns, "a real")                                                                                   \
    F(t, AS_TEXT, reason, "another text")
AS_RECORD(thing, THING_COLUMNS);
AS_SCHEMA(thing_schema, thing, THING_COLUMNS, "things.csv", "a thing");

static char dir[] = "/tmp/attnscope-table-XXXXXX";
static as_arena *arena;
static thing *things;
static size_t count;
static as_err err;

static int setup(void **state)
{
    (void)state;
    arena = as_arena_create();
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    char path[100];
    (void)state;
    snprintf(path, sizeof path, "%s/things.csv", dir);
    unlink(path);
    as_arena_free(arena);
    return rmdir(dir);
}

static bool read_text(const char *csv, size_t length)
{
    char path[100];
    void *records = NULL;
    memset(&err, 0, sizeof err);
    snprintf(path, sizeof path, "%s/things.csv", dir);
    assert_true(as_file_write(path, csv, length, &err));
    bool ok = as_table_read(&thing_schema, dir, arena, &records, &count, &err);
    things = records;
    return ok;
}

static void must_read(const char *csv)
{
    if (!read_text(csv, strlen(csv)))
        fail_msg("%s", err.text);
}

static void header_and_missing_cells(void **state)
{
    (void)state;
    as_text out = {0};
    thing t;
    as_record_clear(&thing_schema, &t);
    as_table_header(&thing_schema, &out);
    as_table_row(&thing_schema, &t, &out);
    assert_string_equal(out.data, "case,calls,wall_ns,reason\r\n,,,\r\n");
    must_read(out.data);
    assert_int_equal(count, 1);
    assert_null(things[0].case_);
    assert_int_equal(things[0].calls, AS_NO_COUNT);
    assert_true(isnan(things[0].wall_ns));
    as_text_free(&out);
}

static void quoting_and_formulas(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cell;
    } rows[] = {
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"=1+1", "\"'=1+1\""},
        {"+1", "\"'+1\""},
        {"-1", "\"'-1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"it's", "it's"},
        {"'=1", "\"''=1\""},
        {" padded ", "\" padded \""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        as_text out = {0};
        thing t = {.case_ = rows[i].text, .calls = 1, .wall_ns = 2, .reason = NULL};
        as_table_row(&thing_schema, &t, &out);
        assert_int_equal(strncmp(out.data, rows[i].cell, strlen(rows[i].cell)), 0);
        assert_string_equal(out.data + strlen(rows[i].cell), ",1,2,\r\n");
        as_text_free(&out);
    }
}

static uint32_t roll(uint64_t *seed) { return (uint32_t)(as_random_next(seed) >> 33); }

static const char *random_text(uint64_t *seed)
{
    static const char letters[] = "ab ,\"'\n\r=+-@\t;|\xc3\xa9";
    char text[12];
    size_t n = 1 + roll(seed) % 10;
    for (size_t i = 0; i < n; i++)
        text[i] = letters[roll(seed) % (sizeof letters - 1)];
    return as_arena_intern_n(arena, text, n);
}

static void everything_comes_back(void **state)
{
    (void)state;
    enum { N = 3000 };
    static thing written[N];
    uint64_t seed = 11;
    void *records;
    for (size_t i = 0; i < N; i++) {
        double real = ((double)roll(&seed) - 1e9) / (1 + roll(&seed) % 1000);
        written[i] =
            (thing){random_text(&seed), roll(&seed), i % 7 ? real : AS_NO_REAL, i % 3 ? random_text(&seed) : NULL};
    }
    written[0].wall_ns = INFINITY;
    assert_true(as_table_write(&thing_schema, written, N, dir, &err));
    if (!as_table_read(&thing_schema, dir, arena, &records, &count, &err))
        fail_msg("%s", err.text);
    const thing *back = records;
    assert_int_equal(count, N);
    for (size_t i = 0; i < N; i++) {
        assert_string_equal(back[i].case_, written[i].case_);
        assert_int_equal(back[i].calls, written[i].calls);
        assert_true(isnan(written[i].wall_ns) ? isnan(back[i].wall_ns)
                                              : back[i].wall_ns == written[i].wall_ns ||
                                                    fabs(back[i].wall_ns / written[i].wall_ns - 1) < 1e-8);
        if (written[i].reason)
            assert_string_equal(back[i].reason, written[i].reason);
        else
            assert_null(back[i].reason);
    }
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    must_read("new_column,wall_ns,case\nx,3,a\ny,4,b\n");
    assert_int_equal(count, 2);
    assert_string_equal(things[1].case_, "b");
    assert_true(things[1].wall_ns == 4);
    assert_int_equal(things[1].calls, AS_NO_COUNT);
}

static void an_unfinished_row_is_dropped(void **state)
{
    (void)state;
    static const char *const whole = "case,calls,wall_ns,reason\r\na,1,2,r\r\n",
                             *next = "b,2,3,\"two\nlines, \"\"x\"\"\"\r\n";
    for (size_t cut = 0; cut <= strlen(next); cut++) {
        char csv[200];
        snprintf(csv, sizeof csv, "%s%.*s", whole, (int)cut, next);
        must_read(csv);
        assert_int_equal(count, cut == strlen(next) ? 2 : 1);
    }
}

static void faults_have_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *place, *says;
    } rows[] = {
        {"", "things.csv:1:", "no header"},
        {"case,calls", "things.csv:1:", "no header"},
        {"case,calls\na,1\nb,x\n", "things.csv:3:", "not a number in column calls"},
        {"case,calls\na,-1\n", "things.csv:2:", "not a number in column calls"},
        {"case,calls\na,1.5\n", "things.csv:2:", "not a number"},
        {"case,calls\na,99999999999999999999\n", "things.csv:2:", "not a number"},
        {"case,wall_ns\na,1e\n", "things.csv:2:", "not a number in column wall_ns"},
        {"case,wall_ns\na,0x1p3\n", "things.csv:2:", "not a number"},
        {"case,calls\na,1,2\n", "things.csv:2:", "more cells"},
        {"case,calls\na\n", "things.csv:2:", "fewer cells"},
        {"case,calls\n\"two\nlines\",1\nb,x\n", "things.csv:4:", "not a number"},
        {"case,calls\n\n\nb,x\n", "things.csv:4:", "not a number"},
        {"case,calls\na\"b\",1\n\"\n", "things.csv:", "CSV"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (read_text(rows[i].csv, strlen(rows[i].csv)))
            fail_msg("accepted: %s", rows[i].csv);
        if (!strstr(err.text, rows[i].place) || !strstr(err.text, rows[i].says))
            fail_msg("for '%s' got '%s'", rows[i].csv, err.text);
        assert_int_equal(count, 0);
        assert_null(things);
    }
    assert_false(read_text("case\na\0b\n", 9));
    assert_non_null(strstr(err.text, "NUL"));
}

static void json_has_null_for_missing(void **state)
{
    (void)state;
    as_text out = {0};
    thing t[2] = {{.case_ = "a\"b", .calls = 7, .wall_ns = 1.5, .reason = "r"}};
    as_record_clear(&thing_schema, &t[1]);
    assert_true(as_table_json(&thing_schema, t, 2, &out));
    json_t *all = json_loads(out.data, 0, NULL);
    assert_int_equal(json_array_size(all), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(all, 0), "case")), "a\"b");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(all, 0), "calls")), 7);
    assert_true(json_is_null(json_object_get(json_array_get(all, 1), "wall_ns")));
    json_decref(all);
    as_text_free(&out);
}

/* Every file's columns have names that scripts and spreadsheets can use, each once, each explained. */
static void schemas_are_sound(void **state)
{
    (void)state;
    const as_schema *const all[] = {&as_case_schema, &as_sample_schema, &as_counter_schema, &as_summary_schema,
                                    &as_fit_schema};
    char name[40], other[40];
    for (size_t s = 0; s < sizeof all / sizeof *all; s++)
        for (size_t i = 0; i < all[s]->count; i++) {
            as_column_name(&all[s]->columns[i], name);
            assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(name));
            assert_true(strlen(all[s]->columns[i].help) > 0);
            assert_null(strchr(all[s]->columns[i].help, '|')); /* it becomes a Markdown cell */
            for (size_t j = 0; j < i; j++)
                assert_string_not_equal(name, as_column_name(&all[s]->columns[j], other));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_and_missing_cells),     cmocka_unit_test(quoting_and_formulas),
        cmocka_unit_test(everything_comes_back),        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(an_unfinished_row_is_dropped), cmocka_unit_test(faults_have_a_place),
        cmocka_unit_test(json_has_null_for_missing),    cmocka_unit_test(schemas_are_sound),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
