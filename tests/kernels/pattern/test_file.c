/* test_file.c: masks of the user's own: what is in the file is what the rows say, in either order of storage; what is
 * not a mask is refused in one line; and .npy files are read back as they were written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "kernels/npy/npy.h"
#include "kernels/pattern/pattern.h"
#include "kernels/common/random.h"

static char folder[] = "/tmp/test_file_XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[2][200];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"a.npy", "f.npy", "bad.npy"};
    for (size_t i = 0; i < 3; i++)
        unlink(in_folder(names[i]));
    return rmdir(folder);
}

static void write_mask(const char *name, const unsigned char *cells, size_t T, size_t S, as_npy_type type)
{
    char why[300];
    if (!as_npy_write(in_folder(name), type, (const size_t[]){T, S}, 2, cells, why, sizeof why))
        fail_msg("%s", why);
}

/* A header by hand: what as_npy_write does not write. */
static void write_raw(const char *name, int version, const char *dictionary, const void *data, size_t bytes)
{
    FILE *file = fopen(in_folder(name), "wb");
    const size_t n = strlen(dictionary);
    const unsigned char start[12] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0, (unsigned char)n, (unsigned char)(n >> 8), 0, 0};
    fwrite(start, 1, version == 1 ? 10 : 12, file);
    fwrite(dictionary, 1, n, file);
    fwrite(data, 1, bytes, file);
    fclose(file);
}

static as_pattern *parse(const char *name)
{
    char text[260];
    as_pattern_error error = {0, ""};
    snprintf(text, sizeof text, "file:%s", in_folder(name));
    as_pattern *p = as_pattern_parse(text, &error);
    if (!p)
        fail_msg("%s: %s", text, error.what);
    assert_string_equal(as_pattern_text(p), text);
    return p;
}

static void check_mask(const as_pattern *p, const unsigned char *cells, size_t T, size_t S)
{
    const size_t room = as_pattern_runs_max(p, S);
    as_run *runs = malloc((room + 1) * sizeof *runs);
    bool future = false;
    uint64_t edges = 0;
    assert_true(as_pattern_fits(p, T, S, NULL, 0));
    assert_false(as_pattern_fits(p, T, S + 1, NULL, 0));
    assert_true(T == 1 || !as_pattern_fits(p, T - 1, S, NULL, 0));
    for (size_t t = 0; t < T; t++) {
        const size_t position = S - T + t, n = as_pattern_row(p, (as_at){0, position, S}, runs);
        unsigned char *seen = calloc(S, 1);
        assert_true(n <= room);
        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || runs[i].first > runs[i - 1].first + runs[i - 1].count);
            assert_true(runs[i].step == 1 && runs[i].first + runs[i].count <= S);
            memset(seen + runs[i].first, 1, runs[i].count);
        }
        for (size_t j = 0; j < S; j++) {
            assert_int_equal(seen[j], cells[t * S + j] != 0);
            edges += seen[j];
            future |= seen[j] && j > position;
        }
        free(seen);
    }
    assert_int_equal(as_pattern_edges(p, 0, T, S), edges);
    assert_int_equal(!!(as_pattern_traits(p) & AS_PATTERN_CAUSAL), !future);
    assert_true(as_pattern_traits(p) & AS_PATTERN_CONTIGUOUS);
    assert_int_equal(as_pattern_row(p, (as_at){0, 0, S + 7}, runs), 0); /* another context: nothing, not a crash */
    if (T < S)
        assert_int_equal(as_pattern_row(p, (as_at){0, S - T - 1, S}, runs), 0);
    free(runs);
}

static void test_masks_in_both_orders(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{1, 1}, {1, 9}, {5, 5}, {8, 64}, {65, 130}, {129, 129}};
    uint64_t x = 1;
    for (size_t n = 0; n < 18; n++) {
        const size_t T = shapes[n % 6][0], S = shapes[n % 6][1], one = n / 6;
        unsigned char *cells = calloc(T * S, 1), *turned = calloc(T * S, 1);
        char header[200];
        for (size_t t = 0; t < T; t++)
            for (size_t j = 0; j < S; j++) {
                const bool allowed = one || j <= S - T + t; /* the first six look back only */
                cells[t * S + j] = (unsigned char)(allowed && as_random_next(&x) >> 60 < 5 ? one == 2 ? 200 : 1 : 0);
                turned[j * T + t] = cells[t * S + j];
            }
        write_mask("a.npy", cells, T, S, one == 2 ? AS_NPY_U8 : AS_NPY_BOOL);
        snprintf(header, sizeof header, "{\"shape\":(%zu,%zuL),'fortran_order' : True, 'descr':'%s'}   \n", T, S,
                 one == 2 ? "<u1" : "|b1");
        write_raw("f.npy", 1 + (int)one, header, turned, T * S);
        as_pattern *p = parse("a.npy"), *q = parse("f.npy");
        check_mask(p, cells, T, S);
        check_mask(q, cells, T, S);
        as_pattern_free(p);
        as_pattern_free(q);
        free(cells);
        free(turned);
    }
}

