/* file.c: a mask of the user's: a .npy file of bool or uint8, (T,S), not zero where query t sees key j. Read once; rows
 * become runs as they are asked for. It fits its own shape only. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../npy/npy.h"
#include "../term.h"

typedef struct {
    as_npy array;
    unsigned char *turned;     /* (T,S) in C order, where the file is in Fortran order */
    const unsigned char *cell; /* (T,S) */
    size_t length, context, runs_max;
    bool causal;
} mask;

#define TILE 64

/* (T,S) from columns of T, in square pieces that stay in cache. */
static bool turn(mask *m)
{
    const unsigned char *from = m->array.data;
    const size_t T = m->length, S = m->context;
    m->turned = malloc(m->array.items);
    if (!m->turned)
        return false;
    for (size_t t0 = 0; t0 < T; t0 += TILE)
        for (size_t s0 = 0; s0 < S; s0 += TILE)
            for (size_t t = t0; t < as_min(t0 + TILE, T); t++)
                for (size_t s = s0; s < as_min(s0 + TILE, S); s++)
                    m->turned[t * S + s] = from[s * T + t];
    m->cell = m->turned;
    return true;
}

/* From `at` to the next key that is seen (or not seen); S when there is none. */
static size_t next(const unsigned char *row, size_t at, size_t S, bool seen)
{
    uint64_t eight;
    while (!seen && at < S && row[at])
        at++;
    for (; seen && at + 8 <= S; at += 8) {
        memcpy(&eight, row + at, 8);
        if (eight)
            break;
    }
    while (seen && at < S && !row[at])
        at++;
    return at;
}

/* The runs of one row into `runs`, or only counted where that is NULL; *last is its last key. */
static size_t scan(const mask *m, size_t t, as_run *runs, size_t *last)
{
    const unsigned char *row = m->cell + t * m->context;
    size_t n = 0;
    for (size_t at = next(row, 0, m->context, true); at < m->context; n++) {
        const size_t end = next(row, at, m->context, false);
        if (runs)
            runs[n] = (as_run){at, 1, end - at};
        *last = end - 1;
        at = next(row, end, m->context, true);
    }
    return n;
}

static void measure(mask *m)
{
    m->causal = m->length <= m->context;
    m->runs_max = 1;
    for (size_t t = 0; t < m->length; t++) {
        size_t last = 0, n = scan(m, t, NULL, &last);
        m->runs_max = n > m->runs_max ? n : m->runs_max;
        m->causal = m->causal && (!n || last + m->length <= m->context + t);
    }
}

static void close_mask(as_args *args)
{
    mask *m = args->data;
    if (!m)
        return;
    as_npy_close(&m->array);
    free(m->turned);
    free(m);
    args->data = NULL;
}

static bool open_mask(as_args *args, char *why, size_t cap)
{
    mask *m = args->data = calloc(1, sizeof *m);
    if (!m) {
        snprintf(why, cap, "no memory");
        return false;
    }
    const char *path = args->value[0].text;
    if (!as_npy_open(&m->array, path, 0, why, cap))
        return false;
    if (m->array.type != AS_NPY_BOOL && m->array.type != AS_NPY_U8)
        snprintf(why, cap, "%.120s: a mask is of bool or uint8, this is '%s'", path, as_npy_descr(m->array.type));
    else if (m->array.rank != 2)
        snprintf(why, cap, "%.120s: a mask has two dimensions, (T,S), this has %d", path, m->array.rank);
    else if (!m->array.items)
        snprintf(why, cap, "%.120s: the mask is empty", path);
    else {
        m->length = m->array.shape[0];
        m->context = m->array.shape[1];
        m->cell = m->array.data;
        if (!m->array.fortran || turn(m)) {
            measure(m);
            return true;
        }
        snprintf(why, cap, "%.120s: no memory for %zu bytes", path, m->array.items);
    }
    return false;
}

static unsigned lacks(const as_args *args) { return ((const mask *)args->data)->causal ? 0 : AS_PATTERN_CAUSAL; }

static bool file_fits(const as_args *args, size_t length, size_t context, char *why, size_t cap)
{
    const mask *m = args->data;
    if (length == m->length && context == m->context)
        return true;
    snprintf(why, cap, "%.120s is a mask of %zu queries and %zu keys, asked for are %zu and %zu", args->value[0].text,
             m->length, m->context, length, context);
    return false;
}

static size_t file_runs_max(const as_args *args, size_t context)
{
    (void)context;
    return ((const mask *)args->data)->runs_max;
}

/* Rows that the file does not have see nothing. */
static size_t file_row(const as_args *args, as_at at, as_run *runs)
{
    const mask *m = args->data;
    size_t last;
    if (at.context != m->context || at.position >= at.context || at.position + m->length < m->context)
        return 0;
    return scan(m, at.position + m->length - m->context, runs, &last);
}

const as_term as_term_file = {
    .name = "file",
    .example = "file:mask.npy",
    .help = "a mask of your own: .npy, bool or uint8, (T,S); the path has no '+' in it",
    .params = {{.key = "path", .kind = AS_PARAM_PATH}},
    .traits = AS_PATTERN_CAUSAL | AS_PATTERN_CONTIGUOUS,
    .open = open_mask,
    .close = close_mask,
    .lacks = lacks,
    .fits = file_fits,
    .runs_max = file_runs_max,
    .row = file_row,
};
