/* test_npy.c: arrays that are written are read back as they were, and a file that is no array is refused by name.
 * Damaged headers are the matter of test_npy_fuzz. SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "kernels/npy/npy.h"

static char path[] = "/tmp/test_npy_XXXXXX";

static void write_bytes(const void *bytes, size_t count)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, count, f), count);
    assert_int_equal(fclose(f), 0);
}

static void written_arrays_come_back(void **state)
{
    (void)state;
    char why[300] = "";
    double data[24];
    const size_t shape[] = {2, 3, 4};
    for (size_t i = 0; i < 24; i++)
        data[i] = (double)i - 7.25;
    static const struct {
        as_npy_type type;
        const char *descr;
        size_t size;
    } types[] = {{AS_NPY_BOOL, "|b1", 1}, {AS_NPY_U8, "|u1", 1},  {AS_NPY_U16, "<u2", 2}, {AS_NPY_F16, "<f2", 2},
                 {AS_NPY_F32, "<f4", 4},  {AS_NPY_F64, "<f8", 8}, {AS_NPY_I64, "<i8", 8}};
    for (size_t i = 0; i < 24; i++)
        ((unsigned char *)data)[i] = 1; /* true as a boolean */
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (int rank = 0; rank <= 3; rank++) {
            as_npy a;
            const size_t items = rank == 3 ? 24 : rank == 2 ? 6 : rank == 1 ? 2 : 1;
            assert_string_equal(as_npy_descr(types[i].type), types[i].descr);
            if (!as_npy_write(path, types[i].type, shape, rank, data, why, sizeof why) ||
                !as_npy_open(&a, path, 0, why, sizeof why))
                fail_msg("%s, rank %d: %s", types[i].descr, rank, why);
            assert_int_equal(a.type, types[i].type);
            assert_int_equal(a.rank, rank);
            assert_int_equal(a.items, items);
            assert_int_equal(a.item_size, types[i].size);
            assert_false(a.fortran);
            assert_memory_equal(a.data, data, items * types[i].size);
            as_npy_close(&a);
            as_npy_close(&a);
        }
}

static void limits_and_other_files(void **state)
{
    (void)state;
    char why[300] = "";
    const float data[3] = {1, 2, 3};
    const size_t shape[] = {3};
    as_npy a;
    assert_true(as_npy_write_f32(path, shape, 1, data, why, sizeof why));
    assert_true(as_npy_open(&a, path, 12, why, sizeof why));
    as_npy_close(&a);
    assert_false(as_npy_open(&a, path, 11, why, sizeof why));
    assert_non_null(strstr(why, path));
    write_bytes("no array", 8);
    assert_false(as_npy_open(&a, path, 0, why, sizeof why));
    assert_non_null(strstr(why, path));
    write_bytes("", 0);
    assert_false(as_npy_open(&a, path, 0, why, sizeof why));
    assert_false(as_npy_open(&a, "/nowhere/a.npy", 0, why, sizeof why));
    assert_non_null(strstr(why, "/nowhere/a.npy"));
    assert_false(as_npy_write_f32("/nowhere/a.npy", shape, 1, data, why, sizeof why));
    assert_non_null(strstr(why, "/nowhere/a.npy"));
}

/* What NumPy writes of numpy.asfortranarray, version 1 of the format. */
static void fortran_order_is_told(void **state)
{
    (void)state;
    char file[128 + 8], why[300] = "";
    as_npy a;
    memset(file, ' ', 128);
    memcpy(file, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(file + 10, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1), }", 58);
    file[127] = '\n';
    memcpy(file + 128, (const float[]){4, 5}, 8);
    write_bytes(file, sizeof file);
    if (!as_npy_open(&a, path, 0, why, sizeof why))
        fail_msg("%s", why);
    assert_true(a.fortran && a.rank == 2 && a.shape[0] == 2 && a.shape[1] == 1);
    assert_true(((const float *)a.data)[1] == 5);
    as_npy_close(&a);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_arrays_come_back),
        cmocka_unit_test(limits_and_other_files),
        cmocka_unit_test(fortran_order_is_told),
    };
    const int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