/* A causal mask is part of causal; one that looks ahead is not. */
static void test_unions(void **state)
{
    (void)state;
    const unsigned char back[] = {1, 0, 0, /**/ 0, 1, 0, /**/ 0, 1, 0}, ahead[] = {1, 1, 0, /**/ 0, 1, 0, /**/ 0, 1, 0};
    char text[300];
    for (int i = 0; i < 2; i++) {
        write_mask("a.npy", i ? ahead : back, 3, 3, AS_NPY_BOOL);
        snprintf(text, sizeof text, "causal+file:%s", in_folder("a.npy"));
        as_pattern *p = as_pattern_parse(text, NULL);
        assert_non_null(p);
        assert_int_equal(as_pattern_parts(p), i ? 2 : 1);
        assert_int_equal(as_pattern_edges(p, 0, 3, 3), i ? 7 : 6);
        as_pattern_free(p);
        snprintf(text, sizeof text, "sink:s=1+file:%s", in_folder("a.npy"));
        p = as_pattern_parse(text, NULL);
        assert_int_equal(as_pattern_edges(p, 0, 3, 3), i ? 6 : 5);
        as_pattern_free(p);
    }
}

static void expect_refusal(const char *says)
{
    char text[260];
    as_pattern_error error = {0, ""};
    snprintf(text, sizeof text, "file:%s", in_folder("bad.npy"));
    as_pattern *p = as_pattern_parse(text, &error);
    if (p || !strstr(error.what, says) || strchr(error.what, '\n'))
        fail_msg("expected '%s', got '%s'", says, p ? "a pattern" : error.what);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t bytes;
        const char *says;
    } bad[] = {
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (3, 3), }", 8,
         "promises 9 bytes of data, the file holds 8"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (3, 3), }", 10, "promises 9 bytes"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (3, 99999999999999999999), }", 9, "overflows"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 9, "overflows"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296, 9), }", 0, "two dimensions"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (9,), }", 9, "two dimensions"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (), }", 1, "two dimensions"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (0, 3), }", 0, "empty"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (-3, 3), }", 9, "not a tuple of whole numbers"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 1, "more than 8 dimensions"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }", 36, "a mask is of bool or uint8"},
        {"{'descr': '>f4', 'fortran_order': False, 'shape': (3, 3), }", 36, "big-endian"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (3, 3), }", 9, "Python objects"},
        {"{'descr': '|O8', 'fortran_order': False, 'shape': (3, 3), }", 9, "Python objects"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3, 3), }", 9, "records"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (3, 3), }", 9, "not understood"},
        {"{'descr': '', 'fortran_order': False, 'shape': (3, 3), }", 9, "not understood"},
        {"{'descr': '|b1', 'fortran_order': 0, 'shape': (3, 3), }", 9, "neither True nor False"},
        {"{'descr': '|b1', 'shape': (3, 3), }", 9, "lacks 'fortran_order'"},
        {"{'descr': '|b1', 'descr': '|b1', 'fortran_order': False, 'shape': (3, 3), }", 9, "twice"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (3, 3), 'x': 1}", 9, "not known"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (3, 3), } __import__('os')", 9, "goes on"},
        {"{'descr': '|b1', 'fortran_order': False, 'shape': (3, 3)", 9, "dictionary"},
        {"{'descr': '|b1' 'fortran_order': False}", 9, "dictionary"},
        {"()", 9, "not a dictionary"},
        {"", 9, "not a dictionary"},
    };
    static const char zeros[64];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_raw("bad.npy", 1, bad[i].header, zeros, bad[i].bytes);
        expect_refusal(bad[i].says);
    }
    write_raw("bad.npy", 4, "{}", zeros, 9);
    expect_refusal("version 4.0");
    for (size_t n = 0; n < 90; n++) { /* a good file, cut off anywhere */
        write_raw("bad.npy", 1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3, 3), }          \n", zeros, 9);
        assert_int_equal(truncate(in_folder("bad.npy"), (off_t)(n < 88 ? n : 87)), 0);
        expect_refusal("bad.npy");
    }
}

/* Every type and rank comes back; nothing is left beside the file. */
static void test_written_is_read(void **state)
{
    (void)state;
    static const size_t shape[AS_NPY_RANK_MAX] = {2, 3, 1, 2, 1, 1, 2, 1};
    unsigned char data[24 * 8];
    char why[300];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 7 + 1);
    for (int type = AS_NPY_BOOL; type <= AS_NPY_I64; type++)
        for (int rank = 0; rank <= AS_NPY_RANK_MAX; rank++) {
            as_npy a;
            const char *path = in_folder("a.npy");
            assert_true(as_npy_write(path, (as_npy_type)type, shape, rank, data, why, sizeof why));
            assert_true(as_npy_open(&a, path, 0, why, sizeof why));
            assert_int_equal(a.type, type);
            assert_int_equal(a.rank, rank);
            assert_memory_equal(a.shape, shape, (size_t)rank * sizeof *shape);
            assert_memory_equal(a.data, data, a.items * a.item_size);
            assert_false(a.fortran);
            assert_int_equal((uintptr_t)a.data % 64, 0);
            const size_t bytes = a.items * a.item_size;
            as_npy_close(&a);
            as_npy_close(&a);
            assert_true(as_npy_open(&a, path, bytes, why, sizeof why));
            as_npy_close(&a);
            assert_true(bytes == 1 || !as_npy_open(&a, path, bytes - 1, why, sizeof why));
        }
    assert_false(as_npy_write("/nowhere/at/all.npy", AS_NPY_F32, shape, 1, data, why, sizeof why));
    as_npy a;
    assert_false(as_npy_open(&a, "/dev/null", 0, why, sizeof why));
    assert_false(as_npy_open(&a, folder, 0, why, sizeof why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks_in_both_orders),
        cmocka_unit_test(test_unions),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_written_is_read),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
