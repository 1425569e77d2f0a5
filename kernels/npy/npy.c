/* npy.c: reads and writes .npy files. Their header is a Python literal, {'descr': '<f4', 'fortran_order': False,
 * 'shape': (3, 4), }, read here by a parser of exactly that much.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npy.h"

#define HEADER_MAX 65535 /* what NumPy writes for plain arrays is below 200 bytes */

static const struct {
    const char *descr;
    size_t size;
} types[] = {
    [AS_NPY_BOOL] = {"|b1", 1}, [AS_NPY_U8] = {"|u1", 1},  [AS_NPY_U16] = {"<u2", 2}, [AS_NPY_F16] = {"<f2", 2},
    [AS_NPY_F32] = {"<f4", 4},  [AS_NPY_F64] = {"<f8", 8}, [AS_NPY_I64] = {"<i8", 8}};
#define TYPES (sizeof types / sizeof *types)

const char *as_npy_descr(as_npy_type type) { return types[type].descr; }

/* What is being read, and where an error goes. */
typedef struct {
    const char *path, *at, *end;
    char *why;
    size_t cap;
} reader;

static bool fail(const reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(const reader *r, const char *format, ...)
{
    char reason[200];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    snprintf(r->why, r->cap, "%.120s: %s", r->path, reason);
    for (char *c = r->why; *c; c++)
        if ((unsigned char)*c < 32 || *c == 127)
            *c = '?';
    return false;
}

static void blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

/* Takes `text`, blanks before it skipped. */
static bool take(reader *r, const char *text)
{
    size_t n = strlen(text);
    blanks(r);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, text, n))
        return false;
    r->at += n;
    return true;
}

/* 'word' or "word", printable and without escapes, into out. */
static bool quoted(reader *r, char *out, size_t cap)
{
    blanks(r);
    if (r->at == r->end || (*r->at != '\'' && *r->at != '"'))
        return false;
    char quote = *r->at++;
    size_t n = 0;
    for (; r->at < r->end && *r->at != quote; r->at++) {
        if (*r->at < 32 || *r->at > 126 || *r->at == '\\' || n + 1 >= cap)
            return false;
        out[n++] = *r->at;
    }
    out[n] = 0;
    return r->at++ < r->end;
}

static bool read_type(reader *r, as_npy *a)
{
    char descr[32];
    if (take(r, "["))
        return fail(r, "holds records (a structured type): save one plain array");
    if (!quoted(r, descr, sizeof descr))
        return fail(r, "its header has no readable 'descr'");
    for (size_t i = 0; i < TYPES; i++) {
        bool plain = types[i].size == 1 && strchr("|<>=", descr[0]);
        if (strcmp(descr + (plain && descr[0]), types[i].descr + plain))
            continue;
        a->type = (as_npy_type)i;
        a->item_size = types[i].size;
        return true;
    }
    if (strchr(descr, 'O'))
        return fail(r, "holds Python objects (dtype '%s'): save numbers, not objects", descr);
    if (descr[0] == '>')
        return fail(r, "is big-endian (dtype '%s'): save it little-endian, e.g. a.astype('<f4')", descr);
    return fail(r, "dtype '%s' is not understood: save bool, uint8, uint16, int64, float16, float32 or float64", descr);
}

static bool read_order(reader *r, as_npy *a)
{
    a->fortran = take(r, "True");
    return a->fortran || take(r, "False") || fail(r, "its header's 'fortran_order' is neither True nor False");
}

static bool read_extent(reader *r, size_t *out)
{
    const char *start = r->at;
    size_t value = 0;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++)
        if (__builtin_mul_overflow(value, (size_t)10, &value) ||
            __builtin_add_overflow(value, (size_t)(*r->at - '0'), &value))
            return fail(r, "its header's shape overflows");
    *out = value;
    bool any = r->at > start;
    if (any && r->at < r->end && *r->at == 'L') /* Python 2 wrote 3L */
        r->at++;
    return any || fail(r, "its header's shape is not a tuple of whole numbers");
}

