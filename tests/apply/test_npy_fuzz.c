/* test_npy_fuzz.c: thousands of damaged .npy files against the reader: it says what is wrong in one line, or what it
 * accepts is all there; it never crashes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernels/npy/npy.h"
#include "kernels/common/random.h"

#define FILE_MAX 4096
#define ROUNDS 40000

/* One file in memory, under a path. */
typedef struct {
    int fd;
    char path[64];
    unsigned char bytes[FILE_MAX];
    size_t size;
} target;

static uint64_t state = 1;

static size_t below(size_t n) { return (size_t)(as_random_next(&state) % n); }

static int setup(void **test)
{
    static target t;
    t.fd = memfd_create("npy", MFD_CLOEXEC);
    snprintf(t.path, sizeof t.path, "/proc/self/fd/%d", t.fd);
    *test = &t;
    return t.fd < 0;
}

static int teardown(void **test) { return close(((target *)*test)->fd); }

static void put(const target *t)
{
    assert_int_equal(ftruncate(t->fd, 0), 0);
    assert_int_equal(pwrite(t->fd, t->bytes, t->size, 0), (ssize_t)t->size);
}

/* A file as NumPy would write it: version 1, 2 or 3, `items` of `size` bytes behind `header`. */
static void make(target *t, int version, const char *header, size_t data)
{
    const size_t n = strlen(header), begin = version == 1 ? 10 : 12;
    memcpy(t->bytes, "\x93NUMPY", 6);
    t->bytes[6] = (unsigned char)version;
    t->bytes[7] = 0;
    for (size_t i = 8; i < begin; i++)
        t->bytes[i] = (unsigned char)(n >> 8 * (i - 8));
    memcpy(t->bytes + begin, header, n);
    t->size = begin + n + data;
    for (size_t i = begin + n; i < t->size; i++)
        t->bytes[i] = (unsigned char)below(256);
}

static const struct {
    const char *header;
    size_t data;
} seeds[] = {
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 4), }              \n", 96},
    {"{'descr': '<f2', 'fortran_order': True, 'shape': (1, 5, 7, 2), }\n", 140},
    {"{'descr': '|b1', 'fortran_order': False, 'shape': (17, 9), }\n", 153},
    {"{'shape': (), 'descr': '<f8', 'fortran_order': False}", 8},
    {"{'descr': '<u2', 'fortran_order': False, 'shape': (0, 3), }\n", 0},
    {"{\"descr\": \"<i8\", \"fortran_order\": False, \"shape\": (3,)}  \n", 24},
};

static const char *const lies[] = {
    "18446744073709551615",
    "99999999999999999999999",
    "-1",
    "4294967296",
    "0",
    "1e9",
    "None",
    "'O'",
    "'|O8'",
    "'>f4'",
    "'<c16'",
    "[('a', '<f4')]",
    "(1, 2)",
    "((((",
    "))))",
    "{}",
    "{'descr': '<f4'}",
    ", ,",
    "'descr'",
    "'shape': (3,), ",
    "True",
    "False",
    "\0",
    "\n",
    "\x1b[31m",
    "'",
    "\"",
    "\\x41",
    "lambda: 0",
    "__import__('os')",
    "(9,9,9,9,9,9,9,9,9)",
};

static void overwrite_byte(target *t) { t->bytes[below(t->size)] = (unsigned char)below(256); }
static void overwrite_header(target *t) { t->bytes[below(t->size < 80 ? t->size : 80)] = (unsigned char)below(128); }
static void flip_bit(target *t) { t->bytes[below(t->size)] ^= (unsigned char)(1u << below(8)); }
static void cut(target *t) { t->size = 1 + below(t->size); }
static void lie_about_length(target *t)
{
    t->bytes[(8 + below(4)) % t->size] = (unsigned char)(below(2) ? 255 : below(256));
}

static void extend(target *t)
{
    const size_t more = below(64);
    memset(t->bytes + t->size, (int)below(256), more);
    t->size += more;
}

/* A lie in the middle of the header, in place of up to 12 bytes. */
static void splice(target *t)
{
    const char *text = lies[below(sizeof lies / sizeof *lies)];
    const size_t n = strlen(text) ? strlen(text) : 1, limit = t->size < 90 ? t->size : 90;
    const size_t at = below(limit), gone = below(12) % (t->size - at + 1);
    if (t->size + n > FILE_MAX - 64)
        return;
    memmove(t->bytes + at + n, t->bytes + at + gone, t->size - at - gone);
    memcpy(t->bytes + at, text, n);
    t->size = t->size + n - gone;
    if (t->size > 10 && below(2)) /* the length says so, too */
        t->bytes[8] = (unsigned char)(t->bytes[8] + n - gone);
}