static bool read_shape(reader *r, as_npy *a)
{
    if (!take(r, "("))
        return fail(r, "its header's shape is not a tuple of whole numbers");
    for (bool comma = true; !take(r, ")"); comma = take(r, ",")) {
        if (!comma)
            return fail(r, "its header's shape is not a tuple of whole numbers");
        if (a->rank == AS_NPY_RANK_MAX)
            return fail(r, "has more than %d dimensions", AS_NPY_RANK_MAX);
        blanks(r);
        if (!read_extent(r, &a->shape[a->rank]))
            return false;
        a->rank++;
    }
    return true;
}

static bool read_dictionary(reader *r, as_npy *a)
{
    static const struct {
        const char *key;
        bool (*read)(reader *, as_npy *);
    } keys[] = {{"descr", read_type}, {"fortran_order", read_order}, {"shape", read_shape}};
    bool seen[3] = {false};
    char key[32];
    if (!take(r, "{"))
        return fail(r, "its header is not a dictionary");
    for (bool comma = true; !take(r, "}"); comma = take(r, ",")) {
        if (!comma || !quoted(r, key, sizeof key) || !take(r, ":"))
            return fail(r, "its header is not a dictionary of 'descr', 'fortran_order' and 'shape'");
        size_t i = 0;
        while (i < 3 && strcmp(key, keys[i].key))
            i++;
        if (i == 3 || seen[i])
            return fail(r, "its header names '%s' %s", key, i == 3 ? "which is not known" : "twice");
        seen[i] = true;
        if (!keys[i].read(r, a))
            return false;
    }
    for (size_t i = 0; i < 3; i++)
        if (!seen[i])
            return fail(r, "its header lacks '%s'", keys[i].key);
    blanks(r);
    return r->at == r->end || fail(r, "its header goes on after the dictionary");
}

/* The whole file lies at r->at..r->end; *offset is where the data begins. */
static bool read_header(reader *r, as_npy *a, size_t *offset)
{
    const unsigned char *file = (const unsigned char *)r->at;
    const size_t size = (size_t)(r->end - r->at);
    if (size < 10 || memcmp(file, "\x93NUMPY", 6))
        return fail(r, "is not a .npy file: save it with numpy.save");
    if (file[6] < 1 || file[6] > 3 || file[7] != 0)
        return fail(r, "is of .npy version %u.%u, known are 1.0, 2.0 and 3.0", file[6], file[7]);
    size_t begin = file[6] == 1 ? 10 : 12, length = file[8] | (size_t)file[9] << 8;
    if (size < begin)
        return fail(r, "ends inside its header");
    if (begin == 12)
        length |= (size_t)file[10] << 16 | (size_t)file[11] << 24;
    if (length > size - begin)
        return fail(r, "ends inside its header: it promises %zu bytes of header, %zu are there", length, size - begin);
    if (length > HEADER_MAX)
        return fail(r, "has a header of %zu bytes, more than %d", length, HEADER_MAX);
    *offset = begin + length;
    r->at += begin;
    r->end = r->at + length;
    return read_dictionary(r, a);
}

static bool count_items(const reader *r, as_npy *a, size_t *bytes)
{
    bool empty = false;
    for (int i = 0; i < a->rank; i++)
        empty = empty || a->shape[i] == 0;
    a->items = empty ? 0 : 1;
    for (int i = 0; i < a->rank && !empty; i++)
        if (__builtin_mul_overflow(a->items, a->shape[i], &a->items))
            return fail(r, "its header's shape overflows");
    return !__builtin_mul_overflow(a->items, a->item_size, bytes) || fail(r, "its header's shape overflows");
}

/* The data as it lies in the mapping, or a copy if the header leaves it unaligned. */
static bool place_data(const reader *r, as_npy *a, size_t offset, size_t bytes)
{
    a->data = (const char *)a->map + offset;
    if (offset % a->item_size == 0)
        return true;
    a->copy = malloc(bytes ? bytes : 1);
    if (!a->copy)
        return fail(r, "no memory for %zu bytes of data", bytes);
    memcpy(a->copy, a->data, bytes);
    a->data = a->copy;
    return true;
}

static bool map_file(const reader *r, as_npy *a)
{
    struct stat info;
    int file = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not block */
    if (file < 0)
        return fail(r, "cannot be read: %s", strerror(errno));
    bool ok = false;
    if (fstat(file, &info))
        fail(r, "cannot be read: %s", strerror(errno));
    else if (!S_ISREG(info.st_mode))
        fail(r, "is not a regular file");
    else if (info.st_size == 0)
        fail(r, "is empty");
    else {
        a->map_size = (size_t)info.st_size;
        a->map = mmap(NULL, a->map_size, PROT_READ, MAP_PRIVATE, file, 0);
        ok = a->map != MAP_FAILED || fail(r, "cannot be mapped: %s", strerror(errno));
        if (!ok)
            a->map = NULL;
    }
    close(file);
    return ok;
}

bool as_npy_open(as_npy *a, const char *path, size_t limit, char *why, size_t cap)
{
    reader r = {.path = path, .why = why, .cap = cap};
    size_t offset = 0, bytes = 0;
    *a = (as_npy){0};
    if (!map_file(&r, a))
        return false;
    r.at = a->map;
    r.end = r.at + a->map_size;
    if (!read_header(&r, a, &offset) || !count_items(&r, a, &bytes))
        goto failed;
    if (bytes != a->map_size - offset) {
        fail(&r, "its header promises %zu bytes of data, the file holds %zu", bytes, a->map_size - offset);
        goto failed;
    }
    if (limit && bytes > limit) {
        fail(&r, "holds %zu bytes of data, at most %zu are taken", bytes, limit);
        goto failed;
    }
    if (place_data(&r, a, offset, bytes))
        return true;
failed:
    as_npy_close(a);
    return false;
}

void as_npy_close(as_npy *a)
{
    if (a->map)
        munmap(a->map, a->map_size);
    free(a->copy);
    *a = (as_npy){0};
}

/* Version 1.0, padded so that the data begins at a multiple of 64 bytes. */
static size_t print_header(as_npy_type type, const size_t *shape, int rank, char *out, size_t cap)
{
    size_t n = 10;
    n += (size_t)snprintf(out + n, cap - n, "{'descr': '%s', 'fortran_order': False, 'shape': (", types[type].descr);
    for (int i = 0; i < rank; i++)
        n += (size_t)snprintf(out + n, cap - n, rank == 1 ? "%zu," : i ? ", %zu" : "%zu", shape[i]);
    n += (size_t)snprintf(out + n, cap - n, "), }");
    while ((n + 1) % 64)
        out[n++] = ' ';
    out[n++] = '\n';
    memcpy(out, "\x93NUMPY\x01\x00", 8);
    out[8] = (char)((n - 10) & 255);
    out[9] = (char)((n - 10) >> 8);
    return n;
}

bool as_npy_write(const char *path, as_npy_type type, const size_t *shape, int rank, const void *data, char *why,
                  size_t cap)
{
    const reader r = {.path = path, .why = why, .cap = cap};
    char header[512], *temporary = NULL;
    FILE *file = NULL;
    bool ok = false;
    size_t bytes = types[type].size;
    if (rank < 0 || rank > AS_NPY_RANK_MAX)
        return fail(&r, "cannot be written with %d dimensions", rank);
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(bytes, shape[i], &bytes))
            return fail(&r, "cannot be written: its shape overflows");
    size_t n = print_header(type, shape, rank, header, sizeof header);
    if (asprintf(&temporary, "%s.%ld.tmp", path, (long)getpid()) < 0)
        return fail(&r, "no memory");
    file = fopen(temporary, "wx");
    if (!file) {
        fail(&r, "cannot be written: %s", strerror(errno));
        goto done;
    }
    ok = fwrite(header, 1, n, file) == n && fwrite(data, 1, bytes, file) == bytes && !fflush(file) &&
         !fsync(fileno(file));
    ok = !fclose(file) && ok && !rename(temporary, path);
    if (!ok) {
        fail(&r, "cannot be written: %s", strerror(errno));
        unlink(temporary);
    }
done:
    free(temporary);
    return ok;
}