static void (*const mutations[])(target *) = {overwrite_byte,   overwrite_header, flip_bit, cut,
                                              lie_about_length, extend,           splice};

/* One line, no control bytes, within its buffer, and it names the file. */
static void check_reason(const target *t, const char *why, size_t cap)
{
    const size_t n = strnlen(why, cap);
    assert_true(n > 0 && n < cap);
    for (size_t i = 0; i < n; i++)
        assert_true((unsigned char)why[i] >= 32 && why[i] != 127);
    if (cap > 64)
        assert_non_null(strstr(why, t->path));
}

static size_t size_of(as_npy_type type)
{
    const char *descr = as_npy_descr(type);
    return (size_t)(descr[2] - '0');
}

static void check_accepted(const target *t, const as_npy *a)
{
    size_t items = 1;
    unsigned sum = 0;
    assert_in_range(a->rank, 0, AS_NPY_RANK_MAX);
    for (int i = 0; i < a->rank; i++)
        items *= a->shape[i];
    assert_int_equal(a->items, items);
    assert_int_equal(a->item_size, size_of(a->type));
    assert_true(items * a->item_size < t->size);
    assert_int_equal((uintptr_t)a->data % a->item_size, 0);
    for (size_t i = 0; i < items * a->item_size; i++)
        sum += ((const unsigned char *)a->data)[i];
    const unsigned char *tail = t->bytes + t->size - items * a->item_size;
    for (size_t i = 0; i < items * a->item_size; i++)
        sum -= tail[i];
    assert_int_equal(sum, 0);
}

static bool open_once(const target *t, size_t cap)
{
    char why[400];
    as_npy a;
    memset(why, '#', sizeof why);
    const bool ok = as_npy_open(&a, t->path, 0, why, cap);
    assert_int_equal(why[cap], '#');
    if (ok)
        check_accepted(t, &a);
    else
        check_reason(t, why, cap);
    as_npy_close(&a);
    return ok;
}

static void seeds_are_read(void **test)
{
    target *t = *test;
    for (size_t s = 0; s < sizeof seeds / sizeof *seeds; s++)
        for (int version = 1; version <= 3; version++) {
            make(t, version, seeds[s].header, seeds[s].data);
            put(t);
            assert_true(open_once(t, 300));
        }
}

static void damaged_files_are_refused_or_whole(void **test)
{
    target *t = *test;
    size_t accepted = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        const size_t s = below(sizeof seeds / sizeof *seeds);
        make(t, 1 + (int)below(3), seeds[s].header, seeds[s].data);
        for (size_t n = 1 + below(4); n--;)
            mutations[below(sizeof mutations / sizeof *mutations)](t);
        put(t);
        accepted += open_once(t, below(8) ? 300 : 2 + below(30));
    }
    assert_in_range(accepted, ROUNDS / 100, ROUNDS / 2); /* both ways out were taken */
}

static void every_short_file_is_refused(void **test)
{
    target *t = *test;
    for (size_t s = 0; s < sizeof seeds / sizeof *seeds; s++) {
        make(t, 1, seeds[s].header, seeds[s].data);
        while (t->size--) {
            put(t);
            assert_false(open_once(t, 300));
        }
    }
}

static void overflowing_shapes_are_refused(void **test)
{
    static const char *const shapes[] = {
        "(18446744073709551615,)",
        "(18446744073709551616,)",
        "(4294967296, 4294967296)",
        "(9223372036854775808, 2, 3)",
        "(4611686018427387905,)",
        "(-1,)",
        "(-4, -6)",
        "(1, 2, 3, 4, 5, 6, 7, 8, 9)",
        "(2.0, 3)",
        "(0x10,)",
        "3",
        "[2, 3]",
        "(2 3)",
        "(2,,3)",
        "(True, 3)",
    };
    target *t = *test;
    char header[200];
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }\n", shapes[i]);
        make(t, 1, header, 24);
        put(t);
        assert_false(open_once(t, 300));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_are_read),
        cmocka_unit_test(damaged_files_are_refused_or_whole),
        cmocka_unit_test(every_short_file_is_refused),
        cmocka_unit_test(overflowing_shapes_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
